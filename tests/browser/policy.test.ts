/** The content policy, and that a test would hear of a page that breaks it. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { eventually } from "../integration/harness/wait.ts";
import { Stage } from "./harness/stage.ts";

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

test("the page comes with a policy that lets nothing in but the server's own files", async () => {
  const [alice] = await stage.people("alice");
  const reply = await alice!.page.request.get(`${stage.base}/`);
  const policy = reply.headers()["content-security-policy"] ?? "";
  assert.match(policy, /default-src 'self'/);
  assert.match(policy, /require-trusted-types-for 'script'/);
  assert.doesNotMatch(policy, /unsafe|data:|\*/);
  // Where it loads from, and where it talks to.
  const hosts = await alice!.page.evaluate(() =>
    performance.getEntriesByType("resource").map((entry) => new URL(entry.name).host));
  assert.deepEqual([...new Set(hosts)], [new URL(stage.base).host]);
});

test("a script in the page's text is refused, and so is a text as HTML; both are complaints", async () => {
  const [alice] = await stage.people("alice");
  await alice!.page.evaluate(() => {
    const script = document.createElement("script");
    script.append("document.title = 'run'");
    document.body.append(script);
  });
  const complaint = await eventually(() => alice!.complaints[0], "a complaint");
  assert.match(complaint, /TrustedScript/);
  assert.notEqual(await alice!.page.title(), "run");
  await assert.rejects(alice!.page.evaluate(() => (document.body.innerHTML = "<p>made of text</p>")), /TrustedHTML/);
  alice!.complaints.length = 0;
});
