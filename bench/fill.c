/*
 * One append of each log is under way at a time, as the store asks; many logs keep its writer busy.
 * The store posts what is done to a queue that this thread empties.
 */
#include "fill.h"

#include <pthread.h>
#include <stdlib.h>

#include "body.h"
#include "die.h"
#include "model/limits.h"
#include "store/log.h"
#include "store/rocksdb.h"
#include "util/clock.h"
#include "util/macros.h"
#include "util/mem.h"

enum { UNDER_WAY_MAX = 256 };

struct inbox {
    struct poster poster;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct list tasks;
};

struct filling {
    struct inbox inbox;
    struct store *store;
    struct fill_log *logs;
    uint32_t n, next, under_way;
    uint64_t left; /* not yet asked for */
    size_t size;
};

struct fill_append {
    struct store_append request;
    struct filling *filling;
    struct fill_log *log;
    struct event events[APPEND_MAX];
    char keys[APPEND_MAX][KEY_TEXT], texts[APPEND_MAX][BODY_BYTES_MAX];
};

static void inbox_post(struct poster *poster, struct task *task)
{
    struct inbox *in = container_of(poster, struct inbox, poster);
    pthread_mutex_lock(&in->lock);
    list_push_back(&in->tasks, &task->node);
    pthread_cond_signal(&in->filled);
    pthread_mutex_unlock(&in->lock);
}

static struct task *inbox_take(struct inbox *in)
{
    pthread_mutex_lock(&in->lock);
    while (list_empty(&in->tasks))
        pthread_cond_wait(&in->filled, &in->lock);
    struct list *node = list_pop_front(&in->tasks);
    pthread_mutex_unlock(&in->lock);
    return list_entry(node, struct task, node);
}

static void set_event(struct fill_append *a, uint32_t i)
{
    struct filling *f = a->filling;
    uint64_t seq = a->log->messages + i + 1;
    body_write(a->texts[i], f->size, (uint32_t)(a->log - f->logs), (uint32_t)seq - 1);
    key_write(a->keys[i]);
    a->events[i] = (struct event){
        .conversation = a->log->conversation,
        .seq = seq,
        .n = seq,
        .first_seq = a->log->messages + 1,
        .rev = seq,
        .time_ms = clock_wall_ms(),
        .sender = a->log->writer,
        .type = EVENT_MESSAGE,
        .reads = true,
        .key = str_n(a->keys[i], KEY_TEXT),
        .kind = STR("text"),
        .text = str_n(a->texts[i], f->size),
    };
    memcpy(a->events[i].digest, a->keys[i], sizeof(a->events[i].digest)); /* as random */
}

static void appended(struct store_request *request);

static void ask(struct filling *f, struct fill_append *a)
{
    uint64_t have = a->log->messages;
    uint32_t n = (uint32_t)MIN(f->left, (uint64_t)APPEND_MAX);
    for (uint32_t i = 0; i < n; i++)
        set_event(a, i);
    a->request = (struct store_append){
        .base.done = appended,
        .conversation = a->log->conversation,
        .events = a->events,
        .n_events = n,
        .head = {.seq = have, .n = have},
    };
    f->left -= n;
    f->under_way++;
    store_append(f->store, &a->request);
}

static void appended(struct store_request *request)
{
    struct fill_append *a = container_of(request, struct fill_append, request.base);
    struct filling *f = a->filling;
    if (request->status != STORE_DONE)
        die("the store answered an append with %d", (int)request->status);
    f->under_way--;
    f->left += a->request.n_events - a->request.taken;
    a->log->messages += a->request.taken;
    store_request_deinit(request);
    if (!f->left)
        return;
    a->log = &f->logs[f->next];
    f->next = (f->next + 1) % f->n;
    ask(f, a);
}

void fill_logs(const char *data_dir, struct fill_log *logs, uint32_t n, uint64_t total, size_t size)
{
    char why[256] = "";
    uint32_t under_way = MIN(n, (uint32_t)UNDER_WAY_MAX);
    struct store_rocksdb_options options = {.directory = data_dir};
    struct filling f = {.logs = logs, .n = n, .left = total, .size = size};
    struct fill_append *appends = mem_new_array(under_way, sizeof(*appends));
    f.inbox.poster.post = inbox_post;
    pthread_mutex_init(&f.inbox.lock, NULL);
    pthread_cond_init(&f.inbox.filled, NULL);
    list_init(&f.inbox.tasks);
    for (uint32_t i = 0; i < n; i++)
        f.left -= MIN(f.left, (uint64_t)logs[i].messages);
    if (store_rocksdb_open(&f.store, &options, &f.inbox.poster, why, sizeof(why)))
        die("%s", why);
    for (uint32_t i = 0; i < under_way && f.left; i++) {
        appends[i].filling = &f;
        appends[i].log = &logs[f.next];
        f.next = (f.next + 1) % n;
        ask(&f, &appends[i]);
    }
    while (f.under_way) {
        struct task *task = inbox_take(&f.inbox);
        task->run(task);
    }
    store_free(f.store);
    free(appends);
}
