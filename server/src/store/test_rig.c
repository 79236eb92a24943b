/* See test_rig.h. */
#include "store/test_rig.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/kv_memory.h"
#include "store/layout.h"
#include "store/memory.h"
#include "store/rocksdb.h"
#include "util/crypto.h"

/* --- the rig --- */

static void take_task(struct poster *poster, struct task *task)
{
    struct inbox_of_tasks *t = container_of(poster, struct inbox_of_tasks, poster);
    pthread_mutex_lock(&t->lock);
    list_push_back(&t->tasks, &task->node);
    pthread_cond_signal(&t->filled);
    pthread_mutex_unlock(&t->lock);
}

void rig_run_one(struct rig *rig)
{
    struct inbox_of_tasks *t = &rig->tasks;
    if (rig->engine) {
        rig->engine->turn(rig);
        return;
    }
    pthread_mutex_lock(&t->lock);
    while (list_empty(&t->tasks))
        pthread_cond_wait(&t->filled, &t->lock);
    struct task *task = list_entry(list_pop_front(&t->tasks), struct task, node);
    pthread_mutex_unlock(&t->lock);
    task->run(task);
}

static struct rig *current;

void rig_asks(struct rig *rig)
{
    current = rig;
    rig->answered = false;
}

void rig_answered(struct store_request *r)
{
    (void)r;
    assert_false(current->answered);
    current->answered = true;
}

static void rig_open(struct rig *rig)
{
    static const uint8_t secret[CRYPTO_SECRET_BYTES] = {9};
    if (rig->engine) {
        rig->engine->open(rig);
        return;
    }
    if (rig->kv) {
        rig->store = store_memory_open(rig->kv, &rig->tasks.poster, &rig->tasks.poster, secret, 5);
        return;
    }
    char why[256] = "";
    struct store_rocksdb_options options = {.directory = rig->directory, .cache_bytes = 1 << 20};
    if (store_rocksdb_open(&rig->store, &options, &rig->tasks.poster, why, sizeof(why)))
        fail_msg("%s", why);
}

static void rig_close(struct rig *rig)
{
    if (rig->engine)
        rig->engine->close(rig);
    else
        store_free(rig->store);
}

static void rig_init(struct rig *rig)
{
    rig->tasks.poster.post = take_task;
    list_init(&rig->tasks.tasks);
    pthread_mutex_init(&rig->tasks.lock, NULL);
    pthread_cond_init(&rig->tasks.filled, NULL);
    rig_open(rig);
}

int rig_begin_memory(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    rig->kv = kv_memory_new();
    rig_init(rig);
    *state = rig;
    return 0;
}

int rig_begin_rocksdb(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    strcpy(rig->directory, "/tmp/parley-store-XXXXXX");
    if (!mkdtemp(rig->directory))
        return -1;
    rig_init(rig);
    *state = rig;
    return 0;
}

struct rig *rig_new_with(const struct rig_engine *engine)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    rig->engine = engine;
    rig_init(rig);
    return rig;
}

void rig_skip(void **state)
{
    (void)state;
    skip();
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *at)
{
    (void)stat, (void)flag, (void)at;
    return remove(path);
}

int rig_end(void **state)
{
    struct rig *rig = *state;
    rig_close(rig);
    kv_free(rig->kv);
    if (rig->directory[0]) {
        if (nftw(rig->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS))
            return -1;
    }
    free(rig);
    return 0;
}

void rig_reopen(struct rig *rig)
{
    rig_close(rig);
    rig_open(rig);
}

/* --- what the cases are made of --- */

enum store_status make_user(struct rig *rig, uint64_t id, const char *name)
{
    struct store_user_create r = {.user = {.id = id,
                                           .username = str_of(name),
                                           .display_name = str_of(name),
                                           .about = STR(""),
                                           .password = STR("hash"),
                                           .created_ms = 1}};
    ask(rig, store_user_create, &r);
    enum store_status status = r.base.status;
    store_request_deinit(&r.base);
    return status;
}

void damage_event(struct rig *rig, uint64_t conversation, uint64_t seq)
{
    struct kv_batch batch = {.kv = rig->kv};
    struct row_key k = key_event(conversation, seq);
    kv_put(&batch, k.table, row_key_str(&k), STR("?"));
    assert_int_equal(kv_commit(&batch), 0);
    kv_batch_deinit(&batch);
}

struct log_head head_of(struct rig *rig, uint64_t conversation)
{
    struct store_load r = {.id = conversation};
    ask(rig, store_load, &r);
    struct log_head head = r.head;
    store_request_deinit(&r.base);
    return head;
}

struct event event_after(const struct log_head *head, uint64_t conversation, enum event_type type,
                         uint64_t sender, const char *key)
{
    struct event e = {.conversation = conversation,
                      .seq = head->seq + 1,
                      .rev = head->seq + 1,
                      .first_seq = head->seq + 1,
                      .n = head->n + event_counts(type),
                      .time_ms = 1000 + head->seq,
                      .sender = sender,
                      .type = type,
                      .key = str_of(key),
                      .digest = {(uint8_t)key[0], (uint8_t)key[1]}};
    if (type == EVENT_MESSAGE || type == EVENT_EDIT)
        e.kind = STR("text");
    return e;
}

uint64_t append_one(struct rig *rig, struct event e)
{
    struct store_append r = {.conversation = e.conversation, .events = &e, .n_events = 1};
    r.head = head_of(rig, e.conversation);
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    assert_int_equal(r.taken, 1);
    assert_int_equal(r.head.seq, e.seq);
    assert_int_equal(r.head.n, e.n);
    store_request_deinit(&r.base);
    return e.seq;
}

uint64_t say(struct rig *rig, uint64_t conversation, uint64_t sender, const char *key,
             const char *text)
{
    struct log_head head = head_of(rig, conversation);
    struct event e = event_after(&head, conversation, EVENT_MESSAGE, sender, key);
    e.text = str_of(text);
    return append_one(rig, e);
}

uint64_t change(struct rig *rig, uint64_t conversation, enum event_type type, uint64_t sender,
                const char *key, uint64_t target, const char *text)
{
    struct log_head head = head_of(rig, conversation);
    struct event e = event_after(&head, conversation, type, sender, key);
    e.target = target;
    e.text = str_of(text);
    return append_one(rig, e);
}

void make_group(struct rig *rig)
{
    static const struct event_member members[] = {{ALICE, ROLE_OWNER}, {BOB, ROLE_MEMBER}};
    struct log_head none = {0};
    struct event e = event_after(&none, GROUP, EVENT_CREATED, ALICE, "g1");
    e.text = STR("the group");
    e.history = HISTORY_JOINED;
    e.members = members;
    e.n_members = 2;
    struct store_append r = {.conversation = GROUP, .events = &e, .n_events = 1};
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
}

void make_direct(struct rig *rig)
{
    struct store_direct_claim r = {.users = {BOB, ALICE}, .conversation = DIRECT};
    ask(rig, store_direct_claim, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
}

void people(struct rig *rig)
{
    assert_int_equal(make_user(rig, ALICE, "alice"), STORE_DONE);
    assert_int_equal(make_user(rig, BOB, "bob"), STORE_DONE);
    assert_int_equal(make_user(rig, CAROL, "carol"), STORE_DONE);
}
