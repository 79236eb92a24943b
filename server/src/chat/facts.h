/*
 * Inside chat/: struct facts, what the decision of one request needs besides its room: the message
 * it is about, the people it names. Asked for before the decision, and again when what was read may
 * have changed since. Embedded by the pump.
 */
#ifndef PARLEY_CHAT_FACTS_H
#define PARLEY_CHAT_FACTS_H

#include "chat/access.h"
#include "chat/room.h"
#include "chat/rules.h"

struct facts {
    struct chat_append *append;
    int missing;
    bool asked;
    bool stale;            /* what is on its way may be old when it arrives */
    enum chat_error error; /* one of them is not to be had */
    bool has_target;
    struct event target; /* lies in target_read's arena */
    struct store_events target_read;
    struct access source_access;
    struct store_events source_read; /* its one event is the source */
    uint64_t source_changed;         /* changed_seq of its room when that was read, */
    uint64_t source_gone;            /* and its head's gone_seq */
    uint64_t gone_seq; /* the room's when it was asked: what is gone since may be in it */
    int looks;         /* how often it was looked for */
    struct store_pins pins;
    struct store_member subject_row, own_row;
    struct store_drafts draft;
    struct person *from, *to;
    struct person_wait from_wait, to_wait;
    struct store_member before; /* the caller's row */
};

/* Whether a request is decided on more than its room. */
bool facts_needed(const struct chat_append *);
/* Whether what is known of the request may be another once the event stands. */
bool facts_change(const struct chat_append *, const struct event *);
/* True: all are here. False: what is lacking is on its way, and the room is pumped when it comes.
 * Starts as {.append}, whose room is loaded. */
bool facts_ready(struct facts *);
/* They are asked for again before the next decision. */
void facts_drop(struct facts *);
/* For the decision; `f` may be NULL. */
struct rules_facts facts_of(const struct facts *f);

#endif
