/** Long conversations: pages before, what comes meanwhile, and what of it counts as read. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { clock } from "../integration/harness/clock.ts";
import { eventually } from "../integration/harness/wait.ts";
import { restAt } from "../integration/harness/web.ts";
import { says } from "./harness/filling.ts";
import { PASSWORD, hasFocus } from "./harness/person.ts";
import type { Person } from "./harness/person.ts";
import { drawn, heightOf, placeOf, scrollTo } from "./harness/scrolling.ts";
import { Stage, USUAL } from "./harness/stage.ts";

const MESSAGES = 250;
/** More than a window on the past holds. */
const MUCH_UNREAD = 900;
/** What stands before them: that the two are contacts. */
const BEFORE = 2;
const DAY_MS = 24 * 60 * 60_000;

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

/** Some are a line, some many. */
function textOf(i: number): string {
  return `message ${i}${"\nmore of it".repeat(i % 4)}`;
}

/** Alice has written all that to Bob, who has read it or not, and opens the conversation where nothing
 * of it is kept: on a new device. */
async function afterManyMessages(read: boolean, n = MESSAGES): Promise<[Person, Person, string[]]> {
  const [alice, bob] = await stage.friends("alice", "bob");
  const [from, to] = await Promise.all([alice!.session(), bob!.session()]);
  const rest = restAt(stage.server.base);
  const texts = Array.from({ length: n }, (_, i) => textOf(i + 1));
  await says(stage.server, from.token, to.user, n, (i) => texts[i] ?? "");
  await bob!.hasUnread(alice!, n);
  if (read) {
    const { conversations } = await rest.call("messages.unread", {}, to.token);
    const { conversation } = conversations[0]!;
    await rest.call("receipt.read", { conversation, seq: BEFORE + n }, to.token);
  }
  const late = await stage.again(bob!);
  await late.opens(alice!);
  await late.sees(textOf(read ? n : 1));
  return [alice!, late, texts];
}

/** Every text, read on from the top to the end: what is out of view is not drawn. */
async function allTexts(person: Person): Promise<string[]> {
  const texts = new Map<number, string>();
  const toLatest = person.page.getByRole("button", { name: "To the latest message" });
  await scrollTo(person.log, 0);
  for (let more = true; more; more = (await toLatest.count()) > 0) {
    await person.log.evaluate((box) => {
      box.scrollTop += 300;
    });
    await drawn(person.log);
    const lines = await person.log.evaluate((box) =>
      [...box.querySelectorAll<HTMLElement>("[data-seq]")].map((line): [number, string] =>
        [Number(line.dataset["seq"]), line.querySelector(".message-text")?.textContent ?? ""]));
    for (const [seq, text] of lines) texts.set(seq, text);
  }
  return [...texts].sort(([a], [b]) => a - b).map(([, text]) => text).filter((text) => text !== "");
}

test("pages before come as one scrolls up, nothing jumps, nothing stands twice or is lost", async () => {
  const [, bob, texts] = await afterManyMessages(true);
  const first = bob.log.locator(".day-line");
  let pages = 0;
  for (; (await first.count()) === 0; pages++) {
    assert.ok(pages < MESSAGES, "the first day does not come");
    const height = await heightOf(bob.log);
    // By turns close to the top, and at the very top, where no browser holds anything by itself.
    const { line, at } = await scrollTo(bob.log, pages % 2 === 0 ? 300 : 0);
    await eventually(async () => (await heightOf(bob.log)) > height || (await first.count()) > 0 || undefined, "another page");
    const moved = Math.abs((await placeOf(bob.log, line)) - at);
    assert.ok(moved < 2, `page ${pages}: what was in view moved by ${moved} pixels`);
  }
  assert.ok(pages >= 3, `it came in ${pages} pages`);
  assert.deepEqual(await allTexts(bob), texts);
});

test("much that is unread is shown from its beginning, and read as it comes into view", async () => {
  const [alice, bob] = await afterManyMessages(false, MUCH_UNREAD);
  const { line, at } = await bob.log.evaluate((box) => {
    const unread = box.querySelector("[data-line=unread]");
    const message = unread?.nextElementSibling as HTMLElement | null;
    const top = (message?.getBoundingClientRect().top ?? 0) - box.getBoundingClientRect().top;
    return { line: message?.innerText ?? "", at: top / box.clientHeight };
  });
  assert.match(line, /message 1\b/);
  assert.ok(at > 0 && at < 0.5, `it stands at ${at} of the log's height`);
  const badge = bob.row(alice).locator(".badge");
  await badge.filter({ hasNotText: `${MUCH_UNREAD} unread` }).waitFor();
  const left = parseInt(await badge.innerText(), 10);
  assert.ok(left > MUCH_UNREAD - 50 && left < MUCH_UNREAD, `${left} are left to read`);
  // On through the past: what was in view is read, and no more than that.
  const seen = bob.message(textOf(120));
  for (; (await seen.count()) === 0; await drawn(bob.log)) {
    await bob.log.evaluate((box) => {
      box.scrollTop += 300;
    });
  }
  await eventually(async () => {
    const now = parseInt(await badge.innerText(), 10);
    return (now > MUCH_UNREAD - 150 && now < MUCH_UNREAD - 90) || undefined;
  }, "what was in view is read");
  await bob.log.press("End");
  await bob.hasUnread(alice, 0);
});

test("who goes elsewhere before the first unread message is there has read nothing of the rest", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const [from, to] = await Promise.all([alice!.session(), bob!.session()]);
  const rest = restAt(stage.server.base);
  await says(stage.server, from.token, to.user, MESSAGES, (i) => textOf(i + 1));
  const { conversations } = await rest.call("conversation.list", {}, from.token);
  const pinned = BEFORE + 100;
  await rest.call("message.pin", { conversation: conversations[0]!.conversation, seq: pinned }, from.token);

  const late = await stage.person("late");
  const held: (() => void)[] = [];
  await late.page.routeWebSocket(/./, (page) => {
    const server = page.connectToServer();
    page.onMessage((frame) => {
      if (String(frame).includes('"around"')) held.push(() => server.send(frame));
      else server.send(frame);
    });
  });
  await late.opensThePage();
  await late.asksToSignIn(PASSWORD, bob!.name);
  await late.isUpToDate();
  await late.opens(alice!);
  await eventually(() => Promise.resolve(held.length > 0 || undefined), "the way to the first unread one");
  await late.page.locator(".pinned-line").click();
  await eventually(() => Promise.resolve(held.length > 1 || undefined), "the way to the pinned one");
  held.shift()?.();
  await late.sees(textOf(MESSAGES));
  await drawn(late.log);
  await late.hasUnread(alice!, MESSAGES);
  held.shift()?.();
  await late.log.locator(".is-found").getByText(textOf(100)).waitFor();
  const badge = late.row(alice!).locator(".badge");
  await badge.filter({ hasNotText: `${MESSAGES} unread` }).waitFor();
  const left = parseInt(await badge.innerText(), 10);
  assert.ok(left > MESSAGES - 120 && left < MESSAGES - 80, `${left} are left to read`);
});

test("where the way to the first unread message fails the end is shown, unread, until the way can be gone", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const [from, to] = await Promise.all([alice!.session(), bob!.session()]);
  await says(stage.server, from.token, to.user, MESSAGES, (i) => textOf(i + 1));
  const late = await stage.person("late");
  let refuses = true;
  await late.page.routeWebSocket(/./, (page) => {
    const server = page.connectToServer();
    page.onMessage((frame) => {
      const { id, around } = JSON.parse(String(frame)) as { id: number; around?: number };
      const error = { code: "unavailable", message: "", retry_after_ms: 0 };
      if (around !== undefined && refuses) page.send(JSON.stringify({ id, error }));
      else server.send(frame);
    });
  });
  await late.opensThePage();
  await late.asksToSignIn(PASSWORD, bob!.name);
  await late.isUpToDate();
  await late.opens(alice!);
  await late.sees(textOf(MESSAGES));
  await drawn(late.log);
  await late.hasUnread(alice!, MESSAGES);
  refuses = false;
  await late.sees(textOf(1));
  const badge = late.row(alice!).locator(".badge");
  await badge.filter({ hasNotText: `${MESSAGES} unread` }).waitFor();
  const left = parseInt(await badge.innerText(), 10);
  assert.ok(left > MESSAGES - 50, `${left} are left to read`);
});

test("what comes while one reads further up moves nothing and stays unread until in view", async () => {
  const [alice, bob] = await afterManyMessages(true);
  await alice.opens(bob);
  await bob.hasUnread(alice, 0);
  const { line, at } = await scrollTo(bob.log, 900);
  await alice.writes("much later");
  await bob.hasUnread(alice, 1);
  assert.ok(Math.abs((await placeOf(bob.log, line)) - at) < 2);
  await alice.seesTick("much later", "delivered");
  await bob.page.getByRole("button", { name: "To the latest message, 1 unread" }).click();
  await bob.sees("much later");
  await bob.hasUnread(alice, 0);
  await alice.seesTick("much later", "read");
});

test("a jump to a day, and from an answer to what it answers, leads through what was never loaded", async () => {
  const [alice, bob, texts] = await afterManyMessages(true);
  const session = await bob.session();
  const { user } = await alice.session();
  await restAt(stage.server.base).call("message.send", { to: user, text: "to the first", reply_to: BEFORE + 1 }, session.token);
  await bob.message("to the first").locator(".quote").click();
  const found = bob.log.locator(".is-found");
  await found.getByText(textOf(1)).waitFor();
  assert.equal(await bob.message("to the first").count(), 0);

  // On through the past to the end: nothing is missing where the two meet.
  assert.deepEqual(await allTexts(bob), [...texts, "to the first"]);
  await bob.sees("to the first");

  await bob.page.getByRole("button", { name: "Go to a date" }).click();
  await bob.page.getByRole("button", { name: "Go there" }).click();
  await bob.log.locator(".day-line").getByText("Today").waitFor();
  await bob.page.getByRole("button", { name: "To the latest message" }).click();
  await bob.sees("to the first");
  assert.ok(await hasFocus(bob.log));

  // What one has hidden is found nowhere, and nothing else is taken for it.
  const { conversations } = await restAt(stage.server.base).call("conversation.list", {}, session.token);
  await restAt(stage.server.base).call("message.hide", { conversation: conversations[0]!.conversation, seq: BEFORE + 1 }, session.token);
  await eventually(async () => {
    await bob.message("to the first").locator(".quote").click();
    return (await bob.page.getByText("This is not there any more.").count()) > 0 || undefined;
  }, "that it is not there");
  await bob.sees("to the first");
  assert.equal(await found.count(), 0);
});

test("a jump to a day leads to the first that was said on it, or since", async () => {
  const past = await Stage.open({ ...USUAL }); // its own, since its clock is set
  try {
    const rest = (): ReturnType<typeof restAt> => restAt(past.server.base);
    const bob = await past.person("bob"), alice = await past.person("alice");
    for (const ago of [40, 20, 10]) {
      await past.server.kill();
      past.server.variables = clock(`-${ago}d`);
      await past.server.start();
      if (ago === 40) for (const { name } of [alice, bob]) await rest().call("signup", { username: name, password: PASSWORD });
      const [from, to] = await Promise.all([alice.session(), bob.session()]);
      if (ago === 40) {
        await rest().call("contact.request", { user: to.user }, from.token);
        await rest().call("contact.accept", { user: from.user }, to.token);
      }
      // More than a screen of them, of which the first is looked for.
      await says(past.server, from.token, to.user, 40, (n) => (n === 0 ? `said ${ago} days ago` : `${ago}: ${n}`));
    }
    await past.server.kill();
    past.server.variables = {};
    await past.server.start();

    await bob.opensThePage();
    await bob.asksToSignIn();
    await bob.isUpToDate();
    const { user } = await alice.session();
    await bob.page.goto(`${past.base}/#/person/${user}`);
    const goes = async (day: string): Promise<void> => {
      await bob.page.getByRole("button", { name: "Go to a date" }).click();
      if (day !== "") await bob.page.getByLabel("Date", { exact: true }).fill(day);
      await bob.page.getByRole("button", { name: "Go there" }).click();
    };
    const found = bob.log.locator(".is-found");
    for (const ago of [20, 30]) {
      await goes(new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10));
      await found.getByText("said 20 days ago").waitFor();
    }
    // To what stands before all that was said.
    await goes(new Date(Date.now() - 60 * DAY_MS).toISOString().slice(0, 10));
    await bob.sees("said 40 days ago");
    // Nothing was said today: the newest is gone to.
    await goes("");
    await found.getByText("10: 39").waitFor();
    await past.clear();
  } finally {
    await past.close();
  }
});
