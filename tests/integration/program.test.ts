/** The program as an operator meets it: its subcommands, its options, its end. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Person } from "./harness/people.ts";
import { PASSWORD, befriend, people } from "./harness/people.ts";
import { Server, command } from "./harness/server.ts";
import { PATIENCE, eventually, within } from "./harness/wait.ts";
import { restAt } from "./harness/web.ts";

let dir: string;
before(async () => (dir = await mkdtemp(join(tmpdir(), "parley-program-"))));
after(() => rm(dir, { recursive: true, force: true }));

/** What it must answer with: the exit status, and what it must say. */
function says(run: { status: number | null; output: string }, status: number, what: RegExp): void {
  assert.match(run.output, what);
  assert.equal(run.status, status, run.output);
}

test("version and help", () => {
  assert.match(command(["version"]).output, /^parleyd \d+\.\d+\.\d+\n$/);
  assert.deepEqual(command(["--version"]), command(["version"]));
  for (const name of ["serve", "user", "backup", "restore", "verify", "check-config", "print-config", "version"]) {
    says(command(["help"]), 0, new RegExp(`^ +${name} +[a-z]`, "m"));
  }
  for (const args of [[], ["nonsense"]]) says(command(args), 2, /^usage: parleyd COMMAND/);
  says(command(["serve", "now"]), 2, /what is now\?/);
});

// --- options ---

async function file(name: string, text: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, text);
  return path;
}

/** The values in force, as print-config tells them. */
function values(args: string[], variables: Record<string, string> = {}): Map<string, string> {
  const run = command(["print-config", ...args], "", variables);
  assert.equal(run.status, 0, run.output);
  const settings = run.output.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(settings.map((line) => {
    const [name = "", value = ""] = line.split(/ =(?: |$)/);
    return [name, value];
  }));
}

test("a flag beats the environment, which beats the file", async () => {
  const config = await file("three.conf", "heartbeat_ms = 1000\nsilent_ms = 20000\nframes_per_s = 7\n");
  const variables = { PARLEY_HEARTBEAT_MS: "2000", PARLEY_SILENT_MS: "30000" };
  const set = values([`--config=${config}`, "--heartbeat_ms=3000"], variables);
  assert.deepEqual(["heartbeat_ms", "silent_ms", "frames_per_s"].map((name) => set.get(name)),
    ["3000", "30000", "7"]);
  const named = values([], { ...variables, PARLEY_CONFIG: config });
  assert.deepEqual([named.get("heartbeat_ms"), named.get("frames_per_s")], ["2000", "7"]);
});

test("print-config tells every option of the manual, with help, and reads as a file", async () => {
  const manual = readFileSync(new URL("../../docs/operations/options.md", import.meta.url), "utf8");
  const names = [...manual.matchAll(/^#+ `?([a-z_.]+)`?$/gm)].map((match) => match[1]);
  assert.ok(names.length > 20, manual.slice(0, 1000));
  assert.deepEqual([...values([]).keys()].sort(), names.sort());
  const printed = command(["print-config"]).output;
  for (const name of names) {
    assert.match(printed, new RegExp(`^# \\w.+\\n(# .*\\n)*# Values: .*\\n(# .*\\n)*${name} =`, "m"), name);
  }
  const copy = await file("copy.conf", printed);
  assert.deepEqual(values([`--config=${copy}`]), values([]));
});

test("an unknown option is named with the nearest known one, and nothing is done", async () => {
  const data = join(dir, "untouched");
  const config = await file("wrong.conf", "# first\nregstration = open\n");
  for (const cmd of ["serve", "check-config", "user"]) {
    const words = cmd === "user" ? ["list"] : [];
    const run = (flags: string[], variables = {}) =>
      command([cmd, ...words, `--data_dir=${data}`, ...flags], "", variables);
    says(run(["--heartbeet_ms=1"]), 2, /--heartbeet_ms.*--heartbeat_ms/);
    says(run([], { PARLEY_LISTN: "x" }), 2, /PARLEY_LISTN.*PARLEY_LISTEN/);
    says(run([`--config=${config}`]), 2, /wrong\.conf:2: .*regstration.*registration/);
  }
  await assert.rejects(stat(data), { code: "ENOENT" });
});

test("check-config says whether the configuration is good", async () => {
  const good = await file("good.conf", "registration = open\nlisten = 127.0.0.1:0\n");
  says(command(["check-config", `--config=${good}`]), 0, /good/);
  says(command(["check-config", "--registration=perhaps"]), 2, /registration.*"perhaps"/);
  says(command(["check-config", "--heartbeat_ms=-1"]), 2, /heartbeat_ms/);
  says(command(["check-config", "--listen=127.0.0.1:99999"]), 1, /127\.0\.0\.1:99999/);
  says(command(["check-config", `--config=${join(dir, "absent.conf")}`]), 2, /absent\.conf/);
});

test("a directory that cannot be one is named", async () => {
  const path = await file("plain", "");
  for (const words of [["serve", "--listen=127.0.0.1:0"], ["user", "list"]]) {
    says(command([...words, `--data_dir=${path}`]), 1, /plain/);
  }
});

test("an address that is taken is said", async () => {
  const server = await Server.start();
  try {
    const listen = `127.0.0.1:${server.port}`;
    says(command(["serve", `--data_dir=${join(dir, "taken")}`, `--listen=${listen}`]), 1, /cannot listen: .*in use/);
  } finally {
    await server.end();
  }
});

// --- users ---

/** A directory of its own that no server holds yet. */
async function users(name: string): Promise<(words: string, input?: string) => ReturnType<typeof command>> {
  const data = join(dir, name);
  await mkdir(data);
  return (words, input = "") =>
    command(["user", ...words.split(" "), `--data_dir=${data}`, "--insecure_fast_passwords=true"], input);
}

test("users are added with the password that comes in, and listed by name", async () => {
  const user = await users("added");
  says(user("list"), 0, /^$/);
  says(user("add bob", `${PASSWORD}\n`), 0, /^added\tbob\t\d+\n$/);
  says(user("add alice", PASSWORD), 0, /^added\talice\t\d+\n$/);
  const made = user("add carol", "\n");
  says(made, 0, /^password\t\S{16,}\nadded\tcarol\t\d+\n$/);
  says(user("list"), 0, /^alice\t\d+\tenabled\nbob\t\d+\tenabled\ncarol\t\d+\tenabled\n$/);

  const server = await Server.start({ data_dir: join(dir, "added"), registration: "closed" });
  try {
    const rest = restAt(server.base);
    const { username } = await rest.call("account.get", {},
      (await rest.call("signin", { username: "alice", password: PASSWORD })).token);
    assert.equal(username, "alice");
    await rest.call("signin", { username: "carol", password: /^password\t(\S+)/.exec(made.output)?.[1] as string });
    // Beside a running server: backup.test.ts.
    says(user("list"), 0, /^alice\t/);
    await server.kill();
    // Whoever was killed holds nothing.
    says(user("list"), 0, /alice/);
  } finally {
    await server.end();
  }
});

test("what cannot be done to a user is said, and changes nothing", async () => {
  const user = await users("refused");
  says(user("add alice", PASSWORD), 0, /added/);
  for (const input of ["another password", ""]) {
    says(user("add alice", input), 1, /^parleyd: there is a user alice already\n$/);
  }
  says(user("add bob", "short"), 1, /8 to 256 bytes/);
  says(user("add bob", "x".repeat(257)), 1, /8 to 256 bytes/);
  for (const name of ["b@b", "bo", "b".repeat(33), "bob!", "a1ice"]) {
    says(user(`add ${name}`, PASSWORD), 1, /letters of one script/);
  }
  for (const words of ["disable", "enable", "reset-password"]) {
    says(user(`${words} nobody`, PASSWORD), 1, /there is no user nobody/);
  }
  // A password has no place on the command line, where everybody on the machine could read it.
  for (const words of [`add bob ${PASSWORD}`, `reset-password alice ${PASSWORD}`, "add", "list alice", "remove alice"]) {
    says(user(words, PASSWORD), 2, /^usage: parleyd user add NAME/);
  }
  says(user("list"), 0, /^alice\t\d+\tenabled\n$/);
});

test("whoever was shut out is let in again, and a reset password ends every device", async () => {
  const server = await Server.start();
  try {
    const [alice] = (await people(server, "alice")) as [Person];
    const signsIn = (password: string) => alice.rest.call("signin", { username: alice.name, password });
    const offline = async (words: string, input = ""): Promise<void> => {
      await server.stop();
      says(server.command(["user", words, alice.name, "--insecure_fast_passwords=true"], input), 0, /^$/);
      await server.start();
    };
    await offline("disable");
    await assert.rejects(signsIn(PASSWORD), { code: "account_disabled" });
    await offline("enable");
    await signsIn(PASSWORD);
    await alice.rest.call("account.get", {}, alice.token);
    await offline("reset-password", "another password");
    await assert.rejects(alice.rest.call("account.get", {}, alice.token), { code: "unauthenticated" });
    await assert.rejects(signsIn(PASSWORD), { code: "wrong_credentials" });
    await signsIn("another password");
  } finally {
    await server.end();
  }
});

// --- the end ---

test("what a server logs is told and changed while it runs, as text or as JSON", async () => {
  const server = await Server.start({ "log.format": "json" });
  const at = `--data_dir=${join(server.dir, "data")}`;
  const events = (): string[] => server.log.split("\n").filter((line) => line.startsWith("{"))
    .map((line) => (JSON.parse(line) as { event: string }).event);
  try {
    says(command(["log-level", at]), 0, /^log-level\tinfo$/m);
    await fetch(`${server.base}/healthz`);
    assert.ok(!events().includes("http_answer"), server.log);
    says(command(["log-level", "debug", at]), 0, /^log-level\tdebug$/m);
    await fetch(`${server.base}/healthz`);
    await eventually(() => events().includes("http_answer") || undefined, "an answer is logged");
    says(command(["log-level", at]), 0, /^log-level\tdebug$/m);
    says(command(["log-level", "off", at]), 0, /^log-level\toff$/m);
    for (const words of [["loud"], ["info", "debug"]]) says(command(["log-level", ...words, at]), 2, /^usage/m);
  } finally {
    await server.end();
  }
  says(command(["log-level", `--data_dir=${join(dir, "nobody")}`]), 1, /no server runs in/);
});

test("a sampled trace leaves its span in the log, with what each stage took", async () => {
  const server = await Server.start({ "log.format": "json", "log.traces": true });
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const parent = (flags: string): string => `00-${trace}-00f067aa0ba902b7-${flags}`;
  type Span = { event: string; [field: string]: unknown };
  const spans = (): Span[] => server.log.split("\n").filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Span).filter(({ event }) => event === "span");
  const asks = (traceparent: string): Promise<Response> =>
    fetch(`${server.base}/v1/conversations`, { headers: { traceparent } });
  try {
    for (const none of [parent("00"), `${parent("01")}-x`, "nonsense", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`]) {
      assert.equal((await asks(none)).status, 401);
    }
    assert.equal((await asks(parent("01"))).status, 401);
    const [refused] = await eventually(() => (spans().length ? spans() : undefined), "a span");
    assert.deepEqual([refused!["name"], refused!["error"]], ["conversation.list", "unauthenticated"]);
    const [alice] = await people(server, "alice");
    const raw = await alice!.raw();
    await raw.ask("message.send", { to: alice!.user, text: "secret words", key: "a", traceparent: parent("01") });
    await eventually(() => spans().length === 2 || undefined, "a second span");
    const sent = spans()[1]!;
    assert.deepEqual([sent["trace_id"], sent["parent_id"], sent["name"], sent["error"]],
      [trace, "00f067aa0ba902b7", "message.send", undefined]);
    assert.match(String(sent["span_id"]), /^[0-9a-f]{16}$/);
    assert.notEqual(sent["span_id"], refused!["span_id"]);
    const [queue, domain, answer, all] = ["queue_us", "domain_us", "answer_us", "us"].map((name) => Number(sent[name]));
    assert.ok(domain! > 0 && Math.abs(queue! + domain! + answer! - all!) <= 3, JSON.stringify(sent));
    assert.ok(!server.log.includes("secret words"));
    raw.close();
  } finally {
    await server.end();
  }
});

test("SIGTERM under load, with 200 who say nothing: all are told, and it ends in time", async (t) => {
  const server = await Server.start();
  const [alice, bob] = (await people(server, "alice", "bob")) as [Person, Person];
  await befriend(alice, bob);
  const idle = await Promise.all(Array.from({ length: 200 }, (_, i) => (i % 2 ? alice : bob).raw()));
  const busy = await Promise.all(Array.from({ length: 4 }, () => alice.raw()));
  let stood = 0;
  const load = busy.map(async (raw) => {
    for (let gone = false; !gone; ) {
      const answers = await Promise.all(Array.from({ length: 50 }, () =>
        raw.ask("message.send", { to: bob.user, text: "load" })));
      stood += answers.filter((answer) => answer.ok).length;
      gone = answers.some((answer) => answer.error !== undefined);
    }
  });
  await eventually(() => stood > 500 || undefined, "load");
  const since = Date.now();
  await server.stop();
  const took = Date.now() - since;
  t.diagnostic(`${stood} messages stood, it ended in ${took} ms`);
  assert.ok(took < 10_000 * PATIENCE, `it took ${took} ms`);
  await Promise.all(load);
  for (const raw of [...idle, ...busy]) {
    assert.equal(await within(raw.closed, "a closed socket"), 4000);
    assert.ok(raw.pushes.some((push) => push.push === "goaway"));
  }
  await server.start();
  const { conversations } = await bob.rest.call("conversation.list", {}, bob.token);
  assert.ok((conversations[0]?.n ?? 0) >= stood, `${stood} were acknowledged, ${conversations[0]?.n} stand`);
  await server.end();
});
