/** What happens to the page and to what is said when the server cannot be reached. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Person } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

async function talking(): Promise<[Person, Person]> {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("before");
  await bob!.opens(alice!);
  await alice!.seesTick("before", "read");
  return [alice!, bob!];
}

test("a killed server shows; what is written meanwhile stands once when it is back", async () => {
  const [alice, bob] = await talking();
  for (const person of [alice, bob]) person.expects(/ERR_CONNECTION/, /WebSocket connection to/);
  await stage.server.kill();
  await Promise.all([alice, bob].map((person) => person.banner.getByText("Offline").waitFor()));
  await alice.writes("meanwhile");
  await alice.seesTick("meanwhile", "waiting to be sent");

  await stage.server.start();
  await Promise.all([alice, bob].map((person) => person.isBack()));
  await alice.seesTick("meanwhile", "read");
  await alice.writes("after");
  await bob.seesExactly(["before", "meanwhile", "after"]);
  await alice.seesExactly(["before", "meanwhile", "after"]);
});

test("a group that could only be made later calls nobody back who went on", async () => {
  const [alice] = await talking();
  alice.expects(/ERR_FAILED/);
  await alice.page.route("**/v1/connect", (route) => route.abort());
  await alice.page.reload();
  await alice.banner.getByText("Offline").waitFor();
  await alice.page.getByRole("button", { name: "New", exact: true }).click();
  await alice.page.getByRole("button", { name: "New group" }).click();
  await alice.page.getByLabel("Title").fill("The walkers");
  await alice.page.getByRole("button", { name: "Create the group" }).click();
  await alice.page.getByRole("button", { name: "Creating the group…" }).waitFor();
  await alice.page.getByRole("button", { name: "Back to the list" }).first().click();
  const place = alice.page.url();

  await alice.page.unroute("**/v1/connect");
  await alice.isBack();
  const made = alice.page.getByRole("navigation").getByRole("link", { name: "The walkers" });
  await made.waitFor();
  assert.equal(alice.page.url(), place);
  await made.click();
  await alice.page.getByRole("heading", { level: 2, name: "The walkers" }).waitFor();
});

test("what waits to be sent outlives a reload", async () => {
  const [alice, bob] = await talking();
  alice.expects(/ERR_FAILED/);
  // The page and its files still come; the way to a node does not.
  await alice.page.route("**/v1/connect", (route) => route.abort());
  await alice.page.reload();
  await alice.banner.getByText("Offline").waitFor();
  await alice.writes("it waits");
  await alice.page.reload();
  await alice.seesTick("it waits", "waiting to be sent");
  await alice.page.unroute("**/v1/connect");
  await alice.isBack();
  await bob.seesExactly(["before", "it waits"]);
  await alice.seesExactly(["before", "it waits"]);
  await alice.seesTick("it waits", "read");
});
