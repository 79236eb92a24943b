import type { IconName } from "./Icon.tsx";
import { Icon } from "./Icon.tsx";

export interface MenuItemProps {
  icon: IconName;
  text: string;
  danger?: boolean;
  onChoose: () => void;
}

export function MenuItem({ icon, text, danger, onChoose }: MenuItemProps) {
  return (
    <button type="button" className={danger ? "menu-item danger" : "menu-item"} onClick={onChoose}>
      <Icon name={icon} />
      {text}
    </button>
  );
}
