/** The language and the theme of the page, as they are chosen; the page's element carries both. */
import type { ReactNode } from "react";
import { useEffect, useLayoutEffect, useState } from "react";
import { IntlProvider } from "react-intl";
import { useObservable } from "../hooks/useObservable.ts";
import { useStore } from "../store/context.ts";
import type { Theme } from "../store/look.ts";
import type { Language, Texts } from "../words/languages.ts";
import { LANGUAGES, languageOf, localeOf, textsIn } from "../words/languages.ts";

export interface Spoken {
  language: Language;
  texts: Texts;
}

/** What the page is to speak, with its texts: awaited before anything is drawn. */
export async function spokenBy(chosen: Language | undefined): Promise<Spoken> {
  const language = languageOf(chosen, navigator.languages);
  return { language, texts: await textsIn(language) };
}

/** The page in the colours that were chosen, and the browser's own bar with it. */
export function wear(theme: Theme | undefined): void {
  const { dataset } = document.documentElement;
  if (theme) dataset["theme"] = theme;
  else delete dataset["theme"];
  for (const bar of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
    const its = bar.dataset["theme"];
    bar.media = theme === undefined ? `(prefers-color-scheme: ${its})` : its === theme ? "all" : "not all";
  }
}

export function Looks({ first, children }: { first: Spoken; children: ReactNode }) {
  const { theme, language } = useObservable(useStore().look.chosen);
  const [spoken, setSpoken] = useState(first);

  // Until the texts of another language are here, those before stand.
  useEffect(() => {
    let over = false;
    spokenBy(language).then((now) => !over && setSpoken(now), () => {});
    return () => {
      over = true;
    };
  }, [language]);
  // Before the browser draws what has changed with them.
  useLayoutEffect(() => wear(theme), [theme]);
  useLayoutEffect(() => {
    document.documentElement.lang = spoken.language;
    document.documentElement.dir = LANGUAGES[spoken.language].dir;
  }, [spoken]);

  return (
    <IntlProvider locale={localeOf(spoken.language, navigator.languages)} messages={spoken.texts}>
      {children}
    </IntlProvider>
  );
}
