import type { MessageView, Seq } from "parley-client";

/** What the next text is meant as; absent: a message. */
export interface Intent {
  kind: "reply" | "edit";
  seq: Seq | undefined;
  /** Absent: not here yet. */
  message?: MessageView;
}

export function intentTo(kind: Intent["kind"], message: MessageView): Intent {
  return { kind, seq: message.seq, message };
}
