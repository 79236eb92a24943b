/** Texts that would like to be more than text, or take more room than there is. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { restAt } from "../integration/harness/web.ts";
import type { Person } from "./harness/person.ts";
import { PASSWORD } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";

const MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
const REVERSED = "\u202Etxt.exe \u2066\u202E never closed";
const ENDLESS = "w".repeat(8192);
const STACKED = `z${"\u0335\u0322\u0348".repeat(60)}`;
const HOSTILE = [MARKUP, REVERSED, ENDLESS, STACKED, "javascript:alert(1) https://x/<b>"];
const WIDE = { width: 1100, height: 720 };
const PHONE = { width: 360, height: 640 };

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

/** Nothing is wider than the window, nor sticks out of the log. */
async function fits(person: Person): Promise<void> {
  const { page, outside, log } = await person.page.evaluate(() => {
    const box = document.querySelector(".log");
    const right = box?.getBoundingClientRect().right ?? 0;
    const bubbles = [...document.querySelectorAll(".bubble, .row-line, h2")];
    return {
      page: document.documentElement.scrollWidth - innerWidth,
      log: (box?.scrollWidth ?? 0) - (box?.clientWidth ?? 0),
      outside: bubbles.filter((one) => one.getBoundingClientRect().right > right + 1).length,
    };
  });
  assert.deepEqual({ page, log, outside }, { page: 0, log: 0, outside: 0 });
}

test("hostile texts and names are shown as what they are, and break no layout", async () => {
  const bob = await stage.person("bob");
  const rest = restAt(stage.server.base);
  const name = { username: "mallory", password: PASSWORD, display_name: `<b>${"M".repeat(40)}</b>` };
  const mallory = await rest.call("signup", name);
  await bob.signsUp();
  const { user } = await bob.session();
  for (const text of HOSTILE) await rest.call("message.send", { to: user, text }, mallory.token);
  const row = bob.page.getByRole("navigation").getByRole("link").filter({ hasText: "MMMM" });
  await row.filter({ hasText: `${HOSTILE.length} unread` }).click();

  await bob.seesExactly(HOSTILE);
  for (const size of [WIDE, PHONE]) {
    await bob.page.setViewportSize(size);
    await fits(bob);
  }
  const made = bob.page.locator("img, .message-text script, .message-text b, h2 b, a[href^=javascript]");
  assert.equal(await made.count(), 0);
  assert.match(await bob.page.title(), /Parley$/);
  // A direction that is never closed ends with its text.
  const bidi = await bob.log.locator(".message-text").nth(1).evaluate((text) => getComputedStyle(text).unicodeBidi);
  assert.match(bidi, /isolate|plaintext/);
  const links = await bob.log.locator(".message-text a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  assert.deepEqual(links, ["https://x/"]);
});

test("a text near the limit says how much is left, one beyond it cannot be sent", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  const send = alice!.page.getByRole("button", { name: "Send" });
  await alice!.box.fill("ä".repeat(4090));
  await alice!.seesWords("12 bytes left");
  await alice!.box.fill("ä".repeat(4097));
  await alice!.seesWords("Too long by 2 bytes");
  assert.equal(await send.isDisabled(), true);
  await alice!.box.press("Enter");
  assert.deepEqual(await alice!.texts(), []);
  await alice!.box.fill("ä".repeat(4096));
  await send.click();
  await alice!.seesTick("äää", "delivered");
});

test("a text that is too long for a message is kept, and costs no connection", async () => {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  for (const other of [bob!, carol!]) {
    await other.finds(alice!);
    await other.writes("something else");
  }
  for (const text of ["w".repeat(9000), "w".repeat(70_000)]) {
    await alice!.opens(bob!);
    await alice!.box.fill(text);
    await alice!.opens(carol!);
    await alice!.reloads();
    await alice!.opens(bob!);
    await alice!.hasInTheBox(text);
  }
  await alice!.box.fill("short");
  await alice!.box.press("Enter");
  await alice!.seesTick("short", "read");
});

test("a message that is refused stays, says why, and can be discarded", async () => {
  const [alice, bob] = await stage.people("alice", "bob");
  const { user } = await alice!.session();
  const { token } = await bob!.session();
  await restAt(stage.server.base).call("user.block", { user }, token);
  await alice!.finds(bob!);
  await alice!.writes("please");
  await alice!.seesTick("please", "not sent");
  await alice!.seesWords("Not sent. You cannot write to this person.");
  await alice!.page.getByRole("button", { name: "Try again" }).click();
  await alice!.seesTick("please", "not sent");
  await alice!.page.getByRole("button", { name: "Discard" }).click();
  await alice!.page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await alice!.seesTick("please", "not sent");
  await alice!.page.getByRole("button", { name: "Discard" }).click();
  await alice!.isSure("Discard");
  await alice!.seesExactly([]);
});

test("another text that is refused stands in the box again, and the message as it was", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("wel");
  await alice!.seesTick("wel", "delivered");
  const { user } = await alice!.session();
  const { token } = await bob!.session();
  await restAt(stage.server.base).call("user.block", { user }, token);
  await alice!.box.press("ArrowUp");
  await alice!.writes("well");
  await alice!.seesWords("You cannot write to this person.");
  await alice!.hasInTheBox("well");
  await alice!.seesExactly(["wel"]);
});
