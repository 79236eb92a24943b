/**
 * The rows of one conversation that the device holds: all from `from` to `to`, each as it was
 * after the event that `rev` names. Pure.
 *
 * Rows arrive in two ways: as they were when they happened (pushes) and as they are now (pages,
 * repeated pushes). `rev` makes the two meet: whatever is older than the row that stands is
 * ignored, so the order of arrival does not matter.
 */
import type { ChatEvent, EventDraft, EventEdit, EventMessage, Seq, Time } from "./api.ts";

/** Messages that one hid and that are not held, remembered so that what was on its way when they were
 * hidden does not bring them back. Beyond it the first is forgotten. */
const HIDDEN_MAX = 1000;

export class Rows {
  /** All messages up to it are hidden. */
  cleared: Seq = 0;
  #rows = new Map<Seq, ChatEvent>();
  #hidden = new Set<Seq>();

  get size(): number {
    return this.#rows.size;
  }

  get(seq: Seq): ChatEvent | undefined {
    return this.#rows.get(seq);
  }

  values(): ChatEvent[] {
    return [...this.#rows.values()].sort((a, b) => a.seq - b.seq);
  }

  /** Takes a row, unless one that is as new stands. The answer: whether anything changed. */
  take(row: ChatEvent): boolean {
    const old = this.#rows.get(row.seq);
    const now = this.shown(met(old, row));
    if (now === old) return false;
    this.#rows.set(row.seq, now);
    return true;
  }

  /** The row without the words that one hid. */
  shown(row: ChatEvent): ChatEvent {
    const seq = messageOf(row);
    return seq !== undefined && this.#hides(seq) ? hiddenOf(row) : row;
  }

  /** One hid a message, or all up to one. The answer: the seqs of what changed. */
  hide({ target, up_to }: { target: Seq; up_to: boolean }): Seq[] {
    if (up_to) this.cleared = Math.max(this.cleared, target);
    else this.#rememberHidden(target);
    const seqs: Seq[] = [];
    for (const row of this.#rows.values()) {
      const shown = this.shown(row);
      if (shown === row) continue;
      this.#rows.set(row.seq, shown);
      seqs.push(row.seq);
    }
    return seqs;
  }

  /** Takes a page from before the rows held. It may have been read before events that are here
   * already: these change it now. The answer: the seqs of what changed. */
  takeOlder(page: ChatEvent[]): Seq[] {
    const seqs = new Set(page.filter((row) => this.take(row)).map((row) => row.seq));
    for (const event of this.values()) {
      for (const seq of this.apply(event)) seqs.add(seq);
      if (this.take(event)) seqs.add(event.seq); // An edit of what this page shows to be hidden.
    }
    return [...seqs];
  }

  /** Changes the rows that an event changes besides its own. The answer: their seqs. */
  apply(event: ChatEvent): Seq[] {
    if (event.type === "draft") return this.#emptyDrafts(event);
    if (event.type !== "edit" && event.type !== "delete" && event.type !== "reaction") return [];
    const seqs = event.type === "reaction" ? [] : this.#emptyEdits(event.target, event.seq);
    const row = this.#rows.get(event.target);
    if (!row) return seqs;
    const changed = changedBy(row, event);
    if (changed !== row) {
      this.#rows.set(row.seq, changed);
      seqs.push(row.seq);
    }
    return seqs;
  }

  /** Takes away the words whose time has come by now. The answer: the seqs of what changed. */
  expire(now: Time): Seq[] {
    const seqs: Seq[] = [];
    for (const row of this.#rows.values()) {
      const left = expired(row, now);
      if (left === row) continue;
      this.#rows.set(row.seq, left);
      seqs.push(row.seq);
    }
    return seqs;
  }

  /** Takes away the words of edits of messages before `first`: these are not to be read any more. The
   * answer: the seqs of what changed. */
  forgetEdits(first: Seq): Seq[] {
    const seqs: Seq[] = [];
    for (const row of this.#rows.values()) {
      if (row.type !== "edit" || row.target >= first || row.text === undefined) continue;
      this.#rows.set(row.seq, emptied(row));
      seqs.push(row.seq);
    }
    return seqs;
  }

  drop(seq: Seq): void {
    this.#rows.delete(seq);
  }

  clear(): void {
    this.#rows.clear();
  }

  #hides(seq: Seq): boolean {
    const row = this.#rows.get(seq);
    return seq <= this.cleared || this.#hidden.has(seq) || (row !== undefined && isHidden(row));
  }

  #rememberHidden(seq: Seq): void {
    this.#hidden.add(seq);
    if (this.#hidden.size <= HIDDEN_MAX) return;
    for (const first of this.#hidden) {
      this.#hidden.delete(first);
      return;
    }
  }

  /** Of what one wrote in a conversation the newest draft alone has its text, on the server too. */
  #emptyDrafts(by: EventDraft): Seq[] {
    const seqs: Seq[] = [];
    for (const row of this.#rows.values()) {
      if (row.type !== "draft" || row.subject !== by.subject || row.seq >= by.seq || row.rev >= by.seq) continue;
      const { text: _, ...left } = row;
      this.#rows.set(row.seq, { ...left, rev: by.seq });
      seqs.push(row.seq);
    }
    return seqs;
  }

  /** The texts of the edits of `target` before `by` are gone on the server; they go here too.
   * Looked for one by one: the target may not be here, or be as new as `by` already. */
  #emptyEdits(target: Seq, by: Seq): Seq[] {
    const seqs: Seq[] = [];
    for (const row of this.#rows.values()) {
      if (row.type !== "edit" || row.target !== target || row.seq >= by || row.rev >= by) continue;
      this.#rows.set(row.seq, { ...emptied(row), rev: by });
      seqs.push(row.seq);
    }
    return seqs;
  }
}

/** The message whose words a row has. */
function messageOf(row: ChatEvent): Seq | undefined {
  if (row.type === "edit") return row.target;
  return row.type === "message" ? row.seq : undefined;
}

export function isHidden(row: ChatEvent): boolean {
  return row.type === "message" && row.hidden === true;
}

/** A message or an edit as whoever hid it has it: itself, if it is so already. */
function hiddenOf(row: ChatEvent): ChatEvent {
  if (row.type === "edit") return row.text === undefined ? row : emptied(row);
  if (row.type !== "message" || isHidden(row)) return row;
  const { text: _text, reactions: _reactions, mentions: _mentions, ...left } = row;
  return { ...left, hidden: true };
}

/** The newer of two forms of a row. What one hid stays hidden, in whatever order they come. */
export function met(old: ChatEvent | undefined, row: ChatEvent): ChatEvent {
  if (!old) return row;
  const newer = old.rev >= row.rev ? old : row;
  return isHidden(old) || isHidden(row) ? hiddenOf(newer) : newer;
}

/** As the storage has it: an edit without its words. Its message's row has them; if that is not here,
 * one may have hidden it, and a page that is read after a restart is newer than the edit. */
export function stored(row: ChatEvent): ChatEvent {
  return row.type === "edit" && row.text !== undefined ? emptied(row) : row;
}

/** When the words of a row go, if it has any that do. */
export function goesAt(row: ChatEvent | undefined): Time | undefined {
  if (row?.type !== "message" && row?.type !== "edit") return undefined;
  return row.text === undefined ? undefined : row.expires;
}

/** The row as it is left at a time: itself, if it keeps its words. No event did it, so `rev` stays. */
export function expired(row: ChatEvent, now: Time): ChatEvent {
  const at = goesAt(row);
  if (at === undefined || at > now) return row;
  return row.type === "edit" ? emptied(row) : stubOf(row as EventMessage);
}

function emptied(edit: EventEdit): EventEdit {
  const { text: _text, mentions: _mentions, ...left } = edit;
  return left;
}

function stubOf(message: EventMessage): EventMessage {
  const { text: _text, reactions: _reactions, edited: _edited, mentions: _mentions, ...left } = message;
  return { ...left, deleted: true };
}

/** The row as it is after the event: itself, if the event changes another one or is older. */
export function changedBy(row: ChatEvent, event: ChatEvent): ChatEvent {
  if (event.type !== "edit" && event.type !== "delete" && event.type !== "reaction") return row;
  if (row.type !== "message" || row.seq !== event.target || row.rev >= event.seq) return row;
  return changed(row, event);
}

function changed(
  row: EventMessage,
  event: Extract<ChatEvent, { type: "edit" | "delete" | "reaction" }>,
): EventMessage {
  const rev = event.seq;
  if (isHidden(row) && event.type !== "delete") {
    return event.type === "edit" ? { ...row, rev, edited: event.seq } : { ...row, rev };
  }
  if (event.type === "edit") {
    // Emptied since: a later event, which is on its way, says what stands.
    const text = event.text === undefined ? {} : { text: event.text };
    const mentions = event.mentions === undefined ? {} : { mentions: event.mentions };
    const { mentions: _, ...rest } = row;
    return { ...rest, rev, edited: event.seq, ...text, ...mentions };
  }
  if (event.type === "delete") {
    return { ...stubOf(row), rev };
  }
  const reactions = (row.reactions ?? []).filter((reaction) => reaction.user !== event.sender);
  if (event.emoji !== "") reactions.push({ user: event.sender, emoji: event.emoji });
  const { reactions: _, ...rest } = row;
  return reactions.length > 0 ? { ...rest, rev, reactions } : { ...rest, rev };
}
