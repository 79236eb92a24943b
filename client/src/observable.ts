/**
 * Observable state: a value that is worked out when it is asked for and kept until something it
 * stands on changes. Fits React's useSyncExternalStore: the snapshot is the same object until it
 * changes, and both methods may be passed around unbound.
 *
 * However often it is touched, its listeners are told once per microtask: a page of a hundred
 * events is one change on screen.
 */

export interface Observable<T> {
  getSnapshot: () => T;
  /** The answer ends the subscription. */
  subscribe: (listener: () => void) => () => void;
}

export class Observed<T> implements Observable<T> {
  #compute: () => T;
  #value: T | undefined;
  #stale = true;
  #telling = false;
  #listeners = new Set<() => void>();

  constructor(compute: () => T) {
    this.#compute = compute;
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
    queueMicrotask(() => {
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

/** One Observed for each id, made when first asked for, as long as somebody may hold it. */
export class ObservedMap<T> {
  #compute: (id: string) => T;
  #made = new Map<string, Observed<T>>();

  constructor(compute: (id: string) => T) {
    this.#compute = compute;
  }

  of(id: string): Observed<T> {
    let made = this.#made.get(id);
    if (!made) {
      made = new Observed(() => this.#compute(id));
      this.#made.set(id, made);
    }
    return made;
  }

  touch(id: string): void {
    this.#made.get(id)?.touch();
  }

  touchAll(): void {
    for (const made of this.#made.values()) made.touch();
  }
}
