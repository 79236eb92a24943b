/**
 * A server, a browser, and people before it: `stage.person("alice")` is somebody with a browser
 * of their own (a context shares nothing with another). What a page complains of, the test that
 * ran then fails for; what a test expects it to complain of is said with `expects`.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { chromium } from "playwright-core";
import type { Options } from "../../integration/harness/server.ts";
import { Server } from "../../integration/harness/server.ts";
import { sleep } from "../../integration/harness/wait.ts";
import { restAt } from "../../integration/harness/web.ts";
import { Person } from "./person.ts";

/** This machine, by a name at which browsers trust nothing without TLS, as they do at its address. */
export const PLAIN_HOST = "parley.test";
const FLAGS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`,
];
const LAUNCH_MS_MAX = 20_000;

/** Everybody here comes from one address. */
export const USUAL: Options = { tries_per_address: 0, "presence.offline_after_ms": 1000 };

export class Stage {
  /** Where set: one of several nodes, and what stands before them, that the stage neither starts nor ends. A
   * test that wants a server of its own options has one of its own. */
  static elsewhere: { node: Server; base: string } | undefined;

  readonly server: Server;
  /** Where browsers find it. */
  readonly base: string;
  #browser: Browser;
  #people: Person[] = [];

  constructor(server: Server, base: string, browser: Browser) {
    this.server = server;
    this.base = base;
    this.#browser = browser;
  }

  static async open(options: Options = {}): Promise<Stage> {
    const elsewhere = Object.keys(options).length === 0 ? Stage.elsewhere : undefined;
    const server = elsewhere?.node ?? await Server.start({ ...USUAL, ...options });
    try {
      const page = await (await fetch(server.base)).text();
      assert.match(page, /<script type="module"/, "this server was built without the page");
      return new Stage(server, elsewhere?.base ?? server.base, await launch());
    } catch (thrown) {
      // What is left running would keep the test's process from ending.
      await server.end();
      throw thrown;
    }
  }

  async #before(name: string, context: BrowserContextOptions): Promise<Person> {
    return this.#comes(await Person.at(this.server, this.#browser, name, context));
  }

  #comes(person: Person): Person {
    person.base = this.base;
    this.#people.push(person);
    return person;
  }

  /** Somebody before an empty browser; their name is one that nobody has. */
  async person(name: string, context: BrowserContextOptions = {}): Promise<Person> {
    return this.#before(usernameOf(name), context);
  }

  /** Somebody whose browser keeps what it keeps in a folder, so that it can be started again. */
  async personIn(folder: string, name: string, username = usernameOf(name)): Promise<Person> {
    const context = await chromium.launchPersistentContext(folder, { ...LAUNCH, ...Person.LOOK });
    return this.#comes(await Person.before(this.server, context, username));
  }

  /** The same person before another browser, signed in there too. */
  async again(person: Person, context: BrowserContextOptions = {}): Promise<Person> {
    const other = await this.#before(person.name, context);
    await other.opensThePage();
    await other.asksToSignIn();
    await other.isUpToDate();
    return other;
  }

  /** A group that the first of them owns. */
  async group(title: string, owner: Person, ...others: Person[]): Promise<string> {
    const [{ token }, ...sessions] = await Promise.all([owner.session(), ...others.map((other) => other.session())]);
    const members = sessions.map(({ user }) => user);
    const { conversation } = await restAt(this.server.base).call("group.create", { title, members }, token);
    return conversation;
  }

  /** Several, signed up. */
  async people(...names: string[]): Promise<Person[]> {
    const people = await Promise.all(names.map((name) => this.person(name)));
    await Promise.all(people.map((person) => person.signsUp()));
    return people;
  }

  /** Several, signed up, who are contacts of each other: what one writes first is no request. */
  async friends(...names: string[]): Promise<Person[]> {
    const people = await this.people(...names);
    const sessions = await Promise.all(people.map((person) => person.session()));
    const rest = restAt(this.server.base);
    for (const [i, one] of sessions.entries()) {
      for (const other of sessions.slice(i + 1)) {
        await rest.call("contact.request", { user: other.user }, one.token);
        await rest.call("contact.accept", { user: one.user }, other.token);
      }
    }
    return people;
  }

  /** Until what one node was told, the others go by too (docs/operations/nodes.md). */
  async everywhere(): Promise<void> {
    if (this.server === Stage.elsewhere?.node) await sleep(1000);
  }

  /** After each test: everybody closes their browser, and had nothing to complain of. */
  async clear(): Promise<void> {
    const people = this.#people.splice(0);
    await Promise.all(people.map((person) => person.leaves()));
    assert.deepEqual(people.flatMap((person) => person.complaints), []);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    if (this.server !== Stage.elsewhere?.node) await this.server.end();
  }
}

function usernameOf(name: string): string {
  return `${name}-${randomBytes(4).toString("hex")}`;
}

const LAUNCH = {
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  // Chromium refuses to build its sandbox for root.
  chromiumSandbox: process.getuid?.() !== 0,
  args: FLAGS,
  timeout: LAUNCH_MS_MAX,
};

export async function launch(): Promise<Browser> {
  return chromium.launch(LAUNCH);
}
