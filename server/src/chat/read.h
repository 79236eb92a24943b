/* Reading a conversation: its events, its members. Thread: chat. A former member reads no further
 * than the removal, so a title, an edit or a reaction that came later is not for them either; a new
 * one from where the group lets them. */
#ifndef PARLEY_CHAT_READ_H
#define PARLEY_CHAT_READ_H

#include "chat/chat.h"
#include "model/account.h"
#include "model/event.h"

enum read_mode {
    READ_NEWEST, /* the newest `limit` */
    READ_BEFORE, /* the newest `limit` with seq < at */
    READ_AFTER,  /* the oldest `limit` with seq > at */
    READ_AROUND, /* half of `limit` up to and with `at`, the rest after it */
};

/* NOT_FOUND: no such conversation, or never a member. AHEAD: READ_AFTER beyond the head. TRUNCATED:
 * `sync` from where it is gone. */
struct chat_read {
    struct chat_call call;
    uint64_t conversation;
    enum read_mode mode;
    uint64_t at;
    uint32_t limit; /* 1 to PAGE_MAX */
    bool sync;      /* a device catching up: more than EVENTS_BEHIND_MAX behind gives `page` */
    /* out */
    const struct event *events; /* ascending */
    uint32_t n_events;
    uint64_t head, first; /* what the caller may read ends and begins there */
    bool page;            /* no events: drop the copy, page the history instead */
};
void chat_read(struct chat *, struct chat_read *);

/* What is pinned and the caller may read, the newest pin first; for a former member: nothing.
 * NOT_FOUND. */
struct chat_pins {
    struct chat_call call;
    uint64_t conversation;
    /* out */
    const struct pinned *pins; /* store/log.h */
    uint32_t n_pins;
};
void chat_pins(struct chat *, struct chat_pins *);

/* The conversation as the caller sees it, with its present members (for a former member: none).
 * NOT_FOUND. */
struct chat_conversation {
    struct chat_call call;
    uint64_t conversation;
    /* out */
    const struct inbox_entry *entry; /* store/log.h; `last` is not filled in */
    const struct member *members;
    const struct user *users; /* the same people, in no certain order */
    uint32_t n_members, n_users;
};
void chat_conversation(struct chat *, struct chat_conversation *);

#endif
