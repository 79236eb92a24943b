/** When a conversation is shown from its first unread message, when from its end, and what counts as read then. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientErrorCode, ExcerptView, Seq } from "parley-client";
import { ParleyError } from "parley-client";
import type { Reach, Shown, Step } from "../src/conversation/reach.ts";
import { NOTHING_REACHED, reachOf, reachedBy, shownOf } from "../src/conversation/reach.ts";

/** One had read to here. */
const READ = 10;
const THERE: Shown = { isThere: true, isNothing: false };
const LACKING: Shown = { isThere: false, isNothing: false };
const NOTHING: Shown = { isThere: false, isNothing: true };

const ARRIVED: Step = { type: "arrived", readTo: READ };
const ELSEWHERE: Step = { type: "elsewhere", readTo: READ };
const OFFLINE: Step = { type: "offline" };

function shown(what: Shown, { goes = false, read = READ, readTo = READ } = {}): Step {
  return { type: "shown", shown: what, goes, readTo, read };
}

function failed(code: ClientErrorCode): Step {
  return { type: "failed", readTo: READ, error: new ParleyError(code, "") };
}

/** Of what begins before what is shown, after all that. */
function after(...steps: Step[]): Reach {
  return reachOf(steps.reduce(reachedBy, NOTHING_REACHED), LACKING, READ, true);
}

const REACHING: Reach = { lacks: true, reaching: true, failed: false };
const FAILED: Reach = { lacks: true, reaching: false, failed: true };
const MET: Reach = { lacks: false, reaching: false, failed: false };

test("what is unread begins among what is shown if that goes back so far, or there is nothing before it", () => {
  const isThere = (oldest: Seq | undefined, has_older: boolean, readTo?: Seq): boolean => {
    const items = [{ seq: undefined }, ...(oldest === undefined ? [] : [{ seq: oldest }])] as unknown as ExcerptView["items"];
    return shownOf({ items, has_older, has_newer: false, full: false, loading: false }, readTo).isThere;
  };
  assert.deepEqual([isThere(READ + 1, true, READ), isThere(READ + 2, true, READ)], [true, false]);
  assert.deepEqual([isThere(READ + 2, false, READ), isThere(READ + 2, true)], [true, true]);
  // What waits to be sent is no beginning.
  assert.deepEqual([isThere(undefined, true, READ), isThere(undefined, false, READ)], [false, true]);
});

test("the way to what is unread is taken with a connection, where it lacks", () => {
  assert.deepEqual(after(), REACHING);
  assert.deepEqual(reachOf(NOTHING_REACHED, LACKING, READ, false), { ...REACHING, reaching: false });
  assert.deepEqual(reachOf(NOTHING_REACHED, THERE, READ, true), MET);
  assert.deepEqual(after(shown(LACKING)), REACHING);
});

test("once shown it stays so, also when a hole opens; of what is unread anew nothing is known", () => {
  assert.deepEqual(after(ARRIVED), MET);
  assert.deepEqual(after(shown(THERE), shown(LACKING)), MET);
  assert.deepEqual(after(shown(THERE, { readTo: READ - 5 })), REACHING);
});

test("learned anew it is gone to again, if nothing of it was read", () => {
  assert.deepEqual(after(shown(THERE), shown(NOTHING)), REACHING);
  assert.deepEqual(after(shown(THERE), shown(NOTHING, { read: READ + 1 })), MET);
  // Also where the way had failed before it was gone.
  assert.deepEqual(after(failed("unavailable"), shown(THERE), shown(NOTHING)), REACHING);
});

test("who goes elsewhere by oneself is not led back, whatever is shown", () => {
  assert.deepEqual(after(shown(LACKING, { goes: true }), shown(LACKING)), MET);
  assert.deepEqual(after(shown(NOTHING, { goes: true })), MET);
  assert.deepEqual(after(ELSEWHERE), FAILED);
  assert.deepEqual(after(ELSEWHERE, shown(LACKING, { goes: true })), MET);
});

test("where the way fails the end is shown and nothing of it read; the next connection takes it again", () => {
  assert.deepEqual(after(failed("unavailable")), FAILED);
  assert.deepEqual(after(failed("unavailable"), shown(LACKING)), FAILED);
  assert.deepEqual(after(failed("unavailable"), OFFLINE), REACHING);
  assert.deepEqual(after(failed("unavailable"), ARRIVED), MET);
  // The failure may be told after the connection is known to be lost.
  assert.deepEqual(after(OFFLINE, failed("disconnected")), REACHING);
  assert.deepEqual(reachOf({ ...NOTHING_REACHED, over: READ - 5 }, LACKING, READ, true), REACHING);
});

test("where it is refused for good it is not tried again, until the next connection", () => {
  const refused = { ...FAILED, failed: false };
  for (const code of ["forbidden", "not_found"] as const) {
    assert.deepEqual(after(failed(code)), refused);
    assert.deepEqual(after(failed("unavailable"), failed(code)), refused);
    assert.deepEqual(after(failed(code), OFFLINE), REACHING);
    assert.deepEqual(after(failed(code), OFFLINE, failed("timeout")), FAILED);
  }
});
