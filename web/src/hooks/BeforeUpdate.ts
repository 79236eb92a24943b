import { Component } from "react";

/** Calls `run` each time it is rendered anew, before anything on the page has changed: what no
 * hook can do. */
export class BeforeUpdate extends Component<{ run: () => void }> {
  override getSnapshotBeforeUpdate(): null {
    this.props.run();
    return null;
  }

  // React wants it beside the one above.
  override componentDidUpdate(): void {}

  override render(): null {
    return null;
  }
}
