/** What marks mean in a text, and that no text costs more than its length. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Inline } from "../src/words/markdown.ts";
import { blocksOf, hrefOf, namesIn, plainOf } from "../src/words/markdown.ts";

/** So long a text is parsed in some milliseconds; a parser that looks back again and again takes seconds. */
const PARSED_MS_MAX = 250;

function shapeOf(nodes: readonly Inline[]): string {
  return nodes.map((node) => {
    if ("inside" in node) return `<${node.kind} ${shapeOf(node.inside)}>`;
    if (node.kind === "mention") return `<@ ${node.name}>`;
    if (node.kind === "link") return `<a ${node.text} ${node.href}>`;
    return node.kind === "code" ? `<code ${node.text}>` : node.text;
  }).join("");
}

/** Blocks one after the other, a fence in braces. */
function shape(text: string): string {
  return blocksOf(text).map((block) => (block.kind === "fence" ? `{${block.text}}` : shapeOf(block.inside))).join("|");
}

function hrefsOf(text: string): string[] {
  return [...shape(text).matchAll(/<a \S+ ([^\s>]+)>/g)].map((match) => match[1] ?? "");
}

test("bold, italic, struck, code, one in the other", () => {
  assert.equal(shape("a **b** *c* _d_ ~~e~~ `f`"), "a <strong b> <em c> <em d> <del e> <code f>");
  assert.equal(shape("**a *b* c**"), "<strong a <em b> c>");
  assert.equal(shape("`**not bold**`"), "<code **not bold**>");
  assert.equal(shape("**粗**体，*斜*体"), "<strong 粗>体，<em 斜>体");
});

test("what is no mark stays as it was typed", () => {
  const texts = ["2 * 3 * 4", "snake_case_name", "**", "****", "a ** b", "*a", "a*b*c", "¯\\_(ツ)_/¯", "``", "`", "[a](b", "~~",
    "*a\nb*", "2**3 and 4**5", "```\nno end", "_", "* a*", ""];
  for (const text of texts) assert.equal(shape(text), text);
  assert.equal(shape("*a **b*"), "<em a **b>");
});

test("code between fences keeps its lines, its marks and its blanks", () => {
  assert.equal(shape("see\n```c\nint  *x;\n\n**y**\n```\nthere"), "see|{int  *x;\n\n**y**}|there");
  assert.equal(shape("```\na\n```\n```\nb\n```"), "{a}|{b}");
  assert.equal(shape("```\n```"), "{}");
});

test("addresses are found, without what ends the sentence", () => {
  assert.deepEqual(hrefsOf("see https://a.example/x?y=1, or (http://b.example)."), ["https://a.example/x?y=1", "http://b.example"]);
  assert.deepEqual(hrefsOf("https://a.example/x\nhttps://b.example/"), ["https://a.example/x", "https://b.example/"]);
  assert.equal(shape("**https://a.example/a_b_c**"), "<strong <a https://a.example/a_b_c https://a.example/a_b_c>>");
  assert.deepEqual(hrefsOf("write to mailto:ada@a.example."), ["mailto:ada@a.example"]);
  assert.deepEqual(hrefsOf("[words](https://a.example/)"), ["https://a.example/"]);
  assert.deepEqual(hrefsOf("HTTPS://a.example/"), ["HTTPS://a.example/"]);
});

test("an address ends where a sentence without blanks goes on", () => {
  const texts = ["看https://a.example，很好", "https://a.example。然后", "https://a.example؟", "（https://a.example）", "“https://a.example”",
    "https://a.example然后", "https://a.exampleです", "https://a.example…"];
  for (const text of texts) assert.deepEqual(hrefsOf(text), ["https://a.example"], text);
  assert.deepEqual(hrefsOf("mailto:ada@a.example，谢谢"), ["mailto:ada@a.example"]);
  assert.deepEqual(hrefsOf("https://bücher.example/Größe"), ["https://bücher.example/Größe"]);
});

test("a bracket that an address opens is its own", () => {
  const address = "https://a.example/A_(b)";
  for (const text of [address, `(see ${address})`, `${address}.`, `[words](${address})`]) assert.deepEqual(hrefsOf(text), [address], text);
  assert.deepEqual(hrefsOf("((https://a.example/A))"), ["https://a.example/A"]);
});

test("words that name another host than they lead to are no link", () => {
  for (const words of ["https://bank.example", "bank.example", "www.bank.example/login", "go to https://bank.example now", "HTTPS://bank.example"]) {
    const text = `[${words}](https://evil.example)`;
    assert.deepEqual(hrefsOf(text), ["https://evil.example"], words);
    assert.equal(plainOf(text), text);
  }
  for (const words of ["bank", "bank.example", "https://bank.example/a", "www.bank.example", "v1.2", "the bank. Example"]) {
    assert.equal(shape(`[${words}](https://bank.example/b)`), `<a ${words} https://bank.example/b>`);
  }
  assert.equal(shape("[bank.example](https://www.bank.example)"), "<a bank.example https://www.bank.example>");
  assert.equal(shape("[ada@a.example](mailto:ada@a.example)"), "<a ada@a.example mailto:ada@a.example>");
  assert.equal(shape("[bank.example](https://bank.example.evil.example)").startsWith("[bank.example]("), true);
});

test("nothing but the addresses of web and mail is one", () => {
  const others = "javascript:alert(1) data:text/html,x file:///etc ftp://a https:// xhttps://a.example https:x vbscript:x";
  assert.deepEqual(hrefsOf(others), []);
  for (const address of others.split(" ")) assert.equal(shape(`[x](${address})`).includes("<a"), false, address);
  assert.equal(hrefOf("JavaScript:alert(1)"), undefined);
  assert.equal(hrefOf("\u0001javascript:alert(1)"), undefined);
  assert.deepEqual(hrefsOf('<a href="https://a.example/">'), ["https://a.example/"]);
});

test("names that are called", () => {
  assert.deepEqual([...namesIn("@ada, ask @bruno.b. or me@home.example, **@дана**; `@code` @")], ["ada", "bruno.b", "дана"]);
  assert.equal(shape("_@ada_ and _ask @bruno_b_"), "<em <@ ada>> and <em ask <@ bruno_b>>");
  assert.deepEqual([...namesIn("snake_@ada @ada_ me_@home.example")], ["ada_"]);
});

test("a preview is the words", () => {
  assert.equal(plainOf("**a** _b_ `c` [d](https://e.example/) @f\n```\ng\n```"), "a b c d @f\ng");
  assert.equal(plainOf("a\n```c\nlong\ncode\n```", 12), "a\nlong\n");
  assert.equal(plainOf("```\nno end"), "```\nno end");
});

test("no text is slow", () => {
  const parts = ["*", "**", "_", "`", "[", "[a](", "https://.", ".", "~~", "```x\n", "```\n", "@a.", "*a ", "**a *b ", "mailto:", "\n",
    "[a](b(", "[a](b(c)", "https://(", "https://)", "[a.b](https://c.d) ", "，"];
  for (const part of parts) {
    const text = part.repeat(8192 / part.length);
    for (const one of [text, `https://${text}`, `${text}x`]) {
      const begin = process.cpuUsage();
      blocksOf(one);
      const ms = process.cpuUsage(begin).user / 1000;
      assert.ok(ms < PARSED_MS_MAX, `${part} took ${ms} ms`);
    }
  }
});
