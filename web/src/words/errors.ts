/** What a person reads when something goes wrong: by the error's code, never the server's text. */
import type { ClientErrorCode } from "parley-client";
import { LIMITS, ParleyError } from "parley-client";

const WORDS: Partial<Record<ClientErrorCode, string>> = {
  wrong_credentials: "This name and password do not belong together.",
  code_refused: "This invite code does not hold.",
  second_factor_required: "Please give a code of your authenticator, too.",
  wrong_code: "This code is wrong, or was used before.",
  second_factor_on: "There is a second factor already.",
  second_factor_off: "There is no second factor.",
  name_refused: `This name cannot be had: ${LIMITS.username_bytes_min} to ${LIMITS.username_chars_max} letters ` +
    "of one script, digits, dot, dash and underscore, and like nobody else's.",
  name_taken: "This name is taken. Please choose another.",
  registration_closed: "This server takes no sign-ups. Ask whoever runs it for an account.",
  account_disabled: "This account is disabled. Ask whoever runs this server.",
  too_soon: `You took this name a short while ago. It changes once in ${LIMITS.rename_days} days.`,
  too_many_tries: "Too many tries. Please wait a while and try again.",
  rate_limited: "That was too fast. Please wait a moment and try again.",
  overloaded: "The server is busy. Please try again in a moment.",
  unavailable: "The server cannot do this right now. Please try again in a moment.",
  draining: "The server is restarting. Please try again in a moment.",
  internal: "Something went wrong on the server.",
  disconnected: "The server cannot be reached. Check your connection.",
  timeout: "The server did not answer in time.",
  stopped: "You are signed out.",
  unauthenticated: "You are signed out. Please sign in again.",
  not_found: "This is not there any more.",
  forbidden: "You may not do this here.",
  cannot_write: "You cannot write to this person.",
  not_accepted: "They get no more from you until they accept.",
  too_large: "This is too long.",
  full: "There is no more room.",
  already_member: "This person is in the group already.",
  not_member: "This person is not in the group.",
  out_of_turn: "This was settled already.",
};

const FIELDS: { [field: string]: string } = {
  username: `A name has ${LIMITS.username_bytes_min} to ${LIMITS.username_chars_max} characters: ` +
    "letters, digits, dot, dash and underscore.",
  password: `A password has at least ${LIMITS.password_bytes_min} characters.`,
  display_name: `What others see has at most ${LIMITS.display_name_chars_max} characters.`,
  title: "A group needs a title, and not too long a one.",
  text: "This message is empty or too long.",
};

export function wordsForCode(code: string): string {
  return WORDS[code as ClientErrorCode] ?? "That did not work.";
}

export function wordsFor(error: unknown): string {
  if (!(error instanceof ParleyError)) return "That did not work.";
  if (error.code === "bad_request" && error.field !== undefined) {
    return FIELDS[error.field] ?? wordsForCode(error.code);
  }
  return wordsForCode(error.code);
}
