/**
 * Every argument of every command, given wrongly in every way: another type, beyond its limits,
 * outside its characters, bytes that are no UTF-8. What the commands take is read from api/, so a
 * new one is tried without a word here.
 */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import type { CommandName } from "../../client/src/index.ts";
import { LIMITS, ROUTES } from "../../client/src/index.ts";
import type { Person } from "./harness/people.ts";
import { person } from "./harness/people.ts";
import type { Raw } from "./harness/raw.ts";
import { Server } from "./harness/server.ts";
import { web } from "./harness/web.ts";

type Args = { [name: string]: unknown };

interface Scalar {
  base: "id" | "int" | "bool" | "string" | "enum" | "ids";
  min?: number | string;
  max?: number | string;
  charset?: string;
  values?: string[];
}

interface Given {
  cmd: CommandName;
  args: { name: string; required: boolean; scalar: Scalar }[];
}

const api = new URL("../../api/", import.meta.url);
const read = (name: string): any => JSON.parse(readFileSync(new URL(name, api), "utf8"));
const { scalars } = read("types.json") as { scalars: { [name: string]: Scalar } };

function commands(): Given[] {
  const mixins = read("mixins.json");
  return readdirSync(api).filter((name) => name.endsWith(".json")).flatMap((file) =>
    Object.entries<any>(read(file).commands ?? {}).map(([cmd, of]) => ({
      cmd: cmd as CommandName,
      args: Object.entries<any>({ ...of.args, ...(of.use ? mixins[of.use].args : {}) }).map(([name, arg]) => ({
        name: name.replace("?", ""),
        required: !name.endsWith("?") && arg.default === undefined,
        scalar: scalars[arg.type] as Scalar,
      })),
    })));
}

const number = (value: number | string | undefined): number =>
  typeof value === "string" ? (LIMITS as { [name: string]: number })[value] as number : value ?? 0;

function good({ base, min, values }: Scalar): unknown {
  switch (base) {
    case "id": return "1";
    case "int": return number(min);
    case "bool": return true;
    case "enum": return values?.[0];
    case "ids": return [];
    case "string": return "a".repeat(Math.max(1, number(min)));
  }
}

/** What it must not be, each with a word for it. */
function wrong({ base, min, max, charset }: Scalar): [string, unknown][] {
  const all: [string, unknown][] = [["null", null], ["an object", {}]];
  const [least, most] = [number(min), number(max)];
  if (base !== "ids") all.push(["a list", ["1"]]);
  if (base !== "bool") all.push(["a truth", true]);
  if (base !== "int") all.push(["a number", 1]);
  if (base === "int" || base === "bool" || base === "ids") all.push(["a text", "1"]);
  if (base === "id") all.push(["no id", "x"], ["signed", "-1"], ["padded", "01"], ["too great", "9223372036854775808"]);
  if (base === "int") all.push(["a fraction", least + 0.5], ["too great", most + 1], ["too small", least - 1]);
  if (base === "enum") all.push(["no such word", "nonsense"], ["empty", ""]);
  if (base === "ids") {
    all.push(["no ids", ["x"]], ["twice the same", ["7", "7"]], ["numbers", [1, 2]]);
    all.push(["too many", Array.from({ length: most + 1 }, (_, i) => String(i + 1))]);
  }
  if (base === "string") {
    all.push(["too long", "a".repeat(most + 1)], ["with a NUL", `${"a".repeat(least)}\u0000`]);
    if (least > 0) all.push(["too short", "a".repeat(least - 1)]);
    if (charset) all.push(["outside its characters", `${"a".repeat(least)} \u00e9`]);
  }
  return all;
}

const required = (given: Given): Args =>
  Object.fromEntries(given.args.filter((arg) => arg.required).map(({ name, scalar }) => [name, good(scalar)]));

let server: Server;
let alice: Person;
let raw: Raw;
before(async () => {
  server = await Server.start();
  alice = await person(server, "alice");
  raw = await alice.raw();
});
after(() => server.end());

test("an argument that is wrong is named, whatever is wrong with it", async () => {
  let cells = 0;
  const failed: string[] = [];
  for (const given of commands()) {
    for (const { name, scalar } of given.args) {
      await Promise.all(wrong(scalar).map(async ([what, value]) => {
        // longer than a frame may be: refused as such, see below
        if (JSON.stringify(value).length > LIMITS.frame_bytes_max - 1024) return;
        const { error } = await raw.ask(given.cmd, { ...required(given), [name]: value });
        if (error?.code !== "bad_request" || error.field !== name)
          failed.push(`${given.cmd} ${name}, ${what}: ${error ? `${error.code} ${error.field}` : "ok"}`);
        cells++;
      }));
    }
  }
  assert.deepEqual(failed, []);
  console.log(`arguments: ${cells} wrong ones of ${commands().length} commands`);
});

test("an argument that no command knows is refused, and one that is needed is missed", async () => {
  const framed = commands().filter(({ cmd }) => cmd !== "account.export"); // by its route alone: errors.test.ts
  for (const given of framed) {
    const unknown = await raw.ask(given.cmd, { ...required(given), nonsense: 1 });
    assert.deepEqual([unknown.error?.code, unknown.error?.field], ["bad_request", "nonsense"], given.cmd);
    for (const { name } of given.args.filter((arg) => arg.required)) {
      const { [name]: _, ...rest } = required(given);
      const { error } = await raw.ask(given.cmd, rest);
      assert.deepEqual([error?.code, error?.field], ["bad_request", name], given.cmd);
    }
  }
});

/** As JSON, with what is no UTF-8 in place of the value's `a`. */
function spoilt(args: Args, name: string, bytes: number[]): Buffer {
  const [head, tail] = JSON.stringify({ ...args, [name]: "\u0001" }).split("\\u0001") as [string, string];
  return Buffer.concat([Buffer.from(`${head}a`), Buffer.from(bytes), Buffer.from(tail)]);
}

/** A byte that begins nothing, a cut sequence, an overlong one, a surrogate, beyond U+10FFFF. */
const NO_UTF8 = [[0xff], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]];

test("a text that is no UTF-8 is no JSON, in every text of every command", async () => {
  let cells = 0;
  const routes = ROUTES as { [cmd in CommandName]?: { method: string; path: string } };
  for (const given of commands()) {
    const route = routes[given.cmd];
    if (!route || route.method === "GET" || route.method === "DELETE") continue;
    const path = route.path.replace(/\{\w+\}/g, "1");
    for (const { name, scalar } of given.args) {
      if (scalar.base !== "string") continue;
      for (const bytes of NO_UTF8) {
        const body = Object.fromEntries(Object.entries(required(given)).filter(([arg]) => !route.path.includes(`{${arg}}`)));
        const reply = await web(`${server.base}${path}`, {
          method: route.method, body: spoilt(body, name, bytes),
          headers: { "content-type": "application/json", authorization: `Bearer ${alice.token}` },
        });
        assert.deepEqual([reply.status, reply.body.code], [400, "bad_json"], `${given.cmd} ${name} ${bytes}`);
        cells++;
      }
    }
  }
  console.log(`no UTF-8: ${cells} texts`);
  assert.ok(cells > 50);
});

test("what is no UTF-8 in a path or a query is refused, by every route that has one", async () => {
  const routes = Object.entries(ROUTES as { [cmd: string]: { method: string; path: string } });
  for (const [cmd, { method, path }] of routes) {
    for (const url of [path.replace(/\{\w+\}/, "%ff").replace(/\{\w+\}/g, "1"), `${path.replace(/\{\w+\}/g, "1")}?limit=%c3`]) {
      if (url === path) continue;
      const reply = await web(`${server.base}${url}`, { method, headers: { authorization: `Bearer ${alice.token}` } });
      assert.ok(reply.status >= 400 && reply.status < 500, `${cmd} ${url}: ${reply.status}`);
    }
  }
});

test("a body larger than a body may be is refused, by every route", async () => {
  const routes = Object.entries(ROUTES as { [cmd: string]: { method: string; path: string } });
  const body = JSON.stringify({ text: "a".repeat(LIMITS.body_bytes_max) });
  for (const [cmd, { method, path }] of routes) {
    const reply = await web(`${server.base}${path.replace(/\{\w+\}/g, "1")}`, {
      method, body, headers: { "content-type": "application/json", authorization: `Bearer ${alice.token}` },
    }).catch(() => undefined); // closed while we still send
    if (reply) assert.equal(reply.status, 413, cmd);
  }
  await raw.ok("beat", {});
});
