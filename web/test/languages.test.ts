/** The catalogues, held against each other and against the code. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import type { MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { TYPE, parse } from "@formatjs/icu-messageformat-parser";
import { createIntl } from "react-intl";
import { LANGUAGES, languageOf, localeOf } from "../src/words/languages.ts";

const SOURCES = new URL("../src/", import.meta.url);
const CODES = Object.keys(LANGUAGES);

function textsIn(code: string): Record<string, string> {
  return JSON.parse(readFileSync(new URL(`words/text/${code}.json`, SOURCES), "utf8"));
}

/** What a message wants to be told. */
function argumentsOf(elements: readonly MessageFormatElement[]): string[] {
  const names = new Set<string>();
  const look = (all: readonly MessageFormatElement[]): void => {
    for (const element of all) {
      if (element.type === TYPE.literal || element.type === TYPE.pound) continue;
      names.add(element.value);
      if (element.type === TYPE.plural || element.type === TYPE.select) {
        for (const option of Object.values(element.options)) look(option.value);
      }
    }
  };
  look(elements);
  return [...names].sort();
}

const english = textsIn("en");

for (const code of CODES) {
  test(`${code}: every text is there, parses, and asks for what the English one does`, () => {
    const texts = textsIn(code);
    assert.deepEqual(Object.keys(texts).sort(), Object.keys(english).sort());
    for (const [id, text] of Object.entries(texts)) {
      const wanted = argumentsOf(parse(english[id] ?? ""));
      assert.notEqual(text.trim(), "", id);
      assert.deepEqual(argumentsOf(parse(text, { locale: new Intl.Locale(code) })), wanted, id);
    }
  });

  test(`${code}: each plural has the forms that the language has`, () => {
    const forms = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
    for (const [id, text] of Object.entries(textsIn(code))) {
      for (const element of parse(text)) {
        if (element.type !== TYPE.plural) continue;
        assert.deepEqual(forms.filter((form) => !Object.hasOwn(element.options, form)), [], id);
      }
    }
  });
}

for (const code of CODES) {
  test(`${code}: what one did, or what was done to one, is said to oneself, whose verb is another`, () => {
    const texts = textsIn(code);
    const intl = createIntl({ locale: code, messages: texts });
    for (const [id, text] of Object.entries(texts)) {
      const told = argumentsOf(parse(text));
      for (const [person, name] of [["who", "by"], ["whom", "user"]] as const) {
        if (!id.startsWith("notice.") || !told.includes(name)) continue;
        const rest = { by: "Ada", user: "Ada", who: "other", whom: "other", title: "", days: 1 };
        const say = (who: string): string => intl.formatMessage({ id }, { ...rest, [name]: "Bo", [person]: who });
        assert.match(say("other"), /Bo/, id);
        assert.doesNotMatch(say("you"), /Bo/, id);
      }
    }
  });
}

test("no catalogue but those of the table, and no text that is not used", () => {
  const files = readdirSync(new URL("words/text/", SOURCES)).map((name) => name.replace(/\.json$/, ""));
  assert.deepEqual(files.sort(), [...CODES].sort());
  const code = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name)).map((name) => readFileSync(new URL(name, SOURCES), "utf8")).join("\n");
  /** Named by a part that is put together. */
  const made = /^(error|field|notice|list\.filter|message\.(waiting|sent|delivered|read|failed)|details\.(owner|admin)|privacy\.|emoji\.(group|tone)_|invite\.(day|week)|settings\.(profile|privacy|notify|devices|password|factor|data)$)/;
  const unused = Object.keys(english).filter((id) => !made.test(id) && !code.includes(`"${id}"`));
  assert.deepEqual(unused, []);
});

test("a person gets what they chose, else what their browser asks for first and we have", () => {
  assert.equal(languageOf("de", ["ar"]), "de");
  assert.equal(languageOf(undefined, ["fr-FR", "zh-Hans-CN", "en"]), "zh");
  assert.equal(languageOf(undefined, ["fr"]), "en");
  assert.equal(localeOf("en", ["de", "en-GB", "en-US"]), "en-GB");
  assert.equal(localeOf("ar", ["de"]), "ar");
});
