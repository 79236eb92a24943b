// Generated from api/ by tools/generate; change those.

/** A 64-bit id as a decimal string. */
export type Id = string;
/** A place in a conversation's log. */
export type Seq = number;
/** Unix time in milliseconds. */
export type Time = number;

/** What a new member may read: from joining on, or all. */
export type History = "joined" | "all";

/** What a member may do. */
export type Role = "member" | "admin" | "owner";

/** A role that can be given. */
export type GivenRole = "member" | "admin" | "owner";

/** Who may. */
export type Audience = "everyone" | "contacts" | "nobody";

/** What became of the second factor. */
export type FactorChange = "enabled" | "disabled" | "new_recovery_codes" | "recovery_code_used";

/** What is wrong with a message. */
export type ReportReason = "spam" | "abuse" | "threat" | "illegal" | "other";

/** One asked, the other asked, contacts, one declined, the other declined. */
export type ContactState = "sent" | "received" | "contact" | "declined" | "turned_down";

/** The node ends, it cannot reach the others or the store, or others have more room. */
export type GoawayReason = "shutdown" | "unavailable" | "balance";

/** Two people, notes to self, a group, or one's own log. */
export type ConversationKind = "direct" | "self" | "group" | "own";

/** The limits of this version of the protocol. */
export const LIMITS = {
  "username_bytes_min": 3,
  "username_bytes_max": 64,
  "code_uses_max": 1000,
  "code_days_max": 365,
  "username_chars_max": 32,
  "password_bytes_min": 8,
  "password_bytes_max": 256,
  "rename_days": 7,
  "former_name_days": 30,
  "display_name_chars_max": 64,
  "display_name_bytes_max": 256,
  "about_bytes_max": 512,
  "device_name_bytes_max": 64,
  "title_bytes_max": 128,
  "description_bytes_max": 512,
  "invites_max": 20,
  "invite_s_min": 60,
  "invite_s_max": 31622400,
  "invite_uses_max": 10000,
  "text_bytes_max": 8192,
  "kind_bytes_max": 32,
  "mentions_max": 32,
  "contacts_max": 2000,
  "contacts_waiting_max": 200,
  "request_messages_max": 20,
  "request_events_max": 100,
  "pinned_max": 50,
  "drafts_max": 200,
  "hidden_max": 10000,
  "pins_max": 20,
  "timer_s_max": 31622400,
  "report_comment_bytes_max": 1024,
  "reports_user_max": 50,
  "retention_days_max": 3650,
  "emoji_bytes_max": 32,
  "key_bytes_max": 64,
  "token_bytes_max": 128,
  "cursor_bytes_max": 1024,
  "group_members_max": 100,
  "group_create_members_max": 99,
  "watch_users_max": 200,
  "page_max": 100,
  "page_default": 50,
  "list_max": 50,
  "search_max": 20,
  "behind_events_max": 1000,
  "wait_s_max": 25,
  "typing_ms": 6000,
  "frame_bytes_max": 65536,
  "body_bytes_max": 65536,
  "json_depth_max": 8,
  "json_tokens_max": 512,
  "field_bytes_max": 64,
  "seq_max": 9007199254740991
} as const;

/** The limits as a server announces them. */
export type Limits = Partial<Record<keyof typeof LIMITS, number>>;

/** A device that has just been signed in. */
export interface Session {
  /** who one is */
  user: Id;
  /** this device */
  device: Id;
  /** keep it secret; it stands in no URL */
  token: string;
  /** keep it, also after signing out, and give it to the next `signin` here */
  known: string;
  /** where to open a socket, the best one first, as `connect` answers */
  nodes: Node[];
}

/** Where a command's event stands. A repeated command answers the same place. */
export interface Appended {
  /** the log it stands in */
  conversation: Id;
  /** its place */
  seq: Seq;
  /** messages of the conversation up to it */
  n: number;
  /** when it was written */
  time: Time;
  /** the seq of the event that changed it since, if one did */
  rev?: Seq;
}

/** How often something may be done: a bucket of `burst`, refilled evenly. */
export interface Rate {
  /** as many at once */
  burst: number;
  /** as many a minute in the long run */
  per_minute: number;
}

/** A node that takes connections. */
export interface Node {
  /** the address of its socket; relative means this server */
  url: string;
}

/** A signed-in device. */
export interface Device {
  /** the device */
  device: Id;
  /** what it calls itself */
  name: string;
  /** when it signed in */
  created: Time;
  /** when it was last heard of */
  last_seen: Time;
  /** whether it is the one that asks */
  current: boolean;
}

/** An account, as admins see it. */
export interface Account extends Person {
  /** whether it is shut out */
  disabled: boolean;
  /** whether it is an admin's */
  admin: boolean;
  /** when it was made */
  created: Time;
  /** when it was last heard of; 0: never */
  last_seen: Time;
}

/** An invite code; its text is told once, when it is made. */
export interface Code {
  /** which */
  code: Id;
  /** the admin who made it; absent: the operator */
  by?: Id;
  created: Time;
  /** when it ends */
  until: Time;
  /** accounts that it made */
  uses: number;
  /** that it may make */
  uses_max: number;
}

/** A message that somebody reported, as it was then. */
export interface Report {
  /** which */
  report: Id;
  /** who reported it */
  reporter: Id;
  reason: ReportReason;
  comment?: string;
  /** when it was reported */
  created: Time;
  /** when it was resolved; absent: it is open */
  resolved?: Time;
  /** the admin who did; absent: the operator */
  resolved_by?: Id;
  /** where the message stands */
  conversation: Id;
  conversation_kind: ConversationKind;
  /** its place there */
  seq: Seq;
  /** who wrote it */
  sender: Id;
  /** when */
  time: Time;
  /** of its text */
  kind: string;
  /** as the reporter could read it */
  text: string;
}

/** A user as others see them. */
export interface Person {
  /** the user */
  user: Id;
  /** absent: the account was deleted */
  username?: string;
  /** absent: the account was deleted */
  display_name?: string;
  /** true: the account was deleted */
  deleted?: boolean;
}

/** One's own account. */
export interface OwnAccount {
  user: Id;
  username: string;
  display_name: string;
  about: string;
  /** when one signed up */
  created: Time;
  /** whether signing in asks for a code */
  second_factor: boolean;
  /** one's picture */
  picture?: Id;
  privacy: Privacy;
}

/** A message's address. */
export interface Place {
  conversation: Id;
  seq: Seq;
}

/** A conversation in an export. */
export interface Exported extends Entry {
  /** who is in it; for a former member: nobody */
  members: MemberState[];
  /** all that one may read, ascending, as it now is */
  events: ChatEvent[];
}

/** Who may see what of one, and do what with one. Oneself always may, whom one blocks never. */
export interface Privacy {
  /** sees whether one is online, and when one was last there */
  last_seen: Audience;
  /** sees one's picture */
  picture: Audience;
  /** sees how far one read; who hides it does not see it of others */
  receipts: Audience;
  /** adds one to a group */
  groups: Audience;
  /** writes to one first */
  write: Audience;
}

/** How one stands to somebody. */
export interface Contact {
  /** who */
  user: Id;
  state: ContactState;
  /** the 1:1 */
  conversation: Id;
  /** the event of it that made it so */
  seq: Seq;
  /** when that was */
  time: Time;
}

/** What one has begun to write. */
export interface Draft {
  /** where */
  conversation: Id;
  /** the event of one's own log that has it */
  seq: Seq;
  /** when it was written down */
  time: Time;
  text: string;
  /** the message it answers */
  reply_to?: Seq;
}

/** Whether a user is there. */
export interface Presence {
  /** the user */
  user: Id;
  /** whether a device of theirs is connected, short drops aside */
  online: boolean;
  /** when they were last there; absent if not known */
  last_seen?: Time;
}

/** A member as an event names them. */
export interface Member {
  user: Id;
  role: Role;
}

/** An invite that holds. */
export interface Invite {
  /** the seq of its event, which names it */
  invite: Seq;
  /** what the link carries */
  token: string;
  /** who made it */
  user: Id;
  created: Time;
  /** when it ends; absent: never */
  expires?: Time;
  /** how many may come in by it; absent: any number */
  uses_max?: number;
  /** how many have */
  uses: number;
}

/** A member of a conversation and how far they got. */
export interface MemberState extends Person {
  role: Role;
  /** a device of theirs holds everything up to it */
  delivered: Seq;
  /** they read up to it */
  read: Seq;
}

/** How far a member got. */
export interface Mark {
  /** whose watermarks these are */
  user: Id;
  /** a device of theirs holds everything up to it */
  delivered: Seq;
  /** they read up to it */
  read: Seq;
}

/** Someone's reaction to a message. */
export interface Reaction {
  user: Id;
  emoji: string;
}

/** How far a message got with a member. */
export interface MessageReader {
  /** a member other than who wrote it */
  user: Id;
  /** a device of theirs holds it */
  delivered: boolean;
  /** they read it */
  read: boolean;
  /** by when, at the latest; absent when it is not known */
  delivered_time?: Time;
  /** by when, at the latest; absent when it is not known */
  read_time?: Time;
}

/** A message that is pinned. */
export interface Pinned {
  /** the event `pin`: who pinned it, when */
  pin: ChatEvent;
  /** the message as it now is */
  message: ChatEvent;
}

/** A conversation as its member sees it in the list. */
export interface Entry {
  conversation: Id;
  kind: ConversationKind;
  /** of a group */
  title?: string;
  /** of a group that has one; not shown to a former member */
  description?: string;
  /** of a group that has one; not shown to a former member */
  picture?: Id;
  /** true: only the owner and the admins write */
  announce?: boolean;
  /** the other one of a `direct` */
  peer?: Id;
  /** one's own, in a group */
  role?: Role;
  /** how long new messages stay; absent: for ever */
  timer?: number;
  /** after how many days everything goes; absent: as the server does */
  retention?: number;
  /** the newest event one may read; for a former member the removal */
  head: Seq;
  /** messages up to the head */
  n: number;
  /** of the newest event; lists are ordered by it */
  time: Time;
  /** the first event one may read, beyond the head if nothing is kept */
  first: Seq;
  /** messages not yet read, of those that are kept */
  unread: number;
  /** one's own watermark */
  read: Seq;
  /** one's own watermark */
  delivered: Seq;
  /** true for a former member */
  left?: boolean;
  /** true: a message request that one has not accepted */
  request?: boolean;
  /** the event of the own log that last set one of the four that follow; ignore them beside a newer one */
  preferences?: Seq;
  /** no notice is wanted until then */
  muted_until?: Time;
  /** the event of the own log that pinned it: the newest pin is the greatest */
  pinned?: Seq;
  /** true: out of sight */
  archived?: boolean;
  /** true: it was marked so, and not read since */
  marked_unread?: boolean;
  /** one has hidden every message up to it */
  cleared?: Seq;
  /** the newest message that mentions one, if it is unread */
  mention?: Seq;
  /** the newest message */
  last?: ChatEvent;
  /** of a `direct`: the other's watermark; 0 while they have not accepted one */
  peer_delivered?: Seq;
  /** of a `direct`: the other's watermark; 0 while they have not accepted one */
  peer_read?: Seq;
}

/** A conversation with unread messages. */
export interface UnreadConversation {
  conversation: Id;
  /** all of them, also those not listed */
  unread: number;
  /** the first unread ones, ascending */
  events: ChatEvent[];
}

/** What every event has. */
export interface EventCommon {
  /** the log it stands in */
  conversation: Id;
  /** its place */
  seq: Seq;
  /** messages up to it */
  n: number;
  /** the seq of the event that last changed it; ignore a copy with an older one */
  rev: Seq;
  /** when it was written */
  time: Time;
  /** who did it */
  sender: Id;
  /** the key it was sent with, shown to its sender only */
  key?: string;
  /** true: a 1:1 was a message request to its sender, who accepts with it */
  accepts?: boolean;
}

/** Someone wrote. */
export interface EventMessage extends EventCommon {
  type: "message";
  kind: string;
  /** absent once deleted or hidden */
  text?: string;
  /** the message it answers */
  reply_to?: Seq;
  /** its latest edit */
  edited?: Seq;
  /** true once deleted, or emptied since its time has come */
  deleted?: boolean;
  /** true: one has hidden it; never in a push */
  hidden?: boolean;
  /** when its words go, by the server's clock: here and on every device */
  expires?: Time;
  /** true: its text is a copy of another message's */
  forwarded?: boolean;
  /** true: the first of a 1:1, by a stranger: a message request to the other */
  request?: boolean;
  /** who is mentioned: members at that time */
  mentions?: Id[];
  /** one a person at most */
  reactions?: Reaction[];
}

/** A message has another text. */
export interface EventEdit extends EventCommon {
  type: "edit";
  /** the message */
  target: Seq;
  /** absent once a later edit or a delete emptied it, or if one has hidden the message */
  text?: string;
  /** when its words go: with those of the message */
  expires?: Time;
  /** who is mentioned instead of those before */
  mentions?: Id[];
}

/** A message was deleted for everyone. */
export interface EventDelete extends EventCommon {
  type: "delete";
  /** the message */
  target: Seq;
}

/** Someone reacted, or took it back. */
export interface EventReaction extends EventCommon {
  type: "reaction";
  /** the message */
  target: Seq;
  /** empty: taken back */
  emoji: string;
}

/** A message was pinned. */
export interface EventPin extends EventCommon {
  type: "pin";
  /** the message */
  target: Seq;
}

/** A message is not pinned any more. */
export interface EventUnpin extends EventCommon {
  type: "unpin";
  /** the message */
  target: Seq;
}

/** Messages after it stay so long. */
export interface EventTimer extends EventCommon {
  type: "timer";
  /** 0: for ever */
  seconds: number;
}

/** What is older is removed. */
export interface EventRetention extends EventCommon {
  type: "retention";
  /** 0: as the server does */
  days: number;
}

/** The group was made. */
export interface EventCreated extends EventCommon {
  type: "created";
  title: string;
  /** what later members may read */
  history: History;
  /** who was in it from the start */
  members: Member[];
}

/** A member came in. */
export interface EventAdded extends EventCommon {
  type: "added";
  /** who */
  user: Id;
}

/** A member was put out. */
export interface EventRemoved extends EventCommon {
  type: "removed";
  /** who */
  user: Id;
}

/** A member went. */
export interface EventLeft extends EventCommon {
  type: "left";
  /** who */
  user: Id;
  /** who owns the group now, if the owner left */
  new_owner?: Id;
}

/** The group has another title. */
export interface EventTitle extends EventCommon {
  type: "title";
  title: string;
}

/** The group has another description. */
export interface EventDescription extends EventCommon {
  type: "description";
  /** empty: taken away */
  description: string;
}

/** The group has another picture. Own log: one has another. */
export interface EventPicture extends EventCommon {
  type: "picture";
  /** absent: taken away */
  picture?: Id;
}

/** Only admins write from here on, or everybody again. */
export interface EventAnnounce extends EventCommon {
  type: "announce";
  /** true: only the owner and the admins */
  on: boolean;
}

/** An invite was made. Its token stands in no event. */
export interface EventInvite extends EventCommon {
  type: "invite";
  /** when it ends; absent: never */
  expires?: Time;
  /** how many may come in by it; absent: any number */
  uses_max?: number;
}

/** An invite was taken back. */
export interface EventUninvite extends EventCommon {
  type: "uninvite";
  /** which */
  invite: Seq;
}

/** A member came in by an invite. */
export interface EventJoined extends EventCommon {
  type: "joined";
  /** who */
  user: Id;
  /** by which */
  invite: Seq;
}

/** A member has another role. Where it is `owner`, the sender, who was it, is an admin from here on. */
export interface EventRole extends EventCommon {
  type: "role";
  /** who */
  user: Id;
  /** what they are now */
  role: Role;
}

/** 1:1: a message request was accepted, by no word but this. */
export interface EventAccept extends EventCommon {
  type: "accept";
}

/** 1:1: someone asked to be a contact; they are contacts at once where the other had asked. */
export interface EventContactRequest extends EventCommon {
  type: "contact_request";
  /** whom */
  user: Id;
}

/** 1:1: a request was accepted. */
export interface EventContactAccept extends EventCommon {
  type: "contact_accept";
  /** who asked */
  user: Id;
}

/** 1:1: a request was declined. */
export interface EventContactDecline extends EventCommon {
  type: "contact_decline";
  /** who asked */
  user: Id;
}

/** 1:1: the two are no contacts any more, or a request or having declined was taken back. */
export interface EventContactRemove extends EventCommon {
  type: "contact_remove";
  /** the other one */
  user: Id;
}

/** Own log: one's profile changed. */
export interface EventProfile extends EventCommon {
  type: "profile";
  display_name?: string;
  about?: string;
}

/** Own log: who may what changed, where it is named. */
export interface EventPrivacy extends EventCommon {
  type: "privacy";
  last_seen?: Audience;
  picture?: Audience;
  receipts?: Audience;
  groups?: Audience;
  write?: Audience;
}

/** Own log: one has another username. */
export interface EventRename extends EventCommon {
  type: "rename";
  username: string;
}

/** Own log: a device signed in. Sign-up's own first device is not told of. */
export interface EventSignedIn extends EventCommon {
  type: "signed_in";
  /** which */
  device: Id;
  /** what it calls itself */
  name: string;
}

/** Own log: the second factor, or its recovery codes, changed. */
export interface EventSecondFactor extends EventCommon {
  type: "second_factor";
  change: FactorChange;
  /** by which device; absent: by the operator */
  device?: Id;
}

/** Own log: someone was blocked. */
export interface EventBlock extends EventCommon {
  type: "block";
  /** who */
  user: Id;
}

/** Own log: a block was lifted. */
export interface EventUnblock extends EventCommon {
  type: "unblock";
  /** who */
  user: Id;
}

/** Own log: one wants something else of a conversation. What is absent stays. */
export interface EventPreferences extends EventCommon {
  type: "preferences";
  /** the conversation */
  subject: Id;
  /** 0: not muted */
  muted_until?: Time;
  /** true: pinned by this event */
  pinned?: boolean;
  archived?: boolean;
  /** marked so */
  unread?: boolean;
}

/** Own log: one has begun to write, or written on. */
export interface EventDraft extends EventCommon {
  type: "draft";
  /** the conversation */
  subject: Id;
  /** empty: there is no draft any more; absent once a later one took its place */
  text?: string;
  /** the message it answers */
  reply_to?: Seq;
}

/** Own log: a message was hidden, or all up to one. */
export interface EventHide extends EventCommon {
  type: "hide";
  /** its conversation */
  subject: Id;
  /** the message */
  target: Seq;
  /** true: whatever was said up to it */
  up_to: boolean;
}

/** Own log: a message was starred. */
export interface EventStar extends EventCommon {
  type: "star";
  /** its conversation */
  subject: Id;
  /** the message */
  target: Seq;
}

/** Own log: a star was taken away. */
export interface EventUnstar extends EventCommon {
  type: "unstar";
  /** its conversation */
  subject: Id;
  /** the message */
  target: Seq;
}

export type ChatEvent =
  | EventMessage
  | EventEdit
  | EventDelete
  | EventReaction
  | EventPin
  | EventUnpin
  | EventTimer
  | EventRetention
  | EventCreated
  | EventAdded
  | EventRemoved
  | EventLeft
  | EventTitle
  | EventDescription
  | EventPicture
  | EventAnnounce
  | EventInvite
  | EventUninvite
  | EventJoined
  | EventRole
  | EventAccept
  | EventContactRequest
  | EventContactAccept
  | EventContactDecline
  | EventContactRemove
  | EventProfile
  | EventPrivacy
  | EventRename
  | EventSignedIn
  | EventSecondFactor
  | EventBlock
  | EventUnblock
  | EventPreferences
  | EventDraft
  | EventHide
  | EventStar
  | EventUnstar;

/** An event of a conversation one is in. It may be lost: the next seq shows the gap. */
export interface EventPush {
  push: "event";
  event: ChatEvent;
}

/** Members got or read further. */
export interface ReceiptsPush {
  push: "receipts";
  conversation: Id;
  /** one a member at most, as they stand */
  marks: Mark[];
  /** if one's own mark is among them: what is left to read */
  unread?: number;
}

/** Someone types; it holds for `typing_ms`. */
export interface TypingPush {
  push: "typing";
  conversation: Id;
  /** who */
  user: Id;
}

/** A watched user came or went. */
export interface PresencePush extends Presence {
  push: "presence";
}

/** One read too slowly and pushes were dropped: sync. */
export interface ResyncPush {
  push: "resync";
}

/** Leave this node and connect again. One that shuts down closes the connection itself. */
export interface GoawayPush {
  push: "goaway";
  /** why */
  reason: GoawayReason;
  /** wait a random time up to this */
  reconnect_ms: number;
  /** where to go, the best one first; without it, as `connect` says */
  nodes?: Node[];
}

export type Push =
  | EventPush
  | ReceiptsPush
  | TypingPush
  | PresencePush
  | ResyncPush
  | GoawayPush;

export type ErrorCode =
  | "bad_json"
  | "bad_request"
  | "unknown_command"
  | "method_not_allowed"
  | "too_large"
  | "unauthenticated"
  | "rate_limited"
  | "overloaded"
  | "unavailable"
  | "draining"
  | "internal"
  | "not_found"
  | "wrong_credentials"
  | "account_disabled"
  | "registration_closed"
  | "second_factor_required"
  | "wrong_code"
  | "second_factor_on"
  | "second_factor_off"
  | "code_refused"
  | "forbidden"
  | "cannot_write"
  | "not_accepted"
  | "name_taken"
  | "name_refused"
  | "key_reused"
  | "ahead"
  | "after_required"
  | "too_old"
  | "truncated"
  | "full"
  | "already_member"
  | "not_member"
  | "out_of_turn"
  | "too_soon"
  | "too_many_tries";

/** What an error says, on the socket and (beside RFC 9457's members) in REST. */
export interface ApiError {
  code: ErrorCode;
  message: string;
  /** wait this long before the next try */
  retry_after_ms?: number;
  /** the newest seq of the conversation */
  head?: Seq;
  /** the first seq that is kept of the conversation */
  first?: Seq;
  /** the argument that is wrong */
  field?: string;
}

/** `retry`: the same command may be sent again after a while. */
export const ERRORS: Record<ErrorCode, { status: number; retry: boolean }> = {
  bad_json: { status: 400, retry: false },
  bad_request: { status: 400, retry: false },
  unknown_command: { status: 404, retry: false },
  method_not_allowed: { status: 405, retry: false },
  too_large: { status: 413, retry: false },
  unauthenticated: { status: 401, retry: false },
  rate_limited: { status: 429, retry: true },
  overloaded: { status: 503, retry: true },
  unavailable: { status: 503, retry: true },
  draining: { status: 503, retry: true },
  internal: { status: 500, retry: false },
  not_found: { status: 404, retry: false },
  wrong_credentials: { status: 401, retry: false },
  account_disabled: { status: 403, retry: false },
  registration_closed: { status: 403, retry: false },
  second_factor_required: { status: 401, retry: false },
  wrong_code: { status: 401, retry: false },
  second_factor_on: { status: 409, retry: false },
  second_factor_off: { status: 409, retry: false },
  code_refused: { status: 403, retry: false },
  forbidden: { status: 403, retry: false },
  cannot_write: { status: 403, retry: false },
  not_accepted: { status: 403, retry: false },
  name_taken: { status: 409, retry: false },
  name_refused: { status: 409, retry: false },
  key_reused: { status: 409, retry: false },
  ahead: { status: 409, retry: false },
  after_required: { status: 409, retry: false },
  too_old: { status: 409, retry: false },
  truncated: { status: 410, retry: false },
  full: { status: 409, retry: false },
  already_member: { status: 409, retry: false },
  not_member: { status: 409, retry: false },
  out_of_turn: { status: 409, retry: false },
  too_soon: { status: 429, retry: false },
  too_many_tries: { status: 429, retry: true },
};

/** Close codes of a socket: up to 4499 reconnect, from 4500 on stop. */
export const CLOSE_CODES = {
  "going_away": 4000,
  "slow_reader": 4001,
  "silent": 4002,
  "auth_timeout": 4003,
  "overloaded": 4004,
  "signed_out": 4500,
  "unauthenticated": 4501,
  "account_disabled": 4502,
  "misuse": 4503
} as const;

/** Arguments of `auth`: Proves who is on this socket. */
export interface AuthArgs {
  /** from `signup` or `signin` */
  token: string;
}

export interface AuthReply {
  /** who one is */
  user: Id;
  /** this device */
  device: Id;
  /** of the store; with another one than before, drop all copies */
  incarnation: string;
  /** send a `beat` this often; give up a connection on which you heard nothing for two and a half of these */
  heartbeat_ms: number;
  /** the server's clock */
  time: Time;
  /** what the server takes, by name */
  limits: Limits;
  /** how often the server takes it, by name */
  rates: Record<string, Rate>;
}

export interface BeatReply {
  /** events meant for this connection since it authenticated; with fewer at hand, sync */
  pushed: number;
  /** the server's clock */
  time: Time;
}

/** Arguments of `signup`: Makes an account and signs this device in. */
export interface SignupArgs {
  /** the name to sign in with; upper and lower case are the same */
  username: string;
  /** the password to sign in with */
  password: string;
  /** what others see; the username unless given */
  display_name?: string;
  /** what to call this device */
  device_name?: string;
  /** where the server asks for one */
  invite_code?: string;
}

/** Arguments of `signin`: Signs this device in. */
export interface SigninArgs {
  /** the account's name */
  username: string;
  /** the account's password */
  password: string;
  /** what this device was given when it last signed in, so that others who guess at the account do not hold it up */
  known?: string;
  /** what to call this device */
  device_name?: string;
  /** of the second factor, where the account has one */
  code?: string;
}

export interface ConnectReply {
  /** the best one first */
  nodes: Node[];
  /** how they were ordered: least_loaded, round_robin, hash */
  policy: string;
}

/** Arguments of `account.set_profile`: Changes one's display name, the words about oneself, or both. */
export interface AccountSetProfileArgs {
  /** what others see */
  display_name?: string;
  /** a few words; empty takes them away */
  about?: string;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `account.rename`: Takes another username. */
export interface AccountRenameArgs {
  /** the new name; case and width of letters make no difference */
  username: string;
  /** one's password */
  password: string;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `account.set_picture`: Changes one's picture. */
export interface AccountSetPictureArgs {
  /** one's new picture; none takes it away */
  picture?: Id;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `account.set_privacy`: Changes who may see what of one, and do what with one. */
export interface AccountSetPrivacyArgs {
  /** sees whether one is online, and when one was last there */
  last_seen?: Audience;
  /** sees one's picture */
  picture?: Audience;
  /** sees how far one read; who hides it does not see it of others */
  receipts?: Audience;
  /** adds one to a group */
  groups?: Audience;
  /** writes to one first, while there is no message in the 1:1 */
  write?: Audience;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `account.set_password`: Changes one's password. */
export interface AccountSetPasswordArgs {
  /** the one that holds now */
  old_password: string;
  /** the one that shall hold */
  new_password: string;
  /** whether one's other devices are signed out; true unless given */
  end_others?: boolean;
}

export interface AccountNewSecondFactorReply {
  /** for codes of 6 digits, HMAC-SHA-1, 30 s */
  secret: string;
}

/** Arguments of `account.enable_second_factor`: Has every sign-in ask for a code from now on. */
export interface AccountEnableSecondFactorArgs {
  /** one's password */
  password: string;
  /** of `account.new_second_factor` */
  secret: string;
  /** made from it, now */
  code: string;
  /** makes the command repeatable; without one it is not */
  key?: string;
}

export interface AccountEnableSecondFactorReply {
  /** each signs in once in place of a code; shown this once */
  recovery_codes: string[];
}

/** Arguments of `account.new_recovery_codes`: Makes other recovery codes; those before hold no more. */
export interface AccountNewRecoveryCodesArgs {
  /** one's password */
  password: string;
  /** of the authenticator, or a recovery code */
  code: string;
  /** makes the command repeatable; without one it is not */
  key?: string;
}

export interface AccountNewRecoveryCodesReply {
  /** each signs in once in place of a code; shown this once */
  recovery_codes: string[];
}

/** Arguments of `account.disable_second_factor`: Has sign-in ask for no code any more. */
export interface AccountDisableSecondFactorArgs {
  /** one's password */
  password: string;
  /** of the authenticator, or a recovery code */
  code: string;
  /** makes the command repeatable; without one it is not */
  key?: string;
}

export interface AccountExportReply {
  /** of this form: 1 */
  version: number;
  /** when it began */
  time: Time;
  account: OwnAccount;
  devices: Device[];
  /** whom one blocks */
  blocked: Id[];
  contacts: Contact[];
  /** messages that one starred, the newest first */
  starred: Place[];
  /** what one has begun to write */
  drafts: Draft[];
  /** by their ids: one's notes, 1:1s and groups, those one left too */
  conversations: Exported[];
}

/** Arguments of `account.delete`: Deletes one's account, for good. */
export interface AccountDeleteArgs {
  /** one's password */
  password: string;
  /** where there is a second factor: of the authenticator, or a recovery code */
  code?: string;
}

export interface DeviceListReply {
  /** the oldest first */
  devices: Device[];
}

/** Arguments of `device.end`: Signs a device out and closes its sockets at once. */
export interface DeviceEndArgs {
  /** one of one's own devices */
  device: Id;
}

/** Arguments of `user.search`: Finds users by the start of their name. */
export interface UserSearchArgs {
  /** how the username starts */
  prefix: string;
  /** at most so many; 20 unless given */
  limit?: number;
}

export interface UserSearchReply {
  /** by username */
  users: Person[];
}

/** Arguments of `user.get`: Reads a user's profile. */
export interface UserGetArgs {
  /** who */
  user: Id;
}

export interface UserGetReply extends Person {
  about: string;
  /** whether one blocks them */
  blocked: boolean;
  /** their picture, if they have one and let one see it */
  picture?: Id;
  /** how one stands to them */
  contact?: ContactState;
}

/** Arguments of `user.block`: Blocks a user. */
export interface UserBlockArgs {
  /** who */
  user: Id;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `user.unblock`: Lifts a block. */
export interface UserUnblockArgs {
  /** who */
  user: Id;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

export interface UserBlockedReply {
  users: Id[];
}

/** Arguments of `contact.request`: Asks somebody to be a contact. */
export interface ContactRequestArgs {
  /** who */
  user: Id;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `contact.accept`: Accepts somebody's request. */
export interface ContactAcceptArgs {
  /** who asked */
  user: Id;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `contact.decline`: Declines somebody's request. */
export interface ContactDeclineArgs {
  /** who asked */
  user: Id;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `contact.remove`: Ends being contacts, or takes back one's own request or one's having declined. */
export interface ContactRemoveArgs {
  /** who */
  user: Id;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `contact.list`: Lists how one stands to others, by their ids. */
export interface ContactListArgs {
  /** the last user of the page before; the first page unless given */
  after_user?: Id;
  /** at most so many; 100 unless given */
  limit?: number;
}

export interface ContactListReply {
  contacts: Contact[];
}

/** Arguments of `presence.get`: Tells whether a user is there. */
export interface PresenceGetArgs {
  /** who */
  user: Id;
}

/** Arguments of `presence.watch`: Says whose coming and going this connection wants to hear of. */
export interface PresenceWatchArgs {
  /** the people on screen */
  users: Id[];
}

export interface PresenceWatchReply {
  /** as it is now, in the order asked */
  presence: Presence[];
}

/** Arguments of `conversation.list`: Lists one's conversations, the newest first. */
export interface ConversationListArgs {
  /** from the reply before; the first page unless given */
  page?: string;
  /** at most so many; 50 unless given */
  limit?: number;
  /** only those that are archived, or only those that are not; all unless given */
  archived?: boolean;
  /** only message requests that one has not accepted; they are left out otherwise; false unless given */
  requests?: boolean;
}

export interface ConversationListReply {
  conversations: Entry[];
  /** asks for what follows; absent at the end */
  page?: string;
}

/** Arguments of `conversation.get`: Reads one conversation with its members. */
export interface ConversationGetArgs {
  /** which */
  conversation: Id;
}

export interface ConversationGetReply extends Entry {
  /** who is in it now */
  members: MemberState[];
}

/** Arguments of `conversation.accept`: Accepts a message request: a 1:1 that a stranger began. */
export interface ConversationAcceptArgs {
  /** which */
  conversation: Id;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `conversation.pins`: Lists what is pinned, the newest pin first. */
export interface ConversationPinsArgs {
  /** which */
  conversation: Id;
}

export interface ConversationPinsReply {
  /** `pins_max` at most */
  pins: Pinned[];
}

/** Arguments of `conversation.set_timer`: Sets how long messages stay that are written from now on; in a group by its admins. */
export interface ConversationSetTimerArgs {
  /** which */
  conversation: Id;
  /** how long; 0: for ever */
  seconds: number;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `conversation.set_retention`: Sets after how many days what happens here is removed for everybody; in a group by its admins. */
export interface ConversationSetRetentionArgs {
  /** which */
  conversation: Id;
  /** how many; 0: as the server does */
  days: number;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `conversation.events`: Reads the events a device lacks, oldest first. */
export interface ConversationEventsArgs {
  /** which */
  conversation: Id;
  /** the newest seq the device has */
  after: Seq;
  /** at most so many; 50 unless given */
  limit?: number;
}

export interface ConversationEventsReply {
  /** ascending, without a gap */
  events: ChatEvent[];
  /** the newest seq; ask again until one has it */
  head: Seq;
  /** true: more than `behind_events_max` are lacking; drop the copy and page `message.history` */
  page: boolean;
}

/** Arguments of `message.history`: Reads a page of events before, after or around a place. */
export interface MessageHistoryArgs {
  /** which */
  conversation: Id;
  /** the page that ends right before it */
  before?: Seq;
  /** the page that starts right after it */
  after?: Seq;
  /** the page with it in its middle */
  around?: Seq;
  /** at most so many; 50 unless given */
  limit?: number;
}

export interface MessageHistoryReply {
  /** ascending */
  events: ChatEvent[];
  /** the newest seq */
  head: Seq;
  /** the first seq one may read */
  first: Seq;
}

/** Arguments of `messages.unread`: Counts what is unread and reads the first of it. */
export interface MessagesUnreadArgs {
  /** at most so many conversations, and events in each; 50 unless given */
  limit?: number;
}

export interface MessagesUnreadReply {
  /** unread messages in all conversations */
  total: number;
  /** the newest first */
  conversations: UnreadConversation[];
}

/** Arguments of `message.info`: Says to whom a message was delivered, who read it, and when. */
export interface MessageInfoArgs {
  /** which */
  conversation: Id;
  /** the message */
  seq: Seq;
}

export interface MessageInfoReply {
  readers: MessageReader[];
}

/** Arguments of `message.report`: Reports another's message to the admins of the server. */
export interface MessageReportArgs {
  /** which */
  conversation: Id;
  /** the message, which stands and is not one's own */
  seq: Seq;
  /** what is wrong with it */
  reason: ReportReason;
  /** in one's own words */
  comment?: string;
}

export interface MessageReportReply {
  /** which */
  report: Id;
}

/** Arguments of `message.mentions`: Lists the messages that mention one, the newest first. */
export interface MessageMentionsArgs {
  /** from the reply before; the first page unless given */
  page?: string;
  /** at most so many; 50 unless given */
  limit?: number;
}

export interface MessageMentionsReply {
  /** messages, each with its conversation */
  events: ChatEvent[];
  /** asks for what follows; absent at the end */
  page?: string;
}

/** Arguments of `message.send`: Writes a message. */
export interface MessageSendArgs {
  /** a user or a conversation */
  to: Id;
  /** what the text is; anything but `text` stays opaque; "text" unless given */
  kind?: string;
  /** the message */
  text: string;
  /** the message it answers, of the same conversation */
  reply_to?: Seq;
  /** whom it mentions; who is no member then, and oneself, is left out */
  mentions?: Id[];
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `message.edit`: Gives one's own message another text. */
export interface MessageEditArgs {
  /** which */
  conversation: Id;
  /** the message */
  seq: Seq;
  /** its new text */
  text: string;
  /** whom it mentions now; nobody unless given */
  mentions?: Id[];
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `message.forward`: Writes a copy of a message into another conversation, or the same. */
export interface MessageForwardArgs {
  /** where the message stands */
  conversation: Id;
  /** the message */
  seq: Seq;
  /** a user or a conversation */
  to: Id;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `message.pin`: Pins a message for everyone; in a group by its admins. */
export interface MessagePinArgs {
  /** which */
  conversation: Id;
  /** the message */
  seq: Seq;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `message.unpin`: Takes a pin away; in a group by its admins. */
export interface MessageUnpinArgs {
  /** which */
  conversation: Id;
  /** the message */
  seq: Seq;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `message.delete`: Deletes a message for everyone. */
export interface MessageDeleteArgs {
  /** which */
  conversation: Id;
  /** the message */
  seq: Seq;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `message.react`: Reacts to a message; each person has one reaction to it at most. */
export interface MessageReactArgs {
  /** which */
  conversation: Id;
  /** the message */
  seq: Seq;
  /** replaces the one before; empty takes it back */
  emoji: string;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `preferences.set`: Mutes, pins, archives a conversation, or marks it as unread; for oneself alone. */
export interface PreferencesSetArgs {
  /** which; one may have left it */
  conversation: Id;
  /** until when no notice is wanted; 0: it is, the greatest number: for ever */
  muted_until?: Time;
  /** true: it stands above the others */
  pinned?: boolean;
  /** true: it is out of sight */
  archived?: boolean;
  /** true: it looks unread */
  unread?: boolean;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `message.star`: Stars a message that one may read, for oneself alone. */
export interface MessageStarArgs {
  /** which; one may have left it */
  conversation: Id;
  /** the message */
  seq: Seq;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `message.unstar`: Takes a star away. */
export interface MessageUnstarArgs {
  /** which */
  conversation: Id;
  /** the message */
  seq: Seq;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `message.starred`: Lists the messages that one starred, the newest message first. */
export interface MessageStarredArgs {
  /** from the reply before; the first page unless given */
  page?: string;
  /** at most so many; 50 unless given */
  limit?: number;
}

export interface MessageStarredReply {
  /** messages, each with its conversation */
  events: ChatEvent[];
  /** asks for what follows; absent at the end */
  page?: string;
}

/** Arguments of `message.hide`: Takes a message out of one's own sight, on all of one's devices and for good; the others keep it. */
export interface MessageHideArgs {
  /** which; one may have left it */
  conversation: Id;
  /** the message */
  seq: Seq;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `conversation.clear`: Hides every message up to a place, for oneself alone. */
export interface ConversationClearArgs {
  /** which; one may have left it */
  conversation: Id;
  /** the newest that is hidden */
  up_to: Seq;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `draft.set`: Writes down what one has written so far in a conversation, for one's other devices. */
export interface DraftSetArgs {
  /** which; one may have left it */
  conversation: Id;
  /** all of it; empty: there is none any more */
  text: string;
  /** the message it answers */
  reply_to?: Seq;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `draft.list`: Lists what one has begun to write, by the conversations' ids. */
export interface DraftListArgs {
  /** the last conversation of the page before; the first page unless given */
  after_conversation?: Id;
  /** at most so many; 50 unless given */
  limit?: number;
}

export interface DraftListReply {
  drafts: Draft[];
}

/** Arguments of `group.create`: Makes a group and becomes its owner. */
export interface GroupCreateArgs {
  /** the group's title */
  title: string;
  /** who else is in it from the start */
  members: Id[];
  /** what later members may read; "joined" unless given */
  history?: History;
  /** makes the command repeatable; without one it is not */
  key?: string;
}

/** Arguments of `group.set_title`: Gives the group another title. */
export interface GroupSetTitleArgs {
  /** which */
  conversation: Id;
  /** its new title */
  title: string;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `group.set_description`: Gives the group another description. */
export interface GroupSetDescriptionArgs {
  /** which */
  conversation: Id;
  /** what it is about; empty takes it away */
  description: string;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `group.set_picture`: Gives the group another picture. */
export interface GroupSetPictureArgs {
  /** which */
  conversation: Id;
  /** its new picture; none takes it away */
  picture?: Id;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `group.set_announce`: Lets only admins write, or everybody again. */
export interface GroupSetAnnounceArgs {
  /** which */
  conversation: Id;
  /** true: only the owner and the admins write */
  on: boolean;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `group.add`: Adds a member. */
export interface GroupAddArgs {
  /** which */
  conversation: Id;
  /** who comes in */
  user: Id;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `group.remove`: Puts a member out. */
export interface GroupRemoveArgs {
  /** which */
  conversation: Id;
  /** who goes */
  user: Id;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `group.set_role`: Gives a member another role. */
export interface GroupSetRoleArgs {
  /** which */
  conversation: Id;
  /** who */
  user: Id;
  /** what they shall be */
  role: GivenRole;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `group.invite`: Makes an invite: a token by which people come in by themselves. */
export interface GroupInviteArgs {
  /** which */
  conversation: Id;
  /** how long it holds, by the server's clock; without end unless given */
  holds_s?: number;
  /** how many may come in by it; any number unless given */
  uses_max?: number;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

export interface GroupInviteReply extends Appended {
  /** what the link carries */
  token: string;
}

/** Arguments of `group.invites`: Lists the invites that hold, with their tokens. */
export interface GroupInvitesArgs {
  /** which */
  conversation: Id;
}

export interface GroupInvitesReply {
  /** the oldest first */
  invites: Invite[];
}

/** Arguments of `group.uninvite`: Takes an invite back. */
export interface GroupUninviteArgs {
  /** which */
  conversation: Id;
  /** the seq of the invite */
  invite: Seq;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `group.preview`: Looks at a group before joining it. */
export interface GroupPreviewArgs {
  /** the token of an invite */
  token: string;
}

export interface GroupPreviewReply {
  conversation: Id;
  title: string;
  description?: string;
  picture?: Id;
  /** how many are in it */
  members: number;
  /** whether one is in it already */
  member: boolean;
}

/** Arguments of `group.join`: Comes into a group by an invite. */
export interface GroupJoinArgs {
  /** the token of the invite */
  token: string;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `group.leave`: Leaves the group. */
export interface GroupLeaveArgs {
  /** which */
  conversation: Id;
  /** makes the command repeatable; without one it is not */
  key?: string;
  /** the newest seq the device had at the first try; 0 unless given */
  after?: Seq;
}

/** Arguments of `receipt.delivered`: Says that this device has stored everything up to a seq. */
export interface ReceiptDeliveredArgs {
  /** which */
  conversation: Id;
  /** up to here, without a gap from the device's cursor */
  seq: Seq;
}

export interface ReceiptDeliveredReply {
  /** the watermark as it stands */
  delivered: Seq;
}

/** Arguments of `receipt.read`: Says that one has read everything up to a seq. */
export interface ReceiptReadArgs {
  /** which */
  conversation: Id;
  /** up to here */
  seq: Seq;
}

export interface ReceiptReadReply {
  /** the watermark as it stands */
  read: Seq;
  /** messages after it */
  unread: number;
}

/** Arguments of `typing`: Tells the others that one types; repeat while it lasts. */
export interface TypingArgs {
  /** where */
  conversation: Id;
}

/** Arguments of `sync`: Lists the conversations that changed since a token. */
export interface SyncArgs {
  /** from the sync before */
  token?: string;
  /** how long to wait for a change; 0 unless given */
  wait?: number;
}

export interface SyncReply {
  /** for the next sync */
  token: string;
  /** of the store; with another one than before, drop all copies */
  incarnation: string;
  /** what changed */
  entries: Entry[];
  /** true: sync again at once */
  more: boolean;
}

/** Arguments of `admin.users`: Lists the accounts by username. */
export interface AdminUsersArgs {
  /** the last name of the page before; from the start unless given */
  after_name?: string;
  /** at most so many; 50 unless given */
  limit?: number;
}

export interface AdminUsersReply {
  /** by username; fewer than asked for at the end */
  users: Account[];
}

/** Arguments of `admin.disable`: Shuts an account out and closes its sockets at once. */
export interface AdminDisableArgs {
  /** whose; no admin's */
  username: string;
}

/** Arguments of `admin.enable`: Lets an account in again. */
export interface AdminEnableArgs {
  /** whose; no admin's */
  username: string;
}

/** Arguments of `admin.reset_password`: Gives an account a new password and ends all its devices. */
export interface AdminResetPasswordArgs {
  /** whose; no admin's */
  username: string;
}

export interface AdminResetPasswordReply {
  /** made by the server and told this once; its owner should change it */
  password: string;
}

/** Arguments of `admin.reports`: Lists the messages that people reported, the newest report first. */
export interface AdminReportsArgs {
  /** those that are, instead of those that are open; false unless given */
  resolved?: boolean;
  /** the last one of the page before; from the newest unless given */
  before?: Id;
  /** at most so many; 50 unless given */
  limit?: number;
}

export interface AdminReportsReply {
  /** fewer than asked for at the end */
  reports: Report[];
  /** reports that are open, on all pages */
  open: number;
}

/** Arguments of `admin.resolve_report`: Says that a report was seen to. */
export interface AdminResolveReportArgs {
  /** which; one that is resolved stays so */
  report: Id;
}

/** Arguments of `admin.new_code`: Makes an invite code, with which people sign up where `registration` is `invite`. */
export interface AdminNewCodeArgs {
  /** for so many accounts; 1 unless given */
  uses_max?: number;
  /** holds so long; 7 unless given */
  days?: number;
}

export interface AdminNewCodeReply {
  /** which */
  code: Id;
  /** for `signup`; told this once */
  invite_code: string;
  /** when it ends */
  until: Time;
}

/** Arguments of `admin.codes`: Lists the invite codes, the oldest first. */
export interface AdminCodesArgs {
  /** the last one of the page before; from the start unless given */
  after?: Id;
  /** at most so many; 50 unless given */
  limit?: number;
}

export interface AdminCodesReply {
  /** fewer than asked for at the end */
  codes: Code[];
}

/** Arguments of `admin.end_code`: Revokes an invite code. */
export interface AdminEndCodeArgs {
  /** which */
  code: Id;
}

/** Every command with what it takes and what it answers. */
export interface Commands {
  /** Proves who is on this socket. */
  "auth": { args: AuthArgs; reply: AuthReply };
  /** Says that the client is alive. */
  "beat": { args: Record<string, never>; reply: BeatReply };
  /** Makes an account and signs this device in. */
  "signup": { args: SignupArgs; reply: Session };
  /** Signs this device in. */
  "signin": { args: SigninArgs; reply: Session };
  /** Ends this device's session and closes its sockets. */
  "signout": { args: Record<string, never>; reply: Record<string, never> };
  /** Names the nodes to open a socket to. */
  "connect": { args: Record<string, never>; reply: ConnectReply };
  /** Reads one's own account. */
  "account.get": { args: Record<string, never>; reply: OwnAccount };
  /** Changes one's display name, the words about oneself, or both. */
  "account.set_profile": { args: AccountSetProfileArgs; reply: Appended };
  /** Takes another username. */
  "account.rename": { args: AccountRenameArgs; reply: Appended };
  /** Changes one's picture. */
  "account.set_picture": { args: AccountSetPictureArgs; reply: Appended };
  /** Changes who may see what of one, and do what with one. */
  "account.set_privacy": { args: AccountSetPrivacyArgs; reply: Appended };
  /** Changes one's password. */
  "account.set_password": { args: AccountSetPasswordArgs; reply: Record<string, never> };
  /** Makes a secret for an authenticator. */
  "account.new_second_factor": { args: Record<string, never>; reply: AccountNewSecondFactorReply };
  /** Has every sign-in ask for a code from now on. */
  "account.enable_second_factor": { args: AccountEnableSecondFactorArgs; reply: AccountEnableSecondFactorReply };
  /** Makes other recovery codes; those before hold no more. */
  "account.new_recovery_codes": { args: AccountNewRecoveryCodesArgs; reply: AccountNewRecoveryCodesReply };
  /** Has sign-in ask for no code any more. */
  "account.disable_second_factor": { args: AccountDisableSecondFactorArgs; reply: Record<string, never> };
  /** Writes down everything one has. */
  "account.export": { args: Record<string, never>; reply: AccountExportReply };
  /** Deletes one's account, for good. */
  "account.delete": { args: AccountDeleteArgs; reply: Record<string, never> };
  /** Lists the signed-in devices. */
  "device.list": { args: Record<string, never>; reply: DeviceListReply };
  /** Signs a device out and closes its sockets at once. */
  "device.end": { args: DeviceEndArgs; reply: Record<string, never> };
  /** Finds users by the start of their name. */
  "user.search": { args: UserSearchArgs; reply: UserSearchReply };
  /** Reads a user's profile. */
  "user.get": { args: UserGetArgs; reply: UserGetReply };
  /** Blocks a user. */
  "user.block": { args: UserBlockArgs; reply: Appended };
  /** Lifts a block. */
  "user.unblock": { args: UserUnblockArgs; reply: Appended };
  /** Lists whom one blocks. */
  "user.blocked": { args: Record<string, never>; reply: UserBlockedReply };
  /** Asks somebody to be a contact. */
  "contact.request": { args: ContactRequestArgs; reply: Appended };
  /** Accepts somebody's request. */
  "contact.accept": { args: ContactAcceptArgs; reply: Appended };
  /** Declines somebody's request. */
  "contact.decline": { args: ContactDeclineArgs; reply: Appended };
  /** Ends being contacts, or takes back one's own request or one's having declined. */
  "contact.remove": { args: ContactRemoveArgs; reply: Appended };
  /** Lists how one stands to others, by their ids. */
  "contact.list": { args: ContactListArgs; reply: ContactListReply };
  /** Tells whether a user is there. */
  "presence.get": { args: PresenceGetArgs; reply: Presence };
  /** Says whose coming and going this connection wants to hear of. */
  "presence.watch": { args: PresenceWatchArgs; reply: PresenceWatchReply };
  /** Lists one's conversations, the newest first. */
  "conversation.list": { args: ConversationListArgs; reply: ConversationListReply };
  /** Reads one conversation with its members. */
  "conversation.get": { args: ConversationGetArgs; reply: ConversationGetReply };
  /** Accepts a message request: a 1:1 that a stranger began. */
  "conversation.accept": { args: ConversationAcceptArgs; reply: Appended };
  /** Lists what is pinned, the newest pin first. */
  "conversation.pins": { args: ConversationPinsArgs; reply: ConversationPinsReply };
  /** Sets how long messages stay that are written from now on; in a group by its admins. */
  "conversation.set_timer": { args: ConversationSetTimerArgs; reply: Appended };
  /** Sets after how many days what happens here is removed for everybody; in a group by its admins. */
  "conversation.set_retention": { args: ConversationSetRetentionArgs; reply: Appended };
  /** Reads the events a device lacks, oldest first. */
  "conversation.events": { args: ConversationEventsArgs; reply: ConversationEventsReply };
  /** Reads a page of events before, after or around a place. */
  "message.history": { args: MessageHistoryArgs; reply: MessageHistoryReply };
  /** Counts what is unread and reads the first of it. */
  "messages.unread": { args: MessagesUnreadArgs; reply: MessagesUnreadReply };
  /** Says to whom a message was delivered, who read it, and when. */
  "message.info": { args: MessageInfoArgs; reply: MessageInfoReply };
  /** Reports another's message to the admins of the server. */
  "message.report": { args: MessageReportArgs; reply: MessageReportReply };
  /** Lists the messages that mention one, the newest first. */
  "message.mentions": { args: MessageMentionsArgs; reply: MessageMentionsReply };
  /** Writes a message. */
  "message.send": { args: MessageSendArgs; reply: Appended };
  /** Gives one's own message another text. */
  "message.edit": { args: MessageEditArgs; reply: Appended };
  /** Writes a copy of a message into another conversation, or the same. */
  "message.forward": { args: MessageForwardArgs; reply: Appended };
  /** Pins a message for everyone; in a group by its admins. */
  "message.pin": { args: MessagePinArgs; reply: Appended };
  /** Takes a pin away; in a group by its admins. */
  "message.unpin": { args: MessageUnpinArgs; reply: Appended };
  /** Deletes a message for everyone. */
  "message.delete": { args: MessageDeleteArgs; reply: Appended };
  /** Reacts to a message; each person has one reaction to it at most. */
  "message.react": { args: MessageReactArgs; reply: Appended };
  /** Mutes, pins, archives a conversation, or marks it as unread; for oneself alone. */
  "preferences.set": { args: PreferencesSetArgs; reply: Appended };
  /** Stars a message that one may read, for oneself alone. */
  "message.star": { args: MessageStarArgs; reply: Appended };
  /** Takes a star away. */
  "message.unstar": { args: MessageUnstarArgs; reply: Appended };
  /** Lists the messages that one starred, the newest message first. */
  "message.starred": { args: MessageStarredArgs; reply: MessageStarredReply };
  /** Takes a message out of one's own sight, on all of one's devices and for good; the others keep it. */
  "message.hide": { args: MessageHideArgs; reply: Appended };
  /** Hides every message up to a place, for oneself alone. */
  "conversation.clear": { args: ConversationClearArgs; reply: Appended };
  /** Writes down what one has written so far in a conversation, for one's other devices. */
  "draft.set": { args: DraftSetArgs; reply: Appended };
  /** Lists what one has begun to write, by the conversations' ids. */
  "draft.list": { args: DraftListArgs; reply: DraftListReply };
  /** Makes a group and becomes its owner. */
  "group.create": { args: GroupCreateArgs; reply: Appended };
  /** Gives the group another title. */
  "group.set_title": { args: GroupSetTitleArgs; reply: Appended };
  /** Gives the group another description. */
  "group.set_description": { args: GroupSetDescriptionArgs; reply: Appended };
  /** Gives the group another picture. */
  "group.set_picture": { args: GroupSetPictureArgs; reply: Appended };
  /** Lets only admins write, or everybody again. */
  "group.set_announce": { args: GroupSetAnnounceArgs; reply: Appended };
  /** Adds a member. */
  "group.add": { args: GroupAddArgs; reply: Appended };
  /** Puts a member out. */
  "group.remove": { args: GroupRemoveArgs; reply: Appended };
  /** Gives a member another role. */
  "group.set_role": { args: GroupSetRoleArgs; reply: Appended };
  /** Makes an invite: a token by which people come in by themselves. */
  "group.invite": { args: GroupInviteArgs; reply: GroupInviteReply };
  /** Lists the invites that hold, with their tokens. */
  "group.invites": { args: GroupInvitesArgs; reply: GroupInvitesReply };
  /** Takes an invite back. */
  "group.uninvite": { args: GroupUninviteArgs; reply: Appended };
  /** Looks at a group before joining it. */
  "group.preview": { args: GroupPreviewArgs; reply: GroupPreviewReply };
  /** Comes into a group by an invite. */
  "group.join": { args: GroupJoinArgs; reply: Appended };
  /** Leaves the group. */
  "group.leave": { args: GroupLeaveArgs; reply: Appended };
  /** Says that this device has stored everything up to a seq. */
  "receipt.delivered": { args: ReceiptDeliveredArgs; reply: ReceiptDeliveredReply };
  /** Says that one has read everything up to a seq. */
  "receipt.read": { args: ReceiptReadArgs; reply: ReceiptReadReply };
  /** Tells the others that one types; repeat while it lasts. */
  "typing": { args: TypingArgs; reply: Record<string, never> };
  /** Lists the conversations that changed since a token. */
  "sync": { args: SyncArgs; reply: SyncReply };
  /** Lists the accounts by username. */
  "admin.users": { args: AdminUsersArgs; reply: AdminUsersReply };
  /** Shuts an account out and closes its sockets at once. */
  "admin.disable": { args: AdminDisableArgs; reply: Record<string, never> };
  /** Lets an account in again. */
  "admin.enable": { args: AdminEnableArgs; reply: Record<string, never> };
  /** Gives an account a new password and ends all its devices. */
  "admin.reset_password": { args: AdminResetPasswordArgs; reply: AdminResetPasswordReply };
  /** Lists the messages that people reported, the newest report first. */
  "admin.reports": { args: AdminReportsArgs; reply: AdminReportsReply };
  /** Says that a report was seen to. */
  "admin.resolve_report": { args: AdminResolveReportArgs; reply: Record<string, never> };
  /** Makes an invite code, with which people sign up where `registration` is `invite`. */
  "admin.new_code": { args: AdminNewCodeArgs; reply: AdminNewCodeReply };
  /** Lists the invite codes, the oldest first. */
  "admin.codes": { args: AdminCodesArgs; reply: AdminCodesReply };
  /** Revokes an invite code. */
  "admin.end_code": { args: AdminEndCodeArgs; reply: Record<string, never> };
}

export type CommandName = keyof Commands;

/** The REST routes; commands without one are for sockets only. */
export const ROUTES = {
  "signup": {
    "method": "POST",
    "path": "/v1/signup"
  },
  "signin": {
    "method": "POST",
    "path": "/v1/signin"
  },
  "signout": {
    "method": "POST",
    "path": "/v1/signout"
  },
  "connect": {
    "method": "GET",
    "path": "/v1/connect"
  },
  "account.get": {
    "method": "GET",
    "path": "/v1/account"
  },
  "account.set_profile": {
    "method": "PATCH",
    "path": "/v1/account"
  },
  "account.rename": {
    "method": "PUT",
    "path": "/v1/account/username"
  },
  "account.set_picture": {
    "method": "PUT",
    "path": "/v1/account/picture"
  },
  "account.set_privacy": {
    "method": "PATCH",
    "path": "/v1/account/privacy"
  },
  "account.set_password": {
    "method": "POST",
    "path": "/v1/account/password"
  },
  "account.new_second_factor": {
    "method": "POST",
    "path": "/v1/account/second_factor/secret"
  },
  "account.enable_second_factor": {
    "method": "PUT",
    "path": "/v1/account/second_factor"
  },
  "account.new_recovery_codes": {
    "method": "POST",
    "path": "/v1/account/second_factor/recovery"
  },
  "account.disable_second_factor": {
    "method": "POST",
    "path": "/v1/account/second_factor/disable"
  },
  "account.export": {
    "method": "GET",
    "path": "/v1/account/export"
  },
  "account.delete": {
    "method": "POST",
    "path": "/v1/account/delete"
  },
  "device.list": {
    "method": "GET",
    "path": "/v1/devices"
  },
  "device.end": {
    "method": "DELETE",
    "path": "/v1/devices/{device}"
  },
  "user.search": {
    "method": "GET",
    "path": "/v1/users"
  },
  "user.get": {
    "method": "GET",
    "path": "/v1/users/{user}"
  },
  "user.block": {
    "method": "PUT",
    "path": "/v1/users/{user}/block"
  },
  "user.unblock": {
    "method": "DELETE",
    "path": "/v1/users/{user}/block"
  },
  "user.blocked": {
    "method": "GET",
    "path": "/v1/blocks"
  },
  "contact.request": {
    "method": "PUT",
    "path": "/v1/contacts/{user}/request"
  },
  "contact.accept": {
    "method": "PUT",
    "path": "/v1/contacts/{user}"
  },
  "contact.decline": {
    "method": "DELETE",
    "path": "/v1/contacts/{user}/request"
  },
  "contact.remove": {
    "method": "DELETE",
    "path": "/v1/contacts/{user}"
  },
  "contact.list": {
    "method": "GET",
    "path": "/v1/contacts"
  },
  "presence.get": {
    "method": "GET",
    "path": "/v1/users/{user}/presence"
  },
  "conversation.list": {
    "method": "GET",
    "path": "/v1/conversations"
  },
  "conversation.get": {
    "method": "GET",
    "path": "/v1/conversations/{conversation}"
  },
  "conversation.accept": {
    "method": "POST",
    "path": "/v1/conversations/{conversation}/accept"
  },
  "conversation.pins": {
    "method": "GET",
    "path": "/v1/conversations/{conversation}/pins"
  },
  "conversation.set_timer": {
    "method": "PUT",
    "path": "/v1/conversations/{conversation}/timer"
  },
  "conversation.set_retention": {
    "method": "PUT",
    "path": "/v1/conversations/{conversation}/retention"
  },
  "conversation.events": {
    "method": "GET",
    "path": "/v1/conversations/{conversation}/events"
  },
  "message.history": {
    "method": "GET",
    "path": "/v1/conversations/{conversation}/messages"
  },
  "messages.unread": {
    "method": "GET",
    "path": "/v1/messages/unread"
  },
  "message.info": {
    "method": "GET",
    "path": "/v1/conversations/{conversation}/messages/{seq}/info"
  },
  "message.report": {
    "method": "POST",
    "path": "/v1/conversations/{conversation}/messages/{seq}/report"
  },
  "message.mentions": {
    "method": "GET",
    "path": "/v1/mentions"
  },
  "message.send": {
    "method": "POST",
    "path": "/v1/messages"
  },
  "message.edit": {
    "method": "PATCH",
    "path": "/v1/conversations/{conversation}/messages/{seq}"
  },
  "message.forward": {
    "method": "POST",
    "path": "/v1/conversations/{conversation}/messages/{seq}/forward"
  },
  "message.pin": {
    "method": "PUT",
    "path": "/v1/conversations/{conversation}/messages/{seq}/pin"
  },
  "message.unpin": {
    "method": "DELETE",
    "path": "/v1/conversations/{conversation}/messages/{seq}/pin"
  },
  "message.delete": {
    "method": "DELETE",
    "path": "/v1/conversations/{conversation}/messages/{seq}"
  },
  "message.react": {
    "method": "PUT",
    "path": "/v1/conversations/{conversation}/messages/{seq}/reaction"
  },
  "preferences.set": {
    "method": "PATCH",
    "path": "/v1/conversations/{conversation}/preferences"
  },
  "message.star": {
    "method": "PUT",
    "path": "/v1/conversations/{conversation}/messages/{seq}/star"
  },
  "message.unstar": {
    "method": "DELETE",
    "path": "/v1/conversations/{conversation}/messages/{seq}/star"
  },
  "message.starred": {
    "method": "GET",
    "path": "/v1/starred"
  },
  "message.hide": {
    "method": "PUT",
    "path": "/v1/conversations/{conversation}/messages/{seq}/hidden"
  },
  "conversation.clear": {
    "method": "PUT",
    "path": "/v1/conversations/{conversation}/cleared"
  },
  "draft.set": {
    "method": "PUT",
    "path": "/v1/conversations/{conversation}/draft"
  },
  "draft.list": {
    "method": "GET",
    "path": "/v1/drafts"
  },
  "group.create": {
    "method": "POST",
    "path": "/v1/groups"
  },
  "group.set_title": {
    "method": "PUT",
    "path": "/v1/conversations/{conversation}/title"
  },
  "group.set_description": {
    "method": "PUT",
    "path": "/v1/conversations/{conversation}/description"
  },
  "group.set_picture": {
    "method": "PUT",
    "path": "/v1/conversations/{conversation}/picture"
  },
  "group.set_announce": {
    "method": "PUT",
    "path": "/v1/conversations/{conversation}/announce"
  },
  "group.add": {
    "method": "POST",
    "path": "/v1/conversations/{conversation}/members"
  },
  "group.remove": {
    "method": "DELETE",
    "path": "/v1/conversations/{conversation}/members/{user}"
  },
  "group.set_role": {
    "method": "PUT",
    "path": "/v1/conversations/{conversation}/members/{user}/role"
  },
  "group.invite": {
    "method": "POST",
    "path": "/v1/conversations/{conversation}/invites"
  },
  "group.invites": {
    "method": "GET",
    "path": "/v1/conversations/{conversation}/invites"
  },
  "group.uninvite": {
    "method": "DELETE",
    "path": "/v1/conversations/{conversation}/invites/{invite}"
  },
  "group.preview": {
    "method": "POST",
    "path": "/v1/groups/preview"
  },
  "group.join": {
    "method": "POST",
    "path": "/v1/groups/join"
  },
  "group.leave": {
    "method": "POST",
    "path": "/v1/conversations/{conversation}/leave"
  },
  "receipt.delivered": {
    "method": "POST",
    "path": "/v1/conversations/{conversation}/delivered"
  },
  "receipt.read": {
    "method": "POST",
    "path": "/v1/conversations/{conversation}/read"
  },
  "sync": {
    "method": "POST",
    "path": "/v1/sync"
  },
  "admin.users": {
    "method": "GET",
    "path": "/v1/admin/users"
  },
  "admin.disable": {
    "method": "POST",
    "path": "/v1/admin/disable"
  },
  "admin.enable": {
    "method": "POST",
    "path": "/v1/admin/enable"
  },
  "admin.reset_password": {
    "method": "POST",
    "path": "/v1/admin/password"
  },
  "admin.reports": {
    "method": "GET",
    "path": "/v1/admin/reports"
  },
  "admin.resolve_report": {
    "method": "POST",
    "path": "/v1/admin/reports/{report}/resolve"
  },
  "admin.new_code": {
    "method": "POST",
    "path": "/v1/admin/codes"
  },
  "admin.codes": {
    "method": "GET",
    "path": "/v1/admin/codes"
  },
  "admin.end_code": {
    "method": "DELETE",
    "path": "/v1/admin/codes/{code}"
  }
} as const;

/** Opens a WebSocket. */
export const SOCKET_PATH = "/v1/socket";

/** A frame from the client. */
export type CommandFrame<C extends CommandName = CommandName> = {
  id: number;
  cmd: C;
} & Commands[C]["args"];

/** The answer to it; `id` lacks when the frame's own could not be read. */
export type ReplyFrame<C extends CommandName = CommandName> =
  | { id: number; ok: Commands[C]["reply"] }
  | { id?: number; error: ApiError };

/** The body of a REST error (RFC 9457). */
export interface Problem extends Omit<ApiError, "message"> {
  type: string;
  title: string;
  status: number;
  detail: string;
}
