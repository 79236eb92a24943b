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
/** Scripts that have no blanks between words. */
const UNSPACED = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}";
/** What ends an address. Of such letters and marks none is in it as people copy it, and behind it they
 * would make another host's address of it. */
const OUTSIDE = `\\s<>"${UNSPACED}，。！？；：、（）「」『』《》〈〉【】“”„«»‹›…،؛؟`;
/** Code, words with an address, an address of the web or of mail, a name, a mark. */
const TOKEN = new RegExp([
  "`([^`\\n]+)`",
  "\\[([^\\[\\]\\n]+)\\]\\(((?:[^\\s()<>]|\\([^\\s()<>]*\\))+)\\)",
  `\\b[Hh][Tt][Tt][Pp][Ss]?://[^${OUTSIDE}]+`,
  `\\bmailto:[^${OUTSIDE}@]{1,64}@[^${OUTSIDE}@]{1,255}`,
  "(?<![\\p{L}\\p{N}@.-]|[\\p{L}\\p{N}_]_)@([\\p{L}\\p{M}\\p{N}](?:[\\p{L}\\p{M}\\p{N}._-]{0,62}[\\p{L}\\p{M}\\p{N}_-])?)",
  "\\*\\*|~~|[*_]",
].join("|"), "gu");
/** What ends a sentence rather than an address. */
const AFTER = ".,;:!?'’)]*_~";
/** What a link may lead to. */
const FOLLOWED = /^(https?:\/\/|mailto:)/i;
/** Within a word a single mark is none. */
const IN_WORD = new RegExp(`[\\p{L}\\p{N}\\\\](?<![${UNSPACED}])`, "u");
/** Nor is this one, between numbers. */
const POWER = /^\d\*\*\d$/;
/** A word that names a host. */
const NAMES_HOST = /[\p{L}\p{N}]\.[\p{L}\p{N}]/u;
const KINDS = { "**": "strong", "*": "em", "_": "em", "~~": "del" } as const;

type Mark = keyof typeof KINDS;

/** `isCut`: the text goes on, and the end of a block of code may be there. */
export function blocksOf(text: string, isCut = false): Block[] {
  const blocks: Block[] = [];
  const lines = text.split("\n");
  const end = isCut ? lines.length : lines.findLastIndex((line) => FENCE_END.test(line));
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
      while (i < end && !FENCE_END.test(lines[i] ?? "")) i++;
      blocks.push({ kind: "fence", text: lines.slice(from, i).join("\n") });
    } else {
      said.push(line);
    }
  }
  say();
  return blocks;
}

/** So much of it, without its marks: for a preview. */
export function plainOf(text: string, chars = text.length): string {
  const blocks = blocksOf(text.slice(0, chars), text.length > chars);
  return blocks.map((block) => (block.kind === "fence" ? block.text : wordsOf(block.inside))).join("\n");
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

/** Whether words say that they lead to one host, and lead to another. */
function misleads(words: string, href: string): boolean {
  const all = words.trim().split(/\s+/);
  const host = hostOf(href);
  return all.some((word) => {
    const address = FOLLOWED.test(word) ? word : all.length === 1 && NAMES_HOST.test(word) ? `https://${word}` : "";
    const named = hostOf(address);
    return named !== undefined && named !== host && !host?.endsWith(`.${named}`);
  });
}

function hostOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { hostname, pathname } = new URL(address);
  return hostname === "" ? pathname.split("@")[1] : hostname.replace(/^www\./, "");
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
      const node = nodeOf(match, open.some(({ mark }) => mark === "_"));
      add(top(), node);
      from = match.index + lengthOf(node, match);
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

/** `slanted`: a mark at its end is none of a name. */
function nodeOf([token, code, words, address, name]: RegExpExecArray, slanted: boolean): Inline {
  if (code !== undefined) return { kind: "code", text: code };
  if (name !== undefined) return { kind: "mention", name: slanted ? name.replace(/_$/, "") : name };
  const text = words ?? withoutEnd(token);
  const href = hrefOf(address ?? text);
  if (href === undefined) return { kind: "text", text: token };
  // The address that stands behind such words is shown as what it is.
  if (words !== undefined && misleads(words, href)) return { kind: "text", text: `[${words}](` };
  return { kind: "link", text, href };
}

/** How much of the line a node is. What ends the sentence behind an address is looked at again. */
function lengthOf(node: Inline, [token, , words]: RegExpExecArray): number {
  if (node.kind === "mention") return node.name.length + 1;
  return node.kind === "text" || (node.kind === "link" && words === undefined) ? node.text.length : token.length;
}

/** A bracket that the address opens itself is its own. */
function withoutEnd(address: string): string {
  let end = address.length;
  let open = address.split("(").length - address.split(")").length;
  for (; end > 0 && AFTER.includes(address.charAt(end - 1)); end--) {
    if (address.charAt(end - 1) !== ")") continue;
    if (open >= 0) break;
    open++;
  }
  return address.slice(0, end);
}

function mayOpen(line: string, at: number, mark: Mark): boolean {
  const behind = line.charAt(at + mark.length);
  if (behind === "" || /\s/.test(behind)) return false;
  if (POWER.test(line.slice(at - 1, at + 3))) return false;
  return mark.length > 1 || !IN_WORD.test(line.charAt(at - 1));
}

function mayClose(line: string, at: number, mark: Mark): boolean {
  // Nothing between two marks is no mark either.
  if (/\s/.test(line.charAt(at - 1)) || line.startsWith(mark, at - mark.length)) return false;
  if (POWER.test(line.slice(at - 1, at + 3))) return false;
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
