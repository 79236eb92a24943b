/** Who goes and comes back: what they see of before, of between and of now, on every device. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { ChatEvent, ConversationView, History, Id } from "../../client/src/index.ts";
import type { Device } from "./harness/people.ts";
import { everybodyLeaves, online } from "./harness/people.ts";
import { ofOthers } from "./harness/raw.ts";
import { Server } from "./harness/server.ts";
import { until } from "./harness/wait.ts";

let server: Server;
before(async () => (server = await Server.start()));
afterEach(everybodyLeaves);
after(() => server.end());

type Way = "removed, then added" | "left, then joined by a link";

interface Story {
  alice: Device;
  bob: Device;
  /** Bob's other device, which sleeps from before he goes until after he is back. */
  asleep: Device;
  conversation: Id;
  /** Seqs: what Bob read before he went, what was said while he was away, his return. */
  early: number;
  between: number;
  back: number;
}

/** Bob reads "early", goes, misses "between", and comes back. */
async function story(history: History, way: Way, pause = true): Promise<Story> {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const asleep = await bob.person.on("asleep");
  const { conversation } = await alice.parley.createGroup("g", [bob.user], history);
  const { token } = await alice.parley.groups.invite(conversation);
  const early = (await alice.sends(conversation, "early")).seq;
  await asleep.sees("early", conversation);
  await bob.sees("early", conversation);
  bob.reads(conversation);
  await alice.seesConversation(conversation, () => true, "the group");
  asleep.goesAway();
  if (way === "removed, then added") await alice.parley.removeMember(conversation, bob.user);
  else await bob.parley.leave(conversation);
  await bob.seesConversation(conversation, (view) => view.left, "gone");
  const between = pause ? (await alice.sends(conversation, "between")).seq : 0;
  const back = way === "removed, then added"
    ? (await alice.parley.addMember(conversation, bob.user)).seq
    : (await bob.parley.groups.join(token)).seq;
  for (const device of [bob, asleep]) {
    if (device === asleep) await asleep.comesBack();
    await device.seesConversation(conversation,
      (view) => !view.left && view.role === "member" && view.head >= back && view.unread === 0, "back, nothing unread");
  }
  return { alice, bob, asleep, conversation, early, between, back };
}

const texts = (events: readonly ChatEvent[]): (string | undefined)[] =>
  events.flatMap((event) => (event.type === "message" ? [event.text] : []));

for (const history of ["joined", "all"] as const) {
  for (const way of ["removed, then added", "left, then joined by a link"] as const) {
    const all = history === "all";

    test(`${way}, history ${history}: what one sees and what is unread`, async () => {
      const { alice, bob, asleep, conversation, between, back } = await story(history, way);
      await alice.sends(conversation, "welcome");
      const fresh = await bob.person.on("fresh");
      for (const device of [bob, asleep, fresh]) {
        const view = await device.seesConversation(conversation, (one) => one.unread === 1, "one unread");
        assert.equal(view.first, all ? 1 : back);
        assert.equal(view.read, back);
        device.parley.open(conversation);
        await device.seesAll(all ? ["early", "between", "welcome"] : ["welcome"], conversation);
        assert.equal(await device.parley.loadOlder(conversation), false);
      }
      // However one asks, the server gives the stretch that is the member's and no more.
      const raw = await bob.person.raw();
      const seen = all ? ["early", "between", "welcome"] : ["welcome"];
      assert.deepEqual(texts((await raw.ok("conversation.events", { conversation, after: 0 })).events), seen);
      assert.deepEqual(texts((await raw.ok("message.history", { conversation })).events), seen);
      const { events, first } = await raw.ok("message.history", { conversation, around: between });
      assert.equal(first, all ? 1 : back);
      assert.deepEqual(texts(events), seen);
      const unread = await raw.ok("messages.unread", {});
      assert.equal(unread.total, 1);
      const reply = await raw.ask("message.send", { to: conversation, text: "re", reply_to: between });
      assert.equal(reply.error?.code, all ? undefined : "not_found");
      const react = await raw.ask("message.react", { conversation, seq: between, emoji: "+" });
      assert.equal(react.error?.code, all ? undefined : "not_found");
      const mark = await raw.ok("receipt.read", { conversation, seq: between });
      assert.ok(mark.read >= back, "a mark of before moves nothing");
      // It is read on one device, and so on all.
      bob.reads(conversation);
      for (const device of [asleep, fresh]) await device.hasUnread(conversation, 0);
      raw.close();
    });

    test(`${way}, history ${history}: what is changed of before`, async () => {
      const { alice, bob, asleep, conversation, early, between } = await story(history, way);
      await alice.parley.edit(conversation, early, "early, edited");
      await alice.parley.edit(conversation, between, "between, edited");
      await alice.parley.react(conversation, between, "+");
      await alice.parley.edit(conversation, between, "between, again");
      await alice.parley.delete(conversation, early);
      const { seq } = await alice.sends(conversation, "after all that");
      const fresh = await bob.person.on("fresh");
      for (const device of [bob, asleep, fresh]) {
        await device.seesConversation(conversation, (view) => view.head >= seq, "the newest");
        device.parley.open(conversation);
        await device.seesAll(all ? [undefined, "between, again", "after all that"] : ["after all that"], conversation);
        const shown = JSON.stringify(device.parley.timeline(conversation).getSnapshot());
        assert.equal(shown.includes("edited"), shown.includes("\"edited\":"), "no words that were replaced");
      }
      const raw = await bob.person.raw();
      const { events } = await raw.ok("conversation.events", { conversation, after: 0 });
      assert.equal(events.at(-1)?.seq, seq);
      assert.equal(events.length, seq - (events[0]?.seq ?? 0) + 1, "without a gap");
      assert.equal(events.filter((event) => event.type === "edit").length, 3);
      // Who may not read a message is not told what it says now, neither in a page nor by a push.
      const said = JSON.stringify([events, bob.heard]);
      assert.equal(said.includes("between, again"), all);
      if (!all) assert.ok(!/early, edited|between, edited/.test(said));
      raw.close();
    });
  }

  test(`back at once, history ${history}: nothing lies between`, async () => {
    const { alice, bob, asleep, conversation, back } = await story(history, "left, then joined by a link", false);
    const { seq } = await alice.sends(conversation, "welcome");
    for (const device of [bob, asleep]) {
      await device.sees("welcome", conversation);
      device.parley.open(conversation);
      await device.seesAll(history === "all" ? ["early", "welcome"] : ["welcome"], conversation);
      const view = await device.seesConversation(conversation, (one) => one.unread === 1, "one unread");
      assert.equal(view.last?.text, "welcome");
      assert.equal(view.first, history === "all" ? 1 : back);
    }
    bob.reads(conversation);
    alice.parley.open(conversation);
    await until(alice.parley.members(conversation),
      (members) => members?.find((one) => one.user === bob.user)?.read === seq, "bob read it");
  });
}

test("while one is away the list says so, and nothing of it changes", async () => {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const { conversation } = await alice.parley.createGroup("g", [bob.user]);
  await bob.seesConversation(conversation, () => true, "the group");
  const raw = await bob.person.raw();
  const { token } = await raw.ok("sync", {});
  const { seq } = await alice.parley.removeMember(conversation, bob.user);
  const gone = await raw.ok("sync", { token });
  assert.deepEqual(ofOthers(gone.entries).map((entry) => [entry.conversation, entry.left, entry.head]), [[conversation, true, seq]]);
  await alice.sends(conversation, "unheard");
  await alice.parley.setTitle(conversation, "another");
  assert.deepEqual(ofOthers((await raw.ok("sync", { token: gone.token })).entries), []);
  const back = await alice.parley.addMember(conversation, bob.user);
  // By the token of before, of while away: either tells of the return.
  for (const since of [token, gone.token]) {
    const { entries } = await raw.ok("sync", { token: since });
    assert.deepEqual(ofOthers(entries).map((entry) => [entry.left, entry.title, entry.role, entry.first, entry.unread, entry.last]),
      [[undefined, "another", "member", back.seq, 0, undefined]]);
  }
  raw.close();
});

test("who comes back again and again has each time what is theirs", async () => {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const asleep = await bob.person.on("asleep");
  const { conversation } = await alice.parley.createGroup("g", [bob.user]);
  const { token } = await alice.parley.groups.invite(conversation);
  await asleep.seesConversation(conversation, () => true, "the group");
  asleep.goesAway();
  let first = 1;
  for (let round = 1; round <= 5; round++) {
    await alice.sends(conversation, `in ${round}`);
    await bob.sees(`in ${round}`, conversation);
    await bob.parley.leave(conversation);
    await bob.seesConversation(conversation, (view: ConversationView) => view.left, "gone");
    if (round % 2) await alice.sends(conversation, `out ${round}`);
    first = (await bob.parley.groups.join(token)).seq;
    await bob.seesConversation(conversation, (view) => !view.left && view.first === first && view.unread === 0, "back");
  }
  await asleep.comesBack();
  await alice.sends(conversation, "last");
  for (const device of [bob, asleep]) {
    device.parley.open(conversation);
    await device.seesAll(["last"], conversation);
    await device.seesConversation(conversation, (view) => view.unread === 1 && view.first === first, "one unread");
  }
  assert.equal((await alice.parley.groups.invites(conversation))[0]?.uses, 5);
});
