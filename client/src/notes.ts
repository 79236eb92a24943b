/** What the tabs of a device tell each other (shared_link.ts says when). */
import type { AuthReply, CommandName, Id, Push } from "./api.ts";
import type { DraftNews } from "./drafts.ts";
import type { ErrorData } from "./error.ts";
import type { Status } from "./link.ts";
import type { OutboxNews } from "./outbox.ts";

/** Of the tab that leads, to all. */
export type LeadNote =
  /** How things stand; `greeting`: it is connected, and was greeted so. */
  | { note: "lead"; status: Status; greeting?: AuthReply }
  | { note: "status"; status: Status }
  | { note: "online"; greeting: AuthReply }
  | { note: "offline" }
  | { note: "push"; push: Push }
  /** So many pushes were lost on this connection. */
  | { note: "lost"; lost: number }
  | { note: "stopped"; reason: NonNullable<Status["reason"]> }
  | { note: "answer"; to: string; id: number; ok: unknown }
  | { note: "answer"; to: string; id: number; error: ErrorData };

/** To the one that leads. */
export type AskNote =
  /** How do things stand? */
  | { note: "hello" }
  | { note: "start" }
  | { note: "retry" }
  | { note: "ask"; id: number; cmd: CommandName; args: object };

/** To all. */
export type NewsNote =
  | { note: "outbox"; news: OutboxNews }
  | { note: "draft"; news: DraftNews };

export type Note = LeadNote | AskNote | NewsNote;

/** Whom each tab watches, the command of it. */
export interface WatchArgs {
  users: Id[];
}
