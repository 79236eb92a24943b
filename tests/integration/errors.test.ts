/**
 * Every documented error of every command, over the socket and over REST. What is documented is
 * read from api/, so that an error added there and not provoked here fails this suite.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { CommandName, Id } from "../../client/src/index.ts";
import { ERRORS, LIMITS, ROUTES } from "../../client/src/index.ts";
import { documented } from "./harness/documented.ts";
import type { Person } from "./harness/people.ts";
import { PASSWORD, befriend, people } from "./harness/people.ts";
import { Raw } from "./harness/raw.ts";
import { Server, command } from "./harness/server.ts";
import { totp } from "./harness/totp.ts";
import { restAt, web } from "./harness/web.ts";

type Args = { [name: string]: unknown };
/** Who asks, with what. */
type Provoke = () => { who?: Person; args: Args } | Promise<{ who?: Person; args: Args }>;

/** Whoever tries it has another secret. */
const FACTOR = { password: PASSWORD, secret: "A".repeat(32), code: "A".repeat(16) };
const NOBODY = "9223372036854775807";
const FAR = 1_000_000;

let server: Server;
let elsewhere: Server;
let owner: Person;
let member: Person;
let former: Person;
let outsider: Person;
/** Blocks the owner. */
let blocker: Person;
/** Whom the owner has asked to be a contact; the key is used there too. */
let asked: Person;
/** Has a second factor. */
let guarded: Person;
let admin: Person;
/** Has another name since a moment ago. */
let renamed: Person;
let group: Id;
let blocked: Id;
let said: number;
let saidByMember: number;
let saidToBlocker: number;
let foreignToken: string;
/** A request to the owner. */
let toOwner: Id;
/** Of the group. */
let invite: number;
let inviteToken: string;
let foreignPage: string;

before(async () => {
  server = await Server.start({ tries_per_account: 100 });
  [owner, member, former, outsider, blocker, guarded, admin, renamed] = (await people(server,
    "owner", "member", "former", "outsider", "blocker", "guarded", "admin", "renamed")) as
    [Person, Person, Person, Person, Person, Person, Person, Person];
  assert.equal(server.command(["user", "admin", admin.name]).status, 0);
  const { secret } = await guarded.rest.call("account.new_second_factor", {}, guarded.token);
  await guarded.rest.call("account.enable_second_factor", { password: PASSWORD, secret, code: totp(secret) },
    guarded.token);
  await guarded.rest.call("account.set_profile", { about: "me", key: "used" }, guarded.token);
  await renamed.rest.call("account.rename", { username: `${renamed.name}.2`, password: PASSWORD }, renamed.token);
  const o = await owner.raw();
  const b = await blocker.raw();
  ({ conversation: group } = await o.ok("group.create",
    { title: "g", members: [member.user, former.user], key: "used" }));
  await o.ok("group.remove", { conversation: group, user: former.user });
  ({ seq: said } = await o.ok("message.send", { to: group, text: "x" }));
  ({ seq: saidByMember } = await (await member.raw()).ok("message.send", { to: group, text: "y" }));
  ({ conversation: blocked, seq: saidToBlocker } = await o.ok("message.send",
    { to: blocker.user, text: "x" }));
  await b.ok("user.block", { user: owner.user });
  await o.ok("account.set_profile", { about: "me", key: "used" });
  ({ seq: invite, token: inviteToken } = await o.ok("group.invite", { conversation: group }));
  [asked] = (await people(server, "asked")) as [Person];
  ({ conversation: toOwner } = await (await outsider.raw()).ok("message.send", { to: owner.user, text: "x" }));
  await o.ok("message.send", { to: asked.user, text: "x", key: "used" });
  await o.ok("contact.request", { user: asked.user });

  elsewhere = await Server.start();
  const [stranger] = (await people(elsewhere, "stranger")) as [Person];
  const s = await stranger.raw();
  foreignToken = (await s.ok("sync", {})).token;
  for (const title of ["a", "b"]) await s.ok("group.create", { title, members: [] });
  foreignPage = (await s.ok("conversation.list", { limit: 1 })).page as string;
  for (const raw of [o, b, s]) raw.close();
});
after(async () => {
  await server.end();
  await elsewhere.end();
});

const asOwner = (args: () => Args): Provoke => () => ({ who: owner, args: args() });
const asFormer = (args: () => Args): Provoke => () => ({ who: former, args: args() });
const asMember = (args: () => Args): Provoke => () => ({ who: member, args: args() });
const asOutsider = (args: () => Args): Provoke => () => ({ who: outsider, args: args() });

/** Good arguments of each command that appends to the group (or the own log), by the owner. */
const GOOD: { [cmd in CommandName]?: () => Args } = {
  "message.send": () => ({ to: group, text: "z" }),
  "message.edit": () => ({ conversation: group, seq: said, text: "z" }),
  "message.delete": () => ({ conversation: group, seq: said }),
  "message.react": () => ({ conversation: group, seq: said, emoji: "x" }),
  "message.forward": () => ({ conversation: group, seq: said, to: group }),
  "message.pin": () => ({ conversation: group, seq: said }),
  "message.unpin": () => ({ conversation: group, seq: said }),
  "conversation.set_timer": () => ({ conversation: group, seconds: 0 }),
  "conversation.set_retention": () => ({ conversation: group, days: 0 }),
  "conversation.accept": () => ({ conversation: toOwner }),
  "message.star": () => ({ conversation: group, seq: said }),
  "message.unstar": () => ({ conversation: group, seq: said }),
  "message.hide": () => ({ conversation: group, seq: said }),
  "conversation.clear": () => ({ conversation: group, up_to: 1 }),
  "draft.set": () => ({ conversation: group, text: "hel" }),
  "preferences.set": () => ({ conversation: group, archived: false }),
  "group.create": () => ({ title: "another", members: [] }),
  "group.set_title": () => ({ conversation: group, title: "t" }),
  "group.set_description": () => ({ conversation: group, description: "d" }),
  "group.set_picture": () => ({ conversation: group, picture: NOBODY }),
  "group.set_announce": () => ({ conversation: group, on: false }),
  "group.invite": () => ({ conversation: group }),
  "group.uninvite": () => ({ conversation: group, invite }),
  "group.join": () => ({ token: inviteToken }),
  "group.add": () => ({ conversation: group, user: outsider.user }),
  "group.remove": () => ({ conversation: group, user: member.user }),
  "group.set_role": () => ({ conversation: group, user: member.user, role: "admin" }),
  "group.leave": () => ({ conversation: group }),
  "account.set_profile": () => ({ about: "other" }),
  "account.rename": () => ({ username: "other.owner", password: PASSWORD }),
  "account.set_picture": () => ({ picture: NOBODY }),
  "account.set_privacy": () => ({ picture: "contacts" }),
  "contact.request": () => ({ user: asked.user }),
  "contact.accept": () => ({ user: asked.user }),
  "contact.decline": () => ({ user: asked.user }),
  "contact.remove": () => ({ user: asked.user }),
  "user.block": () => ({ user: outsider.user }),
  "user.unblock": () => ({ user: outsider.user }),
};

const PROVOKED: { [pair: string]: Provoke } = {
  "signup name_taken": () => ({ args: { username: owner.name, password: PASSWORD } }),
  "signup name_refused": () => ({ args: { username: "\u0430lice", password: PASSWORD } }), // Cyrillic, then Latin
  "signin second_factor_required": () => ({ args: { username: guarded.name, password: PASSWORD } }),
  "signin wrong_code": () => ({ args: { username: guarded.name, password: PASSWORD, code: "A".repeat(16) } }),
  "account.enable_second_factor wrong_credentials": () => ({ who: outsider, args: { ...FACTOR, password: "not this one" } }),
  "account.enable_second_factor wrong_code": () => ({ who: outsider, args: FACTOR }),
  "account.enable_second_factor second_factor_on": () => ({ who: guarded, args: FACTOR }),
  "account.disable_second_factor wrong_credentials": () =>
    ({ who: guarded, args: { password: "not this one", code: "000000" } }),
  "account.disable_second_factor wrong_code": () => ({ who: guarded, args: { password: PASSWORD, code: "A".repeat(16) } }),
  "account.disable_second_factor second_factor_off": () =>
    ({ who: outsider, args: { password: PASSWORD, code: "000000" } }),
  "account.delete wrong_credentials": () => ({ who: outsider, args: { password: "not this one" } }),
  "account.delete second_factor_required": () => ({ who: guarded, args: { password: PASSWORD } }),
  "account.delete wrong_code": () => ({ who: guarded, args: { password: PASSWORD, code: "A".repeat(16) } }),
  "account.enable_second_factor key_reused": () =>
    ({ who: guarded, args: { ...FACTOR, key: "used" } }),
  "account.new_recovery_codes wrong_credentials": () =>
    ({ who: guarded, args: { password: "not this one", code: "000000" } }),
  "account.new_recovery_codes wrong_code": () => ({ who: guarded, args: { password: PASSWORD, code: "A".repeat(16) } }),
  "account.new_recovery_codes second_factor_off": () =>
    ({ who: outsider, args: { password: PASSWORD, code: "000000" } }),
  "account.new_recovery_codes key_reused": () =>
    ({ who: guarded, args: { password: PASSWORD, code: "000000", key: "used" } }),
  "account.disable_second_factor key_reused": () =>
    ({ who: guarded, args: { password: PASSWORD, code: "000000", key: "used" } }),
  "account.rename name_taken": asOwner(() => ({ username: member.name, password: PASSWORD })),
  "account.rename name_refused": asOwner(() => ({ username: "\u0430lice", password: PASSWORD })),
  "account.rename too_soon": () => ({ who: renamed, args: { username: "once.more", password: PASSWORD } }),
  "account.rename wrong_credentials": asOwner(() => ({ username: "other.owner", password: "not this one" })),
  "admin.users forbidden": () => ({ who: outsider, args: {} }),
  "admin.disable forbidden": () => ({ who: outsider, args: { username: owner.name } }),
  "admin.disable not_found": () => ({ who: admin, args: { username: "nobody" } }),
  "admin.enable forbidden": () => ({ who: admin, args: { username: admin.name } }),
  "admin.enable not_found": () => ({ who: admin, args: { username: "nobody" } }),
  "admin.reset_password forbidden": () => ({ who: admin, args: { username: admin.name } }),
  "admin.reset_password not_found": () => ({ who: admin, args: { username: "nobody" } }),
  "admin.reports forbidden": () => ({ who: outsider, args: {} }),
  "admin.resolve_report forbidden": () => ({ who: outsider, args: { report: NOBODY } }),
  "admin.resolve_report not_found": () => ({ who: admin, args: { report: NOBODY } }),
  "admin.new_code forbidden": () => ({ who: outsider, args: {} }),
  "admin.codes forbidden": () => ({ who: outsider, args: {} }),
  "admin.end_code forbidden": () => ({ who: outsider, args: { code: NOBODY } }),
  "admin.end_code not_found": () => ({ who: admin, args: { code: NOBODY } }),
  "signin wrong_credentials": () => ({ args: { username: owner.name, password: "not this one" } }),
  "account.set_password wrong_credentials":
    asOwner(() => ({ old_password: "not this one", new_password: "12345678" })),
  "device.end not_found": asOwner(() => ({ device: outsider.device })),
  "user.get not_found": asOwner(() => ({ user: NOBODY })),
  "contact.request not_found": asOwner(() => ({ user: NOBODY })),
  "contact.request cannot_write": asOwner(() => ({ user: blocker.user })),
  "contact.request out_of_turn": asOwner(() => ({ user: asked.user })),
  "contact.request full": provokeFullContacts,
  "contact.accept not_found": asOwner(() => ({ user: NOBODY })),
  "contact.accept cannot_write": asOwner(() => ({ user: blocker.user })),
  "contact.accept out_of_turn": asOwner(() => ({ user: asked.user })),
  "contact.decline not_found": asOwner(() => ({ user: NOBODY })),
  "contact.decline out_of_turn": asOwner(() => ({ user: outsider.user })),
  "contact.remove not_found": asOwner(() => ({ user: NOBODY })),
  "contact.remove out_of_turn": asOwner(() => ({ user: outsider.user })),
  "user.block not_found": asOwner(() => ({ user: NOBODY })),
  "user.unblock not_found": asOwner(() => ({ user: NOBODY })),
  "conversation.list truncated": asOwner(() => ({ page: foreignPage })),
  "message.info not_found": asOutsider(() => ({ conversation: group, seq: said })),
  "message.report not_found": asOutsider(() => ({ conversation: group, seq: said, reason: "spam" })),
  "message.report full": provokeFullReports,
  "message.mentions truncated": asOwner(() => ({ page: foreignPage })),
  "sync truncated": asOwner(() => ({ token: foreignToken })),
  "conversation.get not_found": asOutsider(() => ({ conversation: group })),
  "conversation.events not_found": asOutsider(() => ({ conversation: group, after: 0 })),
  "conversation.events ahead": asOwner(() => ({ conversation: group, after: FAR })),
  "message.history not_found": asOutsider(() => ({ conversation: group })),
  "message.history ahead": asOwner(() => ({ conversation: group, after: FAR })),

  "message.send not_found": asOwner(() => ({ to: NOBODY, text: "x" })),
  "message.send forbidden": asFormer(() => ({ to: group, text: "x" })),
  "message.send cannot_write": asOwner(() => ({ to: blocker.user, text: "x" })),
  "message.send not_accepted": provokeNotAccepted((to) => ({ to, text: "x" })),
  "message.forward not_accepted": provokeNotAccepted((to) => ({ conversation: group, seq: said, to })),
  "message.edit not_accepted": provokeWorn((conversation) => ({ conversation, seq: 1, text: "x" })),
  "message.react not_accepted": provokeWorn((conversation) => ({ conversation, seq: 1, emoji: "👍" })),
  "message.pin not_accepted": provokeWorn((conversation) => ({ conversation, seq: 1 })),
  "message.unpin not_accepted": provokeWorn((conversation) => ({ conversation, seq: 1 })),
  "conversation.set_timer not_accepted": provokeWorn((conversation) => ({ conversation, seconds: 0 })),
  "conversation.set_retention not_accepted": provokeWorn((conversation) => ({ conversation, days: 0 })),
  "message.edit not_found": asOwner(() => ({ conversation: group, seq: FAR, text: "x" })),
  "message.edit forbidden": asOwner(() => ({ conversation: group, seq: saidByMember, text: "x" })),
  "message.edit cannot_write":
    asOwner(() => ({ conversation: blocked, seq: saidToBlocker, text: "x" })),
  "message.delete not_found": asOwner(() => ({ conversation: group, seq: 1 })),
  "message.delete forbidden": asMember(() => ({ conversation: group, seq: said })),
  "message.react not_found": asOwner(() => ({ conversation: group, seq: FAR, emoji: "x" })),
  "message.react forbidden": asFormer(() => ({ conversation: group, seq: said, emoji: "x" })),
  "message.react cannot_write":
    asOwner(() => ({ conversation: blocked, seq: saidToBlocker, emoji: "x" })),
  "message.react full": provokeFullReactions,

  "conversation.set_timer not_found": asOutsider(() => ({ conversation: group, seconds: 0 })),
  "conversation.set_timer forbidden": asMember(() => ({ conversation: group, seconds: 0 })),
  "conversation.set_timer cannot_write": asOwner(() => ({ conversation: blocked, seconds: 0 })),
  "conversation.set_retention not_found": asOutsider(() => ({ conversation: group, days: 0 })),
  "conversation.set_retention forbidden": asMember(() => ({ conversation: group, days: 0 })),
  "conversation.set_retention cannot_write": asOwner(() => ({ conversation: blocked, days: 0 })),
  "conversation.accept not_found": asMember(() => ({ conversation: toOwner })),
  "conversation.accept out_of_turn": asOutsider(() => ({ conversation: toOwner })),
  "conversation.accept key_reused": provokeAcceptWithUsedKey,
  "conversation.pins not_found": asOutsider(() => ({ conversation: group })),
  "message.forward not_found": asOutsider(() => ({ conversation: group, seq: said, to: outsider.user })),
  "message.forward forbidden": asFormer(() => ({ conversation: group, seq: 1, to: group })),
  "message.forward cannot_write":
    asOwner(() => ({ conversation: group, seq: said, to: blocker.user })),
  "message.pin not_found": asOwner(() => ({ conversation: group, seq: FAR })),
  "message.pin forbidden": asMember(() => ({ conversation: group, seq: said })),
  "message.pin cannot_write": asOwner(() => ({ conversation: blocked, seq: saidToBlocker })),
  "message.pin full": provokeFullPins,
  "message.unpin not_found": asOutsider(() => ({ conversation: group, seq: said })),
  "message.unpin forbidden": asMember(() => ({ conversation: group, seq: said })),
  "message.unpin cannot_write": asOwner(() => ({ conversation: blocked, seq: saidToBlocker })),

  "message.star not_found": asOutsider(() => ({ conversation: group, seq: said })),
  "message.unstar not_found": asOwner(() => ({ conversation: group, seq: FAR })),
  "message.starred truncated": asOwner(() => ({ page: foreignPage })),
  "message.hide not_found": asOwner(() => ({ conversation: group, seq: FAR })),
  "conversation.clear not_found": asOwner(() => ({ conversation: group, up_to: FAR })),
  "draft.set not_found": asOwner(() => ({ conversation: group, text: "hel", reply_to: FAR })),
  "draft.set full": provokeFullDrafts,
  "preferences.set not_found": asOutsider(() => ({ conversation: group, pinned: true })),
  "preferences.set full": provokeFullPinned,

  "group.create not_found": asOwner(() => ({ title: "t", members: [NOBODY] })),
  "group.create cannot_write": asOwner(() => ({ title: "t", members: [blocker.user] })),
  "group.set_title not_found": asOutsider(() => ({ conversation: group, title: "t" })),
  "group.set_title forbidden": asMember(() => ({ conversation: group, title: "t" })),
  "group.set_description not_found": asOutsider(() => ({ conversation: group, description: "d" })),
  "group.set_description forbidden": asMember(() => ({ conversation: group, description: "d" })),
  "group.set_picture not_found": asOutsider(() => ({ conversation: group })),
  "group.set_picture forbidden": asMember(() => ({ conversation: group })),
  "group.set_announce not_found": asOutsider(() => ({ conversation: group, on: true })),
  "group.set_announce forbidden": asMember(() => ({ conversation: group, on: true })),
  "group.invite not_found": asOutsider(() => ({ conversation: group })),
  "group.invite forbidden": asMember(() => ({ conversation: group })),
  "group.invite full": provokeFullInvites,
  "group.invites not_found": asOutsider(() => ({ conversation: group })),
  "group.invites forbidden": asMember(() => ({ conversation: group })),
  "group.uninvite not_found": asOwner(() => ({ conversation: group, invite: 1 })),
  "group.uninvite forbidden": asMember(() => ({ conversation: group, invite })),
  "group.preview not_found": asOutsider(() => ({ token: "A".repeat(43) })),
  "group.preview forbidden": asFormer(() => ({ token: inviteToken })),
  "group.join not_found": asOutsider(() => ({ token: "nonsense" })),
  "group.join forbidden": asFormer(() => ({ token: inviteToken })),
  "group.join already_member": asMember(() => ({ token: inviteToken })),
  "group.join full": provokeJoinOfFullGroup,
  "group.join ahead": asOutsider(() => ({ token: inviteToken, after: FAR })),
  "group.join key_reused": provokeJoinWithUsedKey,
  "group.add not_found": asOwner(() => ({ conversation: group, user: NOBODY })),
  "group.add forbidden": asMember(() => ({ conversation: group, user: outsider.user })),
  "group.add cannot_write": asOwner(() => ({ conversation: group, user: blocker.user })),
  "group.add already_member": asOwner(() => ({ conversation: group, user: member.user })),
  "group.add full": provokeFullGroup,
  "group.remove not_found": asOutsider(() => ({ conversation: group, user: member.user })),
  "group.remove forbidden": asMember(() => ({ conversation: group, user: owner.user })),
  "group.remove not_member": asOwner(() => ({ conversation: group, user: outsider.user })),
  "group.set_role not_found":
    asOutsider(() => ({ conversation: group, user: member.user, role: "admin" })),
  "group.set_role forbidden":
    asMember(() => ({ conversation: group, user: owner.user, role: "member" })),
  "group.set_role not_member":
    asOwner(() => ({ conversation: group, user: outsider.user, role: "admin" })),
  "group.leave not_found": asOutsider(() => ({ conversation: group })),
  "group.leave forbidden": asFormer(() => ({ conversation: group })),

  "user.block full": provokeFullBlocks,
  "receipt.delivered not_found": asOutsider(() => ({ conversation: group, seq: 1 })),
  "receipt.delivered ahead": asOwner(() => ({ conversation: group, seq: FAR })),
  "receipt.read not_found": asOutsider(() => ({ conversation: group, seq: 1 })),
  "receipt.read ahead": asOwner(() => ({ conversation: group, seq: FAR })),
  "typing forbidden": provokeTypingInAnnouncements,
  "typing not_found": asOutsider(() => ({ conversation: group })),
  "typing cannot_write": asOwner(() => ({ conversation: blocked })),
};

/** What is not provoked by this table, and why. */
const ELSEWHERE: { [pair: string]: string } = {
  "auth account_disabled": "needs an operator between two runs of the server: below",
  "signin account_disabled": "needs an operator between two runs of the server: below",
  "signup code_refused": "needs a server that takes codes: accounts.test.ts",
  "signup registration_closed": "needs a server that is closed: below",
  "signup too_many_tries": "needs a server that counts few: below",
  "signin too_many_tries": "needs a server that counts few: below",
  "message.hide full": "takes ten thousand messages: the rules' own tests",
  "admin.new_code full": "takes a thousand codes: the store's own tests",
  "account.enable_second_factor too_many_tries": "needs a server that counts few: accounts.test.ts",
  "account.new_recovery_codes too_many_tries": "needs a server that counts few: accounts.test.ts",
  "account.rename too_many_tries": "needs a server that counts few: accounts.test.ts",
  "account.disable_second_factor too_many_tries": "needs a server that counts few: accounts.test.ts",
  "account.delete too_many_tries": "needs a server that counts few: below",
  "account.set_password too_many_tries": "needs a server that counts few: below",
  "conversation.events truncated": "needs a server that removes what is old: retention.test.ts",
  "group.create full": "the limit of the argument is met first and answers bad_request",
};
/** These need a server that removes what is old: retention.test.ts asks each command. */
const WHERE_GONE = ["after_required", "too_old"];

for (const { cmd, errors, appends } of documented()) {
  for (const code of errors) {
    const pair = `${cmd} ${code}`;
    if (WHERE_GONE.includes(code) || ELSEWHERE[pair] !== undefined) continue;
    test(pair, { timeout: 120_000 }, async () => {
      const { who, args } = await provokeOf(pair, cmd, code, appends)();
      await refusedOnSocket(cmd, code, who, args);
      await refusedByRest(cmd, code, who, args);
    });
  }
}

function provokeOf(pair: string, cmd: CommandName, code: string, appends: boolean): Provoke {
  const row = PROVOKED[pair];
  if (row) return row;
  const good = GOOD[cmd];
  assert.ok(appends && good, `nothing provokes ${pair}`);
  if (code === "ahead") return asOwner(() => ({ ...good(), after: FAR }));
  if (code === "key_reused") return asOwner(() => ({ ...good(), key: "used" }));
  throw new Error(`nothing provokes ${pair}`);
}

async function refusedOnSocket(cmd: CommandName, code: string, who: Person | undefined, args: Args): Promise<void> {
  const raw = await (who ?? owner).raw();
  const error = await raw.refused(cmd, args);
  assert.equal(error.code, code, error.message);
  assert.ok(error.message.length > 0);
  if (code === "ahead") assert.ok((error.head ?? 0) > 0 || cmd.startsWith("user") || error.head === 0);
  raw.close();
}

async function refusedByRest(cmd: CommandName, code: string, who: Person | undefined, args: Args): Promise<void> {
  if (!(cmd in ROUTES)) return;
  await assert.rejects(restAt(server.base).call(cmd as "sync", args as never, who?.token), { code });
  const { status, headers, body } = await problem(cmd as keyof typeof ROUTES, args, who?.token);
  assert.equal(status, ERRORS[code as keyof typeof ERRORS].status);
  assert.match(headers["content-type"] ?? "", /^application\/problem\+json/);
  assert.deepEqual([body.status, body.code, typeof body.title, typeof body.detail],
    [status, code, "string", "string"]);
}

function problem(cmd: keyof typeof ROUTES, args: Args, token?: string): ReturnType<typeof web> {
  const { method, path } = ROUTES[cmd];
  const left = { ...args };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = left[name];
    delete left[name];
    return String(value);
  });
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const query = new URLSearchParams(Object.entries(left).map(([name, value]) => [name, String(value)]));
  const inQuery = method === "GET" || method === "DELETE";
  return web(`${server.base}${filled}${inQuery && query.size > 0 ? `?${query}` : ""}`, {
    method, headers, ...(inQuery ? {} : { body: JSON.stringify(left) }),
  });
}

test("this table speaks of nothing that is not documented", () => {
  const pairs = new Set(documented().flatMap(({ cmd, errors }) => errors.map((code) => `${cmd} ${code}`)));
  for (const pair of [...Object.keys(PROVOKED), ...Object.keys(ELSEWHERE)]) assert.ok(pairs.has(pair), pair);
});

test("an argument that is not known is named, by every command", async () => {
  const raw = await owner.raw();
  for (const { cmd } of documented()) {
    const error = await raw.refused(cmd, { nonsense: 1 });
    const inParts = cmd === "account.export"; // by its route alone
    assert.equal(error.code, inParts ? "unknown_command" : "bad_request", cmd);
    assert.ok(inParts || error.field !== undefined, cmd);
    if (!(cmd in ROUTES)) continue;
    const reply = await problem(cmd as keyof typeof ROUTES,
      { user: owner.user, conversation: group, seq: 1, device: owner.device, invite: 1, code: NOBODY, report: NOBODY, nonsense: 1 }, owner.token);
    assert.deepEqual([reply.status, reply.body.code], [400, "bad_request"], cmd);
  }
  raw.close();
});

test("without a token every route that needs one says so", async () => {
  const needed: { [cmd in CommandName]?: Args } = {
    "admin.disable": { username: "nobody" },
    "admin.enable": { username: "nobody" },
    "admin.reset_password": { username: "nobody" },
    "admin.end_code": { code: NOBODY },
    "admin.resolve_report": { report: NOBODY },
    "message.report": { reason: "spam" },
    "account.enable_second_factor": FACTOR,
    "account.disable_second_factor": { password: PASSWORD, code: FACTOR.code },
    "account.new_recovery_codes": { password: PASSWORD, code: FACTOR.code },
    "account.set_password": { old_password: PASSWORD, new_password: PASSWORD },
    "account.delete": { password: PASSWORD },
    "user.search": { prefix: "x" },
    "conversation.events": { after: 0 },
    "group.preview": { token: "x" },
    "receipt.delivered": { seq: 1 },
    "receipt.read": { seq: 1 },
  };
  const inPath = { user: owner.user, conversation: group, seq: 1, device: owner.device, invite: 1, code: NOBODY, report: NOBODY };
  for (const { cmd, needs } of documented()) {
    if (needs !== "session" || !(cmd in ROUTES)) continue;
    for (const token of [undefined, "nonsense"]) {
      const args = { ...needed[cmd], ...GOOD[cmd]?.(), ...pathOf(cmd, inPath) };
      const reply = await problem(cmd as keyof typeof ROUTES, args, token);
      assert.deepEqual([reply.status, reply.body.code], [401, "unauthenticated"], cmd);
    }
  }
});

function pathOf(cmd: CommandName, args: Args): Args {
  const path = ROUTES[cmd as keyof typeof ROUTES].path;
  return Object.fromEntries(Object.entries(args).filter(([name]) => path.includes(`{${name}}`)));
}

test("a route says which methods it takes", async () => {
  for (const { path } of Object.values(ROUTES)) {
    const url = server.base + path.replace(/\{\w+\}/g, "1");
    const reply = await web(url, { method: "OPTIONS", headers: { authorization: `Bearer ${owner.token}` } });
    assert.equal(reply.status, 405, path);
    assert.equal(reply.body.code, "method_not_allowed");
    assert.ok((reply.headers["allow"] ?? "").length > 0);
  }
});

test("bad JSON, a body too large and an unknown command are told", async () => {
  const post = (body: string): ReturnType<typeof web> =>
    web(`${server.base}/v1/messages`, { method: "POST", headers: { authorization: `Bearer ${owner.token}` }, body });
  for (const body of ["{", "[]x", "{\"to\":\"1\",}", "\ufeff{}", "{\"a\":1}{"]) {
    const reply = await post(body);
    assert.deepEqual([reply.status, reply.body.code], [400, "bad_json"], body);
  }
  const deep = await post("[".repeat(100));
  assert.equal(deep.body.code, "bad_json");
  // The connection may be closed before all of it was taken.
  const large = await post(`{"to":"${owner.user}","text":"${"x".repeat(70_000)}"}`).catch(() => undefined);
  if (large) assert.deepEqual([large.status, large.body.code], [413, "too_large"]);
  const raw = await owner.raw();
  assert.equal((await raw.refused("nonsense" as CommandName)).code, "unknown_command");
  raw.close();
});

test("signup registration_closed; auth and signin account_disabled", async (t) => {
  const closed = await Server.start({ registration: "closed" });
  try {
    const reply = await web(`${closed.base}/v1/signup`, {
      method: "POST", body: JSON.stringify({ username: "alice", password: PASSWORD }),
    });
    assert.deepEqual([reply.status, reply.body.code], [403, "registration_closed"]);
    const raw = await Raw.open(closed);
    // Over a socket there is nobody to sign up: the first frame is auth.
    assert.equal((await raw.refused("signup", { username: "alice", password: PASSWORD })).code, "unauthenticated");
    if (!command(["help"]).output.includes("user ")) t.diagnostic("this parleyd has no `user` subcommand yet");
  } finally {
    await closed.end();
  }
});

test("too_many_tries: signup, signin, account.set_password and account.delete", async () => {
  const strict = await Server.start({ tries_per_account: 2, tries_per_address: 4 });
  try {
    const [alice] = (await people(strict, "alice")) as [Person];
    const raw = await alice.raw();
    const change = { old_password: "not this one", new_password: "12345678" };
    for (let i = 0; i < 2; i++) assert.equal((await raw.refused("account.set_password", change)).code, "wrong_credentials");
    const refused = await raw.refused("account.set_password", change);
    assert.equal(refused.code, "too_many_tries");
    const leaving = await raw.refused("account.delete", { password: PASSWORD });
    assert.equal(leaving.code, "too_many_tries");
    assert.ok((refused.retry_after_ms ?? 0) > 0);
    const rest = restAt(strict.base);
    for (let i = 0; i < 4; i++) {
      await assert.rejects(rest.call("signin", { username: `nobody${i}`, password: PASSWORD }), { code: "wrong_credentials" });
    }
    for (const cmd of ["signin", "signup"] as const) {
      await assert.rejects(rest.call(cmd, { username: "nobody9", password: PASSWORD }), { code: "too_many_tries" });
    }
    raw.close();
  } finally {
    await strict.end();
  }
});

test("overloaded: more passwords than may wait", async () => {
  const busy = await Server.start({ password_queue_max: 1, password_threads: 1, insecure_fast_passwords: false });
  try {
    const rest = restAt(busy.base);
    const all = await Promise.allSettled(Array.from({ length: 12 }, (_, i) =>
      rest.call("signup", { username: `busy${i}`, password: PASSWORD })));
    const refused = all.filter((one) => one.status === "rejected").map((one) => one.reason);
    assert.ok(refused.length > 0 && refused.length < 12, `${refused.length} of 12`);
    for (const error of refused) {
      assert.equal(error.code, "overloaded");
      assert.ok(error.retry_after_ms > 0);
    }
  } finally {
    await busy.end();
  }
});

test("rate_limited over REST or not at all; never an internal error", async () => {
  const all = await Promise.all(Array.from({ length: 100 }, () => problem("account.get", {}, owner.token)));
  for (const reply of all) assert.ok([200, 429].includes(reply.status), String(reply.status));
});

async function provokeFullGroup(): Promise<{ who: Person; args: Args }> {
  const raw = await owner.raw();
  const others: Person[] = [];
  for (let i = 0; i < 10; i++) others.push(...await people(server, ...Array.from({ length: 10 }, () => "crowd")));
  const ids = others.map((one) => one.user);
  const { conversation } = await raw.ok("group.create", { title: "crowd", members: ids.slice(0, 99) });
  raw.close();
  return { who: owner, args: { conversation, user: ids[99] } };
}

/** One message, one reaction of each person, members who left included: 201 pass through. */
async function provokeFullReactions(): Promise<{ who: Person; args: Args }> {
  const raw = await owner.raw();
  const { conversation } = await raw.ok("group.create", { title: "reactions", members: [], history: "all" });
  const { seq } = await raw.ok("message.send", { to: conversation, text: "react!" });
  const react = async (one: Person): Promise<void> => {
    await raw.ok("group.add", { conversation, user: one.user });
    await one.rest.call("message.react", { conversation, seq, emoji: "x" }, one.token);
    await raw.ok("group.remove", { conversation, user: one.user });
  };
  for (let i = 0; i < 10; i++) {
    await Promise.all((await people(server, ...Array.from({ length: 20 }, () => "reacts"))).map(react));
  }
  raw.close();
  return { who: owner, args: { conversation, seq, emoji: "x" } };
}

async function provokeFullInvites(): Promise<{ who: Person; args: Args }> {
  const raw = await owner.raw();
  const { conversation } = await raw.ok("group.create", { title: "invites", members: [] });
  for (let i = 0; i < LIMITS.invites_max; i++) await raw.ok("group.invite", { conversation });
  raw.close();
  return { who: owner, args: { conversation } };
}

async function provokeJoinOfFullGroup(): Promise<{ who: Person; args: Args }> {
  const { args } = await provokeFullGroup();
  const raw = await owner.raw();
  const { token } = await raw.ok("group.invite", { conversation: args["conversation"] as Id });
  raw.close();
  return { who: outsider, args: { token } };
}

/** Somebody who used their key in the group, and left it. */
async function provokeJoinWithUsedKey(): Promise<{ who: Person; args: Args }> {
  const raw = await owner.raw();
  const { conversation } = await raw.ok("group.create", { title: "keys", members: [member.user] });
  const { token } = await raw.ok("group.invite", { conversation });
  raw.close();
  await member.rest.call("group.leave", { conversation, key: "used" }, member.token);
  return { who: member, args: { token, key: "used" } };
}

async function provokeTypingInAnnouncements(): Promise<{ who: Person; args: Args }> {
  const raw = await owner.raw();
  const { conversation } = await raw.ok("group.create", { title: "news", members: [member.user] });
  await raw.ok("group.set_announce", { conversation, on: true });
  raw.close();
  return { who: member, args: { conversation } };
}

async function provokeFullPins(): Promise<{ who: Person; args: Args }> {
  const [pins] = (await people(server, "pins")) as [Person];
  const raw = await pins.raw();
  const { conversation } = await raw.ok("group.create", { title: "g", members: [] });
  for (let i = 0; i <= 20; i++) {
    const { seq } = await raw.ok("message.send", { to: conversation, text: "x" });
    if (i === 20) return { who: pins, args: { conversation, seq } };
    await raw.ok("message.pin", { conversation, seq });
  }
  throw new Error("unreachable");
}

async function provokeFullReports(): Promise<{ who: Person; args: Args }> {
  const [writer, reporter] = (await people(server, "writer", "reporter")) as [Person, Person];
  await befriend(writer, reporter);
  const [w, r] = [await writer.raw(), await reporter.raw()];
  const said = await Promise.all(Array.from({ length: LIMITS.reports_user_max + 1 }, () =>
    w.ok("message.send", { to: reporter.user, text: "x" })));
  const args = said.map(({ conversation, seq }) => ({ conversation, seq, reason: "spam" as const }));
  const last = args.pop() as Args;
  await Promise.all(args.map((one) => r.ok("message.report", one)));
  return { who: reporter, args: last };
}

function provokeNotAccepted(args: (to: Id) => Args): Provoke {
  return async () => {
    const [one] = (await people(server, "one")) as [Person];
    const o = await owner.raw();
    for (let i = 0; i < LIMITS.request_messages_max; i++) await o.ok("message.send", { to: one.user, text: "x" });
    o.close();
    return { who: owner, args: args(one.user) };
  };
}

/** Somebody has not accepted the owner, who has changed as much as one may. */
let worn: Id | undefined;
function provokeWorn(args: (conversation: Id) => Args): Provoke {
  return async () => {
    if (worn === undefined) {
      const [one] = (await people(server, "one")) as [Person];
      const o = await owner.raw();
      const { conversation } = await o.ok("message.send", { to: one.user, text: "x" });
      for (let seq = 2; seq <= LIMITS.request_events_max; seq++) {
        await o.ok("message.edit", { conversation, seq: 1, text: `${seq}` });
      }
      o.close();
      worn = conversation;
    }
    return { who: owner, args: args(worn) };
  };
}

async function provokeAcceptWithUsedKey(): Promise<{ who: Person; args: Args }> {
  const [one] = (await people(server, "one")) as [Person];
  const { conversation } = await (await one.raw()).ok("message.send", { to: owner.user, text: "x" });
  const o = await owner.raw();
  await o.ok("message.react", { conversation, seq: 1, emoji: "", key: "used" });
  o.close();
  return { who: owner, args: { conversation, key: "used" } };
}

async function provokeFullContacts(): Promise<{ who: Person; args: Args }> {
  const [asker] = (await people(server, "asker")) as [Person];
  const raw = await asker.raw();
  for (let i = 0; i < 4; i++) {
    const crowd = await people(server, ...Array.from({ length: 50 }, () => "sought"));
    await Promise.all(crowd.map((one) => raw.ok("contact.request", { user: one.user })));
  }
  return { who: asker, args: { user: owner.user } };
}

async function provokeFullPinned(): Promise<{ who: Person; args: Args }> {
  const [pins] = (await people(server, "pins")) as [Person];
  const raw = await pins.raw();
  const one = async (): Promise<Id> => (await raw.ok("group.create", { title: "p", members: [] })).conversation;
  for (let i = 0; i < 50; i++) await raw.ok("preferences.set", { conversation: await one(), pinned: true });
  const conversation = await one();
  raw.close();
  return { who: pins, args: { conversation, pinned: true } };
}

async function provokeFullDrafts(): Promise<{ who: Person; args: Args }> {
  const [writer] = (await people(server, "drafts")) as [Person];
  const raw = await writer.raw();
  const one = async (): Promise<Id> => (await raw.ok("group.create", { title: "d", members: [] })).conversation;
  const groups = await Promise.all(Array.from({ length: LIMITS.drafts_max }, one));
  await Promise.all(groups.map((conversation) => raw.ok("draft.set", { conversation, text: "hel" })));
  await raw.ok("draft.set", { conversation: groups[0] as Id, text: "hello" });
  const conversation = await one();
  raw.close();
  return { who: writer, args: { conversation, text: "hel" } };
}

async function provokeFullBlocks(): Promise<{ who: Person; args: Args }> {
  const [blocks] = (await people(server, "blocks")) as [Person];
  const raw = await blocks.raw();
  for (let i = 0; i < 20; i++) {
    const crowd = await people(server, ...Array.from({ length: 50 }, () => "pest"));
    await Promise.all(crowd.map((one) => raw.ok("user.block", { user: one.user })));
  }
  raw.close();
  return { who: blocks, args: { user: owner.user } };
}
