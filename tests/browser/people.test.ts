/** How people find each other and stand to each other, and what they do with groups. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Locator } from "playwright-core";
import type { Person } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

async function opensDetails({ page }: Person): Promise<Locator> {
  const details = page.getByRole("complementary", { name: "Details" });
  if (!(await details.isVisible())) await page.getByRole("button", { name: "Details" }).click();
  await details.waitFor();
  return details;
}

test("somebody is asked to be a contact, sees it, accepts; and is one no more when one of the two ends it", async () => {
  const [alice, bob] = await stage.people("alice", "bob");
  await alice!.finds(bob!);
  const hers = await opensDetails(alice!);
  await hers.getByRole("button", { name: "Ask to be a contact" }).click();
  await hers.getByRole("button", { name: "Take the request back" }).waitFor();
  await bob!.page.getByRole("button", { name: /^Contact requests/ }).click();
  const asked = bob!.page.getByRole("region", { name: "Contact requests" });
  await asked.getByText(alice!.name).waitFor();
  await asked.getByRole("button", { name: "Accept" }).click();
  await bob!.page.getByRole("region", { name: "Contacts" }).getByText(alice!.name).click();
  await hers.getByRole("button", { name: "Remove from your contacts" }).click();
  await alice!.isSure("Remove from your contacts");
  await hers.getByRole("button", { name: "Ask to be a contact" }).waitFor();
  const his = await opensDetails(bob!);
  await his.getByRole("button", { name: "Ask to be a contact" }).waitFor();
});

test("who asks may take it back; who is asked may decline, and take that back", async () => {
  const [alice, bob] = await stage.people("alice", "bob");
  await alice!.finds(bob!);
  const hers = await opensDetails(alice!);
  await hers.getByRole("button", { name: "Ask to be a contact" }).click();
  const waiting = bob!.page.getByRole("button", { name: /^Contact requests/ });
  await waiting.waitFor();
  await hers.getByRole("button", { name: "Take the request back" }).click();
  await waiting.waitFor({ state: "detached" });
  await hers.getByRole("button", { name: "Ask to be a contact" }).click();
  await waiting.click();
  const asked = bob!.page.getByRole("region", { name: "Contact requests" });
  // A line of their own, with what to do about it at its end.
  const [row, accept] = await Promise.all([asked.locator(".row"), asked.getByRole("button", { name: "Accept" })].map((one) => one.boundingBox()));
  assert.ok(accept!.x >= row!.x + row!.width && accept!.y < row!.y + row!.height, "beside the name");
  await asked.getByRole("button", { name: "Decline" }).click();
  await hers.getByText("Your request was declined.").waitFor();
  await bob!.page.getByRole("button", { name: "Back to the list" }).click();
  await bob!.finds(alice!);
  const his = await opensDetails(bob!);
  await his.getByRole("button", { name: "Take the refusal back" }).click();
  await hers.getByRole("button", { name: "Ask to be a contact" }).waitFor();
});

test("in a group one sees who types", async () => {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  await stage.group("The walkers", alice!, bob!, carol!);
  for (const one of [alice!, bob!, carol!]) await one.opensGroup("The walkers");
  await alice!.seesBelowTheName(bob!.name);
  await bob!.box.pressSequentially("hm");
  await alice!.seesBelowTheName(`${bob!.name} is typing…`);
  await alice!.page.getByRole("navigation").getByRole("link", { name: "The walkers" }).getByText("typing…").waitFor();
  await carol!.box.pressSequentially("well");
  await bob!.box.pressSequentially(", hm");
  await alice!.seesBelowTheName("Several people are typing…");
  await bob!.writes("yes");
  await carol!.writes("no");
  await alice!.seesBelowTheName(carol!.name);
});

test("a profile has a face of letters, words about oneself, and when one was there", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const { token } = await bob!.session();
  await alice!.page.request.patch(`${alice!.base}/v1/account`, {
    headers: { authorization: `Bearer ${token}` }, data: { display_name: "Bob Marlow", about: "Mostly at sea." },
  });
  await alice!.search.fill(bob!.name);
  await alice!.page.getByRole("list", { name: "People" }).getByText("Bob Marlow").click();
  const details = await opensDetails(alice!);
  await details.locator(".avatar[data-initials=BM]").waitFor();
  await details.getByText("Mostly at sea.").waitFor();
  await details.getByText("online").waitFor();
  await bob!.page.goto("about:blank");
  await details.getByText("last seen").waitFor();
});

test("who is blocked writes to one no more, and does again when it is lifted", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await bob!.finds(alice!);
  await bob!.writes("before");
  await alice!.opens(bob!);
  await alice!.sees("before");
  const details = await opensDetails(alice!);
  await details.getByRole("button", { name: "Block" }).click();
  await alice!.page.getByRole("dialog", { name: "Block" }).getByRole("button", { name: "Block" }).click();
  await alice!.seesWords(`You block`);
  assert.equal(await alice!.box.count(), 0);
  // Nor is anything else offered that would be refused.
  await alice!.message("before").hover();
  await alice!.message("before").getByRole("button", { name: "What to do with this message" }).click();
  await alice!.page.getByRole("button", { name: "Delete for me" }).waitFor();
  assert.equal(await alice!.page.getByRole("button", { name: "Reply" }).count(), 0);
  assert.equal(await alice!.page.getByRole("group", { name: "React" }).count(), 0);
  await alice!.page.keyboard.press("Escape");
  await bob!.writes("meanwhile");
  await bob!.seesTick("meanwhile", "not sent");
  await alice!.page.getByRole("main").getByRole("button", { name: "Unblock" }).click();
  await alice!.box.waitFor();
  await bob!.page.getByRole("button", { name: "Try again" }).click();
  await alice!.sees("meanwhile");
});

test("a group has another title and description, more people, other roles, fewer people, another owner", async () => {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  await stage.group("The walkers", alice!, bob!);
  await alice!.opensGroup("The walkers");
  const details = await opensDetails(alice!);
  await details.getByRole("button", { name: "Change title and description" }).click();
  await details.getByRole("textbox", { name: "Title" }).fill("The climbers");
  await details.getByRole("textbox", { name: "Description" }).fill("Upwards, on Sundays.");
  await details.getByRole("button", { name: "Save" }).click();
  await bob!.opensGroup("The climbers");
  const his = await opensDetails(bob!);
  await his.getByText("Upwards, on Sundays.").waitFor();
  assert.equal(await his.getByRole("button", { name: "Add people" }).count(), 0);

  await details.getByRole("button", { name: "Add people" }).click();
  await alice!.page.getByRole("searchbox", { name: "Add people by name" }).fill(carol!.name.slice(0, -2));
  await alice!.page.getByRole("list", { name: "People" }).getByText(carol!.name).first().click();
  await details.getByText("3 members").waitFor();
  await alice!.page.getByRole("dialog", { name: "Add people" }).getByRole("button", { name: "Close" }).click();
  await carol!.opensGroup("The climbers");

  const does = async (what: string, other: Person): Promise<void> => {
    await details.locator(".members-line", { hasText: other.name }).getByRole("button", { name: "What to do with" }).click();
    await alice!.page.getByRole("button", { name: what }).click();
  };
  await does("Make an admin", bob!);
  await his.getByRole("button", { name: "Add people" }).waitFor();
  await does("Remove from the group", carol!);
  await alice!.page.getByRole("dialog").getByRole("button", { name: "Remove from the group" }).click();
  // She looked at it.
  await carol!.seesWords("You are no longer in this group.");
  assert.equal(await carol!.box.count(), 0);
  assert.equal(await carol!.page.locator(".conversation-who p").count(), 0);
  await does("Hand the group over", bob!);
  await alice!.page.getByRole("dialog").getByRole("button", { name: "Hand the group over" }).click();
  await his.getByRole("button", { name: "You Owner" }).waitFor();

  await his.getByRole("switch", { name: "Only admins write" }).click();
  await his.getByRole("button", { name: "Leave the group" }).click();
  await bob!.page.getByRole("dialog").getByRole("button", { name: "Leave the group" }).click();
  await bob!.seesWords("You are no longer in this group.");
  await details.getByRole("button", { name: "You Owner" }).waitFor();
});

test("an admin takes another's message away; who has read a message, and who not, is told with the time", async () => {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  await stage.group("The walkers", alice!, bob!, carol!);
  await carol!.page.goto("about:blank");
  await alice!.opensGroup("The walkers");
  await alice!.writes("who is here?");
  await bob!.opensGroup("The walkers");
  await bob!.writes("not nice");
  await alice!.deletes("not nice", "everyone");
  await bob!.seesExactly(["who is here?", "Message deleted"]);
  await alice!.does("Message info", "who is here?");
  const info = alice!.page.getByRole("dialog", { name: "Message info" });
  await info.getByRole("region", { name: "Read by" }).getByText(bob!.name).waitFor();
  await info.getByRole("region", { name: "Read by" }).locator("time").waitFor();
  await info.getByRole("region", { name: "On its way to" }).getByText(carol!.name).waitFor();
  await alice!.page.keyboard.press("Escape");
  await info.waitFor({ state: "detached" });
});

test("what an admin pins stands above the log for everybody, and leads there; members pin nothing", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await stage.group("The walkers", alice!, bob!);
  await alice!.opensGroup("The walkers");
  await bob!.opensGroup("The walkers");
  await bob!.writes("**Nine** o'clock, at the station");
  await alice!.writes("bring water");
  await alice!.does("Pin for everyone", "o'clock");
  await alice!.does("Pin for everyone", "bring water");
  const pinned = bob!.page.locator(".pinned-line");
  await pinned.getByText("Pinned (1 of 2):").waitFor();
  await pinned.getByText("bring water").waitFor();
  await pinned.click();
  await bob!.log.locator(".is-found").getByText("bring water").waitFor();
  // The one before it is next.
  await pinned.getByText("Nine o'clock, at the station").waitFor();
  await pinned.click();
  await bob!.log.locator(".is-found").getByText("o'clock").waitFor();

  await bob!.message("bring water").hover();
  await bob!.message("bring water").getByRole("button", { name: "What to do with this message" }).click();
  await bob!.page.getByRole("button", { name: "Reply", exact: true }).waitFor();
  assert.equal(await bob!.page.getByRole("button", { name: "Pin for everyone" }).count(), 0);
  await bob!.page.keyboard.press("Escape");
  await alice!.does("Unpin for everyone", "bring water");
  await pinned.getByText("Pinned:").waitFor();
  await alice!.deletes("o'clock", "everyone");
  await pinned.waitFor({ state: "detached" });
});
