/*
 * struct session: one live, authenticated connection, embedded in the gateway's own struct; and
 * struct sink, by which the domain speaks to connections. Thread: chat.
 */
#ifndef PARLEY_CHAT_SESSION_H
#define PARLEY_CHAT_SESSION_H

#include "chat/chat.h"
#include "model/event.h"
#include "model/privacy.h"

struct person;
struct presence_watch;

struct session {
    /* readable by the gateway; set by session_begin() */
    uint64_t user, device;
    uint64_t pushed; /* events meant for it since it began */
    struct list of_person;
    struct person *person;
    uint64_t moment;                /* of chat->moments, when it began */
    struct presence_watch *watches; /* whom it watches (presence.c) */
    uint32_t n_watches;
    bool signed_out;
};

enum session_end_reason {
    SESSION_DEVICE_ENDED, /* signed out, or ended by another device */
    SESSION_USER_DISABLED,
};

/* How far a member got. */
struct mark {
    uint64_t user, delivered_seq, read_seq;
    uint64_t unread;     /* shown to that user alone */
    enum audience reads; /* who of the others is shown read_seq; to the rest it is 0 */
};

/* Calls come on the chat thread, in the order in which frames should leave. `to` are sessions
 * that were begun and not yet ended; everything is borrowed for the call. The sink must not call
 * back into the domain from inside. */
struct sink_ops {
    /* The key of an event is for its sender's sessions only. */
    void (*event)(struct sink *, struct session *const *to, size_t n, const struct event *);
    /* One mark a member: MEMBERS_MAX at most. */
    void (*receipts)(struct sink *, struct session *const *to, size_t n, uint64_t conversation,
                     const struct mark *marks, size_t n_marks);
    void (*typing)(struct sink *, struct session *const *to, size_t n, uint64_t conversation,
                   uint64_t user);
    /* last_seen_ms 0: not told */
    void (*presence)(struct sink *, struct session *const *to, size_t n, uint64_t user, bool online,
                     uint64_t last_seen_ms);
    /* Close this connection. The gateway still calls session_end(), later. */
    void (*end)(struct sink *, struct session *, enum session_end_reason);
};

struct sink {
    const struct sink_ops *ops;
};

/* Whether the user has fewer sessions than chat_options.sockets_user_max. */
bool session_may_begin(struct chat *, uint64_t user);
/* The connection authenticated (chat_authenticate answered): from now on it is delivered to. The
 * caller then compares its inbox, so nothing falls between. */
void session_begin(struct chat *, struct session *, uint64_t user, uint64_t device);
/* It closed. `heard_ms`: mono time at which it was last heard. */
void session_end(struct chat *, struct session *, uint64_t heard_ms);

/* Live only. NOT_FOUND, CANNOT_WRITE (in a 1:1, as for a message). */
struct chat_typing {
    struct chat_call call;
    uint64_t conversation;
};
void chat_typing(struct chat *, struct chat_typing *);

#endif
