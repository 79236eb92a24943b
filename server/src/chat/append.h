/*
 * Everything that a person does to a log: one command, one event (docs/log.md, 1). Thread: chat.
 *
 * Inputs by type (others are ignored):
 *   MESSAGE    to (user or conversation), kind, text, mentions, target = seq replied to or 0
 *              or instead of kind and text: source, source_seq = what is forwarded
 *   EDIT       conversation, target, text, mentions   DELETE  conversation, target
 *   REACTION   conversation, target, text = emoji or empty
 *   PIN, UNPIN  conversation, target             TIMER   conversation, number = seconds or 0
 *   TITLE      conversation, text                ADDED, REMOVED  conversation, user
 *   LEFT       conversation                      ROLE    conversation, user, role
 *   DESCRIPTION  conversation, text or empty     PICTURE  conversation, number = its id or 0
 *   ANNOUNCE   conversation, number = 1 or 0
 *   INVITE     conversation, number = uses at most, holds_ms; 0: no such bound
 *   UNINVITE   conversation, target              JOINED  see chat_join() (invite.h)
 *   CONTACT_…  to = user (a user's id), or with conversation, their 1:1
 *   PRIVACY    privacy = what changes; with conversation 0, PICTURE is of oneself
 *   PROFILE    text, about (absent: unchanged)   BLOCK, UNBLOCK  user
 *   STAR, UNSTAR  source, source_seq = the message
 *   RENAME     text = username, about = its skeleton's hash: rename.h
 *   SIGNED_IN  number = device, text = its name: news.h
 *   SECOND_FACTOR  changes, number = device: factor.h
 *   DRAFT      source = the conversation, text or empty, source_seq = what it answers or 0
 *   HIDE       source, source_seq = the message, number = HIDE_ONE or HIDE_UP_TO
 *   PREFERENCES  source = the conversation, changes, number = those that are on, until_ms
 *   ACCEPT     conversation
 *
 * Errors: NOT_FOUND (conversation or target that the caller may not see), FORBIDDEN (role),
 * CANNOT_WRITE, NOT_ACCEPTED, RATE_LIMITED, INVALID, FULL, ALREADY_MEMBER, NOT_MEMBER, OUT_OF_TURN,
 * NAME_TAKEN, NAME_REFUSED, TOO_SOON, KEY_REUSED, AHEAD, OVERLOADED, UNAVAILABLE. A key found is
 * answered before any rule is looked at.
 */
#ifndef PARLEY_CHAT_APPEND_H
#define PARLEY_CHAT_APPEND_H

#include "chat/chat.h"
#include "model/event.h"

struct store_user_set;

enum { INVITE_PROOF_BYTES = 16 };

struct chat_append {
    struct chat_call call;
    enum event_type type;
    uint64_t to; /* MESSAGE: a user's or a conversation's id */
    uint64_t conversation;
    uint64_t target, user, privacy, number, until_ms, changes;
    uint64_t source, source_seq; /* MESSAGE: what it copies; own log: what it is about; or 0 */
    uint64_t holds_ms;           /* from when it stands on, by the server's clock */
    uint8_t proof[INVITE_PROOF_BYTES];
    enum role role;
    struct str kind, text, about;
    const uint64_t *mentions; /* each once, to MENTIONS_MAX */
    uint32_t n_mentions;
    bool leaves;    /* LEFT, CONTACT_REMOVE: of an account that was deleted (leaving.h) */
    struct str key; /* absent: one is made, and the call is not repeatable */
    uint64_t after; /* newest seq the device had at the first try; 0: not known */

    /* For what the domain itself appends. */
    struct store_user_set *with; /* what is changed in the same write, or NULL */
    enum chat_error refused;     /* it is this, unless the key stands */
    struct str unsaid;           /* what the command says beyond its event: the key stands for it */

    /* out, with CHAT_OK; `conversation` is set too */
    uint64_t seq, n, time_ms;
    uint64_t rev; /* of the event's row as it is: above seq when it was changed since */
    bool known;   /* it stood already */
    bool moved;   /* with UNAVAILABLE: nothing was written, `with` is to be made anew */

    /* the domain's own, from here on */
    struct list link;
    struct room *room;
    uint64_t marks_before; /* room->marks_ever when it came, */
    uint64_t moment;       /* and chat->moments */
    uint8_t digest[EVENT_DIGEST_BYTES];
    char made_key[32];
    bool repeatable;
    struct append_work *work;
};
void chat_append(struct chat *, struct chat_append *);

#endif
