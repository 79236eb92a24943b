/*
 * struct contact: how one user stands to another, and the table of how events of their 1:1 change
 * that. Each of the two has a row of the other; one is the other's mirror. Pure, any thread.
 */
#ifndef PARLEY_MODEL_CONTACT_H
#define PARLEY_MODEL_CONTACT_H

#include "model/event.h"

/* Stored as numbers: never renumber. */
enum contact_state {
    CONTACT_NONE = 0,
    CONTACT_SENT = 1,        /* one asked, and waits for the other */
    CONTACT_RECEIVED = 2,    /* the other asked */
    CONTACT_STANDS = 3,      /* they are contacts */
    CONTACT_DECLINED = 4,    /* one said no to the other */
    CONTACT_TURNED_DOWN = 5, /* the other said no: one does not ask again */
    CONTACT_STATES,
};

struct contact {
    uint64_t user, other;
    enum contact_state state; /* as `user` sees it; never NONE in a row */
    uint64_t conversation;    /* their 1:1 */
    uint64_t seq;             /* of the event in it that made it so */
    uint64_t time_ms;         /* of that event */
};

static inline bool event_is_contact(enum event_type type)
{
    return type >= EVENT_CONTACT_REQUEST && type <= EVENT_CONTACT_REMOVE;
}

/* How the sender of an event stands to the other after it; CONTACT_STATES: it does not fit how they
 * stood before. Whoever asks somebody who has asked accepts. */
enum contact_state contact_after(enum contact_state before, enum event_type);
/* The same, as the other one sees it. */
enum contact_state contact_mirror(enum contact_state);

#endif
