/** 5,000 conversations: the list stays light, the server is asked for what changed, and who comes back
 * has them before them at once, with a server or without. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Locator } from "playwright-core";
import { eventually } from "../integration/harness/wait.ts";
import { restAt } from "../integration/harness/web.ts";
import { makesGroups, saysToEach, signUps } from "./harness/filling.ts";
import type { Person } from "./harness/person.ts";
import { PASSWORD } from "./harness/person.ts";
import { Relay } from "./harness/relay.ts";
import { Stage } from "./harness/stage.ts";
import { holds, notesPaints, tasksDuring } from "./harness/strain.ts";

const MINUTE_MS = 60_000;
const GROUPS = 2500;
const PEOPLE = 2500;
const ALL = GROUPS + PEOPLE;
/** Some screens of a window of this height. */
const ROWS_MAX = 60;
const HEAP_BYTES_MAX = 48 * 1024 * 1024;
/** Two screens of rows are made anew in each frame: more than a hand scrolls. */
const TASK_MS_MAX = 100;
/** What a page asks that knows its conversations, whatever their number: those in view among it. */
const COMMANDS_MAX = 100;
/** Until what was kept shows. */
const BACK_MS_MAX = 1000;
/** On a machine that does other things too one time or another is slow; a page that is slow is so always. */
const TRIES = 10;

let stage: Stage;
let relay: Relay;
before(async () => {
  stage = await Stage.open();
  relay = await Relay.to(stage.server.port);
});
afterEach(async () => {
  relay.mend();
  await stage.clear();
});
after(async () => {
  await relay.end();
  await stage.close();
});

function listOf(person: Person): Locator {
  return person.page.getByRole("navigation", { name: "Conversation list" });
}

async function isSynced(person: Person): Promise<void> {
  await person.page.locator("nav[aria-busy=false]").waitFor({ timeout: 3 * MINUTE_MS });
}

/** Alice has written to 2,500 people and made 2,500 groups, and has all of it in her browser; the last of
 * the people answers. */
async function aliceWithAll(): Promise<Person> {
  const maker = await stage.person("alice");
  await maker.signsUp();
  const { token, user } = await maker.session();
  await maker.page.goto("about:blank");
  const { server } = stage;
  await makesGroups(server, token, GROUPS, (i) => `Group ${i + 1}.`);
  const name = `other-${maker.name}`;
  const others = await signUps(server, name, PEOPLE, (i) => `Other ${i + 1}.`);
  await saysToEach(server, token, others, (i) => `hello ${i + 1}`);
  const rest = restAt(server.base);
  const last = await rest.call("signin", { username: `${name}-${PEOPLE - 1}`, password: PASSWORD });
  await rest.call("message.send", { to: user, text: "an answer" }, last.token);

  const alice = await stage.person("alice", { serviceWorkers: "allow" });
  alice.expects(/ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_NETWORK_CHANGED|ERR_SOCKET_NOT_CONNECTED/, /WebSocket connection to/);
  alice.base = relay.base;
  await alice.opensThePage();
  await alice.asksToSignIn(undefined, maker.name);
  await isSynced(alice);
  return alice;
}

/** The commands that a page sends from now on. */
function commandsOf({ page }: Person): string[] {
  const commands: string[] = [];
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => {
    commands.push((JSON.parse(String(payload)) as { cmd: string }).cmd);
  }));
  return commands;
}

function counted(commands: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const command of commands) counts.set(command, (counts.get(command) ?? 0) + 1);
  return [...counts].map(([command, count]) => `${count} ${command}`).join(", ");
}

test("5,000 conversations are listed, scrolled, filtered, searched, and there again at once", { timeout: 15 * MINUTE_MS }, async (t) => {
  const began = performance.now();
  const alice = await aliceWithAll();
  t.diagnostic(`made, and listed on a new device, in ${Math.round(performance.now() - began)} ms`);
  const browser = alice.context.browser();
  assert.ok(browser);
  const list = listOf(alice);
  await list.getByText(`Other ${PEOPLE}.`).waitFor();

  // To the end of it, some screens at a time.
  const rows: number[] = [];
  const scrolling = await tasksDuring(browser, alice.page, async () => {
    rows.push(await list.evaluate(async (box) => {
      let most = 0;
      while (box.scrollTop + box.clientHeight < box.scrollHeight - 1) {
        box.scrollTop += 2 * box.clientHeight;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        most = Math.max(most, box.querySelectorAll("a.row").length);
      }
      return most;
    }));
  });
  await list.getByText("Group 1.").waitFor();
  const { nodes, bytes } = await holds(alice.page);
  t.diagnostic(`scrolled: ${rows} rows drawn at most, the longest task ${scrolling[0]!.ms.toFixed(1)} ms ` +
    `(${scrolling[0]!.wall_ms.toFixed(1)} by the clock); ${nodes} nodes, ${(bytes / 1e6).toFixed(1)} MB`);
  assert.ok(rows[0]! > 0 && rows[0]! <= ROWS_MAX, `${rows} rows are drawn`);
  assert.ok(scrolling[0]!.ms <= TASK_MS_MAX, `a task took ${scrolling[0]!.ms} ms`);
  assert.ok(bytes <= HEAP_BYTES_MAX, `${bytes} bytes are held`);

  const finding = await tasksDuring(browser, alice.page, async () => {
    await alice.page.getByRole("button", { name: "Groups", exact: true }).click();
    await list.getByText(`Group ${GROUPS}.`).waitFor();
    assert.equal(await list.locator("li").first().getAttribute("aria-setsize"), String(GROUPS));
    await alice.page.getByRole("button", { name: "Unread", exact: true }).click();
    await list.getByText("an answer").waitFor();
    await alice.page.getByRole("button", { name: "All", exact: true }).click();
    await eventually(async () => (await list.locator("li").first().getAttribute("aria-setsize")) === String(ALL) || undefined, "all of them");
    await alice.search.pressSequentially("other 1234");
    await alice.page.getByRole("list", { name: "Your conversations" }).getByText("Other 1234.").waitFor();
  });
  t.diagnostic(`filtered and searched: the longest task ${finding[0]!.ms.toFixed(1)} ms`);
  assert.ok(finding[0]!.ms <= TASK_MS_MAX, `a task took ${finding[0]!.ms} ms`);
  await alice.search.press("Escape");

  // Back, with a conversation open, as one leaves it.
  await list.getByText("an answer").click();
  await alice.sees("an answer");
  await eventually(() => alice.page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state === "activated" || undefined), "the worker");
  const url = alice.page.url();
  await alice.page.goto("about:blank");
  const commands = commandsOf(alice);
  const painted = await notesPaints(alice.page, "a.row .row-words", ".message-text");
  const online = performance.now();
  await alice.page.goto(url);
  await isSynced(alice);
  t.diagnostic(`back, and compared, after ${Math.round(performance.now() - online)} ms with ${counted(commands)}`);
  assert.ok(commands.length <= COMMANDS_MAX, counted(commands));

  // And without a server.
  relay.cut();
  const times: number[] = [];
  for (let i = 0; i < 3 || (i < TRIES && Math.min(...times) >= BACK_MS_MAX); i++) {
    await alice.page.goto("about:blank");
    await alice.page.goto(url, { waitUntil: "commit" });
    times.push(Math.max(...await painted()));
  }
  t.diagnostic(`back without a server: rows and messages painted after ${times.map(Math.round).join(", ")} ms`);
  assert.ok(Math.min(...times) < BACK_MS_MAX, `they show after ${times.map(Math.round).join(", ")} ms`);
  assert.ok(await list.getByText(`Other ${PEOPLE}.`).isVisible());
  await alice.sees("an answer");
});
