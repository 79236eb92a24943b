/** The list of conversations: its order and parts, what one wants of each, and a long one. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { eventually } from "../integration/harness/wait.ts";
import { restAt } from "../integration/harness/web.ts";
import type { Person } from "./harness/person.ts";
import { hasFocus } from "./harness/person.ts";
import { drawn as isDrawn } from "./harness/scrolling.ts";
import { Stage } from "./harness/stage.ts";

/** Some screens of them; the list's cost does not depend on how many there are beyond. */
const GROUPS = 120;

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

async function chooses(person: Person, other: Person, what: string): Promise<void> {
  const item = person.page.locator(".rows-item").filter({ hasText: other.name });
  await item.hover();
  await item.locator(".row-more").click();
  await person.page.getByRole("button", { name: what, exact: true }).click();
}

test("pinned, muted, marked as unread, archived and back; the title counts what asks for attention", async () => {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  const icon = (): Promise<string | null> => alice!.page.locator("link[rel=icon]").getAttribute("href");
  const plain = await icon();
  await bob!.finds(alice!);
  await bob!.writes("from bob");
  await carol!.finds(alice!);
  await carol!.writes("from carol");
  await alice!.hasUnread(bob!, 1);
  await alice!.hasUnread(carol!, 1);
  await alice!.hasTitle("(2) Parley");
  await eventually(async () => (await icon()) !== plain || undefined, "another icon");

  await chooses(alice!, bob!, "Pin");
  await alice!.page.getByRole("region", { name: "Pinned" }).getByText("from bob").waitFor();
  await chooses(alice!, bob!, "Mute");
  await alice!.row(bob!).getByText("Muted").waitFor({ state: "attached" });
  await alice!.hasTitle("(1) Parley");
  await chooses(alice!, carol!, "Mark as read");
  await alice!.hasUnread(carol!, 0);
  await eventually(async () => (await icon()) === plain || undefined, "the icon as it was");
  await chooses(alice!, carol!, "Mark as unread");
  await alice!.row(carol!).getByText("Marked as unread").waitFor({ state: "attached" });

  await alice!.page.getByRole("button", { name: "Unread", exact: true }).click();
  await alice!.row(carol!).waitFor();
  await alice!.page.getByRole("button", { name: "Groups", exact: true }).click();
  await alice!.seesWords("You are in no group yet.");
  await alice!.page.getByRole("button", { name: "All", exact: true }).click();

  await chooses(alice!, carol!, "Archive");
  await alice!.row(carol!).waitFor({ state: "detached" });
  await alice!.page.getByRole("button", { name: /^Archived/ }).click();
  await chooses(alice!, carol!, "Take out of the archive");
  await alice!.seesWords("Nothing is archived.");
  await alice!.page.getByRole("button", { name: "Back to the list" }).click();
  await alice!.row(carol!).waitFor();
});

test("a long list draws only what is in view, scrolls to its end, and is searched as a whole", async () => {
  const [alice] = await stage.people("alice");
  const { token } = await alice!.session();
  const rest = restAt(stage.server.base);
  for (let i = 1; i <= GROUPS; i++) await rest.call("group.create", { title: `Group ${i}.`, members: [] }, token);
  await alice!.reloads();
  const list = alice!.page.getByRole("navigation", { name: "Conversation list" });
  await list.getByText(`Group ${GROUPS}.`).waitFor();
  const drawn = await list.getByRole("link").count();
  assert.ok(drawn < GROUPS / 2, `${drawn} of ${GROUPS} rows are drawn`);

  await list.evaluate((box) => {
    box.scrollTop = box.scrollHeight;
  });
  await list.getByText("Group 1.").waitFor();
  // What else is to be shown is shown from its beginning.
  for (const filter of ["Groups", "All"]) {
    await alice!.page.getByRole("button", { name: filter, exact: true }).click();
    await list.getByText(`Group ${GROUPS}.`).waitFor();
    await list.evaluate((box) => {
      box.scrollTop = box.scrollHeight;
    });
    await list.getByText("Group 1.").waitFor();
  }
  await alice!.search.fill("group 77");
  await alice!.page.getByRole("list", { name: "Your conversations" }).getByText("Group 77.").click();
  await alice!.page.getByRole("heading", { level: 2, name: "Group 77." }).waitFor();

  // Where the list stands alone, its row is no place to come back to for one who has scrolled there.
  await alice!.page.setViewportSize({ width: 390, height: 844 });
  await alice!.page.getByRole("main").getByRole("button", { name: "Back to the list" }).click();
  const head = alice!.page.locator(".wordmark");
  await eventually(async () => (await hasFocus(head)) || undefined, "the focus on the head of the list");
  await list.hover();
  for (const row = list.getByText("Group 77."); (await row.count()) === 0; ) {
    await alice!.page.mouse.wheel(0, 300);
    await isDrawn(list);
  }
  assert.ok(await hasFocus(head));
});
