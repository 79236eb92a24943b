/** Somebody before a browser, in verbs: what they do with the page, and what they see on it. */
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import type { Session } from "../../../client/src/index.ts";
import type { Server } from "../../integration/harness/server.ts";
import { WAIT_MS_MAX, eventually } from "../../integration/harness/wait.ts";
import { restAt } from "../../integration/harness/web.ts";
import { whatWaits } from "./waiting.ts";

export const PASSWORD = "correct horse";

export class Person {
  /** Without the page's worker: requests that it answers are none that a test can route. */
  static readonly LOOK: BrowserContextOptions = { viewport: { width: 1100, height: 720 }, serviceWorkers: "block" };
  readonly name: string;
  readonly server: Server;
  /** Where the browser finds the server. */
  base: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained of: errors in its console, exceptions, refusals of the policy. */
  readonly complaints: string[];
  #expected: RegExp[];

  /** `elsewhere`: the same person before another tab. */
  constructor(server: Server, context: BrowserContext, page: Page, name: string, elsewhere?: Person) {
    this.complaints = elsewhere?.complaints ?? [];
    this.#expected = elsewhere ? elsewhere.#expected : [];
    this.server = server;
    this.base = elsewhere?.base ?? server.base;
    this.context = context;
    this.page = page;
    this.name = name;
    page.on("console", (message) => {
      if (message.type() === "error") this.#complain(`${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => this.#complain(`${error.stack ?? error.message}`));
  }

  static async at(
    server: Server, browser: Browser, name: string, options: BrowserContextOptions,
  ): Promise<Person> {
    return Person.before(server, await browser.newContext({ ...Person.LOOK, ...options }), name);
  }

  /** In a window of a browser that runs. */
  static async before(server: Server, context: BrowserContext, name: string): Promise<Person> {
    context.setDefaultTimeout(WAIT_MS_MAX);
    return new Person(server, context, await context.newPage(), name);
  }

  /** The same person in another tab. */
  async inAnotherTab(): Promise<Person> {
    const tab = new Person(this.server, this.context, await this.context.newPage(), this.name, this);
    await tab.opensThePage();
    return tab;
  }

  /** Complaints that belong to what the test does. */
  expects(...complaints: RegExp[]): void {
    this.#expected.push(...complaints);
  }

  async leaves(): Promise<void> {
    await this.context.close();
  }

  // --- what they do ---

  async opensThePage(): Promise<void> {
    await this.page.goto(`${this.base}/`);
    // Its texts come after the page itself.
    await this.page.locator("#app > *").first().waitFor();
  }

  async signsUp(password = PASSWORD): Promise<void> {
    await this.opensThePage();
    await this.asksToSignUp(password);
    await this.isUpToDate();
  }

  async asksToSignUp(password = PASSWORD, name = this.name): Promise<void> {
    const toSignUp = this.page.getByRole("button", { name: "Create an account" });
    if (await toSignUp.isVisible()) await toSignUp.click();
    await this.page.getByLabel("Name", { exact: true }).fill(name);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Create the account" }).click();
  }

  async asksToSignIn(password = PASSWORD, name = this.name): Promise<void> {
    await this.page.getByLabel("Name", { exact: true }).fill(name);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  /** By the words of no language. */
  async signsInByNoWords(): Promise<void> {
    await this.page.locator("input[name=username]").fill(this.name);
    await this.page.locator("input[name=password]").fill(PASSWORD);
    await this.page.locator("form button[type=submit]").click();
    await this.page.locator("nav .row").first().waitFor();
  }

  async signsOut(): Promise<void> {
    await this.page.getByRole("button", { name: "Your account" }).click();
    await this.page.getByRole("button", { name: "Sign out" }).click();
    await this.page.getByRole("form", { name: "Sign in" }).waitFor();
  }

  async reloads(): Promise<void> {
    await this.page.reload();
    await this.isUpToDate();
  }

  /** Looks somebody up by the start of their name and opens the conversation. */
  async finds(other: Person): Promise<void> {
    await this.search.fill(other.name.slice(0, -2));
    await this.page.getByRole("list", { name: "People" }).getByText(other.name).first().click();
    await this.page.getByRole("heading", { level: 2, name: other.name }).waitFor();
  }

  async opens(other: Person): Promise<void> {
    await this.row(other).click();
    await this.page.getByRole("heading", { level: 2, name: other.name }).waitFor();
  }

  /** The one that is open, which somebody began whom they do not know. */
  async accepts(): Promise<void> {
    const request = this.page.getByRole("group", { name: "Message request" });
    await request.getByRole("button", { name: "Accept" }).click();
    await request.waitFor({ state: "detached" });
  }

  async opensGroup(title: string): Promise<void> {
    await this.page.getByRole("navigation").getByRole("link", { name: title }).click();
    await this.page.getByRole("heading", { level: 2, name: title }).waitFor();
  }

  async writes(text: string): Promise<void> {
    await this.box.fill(text);
    if (await this.page.evaluate(() => matchMedia("(any-pointer: fine)").matches)) await this.box.press("Enter");
    else await this.page.locator(".composer .send").click();
  }

  /** Chooses from the menu of a message. */
  async does(what: string, text: string): Promise<void> {
    await this.message(text).hover();
    await this.message(text).getByRole("button", { name: "What to do with this message" }).click();
    await this.page.getByRole("button", { name: what, exact: true }).click();
  }

  /** Says "for everyone" or "for me", and that they are sure. */
  async deletes(text: string, forWhom: "everyone" | "me"): Promise<void> {
    const what = `Delete for ${forWhom}`;
    await this.does(what, text);
    await this.isSure(what);
  }

  /** That it cannot be taken back. */
  async isSure(what: string): Promise<void> {
    const question = this.page.getByRole("dialog", { name: what });
    await question.getByRole("button", { name: what }).click();
    await question.waitFor({ state: "detached" });
  }

  /** Rests a finger on something until its menu is there, and lifts it. */
  async holds(shown: Locator): Promise<void> {
    await shown.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await shown.boundingBox())!;
    const devtools = await this.context.newCDPSession(this.page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...touchPoints: { x: number; y: number }[]): Promise<unknown> =>
      devtools.send("Input.dispatchTouchEvent", { type, touchPoints });
    const at = { x: x + width / 2, y: y + height / 2 };
    await touch("touchStart", at);
    await this.page.locator(".popup:popover-open").waitFor();
    // No finger is quite still.
    await touch("touchMove", { x: at.x + 3, y: at.y + 2 });
    await touch("touchEnd");
  }

  /** A session over REST, to say much in little time. */
  session(): Promise<Session> {
    return restAt(this.server.base).call("signin", { username: this.name, password: PASSWORD });
  }

  // --- what they see ---

  get search(): Locator {
    return this.page.getByRole("searchbox", { name: "Find people and conversations" });
  }

  get box(): Locator {
    return this.page.getByRole("textbox", { name: "Message" });
  }

  async hasInTheBox(text: string): Promise<void> {
    await eventually(async () => (await this.box.inputValue()) === text || undefined, `"${text}" in the box`);
  }

  get log(): Locator {
    return this.page.getByRole("log");
  }

  get banner(): Locator {
    return this.page.locator(".banner");
  }

  /** The conversation in the list. */
  row(other: Person): Locator {
    const title = this.page.locator(".row-title", { hasText: other.name });
    return this.page.getByRole("navigation").getByRole("link").filter({ has: title });
  }

  /** The same among those that wait for an answer. */
  request(from: Person): Locator {
    return this.page.getByRole("region", { name: "Message requests" }).getByRole("link")
      .filter({ hasText: from.name });
  }

  message(text: string): Locator {
    const said = this.page.locator(".message-text", { hasText: text });
    return this.log.locator(".message").filter({ has: said });
  }

  async isIn(): Promise<void> {
    await this.search.waitFor();
  }

  /** The list is what stands on the server. */
  async isUpToDate(): Promise<void> {
    await this.isIn();
    await this.page.locator("nav[aria-busy=false]").waitFor();
  }

  /** Connected again, by pressing the button or by itself, whichever comes first. */
  async isBack(): Promise<void> {
    const pressed = this.banner.getByRole("button", { name: "Try now" }).click().catch(() => {});
    await this.banner.waitFor({ state: "detached" });
    void pressed;
  }

  async sees(text: string): Promise<void> {
    await this.message(text).waitFor();
  }

  async seesWords(words: string): Promise<void> {
    await this.page.getByText(words).first().waitFor();
  }

  async seesTick(text: string, tick: string): Promise<void> {
    await this.message(text).getByRole("img", { name: tick, exact: true }).waitFor();
  }

  /** So many commands wait in what the browser keeps: to stand in the log is the first step on the way there. */
  async keeps(waiting: number): Promise<void> {
    await eventually(async () => (await whatWaits(this.page)).length === waiting || undefined, `${waiting} kept to be sent`);
  }

  /** Below the name of whom they talk to. */
  async seesBelowTheName(words: string): Promise<void> {
    await this.page.locator(".conversation-who").getByText(words).waitFor();
  }

  async hasUnread(other: Person, count: number): Promise<void> {
    const badge = this.row(other).locator(".badge");
    if (count === 0) await badge.waitFor({ state: "detached" });
    else await badge.filter({ hasText: `${count} unread` }).waitFor();
  }

  async hasTitle(title: string): Promise<void> {
    await eventually(async () => (await this.page.title()) === title || undefined, `the title "${title}"`);
  }

  /** The texts of the messages, as they stand. */
  texts(): Promise<string[]> {
    return this.log.locator(".message-text").allTextContents();
  }

  /** Waits until the log says exactly this. */
  async seesExactly(texts: string[]): Promise<void> {
    const same = async (): Promise<true | undefined> =>
      JSON.stringify(await this.texts()) === JSON.stringify(texts) || undefined;
    await eventually(same, `${this.name} sees exactly ${texts.join(", ")}; it is ${await this.texts()}`);
  }

  #complain(words: string): void {
    if (!this.#expected.some((expected) => expected.test(words))) {
      this.complaints.push(`${this.name}: ${words}`);
    }
  }
}

export function hasFocus(shown: Locator): Promise<boolean> {
  return shown.evaluate((element) => element === document.activeElement);
}
