/*
 * Inside chat/: what its files share. Nobody else includes it.
 *
 * struct chat owns two caches, bounded together in bytes, least recently used first: rooms
 * (loaded conversations, room.h) and persons (loaded users with their live connections,
 * person.h). What somebody holds a reference to stays.
 */
#ifndef PARLEY_CHAT_CORE_H
#define PARLEY_CHAT_CORE_H

#include "bus/bus.h"
#include "chat/chat.h"
#include "chat/tries.h"
#include "names/names.h"
#include "store/directory.h"
#include "store/log.h"
#include "util/hash.h"
#include "util/snowflake.h"
#include "util/wheel.h"

enum {
    CACHE_BYTES_DEFAULT = 64 * 1024 * 1024,
    CALLS_DEFAULT = 65536,
    OFFLINE_AFTER_MS = 30 * 1000,
    PATIENCE_MS = 12500,    /* two and a half beats of 5 s */
    READ_AGE_MS_MAX = 1000, /* of the head and members that a reader is answered from */
    /* Of blocks, settings, accounts, where the bus told nothing. What another node changed is to
     * hold within 60 s as a client sees it: what was decided just before the end of this age goes
     * through the store first, and what comes next waits until the person is read again. The rest
     * is for these two, on a store that is slow. */
    PERSON_AGE_MS_MAX = 50 * 1000,
    LAST_SEEN_EVERY_MS = 5 * 60 * 1000,
    RETRY_AFTER_MS = 1000,      /* with UNAVAILABLE and OVERLOADED */
    IDS_RESERVE_MS = 60 * 1000, /* Snowflake timestamps reserved ahead */
};

/* Somebody who waits for Snowflake ids. */
struct ids_wait {
    struct list link;
    void (*ready)(struct ids_wait *, enum chat_error); /* from a completion, never inside a call */
};

struct chat {
    struct chat_options options;
    struct env *env;
    struct store *store;
    struct bus *bus;
    struct sink *sink;
    struct bus_handler handler;
    struct arena notice; /* of the one that is being read (notice.c) */
    uint32_t busy;
    uint32_t loads; /* of rooms and persons, under way; some of them nobody waits for */

    struct map rooms;     /* id → struct room */
    struct map persons;   /* id → struct person */
    struct map elsewhere; /* id → struct elsewhere (elsewhere.c) */
    struct list idle;     /* what nobody holds, least recently used first */
    uint64_t cache_bytes;

    struct snowflake ids;
    bool ids_ready, ids_asked;
    uint64_t ids_owner; /* this process, to others that take ids of the same store */
    struct store_reserve reserve;
    struct list ids_waiting;

    struct list pumping; /* rooms with something to do */
    struct task pump_task;
    bool pump_posted;
    struct list parked; /* long waits (inbox.c) */
    struct map senders; /* user → their first message to a person on its way to a room (append.c) */
    uint64_t n_ended;   /* how often devices were ended */
    uint64_t moments;   /* grows: which of two things was asked for first (age.h) */

    struct names *names;
    struct tries tries_account, tries_address, signups_address;
    struct tries tries_device; /* by devices that have signed in before */
    struct tries requests_user;

    bool ended;                /* no doubt is settled that no call waits for */
    bool jobs_stopped;         /* none of the three below begins anything */
    struct leaving *leaving;   /* leaving.c */
    struct timer expiry_timer; /* unless stopped, armed or `expiry` is under way (expiry.c) */
    struct store_expire expiry;
    struct timer retention_timer; /* the same of the two below (retention.c) */
    struct store_retention_due retention_due;
    struct store_retain retain;
    uint32_t retention_at;   /* which of retention_due's comes next */
    uint64_t retention_from; /* where the turn began */
};

/* --- calls --- */

/* Counts the call in. False: there are too many, and it will end with OVERLOADED by itself. */
bool call_begin(struct chat *, struct chat_call *);
/* Ends it now: only from a completion or a posted task. `call` is the caller's again. */
void call_done(struct chat_call *, enum chat_error);
/* Ends it soon, for use inside the call itself. */
void call_later(struct chat_call *, enum chat_error);
/* Whoever asked has given it up by now, and may have asked elsewhere, been refused and be told so:
 * what is decided only now must not come behind that. Here it lay while this process stood still,
 * or waited for the store. */
bool call_is_late(const struct chat_call *);
/* What a store's answer other than DONE means to whoever asked for a read or write. */
enum chat_error error_of(enum store_status);

/* --- ids --- */

/* True with *id set; false: `wait->ready` will be called, then ask again. */
bool ids_take(struct chat *, uint64_t *id, struct ids_wait *wait);

/* --- the cache --- */

/* Embedded in what is cached. */
struct cached {
    struct list idle; /* in chat->idle while refs is 0 */
    uint32_t refs;
    uint32_t bytes;
    void (*evict)(struct chat *, struct cached *); /* frees it */
};

void cached_init(struct chat *, struct cached *, uint32_t bytes,
                 void (*evict)(struct chat *, struct cached *));
void cached_ref(struct cached *);
/* May evict others, and this one. */
void cached_unref(struct chat *, struct cached *);
/* Its size changed. */
void cached_resize(struct chat *, struct cached *, uint32_t bytes);

/* --- accounts --- */

/* What an answer to it means to whoever asked. */
enum chat_error user_create_error(const struct store_user_create *);
/* Writes down, in the background, that this device is heard of. */
void device_seen(struct chat *, uint64_t user, uint64_t device);
/* Ends a device of call->user, or with 0 all but `keep`, and then the call. */
void devices_end(struct chat_call *, uint64_t device, uint64_t keep);

/* --- time --- */

static inline uint64_t chat_wall_ms(const struct chat *chat)
{
    return chat->env->ops->wall_ms(chat->env);
}

static inline uint64_t chat_mono_ms(const struct chat *chat)
{
    return chat->env->ops->mono_ms(chat->env);
}

#endif
