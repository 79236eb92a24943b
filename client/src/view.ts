/** What is shown, worked out of copies and outbox. Pure. */
import type {
  ChatEvent, ConversationKind, EventMessage, Id, MessageSendArgs, Person, Reaction, Role, Seq, Time,
} from "./api.ts";
import type { Copy } from "./copy.ts";
import type { OutboxItem } from "./outbox.ts";
import { isMessage } from "./outbox.ts";
import type { ConversationRecord } from "./record.ts";
import { firstSeen } from "./record.ts";
import { isHidden } from "./rows.ts";

/** How far one's own message got. `waiting`: in the outbox. In a group `delivered` and `read` mean
 * by everybody; members() says who. */
export type MessageStatus = "waiting" | "sent" | "delivered" | "read" | "failed";

export interface MessageView {
  type: "message";
  /** The same from the outbox on, for lists on screen. */
  id: string;
  sender: Id;
  own: boolean;
  kind: string;
  /** Absent once deleted. */
  text?: string;
  time: Time;
  reply_to?: Seq;
  /** Its text is a copy of another message's. */
  forwarded: boolean;
  edited: boolean;
  deleted: boolean;
  reactions: readonly Reaction[];
  /** When its words go, by the server's clock. */
  expires?: Time;
  mentions: readonly Id[];
  /** Whether one is among them. */
  mentioned: boolean;
  /** It is shown as one has changed it; the server has not said yet that the change stands. */
  changing?: true;
  /** Absent until it stands. */
  seq?: Seq;
  /** Of one's own messages. */
  status?: MessageStatus;
  /** Of one's own messages: for retry and discard. */
  key?: string;
  /** Why it failed. */
  error?: { code: string; message: string };
}

/** Something else that happened: members, title, roles. */
export interface NoticeView {
  type: "notice";
  id: string;
  seq: Seq;
  time: Time;
  event: Exclude<ChatEvent, EventMessage>;
}

export interface TimelineView {
  items: readonly (MessageView | NoticeView)[];
  /** There is more before the first item: loadOlder(). */
  has_older: boolean;
  /** So much is held that nothing older is loaded, whether there is or not. */
  full: boolean;
  loading: boolean;
}

/** Or a person with whom one has no conversation yet, but a message on its way or a draft: `conversation` is
 * the person then, and `head` 0. */
export interface ConversationView {
  conversation: Id;
  kind: ConversationKind;
  title?: string;
  /** Of a group that has them, while one is in it. */
  description?: string;
  picture?: Id;
  /** Of a group: only the owner and the admins write. */
  announce: boolean;
  /** Seconds that new messages stay; 0: for ever. */
  timer: number;
  /** Days after which everything goes; 0: as the server does. */
  retention: number;
  /** Of a direct: the other one, and their name once it is known. */
  peer?: Id;
  person?: Person;
  role?: Role;
  left: boolean;
  first: Seq;
  head: Seq;
  /** Of the newest, be it on its way; 0: nothing but a draft. */
  time: Time;
  unread: number;
  read: Seq;
  /** The newest message that mentions one, if it is unread. */
  mention?: Seq;
  /** No notice is wanted until then. */
  muted_until?: Time;
  /** The greater of two was pinned later; absent: not pinned. */
  pinned?: Seq;
  archived: boolean;
  /** A stranger began it, and one has not accepted. */
  request: boolean;
  /** One marked it so, and has not read since. */
  marked_unread: boolean;
  last?: MessageView;
  /** The newest of one's own that is not in the log yet: it waits, or was refused since the last was said. */
  outgoing?: MessageView;
  /** One of one's own was refused, and is neither tried again nor given up. */
  refused?: true;
}

export const NO_TIMELINE: TimelineView = { items: [], has_older: false, full: false, loading: false };

export function conversationView(
  copy: Copy,
  pending: readonly OutboxItem[],
  me: Id,
  person: Person | undefined,
): ConversationView {
  const { record } = copy;
  const view: ConversationView = {
    conversation: record.conversation,
    kind: record.kind,
    left: record.left ?? false,
    announce: record.announce ?? false,
    timer: record.timer ?? 0,
    retention: record.retention ?? 0,
    first: record.first,
    head: record.head,
    time: isSilent(record) ? 0 : record.time,
    unread: copy.unread,
    read: record.read,
    archived: record.archived ?? false,
    request: record.request ?? false,
    marked_unread: record.marked_unread ?? false,
  };
  if (record.title !== undefined) view.title = record.title;
  if (record.description !== undefined) view.description = record.description;
  if (record.picture !== undefined) view.picture = record.picture;
  if (record.peer !== undefined) view.peer = record.peer;
  if (person) view.person = person;
  if (record.role) view.role = record.role;
  if (record.mention !== undefined && record.mention > record.read) view.mention = record.mention;
  if (record.muted_until !== undefined) view.muted_until = record.muted_until;
  if (record.pinned !== undefined) view.pinned = record.pinned;
  if (record.last?.type === "message" && !isHidden(record.last)) {
    view.last = messageView(record.last, copy, me);
    for (const item of pending) if (item.args["seq"] === record.last.seq) change(view.last, item, me);
  }
  return goingOut(view, pending, me);
}

/** Somebody one has no conversation with yet, or one's notes before the first. */
export function beginningView(
  id: Id, pending: readonly OutboxItem[], me: Id, person: Person | undefined,
): ConversationView {
  const view: ConversationView = {
    conversation: id, kind: "direct", peer: id, left: false, announce: false, timer: 0, retention: 0, first: 1, head: 0,
    time: 0, unread: 0, read: 0, archived: false, request: false, marked_unread: false,
  };
  if (id === me) {
    view.kind = "self";
    delete view.peer;
  }
  if (person) view.person = person;
  return goingOut(view, pending, me);
}

/** Of two who have said nothing: one has asked the other to be a contact, or was asked. */
export function isSilent({ kind, n }: ConversationRecord): boolean {
  return kind === "direct" && n === 0;
}

function goingOut(view: ConversationView, pending: readonly OutboxItem[], me: Id): ConversationView {
  const ours = pending.filter((one) => isMessage(one) && one.key !== view.last?.key);
  if (ours.some(({ state }) => state === "failed")) view.refused = true;
  const item = ours.findLast(({ state, created }) => state !== "failed" || created >= (view.last?.time ?? 0));
  if (!item) return view;
  const outgoing = pendingView(item, me);
  return { ...view, outgoing, time: Math.max(view.time, outgoing.time) };
}

/** `copy` is absent for a person one has not written with yet. */
export function timelineView(
  copy: Copy | undefined,
  pending: readonly OutboxItem[],
  me: Id,
): TimelineView {
  const items = copy ? itemsOf(copy.rows.values(), copy, pending, me) : [];
  const here = new Set(items.map((item) => item.id));
  const bySeq = new Map(items.map((item) => [item.seq, item]));
  for (const item of pending) {
    const target = bySeq.get(item.args["seq"] as Seq | undefined);
    if (!isMessage(item)) {
      if (target?.type === "message") change(target, item, me);
    } else if (!here.has(item.key)) {
      items.push(pendingView(item, me));
    }
  }
  return {
    items,
    has_older: copy ? copy.record.from > firstSeen(copy.record) && !copy.full : false,
    full: copy?.full ?? false,
    loading: copy?.loading ?? false,
  };
}

/** What stands somewhere in the history, and what waits to change it: nothing waits to be said there. */
export function excerptItems(
  rows: readonly ChatEvent[], copy: Copy, pending: readonly OutboxItem[], me: Id,
): (MessageView | NoticeView)[] {
  const items = itemsOf(rows, copy, pending, me);
  const bySeq = new Map(items.map((item) => [item.seq, item]));
  for (const item of pending) {
    const target = bySeq.get(item.args["seq"] as Seq | undefined);
    if (target?.type === "message") change(target, item, me);
  }
  return items;
}

function itemsOf(
  rows: readonly ChatEvent[], copy: Copy, pending: readonly OutboxItem[], me: Id,
): (MessageView | NoticeView)[] {
  const items: (MessageView | NoticeView)[] = [];
  for (const row of rows) {
    if (isHidden(row) || pending.some((item) => hides(item, row))) continue;
    if (row.type === "message") items.push(messageView(row, copy, me));
    else if (isNotice(row)) items.push(noticeView(row));
  }
  return items;
}

function messageView(row: EventMessage, copy: Copy, me: Id): MessageView {
  const own = row.sender === me;
  const view: MessageView = {
    type: "message",
    id: row.key ?? `#${row.seq}`,
    sender: row.sender,
    own,
    kind: row.kind,
    time: row.time,
    forwarded: row.forwarded ?? false,
    edited: row.edited !== undefined,
    deleted: row.deleted ?? false,
    reactions: row.reactions ?? [],
    mentions: row.mentions ?? [],
    mentioned: row.mentions?.includes(me) ?? false,
    seq: row.seq,
  };
  if (row.text !== undefined) view.text = row.text;
  if (row.reply_to !== undefined) view.reply_to = row.reply_to;
  if (row.expires !== undefined) view.expires = row.expires;
  if (row.key !== undefined) view.key = row.key;
  if (own) view.status = statusOf(row.seq, copy);
  return view;
}

function noticeView(event: NoticeView["event"]): NoticeView {
  return { type: "notice", id: `#${event.seq}`, seq: event.seq, time: event.time, event };
}

function pendingView(item: OutboxItem, me: Id): MessageView {
  const { kind, text = item.text ?? "", reply_to, mentions } = item.args as Partial<MessageSendArgs>;
  const view: MessageView = {
    type: "message",
    id: item.key,
    sender: me,
    own: true,
    kind: kind ?? "text",
    text,
    time: item.time ?? item.created,
    forwarded: item.cmd === "message.forward",
    edited: false,
    deleted: false,
    reactions: [],
    mentions: mentions ?? [],
    mentioned: false,
    status: item.state,
    key: item.key,
  };
  if (reply_to !== undefined) view.reply_to = reply_to;
  if (item.seq !== undefined) view.seq = item.seq;
  if (item.error) view.error = item.error;
  return view;
}

/** What the command will do to its target, shown before it stands: a change that is refused goes
 * from the outbox, and so from here. */
function change(target: MessageView, { cmd, args }: OutboxItem, me: Id): void {
  if (target.deleted) return;
  switch (cmd) {
    case "message.edit":
      Object.assign(target, { text: args["text"], mentions: args["mentions"] ?? [], edited: true, changing: true });
      break;
    case "message.delete":
      delete target.text;
      Object.assign(target, { deleted: true, edited: false, reactions: [], mentions: [], mentioned: false, changing: true });
      break;
    case "message.react": {
      const reactions = target.reactions.filter((reaction) => reaction.user !== me);
      const emoji = args["emoji"] as string;
      if (emoji !== "") reactions.push({ user: me, emoji });
      Object.assign(target, { reactions, changing: true });
      break;
    }
    default:
      break;
  }
}

/** Whether a message that stands is to be seen no more. */
function hides({ cmd, args }: OutboxItem, row: ChatEvent): boolean {
  if (row.type !== "message") return false;
  return (cmd === "message.hide" && args["seq"] === row.seq) ||
    (cmd === "conversation.clear" && row.seq <= (args["up_to"] as Seq));
}

function statusOf(seq: Seq, copy: Copy): MessageStatus {
  const { kind, peer_read, peer_delivered, all_read, all_delivered } = copy.record;
  if (kind === "direct") return statusAt(seq, peer_delivered ?? 0, peer_read ?? 0);
  return statusAt(seq, all_delivered ?? 0, all_read ?? 0);
}

function statusAt(seq: Seq, delivered: Seq, read: Seq): MessageStatus {
  return read >= seq ? "read" : delivered >= seq ? "delivered" : "sent";
}

/** Edits, deletes and reactions show in the message that they change. */
function isNotice(row: ChatEvent): row is Exclude<ChatEvent, EventMessage> {
  return !["message", "edit", "delete", "reaction"].includes(row.type);
}
