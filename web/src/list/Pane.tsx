import type { ReactNode } from "react";
import { useNarrow } from "../hooks/useNarrow.ts";
import { useRoute } from "../route/route.ts";

/** The left pane, whatever stands in it. Where it is all that is shown, it is what the page is about. */
export function Pane({ label, children }: { label: string; children: ReactNode }) {
  const narrow = useNarrow();
  const { place, invite } = useRoute();
  const isAlone = narrow && !place && invite === undefined;
  return <div className="sidebar" role={isAlone ? "main" : "complementary"} aria-label={label}>{children}</div>;
}
