/** The page in other languages and colours, and its third pane. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { restAt } from "../integration/harness/web.ts";
import { PASSWORD } from "./harness/person.ts";
import { Stage } from "./harness/stage.ts";

let stage: Stage;
before(async () => (stage = await Stage.open()));
afterEach(() => stage.clear());
after(() => stage.close());

test("the page speaks the browser's language, and from right to left where that is so", async () => {
  const alice = await stage.person("alice", { locale: "ar" });
  await alice.opensThePage();
  await alice.page.getByRole("form", { name: "تسجيل الدخول" }).waitFor();
  const root = alice.page.locator("html");
  assert.deepEqual([await root.getAttribute("lang"), await root.getAttribute("dir")], ["ar", "rtl"]);
  const rest = restAt(stage.server.base);
  const { token } = await rest.call("signup", { username: alice.name, password: PASSWORD });
  await rest.call("group.create", { title: "The walkers", members: [] }, token);
  await alice.signsInByNoWords();
  // The key to a row's menu is the arrow that points there.
  await alice.page.keyboard.press("?");
  const sheet = alice.page.getByRole("dialog");
  await sheet.getByText("←").waitFor();
  assert.equal(await sheet.getByText("→").count(), 0);
  await alice.page.keyboard.press("Escape");
  await alice.page.evaluate(() => {
    location.hash = "#/notes";
  });
  await alice.page.locator(".composer button").first().click();
  await alice.page.locator(".emoji-group", { hasText: "الوجوه والمشاعر" }).first().waitFor();
  assert.match((await alice.page.locator("[frimousse-skin-tone-selector]").getAttribute("aria-label"))!, /فاتح/);
  const other = await stage.person("other", { locale: "fr" });
  await other.opensThePage();
  await other.page.getByRole("form", { name: "Sign in" }).waitFor();
});

test("language and colours change at once, outlive a reload, and go back to the browser's", async () => {
  const [alice] = await stage.people("alice");
  const { page } = alice!;
  const settings = async (): Promise<void> => {
    await page.getByRole("button", { name: "Your account" }).click();
    await page.getByRole("button", { name: "Settings" }).click();
  };
  const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  /** The colour of the browser's own bar. */
  const bar = (): Promise<string | undefined> => page.evaluate(() =>
    [...document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")].find(({ media }) => matchMedia(media).matches)?.content);
  const light = await ground();
  await settings();
  await page.getByLabel("Dark").check();
  assert.notEqual(await ground(), light);
  await page.getByLabel("العربية").check();
  await page.getByRole("complementary", { name: "الإعدادات" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("dir"), "rtl");
  // The list stands where reading begins.
  const { x, width } = (await page.locator(".sidebar").boundingBox())!;
  assert.ok(Math.abs(x + width - 1100) < 2);

  // Nothing is drawn in the look of before.
  await page.addInitScript(() => {
    requestAnimationFrame(() => Object.assign(window, { ground: document.documentElement.dataset["theme"] }));
    new MutationObserver(() => {
      const { dir, dataset } = document.documentElement;
      if (document.querySelector("#app > *")) Object.assign(window, { worn: (window as { worn?: string }).worn ?? `${dataset["theme"]} ${dir}` });
    }).observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  await page.getByRole("searchbox", { name: "ابحث عن أشخاص ومحادثات" }).waitFor();
  assert.notEqual(await ground(), light);
  assert.deepEqual(await page.evaluate(() => {
    const { ground, worn } = window as { ground?: string; worn?: string };
    return [ground, worn];
  }), ["dark", "dark rtl"]);
  assert.equal(await bar(), "#141816");
  await page.getByRole("button", { name: "حسابك" }).click();
  await page.getByRole("button", { name: "الإعدادات" }).click();
  await page.getByLabel("مثل المتصفح").check();
  await page.getByLabel("Same as system").check();
  assert.equal(await ground(), light);
  assert.equal(await bar(), "#f4f1ea");
  assert.equal(await page.evaluate(() => localStorage.getItem("parley/look")), null);
});

test("the third pane shows who is in a group, and closes; a narrow window shows it alone", async () => {
  const [alice, bob] = await stage.friends("alice", "bob");
  const { page } = alice!;
  await page.getByRole("button", { name: "New", exact: true }).click();
  await page.getByRole("button", { name: "New group" }).click();
  await page.getByLabel("Title").fill("The walkers");
  await page.getByLabel("Add people by name").fill(bob!.name.slice(0, -2));
  await page.getByRole("list", { name: "People" }).getByText(bob!.name).first().click();
  await page.getByRole("button", { name: "Create the group" }).click();
  await page.getByRole("button", { name: "Details" }).click();
  const details = page.getByRole("complementary", { name: "Details" });
  await details.getByText("2 members").waitFor();
  await details.getByText("Owner").waitFor();
  assert.match(page.url(), /\/details$/);
  await page.setViewportSize({ width: 390, height: 800 });
  await alice!.box.waitFor({ state: "hidden" });
  await page.getByRole("main", { name: "Details" }).getByRole("button", { name: "Close" }).click();
  await alice!.box.waitFor();
});
