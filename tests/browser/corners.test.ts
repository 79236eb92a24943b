/** What happens seldom: invites, accounts that were disabled, what was taken away, and being told while one looks elsewhere. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { eventually } from "../integration/harness/wait.ts";
import { restAt } from "../integration/harness/web.ts";
import { scan } from "./harness/camera.ts";
import { says } from "./harness/filling.ts";
import type { Person } from "./harness/person.ts";
import { PASSWORD } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

/** The link that an admin of a group copies. */
async function invitesTo(title: string, admin: Person): Promise<string> {
  await admin.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await admin.opensGroup(title);
  await admin.page.getByRole("button", { name: "Details" }).click();
  await admin.page.getByRole("button", { name: "Make a link and copy it" }).click();
  await admin.seesWords("The link is copied.");
  return admin.page.evaluate(() => navigator.clipboard.readText());
}

/** A headless browser holds every page for shown. */
function looksAway({ page }: Person): Promise<void> {
  return page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
}

test("who follows an invite signs up, sees the group, joins; a link that was taken back says so", async () => {
  const [alice] = await stage.people("alice");
  await stage.group("The walkers", alice!);
  const link = await invitesTo("The walkers", alice!);
  const bob = await stage.person("bob");
  await bob.page.goto(link);
  await bob.seesWords("You are invited to a group.");
  await bob.asksToSignUp();
  const invited = bob.page.getByRole("region", { name: "You are invited" });
  await invited.getByText("The walkers").waitFor();
  await invited.getByText("1 member").waitFor();
  await invited.getByRole("button", { name: "Join the group" }).click();
  await bob.page.getByRole("heading", { level: 2, name: "The walkers" }).waitFor();
  await bob.writes("here I am");
  await alice!.sees("here I am");
  // Followed again, it leads to where one is already.
  await bob.page.goto(link);
  await bob.page.getByRole("button", { name: "Open the group" }).click();
  await bob.sees("here I am");

  const invites = alice!.page.getByRole("complementary", { name: "Details" });
  await invites.getByRole("button", { name: "Take it back" }).click();
  await alice!.isSure("Take it back");
  await invites.getByRole("button", { name: "Take it back" }).waitFor({ state: "detached" });
  const carol = await stage.person("carol");
  await carol.signsUp();
  await carol.page.goto(link);
  await carol.seesWords("This invite is no longer valid.");
  await carol.page.getByRole("main").getByRole("button", { name: "Back to the list" }).click();
  await carol.seesWords("Choose a conversation");
});

test("an invite is scanned off the screen, also of a dark one", async () => {
  const alice = await stage.person("alice", { colorScheme: "dark" });
  await alice.signsUp();
  await stage.group("The walkers", alice);
  const link = await invitesTo("The walkers", alice);
  await alice.page.getByRole("button", { name: "Show it as a QR code" }).click();
  const dialog = alice.page.getByRole("dialog", { name: "QR code" });
  await dialog.getByText("Whoever scans this is invited to “The walkers”.").waitFor();
  const scanned = await scan(dialog.getByRole("img", { name: "QR code" }));
  assert.equal(scanned, link);
  await alice.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  const bob = await stage.person("bob");
  await bob.page.goto(scanned);
  await bob.seesWords("You are invited to a group.");
});

test("a disabled account shows nothing, and all again once that is taken back; signing out of it ends it here", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  alice!.expects(/status of 40[13]/);
  await alice!.finds(bob!);
  await alice!.writes("still here");
  await alice!.seesTick("still here", "delivered");
  const operator = (what: string): void => assert.equal(stage.server.command(["user", what, alice!.name]).status, 0);
  operator("disable");
  await alice!.seesWords("This account is disabled.");
  assert.equal(await alice!.page.getByText("still here").count(), 0);
  await alice!.page.getByRole("button", { name: "Try now" }).click();
  await alice!.seesWords("This account is disabled.");
  operator("enable");
  await stage.everywhere();
  await alice!.page.getByRole("button", { name: "Try now" }).click();
  await alice!.sees("still here");
  operator("disable");
  await alice!.seesWords("This account is disabled.");
  await alice!.page.getByRole("button", { name: "Sign out" }).click();
  await alice!.page.getByRole("form", { name: "Sign in" }).waitFor();
  await alice!.asksToSignIn(PASSWORD, bob!.name);
  await alice!.isUpToDate();
});

test("an answer to a deleted message says that it is deleted, and nothing of it is left", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("rash words");
  await bob!.opens(alice!);
  await bob!.does("Reply", "rash words");
  await bob!.writes("really?");
  await alice!.sees("really?");
  await alice!.deletes("rash words", "everyone");
  for (const person of [alice!, bob!]) {
    await person.message("really?").locator(".quote").getByText("Message deleted").waitFor();
    await person.message("Message deleted").first().waitFor();
  }
  await bob!.reloads();
  await bob!.message("really?").locator(".quote").getByText("Message deleted").waitFor();
  assert.equal(await bob!.page.getByText("rash words").count(), 0);
});

test("what comes while one looks elsewhere is told and heard once, but not from what one muted", async () => {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  const { page } = alice!;
  await alice!.context.grantPermissions(["notifications"]);
  await bob!.finds(alice!);
  await bob!.writes("one");
  await carol!.finds(alice!);
  await carol!.writes("two");
  await alice!.hasUnread(carol!, 1);
  await alice!.row(carol!).click({ button: "right" });
  await page.getByRole("button", { name: "Mute" }).click();
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("navigation", { name: "Your account" }).getByRole("button", { name: "Notifications" }).click();
  await page.getByRole("switch", { name: "Notifications on this device" }).click();
  await page.getByRole("switch", { name: "Notifications on this device", checked: true }).waitFor();
  // A headless browser shows none; it says which it was asked for.
  await page.evaluate(() => {
    const told: string[] = [];
    const Real = window.Notification;
    window.Notification = class extends Real {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        told.push(`${title}: ${options?.body ?? ""}`);
      }
    };
    const tones: number[] = [];
    AudioContext.prototype.createOscillator = new Proxy(AudioContext.prototype.createOscillator, {
      apply: (make, audio, none: []) => {
        tones.push(1);
        return make.apply(audio, none);
      },
    });
    Object.assign(window, { told, tones });
  });
  await bob!.writes("while you look");
  await bob!.seesTick("while you look", "delivered");
  await looksAway(alice!);
  await carol!.writes("muted words");
  await bob!.writes("**while** you look away");
  const told = (): Promise<string[]> => page.evaluate(() => (window as unknown as { told: string[] }).told);
  await eventually(async () => (await told()).length > 0 || undefined, "a notification");
  assert.deepEqual(await told(), [`${bob!.name}: while you look away`]);
  const tones = (): Promise<number> => page.evaluate(() => (window as unknown as { tones: number[] }).tones.length);
  assert.equal(await tones(), 2);
  // And in silence, if one wants that.
  await page.getByRole("switch", { name: "Sound", checked: true }).click();
  await bob!.writes("softly");
  await eventually(async () => (await told()).length > 1 || undefined, "another notification");
  assert.deepEqual([(await told()).at(-1), await tones()], [`${bob!.name}: softly`, 2]);
  // Or by the sound alone.
  await page.getByRole("switch", { name: "Sound" }).click();
  const tried = await tones();
  await page.getByRole("switch", { name: "Notifications on this device" }).click();
  await bob!.writes("only heard");
  await eventually(async () => (await tones()) === tried + 2 || undefined, "a sound");
  assert.equal((await told()).length, 2);
});

test("where a page may show no notification its worker does, and a press on it leads to the conversation", async () => {
  const alice = await stage.person("alice", { serviceWorkers: "allow" });
  const { page, context } = alice;
  await context.addInitScript(() => {
    if (location.protocol === "about:") return;
    localStorage.setItem("parley/look", JSON.stringify({ notify: true, silent: true }));
    const shown: NotificationOptions[] = [];
    // As on phones; what the worker shows a headless browser does not.
    window.Notification = class {
      constructor() {
        throw new TypeError("Illegal constructor");
      }
    } as unknown as typeof Notification;
    ServiceWorkerRegistration.prototype.showNotification = async (title, options) => {
      shown.push({ ...options, body: `${title}: ${options?.body}` });
    };
    Object.assign(window, { shown });
  });
  await alice.signsUp();
  const [bob] = await stage.people("bob");
  const [hers, his] = await Promise.all([alice.session(), bob!.session()]);
  const rest = restAt(stage.server.base);
  await rest.call("contact.request", { user: his.user }, hers.token);
  await rest.call("contact.accept", { user: hers.user }, his.token);
  await looksAway(alice);
  await bob!.finds(alice);
  await bob!.writes("are you there?");
  const shown = (): Promise<NotificationOptions[]> =>
    page.evaluate(() => (window as unknown as { shown: NotificationOptions[] }).shown);
  const [notice] = await eventually(async () => ((await shown()).length > 0 ? shown() : undefined), "a notification");
  assert.equal(notice!.body, `${bob!.name}: are you there?`);
  assert.equal(await page.evaluate(() => location.hash), "");

  const [worker] = context.serviceWorkers();
  await worker!.evaluate((data) => {
    const pressed = Object.assign(new Event("notificationclick"), {
      notification: { data, close: () => {} },
      // Without a finger it may not bring the tab to the front.
      waitUntil: (done: Promise<void>) => void done.catch(() => {}),
    });
    dispatchEvent(pressed);
  }, notice!.data);
  await page.getByRole("heading", { level: 2, name: bob!.name }).waitFor();
});

test("what comes in a window that shows, and that nobody looks at, is not read until somebody does", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await bob!.finds(alice!);
  const uses = (window: boolean): Promise<void> => alice!.page.evaluate((uses) => {
    document.hasFocus = () => uses;
    dispatchEvent(new Event(uses ? "focus" : "blur"));
  }, window);
  await uses(false);
  await bob!.writes("on the second screen");
  await alice!.sees("on the second screen");
  await bob!.seesTick("on the second screen", "delivered");
  const [from, to] = await Promise.all([bob!.session(), alice!.session()]);
  await says(stage.server, from.token, to.user, 60, (i) => `and more ${i}`);
  await alice!.sees("and more 59");
  await alice!.hasUnread(bob!, 61);
  // One goes on where one was: before all that came, which is more than is in view.
  await uses(true);
  const line = alice!.log.locator("[data-line=unread]");
  await line.waitFor();
  assert.match(await line.evaluate((one) => (one.nextElementSibling as HTMLElement).innerText), /on the second screen/);
  const badge = alice!.row(bob!).locator(".badge");
  await badge.filter({ hasNotText: "61 unread" }).waitFor();
  const left = parseInt(await badge.innerText(), 10);
  assert.ok(left > 20 && left < 60, `${left} are left to read`);
});

test("a stranger's first message is a request, which is accepted, or ends with a block", async () => {
  const [alice, bob, carol] = await stage.people("alice", "bob", "carol");
  const { user } = await alice!.session();
  for (const [stranger, text] of [[bob!, "hello from bob"], [carol!, "hello from carol"]] as const) {
    const { token } = await stranger.session();
    await restAt(stage.server.base).call("message.send", { to: user, text }, token);
  }
  await alice!.request(bob!).click();
  await alice!.sees("hello from bob");
  await alice!.accepts();
  await alice!.request(carol!).click();
  await alice!.page.getByRole("group", { name: "Message request" }).getByRole("button", { name: "Block" }).click();
  await alice!.seesWords("You block");
});
