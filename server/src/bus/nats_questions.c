/*
 * A question's entry stays until its time is over, answered or not, or the connection is: who takes
 * answers knows which they still wait for, and so libnats' thread, on which answers come, touches
 * nothing here. How many there are is bounded by whoever asks.
 *
 * Refused: libnats' own requests. They block a thread each.
 */
#include "bus/nats_questions.h"

#include <nats/nats.h>
#include <stdlib.h>

#include "bus/subject.h"
#include "util/buf.h"
#include "util/mem.h"

struct waiting {
    struct list node;
    uint64_t number, until_ms;
};

void nats_questions_init(struct nats_questions *q)
{
    list_init(&q->waiting);
}

void nats_questions_deinit(struct nats_questions *q)
{
    for (struct list *node; (node = list_pop_front(&q->waiting));)
        free(list_entry(node, struct waiting, node));
}

static void on_answer(natsConnection *connection, natsSubscription *sub, natsMsg *message,
                      void *arg)
{
    struct nats_questions *q = arg;
    uint64_t number;
    (void)connection, (void)sub;
    if (subject_parse_answer(natsMsg_GetSubject(message), &number)) {
        struct buf *answer = NULL;
        if (!natsMsg_IsNoResponders(message))
            answer = buf_copy(natsMsg_GetData(message), (size_t)natsMsg_GetDataLength(message));
        q->answered(q->arg, number, answer);
        buf_unref(answer);
    }
    natsMsg_Destroy(message);
}

int nats_questions_open(struct nats_questions *q, natsConnection *connection)
{
    char subject[SUBJECT_BYTES_MAX];
    subject_of_answers(subject, q->prefix, q->node);
    return (int)natsConnection_Subscribe(&q->subscription, connection, subject, on_answer, q);
}

void nats_questions_close(struct nats_questions *q)
{
    natsSubscription_Destroy(q->subscription);
    q->subscription = NULL;
    nats_questions_tick(q, UINT64_MAX);
}

int nats_questions_ask(struct nats_questions *q, natsConnection *connection, const char *subject,
                       const struct buf *question, uint64_t number, uint64_t until_ms)
{
    char reply[SUBJECT_BYTES_MAX];
    struct waiting *w = mem_new(sizeof(*w));
    w->number = number;
    w->until_ms = until_ms;
    list_push_back(&q->waiting, &w->node);
    subject_of_answer(reply, q->prefix, q->node, number);
    return (int)natsConnection_PublishRequest(connection, subject, reply, question->data,
                                              (int)question->n);
}

void nats_questions_tick(struct nats_questions *q, uint64_t now_ms)
{
    list_for_each(&q->waiting, node)
    {
        struct waiting *w = list_entry(node, struct waiting, node);
        if (w->until_ms > now_ms)
            continue;
        list_remove(&w->node);
        q->answered(q->arg, w->number, NULL);
        free(w);
    }
}
