/*
 * Inside chat/: struct person, one user as the chat core knows them: what rules ask (is there
 * such a user, disabled, whom do they block), their live connections, who watches them.
 * Loaded on demand and cached; a reference keeps it. Live connections, watchers and waits each
 * hold one.
 */
#ifndef PARLEY_CHAT_PERSON_H
#define PARLEY_CHAT_PERSON_H

#include "chat/age.h"
#include "chat/core.h"
#include "model/privacy.h"

/* How a person stands to somebody. */
struct person_contact {
    uint64_t user;
    enum contact_state state; /* never NONE */
    uint64_t seq;             /* of the event of their 1:1 that made it so */
};

/* One for everybody who is connected: small members stand together, so that none pads another. */
struct person {
    struct cached cached;
    struct chat *chat;
    uint64_t id;

    bool loaded;           /* never while !exists: then each use asks anew */
    bool outdated;         /* another node changed something */
    bool exists, disabled; /* as the newest answer had it */
    bool deleted;          /* from when it is asked on: nothing new may begin with them */
    bool online;
    bool signed_out; /* the newest session to end was signed out */
    uint32_t n_sessions;
    uint32_t n_blocks, n_contacts;
    uint64_t *blocks;                /* ascending; NULL: none */
    struct person_contact *contacts; /* by user, ascending; NULL: none */
    uint64_t privacy;                /* settings (model/privacy.h) */
    uint64_t last_seen_ms;           /* Unix */
    uint64_t renamed_ms;             /* Unix; 0: never */
    struct age age;

    struct list sessions;  /* session.of_person */
    struct list watchers;  /* presence_watch.of_person (presence.c) */
    struct list waits;     /* sync_wait.of_person (inbox.c) */
    uint64_t heard_ms;     /* mono: newest sign of life of an ended session */
    uint64_t seen_due_ms;  /* mono: online: last_seen is to be stored by then */
    struct timer presence; /* going offline, or storing last_seen while online */
    struct timer devices;  /* shared: looking which have ended (device_check.c) */

    struct list loading; /* person_wait.link */
    struct person_load *load;
};

/* Somebody who waits for a person to be loaded. */
struct person_wait {
    struct list link;
    struct need need;
    void (*ready)(struct person_wait *, enum chat_error); /* CHAT_OK, UNAVAILABLE */
};

/* With a reference; perhaps not loaded. */
struct person *person_get(struct chat *, uint64_t id);
void person_unref(struct person *);
/* True when loaded and as new as wait->need, PERSON_AGE_MS_MAX at least; else `wait->ready` will be
 * called, never inside this call; CHAT_OK also when there is no such user. */
bool person_load(struct person *, struct person_wait *);
/* Whether what is cached may be decided on. */
bool person_is_fresh(const struct person *);
/* Another node changed something of theirs; harmless when it is not cached. */
void person_changed(struct chat *, uint64_t id);
/* Begins to load them, if they are not. */
void person_preload(struct person *);

/* Many at once: fill in `ready`, and `need` where what is cached will not do, call persons_load(),
 * which answers never inside the call. The references are held until persons_deinit(). */
struct persons {
    struct chat *chat;
    struct person **persons; /* as the ids */
    struct persons_slot *slots;
    uint32_t n, missing;
    struct need need;
    enum chat_error error;
    void (*ready)(struct persons *, enum chat_error);
    struct task task;
};

void persons_load(struct chat *, struct persons *, const uint64_t *ids, uint32_t n);
void persons_deinit(struct persons *);

bool person_blocks(const struct person *, uint64_t user);
/* A block or unblock event stands. */
void person_set_block(struct person *, uint64_t user, bool on);
/* How the person stands to `user`, blocks aside. */
enum contact_state person_contact(const struct person *, uint64_t user);
/* How many stand so to the person. */
uint32_t person_contacts_in(const struct person *, enum contact_state);
/* An event of contacts stands, of which the person is one of the two. */
void person_follow_contact(struct person *, const struct event *);
/* The account was disabled or enabled; harmless when it is not cached. */
void person_set_disabled(struct chat *, uint64_t id, bool disabled);
/* The account is to be deleted, or after all not; harmless when it is not cached. */
void person_set_deleted(struct chat *, uint64_t id, bool deleted);
/* Whether the account was deleted, as far as is known without asking: what somebody still had under
 * way is refused by it. */
bool person_is_deleted(struct chat *, uint64_t id);
/* Whether a 1:1 message or an invitation may go between the two; both are loaded. */
bool person_may_write(const struct person *from, const struct person *to);
/* Whether `from` may put `to` into a group; both are loaded. */
bool person_may_add(const struct person *from, const struct person *to);
/* Whether `from` may write to `to`, with whom there is no message so far; both are loaded. */
bool person_may_begin(const struct person *from, const struct person *to);
/* Whether `p` (loaded) lets `user` see or do it: themselves always, whom they block never. */
bool person_lets(const struct person *p, uint64_t user, enum privacy_setting);
/* Whether `viewer` sees how far `p` read: who hides it does not see it of others. Both are loaded.
 */
bool person_shows_reads(const struct person *p, const struct person *viewer);
/* A privacy event of their own log stands. */
void person_follow_privacy(struct person *, const struct event *);
/* A rename of their own log stands. */
void person_follow_rename(struct person *, const struct event *);
/* For chat_end(): everybody is stored as seen. */
void persons_end(struct chat *);
/* For chat_free(): cancels timers and gives up the live state. */
void persons_forget(struct chat *);

#endif
