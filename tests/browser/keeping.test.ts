/** What the browser keeps for the page, for whom, and what the page does in one that keeps nothing. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Person } from "./harness/person.ts";
import { PLAIN_HOST, Stage } from "./harness/stage.ts";
import { whatWaits } from "./harness/waiting.ts";

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

/** Two who have talked, in two conversations. */
async function talking(): Promise<[Person, Person, Person]> {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  for (const other of [carol!, bob!]) {
    await alice!.finds(other);
    await alice!.writes(`for ${other.name}`);
    await alice!.seesTick(`for ${other.name}`, "delivered");
  }
  return [alice!, bob!, carol!];
}

/** The way to a node is gone; the page and its files still come. */
async function cutOff(person: Person): Promise<void> {
  person.expects(/ERR_FAILED/);
  await person.page.route("**/v1/connect", (route) => route.abort());
  await person.page.reload();
  await person.banner.getByText("Offline").waitFor();
}

/** What waits in the browser to be sent is from now on otherwise than it was, and so often more there. */
async function changesWhatWaits({ page }: Person, change: object, more = 0): Promise<void> {
  const [item] = await whatWaits(page);
  assert.ok(item);
  const changed = { ...item, ...change };
  const others = Array.from({ length: more }, (_, i) => ({ ...changed, order: item.order + 1 + i, key: `another-${i}` }));
  await whatWaits(page, [changed, ...others]);
  await page.reload();
}

test("what is said when no more can wait to be sent stays in the box, and that is told", async () => {
  const [alice] = await talking();
  await cutOff(alice);
  await alice.writes("waits");
  await alice.seesTick("waits", "waiting to be sent");
  await changesWhatWaits(alice, {}, 999);
  await alice.banner.getByText("Offline").waitFor();
  await alice.writes("one too many");
  await alice.seesWords("Too much waits here to be sent.");
  await alice.hasInTheBox("one too many");
  await alice.page.reload();
  await alice.hasInTheBox("one too many");
});

test("of a message that was tried too long ago the page says that it may have arrived", async () => {
  const [alice] = await talking();
  await cutOff(alice);
  await alice.writes("long ago");
  await alice.seesTick("long ago", "waiting to be sent");
  const error = { code: "too_old", message: "it may have been sent already" };
  await changesWhatWaits(alice, { state: "failed", error });
  await alice.message("long ago").getByText("This may have arrived already").waitFor();
  assert.equal(await alice.page.getByText("Not sent.").count(), 0);
  await alice.seesTick("long ago", "may have arrived");
  assert.equal(await alice.page.getByRole("img", { name: "not sent" }).count(), 0);
  // What one wants to say twice goes all the same.
  await alice.page.unroute("**/v1/connect");
  await alice.isBack();
  await alice.message("long ago").getByRole("button", { name: "Try again" }).click();
  await alice.seesTick("long ago", "delivered");
});

test("the list, the names and the last messages are there without a connection", async () => {
  const [alice, bob, carol] = await talking();
  await cutOff(alice);
  await alice.banner.getByText(/Next try in \d+ s\./).waitFor();
  await alice.sees(`for ${bob.name}`);
  await alice.opens(carol);
  await alice.sees(`for ${carol.name}`);

  // What was missed comes with the connection.
  await bob.opens(alice);
  await bob.writes("meanwhile");
  await bob.seesTick("meanwhile", "sent");
  await alice.page.unroute("**/v1/connect");
  await alice.isBack();
  await alice.hasUnread(bob, 1);
  await alice.opens(bob);
  await alice.seesExactly([`for ${bob.name}`, "meanwhile"]);
});

test("what was never here is said to be missing without a connection, and comes with it", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await bob!.finds(alice!);
  await bob!.writes("said before");
  await bob!.seesTick("said before", "delivered");
  // A new device has the list, and of what was said what it opened.
  const anew = await stage.again(alice!);
  await cutOff(anew);
  await anew.opens(bob!);
  await anew.seesWords("not on this device yet");
  await anew.page.unroute("**/v1/connect");
  await anew.isBack();
  await anew.seesExactly(["said before"]);
});

test("what was refused stays over a reload, to be tried again or given up", async () => {
  const [alice, bob, carol] = await talking();
  const { token } = await bob.session();
  const { user } = await alice.session();
  const headers = { authorization: `Bearer ${token}` };
  const blocked = `${stage.base}/v1/users/${user}/block`;
  assert.equal((await bob.page.request.put(blocked, { headers })).status(), 200);
  await alice.opens(bob);
  for (const text of ["one", "two"]) {
    await alice.writes(text);
    await alice.seesTick(text, "not sent");
  }
  await alice.reloads();
  const failed = alice.row(bob).getByRole("img", { name: "not sent" });
  await failed.waitFor();
  await alice.row(bob).getByText("two").waitFor();
  await alice.message("two").getByRole("button", { name: "Discard" }).click();
  await alice.isSure("Discard");
  await alice.message("two").waitFor({ state: "detached" });
  assert.equal((await bob.page.request.delete(blocked, { headers })).status(), 200);
  await alice.message("one").getByRole("button", { name: "Try again" }).click();
  await alice.seesTick("one", "delivered");
  await failed.waitFor({ state: "detached" });
  await alice.reloads();
  await alice.seesExactly([`for ${bob.name}`, "one"]);
  await alice.opens(carol);
});

test("a second account in the same browser finds nothing of the first, which finds its own again", async () => {
  const [alice, bob] = await talking();
  await alice.signsOut();
  const next = await stage.person("dora");
  await alice.asksToSignUp(undefined, next.name);
  await alice.seesWords("No conversations yet.");
  const names = await alice.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  assert.equal(names.length, 1);
  await cutOff(alice);
  const html = await alice.page.content();
  for (const trace of [bob.name, alice.name]) assert.ok(!html.includes(trace), trace);
  await alice.page.unroute("**/v1/connect");
  await alice.isBack();
  await alice.signsOut();
  await alice.asksToSignIn();
  await alice.opens(bob);
  await alice.seesExactly([`for ${bob.name}`]);
});

test("in a browser that keeps nothing the page works from memory, and says so", async () => {
  const [bob] = await stage.people("bob");
  const alice = await stage.person("alice");
  await alice.page.addInitScript(() => {
    const refuse = (): never => {
      throw new DOMException("the browser keeps nothing", "SecurityError");
    };
    Storage.prototype.getItem = refuse;
    Storage.prototype.setItem = refuse;
    IDBFactory.prototype.open = refuse;
  });
  await alice.signsUp();
  await alice.banner.getByText("This browser keeps nothing.").waitFor();
  await alice.finds(bob!);
  await alice.writes("hello");
  await alice.seesTick("hello", "sent");
  await bob!.request(alice).waitFor();
  await alice.signsOut();
});

const anyAddress = { skip: Stage.elsewhere !== undefined && "nodes name one address, and a page opens sockets only where it came from" };
test("at an address without TLS the page works, and says what it cannot", anyAddress, async () => {
  const [bob] = await stage.people("bob");
  const alice = await stage.person("alice");
  alice.base = `http://${PLAIN_HOST}:${new URL(stage.base).port}`;
  await alice.signsUp();
  const lacks = await alice.page.evaluate(() => ["locks", "clipboard", "serviceWorker"].filter((one) => !(one in navigator)));
  assert.deepEqual(lacks, ["locks", "clipboard", "serviceWorker"]);
  await alice.finds(bob!);
  await alice.writes("```\nhello\n```");
  await bob!.request(alice).click();
  await bob!.sees("hello");
  await bob!.accepts();
  await bob!.writes("read here, too");
  await bob!.seesTick("read here, too", "read");
  await alice.page.getByRole("button", { name: "Copy the code" }).click();
  await alice.seesWords("That did not work.");
  await alice.page.getByRole("button", { name: "Your account" }).click();
  await alice.page.getByRole("button", { name: "Settings" }).click();
  await alice.page.getByRole("navigation", { name: "Your account" }).getByRole("button", { name: "Notifications" }).click();
  await alice.page.getByRole("switch", { name: "Notifications on this device" }).click();
  await alice.seesWords("This browser has none for this page as it is.");
});

test("when there is no more room what was said is sent all the same, and the page says so", async () => {
  const [alice, bob] = await talking();
  await alice.page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await alice.writes("still said");
  await alice.banner.getByText("This browser keeps nothing.").waitFor();
  await alice.seesTick("still said", "delivered");
  await bob.opens(alice);
  await bob.seesExactly([`for ${bob.name}`, "still said"]);
});

test("what waits to be sent outlives the browser", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-browser-"));
  const [bob] = await stage.people("bob");
  try {
    const alice = await stage.personIn(folder, "alice");
    await alice.signsUp();
    await alice.finds(bob!);
    await cutOff(alice);
    await alice.writes("said before");
    await alice.seesTick("said before", "waiting to be sent");
    // There is no conversation yet, but a row that leads there.
    await alice.page.evaluate(() => (location.hash = ""));
    await alice.row(bob!).getByRole("img", { name: "waiting to be sent" }).waitFor();
    await alice.opens(bob!);
    await alice.sees("said before");
    await alice.leaves();

    const again = await stage.personIn(folder, "alice", alice.name);
    await again.opensThePage();
    await again.opens(bob!);
    await again.seesTick("said before", "sent");
    await again.seesExactly(["said before"]);
    await bob!.request(again).getByText("said before").waitFor();
    await stage.clear();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
