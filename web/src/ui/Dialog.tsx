/**
 * What stands before all else until one is done with it. The browser's own dialog does the hard part:
 * nothing behind it takes the focus, Escape closes it, the focus goes back to where it was.
 */
import type { ReactNode } from "react";
import { useEffect, useId, useRef } from "react";
import { useText } from "../words/useText.ts";
import { Icon } from "./Icon.tsx";

export interface DialogProps {
  title: string;
  className?: string;
  onClose: () => void;
  children: ReactNode;
}

export function Dialog({ title, className, onClose, children }: DialogProps) {
  const say = useText();
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    if (!shown?.open) shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog} className={className ? `dialog ${className}` : "dialog"} aria-labelledby={titleId}
      onCancel={(event) => {
        // It goes with whoever shows it.
        event.preventDefault();
        onClose();
      }}
      // Beside it, on what it covers.
      onPointerDown={(event) => event.target === dialog.current && onClose()}
    >
      <div className="dialog-sheet">
        <header className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="icon-button" aria-label={say("app.close")} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
