import { useLostFocus } from "../hooks/useLostFocus.ts";
import { Icon } from "../ui/Icon.tsx";
import { useText } from "../words/useText.ts";

/** Above what stands in the left pane instead of the list. */
export interface PaneHeadProps {
  title: string;
  /** Where the way back leads, if not to the list. */
  back?: string;
  onBack: () => void;
}

export function PaneHead({ title, back, onBack }: PaneHeadProps) {
  const say = useText();
  const head = useLostFocus<HTMLHeadingElement>();
  return (
    <div className="sidebar-head">
      <button type="button" className="icon-button" aria-label={back ?? say("app.back")} onClick={onBack}>
        <Icon name="back" />
      </button>
      <h2 ref={head} className="sidebar-title" tabIndex={-1}>{title}</h2>
    </div>
  );
}
