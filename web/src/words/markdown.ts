/**
 * A message's text as marks of it are meant: **bold**, *italic* or _italic_, ~~struck~~, `code`, code
 * between fences, addresses, [words](address), @names. Pure, and a tree: what draws it makes elements
 * of its nodes and never markup of its text.
 *
 * Always holds: what is no mark stays as it was typed, so that nothing somebody said is ever lost; and
 * the work grows with the text's length alone, whatever stands in it: of each mark one is open at a
 * time, and all of them end with their line.
 */
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "link"; text: string; href: string }
  | { kind: "mention"; name: string }
  | { kind: "strong" | "em" | "del"; inside: Inline[] };

export type Block = { kind: "lines"; inside: Inline[] } | { kind: "fence"; text: string };

/** A line that opens a block of code, with the language's name if somebody gave it; and one that ends it. */
const FENCE = /^```[^`]*$/;
const FENCE_END = /^```\s*$/;
/** Code, words with an address, an address of the web or of mail, a name, a mark. */
const TOKEN = new RegExp([
  "`([^`\\n]+)`",
  "\\[([^\\[\\]\\n]+)\\]\\(([^\\s()<>]+)\\)",
  "\\bhttps?://[^\\s<>\"]+",
  "\\bmailto:[^\\s<>\"@]{1,64}@[^\\s<>\"@]{1,255}",
  "(?<![\\p{L}\\p{N}@._-])@([\\p{L}\\p{M}\\p{N}](?:[\\p{L}\\p{M}\\p{N}._-]{0,62}[\\p{L}\\p{M}\\p{N}_-])?)",
  "\\*\\*|~~|[*_]",
].join("|"), "gu");
/** What ends a sentence rather than an address. */
const AFTER = ".,;:!?'’)]*_~";
/** What a link may lead to. */
const FOLLOWED = /^(https?:\/\/|mailto:)/i;
/** Within a word a single mark is none; these scripts have no blanks between words. */
const IN_WORD = /[\p{L}\p{N}\\](?<![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}])/u;
const KINDS = { "**": "strong", "*": "em", "_": "em", "~~": "del" } as const;

type Mark = keyof typeof KINDS;

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split("\n");
  const end = lines.findLastIndex((line) => FENCE_END.test(line));
  let said: string[] = [];
  const say = (): void => {
    if (said.length > 0) blocks.push({ kind: "lines", inside: inlineOf(said) });
    said = [];
  };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (i < end && FENCE.test(line)) {
      say();
      const from = ++i;
      while (!FENCE_END.test(lines[i] ?? "")) i++;
      blocks.push({ kind: "fence", text: lines.slice(from, i).join("\n") });
    } else {
      said.push(line);
    }
  }
  say();
  return blocks;
}

/** One line of it, without its marks: for a preview. */
export function plainOf(text: string): string {
  return blocksOf(text).map((block) => (block.kind === "fence" ? block.text : wordsOf(block.inside))).join("\n");
}

function wordsOf(nodes: readonly Inline[]): string {
  return nodes.map((node) => {
    if ("inside" in node) return wordsOf(node.inside);
    return node.kind === "mention" ? `@${node.name}` : node.text;
  }).join("");
}

/** Names that a text calls, as they stand in it. */
export function namesIn(text: string): Set<string> {
  const names = new Set<string>();
  const look = (nodes: readonly Inline[]): void => {
    for (const node of nodes) {
      if (node.kind === "mention") names.add(node.name);
      else if ("inside" in node) look(node.inside);
    }
  };
  for (const block of blocksOf(text)) if (block.kind === "lines") look(block.inside);
  return names;
}

/** What an address leads to, if one may follow it. */
export function hrefOf(address: string): string | undefined {
  return FOLLOWED.test(address) && URL.canParse(address) ? address : undefined;
}

function inlineOf(lines: readonly string[]): Inline[] {
  const nodes: Inline[] = [];
  for (const [i, line] of lines.entries()) {
    if (i > 0) push(nodes, "\n");
    for (const node of lineOf(line)) add(nodes, node);
  }
  return nodes;
}

/** A mark that is not closed yet, and what stands behind it. */
interface Open {
  mark: Mark;
  inside: Inline[];
}

function lineOf(line: string): Inline[] {
  const root: Inline[] = [];
  const open: Open[] = [];
  const top = (): Inline[] => open.at(-1)?.inside ?? root;
  const giveUp = (): void => {
    const { mark, inside } = open.pop() as Open;
    push(top(), mark);
    for (const node of inside) add(top(), node);
  };
  let from = 0;
  for (let match = tokenAt(line, 0); match; match = tokenAt(line, from)) {
    const [token] = match;
    push(top(), line.slice(from, match.index));
    from = match.index + token.length;
    if (Object.hasOwn(KINDS, token)) {
      const mark = token as Mark;
      const at = open.findIndex((one) => one.mark === mark);
      if (at >= 0 && mayClose(line, match.index, mark)) {
        while (open.length > at + 1) giveUp();
        const { inside } = open.pop() as Open;
        top().push({ kind: KINDS[mark], inside });
      } else if (at < 0 && mayOpen(line, match.index, mark)) {
        open.push({ mark, inside: [] });
      } else {
        push(top(), token);
      }
    } else {
      const node = nodeOf(match);
      add(top(), node);
      // What ends the sentence behind an address is looked at again.
      if (node.kind === "link" && match[2] === undefined) from = match.index + node.text.length;
    }
  }
  push(top(), line.slice(from));
  while (open.length > 0) giveUp();
  return root;
}

function tokenAt(line: string, from: number): RegExpExecArray | null {
  TOKEN.lastIndex = from;
  return TOKEN.exec(line);
}

function nodeOf([token, code, words, address, name]: RegExpExecArray): Inline {
  if (code !== undefined) return { kind: "code", text: code };
  if (name !== undefined) return { kind: "mention", name };
  const text = words ?? withoutEnd(token);
  const href = hrefOf(address ?? text);
  return href === undefined ? { kind: "text", text: token } : { kind: "link", text, href };
}

function withoutEnd(address: string): string {
  let end = address.length;
  while (end > 0 && AFTER.includes(address.charAt(end - 1))) end--;
  return address.slice(0, end);
}

function mayOpen(line: string, at: number, mark: Mark): boolean {
  const behind = line.charAt(at + mark.length);
  if (behind === "" || /\s/.test(behind)) return false;
  return mark.length > 1 || !IN_WORD.test(line.charAt(at - 1));
}

function mayClose(line: string, at: number, mark: Mark): boolean {
  // Nothing between two marks is no mark either.
  if (/\s/.test(line.charAt(at - 1)) || line.startsWith(mark, at - mark.length)) return false;
  return mark.length > 1 || !IN_WORD.test(line.charAt(at + 1));
}

function push(nodes: Inline[], text: string): void {
  if (text !== "") add(nodes, { kind: "text", text });
}

/** Texts that follow each other are one. */
function add(nodes: Inline[], node: Inline): void {
  const last = nodes.at(-1);
  if (node.kind === "text" && last?.kind === "text") last.text += node.text;
  else nodes.push(node);
}
