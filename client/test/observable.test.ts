import assert from "node:assert/strict";
import { test } from "node:test";
import { Observed, ObservedMap, UNHEARD_MAX, seldom } from "../src/observable.ts";
import { ManualClock } from "./rig.ts";

const flood = (map: ObservedMap<unknown>): void => {
  for (let i = 0; i <= UNHEARD_MAX; i++) map.of(`other ${i}`).getSnapshot();
};

test("of what nobody listens to a bounded number is kept", () => {
  const map = new ObservedMap((id) => id);
  for (let i = 0; i < 10 * UNHEARD_MAX; i++) assert.equal(map.of(`${i}`).getSnapshot(), `${i}`);
  assert.equal(map.size, UNHEARD_MAX);
});

test("one that was dropped is worked out anew, also through what was handed out before", async () => {
  let value = "old";
  const map = new ObservedMap((id) => ({ id, value }));
  const held = map.of("a");
  const before = held.getSnapshot();
  flood(map);
  value = "new";
  map.touch("a");
  assert.deepEqual(held.getSnapshot(), { id: "a", value: "new" });
  assert.notEqual(held.getSnapshot(), before);
  assert.equal(held.getSnapshot(), map.of("a").getSnapshot(), "one object until it changes");

  flood(map);
  let told = 0;
  const end = held.subscribe(() => told++);
  value = "newer";
  map.touch("a");
  await Promise.resolve();
  assert.equal(told, 1);
  assert.equal(map.of("a").getSnapshot().value, "newer");
  end();
});

test("what somebody listens to is never dropped, and is the same object to all", () => {
  const map = new ObservedMap((id) => ({ id }));
  const end = map.of("a").subscribe(() => {});
  const alsoEnd = map.of("a").subscribe(() => {});
  const before = map.of("a");
  const snapshot = before.getSnapshot();
  flood(map);
  assert.equal(map.of("a"), before);
  assert.equal(map.of("a").getSnapshot(), snapshot);
  assert.equal(map.size, UNHEARD_MAX + 1);
  end();
  end();
  flood(map);
  assert.equal(map.of("a"), before, "the other one still listens");
  alsoEnd();
  flood(map);
  assert.notEqual(map.of("a"), before);
  assert.equal(map.size, UNHEARD_MAX);
});

test("what is told seldom is told at once after a while of nothing, and in a flood a few times, the last of it too", async () => {
  const clock = new ManualClock();
  let value = 0;
  const told: number[] = [];
  const observed = new Observed(() => value, seldom(clock, 50));
  observed.subscribe(() => told.push(observed.getSnapshot()));
  const becomes = (next: number): void => {
    value = next;
    observed.touch();
  };
  becomes(1);
  await clock.pass(0);
  assert.deepEqual(told, [1]);
  for (let i = 2; i <= 100; i++) {
    becomes(i);
    assert.equal(observed.getSnapshot(), i, "whoever asks hears what is so now");
    await clock.pass(1);
  }
  await clock.pass(50);
  assert.deepEqual(told, [1, 51, 100]);
  becomes(101);
  await clock.pass(60);
  becomes(102);
  await clock.pass(0);
  assert.deepEqual(told, [1, 51, 100, 101, 102]);
});
