/** For everyone: each view in both themes, as axe judges it; shortcuts; a page at twice its size. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, test } from "node:test";
import type axe from "axe-core";
import type { BrowserContextOptions } from "playwright-core";
import { eventually } from "../integration/harness/wait.ts";
import { totp } from "../integration/harness/totp.ts";
import { restAt } from "../integration/harness/web.ts";
import type { Person } from "./harness/person.ts";
import { PASSWORD } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

/** What axe found wrong in the views of a test: rule by rule, with where. */
const faults: string[] = [];

async function look({ page }: Person, view: string): Promise<void> {
  // What fades in is no colour yet.
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {}))));
  // By the debugger, which the page's content policy does not hold back.
  await page.evaluate(`${AXE}; undefined`);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, nodes } of violations) {
    for (const { html, failureSummary } of nodes) faults.push(`${view}: ${id}: ${html.slice(0, 160)} ${failureSummary}`);
  }
}

function noneIsAtFault(): void {
  assert.deepEqual(faults.splice(0), []);
}

/** The browser's own, and a session beside it. */
async function devicesOf(person: Person): Promise<{ token: string; devices: string[] }> {
  const { token, device } = await person.session();
  const { devices } = await restAt(stage.server.base).call("device.list", {}, token);
  return { token, devices: devices.map((one) => one.device).filter((one) => one !== device) };
}

/** Two who talked, one of whom looks at the page. */
async function talked(options: BrowserContextOptions): Promise<[Person, Person]> {
  const [bob, carol] = await stage.friends("bob", "carol");
  const alice = await stage.person("alice", { reducedMotion: "reduce", ...options });
  await alice.signsUp();
  const rest = restAt(stage.server.base);
  const [hers, his, others] = await Promise.all([alice.session(), bob!.session(), carol!.session()]);
  await rest.call("contact.request", { user: his.user }, hers.token);
  await rest.call("contact.accept", { user: hers.user }, his.token);
  await rest.call("contact.request", { user: hers.user }, others.token);
  const first = await rest.call("message.send", { to: hers.user, text: "**bold** `code` https://a.example/\n```\nfence\n```" }, his.token);
  await rest.call("message.pin", { conversation: first.conversation, seq: first.seq }, his.token);
  await rest.call("message.react", { conversation: first.conversation, seq: first.seq, emoji: "👍" }, his.token);
  await rest.call("message.send", { to: hers.user, text: "second", reply_to: first.seq }, his.token);
  await rest.call("message.send", { to: hers.user, text: "a stranger's words" }, others.token);
  const group = await rest.call("group.create", { title: "The walkers", members: [his.user] }, hers.token);
  await rest.call("message.send", { to: group.conversation, text: "to all" }, his.token);
  return [alice, bob!];
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`${colorScheme}: no view of a conversation has a fault that axe finds`, async () => {
    const [alice, bob] = await talked({ colorScheme });
    const { page } = alice;
    const stranger = await stage.person("stranger", { colorScheme });
    await stranger.opensThePage();
    await look(stranger, "signing in");
    await page.getByRole("button", { name: "Create an account" }).waitFor({ state: "detached" });
    await alice.row(bob).waitFor();
    await look(alice, "the list");
    await page.locator(".row-more").first().click();
    await page.getByRole("button", { name: "Archive", exact: true }).waitFor();
    await look(alice, "a row's menu");
    await page.keyboard.press("Escape");
    await alice.opens(bob);
    await alice.sees("second");
    await page.locator(".pinned-line").waitFor();
    await look(alice, "a conversation, with something pinned");
    await page.getByRole("button", { name: "Details" }).click();
    await page.getByRole("complementary", { name: "Details" }).getByText("online").waitFor();
    await look(alice, "a person's details");
    await alice.opensGroup("The walkers");
    await page.getByRole("button", { name: "Details" }).click();
    await page.getByText("2 members").waitFor();
    await look(alice, "a group's details");
    await page.locator(".members-line").getByRole("button", { name: "What to do with" }).click();
    await page.getByRole("button", { name: "Hand the group over" }).waitFor();
    await look(alice, "a member's menu");
    await page.getByRole("button", { name: "Hand the group over" }).click();
    await page.getByRole("dialog", { name: "Hand the group over" }).waitFor();
    await look(alice, "handing over");
    await page.keyboard.press("Escape");

    await alice.message("to all").hover();
    await alice.message("to all").getByRole("button", { name: "What to do with this message" }).click();
    await look(alice, "a message's menu");
    await page.getByRole("button", { name: "Another reaction" }).click();
    await page.getByRole("gridcell").first().waitFor();
    await look(alice, "the emoji");
    await page.keyboard.press("Escape");
    await alice.does("Forward", "to all");
    await page.getByRole("dialog").getByRole("checkbox").first().waitFor();
    await look(alice, "giving on");
    await page.keyboard.press("Escape");
    await alice.box.pressSequentially("@");
    await page.getByRole("option").first().waitFor();
    await look(alice, "a name being completed");
    await alice.box.press("Escape");

    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").getByRole("option").first().waitFor();
    await look(alice, "the switcher");
    noneIsAtFault();
  });

  test(`${colorScheme}: no pane and no setting has a fault that axe finds`, async () => {
    const [alice] = await talked({ colorScheme });
    const { page } = alice;
    await alice.search.fill("walk");
    await page.getByRole("list", { name: "Your conversations" }).waitFor();
    await look(alice, "a search");
    await alice.search.fill("");
    for (const pane of ["New group", "Contacts"]) {
      await page.getByRole("button", { name: "New", exact: true }).click();
      await page.getByRole("button", { name: pane }).click();
      await page.getByRole("complementary", { name: pane }).waitFor();
      await look(alice, pane);
      await page.getByRole("button", { name: "Back to the list" }).click();
    }

    await page.getByRole("button", { name: "Your account" }).click();
    await look(alice, "the account's menu");
    await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await look(alice, "the shortcuts");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Your account" }).click();
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("navigation", { name: "Your account" }).waitFor();
    await look(alice, "the settings");
    for (const part of ["Profile", "Privacy", "Notifications", "Devices", "Password", "Second factor", "Your data"]) {
      await page.getByRole("navigation", { name: "Your account" }).getByRole("button", { name: part }).click();
      await page.getByRole("complementary", { name: part }).locator("form, .button, .select, .switch, .settings-line").first().waitFor();
      await look(alice, part);
      await page.getByRole("button", { name: "Back to the settings" }).click();
    }
    noneIsAtFault();
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`${colorScheme}: nothing that asks, stands in the way or is gone has a fault that axe finds`, async () => {
    const [alice, bob] = await talked({ colorScheme });
    const { page } = alice;
    alice.expects(/ERR_FAILED/, /404 .*groups\/preview/, /Failed to fetch dynamically imported module/);
    await page.getByRole("region", { name: "Message requests" }).getByRole("link").click();
    await page.getByRole("group", { name: "Message request" }).waitFor();
    await look(alice, "a request");
    await alice.opens(bob);
    await alice.sees("second");
    await page.getByRole("button", { name: "Go to a date" }).click();
    await page.getByRole("button", { name: "Go there" }).waitFor();
    await look(alice, "the date menu");
    await page.keyboard.press("Escape");
    await alice.does("Reply", "second");
    await page.locator(".intent").waitFor();
    await look(alice, "an answer");
    await alice.writes("of my own");
    await alice.seesTick("of my own", "delivered");
    await alice.does("Edit", "of my own");
    await page.locator(".intent").waitFor();
    await look(alice, "a change");
    await alice.box.press("Escape");
    await alice.does("Message info", "of my own");
    await page.getByRole("dialog").locator(".info-line").first().waitFor();
    await look(alice, "a message's info");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Details" }).click();
    await page.getByRole("button", { name: "Block" }).click();
    await page.getByRole("dialog", { name: "Block" }).waitFor();
    await look(alice, "a question");
    await page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
    await alice.seesWords("You block");
    await look(alice, "somebody blocked");
    await alice.opensGroup("The walkers");
    await page.getByRole("button", { name: "Details" }).click();
    await page.getByRole("button", { name: "Add people" }).click();
    await page.getByRole("dialog").getByRole("searchbox").waitFor();
    await look(alice, "adding people");
    await page.keyboard.press("Escape");

    await alice.row(bob).hover();
    await page.locator(".rows-item").filter({ has: page.locator(".row-title", { hasText: bob.name }) }).locator(".row-more").click();
    await page.getByRole("button", { name: "Archive", exact: true }).click();
    await page.getByRole("button", { name: /^Archived/ }).click();
    await page.getByRole("navigation", { name: "Archived" }).getByRole("link").waitFor();
    await look(alice, "the archive");
    await page.evaluate(() => (location.hash = "#/join/nothing"));
    await alice.seesWords("This invite is no longer valid.");
    await look(alice, "an invite that is gone");
    const { token } = await bob.session();
    const rest = restAt(stage.server.base);
    const { conversation } = await rest.call("group.create", { title: "The talkers", members: [] }, token);
    const invite = await rest.call("group.invite", { conversation }, token);
    await page.evaluate((token) => (location.hash = `#/join/${token}`), invite.token);
    await page.getByRole("button", { name: "Join the group" }).waitFor();
    await look(alice, "an invite");
    await page.route("**/assets/Contacts-*.js", (route) => route.abort());
    await page.route("**/v1/connect", (route) => route.abort());
    await page.reload();
    await alice.banner.getByText("Offline").waitFor();
    await look(alice, "offline");
    await page.getByRole("button", { name: "New", exact: true }).click();
    await page.getByRole("button", { name: "Contacts" }).click();
    await alice.seesWords("This part of the page does not work right now.");
    await look(alice, "a part that failed");
    noneIsAtFault();
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`${colorScheme}: nothing on the way in and out, and nothing that failed, has a fault that axe finds`, async () => {
    const [alice, bob] = await talked({ colorScheme });
    const { page } = alice;
    alice.expects(/status of 40\d/);
    const rest = restAt(stage.server.base);
    const [hers, his] = await Promise.all([alice.session(), bob.session()]);
    await page.getByRole("button", { name: "Your account" }).click();
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Second factor" }).click();
    await page.getByRole("button", { name: "Set it up" }).click();
    const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
    await page.getByRole("img", { name: "QR code" }).waitFor();
    await look(alice, "a secret to scan");
    await page.getByRole("textbox", { name: "Code" }).fill(totp(secret));
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Turn it on" }).click();
    await page.locator(".secret-list").waitFor();
    await look(alice, "recovery codes");
    await page.getByRole("button", { name: "I have kept them" }).click();
    await alice.seesWords("Signing in asks for a code.");
    const elsewhere = await stage.person("elsewhere", { colorScheme });
    elsewhere.expects(/status of 40\d/);
    await elsewhere.opensThePage();
    await elsewhere.asksToSignIn(PASSWORD, alice.name);
    await elsewhere.page.getByLabel("Code").waitFor();
    await look(elsewhere, "the code field");
    await look(alice, "a second factor that is on");
    await page.getByRole("button", { name: "Back to the settings" }).click();
    await page.getByRole("button", { name: "Back to the list" }).click();

    await rest.call("user.block", { user: hers.user }, his.token);
    await alice.opens(bob);
    await alice.writes("refused");
    await alice.seesTick("refused", "not sent");
    await look(alice, "a message that was not sent");
    await page.getByRole("button", { name: "Discard" }).click();
    await page.getByRole("dialog", { name: "Discard" }).waitFor();
    await look(alice, "discarding");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "New", exact: true }).click();
    await page.getByRole("button", { name: "Notes to self" }).click();
    await alice.seesWords("Only you see these.");
    await look(alice, "notes to self");
    await alice.opensGroup("The walkers");
    await page.getByRole("button", { name: "Details" }).click();
    await page.getByRole("button", { name: "Make a link and copy it" }).click();
    await page.getByRole("button", { name: "Show it as a QR code" }).click();
    await page.getByRole("dialog", { name: "QR code" }).getByRole("img").waitFor();
    await look(alice, "an invite to scan");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Leave the group" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Leave the group" }).click();
    await alice.seesWords("You are no longer in this group.");
    await look(alice, "a group that one left");
    assert.equal(stage.server.command(["user", "disable", alice.name]).status, 0);
    await alice.seesWords("This account is disabled.");
    await look(alice, "an account that is disabled");
    noneIsAtFault();

    const dora = await stage.person("dora", { colorScheme, reducedMotion: "reduce" });
    await hasANewerPage(dora);
    await dora.signsUp();
    await dora.banner.getByText("There is a newer version").waitFor();
    await dora.banner.getByText("This browser keeps nothing").waitFor();
    await look(dora, "an empty list, below banners");
    const { token, devices } = await devicesOf(dora);
    for (const device of devices) await rest.call("device.end", { device }, token);
    await dora.seesWords("This device was signed out.");
    await look(dora, "a session that ended");
    await dora.page.evaluate(() => (location.hash = "#/join/nothing"));
    await dora.page.getByRole("button", { name: "Create an account" }).click();
    await look(dora, "signing up, invited");
    noneIsAtFault();
  });
}

/** The size of its letters: into what is smaller iOS zooms. */
function smallestField({ page }: Person): Promise<number> {
  return page.evaluate(() => Math.min(...[...document.querySelectorAll("input, select, textarea")].map((one) =>
    parseFloat(getComputedStyle(one).fontSize))));
}

/** In a browser that keeps nothing; of the worker no more than that there is a newer one. */
async function hasANewerPage({ page }: Person): Promise<void> {
  await page.addInitScript(() => {
    if (location.protocol === "about:") return;
    IDBFactory.prototype.open = () => {
      throw new DOMException("the browser keeps nothing", "SecurityError");
    };
    Object.defineProperty(ServiceWorkerContainer.prototype, "controller", { value: {} });
    const worker = Object.assign(new EventTarget(), { active: {}, waiting: {}, update: async () => {} });
    const found = async (): Promise<ServiceWorkerRegistration> => worker as unknown as ServiceWorkerRegistration;
    Object.assign(ServiceWorkerContainer.prototype, { register: found, getRegistration: found });
  });
}

test("on a phone, from right to left, no view has a fault, and none is wider than the window", async () => {
  const alice = await stage.person("alice", { ...PHONE, locale: "ar", reducedMotion: "reduce" });
  const [bob] = await stage.people("bob");
  const rest = restAt(stage.server.base);
  const hers = await rest.call("signup", { username: alice.name, password: PASSWORD });
  const { token } = await bob!.session();
  await rest.call("message.send", { to: hers.user, text: "hello **there** مرحبا" }, token);
  const { page } = alice;
  await alice.opensThePage();
  await look(alice, "signing in");
  assert.equal(await smallestField(alice), 16);
  await alice.signsInByNoWords();
  await look(alice, "the list");
  await page.locator(".row").first().click();
  await page.locator(".message").first().waitFor();
  await look(alice, "a conversation");
  await page.locator(".conversation-tools button").last().click();
  await page.locator(".details").waitFor();
  await look(alice, "details");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
  assert.equal(await smallestField(alice), 16);
  noneIsAtFault();
});

test("what comes in is said once to those who hear the page, and nothing of what was there", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await bob!.finds(alice!);
  await bob!.writes("from before");
  await alice!.opens(bob!);
  await alice!.sees("from before");
  const said = alice!.page.locator(".log-place > [aria-live=polite]");
  await bob!.writes("**news**");
  await said.getByText(`${bob!.name}: news`).waitFor();
  await alice!.writes("of my own");
  await alice!.seesTick("of my own", "read");
  assert.equal(await said.innerText(), `${bob!.name}: news`);
  // The same words again are another element, which is what is heard.
  const before = await said.locator("p").elementHandle();
  await bob!.writes("**news**");
  await eventually(async () => (await before!.evaluate((one) => !one.isConnected)) || undefined, "the same words as news");
  assert.equal(await said.innerText(), `${bob!.name}: news`);
});

test("shortcuts: the sheet, the switcher, the next conversation; none of them where one writes", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const { page } = alice!;
  await stage.group("The walkers", alice!, bob!);
  await bob!.finds(alice!);
  await bob!.writes("newest");
  await alice!.row(bob!).waitFor();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await sheet.waitFor();
  // Who is quick has the other before the first one heard that it was closed.
  await sheet.evaluate((open: HTMLDialogElement) => {
    open.close();
    dispatchEvent(new KeyboardEvent("keydown", { key: "k", code: "KeyK", ctrlKey: true }));
  });
  await page.getByRole("combobox").waitFor();
  await page.keyboard.type("walk");
  await page.getByRole("option", { name: "The walkers" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name: "The walkers" }).waitFor();
  await page.keyboard.press("Alt+ArrowUp");
  await page.getByRole("heading", { level: 2, name: bob!.name }).waitFor();
  await page.keyboard.press("Alt+ArrowDown");
  await page.getByRole("heading", { level: 2, name: "The walkers" }).waitFor();

  await alice!.box.pressSequentially("really? and/or");
  await alice!.hasInTheBox("really? and/or");
  assert.equal(await sheet.count(), 0);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  // Back to where one was.
  await eventually(() => alice!.box.evaluate((box) => box === document.activeElement || undefined), "the focus in the box");
});

test("at twice its size the page loses nothing, and motion is still for who wants none", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("to be read at twice the size");
  // What 200 % leaves of the window, as the page sees it.
  await alice!.page.setViewportSize({ width: 550, height: 360 });
  await alice!.sees("to be read at twice the size");
  // What does not fit would be cut off, and not scrolled to.
  const out = await alice!.page.evaluate(() => [".conversation-head", ".log", ".composer", ".composer .send"].filter((one) => {
    const { top, bottom, left, right } = document.querySelector(one)!.getBoundingClientRect();
    return top < 0 || left < 0 || bottom > innerHeight || right > innerWidth || bottom - top < 20;
  }));
  assert.deepEqual(out, []);
  const moves = (): Promise<number> => alice!.page.evaluate(() => [...document.querySelectorAll("*")].filter((one) => {
    const { transitionDuration, animationDuration } = getComputedStyle(one);
    return [transitionDuration, animationDuration].some((all) => all.split(",").some((time) => parseFloat(time) > 0));
  }).length);
  assert.ok((await moves()) > 0);
  await alice!.page.emulateMedia({ reducedMotion: "reduce" });
  // Also of what was found, which is marked for a moment.
  await alice!.does("Reply", "to be read at twice the size");
  await alice!.writes("an answer");
  const found = alice!.log.locator(".is-found");
  await eventually(async () => {
    await alice!.message("an answer").locator(".quote").click();
    await found.waitFor();
    const moving = await moves();
    return (await found.count()) > 0 ? moving === 0 || assert.fail(`${moving} elements move`) : undefined;
  }, "a look at what was found");
});
