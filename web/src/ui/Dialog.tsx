/**
 * What stands before all else until one is done with it. The browser's own dialog does the hard part:
 * nothing behind it takes the focus, Escape closes it, the focus goes back to where it was. However it ends,
 * the browser closes it first, and only then does it leave the page.
 */
import type { ReactNode, SyntheticEvent } from "react";
import { useEffect, useId, useRef } from "react";
import { useText } from "../words/useText.ts";
import { Icon } from "./Icon.tsx";
import { NoticePlace } from "./notices.tsx";

export interface DialogProps {
  title: string;
  className?: string;
  /** It is closed, and may go. */
  onClose: () => void;
  children: ReactNode;
}

/** Ends the dialog in which something happened. */
export function closeDialog({ currentTarget }: SyntheticEvent<Element>): void {
  currentTarget.closest("dialog")?.close();
}

export function Dialog({ title, className, onClose, children }: DialogProps) {
  const say = useText();
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  /** Where a press began; one that ends beside the sheet may have been a choice of text in it. */
  const pressed = useRef<EventTarget | null>(null);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
    return focusAnew;
  }, []);
  return (
    <dialog
      ref={dialog} className={className ? `dialog ${className}` : "dialog"} aria-labelledby={titleId} onClose={onClose}
      onPointerDown={({ target }) => {
        pressed.current = target;
      }}
      // Beside it, on what it covers. By the click, which would else fall on that.
      onClick={(event) => {
        if (event.target === event.currentTarget && pressed.current === event.target) closeDialog(event);
      }}
    >
      <div className="dialog-sheet">
        <h2 id={titleId} className="dialog-title">{title}</h2>
        {children}
        {/* The last one, since the first takes the focus. */}
        <button type="button" className="icon-button dialog-close" aria-label={say("app.close")} onClick={closeDialog}>
          <Icon name="close" />
        </button>
      </div>
      <NoticePlace />
    </dialog>
  );
}

/** Chromium gives the focus back, and then takes no letter there until it is given once more. */
function focusAnew(): void {
  const back = document.activeElement;
  if (!(back instanceof HTMLElement) || back === document.body) return;
  back.blur();
  back.focus();
}
