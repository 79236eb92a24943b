/*
 * struct client: one device of one person, doing at random everything that a device does, and
 * keeping its copies the way docs/log.md asks of a client: cursors without gaps, an outbox that
 * resends with the same key, a compare of its inbox by token.
 */
#ifndef PARLEY_SIM_CLIENT_H
#define PARLEY_SIM_CLIENT_H

#include "chat/invite.h"
#include "model/event.h"
#include "store/log.h"
#include "world.h"

enum { COPIES_MAX = 96, OPS_MAX = 512, OPS_UNDER_WAY = 3 };

/* A row as a device has it, or as the store does: what must be the same for all. */
struct line {
    uint64_t seq, rev, n, sender, target, user, number, privacy, edited_seq;
    uint64_t expires_ms;
    uint64_t subject, until_ms, changes;
    enum event_type type;
    bool deleted, forwarded, request, accepts;
    bool no_draft;             /* draft: it was taken away */
    uint64_t text;             /* a hash; 0: empty */
    uint64_t reactions[USERS]; /* a hash of the emoji, by the person's place */
    uint32_t mentions;         /* a bit for each person, by their place */
    uint64_t time_ms;
};

struct copy {
    uint64_t conversation;
    uint64_t base;   /* seq of rows[0]; 0: nothing fetched yet */
    uint64_t cursor; /* all from base to it is here */
    uint64_t wanted; /* there may be something up to it */
    uint32_t hints;  /* how often `wanted` was said: an answer to an older question leaves it */
    bool group;
    uint64_t gone_seq, gone_step; /* how much of it was said to be gone, and when */
    uint64_t wanted_rev;          /* of what the person wants of it, as entries said */
    bool fetching, gone, paging;
    bool asked; /* for `wanted`, in vain: asked again at the next compare */
    struct line *rows;
    /* marks as pushes told them, by the person's place */
    uint64_t delivered_seq[USERS], read_seq[USERS];
    bool told_of_marks;
    /* as the core showed it at the end */
    bool looked;
    uint64_t looked_head, looked_n, looked_read_seq, looked_read_n;
    uint32_t looked_members;
};

/* One command of a person, whatever number of times it was sent. */
struct op {
    enum event_type type;
    char key[24];
    char text[32];
    uint64_t to, conversation, target, user, number, holds_ms, after;
    uint64_t until_ms, changes;
    uint64_t source, source_seq; /* of a forward */
    char token[INVITE_TOKEN_TEXT + 2];
    uint64_t privacy;
    enum role role;
    enum history history;
    uint64_t members[USERS]; /* whom a group is made with, or a message mentions */
    uint32_t n_members;
    uint32_t device;
    uint64_t first_step; /* when it was first sent */
    uint64_t first_ms;   /* mono, as ok_ms */
    uint64_t up_ms;      /* from when on the node that it went to first stood still no more */
    uint32_t tries;
    uint64_t decided[NODES_MAX]; /* the time that it was given, when that node decided last */
    bool waiting, under_way;
    bool ok, failed;
    enum chat_error error; /* failed: by this, to a try made and answered at these steps */
    uint64_t last_step, failed_step;
    uint64_t ok_step, ok_ms;
    uint64_t ok_conversation, ok_seq;
    uint64_t ok_wall_ms_max; /* a rename: the latest the clock had ever been at its ok */
};

struct attempt;
struct hearing;

/* A device's connection to a node. One that the device left while the node stood still ends when
 * that goes on. */
struct seat {
    struct session session;
    struct client *client;
    bool taken, left;
};

struct client {
    struct world *world;
    struct node *node; /* which it asks */
    uint32_t index;
    uint64_t user, id;
    char access[CRYPTO_TOKEN_TEXT + 1]; /* the device's token */
    struct seat seats[NODES_MAX];
    bool online, connecting;
    bool signed_out;               /* its device is ended, as far as it knows */
    bool gone;                     /* its account is no more: it does nothing */
    uint32_t refused;              /* sign-ins since the account was to be deleted */
    bool dismissed;                /* the core wants its connection closed */
    uint64_t ended_id;             /* a device of its that somebody was told to be ended, */
    uint64_t ended_step, ended_ms; /* and when */
    uint32_t epoch;                /* answers to an older one are not seen by the device */
    struct copy copies[COPIES_MAX];
    uint32_t n_copies;
    struct op ops[OPS_MAX];
    uint32_t n_ops, n_under_way;
    char token[STORE_TOKEN_BYTES_MAX];
    bool comparing, compare_again, listing;
    bool listing_requests; /* which a new device lists after the others */
    char page[160];
    struct attempt *wait; /* a waiting sync, or NULL */
    char waited_token[STORE_TOKEN_BYTES_MAX];
    char first_name[16], password[24]; /* the person's */
    char name[32];                     /* by which it signs in */
    uint32_t n_name_tries;
    uint32_t factor_tries, factor_oks; /* of switching a second factor on */
    uint64_t first_id;                 /* of the device that signed up; 0: another did */
    struct hearing *hearing;
};

extern const struct sink_ops client_sink_ops;

/* Signs everybody up and in. */
void clients_init(struct world *);
void clients_deinit(struct world *);
/* A node died: what was under way there is not known to have happened. */
void clients_crash(struct world *, const struct node *);
/* A node that stood still goes on. */
void clients_went_on(const struct node *);
/* One thing that this device does. With `calm` only what brings it in step: coming online,
 * resending, fetching, comparing. */
void client_act(struct client *, bool calm);
/* Nothing is under way and nothing is known to be lacking. */
bool client_in_step(const struct client *);
/* What the device compares itself with at the end. */
void client_compare(struct client *);
/* Begins a compare that waits for something to change. */
void client_wait(struct client *);
void client_go_offline(struct client *);
/* Of the conversation, made where there was none. */
struct copy *copy_of(struct client *, uint64_t conversation);
/* One that has rows, other than the own log; or NULL. Of the worlds that have crowds it is often
 * the one that has most. */
struct copy *client_any_copy(struct client *);
/* A row of a copy that has some; there one of the newest. */
uint64_t client_any_seq(struct client *, const struct copy *);
void line_of(struct line *, const struct event *, const struct world *);
/* Takes from a row what goes when its time has come by now. */
void line_expire(struct line *, uint64_t now_ms);
/* An edit of what is gone loses its words with it. */
void line_lose(struct line *, uint64_t gone_seq);
/* What an edit, delete or reaction does to the rows that come before it; rows[0] is `base`. */
void lines_apply(struct line *rows, uint64_t base, uint64_t cursor, const struct line *e);

#endif
