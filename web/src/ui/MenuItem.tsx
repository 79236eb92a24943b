import type { IconName } from "./Icon.tsx";
import { Icon } from "./Icon.tsx";

export interface MenuItemProps {
  icon: IconName;
  text: string;
  danger?: boolean;
  /** It was chosen, and takes a while; it keeps the focus. */
  busy?: boolean;
  onChoose: () => void;
}

export function MenuItem({ icon, text, danger, busy = false, onChoose }: MenuItemProps) {
  return (
    <button
      type="button" className={danger ? "menu-item danger" : "menu-item"} aria-busy={busy} aria-disabled={busy}
      onClick={busy ? undefined : onChoose}
    >
      <Icon name={icon} />
      {text}
    </button>
  );
}
