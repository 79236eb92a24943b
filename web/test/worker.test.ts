/** What the page's worker keeps of the files that a server tells it. */
import assert from "node:assert/strict";
import { test } from "node:test";

const WORKER = new URL("../worker/worker.ts", import.meta.url).href;

/** Installs the version that has these files from a server that has those. The answer: what it keeps. */
async function installs(version: string, files: readonly string[], served: ReadonlyMap<string, string>): Promise<string[]> {
  const kept: string[] = [];
  const cache = { put: async (path: string) => void kept.push(path), match: async () => undefined };
  let done: Promise<void> | undefined;
  Object.assign(globalThis, {
    __FILES__: files,
    __VERSION__: version,
    caches: { open: async () => cache, match: async () => undefined },
    self: {
      addEventListener: (type: string, listener: (event: unknown) => void) => {
        if (type === "install") listener({ waitUntil: (promise: Promise<void>) => (done = promise) });
      },
    },
    fetch: async (path: string) => new Response(served.get(path), { status: served.has(path) ? 200 : 404 }),
  });
  await import(`${WORKER}?${version}`);
  await done;
  return kept.sort();
}

function pageOf(version: string): string {
  return `<link href="/manifest.webmanifest"><script type="module" src="/assets/page-${version}.js"></script>`;
}

test("a version is installed whole, or not at all where a node still has the page of the one before", async () => {
  const files = ["/", "/assets/page-2.js", "/manifest.webmanifest"];
  const served = new Map(files.map((path) => [path, path === "/" ? pageOf("2") : ""]));
  assert.deepEqual(await installs("a", files, served), files);
  await assert.rejects(installs("b", files, new Map([...served, ["/", pageOf("1")]])), /another version/);
  served.delete("/assets/page-2.js");
  await assert.rejects(installs("c", files, served), /404/);
});
