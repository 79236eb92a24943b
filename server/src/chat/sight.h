/*
 * What one user sees of another, by the other's settings, contacts and blocks (docs/log.md).
 * Thread: chat.
 */
#ifndef PARLEY_CHAT_SIGHT_H
#define PARLEY_CHAT_SIGHT_H

#include "chat/person.h"
#include "store/log.h"

/* How the caller and `user` stand, and what the caller sees of them. */
struct chat_sight {
    struct chat_call call;
    uint64_t user;
    bool blocked; /* by the caller */
    bool picture; /* the caller sees theirs */
    enum contact_state contact;
};
void chat_sight(struct chat *, struct chat_sight *);

/* Takes out of entries of 1:1s how far the others read, where the viewer does not see it, and how
 * far they got, where they have not accepted the viewer. Fill in
 * `ready`, call sight_entries(), which answers never inside the call; the entries must stay. */
struct sight {
    uint64_t viewer;
    struct inbox_entry *entries;
    uint32_t n_entries;
    struct persons persons; /* the viewer, then the others */
    void (*ready)(struct sight *, enum chat_error);
};
void sight_entries(struct sight *, struct chat *);

/* Whether the viewer (loaded) sees how far a member of a group read, whose settings are these: in a
 * group a block hides nothing. */
bool sight_of_member(const struct person *viewer, uint64_t member, uint64_t privacy);

#endif
