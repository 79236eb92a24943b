import { Icon } from "../ui/Icon.tsx";
import { useText } from "../words/useText.ts";

/** Above what stands in the left pane instead of the list. */
export function PaneHead({ title, onBack }: { title: string; onBack: () => void }) {
  const say = useText();
  return (
    <header className="sidebar-head">
      <button type="button" className="icon-button" aria-label={say("app.back")} onClick={onBack}>
        <Icon name="back" />
      </button>
      <h1 className="sidebar-title">{title}</h1>
    </header>
  );
}
