import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ERRORS, ParleyError } from "parley-client";
import { createIntl } from "react-intl";
import { deviceName } from "../src/session/deviceName.ts";
import { markOf, wordsFor, wordsForCode, wordsForUnsent } from "../src/words/errors.ts";
import { bytesOf } from "parley-client";
import { dayName, lastSeen, shortTime } from "../src/words/time.ts";
import { sayIn } from "../src/words/useText.ts";

const NOON = new Date(2026, 4, 20, 12).getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const messages = JSON.parse(readFileSync(new URL("../src/words/text/en.json", import.meta.url), "utf8"));
const intl = createIntl({ locale: "en", messages });
const say = sayIn(intl);

test("bytes are counted as they are sent", () => {
  assert.deepEqual(["", "a", "ä", "€", "😄"].map(bytesOf), [0, 1, 2, 3, 4]);
});

test("every error that a person may cause has words of its own", () => {
  const ours = ["bad_json", "unknown_command", "method_not_allowed", "bad_request"];
  const protocol = ["key_reused", "ahead", "after_required", "truncated"];
  const said = Object.keys(ERRORS).filter((code) => ![...ours, ...protocol].includes(code))
    .map((code) => wordsForCode(code, say));
  assert.ok(!said.includes(wordsForCode("no such code", say)));
  assert.equal(new Set(said).size, said.length);
});

test("of a message that may have arrived nobody says that it was not sent", () => {
  assert.match(wordsForUnsent("cannot_write", say), /^Not sent\. You cannot write/);
  assert.match(wordsForUnsent("too_old", say), /^This may have arrived/);
  assert.equal(say(markOf("failed", "cannot_write")), "not sent");
  assert.equal(say(markOf("failed", "too_old")), "may have arrived");
  assert.equal(say(markOf("waiting", undefined)), "waiting to be sent");
});

test("a bad field is told by the field, never in the server's words", () => {
  const error = new ParleyError("bad_request", "username: not a username", { field: "username" });
  assert.match(wordsFor(error, say), /3 to 32 characters/);
  const other = wordsForCode("bad_request", say);
  assert.equal(wordsFor(new ParleyError("bad_request", "x", { field: "no_such" }), say), other);
  assert.equal(wordsFor(new ParleyError("bad_request", "x", { field: "toString" }), say), other);
  assert.equal(wordsFor(new Error("secret detail"), say), other);
});

test("days are those of the calendar, not spans of 24 hours", () => {
  assert.equal(dayName(intl, NOON - 11 * HOUR, NOON), "Today");
  assert.equal(dayName(intl, NOON - 13 * HOUR, NOON), "Yesterday");
  assert.equal(shortTime(intl, NOON - 13 * HOUR, NOON), "Yesterday");
  assert.doesNotMatch(shortTime(intl, NOON - 2 * DAY, NOON), /Yesterday|\d/);
  assert.match(shortTime(intl, NOON - 30 * DAY, NOON), /\d/);
});

test("of another year the year is said", () => {
  const [before, after] = [new Date(2025, 11, 1).getTime(), new Date(2026, 0, 20, 12).getTime()];
  assert.equal(shortTime(intl, before, after), "Dec 1, 2025");
  assert.equal(dayName(intl, before, after), "December 1, 2025");
  assert.equal(lastSeen(intl, before, after), "last seen on Dec 1, 2025");
  assert.equal(shortTime(intl, before, before + 10 * DAY), "Dec 1");
  assert.equal(dayName(intl, before, before + 10 * DAY), "Monday, December 1");
});

test("last seen grows coarser with time, and a clock that lags says nothing odd", () => {
  assert.equal(lastSeen(intl, NOON + 5000, NOON), "last seen just now");
  assert.equal(lastSeen(intl, NOON - 30_000, NOON), "last seen just now");
  assert.equal(lastSeen(intl, NOON - 5 * MINUTE, NOON), "last seen 5 min ago");
  assert.match(lastSeen(intl, NOON - 3 * HOUR, NOON), /^last seen at /);
  assert.match(lastSeen(intl, NOON - DAY, NOON), /^last seen yesterday at /);
  assert.match(lastSeen(intl, NOON - 9 * DAY, NOON), /^last seen on /);
});

test("a browser is called after itself and its system, in the page's words", () => {
  const linux = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";
  assert.equal(deviceName(say, linux), "Chrome on Linux");
  const german = JSON.parse(readFileSync(new URL("../src/words/text/de.json", import.meta.url), "utf8"));
  assert.equal(deviceName(sayIn(createIntl({ locale: "de", messages: german })), linux), "Chrome unter Linux");
  assert.equal(deviceName(say, "something else"), "Browser");
});
