/**
 * The page's worker (worker/worker.ts), and a newer version of the page that it has ready. That is
 * taken when one wants it, or when the page is next opened, since one may be in the middle of
 * something; what was begun to be written is kept either way, and as long as something stands in the
 * page that would not be, the page stays.
 */
import type { Observable } from "parley-client";
import { Value } from "parley-client";

const PATH = "/worker.js";
/** The browser itself looks when the page is opened, which for some is once a month. */
const LOOK_MS = 60 * 60 * 1000;

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(): string }): { createScriptURL(from: string): string };
}

/** The content policy of the page takes it from this one alone, in a browser that knows of such. */
function workerPath(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  return trustedTypes?.createPolicy("worker", { createScriptURL: () => PATH }).createScriptURL("") ?? PATH;
}

export class Update {
  readonly ready: Observable<boolean>;
  #ready = new Value(false);
  #registration: ServiceWorkerRegistration | undefined;
  #holds = 0;
  /** Another version has the worker by now. */
  #due = false;

  constructor() {
    this.ready = this.#ready;
  }

  async begin(): Promise<void> {
    try {
      const workers = navigator.serviceWorker;
      let had = workers.controller !== null;
      workers.addEventListener("controllerchange", () => {
        // All tabs of a browser are of one version: whichever of them took it. The first one is theirs already.
        if (had) this.#reload();
        had = true;
      });
      // A page that was loaded past the worker is of a version all the same.
      had ||= Boolean((await workers.getRegistration())?.active);
      const registration = await workers.register(workerPath());
      registration.addEventListener("updatefound", () => this.#watch(registration));
      this.#registration = registration;
      this.#watch(registration); // It may have been found already.
      this.#look();
      setInterval(() => this.check(), LOOK_MS);
    } catch {
      // A browser that takes no worker: the page then needs its server to open.
    }
  }

  /** A good time to look: such as when the server was gone for a while. */
  check(): void {
    this.#look();
    this.#registration?.update().catch(() => {});
  }

  /** The page is loaded anew. */
  take(): void {
    this.#registration?.waiting?.postMessage("take over");
  }

  /** Something stands in the page that is gone when it is loaded anew. The answer ends it. If another tab
   * takes the newer version meanwhile, this page does without what it has not loaded until then. */
  hold(): () => void {
    this.#holds++;
    this.#look();
    return () => {
      this.#holds--;
      this.#look();
      if (this.#due) this.#reload();
    };
  }

  #reload(): void {
    this.#due = this.#holds > 0;
    if (!this.#due) location.reload();
  }

  #watch(registration: ServiceWorkerRegistration): void {
    registration.installing?.addEventListener("statechange", () => this.#look());
  }

  #look(): void {
    const waits = Boolean(this.#registration?.waiting) && navigator.serviceWorker.controller !== null;
    this.#ready.set(waits && this.#holds === 0);
  }
}
