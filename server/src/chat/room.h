/*
 * Inside chat/: struct room, a loaded conversation with its head, members and marks, and the
 * queue of what people want to append to it. One append is in flight at a time; what arrives
 * meanwhile is the next one (append.c).
 */
#ifndef PARLEY_CHAT_ROOM_H
#define PARLEY_CHAT_ROOM_H

#include "chat/age.h"
#include "chat/append.h"
#include "chat/core.h"
#include "chat/person.h"
#include "model/limits.h"

enum { ROOM_WAITING_MAX = 1024 }; /* sends waiting in one conversation, past it OVERLOADED */

struct room_wait {
    struct list link;
    struct need need;
    void (*ready)(struct room_wait *, enum chat_error); /* CHAT_OK, NOT_FOUND, UNAVAILABLE */
};

struct room {
    struct cached cached;
    struct chat *chat;
    uint64_t id;

    bool loaded;
    struct age age;
    uint64_t head_moment; /* what was asked for from then on is no older than the head */
    uint64_t heard_seq;   /* other nodes: the newest event that is known to stand */
    struct conversation conversation; /* its texts are the room's own */
    char title[TITLE_BYTES_MAX];
    char *description;
    struct invites *invites; /* a group's, where it had any; else NULL */
    struct log_head head;
    uint64_t changed_seq;   /* the newest event known to have changed another row */
    struct member *members; /* present ones, by user id, ascending */
    uint32_t n_members;
    struct person *peers[2]; /* direct: both, loaded; else NULL */

    struct list waiting; /* chat_append.link, in order of arrival */
    uint32_t n_waiting;
    struct room_append *append; /* in flight, or NULL */
    struct doubt *doubt;        /* writes of which nobody knows whether they stand, or NULL */
    struct list pumping;        /* in chat->pumping while something may be done */

    struct list marking; /* marks under way (receipt.c), in order of arrival */
    uint64_t marks_ever; /* how many of those there were */

    struct list loading; /* room_wait.link */
    struct room_wait pump_wait;
    struct need pump_need; /* of the load that what waits in the queue is decided on */
    bool pump_waiting;     /* what waits in the queue waits for the load */
    struct room_load *load;

    uint64_t told_ms;      /* mono: when receipts were last published */
    struct timer receipts; /* publishes those that wait */
    struct list unsaid;    /* receipts not yet published (receipt.c) */
};

void rooms_init(struct chat *);
/* With a reference; perhaps not loaded. */
struct room *room_get(struct chat *, uint64_t id);
void room_unref(struct room *);
/* True when loaded, not in doubt and as new as wait->need; else `wait->ready` will be called, never
 * inside this call. A load waits for the append that is in flight. */
bool room_load(struct room *, struct room_wait *);
/* No append is in flight any more: what waited for that goes on. Only from a completion. */
void room_load_on(struct room *);
/* What is cached may be wrong: the next use loads again. */
void room_forget(struct room *);
/* The present member, or NULL. Valid until the members change. */
struct member *room_member(const struct room *, uint64_t user);
/* Whether what is cached was asked for at that moment or later. */
bool room_is_since(const struct room *, uint64_t moment);
/* Another node says that events up to `seq` stand: what is cached may be old. */
void room_heard(struct room *, uint64_t seq);
/* An event that stands takes effect on what is cached; head included. */
void room_apply(struct room *, const struct event *);
/* Soon, on the chat thread, append.c looks at what waits. */
void room_pump_soon(struct room *);

#endif
