/** The operator beside a running server: accounts, backups, and what is made of them. */
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { ChatEvent, Id } from "../../client/src/index.ts";
import { CLOSE_CODES, MemoryStorage } from "../../client/src/index.ts";
import type { Device, Person } from "./harness/people.ts";
import { PASSWORD, befriend, everybodyLeaves, online, people } from "./harness/people.ts";
import type { Raw } from "./harness/raw.ts";
import { Server, beside, command } from "./harness/server.ts";
import { eventually, within } from "./harness/wait.ts";
import { restAt } from "./harness/web.ts";

let dir: string;
let server: Server;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "parley-backup-"));
  server = await Server.start({ heartbeat_ms: 1000 });
});
afterEach(everybodyLeaves);
after(async () => {
  await server.end();
  await rm(dir, { recursive: true, force: true });
});

type Run = { status: number | null; output: string };

function says(run: Run, status: number, what: RegExp): void {
  assert.match(run.output, what);
  assert.equal(run.status, status, run.output);
}

const FAST = "--insecure_fast_passwords=true";
const user = (words: string, input = ""): Run => server.command(["user", ...words.split(" "), FAST], input);
const SOUND = /^verified\t.*\t0 faults\t\d+ ms\n$/;

const dataOf = (of: Server): string => `--data_dir=${join(of.dir, "data")}`;

// --- accounts ---

test("accounts are added and listed beside a running server", async () => {
  says(user("add zora", `${PASSWORD}\n`), 0, /^added\tzora\t\d+\n$/);
  says(user("add zora", PASSWORD), 1, /^parleyd: there is a user zora already\n$/);
  says(user("add Zora", PASSWORD), 1, /^parleyd: there is a user Zora already\n$/);
  says(user("add zora!", PASSWORD), 1, /^parleyd: a name has letters of one script/);
  says(user("add zoe", "short"), 1, /8 to 256 bytes/);
  says(user("list"), 0, /^zora\t\d+\tenabled\n/m);
  await restAt(server.base).call("signin", { username: "zora", password: PASSWORD });
  const made = user("add zoe", "\n");
  says(made, 0, /^password\t\S{16,}\nadded\tzoe\t\d+\n$/);
  await restAt(server.base).call("signin", {
    username: "zoe", password: /^password\t(\S+)/.exec(made.output)?.[1] as string,
  });
});

test("a list longer than one answer is told whole", { timeout: 120_000 }, async () => {
  const own = await Server.start({ tries_per_address: 0 });
  try {
    const rest = restAt(own.base);
    const names = Array.from({ length: 1001 }, (_, i) => `user${String(i).padStart(4, "0")}`);
    for (let i = 0; i < names.length; i += 50)
      await Promise.all(names.slice(i, i + 50).map((username) => rest.call("signup", { username, password: PASSWORD })));
    const told = (): (string | undefined)[] =>
      own.command(["user", "list"]).output.split("\n").slice(0, -1).map((line) => line.split("\t")[0]);
    assert.deepEqual(told(), names);
    await own.stop();
    assert.deepEqual(told(), names);
  } finally {
    await own.end();
  }
});

test("who is disabled is shut out at once, and let in again", async () => {
  const [alice, bob] = (await people(server, "alice", "bob")) as [Person, Person];
  const sockets = await Promise.all([alice.raw(), alice.raw()]);
  const other = await bob.raw();
  await other.ok("message.send", { to: alice.user, text: "before" });
  const { token } = await alice.rest.call("sync", {}, alice.token);
  const waits = alice.rest.call("sync", { token, wait: 25 }, alice.token).catch((error: unknown) => error);
  says(user("disable nobody"), 1, /there is no user nobody/);
  says(user(`disable ${alice.name}`), 0, /^$/);
  for (const raw of sockets) assert.equal(await within(raw.closed, "a closed socket"), CLOSE_CODES.account_disabled);
  await within(waits, "the end of a long wait");
  await assert.rejects(alice.rest.call("account.get", {}, alice.token), { code: "account_disabled" });
  await assert.rejects(alice.rest.call("signin", { username: alice.name, password: PASSWORD }),
    { code: "account_disabled" });
  assert.equal((await other.refused("message.send", { to: alice.user, text: "meanwhile" })).code, "cannot_write");
  assert.match(user("list").output, new RegExp(`^${alice.name}\\t\\d+\\tdisabled$`, "m"));
  says(user(`enable ${alice.name}`), 0, /^$/);
  await other.ok("message.send", { to: alice.user, text: "after" });
  await (await alice.raw()).ok("account.get", {});
});

test("a reset password ends every device at once", async () => {
  const [alice] = (await people(server, "alice")) as [Person];
  const raw = await alice.raw();
  says(user(`reset-password ${alice.name}`, "another password"), 0, /^$/);
  assert.equal(await within(raw.closed, "a closed socket"), CLOSE_CODES.signed_out);
  await assert.rejects(alice.rest.call("account.get", {}, alice.token), { code: "unauthenticated" });
  await assert.rejects(alice.rest.call("signin", { username: alice.name, password: PASSWORD }),
    { code: "wrong_credentials" });
  await alice.rest.call("signin", { username: alice.name, password: "another password" });
});

function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

test("the socket is its owner's, takes whole lines only, and is no way to more", async () => {
  const path = join(server.dir, "data", "admin.sock");
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const answer = async (bytes: string): Promise<string> => {
    const socket = createConnection(path);
    let said = "";
    socket.on("data", (data: Buffer) => (said += data.toString()));
    socket.on("error", () => {});
    socket.write(bytes);
    await eventually(() => socket.closed || /^=\d\n/m.test(said) || undefined, "an answer, or an end");
    socket.destroy();
    return said;
  };
  const unknown = "-parleyd: the server does not know this command; is it of another version?\n=1\n";
  for (const line of ["nonsense", "", "\t", "user-add\tx", "user-list\ta\tb\tc\td", "backup", "user-disable\t\0"]) {
    assert.equal(await answer(`${line}\n`), unknown, JSON.stringify(line));
  }
  // What is longer than any command is not waited for.
  assert.equal(await answer("x".repeat(100_000)), "");
  // More than a few at once are refused, and it goes on.
  const idle = Array.from({ length: 20 }, () => createConnection(path).on("error", () => {}));
  await Promise.all(idle.slice(8).map((socket) => within(gone(socket), "a refusal")));
  for (const socket of idle) socket.destroy();
  await eventually(() => user("list").status === 0 || undefined, "a way in again");
});

test("a server that was killed leaves a socket in nobody's way", async () => {
  const own = await Server.start();
  try {
    await own.kill();
    await stat(join(own.dir, "data", "admin.sock"));
    says(own.command(["user", "add", "yves", FAST], PASSWORD), 0, /^added/);
    await own.start();
    says(own.command(["user", "list"]), 0, /^yves\t/);
    await own.stop();
    await assert.rejects(stat(join(own.dir, "data", "admin.sock")), { code: "ENOENT" });
  } finally {
    await own.end();
  }
});

// --- backups ---

/** What stands in a conversation. */
async function history(person: Person, conversation: Id): Promise<ChatEvent[]> {
  const raw = await person.raw();
  let events: ChatEvent[] = [];
  for (let more = true; more;) {
    const before = events[0] ? { before: events[0].seq } : {};
    const page = await raw.ok("message.history", { conversation, ...before, limit: 100 });
    events = [...page.events, ...events];
    more = page.events.length === 100;
  }
  raw.close();
  return events;
}

/** Sends as fast as answers come, until told to stop; notes what was acknowledged. */
class Load {
  readonly acknowledged = new Set<string>();
  #stopped = false;
  #all: Promise<unknown>;

  constructor(raws: Raw[], to: Id) {
    this.#all = Promise.all(raws.map(async (raw, r) => {
      for (let i = 0; !this.#stopped; i += 20) {
        await Promise.all(Array.from({ length: 20 }, async (_, k) => {
          const text = `${r}-${i + k}`;
          if ((await raw.ask("message.send", { to, text })).ok) this.acknowledged.add(text);
        }));
      }
    }));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#all;
  }
}

test("a backup under load has all that was acknowledged before it, and is sound", { timeout: 120_000 }, async (t) => {
  const own = await Server.start();
  const restored = await mkdtemp(join(dir, "restored-"));
  const backup = join(dir, "under-load");
  try {
    const [alice, bob] = (await people(own, "alice", "bob")) as [Person, Person];
    await befriend(alice, bob);
    const load = new Load(await Promise.all([alice.raw(), alice.raw(), alice.raw(), alice.raw()]), bob.user);
    await eventually(() => load.acknowledged.size > 2000 || undefined, "load", 60_000);
    const before = new Set(load.acknowledged);
    const since = Date.now();
    const run = await beside(["backup", backup, dataOf(own)]);
    const took = Date.now() - since;
    says(run, 0, /^backup\t\/.*under-load\t\d+ files\t\d+ bytes\n$/);
    const meanwhile = load.acknowledged.size - before.size;
    await load.stop();
    t.diagnostic(`${before.size} before, ${meanwhile} meanwhile, ${took} ms, ${run.output.trim()}`);
    says(own.command(["verify"]), 1, /another parleyd holds/);
    await own.stop();
    says(command(["verify", join(own.dir, "data")]), 0, SOUND);
    says(command(["verify", backup]), 0, SOUND);

    says(command(["restore", backup, `--data_dir=${restored}`]), 0, /^restored\t/);
    says(command(["verify", `--data_dir=${restored}`]), 0, SOUND);
    const second = await Server.start({ data_dir: restored });
    try {
      const there = Object.assign(Object.create(Object.getPrototypeOf(alice)) as Person, alice, { server: second });
      const { conversations } = await restAt(second.base).call("conversation.list", {}, alice.token);
      const events = await history(there, conversations[0]?.conversation as Id);
      assert.deepEqual(events.map((event) => event.seq), events.map((_, i) => i + 1));
      const texts = new Set(events.map((event) => "text" in event ? event.text : undefined));
      for (const text of before) assert.ok(texts.has(text), `${text} was acknowledged before and is lost`);
    } finally {
      await second.end();
    }
    says(command(["verify", backup]), 0, SOUND);
  } finally {
    await own.end();
  }
});

test("a client that was ahead of the backup drops its copy and goes on", { timeout: 120_000 }, async () => {
  const own = await Server.start({ heartbeat_ms: 1000 });
  try {
    const [alice, bob] = (await online(own, "alice", "bob")) as [Device, Device];
    await alice.sends(bob, "one");
    await bob.sees("one", alice);
    const backup = join(dir, "behind");
    says(own.command(["backup", backup]), 0, /^backup/);
    await alice.sends(bob, "lost");
    await bob.sees("lost", alice);
    await own.stop();
    await rm(join(own.dir, "data"), { recursive: true });
    says(own.command(["restore", backup]), 0, /^restored/);
    await own.start();
    for (const device of [alice, bob]) device.hurries();
    for (const [device, other] of [[alice, bob], [bob, alice]] as const) {
      await device.seesConversation(other, (view) => view.last?.text === "one", "the message that is left");
      device.parley.open(other.user);
      await device.seesAll(["one"], other);
    }
    await alice.sends(bob, "two");
    await bob.seesAll(["one", "two"], alice);
    await alice.seesAll(["one", "two"], bob);
  } finally {
    everybodyLeaves();
    await own.end();
  }
});

test("what a device had stored of a store that was restored is dropped when it starts", { timeout: 120_000 }, async () => {
  const own = await Server.start({ heartbeat_ms: 1000 });
  try {
    const [one] = (await people(own, "alice")) as [Person];
    const [bob] = (await online(own, "bob")) as [Device];
    const storage = new MemoryStorage();
    const alice = await one.on("phone", storage);
    await alice.sends(bob, "one");
    const backup = join(dir, "stored");
    says(own.command(["backup", backup]), 0, /^backup/);
    await alice.sends(bob, "lost");
    await alice.sees("lost", bob);
    alice.goesAway();
    bob.goesAway();
    await own.stop();
    await rm(join(own.dir, "data"), { recursive: true });
    says(own.command(["restore", backup]), 0, /^restored/);
    await own.start();
    const again = await alice.starts();
    await again.isUpToDate();
    await again.seesConversation(bob, (view) => view.last?.text === "one", "the last message that is left");
    again.parley.open(bob.user);
    await again.seesAll(["one"], bob);
  } finally {
    everybodyLeaves();
    await own.end();
  }
});

test("a backup without a server, and what is refused", async () => {
  const own = await Server.start();
  const backup = join(dir, "offline");
  try {
    const [alice, bob] = (await people(own, "alice", "bob")) as [Person, Person];
    await (await alice.raw()).ok("message.send", { to: bob.user, text: "hello" });
    await own.stop();
    says(own.command(["backup", backup]), 0, /^backup/);
    says(own.command(["backup", backup]), 1, /offline is not empty/);
    says(own.command(["backup", join(dir, "absent", "backup")]), 1, /absent\/backup cannot be made/);
    says(own.command(["restore", backup]), 1, /data is not empty; nothing is overwritten/);
    says(own.command(["restore", dir]), 1, /is no finished backup/);
    for (const words of [["backup"], ["restore"], ["backup", "a", "b"], ["verify", "a", "b"]])
      says(own.command(words), 2, /^usage: parleyd/);
    says(command(["verify", join(dir, "absent")]), 1, /there is no store in .*absent/);
    says(command(["verify", `--data_dir=${dir}`]), 1, /there is no store in/);
    await own.start();
    says(own.command(["restore", backup]), 1, /another parleyd holds/);
    // A backup is not touched by what is made of it, and one that was cut short is none.
    const manifest = join(backup, "manifest");
    const text = await readFile(manifest, "utf8");
    await rm(manifest);
    says(command(["restore", backup, `--data_dir=${join(dir, "new")}`]), 1, /is no finished backup/);
    await writeFile(manifest, text.replace(/schema = \d+/, "schema = 9999"));
    says(command(["restore", backup, `--data_dir=${join(dir, "new")}`]), 1, /newer Parley \(schema 9999\)/);
    await writeFile(manifest, text);
    says(command(["restore", backup, `--data_dir=${join(dir, "new")}`]), 0, /^restored/);
    says(command(["verify", backup]), 0, SOUND);
  } finally {
    await own.end();
  }
});

test("the reason is said when the server may not write there", { skip: process.getuid?.() === 0 && "root may write anywhere" }, async () => {
  const closed = join(dir, "closed");
  await mkdir(closed);
  await chmod(closed, 0o500);
  says(server.command(["backup", join(closed, "backup")]), 1, /cannot be made: Permission denied/);
});
