/**
 * The observables of what is shown: the list, one conversation, its timeline and members, worked out
 * of copies and outbox (view.ts) when somebody looks.
 *
 * Always holds: a view stays the same object until what it shows changes, in the log or in the outbox.
 */
import type { Id, MemberState } from "./api.ts";
import type { Blocks } from "./blocks.ts";
import type { Clock } from "./clock.ts";
import type { Copy } from "./copy.ts";
import type { Observable } from "./observable.ts";
import { Observed, ObservedMap, seldom } from "./observable.ts";
import type { Outbox, OutboxItem } from "./outbox.ts";
import { isMessage } from "./outbox.ts";
import type { People } from "./people.ts";
import type { Shelf } from "./shelf.ts";
import type { ConversationView, TimelineView } from "./view.ts";
import { beginningView, conversationView, isSilent, timelineView } from "./view.ts";

/** Whether it waits in the own log's lane, and changes what is seen of that conversation. */
function hidesIn({ cmd, args }: OutboxItem, conversation: Id | undefined): boolean {
  return (cmd === "message.hide" || cmd === "conversation.clear") && args["conversation"] === conversation;
}

/** Of thousands of conversations, each of which changes as one comes back, a list is worked out and drawn
 * a few times a second. */
const LIST_EVERY_MS = 50;

export class Views {
  readonly list: Observed<readonly ConversationView[]>;
  /** Whom one blocks is not shown again for it. */
  readonly requests: Observed<readonly ConversationView[]>;
  readonly unread: Observed<number>;
  readonly outbox = new Observed<readonly OutboxItem[]>(() => [...this.#outbox.items()]);
  /** By the conversation, or the person one talks to. */
  readonly conversations = new ObservedMap<ConversationView | undefined>((id) =>
    this.#viewOf(this.#shelf.resolve(id)));
  readonly timelines = new ObservedMap<TimelineView>((id) =>
    timelineView(this.#shelf.resolve(id), this.pendingOf(id), this.#shelf.me));
  readonly members = new ObservedMap<readonly MemberState[] | undefined>((id) =>
    this.#shelf.get(id)?.members);
  #shelf: Shelf;
  #outbox: Outbox;
  #people: People;
  #blocks: Blocks;
  /** Where a draft is. */
  #drafts: Observable<readonly Id[]>;
  /** By the conversation, or the person one has none with. */
  #made = new Map<Id, ConversationView>();

  constructor(
    clock: Clock, shelf: Shelf, outbox: Outbox, people: People, blocks: Blocks, drafts: Observable<readonly Id[]>,
  ) {
    this.#blocks = blocks;
    this.#drafts = drafts;
    this.#shelf = shelf;
    this.#outbox = outbox;
    this.#people = people;
    this.list = new Observed(() => this.#listed(false), seldom(clock, LIST_EVERY_MS));
    this.requests = new Observed(() => {
      const blocked = new Set(blocks.users.get());
      return this.#listed(true).filter(({ peer }) => peer === undefined || !blocked.has(peer));
    }, seldom(clock, LIST_EVERY_MS));
    this.unread = new Observed(
      () => this.list.getSnapshot().reduce((sum, view) => sum + view.unread, 0), seldom(clock, LIST_EVERY_MS),
    );
    blocks.users.subscribe(() => {
      this.list.touch();
      this.requests.touch();
    });
    let begun = "";
    drafts.subscribe(() => {
      // What is typed where something was said changes nothing.
      const now = drafts.getSnapshot().filter((id) => !this.#isSpokenIn(this.#shelf.resolve(id))).join();
      if (now !== begun) this.list.touch();
      begun = now;
    });
  }

  changed(copy: Copy): void {
    if (copy.members) this.#people.take(copy.members);
    this.list.touch();
    this.requests.touch();
    this.unread.touch();
    for (const id of [copy.id, copy.record.peer ?? this.#shelf.me]) {
      this.#made.delete(id);
      this.conversations.touch(id);
      this.timelines.touch(id);
    }
    this.members.touch(copy.id);
  }

  /** What waits in a lane changed; absent: in many. */
  outboxChanged(lane: string | undefined): void {
    if (lane === undefined) {
      this.touchAll();
      return;
    }
    this.outbox.touch();
    this.timelines.touch(lane);
    const copy = this.#shelf.resolve(lane);
    if (copy) this.changed(copy);
    else this.#beginningChanged(lane);
  }

  /** Somebody's name is known. */
  named(user: Id): void {
    const copy = this.#shelf.resolve(user);
    if (copy) return this.changed(copy);
    if (this.#made.delete(user)) this.list.touch();
  }

  #beginningChanged(id: Id): void {
    this.#made.delete(id);
    this.list.touch();
  }

  touchAll(): void {
    this.#made.clear();
    this.list.touch();
    this.requests.touch();
    this.unread.touch();
    this.outbox.touch();
    this.conversations.touchAll();
    this.timelines.touchAll();
    this.members.touchAll();
  }

  #listed(requests: boolean): ConversationView[] {
    const begun = this.#begun();
    const views = requests ? [] : this.#beginnings(begun);
    for (const copy of this.#shelf.all()) {
      const { kind, request } = copy.record;
      if (kind === "own" || (request ?? false) !== requests) continue;
      if (this.#isSpokenIn(copy) || begun.has(copy.id)) views.push(this.#viewOf(copy) as ConversationView);
    }
    return views.sort((a, b) => placeOf(b) - placeOf(a) || (a.conversation < b.conversation ? 1 : -1));
  }

  /** Where something is on its way or a draft, with a conversation by its id. A draft to whom one blocks is none. */
  #begun(): Set<Id> {
    const lanes = this.#outbox.items().filter(isMessage).map(({ lane }) => lane);
    const blocked = new Set(this.#blocks.users.get());
    const drafts = this.#drafts.getSnapshot().filter((id) => !blocked.has(this.#shelf.resolve(id)?.record.peer ?? id));
    return new Set([...lanes, ...drafts].map((id) => this.#shelf.resolve(id)?.id ?? id));
  }

  /** Whom one has no conversation with. Who is not known is nobody: a group that is gone. */
  #beginnings(begun: ReadonlySet<Id>): ConversationView[] {
    const { me } = this.#shelf;
    const views = [...begun].filter((id) => id === me || !this.#shelf.get(id)).map((id) =>
      this.#madeOf(id, () => beginningView(id, this.pendingOf(id), me, this.#people.get(id))));
    return views.filter(({ kind, person }) => kind === "self" || person);
  }

  #isSpokenIn(copy: Copy | undefined): boolean {
    if (!copy) return false;
    return copy.record.head > 0 && !isSilent(copy.record);
  }

  #viewOf(copy: Copy | undefined): ConversationView | undefined {
    if (!copy) return undefined;
    return this.#madeOf(copy.id, () => {
      const { peer } = copy.record;
      const person = peer === undefined ? undefined : this.#people.get(peer);
      return conversationView(copy, this.pendingOf(copy.id), this.#shelf.me, person);
    });
  }

  #madeOf(id: Id, make: () => ConversationView): ConversationView {
    const made = this.#made.get(id) ?? make();
    this.#made.set(id, made);
    return made;
  }

  /** What waits to be said there, or to change what is seen of it. */
  pendingOf(id: Id): OutboxItem[] {
    const items = this.#outbox.items();
    if (items.length === 0) return [];
    const lane = this.#shelf.laneOf(id);
    const conversation = this.#shelf.resolve(id)?.id;
    return items.filter((item) => item.lane === lane || hidesIn(item, conversation));
  }
}

/** A draft alone stands before what has a time. */
function placeOf({ time }: ConversationView): number {
  return time === 0 ? Infinity : time;
}
