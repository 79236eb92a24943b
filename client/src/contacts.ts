/**
 * How one stands to others: read as a list, then kept up by the events of the 1:1s. The list is read
 * again whenever an event may have been missed: a 1:1 without messages is in no list of conversations.
 */
import type { Appended, ChatEvent, Contact, ContactState, Id } from "./api.ts";
import type { Asker } from "./asker.ts";
import type { Observable } from "./observable.ts";
import { Value } from "./observable.ts";
import type { AppendArgs, AppendCommand } from "./outbox.ts";

const PAGE = 100;

export interface ContactsHost {
  /** Into the lane of the 1:1. */
  append<C extends AppendCommand>(cmd: C, args: AppendArgs<C>, user: Id): Promise<Appended>;
}

export class Contacts {
  /** By user; whoever is not there is nothing to one, and has not asked. */
  readonly known: Observable<ReadonlyMap<Id, Contact>>;
  #known = new Value<ReadonlyMap<Id, Contact>>(new Map());
  #asker: Asker;
  #host: ContactsHost;
  /** How often there was a reason to doubt it: a list that was asked for before is too old. */
  #doubts = 0;
  #reading: Promise<void> | undefined;

  constructor(asker: Asker, host: ContactsHost) {
    this.#asker = asker;
    this.#host = host;
    this.known = this.#known;
  }

  /** Asks somebody; where they have asked, it accepts. */
  request(user: Id): Promise<Appended> {
    return this.#host.append("contact.request", { user }, user);
  }

  accept(user: Id): Promise<Appended> {
    return this.#host.append("contact.accept", { user }, user);
  }

  decline(user: Id): Promise<Appended> {
    return this.#host.append("contact.decline", { user }, user);
  }

  /** Ends being contacts, or takes back one's own request or one's having declined. */
  remove(user: Id): Promise<Appended> {
    return this.#host.append("contact.remove", { user }, user);
  }

  /** Whatever events were missed, it is right after this. */
  read(): Promise<void> {
    this.#doubts++;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  applied(event: ChatEvent, me: Id): void {
    switch (event.type) {
      case "contact_request":
      case "contact_accept":
      case "contact_decline":
      case "contact_remove": {
        const user = event.sender === me ? event.user : event.sender;
        const before = this.#known.get().get(user);
        if (before && before.seq >= event.seq) return;
        this.#doubts++;
        const { conversation, seq, time } = event;
        const state = stateAfter(event.type, event.sender === me, before?.state);
        const known = new Map(this.#known.get());
        if (state) known.set(user, { user, state, conversation, seq, time });
        else known.delete(user);
        this.#known.set(known);
      }
    }
  }

  clear(): void {
    this.#doubts++;
    this.#known.set(new Map());
  }

  async #read(): Promise<void> {
    for (let asked = -1; asked !== this.#doubts; ) {
      asked = this.#doubts;
      const all = await this.#readAll();
      if (asked === this.#doubts) this.#known.set(new Map(all.map((one) => [one.user, one])));
    }
  }

  async #readAll(): Promise<Contact[]> {
    const all: Contact[] = [];
    for (;;) {
      const after = all.at(-1);
      const { contacts } = await this.#asker.ask("contact.list", {
        ...(after ? { after_user: after.user } : {}), limit: PAGE,
      });
      all.push(...contacts);
      if (contacts.length < PAGE) return all;
    }
  }
}

function stateAfter(
  type: "contact_request" | "contact_accept" | "contact_decline" | "contact_remove",
  mine: boolean,
  before: ContactState | undefined,
): ContactState | undefined {
  switch (type) {
    case "contact_request":
      if (before === (mine ? "received" : "sent")) return "contact";
      return mine ? "sent" : "received";
    case "contact_accept":
      return "contact";
    case "contact_decline":
      return mine ? "declined" : "turned_down";
    case "contact_remove":
      return undefined;
  }
}
