/** Two people in two browsers, from signing up to the read tick. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Stage } from "./harness/stage.ts";

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

test("from signing up to the read tick and back", async () => {
  const [alice, bob] = await stage.people("alice", "bob");
  // Away, so that each tick can be seen before the next.
  await bob!.page.goto("about:blank");
  await alice!.finds(bob!);
  await alice!.seesBelowTheName("last seen");
  await alice!.writes("hello Bob");
  await alice!.seesTick("hello Bob", "sent");

  // Bob does not know her: it waits apart, and she is told nothing until he accepts.
  await bob!.opensThePage();
  await bob!.request(alice!).getByText("hello Bob").waitFor();
  await bob!.hasTitle("Parley");
  await alice!.seesBelowTheName("online");
  await bob!.opens(alice!);
  await bob!.sees("hello Bob");
  await bob!.hasUnread(alice!, 0);
  await alice!.seesTick("hello Bob", "sent");
  await bob!.accepts();
  await alice!.seesTick("hello Bob", "read");
  await bob!.request(alice!).waitFor({ state: "detached" });

  await bob!.page.goto("about:blank");
  await alice!.seesBelowTheName("last seen");
  await alice!.writes("are you there?");
  await alice!.seesTick("are you there?", "sent");
  await bob!.page.goto(`${bob!.base}/`);
  await bob!.hasUnread(alice!, 1);
  await bob!.row(alice!).getByText("are you there?").waitFor();
  await bob!.hasTitle("(1) Parley");
  await alice!.seesTick("are you there?", "delivered");
  await bob!.opens(alice!);
  await alice!.seesTick("are you there?", "read");
  await bob!.hasUnread(alice!, 0);
  await bob!.hasTitle("Parley");

  await bob!.box.pressSequentially("hello");
  await alice!.seesBelowTheName("typing…");
  await alice!.row(bob!).getByText("typing…").waitFor();
  await bob!.box.press("Enter");
  await alice!.seesExactly(["hello Bob", "are you there?", "hello"]);
  await alice!.seesBelowTheName("online");
  await bob!.seesTick("hello", "read");

  await bob!.page.goto("about:blank");
  await alice!.seesBelowTheName("last seen");
});

test("what comes while the page is hidden is read when it is shown", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("one");
  await bob!.opens(alice!);
  await alice!.seesTick("one", "read");
  await hide(true);
  await alice!.writes("two");
  await alice!.seesTick("two", "delivered");
  await bob!.sees("two");
  await bob!.hasUnread(alice!, 1);
  await hide(false);
  await alice!.seesTick("two", "read");

  /** A headless browser holds every page for shown. */
  async function hide(hidden: boolean): Promise<void> {
    await bob!.page.evaluate((state) => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden ? "hidden" : "visible");
  }
});

test("messages are answered, changed, reacted to and deleted", async () => {
  const [alice, bob] = await stage.people("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("first words");
  await bob!.opens(alice!);
  await bob!.does("Reply", "first words");
  await bob!.writes("an answer");
  await alice!.message("an answer").locator(".quote").getByText("first words").waitFor();

  await bob!.does("👍", "first words");
  await alice!.message("first words").getByRole("button", { name: `👍, 1: \u2068${bob!.name}\u2069` }).waitFor();

  await alice!.does("Edit", "first words");
  await alice!.writes("better words");
  await bob!.message("better words").getByText("edited").first().waitFor();

  await bob!.deletes("an answer", "everyone");
  await alice!.seesExactly(["better words", "Message deleted"]);
  await bob!.seesExactly(["better words", "Message deleted"]);
});

test("an answer begun while editing starts from what was begun before", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("first words");
  await alice!.seesTick("first words", "delivered");
  await alice!.box.fill("begun");
  await alice!.does("Edit", "first words");
  await alice!.hasInTheBox("first words");
  await alice!.does("Reply", "first words");
  await alice!.hasInTheBox("begun");
});

test("a group is made, and all of it hear each other", async () => {
  const [alice, bob, carol] = await stage.people("alice", "bob", "carol");
  await alice!.page.getByRole("button", { name: "New", exact: true }).click();
  await alice!.page.getByRole("button", { name: "New group" }).click();
  await alice!.page.getByLabel("Title").fill("The walkers");
  for (const other of [bob!, carol!]) {
    await alice!.page.getByLabel("Add people by name").fill(other.name);
    await alice!.page.getByRole("list", { name: "People" }).getByText(other.name).first().click();
  }
  await alice!.page.getByRole("button", { name: "Create the group" }).click();
  await alice!.page.getByRole("heading", { level: 2, name: "The walkers" }).waitFor();
  await alice!.writes("Sunday at nine?");
  for (const other of [bob!, carol!]) {
    await other.page.getByRole("link", { name: "The walkers" }).click();
    await other.sees("Sunday at nine?");
  }
  await alice!.seesTick("Sunday at nine?", "read");
  await bob!.writes("yes");
  await carol!.sees("yes");
  await carol!.message("yes").getByText(bob!.name).first().waitFor();
});

test("a reload keeps the session and the conversation that is open", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("before");
  await alice!.seesTick("before", "delivered");
  await alice!.reloads();
  await alice!.page.getByRole("heading", { level: 2, name: bob!.name }).waitFor();
  await alice!.seesExactly(["before"]);
  await alice!.writes("after");
  await bob!.opens(alice!);
  await bob!.seesExactly(["before", "after"]);
});

test("notes to self stay with oneself", async () => {
  const [alice] = await stage.people("alice");
  await alice!.page.getByRole("button", { name: "New", exact: true }).click();
  await alice!.page.getByRole("button", { name: "Notes to self" }).click();
  await alice!.writes("buy bread");
  await alice!.page.getByRole("navigation").getByRole("link", { name: "Notes to self" }).waitFor();
  await alice!.seesTick("buy bread", "sent");
  assert.equal(await alice!.page.locator(".badge").count(), 0);
});
