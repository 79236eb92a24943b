/**
 * How the page looks and speaks in this browser: kept in localStorage, beside the session and not
 * with it, since it is the browser's and names nobody. What was never chosen is not kept.
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
    this.#set({ ...this.#chosen.get(), theme });
  }

  setLanguage(language: Language | undefined): void {
    this.#set({ ...this.#chosen.get(), language });
  }

  #set({ theme, language }: LookChoice): void {
    const choice: LookChoice = { ...(theme && { theme }), ...(language && { language }) };
    this.#chosen.set(choice);
    try {
      if (theme || language) localStorage.setItem(KEY, JSON.stringify(choice));
      else localStorage.removeItem(KEY);
    } catch {
      // A browser that keeps nothing: it is so as long as the page lives.
    }
  }
}

/** What this or an earlier version kept; what makes no sense is as never chosen. */
function kept(): LookChoice {
  try {
    const { theme, language } = (JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {}) as Record<string, unknown>;
    return {
      ...(theme === "light" || theme === "dark" ? { theme } : {}),
      ...(isLanguage(language) ? { language } : {}),
    };
  } catch {
    return {};
  }
}
