/* Inside chat/: struct access, finding out what somebody may read of a conversation. */
#ifndef PARLEY_CHAT_ACCESS_H
#define PARLEY_CHAT_ACCESS_H

#include "chat/room.h"

/* What the caller may read: from member_first() to the head, as a member that is or was. */
struct view {
    struct member me;
    struct log_head head;
};

/* Whether `e` says more than somebody may know who reads from `from_seq` on: an edit of a message
 * before that. They are told of it, since the log has no gaps, without its words. */
bool access_hides(const struct event *e, uint64_t from_seq);
/* `e` without its words. Its texts are those of `e`. */
struct event access_clipped(const struct event *e);

struct access {
    bool now; /* in: no head of before the question will do */
    uint64_t moment;
    struct room *room;
    struct room_wait wait;
    struct store_member row;
    uint64_t user;
    struct view view;
    void (*ready)(struct access *, enum chat_error); /* CHAT_OK, NOT_FOUND, UNAVAILABLE */
    struct task task;
};

/* `ready` is called with the view, never inside; access_deinit() afterwards. */
void access_ask(struct access *, struct chat *, uint64_t conversation, uint64_t user);
/* With the view: what asks the store for one event as the caller may read it; `done` and `viewer`
 * are the asker's. False: it is not theirs to read, or not there. */
bool access_event(const struct access *, uint64_t seq, struct store_events *out);
/* Harmless on one that starts as {0}. */
void access_deinit(struct access *);

#endif
