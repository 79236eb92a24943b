/** Histories that take an evening to read: the page stays still in them, small, and quick to the hand. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { restAt } from "../integration/harness/web.ts";
import { says } from "./harness/filling.ts";
import type { Person } from "./harness/person.ts";
import { walkUp } from "./harness/scrolling.ts";
import { Stage } from "./harness/stage.ts";
import { holds, tasksDuring } from "./harness/strain.ts";

const MINUTE_MS = 60_000;
const LONG = 10_000;
const ENDLESS = 100_000;
/** In so many parts it is read, and looked at between them. */
const PARTS = 10;
/** What stands before them: that the two are contacts. */
const BEFORE = 2;
/** Some screens of a window of this height. */
const LINES_MAX = 80;
const NODES_MAX = 2000;
const HEAP_BYTES_MAX = 32 * 1024 * 1024;
const TASK_MS_MAX = 50;
/** What scrolling alone does not explain. */
const MOVED_PX_MAX = 2;

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

/** Some are a line, some more; none begins as another one. */
function textOf(i: number): string {
  return `message ${i}.${"\nmore of it".repeat(i % 10 === 0 ? 3 : 0)}`;
}

/** Alice has written all that to Bob, who comes to it on a new device, where nothing of it is kept. */
async function afterMessages(n: number): Promise<{ alice: Person; bob: Person; token: string; user: string }> {
  const [alice, bob] = await stage.friends("alice", "bob");
  const [from, to] = await Promise.all([alice!.session(), bob!.session()]);
  // What comes in meanwhile is nothing that they look at.
  await Promise.all([alice!, bob!].map((one) => one.page.goto("about:blank")));
  await says(stage.server, from.token, to.user, n, (i) => textOf(i + 1));
  const { conversations } = await restAt(stage.server.base).call("messages.unread", {}, to.token);
  await restAt(stage.server.base).call("receipt.read", { conversation: conversations[0]!.conversation, seq: BEFORE + n }, to.token);
  return { alice: alice!, bob: await stage.again(bob!), token: to.token, user: from.user };
}

function drawnLines(bob: Person): Promise<number> {
  return bob.log.locator("[data-line]").count();
}

test("10,000 messages are read back to the first, and nothing ever jumps", { timeout: 20 * MINUTE_MS }, async (t) => {
  const { alice, bob, token, user } = await afterMessages(LONG);
  const began = performance.now();
  await bob.opens(alice);
  await bob.sees(textOf(LONG));
  t.diagnostic(`opened in ${Math.round(performance.now() - began)} ms, with ${await drawnLines(bob)} lines drawn`);

  const walk = await walkUp(bob.log, BEFORE + 1, 400, 10 * MINUTE_MS);
  t.diagnostic(`read back in ${walk.frames} frames; moved by ${walk.moved_px.toFixed(2)} px; ${walk.lines} lines drawn at most`);
  assert.ok(walk.moved_px <= MOVED_PX_MAX, `what was in view moved by ${walk.moved_px} pixels`);
  assert.ok(walk.lines <= LINES_MAX, `${walk.lines} lines are drawn`);
  await bob.sees(textOf(1));

  const toLatest = bob.page.getByRole("button", { name: "To the latest message" });
  await toLatest.click();
  await bob.sees(textOf(LONG));
  assert.ok((await beyondView(bob)) <= 1, "the end is not in view");

  // To what an answer is to, and to a day: the one in the middle of it all, the other at its beginning.
  await restAt(stage.server.base).call("message.send", { to: user, text: "to the middle", reply_to: BEFORE + LONG / 2 }, token);
  await bob.message("to the middle").locator(".quote").click();
  await bob.log.locator(".is-found").getByText(textOf(LONG / 2)).waitFor();
  const on = await walkUp(bob.log, BEFORE + LONG / 2 - 500, 400, MINUTE_MS);
  assert.ok(on.moved_px <= MOVED_PX_MAX, `after a jump what was in view moved by ${on.moved_px} pixels`);

  await bob.page.getByRole("button", { name: "Go to a date" }).click();
  await bob.page.getByRole("button", { name: "Go there" }).click();
  await bob.log.locator(".day-line").getByText("Today").waitFor();
  assert.ok((await drawnLines(bob)) <= LINES_MAX);
  await toLatest.click();
  await bob.sees("to the middle");
  assert.ok((await beyondView(bob)) <= 1, "the end is not in view");
});

test("100,000 messages are scrolled through without a long task, and cost no more than a few", { timeout: 45 * MINUTE_MS }, async (t) => {
  const { alice, bob } = await afterMessages(ENDLESS);
  const browser = bob.context.browser();
  assert.ok(browser);
  await bob.opens(alice);
  await bob.sees(textOf(ENDLESS));
  let longest = 0;
  for (let part = 1; part <= PARTS; part++) {
    const seq = BEFORE + ENDLESS - (part * ENDLESS) / PARTS + 1;
    const tasks = await tasksDuring(browser, bob.page, async () => {
      // Some screens at a time, as whoever drags the bar does.
      const { lines } = await walkUp(bob.log, seq, 2000, 10 * MINUTE_MS);
      assert.ok(lines <= LINES_MAX, `${lines} lines are drawn`);
    });
    const { ms, wall_ms } = tasks[0]!;
    const { nodes, bytes } = await holds(bob.page);
    longest = Math.max(longest, ms);
    t.diagnostic(`back to ${seq}: ${tasks.length} tasks, the longest ${ms.toFixed(1)} ms (${wall_ms.toFixed(1)} by the clock), ` +
      `${tasks.filter((task) => task.wall_ms > TASK_MS_MAX).length} over 50 ms by the clock; ${nodes} nodes, ${(bytes / 1e6).toFixed(1)} MB`);
    assert.ok(nodes <= NODES_MAX, `${nodes} nodes stand in the page`);
    assert.ok(bytes <= HEAP_BYTES_MAX, `${bytes} bytes are held`);
  }
  await bob.sees(textOf(1));
  assert.ok(longest <= TASK_MS_MAX, `a task took ${longest} ms`);
});

/** How much of the log is below what is in view. */
function beyondView(bob: Person): Promise<number> {
  return bob.log.evaluate(async (box) => {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
    return box.scrollHeight - box.scrollTop - box.clientHeight;
  });
}
