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
    "*a\nb*", "```\nno end", "_", "* a*", ""];
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
});

test("a preview is the words", () => {
  assert.equal(plainOf("**a** _b_ `c` [d](https://e.example/) @f\n```\ng\n```"), "a b c d @f\ng");
});

test("no text is slow", () => {
  const parts = ["*", "**", "_", "`", "[", "[a](", "https://.", ".", "~~", "```x\n", "```\n", "@a.", "*a ", "**a *b ", "mailto:", "\n"];
  for (const part of parts) {
    const text = part.repeat(8192 / part.length);
    for (const one of [text, `https://${text}`, `${text}x`]) {
      const begin = performance.now();
      blocksOf(one);
      assert.ok(performance.now() - begin < PARSED_MS_MAX, `${part} took ${performance.now() - begin} ms`);
    }
  }
});
