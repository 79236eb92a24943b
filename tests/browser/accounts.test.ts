/** Signing up, in and out: in words what went wrong, and nothing kept of whoever has left. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Person } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";
import { restAt } from "../integration/harness/web.ts";

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

test("a wrong password and a name that nobody has are answered in the same plain words", async () => {
  const [alice] = await stage.people("alice");
  await alice!.signsOut();
  alice!.expects(/401 \(Unauthorized\)/);
  await alice!.asksToSignIn("wrong horse");
  await alice!.seesWords("This name and password do not belong together.");
  await alice!.asksToSignIn("wrong horse", "nobody-at-all");
  await alice!.seesWords("This name and password do not belong together.");
  await alice!.asksToSignIn();
  await alice!.isIn();
});

test("a taken name, and one that cannot be, are told", async () => {
  const [alice] = await stage.people("alice");
  const other = await stage.person("other");
  other.expects(/409 \(Conflict\)/, /400 \(Bad Request\)/);
  await other.opensThePage();
  await other.asksToSignUp(undefined, alice!.name);
  await other.seesWords("This name is taken.");
  await other.asksToSignUp(undefined, "so is this?");
  await other.seesWords("This name cannot be had: 3 to 32 letters");
  // What a phone's keyboard makes of a name.
  await other.asksToSignUp(undefined, `${other.name[0]!.toUpperCase()}${other.name.slice(1)} `);
  await other.isIn();
});

test("a server that takes no sign-ups says so", async () => {
  const closed = await Stage.open({ registration: "closed" });
  try {
    const alice = await closed.person("alice");
    alice.expects(/403 \(Forbidden\)/);
    await alice.opensThePage();
    await alice.asksToSignUp();
    await alice.seesWords("This server takes no sign-ups.");
    await closed.clear();
  } finally {
    await closed.close();
  }
});

test("a server that takes invited people alone asks for the code, and says when one is not valid", async () => {
  const invited = await Stage.open({ registration: "invite" });
  try {
    const { output } = invited.server.command(["invite", "add"]);
    const alice = await invited.person("alice");
    alice.expects(/403 \(Forbidden\)/, /400 \(Bad Request\)/);
    await alice.opensThePage();
    assert.equal(await alice.page.getByLabel("Invite code").count(), 0);
    await alice.asksToSignUp();
    await alice.seesWords("Accounts are by invitation here.");
    await alice.page.getByLabel("Invite code").fill("¿code?");
    await alice.asksToSignUp();
    await alice.seesWords("An invite code does not look like this.");
    await alice.page.getByLabel("Invite code").fill("made-up");
    await alice.asksToSignUp();
    await alice.seesWords("This invite code is not valid.");
    await alice.page.getByLabel("Invite code").fill(` ${output.trim().split("\t").at(-1)} `);
    await alice.asksToSignUp();
    await alice.isUpToDate();
    await invited.clear();
  } finally {
    await invited.close();
  }
});

test("signing out leaves nothing in the browser, and the next one sees nothing of it", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("a secret");
  await alice!.seesTick("a secret", "delivered");
  await alice!.box.fill("an unfinished secret");
  await alice!.search.fill("a secret name");
  await alice!.signsOut();
  assert.equal(await alice!.page.getByText("This device was signed out.").count(), 0);
  assert.deepEqual(await kept(), { local: 0, session: 0, databases: 0, caches: 0, cookie: "", hash: "" });

  const next = await stage.person("carol");
  await alice!.asksToSignUp(undefined, next.name);
  await alice!.seesWords("No conversations yet.");
  assert.equal(await alice!.search.inputValue(), "");
  const html = await alice!.page.content();
  for (const trace of ["secret", bob!.name, alice!.name]) assert.ok(!html.includes(trace), trace);
  await alice!.finds(bob!);
  assert.deepEqual(await alice!.texts(), []);
  assert.equal(await alice!.box.inputValue(), "");

  /** What the browser holds for the page. */
  function kept(): Promise<object> {
    return alice!.page.evaluate(async () => ({
      local: localStorage.length,
      session: sessionStorage.length,
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      cookie: document.cookie,
      hash: location.hash,
    }));
  }
});

test("signing out asks before it loses what was not sent, and takes what was begun to the server", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const { user } = await alice!.session();
  const { token } = await bob!.session();
  await alice!.finds(bob!);
  await alice!.writes("hello");
  await alice!.seesTick("hello", "delivered");
  await restAt(stage.server.base).call("user.block", { user }, token);
  await alice!.writes("please");
  await alice!.seesTick("please", "not sent");
  await alice!.page.getByRole("button", { name: "Your account" }).click();
  await alice!.page.getByRole("button", { name: "Sign out" }).click();
  const question = alice!.page.getByRole("dialog", { name: "Sign out" });
  await question.getByText("One thing that you wrote").waitFor();
  await question.getByRole("button", { name: "Cancel" }).click();
  await alice!.seesTick("please", "not sent");
  await alice!.box.fill("half a thought");
  await alice!.page.getByRole("button", { name: "Your account" }).click();
  await alice!.page.getByRole("button", { name: "Sign out" }).click();
  await alice!.isSure("Sign out");
  await alice!.page.getByRole("form", { name: "Sign in" }).waitFor();

  await alice!.asksToSignIn();
  await alice!.isUpToDate();
  await alice!.opens(bob!);
  await alice!.seesExactly(["hello"]);
  await alice!.hasInTheBox("half a thought");
});

test("what is typed on after the server was told is there after signing out; what it cannot have is asked for", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const [stranger] = await stage.people("dora");
  await alice!.finds(bob!);
  await alice!.writes("hello");
  await alice!.seesTick("hello", "delivered");
  await alice!.box.fill("half");
  const elsewhere = await stage.again(alice!);
  await elsewhere.row(bob!).getByText("Draft:").waitFor();
  await alice!.box.fill("half a thought");
  await alice!.signsOut();
  await alice!.asksToSignIn();
  await alice!.isUpToDate();
  await alice!.opens(bob!);
  await alice!.hasInTheBox("half a thought");

  await alice!.finds(stranger!);
  await alice!.box.fill("half a first");
  await alice!.page.getByRole("button", { name: "Your account" }).click();
  await alice!.page.getByRole("button", { name: "Sign out" }).click();
  const question = alice!.page.getByRole("dialog", { name: "Sign out" });
  await question.getByText("One thing that you wrote").waitFor();
  await question.getByRole("button", { name: "Cancel" }).click();
  await alice!.hasInTheBox("half a first");
});

test("the steps back in the browser lead nobody to where another was", async () => {
  const [alice, bob, carol] = await stage.people("alice", "bob", "carol");
  const { page } = alice!;
  await alice!.finds(bob!);
  await alice!.finds(carol!);
  const isNowhere = (): Promise<void> => page.waitForURL(({ hash }) => hash === "");
  await alice!.signsOut();
  await page.goBack();
  await isNowhere();
  await page.goForward();
  const next = await stage.person("dora");
  await alice!.asksToSignUp(undefined, next.name);
  await alice!.isUpToDate();
  await page.getByRole("main").getByText("Choose a conversation").waitFor();

  // Each of two has their own.
  await alice!.finds(bob!);
  await alice!.finds(carol!);
  await page.goBack();
  await page.getByRole("heading", { level: 2, name: bob!.name }).waitFor();
  await page.goForward();
  await page.getByRole("heading", { level: 2, name: carol!.name }).waitFor();
  await alice!.signsOut();
  await alice!.asksToSignIn();
  await alice!.isUpToDate();
  await isNowhere();
  await page.goBack();
  await isNowhere();
  await page.getByRole("main").getByText("Choose a conversation").waitFor();
});

test("signing out in one tab signs the other out", async () => {
  const [alice] = await stage.people("alice");
  const tab = await alice!.context.newPage();
  await tab.goto(`${stage.base}/`);
  await tab.getByRole("searchbox").waitFor();
  await alice!.signsOut();
  await tab.getByRole("form", { name: "Sign in" }).waitFor();
});

test("what one said in a tab is not said by whoever signs in in another", async () => {
  const [alice, bob] = await stage.people("alice", "bob");
  const next = await stage.person("carol");
  alice!.expects(/ERR_FAILED/);
  await alice!.finds(bob!);
  // This tab hears nothing of the server, and keeps what is said.
  await alice!.page.route("**/v1/connect", (route) => route.abort());
  await alice!.page.reload();
  await alice!.banner.getByText("Offline").waitFor();
  await alice!.writes("of alice");
  await alice!.seesTick("of alice", "waiting to be sent");
  await alice!.page.goto("about:blank");

  const tab = await alice!.context.newPage();
  const other = new Person(stage.server, alice!.context, tab, next.name);
  other.base = stage.base;
  await other.opensThePage();
  await other.isUpToDate();
  await other.signsOut();
  await other.asksToSignUp();
  await other.isUpToDate();

  await alice!.page.unroute("**/v1/connect");
  await alice!.opensThePage();
  await alice!.isUpToDate();
  await alice!.finds(bob!);
  await alice!.writes("of carol");
  await bob!.row(next).waitFor();
  await bob!.opens(next);
  await bob!.seesExactly(["of carol"]);
  assert.deepEqual(await alice!.texts(), ["of carol"]);
  assert.ok(!(await alice!.page.evaluate(() => JSON.stringify(sessionStorage))).includes("of alice"));
});

test("a device that is ended elsewhere is told so", async () => {
  const [alice] = await stage.people("alice");
  const { request } = alice!.context;
  const { token } = await alice!.session();
  const headers = { authorization: `Bearer ${token}` };
  const { devices } = await (await request.get(`${stage.base}/v1/devices`, { headers })).json();
  for (const { device, current } of devices) {
    if (!current) await request.delete(`${stage.base}/v1/devices/${device}`, { headers });
  }
  await alice!.seesWords("This device was signed out.");
});
