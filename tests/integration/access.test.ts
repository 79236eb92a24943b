/**
 * Who may do what: every command by every role, one answer each. A row is a command with arguments
 * of somebody's conversation or of somebody; a cell is one role's answer. What is refused on a
 * socket is refused by REST too. A command of api/ without a row fails the suite.
 *
 * A new row: `inGroup`, `inPair`, `withPerson` or `alone`, the command, the answers of the roles in
 * the order of ROLES without the last (it is always `unauthenticated`), and the arguments.
 */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import type { CommandName, Id, RestCommand } from "../../client/src/index.ts";
import { ParleyError, ROUTES } from "../../client/src/index.ts";
import type { Person } from "./harness/people.ts";
import { PASSWORD, people, person } from "./harness/people.ts";
import { Raw } from "./harness/raw.ts";
import { Server } from "./harness/server.ts";

/** `blocked` is in the group, and is blocked by its owner and by whoever a row is about;
 * `signed_out` is the owner, by a device that was ended, and somebody who deleted the account. */
const ROLES = ["stranger", "former", "blocked", "member", "admin", "owner", "signed_out"] as const;
type Role = (typeof ROLES)[number];
type Live = Exclude<Role, "signed_out">;
type Args = { [name: string]: unknown };

interface Row {
  cmd: CommandName;
  what: string;
  expected: { [role in Role]: string };
  args: (who: Person) => Promise<Args>;
  /** Instead of asking on the role's socket. */
  by?: (who: Person, args: Args) => Promise<string>;
}

let server: Server;
/** Of the group, with no part in what is asked. */
let other: Person;
const who = {} as { [role in Live]: Person };
const sockets = {} as { [role in Live]: Raw };
let endedToken: string;
let deletedToken: string;

before(async () => {
  server = await Server.start({ tries_per_account: 0, tries_per_address: 0 });
  const names = ROLES.filter((role): role is Live => role !== "signed_out");
  const all = await people(server, ...names, "other");
  other = all.pop() as Person;
  for (const [i, role] of names.entries()) {
    who[role] = all[i] as Person;
    sockets[role] = await who[role].raw();
  }
  // So that what `blocked` writes to the owner is no request, which would take so many and no more.
  await sockets.owner.ok("message.send", { to: who.blocked.user, text: "x" });
  const session = await signIn(who.owner);
  endedToken = session.token;
  await who.owner.rest.call("signout", {}, endedToken);
  const gone = await person(server, "gone");
  deletedToken = gone.token;
  await gone.rest.call("account.delete", { password: PASSWORD }, deletedToken);
});
after(() => server.end());

function signIn(one: Person): Promise<{ token: string; device: Id }> {
  return one.rest.call("signin", { username: one.name, password: PASSWORD });
}

/** A group of its own for each cell: cells change what they are allowed to. */
interface Group {
  conversation: Id;
  /** A message of `other`, and one of `other` after `former` was removed; one that is pinned. */
  said: number;
  later: number;
  pinned: number;
  invite: number;
  token: string;
}

async function aGroup(): Promise<Group> {
  const o = sockets.owner;
  const members = [who.former, who.blocked, who.member, who.admin, other].map((one) => one.user);
  await o.ok("user.unblock", { user: who.blocked.user });
  const { conversation } = await o.ok("group.create", { title: "g", members, history: "all" });
  await o.ok("user.block", { user: who.blocked.user });
  const say = async (): Promise<number> =>
    (await other.rest.call("message.send", { to: conversation, text: "x" }, other.token)).seq;
  const said = await say();
  const [{ seq: pinned }, { seq: invite, token }] = await Promise.all([
    o.ok("message.send", { to: conversation, text: "pinned" }),
    o.ok("group.invite", { conversation }),
    o.ok("group.set_role", { conversation, user: who.admin.user, role: "admin" }),
    o.ok("group.remove", { conversation, user: who.former.user }),
  ]);
  await o.ok("message.pin", { conversation, seq: pinned });
  return { conversation, said, pinned, invite, token, later: await say() };
}

/** The conversation of `blocked` and the owner, who blocks them: nobody else's. */
async function aPair(): Promise<{ conversation: Id; said: number }> {
  const { owner, blocked } = sockets;
  await owner.ok("user.unblock", { user: who.blocked.user });
  const { conversation, seq } = await blocked.ok("message.send", { to: who.owner.user, text: "x" });
  await owner.ok("user.block", { user: who.blocked.user });
  return { conversation, said: seq };
}

/** Somebody new, who blocks `blocked`. */
async function somebody(): Promise<Person> {
  const one = await person(server, "somebody");
  await one.rest.call("user.block", { user: who.blocked.user }, one.token);
  return one;
}

function expectedOf(answers: string): Row["expected"] {
  const codes = answers.split(" ");
  if (codes.length === 1) while (codes.length < ROLES.length - 1) codes.push(answers);
  assert.equal(codes.length, ROLES.length - 1, answers);
  return Object.fromEntries(ROLES.map((role, i) => [role, codes[i] ?? "unauthenticated"])) as Row["expected"];
}

const rows: Row[] = [];

function row(cmd: CommandName, what: string, answers: string, args: Row["args"], by?: Row["by"]): void {
  rows.push({ cmd, what, expected: expectedOf(answers), args, ...(by ? { by } : {}) });
}

function inGroup(cmd: CommandName, answers: string, args: (g: Group, who: Person) => Args = () => ({}), what = "in a group"): void {
  row(cmd, what, answers, async (one) => {
    const group = await aGroup();
    return { conversation: group.conversation, ...args(group, one) };
  });
}

function inPair(cmd: CommandName, answers: string, args: (p: { conversation: Id; said: number }) => Args = () => ({})): void {
  row(cmd, "in a 1:1 of two others", answers, async () => {
    const pair = await aPair();
    return { conversation: pair.conversation, ...args(pair) };
  });
}

function withPerson(cmd: CommandName, answers: string, args: (one: Person, who: Person) => Args | Promise<Args>): void {
  row(cmd, "to somebody", answers, async (me) => args(await somebody(), me));
}

function alone(cmd: CommandName, answers: string, args: Args = {}, by?: Row["by"]): void {
  row(cmd, "of one's own", answers, async () => args, by);
}

const MEMBERS = "not_found forbidden ok ok ok ok";
const ADMINS = "not_found forbidden forbidden forbidden ok ok";
const READERS = "not_found ok ok ok ok ok";
const PRESENT = "not_found not_found ok ok ok ok";
const NOT_THEIRS = "not_found not_found";

/* Conversations: a group's. */
inGroup("conversation.get", READERS);
inGroup("conversation.events", READERS, () => ({ after: 0 }));
inGroup("conversation.pins", READERS);
inGroup("conversation.set_timer", ADMINS, () => ({ seconds: 86400 }));
inGroup("conversation.set_retention", ADMINS, () => ({ days: 30 }));
inGroup("message.history", READERS);
inGroup("message.send", MEMBERS, (g) => ({ conversation: undefined, to: g.conversation, text: "y" }));
inGroup("message.edit", "not_found forbidden forbidden forbidden forbidden forbidden", (g) => ({ seq: g.said, text: "y" }), "of another's message");
inGroup("message.delete", "not_found forbidden forbidden forbidden ok ok", (g) => ({ seq: g.said }), "of another's message");
inGroup("message.react", MEMBERS, (g) => ({ seq: g.said, emoji: "x" }));
inGroup("message.forward", READERS, (g, me) => ({ seq: g.said, to: me.user }), "out of a group");
inGroup("message.forward", "not_found not_found ok ok ok ok", (g, me) => ({ seq: g.later, to: me.user }), "out of a group, said after one left");
inGroup("message.info", READERS, (g) => ({ seq: g.said }));
inGroup("message.info", PRESENT, (g) => ({ seq: g.later }), "of what was said after one left");
inGroup("message.report", READERS, (g) => ({ seq: g.said, reason: "spam" }));
inGroup("message.report", PRESENT, (g) => ({ seq: g.later, reason: "other" }), "of what was said after one left");
inGroup("message.star", READERS, (g) => ({ seq: g.said }));
inGroup("message.star", PRESENT, (g) => ({ seq: g.later }), "of what was said after one left");
inGroup("message.unstar", READERS, (g) => ({ seq: g.said }));
inGroup("preferences.set", READERS, () => ({ archived: true }));
inPair("message.star", `${NOT_THEIRS} ok not_found not_found ok`, (p) => ({ seq: p.said }));
inPair("message.unstar", `${NOT_THEIRS} ok not_found not_found ok`, (p) => ({ seq: p.said }));
inPair("preferences.set", `${NOT_THEIRS} ok not_found not_found ok`, () => ({ archived: true }));
alone("message.starred", "ok");
inGroup("message.hide", READERS, (g) => ({ seq: g.said }));
inGroup("message.hide", PRESENT, (g) => ({ seq: g.later }), "of what was said after one left");
inGroup("conversation.clear", READERS, (g) => ({ up_to: g.said }));
inGroup("conversation.clear", PRESENT, (g) => ({ up_to: g.later }), "up to what was said after one left");
inGroup("draft.set", READERS, () => ({ text: "hel" }));
inGroup("draft.set", READERS, (g) => ({ text: "hel", reply_to: g.said }), "in answer to a message");
inGroup("draft.set", PRESENT, (g) => ({ text: "hel", reply_to: g.later }), "in answer to what was said after one left");
inPair("message.hide", `${NOT_THEIRS} ok not_found not_found ok`, (p) => ({ seq: p.said }));
inPair("conversation.clear", `${NOT_THEIRS} ok not_found not_found ok`, (p) => ({ up_to: p.said }));
inPair("draft.set", `${NOT_THEIRS} ok not_found not_found ok`, () => ({ text: "hel" }));
alone("draft.list", "ok");
inGroup("message.pin", ADMINS, (g) => ({ seq: g.said }));
inGroup("message.unpin", ADMINS, (g) => ({ seq: g.pinned }));
inGroup("group.set_title", ADMINS, () => ({ title: "t" }));
inGroup("group.set_description", ADMINS, () => ({ description: "d" }));
inGroup("group.set_picture", ADMINS, () => ({}));
inGroup("group.set_announce", ADMINS, () => ({ on: true }));
inGroup("group.add", ADMINS, () => ({ user: who.stranger.user }), "of a stranger");
inGroup("group.remove", ADMINS, () => ({ user: other.user }), "of a member");
inGroup("group.remove", "not_found forbidden forbidden forbidden forbidden forbidden", () => ({ user: who.owner.user }), "of the owner");
inGroup("group.set_role", "not_found forbidden forbidden forbidden forbidden ok", () => ({ user: other.user, role: "admin" }));
inGroup("group.set_role", "not_found forbidden forbidden forbidden forbidden ok", () => ({ user: other.user, role: "owner" }), "to hand over");
inGroup("group.invite", ADMINS);
inGroup("group.invites", "not_found not_found forbidden forbidden ok ok");
inGroup("group.uninvite", ADMINS, (g) => ({ invite: g.invite }));
inGroup("group.preview", "ok forbidden ok ok ok ok", (g) => ({ conversation: undefined, token: g.token }), "by its link");
inGroup("group.join", "ok forbidden already_member already_member already_member already_member", (g) => ({ conversation: undefined, token: g.token }), "by its link");
inGroup("group.leave", MEMBERS);
inGroup("receipt.delivered", READERS, (g) => ({ seq: g.said }));
inGroup("receipt.read", READERS, (g) => ({ seq: g.said }));
inGroup("receipt.read", "not_found ahead ok ok ok ok", (g) => ({ seq: g.later }), "of what was said after one left");
inGroup("typing", PRESENT);

/* Conversations: a 1:1 of the owner and whom they block. */
inPair("conversation.get", `${NOT_THEIRS} ok not_found not_found ok`);
inPair("conversation.events", `${NOT_THEIRS} ok not_found not_found ok`, () => ({ after: 0 }));
inPair("conversation.pins", `${NOT_THEIRS} ok not_found not_found ok`);
inPair("conversation.accept", `${NOT_THEIRS} out_of_turn not_found not_found out_of_turn`);
row("conversation.accept", "that somebody began with one", "ok", async (me) => {
  const one = await person(server, "somebody");
  return { conversation: (await one.rest.call("message.send", { to: me.user, text: "x" }, one.token)).conversation };
});
inPair("conversation.set_timer", `${NOT_THEIRS} cannot_write not_found not_found cannot_write`, () => ({ seconds: 86400 }));
inPair("conversation.set_retention", `${NOT_THEIRS} cannot_write not_found not_found cannot_write`, () => ({ days: 30 }));
inPair("message.history", `${NOT_THEIRS} ok not_found not_found ok`);
inPair("message.send", `${NOT_THEIRS} cannot_write not_found not_found cannot_write`, (p) => ({ conversation: undefined, to: p.conversation, text: "y" }));
inPair("message.edit", `${NOT_THEIRS} cannot_write not_found not_found forbidden`, (p) => ({ seq: p.said, text: "y" }));
inPair("message.delete", `${NOT_THEIRS} ok not_found not_found forbidden`, (p) => ({ seq: p.said }));
inPair("message.react", `${NOT_THEIRS} cannot_write not_found not_found cannot_write`, (p) => ({ seq: p.said, emoji: "x" }));
inPair("message.forward", `${NOT_THEIRS} ok not_found not_found ok`, (p) => ({ seq: p.said, to: other.user }));
inPair("message.info", `${NOT_THEIRS} ok not_found not_found ok`, (p) => ({ seq: p.said }));
inPair("message.pin", `${NOT_THEIRS} cannot_write not_found not_found cannot_write`, (p) => ({ seq: p.said }));
inPair("message.unpin", `${NOT_THEIRS} cannot_write not_found not_found cannot_write`, (p) => ({ seq: p.said }));
inPair("group.set_title", `${NOT_THEIRS} bad_request not_found not_found bad_request`, () => ({ title: "t" }));
inPair("group.add", `${NOT_THEIRS} bad_request not_found not_found bad_request`, () => ({ user: other.user }));
inPair("group.remove", `${NOT_THEIRS} bad_request not_found not_found bad_request`, () => ({ user: who.blocked.user }));
inPair("group.leave", `${NOT_THEIRS} bad_request not_found not_found bad_request`);
inPair("group.invite", `${NOT_THEIRS} bad_request not_found not_found bad_request`);
inPair("receipt.delivered", `${NOT_THEIRS} ok not_found not_found ok`, (p) => ({ seq: p.said }));
inPair("receipt.read", `${NOT_THEIRS} ok not_found not_found ok`, (p) => ({ seq: p.said }));
inPair("typing", `${NOT_THEIRS} cannot_write not_found not_found cannot_write`);

/* People. */
const TO_PERSON = "ok ok cannot_write ok ok ok";
withPerson("message.send", TO_PERSON, (one) => ({ to: one.user, text: "x" }));
withPerson("contact.request", TO_PERSON, (one) => ({ user: one.user }));
withPerson("contact.accept", "out_of_turn out_of_turn cannot_write out_of_turn out_of_turn out_of_turn", (one) => ({ user: one.user }));
withPerson("contact.decline", "out_of_turn", (one) => ({ user: one.user }));
withPerson("contact.remove", "out_of_turn", (one) => ({ user: one.user }));
withPerson("user.get", "ok", (one) => ({ user: one.user }));
withPerson("user.block", "ok", (one) => ({ user: one.user }));
withPerson("user.unblock", "ok", (one) => ({ user: one.user }));
withPerson("presence.get", "ok", (one) => ({ user: one.user }));
withPerson("presence.watch", "ok", (one) => ({ users: [one.user] }));
withPerson("group.create", TO_PERSON, (one) => ({ title: "g", members: [one.user] }));
withPerson("device.end", "not_found", (one) => ({ device: one.device }));

/* One's own. */
for (const cmd of ["account.get", "device.list", "user.blocked", "contact.list", "conversation.list",
  "messages.unread", "message.mentions", "sync", "connect", "beat"] as const) alone(cmd, "ok");
alone("user.search", "ok", { prefix: "owner" });
alone("account.set_profile", "ok", { about: "me" });
alone("account.set_picture", "ok", { picture: "77" });
alone("account.set_privacy", "ok", { picture: "contacts" });
alone("account.set_password", "ok", { old_password: PASSWORD, new_password: PASSWORD, end_others: false });
alone("account.new_second_factor", "ok");
alone("account.enable_second_factor", "wrong_code", { password: PASSWORD, secret: "A".repeat(32), code: "000000" });
alone("account.export", "ok", {}, async (one) => codeOf(one.rest.call("account.export", {}, one.token)));
alone("account.delete", "wrong_credentials", { password: "not this one" });
alone("account.new_recovery_codes", "second_factor_off", { password: PASSWORD, code: "000000" });
alone("account.rename", "wrong_credentials", { username: "another.name", password: "not this one" });
alone("account.disable_second_factor", "second_factor_off", { password: PASSWORD, code: "000000" });
/* Admins of the server are made by its operator: none of these is one. */
alone("admin.codes", "forbidden");
alone("admin.new_code", "forbidden");
alone("admin.end_code", "forbidden", { code: "1" });
alone("admin.reports", "forbidden");
alone("admin.resolve_report", "forbidden", { report: "1" });
alone("admin.users", "forbidden");
alone("admin.disable", "forbidden", { username: "nobody" });
alone("admin.enable", "forbidden", { username: "nobody" });
alone("admin.reset_password", "forbidden", { username: "nobody" });
alone("auth", "bad_request", { token: "x" });
alone("signout", "ok", {}, async (one) => codeOf(signIn(one).then(({ token }) => one.rest.call("signout", {}, token))));

/** Who asks need not be known, so that a token is not looked at. */
const NEEDS_NONE: { [cmd in CommandName]?: string } = { signup: "name_taken", signin: "wrong_credentials" };

async function codeOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return "ok";
  } catch (thrown) {
    if (thrown instanceof ParleyError) return thrown.code;
    throw thrown;
  }
}

async function ask(role: Live, { cmd, by }: Row, args: Args): Promise<string> {
  if (by) return by(who[role], args);
  const answer = await sockets[role].ask(cmd, args);
  return answer.error?.code ?? "ok";
}

async function askByRest(token: string, cmd: CommandName, args: Args): Promise<string> {
  return codeOf(who.owner.rest.call(cmd as RestCommand, args as never, token));
}

/** By REST; what only a socket takes, on one that does not come past `auth`. */
async function askSignedOut(token: string, cmd: CommandName, args: Args): Promise<string> {
  if (cmd in ROUTES) return askByRest(token, cmd, args);
  const raw = await Raw.open(server);
  const { code } = await raw.refused("auth", { token });
  assert.equal(await raw.closed, 4501);
  return code;
}

let cells = 0;

async function cell(role: Role, given: Row): Promise<void> {
  const { cmd, expected } = given;
  const args = JSON.parse(JSON.stringify(await given.args(who[role === "signed_out" ? "owner" : role]))) as Args;
  const where = `${cmd} ${given.what}, by ${role}`;
  if (role === "signed_out") {
    for (const token of [endedToken, deletedToken])
      assert.equal(await askSignedOut(token, cmd, args), expected[role], where);
  } else {
    if (expected[role] !== "ok" && cmd in ROUTES)
      assert.equal(await askByRest(who[role].token, cmd, args), expected[role], `${where}, by REST`);
    assert.equal(await ask(role, given, args), expected[role], where);
  }
  cells++;
}

for (const role of ROLES) {
  test(`what is answered to ${role}`, async () => {
    const wrong: string[] = [];
    for (const each of rows) await cell(role, each).catch((error: Error) => wrong.push(error.message));
    assert.deepEqual(wrong, []);
  });
}

test("commands that need nobody take no notice of a token", async () => {
  const args = { username: who.owner.name, password: "not this one" };
  for (const [cmd, code] of Object.entries(NEEDS_NONE))
    assert.equal(await askByRest(endedToken, cmd as CommandName, args), code, cmd);
});

test("each command of the api has its row", () => {
  const api = new URL("../../api/", import.meta.url);
  const commands = readdirSync(api).filter((name) => name.endsWith(".json")).flatMap((name) =>
    Object.keys(JSON.parse(readFileSync(new URL(name, api), "utf8")).commands ?? {}));
  assert.deepEqual(commands.filter((cmd) => !(cmd in NEEDS_NONE) && !rows.some((each) => each.cmd === cmd)), []);
  assert.equal(cells, rows.length * ROLES.length);
  console.log(`access: ${rows.length} rows of ${commands.length} commands x ${ROLES.length} roles = ${cells} cells`);
});
