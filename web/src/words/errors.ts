/** What a person reads when something goes wrong: by the error's code, never the server's text. */
import type { ClientErrorCode, MessageStatus } from "parley-client";
import { LIMITS, ParleyError } from "parley-client";
import type { TextId } from "./languages.ts";
import type { Say } from "./useText.ts";

type Values = Record<string, string | number>;

/** Those that a person may cause. What else there is are mistakes of ours. */
const CODES: Partial<Record<ClientErrorCode, Values>> = {
  wrong_credentials: {}, code_refused: {}, second_factor_required: {}, wrong_code: {}, second_factor_on: {},
  second_factor_off: {},
  name_refused: { min: LIMITS.username_bytes_min, max: LIMITS.username_chars_max },
  name_taken: {}, registration_closed: {}, account_disabled: {}, too_soon: { days: LIMITS.rename_days },
  too_many_tries: {}, rate_limited: {}, overloaded: {}, unavailable: {}, draining: {}, internal: {},
  disconnected: {}, timeout: {}, stopped: {}, outbox_full: {}, unauthenticated: {}, not_found: {}, forbidden: {},
  cannot_write: {}, not_accepted: {}, too_large: {}, full: {}, already_member: {}, not_member: {},
  out_of_turn: {}, too_old: {},
};

const FIELDS: { [field: string]: Values } = {
  username: { min: LIMITS.username_bytes_min, max: LIMITS.username_chars_max },
  password: { count: LIMITS.password_bytes_min },
  display_name: { count: LIMITS.display_name_chars_max },
  title: {},
  text: {},
  invite_code: {},
};

export function wordsForCode(code: string, say: Say): string {
  const values = Object.hasOwn(CODES, code) ? CODES[code as ClientErrorCode] : undefined;
  return values ? say(`error.${code}` as TextId, values) : say("error.other");
}

/** Why a message did not go out; where nobody can tell whether it did, that. */
export function wordsForUnsent(code: string, say: Say): string {
  const why = wordsForCode(code, say);
  return code === "too_old" ? why : say("message.not_sent", { why });
}

/** What its mark is called. */
export function markOf(status: MessageStatus, code: string | undefined): TextId {
  return status === "failed" && code === "too_old" ? "message.unknown" : `message.${status}`;
}

export function wordsFor(error: unknown, say: Say): string {
  if (!(error instanceof ParleyError)) return say("error.other");
  const { code, field } = error;
  const values = code === "bad_request" && field !== undefined && Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  return values ? say(`field.${field}` as TextId, values) : wordsForCode(code, say);
}
