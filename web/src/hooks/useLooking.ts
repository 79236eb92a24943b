import { useSyncExternalStore } from "react";
import { isLooking, onLooking } from "../alerts/lookedAt.ts";

/** Whether somebody looks at this tab: what arrives in one that is hidden, or beside the window that they
 * use, has not been read. */
export function useLooking(): boolean {
  return useSyncExternalStore(onLooking, isLooking);
}
