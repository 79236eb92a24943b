import type { ReactNode } from "react";
import { useText } from "../words/useText.ts";
import { Dialog, closeDialog } from "./Dialog.tsx";

export interface ConfirmProps {
  title: string;
  /** What is done. */
  doing: string;
  children: ReactNode;
  onDo: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ title, doing, children, onDo, onClose }: ConfirmProps) {
  const say = useText();
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      <div className="dialog-buttons">
        <button type="button" className="button button-quiet" onClick={closeDialog}>{say("app.cancel")}</button>
        <button
          type="button" className="button button-danger"
          onClick={(event) => {
            closeDialog(event);
            onDo();
          }}
        >
          {doing}
        </button>
      </div>
    </Dialog>
  );
}
