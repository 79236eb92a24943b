/** What goes wrong, as one type. */
import type { ApiError, ErrorCode, Seq } from "./api.ts";
import { ERRORS } from "./api.ts";

/**
 * `disconnected`: the socket closed before an answer came. `timeout`: none came in time. After
 * either the outcome is not known. `stopped`: the client was stopped or signed out.
 */
export type ClientErrorCode = ErrorCode | "disconnected" | "timeout" | "stopped";

export class ParleyError extends Error {
  readonly code: ClientErrorCode;
  readonly retry_after_ms: number | undefined;
  readonly head: Seq | undefined;
  readonly first: Seq | undefined;
  readonly field: string | undefined;

  constructor(code: ClientErrorCode, message: string, extras: Partial<ApiError> = {}) {
    super(message);
    this.name = "ParleyError";
    this.code = code;
    this.retry_after_ms = extras.retry_after_ms;
    this.head = extras.head;
    this.first = extras.first;
    this.field = extras.field;
  }

  static of(error: ApiError): ParleyError {
    return new ParleyError(error.code, error.message, error);
  }

  /** The same command may be sent again after a while, with the same key. */
  get transient(): boolean {
    switch (this.code) {
      case "disconnected":
      case "timeout":
        return true;
      case "stopped":
        return false;
      default:
        return ERRORS[this.code]?.retry ?? false;
    }
  }
}

/** Anything thrown, as a ParleyError; what is none counts as a broken connection. */
export function asParleyError(thrown: unknown): ParleyError {
  if (thrown instanceof ParleyError) return thrown;
  return new ParleyError("disconnected", thrown instanceof Error ? thrown.message : String(thrown));
}
