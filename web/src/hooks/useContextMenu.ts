/**
 * What opens a menu anywhere else: the other button of a mouse, the key for it, a long touch. Not every browser
 * makes a long touch such an event, so it is timed here, whoever tells of it first.
 */
import type { MouseEvent, PointerEvent, TouchEvent } from "react";
import { useEffect, useMemo } from "react";

/** As long as systems take one for long. */
const HELD_MS = 500;
/** Whose finger goes further scrolls. */
const MOVED_PX = 10;

export interface ContextMenu {
  onContextMenu(event: MouseEvent<HTMLElement>): void;
  onPointerDown(event: PointerEvent<HTMLElement>): void;
  onPointerMove(event: PointerEvent<HTMLElement>): void;
  onPointerUp(): void;
  onPointerCancel(): void;
  onTouchEnd(event: TouchEvent<HTMLElement>): void;
}

/** `openerOf`: the button of a Popup that belongs to what was touched, if anything does; the same function always. */
export function useContextMenu(openerOf: (target: Element) => HTMLButtonElement | null | undefined): ContextMenu {
  const held = useMemo(() => new Held(), []);
  useEffect(() => () => held.end(), [held]);
  return useMemo(() => ({
    onContextMenu(event) {
      const opener = openerAt(event);
      if (!opener) return;
      event.preventDefault();
      const { pointerType, pointerId } = event.nativeEvent as globalThis.PointerEvent;
      held.end();
      openBy(opener, pointerType === "touch" ? pointerId : undefined);
    },
    onPointerDown(event) {
      held.end();
      held.wasLong = false;
      const opener = event.pointerType === "touch" && event.isPrimary && openerAt(event);
      if (!opener) return;
      const { pointerId, clientX, clientY } = event;
      held.begin(clientX, clientY, () => openBy(opener, pointerId));
    },
    onPointerMove: (event) => held.move(event.clientX, event.clientY),
    onPointerUp: () => held.end(),
    onPointerCancel: () => held.end(),
    onTouchEnd(event) {
      // What was held is not pressed.
      if (held.wasLong) event.preventDefault();
    },
  }), [held, openerOf]);

  function openerAt({ target }: MouseEvent<HTMLElement>): HTMLButtonElement | null | undefined {
    return target instanceof Element ? openerOf(target) : undefined;
  }
}

/** A finger that rests where it was put. */
class Held {
  /** It did so long enough. */
  wasLong = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #x = 0;
  #y = 0;

  begin(x: number, y: number, then: () => void): void {
    this.#x = x;
    this.#y = y;
    this.#timer = setTimeout(() => {
      this.wasLong = true;
      then();
    }, HELD_MS);
  }

  move(x: number, y: number): void {
    if (Math.hypot(x - this.#x, y - this.#y) > MOVED_PX) this.end();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** `finger`: the pointer that still rests on the page. What it is lifted from is the menu then, since a menu
 * closes by what ends beside it. */
function openBy(opener: HTMLButtonElement, finger: number | undefined): void {
  const menu = opener.popoverTargetElement;
  if (!menu || menu.matches(":popover-open")) return;
  opener.click();
  if (finger === undefined) return;
  try {
    menu.setPointerCapture(finger);
  } catch {
    // It was lifted by now.
  }
}
