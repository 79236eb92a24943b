import { useObservable } from "../hooks/useObservable.ts";
import { useParley } from "../store/context.ts";

/** In place of a line that is on its way. Nothing is without a connection, and the name stands alone. */
export function NoLine() {
  return useObservable(useParley().status).state === "online" ? <p> </p> : null;
}
