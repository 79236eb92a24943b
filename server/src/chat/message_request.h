/*
 * Inside chat/: message requests (docs/log.md, 19). Who is no contact of the other and writes first
 * in a 1:1 makes it a request to them, which stands apart until they accept. Pure.
 */
#ifndef PARLEY_CHAT_MESSAGE_REQUEST_H
#define PARLEY_CHAT_MESSAGE_REQUEST_H

#include "chat/room.h"

/* The member to whom the conversation is a request so far, or NULL. */
const struct member *request_asked(const struct room *);
/* Whether the event, as it is about to be written, makes the conversation a request. */
bool request_made(const struct room *, const struct event *);
/* Whether its sender is asked, and accepts with it. */
bool request_accepted(const struct room *, const struct event *);
/* Whether the other is told nothing of how far the member got: it is a request to that member, or
 * nothing was said so far. */
bool request_hides_marks(const struct room *, const struct member *);
/* Whether nobody is shown as typing: it is a request, or neither has spoken and the two are no
 * contacts. */
bool request_hides_typing(const struct room *);
/* Whether `user` has written as much as anybody may who was not accepted. */
bool request_full(const struct room *, uint64_t user);
/* And whether so much was done in it that they change nothing more, but by deleting. */
bool request_worn(const struct room *, uint64_t user);

#endif
