/*
 * For the contract of struct store, held against each backend: what log.h and directory.h promise,
 * each operation and each answer asked for on purpose. What random use does to a whole log is the
 * simulator's to show (tests/sim). Here: a rig, which is one store that is asked one thing at a
 * time, and what the cases are made of.
 */
#ifndef PARLEY_STORE_TEST_RIG_H
#define PARLEY_STORE_TEST_RIG_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/directory.h"
#include "store/kv.h"
#include "store/log.h"

/* --- a rig --- */

struct inbox_of_tasks {
    struct poster poster;
    struct list tasks;
    pthread_mutex_t lock;
    pthread_cond_t filled;
};

struct rig;

/* A backend that needs more than these files know of (tests/cluster). */
struct rig_engine {
    void (*open)(struct rig *); /* sets rig->store; also again, on what stands */
    void (*turn)(struct rig *); /* a little further; tells what is done meanwhile */
    void (*close)(struct rig *);
};

struct rig {
    struct inbox_of_tasks tasks;
    struct kv *kv;                   /* memory */
    char directory[64];              /* rocksdb */
    const struct rig_engine *engine; /* else */
    struct store *store;
    bool answered;
};

/* Runs the next task, which is waited for. */
void rig_run_one(struct rig *);
void rig_reopen(struct rig *);
/* cmocka's, for each backend. */
int rig_begin_memory(void **state);
int rig_begin_rocksdb(void **state);
int rig_begin_engine(void **state); /* in tests/cluster */
void rig_skip(void **state);
int rig_end(void **state);
/* For rig_begin_engine(): a rig that is open. */
struct rig *rig_new_with(const struct rig_engine *);

/* What is held against both embedded backends, the one that outlives its process, and memory alone,
 * where rows are damaged under the store. With RIG_ENGINE the same cases are held against that
 * backend, but for the last. */
#ifdef RIG_ENGINE
#define both(test)    cmocka_unit_test_setup_teardown(test, rig_begin_engine, rig_end)
#define durable(test) both(test)
#define memory(test)  ((struct CMUnitTest){#test, rig_skip, NULL, NULL, (void *)(test)})
#else
#define both(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, rig_begin_memory, rig_end),                              \
        cmocka_unit_test_setup_teardown(test, rig_begin_rocksdb, rig_end)
#define durable(test) cmocka_unit_test_setup_teardown(test, rig_begin_rocksdb, rig_end)
#define memory(test)  cmocka_unit_test_setup_teardown(test, rig_begin_memory, rig_end)
#endif

/* The rig that is asked, for rig_answered() to note the answer in. */
void rig_asks(struct rig *);
void rig_answered(struct store_request *);

/* Asks and waits for the answer, which never comes inside the call. */
#define ask(rig, operation, request)                                                               \
    do {                                                                                           \
        rig_asks(rig);                                                                             \
        (request)->base.done = rig_answered;                                                       \
        operation((rig)->store, request);                                                          \
        assert_false((rig)->answered);                                                             \
        while (!(rig)->answered)                                                                   \
            rig_run_one(rig);                                                                      \
    } while (0)

/* --- what the cases are made of --- */

enum { ALICE = 101, BOB = 102, CAROL = 103, GROUP = 500, DIRECT = 600 };

enum store_status make_user(struct rig *, uint64_t id, const char *name);
/* Alice, Bob and Carol. */
void people(struct rig *);
/* Alice's, with Bob; who joins later reads from there on. */
void make_group(struct rig *);
/* Alice and Bob. */
void make_direct(struct rig *);

/* Its row does not decode any more. Memory alone: it is done under the store. */
void damage_event(struct rig *, uint64_t conversation, uint64_t seq);
struct log_head head_of(struct rig *, uint64_t conversation);
struct event event_after(const struct log_head *, uint64_t conversation, enum event_type,
                         uint64_t sender, const char *key);
/* Appends one event to the head as it is; gives its seq. */
uint64_t append_one(struct rig *, struct event);
uint64_t say(struct rig *, uint64_t conversation, uint64_t sender, const char *key,
             const char *text);
uint64_t change(struct rig *, uint64_t conversation, enum event_type, uint64_t sender,
                const char *key, uint64_t target, const char *text);

#endif
