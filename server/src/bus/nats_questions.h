/*
 * struct nats_questions: what a node asked others by NATS and waits for. Each question has a
 * number; its answer comes to a subject of this node that ends with it (bus/subject.h), and so does
 * the servers' word that nobody listens.
 *
 * Whoever asks is told of each number at least once: an answer, or that there was none, and after
 * an answer perhaps that there was none, too. The bus above (nats.c) takes the first.
 *
 * Errors: 0 or a natsStatus. Thread: the link's; `answered` is called there and on libnats'.
 */
#ifndef PARLEY_BUS_NATS_QUESTIONS_H
#define PARLEY_BUS_NATS_QUESTIONS_H

#include <stdint.h>

#include "util/list.h"

struct buf;
struct __natsConnection; /* libnats' own, as the next */
struct __natsSubscription;

struct nats_questions {
    const char *prefix; /* of all subjects */
    uint64_t node;      /* ours, in the subjects */
    /* `answer` is borrowed for the call; NULL: there is none. */
    void (*answered)(void *arg, uint64_t number, struct buf *answer);
    void *arg;
    /* its own */
    struct list waiting;
    struct __natsSubscription *subscription; /* NULL: there is no connection */
};

void nats_questions_init(struct nats_questions *);
void nats_questions_deinit(struct nats_questions *);
/* There is a connection; it is about to be destroyed, and closed already: nothing that was asked on
 * it has an answer any more. */
int nats_questions_open(struct nats_questions *, struct __natsConnection *);
void nats_questions_close(struct nats_questions *);
/* The number is waited for in any case. */
int nats_questions_ask(struct nats_questions *, struct __natsConnection *, const char *subject,
                       const struct buf *question, uint64_t number, uint64_t until_ms);
/* Time has passed: says of whatever had its time that there is no answer. */
void nats_questions_tick(struct nats_questions *, uint64_t now_ms);

#endif
