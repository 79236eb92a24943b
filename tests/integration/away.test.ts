/** Whatever is lost or comes twice on the way, it stands once, and every device has it. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { MemoryStorage } from "../../client/src/index.ts";
import type { Device } from "./harness/people.ts";
import { everybodyLeaves, friends, online, people } from "./harness/people.ts";
import { Server } from "./harness/server.ts";
import { sleep } from "./harness/wait.ts";

let server: Server;
before(async () => (server = await Server.start({ heartbeat_ms: 2000 })));
afterEach(everybodyLeaves);
after(() => server.end());

const numbers = (n: number): string[] => Array.from({ length: n }, (_, i) => `m${i + 1}`);

async function pair(): Promise<[Device, Device]> {
  return (await friends(server, "alice", "bob")) as [Device, Device];
}

test("who was away gets everything when coming back, and so does who wrote meanwhile", async () => {
  const [alice, bob] = await pair();
  await alice.sends(bob, "before");
  await bob.sees("before", alice);
  bob.goesAway();
  for (const text of numbers(150)) await alice.sends(bob, text);
  const waiting = [bob.sends(alice, "b1"), bob.sends(alice, "b2")];
  await bob.comesBack();
  await Promise.all(waiting);
  const all = ["before", ...numbers(150), "b1", "b2"];
  await bob.seesAll(all, alice);
  await alice.seesAll(all, bob);
});

test("pushes that are lost leave a gap that is filled", async () => {
  const [alice, bob] = await pair();
  await alice.sends(bob, "m0");
  await bob.sees("m0", alice);
  let n = 0;
  bob.wire.loses = (frame) => frame.push === "event" && n++ % 3 !== 2;
  for (const text of numbers(30)) await alice.sends(bob, text);
  await bob.seesAll(["m0", ...numbers(30)], alice);
  assert.ok(bob.wire.lost >= 15);
});

test("the lost last push is found, though nothing comes after it", async () => {
  const [alice, bob] = await pair();
  await alice.sends(bob, "first");
  await bob.sees("first", alice);
  // The compare 3 s after connecting is over: only the beat can tell.
  await sleep(3500);
  bob.wire.loses = (frame) => frame.push === "event";
  await alice.sends(bob, "last");
  await bob.sees("last", alice);
  assert.equal(bob.wire.lost, 1);
});

test("answers that are lost are asked for again, and the message stands once", async () => {
  const [alice, bob] = await pair();
  alice.hurries();
  await alice.sends(bob, "m0");
  for (let i = 1; i <= 10; i++) {
    // The answer to the send is lost with its connection, but what was sent stands.
    let broken = false;
    alice.wire.loses = (frame) => {
      const answer = typeof frame["ok"] === "object" && frame["ok"] !== null && "seq" in frame["ok"];
      if (answer && !broken) {
        broken = true;
        queueMicrotask(() => alice.wire.breaks());
        return true;
      }
      return false;
    };
    await alice.sends(bob, `m${i}`);
    assert.ok(broken);
  }
  alice.wire.loses = () => false;
  await bob.seesAll(["m0", ...numbers(10)], alice);
  await alice.seesAll(["m0", ...numbers(10)], bob);
});

test("a connection that breaks again and again loses and doubles nothing", async () => {
  const [alice, bob] = await pair();
  for (const device of [alice, bob]) device.hurries();
  const breaking = setInterval(() => {
    alice.wire.breaks();
    bob.wire.breaks();
  }, 150);
  const sent: Promise<unknown>[] = [];
  for (const text of numbers(40)) {
    sent.push(alice.sends(bob, text));
    await sleep(20);
  }
  await sleep(500);
  clearInterval(breaking);
  await Promise.all(sent);
  await alice.seesAll(numbers(40), bob);
  await bob.seesAll(numbers(40), alice);
});

test("a device that starts again goes on where it was, its outbox too", async () => {
  const [alice] = (await people(server, "alice")) as [Awaited<ReturnType<typeof people>>[number]];
  const [bob] = (await online(server, "bob")) as [Device];
  const storage = new MemoryStorage();
  const device = await alice.on("phone", storage);
  await device.sends(bob, "one");
  await device.sees("one", bob);
  device.goesAway();
  void device.sends(bob, "two").catch(() => {});
  await sleep(50);
  const again = await device.starts();
  await again.isUpToDate();
  await again.seesAll(["one", "two"], bob);
  await bob.seesAll(["one", "two"], alice.user);
});

test("a new device loads the list and pages the history", async () => {
  const [alice, bob] = await pair();
  for (const text of numbers(120)) await alice.sends(bob, text);
  await bob.seesAll(numbers(120), alice);
  bob.reads(alice);
  await bob.hasUnread(alice, 0);
  await alice.seesTick("m120", bob, "read");
  const second = await bob.person.on("second");
  await second.seesConversation(alice, (view) => view.last?.text === "m120", "the last message");
  second.parley.open(alice.user);
  await second.seesAll(numbers(120).slice(70), alice);
  await second.parley.loadOlder(alice.user);
  await second.parley.loadOlder(alice.user);
  await second.seesAll(numbers(120), alice);
  assert.equal(await second.parley.loadOlder(alice.user), false);
});

test("one who lacks more than 1,000 events pages instead", { timeout: 120_000 }, async () => {
  const [alice, bob] = await pair();
  await alice.sends(bob, "m0");
  await bob.sees("m0", alice);
  const raw = await alice.person.raw();
  bob.goesAway();
  await Promise.all(numbers(1001).map((text) => raw.ok("message.send", { to: bob.user, text })));
  raw.close();
  await bob.comesBack();
  await bob.seesConversation(alice, (view) => view.unread === 1002 && view.head === 1004, "the head");
  bob.parley.open(alice.user);
  await bob.sees("m1001", alice);
  assert.equal(bob.parley.timeline(alice.user).getSnapshot().items.length, 50);
});

test("the server restarts, and dies, under people who write", async () => {
  const own = await Server.start({ heartbeat_ms: 2000 });
  try {
    const [alice, bob] = (await friends(own, "alice", "bob")) as [Device, Device];
    const sent: Promise<unknown>[] = [];
    for (const how of ["stop", "kill"] as const) {
      for (let i = 0; i < 10; i++) sent.push(alice.sends(bob, `${how} ${i}`));
      await sleep(5);
      await own.restart(how);
      for (let i = 10; i < 15; i++) sent.push(alice.sends(bob, `${how} ${i}`));
    }
    await Promise.all(sent);
    const all = ["stop", "kill"].flatMap((how) => Array.from({ length: 15 }, (_, i) => `${how} ${i}`));
    await alice.seesAll(all, bob);
    await bob.seesAll(all, alice);
  } finally {
    everybodyLeaves();
    await own.end();
  }
});
