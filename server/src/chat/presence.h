/*
 * Who is there. Online: a live connection, or one that dropped less than offline_after_ms ago;
 * signing out the last device ends it at once. Thread: chat.
 */
#ifndef PARLEY_CHAT_PRESENCE_H
#define PARLEY_CHAT_PRESENCE_H

#include "chat/chat.h"
#include "chat/session.h"

enum { WATCH_MAX = 200 }; /* people on one screen, with room */

struct presence {
    uint64_t user;
    bool online;
    uint64_t last_seen_ms; /* Unix; 0: not known, or not for the asker (blocked) */
};

/* With `session`: replaces whom it watches; it is told of changes by the sink. Without: just asks.
 * Those who do not exist, or block the asker, look offline. */
struct chat_watch {
    struct chat_call call;
    struct session *session; /* or NULL; must not end before done() */
    const uint64_t *users;
    uint32_t n_users;                    /* to WATCH_MAX */
    struct presence presence[WATCH_MAX]; /* out: as `users` */
};
void chat_watch(struct chat *, struct chat_watch *);

#endif
