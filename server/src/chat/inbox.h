/* A user's conversations: the list, what changed since a token, waiting for a change. Thread:
 * chat. */
#ifndef PARLEY_CHAT_INBOX_H
#define PARLEY_CHAT_INBOX_H

#include "chat/chat.h"
#include "store/log.h"

/* TRUNCATED (a mark of another incarnation). */
struct chat_list {
    struct chat_call call;
    struct str page; /* absent: from the start */
    uint32_t limit;  /* 1 to LIST_MAX */
    bool requests;   /* only those, instead of all others; by id there are all */
    bool unread_only;
    bool by_archived, archived; /* by_archived: only those that are, or only those that are not */
    bool by_id; /* by their ids, after `after_id`, so that none moves meanwhile; there is no page */
    uint64_t after_id;
    /* out */
    const struct inbox_entry *entries;
    uint32_t n_entries;
    struct str next; /* absent at the end */
    uint64_t total_unread;
};
void chat_list(struct chat *, struct chat_list *);

/* The messages that mention the caller, or that they starred, the newest first; perhaps fewer than
 * `limit` with a next page. TRUNCATED (a mark of another incarnation). */
struct chat_mentions {
    struct chat_call call;
    bool stars;      /* what they starred, instead of what mentions them */
    struct str page; /* absent: from the start */
    uint32_t limit;  /* 1 to LIST_MAX */
    /* out */
    const struct event *events;
    uint32_t n_events;
    struct str next; /* absent at the end */
};
void chat_mentions(struct chat *, struct chat_mentions *);

/* What the caller has begun to write, by the conversations (`subject`), after the conversation
 * `after`. */
struct chat_drafts {
    struct chat_call call;
    uint64_t after; /* 0: from the start */
    uint32_t limit; /* 1 to LIST_MAX */
    /* out */
    const struct event *drafts;
    uint32_t n_drafts;
};
void chat_drafts(struct chat *, struct chat_drafts *);

/* TRUNCATED: the device drops its copies and starts as a new one. UNAUTHENTICATED: it was ended
 * while it waited. */
struct chat_sync {
    struct chat_call call;
    struct str token; /* absent: a token is given, and the own log's entry alone */
    uint32_t wait_ms; /* up to 25,000: answer when something changes, or then */
    /* out */
    const struct inbox_entry *entries;
    uint32_t n_entries;
    struct str next;
    bool more;

    struct list link; /* the domain's own, from here on */
    void *op;
};
void chat_sync(struct chat *, struct chat_sync *);
/* The asker is gone (its connection closed): a wait ends now, done() runs soon. */
void chat_sync_cancel(struct chat *, struct chat_sync *);

#endif
