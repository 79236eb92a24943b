/** Who comes in, and how: by invite codes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PASSWORD } from "./harness/people.ts";
import { Server } from "./harness/server.ts";
import { restAt } from "./harness/web.ts";

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
    await assert.rejects(signsUp("nobody", `${code.slice(0, -1)}x`), { code: "code_refused" });
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
