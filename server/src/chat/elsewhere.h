/*
 * Inside chat/: whether a user is there on another node, and what those who watch them here were
 * told. Where nodes are alone nothing of it is kept.
 *
 * Somebody who is watched is asked for over the bus when that begins, every ELSEWHERE_EVERY_MS, and
 * when a node says that they went offline, since another one may still have them. Any node that has
 * them online answers. A question that nobody answers means that they are not there, the second
 * time if they were; so what the bus loses is put right by the next ones. While the bus is away it
 * means nothing, and they are as they were.
 */
#ifndef PARLEY_CHAT_ELSEWHERE_H
#define PARLEY_CHAT_ELSEWHERE_H

#include "chat/person.h"

enum {
    ELSEWHERE_EVERY_MS = 30 * 1000, /* and up to a fifth more, so that they do not come together */
    ELSEWHERE_WITHIN_MS = 1000,     /* for the answer; that nobody has them is known sooner */
};

/* Somebody who waits to know. */
struct elsewhere_wait {
    struct list link;
    void (*known)(struct elsewhere_wait *);
};

/* Of a person who is watched, until wait->known() was called: soon, and never inside the call.
 * True: it is known already, as well as it can be, and is not called. */
bool elsewhere_ask(struct person *, struct elsewhere_wait *wait);
/* As what those who watch the person are shown: here or elsewhere, as far as is known. */
bool elsewhere_shown(const struct person *);

/* Somebody begins to watch the person, shown to them as elsewhere_shown() says from then on; or
 * ends it. */
void elsewhere_watch(struct person *);
void elsewhere_unwatch(struct person *);
/* A node, perhaps this one, says that the user came or went: those who watch are told what follows
 * from it. */
void elsewhere_told(struct person *, bool online, uint64_t last_seen_ms);

/* What the bus brings: whether the user is online here; and the answer from elsewhere. */
bool elsewhere_is_here(const struct chat *, uint64_t user);
void elsewhere_answered(struct chat *, uint64_t user, bool online);

/* For chat_free(): nobody waits or watches any more. */
void elsewhere_forget(struct chat *);

#endif
