import type { MessageView } from "parley-client";

/** What the next text is meant as; absent: a message. */
export interface Intent {
  kind: "reply" | "edit";
  message: MessageView;
}
