/** What opens beside a button or before all else: in low windows, while messages come in, under a finger; and
 * where the focus is once what had it is gone. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { eventually } from "../integration/harness/wait.ts";
import { restAt } from "../integration/harness/web.ts";
import type { Person } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";

/** What 200 % leaves of a small window, and about what a phone has that is held sideways. */
const LOW = { width: 550, height: 325 };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
/** More than a window shows. */
const MESSAGES = 40;

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

async function hasFocus(wanted: Locator, what: string): Promise<void> {
  await eventually(() => wanted.evaluate((one) => one === document.activeElement || undefined), `the focus on ${what}`);
}

async function drawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
  });
}

function isInside(shown: Locator): Promise<boolean> {
  return shown.evaluate((one) => {
    const { top, bottom, left, right } = one.getBoundingClientRect();
    return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
  });
}

function opensTheMenuOf(person: Person, text: string): Promise<void> {
  return person.message(text).getByRole("button", { name: "What to do with this message" }).click();
}

test("what is open stays so while messages come in, and goes when one scrolls beneath it", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const [{ token }, { user }] = await Promise.all([alice!.session(), bob!.session()]);
  const rest = restAt(stage.server.base);
  for (let i = 1; i <= MESSAGES; i++) await rest.call("message.send", { to: user, text: `line ${i}.` }, token);
  await bob!.opens(alice!);
  await alice!.opens(bob!);
  await alice!.sees(`line ${MESSAGES}.`);
  const { page } = alice!;

  const search = page.getByRole("searchbox", { name: "Find an emoji" });
  await page.getByRole("button", { name: "Emoji" }).click();
  await page.getByRole("gridcell").first().hover();
  await bob!.writes("comes in");
  await alice!.sees("comes in");
  await page.mouse.wheel(0, 100);
  await drawn(page);
  assert.ok(await search.isVisible());
  await page.keyboard.press("Escape");
  await search.waitFor({ state: "detached" });

  await opensTheMenuOf(alice!, "comes in");
  const reply = page.getByRole("button", { name: "Reply", exact: true });
  await reply.waitFor();
  await bob!.writes("as does this");
  await alice!.sees("as does this");
  await drawn(page);
  assert.ok(await reply.isVisible());
  const log = (await alice!.log.boundingBox())!;
  await page.mouse.move(log.x + log.width - 20, log.y + 10);
  await page.mouse.wheel(0, -100);
  await reply.waitFor({ state: "detached" });
});

test("in a low window a menu is reached to its last line, and offers leave the box where it is", async () => {
  const [alice, ...others] = await stage.friends("alice", "bob", "carol", "dora", "emil", "fay");
  const { page } = alice!;
  await stage.group("The walkers", alice!, ...others);
  await alice!.opensGroup("The walkers");
  await page.setViewportSize(LOW);
  await alice!.writes("of my own");
  await alice!.seesTick("of my own", "delivered");
  await opensTheMenuOf(alice!, "of my own");
  const menu = page.getByRole("group", { name: "What to do with this message" });
  await menu.waitFor();
  assert.ok(await isInside(menu));
  await menu.getByRole("button", { name: "Delete for everyone" }).click();
  await alice!.isSure("Delete for everyone");
  await alice!.message("Message deleted").waitFor();

  await alice!.box.pressSequentially("@");
  const offers = page.getByRole("listbox", { name: "Suggestions" });
  await offers.getByRole("option").nth(others.length - 1).waitFor({ state: "attached" });
  assert.ok(await isInside(offers));
  assert.ok(await isInside(alice!.box));
});

test("what goes wrong in a dialog is told in it", async () => {
  const [alice, carol] = await stage.friends("alice", "carol");
  const { page } = alice!;
  const { token } = await carol!.session();
  await restAt(stage.server.base).call("account.set_privacy", { groups: "nobody" }, token);
  await stage.group("The walkers", alice!);
  await alice!.opensGroup("The walkers");
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("button", { name: "Add people" }).click();
  const dialog = page.getByRole("dialog", { name: "Add people" });
  await dialog.getByRole("searchbox").fill(carol!.name.slice(0, -2));
  await dialog.getByRole("list", { name: "People" }).getByText(carol!.name).first().click();
  await dialog.getByRole("status").filter({ hasText: "You cannot write to this person." }).waitFor();
});

test("a touch beside a dialog closes it, and opens nothing of what lay beneath", async () => {
  const alice = await stage.person("alice", PHONE);
  await alice.signsUp();
  const [bob] = await stage.people("bob");
  const { page } = alice;
  const [{ user }, { token }] = await Promise.all([alice.session(), bob!.session()]);
  await restAt(stage.server.base).call("message.send", { to: user, text: "hello" }, token);
  await alice.request(bob!).waitFor();
  const row = (await alice.request(bob!).boundingBox())!;
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox").waitFor();
  assert.ok((await dialog.boundingBox())!.x > row.x + 2, "the row begins before the dialog does");
  await page.touchscreen.tap(row.x + 2, row.y + row.height / 2);
  await dialog.waitFor({ state: "detached" });
  await drawn(page);
  assert.equal(await page.evaluate(() => location.hash), "");
});

test("a message that comes in moves nothing that one chooses from", async () => {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  const { page } = alice!;
  await carol!.finds(alice!);
  await carol!.writes("from carol");
  await bob!.finds(alice!);
  await bob!.writes("from bob");
  await alice!.row(bob!).getByText("from bob").waitFor();
  await page.keyboard.press("Control+k");
  const options = page.getByRole("dialog").getByRole("option");
  await page.getByRole("option", { name: bob!.name, selected: true }).waitFor();
  await carol!.writes("again");
  await alice!.hasUnread(carol!, 2);
  assert.match(await options.first().innerText(), new RegExp(bob!.name));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name: bob!.name }).waitFor();
});

test("the focus is on what takes the place of what one pressed", async () => {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  const { page } = alice!;
  await stage.group("The walkers", alice!, bob!);
  const head = (name: string): Locator => page.getByRole("heading", { level: 2, name, exact: true });
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("button", { name: "Settings" }).click();
  await hasFocus(head("Settings"), "the settings");
  await page.getByRole("navigation", { name: "Your account" }).getByRole("button", { name: "Notifications" }).click();
  await hasFocus(head("Notifications"), "a part of them");
  await page.getByRole("button", { name: "Back to the settings" }).click();
  await hasFocus(head("Settings"), "the settings again");
  await page.getByRole("button", { name: "Back to the list" }).click();
  await hasFocus(page.locator(".sidebar .wordmark"), "the head of the list");
  await page.getByRole("button", { name: "New", exact: true }).click();
  await page.getByRole("button", { name: "New group" }).click();
  await hasFocus(page.getByRole("textbox", { name: "Title" }), "the first field of the new group");
  await page.getByRole("button", { name: "Back to the list" }).click();

  await alice!.opensGroup("The walkers");
  await page.getByRole("button", { name: "Details" }).click();
  const change = page.getByRole("button", { name: "Change title and description" });
  await change.click();
  await hasFocus(page.getByRole("textbox", { name: "Title" }), "the title");
  await page.getByRole("button", { name: "Cancel" }).click();
  await hasFocus(change, "what changes the title");

  await bob!.finds(alice!);
  await bob!.writes("hello");
  await alice!.opens(bob!);
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("button", { name: "Block" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
  await hasFocus(page.getByRole("complementary", { name: "Details" }).getByRole("button", { name: "Unblock" }), "the way back");

  const item = page.locator(".rows-item").filter({ has: page.locator(".row-title", { hasText: bob!.name }) });
  await item.hover();
  await item.locator(".row-more").click();
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await alice!.row(bob!).waitFor({ state: "detached" });
  await eventually(() => page.evaluate(() => document.activeElement?.matches(".rows-item a.row") || undefined), "the focus on another row");

  // And the arrows go through what a search found.
  await alice!.search.fill(carol!.name.slice(0, -2));
  const found = page.locator(".list-scroll .row");
  await page.getByRole("list", { name: "People" }).getByText(carol!.name).first().waitFor();
  await found.first().focus();
  await page.keyboard.press("End");
  await hasFocus(found.last(), "the last that was found");
  await page.keyboard.press("ArrowUp");
  await hasFocus(found.nth((await found.count()) - 2), "the one before it");
});

test("the focus of what goes is on what is next to it, or on what led there", async () => {
  const [alice, bob, ...others] = await stage.friends("alice", "bob", "carol");
  const strangers = await stage.people("dora", "emil");
  const { page } = alice!;
  const rest = restAt(stage.server.base);
  const { token, user } = await alice!.session();
  const presses = async (button: Locator): Promise<void> => {
    await button.focus();
    await page.keyboard.press("Enter");
  };
  const isSure = (): Promise<void> => presses(page.getByRole("dialog").locator(".button-danger"));
  const pane = page.getByRole("complementary", { name: "Details" });
  const details = page.getByRole("button", { name: "Details" });
  const button = (name: string): Locator => page.getByRole("button", { name, exact: true });

  // The details.
  await stage.group("The walkers", alice!);
  await alice!.opensGroup("The walkers");
  await presses(details);
  await presses(pane.getByRole("button", { name: "Close" }));
  await hasFocus(details, "what opened them");

  // The links into a group.
  await presses(details);
  const ends = pane.getByRole("button", { name: "Take it back" });
  const { conversation } = await rest.call("group.create", { title: "The talkers", members: [] }, token);
  for (let i = 0; i < 2; i++) await rest.call("group.invite", { conversation }, token);
  await alice!.opensGroup("The talkers");
  await presses(details);
  await ends.nth(1).waitFor();
  await presses(ends.first());
  await isSure();
  await ends.nth(1).waitFor({ state: "detached" });
  await hasFocus(ends, "the link that is left");
  await page.keyboard.press("Enter");
  await isSure();
  await ends.waitFor({ state: "detached" });
  await hasFocus(button("Make a link and copy it"), "what makes one");
  await presses(details);

  // A message that was refused.
  const theirs = await bob!.session();
  await rest.call("user.block", { user }, theirs.token);
  await alice!.finds(bob!);
  await alice!.writes("please");
  await presses(button("Discard"));
  await isSure();
  await alice!.message("please").waitFor({ state: "detached" });
  await hasFocus(alice!.log, "the log");

  // What strangers ask for.
  const [dora, emil] = await Promise.all(strangers.map((one) => one.session()));
  await rest.call("message.send", { to: user, text: "hello" }, dora!.token);
  await alice!.request(strangers[0]!).click();
  await presses(page.getByRole("group", { name: "Message request" }).getByRole("button", { name: "Accept" }));
  await page.getByRole("group", { name: "Message request" }).waitFor({ state: "detached" });
  await hasFocus(alice!.log, "the log again");
  for (const one of [dora!, emil!]) await rest.call("contact.request", { user }, one.token);
  await presses(page.getByRole("button", { name: /^Contact requests/ }));
  const asked = page.getByRole("region", { name: "Contact requests" });
  await asked.getByRole("button", { name: "Decline" }).nth(1).waitFor();
  await presses(asked.getByRole("button", { name: "Decline" }).first());
  await asked.getByRole("button", { name: "Decline" }).nth(1).waitFor({ state: "detached" });
  await hasFocus(asked.getByRole("button", { name: "Decline" }), "the request that is left");
  await page.getByRole("button", { name: "Back to the list" }).first().click();

  // Whom one blocks, and one's devices.
  for (const other of others) await rest.call("user.block", { user: (await other.session()).user }, token);
  await rest.call("user.block", { user: emil!.user }, token);
  await button("Your account").click();
  await button("Settings").click();
  await button("Privacy").click();
  const unblocks = page.locator(".settings-line").getByRole("button", { name: "Unblock" });
  await unblocks.nth(1).waitFor();
  await presses(unblocks.nth(1));
  await unblocks.nth(1).waitFor({ state: "detached" });
  await hasFocus(unblocks, "whom one still blocks");
  await button("Back to the settings").click();
  await stage.again(alice!);
  await button("Devices").click();
  const signsOut = page.locator(".settings-line").getByRole("button");
  // Others may still come: the list is read anew when somebody signs in.
  const first = await signsOut.first().elementHandle();
  await presses(signsOut.first());
  await isSure();
  await eventually(() => first!.evaluate((one) => !one.isConnected || undefined), "the device is gone");
  await eventually(() => page.evaluate(() => document.activeElement?.matches(".settings button") || undefined), "the focus on another device");
});

test("the focus of what goes with a press stays near; the wait for a connection is counted on a phone, too", async () => {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  const { page } = alice!;
  alice!.expects(/ERR_FAILED/);
  const rest = restAt(stage.server.base);
  const { user, token } = await alice!.session();
  const presses = async (button: Locator): Promise<void> => {
    await button.focus();
    await page.keyboard.press("Enter");
  };
  for (const one of [bob!, carol!]) {
    const { conversation, seq } = await rest.call("message.send", { to: user, text: "hello" }, (await one.session()).token);
    await rest.call("message.react", { conversation, seq, emoji: "👍" }, token);
  }
  await page.getByRole("button", { name: "Unread" }).click();
  for (const next of [alice!.row(bob!), page.getByRole("button", { name: "Unread" })]) {
    await presses(page.locator(".row-more").first());
    await presses(page.getByRole("button", { name: "Mark as read" }));
    await hasFocus(next, "what is next to the row that went");
  }
  await page.getByRole("button", { name: "All", exact: true }).click();

  await alice!.opens(bob!);
  await presses(alice!.message("hello").locator(".reaction"));
  await alice!.message("hello").locator(".reaction").waitFor({ state: "detached" });
  await hasFocus(alice!.message("hello").locator(".message-more"), "the menu of the message");

  let isThere = false;
  await page.route("**/v1/connect", (route) => (isThere ? route.continue() : route.abort()));
  await page.setViewportSize(PHONE.viewport);
  await page.reload();
  await page.locator(".banner-countdown").waitFor();
  const place = page.locator(".banner-place");
  await presses(place.getByRole("button", { name: "Try now" }));
  await hasFocus(place, "where the button was");
  await place.getByRole("button", { name: "Try now" }).focus();
  isThere = true; // not sooner: the page tries by itself, too, and the button would be gone
  await page.keyboard.press("Enter");
  await alice!.banner.waitFor({ state: "detached" });
  await hasFocus(place, "where the banner was");
});
