/**
 * A button and what opens beside it. The browser's popover does the hard part: above everything
 * else, closed by Escape and by a click elsewhere, the focus back on the button.
 */
import type { ReactNode, ToggleEvent } from "react";
import { useEffect, useId, useRef, useState } from "react";
import { useArrowKeys } from "../hooks/useArrowKeys.ts";

const GAP_PX = 6;
const EDGE_PX = 8;
/** How somebody scrolls who does not press elsewhere first. */
const SCROLLED_BY = ["wheel", "touchmove"] as const;

/** Below the button if there is room, else above; inside the window in any case. Through the
 * object model, since the content policy takes no style attribute. */
function place(panel: HTMLElement, button: HTMLElement): void {
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const { width, height } = panel.getBoundingClientRect();
  const fits = bottom + GAP_PX + height + EDGE_PX <= innerHeight;
  const y = fits ? bottom + GAP_PX : Math.max(EDGE_PX, top - GAP_PX - height);
  const end = getComputedStyle(button).direction === "rtl" ? left : right - width;
  const x = Math.min(Math.max(EDGE_PX, end), innerWidth - width - EDGE_PX);
  panel.style.top = `${y}px`;
  panel.style.left = `${x}px`;
}

export interface PopupProps {
  label: string;
  className?: string;
  button: ReactNode;
  tabIndex?: number;
  /** `close` is for what is chosen inside. */
  children: (close: () => void) => ReactNode;
}

export function Popup({ label, className, button, tabIndex, children }: PopupProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const onArrow = useArrowKeys(".menu-item, .emoji-row .emoji");
  const close = (): void => panel.current?.hidePopover();

  useEffect(() => {
    if (!open || !panel.current || !opener.current) return undefined;
    place(panel.current, opener.current);
    panel.current.querySelector<HTMLElement>("button, a, input")?.focus();
    // It does not move with what is scrolled beneath it; what scrolls by itself, as when a message comes
    // in or a phone's keyboard does, closes nothing. Nor does the finger whose long touch opened it.
    let touched = false;
    const touch = (): void => {
      touched = true;
    };
    const hide = (event: Event): void => {
      const inside = event.target instanceof Node && panel.current?.contains(event.target);
      if (!inside && (touched || event.type === "wheel")) panel.current?.hidePopover();
    };
    // What is in it may be on its way, or change; and a phone's keyboard makes the window smaller.
    const moved = (): void => {
      if (panel.current && opener.current) place(panel.current, opener.current);
    };
    const grown = new ResizeObserver(moved);
    grown.observe(panel.current);
    window.addEventListener("resize", moved);
    for (const by of SCROLLED_BY) document.addEventListener(by, hide, { capture: true, passive: true });
    document.addEventListener("touchstart", touch, { capture: true, passive: true });
    return () => {
      grown.disconnect();
      window.removeEventListener("resize", moved);
      for (const by of SCROLLED_BY) document.removeEventListener(by, hide, { capture: true });
      document.removeEventListener("touchstart", touch, { capture: true });
    };
  }, [open]);

  return (
    <>
      <button
        ref={opener} type="button" className={className ?? "icon-button"} aria-label={label}
        title={label} aria-expanded={open} popoverTarget={id} tabIndex={tabIndex}
      >
        {button}
      </button>
      <div
        ref={panel} id={id} popover="auto" className="popup" role="group" aria-label={label}
        onKeyDown={onArrow} onToggle={(event: ToggleEvent<HTMLDivElement>) => setOpen(event.newState === "open")}
      >
        {open && children(close)}
      </div>
    </>
  );
}
