/**
 * What stands between the library and what is drawn: everything that is state and not a single
 * component's own. Components read it by useObservable() and call its methods; they hold no copy.
 * No React in this folder but in context.ts, so that it is tested without a page.
 */
import type { Observable, Parley } from "parley-client";
import { Value } from "parley-client";
import type { Device } from "./device.ts";
import { ListStore } from "./list.ts";
import { Look } from "./look.ts";
import { Update } from "./update.ts";

/** What stands before the panes, by a shortcut or from a menu. */
export type Overlay = "shortcuts" | "switcher";

export class Store {
  readonly parley: Parley;
  /** What happens here is gone with the page. */
  readonly forgetful: Observable<boolean>;
  readonly look = new Look();
  readonly update = new Update();
  readonly list: ListStore;
  readonly overlay = new Value<Overlay | undefined>(undefined);
  /** Which the server tells once: until one says that one has kept them. */
  readonly recoveryCodes = new Value<readonly string[] | undefined>(undefined);

  constructor({ parley, forgetful }: Device) {
    this.parley = parley;
    this.forgetful = forgetful;
    this.list = new ListStore(parley);
    this.#forgetWithTheUser();
    // To load the page anew would lose them, wherever in it one looks.
    const { recoveryCodes } = this;
    this.#holdWhile(() => recoveryCodes.getSnapshot() !== undefined, recoveryCodes);
    const { outbox } = parley;
    const { begunDrafts } = parley.personal;
    this.#holdWhile(
      () => forgetful.getSnapshot() && outbox.getSnapshot().length + begunDrafts.getSnapshot().length > 0,
      forgetful, outbox, begunDrafts,
    );
    // Where the server was gone, it may have been for a newer one.
    parley.status.subscribe(() => {
      if (parley.status.getSnapshot().state === "online") this.update.check();
    });
  }

  #holdWhile(stands: () => boolean, ...sources: readonly Observable<unknown>[]): void {
    let release: (() => void) | undefined;
    const look = (): void => {
      if (stands()) {
        release ??= this.update.hold();
      } else {
        release?.();
        release = undefined;
      }
    };
    for (const source of sources) source.subscribe(look);
  }

  /** Whoever signs in next in this page finds nothing that the one before did in it. */
  #forgetWithTheUser(): void {
    const { session } = this.parley;
    let user = session.getSnapshot()?.user;
    session.subscribe(() => {
      const now = session.getSnapshot()?.user;
      if (now === user) return;
      user = now;
      this.list.reset();
      this.overlay.set(undefined);
      this.recoveryCodes.set(undefined);
    });
  }
}
