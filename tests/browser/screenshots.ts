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

const WIDE = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
/** Until what fades in has faded in. */
const SETTLE_MS = 1200;

interface View {
  name: string;
  options: BrowserContextOptions;
  /** Brings the page there from the list. */
  go: (page: Page) => Promise<void>;
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
  await page.locator(".emoji-line").first().waitFor();
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

const VIEWS: View[] = [
  { name: "conversation-light", options: WIDE, go: hike },
  { name: "conversation-dark", options: { ...WIDE, colorScheme: "dark" }, go: hike },
  { name: "direct-light", options: WIDE, go: (page) => open(page, "Bruno") },
  { name: "details-light", options: WIDE, go: details },
  { name: "details-dark", options: { ...WIDE, colorScheme: "dark" }, go: details },
  { name: "emoji-light", options: WIDE, go: emoji },
  { name: "settings-light", options: WIDE, go: settings },
  { name: "settings-dark", options: { ...WIDE, colorScheme: "dark" }, go: settings },
  { name: "switcher-dark", options: { ...WIDE, colorScheme: "dark" }, go: switcher },
  { name: "conversation-arabic", options: { ...WIDE, locale: "ar" }, go: (page) => open(page, "دانا") },
  { name: "conversation-german", options: { ...WIDE, locale: "de" }, go: hike },
  { name: "list-light", options: WIDE, go: list },
  { name: "phone-list-light", options: PHONE, go: list },
  { name: "phone-conversation-light", options: PHONE, go: hike },
  { name: "phone-conversation-dark", options: { ...PHONE, colorScheme: "dark" }, go: hike },
  { name: "phone-settings-light", options: PHONE, go: settings },
  { name: "phone-list-arabic", options: { ...PHONE, locale: "ar" }, go: list },
];

async function draw(browser: Browser, base: string, folder: string, { name, options, go }: View): Promise<void> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  await page.goto(base);
  await page.locator("input[name=username]").waitFor();
  if (name === "conversation-light") await page.screenshot({ path: join(folder, "sign-in-light.png") });
  await page.locator("input[name=username]").fill("ada");
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.locator("form button[type=submit]").click();
  await page.locator(".row").first().waitFor();
  await go(page);
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
    for (const view of VIEWS) {
      if (names.length === 0 || names.includes(view.name)) await draw(browser, server.base, folder, view);
    }
  } finally {
    await browser.close();
  }
} finally {
  await server.end();
}
