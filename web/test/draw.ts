/**
 * Draws components as they first are, without a browser: the HTML of an element, in the words of the
 * real catalogues. Vite loads them as it does for the page, since Node alone runs no .tsx.
 */
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import type { Parley } from "parley-client";
import { Value } from "parley-client";
import type { ReactElement } from "react";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { IntlProvider } from "react-intl";
import { createServer } from "vite";
import { Store } from "../src/store/store.ts";
import type { Language, Texts } from "../src/words/languages.ts";

// Of a browser the store takes where other tabs' choices are heard.
Object.assign(globalThis, { window: new EventTarget() });

const vite = await createServer({
  root: fileURLToPath(new URL("..", import.meta.url)),
  logLevel: "error",
  appType: "custom",
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
after(() => vite.close());

/** A module by its path in `src`. Only what comes from here is one with what it draws: a context is another
 * object for Node's own import. */
export async function load<T>(path: string): Promise<T> {
  return (await vite.ssrLoadModule(`/src/${path}`)) as T;
}

const { StoreContext } = await load<typeof import("../src/store/context.ts")>("store/context.ts");

export async function drawn(parley: Parley, element: ReactElement, language: Language = "en"): Promise<string> {
  const { default: messages } = await load<{ default: Texts }>(`words/text/${language}.json`);
  const store = new Store({ parley, forgetful: new Value(false) });
  const spoken = createElement(IntlProvider, { locale: language, messages }, element);
  return renderToStaticMarkup(createElement(StoreContext, { value: store }, spoken));
}
