/*
 * Inside the store on Cassandra: what an event changes beside its log (store/project.h says what),
 * found, changed, put back. Each is harmless to repeat, by several at once, and leaves alone what a
 * later event has changed: whoever comes upon a head that it does not know does its append's
 * changes again, and the next append waits for that (docs/log.md).
 *
 * Functions give 0 or a negative errno. What is not there is passed over: whoever decided the event
 * looked.
 */
#ifndef PARLEY_STORE_CASSANDRA_CHANGES_H
#define PARLEY_STORE_CASSANDRA_CHANGES_H

#include "store/cassandra/logs.h"
#include "store/cassandra/member.h"

/* All that one event changes. `message_seq`: of the newest message up to it. */
int changes_apply(struct strand *, const struct event *e, uint64_t message_seq);
/* Does what went with an event, once: the row's `carried`. */
struct str changes_carry(struct strand *, const struct store_user_set *);
int changes_carry_out(struct strand *, const struct log_row *);

/* --- accounts, names, devices --- */

/* Of the own log: profile, picture, privacy, rename. */
int change_user(struct strand *, const struct event *e);
/* Signed_in: the device is no news any more. */
int change_device(struct strand *, const struct event *e);
/* Whatever gives a user a row of their own: if they are deleted, the rest is to go again. */
int change_leaving(struct strand *, uint64_t user);
/* The same of 0 to MEMBERS_MAX, none of them 0. */
int change_leaving_all(struct strand *, const uint64_t *users, uint32_t n);
/* Before a rename is appended: its name and look are its sender's, if the event comes to stand. 0,
 * STORE_TAKEN (*looks_like), STORE_NOT_FOUND (the user, or deleted), negative. */
int change_claim_name(struct strand *, const struct event *e, bool *looks_like);
/* What goes with an event (log.h, `with`): whether it would be done: 0, STORE_MOVED,
 * STORE_NOT_FOUND, negative. And doing it, as of the event at `seq` of the own log: once, whatever
 * has changed since it was looked at, and harmless to repeat; 0, negative. */
int change_look_at_user(struct strand *, const struct store_user_set *);
int change_set_user(struct strand *, const struct store_user_set *, uint64_t seq);

/* --- lists, what goes by itself --- */

/* The mentions of a message from now on, instead of those of `before` (the same message as it was;
 * NULL: it is new). */
int change_mentions(struct strand *, const struct event *message, const struct event *before);
/* A place in the queue, and that there is something in its slot: two statements. `message`: its
 * place, and when it expires. */
uint64_t expiry_slot(uint64_t ms);
struct ask expiry_ask_put(const struct event *message, uint64_t slot);
struct ask expiry_ask_slot(uint64_t slot);
/* A message that is new: into the queue, if it is to go. */
int change_expiry(struct strand *, const struct event *message);
/* A row as it is to be; NONE: that they are nothing to each other any more. */
struct ask contact_put(struct strand *, const struct contact *);
/* One of the four events of contacts: the rows of both. */
int change_contacts(struct strand *, const struct event *e);
/* Block, unblock. */
int change_block(struct strand *, const struct event *e);
/* Draft. */
int change_draft(struct strand *, const struct event *e);
/* Star, unstar. */
int change_star(struct strand *, const struct event *e);
/* Hide. */
int change_hidden(struct strand *, const struct event *e);
/* Takes the words from what `me` hid of these events of their conversation, at most PAGE_MAX. */
int hidden_words(struct strand *, const struct member *me, struct event *events, uint32_t n);
/* What a deleted user had of the above goes: bounded work; *more: there may be more. */
int change_forget(struct strand *, uint64_t user, bool *more);
/* Leaves out of the count of what is hidden one by one what is gone by its age. */
int hidden_recount(struct strand *, struct member *);

#endif
