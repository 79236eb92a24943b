/** Groups: who may do what, who sees what, and how many there may be. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Id, Role } from "../../client/src/index.ts";
import type { Device, Person } from "./harness/people.ts";
import { everybodyLeaves, online, people } from "./harness/people.ts";
import type { Raw } from "./harness/raw.ts";
import { Server, everywhere } from "./harness/server.ts";
import { until } from "./harness/wait.ts";

let server: Server;
before(async () => (server = await Server.start()));
afterEach(everybodyLeaves);
after(() => server.end());

test("a group is made, and everybody in it talks", async () => {
  const [alice, bob, carol] = (await online(server, "alice", "bob", "carol")) as [Device, Device, Device];
  const { conversation } = await alice.parley.createGroup("friends", [bob.user, carol.user]);
  await bob.seesConversation(conversation, (view) => view.title === "friends", "the group");
  await bob.sends(conversation, "hi all");
  await Promise.all([alice.sees("hi all", conversation), carol.sees("hi all", conversation)]);
  carol.parley.open(conversation);
  const members = await until(carol.parley.members(conversation), (all) => all?.length === 3, "members");
  assert.deepEqual(new Map(members?.map((one) => [one.user, one.role])), new Map<Id, Role>([
    [alice.user, "owner"], [bob.user, "member"], [carol.user, "member"],
  ]));
});

test("ticks in a group wait for everybody, and members() tells who got how far", async () => {
  const [alice, bob, carol] = (await online(server, "alice", "bob", "carol")) as [Device, Device, Device];
  const { conversation } = await alice.parley.createGroup("g", [bob.user, carol.user]);
  alice.parley.open(conversation);
  await carol.seesConversation(conversation, () => true, "the group");
  carol.goesAway();
  const { seq } = await alice.sends(conversation, "hello");
  await bob.sees("hello", conversation);
  bob.reads(conversation);
  const members = alice.parley.members(conversation);
  await until(members, (all) => all?.find((one) => one.user === bob.user)?.read === seq, "bob read it");
  await alice.seesTick("hello", conversation, "sent");
  await carol.comesBack();
  await alice.seesTick("hello", conversation, "delivered");
  carol.reads(conversation);
  await alice.seesTick("hello", conversation, "read");
});

test("one table says which role may do what", async () => {
  const [owner, admin, member, other, outsider] =
    (await people(server, "owner", "admin", "member", "other", "outsider")) as Person[] as
      [Person, Person, Person, Person, Person];
  const raws = { owner: await owner.raw(), admin: await admin.raw(), member: await member.raw(),
    outsider: await outsider.raw() };
  const { conversation } = await raws.owner.ok("group.create",
    { title: "g", members: [admin.user, member.user, other.user] });
  await raws.owner.ok("group.set_role", { conversation, user: admin.user, role: "admin" });
  const fresh = async (): Promise<Id> => ((await people(server, "fresh")) as [Person])[0].user;
  const said = async (): Promise<number> =>
    (await raws.owner.ok("message.send", { to: conversation, text: "x" })).seq;

  const table: [string, (raw: Raw) => Promise<{ ok?: unknown; error?: { code: string } }>, string, string, string][] = [
    // What, how, and what comes of it for owner, admin, member.
    ["write", (raw) => raw.ask("message.send", { to: conversation, text: "x" }), "ok", "ok", "ok"],
    ["react", async (raw) => raw.ask("message.react", { conversation, seq: await said(), emoji: "x" }), "ok", "ok", "ok"],
    ["title", (raw) => raw.ask("group.set_title", { conversation, title: "t" }), "ok", "ok", "forbidden"],
    ["description", (raw) => raw.ask("group.set_description", { conversation, description: "d" }), "ok", "ok", "forbidden"],
    ["picture", (raw) => raw.ask("group.set_picture", { conversation, picture: "7" }), "ok", "ok", "forbidden"],
    ["invite", (raw) => raw.ask("group.invite", { conversation, uses_max: 1 }), "ok", "ok", "forbidden"],
    ["see invites", (raw) => raw.ask("group.invites", { conversation }), "ok", "ok", "forbidden"],
    ["take an invite back", async (raw) => {
      const { seq } = await raws.owner.ok("group.invite", { conversation });
      return raw.ask("group.uninvite", { conversation, invite: seq });
    }, "ok", "ok", "forbidden"],
    ["announce", (raw) => raw.ask("group.set_announce", { conversation, on: false }), "ok", "ok", "forbidden"],
    ["make an owner", (raw) => raw.ask("group.set_role", { conversation, user: raw === raws.owner ? other.user : owner.user, role: "owner" })
      .then(async (answer) => {
        if (answer.ok) await (await other.raw()).ok("group.set_role", { conversation, user: owner.user, role: "owner" });
        return answer;
      }), "ok", "forbidden", "forbidden"],
    ["add", async (raw) => raw.ask("group.add", { conversation, user: await fresh() }), "ok", "ok", "forbidden"],
    ["delete another's", async (raw) => raw.ask("message.delete", { conversation, seq: await said() }),
      "ok", "ok", "forbidden"],
    ["edit another's", async (raw) => {
      const { seq } = await (raw === raws.owner ? raws.member : raws.owner).ok("message.send",
        { to: conversation, text: "x" });
      return raw.ask("message.edit", { conversation, seq, text: "y" });
    }, "forbidden", "forbidden", "forbidden"],
    ["remove a member", async (raw) => {
      const user = await fresh();
      await raws.owner.ok("group.add", { conversation, user });
      return raw.ask("group.remove", { conversation, user });
    }, "ok", "ok", "forbidden"],
    ["remove the owner", (raw) => raw.ask("group.remove", { conversation, user: owner.user }),
      "forbidden", "forbidden", "forbidden"],
    ["remove an admin", async (raw) => {
      const user = await fresh();
      await raws.owner.ok("group.add", { conversation, user });
      await raws.owner.ok("group.set_role", { conversation, user, role: "admin" });
      return raw.ask("group.remove", { conversation, user });
    }, "ok", "forbidden", "forbidden"],
    ["give a role", (raw) => raw.ask("group.set_role", { conversation, user: other.user, role: "member" }),
      "ok", "forbidden", "forbidden"],
  ];
  for (const [what, how, ...expected] of table) {
    for (const [i, role] of (["owner", "admin", "member"] as const).entries()) {
      const answer = await how(raws[role]);
      assert.equal(answer.error?.code ?? "ok", expected[i], `${role}: ${what}`);
    }
    if (["write", "react", "title", "description", "picture", "invite", "see invites",
      "take an invite back", "announce", "add", "give a role"].includes(what)) {
      assert.equal((await how(raws.outsider)).error?.code, "not_found", `outsider: ${what}`);
    }
  }
});

test("the 101st member is refused, in one command and one by one", { timeout: 120_000 }, async () => {
  const [owner] = (await people(server, "owner")) as [Person];
  const others: Person[] = [];
  for (let i = 0; i < 10; i++) {
    others.push(...await people(server, ...Array.from({ length: 10 }, () => "many")));
  }
  const raw = await owner.raw();
  const ids = others.map((one) => one.user);
  const tooMany = await raw.refused("group.create", { title: "g", members: ids });
  assert.ok(["full", "bad_request"].includes(tooMany.code), tooMany.code);
  const { conversation } = await raw.ok("group.create", { title: "g", members: ids.slice(0, 98) });
  // 99 are in. Two more at the same moment: one of them is the 101st.
  const last = await Promise.all([
    raw.ask("group.add", { conversation, user: ids[98] }), raw.ask("group.add", { conversation, user: ids[99] }),
  ]);
  const codes = last.map((answer) => answer.error?.code ?? "ok").sort();
  assert.deepEqual(codes, ["full", "ok"]);
  assert.equal((await raw.ok("conversation.get", { conversation })).members.length, 100);
  await raw.ok("message.send", { to: conversation, text: "crowded" });
  const hundredth = last[0]?.ok ? others[98] : others[99];
  const list = await hundredth!.rest.call("conversation.list", {}, hundredth!.token);
  assert.equal(list.conversations[0]?.unread, 1);
  // One goes, one may come.
  await raw.ok("group.remove", { conversation, user: ids[0] as Id });
  await raw.ok("group.add", { conversation, user: ids[0] as Id });
});

test("a new member sees from joining on, or all, as the group is set", async () => {
  for (const history of ["joined", "all"] as const) {
    const [alice, bob, carol] = (await online(server, "alice", "bob", "carol")) as [Device, Device, Device];
    const { conversation } = await alice.parley.createGroup("g", [bob.user], history);
    await alice.sends(conversation, "early");
    const { seq } = await alice.parley.addMember(conversation, carol.user);
    await alice.sends(conversation, "late");
    await carol.sees("late", conversation);
    const view = await carol.seesConversation(conversation, (one) => one.unread === 1, "read up to the joining");
    assert.equal(view.first, history === "all" ? 1 : seq);
    carol.parley.open(conversation);
    await carol.seesAll(history === "all" ? ["early", "late"] : ["late"], conversation);
    if (history === "all") continue;
    const { events } = await carol.parley.request("message.history", { conversation, before: seq });
    assert.deepEqual(events, []);
    await assert.rejects(carol.sends(conversation, "re", { reply_to: seq - 1 }), { code: "not_found" });
  }
});

test("who was removed reads up to the removal and no further", async () => {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const { conversation } = await alice.parley.createGroup("g", [bob.user]);
  await alice.sends(conversation, "before");
  await bob.sees("before", conversation);
  const { seq } = await alice.parley.removeMember(conversation, bob.user);
  await bob.seesConversation(conversation, (view) => view.left, "removed");
  await alice.sends(conversation, "after");
  const { events, head } = await bob.parley.request("conversation.events", { conversation, after: 0 });
  assert.equal(head, seq);
  assert.ok(!JSON.stringify(events).includes("\"after\""));
  const page = await bob.parley.request("message.history", { conversation });
  assert.equal(page.head, seq);
  await assert.rejects(bob.sends(conversation, "let me in"), { code: "forbidden" });
  const second = await bob.person.on("second");
  await second.seesConversation(conversation, (view) => view.left && view.head === seq, "a former member");
  // Back again: what lay between stays unseen.
  await alice.parley.addMember(conversation, bob.user);
  await alice.sends(conversation, "welcome back");
  await bob.sees("welcome back", conversation);
  await second.sees("welcome back", conversation);
  assert.ok(!JSON.stringify(bob.parley.timeline(conversation).getSnapshot()).includes("\"after\""));
});

test("an owner who leaves hands the group to the longest-standing admin, else member", async () => {
  const [alice, bob, carol] = (await online(server, "alice", "bob", "carol")) as [Device, Device, Device];
  const { conversation } = await alice.parley.createGroup("g", [bob.user, carol.user]);
  await alice.parley.setRole(conversation, carol.user, "admin");
  await alice.parley.leave(conversation);
  await carol.seesConversation(conversation, (view) => view.role === "owner", "carol owns it");
  await alice.seesConversation(conversation, (view) => view.left, "left");
  await carol.parley.leave(conversation);
  await bob.seesConversation(conversation, (view) => view.role === "owner", "bob owns it");
  await bob.parley.leave(conversation);
  await bob.seesConversation(conversation, (view) => view.left, "left");
});

test("an owner hands over, and is an admin on every device", async () => {
  const [alice, bob, carol] = (await online(server, "alice", "bob", "carol")) as [Device, Device, Device];
  const { conversation } = await alice.parley.createGroup("g", [bob.user, carol.user]);
  const second = await alice.person.on("second");
  await alice.parley.groups.handOver(conversation, bob.user);
  await bob.seesConversation(conversation, (view) => view.role === "owner", "bob owns it");
  for (const device of [alice, second, await alice.person.on("third")]) {
    await device.seesConversation(conversation, (view) => view.role === "admin", "alice is an admin");
  }
  await assert.rejects(alice.parley.groups.handOver(conversation, carol.user), { code: "forbidden" });
  await assert.rejects(bob.parley.groups.handOver(conversation, bob.user), { code: "forbidden" });
  await alice.parley.setTitle(conversation, "still an admin");
  const { members } = await bob.parley.request("conversation.get", { conversation });
  assert.deepEqual(members.filter((one) => one.role === "owner").map((one) => one.user), [bob.user]);
});

test("two hand-overs at the same moment leave one owner", async () => {
  const [alice, bob, carol] = (await people(server, "alice", "bob", "carol")) as [Person, Person, Person];
  const raw = await alice.raw();
  const { conversation } = await raw.ok("group.create", { title: "g", members: [bob.user, carol.user] });
  const answers = await Promise.all([bob, carol].map((one) =>
    raw.ask("group.set_role", { conversation, user: one.user, role: "owner" })));
  assert.deepEqual(answers.map((answer) => answer.error?.code ?? "ok"), ["ok", "forbidden"]);
  const { members } = await raw.ok("conversation.get", { conversation });
  const roles = new Map(members.map((one: { user: Id; role: Role }) => [one.user, one.role]));
  assert.deepEqual([alice, bob, carol].map((one) => roles.get(one.user)), ["admin", "owner", "member"]);
});

test("what a group says of itself shows everywhere, and not to a former member", async () => {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const { conversation } = await alice.parley.createGroup("g", [bob.user]);
  await alice.parley.groups.setDescription(conversation, "what we do");
  await alice.parley.groups.setPicture(conversation, "9223372036854775807");
  const said = (view: { description?: string; picture?: Id }): boolean =>
    view.description === "what we do" && view.picture === "9223372036854775807";
  await bob.seesConversation(conversation, said, "description and picture");
  await (await bob.person.on("second")).seesConversation(conversation, said, "description and picture");
  await alice.parley.removeMember(conversation, bob.user);
  const silent = (view: object): boolean => !("description" in view) && !("picture" in view);
  for (const device of [bob, await bob.person.on("third")]) {
    await device.seesConversation(conversation, (view) => view.left && silent(view), "nothing of it");
    assert.ok(silent(await device.parley.request("conversation.get", { conversation })));
  }
  await alice.parley.groups.setDescription(conversation, "");
  await alice.parley.groups.setPicture(conversation);
  await (await alice.person.on("second")).seesConversation(conversation, silent, "both taken away");
});

test("where only admins write, members read, react and delete what they wrote", async () => {
  const [alice, bob, carol] = (await online(server, "alice", "bob", "carol")) as [Device, Device, Device];
  const { conversation } = await alice.parley.createGroup("news", [bob.user, carol.user]);
  const { seq } = await bob.sends(conversation, "before");
  await alice.parley.groups.setAnnounce(conversation, true);
  await bob.seesConversation(conversation, (view) => view.announce, "announcements");
  await assert.rejects(bob.sends(conversation, "me too"), { code: "forbidden" });
  await assert.rejects(bob.parley.edit(conversation, seq, "changed"), { code: "forbidden" });
  await assert.rejects(bob.parley.request("typing", { conversation }), { code: "forbidden" });
  const news = await alice.sends(conversation, "news");
  await bob.parley.react(conversation, news.seq, "+");
  await bob.parley.delete(conversation, seq);
  await alice.parley.setRole(conversation, carol.user, "admin");
  await carol.sends(conversation, "more news");
  await bob.sees("more news", conversation);
  await carol.parley.groups.setAnnounce(conversation, false);
  await bob.seesConversation(conversation, (view) => !view.announce, "a group again");
  await bob.sends(conversation, "at last");
  await alice.sees("at last", conversation);
});

test("who blocks somebody is not put into groups by them", async () => {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  await bob.parley.block(alice.user);
  await everywhere();
  await assert.rejects(alice.parley.createGroup("g", [bob.user]), { code: "cannot_write" });
  const { conversation } = await alice.parley.createGroup("g", []);
  await assert.rejects(alice.parley.addMember(conversation, bob.user), { code: "cannot_write" });
});

test("a title that changes shows everywhere", async () => {
  const [alice, bob] = (await online(server, "alice", "bob")) as [Device, Device];
  const { conversation } = await alice.parley.createGroup("old", [bob.user]);
  await alice.parley.setTitle(conversation, "new");
  await bob.seesConversation(conversation, (view) => view.title === "new", "the title");
  const second = await alice.person.on("second");
  await second.seesConversation(conversation, (view) => view.title === "new", "the title");
});
