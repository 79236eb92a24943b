/**
 * A component whose code comes when it is first drawn. React's lazy() keeps a failure for good: here whatever
 * caught that (app/Trouble.tsx) lets go of it, and what is drawn after that is asked for anew. Not sooner: React
 * draws what failed once more by itself, and would ask without an end.
 */
import type { ComponentType } from "react";
import { lazy } from "react";

type Code<P> = { default: ComponentType<P> };

const letGo = new WeakMap<Error, () => void>();

export function later<P extends object>(load: () => Promise<Code<P>>): ComponentType<P> {
  /** `sheet`: the address of the style sheet that failed the last time. */
  const begin = (sheet?: string): ComponentType<P> => lazy(async () => {
    try {
      if (sheet !== undefined) await loadSheet(sheet);
      return await load();
    } catch (error) {
      const failed = error instanceof Error ? error : new Error(String(error));
      const lost = failedSheet(failed) ?? sheet;
      letGo.set(failed, () => {
        Shown = begin(lost);
      });
      throw failed;
    }
  });
  let Shown = begin();
  return function Later(props: P) {
    return <Shown {...props} />;
  };
}

/** Somebody was told of the failure, if it is one of these. */
export function forget(error: unknown): void {
  if (error instanceof Error) letGo.get(error)?.();
}

/** Vite, which asks for a part's style sheets, says so in no other way; and it asks for each only once. */
function failedSheet({ message }: Error): string | undefined {
  const links = [...document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")];
  const failed = links.find(({ href }) => message.endsWith(href));
  failed?.remove();
  return failed?.href;
}

function loadSheet(href: string): Promise<void> {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  return new Promise((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => reject(new Error(`no style sheet at ${href}`));
    document.head.append(link);
  });
}
