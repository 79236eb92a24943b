/**
 * The languages that the page speaks, and which of them somebody gets. Each has its texts in
 * `text/<code>.json`, ICU messages by key, as a file of its own that is loaded when it is wanted;
 * English is the one that the others are held against (test/languages.test.ts).
 */
import type texts from "./text/en.json";

export type TextId = keyof typeof texts;
export type Texts = Record<TextId, string>;

export const LANGUAGES = {
  en: { name: "English", dir: "ltr" },
  de: { name: "Deutsch", dir: "ltr" },
  es: { name: "Español", dir: "ltr" },
  ar: { name: "العربية", dir: "rtl" },
  zh: { name: "中文", dir: "ltr" },
} as const;

export type Language = keyof typeof LANGUAGES;

export function isLanguage(code: unknown): code is Language {
  return typeof code === "string" && Object.hasOwn(LANGUAGES, code);
}

/** What was chosen, else the first that the browser asks for and we have, else English. */
export function languageOf(chosen: Language | undefined, asked: readonly string[]): Language {
  if (chosen) return chosen;
  for (const tag of asked) {
    const code = tag.toLowerCase().split("-")[0];
    if (isLanguage(code)) return code;
  }
  return "en";
}

/** The tag for dates and numbers: with the browser's region, where it speaks the same language. */
export function localeOf(language: Language, asked: readonly string[]): string {
  const same = asked.find((tag) => tag.toLowerCase().split("-")[0] === language);
  return same ?? language;
}

const FILES: Record<Language, () => Promise<{ default: Texts }>> = {
  en: () => import("./text/en.json"),
  de: () => import("./text/de.json"),
  es: () => import("./text/es.json"),
  ar: () => import("./text/ar.json"),
  zh: () => import("./text/zh.json"),
};

export async function textsIn(language: Language): Promise<Texts> {
  return (await FILES[language]()).default;
}
