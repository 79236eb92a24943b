/*
 * The layout of the embedded store (schema 2): which row stands under which key in which table;
 * what its bytes are stands in rows.h. Numbers in keys are big-endian, so that rows sort by them.
 * Pure.
 *
 *   KV_DIRECTORY  'm' name                  schema, incarnation, secret, commit, migration
 *                 'u' user                  struct user
 *                 'n' username              user
 *                 'y' skeleton's hash       struct look: whose name looks like this
 *                 'o' username              struct former: a name that was given up
 *                 'e' until username        nothing: the former name is anybody's then
 *                 'd' user device           struct device
 *                 't' token hash            user, device
 *                 'b' user other            seq of the block
 *                 'k' user other            struct contact
 *                 '2' smaller id larger id  conversation: the claim of a 1:1
 *                 'g' user key              record of event 1: the claim of a new group
 *                 'v' id                    struct invite_code
 *                 'j' due user              a deleted account: the rest is to go (due 0), or its
 *                                           name to be free; 0, or 1: and once more after that
 *                 'q' resolved id           struct report; resolved: a byte, 0 or 1
 *                 'r' reporter conversation seq   id of the open report; 'm' counts them all
 *                 'w' worker                Snowflake timestamps reserved up to
 *                 'z' board slot            what nodes note for each other
 *   KV_STATE      'c' conversation          struct conversation
 *                 'h' conversation          struct head_row
 *                 'r' conversation          the users who are in it now (groups)
 *                 'l' conversation          struct invites (groups)
 *                 'i' user conversation     struct member_row: a user's inbox is one run
 *                 'p' conversation          struct pins
 *                 't' user conversation     struct steps: when the member's marks moved
 *                 'e' due conversation seq  nothing: the message is to be emptied then
 *                 'a' user time conversation seq   expires: the message mentions the user
 *                 's' user time conversation seq   seq of the event that starred it
 *                 'f' user conversation     seq of the event with the draft
 *                 'x' user conversation seq seq of the event that hid the message
 *   KV_EVENTS     conversation seq          the event's record
 *   KV_KEYS       conversation sender key   seq, digest
 */
#ifndef PARLEY_STORE_LAYOUT_H
#define PARLEY_STORE_LAYOUT_H

#include "model/event.h"
#include "store/kv.h"
#include "util/crypto.h"

/* Raised with a step in migrate.c; not for optional fields. */
enum { SCHEMA = 2 };

/* Where a row stands. */
struct row_key {
    enum kv_table table;
    size_t n;
    unsigned char bytes[KV_KEY_MAX];
};

static inline struct str row_key_str(const struct row_key *k)
{
    return (struct str){(const char *)k->bytes, k->n};
}
/* The end of the range of all keys that start with `k`. */
struct row_key row_key_after(const struct row_key *k);

struct row_key key_meta(const char *name);
struct row_key key_user(uint64_t user);
/* Also the start of all names with this prefix. */
struct row_key key_username(struct str name);
struct row_key key_skeleton(struct str hash);
struct row_key key_former(struct str name);
struct row_key key_former_end(uint64_t until_ms, struct str name);
struct row_key key_device(uint64_t user, uint64_t device);
struct row_key key_devices(uint64_t user);
struct row_key key_token(const uint8_t hash[CRYPTO_HASH_BYTES]);
struct row_key key_block(uint64_t user, uint64_t other);
struct row_key key_blocks(uint64_t user);
struct row_key key_contact(uint64_t user, uint64_t other);
struct row_key key_contacts(uint64_t user);
struct row_key key_direct(uint64_t a, uint64_t b); /* in any order */
struct row_key key_group(uint64_t user, struct str key);
struct row_key key_groups(uint64_t user);
struct row_key key_code(uint64_t id);
struct row_key key_codes(void); /* of all */
struct row_key key_job(uint64_t due_ms, uint64_t user);
struct row_key key_report(bool resolved, uint64_t id);
struct row_key key_reports(bool resolved); /* of all such */
struct row_key key_reported(uint64_t reporter, uint64_t conversation, uint64_t seq);
struct row_key key_reported_by(uint64_t reporter); /* of all of theirs */
struct row_key key_worker(uint32_t worker);
struct row_key key_board(uint32_t board, uint32_t slot);
struct row_key key_conversation(uint64_t conversation);
struct row_key key_head(uint64_t conversation);
struct row_key key_roster(uint64_t conversation);
struct row_key key_invites(uint64_t conversation);
struct row_key key_member(uint64_t user, uint64_t conversation);
struct row_key key_steps(uint64_t user, uint64_t conversation);
struct row_key key_expiry(uint64_t expires_ms, uint64_t conversation, uint64_t seq);
struct row_key key_pins(uint64_t conversation);
struct row_key key_mention(uint64_t user, const struct event *message);
struct row_key key_star(uint64_t user, const struct event *message);
struct row_key key_stars(uint64_t user);    /* as key_mentions() */
struct row_key key_mentions(uint64_t user); /* of all of a user's, by the messages' times */
struct row_key key_inbox(uint64_t user);    /* of all of a user's member rows */
struct row_key key_draft(uint64_t user, uint64_t conversation);
struct row_key key_drafts(uint64_t user);
struct row_key key_hidden(uint64_t user, uint64_t conversation, uint64_t seq);
struct row_key key_hidden_by(uint64_t user);
struct row_key key_event(uint64_t conversation, uint64_t seq);
/* Of all of a conversation's. */
struct row_key key_events(uint64_t conversation);
struct row_key key_keys(uint64_t conversation);
struct row_key key_key(uint64_t conversation, uint64_t sender, struct str key);

#endif
