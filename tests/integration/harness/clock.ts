/** Another clock than the machine's, for a server of a test. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";

const [LIBRARY] = globSync("/usr/lib/*/faketime/libfaketimeMT.so.1");

/** The variables that make a program believe that it is so much later, or earlier ("-3d"). The last of these: whoever
 * waits by the monotonic clock waits by the true one; else waits end at once, or a day later. */
export function clock(offset: string): Record<string, string> {
  assert.ok(LIBRARY, "there is no libfaketime (Debian: faketime)");
  return {
    LD_PRELOAD: LIBRARY, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: "1", DONT_FAKE_MONOTONIC: "1",
    FAKETIME_FORCE_MONOTONIC_FIX: "0",
  };
}
