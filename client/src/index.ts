/** Parley's client library. What is not named here is nobody else's business. */
export * from "./api.ts";
export type { AccountNews } from "./account.ts";
export { Account } from "./account.ts";
export { bytesOf } from "./bytes.ts";
export type { SessionState } from "./accounts.ts";
export type { Clock } from "./clock.ts";
export { systemClock } from "./clock.ts";
export { Contacts } from "./contacts.ts";
export type { Self } from "./privacy.ts";
export { PrivacySettings } from "./privacy.ts";
export type { Draft } from "./drafts.ts";
export type { ClientErrorCode } from "./error.ts";
export { ParleyError } from "./error.ts";
export { Groups } from "./groups.ts";
export type { ExcerptView } from "./history.ts";
export { EXCERPT_ROWS_MAX, Excerpt, Past } from "./history.ts";
export { FOR_EVER, Personal } from "./personal.ts";
export type { Status } from "./link.ts";
export type { Observable } from "./observable.ts";
export { Observed, Value } from "./observable.ts";
export type { OutboxItem } from "./outbox.ts";
export type { ParleyOptions } from "./parley.ts";
export { Parley } from "./parley.ts";
export type { RestCommand } from "./rest.ts";
export { Rest } from "./rest.ts";
export { IndexedStorage } from "./indexed.ts";
export type { Change, Pair, Storage } from "./storage.ts";
export { COPY, MemoryStorage, isCopy } from "./storage.ts";
export type { TabsPlace } from "./tabs.ts";
export { tabsHere } from "./tabs.ts";
export type { Socket, SocketHandlers, Transport } from "./transport.ts";
export { webSocketTransport } from "./transport.ts";
export type {
  ConversationView, MessageStatus, MessageView, NoticeView, TimelineView,
} from "./view.ts";
