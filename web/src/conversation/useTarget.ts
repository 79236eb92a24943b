import { useEffect, useLayoutEffect, useState } from "react";
import { useObservable } from "../hooks/useObservable.ts";
import type { Reading } from "../store/reading.ts";
import type { Line } from "./lines.ts";
import { seqOf } from "./lines.ts";
import type { LogLines } from "./useLogLines.ts";

/** As long as the animation that marks what was found. */
const FOUND_MS = 2000;

/** Goes where somebody wants to be. The answer: the line they looked for, for a moment. */
export function useTarget(reading: Reading, virtual: LogLines, lines: readonly Line[]): string | undefined {
  const target = useObservable(reading.target);
  const [found, setFound] = useState<{ id: string } | undefined>();

  useLayoutEffect(() => {
    if (!target || lines.length === 0) return;
    if (target.to === "end") {
      virtual.scrollToEnd();
    } else {
      const index = lines.findIndex((line) => seqOf(line) === target.to);
      const line = lines[index];
      if (line) {
        virtual.scrollToIndex(index, { align: "center" });
        setFound({ id: line.id });
      }
    }
    reading.arrived();
  }, [target, lines, virtual, reading]);

  useEffect(() => {
    if (!found) return undefined;
    const timer = setTimeout(() => setFound(undefined), FOUND_MS);
    return () => clearTimeout(timer);
  }, [found]);

  return found?.id;
}
