/** Who comes in, and how: by invite codes, with a second factor; and what admins may do. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Person } from "./harness/people.ts";
import { PASSWORD, everybodyLeaves, people, person } from "./harness/people.ts";
import { until } from "./harness/wait.ts";
import { NODES, Server } from "./harness/server.ts";
import { totp } from "./harness/totp.ts";
import { restAt } from "./harness/web.ts";

afterEach(everybodyLeaves);

test("with registration = invite, a code makes as many accounts as it is for", async () => {
  const server = await Server.start({ registration: "invite" });
  try {
    const rest = restAt(server.base);
    const invite = (...words: string[]) => server.command(["invite", ...words]);
    const signsUp = (username: string, invite_code?: string) =>
      rest.call("signup", { username, password: PASSWORD, ...(invite_code && { invite_code }) });
    const made = (...words: string[]) => {
      const said = invite("add", ...words);
      assert.equal(said.status, 0, said.output);
      return /^invite\t(\d+)\t(\S{32})\n$/.exec(said.output)!.slice(1) as [string, string];
    };

    const [id, code] = made("3", "1");
    await assert.rejects(signsUp("nobody"), { code: "code_refused" });
    const wrong = `${code.slice(0, -1)}${code.endsWith("x") ? "y" : "x"}`;
    await assert.rejects(signsUp("nobody", wrong), { code: "code_refused" });
    // Ten at once: three come in, whatever the order.
    const came = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => signsUp(`guest-${i}`, code)));
    assert.equal(came.filter(({ status }) => status === "fulfilled").length, 3);
    for (const one of came)
      if (one.status === "rejected") assert.match(one.reason.code, /code_refused|overloaded/);
    assert.match(invite("list").output, new RegExp(`^${id}\\t3 of 3 used\\t23 hours left\\n$`));

    const [second, another] = made();
    assert.equal(invite("revoke", second).status, 0);
    await assert.rejects(signsUp("late", another), { code: "code_refused" });
    assert.match(invite("revoke", second).output, /there is no such invite code/);
    for (const words of [["add", "0"], ["add", "1", "366"]])
      assert.match(invite(...words).output, /1 to 1000 accounts .* 1 to 365 days/);
    for (const words of [[], ["add", "x"], ["revoke"], ["revoke", "x"], ["list", "1"]])
      assert.equal(invite(...words).status, 2);
  } finally {
    await server.end();
  }
});

test("a second factor is asked for at every new sign-in, and each code taken once", async () => {
  const server = await Server.start();
  try {
    const [alice] = (await people(server, "alice")) as [Person];
    const { rest, token } = alice;
    const signsIn = (code?: string) =>
      rest.call("signin", { username: alice.name, password: PASSWORD, ...(code && { code }) });
    const { secret } = await rest.call("account.new_second_factor", {}, token);
    assert.match(secret, /^[A-Z2-7]{32}$/);
    assert.equal((await rest.call("account.get", {}, token)).second_factor, false);
    const first = totp(secret);
    const { recovery_codes } = await rest.call("account.enable_second_factor",
      { password: PASSWORD, secret, code: first }, token);
    assert.equal(new Set(recovery_codes).size, 10);
    assert.equal((await rest.call("account.get", {}, token)).second_factor, true);

    await assert.rejects(signsIn(), { code: "second_factor_required" });
    await assert.rejects(signsIn(first), { code: "wrong_code" });
    await signsIn(totp(secret, 1));
    const recovery = recovery_codes[0] as string;
    await signsIn(recovery);
    await assert.rejects(signsIn(recovery), { code: "wrong_code" });

    // It outlives the server, and what was taken stays taken.
    await server.stop();
    await server.start();
    await assert.rejects(signsIn(recovery), { code: "wrong_code" });
    // Neither secret nor codes were logged.
    for (const text of [secret, recovery, first]) assert.ok(!server.log.includes(text), text);

    // Two at once with one code: one comes in.
    const both = await Promise.allSettled([1, 2].map(() => signsIn(recovery_codes[1])));
    assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);

    await rest.call("account.disable_second_factor", { password: PASSWORD, code: recovery_codes[2] as string }, token);
    await signsIn();
  } finally {
    await server.end();
  }
});

test("codes are tries, and the operator helps who lost what makes them", async () => {
  const server = await Server.start({ tries_per_account: 3 });
  try {
    const [alice] = (await people(server, "alice")) as [Person];
    const { rest, token } = alice;
    const wrong = { password: PASSWORD, secret: "A".repeat(32), code: "A".repeat(16) };
    const of = { password: PASSWORD, code: wrong.code };
    const tries = {
      "account.enable_second_factor": () => rest.call("account.enable_second_factor", wrong, token),
      "account.disable_second_factor": () => rest.call("account.disable_second_factor", of, token),
      "account.new_recovery_codes": () => rest.call("account.new_recovery_codes", of, token),
      "account.rename": () => rest.call("account.rename", { username: "another", password: PASSWORD }, token),
    };
    const { secret } = await rest.call("account.new_second_factor", {}, token);
    await rest.call("account.enable_second_factor", { password: PASSWORD, secret, code: totp(secret) }, token);
    for (let i = 0; i < 3; i++)
      await assert.rejects(tries["account.disable_second_factor"](), { code: "wrong_code" });
    for (const [cmd, refused] of Object.entries(tries))
      await assert.rejects(refused(), { code: "too_many_tries" }, cmd);

    assert.equal(server.command(["user", "no-second-factor", alice.name]).status, 0);
    assert.equal((await rest.call("account.get", {}, token)).second_factor, false);
  } finally {
    await server.end();
  }
});

test("an admin lists, shuts out, lets in, resets and invites, but touches no admin", async () => {
  const server = await Server.start({ registration: "open" });
  try {
    const [ann, alice, other] = (await people(server, "ann", "alice", "other")) as [Person, Person, Person];
    const operator = (...words: string[]) => assert.equal(server.command(["user", ...words]).status, 0);
    operator("admin", ann.name);
    operator("admin", other.name);
    assert.match(server.command(["user", "list"]).output, new RegExp(`${ann.name}\\t\\d+\\tenabled\\tadmin\\n`));
    const { rest } = ann;

    const first = await rest.call("admin.users", { limit: 1 }, ann.token);
    const rest2 = await rest.call("admin.users", { after_name: first.users[0]!.username }, ann.token);
    const all = [...first.users, ...rest2.users];
    const ids = [ann, alice, other].map(({ user }) => user);
    const ours = all.filter(({ user }) => NODES === 1 || ids.includes(user)); // the tests of before share that store
    assert.deepEqual(ours.map(({ username, admin, disabled }) => [username, admin, disabled]).sort(),
      [[ann.name, true, false], [alice.name, false, false], [other.name, true, false]].sort());
    assert.ok(all.every((user) => !("password" in user)));

    await rest.call("admin.disable", { username: alice.name.toUpperCase() }, ann.token);
    await assert.rejects(rest.call("account.get", {}, alice.token), { code: "account_disabled" });
    await rest.call("admin.enable", { username: alice.name }, ann.token);
    await rest.call("account.get", {}, alice.token);

    const { password } = await rest.call("admin.reset_password", { username: alice.name }, ann.token);
    await assert.rejects(rest.call("account.get", {}, alice.token), { code: "unauthenticated" });
    await assert.rejects(rest.call("signin", { username: alice.name, password: PASSWORD }), { code: "wrong_credentials" });
    await rest.call("signin", { username: alice.name, password });
    assert.ok(!server.log.includes(password));
    for (const cmd of ["admin.disable", "admin.enable", "admin.reset_password"] as const)
      await assert.rejects(rest.call(cmd, { username: other.name }, ann.token), { code: "forbidden" });
    await rest.call("account.get", {}, other.token);

    const made = await rest.call("admin.new_code", { uses_max: 2 }, ann.token);
    assert.match(made.invite_code, /^\S{32}$/);
    const { codes } = await rest.call("admin.codes", {}, ann.token);
    assert.deepEqual(codes.map(({ code, by, uses, uses_max }) => [code, by, uses, uses_max]),
      [[made.code, ann.user, 0, 2]]);
    assert.ok(!JSON.stringify(codes).includes(made.invite_code));
    await rest.call("admin.end_code", { code: made.code }, ann.token);
    assert.deepEqual((await rest.call("admin.codes", {}, ann.token)).codes, []);

    // Whoever was one is none from the next command on.
    operator("no-admin", ann.name);
    await assert.rejects(rest.call("admin.users", {}, ann.token), { code: "forbidden" });
  } finally {
    await server.end();
  }
});

test("a name is changed, and the old one leads to it", async () => {
  const server = await Server.start();
  try {
    const [alice, bob] = (await people(server, "alice", "bob")) as [Person, Person];
    const { rest } = bob;
    const old = alice.name;
    const now = `${old}.2`;
    const raw = await alice.raw();
    const named = { username: now.toUpperCase(), password: PASSWORD, key: "k" };
    const { conversation, seq } = await raw.ok("account.rename", named);
    assert.deepEqual([conversation, (await raw.ok("account.rename", named)).seq], [alice.user, seq]);
    await raw.push((push): push is Extract<typeof push, { push: "event" }> =>
      push.push === "event" && push.event.type === "rename" && push.event.username === now, "the name");

    assert.equal((await rest.call("user.get", { user: alice.user }, bob.token)).username, now);
    for (const prefix of [old, now]) {
      const { users } = await rest.call("user.search", { prefix }, bob.token);
      assert.deepEqual(users.map(({ user, username }) => [user, username]), [[alice.user, now]], prefix);
    }
    assert.equal((await rest.call("signin", { username: old, password: PASSWORD })).user, alice.user);
    await assert.rejects(rest.call("signup", { username: old, password: PASSWORD }), { code: "name_taken" });
    await assert.rejects(rest.call("account.rename", { username: old, password: PASSWORD }, bob.token),
      { code: "name_taken" });
    const soon = await raw.refused("account.rename", { username: old, password: PASSWORD });
    assert.equal(soon.code, "too_soon");
    const days = soon.retry_after_ms! / (24 * 60 * 60 * 1000);
    assert.ok(days > 6.9 && days <= 7, `${days}`);

    // It outlives the server, and what stands is whole.
    await server.stop();
    server.isSound();
    await server.start();
    assert.equal((await rest.call("signin", { username: old, password: PASSWORD })).user, alice.user);
  } finally {
    await server.end();
  }
});

test("what is done to an account is told to its other devices", async () => {
  const server = await Server.start();
  try {
    const alice = await person(server, "alice");
    const { rest, token } = alice;
    const phone = await alice.on("phone");
    const news = (what: string) =>
      until(phone.parley.account.news, (all) => all.some((one) => JSON.stringify(one).includes(what)), what);
    const tablet = await rest.call("signin", { username: alice.name, password: PASSWORD, device_name: "tablet" });
    await news(tablet.device);
    const { secret } = await rest.call("account.new_second_factor", {}, token);
    const on = { password: PASSWORD, secret, code: totp(secret), key: "on" };
    const { recovery_codes } = await rest.call("account.enable_second_factor", on, token);
    assert.deepEqual((await rest.call("account.enable_second_factor", on, token)).recovery_codes, recovery_codes);
    await news("enabled");
    const recovered = await rest.call("signin",
      { username: alice.name, password: PASSWORD, code: recovery_codes[0] as string });
    await news("recovery_code_used");
    await news(recovered.device);
    await phone.parley.account.rename(`${alice.name}.2`, PASSWORD);
    await until(phone.parley.session, (session) => session?.username === `${alice.name}.2`, "the new name");

    // What was told while a device was away it has when it comes back.
    phone.goesAway();
    assert.equal(server.command(["user", "no-second-factor", alice.name]).status, 0);
    await phone.comesBack();
    await news("disabled");
    // A client makes no key like those of what is told by the server.
    const raw = await alice.raw();
    assert.equal((await raw.refused("account.set_profile", { about: "x", key: "device/1" })).code, "bad_request");
    for (const text of [secret, recovery_codes[0] as string]) {
      assert.ok(!phone.heard.some((frame) => frame.includes(text)));
      assert.ok(!server.log.includes(text));
    }
  } finally {
    await server.end();
  }
});

test("what people report reaches the admins, and stays when the message goes", async () => {
  const server = await Server.start();
  try {
    const [ann, alice, bob] = (await people(server, "ann", "alice", "bob")) as [Person, Person, Person];
    assert.equal(server.command(["user", "admin", ann.name]).status, 0);
    const phone = await bob.on("phone");
    const { rest } = ann;
    const text = "you\tfool\u001b[31m";
    const { conversation, seq } = await rest.call("message.send", { to: bob.user, text }, alice.token);
    const { report } = await phone.parley.report(conversation, seq, "abuse", "look at this");
    assert.equal((await phone.parley.report(conversation, seq, "spam")).report, report);
    const own = rest.call("message.report", { conversation, seq, reason: "spam" }, alice.token);
    await assert.rejects(own, { code: "bad_request" });
    const raw = await alice.raw();
    await raw.ok("message.delete", { conversation, seq });
    // The reported learns nothing of it: neither from a push nor by reading.
    assert.ok(!JSON.stringify(raw.pushes).includes(report));
    assert.ok(!JSON.stringify((await raw.ok("conversation.events", { conversation, after: 0 })).events).includes(report));

    const listed = await rest.call("admin.reports", {}, ann.token);
    const { created, time, ...rest_of } = listed.reports[0]!;
    assert.ok(created >= time);
    assert.deepEqual([listed.open, listed.reports.length, rest_of], [1, 1, {
      report, reporter: bob.user, reason: "abuse", comment: "look at this", conversation,
      conversation_kind: "direct", seq, sender: alice.user, kind: "text", text,
    }]);
    const said = server.command(["report", "list"]);
    assert.equal(said.output, `${report}\tby ${bob.user}\tof ${alice.user}\t${conversation}/${seq}\tabuse\tlook at this\tyou?fool?[31m\n`);

    await server.stop();
    assert.match(server.command(["report", "list"]).output, new RegExp(`^${report}\t`)); // without a server, too
    await server.start();
    await rest.call("admin.resolve_report", { report }, ann.token);
    assert.deepEqual(await rest.call("admin.reports", {}, ann.token), { reports: [], open: 0 });
    const seen = await rest.call("admin.reports", { resolved: true }, ann.token);
    assert.equal(seen.reports[0]?.resolved_by, ann.user);
    assert.equal(server.command(["report", "resolve", report]).status, 0);
    assert.match(server.command(["report", "resolve", "77"]).output, /there is no such report/);
    for (const words of [[], ["list", "x"], ["resolve"], ["resolve", "x"]])
      assert.equal(server.command(["report", ...words]).status, 2);
    assert.ok(!server.log.includes("fool"));
    await server.stop();
    server.isSound();
  } finally {
    await server.end();
  }
});

test("reports come in pages, the newest first", async () => {
  const server = await Server.start();
  try {
    const [ann, alice, bob] = (await people(server, "ann", "alice", "bob")) as [Person, Person, Person];
    assert.equal(server.command(["user", "admin", ann.name]).status, 0);
    const made: string[] = [];
    for (let i = 0; i < 5; i++) {
      const { conversation, seq } = await ann.rest.call("message.send", { to: bob.user, text: `${i}` }, alice.token);
      made.unshift((await ann.rest.call("message.report", { conversation, seq, reason: "spam" }, bob.token)).report);
    }
    const paged: string[] = [];
    for (let before: string | undefined; paged.length < 5; before = paged.at(-1)) {
      const page = await ann.rest.call("admin.reports", { limit: 2, ...(before && { before }) }, ann.token);
      assert.ok(page.reports.length > 0 && page.open === 5);
      paged.push(...page.reports.map(({ report }) => report));
    }
    assert.deepEqual(paged, made);
  } finally {
    await server.end();
  }
});
