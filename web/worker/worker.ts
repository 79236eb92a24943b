/**
 * The page's service worker: it holds the files that the page is made of, so that it opens at once and
 * without a server. It sees no message and no token: what the page asks of the server it lets pass. Of a
 * notification that the page has it show it hears when that is pressed, and leads where it says.
 *
 * A version is what one build made, all or nothing: its files are in a cache of their own before it
 * is one that can be taken. It is taken when the page says so, or when no tab of the one before is
 * open any more, never under a page that runs: that one's later parts would be gone.
 *
 * Written here rather than by a package: see docs/decisions/0015.
 */
export {};
declare const self: ServiceWorkerGlobalScope;
/** Put in by the build: the paths of all files, and what tells this version from another. */
declare const __FILES__: readonly string[];
declare const __VERSION__: string;

const PREFIX = "parley/";
const CACHE = PREFIX + __VERSION__;
const FILES: ReadonlySet<string> = new Set(__FILES__);
/** Their names change with their content. */
const HASHED = /^\/assets\//;
const PAGE = "/";

async function store(cache: Cache, path: string): Promise<void> {
  // Most files of a new version are those of the one before.
  const known = HASHED.test(path) ? await caches.match(path) : undefined;
  const response = known ?? (await fetch(path, { cache: "no-cache" }));
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  if (path === PAGE && !(await isOurs(response.clone()))) throw new Error("the page is of another version");
  await cache.put(path, response);
}

/** While the nodes of a server are upgraded, some still have the version before. Its page would ask for
 * files that are nowhere once all are. */
async function isOurs(page: Response): Promise<boolean> {
  const named = (await page.text()).matchAll(/"(\/assets\/[^"]+)"/g);
  return [...named].every(([, path]) => FILES.has(path as string));
}

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all([...FILES].map((path) => store(cache, path)));
}

async function begin(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
  // The page that has brought the first one is of this version.
  await self.clients.claim();
}

async function answer(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

/** To a tab that is open, else to a new one. */
async function lead(href: string): Promise<void> {
  const [tab] = await self.clients.matchAll({ type: "window" });
  if (!tab) return void (await self.clients.openWindow(`/${href}`));
  tab.postMessage(href);
  await tab.focus();
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(begin()));
self.addEventListener("message", ({ data }) => {
  if (data === "take over") void self.skipWaiting();
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(String(event.notification.data)));
});
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin || !FILES.has(pathname)) return;
  event.respondWith(answer(pathname, event.request));
});
