/** What happens to the page and to what is said when the server cannot be reached. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Locator } from "playwright-core";
import { says } from "./harness/filling.ts";
import type { Person } from "./harness/person.ts";
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

test("what came while there was no connection is read on from its beginning", async () => {
  const [alice, bob] = await talking();
  for (const person of [alice, bob]) person.expects(/ERR_CONNECTION/, /ERR_FAILED/, /WebSocket connection to/);
  await bob.page.route("**/v1/connect", (route) => route.abort());
  await stage.server.restart("kill");
  await bob.banner.getByText("Offline").waitFor();
  const [from, to] = await Promise.all([alice.session(), bob.session()]);
  await says(stage.server, from.token, to.user, 60, (i) => `meanwhile ${i}.`);
  await bob.page.unroute("**/v1/connect");
  await bob.isBack();
  const line = bob.log.locator("[data-line=unread]");
  await line.waitFor();
  assert.match(await line.evaluate((one) => (one.nextElementSibling as HTMLElement).innerText), /meanwhile 0\./);
  const badge = bob.row(alice).locator(".badge");
  await badge.filter({ hasNotText: "60 unread" }).waitFor();
  const left = parseInt(await badge.innerText(), 10);
  assert.ok(left > 20 && left < 60, `${left} are left to read`);
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
  await alice.page.reload();
  await alice.seesTick("it waits", "waiting to be sent");
  await alice.message("before").filter({ hasText: "Forwarded" }).getByRole("img", { name: "waiting to be sent" }).waitFor();
  await alice.page.unroute("**/v1/connect");
  await alice.isBack();
  await bob.seesExactly(["before", "before", "it waits"]);
  await alice.seesExactly(["before", "before", "it waits"]);
  await alice.seesTick("it waits", "read");
});
