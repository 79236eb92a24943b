/*
 * struct turn: one operation's look at the embedded store: the rows as it sees them, typed, and for
 * a write the batch its changes go to.
 *
 * Getters answer 0, KV_ABSENT or a negative errno (-EBADMSG: a row that does not decode, logged);
 * what they give lies in the request's arena or in plain structs.
 */
#ifndef PARLEY_STORE_TURN_H
#define PARLEY_STORE_TURN_H

#include "store/directory.h"
#include "store/kv.h"
#include "store/layout.h"
#include "store/rows.h"

struct turn {
    struct kv_view view;
    struct kv_batch *batch; /* a write's; else NULL */
    struct arena *arena;    /* the request's, or of this write alone (embedded.c) */
    const struct store_info *info;
    uint32_t append_events_max; /* most events one append takes */
    struct builder row;         /* scratch */
    uint64_t commit;            /* this write's number once asked for; else 0 */
};

/* A turn of a write starts as {.view, .batch, .arena, .info, .append_events_max}, of a read without
 * the last. */
void turn_deinit(struct turn *);

/* The number of this write, taken on the first call: later writes have greater ones. */
int turn_commit(struct turn *, uint64_t *commit);
/* The number of the newest commit that the turn sees. */
int turn_commit_seen(struct turn *, uint64_t *commit);

int turn_get(struct turn *, const struct row_key *, struct str *value);
void turn_put(struct turn *, const struct row_key *, struct str value);
void turn_delete(struct turn *, const struct row_key *);
/* Up to two numbers under a key (ids_pack). */
int turn_get_ids(struct turn *, const struct row_key *, uint64_t *ids, size_t n);
void turn_put_ids(struct turn *, const struct row_key *, const uint64_t *ids, size_t n);
/* Logs that the row does not decode; returns -EBADMSG. */
int turn_bad_row(const struct row_key *);

int turn_user(struct turn *, uint64_t id, struct user *);
void turn_put_user(struct turn *, const struct user *);
int turn_look(struct turn *, struct str skeleton, struct look *);
void turn_put_look(struct turn *, struct str skeleton, const struct look *);
int turn_former(struct turn *, struct str name, struct former *);
void turn_put_former(struct turn *, struct str name, const struct former *);
int turn_device(struct turn *, uint64_t user, uint64_t id, struct device *);
void turn_put_device(struct turn *, const struct device *);
int turn_contact(struct turn *, uint64_t user, uint64_t other, struct contact *);
/* NONE: there is no row. */
void turn_put_contact(struct turn *, const struct contact *);
int turn_conversation(struct turn *, uint64_t id, struct conversation *);
void turn_put_conversation(struct turn *, const struct conversation *);
/* An absent head is that of an empty log: all zero. */
int turn_head(struct turn *, uint64_t conversation, struct head_row *);
/* Both put functions set the row's commit to this write's. */
int turn_put_head(struct turn *, uint64_t conversation, struct head_row *);
int turn_put_member(struct turn *, struct member_row *);
/* An absent row is given as zeros with its ids beside KV_ABSENT. */
int turn_member(struct turn *, uint64_t conversation, uint64_t user, struct member_row *);
/* An absent roster is an empty one. */
int turn_roster(struct turn *, uint64_t conversation, struct roster *);
void turn_put_roster(struct turn *, uint64_t conversation, const struct roster *);
/* An absent row is that of a group without invites. */
int turn_invites(struct turn *, uint64_t conversation, struct invites *);
void turn_put_invites(struct turn *, uint64_t conversation, const struct invites *);
/* An absent row is nothing pinned; nothing pinned becomes an absent row. */
int turn_pins(struct turn *, uint64_t conversation, struct pins *);
void turn_put_pins(struct turn *, uint64_t conversation, const struct pins *);
int turn_event(struct turn *, uint64_t conversation, uint64_t seq, struct event *);
void turn_put_event(struct turn *, const struct event *);
int turn_key(struct turn *, uint64_t conversation, uint64_t sender, struct str key,
             struct key_row *);
void turn_put_key(struct turn *, const struct event *);

#endif
