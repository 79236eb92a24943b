/** What one chooses and changes of one's account. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import { restAt } from "../integration/harness/web.ts";
import { totp } from "../integration/harness/totp.ts";
import { scan } from "./harness/camera.ts";
import type { Person } from "./harness/person.ts";
import { PASSWORD } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";

const OTHER_PASSWORD = "battery staple";

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

async function opensSettings({ page }: Person, part: string): Promise<void> {
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("navigation", { name: "Your account" }).getByRole("button", { name: part }).click();
  await page.getByRole("complementary", { name: part }).waitFor();
}

async function leavesSettings({ page }: Person): Promise<void> {
  await page.getByRole("button", { name: "Back to the settings" }).click();
  await page.getByRole("button", { name: "Back to the list" }).click();
}

/** A sign-in that the server refuses shows in the console, too. */
function expectsRefusals(person: Person): void {
  person.expects(/status of 4\d\d/);
}

test("another name that others see, a few words, another name that others find one by", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await opensSettings(alice!, "Profile");
  await alice!.page.getByLabel("What others call you").fill("Alice Liddell");
  await alice!.page.getByRole("button", { name: "Save" }).click();
  await alice!.seesWords("Saved");
  const renamed = `${alice!.name}-2`;
  await alice!.page.getByLabel("Name", { exact: true }).fill(renamed);
  await alice!.page.getByLabel("Password").fill(PASSWORD);
  await alice!.page.getByRole("button", { name: "Change the name" }).click();
  await leavesSettings(alice!);
  await alice!.page.getByRole("button", { name: "Your account" }).click();
  await alice!.seesWords(`@${renamed}`);
  await bob!.search.fill(renamed);
  await bob!.page.getByRole("list", { name: "People" }).getByText("Alice Liddell").waitFor();
});

test("who may see when one was there; whom one blocks, and does no more", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const [{ token }, { user }] = await Promise.all([alice!.session(), bob!.session()]);
  await bob!.finds(alice!);
  await bob!.seesBelowTheName("online");
  await opensSettings(alice!, "Privacy");
  const seen = alice!.page.getByLabel("Who sees whether you are online, and when last");
  assert.equal(await seen.inputValue(), "everyone");
  await seen.selectOption("Nobody");
  await bob!.page.locator(".conversation-who").getByText("online").waitFor({ state: "detached" });
  await bob!.seesBelowTheName(`@${alice!.name}`);
  await alice!.reloads();
  await opensSettings(alice!, "Privacy");
  assert.equal(await alice!.page.getByLabel("Who sees whether you are online, and when last").inputValue(), "nobody");
  await alice!.seesWords("You block nobody.");
  await restAt(stage.server.base).call("user.block", { user }, token);
  const blocked = alice!.page.locator(".settings-line").filter({ hasText: bob!.name });
  await blocked.getByRole("button", { name: "Unblock" }).click();
  await alice!.seesWords("You block nobody.");
  await bob!.writes("heard again");
  await bob!.seesTick("heard again", "delivered");
});

test("who hides what they have read shows it to nobody, and sees it of nobody", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await opensSettings(alice!, "Privacy");
  const receipts = alice!.page.getByLabel("Who sees what you have read");
  assert.equal(await receipts.inputValue(), "everyone");
  await receipts.selectOption("Nobody");
  await leavesSettings(alice!);
  await bob!.finds(alice!);
  await bob!.writes("read in secret");
  await alice!.opens(bob!);
  await alice!.sees("read in secret");
  await alice!.hasUnread(bob!, 0);
  await alice!.writes("an answer");
  await bob!.sees("an answer");
  await bob!.hasUnread(alice!, 0);
  // Ticks come before what is said later.
  await alice!.writes("another");
  await bob!.sees("another");
  await bob!.writes("and back");
  await alice!.sees("and back");
  await bob!.seesTick("read in secret", "delivered");
  await alice!.seesTick("an answer", "delivered");
});

test("a setting that was opened without a connection is there once there is one, and stays without it", async () => {
  const [alice] = await stage.people("alice");
  alice!.expects(/ERR_FAILED/);
  const { page } = alice!;
  const cut = async (): Promise<void> => {
    await page.route("**/v1/**", (route) => route.abort());
    await page.reload();
    await alice!.banner.getByText("Offline").waitFor();
  };
  await cut();
  await opensSettings(alice!, "Devices");
  await alice!.seesWords("The server cannot be reached.");
  await page.unroute("**/v1/**");
  await alice!.isBack();
  await page.locator(".settings-line").getByText("This device").waitFor();
});

test("one's devices are listed, one is signed out, and all the others are", async () => {
  const [alice] = await stage.people("alice");
  const second = await stage.again(alice!), third = await stage.again(alice!);
  await opensSettings(alice!, "Devices");
  const lines = alice!.page.locator(".settings-line");
  await lines.nth(2).waitFor();
  await lines.first().getByText("This device").waitFor();
  await lines.nth(1).getByRole("button", { name: "Sign" }).click();
  await alice!.page.getByRole("dialog").getByRole("button", { name: "Sign out", exact: true }).click();
  await third.seesWords("This device was signed out.");
  await lines.nth(2).waitFor({ state: "detached" });
  await alice!.page.getByRole("button", { name: "Sign all others out" }).click();
  await alice!.page.getByRole("dialog").getByRole("button", { name: "Sign all others out" }).click();
  await second.seesWords("This device was signed out.");
  await lines.nth(1).waitFor({ state: "detached" });
  await leavesSettings(alice!);
  await alice!.isUpToDate();
});

test("another password ends the other devices and is the one that holds", async () => {
  const [alice] = await stage.people("alice");
  expectsRefusals(alice!);
  const second = await stage.again(alice!);
  await opensSettings(alice!, "Password");
  await alice!.page.getByLabel("Current password").fill("wrong horse");
  await alice!.page.getByLabel("New password").fill(OTHER_PASSWORD);
  await alice!.page.getByRole("button", { name: "Change the password" }).click();
  await alice!.seesWords("This name and password do not belong together.");
  await alice!.page.getByLabel("Current password").fill(PASSWORD);
  await alice!.page.getByRole("button", { name: "Change the password" }).click();
  await alice!.seesWords("The password is changed.");
  await second.seesWords("This device was signed out.");
  await leavesSettings(alice!);
  await alice!.signsOut();
  await alice!.asksToSignIn(OTHER_PASSWORD);
  await alice!.isIn();
});

/** Once they are shown. */
async function recoveryCodesOf({ page }: Person): Promise<string[]> {
  await page.locator(".secret-list li").first().waitFor();
  return page.locator(".secret-list li").allInnerTexts();
}

test("a second factor: set up, asked for, replaced by a recovery code, turned off", async () => {
  const [alice] = await stage.people("alice");
  expectsRefusals(alice!);
  const { page } = alice!;
  await opensSettings(alice!, "Second factor");
  await page.getByRole("button", { name: "Set it up" }).click();
  const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
  const scanned = new URL(await scan(page.getByRole("img", { name: "QR code" })));
  assert.equal(scanned.href, `otpauth://totp/Parley%3A${alice!.name}?secret=${secret}&issuer=Parley`);
  await page.getByRole("textbox", { name: "Code" }).fill(totp(secret));
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Turn it on" }).click();
  const codes = await recoveryCodesOf(alice!);
  assert.ok(codes.length > 1);
  // Left without a word, they are still there.
  await leavesSettings(alice!);
  await opensSettings(alice!, "Second factor");
  assert.deepEqual(await recoveryCodesOf(alice!), codes);
  await page.getByRole("button", { name: "I have kept them" }).click();
  await alice!.seesWords("Signing in asks for a code.");

  await leavesSettings(alice!);
  await alice!.signsOut();
  await alice!.asksToSignIn();
  await page.getByLabel("Code").fill(codes[0]!);
  await page.getByRole("button", { name: "Sign in" }).click();
  await alice!.isIn();

  await opensSettings(alice!, "Second factor");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByLabel("Code").fill(codes[1]!);
  await page.getByRole("button", { name: "New recovery codes" }).click();
  const others = await recoveryCodesOf(alice!);
  assert.notDeepEqual(others, codes);
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByLabel("Code").fill(others[0]!);
  await page.getByRole("button", { name: "Turn it off" }).click();
  await page.getByRole("button", { name: "Set it up" }).waitFor();
});

test("everything one has is a file; the account is deleted, and to others nobody", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  expectsRefusals(alice!);
  await alice!.finds(bob!);
  await alice!.writes("to be taken along");
  await alice!.seesTick("to be taken along", "delivered");
  await opensSettings(alice!, "Your data");
  const begun = alice!.page.waitForEvent("download");
  await alice!.page.getByRole("button", { name: "Export your data" }).click();
  const kept = JSON.parse(await readFile(await (await begun).path(), "utf8"));
  assert.match(JSON.stringify(kept.conversations), /to be taken along/);

  await alice!.page.getByLabel("Password").fill("wrong horse");
  await alice!.page.getByLabel("I am sure.").check();
  await alice!.page.getByRole("button", { name: "Delete the account" }).click();
  await alice!.seesWords("This name and password do not belong together.");
  await alice!.page.getByLabel("Password").fill(PASSWORD);
  await alice!.page.getByRole("button", { name: "Delete the account" }).click();
  await alice!.page.getByRole("form", { name: "Sign in" }).waitFor();
  await bob!.page.getByRole("navigation").getByRole("link", { name: "Deleted account" }).waitFor();
});
