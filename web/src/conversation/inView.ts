import type { Seq } from "parley-client";

/** Edges fall between pixels. */
const SLACK_PX = 4;

function linesOf(log: HTMLElement): HTMLElement[] {
  return [...log.querySelectorAll<HTMLElement>("[data-seq]")];
}

function seqOf(line: HTMLElement | undefined): Seq | undefined {
  return line && Number(line.dataset["seq"]);
}

/** The first of which something shows. */
export function firstInView(log: HTMLElement): Seq | undefined {
  const edge = log.getBoundingClientRect().top + SLACK_PX;
  return seqOf(linesOf(log).find((line) => line.getBoundingClientRect().bottom > edge));
}

/** The last whose end shows. */
export function lastInView(log: HTMLElement): Seq | undefined {
  const edge = log.getBoundingClientRect().bottom + SLACK_PX;
  return seqOf(linesOf(log).findLast((line) => line.getBoundingClientRect().bottom <= edge));
}
