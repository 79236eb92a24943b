/*
 * The rows of the embedded store, as structs and as bytes; layout.h has where each stands. A row
 * holds what its key does not. Pure.
 */
#ifndef PARLEY_STORE_ROWS_H
#define PARLEY_STORE_ROWS_H

#include "model/account.h"
#include "model/contact.h"
#include "model/conversation.h"
#include "model/event.h"
#include "model/limits.h"
#include "model/report.h"
#include "util/buf.h"

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
    struct step {
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
