/**
 * What the emoji picker shows, made of emojibase-data when the page is built: `virtual:emoji/<language>`
 * has names and words to search by in a language, and the keys of groups and tones, for which the page has
 * words; `virtual:emoji/codes` has the :codes:. Of its 800 KB a language some 200 are of use. Both are
 * modules that are loaded when they are first wanted, from where the page comes from, as everything is.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

/** Newer ones are not in the fonts of the browsers that we support, and would be drawn as boxes. */
const VERSION_MAX = 15;
const PREFIX = "virtual:emoji/";
/** The groups of parts that are no emoji by themselves. */
const COMPONENTS = "component";
const TONES = ["", "light", "medium-light", "medium", "medium-dark", "dark"];

interface Known {
  emoji: string;
  label: string;
  hexcode: string;
  group?: number;
  order?: number;
  version: number;
  tags?: string[];
  skins?: { emoji: string; tone?: number | number[] }[];
}

interface Messages {
  groups: { key: string; order: number }[];
}

const require = createRequire(import.meta.url);

function read<T>(path: string): T {
  return JSON.parse(readFileSync(require.resolve(`emojibase-data/${path}`), "utf8")) as T;
}

function known(language: string): Known[] {
  const all = read<Known[]>(`${language}/data.json`).filter(({ group, version }) => group !== undefined && version <= VERSION_MAX);
  return all.sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
}

function skinsOf({ skins }: Known): Record<string, string> | undefined {
  const plain = skins?.filter(({ tone }) => typeof tone === "number") ?? [];
  return plain.length > 0 ? Object.fromEntries(plain.map(({ emoji, tone }) => [TONES[tone as number], emoji])) : undefined;
}

/** As frimousse wants it. */
function dataIn(language: string): object {
  const { groups } = read<Messages>(`${language}/messages.json`);
  const left = groups.find(({ key }) => key === COMPONENTS)?.order;
  const emojis = known(language).filter(({ group }) => group !== left);
  return {
    locale: language,
    emojis: emojis.map((one) => ({
      emoji: one.emoji, category: one.group, label: one.label, version: one.version, tags: one.tags ?? [], skins: skinsOf(one),
    })),
    categories: groups.filter(({ key }) => key !== COMPONENTS).map(({ order, key }) => ({ index: order, label: key })),
    skinTones: Object.fromEntries(TONES.slice(1).map((key) => [key, key])),
  };
}

/** The codes that people know from elsewhere, in the picker's order. */
function codes(): object {
  const byHex = read<Record<string, string | string[]>>("en/shortcodes/github.json");
  return known("en").flatMap(({ hexcode, emoji }) => [byHex[hexcode] ?? []].flat().map((code) => [code, emoji]));
}

export function emoji(): Plugin {
  return {
    name: "parley-emoji",
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const name = id.slice(PREFIX.length + 1);
      const data = JSON.stringify(name === "codes" ? codes() : dataIn(name));
      // A browser reads JSON faster than the same as a script.
      return `export default JSON.parse(${JSON.stringify(data)});`;
    },
  };
}
