/**
 * Every limit that an operator can set, exceeded once: what is refused, in which words, and that it
 * passes. The table below is held against the options that the server has.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { test } from "node:test";
import type { Person } from "./harness/people.ts";
import { PASSWORD, people, person } from "./harness/people.ts";
import { Raw } from "./harness/raw.ts";
import type { Options } from "./harness/server.ts";
import { Server } from "./harness/server.ts";
import { eventually, sleep, within } from "./harness/wait.ts";
import { anAddress, web } from "./harness/web.ts";

interface Case {
  options: Options;
  run: (server: Server, alice: Person) => Promise<void>;
}

/** What limits no client: sizes of our own, and how fast what is gone comes back, which the case of
 * the burst shows. */
const NO_LIMITS = new Set(["net_threads", "cache_bytes_max", "password_threads"]);
const paceOf = (option: string): string => option.replace(/_per_(s|min)$/, "_burst");

/** The refusal says how long to wait, no longer than `most`, and then it goes. */
async function passes(most: number, refused: { code: string; retry_after_ms?: number },
  again: () => Promise<unknown>): Promise<void> {
  const wait = refused.retry_after_ms as number;
  assert.ok(wait > 0 && wait <= most, `${refused.code} for ${wait} ms`);
  await sleep(wait + 20);
  await again();
}

/** Twice as many commands of a user as may come at once, over two sockets: of them `burst` go. Those
 * that come back meanwhile go too. */
async function exceeds(who: Person, burst: number, most: number, ask: (raw: Raw) => ReturnType<Raw["ask"]>): Promise<Raw> {
  const raws = [await who.raw(), await who.raw()] as const;
  const all = await Promise.all(Array.from({ length: 2 * burst }, (_, i) => ask(raws[i % 2 as 0 | 1])));
  const refused = all.flatMap(({ error }) => error ?? []);
  assert.ok(refused.length > 0 && refused.length <= burst, `${refused.length} of ${all.length}`);
  for (const { code } of refused) assert.equal(code, "rate_limited");
  await passes(most, refused[0] as { code: string }, async () => assert.ok((await ask(raws[0])).ok));
  return raws[1];
}

/** What a request from this address is answered. */
async function status(server: Server, from: string, path: string, body: object, token = ""): Promise<{ status: number; code?: string; wait?: number }> {
  const reply = await web(`${server.base}${path}`, {
    method: "POST", from, body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
  });
  return { status: reply.status, code: reply.body.code, wait: reply.body.retry_after_ms };
}

const CASES: { [option: string]: Case } = {
  frames_burst: {
    options: { frames_burst: 20, frames_per_s: 1 },
    run: async (_, alice) => {
      const raw = await alice.raw();
      const all = await Promise.all(Array.from({ length: 60 }, () => raw.ask("beat")));
      const refused = all.flatMap(({ error }) => error ?? []);
      assert.ok(refused.length >= 20 && refused.length <= 41, String(refused.length));
      for (const { code } of refused) assert.equal(code, "rate_limited");
      await passes(1100, refused[0] as { code: string }, () => raw.ok("beat", {}));
    },
  },
  requests_burst: {
    options: { requests_burst: 10, requests_per_s: 1 },
    run: async (server, alice) => {
      const from = anAddress();
      const all = await Promise.all(Array.from({ length: 30 }, () => status(server, from, "/v1/sync", {}, alice.token)));
      const refused = all.filter((answer) => answer.status === 429);
      assert.ok(refused.length >= 10 && refused.length <= 20, String(refused.length));
      assert.equal(refused[0]?.code, "rate_limited");
      // another's address is not held up, nor does a false token go round it
      assert.equal((await status(server, anAddress(), "/v1/sync", {}, alice.token)).status, 200);
      const forged = await Promise.all(Array.from({ length: 30 }, () => status(server, from, "/v1/sync", {}, "x")));
      assert.ok(forged.some((answer) => answer.status === 429));
      await eventually(async () => (await status(server, from, "/v1/sync", {}, alice.token)).status === 200 || undefined, "an answer");
    },
  },
  sends_burst: {
    options: { sends_burst: 8, sends_per_min: 60 },
    run: async (_, alice) => {
      const raw = await exceeds(alice, 8, 1100, (by) => by.ask("message.send", { to: alice.user, text: "x" }));
      await raw.ok("sync", {}); // reading is not held up
    },
  },
  searches_burst: {
    options: { searches_burst: 6, searches_per_min: 60 },
    run: async (_, alice) => void (await exceeds(alice, 6, 1100, (by) => by.ask("user.search", { prefix: "ali" }))),
  },
  drafts_burst: {
    options: { drafts_burst: 1, drafts_per_min: 15 },
    run: async (_, alice) => {
      const raw = await alice.raw();
      const { conversation } = await raw.ok("message.send", { to: alice.user, text: "x" });
      const { conversation: other } = await raw.ok("group.create", { title: "g", members: [] });
      await raw.ok("draft.set", { conversation, text: "h" });
      const refused = await raw.refused("draft.set", { conversation, text: "he" });
      assert.equal(refused.code, "rate_limited");
      await raw.ok("draft.set", { conversation: other, text: "elsewhere" });
      await raw.ok("draft.set", { conversation, text: "" }); // it is not held up
      assert.deepEqual((await raw.ok("draft.list", {})).drafts.map((one) => one.conversation), [other]);
      await passes(4100, refused, () => raw.ok("draft.set", { conversation, text: "he" }));
    },
  },
  exports_burst: {
    options: { exports_burst: 2, exports_per_min: 15 },
    run: async (_, alice) => {
      const exported = (): Promise<unknown> => alice.rest.call("account.export", {}, alice.token);
      for (let i = 0; i < 2; i++) await exported();
      await assert.rejects(exported(), { code: "rate_limited" });
      await eventually(() => exported().catch(() => undefined), "an export again");
    },
  },
  bytes_burst: {
    options: { bytes_burst: 32 * 1024, bytes_per_s: 4 * 1024 },
    run: async (_, alice) => {
      await exceeds(alice, 4, 2400, (by) => by.ask("message.send", { to: alice.user, text: "x".repeat(7900) }));
    },
  },
  devices_per_user: {
    options: { devices_per_user: 2 },
    run: async (_, alice) => {
      const sign = (): Promise<{ token: string }> => alice.rest.call("signin", { username: alice.name, password: PASSWORD });
      const account = (token: string): Promise<unknown> => alice.rest.call("account.get", {}, token);
      const second = await sign();
      await account(alice.token);
      const third = await sign();
      await assert.rejects(account(alice.token), { code: "unauthenticated" });
      await account(second.token);
      await account(third.token);
    },
  },
  sockets_per_user: {
    options: { sockets_per_user: 3 },
    run: async (server, alice) => {
      const raws = await Promise.all([1, 2, 3].map(() => alice.raw()));
      const fourth = await Raw.open(server);
      const error = await fourth.refused("auth", { token: alice.token });
      assert.equal(error.code, "rate_limited");
      assert.ok((error.retry_after_ms as number) > 0);
      raws[0]?.close();
      await eventually(async () => (await fourth.ask("auth", { token: alice.token })).ok, "room for one");
    },
  },
  unauthenticated_per_address: {
    options: { unauthenticated_per_address: 10, auth_ms: 20_000 },
    run: async (server, alice) => {
      const from = anAddress();
      const open = async (): Promise<boolean> => {
        const socket = connect({ port: server.port, host: "127.0.0.1", localAddress: from });
        socket.on("error", () => {});
        socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        const end = new Promise<string>((resolve) => socket.on("close", () => resolve("")));
        const data = new Promise<string>((resolve) => socket.once("data", (part) => resolve(String(part))));
        return (await within(Promise.race([data, end]), "an answer or an end")).startsWith("HTTP/1.1 200");
      };
      const all = await Promise.all(Array.from({ length: 30 }, open));
      assert.equal(all.filter((served) => served).length, 10);
      await eventually(() => /unauthenticated_per_address/.test(server.log) || undefined, "a line in the log");
      // who says whose they are makes room
      for (let i = 0; i < 30; i++) await alice.raw();
    },
  },
  connections_max: {
    options: { connections_max: 20, auth_ms: 20_000 },
    run: async (server, alice) => {
      const raws: Raw[] = [];
      const more = async (): Promise<boolean> => {
        const raw = await alice.raw().catch(() => undefined);
        if (raw) raws.push(raw);
        return raw !== undefined;
      };
      while (await more()) assert.ok(raws.length <= 20, "no more than that");
      assert.ok(raws.length >= 18, `only ${raws.length}`);
      assert.equal((await web(`${server.base}/healthz`)).status, 200);
      raws[0]?.close();
      await eventually(() => alice.raw().catch(() => undefined), "room for one");
    },
  },
  calls_max: {
    options: { calls_max: 5 },
    run: async (server, alice) => {
      const raws = await Promise.all(Array.from({ length: 3 }, () => alice.raw()));
      const { token } = await (raws[0] as Raw).ok("sync", {});
      const bob = await person(server, "bob");
      const waits = raws.slice(0, 2).flatMap((raw) => [1, 2].map(() => raw.ask("sync", { token, wait: 25 })));
      waits.push((raws[2] as Raw).ask("sync", { token, wait: 25 }));
      const by = await Raw.open(server);
      const { error } = await eventually(async () => {
        const answer = await by.ask("auth", { token: bob.token });
        return answer.error ? answer : undefined;
      }, "a refusal");
      assert.equal(error?.code, "overloaded");
      assert.ok((error?.retry_after_ms as number) > 0);
    },
  },
  tries_per_account: {
    options: { tries_per_account: 3 },
    run: async (server, alice) => {
      const tryOnce = (password: string): ReturnType<typeof status> =>
        status(server, anAddress(), "/v1/signin", { username: alice.name, password });
      const device = await alice.on("known");
      await device.parley.signOut();
      for (let i = 0; i < 3; i++) assert.equal((await tryOnce("wrong one")).status, 401);
      const refused = await tryOnce(PASSWORD);
      assert.deepEqual([refused.status, refused.code], [429, "too_many_tries"]);
      assert.ok((refused.wait as number) > 100_000);
      // who guesses does not lock out a device that has signed in before
      await device.parley.signIn({ username: alice.name, password: PASSWORD });
      device.parley.stop();
    },
  },
  tries_per_address: {
    options: { tries_per_address: 3 },
    run: async (server, alice) => {
      const from = anAddress();
      const tryOnce = (username: string): ReturnType<typeof status> =>
        status(server, from, "/v1/signin", { username, password: "wrong one" });
      for (const name of ["one", "two", "three"]) assert.equal((await tryOnce(name)).status, 401);
      const refused = await tryOnce(alice.name);
      assert.deepEqual([refused.status, refused.code], [429, "too_many_tries"]);
      assert.ok((refused.wait as number) > 100_000);
    },
  },
  signups_per_address: {
    options: { signups_per_address: 2 },
    run: async (server) => {
      const from = anAddress();
      const sign = (username: string): ReturnType<typeof status> =>
        status(server, from, "/v1/signup", { username, password: PASSWORD });
      for (const name of ["one", "two"]) assert.equal((await sign(name)).status, 200);
      assert.equal((await sign("three")).code, "too_many_tries");
      assert.equal((await status(server, from, "/v1/signin", { username: "one", password: PASSWORD })).status, 200);
    },
  },
  requests_per_user: {
    options: { requests_per_user: 2 },
    run: async (server) => {
      const [alice, ...others] = await people(server, "alice", "one", "two", "three") as [Person, ...Person[]];
      const raw = await alice.raw();
      const [one, two, three] = others as [Person, Person, Person];
      for (const other of [one, two, two]) await raw.ok("message.send", { to: other.user, text: "x" });
      const refused = await raw.refused("message.send", { to: three.user, text: "x" });
      assert.equal(refused.code, "rate_limited");
      assert.ok((refused.retry_after_ms as number) > 100_000);
      // Whoever asked to be a contact is no stranger.
      await three.rest.call("contact.request", { user: alice.user }, three.token);
      await raw.ok("message.send", { to: three.user, text: "x" });
    },
  },
  password_queue_max: {
    options: { password_queue_max: 1, insecure_fast_passwords: false, tries_per_address: 0 },
    run: async (server) => {
      const all = await Promise.all(Array.from({ length: 12 }, (_, i) =>
        status(server, anAddress(), "/v1/signup", { username: `many${i}`, password: PASSWORD })));
      const refused = all.filter((answer) => answer.status === 503);
      assert.ok(refused.length > 0 && refused.length < 12, String(refused.length));
      assert.ok(refused.every((answer) => answer.code === "overloaded" && (answer.wait as number) > 0));
    },
  },
  output_bytes_max: {
    options: { output_bytes_max: 16 * 1024 * 1024 },
    run: async (server, alice) => {
      const raw = await alice.raw();
      const sent = await Promise.all(Array.from({ length: 100 }, () =>
        raw.ok("message.send", { to: alice.user, text: "\u0001".repeat(8192) })));
      const ask = `GET /v1/conversations/${sent[0]?.conversation}/messages?limit=100 HTTP/1.1\r\n` +
        `Host: x\r\nAuthorization: Bearer ${alice.token}\r\n\r\n`;
      const deaf = Array.from({ length: 60 }, () => {
        const socket = connect(server.port, "127.0.0.1");
        socket.on("error", () => {});
        socket.pause();
        socket.write(ask.repeat(20));
        return socket;
      });
      // they are closed, and whoever reads is answered
      await eventually(() => /output_tight/.test(server.log) || undefined, "a line in the log");
      await eventually(async () =>
        (await raw.ask("message.history", { conversation: sent[0]?.conversation, limit: 100 })).ok, "a page");
      for (const socket of deaf) socket.destroy();
    },
  },
};

/** The options of the manual's parts about what people may take. */
function limitsOfServer(): string[] {
  const manual = spawnSync(process.env["PARLEYD"] as string, ["print-manual"], { encoding: "utf8" }).stdout;
  const parts = manual.split(/^## /m).filter((part) => /^(Accounts|Limits)\n/.test(part));
  return parts.flatMap((part) => [...part.matchAll(/^### (\S+)\n[^#]*Values: \d/gm)].map((found) => found[1] as string));
}

test("each limit of the server has its case here", () => {
  const limits = limitsOfServer();
  assert.ok(limits.length > 10, limits.join());
  const lacking = limits.filter((name) => !NO_LIMITS.has(name) && !(name in CASES) && !(paceOf(name) in CASES));
  assert.deepEqual(lacking, []);
  assert.deepEqual(Object.keys(CASES).filter((name) => !limits.includes(name)), []);
});

for (const [option, { options, run }] of Object.entries(CASES)) {
  test(`${option} is a limit`, async () => {
    const server = await Server.start(options);
    try {
      const [alice] = (await people(server, "alice")) as [Person];
      await run(server, alice);
    } finally {
      await server.end();
    }
  });
}

test("a socket is told how often it may", async () => {
  const server = await Server.start({ sends_burst: 7, sends_per_min: 120 });
  const { rates } = (await (await person(server, "alice")).raw()).auth;
  assert.deepEqual(rates["sends"], { burst: 7, per_minute: 120 });
  assert.ok(!("searches" in rates), "what is not limited is not told");
  await server.end();
});
