import { ParleyError } from "parley-client";
import { useCallback, useEffect, useState } from "react";
import { useParley } from "../store/context.ts";
import { useObservable } from "./useObservable.ts";

export interface Loaded<T> {
  value?: T;
  error?: unknown;
}

/** What the server is asked for when a part is shown, with each connection anew, and again by the function;
 * `ask` is the same one as long as the question is. What was known stays until the server has answered. */
export function useLoaded<T>(ask: () => Promise<T>): [Loaded<T>, () => void] {
  const online = useObservable(useParley().status).state === "online";
  const [loaded, setLoaded] = useState<Loaded<T>>({});
  const [times, setTimes] = useState(0);
  useEffect(() => {
    let over = false;
    ask().then(
      (value) => !over && setLoaded({ value }),
      (error: unknown) => !over && setLoaded((was) => (isNoAnswer(error) ? { ...was, error } : { error })),
    );
    return () => {
      over = true;
    };
  }, [ask, times, online]);
  return [loaded, useCallback(() => setTimes((now) => now + 1), [])];
}

function isNoAnswer(error: unknown): boolean {
  return error instanceof ParleyError && error.transient;
}
