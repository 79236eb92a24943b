/** The last resort: whatever failed while the page or a part of it was drawn, words stand there and a way on. */
import type { ReactNode } from "react";
import { Component, Suspense } from "react";
import { Dialog } from "../ui/Dialog.tsx";
import { forget } from "../ui/later.tsx";
import { useText } from "../words/useText.ts";

export interface TroubleProps {
  words?: { text: string; button: string };
  again?: () => void;
  /** It stands beside what the page is about. */
  beside?: boolean;
  /** More that one may do. */
  children?: ReactNode;
}

/** English where there are no texts: they may be what failed. */
export function Trouble({ words, again, beside = false, children }: TroubleProps) {
  const Place = beside ? "div" : "main";
  return (
    <Place className="nothing">
      <p role="alert">{words?.text ?? "Something went wrong in this page. If it needs to, let the browser keep data for it."}</p>
      <button type="button" className="button" onClick={again ?? (() => location.reload())}>
        {words?.button ?? "Load it again"}
      </button>
      {children}
    </Place>
  );
}

export interface CatchTroubleProps {
  children: ReactNode;
  /** What stands there instead; `again` draws it anew, and asks anew for what could not be fetched. `tried`: it
   * did, and failed once more. */
  instead?: (again: () => void, tried: boolean) => ReactNode;
}

export class CatchTrouble extends Component<CatchTroubleProps, { failed: boolean; tried: boolean }> {
  override state = { failed: false, tried: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    forget(error);
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    const again = (): void => this.setState({ failed: false, tried: true });
    return this.props.instead ? this.props.instead(again, this.state.tried) : <Trouble />;
  }
}

/** What helps where the page is older than what the server has, or the browser keeps a failure. */
function Reload() {
  const say = useText();
  return (
    <button type="button" className="button button-quiet" onClick={() => location.reload()}>{say("app.reload")}</button>
  );
}

export interface PartProps {
  children: ReactNode;
  /** The pane that it is, where that is not the middle one. */
  beside?: "sidebar" | "details";
  /** To what stands there without it. */
  onClose?: () => void;
}

/** A part of the page that may be on its way here, and whose failure leaves the other parts alone. */
export function Part({ children, beside, onClose }: PartProps) {
  const say = useText();
  const words = { text: say("app.trouble_part"), button: say("app.retry") };
  return (
    <CatchTrouble
      instead={(again, tried) => {
        const trouble = (
          <Trouble words={words} again={again} beside={beside !== undefined}>
            {tried && <Reload />}
            {onClose && <button type="button" className="button button-quiet" onClick={onClose}>{say("app.close")}</button>}
          </Trouble>
        );
        return beside ? <div className={beside}>{trouble}</div> : trouble;
      }}
    >
      <Suspense fallback={<p className="hint part-loading" role="status">{say("app.loading")}</p>}>
        {children}
      </Suspense>
    </CatchTrouble>
  );
}

/** The same for what is a dialog. */
export function DialogPart({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const say = useText();
  return (
    <CatchTrouble
      instead={(again, tried) => (
        <Dialog title={say("app.trouble_title")} onClose={onClose}>
          <p className="hint">{say("app.trouble_part")}</p>
          <div className="dialog-buttons">
            {tried && <Reload />}
            <button type="button" className="button" onClick={again}>{say("app.retry")}</button>
          </div>
        </Dialog>
      )}
    >
      <Suspense>{children}</Suspense>
    </CatchTrouble>
  );
}
