import assert from "node:assert/strict";
import { test } from "node:test";
import type { Panel, Place } from "../src/route/route.ts";
import { hrefOf, routeAt } from "../src/route/route.ts";

test("each place has an address that leads to it", () => {
  const places: Place[] = [{ kind: "person", user: "12" }, { kind: "group", conversation: "7" }, { kind: "notes" }];
  const panels: (Panel | undefined)[] = [undefined, "details"];
  for (const place of places) {
    for (const panel of panels) {
      assert.deepEqual(routeAt(hrefOf(place, panel)), panel ? { place, panel } : { place });
    }
  }
});

test("an address that is none of ours leads nowhere", () => {
  for (const hash of ["", "#", "#/", "#/person", "#/person/x", "#/person/1/more", "#/notes/1", "#/group/123456789012345678901"]) {
    assert.deepEqual(routeAt(hash), {});
  }
});

test("an invite's link is a place of its own; a token of other signs is none", () => {
  assert.deepEqual(routeAt("#/join/a.B-c_~9"), { invite: "a.B-c_~9" });
  for (const hash of ["#/join/", "#/join/a/b", "#/join/<b>", `#/join/${"a".repeat(129)}`, "#/join/a?b"]) {
    assert.deepEqual(routeAt(hash), {}, hash);
  }
});
