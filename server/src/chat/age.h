/*
 * Inside chat/: how old something cached is, and how new it has to be, where other nodes write to
 * the same store (chat_options.shared). There a cache is a guess: an append names the head that it
 * was decided on, so that a wrong guess writes nothing; what no append would find out (a refusal,
 * an answer to a reader, what stands in other logs) is looked at again when it is too old for that.
 * On one node everything passes through the core, and whatever is cached is exact.
 */
#ifndef PARLEY_CHAT_AGE_H
#define PARLEY_CHAT_AGE_H

#include "chat/core.h"

/* When what is cached was asked of the store. */
struct age {
    uint64_t moment; /* of chat->moments */
    uint64_t mono_ms;
};

/* What it has to be at least. All zero: whatever is cached will do. */
struct need {
    uint64_t moment, mono_ms;
};

static inline struct age age_now(struct chat *chat)
{
    return (struct age){++chat->moments, chat_mono_ms(chat)};
}

/* It is asked for after this call. */
static inline struct need need_now(struct chat *chat)
{
    return (struct need){.moment = ++chat->moments};
}

/* It is at most so old. */
static inline struct need need_within(const struct chat *chat, uint64_t ms)
{
    uint64_t now = chat_mono_ms(chat);
    return (struct need){.mono_ms = now - MIN(now, ms)};
}

static inline bool age_meets(const struct chat *chat, const struct age *age,
                             const struct need *need)
{
    return !chat->options.shared || (age->moment >= need->moment && age->mono_ms >= need->mono_ms);
}

#endif
