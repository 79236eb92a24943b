/** Usernames beyond ASCII, as people type them. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PASSWORD } from "./harness/people.ts";
import { Server } from "./harness/server.ts";
import { restAt } from "./harness/web.ts";

let server: Server;
before(async () => { server = await Server.start(); });
after(async () => { await server.end(); });

test("a name is one however it is typed", async () => {
  const rest = restAt(server.base);
  const { user, token } = await rest.call("signup", { username: "\u00c5sa", password: PASSWORD });
  assert.deepEqual(await rest.call("account.get", {}, token).then(({ username, display_name }) =>
    [username, display_name]), ["\u00e5sa", "\u00c5sa"]);
  for (const username of ["\u00c5SA", "a\u030asa", "\u212bsa"]) {
    assert.equal((await rest.call("signin", { username, password: PASSWORD })).user, user);
    await assert.rejects(rest.call("signup", { username, password: PASSWORD }), { code: "name_taken" });
    const { users } = await rest.call("user.search", { prefix: username.slice(0, 2) }, token);
    assert.deepEqual(users.map((found) => found.user), [user]);
  }
});

test("names of many scripts are taken, names that deceive are not", async () => {
  const rest = restAt(server.base);
  for (const username of ["Иван", "李小龙", "محمد", "राम"])
    await rest.call("signup", { username, password: PASSWORD });
  await rest.call("signup", { username: "modem", password: PASSWORD });
  for (const username of ["modern", "\u043codem", "a b", "a@b", "\u{1f600}\u{1f600}", "..."])
    await assert.rejects(rest.call("signup", { username, password: PASSWORD }), { code: "name_refused" }, username);
});
