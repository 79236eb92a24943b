import type { Loaded } from "../hooks/useLoaded.ts";
import { wordsFor } from "../words/errors.ts";
import { useText } from "../words/useText.ts";

/** Instead of what is not here yet, or cannot be had. */
export function Waiting({ loaded: { error } }: { loaded: Loaded<unknown> }) {
  const say = useText();
  return <p className="hint" role="status">{error === undefined ? say("app.loading") : wordsFor(error, say)}</p>;
}
