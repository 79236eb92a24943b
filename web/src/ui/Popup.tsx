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

/** Below the button if there is room, else above; inside the window in any case. It begins where the button
 * does (`from`: start), or ends there. Through the object model, since the content policy takes no style
 * attribute. */
function place(panel: HTMLElement, button: HTMLElement, from: "start" | "end"): void {
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const { width, height } = panel.getBoundingClientRect();
  const fits = bottom + GAP_PX + height + EDGE_PX <= innerHeight;
  const y = fits ? bottom + GAP_PX : Math.max(EDGE_PX, top - GAP_PX - height);
  const atLeft = (getComputedStyle(button).direction === "rtl") === (from === "end");
  const x = Math.min(Math.max(EDGE_PX, atLeft ? left : right - width), innerWidth - width - EDGE_PX);
  panel.style.top = `${y}px`;
  panel.style.left = `${x}px`;
}

export interface PopupProps {
  label: string;
  className?: string;
  button: ReactNode;
  tabIndex?: number;
  /** The end of the button with which it is in line; by default that where the line of reading ends. */
  from?: "start" | "end";
  /** `close` is for what is chosen inside. */
  children: (close: () => void) => ReactNode;
}

export function Popup({ label, className, button, tabIndex, from = "end", children }: PopupProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const onArrow = useArrowKeys(".menu-item, .emoji-row .emoji");
  const close = (): void => panel.current?.hidePopover();

  useEffect(() => {
    if (!open || !panel.current || !opener.current) return undefined;
    place(panel.current, opener.current, from);
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
      if (panel.current && opener.current) place(panel.current, opener.current, from);
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
  }, [open, from]);

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
