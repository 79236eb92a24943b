/** Writing: marks, names, emoji, giving on, changing, what was begun; and menus without a mouse. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { eventually } from "../integration/harness/wait.ts";
import { restAt } from "../integration/harness/web.ts";
import { hasFocus } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";

const CODE = "int  main(void);\n\n**no mark**";

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

test("marks are shown, code is copied as it was written, links lead out without a word about here", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await bob!.finds(alice!);
  await bob!.writes(`**strong** *slanted* ~~gone~~ \`short\` https://a.example/x_y_z [here](https://b.example/)\n\`\`\`c\n${CODE}\n\`\`\``);
  await bob!.writes("[click](javascript:alert(1)) <b>no</b>");
  await alice!.opens(bob!);
  const said = alice!.message("strong").locator(".message-text");
  assert.equal(await said.locator("strong").innerText(), "strong");
  assert.equal(await said.locator("em").innerText(), "slanted");
  assert.equal(await said.locator("del").innerText(), "gone");
  assert.equal(await said.locator("p code").innerText(), "short");
  assert.equal(await said.locator("pre").textContent(), CODE);
  const links = await said.locator("a").evaluateAll((all) =>
    all.map((a) => [a.getAttribute("href"), a.getAttribute("rel"), a.getAttribute("target")]));
  assert.deepEqual(links, ["https://a.example/x_y_z", "https://b.example/"].map((href) => [href, "noopener noreferrer", "_blank"]));
  await said.getByRole("button", { name: "Copy the code" }).click();
  await said.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await alice!.page.evaluate(() => navigator.clipboard.readText()), CODE);
  assert.equal(await alice!.message("click").locator("a, b").count(), 0);
  // The list says it without marks.
  await alice!.row(bob!).getByText("[click](javascript:alert(1)) <b>no</b>").waitFor();
});

test("the arrow up changes the last message, Escape leaves it as it was; what is pasted keeps its lines", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await alice!.finds(bob!);
  await alice!.writes("the first");
  await alice!.writes("the secnd");
  await alice!.seesTick("the secnd", "delivered");
  await alice!.box.press("ArrowUp");
  await alice!.hasInTheBox("the secnd");
  await alice!.box.press("Escape");
  await alice!.hasInTheBox("");
  await alice!.box.press("ArrowUp");
  await alice!.writes("the second");
  await bob!.opens(alice!);
  await bob!.seesExactly(["the first", "the second"]);
  await bob!.message("the second").getByText("edited").waitFor();

  await alice!.page.evaluate(() => navigator.clipboard.writeText("one\ntwo\n\nfour"));
  await alice!.box.press("Control+V");
  await alice!.hasInTheBox("one\ntwo\n\nfour");
  assert.deepEqual(await bob!.texts(), ["the first", "the second"]);
  await alice!.box.press("Enter");
  await bob!.seesExactly(["the first", "the second", "one\ntwo\n\nfour"]);
});

test("a message is given on to several at once, and says so; a copy is not changed", async () => {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  await stage.group("The walkers", bob!, carol!);
  await bob!.finds(carol!);
  await bob!.writes("hello Carol");
  await alice!.finds(bob!);
  await alice!.writes("worth telling");
  await bob!.opens(alice!);
  await bob!.does("Forward", "worth telling");
  const dialog = bob!.page.getByRole("dialog", { name: "Forward to" });
  await dialog.getByRole("checkbox", { name: "The walkers" }).check();
  await dialog.getByRole("searchbox").fill(carol!.name);
  await dialog.getByRole("checkbox", { name: carol!.name }).check();
  await dialog.getByRole("button", { name: "Forward to 2 conversations" }).click();
  await dialog.waitFor({ state: "detached" });
  await carol!.opens(bob!);
  await carol!.message("worth telling").getByText("Forwarded").waitFor();
  await carol!.opensGroup("The walkers");
  await carol!.sees("worth telling");
  await bob!.opens(carol!);
  await bob!.message("worth telling").hover();
  await bob!.message("worth telling").getByRole("button", { name: "What to do with this message" }).click();
  await bob!.page.getByRole("button", { name: "Reply" }).waitFor();
  assert.equal(await bob!.page.getByRole("button", { name: "Edit", exact: true }).count(), 0);
  await bob!.page.keyboard.press("Escape");
  // What is refused says so where it would stand, and nowhere else.
  const { user } = await bob!.session();
  await restAt(stage.server.base).call("user.block", { user }, (await carol!.session()).token);
  await bob!.does("Forward", "hello Carol");
  await dialog.getByRole("checkbox", { name: carol!.name }).check();
  await dialog.getByRole("button", { name: "Forward to 1 conversation" }).click();
  await bob!.row(carol!).getByRole("img", { name: "not sent" }).waitFor();
  assert.equal(await bob!.page.locator(".notice").count(), 0);
});

test("a name is completed, and whoever is called by it sees that they are", async () => {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  await stage.group("The walkers", alice!, bob!, carol!);
  await alice!.opensGroup("The walkers");
  await alice!.box.pressSequentially("come, @bo");
  const offers = alice!.page.getByRole("listbox", { name: "Suggestions" });
  await offers.getByRole("option", { name: bob!.name, selected: true }).waitFor();
  await alice!.box.press("Enter");
  await alice!.hasInTheBox(`come, @${bob!.name} `);
  await alice!.box.pressSequentially("and @");
  await alice!.box.press("ArrowDown");
  await alice!.box.press("Escape");
  await offers.waitFor({ state: "detached" });
  await alice!.hasInTheBox(`come, @${bob!.name} and @`);
  await alice!.box.press("Enter");
  const row = bob!.page.getByRole("navigation").getByRole("link", { name: "The walkers" });
  await row.getByText("You are mentioned").waitFor({ state: "attached" });
  await bob!.opensGroup("The walkers");
  await bob!.log.locator(".mention-me").getByText(`@${bob!.name}`).waitFor();
  await carol!.opensGroup("The walkers");
  await carol!.log.getByRole("link", { name: `@${bob!.name}` }).click();
  await carol!.page.getByRole("heading", { level: 2, name: bob!.name }).waitFor();
});

test("emoji come by the picker and by their codes, and as reactions; all of it from this server", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.box.pressSequentially("well :tada:");
  await alice!.hasInTheBox("well 🎉");
  await alice!.box.pressSequentially(" and :hamst");
  await alice!.page.getByRole("option", { name: ":hamster:" }).click();
  await alice!.hasInTheBox("well 🎉 and 🐹 ");
  await alice!.page.getByRole("button", { name: "Emoji" }).click();
  await alice!.page.getByRole("searchbox", { name: "Find an emoji" }).fill("hedgehog");
  await alice!.page.getByRole("gridcell", { name: "hedgehog" }).click();
  await eventually(async () => (await alice!.box.inputValue()).endsWith("🦔") || undefined, "the hedgehog in the box");
  await alice!.box.press("Enter");
  await bob!.opens(alice!);
  await bob!.sees("🦔");

  await bob!.message("🦔").hover();
  await bob!.message("🦔").getByRole("button", { name: "What to do with this message" }).click();
  await bob!.page.getByRole("button", { name: "Another reaction" }).click();
  await bob!.page.getByRole("searchbox", { name: "Find an emoji" }).fill("hedgehog");
  await bob!.page.getByRole("gridcell", { name: "hedgehog" }).waitFor();
  await bob!.page.keyboard.press("ArrowDown");
  await bob!.page.keyboard.press("Enter");
  await alice!.message("🦔").getByRole("button", { name: "🦔, 1" }).waitFor();
  const hosts = await bob!.page.evaluate(() => performance.getEntriesByType("resource").map((entry) => new URL(entry.name).host));
  assert.deepEqual([...new Set(hosts)], [new URL(stage.base).host]);
});

test("deleted for oneself, it is gone here and on no other's screen", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("stays");
  await alice!.writes("goes");
  await bob!.opens(alice!);
  await bob!.deletes("goes", "me");
  await bob!.seesExactly(["stays"]);
  assert.ok(await hasFocus(bob!.log));
  await bob!.reloads();
  await bob!.seesExactly(["stays"]);
  await alice!.seesExactly(["stays", "goes"]);
});

test("what was begun stays with its conversation, with what it answers, and goes to one's other browser", async () => {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  await bob!.finds(alice!);
  await bob!.writes("a question");
  await carol!.finds(alice!);
  await carol!.writes("something else");
  await alice!.opens(bob!);
  await alice!.does("Reply", "a question");
  await alice!.box.fill("half an ans");
  await alice!.opens(carol!);
  await alice!.hasInTheBox("");
  await alice!.row(bob!).getByText("half an ans").waitFor();
  await alice!.opens(bob!);
  await alice!.hasInTheBox("half an ans");
  await alice!.opens(carol!);

  const elsewhere = await stage.again(alice!);
  await elsewhere.row(bob!).getByText("Draft:").waitFor();
  await elsewhere.opens(bob!);
  await elsewhere.hasInTheBox("half an ans");
  const answered = elsewhere.page.locator(".intent").getByText("a question");
  await answered.waitFor();
  // Given up there, it is none here; and one again.
  await alice!.opens(bob!);
  await alice!.page.locator(".intent").getByRole("button", { name: "Cancel" }).click();
  await answered.waitFor({ state: "detached" });
  await elsewhere.hasInTheBox("half an ans");
  await alice!.does("Reply", "a question");
  await answered.waitFor();
  await alice!.opens(carol!);
  await elsewhere.writes("half an answer");
  await bob!.message("half an answer").locator(".quote").getByText("a question").waitFor();
  await alice!.row(bob!).getByText("half an answer").waitFor();
  await alice!.opens(bob!);
  await alice!.hasInTheBox("");
});

test("what is typed and sent in one browser is no draft in another that shows the same conversation", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("before");
  const elsewhere = await stage.again(alice!);
  await elsewhere.opens(bob!);
  await elsewhere.box.focus();
  for (const text of ["Hello", "Hello, are you there?"]) {
    await alice!.box.fill(text);
    await elsewhere.hasInTheBox(text);
  }
  await alice!.box.press("Enter");
  await elsewhere.sees("Hello, are you there?");
  await elsewhere.hasInTheBox("");
});

test("an answer that was given up is none when one comes back, and one that was begun late is one", async () => {
  const [alice, bob, carol] = await stage.friends("alice", "bob", "carol");
  await bob!.finds(alice!);
  await bob!.writes("a question");
  await carol!.finds(alice!);
  await carol!.writes("something else");
  await alice!.opens(bob!);
  await alice!.does("Reply", "a question");
  await alice!.box.fill("well");
  await alice!.box.press("Escape");
  await alice!.opens(carol!);
  await alice!.opens(bob!);
  await alice!.hasInTheBox("well");
  assert.equal(await alice!.page.locator(".intent").count(), 0);
  await alice!.does("Reply", "a question");
  await alice!.opens(carol!);
  await alice!.opens(bob!);
  await alice!.page.locator(".intent").getByText("a question").waitFor();
  await alice!.box.press("Enter");
  await bob!.message("well").locator(".quote").getByText("a question").waitFor();
});

test("an answer to what stands far back goes on as one elsewhere, also when a message was changed meanwhile", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const [mine, theirs] = await Promise.all([alice!.session(), bob!.session()]);
  const rest = restAt(stage.server.base);
  const { conversation, seq } = await rest.call("message.send", { to: mine.user, text: "a question" }, theirs.token);
  await rest.call("receipt.read", { conversation, seq }, mine.token);
  // More than a page.
  for (let i = 0; i < 60; i++) await rest.call("message.send", { to: theirs.user, text: `line ${i}.` }, mine.token);
  await rest.call("draft.set", { conversation, text: "half an ans", reply_to: seq }, mine.token);
  const elsewhere = await stage.again(alice!);
  await elsewhere.opens(bob!);
  await elsewhere.hasInTheBox("half an ans");
  assert.equal(await elsewhere.message("a question").count(), 0);
  const answered = elsewhere.page.locator(".intent").getByText("a question");
  await answered.waitFor();
  await elsewhere.does("Edit", "line 59.");
  await elsewhere.page.locator(".intent").getByRole("button", { name: "Cancel" }).click();
  await elsewhere.hasInTheBox("half an ans");
  assert.ok(await hasFocus(elsewhere.box));
  await answered.waitFor();
  await elsewhere.box.press("End");
  await elsewhere.box.pressSequentially("wer");
  await elsewhere.box.press("Enter");
  await elsewhere.seesTick("half an answer", "delivered");
  await elsewhere.message("half an answer").locator(".quote").waitFor();
});

test("a begun answer to what is there no more goes on as a message", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const [mine, theirs] = await Promise.all([alice!.session(), bob!.session()]);
  const rest = restAt(stage.server.base);
  const { conversation, seq } = await rest.call("message.send", { to: mine.user, text: "a question" }, theirs.token);
  await rest.call("message.send", { to: mine.user, text: "another" }, theirs.token);
  await rest.call("draft.set", { conversation, text: "half an ans", reply_to: seq }, mine.token);
  await rest.call("message.hide", { conversation, seq }, mine.token);
  const elsewhere = await stage.again(alice!);
  await elsewhere.opens(bob!);
  await elsewhere.hasInTheBox("half an ans");
  await elsewhere.page.locator(".intent").waitFor({ state: "detached" });
  await elsewhere.hasInTheBox("half an ans");
  await elsewhere.writes("half an answer");
  await elsewhere.seesTick("half an answer", "delivered");
  assert.equal(await elsewhere.message("half an answer").locator(".quote").count(), 0);
});

test("by finger Enter begins a line and the button sends; the sheet of shortcuts says so", async () => {
  const [bob] = await stage.people("bob");
  const alice = await stage.person("alice", { hasTouch: true, isMobile: true, viewport: { width: 390, height: 800 } });
  await alice.signsUp();
  await alice.finds(bob!);
  await alice.box.tap();
  await alice.page.keyboard.type("one line");
  await alice.page.keyboard.press("Enter");
  await alice.page.keyboard.type("another");
  await alice.hasInTheBox("one line\nanother");
  await alice.page.getByRole("button", { name: "Send", exact: true }).tap();
  await alice.seesExactly(["one line\nanother"]);
  // A keyboard may lie beside it.
  await alice.box.tap();
  await alice.page.keyboard.type("and more");
  await alice.page.keyboard.press("Control+Enter");
  await alice.seesExactly(["one line\nanother", "and more"]);
  await alice.log.focus();
  await alice.page.keyboard.press("?");
  const line = alice.page.locator(".keys-line", { hasText: "New line" });
  await line.waitFor();
  assert.deepEqual(await line.locator("kbd").allTextContents(), ["Enter"]);
  assert.deepEqual(await alice.page.locator(".keys-line", { hasText: "Send" }).locator("kbd").allTextContents(), ["Ctrl", "Enter"]);
});

test("what one types to somebody new outlives a reload, and their first message", async () => {
  const [alice, bob] = await stage.people("alice", "bob");
  await alice!.finds(bob!);
  await alice!.box.fill("half a first");
  await alice!.reloads();
  await alice!.hasInTheBox("half a first");
  await alice!.page.evaluate(() => (location.hash = ""));
  await alice!.row(bob!).getByText("Draft:").waitFor();
  await alice!.opens(bob!);
  await alice!.hasInTheBox("half a first");
  await alice!.page.getByRole("button", { name: "Emoji" }).click();
  await bob!.finds(alice!);
  await bob!.writes("I am faster");
  await alice!.sees("I am faster");
  await alice!.page.keyboard.press("Escape");
  await alice!.hasInTheBox("half a first");
});

test("the menus of a conversation and of a message open by keys, and by touch", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("to touch");
  await alice!.row(bob!).focus();
  await alice!.page.keyboard.press("ArrowRight");
  await alice!.page.keyboard.press("Enter");
  await alice!.page.getByRole("button", { name: "Mark as unread" }).waitFor();
  await alice!.page.keyboard.press("ArrowDown");
  await alice!.page.keyboard.press("Enter");
  await alice!.page.getByRole("region", { name: "Pinned" }).getByText("to touch").waitFor();
  await alice!.row(bob!).click({ button: "right" });
  await alice!.page.getByRole("button", { name: "Unpin" }).click();

  const phone = await stage.again(bob!, { hasTouch: true, isMobile: true, viewport: { width: 390, height: 800 } });
  await phone.page.locator(".rows-item").getByRole("button", { name: `What to do with ${alice!.name}` }).tap();
  await phone.page.getByRole("button", { name: "Mute", exact: true }).tap();
  await phone.row(alice!).getByText("Muted").waitFor({ state: "attached" });
  await phone.row(alice!).tap();
  await phone.message("to touch").getByRole("button", { name: "What to do with this message" }).tap();
  await phone.page.getByRole("button", { name: "👍", exact: true }).tap();
  await alice!.message("to touch").getByRole("button", { name: "👍, 1" }).waitFor();
});

test("a long touch opens the menu of a message and of a row, and nothing else; one that moves scrolls", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  await alice!.finds(bob!);
  await alice!.writes("to hold");
  await alice!.writes("an answer");
  const phone = await stage.again(bob!, { hasTouch: true, isMobile: true, viewport: { width: 390, height: 800 } });
  const { page } = phone;
  const row = page.locator(".rows-item").filter({ hasText: alice!.name });
  await phone.holds(row.locator(".row-title"));
  const menu = page.getByRole("group", { name: `What to do with ${alice!.name}` });
  // The finger is up, and it is still there.
  await menu.getByRole("button", { name: "Pin", exact: true }).tap();
  await page.getByRole("region", { name: "Pinned" }).getByText("an answer").waitFor();
  assert.equal(await page.evaluate(() => location.hash), "", "the row was not opened");

  await phone.row(alice!).tap();
  await phone.holds(phone.message("to hold").locator(".message-text"));
  await page.getByRole("group", { name: "What to do with this message" }).getByRole("button", { name: "Reply" }).tap();
  await phone.writes("held");
  await alice!.message("held").locator(".quote").getByText("to hold").waitFor();
  assert.equal(await page.evaluate(() => String(getSelection())), "", "no text was chosen");

  // On the quote, which a short touch would follow; and beside it a finger that goes on.
  await phone.holds(phone.message("held").locator(".quote"));
  await page.getByRole("button", { name: "Copy", exact: true }).waitFor();
  assert.equal(await phone.log.locator(".is-found").count(), 0);
  await page.keyboard.press("Escape");
  const devtools = await phone.context.newCDPSession(page);
  const { x, y } = (await phone.message("to hold").locator(".message-text").boundingBox())!;
  await devtools.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x: x + 5, y: y + 5 }] });
  await devtools.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ x: x + 5, y: y + 45 }] });
  // Timers of a page end in their order: the one of a long touch would have by then.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 600)));
  await devtools.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  assert.equal(await page.locator(".popup:popover-open").count(), 0);
});

test("the other button of a mouse opens a message's menu, but a link's and a chosen text's stay the browser's", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const { page } = alice!;
  await alice!.finds(bob!);
  await alice!.writes("words and https://a.example/");
  await alice!.seesTick("words", "delivered"); // until it stands there is nothing to answer
  await alice!.message("words").locator(".message-text p").click({ button: "right", position: { x: 5, y: 5 } });
  await page.getByRole("button", { name: "Reply", exact: true }).click();
  await page.locator(".intent").getByText("words").waitFor();
  const refused = (): Promise<boolean> => alice!.message("words").evaluate((message) => {
    const told = (one: Element): boolean => !one.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true }));
    const link = told(message.querySelector("a")!);
    getSelection()!.selectAllChildren(message.querySelector(".message-text")!);
    return link || told(message.querySelector(".message-text")!);
  });
  assert.equal(await refused(), false);
});
