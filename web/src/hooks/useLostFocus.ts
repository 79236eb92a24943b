import type { RefObject } from "react";
import { useEffect, useRef } from "react";

/** For what takes the place of what was pressed: where the focus went with that, it is here (an element with
 * tabIndex -1), so that who goes by keys or by ear goes on from here. */
export function useLostFocus<T extends HTMLElement>(): RefObject<T | null> {
  const here = useRef<T>(null);
  useEffect(() => {
    if (document.activeElement === document.body) here.current?.focus();
  }, []);
  return here;
}
