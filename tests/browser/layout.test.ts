/**
 * Every main view in each shape of a window: phones, tablets, wide screens, a page at twice its size, both directions of
 * reading, all languages. Nothing is wider than the window, what can be pressed is reached and not covered, words fit
 * into what they stand on, and a finger finds what is meant for it.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { BrowserContextOptions, Locator } from "playwright-core";
import { restAt } from "../integration/harness/web.ts";
import type { Person } from "./harness/person.ts";
import { PASSWORD } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";

const FINGER: BrowserContextOptions = { hasTouch: true, isMobile: true };
const SHAPES: Record<string, BrowserContextOptions> = {
  "a phone": { ...FINGER, viewport: { width: 390, height: 844 } },
  "a small phone held sideways": { ...FINGER, viewport: { width: 568, height: 320 } },
  "a small phone, from right to left": { ...FINGER, viewport: { width: 320, height: 568 }, locale: "ar" },
  "a tablet": { ...FINGER, viewport: { width: 820, height: 1180 } },
  // What twice its size leaves of a common window, as the page sees it.
  "a window at twice its size": { viewport: { width: 640, height: 360 }, deviceScaleFactor: 2 },
  "a wide screen": { viewport: { width: 2560, height: 1440 } },
  "a wide screen, from right to left": { viewport: { width: 1920, height: 1080 }, locale: "ar" },
};
/** Each as people have it on their phones. */
const LOCALES = ["de", "es", "zh"];
/** As long as they may be, of words that are. */
const LONG_NAME = "Donaudampfschifffahrtsgesellschaftskapitänin Rindfleischetiketti";
const LONG_TITLE = `The ${"walkers and climbers ".repeat(4)}of the valley`;

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

/** What is wrong with what is shown, as the page itself can see it. `finger`: what is to be pressed needs room. */
function faultsIn(finger: boolean): string[] {
  /** Of CSS, which is what a guideline asks for at least. */
  const FINGER_PX = 24;
  const SLACK_PX = 1;
  const faults: string[] = [];
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) faults.push(`the page is ${scrollWidth} pixels wide`);
  const isFromRight = getComputedStyle(document.body).direction === "rtl";
  for (const one of document.querySelectorAll("bdi")) {
    if (!one.checkVisibility() || getComputedStyle(one).display === "inline") continue;
    const box = one.getBoundingClientRect();
    const words = document.createRange();
    words.selectNodeContents(one);
    const { left, right } = words.getBoundingClientRect();
    const away = isFromRight ? box.right - right : left - box.left;
    if (away > SLACK_PX) faults.push(`bdi.${one.className} “${one.textContent}” begins ${away} away from the line's beginning`);
  }
  // What lies beneath what is open is not pressed.
  const front = document.querySelector(":popover-open") ?? document.querySelector("dialog[open]") ?? document.body;
  for (const one of front.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea")) {
    const { left, right, top, bottom, width } = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    if (!one.checkVisibility({ visibilityProperty: true }) || one.closest(".unseen") || width === 0) continue;
    const tell = (fault: string): void => {
      const words = one.getAttribute("aria-label") ?? one.textContent ?? "";
      faults.push(`${one.tagName.toLowerCase()}.${one.className} “${words.slice(0, 40)}” ${fault}`);
    };
    let scroller = one.parentElement;
    while (scroller && !(/auto|scroll/.test(getComputedStyle(scroller).overflowY) && scroller.scrollHeight > scroller.clientHeight)) {
      scroller = scroller.parentElement;
    }
    if (left < -SLACK_PX || right > innerWidth + SLACK_PX) tell(`goes from ${left} to ${right} of ${innerWidth}`);
    if (!scroller && (top < -SLACK_PX || bottom > innerHeight + SLACK_PX)) tell(`goes from ${top} to ${bottom} of ${innerHeight}`);
    const isInline = style.display === "inline";
    if (!isInline && style.textOverflow !== "ellipsis" && one.scrollWidth > one.clientWidth + SLACK_PX && one.matches("a, button")) {
      tell(`is ${one.clientWidth} wide, and its words ${one.scrollWidth}`);
    }
    // A link in the middle of a text is as high as its line.
    const pressed = (one.closest("label") ?? one).getBoundingClientRect();
    if (finger && !one.matches(".message-text a, p a") && Math.min(pressed.width, pressed.height) < FINGER_PX - SLACK_PX) {
      tell(`is ${pressed.width} by ${pressed.height}: too small for a finger`);
    }
    // A link that goes over several lines is several boxes.
    const [box = one.getBoundingClientRect()] = one.getClientRects();
    const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    const view = scroller?.getBoundingClientRect();
    if (y < Math.max(0, view?.top ?? 0) || y > Math.min(innerHeight, view?.bottom ?? innerHeight)) continue;
    const hit = document.elementFromPoint(x, y);
    // In front of the log, and closed or scrolled away.
    const isOver = hit?.closest(".to-latest, .details") && !one.closest(".details");
    if (hit && !isOver && !one.contains(hit)) tell(`lies beneath ${hit.tagName}.${hit.className}`);
  }
  return faults;
}

type Look = (view: string) => Promise<void>;

/** Looks at one view after the other, and keeps what is wrong with each. */
function lookAt({ page }: Person, finger: boolean, faults: string[]): Look {
  return async (view) => {
    await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {}))));
    for (const fault of await page.evaluate(faultsIn, finger)) faults.push(`${view}: ${fault}`);
  };
}

/** Alice, not signed in yet, and what people with long names and much to say said to her. */
async function awaited(options: BrowserContextOptions): Promise<Person> {
  const alice = await stage.person("alice", { reducedMotion: "reduce", ...options });
  const rest = restAt(stage.server.base);
  const signUp = (username: string, display_name: string) => rest.call("signup", { username, password: PASSWORD, display_name });
  const [hers, his, theirs] = await Promise.all([
    signUp(alice.name, "Alice"), signUp(`bob-${alice.name}`, LONG_NAME), signUp(`carol-${alice.name}`, "Carol"),
  ]);
  await rest.call("contact.request", { user: his.user }, hers.token);
  await rest.call("contact.accept", { user: hers.user }, his.token);
  await rest.call("contact.request", { user: hers.user }, theirs.token);
  const { conversation, seq } = await rest.call("message.send", {
    to: hers.user, text: `https://a.example/${"long/".repeat(30)} and ${"W".repeat(120)}`,
  }, his.token);
  await rest.call("message.react", { conversation, seq, emoji: "👍" }, his.token);
  await rest.call("message.send", { to: hers.user, text: `\`\`\`\n${"int main(void); ".repeat(12)}\n\`\`\``, reply_to: seq }, his.token);
  await rest.call("message.send", { to: his.user, text: "of her own" }, hers.token);
  const group = await rest.call("group.create", { title: LONG_TITLE.slice(0, 100), members: [his.user] }, hers.token);
  await rest.call("group.set_description", { conversation: group.conversation, description: "Upwards. ".repeat(10) }, hers.token);
  await rest.call("group.invite", { conversation: group.conversation }, hers.token);
  await rest.call("message.send", { to: group.conversation, text: "to all" }, his.token);
  return alice;
}

/** Of somebody or something whose name begins so. */
function rowOf({ page }: Person, title: string): Locator {
  return page.locator(".row").filter({ has: page.locator(".row-title", { hasText: title.slice(0, 20) }) });
}

/** The main views, found by the words of no language. */
async function tour(alice: Person, look: Look): Promise<void> {
  const { page } = alice;
  const open = page.locator(".popup:popover-open");
  const shown = (selector: string): Locator => page.locator(selector).filter({ visible: true });
  const toTheList = (): Promise<void> => page.evaluate(() => {
    location.hash = "";
  });
  const close = async (): Promise<void> => {
    await page.keyboard.press("Escape");
    await page.locator(".popup:popover-open, dialog[open]").waitFor({ state: "detached" });
  };
  await alice.opensThePage();
  await look("signing in");
  await page.locator(".welcome-other .link").click();
  await look("signing up");
  await page.locator(".welcome-other .link").click();
  await alice.signsInByNoWords();
  await page.locator("nav[aria-busy=false] .row").nth(2).waitFor();
  await look("the list");

  for (const [kind, title] of [["a talk of two", LONG_NAME], ["a group", LONG_TITLE]] as const) {
    await rowOf(alice, title).click();
    await page.locator(".message").first().waitFor();
    await look(kind);
    await page.locator(".message").last().hover();
    await page.locator(".message-more").last().click();
    await open.waitFor();
    await look(`${kind}: a message's menu`);
    await close();
    await page.locator(".conversation-tools button").last().click();
    await shown(".details-who").waitFor();
    await look(`${kind}: details`);
    if (kind === "a group") {
      await page.locator(".members-line .icon-button").first().click();
      await open.waitFor();
      await look("a member's menu");
      await close();
      await page.locator(".invites-line .link").nth(1).click();
      await page.locator("dialog .qr path").waitFor();
      await look("an invite");
      await close();
    }
    await page.locator(".details-head button").click();
    await page.locator(".details").waitFor({ state: "detached" });
    await toTheList();
  }

  await rowOf(alice, LONG_NAME).click();
  await page.locator("textarea").fill("many lines\n".repeat(20));
  await look("a long text");
  await page.locator("textarea").fill("");
  await page.locator(".conversation-tools button").first().click();
  await page.locator(".date-menu").waitFor();
  await look("a date");
  await close();
  await page.locator(".composer-line .icon-button").first().click();
  await shown(".emoji-view .emoji").first().waitFor();
  await look("the emoji");
  await close();
  await page.keyboard.press("Control+k");
  await page.locator("dialog .completion").first().waitFor();
  await look("the switcher");
  await close();
  await toTheList();

  await shown(".search input").fill("a");
  await page.locator(".list-scroll .row").first().waitFor();
  await look("a search");
  await shown(".search input").fill("");
  for (const [i, pane] of ["a new group", "the contacts"].entries()) {
    await page.locator(".sidebar-head .icon-button").first().click();
    await open.waitFor();
    await look("the menu for something new");
    await open.locator(".menu-item").nth(i).click();
    await page.locator(".sidebar-title").waitFor();
    await look(pane);
    await page.locator(".sidebar-head .icon-button").first().click();
  }
  await page.locator(".avatar-button").click();
  await open.waitFor();
  await look("the account's menu");
  await open.locator(".menu-item").first().click();
  const parts = page.locator(".settings-parts button");
  await parts.first().waitFor();
  await look("the settings");
  for (let i = 0; i < (await parts.count()); i++) {
    await parts.nth(i).click();
    await shown(".sidebar form, .sidebar .button, .sidebar .select, .sidebar .switch, .sidebar .settings-line").first().waitFor();
    await look(`the settings' part ${i + 1}`);
    await page.locator(".sidebar-head .icon-button").first().click();
  }
  await page.locator(".sidebar-head .icon-button").first().click();
  await page.locator(".search input").waitFor();
  await page.keyboard.press("?");
  await page.locator("dialog .keys-line").first().waitFor();
  await look("the shortcuts");
  await close();
}

for (const [shape, options] of Object.entries(SHAPES)) {
  test(`${shape}: every view fits, and all of it is reached`, async () => {
    const faults: string[] = [];
    const alice = await awaited(options);
    await tour(alice, lookAt(alice, options.hasTouch === true, faults));
    assert.deepEqual(faults, []);
  });
}

for (const locale of LOCALES) {
  test(`${locale}: on a phone the words of every view fit`, async () => {
    const faults: string[] = [];
    const alice = await awaited({ ...FINGER, viewport: { width: 360, height: 740 }, locale });
    await tour(alice, lookAt(alice, true, faults));
    assert.deepEqual(faults, []);
  });
}

/** From the side where reading begins: where something begins and ends, in parts of the window. */
function placeOf(shown: Locator, direction: string): Promise<{ from: number; to: number }> {
  return shown.evaluate((one, direction) => {
    const { left, right } = one.getBoundingClientRect();
    const [from, to] = direction === "rtl" ? [innerWidth - right, innerWidth - left] : [left, right];
    return { from: from / innerWidth, to: to / innerWidth };
  }, direction);
}

for (const [direction, locale] of [["ltr", "en"], ["rtl", "ar"]] as const) {
  test(`${direction}: on a wide screen three panes stand side by side, and a line is no longer than one reads`, async () => {
    const alice = await awaited({ viewport: { width: 2560, height: 1440 }, locale });
    const { page } = alice;
    await alice.opensThePage();
    await alice.signsInByNoWords();
    await rowOf(alice, LONG_NAME).click();
    await page.locator(".message.own").waitFor();
    await page.locator(".conversation-tools button").last().click();
    const [list, talk, details, lines, own, other, box, send] = await Promise.all([
      ".sidebar", ".conversation", ".details", ".log-lines", ".own .bubble", ".other .bubble >> nth=0", ".composer-line", ".send",
    ].map((one) => placeOf(page.locator(one), direction)));
    assert.equal(list!.from, 0);
    assert.ok(Math.abs(list!.to - talk!.from) < 0.001 && Math.abs(talk!.to - details!.from) < 0.001, "side by side");
    assert.equal(details!.to, 1);
    // The talk is in the middle of its pane, and what one writes beneath it.
    assert.ok(lines!.to - lines!.from < 0.5, `a line is ${lines!.to - lines!.from} of the window`);
    assert.ok(Math.abs((lines!.from - talk!.from) - (talk!.to - lines!.to)) < 0.01, "in the middle");
    assert.ok(Math.abs(box!.from - lines!.from) < 0.01 && Math.abs(box!.to - lines!.to) < 0.01, "beneath it");
    assert.ok(own!.to > other!.to && own!.from > other!.from, "one's own words at the end of the line");
    assert.ok(send!.from > (box!.from + box!.to) / 2, "what sends at the end of the box");
  });
}
