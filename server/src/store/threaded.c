/*
 * Owns the kv, the threads and two queues under one lock. The writer takes all that waits; while it
 * syncs, the next batch gathers, so a commit never waits for a timer and grows with the load.
 *
 * What always holds: no completion of a write is posted before its batch is durable. After a commit
 * failed nobody knows what stands, so what was in it is UNKNOWN and every later write FAILED, until
 * the process starts anew and reads what the disk has.
 *
 * The queues are bounded by whoever asks (chat's calls_max).
 */
#include "store/threaded.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "model/limits.h"
#include "store/ops.h"
#include "store/row_cache.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/metric.h"

enum {
    BATCH_REQUESTS_MAX = 1024,
    BATCH_BYTES_MAX = 4 * 1024 * 1024, /* a sync of this much takes no longer than a few small */
    READERS_MAX = 16,
    /* Reads that one reader takes at once, on one snapshot; no more than its share of what waits.
     */
    READS_TAKEN_MAX = 16,
};

/* As METRIC_STORE_QUEUE counts them. */
enum { QUEUE_WRITES, QUEUE_READS };

struct queue {
    struct list requests;
    uint32_t n;
    pthread_cond_t filled;
};

struct store_threaded {
    struct store store;
    struct kv *kv;
    struct store_info info;
    struct poster *completions;
    struct row_cache known; /* the writer's */
    pthread_mutex_t lock;   /* guards the queues and `closing` */
    struct queue writes, reads;
    bool closing;
    _Atomic bool broken;
    pthread_t writer, readers[READERS_MAX];
    uint32_t readers_wanted, n_readers; /* the first is set before they run */
    bool has_writer;
};

static struct store_threaded *threaded(const struct store *s)
{
    return container_of(s, struct store_threaded, store);
}

static void queue_init(struct queue *q)
{
    list_init(&q->requests);
    pthread_cond_init(&q->filled, NULL);
}

static void threaded_submit(struct store *s, struct store_request *r)
{
    struct store_threaded *t = threaded(s);
    struct queue *q = store_op_writes(r->op) ? &t->writes : &t->reads;
    metric_add_at(METRIC_STORE_QUEUE, q == &t->reads ? QUEUE_READS : QUEUE_WRITES, 1);
    pthread_mutex_lock(&t->lock);
    list_push_back(&q->requests, &r->link);
    q->n++;
    pthread_cond_signal(&q->filled);
    pthread_mutex_unlock(&t->lock);
}

/* Waits for requests and takes a share of them, at most n_max; behind a backup nothing shall wait.
 * False: closing, and none are left. */
static bool take(struct store_threaded *t, struct queue *q, uint32_t sharers, uint32_t n_max,
                 struct list *taken)
{
    pthread_mutex_lock(&t->lock);
    while (!q->n && !t->closing)
        pthread_cond_wait(&q->filled, &t->lock);
    uint32_t share = (q->n + sharers - 1) / sharers;
    bool last = false;
    for (uint32_t n = MIN(share, n_max); n && !last; n--) {
        struct list *node = list_pop_front(&q->requests);
        last = list_entry(node, struct store_request, link)->op == STORE_OP_BACKUP;
        list_push_back(taken, node);
        q->n--;
        metric_drop_at(METRIC_STORE_QUEUE, q == &t->reads ? QUEUE_READS : QUEUE_WRITES);
    }
    pthread_mutex_unlock(&t->lock);
    return !list_empty(taken);
}

/* --- the writer --- */

static void complete_all(struct store_threaded *t, struct list *done, bool failed)
{
    for (struct list *node; (node = list_pop_front(done));) {
        struct store_request *r = list_entry(node, struct store_request, link);
        if (failed)
            r->status = STORE_UNKNOWN;
        post(t->completions, &r->task);
    }
}

/* One batch of what was taken: as much as fits in it. */
static void write_batch(struct store_threaded *t, struct list *taken)
{
    struct kv_batch batch = {.kv = t->kv, .known = &t->known};
    struct list done = LIST_INIT(done);
    uint64_t n = 0;
    while (!list_empty(taken) && kv_batch_bytes(&batch) < BATCH_BYTES_MAX) {
        struct list *node = list_pop_front(taken);
        embedded_write(&batch, &t->info, APPEND_MAX, list_entry(node, struct store_request, link));
        list_push_back(&done, node);
        n++;
    }
    bool empty = kv_batch_rows(&batch) == 0;
    uint64_t since_ns = clock_mono_ns();
    int err = kv_commit(&batch);
    if (!empty) {
        metric_observe(METRIC_STORE_COMMIT_SECONDS, clock_mono_ns() - since_ns);
        metric_observe(METRIC_STORE_BATCH_REQUESTS, n);
    }
    if (err) {
        atomic_store(&t->broken, true);
        log_error("store_broken", log_i64("error", err));
    }
    complete_all(t, &done, err != 0);
}

static void refuse_all(struct store_threaded *t, struct list *taken)
{
    list_for_each(taken, node)
    {
        list_entry(node, struct store_request, link)->status = STORE_FAILED;
    }
    complete_all(t, taken, false);
}

static void *writer_run(void *arg)
{
    struct store_threaded *t = arg;
    struct list taken = LIST_INIT(taken);
    while (take(t, &t->writes, 1, BATCH_REQUESTS_MAX, &taken)) {
        while (!list_empty(&taken)) {
            if (atomic_load(&t->broken))
                refuse_all(t, &taken);
            else
                write_batch(t, &taken);
        }
    }
    return NULL;
}

/* --- the readers --- */

static void *reader_run(void *arg)
{
    struct store_threaded *t = arg;
    struct list taken = LIST_INIT(taken);
    while (take(t, &t->reads, t->readers_wanted, READS_TAKEN_MAX, &taken)) {
        struct kv_snapshot *snapshot = t->kv->ops->snapshot(t->kv);
        for (struct list *node; (node = list_pop_front(&taken));) {
            struct store_request *r = list_entry(node, struct store_request, link);
            uint64_t since_ns = clock_mono_ns();
            embedded_read(t->kv, snapshot, &t->info, r);
            metric_observe(METRIC_STORE_READ_SECONDS, clock_mono_ns() - since_ns);
            post(t->completions, &r->task);
        }
        t->kv->ops->release(t->kv, snapshot);
    }
    return NULL;
}

/* --- construction --- */

/* Signals are for the thread that waits for them. */
static int start(pthread_t *thread, void *(*run)(void *), struct store_threaded *t,
                 const char *name)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int err = pthread_create(thread, NULL, run, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!err)
        pthread_setname_np(*thread, name);
    return -err;
}

static void stop(struct store_threaded *t)
{
    pthread_mutex_lock(&t->lock);
    t->closing = true;
    pthread_cond_broadcast(&t->writes.filled);
    pthread_cond_broadcast(&t->reads.filled);
    pthread_mutex_unlock(&t->lock);
    if (t->has_writer)
        pthread_join(t->writer, NULL);
    for (uint32_t i = 0; i < t->n_readers; i++)
        pthread_join(t->readers[i], NULL);
    pthread_cond_destroy(&t->writes.filled);
    pthread_cond_destroy(&t->reads.filled);
    pthread_mutex_destroy(&t->lock);
}

static void threaded_free(struct store *s)
{
    struct store_threaded *t = threaded(s);
    stop(t);
    row_cache_deinit(&t->known);
    kv_free(t->kv);
    free(t);
}

static const struct store_info *threaded_info(const struct store *s)
{
    return &threaded(s)->info;
}

static const struct store_ops threaded_ops = {
    .submit = threaded_submit,
    .info = threaded_info,
    .free = threaded_free,
};

int store_threaded_new(struct store **out, struct kv *kv, const struct store_info *info,
                       uint32_t readers, struct poster *completions)
{
    must(readers >= 1);
    struct store_threaded *t = mem_new(sizeof(*t));
    t->store.ops = &threaded_ops;
    t->kv = kv;
    t->info = *info;
    t->completions = completions;
    t->readers_wanted = MIN(readers, (uint32_t)READERS_MAX);
    row_cache_init(&t->known, ROW_CACHE_BYTES);
    pthread_mutex_init(&t->lock, NULL);
    queue_init(&t->writes);
    queue_init(&t->reads);
    int err = start(&t->writer, writer_run, t, "store-writer");
    t->has_writer = !err;
    while (!err && t->n_readers < t->readers_wanted) {
        err = start(&t->readers[t->n_readers], reader_run, t, "store-reader");
        t->n_readers += !err;
    }
    if (err) {
        stop(t);
        free(t);
        return err;
    }
    *out = &t->store;
    return 0;
}

struct kv *store_threaded_kv(const struct store *s)
{
    return threaded(s)->kv;
}

bool store_threaded_broken(const struct store *s)
{
    return atomic_load(&threaded(s)->broken);
}
