/*
 * The layout of the embedded store (schema 2): which row stands under which key in which table, and
 * its bytes. Numbers in keys are big-endian, so that rows sort by them. Pure.
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

#include "model/account.h"
#include "model/contact.h"
#include "model/conversation.h"
#include "model/event.h"
#include "model/limits.h"
#include "model/report.h"
#include "store/kv.h"
#include "util/buf.h"

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

/* Who has a name of this look. */
struct look {
    uint64_t user;
    struct str former; /* their name no more: as long as its row holds; empty: it is their name */
};

/* Who had a name, and keeps others from it for a while. */
struct former {
    uint64_t user, until_ms;
    struct str skeleton; /* as the user's row had it */
};

static inline bool former_holds(const struct former *f, uint64_t now_ms)
{
    return now_ms < f->until_ms;
}

/* A head, and the number of the commit that last changed it. */
struct head_row {
    struct log_head head;
    uint64_t commit;
};

/* A member, the newest message when they left, and the commit that last changed the row. */
struct member_row {
    struct member member;
    uint64_t left_message_seq;
    uint64_t commit;
};

/* Who is in a group now, ascending. */
struct roster {
    uint64_t users[MEMBERS_MAX];
    uint32_t n;
};

/* What is pinned in a conversation, the newest last. */
struct pins {
    struct {
        uint64_t seq;        /* of the message */
        uint64_t by;         /* of the event that pinned it */
        uint64_t expires_ms; /* the message's */
    } at[PINS_MAX];
    uint32_t n;
};

/* How far a member's marks had come by when, the newest last; each further than the one before. */
struct steps {
    struct {
        uint64_t time_ms, delivered_seq, read_seq;
    } at[MARK_STEPS_MAX];
    uint32_t n;
};

/* Where a key stands. */
struct key_row {
    uint64_t seq;
    uint8_t digest[EVENT_DIGEST_BYTES];
};

/* Appends the row's bytes. */
void user_pack(struct builder *, const struct user *);
void look_pack(struct builder *, const struct look *);
void former_pack(struct builder *, const struct former *);
void device_pack(struct builder *, const struct device *);
void contact_pack(struct builder *, const struct contact *);
void code_pack(struct builder *, const struct invite_code *);
void report_pack(struct builder *, const struct report *);
void conversation_pack(struct builder *, const struct conversation *);
void head_pack(struct builder *, const struct head_row *);
void member_pack(struct builder *, const struct member_row *);
void roster_pack(struct builder *, const struct roster *);
void steps_pack(struct builder *, const struct steps *);
void pins_pack(struct builder *, const struct pins *);
void invites_pack(struct builder *, const struct invites *);
void key_row_pack(struct builder *, const struct key_row *);
/* Up to two numbers: the small rows that point to something. */
void ids_pack(struct builder *, const uint64_t *ids, size_t n);

/* Fill in what the bytes and the key say; texts point into the bytes. False when they are not such
 * a row. */
bool user_unpack(struct user *, uint64_t id, struct str bytes);
bool look_unpack(struct look *, struct str bytes);
bool former_unpack(struct former *, struct str bytes);
bool device_unpack(struct device *, uint64_t user, uint64_t device, struct str bytes);
bool contact_unpack(struct contact *, uint64_t user, uint64_t other, struct str bytes);
bool code_unpack(struct invite_code *, uint64_t id, struct str bytes);
bool report_unpack(struct report *, uint64_t id, struct str bytes);
bool conversation_unpack(struct conversation *, uint64_t id, struct str bytes);
bool head_unpack(struct head_row *, struct str bytes);
bool member_unpack(struct member_row *, uint64_t user, uint64_t conversation, struct str bytes);
bool roster_unpack(struct roster *, struct str bytes);
bool steps_unpack(struct steps *, struct str bytes);
bool pins_unpack(struct pins *, struct str bytes);
bool invites_unpack(struct invites *, struct str bytes);
bool key_row_unpack(struct key_row *, struct str bytes);
bool ids_unpack(uint64_t *ids, size_t n, struct str bytes);

#endif
