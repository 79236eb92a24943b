import { useCallback, useEffect, useState } from "react";

export interface Loaded<T> {
  value?: T;
  error?: unknown;
}

/** What the server is asked for when a part is shown, and again by the function; `ask` is the same one
 * as long as the question is. What was known stays until the answer is here. */
export function useLoaded<T>(ask: () => Promise<T>): [Loaded<T>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<T>>({});
  const [times, setTimes] = useState(0);
  useEffect(() => {
    let over = false;
    ask().then((value) => !over && setLoaded({ value }), (error: unknown) => !over && setLoaded({ error }));
    return () => {
      over = true;
    };
  }, [ask, times]);
  return [loaded, useCallback(() => setTimes((now) => now + 1), [])];
}
