/**
 * Draws the main views of the page: `node tests/browser/screenshots.ts FOLDER`, with the server in
 * PARLEYD. What is shown is the demonstration of tools/demo, seen by Ada.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { fill } from "../../tools/demo/fill.ts";
import { PASSWORD } from "../../tools/demo/script.ts";
import { Server } from "../integration/harness/server.ts";
import { launch } from "./harness/stage.ts";

const DESK = { viewport: { width: 1280, height: 800 } };
const WIDE = { viewport: { width: 1920, height: 1080 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
/** Until what fades in has faded in. */
const SETTLE_MS = 1200;

interface View {
  name: string;
  options: BrowserContextOptions;
  /** Brings the page there from the list; unless given nobody is signed in. */
  go?: ((page: Page) => Promise<void>) | undefined;
}

/** By the words of no language, since the page may speak any. */
async function open(page: Page, title: string): Promise<void> {
  await page.locator(".row").filter({ has: page.locator(".row-title", { hasText: title }) }).click();
  await page.locator(".log .message").first().waitFor();
}

async function details(page: Page): Promise<void> {
  await open(page, "Saturday hike");
  await page.locator(".conversation-tools button").last().click();
  await page.locator(".members").waitFor();
}

async function emoji(page: Page): Promise<void> {
  await open(page, "Saturday hike");
  await page.locator(".composer-line .icon-button").first().click();
  await page.locator(".emoji-view .emoji").filter({ visible: true }).first().waitFor();
}

/** Of a message somebody else wrote, as if it had been held or pointed at. */
async function menu(page: Page): Promise<void> {
  await open(page, "Saturday hike");
  const message = page.locator(".message", { hasText: "I bring the thermos" });
  await message.hover();
  await message.locator(".message-more").click();
  await page.locator(".popup:popover-open").waitFor();
}

async function answer(page: Page): Promise<void> {
  await menu(page);
  await page.locator(".popup:popover-open .menu-item").first().click();
  await page.locator(".intent").waitFor();
  await page.locator("textarea").fill("Then I bring the *bad* ones. @bru");
  await page.locator("textarea").press("End");
  await page.locator(".completions").waitFor();
}

async function invite(page: Page): Promise<void> {
  await details(page);
  await page.locator(".invites-make .menu-item").click();
  await page.locator(".invites-line .link").nth(1).click();
  await page.locator("dialog .qr path").waitFor();
}

async function forward(page: Page): Promise<void> {
  await menu(page);
  await page.locator(".popup:popover-open .menu-item").nth(1).click();
  await page.locator("dialog input[type=checkbox]").nth(1).check();
}

/** One of the settings, by its place among them. */
const part = (i: number) => async (page: Page): Promise<void> => {
  await settings(page);
  await page.locator(".settings-parts button").nth(i).click();
  await page.locator(".sidebar form, .sidebar .button, .sidebar .select, .sidebar .switch, .sidebar .settings-line").first().waitFor();
};

async function secondFactor(page: Page): Promise<void> {
  await part(5)(page);
  await page.locator(".sidebar .button").click();
  await page.locator(".qr path").waitFor();
}

async function contacts(page: Page): Promise<void> {
  await page.locator(".sidebar-head .icon-button").first().click();
  await page.locator(".popup:popover-open .menu-item").nth(1).click();
  await page.locator(".contacts-line").first().waitFor();
}

async function settings(page: Page): Promise<void> {
  await page.locator(".avatar-button").click();
  await page.locator(".menu-item").first().click();
  await page.locator(".settings-parts").waitFor();
}

async function switcher(page: Page): Promise<void> {
  await open(page, "Saturday hike");
  await page.keyboard.press("Control+k");
  await page.locator(".switcher-list li").first().waitFor();
}

const hike = (page: Page): Promise<void> => open(page, "Saturday hike");
const list = async (): Promise<void> => {};

const DARK = { colorScheme: "dark" } as const;

/** As most people see it, in the dark, and on a phone. */
function each(name: string, go?: View["go"]): View[] {
  return [
    { name: `${name}-light`, options: DESK, go },
    { name: `${name}-dark`, options: { ...DESK, ...DARK }, go },
    { name: `phone-${name}-light`, options: PHONE, go },
  ];
}

const VIEWS: View[] = [
  ...each("sign-in"),
  ...each("list", list),
  ...each("conversation", hike),
  ...each("direct", (page) => open(page, "Bruno")),
  ...each("menu", menu),
  ...each("emoji", emoji),
  ...each("forward", forward),
  ...each("details", details),
  ...each("contacts", contacts),
  ...each("settings", settings),
  ...each("switcher", switcher),
  { name: "phone-list-dark", options: { ...PHONE, ...DARK }, go: list },
  { name: "phone-conversation-dark", options: { ...PHONE, ...DARK }, go: hike },
  { name: "conversation-wide-light", options: WIDE, go: details },
  { name: "second-factor-light", options: DESK, go: secondFactor },
  { name: "conversation-arabic", options: { ...DESK, locale: "ar" }, go: (page) => open(page, "دانا") },
  { name: "conversation-german", options: { ...DESK, locale: "de" }, go: hike },
  { name: "conversation-spanish", options: { ...DESK, ...DARK, locale: "es" }, go: hike },
  { name: "conversation-chinese", options: { ...DESK, locale: "zh" }, go: hike },
  { name: "phone-list-arabic", options: { ...PHONE, locale: "ar" }, go: list },
  // These leave something behind: a line in the log, and a text that was begun.
  { name: "invite-dark", options: { ...DESK, ...DARK }, go: invite },
  { name: "answer-dark", options: { ...DESK, ...DARK }, go: answer },
];

async function signIn(page: Page, username: string): Promise<void> {
  await page.locator("input[name=username]").fill(username);
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.locator("form button[type=submit]").click();
  await page.locator(".row").first().waitFor();
}

/** Who is there, too: it shows beside their faces. */
async function areThere(browser: Browser, base: string, usernames: readonly string[]): Promise<void> {
  for (const username of usernames) {
    const page = await browser.newPage();
    await page.goto(base);
    await signIn(page, username);
  }
}

async function draw(browser: Browser, base: string, folder: string, { name, options, go }: View): Promise<void> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  await page.goto(base);
  await page.locator("input[name=username]").waitFor();
  if (go) {
    await signIn(page, "ada");
    await go(page);
  }
  await page.mouse.move(0, 0);
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
}

const [folder, ...names] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node tests/browser/screenshots.ts FOLDER [VIEW...]");
await mkdir(folder, { recursive: true });
const server = await Server.start({ tries_per_address: 0 });
try {
  await fill(server.base);
  const browser = await launch();
  try {
    await areThere(browser, server.base, ["bruno", "mei"]);
    for (const view of VIEWS) {
      if (names.length === 0 || names.includes(view.name)) await draw(browser, server.base, folder, view);
    }
  } finally {
    await browser.close();
  }
} finally {
  await server.end();
}
