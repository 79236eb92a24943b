/** Tells the worker in dist/ what was built: the paths of all files that the page is made of, and a
 * version, which is another one whenever any of them is. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";

const DIST = new URL("../dist/", import.meta.url);
const WORKER = "worker.js";
/** For the system's menus, not for the page. */
const ICONS = "icons/";

function isOfThePage(name: string): boolean {
  const told = name.startsWith(".") || name.startsWith(ICONS) || name === WORKER || /\.(br|map)$/.test(name);
  return !told && statSync(new URL(name, DIST)).isFile();
}

const names = readdirSync(DIST, { recursive: true, encoding: "utf8" }).filter(isOfThePage).sort();
const hash = createHash("sha256");
for (const name of names) hash.update(`${name}\n`).update(readFileSync(new URL(name, DIST)));
// The page is known by its folder.
const paths = names.map((name) => (name === "index.html" ? "/" : `/${name}`));

const worker = new URL(WORKER, DIST);
const text = readFileSync(worker, "utf8");
const told = text.replaceAll("__FILES__", JSON.stringify(paths)).replaceAll("__VERSION__", JSON.stringify(hash.digest("hex").slice(0, 16)));
if (told === text || told.includes("__FILES__")) throw new Error(`${WORKER} does not ask for its files`);
writeFileSync(worker, told);
