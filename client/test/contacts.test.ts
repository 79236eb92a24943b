/** How one stands to others, by what the server lists and what the events of the 1:1s say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent, Contact, Seq } from "../src/index.ts";
import { CHAT, ME, PEER, entryOf, settle, signedIn } from "./rig.ts";

type Did = "contact_request" | "contact_accept" | "contact_decline" | "contact_remove";

function did(seq: Seq, type: Did, sender = PEER): ChatEvent {
  const user = sender === ME ? PEER : ME;
  return { conversation: CHAT, seq, n: 0, rev: seq, time: seq, sender, type, user };
}

function contact(state: Contact["state"], seq: Seq): Contact {
  return { user: PEER, state, conversation: CHAT, seq, time: seq };
}

test("events of the 1:1 change how one stands, and nobody sees an empty conversation", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  const path: [Did, string, Contact["state"] | undefined][] = [
    ["contact_request", PEER, "received"], ["contact_decline", ME, "declined"],
    ["contact_request", ME, "sent"], ["contact_decline", PEER, "turned_down"],
    ["contact_remove", PEER, undefined], ["contact_request", ME, "sent"],
    ["contact_request", PEER, "contact"], ["contact_remove", ME, undefined],
    ["contact_request", PEER, "received"], ["contact_accept", ME, "contact"],
  ];
  for (const [i, [type, sender, state]] of path.entries()) {
    server.event(did(i + 1, type, sender));
    await clock.pass(0);
    assert.equal(parley.contacts.known.getSnapshot().get(PEER)?.state, state, `${i}: ${type}`);
  }
  assert.deepEqual(parley.conversations.getSnapshot(), []);
});

test("what was listed is read in pages, and an older event does not take it back", async () => {
  const { clock, server, parley } = await signedIn([entryOf()], (server) => {
    server.on("contact.list", ({ after_user, limit }) => {
      const from = after_user === undefined ? 0 : Number(after_user) - 1000 + 1;
      const contacts = Array.from({ length: Math.min(limit, 150 - from) }, (_, i) =>
        ({ ...contact("contact", 1), user: String(1000 + from + i) }));
      return { ok: { contacts: from === 0 ? contacts : [...contacts.slice(1), contact("contact", 5)] } };
    });
  });
  assert.equal(parley.contacts.known.getSnapshot().size, 150);
  server.event(did(1, "contact_request"));
  await clock.pass(0);
  assert.equal(parley.contacts.known.getSnapshot().get(PEER)?.state, "contact");
});

test("a list that was asked for before an event does not undo it", async () => {
  const { clock, server, parley } = await signedIn([entryOf()]);
  server.on("contact.list", async () => {
    server.on("contact.list", () => ({ ok: { contacts: [contact("received", 1)] } }));
    server.event(did(1, "contact_request"));
    await settle();
    return { ok: { contacts: [] } };
  });
  server.push({ push: "resync" });
  await clock.pass(0);
  assert.equal(parley.contacts.known.getSnapshot().get(PEER)?.state, "received");
});
