/** What goes wrong, as one type. */
import type { ApiError, ErrorCode, Seq } from "./api.ts";
import { ERRORS } from "./api.ts";

/**
 * `disconnected`: the socket closed before an answer came. `timeout`: none came in time. After
 * either the outcome is not known. `stopped`: the client was stopped or signed out. `outbox_full`: so
 * much waits to be sent that this was not taken.
 */
export type ClientErrorCode = ErrorCode | "disconnected" | "timeout" | "stopped" | "outbox_full";

/** One as it goes from tab to tab. */
export type ErrorData = Omit<ApiError, "code"> & { code: ClientErrorCode };

export class ParleyError extends Error {
  readonly code: ClientErrorCode;
  readonly retry_after_ms: number | undefined;
  readonly head: Seq | undefined;
  readonly first: Seq | undefined;
  readonly field: string | undefined;

  constructor(code: ClientErrorCode, message: string, extras: Partial<Omit<ApiError, "code">> = {}) {
    super(message);
    this.name = "ParleyError";
    this.code = code;
    this.retry_after_ms = extras.retry_after_ms;
    this.head = extras.head;
    this.first = extras.first;
    this.field = extras.field;
  }

  static of(error: ErrorData): ParleyError {
    return new ParleyError(error.code, error.message, error);
  }

  /** The same command may be sent again after a while, with the same key. */
  get transient(): boolean {
    switch (this.code) {
      case "disconnected":
      case "timeout":
      case "outbox_full":
        return true;
      case "stopped":
        return false;
      default:
        return ERRORS[this.code]?.retry ?? false;
    }
  }
}

export function errorData({ code, message, retry_after_ms, head, first, field }: ParleyError): ErrorData {
  return {
    code, message,
    ...(retry_after_ms === undefined ? {} : { retry_after_ms }), ...(head === undefined ? {} : { head }),
    ...(first === undefined ? {} : { first }), ...(field === undefined ? {} : { field }),
  };
}

/** Anything thrown, as a ParleyError; what is none counts as a broken connection. */
export function asParleyError(thrown: unknown): ParleyError {
  if (thrown instanceof ParleyError) return thrown;
  return new ParleyError("disconnected", thrown instanceof Error ? thrown.message : String(thrown));
}
