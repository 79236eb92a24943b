/** A face without a picture: initials on a colour of its own. They are drawn by the style sheet, since they are a
 * picture and no words of whatever the face stands in. */
import type { Id } from "parley-client";
import type { IconName } from "../ui/Icon.tsx";
import { Icon } from "../ui/Icon.tsx";

const HUES = 8;

/** The same for everybody who looks: ids count up, so the low digits tell people apart. */
export function hueOf(id: Id): number {
  let sum = 0;
  for (const digit of id) sum = (sum * 31 + digit.charCodeAt(0)) % 9973;
  return sum % HUES;
}

const segments = new Intl.Segmenter();

function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => word !== "");
  const letters = words.slice(0, 2).map((word) => segments.segment(word).containing(0)?.segment);
  return letters.join("").toLocaleUpperCase();
}

export interface AvatarProps {
  id: Id;
  name: string;
  /** Instead of initials, for what is no person. */
  icon?: IconName;
  online?: boolean;
}

export function Avatar({ id, name, icon, online }: AvatarProps) {
  return (
    <span className={`avatar hue-${hueOf(id)}`} data-initials={icon ? undefined : initialsOf(name)} aria-hidden="true">
      {icon && <Icon name={icon} />}
      {online && <span className="presence-dot" />}
    </span>
  );
}
