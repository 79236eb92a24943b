/*
 * Conversation logs: the store is their sequencer (docs/log.md).
 *
 * The rows that an event changes (its target, members, title, blocks, profile, the sender's
 * read mark, inbox rows) are a projection of the log, and the projection is the store's: when an
 * append is `done` or `known`, or a conversation is loaded, the changes of all its events stand,
 * also if their writer died half-way. A row's `rev` (seq of the event that last changed it)
 * makes doing them again harmless.
 */
#ifndef PARLEY_STORE_LOG_H
#define PARLEY_STORE_LOG_H

#include "model/contact.h"
#include "model/conversation.h"
#include "model/event.h"
#include "store/store.h"

struct store_user_set;

enum { STORE_TOKEN_BYTES_MAX = 640 };

/*
 * Appends events[0..n_events) at seqs head.seq + 1, …: conversation, type, sender, key, digest,
 * time and contents are the caller's; seq, n, first_seq and rev are set in place by the caller
 * too (n counts messages from head.n), and must fit the head.
 *   DONE      the first `taken` (>= 1) events stand; `head` is the new one.
 *   MOVED     `head` is the head as it is, or more is gone than was known, and perhaps a key with
 *             it; or, with `user_moved`, `with` would be MOVED.
 *   KNOWN     events[known_index]'s (sender, key) stands at known_seq with known_digest; wins over
 *             MOVED; the lowest such index. `head` is the head as it is.
 *   TAKEN     a rename: another has the name, or with `looks_like` one that looks like it.
 *   NOT_FOUND no such conversation, and events[0] is not `created` at seq 1.
 *   UNKNOWN, FAILED.
 * One append of a conversation is in flight at a time (the caller's duty).
 */
struct store_append {
    struct store_request base;
    uint64_t conversation;
    struct event *events;
    uint32_t n_events; /* 1 to APPEND_MAX */
    /* Carried out in the same write, so that both stand or neither; of one event. Or NULL. */
    struct store_user_set *with;
    /* No key of these stands at or before it: a store that keeps a log in parts looks no further
     * back. */
    uint64_t after;
    struct log_head head; /* in: decided on; out: as it is */
    bool user_moved, looks_like;
    uint32_t taken;
    uint32_t known_index;
    uint64_t known_seq;
    uint8_t known_digest[EVENT_DIGEST_BYTES];
};
void store_append(struct store *, struct store_append *);

/* The conversation, its head, and its present members with their marks. DONE, NOT_FOUND, FAILED.
 * A direct conversation without events has both members all the same. */
struct store_load {
    struct store_request base;
    uint64_t id;
    struct conversation conversation;
    struct log_head head;
    struct member *members; /* by user id, ascending */
    uint32_t n_members;
    struct invites *invites; /* a group's; else NULL */
};
void store_load(struct store *, struct store_load *);

/* One member's row, also of one who left. DONE, NOT_FOUND, FAILED. */
struct store_member {
    struct store_request base;
    uint64_t conversation, user;
    struct member member;
};
void store_member(struct store *, struct store_member *);

/* The rows of from_seq..to_seq (both included), as they now are, at most `limit`: the lowest, or
 * with `newest` the highest; always in ascending order; those that are gone are left out. With
 * `as_of` (>= to_seq) they are without what events after it changed. DONE, FAILED. */
struct store_events {
    struct store_request base;
    uint64_t conversation, from_seq, to_seq;
    uint64_t as_of;  /* 0: no end */
    uint64_t now_ms; /* what is due by then is shown as emptied, whether the job was there or not */
    uint64_t viewer; /* what this user hid is shown without its words; 0: as it is */
    uint32_t limit;  /* 1 to PAGE_MAX */
    bool newest;
    struct event *events;
    uint32_t n_events;
    uint64_t gone_seq, gone_n; /* the head's, at the time of the read */
};
void store_events(struct store *, struct store_events *);

/* Where (sender, key) stands. DONE, NOT_FOUND, FAILED. */
struct store_key {
    struct store_request base;
    uint64_t conversation, sender;
    struct str key;
    uint64_t seq;
    uint8_t digest[EVENT_DIGEST_BYTES];
};
void store_key(struct store *, struct store_key *);

/* Moves a member's marks forward (max-registers: a lower value changes nothing; a higher read
 * also moves delivered). DONE (`member` = the row as it is), NOT_FOUND, UNKNOWN, FAILED. */
struct store_mark {
    struct store_request base;
    uint64_t conversation, user;
    uint64_t delivered_seq, read_seq, read_n; /* 0: leave */
    uint64_t time_ms;                         /* kept for store_reached(), if a mark moves */
    struct member member;
};
void store_mark(struct store *, struct store_mark *);

/* Empties messages that are due, the earliest first, at most EXPIRE_MAX, and lets as many former
 * names go whose time is over; `more`: there may be others. DONE, UNKNOWN, FAILED; harmless to
 * repeat. */
enum { EXPIRE_MAX = 256 };
struct store_expire {
    struct store_request base;
    uint64_t now_ms;
    bool more;
};
void store_expire(struct store *, struct store_expire *);

/* Conversations in which something is to go by its age, of the next few behind `after`. One that
 * cannot be looked at ends it: what was found before is told, or it FAILED; then, too, `after` says
 * where to go on, behind it; or it is as it was, if none at all could be. DONE, FAILED. */
enum { RETENTION_DUE_MAX = 16 };
struct store_retention_due {
    struct store_request base;
    struct retention keep; /* what the server keeps; a conversation may have less (retention_of) */
    uint64_t now_ms;
    uint64_t after; /* in: an id, 0: from the start; out: where to go on, 0: all were looked at */
    uint64_t conversations[RETENTION_DUE_MAX];
    uint32_t n;
};
void store_retention_due(struct store *, struct store_retention_due *);

/* Takes away the front of a log as far as it is to go, at most RETAIN_MAX events; `more`: there may
 * be others. DONE, UNKNOWN, FAILED; harmless to repeat. */
struct store_retain {
    struct store_request base;
    uint64_t conversation;
    struct retention keep;
    uint64_t now_ms;
    struct log_head head;          /* as it is now */
    uint64_t n_events, n_messages; /* how many went */
    bool more;
};
void store_retain(struct store *, struct store_retain *);

/* By when the marks of these users had come to `seq`, at the latest; 0: they have not, or so long
 * ago that it is not kept; or (of many nodes) at the same moment as another mark of theirs, until
 * they set the next. It may be known a moment before the mark stands. DONE, FAILED. */
struct reached {
    uint64_t delivered_ms, read_ms;
};
struct store_reached {
    struct store_request base;
    uint64_t conversation, seq;
    const uint64_t *users;
    uint32_t n_users; /* to MEMBERS_MAX */
    struct reached *at;
};
void store_reached(struct store *, struct store_reached *);

/* A conversation as one of its members sees it in a list; a former one sees it, its title and its
 * last message included, as it was at the removal. */
struct inbox_entry {
    struct conversation conversation;
    struct member me;
    struct log_head head;                       /* a former member's ends at the removal */
    struct event *last;                         /* the newest message they may read, or NULL */
    uint64_t peer_delivered_seq, peer_read_seq; /* direct: the other's marks */
    bool peer_asked;                            /* it is a request to them, or silent */
    /* The newest unread message that mentions them, if it is among their newest 100 mentions; or 0.
     */
    uint64_t mention_seq;
};

/* A page of a user's conversations, or of the requests to them, the newest event first (those
 * without any event, and the own log, are left out). `page` empty: from the start. DONE, TRUNCATED,
 * FAILED. */
struct store_inbox_list {
    struct store_request base;
    uint64_t user;
    struct str page; /* in: the mark that the page before gave; out: next mark, absent at the end */
    uint32_t limit;  /* 1 to LIST_MAX */
    bool requests;   /* only those, instead of all others; by id there are all */
    bool unread_only;
    uint64_t now_ms;            /* as for store_events */
    bool by_archived, archived; /* by_archived: only those that are, or only those that are not */
    bool by_id;        /* instead of by time, after the id `after_id`; `page` stays as it is */
    uint64_t after_id; /* ids end below UINT64_MAX */
    struct inbox_entry *entries;
    uint32_t n_entries;
    uint64_t total_unread; /* with unread_only: over all conversations, or all requests */
};
void store_inbox_list(struct store *, struct store_inbox_list *);

/* The entries (own log included) that changed since `token`, and the token that stands after them.
 * None is left out; one that did not change may come again: if none did, with the token that there
 * was. Where one store orders all writes the
 * oldest change comes first. An absent token: the token of now, and the own log's entry alone,
 * since no list has it. The cost follows what changed and one look at the inbox. DONE, TRUNCATED
 * (token of another incarnation), FAILED. */
struct store_inbox_changes {
    struct store_request base;
    uint64_t user;
    struct str token;
    uint32_t limit;  /* 1 to SYNC_MAX; one more where the last write changed two conversations */
    uint64_t now_ms; /* as for store_events */
    struct inbox_entry *entries;
    uint32_t n_entries;
    char next[STORE_TOKEN_BYTES_MAX]; /* 0-terminated */
    bool more;
};
void store_inbox_changes(struct store *, struct store_inbox_changes *);

/* What is pinned, the newest pin first. DONE, FAILED. */
struct pinned {
    struct event message, pin;
};
struct store_pins {
    struct store_request base;
    uint64_t conversation, now_ms; /* as for store_events */
    uint64_t viewer;               /* what this user hid is left out; 0: nothing is */
    struct pinned *pins;
    uint32_t n_pins; /* to PINS_MAX */
};
void store_pins(struct store *, struct store_pins *);

/* A page of the messages that mention `user`, requests to them aside, or that they starred, by
 * their times, the newest first: what stands now, and only what `user` may read and has not hidden.
 * It may have fewer than `limit`, even none, and a next mark. DONE, TRUNCATED (a mark of another
 * incarnation), FAILED. */
struct store_mentions {
    struct store_request base;
    uint64_t user;
    bool stars;      /* what they starred, instead of what mentions them */
    struct str page; /* in: the mark that the page before gave; out: next mark, absent at the end */
    uint32_t limit;  /* 1 to LIST_MAX */
    uint64_t now_ms; /* as for store_events */
    struct event *events;
    uint32_t n_events;
};
void store_mentions(struct store *, struct store_mentions *);

/* What `user` has begun to write, by the conversations (`subject`), after the conversation `after`
 * (0: from the start): events of their own log, each with its text. DONE, FAILED. */
struct store_drafts {
    struct store_request base;
    uint64_t user, after;
    uint32_t limit; /* 1 to LIST_MAX */
    struct event *drafts;
    uint32_t n_drafts;
};
void store_drafts(struct store *, struct store_drafts *);

/* Whom `user` blocks (ascending). DONE, FAILED. */
struct store_blocks {
    struct store_request base;
    uint64_t user;
    uint64_t *users;
    uint32_t n_users;
};
void store_blocks(struct store *, struct store_blocks *);

/* Those whom `user` stands in some state to, by their ids, after the id `after` (0: from the start;
 * ids end below UINT64_MAX). DONE, FAILED. */
struct store_contacts {
    struct store_request base;
    uint64_t user, after;
    uint32_t limit; /* 0: all of them, a few more than CONTACTS_MAX where several asked at once */
    struct contact *contacts;
    uint32_t n_contacts;
};
void store_contacts(struct store *, struct store_contacts *);

#endif
