/**
 * Names, titles, messages and all else that people write, made of what has run as a script elsewhere.
 * Everywhere it is shown it is text: no dialog opens, the content policy has nothing to report, and no
 * request goes anywhere but to this server.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Locator } from "playwright-core";
import { LIMITS } from "../../client/src/index.ts";
import { eventually } from "../integration/harness/wait.ts";
import { restAt } from "../integration/harness/web.ts";
import type { Person } from "./harness/person.ts";
import { PASSWORD } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";

/** Each once in a text, where it may be long; those of HOSTILE_NAMES fit a name, too. */
const HOSTILE_NAMES = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "\"><svg onload=alert(1)>",
  "'-alert(1)-'",
  "{{constructor.constructor('alert(1)')()}}",
  "${alert(1)}",
  "<b onmouseover=alert(1)>hover</b>",
  "&lt;script&gt;alert(1)",
  "javascript:alert(1)",
  "\u202Egnp.exe\u2066",
];
const HOSTILE = [
  ...HOSTILE_NAMES,
  "<iframe src=https://evil.example/></iframe>",
  "<img src=https://evil.example/pixel.png>",
  "<style>@import url(https://evil.example/x.css)</style>",
  "<link rel=stylesheet href=https://evil.example/x.css>",
  "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
  "<a href=\"javascript:alert(1)\">x</a>",
  "<details open ontoggle=alert(1)>",
  "<video><source onerror=alert(1)></video>",
  "<object data=\"data:text/html,<script>alert(1)</script>\">",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](\tjavascript:alert(1))",
  "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
  "[x](vbscript:msgbox(1))",
  "[<img src=x onerror=alert(1)>](https://a.example/)",
  "![x](https://evil.example/pixel.png)",
  "**<script>alert(1)</script>**",
  "`<script>alert(1)</script>`",
  "```\n<script>alert(1)</script>\n```",
  "```\"><img src=x onerror=alert(1)>\ncode\n```",
  "https://a.example/\"onmouseover=\"alert(1)",
  "https://a.example/<script>alert(1)</script>",
  "https://user:password@a.example/",
  "mailto:a@a.example?body=<script>alert(1)</script>",
  "@<script>alert(1)</script>",
  ":<script>alert(1)</script>:",
  "\uFEFF<script>alert(1)</script>",
];

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

/** From here on nothing of the sort may happen. */
function onGuard({ page, base, complaints }: Person): void {
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== "blob:" && origin !== new URL(base).origin) complaints.push(`a request went to ${request.url()}`);
  });
}

test("whatever people write, everywhere it is shown, it is text", async () => {
  const alice = await stage.person("alice");
  onGuard(alice);
  await alice.signsUp();
  const { user, token } = await alice.session();
  const rest = restAt(stage.server.base);
  const places: string[] = [];
  const mallories: string[] = [];
  let invite = "";
  for (const [i, name] of HOSTILE_NAMES.entries()) {
    const mallory = await rest.call("signup", {
      username: `mallory-${i}`, password: PASSWORD, display_name: name, device_name: name,
    });
    await rest.call("contact.request", { user }, mallory.token);
    await rest.call("account.set_profile", { about: name }, mallory.token);
    const { conversation } = await rest.call("group.create", { title: name, members: [user] }, mallory.token);
    await rest.call("group.set_description", { conversation, description: name }, mallory.token);
    const { seq } = await rest.call("message.send", { to: conversation, text: name }, mallory.token);
    await rest.call("message.pin", { conversation, seq }, mallory.token);
    if (Buffer.byteLength(name) <= LIMITS.emoji_bytes_max) {
      await rest.call("message.react", { conversation, seq, emoji: name }, mallory.token);
    }
    await rest.call("message.send", { to: conversation, text: `${name} to all`, mentions: [user] }, mallory.token);
    await rest.call("message.send", { to: user, text: name }, mallory.token);
    places.unshift(`#/group/${conversation}`, `#/person/${mallory.user}`);
    mallories.push(mallory.user);
    if (i > 0) continue;
    invite = (await rest.call("group.invite", { conversation }, mallory.token)).token;
    for (const text of HOSTILE) {
      const { seq } = await rest.call("message.send", { to: conversation, text }, mallory.token);
      await rest.call("message.send", { to: conversation, text: "an answer", reply_to: seq }, mallory.token);
    }
    await rest.call("draft.set", { conversation, text: HOSTILE.join("\n").slice(0, 4000) }, token);
    await rest.call("signin", { username: alice.name, password: PASSWORD, device_name: name });
  }

  const { page } = alice;
  await page.getByRole("navigation").getByRole("link").filter({ hasText: "to all" }).first().waitFor();
  // The last of them is the group that has it all.
  for (const place of [...places, places.at(-2)!]) {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, place);
    await page.locator(".log .message").first().waitFor();
  }
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByText("2 members").waitFor();
  // From its end to its beginning, each line drawn and under the pointer.
  await alice.log.press("End");
  for (let top = 1; top > 0;) {
    top = await alice.log.evaluate(async (box) => {
      for (const one of box.querySelectorAll(".log-line *")) one.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
      box.scrollTop -= box.clientHeight / 2;
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      return box.scrollTop;
    });
  }
  // Each of the groups has its own pinned, and a reaction.
  assert.ok((await page.locator(".pinned-line").innerText()).includes(HOSTILE_NAMES[0]!));
  await inDialogs();
  await page.evaluate((token) => {
    location.hash = `#/join/${token}`;
  }, invite);
  await page.getByRole("button", { name: "Open the group" }).waitFor();
  await page.getByRole("button", { name: "New", exact: true }).click();
  await page.getByRole("button", { name: "Contacts" }).click();
  await page.getByRole("region", { name: "Contact requests" }).getByText("mallory").or(page.getByText("alert(1)")).first().waitFor();
  await page.getByLabel("Back to the list").click();
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("option").first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("navigation", { name: "Your account" }).getByRole("button", { name: "Devices" }).click();
  await page.locator(".settings-line").first().waitFor();
  await inANotification();
  await noneIsMade();

  /** In a group of hers: its members, what may be done with one, who is added, what a message is given on to,
   * and who has it. */
  async function inDialogs(): Promise<void> {
    const group = await rest.call("group.create", { title: HOSTILE_NAMES[0]!, members: mallories.slice(1) }, token);
    await rest.call("message.send", { to: group.conversation, text: "of hers" }, token);
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#/group/${group.conversation}/details`);
    await alice.sees("of hers");
    const members = page.locator(".members-line");
    await members.nth(HOSTILE_NAMES.length - 1).waitFor({ state: "attached" });
    await members.getByRole("button", { name: "What to do with" }).first().click();
    await page.getByRole("button", { name: "Remove from the group" }).click();
    await inDialog(async (dialog) => {
      await dialog.getByText("will no longer read").waitFor();
      // Whatever its direction of writing, that ends with it.
      assert.equal(await dialog.locator("p bdi").count(), 1);
    });
    await page.getByRole("button", { name: "Add people" }).click();
    await inDialog(async (dialog) => {
      await dialog.getByRole("searchbox").fill("mallory");
      await dialog.getByText(HOSTILE_NAMES[0]!).waitFor();
    });
    await alice.does("Forward", "of hers");
    await inDialog(async (dialog) => dialog.getByRole("checkbox").nth(HOSTILE_NAMES.length - 1).waitFor({ state: "attached" }));
    await alice.does("Message info", "of hers");
    await inDialog(async (dialog) => dialog.locator(".info-line").nth(HOSTILE_NAMES.length - 2).waitFor({ state: "attached" }));
  }

  async function inANotification(): Promise<void> {
    await alice.context.grantPermissions(["notifications"]);
    await page.getByRole("button", { name: "Back to the settings" }).click();
    await page.getByRole("navigation", { name: "Your account" }).getByRole("button", { name: "Notifications" }).click();
    await page.getByRole("switch", { name: "Notifications on this device" }).click();
    await page.getByRole("switch", { name: "Notifications on this device", checked: true }).waitFor();
    const told = await page.evaluateHandle(() => {
      const told: string[] = [];
      window.Notification = class extends window.Notification {
        constructor(title: string, options?: NotificationOptions) {
          super(title, options);
          told.push(`${title}: ${options?.body}`);
        }
      };
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
      return told;
    });
    const { token: hers } = await rest.call("signin", { username: "mallory-0", password: PASSWORD });
    await rest.call("message.send", { to: places.at(-2)!.slice("#/group/".length), text: `${HOSTILE_NAMES[0]} again` }, hers);
    await eventually(async () => (await told.jsonValue()).length > 0 || undefined, "a notification");
    assert.deepEqual(await told.jsonValue(), [`${HOSTILE_NAMES[0]}: ${HOSTILE_NAMES[0]} again`]);
  }

  async function inDialog(look: (dialog: Locator) => Promise<void>): Promise<void> {
    const dialog = page.getByRole("dialog");
    await look(dialog);
    await noneIsMade();
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "detached" });
  }

  async function noneIsMade(): Promise<void> {
    const made = page.locator("#app :is(script, img, iframe, style, link, object, video, table, details, b, a[href^='javascript' i], a[href^='data' i])");
    assert.equal(await made.count(), 0);
    const handlers = await page.evaluate(() => [...document.querySelectorAll("#app *")].flatMap((one) =>
      [...one.attributes].filter(({ name }) => name.startsWith("on")).map(({ name }) => name)));
    assert.deepEqual(handlers, []);
  }
});

test("a page that did open a dialog or ask another server would be found out", async () => {
  const alice = await stage.person("alice");
  onGuard(alice);
  await alice.opensThePage();
  await alice.page.evaluate(async () => {
    alert(1);
    await fetch("https://evil.example/").catch(() => {});
  });
  await eventually(() => alice.complaints.some((one) => one.includes("evil.example")) || undefined, "a complaint of the request");
  await alice.page.close();
  const found = alice.complaints.splice(0).join("\n");
  assert.match(found, /a dialog opened/);
});
