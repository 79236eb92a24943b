/** A server on a Cassandra node that speaks TLS alone and asks for a password: that at STORE_ADDRESS, whose
 * certificates lie in TLS_DIR. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { befriend, everybodyLeaves, person } from "../../integration/harness/people.ts";
import type { Options, Server } from "../../integration/harness/server.ts";
import { Cluster, aStore, migrate } from "../harness/cluster.ts";

const PASSWORD = "cassandra";
const WRONG = "another-password";
const TLS = join(process.env["TLS_DIR"] ?? "", "tls");
const CA = join(TLS, "ca.pem");
const dir = mkdtempSync(join(tmpdir(), "parley-secured-"));
after(() => rmSync(dir, { recursive: true }));
afterEach(everybodyLeaves);

/** `password` comes to it by a file. */
function access(password: string, more: Options = {}): Options {
  const file = join(dir, password);
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return { "cassandra.user": "cassandra", "cassandra.password_file": file, "cassandra.ca": CA, ...more };
}

test("by TLS and with a password two people talk", async () => {
  const cluster = await Cluster.start(1, {}, aStore(access(PASSWORD)));
  try {
    const [node] = cluster.nodes as [Server];
    const [alice, bob] = await Promise.all([person(node, "alice"), person(node, "bob")]);
    await befriend(alice, bob);
    const [phone, there] = await Promise.all([alice.on("phone"), bob.on("first")]);
    await phone.sends(there, "one");
    await there.sees("one", phone);
  } finally {
    await cluster.end();
  }
});

const REFUSED: [string, Options, RegExp][] = [
  ["with a wrong password", access(WRONG), /incorrect/],
  ["where another authority has signed", access(PASSWORD, { "cassandra.ca": join(TLS, "stranger.pem") }),
    /certificate is not trusted/],
  ["where the name is another", access(PASSWORD, { "cassandra.name": "elsewhere.example" }),
    /made out to another name/],
];
for (const [how, given, why] of REFUSED) {
  test(`${how} an operator is told why it does not go`, () => {
    const { status, output } = migrate(aStore(given));
    assert.notEqual(status, 0);
    assert.match(output, why);
    assert.ok(!output.includes(WRONG));
  });
}
