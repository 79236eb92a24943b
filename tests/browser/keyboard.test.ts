/** The page without a mouse, and in a narrow window. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Locator } from "playwright-core";
import { eventually } from "../integration/harness/wait.ts";
import { restAt } from "../integration/harness/web.ts";
import type { Person } from "./harness/person.ts";
import { PASSWORD, hasFocus } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";

/** More stops than this before what one looks for are a nuisance. */
const TABS_MAX = 12;

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

function menuOf(person: Person, text: string): Locator {
  return person.message(text).locator(".message-more");
}

/** Presses a key until the focus is where it is wanted. */
async function pressUntil(person: Person, key: string, wanted: Locator): Promise<void> {
  for (let i = 0; i < TABS_MAX; i++) {
    if (await hasFocus(wanted)) return;
    await person.page.keyboard.press(key);
  }
  assert.fail(`the focus does not get there with ${TABS_MAX} × ${key}`);
}

test("signing in, choosing a conversation, writing and sending need no mouse", async () => {
  const [alice, bob] = await stage.people("alice", "bob");
  await bob!.finds(alice!);
  await bob!.writes("for you");
  await alice!.signsOut();
  const { keyboard } = alice!.page;

  await keyboard.type(alice!.name);
  await keyboard.press("Tab");
  await keyboard.type(PASSWORD);
  await keyboard.press("Enter");
  await alice!.row(bob!).waitFor();
  await pressUntil(alice!, "Tab", alice!.row(bob!));
  await keyboard.press("Enter");
  await alice!.sees("for you");
  await keyboard.type("one line");
  await keyboard.press("Shift+Enter");
  await keyboard.type("another");
  await keyboard.press("Enter");
  await bob!.seesExactly(["for you", "one line\nanother"]);

  // Back to the message, and answer it.
  await pressUntil(alice!, "Shift+Tab", menuOf(alice!, "another"));
  await keyboard.press("ArrowUp");
  await keyboard.press("Enter");
  const reply = alice!.page.getByRole("button", { name: "Reply" });
  await reply.waitFor();
  await pressUntil(alice!, "Tab", reply);
  await keyboard.press("Enter");
  await keyboard.type("an answer");
  await keyboard.press("Enter");
  await bob!.message("an answer").locator(".quote").getByText("for you").waitFor();
});

test("from an answer the menu leads to what it answers, wherever that is, and the arrows go on from there", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const [{ token }, { user }] = await Promise.all([alice!.session(), bob!.session()]);
  const rest = restAt(stage.server.base);
  const { seq } = await rest.call("message.send", { to: user, text: "a question" }, token);
  // More than a page.
  for (let i = 0; i < 60; i++) await rest.call("message.send", { to: user, text: `line ${i}.` }, token);
  await rest.call("message.send", { to: user, text: "an answer", reply_to: seq }, token);
  const elsewhere = await stage.again(alice!);
  await elsewhere.opens(bob!);
  await elsewhere.sees("an answer");
  await pressUntil(elsewhere, "Shift+Tab", menuOf(elsewhere, "an answer"));
  await elsewhere.page.keyboard.press("Enter");
  const goes = elsewhere.page.getByRole("button", { name: "Go to what it answers" });
  await goes.waitFor();
  await pressUntil(elsewhere, "ArrowDown", goes);
  await elsewhere.page.keyboard.press("Enter");
  await elsewhere.log.locator(".is-found").getByText("a question").waitFor();
  await eventually(async () => (await hasFocus(menuOf(elsewhere, "a question"))) || undefined, "the focus on what was found");
  await elsewhere.page.keyboard.press("ArrowDown");
  assert.ok(await hasFocus(menuOf(elsewhere, "line 0.")));
});

test("when the newest message is deleted the focus is on the log, and the menu of the one before is reached", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const { keyboard } = alice!.page;
  await alice!.finds(bob!);
  await alice!.writes("it stays");
  await alice!.writes("it goes");
  await alice!.seesTick("it goes", "delivered");
  await pressUntil(alice!, "Shift+Tab", menuOf(alice!, "it goes"));
  await keyboard.press("Enter");
  const deletes = alice!.page.getByRole("button", { name: "Delete for everyone" });
  await deletes.waitFor();
  await pressUntil(alice!, "End", deletes);
  await keyboard.press("Enter");
  await pressUntil(alice!, "Tab", alice!.page.getByRole("dialog").getByRole("button", { name: "Delete for everyone" }));
  await keyboard.press("Enter");
  await bob!.opens(alice!);
  await bob!.seesExactly(["it stays", "Message deleted"]);
  await alice!.seesExactly(["it stays", "Message deleted"]);
  assert.ok(await hasFocus(alice!.log));

  await alice!.box.focus();
  await pressUntil(alice!, "Shift+Tab", menuOf(alice!, "it stays"));
});

test("Enter takes the word of an input method and sends nothing", async () => {
  const [alice, bob] = await stage.people("alice", "bob");
  await alice!.finds(bob!);
  const devtools = await alice!.context.newCDPSession(alice!.page);
  await alice!.box.focus();
  await devtools.send("Input.imeSetComposition", { text: "にほん", selectionStart: 3, selectionEnd: 3 });
  await alice!.box.dispatchEvent("keydown", { key: "Enter", isComposing: true, bubbles: true });
  assert.deepEqual(await alice!.texts(), []);
  await devtools.send("Input.insertText", { text: "日本" });
  await alice!.box.press("Enter");
  await bob!.opens(alice!);
  await bob!.seesExactly(["日本"]);
});

test("a narrow window shows the list or the conversation, and the way back; the focus comes along", async () => {
  const [alice, bob] = await stage.people("alice", "bob");
  await alice!.page.setViewportSize({ width: 360, height: 640 });
  await alice!.finds(bob!);
  await alice!.writes("on the way");
  await alice!.search.waitFor({ state: "hidden" });
  await alice!.page.getByRole("button", { name: "Back to the list" }).click();
  await alice!.box.waitFor({ state: "hidden" });
  await comesTo(alice!.row(bob!));
  await alice!.page.keyboard.press("Enter");
  await alice!.sees("on the way");
  await comesTo(alice!.box);
  await alice!.page.goBack();
  await comesTo(alice!.row(bob!));

  // By finger nothing brings up the keyboard.
  const onPhone = await stage.again(alice!, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await onPhone.row(bob!).tap();
  await comesTo(onPhone.log);
  await onPhone.page.getByRole("button", { name: "Back to the list" }).tap();
  await comesTo(onPhone.row(bob!));
});

async function comesTo(wanted: Locator): Promise<void> {
  await eventually(async () => (await hasFocus(wanted)) || undefined, `the focus on ${wanted}`);
}
