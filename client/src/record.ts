/**
 * What the device keeps of one conversation besides its rows. Pure.
 *
 * unread = n − read_n, both counted by the server: `n` at the head, `read_n` at `read`.
 */
import type {
  ChatEvent, ConversationKind, Entry, EventHide, EventPreferences, Id, Mark, MemberState, Role, Seq, Time,
} from "./api.ts";
import { met } from "./rows.ts";

export interface ConversationRecord {
  conversation: Id;
  kind: ConversationKind;
  title?: string;
  /** Of a group that has them. */
  description?: string;
  picture?: Id;
  /** Only the owner and the admins write. */
  announce?: boolean;
  /** Seconds that new messages stay. */
  timer?: number;
  /** Days after which everything goes. */
  retention?: number;
  peer?: Id;
  role?: Role;
  left?: boolean;
  /** The first seq one may read. */
  first: Seq;
  /** The newest seq heard of, its time, and the messages up to it. */
  head: Seq;
  time: Time;
  n: number;
  /** Every event up to it was applied; messages up to it. */
  cursor: Seq;
  cursor_n: number;
  /** Rows are held from here to the cursor; cursor + 1: none. */
  from: Seq;
  /** The newest message heard of. */
  last?: ChatEvent;
  /** The newest message that mentions one; it counts while it is beyond `read`. */
  mention?: Seq;
  /** One's own marks: as they stand here, and as the server is known to have them. */
  read: Seq;
  read_n: number;
  read_there: Seq;
  delivered_there: Seq;
  /** The newest stored event that somebody else waits to see delivered. */
  owed: Seq;
  peer_delivered?: Seq;
  peer_read?: Seq;
  /** Of a group: how far all others were when its members were last known. */
  all_delivered?: Seq;
  all_read?: Seq;
  /** A stranger began it, and one has not accepted. */
  request?: boolean;
  /** What one wants of it, by the events of one's own log up to this one. */
  preferences?: Seq;
  muted_until?: Time;
  pinned?: Seq;
  archived?: boolean;
  marked_unread?: boolean;
  /** One has hidden every message up to it. */
  cleared?: Seq;
}

/** A conversation that the device meets for the first time; its copy starts after `cursor`. */
export function recordOf(entry: Entry, cursor: Seq): ConversationRecord {
  const record: ConversationRecord = {
    conversation: entry.conversation,
    kind: entry.kind,
    first: entry.first,
    head: entry.head,
    time: entry.time,
    n: entry.n,
    cursor,
    cursor_n: cursor === entry.head ? entry.n : 0,
    from: cursor + 1,
    read: entry.read,
    read_n: entry.n - entry.unread,
    read_there: entry.read,
    delivered_there: entry.delivered,
    owed: 0,
  };
  meetEntry(record, entry);
  return record;
}

/** Takes from an entry what is newer than what stands. The cursor stays: entries hold no events. */
export function meetEntry(record: ConversationRecord, entry: Entry): void {
  if (entry.head >= record.cursor) {
    assign(record, "title", entry.title);
    assign(record, "description", entry.description);
    assign(record, "picture", entry.picture);
    assign(record, "announce", entry.announce);
    assign(record, "timer", entry.timer);
    assign(record, "retention", entry.retention);
    assign(record, "peer", entry.peer);
    assign(record, "role", entry.role);
    assign(record, "left", entry.left);
    assign(record, "request", entry.request);
    record.first = entry.first;
  }
  if (entry.head >= record.head) {
    record.head = entry.head;
    record.n = entry.n;
    record.time = entry.time;
  }
  // Gone by its age, or of before one came back: it is not to be read any more.
  if (record.last && record.last.seq < record.first) delete record.last;
  if (entry.last) record.last = newest(record.last, entry.last);
  // What came behind the entry, if it is older than the copy, is known from the events.
  if (entry.head >= record.cursor) assign(record, "mention", entry.mention);
  if (entry.read >= record.read) {
    record.read = entry.read;
    record.read_n = entry.n - entry.unread;
  } else {
    // What is gone is not unread, wherever the mark is.
    record.read_n = Math.max(record.read_n, entry.n - entry.unread);
  }
  record.read_there = entry.read;
  record.delivered_there = Math.max(record.delivered_there, entry.delivered);
  meetPeer(record, entry.peer_delivered, entry.peer_read);
  meetWanted(record, entry);
}

/** Reading takes a mark as unread away and is no event: the newest entry of one event says it. */
function meetWanted(record: ConversationRecord, entry: Entry): void {
  clear(record, entry.cleared ?? 0);
  if ((entry.preferences ?? 0) < (record.preferences ?? 0)) return;
  assign(record, "preferences", entry.preferences);
  assign(record, "muted_until", entry.muted_until);
  assign(record, "pinned", entry.pinned);
  assign(record, "archived", entry.archived);
  assign(record, "marked_unread", entry.marked_unread);
}

/** An event of one's own log says what one sees no more. `last` is the copy's to change. */
export function hide(record: ConversationRecord, event: EventHide): void {
  if (event.up_to) clear(record, event.target);
  else if (record.mention === event.target) delete record.mention;
}

function clear(record: ConversationRecord, seq: Seq): void {
  if (seq <= (record.cleared ?? 0)) return;
  record.cleared = seq;
  if (record.mention !== undefined && record.mention <= seq) delete record.mention;
}

/** Before it there is nothing to be seen. */
export function firstSeen(record: ConversationRecord): Seq {
  return Math.max(record.first, (record.cleared ?? 0) + 1);
}

/** What an event of one's own log says of this conversation. */
export function want(record: ConversationRecord, event: EventPreferences): void {
  if (event.seq <= (record.preferences ?? 0)) return;
  record.preferences = event.seq;
  const { muted_until, pinned, archived, unread: marked } = event;
  if (muted_until !== undefined) assign(record, "muted_until", muted_until || undefined);
  if (pinned !== undefined) assign(record, "pinned", pinned ? event.seq : undefined);
  if (archived !== undefined) assign(record, "archived", archived || undefined);
  if (marked !== undefined) assign(record, "marked_unread", marked || undefined);
}

export function meetPeer(record: ConversationRecord, delivered?: Seq, read?: Seq): void {
  record.peer_delivered = Math.max(record.peer_delivered ?? 0, delivered ?? 0);
  record.peer_read = Math.max(record.peer_read ?? 0, read ?? 0);
}

/** Kept for as long as the members are not known again. */
export function meetMembers(record: ConversationRecord, members: readonly MemberState[], me: Id): void {
  if (record.kind !== "group") return;
  const others = members.filter((member) => member.user !== me);
  assign(record, "all_delivered", least(others, "delivered"));
  assign(record, "all_read", least(others, "read"));
}

function least(members: readonly MemberState[], mark: "delivered" | "read"): Seq | undefined {
  return members.length > 0 ? Math.min(...members.map((member) => member[mark])) : undefined;
}

/** One's own marks as pushed, set on any device. `n_at`: messages up to a seq, where known.
 * False: the unread count, or whether it is marked as unread, is a guess: ask. */
export function meetOwnMark(
  record: ConversationRecord,
  mark: Mark,
  unread: number,
  n_at: (seq: Seq) => number | undefined,
): boolean {
  record.delivered_there = Math.max(record.delivered_there, mark.delivered);
  record.read_there = mark.read;
  if (mark.read <= record.read) return true;
  record.read = mark.read;
  // It may have been marked as unread behind this mark, which was told later: the entry knows.
  const doubt = record.marked_unread === true;
  delete record.marked_unread;
  const n = n_at(mark.read);
  if (n !== undefined) {
    record.read_n = n;
    return !doubt;
  }
  record.read_n = Math.max(record.read_n, record.n - unread);
  return false;
}

/** The seq and count of an event that one has heard of, however. */
export function hear(record: ConversationRecord, seq: Seq, n: number, time: Time): void {
  if (seq <= record.head) return;
  record.head = seq;
  record.n = n;
  record.time = time;
}

/** What an event in its turn does to the record. */
export function applyToRecord(record: ConversationRecord, event: ChatEvent, me: Id): void {
  const was = record.cursor_n;
  record.cursor = event.seq;
  record.cursor_n = event.n;
  hear(record, event.seq, event.n, event.time);
  if (event.sender !== me) record.owed = event.seq;
  if (event.seq === record.read) record.read_n = event.n;
  if (event.accepts && event.sender === me) delete record.request;
  switch (event.type) {
    case "message":
      if (!record.last || !newer(record.last, event)) record.last = event;
      if (event.request && event.sender !== me) record.request = true;
      meetMention(record, event, event.seq, me);
      if (event.sender === me && record.read_n === was) readBySending(record, event);
      break;
    case "edit":
      meetMention(record, event, event.target, me);
      break;
    case "delete":
      if (record.mention === event.target) delete record.mention;
      break;
    case "created":
      record.title = event.title;
      break;
    case "title":
      record.title = event.title;
      break;
    case "description":
      assign(record, "description", event.description || undefined);
      break;
    case "picture":
      assign(record, "picture", event.picture);
      break;
    case "timer":
      assign(record, "timer", event.seconds || undefined);
      break;
    case "retention":
      assign(record, "retention", event.days || undefined);
      break;
    case "announce":
      assign(record, "announce", event.on || undefined);
      break;
    case "role":
      if (event.user === me) record.role = event.role;
      else if (event.role === "owner" && event.sender === me) record.role = "admin";
      break;
    case "left":
      if (event.new_owner === me) record.role = "owner";
      if (event.user === me) leave(record);
      break;
    case "removed":
      if (event.user === me) leave(record);
      break;
    default:
      break;
  }
}

/** Whether the message at `seq` mentions one now. What an edit took back may leave an older mention
 * that nothing here tells of: the next entry does. */
function meetMention(record: ConversationRecord, event: { mentions?: Id[] }, seq: Seq, me: Id): void {
  if (event.mentions?.includes(me)) record.mention = Math.max(record.mention ?? 0, seq);
  else if (record.mention === seq) delete record.mention;
}

/** Nothing was unread before one's own message. The server then moves the mark in the same way,
 * unless there is a mark that it has not been told yet. */
function readBySending(record: ConversationRecord, event: ChatEvent): void {
  if (record.read_there === record.read) record.read_there = Math.max(record.read, event.seq);
  record.read = Math.max(record.read, event.seq);
  delete record.marked_unread;
  record.read_n = Math.max(record.read_n, event.n);
}

export function unread(record: ConversationRecord): number {
  return Math.max(0, record.n - record.read_n);
}

function leave(record: ConversationRecord): void {
  record.left = true;
  delete record.role;
  delete record.description;
  delete record.picture;
  delete record.announce;
  delete record.timer;
  delete record.retention;
}

/** The later message; of one message, the newer form. */
function newest(last: ChatEvent | undefined, other: ChatEvent): ChatEvent {
  if (last?.seq === other.seq) return met(last, other);
  return last && newer(last, other) ? last : other;
}

function newer(a: ChatEvent, b: ChatEvent): boolean {
  return a.seq > b.seq || (a.seq === b.seq && a.rev >= b.rev);
}

function assign<K extends keyof ConversationRecord>(record: ConversationRecord, key: K, value: ConversationRecord[K] | undefined): void {
  if (value === undefined) delete record[key];
  else record[key] = value;
}
