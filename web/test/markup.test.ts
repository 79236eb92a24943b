/** What people write becomes elements by no way but React's, here and in the library. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const FOLDERS = ["../src/", "../worker/", "../../client/src/"].map((folder) => new URL(folder, import.meta.url));
const WRITES_HTML = /innerHTML|outerHTML|insertAdjacentHTML|setHTML|createContextualFragment|DOMParser|document\.write|srcdoc/i;

test("no code of ours has a text read as HTML", () => {
  assert.match("dangerouslySetInnerHTML", WRITES_HTML);
  for (const folder of FOLDERS) {
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name))) {
      assert.doesNotMatch(readFileSync(new URL(name, folder), "utf8"), WRITES_HTML, name);
    }
  }
});
