/*
 * Inside chat/: who may do what, as one table and one pure decision. Asked again for every
 * append, on the state that the append names.
 */
#ifndef PARLEY_CHAT_RULES_H
#define PARLEY_CHAT_RULES_H

#include "chat/append.h"
#include "chat/room.h"

/* What the decision needs besides the room. */
struct rules_facts {
    const struct event *target; /* the row at append->target, or NULL: none */
    const struct event *source; /* what is forwarded: the caller may read it, and it stands */
    const struct pinned *pins;  /* PIN: what is pinned */
    uint32_t n_pins;
    uint64_t pinned;                /* PREFERENCES: what pinned the conversation, or 0 */
    uint64_t n_pinned;              /* and how many are pinned */
    bool drafted;                   /* DRAFT: there is one in that conversation */
    uint64_t n_drafts;              /* and so many in all */
    uint64_t n_hidden;              /* HIDE: of that conversation */
    const struct person *from, *to; /* ADDED, (UN)BLOCK: the caller and the user named; loaded;
                                     * RENAME: the caller */
    const struct invite *invite;    /* JOINED: the one whose token was shown, or NULL: none such */
    const struct member *before;    /* JOINED: the caller's row, or NULL: never a member */
    uint64_t now_ms;                /* the event's time, if it is written */
};

/* Whether the contents make sense at all, before anything is looked up: CHAT_OK or INVALID. */
enum chat_error rules_check_contents(const struct chat_append *);
/* Whether an earlier try with the key would be found where several nodes share a store, which looks
 * KEY_REACH events back; what stands in an own log does no harm twice. */
enum chat_error rules_look_back(const struct room *, const struct chat_append *);
/* CHAT_OK: the event may be written after room->head. */
enum chat_error rules_decide(const struct room *, const struct chat_append *,
                             const struct rules_facts *);
/* Whom the event of a message or an edit mentions: of those asked for, the others who are members
 * now and may read the message. The list lies in the arena; the answer is its length. */
uint32_t rules_mentions(const struct room *, const struct chat_append *, const struct rules_facts *,
                        const uint64_t **out, struct arena *);
/* Whether what `user` (a present member) does may reach the other side: in a 1:1 it asks both
 * people, elsewhere it is CHAT_OK. */
enum chat_error rules_may_reach(const struct room *, uint64_t user);
/* Whether `from` may ask, accept, decline or remove `to`; both are loaded. Either one's having no
 * room refuses a request. */
enum chat_error rules_contact(const struct person *from, const struct person *to, enum event_type);
/* Whether `user` (a present member) may be shown as typing: who may write here. */
enum chat_error rules_may_type(const struct room *, uint64_t user);
/* Whether `user` may come in by facts->invite: OK, NOT_FOUND (it holds no more), ALREADY_MEMBER,
 * FORBIDDEN (put out by somebody: only somebody lets them in again), FULL. */
enum chat_error rules_may_join(const struct room *, uint64_t user, const struct rules_facts *);
/* Whether `user` is given the tokens of a group's invites: who may make them. */
enum chat_error rules_may_list_invites(const struct room *, uint64_t user);
/* Who becomes owner when `user` leaves: the longest-standing admin, else the longest-standing
 * member (by the event that set their role, then by id); 0: `user` is not the owner, or alone. */
uint64_t rules_successor(const struct room *, uint64_t user);

#endif
