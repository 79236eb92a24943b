/**
 * What the page weighs: prints each file of dist/ as it is, by gzip and by brotli, and fails if what
 * a conversation needs at first is more than its budget. That is the page, its script and what the
 * script imports at once, their style, and the texts of one language: the largest.
 */
import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** JavaScript and CSS over the wire, by the worse of the two compressions. */
const FIRST_LOAD_BYTES_MAX = 200_000;

const DIST = new URL("../dist/", import.meta.url);
const PAGE = "index.html";
const TEXTS = "src/words/text/";

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
}

interface Weight {
  file: string;
  plain: number;
  gzip: number;
  brotli: number;
}

const manifest: Record<string, Chunk> = JSON.parse(readFileSync(new URL(".vite/manifest.json", DIST), "utf8"));

function weigh(file: string): Weight {
  const bytes = readFileSync(new URL(file, DIST));
  const packed = new URL(`${file}.br`, DIST);
  const brotli = existsSync(packed) ? readFileSync(packed).length : bytes.length;
  return { file, plain: bytes.length, gzip: Math.min(gzipSync(bytes, { level: 9 }).length, bytes.length), brotli };
}

/** The chunk and all that it imports at once. */
function withImports(key: string, seen: Set<string>): void {
  if (seen.has(key)) return;
  seen.add(key);
  for (const next of manifest[key]?.imports ?? []) withImports(next, seen);
}

function filesOf(keys: Iterable<string>): Set<string> {
  return new Set([...keys].flatMap((key) => [manifest[key]?.file ?? "", ...(manifest[key]?.css ?? [])]));
}

function sum(weights: readonly Weight[], file: string): Weight {
  const total: Weight = { file, plain: 0, gzip: 0, brotli: 0 };
  for (const { plain, gzip, brotli } of weights) {
    total.plain += plain;
    total.gzip += gzip;
    total.brotli += brotli;
  }
  return total;
}

function row({ file, plain, gzip, brotli }: Weight): string {
  return file.padEnd(40) + [plain, gzip, brotli].map((bytes) => String(bytes).padStart(10)).join("");
}

if (!manifest[PAGE]) throw new Error("dist/ has no page: build it first");
const keys = new Set<string>();
withImports(PAGE, keys);
const texts = Object.keys(manifest).filter((key) => key.startsWith(TEXTS)).map((key) => weigh(manifest[key]?.file ?? ""));
const largest = texts.reduce((a, b) => (a.gzip >= b.gzip ? a : b));
const first = [...[...filesOf(keys)].map(weigh), largest];
const names = new Set(first.map(({ file }) => file));
const later = [...filesOf(Object.keys(manifest))].filter((file) => !names.has(file)).sort().map(weigh);

console.log("file".padEnd(40) + ["plain", "gzip", "brotli"].map((head) => head.padStart(10)).join(""));
for (const weight of first) console.log(row(weight));
const total = sum(first, "first load");
console.log(row(total));
for (const weight of later) console.log(row(weight));

if (Math.max(total.gzip, total.brotli) > FIRST_LOAD_BYTES_MAX) {
  console.error(`the first load is more than ${FIRST_LOAD_BYTES_MAX} bytes`);
  process.exit(1);
}
