/** Several tabs of one browser: they share a connection, agree, and go on when one of them does not. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { eventually } from "../integration/harness/wait.ts";
import type { Person } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

/** Alice in two tabs, of which the first one leads, talking to Bob. */
async function inTwoTabs(): Promise<[Person, Person, Person]> {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("before");
  await bob!.opens(alice!);
  await alice!.seesTick("before", "read");
  const tab = await alice!.inAnotherTab();
  await tab.opens(bob!);
  await tab.sees("before");
  return [alice!, tab, bob!];
}

/** The browser kills what the tab runs in, without a word to it. */
async function crash(person: Person): Promise<void> {
  const devtools = await person.context.newCDPSession(person.page);
  const crashed = new Promise((resolve) => person.page.once("crash", resolve));
  void devtools.send("Page.crash").catch(() => {});
  await crashed;
}

test("two tabs have one socket, and both show what is said in either and to them", async () => {
  const [alice, tab, bob] = await inTwoTabs();
  const sockets: string[] = [];
  for (const { page } of [alice, tab]) page.on("websocket", (socket) => sockets.push(socket.url()));
  await alice.reloads();
  await tab.reloads();
  await Promise.all([alice, tab].map((one) => one.opens(bob)));
  await tab.writes("from the second");
  await alice.writes("from the first");
  await bob.sees("from the first");
  await bob.writes("an answer");
  for (const one of [alice, tab, bob]) await one.seesExactly(["before", "from the second", "from the first", "an answer"]);
  for (const one of [alice, tab]) await one.seesTick("from the second", "read");
  assert.equal(sockets.length, 2, "one for each time that one of them led");
});

test("what is read in one tab is read in the other, and what waits in one is shown in both", async () => {
  const [alice, tab, bob] = await inTwoTabs();
  for (const one of [alice, tab]) one.expects(/ERR_CONNECTION/, /WebSocket connection to/);
  bob.expects(/ERR_CONNECTION/, /WebSocket connection to/);
  await Promise.all([alice, tab].map((one) => one.page.evaluate(() => (location.hash = ""))));
  await bob.writes("news");
  await Promise.all([alice, tab].map((one) => one.hasUnread(bob, 1)));
  await tab.opens(bob);
  await Promise.all([alice, tab].map((one) => one.hasUnread(bob, 0)));

  await alice.opens(bob);
  await stage.server.kill();
  await Promise.all([alice, tab].map((one) => one.banner.getByText("Offline").waitFor()));
  await tab.writes("it waits");
  await Promise.all([alice, tab].map((one) => one.seesTick("it waits", "waiting to be sent")));
  await alice.writes("so does it");
  await Promise.all([alice, tab].map((one) => one.seesTick("so does it", "waiting to be sent")));
  await stage.server.start();
  // Pressed in the one that does not lead.
  await tab.isBack();
  await Promise.all([alice, bob].map((one) => one.isBack()));
  for (const one of [alice, tab, bob]) await one.seesExactly(["before", "news", "it waits", "so does it"]);
});

test("when the tab that leads is closed another one goes on, and nothing is missed", async () => {
  const [alice, tab, bob] = await inTwoTabs();
  await alice.page.close();
  await bob.writes("are you there?");
  await tab.sees("are you there?");
  await tab.writes("yes");
  await bob.sees("yes");
  const third = await tab.inAnotherTab();
  await third.opens(bob);
  await tab.page.close();
  await third.writes("still");
  await bob.seesExactly(["before", "are you there?", "yes", "still"]);
  await third.seesExactly(["before", "are you there?", "yes", "still"]);
});

test("a tab that is killed in the middle of sending loses nothing and doubles nothing", async () => {
  const [alice, tab, bob] = await inTwoTabs();
  // The server takes what is sent, and says nothing.
  process.kill(stage.server.pid, "SIGSTOP");
  try {
    await alice.writes("of the one that is killed");
    await tab.writes("through the one that is killed");
    await Promise.all([alice, tab].map((one) => one.seesTick("through the one that is killed", "waiting to be sent")));
    await crash(alice);
    await tab.writes("after it");
  } finally {
    process.kill(stage.server.pid, "SIGCONT");
  }
  const all = ["before", "of the one that is killed", "through the one that is killed", "after it"];
  await tab.seesTick("after it", "read");
  await tab.seesExactly(all);
  await bob.seesExactly(all);
  await tab.reloads();
  await tab.seesExactly(all);
});

for (const [what, how] of [["is killed", "kill"], ["drains", "stop"]] as const) {
  test(`a server that ${what} and is started while one types goes unseen in every tab`, async () => {
    const [alice, tab, bob] = await inTwoTabs();
    for (const one of [alice, tab, bob]) one.expects(/ERR_CONNECTION/, /WebSocket connection to/, /status of 503/);
    const typing = tab.box.pressSequentially("a rather long answer", { delay: 60 });
    await stage.server.restart(how);
    await typing;
    await tab.hasInTheBox("a rather long answer");
    await tab.box.press("Enter");
    await Promise.all([alice, tab, bob].map((one) => one.isBack()));
    for (const one of [alice, tab, bob]) await one.seesExactly(["before", "a rather long answer"]);
  });
}

test("of two tabs one rings, and none while one looks at either", async () => {
  const [alice, tab, bob] = await inTwoTabs();
  await alice.context.grantPermissions(["notifications"]);
  await alice.page.evaluate(() => localStorage.setItem("parley/look", JSON.stringify({ notify: true, silent: true })));
  // A headless browser shows no notification, and holds every page for looked at.
  await alice.context.addInitScript(() => {
    const told: string[] = [];
    const Real = window.Notification;
    window.Notification = class extends Real {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        told.push(options?.body ?? "");
      }
    };
    let tones = 0;
    AudioContext.prototype.createOscillator = new Proxy(AudioContext.prototype.createOscillator, {
      apply: (make, audio, none: []) => {
        Object.assign(window, { tones: ++tones });
        return make.apply(audio, none);
      },
    });
    Object.assign(window, { told, tones });
  });
  await Promise.all([alice, tab].map((one) => one.reloads()));
  const told = async (): Promise<string[]> =>
    (await Promise.all([alice, tab].map(({ page }) => page.evaluate(() => (window as unknown as { told: string[] }).told)))).flat();
  const look = (one: Person, looks: boolean): Promise<void> => one.page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, looks ? "visible" : "hidden");

  // What a row shows, the page decides on a moment later, holding a lock.
  const hasDecided = (one: Person): Promise<void> => one.page.evaluate(async () => {
    const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));
    const alerting = async (): Promise<boolean> => {
      const { held = [], pending = [] } = await navigator.locks.query();
      return [...held, ...pending].some(({ name }) => name?.startsWith("parley/alert/"));
    };
    await frame();
    do await frame(); while (await alerting());
  });

  await look(alice, false);
  await bob.writes("seen in the second");
  await Promise.all([alice, tab].map((one) => one.row(bob).getByText("seen in the second").waitFor()));
  await Promise.all([alice, tab].map(hasDecided));
  await look(tab, false);
  await bob.writes("seen nowhere");
  await eventually(async () => (await told()).length > 0 || undefined, "a notification");
  await Promise.all([alice, tab].map((one) => one.row(bob).getByText("seen nowhere").waitFor()));
  assert.deepEqual(await told(), ["seen nowhere"]);

  // By the sound alone that one does in which somebody has pressed something; the other may make none.
  await alice.page.evaluate(() => localStorage.setItem("parley/look", JSON.stringify({ notify: false, silent: false })));
  await Promise.all([alice, tab].map((one) => one.reloads()));
  await Promise.all([alice, tab].map((one) => look(one, false)));
  for (const pressed of [alice, tab]) {
    await Promise.all([alice, tab].map(({ page }) => page.evaluate((value) =>
      Object.defineProperty(navigator.userActivation, "hasBeenActive", { value, configurable: true }), page === pressed.page)));
    await bob.writes("heard");
    await eventually(() => pressed.page.evaluate(() => (window as unknown as { tones: number }).tones > 0 || undefined), "a sound");
  }
});
