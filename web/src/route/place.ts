/**
 * Where in the page one is, as it stands in the address after the #: a conversation, or none.
 * A 1:1 goes by the person, since it can be opened before it exists.
 */
import { useSyncExternalStore } from "react";
import type { ConversationView, Id } from "parley-client";

export type Place =
  | { kind: "person"; user: Id }
  | { kind: "group"; conversation: Id }
  | { kind: "notes" };

const FORM = /^#\/(person|group)\/(\d{1,20})$/;

export function placeOf(view: ConversationView): Place {
  if (view.kind === "self") return { kind: "notes" };
  if (view.kind === "direct") return { kind: "person", user: view.peer ?? "" };
  return { kind: "group", conversation: view.conversation };
}

/** What the library calls it. */
export function placeId(place: Place, me: Id): Id {
  if (place.kind === "notes") return me;
  return place.kind === "person" ? place.user : place.conversation;
}

export function hrefOf(place: Place): string {
  return place.kind === "notes" ? "#/notes" : `#/${place.kind}/${placeId(place, "")}`;
}

function placeAt(hash: string): Place | undefined {
  if (hash === "#/notes") return { kind: "notes" };
  const [, kind, id] = FORM.exec(hash) ?? [];
  if (id === undefined) return undefined;
  return kind === "person" ? { kind, user: id } : { kind: "group", conversation: id };
}

export function go(place: Place): void {
  location.hash = hrefOf(place);
}

/** Back to the list, and no step in the browser's history for it. */
export function goNowhere(): void {
  if (location.hash === "") return;
  history.replaceState(null, "", location.pathname);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

export function usePlace(): Place | undefined {
  return placeAt(useSyncExternalStore(subscribe, () => location.hash));
}
