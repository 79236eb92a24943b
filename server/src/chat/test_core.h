/*
 * For the tests of chat/: a chat core on the store in memory, with a clock that only the test moves
 * and sessions that write down what they are told. Everything runs inside core_run().
 */
#ifndef PARLEY_CHAT_TEST_CORE_H
#define PARLEY_CHAT_TEST_CORE_H

#include "chat/account.h"
#include "chat/append.h"
#include "chat/core.h"
#include "chat/group.h"
#include "chat/presence.h"
#include "chat/receipt.h"
#include "chat/session.h"
#include "store/ops.h"

#define CORE_WALL_MS UINT64_C(1790000000000)

struct said {
    /* each receipts is followed by its marks */
    enum { SAID_EVENT, SAID_RECEIPTS, SAID_MARK, SAID_TYPING, SAID_PRESENCE, SAID_END } what;
    const struct session *to;
    uint64_t conversation, user;
    uint64_t seq, first_seq, time_ms; /* event */
    uint64_t delivered_seq, read_seq, unread;
    bool online;
    uint64_t last_seen_ms;
};

struct queue {
    struct poster poster;
    struct list tasks;
};

struct core {
    struct env env;
    struct sink sink;
    struct wheel wheel;
    struct queue self, work, answers;
    bool answers_held; /* the store's answers stay in `answers`, for the test to let go */
    uint64_t wall_ms, mono_ms;
    struct store *store;
    struct store faulty;    /* what the chat has: the store, but for the operations that fail */
    bool fails[STORE_OPS];  /* with FAILED, nothing carried out */
    int unknown[STORE_OPS]; /* so many of them with UNKNOWN, nothing carried out */
    int lost[STORE_OPS];    /* so many of them with UNKNOWN, carried out; before `unknown` */
    void (*lost_done)(struct store_request *);
    int held_op; /* the next of this kind stays in `held`; 0: none does */
    struct store_request *held;
    struct password_job *passwords[8]; /* held: not yet hashed or verified, oldest first */
    size_t n_passwords;
    bool passwords_held;
    struct bus *bus;
    struct chat *chat;
    struct arena looked; /* what core_own_event() gave */
    struct said *said;
    size_t n_said, said_room;
};

/* `differences`: what is not to be the default; may be NULL. */
struct core *core_new(const struct chat_options *differences);
/* Ends nothing by itself: the test has ended its sessions. */
void core_free(struct core *);
/* Until nothing is left to run at this moment. */
void core_run(struct core *);
void core_pass(struct core *, uint64_t ms);
/* The next task of a queue, run; false: there is none. */
bool queue_run(struct queue *);
/* What was held of the store is asked of it. */
void core_let_store_go(struct core *);
/* Passwords that were held, and those to come, are looked at. */
void core_let_passwords_go(struct core *);
/* How often a session (NULL: any) was told something of this kind; core_forget() starts anew. */
size_t core_told(const struct core *, int what, const struct session *);
void core_forget(struct core *);

/* For cmocka: a core of its own for each case, with nothing under way at the end. */
int core_begin(void **state);
int core_end(void **state);

/* What a case asks by itself. core_start: the answer comes in a later task, and is counted;
 * core_ask: everything runs until it has come. */
extern int core_n_done;
void core_done(struct chat_call *);
#define core_start(core, operation, request)                                                       \
    do {                                                                                           \
        int before_ = core_n_done;                                                                 \
        (request)->call.done = core_done;                                                          \
        operation((core)->chat, request);                                                          \
        assert_int_equal(core_n_done, before_); /* never inside the call */                        \
    } while (0)
#define core_ask(core, operation, request)                                                         \
    do {                                                                                           \
        int before = core_n_done;                                                                  \
        core_start(core, operation, request);                                                      \
        core_run(core);                                                                            \
        assert_int_equal(core_n_done, before + 1);                                                 \
    } while (0)

/* Calls that are made and end at once. Each sets who asks; the error is the call's. */
enum chat_error core_append(struct core *, uint64_t user, struct chat_append *);
enum chat_error core_mark(struct core *, uint64_t user, struct chat_mark *);
enum chat_error core_typing(struct core *, uint64_t user, uint64_t conversation);
enum chat_error core_watch(struct core *, uint64_t user, struct session *, uint64_t whom,
                           struct presence *);
enum chat_error core_sign(struct core *, bool up, struct chat_sign *);
/* What must go well. */
uint64_t core_user(struct core *, const char *name);
uint64_t core_group(struct core *, uint64_t owner, const uint64_t *members, uint32_t n);
/* The conversation that it went to. */
uint64_t core_send(struct core *, uint64_t from, uint64_t to);
void core_accept(struct core *, uint64_t user, uint64_t conversation);
void core_block(struct core *, uint64_t user, uint64_t other, bool on);
/* The newest event of the user's own log, its texts borrowed until the next look; type 0: none. */
struct event core_own_event(struct core *, uint64_t user);
/* What the store has of them. */
uint64_t core_last_seen(struct core *, uint64_t user);

#endif
