/**
 * What the left pane shows: which part of it, the conversations in their order, what was typed into
 * the search. All of it is gone with the page, and with whoever is signed in.
 */
import type { Observable, Parley } from "parley-client";
import { Observed, Value } from "parley-client";
import type { Arranged, Filter } from "../list/arrange.ts";
import { arrange } from "../list/arrange.ts";

/** What stands in the left pane. */
export type Pane = "list" | "archived" | "contacts" | "new-group" | "settings";

export class ListStore {
  readonly pane: Observable<Pane>;
  readonly filter: Observable<Filter>;
  readonly typed: Observable<string>;
  readonly arranged: Observable<Arranged>;
  #pane = new Value<Pane>("list");
  #filter = new Value<Filter>("all");
  #typed = new Value("");

  constructor(parley: Parley) {
    const { conversations } = parley;
    const arranged = new Observed(() => arrange(conversations.getSnapshot(), this.#filter.get()));
    for (const source of [conversations, this.#filter]) source.subscribe(() => arranged.touch());
    this.pane = this.#pane;
    this.filter = this.#filter;
    this.typed = this.#typed;
    this.arranged = arranged;
  }

  show(pane: Pane): void {
    this.#pane.set(pane);
  }

  setFilter(filter: Filter): void {
    this.#filter.set(filter);
  }

  type(typed: string): void {
    this.#typed.set(typed);
  }

  /** As when the page was opened. */
  reset(): void {
    this.show("list");
    this.setFilter("all");
    this.type("");
  }
}
