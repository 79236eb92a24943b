import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { ConversationView, MessageView, NoticeView } from "parley-client";
import { isLookedAt, tellWhenLookedAt } from "../src/alerts/lookedAt.ts";
import { oneTab } from "../src/alerts/oneTab.ts";
import type { Known, News } from "../src/alerts/worth.ts";
import { NOTHING_KNOWN, knownOf, newsOf } from "../src/alerts/worth.ts";

const NOW = 1_000_000;
const LAST: MessageView = {
  type: "message", id: "#9", sender: "2", own: false, kind: "text", text: "hello", seq: 9, time: NOW, forwarded: false,
  edited: false, deleted: false, reactions: [], mentions: [], mentioned: false,
};
const VIEW: ConversationView = {
  conversation: "7", kind: "direct", announce: false, timer: 0, retention: 0, left: false, first: 1, head: 9, time: NOW,
  unread: 1, read: 8, archived: false, request: false, marked_unread: false, last: LAST,
};
const BEFORE: Known = { last: 8, mention: 0 };
const QUIET = [{ archived: true }, { muted_until: NOW + 1 }];

function message(seq: number, change: Partial<MessageView> = {}): MessageView {
  return { ...LAST, id: `#${seq}`, seq, text: `text ${seq}`, ...change };
}

function news(
  change: Partial<ConversationView>, items: readonly (MessageView | NoticeView)[] = [], before = BEFORE,
): News | undefined {
  return newsOf({ ...VIEW, ...change }, () => items, before, NOW);
}

test("what is new, unread and another's is worth a word, once", () => {
  assert.deepEqual(news({}), { seq: 9, text: "hello" });
  assert.equal(news({}, [], knownOf(VIEW)), undefined);
  assert.equal(news({ unread: 0 }), undefined);
  for (const change of [{ own: true }, { deleted: true, text: undefined }]) {
    const last = { ...LAST, ...change };
    assert.equal(news({ last }, [message(8), last]), undefined);
    // With another's before it that is new, too, that one.
    assert.deepEqual(news({ last }, [message(7), message(8), last], { last: 7, mention: 0 }), { seq: 8, text: "text 8" });
  }
  assert.deepEqual(news({}, [], NOTHING_KNOWN), { seq: 9, text: "hello" });
});

test("of what is muted or archived a mention alone, also with more behind it, and once", () => {
  const view = { head: 10, unread: 2, last: message(10) };
  for (const quiet of QUIET) {
    assert.equal(news(quiet), undefined);
    assert.deepEqual(news({ ...quiet, mention: 9 }, [LAST]), { seq: 9, text: "hello" });
    assert.deepEqual(news({ ...quiet, ...view, mention: 9 }, [LAST, message(10)]), { seq: 9, text: "hello" });
    // It came later than what stands behind it.
    assert.deepEqual(news({ ...quiet, ...view, mention: 9 }, [LAST, message(10)], { last: 10, mention: 0 }), { seq: 9, text: "hello" });
    assert.deepEqual(news({ ...quiet, ...view, mention: 9 }, [message(10)]), { seq: 9, text: undefined });
    assert.equal(news({ ...quiet, ...view, mention: 9 }, [LAST, message(10)], { last: 9, mention: 9 }), undefined);
    assert.equal(news({ ...quiet, ...view, mention: 9 }, [message(9, { deleted: true }), message(10)]), undefined);
  }
  assert.deepEqual(news({ muted_until: NOW - 1 }), { seq: 9, text: "hello" });
});

/** A page as a browser has it at an address without TLS, or one that lets it keep nothing. */
const PLACES = {
  "without locks": {},
  "with locks that are refused": {
    locks: {
      request: () => Promise.reject(new DOMException("no", "SecurityError")),
      query: () => Promise.reject(new DOMException("no", "SecurityError")),
    },
  },
};
const here = { navigator: Object.getOwnPropertyDescriptor(globalThis, "navigator")! };

afterEach(() => {
  Object.defineProperty(globalThis, "navigator", here.navigator);
  for (const name of ["document", "window"]) Reflect.deleteProperty(globalThis, name);
});

for (const [place, navigator] of Object.entries(PLACES)) {
  test(`${place} a tab knows of itself, and tells when nobody looks at it`, async () => {
    let looks = true;
    const document = Object.assign(new EventTarget(), { visibilityState: "visible", hasFocus: () => looks });
    const window = new EventTarget();
    for (const [name, value] of Object.entries({ document, window, navigator })) {
      Object.defineProperty(globalThis, name, { value, configurable: true });
    }
    let told = 0;
    const tell = () => oneTab("7 9", () => told++);
    const end = tellWhenLookedAt();
    assert.equal(await isLookedAt(), true);
    await tell();
    assert.equal(told, 0);
    looks = false;
    window.dispatchEvent(new Event("blur"));
    assert.equal(await isLookedAt(), false);
    await tell();
    assert.equal(told, 1);
    end();
  });
}
