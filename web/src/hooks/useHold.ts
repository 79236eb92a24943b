import { useEffect } from "react";
import { useStore } from "../store/context.ts";

/** As long as something stands in the page that is gone when it is loaded anew, no newer version takes its place. */
export function useHold(stands: boolean): void {
  const { update } = useStore();
  useEffect(() => (stands ? update.hold() : undefined), [stands, update]);
}
