/** The last resort: whatever failed while the page or a part of it was drawn, words stand there and a way on. */
import type { ReactNode } from "react";
import { Component, Suspense } from "react";
import { useText } from "../words/useText.ts";

/** English where there are no texts: they may be what failed. */
export function Trouble({ words, again }: { words?: { text: string; button: string }; again?: () => void }) {
  return (
    <main className="nothing" role="alert">
      <p>{words?.text ?? "Something went wrong in this page. If it needs to, let the browser keep data for it."}</p>
      <button type="button" className="button" onClick={again ?? (() => location.reload())}>
        {words?.button ?? "Load it again"}
      </button>
    </main>
  );
}

export interface CatchTroubleProps {
  children: ReactNode;
  /** What stands there instead; `again` draws it anew. */
  instead?: (again: () => void) => ReactNode;
}

export class CatchTrouble extends Component<CatchTroubleProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    const again = (): void => this.setState({ failed: false });
    return this.props.instead ? this.props.instead(again) : <Trouble />;
  }
}

/** A part of the page that may be on its way here, and whose failure leaves the other parts alone. */
export function Part({ children }: { children: ReactNode }) {
  const say = useText();
  const words = { text: say("app.trouble_part"), button: say("app.retry") };
  return (
    <CatchTrouble instead={(again) => <Trouble words={words} again={again} />}>
      <Suspense fallback={<p className="hint part-loading" role="status">{say("app.loading")}</p>}>
        {children}
      </Suspense>
    </CatchTrouble>
  );
}
