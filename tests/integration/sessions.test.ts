/** Accounts, devices and the server's own coming and going. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Device, Person } from "./harness/people.ts";
import { PASSWORD, everybodyLeaves, friends, online, people } from "./harness/people.ts";
import { Raw } from "./harness/raw.ts";
import { Server, command, ofOneNode } from "./harness/server.ts";
import { PATIENCE, eventually, sleep, until, within } from "./harness/wait.ts";
import { restAt, web } from "./harness/web.ts";

let server: Server;
before(async () => (server = await Server.start()));
afterEach(everybodyLeaves);
after(() => server.end());

async function one(name: string): Promise<Person> {
  return ((await people(server, name)) as [Person])[0];
}

test("signing out closes the device's sockets at once and ends its token", async () => {
  const alice = await one("alice");
  const other = await alice.rest.call("signin", { username: alice.name, password: PASSWORD });
  const [a, b, stays] = await Promise.all([
    alice.raw(), alice.raw(), Raw.signedIn(server, other.token),
  ]);
  await alice.rest.call("signout", {}, alice.token);
  assert.equal(await within(a.closed, "a closed socket"), 4500);
  assert.equal(await within(b.closed, "a closed socket"), 4500);
  await stays.ok("account.get", {});
  await assert.rejects(alice.rest.call("account.get", {}, alice.token), { code: "unauthenticated" });
  const refused = await Raw.open(server);
  assert.equal((await refused.refused("auth", { token: alice.token })).code, "unauthenticated");
  assert.equal(await within(refused.closed, "a closed socket"), 4501);
  stays.close();
});

test("a device that signs out forgets everything, and its library stops", async () => {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  await alice.sends(bob, "hello");
  await alice.parley.signOut();
  assert.equal(alice.parley.session.getSnapshot(), undefined);
  assert.deepEqual(alice.parley.conversations.getSnapshot(), []);
  // But for what shows that it was here, which says nothing of anybody.
  assert.deepEqual((await alice.storage.scan("")).map(([key]) => key), ["known"]);
});

test("devices are listed, and one that is ended stops at once", async () => {
  const alice = await one("alice");
  const phone = await alice.on("phone");
  const laptop = await alice.on("laptop");
  const { devices } = await phone.parley.request("device.list", {});
  assert.deepEqual(devices.map((device) => [device.name, device.current]).slice(1),
    [["phone", true], ["laptop", false]]);
  const ended = devices[2]!.device;
  await phone.parley.request("device.end", { device: ended });
  await until(laptop.parley.status, (status) => status.state === "stopped", "the laptop stopped");
  assert.equal(laptop.parley.status.getSnapshot().reason, "signed_out");
  await until(laptop.parley.session, (session) => session === undefined, "the session forgotten");
  const left = await phone.parley.request("device.list", {});
  assert.equal(left.devices.length, 2);
  await assert.rejects(phone.parley.request("device.end", { device: ended }), { code: "not_found" });
});

test("nobody ends another's device", async () => {
  const [alice, bob] = (await people(server, "alice", "bob")) as [Person, Person];
  await assert.rejects(bob.rest.call("device.end", { device: alice.device }, bob.token), { code: "not_found" });
  await alice.rest.call("account.get", {}, alice.token);
});

test("a changed password holds, and ends the other devices unless told not to", async () => {
  const alice = await one("alice");
  const raw = await alice.raw();
  const other = await alice.rest.call("signin", { username: alice.name, password: PASSWORD });
  const elsewhere = await Raw.signedIn(server, other.token);
  assert.equal((await raw.refused("account.set_password",
    { old_password: "not this one", new_password: "12345678" })).code, "wrong_credentials");
  await raw.ok("account.set_password",
    { old_password: PASSWORD, new_password: "second pass", end_others: false });
  await elsewhere.ok("account.get", {});
  await assert.rejects(alice.rest.call("signin", { username: alice.name, password: PASSWORD }),
    { code: "wrong_credentials" });
  await raw.ok("account.set_password", { old_password: "second pass", new_password: "third pass" });
  assert.equal(await within(elsewhere.closed, "the other device's end"), 4500);
  await assert.rejects(alice.rest.call("account.get", {}, other.token), { code: "unauthenticated" });
  await raw.ok("account.get", {});
  await alice.rest.call("signin", { username: alice.name, password: "third pass" });
  raw.close();
});

test("a wrong name and a wrong password get the same answer", async () => {
  const alice = await one("alice");
  const refuse = async (username: string): Promise<unknown> => {
    const reply = await web(`${server.base}/v1/signin`, {
      method: "POST", body: JSON.stringify({ username, password: "wrong password" }),
    });
    return [reply.status, reply.body];
  };
  assert.deepEqual(await refuse(alice.name), await refuse("nobody-has-this-name"));
});

test("tries are counted by account and by address", ofOneNode("each counts its own"), async () => {
  const strict = await Server.start({ tries_per_account: 3, tries_per_address: 6 });
  try {
    const [alice] = (await people(strict, "alice")) as [Person];
    const wrong = (rest = restAt(strict.base), username = alice.name): Promise<unknown> =>
      rest.call("signin", { username, password: "wrong password" });
    for (let i = 0; i < 3; i++) await assert.rejects(wrong(), { code: "wrong_credentials" });
    await assert.rejects(wrong(), (error: { code: string; retry_after_ms?: number }) =>
      error.code === "too_many_tries" && (error.retry_after_ms ?? 0) > 0);
    // The right password does not help: else one could go on guessing.
    await assert.rejects(alice.rest.call("signin", { username: alice.name, password: PASSWORD }),
      { code: "too_many_tries" });
    // A device that is signed in has tries of its own, and no more of them.
    const changes = (): Promise<unknown> => alice.rest.call("account.set_password",
      { old_password: "wrong one", new_password: "12345678" }, alice.token);
    for (let i = 0; i < 3; i++) await assert.rejects(changes(), { code: "wrong_credentials" });
    await assert.rejects(changes(), { code: "too_many_tries" });
    const rest = restAt(strict.base);
    for (let i = 0; i < 6; i++) await assert.rejects(wrong(rest, `nobody${i}`), { code: "wrong_credentials" });
    await assert.rejects(wrong(rest, "nobody9"), { code: "too_many_tries" });
    await assert.rejects(rest.call("signup", { username: "newcomer", password: PASSWORD }),
      { code: "too_many_tries" });
    await assert.rejects(wrong(restAt(strict.base), "nobody9"), { code: "wrong_credentials" });
  } finally {
    await strict.end();
  }
});

test("registration is closed unless it is opened", async () => {
  const closed = await Server.start({ registration: "closed" });
  try {
    await assert.rejects(people(closed, "alice"), { code: "registration_closed" });
  } finally {
    await closed.end();
  }
});

test("connect names the node one has asked", ofOneNode("it names all: nodes.test.ts"), async () => {
  const alice = await one("alice");
  const { nodes } = await alice.rest.call("connect", {}, alice.token);
  assert.equal(nodes.length, 1);
  assert.equal(new URL(nodes[0]!.url, server.base).pathname, "/v1/socket");
});

test("SIGTERM: clients are told to go, what is under way is finished, and it ends well", async () => {
  const own = await Server.start({ heartbeat_ms: 2000 });
  const [alice, bob] = (await online(own, "alice", "bob")) as [Device, Device];
  const raw = await alice.person.raw();
  const idle = await bob.person.raw();
  const { token } = await raw.ok("sync", {});
  const polled = raw.ask("sync", { token, wait: 25 });
  const restPoll = bob.person.rest.call("sync", { token: (await idle.ok("sync", {})).token, wait: 25 }, bob.person.token);
  // Under way means: the server has it, as it has what came behind it.
  await raw.ok("beat", {});
  await bob.person.rest.call("account.get", {}, bob.person.token);
  await sleep(300);
  const sent = Promise.all(Array.from({ length: 15 }, (_, i) =>
    raw.ask("message.send", { to: bob.user, text: `${i}` })));
  const since = Date.now();
  const stopped = own.stop();
  assert.ok((await raw.push((push) => push.push === "goaway", "goaway")).reconnect_ms > 0);
  await idle.push((push) => push.push === "goaway", "goaway");
  assert.ok((await polled).ok);
  assert.ok((await restPoll).token);
  const answers = await sent;
  assert.equal(await within(raw.closed, "a closed socket"), 4000);
  assert.equal(await within(idle.closed, "a closed socket"), 4000);
  await stopped;
  assert.ok(Date.now() - since < 10_000 * PATIENCE, `it took ${Date.now() - since} ms`);
  // Whatever was answered with ok stands; people come back by themselves.
  await own.start();
  await alice.parley.retryNow();
  const texts = answers.flatMap((answer, i) => (answer.ok ? [`${i}`] : []));
  await alice.sends(bob, "after");
  await bob.seesAll([...texts, "after"], alice);
  everybodyLeaves();
  await own.end();
});

test("SIGTERM right after receipts ends well", async () => {
  const own = await Server.start();
  const [alice, bob] = (await people(own, "alice", "bob")) as [Person, Person];
  const [a, b] = await Promise.all([alice.raw(), bob.raw()]);
  const { conversation } = await a.ok("message.send", { to: bob.user, text: "1" });
  for (let seq = 2; seq <= 5; seq++) await a.ok("message.send", { to: bob.user, text: `${seq}` });
  for (let seq = 1; seq <= 5; seq++) await b.ok("receipt.read", { conversation, seq });
  await own.end();
});

test("a second server on the same directory is refused, with a clear message", ofOneNode("the embedded store's"), () => {
  const second = command(["serve", `--data_dir=${server.dir}/data`, "--listen=127.0.0.1:0"]);
  assert.notEqual(second.status, 0);
  assert.match(second.output, /in use|another|locked|holds/i);
});

test("it says that it is healthy and ready", async () => {
  assert.equal((await web(`${server.base}/healthz`)).status, 200);
  assert.equal((await web(`${server.base}/readyz`)).status, 200);
});

test("a disabled account is shut out, with the tokens it has", async () => {
  const own = await Server.start();
  try {
    const [alice] = (await people(own, "alice")) as [Person];
    await own.stop();
    const done = own.command(["user", "disable", alice.name]);
    assert.equal(done.status, 0, done.output);
    await own.start();
    await assert.rejects(alice.rest.call("signin", { username: alice.name, password: PASSWORD }),
      { code: "account_disabled" });
    const raw = await Raw.open(own);
    const refused = await raw.refused("auth", { token: alice.token });
    assert.ok(["account_disabled", "unauthenticated"].includes(refused.code), refused.code);
    assert.ok([4501, 4502].includes(await within(raw.closed, "a closed socket")));
  } finally {
    await own.end();
  }
});

test("the log names no token, no password and no message", async () => {
  const own = await Server.start({ "log.level": "debug" });
  const [alice, bob] = (await online(own, "alice", "bob")) as [Device, Device];
  await alice.sends(bob, "nobody else reads this");
  await bob.sees("nobody else reads this", alice);
  await alice.person.rest.call("account.get", {}, alice.person.token);
  await alice.parley.signOut();
  everybodyLeaves();
  await sleep(50);
  await own.stop();
  for (const secret of [alice.person.token, bob.person.token, PASSWORD, "nobody else reads this"]) {
    assert.ok(!own.log.includes(secret));
  }
  await own.end();
});

test("a slow reader is told to resync, and has everything in the end", { timeout: 120_000 }, async () => {
  const [alice, bob] = (await friends(server, "alice", "bob")) as [Device, Device];
  await alice.sends(bob, "m0");
  await bob.sees("m0", alice);
  const raw = await alice.person.raw();
  const text = "x".repeat(8000);
  // Bob's process is this one, so what is not read is what the loop leaves no time for.
  const sent: Promise<unknown>[] = [];
  for (let i = 0; i < 400; i++) sent.push(raw.ask("message.send", { to: bob.user, text: `${i} ${text}` }));
  for (const end = Date.now() + 1500; Date.now() < end;);
  await Promise.all(sent);
  await eventually(() => bob.parley.conversation(alice.user).getSnapshot()?.head === 403 || undefined, "the head");
  await bob.sees(`399 ${text}`, alice);
  raw.close();
});
