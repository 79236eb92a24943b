/** What is done with a message in a dialog of its own. */
import type { Id, MessageView } from "parley-client";
import { Suspense, lazy } from "react";
import { CatchTrouble } from "../app/Trouble.tsx";
import { Discard, Hide, Remove } from "../message/Remove.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { useText } from "../words/useText.ts";

const SHEETS = {
  forward: lazy(() => import("../message/Forward.tsx")),
  info: lazy(() => import("../message/MessageInfo.tsx")),
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
  const say = useText();
  const Shown = SHEETS[sheet.kind];
  const trouble = say("app.trouble_part");
  return (
    <CatchTrouble instead={() => <Dialog title={say("app.trouble_title")} onClose={onDone}><p className="hint">{trouble}</p></Dialog>}>
      <Suspense>
        <Shown conversation={conversation} message={sheet.message} onDone={onDone} />
      </Suspense>
    </CatchTrouble>
  );
}
