import { useCallback } from "react";
import type { OwnAccount } from "parley-client";
import type { Loaded } from "../hooks/useLoaded.ts";
import { useLoaded } from "../hooks/useLoaded.ts";
import { useParley } from "../store/context.ts";

/** One's account as the server has it, and the way to ask for it again. */
export function useAccount(): [Loaded<OwnAccount>, () => void] {
  const parley = useParley();
  return useLoaded(useCallback(() => parley.request("account.get", {}), [parley]));
}
