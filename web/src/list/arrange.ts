/** The conversations in the order and the parts that the list shows them in. Pure. */
import type { ConversationView, Id } from "parley-client";
import { folded } from "../words/text.ts";

export const FILTERS = ["all", "unread", "groups"] as const;
export type Filter = (typeof FILTERS)[number];

export interface Arranged {
  /** The one that was pinned last stands first. */
  pinned: readonly ConversationView[];
  rest: readonly ConversationView[];
  archived: readonly ConversationView[];
}

/** `views`: the newest first, as the library has them. */
export function arrange(views: readonly ConversationView[], filter: Filter): Arranged {
  const archived = views.filter((view) => view.archived);
  const shown = views.filter((view) => !view.archived && passes(view, filter));
  const pinned = shown.filter((view) => view.pinned !== undefined);
  pinned.sort((a, b) => (b.pinned ?? 0) - (a.pinned ?? 0));
  return { pinned, rest: shown.filter((view) => view.pinned === undefined), archived };
}

function passes(view: ConversationView, filter: Filter): boolean {
  if (filter === "groups") return view.kind === "group";
  return filter === "all" || view.unread > 0 || view.marked_unread;
}

export function isMuted({ muted_until }: ConversationView, now: number): boolean {
  return muted_until !== undefined && muted_until > now;
}

/** Whether one may write there, as far as is known here. */
export function isWritable({ left, request, announce, role }: ConversationView): boolean {
  return !left && !request && !(announce && role === "member");
}

/** Unread messages that are worth a badge on the page: neither muted nor archived. A mention is worth a look
 * wherever it is. */
export function attentionOf(views: readonly ConversationView[], now: number): number {
  let sum = 0;
  for (const view of views) {
    if (view.archived || isMuted(view, now)) sum += view.mention === undefined ? 0 : 1;
    else sum += view.unread || (view.marked_unread ? 1 : 0);
  }
  return sum;
}

/** In the places that they had before; one that had none comes last, and has it from now on. */
export function steadied(views: readonly ConversationView[], places: Map<Id, number>): ConversationView[] {
  for (const { conversation } of views) if (!places.has(conversation)) places.set(conversation, places.size);
  const placeOf = ({ conversation }: ConversationView): number => places.get(conversation) ?? 0;
  return views.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** Where the title has what was typed: at its start, at a word's start, or anywhere. */
export function sought(
  views: readonly ConversationView[], typed: string, titleOf: (view: ConversationView) => string,
): ConversationView[] {
  const wanted = folded(typed.trim().replace(/^@/, ""));
  if (wanted === "") return [];
  const found: ConversationView[][] = [[], [], []];
  for (const view of views) {
    const at = placeIn(folded(titleOf(view)), wanted);
    const byName = at < 0 && (view.person?.username ?? "").startsWith(wanted);
    if (at >= 0 || byName) found[byName ? 0 : at]?.push(view);
  }
  return found.flat();
}

function placeIn(title: string, wanted: string): number {
  const at = title.indexOf(wanted);
  if (at <= 0) return at;
  return title.includes(` ${wanted}`) ? 1 : 2;
}
