/** What a scrape is answered, and where. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Device } from "./harness/people.ts";
import { everybodyLeaves, online } from "./harness/people.ts";
import { Server } from "./harness/server.ts";
import { eventually } from "./harness/wait.ts";

let server: Server;
let alice: Device;
let bob: Device;
let address: string;

before(async () => {
  server = await Server.start({ "metrics.listen": "127.0.0.1:0" });
  [alice, bob] = await online(server, "alice", "bob") as [Device, Device];
  address = server.log.match(/Metrics are at (http:\S+)\/metrics/)?.[1] ?? "";
  assert.ok(address, server.log);
});
after(async () => {
  everybodyLeaves();
  await server.end();
});

type Scrape = { types: Map<string, string>; values: Map<string, number> };

/** Reads the text format, version 0.0.4, and refuses what breaks its rules. */
async function scrape(): Promise<Scrape> {
  const response = await fetch(`${address}/metrics`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const types = new Map<string, string>();
  const values = new Map<string, number>();
  let family = "";
  const lines = (await response.text()).split("\n");
  assert.equal(lines.pop(), "");
  for (const line of lines) {
    const type = /^# TYPE (\w+) (counter|gauge|histogram)$/.exec(line);
    if (type) {
      assert.ok(type[1] && type[2] && !types.has(type[1]), line);
      types.set(family = type[1], type[2]);
    } else if (!/^# HELP \w+ \S/.test(line)) {
      const sample = /^(\w+(\{\w+="[^"\\]+"\})?) (\d+(\.\d+)?)$/.exec(line);
      assert.ok(sample?.[1] && line.startsWith(family) && !values.has(sample[1]), line);
      values.set(sample[1], Number(sample[3]));
    }
  }
  return { types, values };
}

function of(s: Scrape, name: string): number {
  const value = s.values.get(name);
  assert.notEqual(value, undefined, name);
  return value as number;
}

test("every histogram is cumulative, and its last bucket is its count", async () => {
  const s = await scrape();
  const histograms = [...s.types].filter(([, type]) => type === "histogram").map(([name]) => name);
  assert.ok(histograms.length >= 5);
  for (const name of histograms) {
    const buckets = [...s.values].filter(([key]) => key.startsWith(`${name}_bucket{`));
    buckets.reduce((last, [key, value]) => (assert.ok(value >= last, key), value), 0);
    assert.equal(buckets.at(-1)?.[0], `${name}_bucket{le="+Inf"}`);
    assert.equal(buckets.at(-1)?.[1], of(s, `${name}_count`));
  }
});

test("what is sent, refused and stored is counted", async () => {
  const before = await scrape();
  const grew = (s: Scrape, name: string): number => of(s, name) - of(before, name);
  await alice.sends(bob, "one");
  await bob.sees("one", alice);
  const refused = await fetch(`${server.base}/v1/conversations`);
  assert.equal(refused.status, 401);
  /* an answer is counted just after it has left */
  const s = await eventually(async () => {
    const now = await scrape();
    return grew(now, 'parley_errors_total{code="unauthenticated"}') === 1 ? now : undefined;
  }, "the refusal is counted");
  assert.equal(grew(s, 'parley_commands_total{command="message.send"}'), 1);
  assert.equal(grew(s, "parley_messages_total"), 1);
  assert.equal(grew(s, 'parley_commands_refused_total{command="message.send"}'), 0);
  assert.ok(grew(s, 'parley_store_requests_total{op="append"}') >= 1);
  assert.ok(grew(s, "parley_store_commit_seconds_count") >= 1);
  assert.ok(grew(s, "parley_store_batch_requests_sum") >= 1);
  assert.ok(grew(s, "parley_pushes_total") >= 1);
  assert.ok(grew(s, "parley_command_seconds_count") >= 1);
  assert.ok(grew(s, "parley_command_seconds_sum") >= grew(s, "parley_command_domain_seconds_sum"));
});

test("gauges say what is now", async () => {
  const sessions = (n: number): Promise<boolean> => eventually(
    async () => of(await scrape(), 'parley_connections{state="session"}') === n || undefined, `${n} sessions`);
  await sessions(2);
  const [carol] = await online(server, "carol") as [Device];
  await sessions(3);
  carol.goesAway();
  await sessions(2);
  const s = await eventually(async () => {
    const now = await scrape();
    return of(now, "parley_calls") === 0 ? now : undefined;
  }, "nothing is under way");
  assert.equal(of(s, "parley_store_broken"), 0);
  assert.equal(of(s, 'parley_store_queue{of="writes"}'), 0);
  assert.ok(of(s, "parley_cache_bytes") > 0);
  assert.ok(of(s, "process_resident_memory_bytes") > 1e6);
  assert.ok(of(s, "process_open_fds") > 5);
  assert.ok(Math.abs(of(s, "process_start_time_seconds") - Date.now() / 1000) < 3600);
});

test("the two addresses answer nothing of each other's", async () => {
  assert.equal((await fetch(`${server.base}/metrics`)).status, 404);
  for (const path of ["/", "/v1/connect", "/healthz", "/v1/socket"]) {
    assert.equal((await fetch(`${address}${path}`)).status, 404, path);
  }
  const post = await fetch(`${address}/metrics`, { method: "POST", body: "x" });
  assert.equal(post.status, 405);
  assert.equal(post.headers.get("allow"), "GET, HEAD");
});
