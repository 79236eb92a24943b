/** All emoji, by groups and by what they are called. Its data is the page's own (build/emoji.ts). */
import type { EmojiData, EmojiPickerListComponents } from "frimousse";
import { EmojiPicker as Picker } from "frimousse";
import { useIntl } from "react-intl";
import type { Language, TextId } from "../words/languages.ts";
import { isLanguage } from "../words/languages.ts";
import type { Say } from "../words/useText.ts";
import { useText } from "../words/useText.ts";
import "./emoji.css";

const COLUMNS = 8;

/** Where the names come from, emojibase, there are none in Arabic; Unicode's CLDR would have some. */
const DATA: Record<Language, () => Promise<{ default: EmojiData }>> = {
  en: () => import("virtual:emoji/en"),
  de: () => import("virtual:emoji/de"),
  es: () => import("virtual:emoji/es"),
  ar: () => import("virtual:emoji/en"),
  zh: () => import("virtual:emoji/zh"),
};

/** Groups and tones, which the data has the keys of, are called as the page says. */
async function dataIn(locale: string, say: Say): Promise<EmojiData> {
  const { default: data } = await DATA[isLanguage(locale) ? locale : "en"]();
  const toneOf = (key: string): string => say(`emoji.tone_${key}` as TextId);
  return {
    ...data,
    categories: data.categories.map(({ index, label }) => ({ index, label: say(`emoji.group_${label}` as TextId) })),
    skinTones: Object.fromEntries(Object.keys(data.skinTones).map((key) => [key, toneOf(key)])) as EmojiData["skinTones"],
  };
}

type Resolve = (locale: string) => Promise<EmojiData>;

/** Of each language, for as long as the page is there: the picker asks whenever it is opened. */
const resolves = new Map<string, Resolve>();

function resolveIn(language: string, say: Say): Resolve {
  const known = resolves.get(language);
  if (known) return known;
  let data: Promise<EmojiData> | undefined;
  const resolve: Resolve = (locale) => {
    data ??= dataIn(locale, say).catch((error: unknown) => {
      data = undefined;
      throw error;
    });
    return data;
  };
  resolves.set(language, resolve);
  return resolve;
}

const PARTS: Partial<EmojiPickerListComponents> = {
  CategoryHeader: ({ category, ...rest }) => <div {...rest} className="emoji-group">{category.label}</div>,
  // Both count from 0 there, and ARIA from 1. The picker finds its rows by the number, the first one without.
  Row: ({ children, "aria-rowindex": row, ...rest }) => (
    <div {...rest} className="emoji-line" aria-rowindex={row || undefined}>{children}</div>
  ),
  Emoji: ({ emoji, "aria-colindex": column = 0, ...rest }) => (
    <button type="button" {...rest} className={emoji.isActive ? "emoji emoji-active" : "emoji"} aria-colindex={column + 1}>
      {emoji.emoji}
    </button>
  ),
};

export default function EmojiPicker({ onChoose }: { onChoose: (emoji: string) => void }) {
  const say = useText();
  const language = useIntl().locale.split("-")[0] ?? "en";
  return (
    <Picker.Root
      className="emoji-picker" columns={COLUMNS} locale={language} resolveEmojiData={resolveIn(language, say)}
      onEmojiSelect={({ emoji }) => onChoose(emoji)}
    >
      <div className="emoji-search">
        <Picker.Search autoFocus aria-label={say("emoji.search")} placeholder={say("emoji.search")} />
        <Picker.SkinToneSelector className="emoji" aria-label={say("emoji.tone")} />
      </div>
      <Picker.Viewport className="emoji-view">
        <Picker.Loading className="hint">{say("app.loading")}</Picker.Loading>
        <Picker.Empty className="hint">{say("emoji.none")}</Picker.Empty>
        <Picker.List aria-label={say("emoji.label")} components={PARTS} />
      </Picker.Viewport>
    </Picker.Root>
  );
}
