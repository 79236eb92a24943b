/** The last resort: whatever failed while the page was drawn, words stand there and a way on. */
import type { ReactNode } from "react";
import { Component } from "react";

export function Trouble() {
  return (
    <main className="nothing" role="alert">
      <p>Something went wrong in this page. If it needs to, let the browser keep data for it.</p>
      <button type="button" className="button" onClick={() => location.reload()}>Load it again</button>
    </main>
  );
}

export class CatchTrouble extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <Trouble /> : this.props.children;
  }
}
