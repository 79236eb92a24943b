/**
 * Where in the page one is, as it stands in the address after the #: a conversation or none, and
 * what is open beside it. A 1:1 goes by the person, since it can be opened before it exists.
 *
 *     #/person/12   #/group/7   #/notes   #/group/7/details
 *
 * Or at an invite that somebody followed: #/join/TOKEN.
 */
import { useSyncExternalStore } from "react";
import type { ConversationView, Id } from "parley-client";

export type Place =
  | { kind: "person"; user: Id }
  | { kind: "group"; conversation: Id }
  | { kind: "notes" };

/** What stands in the right pane. */
export type Panel = "details";

export interface Route {
  place?: Place;
  panel?: Panel;
  /** The token of an invite. */
  invite?: string;
}

const INVITE = /^#\/join\/([\w.~-]{1,128})$/;
const FORM = /^#\/(?:(person|group)\/(\d{1,20})|notes)(\/details)?$/;

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

export function hrefOf(place: Place, panel?: Panel): string {
  const base = place.kind === "notes" ? "#/notes" : `#/${place.kind}/${placeId(place, "")}`;
  return panel ? `${base}/${panel}` : base;
}

export function routeAt(hash: string): Route {
  const match = FORM.exec(hash);
  if (!match) return invitedBy(hash);
  const [, kind, id = "", panel] = match;
  const place: Place = kind === "person" ? { kind, user: id } :
    kind === "group" ? { kind, conversation: id } : { kind: "notes" };
  return panel ? { place, panel: "details" } : { place };
}

function invitedBy(hash: string): Route {
  const invite = INVITE.exec(hash)?.[1];
  return invite === undefined ? {} : { invite };
}

export function go(place: Place, panel?: Panel): void {
  goTo(hrefOf(place, panel));
}

export function goTo(href: string): void {
  location.hash = href;
}

/** Opens or closes what stands beside a conversation, and no step in the browser's history for it. */
export function goBeside(place: Place, panel: Panel | undefined): void {
  replace(hrefOf(place, panel));
}

/** Back to the list, and no step in the browser's history for it. */
export function goNowhere(): void {
  if (location.hash !== "") replace(location.pathname);
}

/**
 * Of several who sign in in a tab, one after the other, none comes back to where another was: each step of
 * the browser's history is marked with whose it is, and another's leads to no place. Nor does any lead
 * somewhere while nobody is signed in; but one may have come by an invite. The answer ends it.
 */
export function keepStepsOf(user: Id | undefined): () => void {
  const look = (): void => {
    const whose = (history.state as { user?: Id } | null)?.user;
    const foreign = user === undefined || (whose !== undefined && whose !== user);
    if (foreign && routeAt(location.hash).invite === undefined) goNowhere();
    if (user !== undefined && whose !== user) history.replaceState({ user }, "");
  };
  look();
  // Before the page hears of it.
  window.addEventListener("hashchange", look, true);
  return () => window.removeEventListener("hashchange", look, true);
}

function replace(address: string): void {
  history.replaceState(history.state, "", address);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

export function useRoute(): Route {
  return routeAt(useSyncExternalStore(subscribe, () => location.hash));
}

/** Behind the #, so that no server is told of it by following it. */
export function inviteLink(token: string): string {
  return `${location.origin}/#/join/${token}`;
}
