/**
 * The tabs of one device in one browser, of which one leads. Who holds a Web Lock leads: the browser
 * gives it to the next one when that tab closes, crashes or is killed, and never to two. A
 * BroadcastChannel carries what they tell each other; what it carries means nothing here.
 *
 * Refused: a SharedWorker that holds all. Browsers on phones lack it, and what runs in it could not
 * ring, ask for a notification, or be looked at. Refused: to choose by messages and time-outs. A
 * hidden tab's clock is slow, and then two lead.
 */
import { randomKey } from "./outbox.ts";

/** Changes with what the tabs tell each other: those of another version are no company. */
const VERSION = 2;

export interface TabsHandlers {
  /** This tab leads from now on, after it did not. */
  leads(): void;
  /** Another one took the lead from this one, which was silent for too long. */
  deposed(): void;
  heard(note: unknown, from: string): void;
}

/** What it takes of a browser. */
export interface TabsPlace {
  locks: LockManager;
  channel(name: string): BroadcastChannel;
}

export function tabsHere(): TabsPlace | undefined {
  if (typeof navigator === "undefined" || !("locks" in navigator) || typeof BroadcastChannel === "undefined") return undefined;
  return { locks: navigator.locks, channel: (name) => new BroadcastChannel(name) };
}

export class Tabs {
  readonly id = randomKey();
  #place: TabsPlace;
  #handlers: TabsHandlers;
  #group = "";
  #channel: BroadcastChannel | undefined;
  #leads = false;
  /** Gives the lead back, or ends the wait for it. */
  #letGo = new AbortController();
  /** For which group it stands in the line. */
  #waits: AbortController | undefined;

  constructor(place: TabsPlace, handlers: TabsHandlers) {
    this.#place = place;
    this.#handlers = handlers;
  }

  get leads(): boolean {
    return this.#leads;
  }

  get joined(): boolean {
    return this.#channel !== undefined;
  }

  /** Resolves when it is known who leads: this tab, if no other one does. */
  async join(device: string): Promise<void> {
    this.leave();
    const group = `parley/${VERSION}/${device}`;
    const letGo = new AbortController();
    this.#group = group;
    this.#letGo = letGo;
    this.#channel = this.#place.channel(group);
    this.#channel.onmessage = ({ data }: MessageEvent<{ note: unknown; from: string }>) => {
      if (!letGo.signal.aborted) this.#handlers.heard(data.note, data.from);
    };
    // Held as long as this tab lives, for whoever wants to know when it does not.
    void this.#hold(lifeLock(group, this.id), {}, letGo, () => {});
    await new Promise<void>((known) => {
      const led = (): void => {
        this.#leads = true;
        known();
      };
      void this.#seek({ ifAvailable: true }, letGo, led).then(known);
    });
  }

  /** The others go on. */
  leave(): void {
    this.#letGo.abort();
    this.#channel?.close();
    this.#channel = undefined;
    this.#leads = false;
  }

  post(note: unknown): void {
    this.#channel?.postMessage({ note, from: this.id });
  }

  /** Takes the lead from whoever has it: a tab that the browser has frozen holds it and does nothing. */
  depose(): void {
    const letGo = this.#letGo;
    if (!this.#leads && !letGo.signal.aborted) void this.#seek({ steal: true }, letGo, () => this.#lead());
  }

  /** Calls `then` once when another tab is no more, however it ended. */
  whenGone(tab: string, then: () => void): void {
    const { signal } = this.#letGo;
    this.#place.locks.request(lifeLock(this.#group, tab), { signal }, then).catch(() => {});
  }

  #lead(): void {
    this.#leads = true;
    this.#handlers.leads();
  }

  /** Resolves when the lead is lost, or not to be had so. It is then waited for. */
  async #seek(options: LockOptions, letGo: AbortController, led: () => void): Promise<void> {
    await this.#hold(leadLock(this.#group), options, letGo, led);
    this.#lost(letGo);
    if (!letGo.signal.aborted && this.#waits !== letGo) void this.#wait(letGo);
  }

  async #wait(letGo: AbortController): Promise<void> {
    this.#waits = letGo;
    for (let led = true; led && !letGo.signal.aborted; ) {
      led = false;
      await this.#hold(leadLock(this.#group), { signal: letGo.signal }, letGo, () => {
        led = true;
        this.#lead();
      });
      this.#lost(letGo);
    }
  }

  #lost(letGo: AbortController): void {
    if (letGo.signal.aborted || !this.#leads) return;
    this.#leads = false;
    this.#handlers.deposed();
  }

  /** Resolves when the lock is held no more, or was not to be had. */
  async #hold(name: string, options: LockOptions, letGo: AbortController, held: () => void): Promise<void> {
    try {
      await this.#place.locks.request(name, options, async (lock) => {
        if (!lock || letGo.signal.aborted) return;
        held();
        await new Promise<void>((resolve) => letGo.signal.addEventListener("abort", () => resolve()));
      });
    } catch {
      // Taken from us, or not waited for any more.
    }
  }
}

function leadLock(group: string): string {
  return `${group}/lead`;
}

function lifeLock(group: string, tab: string): string {
  return `${group}/tab/${tab}`;
}
