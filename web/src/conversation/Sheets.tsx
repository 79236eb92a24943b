/** What is done with a message in a dialog of its own. */
import type { Id, MessageView } from "parley-client";
import { DialogPart } from "../app/Trouble.tsx";
import { Discard, Hide, Remove } from "../message/Remove.tsx";
import { later } from "../ui/later.tsx";

const SHEETS = {
  forward: later(() => import("../message/Forward.tsx")),
  info: later(() => import("../message/MessageInfo.tsx")),
  // With the page, since one may delete without a connection.
  remove: Remove,
  hide: Hide,
  discard: Discard,
};

export interface Sheet {
  kind: keyof typeof SHEETS;
  message: MessageView;
}

/** What each is given. */
export interface SheetProps {
  conversation: Id;
  message: MessageView;
  onDone: () => void;
}

export interface SheetsProps {
  conversation: Id;
  sheet: Sheet;
  onDone: () => void;
}

export function Sheets({ conversation, sheet, onDone }: SheetsProps) {
  const Shown = SHEETS[sheet.kind];
  return (
    <DialogPart onClose={onDone}>
      <Shown conversation={conversation} message={sheet.message} onDone={onDone} />
    </DialogPart>
  );
}
