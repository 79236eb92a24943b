import type { Id } from "parley-client";
import { useNameOrYou } from "./names.ts";

/** Isolated, so that a name's direction of writing ends with it. */
export function Name({ user }: { user: Id }) {
  return <bdi>{useNameOrYou(user)}</bdi>;
}
