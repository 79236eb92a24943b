import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConversationView } from "parley-client";
import { arrange, attentionOf, sought, steadied } from "../src/list/arrange.ts";

const NOW = 1_000_000;

function view(title: string, changes: Partial<ConversationView> = {}): ConversationView {
  return {
    conversation: title, kind: "group", title, announce: false, timer: 0, retention: 0, left: false, first: 1, head: 1,
    time: 0, unread: 0, read: 0, archived: false, request: false, marked_unread: false, ...changes,
  };
}

function titles(views: readonly ConversationView[]): (string | undefined)[] {
  return views.map((one) => one.title);
}

test("what is pinned stands above, the last one pinned first; what is archived apart", () => {
  const views = [view("a"), view("b", { pinned: 3 }), view("c", { archived: true, pinned: 9 }), view("d", { pinned: 5 })];
  const { pinned, rest, archived } = arrange(views, "all");
  assert.deepEqual([titles(pinned), titles(rest), titles(archived)], [["d", "b"], ["a"], ["c"]]);
});

test("a filter leaves out what does not pass, pinned or not, and nothing of the archive", () => {
  const views = [
    view("a", { unread: 1 }), view("b", { pinned: 1 }), view("c", { marked_unread: true, kind: "direct" }),
    view("d", { archived: true, unread: 1 }),
  ];
  const unread = arrange(views, "unread");
  assert.deepEqual([titles(unread.pinned), titles(unread.rest), titles(unread.archived)], [[], ["a", "c"], ["d"]]);
  const groups = arrange(views, "groups");
  assert.deepEqual([titles(groups.pinned), titles(groups.rest)], [["b"], ["a"]]);
});

test("what asks for attention: unread, unless muted or archived and nobody means one", () => {
  assert.equal(attentionOf([view("a", { unread: 3 }), view("b", { marked_unread: true })], NOW), 4);
  assert.equal(attentionOf([view("a", { unread: 3, muted_until: NOW + 1 }), view("b", { unread: 2, archived: true })], NOW), 0);
  assert.equal(attentionOf([view("a", { unread: 3, muted_until: NOW - 1 })], NOW), 3);
  assert.equal(attentionOf([view("a", { unread: 3, muted_until: NOW + 1, mention: 7 })], NOW), 1);
});

test("a search finds by the start, by a word, anywhere, and by a person's name; whatever the accents", () => {
  const person = { user: "1", username: "zoe99", display_name: "Anna" };
  const views = [view("Umzoen"), view("Aunt Zoë"), view("Zoé"), view("Anna", { kind: "direct", person }), view("other")];
  assert.deepEqual(titles(sought(views, " zoe", (one) => one.title ?? "")), ["Zoé", "Anna", "Aunt Zoë", "Umzoen"]);
  assert.deepEqual(sought(views, "  ", (one) => one.title ?? ""), []);
});

test("while one chooses everything keeps its place, and what is new comes last", () => {
  const places = new Map<string, number>();
  assert.deepEqual(titles(steadied([view("a"), view("b"), view("c")], places)), ["a", "b", "c"]);
  assert.deepEqual(titles(steadied([view("new"), view("c"), view("a")], places)), ["a", "c", "new"]);
  assert.deepEqual(titles(steadied([view("b"), view("new"), view("c"), view("a")], places)), ["a", "b", "c", "new"]);
});
