/**
 * Observable state: a value that is worked out when it is asked for and kept until something it
 * stands on changes. Fits React's useSyncExternalStore: the snapshot is the same object until it
 * changes, and both methods may be passed around unbound.
 *
 * However often it is touched, its listeners are told once per microtask: a page of a hundred
 * events is one change on screen. What takes a while to work out may be told less often (seldom()).
 */

import type { Clock } from "./clock.ts";

export interface Observable<T> {
  getSnapshot: () => T;
  /** The answer ends the subscription. */
  subscribe: (listener: () => void) => () => void;
}

/** Runs it soon, and not within the call. */
export type Soon = (tell: () => void) => void;

/** A browser's own would not be called as something's method. */
const atOnce: Soon = (tell) => queueMicrotask(tell);

/** At once where nothing was told for `ms`, else when that has passed. */
export function seldom(clock: Clock, ms: number): Soon {
  let last = -Infinity;
  return (tell) => {
    const wait = last + ms - clock.now();
    const told = (): void => {
      last = clock.now();
      tell();
    };
    if (wait <= 0) queueMicrotask(told);
    else clock.after(wait, told);
  };
}

export class Observed<T> implements Observable<T> {
  #compute: () => T;
  #soon: Soon;
  #value: T | undefined;
  #stale = true;
  #telling = false;
  #listeners = new Set<() => void>();

  constructor(compute: () => T, soon: Soon = atOnce) {
    this.#compute = compute;
    this.#soon = soon;
  }

  getSnapshot = (): T => {
    if (this.#stale) {
      this.#value = this.#compute();
      this.#stale = false;
    }
    return this.#value as T;
  };

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** What it stands on has changed. */
  touch(): void {
    this.#stale = true;
    if (this.#telling || this.#listeners.size === 0) return;
    this.#telling = true;
    this.#soon(() => {
      this.#telling = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

/** A value that is set from outside. */
export class Value<T> extends Observed<T> {
  #now: T;

  constructor(first: T) {
    super(() => this.#now);
    this.#now = first;
  }

  get(): T {
    return this.#now;
  }

  set(value: T): void {
    if (Object.is(value, this.#now)) return;
    this.#now = value;
    this.touch();
  }
}

/** Of those that nobody listens to so many are kept: more than a page shows before it listens.
 * Beyond it the one asked for first is dropped, and worked out anew when it is asked for again. */
export const UNHEARD_MAX = 500;

/**
 * One observable for each id, made when it is asked for. Whoever listens keeps it. What is handed
 * out only names the id, so that it may be held for ever, whatever was dropped meanwhile.
 */
export class ObservedMap<T> {
  #compute: (id: string) => T;
  #heard = new Map<string, Named<T>>();
  #unheard = new Map<string, Named<T>>();

  constructor(compute: (id: string) => T) {
    this.#compute = compute;
  }

  of(id: string): Observable<T> {
    return this.#named(id).handle;
  }

  /** How many are held. */
  get size(): number {
    return this.#heard.size + this.#unheard.size;
  }

  touch(id: string): void {
    (this.#heard.get(id) ?? this.#unheard.get(id))?.value.touch();
  }

  touchAll(): void {
    for (const held of [this.#heard, this.#unheard]) {
      for (const { value } of held.values()) value.touch();
    }
  }

  #named(id: string): Named<T> {
    return this.#heard.get(id) ?? this.#unheard.get(id) ?? this.#make(id);
  }

  #make(id: string): Named<T> {
    const handle = {
      getSnapshot: (): T => this.#named(id).value.getSnapshot(),
      subscribe: (listener: () => void): (() => void) => this.#listen(id, listener),
    };
    const named = { handle, value: new Observed(() => this.#compute(id)), listeners: 0 };
    this.#keepUnheard(id, named);
    return named;
  }

  #listen(id: string, listener: () => void): () => void {
    const named = this.#named(id);
    const end = named.value.subscribe(listener);
    named.listeners++;
    this.#unheard.delete(id);
    this.#heard.set(id, named);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      end();
      if (--named.listeners > 0) return;
      this.#heard.delete(id);
      this.#keepUnheard(id, named);
    };
  }

  #keepUnheard(id: string, named: Named<T>): void {
    this.#unheard.set(id, named);
    if (this.#unheard.size <= UNHEARD_MAX) return;
    for (const first of this.#unheard.keys()) {
      this.#unheard.delete(first);
      return;
    }
  }
}

interface Named<T> {
  handle: Observable<T>;
  value: Observed<T>;
  listeners: number;
}
