/** What happens to the page and to what is said when the server cannot be reached. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Locator } from "playwright-core";
import { eventually } from "../integration/harness/wait.ts";
import { says } from "./harness/filling.ts";
import type { Person } from "./harness/person.ts";
import { drawn } from "./harness/scrolling.ts";
import { Stage } from "./harness/stage.ts";

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

async function talking(): Promise<[Person, Person]> {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("before");
  await bob!.opens(alice!);
  await alice!.seesTick("before", "read");
  return [alice!, bob!];
}

test("a killed server shows; what is written meanwhile stands once when it is back", async () => {
  const [alice, bob] = await talking();
  for (const person of [alice, bob]) person.expects(/ERR_CONNECTION/, /WebSocket connection to/);
  await stage.server.kill();
  await Promise.all([alice, bob].map((person) => person.banner.getByText("Offline").waitFor()));
  await alice.writes("meanwhile");
  await alice.seesTick("meanwhile", "waiting to be sent");

  await stage.server.start();
  await Promise.all([alice, bob].map((person) => person.isBack()));
  await alice.seesTick("meanwhile", "read");
  await alice.writes("after");
  await bob.seesExactly(["before", "meanwhile", "after"]);
  await alice.seesExactly(["before", "meanwhile", "after"]);
});

/** Of all that one says to another while that one is not there. */
async function saysMeanwhile(from: Person, to: Person, n: number): Promise<void> {
  const [{ token }, { user }] = await Promise.all([from.session(), to.session()]);
  await says(stage.server, token, user, n, (i) => `meanwhile ${i}.`);
}

/** The first of it is in view below its line, and only what is in view is read. */
async function beginsToRead(person: Person, n: number): Promise<void> {
  const line = person.log.locator("[data-line=unread]");
  // There may be one of before still, until all is known that came.
  await eventually(async () => {
    await line.waitFor();
    const { words, at } = await line.evaluate((one) => {
      const next = one.nextElementSibling as HTMLElement | null, box = one.closest(".log");
      if (!next || !box) return { words: "", at: 0 }; // In the middle of being drawn anew.
      return { words: next.innerText, at: (next.getBoundingClientRect().top - box.getBoundingClientRect().top) / box.clientHeight };
    });
    return (/meanwhile 0\./.test(words) && at > 0 && at < 1) || undefined;
  }, "the line before the first of it, in view");
  const toLatest = person.page.getByRole("button", { name: "To the latest message" });
  const left = await eventually(async () => {
    const now = parseInt((await toLatest.getAttribute("aria-label"))!.replace(/\D/g, ""), 10);
    return now < n ? now : undefined;
  }, "something is read");
  assert.ok(left > n - 40, `${left} of ${n} are left to read`);
}

// The second is more than what was missed is asked for: all is learned anew.
for (const n of [60, 1100]) {
  test(`${n} messages that came while there was no connection are read on from their beginning`, async () => {
    const [alice, bob] = await talking();
    for (const person of [alice, bob]) person.expects(/ERR_CONNECTION/, /ERR_FAILED/, /WebSocket connection to/);
    await bob.page.route("**/v1/connect", (route) => route.abort());
    await stage.server.restart("kill");
    await bob.banner.getByText("Offline").waitFor();
    await saysMeanwhile(alice, bob, n);
    await bob.page.unroute("**/v1/connect");
    await bob.isBack();
    await beginsToRead(bob, n);
  });
}

test("where a page opens without a connection, what came before all that it keeps is not taken for read", async () => {
  const [alice, bob] = await talking();
  bob.expects(/ERR_FAILED/);
  const talk = bob.page.url();
  await bob.page.goto(`${stage.base}/#`);
  await saysMeanwhile(alice, bob, 400);
  // Told once it is kept.
  await alice.seesTick("meanwhile 399.", "delivered");
  await bob.page.route("**/v1/connect", (route) => route.abort());
  await bob.page.goto("about:blank");
  await bob.page.goto(talk);
  await bob.banner.getByText("Offline").waitFor();
  await bob.sees("meanwhile 399.");
  await drawn(bob.log);
  await bob.hasUnread(alice, 400);
  await bob.page.unroute("**/v1/connect");
  await bob.isBack();
  await beginsToRead(bob, 400);
});

test("a group that could only be made later calls nobody back who went on", async () => {
  const [alice] = await talking();
  alice.expects(/ERR_FAILED/);
  await alice.page.route("**/v1/connect", (route) => route.abort());
  await alice.page.reload();
  await alice.banner.getByText("Offline").waitFor();
  await alice.page.getByRole("button", { name: "New", exact: true }).click();
  await alice.page.getByRole("button", { name: "New group" }).click();
  await alice.page.getByLabel("Title").fill("The walkers");
  await alice.page.getByRole("button", { name: "Create the group" }).click();
  await alice.page.getByRole("button", { name: "Creating the group…" }).waitFor();
  await alice.page.getByRole("button", { name: "Back to the list" }).first().click();
  const place = alice.page.url();

  await alice.page.unroute("**/v1/connect");
  await alice.isBack();
  const made = alice.page.getByRole("navigation").getByRole("link", { name: "The walkers" });
  await made.waitFor();
  assert.equal(alice.page.url(), place);
  await made.click();
  await alice.page.getByRole("heading", { level: 2, name: "The walkers" }).waitFor();
});

test("a part that could not be fetched leaves the others alone, and comes when one tries again", async () => {
  const [alice, bob] = await talking();
  const { page } = alice;
  alice.expects(/ERR_FAILED/, /Failed to fetch dynamically imported module/, /Unable to preload CSS/);
  const trouble = page.getByText("This part of the page does not work right now.");
  const again = page.getByRole("button", { name: "Try again" });
  /** Its file does not come until the trouble shows. */
  const misses = async (file: string, open: () => Promise<unknown>, tryAgain: () => Promise<unknown>, there: Locator): Promise<void> => {
    let comes = 0, isOut = true;
    await page.route(`**/assets/${file}`, (route) => {
      if (isOut) return route.abort();
      comes++;
      return route.continue();
    });
    await open();
    await trouble.waitFor();
    await alice.sees("before");
    isOut = false;
    await tryAgain();
    await there.waitFor();
    assert.equal(await trouble.count(), 0);
    assert.ok(comes > 0, `${file} was asked for anew`);
  };
  const press = (name: string) => (): Promise<void> => page.getByRole("button", { name, exact: true }).click();
  const tryAgain = (): Promise<void> => again.click();

  const switcher = (): Promise<void> => page.keyboard.press("Control+k");
  await misses("Switcher-*.js", switcher, tryAgain, page.getByRole("dialog").getByRole("combobox"));
  await page.keyboard.press("Escape");
  // Or one closes that, and opens it anew.
  await misses("Shortcuts-*.js", async () => {
    await alice.log.focus();
    await page.keyboard.press("?");
  }, async () => {
    await page.keyboard.press("Escape");
    // It is closed before it is gone, and only then may another come.
    await page.locator("dialog").waitFor({ state: "detached" });
    await alice.log.focus();
    await page.keyboard.press("?");
  }, page.getByRole("dialog", { name: "Keyboard shortcuts" }));
  await page.keyboard.press("Escape");

  await misses("EmojiPicker-*.js", press("Emoji"), tryAgain, page.getByRole("searchbox", { name: "Find an emoji" }));
  await page.keyboard.press("Escape");
  await misses("Details-*.css", press("Details"), tryAgain, page.getByRole("complementary", { name: "Details" }));
  const isStyled = (): Promise<boolean> => page.locator(".details-head").evaluate((one) => getComputedStyle(one).display === "flex");
  assert.ok(await isStyled(), "with its style sheet");
  await press("Close")();

  // What stands in the list's place gives that back, too.
  const contacts = async (): Promise<void> => {
    await press("New")();
    await press("Contacts")();
  };
  await misses("Contacts-*.js", contacts, async () => {
    await press("Close")();
    await alice.row(bob).waitFor();
    await contacts();
  }, page.locator(".sidebar-title", { hasText: "Contacts" }));
});

test("a part that fails once more offers to load the page again", async () => {
  const [alice] = await talking();
  const { page } = alice;
  alice.expects(/ERR_FAILED/, /Failed to fetch dynamically imported module/, /Unable to preload CSS/);
  await page.route("**/assets/Details-*.js", (route) => route.abort());
  await page.getByRole("button", { name: "Details", exact: true }).click();
  await page.getByText("This part of the page does not work right now.").waitFor();
  const reload = page.getByRole("button", { name: "Load it again" });
  assert.equal(await reload.count(), 0);
  await page.getByRole("button", { name: "Try again" }).click();
  await reload.waitFor();
  await page.unroute("**/assets/Details-*.js");
  await reload.click();
  await page.getByRole("complementary", { name: "Details" }).waitFor();
});

test("what waits to be sent outlives a reload", async () => {
  const [alice, bob] = await talking();
  alice.expects(/ERR_FAILED/);
  // The page and its files still come; the way to a node does not.
  await alice.page.route("**/v1/connect", (route) => route.abort());
  await alice.page.reload();
  await alice.banner.getByText("Offline").waitFor();
  await alice.does("Forward", "before");
  const dialog = alice.page.getByRole("dialog", { name: "Forward to" });
  await dialog.getByRole("checkbox", { name: bob.name }).check();
  await dialog.getByRole("button", { name: "Forward to 1 conversation" }).click();
  await dialog.waitFor({ state: "detached" });
  await alice.writes("it waits");
  await alice.seesTick("it waits", "waiting to be sent");
  // The message before it is not what one means to change.
  await alice.box.press("ArrowUp");
  assert.equal(await alice.box.inputValue(), "");
  await alice.keeps(2);
  await alice.page.reload();
  await alice.seesTick("it waits", "waiting to be sent");
  await alice.message("before").filter({ hasText: "Forwarded" }).getByRole("img", { name: "waiting to be sent" }).waitFor();
  await alice.page.unroute("**/v1/connect");
  await alice.isBack();
  await bob.seesExactly(["before", "before", "it waits"]);
  await alice.seesExactly(["before", "before", "it waits"]);
  await alice.seesTick("it waits", "read");
});
