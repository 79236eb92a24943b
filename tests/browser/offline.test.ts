/** The page without its server, newer than the one before, and on a wire that is cut at the wrong moment. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { eventually } from "../integration/harness/wait.ts";
import type { Person } from "./harness/person.ts";
import { Relay } from "./harness/relay.ts";
import { Stage } from "./harness/stage.ts";

let stage: Stage;
let relay: Relay;
before(async () => {
  stage = await Stage.open();
  relay = await Relay.to(stage.server.port);
});
afterEach(async () => {
  relay.mend();
  relay.added.clear();
  await stage.clear();
});
after(async () => {
  await relay.end();
  await stage.close();
});

/** Alice behind the relay, with the page's worker, talking to Bob. */
async function behindTheRelay(): Promise<[Person, Person]> {
  const alice = await stage.person("alice", { serviceWorkers: "allow" });
  alice.expects(/ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_NETWORK_CHANGED|ERR_SOCKET_NOT_CONNECTED/, /WebSocket connection to/);
  alice.base = relay.base;
  const [bob] = await stage.people("bob");
  await alice.signsUp();
  await bob!.finds(alice);
  await bob!.writes("before");
  await alice.opens(bob!);
  await alice.accepts();
  await bob!.seesTick("before", "read");
  // All files of the page are there.
  await eventually(() => alice.page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state === "activated" || undefined), "the worker");
  return [alice, bob!];
}

test("without a server the page opens, shows what it has, and takes what is said", async () => {
  const [alice, bob] = await behindTheRelay();
  relay.cut();
  await alice.banner.getByText("Offline").waitFor();
  await alice.page.reload();
  await alice.sees("before");
  await alice.row(bob).getByText("before").waitFor();
  await alice.banner.getByText("Offline").waitFor();
  // A part that was never loaded before.
  await alice.page.getByRole("button", { name: "Details" }).click();
  await alice.page.getByRole("heading", { name: "Details" }).waitFor();
  await alice.writes("said offline");
  await alice.seesTick("said offline", "waiting to be sent");
  await alice.page.reload();
  await alice.seesTick("said offline", "waiting to be sent");
  relay.mend();
  await alice.isBack();
  await bob.seesExactly(["before", "said offline"]);
  await alice.seesTick("said offline", "read");
});

test("who is called by name is so still when the text is changed before one knows who is here", async () => {
  const [alice, bob] = await behindTheRelay();
  await stage.group("The walkers", bob, alice);
  await alice.opensGroup("The walkers");
  await alice.writes(`@${bob.name}, come tomorow`);
  await alice.seesTick("come tomorow", "delivered");
  relay.cut();
  await alice.banner.getByText("Offline").waitFor();
  await alice.page.reload();
  await alice.sees("come tomorow");
  await alice.box.press("ArrowUp");
  await alice.box.fill(`@${bob.name}, come tomorrow`);
  await alice.box.press("Enter");
  relay.mend();
  await alice.isBack();
  await bob.opensGroup("The walkers");
  await bob.message("come tomorrow").locator(".mention-me").waitFor();
});

test("an answer that is lost with the wire leaves what was said standing once", async () => {
  const [alice, bob] = await behindTheRelay();
  relay.swallow();
  await alice.writes("heard, not answered");
  await bob.sees("heard, not answered");
  await alice.seesTick("heard, not answered", "waiting to be sent");
  await alice.writes("behind it");
  relay.cut();
  await alice.banner.getByText("Offline").waitFor();
  await alice.seesTick("behind it", "waiting to be sent");
  relay.mend();
  await alice.isBack();
  for (const one of [alice, bob]) await one.seesExactly(["before", "heard, not answered", "behind it"]);
  await alice.seesTick("behind it", "read");
});

test("the page can be installed", async () => {
  const [alice] = await behindTheRelay();
  const devtools = await alice.context.newCDPSession(alice.page);
  const { errors } = await devtools.send("Page.getAppManifest");
  assert.deepEqual(errors, []);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  // A window that leaves no trace, as a test's is, installs nothing.
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
});

test("a newer page is taken when one wants it, in every tab, and nothing of what was said is lost", async () => {
  const [alice, bob] = await behindTheRelay();
  const tab = await alice.inAnotherTab();
  await tab.opens(bob);
  relay.added.set("/worker.js", "\n// Newer.\n");
  // It is looked for with each connection.
  relay.cut();
  await alice.banner.getByText("Offline").waitFor();
  await alice.writes("in between");
  relay.mend();
  for (const one of [alice, tab]) await one.banner.getByText("There is a newer version of this page.").waitFor();
  await bob.sees("in between");
  // What is being changed is kept nowhere but where it is typed: that tab waits.
  await alice.box.press("ArrowUp");
  await alice.box.fill("in between, changed");
  await tab.box.fill("half a word");
  const [load, itsLoad] = [alice, tab].map(({ page }) => page.waitForEvent("load"));
  await tab.banner.getByRole("button", { name: "Load it" }).click();
  await itsLoad;
  await tab.sees("in between");
  await tab.hasInTheBox("half a word");
  await alice.hasInTheBox("in between, changed");
  await alice.box.press("Enter");
  await load;
  for (const one of [alice, tab]) {
    await one.seesExactly(["before", "in between, changed"]);
    await one.hasInTheBox("half a word");
    assert.equal(await one.banner.getByText("newer version").count(), 0);
  }
});

test("a page in which something is half filled in stays until that is done, whoever takes a newer one", async () => {
  const [alice] = await behindTheRelay();
  const [group, tab] = [await alice.inAnotherTab(), await alice.inAnotherTab()];
  relay.added.set("/worker.js", "\n// Newer still.\n");
  relay.cut();
  await alice.banner.getByText("Offline").waitFor();
  relay.mend();
  for (const one of [alice, group, tab]) await one.banner.getByText("There is a newer version of this page.").waitFor();
  await alice.page.getByRole("button", { name: "Your account" }).click();
  await alice.page.getByRole("button", { name: "Settings" }).click();
  await alice.page.getByRole("navigation", { name: "Your account" }).getByRole("button", { name: "Profile" }).click();
  await alice.page.getByLabel("A few words about you").fill("Gone soon");
  await group.page.getByRole("button", { name: "New", exact: true }).click();
  await group.page.getByRole("button", { name: "New group" }).click();
  await group.page.getByLabel("Title").fill("The walkers");
  const [load, itsLoad, groupsLoad] = [alice, tab, group].map(({ page }) => page.waitForEvent("load"));
  await tab.banner.getByRole("button", { name: "Load it" }).click();
  await itsLoad;
  await tab.isUpToDate();
  assert.equal(await alice.page.getByLabel("A few words about you").inputValue(), "Gone soon");
  assert.equal(await group.page.getByLabel("Title").inputValue(), "The walkers");
  await alice.page.getByRole("button", { name: "Save" }).click();
  await load;
  await group.page.getByLabel("Title").fill("");
  await groupsLoad;
});

test("what the page keeps for offline is its files, and nothing of anybody", async () => {
  const [alice, bob] = await behindTheRelay();
  const kept = await alice.page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
  assert.ok(kept.includes("/") && kept.some((path) => path.startsWith("/assets/")));
  assert.ok(kept.every((path) => ["/", "/manifest.webmanifest"].includes(path) || path.startsWith("/assets/")));
  await alice.signsOut();
  relay.cut();
  await alice.page.reload();
  await alice.page.getByRole("form", { name: "Sign in" }).waitFor();
  assert.ok(!(await alice.page.content()).includes(bob.name));
});
