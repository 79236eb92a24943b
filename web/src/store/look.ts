/**
 * How the page looks and speaks in this browser, and how it calls one: kept in localStorage, beside the
 * session and not with it, since it is the browser's and names nobody. What was never chosen is not kept.
 */
import type { Observable } from "parley-client";
import { Value } from "parley-client";
import type { Language } from "../words/languages.ts";
import { isLanguage } from "../words/languages.ts";

const KEY = "parley/look";

export type Theme = "light" | "dark";

/** What is absent is as the system and the browser have it. */
export interface LookChoice {
  theme?: Theme;
  language?: Language;
  /** Something new is told by the system while one looks elsewhere. Absent: it is not. */
  notify?: true;
  /** Nothing of it is heard. Absent: it is. */
  silent?: true;
}

export class Look {
  readonly chosen: Observable<LookChoice>;
  #chosen = new Value<LookChoice>(kept());

  constructor() {
    this.chosen = this.#chosen;
    // Another tab chose; null: it forgot everything.
    window.addEventListener("storage", ({ key }) => {
      if (key === KEY || key === null) this.#chosen.set(kept());
    });
  }

  setTheme(theme: Theme | undefined): void {
    this.#set({ theme });
  }

  setLanguage(language: Language | undefined): void {
    this.#set({ language });
  }

  setNotify(on: boolean): void {
    this.#set({ notify: on || undefined });
  }

  setSilent(on: boolean): void {
    this.#set({ silent: on || undefined });
  }

  #set(change: { [name in keyof LookChoice]: LookChoice[name] | undefined }): void {
    const named = Object.entries({ ...this.#chosen.get(), ...change }).filter(([, to]) => to !== undefined);
    const choice: LookChoice = Object.fromEntries(named);
    this.#chosen.set(choice);
    try {
      if (named.length > 0) localStorage.setItem(KEY, JSON.stringify(choice));
      else localStorage.removeItem(KEY);
    } catch {
      // A browser that keeps nothing: it is so as long as the page lives.
    }
  }
}

/** What this or an earlier version kept; what makes no sense is as never chosen. */
function kept(): LookChoice {
  try {
    const { theme, language, notify, silent } = (JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {}) as Record<string, unknown>;
    return {
      ...(theme === "light" || theme === "dark" ? { theme } : {}),
      ...(isLanguage(language) ? { language } : {}),
      ...(notify === true ? { notify } : {}),
      ...(silent === true ? { silent } : {}),
    };
  } catch {
    return {};
  }
}
