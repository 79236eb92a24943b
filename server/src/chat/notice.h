/*
 * Inside chat/: what goes over the bus. A notice is a type byte and its fields; whoever holds a
 * user's connections turns it into calls of the sink. Losing one loses nothing that matters.
 */
#ifndef PARLEY_CHAT_NOTICE_H
#define PARLEY_CHAT_NOTICE_H

#include "chat/core.h"
#include "model/event.h"

struct mark;

void notices_init(struct chat *);
/* Each publishes to the devices of `users`, in order. */
void notice_event(struct chat *, const uint64_t *users, size_t n, const struct event *);
/* MEMBERS_MAX marks at most. */
void notice_receipts(struct chat *, const uint64_t *users, size_t n, uint64_t conversation,
                     const struct mark *marks, size_t n_marks);
void notice_typing(struct chat *, const uint64_t *users, size_t n, uint64_t conversation,
                   uint64_t user);
/* These devices of the user are ended: close their connections, answer their waits, and let nobody
 * who is authenticating begin a session on what was read before. */
void notice_devices_ended(struct chat *, uint64_t user, const uint64_t *devices, size_t n);
/* As above, for all of a user's connections and waits. */
void notice_user_disabled(struct chat *, uint64_t user);
/* As above, of an account that was deleted: nobody who cached them thinks otherwise, and who
 * watches them is told. */
void notice_user_deleted(struct chat *, uint64_t user);
/* They were ended elsewhere, as was found out: connections and waits here. */
void notice_device_gone(struct chat *, uint64_t user, uint64_t device);
void notice_user_gone(struct chat *, uint64_t user);
/* To every node: what it has cached of the user is old. On one node nobody needs to be told. */
void notice_person_changed(struct chat *, uint64_t user);
/* To those who watch the user. */
void notice_presence(struct chat *, uint64_t user, bool online, uint64_t last_seen_ms);
/* Asks the other nodes whether the user is there; elsewhere_answered() hears. False: too much is
 * asked for. */
bool notice_ask_presence(struct chat *, uint64_t user, uint32_t within_ms);

#endif
