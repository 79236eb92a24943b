/*
 * For the tests of the bus: struct end is one node: a bus, the thread that its chat core would run
 * on (the test's own, when it asks), and what was delivered. struct nats_server is a real one, on
 * loopback, ended by its process id.
 */
#ifndef PARLEY_BUS_TEST_END_H
#define PARLEY_BUS_TEST_END_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include "bus/bus.h"
#include "bus/nats_options.h"
#include "util/list.h"
#include "util/task.h"

enum {
    END_SEEN_MAX = 64,
    END_WAIT_MS_MAX = 30000, /* for what comes at once on a machine that does nothing else */
};

struct seen {
    enum bus_topic_kind kind;
    uint64_t ids[8];
    size_t n;        /* ids */
    uint64_t number; /* of the message, as end_publish() was given it */
};

struct end {
    struct poster poster;
    pthread_mutex_t lock; /* guards the tasks and `held` */
    pthread_cond_t changed;
    struct list tasks;
    bool held; /* whoever posts waits */

    struct bus_handler handler;
    struct bus *bus;
    struct seen seen[END_SEEN_MAX];
    size_t seen_n;
    size_t delivered, lost;
    uint64_t last;     /* number delivered */
    uint64_t mark;     /* the last that end_catch_up() made */
    size_t disordered; /* numbers that came after a greater one */
    int publish_again; /* messages the handler still publishes from inside deliver() */

    uint64_t knows; /* what it answers to a question; 0: it has no answer */
    size_t asked, answered;
    uint64_t question;    /* the last one's number */
    uint64_t tag, answer; /* of the last answer; 0: there was none */
};

/* The bus is the caller's to make, on end->poster, and to set. */
void end_init(struct end *);
void end_attach(struct end *, struct bus *);
/* Frees the bus, runs what was posted. */
void end_deinit(struct end *);
/* Forgets what was delivered. */
void end_forget(struct end *);
void end_publish(struct end *, enum bus_topic_kind, const uint64_t *ids, size_t n, uint64_t number);
void end_publish_one(struct end *, enum bus_topic_kind, uint64_t id, uint64_t number);
/* Asks with the question's number as the tag. */
bool end_ask(struct end *, enum bus_topic_kind, uint64_t id, uint64_t number, uint32_t within_ms);
/* Runs what is posted. */
void end_run(struct end *);
/* Runs what is posted until as many were delivered, or lost was told as often; fails after
 * END_WAIT_MS_MAX. */
void end_wait_delivered(struct end *, size_t n);
void end_wait_lost(struct end *, size_t n);
/* Runs what is posted, here and at the other end, until a question was answered. */
void end_wait_answered(struct end *, struct end *other);
/* Waits until something is posted, and runs nothing. */
void end_wait_posted(struct end *);
/* Runs what is posted until this number was delivered, or something lost was told: on a machine
 * that has no time for us even a connection to itself may break. */
void end_wait_last(struct end *, uint64_t number);
/* Until whatever `from` has published on that topic is delivered or lost: a mark behind it has
 * come, made anew where it may be lost. `to` is subscribed. */
void end_catch_up(struct end *from, struct end *to, enum bus_topic_kind kind, uint64_t id);
/* What comes to both within a moment is forgotten. */
void end_settle(struct end *, struct end *);
/* From here on whoever posts waits, until it is let go. */
void end_hold(struct end *, bool held);

/* Waits until the two hear what is for all nodes of each other, and then for what is on its way. */
void end_meet(struct end *, struct end *);
/* Waits until what is for a user on one of them arrives at the other, which subscribes to it. */
void end_wait_heard(struct end *from, struct end *to, uint64_t user);

/* --- nats-server --- */

struct nats_server {
    pid_t pid;        /* 0: it does not run */
    uint16_t port;    /* of clients */
    uint16_t cluster; /* of other servers; 0: it has none */
    char dir[64];     /* of its configuration */
    char url[64];
};

/* Takes ports that are free, and starts nothing. */
void nats_server_init(struct nats_server *);
/* Starts it and waits until it answers. `more` is added to its configuration. */
void nats_server_start(struct nats_server *, const char *more);
/* Another configuration for one that runs. */
void nats_server_reload(struct nats_server *, const char *more);
void nats_server_kill(struct nats_server *);
/* Says something there as whoever has nothing to do with us. */
void nats_server_publish(const struct nats_server *, const char *subject, struct str bytes);
/* Listens there until something comes, and copies what fits; how many bytes. */
size_t nats_server_hear(const struct nats_server *, const char *subject, char *out, size_t size);
void nats_server_deinit(struct nats_server *);

/* Inits an end as a node on one of the servers. What is NULL in the options, or no options, is as
 * it usually is. */
void end_join(struct end *, const struct nats_server *servers, size_t n,
              const struct nats_options *);
void end_wait_connected(const struct end *);

#endif
