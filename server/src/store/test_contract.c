/*
 * The contract of struct store, held against each backend: what log.h and directory.h promise. What
 * random use does to a whole log is the simulator's to show (tests/sim); here each operation and
 * each answer is asked for on purpose.
 */
#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/limits.h"
#include "store/directory.h"
#include "store/kv.h"
#include "store/kv_memory.h"
#include "store/log.h"
#include "store/memory.h"
#include "store/rocksdb.h"
#include "util/crypto.h"

/* --- a rig: one store, asked one thing at a time --- */

struct inbox_of_tasks {
    struct poster poster;
    struct list tasks;
    pthread_mutex_t lock;
    pthread_cond_t filled;
};

struct rig {
    struct inbox_of_tasks tasks;
    struct kv *kv;      /* memory */
    char directory[64]; /* rocksdb */
    struct store *store;
    bool answered;
};

static void take_task(struct poster *poster, struct task *task)
{
    struct inbox_of_tasks *t = container_of(poster, struct inbox_of_tasks, poster);
    pthread_mutex_lock(&t->lock);
    list_push_back(&t->tasks, &task->node);
    pthread_cond_signal(&t->filled);
    pthread_mutex_unlock(&t->lock);
}

static void run_one(struct inbox_of_tasks *t)
{
    pthread_mutex_lock(&t->lock);
    while (list_empty(&t->tasks))
        pthread_cond_wait(&t->filled, &t->lock);
    struct task *task = list_entry(list_pop_front(&t->tasks), struct task, node);
    pthread_mutex_unlock(&t->lock);
    task->run(task);
}

static struct rig *current;

static void answered(struct store_request *r)
{
    (void)r;
    assert_false(current->answered);
    current->answered = true;
}

/* Asks and waits for the answer, which never comes inside the call. */
#define ask(rig, operation, request)                                                               \
    do {                                                                                           \
        current = (rig);                                                                           \
        current->answered = false;                                                                 \
        (request)->base.done = answered;                                                           \
        operation((rig)->store, request);                                                          \
        assert_false(current->answered);                                                           \
        while (!current->answered)                                                                 \
            run_one(&(rig)->tasks);                                                                \
    } while (0)

static void rig_open(struct rig *rig)
{
    static const uint8_t secret[CRYPTO_SECRET_BYTES] = {9};
    if (rig->kv) {
        rig->store = store_memory_open(rig->kv, &rig->tasks.poster, &rig->tasks.poster, secret, 5);
        return;
    }
    char why[256] = "";
    struct store_rocksdb_options options = {.directory = rig->directory, .cache_bytes = 1 << 20};
    if (store_rocksdb_open(&rig->store, &options, &rig->tasks.poster, why, sizeof(why)))
        fail_msg("%s", why);
}

static void rig_init(struct rig *rig)
{
    rig->tasks.poster.post = take_task;
    list_init(&rig->tasks.tasks);
    pthread_mutex_init(&rig->tasks.lock, NULL);
    pthread_cond_init(&rig->tasks.filled, NULL);
    rig_open(rig);
}

static int begin_memory(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    rig->kv = kv_memory_new();
    rig_init(rig);
    *state = rig;
    return 0;
}

static int begin_rocksdb(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    strcpy(rig->directory, "/tmp/parley-store-XXXXXX");
    if (!mkdtemp(rig->directory))
        return -1;
    rig_init(rig);
    *state = rig;
    return 0;
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *at)
{
    (void)stat, (void)flag, (void)at;
    return remove(path);
}

static int end(void **state)
{
    struct rig *rig = *state;
    store_free(rig->store);
    kv_free(rig->kv);
    if (rig->directory[0]) {
        if (nftw(rig->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS))
            return -1;
    }
    free(rig);
    return 0;
}

static void reopen(struct rig *rig)
{
    store_free(rig->store);
    rig_open(rig);
}

/* --- what the cases are made of --- */

enum { ALICE = 101, BOB = 102, CAROL = 103, GROUP = 500, DIRECT = 600 };

static enum store_status make_user(struct rig *rig, uint64_t id, const char *name)
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

static struct log_head head_of(struct rig *rig, uint64_t conversation)
{
    struct store_load r = {.id = conversation};
    ask(rig, store_load, &r);
    struct log_head head = r.head;
    store_request_deinit(&r.base);
    return head;
}

static struct event event_after(const struct log_head *head, uint64_t conversation,
                                enum event_type type, uint64_t sender, const char *key)
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

/* Appends one event to the head as it is; gives its seq. */
static uint64_t append_one(struct rig *rig, struct event e)
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

static uint64_t say(struct rig *rig, uint64_t conversation, uint64_t sender, const char *key,
                    const char *text)
{
    struct log_head head = head_of(rig, conversation);
    struct event e = event_after(&head, conversation, EVENT_MESSAGE, sender, key);
    e.text = str_of(text);
    return append_one(rig, e);
}

static uint64_t change(struct rig *rig, uint64_t conversation, enum event_type type,
                       uint64_t sender, const char *key, uint64_t target, const char *text)
{
    struct log_head head = head_of(rig, conversation);
    struct event e = event_after(&head, conversation, type, sender, key);
    e.target = target;
    e.text = str_of(text);
    return append_one(rig, e);
}

static void make_group(struct rig *rig)
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

static void make_direct(struct rig *rig)
{
    struct store_direct_claim r = {.users = {BOB, ALICE}, .conversation = DIRECT};
    ask(rig, store_direct_claim, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
}

static void people(struct rig *rig)
{
    assert_int_equal(make_user(rig, ALICE, "alice"), STORE_DONE);
    assert_int_equal(make_user(rig, BOB, "bob"), STORE_DONE);
    assert_int_equal(make_user(rig, CAROL, "carol"), STORE_DONE);
}

/* --- the directory --- */

static void test_a_name_is_claimed_once(void **state)
{
    struct rig *rig = *state;
    people(rig);
    assert_int_equal(make_user(rig, 999, "alice"), STORE_TAKEN);
    struct store_user_find r = {.username = STR("alice")};
    ask(rig, store_user_find, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    assert_int_equal(r.user.id, ALICE);
    store_request_deinit(&r.base);
    struct store_user_find none = {.username = STR("alic")};
    ask(rig, store_user_find, &none);
    assert_int_equal(none.base.status, STORE_NOT_FOUND);
    store_request_deinit(&none.base);
}

static void test_search_goes_by_prefix(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_user(rig, 104, "carola");
    struct store_user_search r = {.prefix = STR("carol"), .limit = 10};
    ask(rig, store_user_search, &r);
    assert_int_equal(r.n_users, 2);
    assert_int_equal(r.users[0].id, CAROL);
    assert_int_equal(r.users[1].id, 104);
    store_request_deinit(&r.base);
}

static void test_search_passes_over_the_disabled(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_user(rig, 104, "carola");
    struct store_user_set disable = {.id = CAROL, .disabled = 1};
    ask(rig, store_user_set, &disable);
    store_request_deinit(&disable.base);
    struct store_user_search r = {.prefix = STR("carol"), .enabled_only = true, .limit = 1};
    ask(rig, store_user_search, &r);
    assert_int_equal(r.n_users, 1);
    assert_int_equal(r.users[0].id, 104);
    store_request_deinit(&r.base);
}

static void test_a_device_is_found_by_its_token_until_it_ends(void **state)
{
    struct rig *rig = *state;
    people(rig);
    struct store_device_put put = {
        .device = {.id = 7, .user = ALICE, .name = STR("phone"), .token_hash = {1, 2, 3}}};
    ask(rig, store_device_put, &put);
    assert_int_equal(put.base.status, STORE_DONE);
    assert_int_equal(put.ended, 0);
    store_request_deinit(&put.base);
    struct store_token_find find = {.token_hash = {1, 2, 3}};
    ask(rig, store_token_find, &find);
    assert_int_equal(find.base.status, STORE_DONE);
    assert_int_equal(find.device.id, 7);
    assert_int_equal(find.user.id, ALICE);
    store_request_deinit(&find.base);
    struct store_device_end finish = {.user = ALICE, .device = 7};
    ask(rig, store_device_end, &finish);
    assert_int_equal(finish.base.status, STORE_DONE);
    assert_int_equal(finish.n_ended, 1);
    store_request_deinit(&finish.base);
    struct store_token_find again = {.token_hash = {1, 2, 3}};
    ask(rig, store_token_find, &again);
    assert_int_equal(again.base.status, STORE_NOT_FOUND);
    store_request_deinit(&again.base);
}

static void test_a_user_comes_with_a_device_or_not_at_all(void **state)
{
    struct rig *rig = *state;
    struct store_user_create r = {
        .user = {.id = ALICE,
                 .username = STR("alice"),
                 .display_name = STR("alice"),
                 .about = STR(""),
                 .password = STR("hash")},
        .device = {.id = 7, .user = ALICE, .name = STR("phone"), .token_hash = {1}}};
    ask(rig, store_user_create, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
    struct store_token_find find = {.token_hash = {1}};
    ask(rig, store_token_find, &find);
    assert_int_equal(find.base.status, STORE_DONE);
    assert_int_equal(find.device.id, 7);
    assert_true(str_eq(find.device.name, STR("phone")));
    assert_int_equal(find.user.id, ALICE);
    store_request_deinit(&find.base);
    r.user.id = r.device.user = BOB;
    r.device.token_hash[0] = 2;
    ask(rig, store_user_create, &r);
    assert_int_equal(r.base.status, STORE_TAKEN);
    store_request_deinit(&r.base);
    find.token_hash[0] = 2;
    ask(rig, store_token_find, &find);
    assert_int_equal(find.base.status, STORE_NOT_FOUND);
    store_request_deinit(&find.base);
}

static enum store_status sign_in(struct rig *rig, uint64_t device, struct str password)
{
    struct store_device_put r = {
        .device = {.id = device, .user = ALICE, .name = STR(""), .token_hash = {(uint8_t)device}},
        .password = password};
    ask(rig, store_device_put, &r);
    enum store_status status = r.base.status;
    store_request_deinit(&r.base);
    return status;
}

static enum store_status set_password(struct rig *rig, struct str before, struct str password)
{
    struct store_user_set r = {
        .id = ALICE, .password = password, .password_before = before, .disabled = -1};
    ask(rig, store_user_set, &r);
    enum store_status status = r.base.status;
    store_request_deinit(&r.base);
    return status;
}

static void test_a_password_changed_meanwhile_counts(void **state)
{
    struct rig *rig = *state;
    people(rig);
    assert_int_equal(sign_in(rig, 7, STR("hash")), STORE_DONE);
    assert_int_equal(set_password(rig, STR("hash"), STR("new")), STORE_DONE);
    assert_int_equal(sign_in(rig, 8, STR("hash")), STORE_MOVED);
    assert_int_equal(set_password(rig, STR("hash"), STR("newer")), STORE_MOVED);
    assert_int_equal(sign_in(rig, 9, STR("new")), STORE_DONE);
    struct store_devices r = {.user = ALICE};
    ask(rig, store_devices, &r);
    assert_int_equal(r.n_devices, 2);
    assert_int_equal(r.devices[1].id, 9);
    store_request_deinit(&r.base);
    struct store_token_find refused = {.token_hash = {8}};
    ask(rig, store_token_find, &refused);
    assert_int_equal(refused.base.status, STORE_NOT_FOUND);
    store_request_deinit(&refused.base);
}

static void test_devices_past_the_limit_end_the_oldest(void **state)
{
    struct rig *rig = *state;
    people(rig);
    uint64_t ended = 0;
    for (uint32_t i = 1; i <= DEVICES_MAX + 1; i++) {
        struct store_device_put put = {.device = {.id = i,
                                                  .user = ALICE,
                                                  .name = STR(""),
                                                  .token_hash = {(uint8_t)i},
                                                  .last_seen_ms = i}};
        ask(rig, store_device_put, &put);
        ended = put.ended;
        store_request_deinit(&put.base);
    }
    assert_int_equal(ended, 1);
}

static void test_a_device_in_use_is_not_the_one_that_goes(void **state)
{
    struct rig *rig = *state;
    people(rig);
    struct store_device_seen none = {.user = ALICE, .device = 1, .last_seen_ms = 50};
    ask(rig, store_device_seen, &none);
    assert_int_equal(none.base.status, STORE_NOT_FOUND);
    store_request_deinit(&none.base);
    for (uint64_t i = 1; i <= DEVICES_MAX; i++)
        assert_int_equal(sign_in(rig, i, STR("hash")), STORE_DONE);
    struct store_device_seen seen = {.user = ALICE, .device = 1, .last_seen_ms = 50};
    ask(rig, store_device_seen, &seen);
    assert_int_equal(seen.base.status, STORE_DONE);
    store_request_deinit(&seen.base);
    struct store_device_seen earlier = {.user = ALICE, .device = 1, .last_seen_ms = 40};
    ask(rig, store_device_seen, &earlier);
    store_request_deinit(&earlier.base);
    assert_int_equal(sign_in(rig, DEVICES_MAX + 1, STR("hash")), STORE_DONE);
    struct store_devices r = {.user = ALICE};
    ask(rig, store_devices, &r);
    assert_int_equal(r.n_devices, DEVICES_MAX);
    assert_int_equal(r.devices[0].id, 1);
    assert_int_equal(r.devices[0].last_seen_ms, 50);
    assert_int_equal(r.devices[1].id, 3);
    store_request_deinit(&r.base);
}

static void test_a_direct_is_claimed_once_however_asked(void **state)
{
    struct rig *rig = *state;
    people(rig);
    struct store_direct_claim look = {.users = {ALICE, BOB}};
    ask(rig, store_direct_claim, &look);
    assert_int_equal(look.base.status, STORE_NOT_FOUND);
    store_request_deinit(&look.base);
    make_direct(rig);
    struct store_direct_claim again = {.users = {ALICE, BOB}, .conversation = 601};
    ask(rig, store_direct_claim, &again);
    assert_int_equal(again.base.status, STORE_TAKEN);
    assert_int_equal(again.conversation, DIRECT);
    store_request_deinit(&again.base);
    struct store_load load = {.id = DIRECT};
    ask(rig, store_load, &load);
    assert_int_equal(load.n_members, 2);
    assert_int_equal(load.conversation.kind, CONVERSATION_DIRECT);
    store_request_deinit(&load.base);
}

static void test_a_group_claim_keeps_event_one(void **state)
{
    struct rig *rig = *state;
    people(rig);
    struct log_head none = {0};
    struct event e = event_after(&none, 0, EVENT_CREATED, ALICE, "k1");
    struct event_member members[] = {{ALICE, ROLE_OWNER}};
    e.text = STR("title");
    e.history = HISTORY_ALL;
    e.members = members;
    e.n_members = 1;
    struct store_group_claim look = {.created = e};
    ask(rig, store_group_claim, &look);
    assert_int_equal(look.base.status, STORE_NOT_FOUND);
    store_request_deinit(&look.base);
    e.conversation = GROUP;
    struct store_group_claim claim = {.created = e};
    ask(rig, store_group_claim, &claim);
    assert_int_equal(claim.base.status, STORE_DONE);
    store_request_deinit(&claim.base);
    e.conversation = GROUP + 1;
    struct store_group_claim again = {.created = e};
    ask(rig, store_group_claim, &again);
    assert_int_equal(again.base.status, STORE_TAKEN);
    assert_int_equal(again.created.conversation, GROUP);
    assert_true(str_eq(again.created.text, STR("title")));
    store_request_deinit(&again.base);
}

static void test_reservations_go_forward(void **state)
{
    struct rig *rig = *state;
    struct store_reserve first = {.worker = 3, .up_to_ms = 1000};
    ask(rig, store_reserve, &first);
    assert_int_equal(first.used_up_to_ms, 0);
    store_request_deinit(&first.base);
    reopen(rig);
    struct store_reserve second = {.worker = 3, .up_to_ms = 500};
    ask(rig, store_reserve, &second);
    assert_int_equal(second.used_up_to_ms, 1000);
    store_request_deinit(&second.base);
}

/* --- the log --- */

static void test_an_append_on_an_old_head_writes_nothing(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    struct log_head old = head_of(rig, GROUP);
    say(rig, GROUP, ALICE, "a1", "hello");
    struct event e = event_after(&old, GROUP, EVENT_MESSAGE, BOB, "b1");
    e.text = STR("late");
    struct store_append r = {.conversation = GROUP, .events = &e, .n_events = 1, .head = old};
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_MOVED);
    assert_int_equal(r.head.seq, 2);
    store_request_deinit(&r.base);
    assert_int_equal(head_of(rig, GROUP).seq, 2);
}

static void test_a_key_is_known_for_ever_and_wins_over_moved(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    struct log_head old = head_of(rig, GROUP);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "hello");
    change(rig, GROUP, EVENT_DELETE, ALICE, "a2", seq, "");
    reopen(rig);
    struct event e = event_after(&old, GROUP, EVENT_MESSAGE, ALICE, "a1");
    e.text = STR("hello");
    struct store_append r = {.conversation = GROUP, .events = &e, .n_events = 1, .head = old};
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_KNOWN);
    assert_int_equal(r.known_index, 0);
    assert_int_equal(r.known_seq, seq);
    assert_int_equal(r.known_digest[0], 'a');
    store_request_deinit(&r.base);
    struct store_key key = {.conversation = GROUP, .sender = BOB, .key = STR("a1")};
    ask(rig, store_key, &key);
    assert_int_equal(key.base.status, STORE_NOT_FOUND); /* a key is its sender's own */
    store_request_deinit(&key.base);
}

static void test_an_unknown_conversation_takes_only_its_creation(void **state)
{
    struct rig *rig = *state;
    struct log_head none = {0};
    struct event e = event_after(&none, 12345, EVENT_MESSAGE, ALICE, "a1");
    e.text = STR("x");
    struct store_append r = {.conversation = 12345, .events = &e, .n_events = 1};
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_NOT_FOUND);
    store_request_deinit(&r.base);
    struct store_load load = {.id = 12345};
    ask(rig, store_load, &load);
    assert_int_equal(load.base.status, STORE_NOT_FOUND);
    store_request_deinit(&load.base);
}

static void test_edits_and_deletes_leave_no_words_behind(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "first words");
    uint64_t edit = change(rig, GROUP, EVENT_EDIT, ALICE, "a2", seq, "second words");
    change(rig, GROUP, EVENT_EDIT, ALICE, "a3", seq, "third words");
    struct store_events before = {.conversation = GROUP, .from_seq = 1, .to_seq = 9, .limit = 100};
    ask(rig, store_events, &before);
    assert_true(str_eq(before.events[seq - 1].text, STR("third words")));
    assert_true(before.events[edit - 1].deleted);
    store_request_deinit(&before.base);
    change(rig, GROUP, EVENT_DELETE, BOB, "b1", seq, "");
    struct store_events after = {.conversation = GROUP, .from_seq = 1, .to_seq = 9, .limit = 100};
    ask(rig, store_events, &after);
    assert_int_equal(after.n_events, 5);
    for (uint32_t i = 0; i < after.n_events; i++)
        if (after.events[i].type != EVENT_CREATED)
            assert_int_equal(after.events[i].text.n, 0);
    assert_true(after.events[seq - 1].deleted);
    assert_int_equal(after.events[seq - 1].rev, 5);
    store_request_deinit(&after.base);
}

static void test_a_reaction_replaces_and_is_taken_back(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "hello");
    change(rig, GROUP, EVENT_REACTION, BOB, "b1", seq, "+");
    change(rig, GROUP, EVENT_REACTION, BOB, "b2", seq, "*");
    change(rig, GROUP, EVENT_REACTION, ALICE, "a2", seq, "!");
    change(rig, GROUP, EVENT_REACTION, ALICE, "a3", seq, "");
    struct store_events r = {.conversation = GROUP, .from_seq = seq, .to_seq = seq, .limit = 1};
    ask(rig, store_events, &r);
    assert_int_equal(r.events[0].n_reactions, 1);
    assert_int_equal(r.events[0].reactions[0].user, BOB);
    assert_true(str_eq(r.events[0].reactions[0].emoji, STR("*")));
    store_request_deinit(&r.base);
}

static void test_members_come_and_go(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    say(rig, GROUP, ALICE, "a1", "before");
    struct log_head head = head_of(rig, GROUP);
    struct event added = event_after(&head, GROUP, EVENT_ADDED, ALICE, "a2");
    added.user = CAROL;
    added.history = HISTORY_JOINED;
    uint64_t joined = append_one(rig, added);
    struct store_member m = {.conversation = GROUP, .user = CAROL};
    ask(rig, store_member, &m);
    assert_int_equal(m.member.from_seq, joined);
    assert_int_equal(m.member.read_n, 1);
    store_request_deinit(&m.base);
    head = head_of(rig, GROUP);
    struct event removed = event_after(&head, GROUP, EVENT_REMOVED, ALICE, "a3");
    removed.user = CAROL;
    uint64_t gone = append_one(rig, removed);
    struct store_member left = {.conversation = GROUP, .user = CAROL};
    ask(rig, store_member, &left);
    assert_true(left.member.left);
    assert_int_equal(left.member.left_seq, gone);
    store_request_deinit(&left.base);
    struct store_load load = {.id = GROUP};
    ask(rig, store_load, &load);
    assert_int_equal(load.n_members, 2);
    store_request_deinit(&load.base);
}

static void test_what_comes_later_is_not_for_a_former_member(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t edited = say(rig, GROUP, ALICE, "a1", "as it was");
    uint64_t last = say(rig, GROUP, ALICE, "a2", "goodbye");
    change(rig, GROUP, EVENT_REACTION, BOB, "b1", last, "*");
    struct log_head head = head_of(rig, GROUP);
    struct event removed = event_after(&head, GROUP, EVENT_REMOVED, ALICE, "a3");
    removed.user = BOB;
    uint64_t gone = append_one(rig, removed);
    change(rig, GROUP, EVENT_EDIT, ALICE, "a4", edited, "not for bob");
    change(rig, GROUP, EVENT_REACTION, ALICE, "a5", last, "+");
    change(rig, GROUP, EVENT_TITLE, ALICE, "a6", 0, "without bob");

    struct store_inbox_list bobs = {.user = BOB, .limit = 10};
    ask(rig, store_inbox_list, &bobs);
    assert_int_equal(bobs.n_entries, 1);
    assert_true(str_eq(bobs.entries[0].conversation.title, STR("the group")));
    assert_int_equal(bobs.entries[0].head.seq, gone);
    assert_int_equal(bobs.entries[0].last->seq, last);
    assert_int_equal(bobs.entries[0].last->n_reactions, 1);
    assert_int_equal(bobs.entries[0].last->reactions[0].user, BOB);
    store_request_deinit(&bobs.base);
    struct store_inbox_list alices = {.user = ALICE, .limit = 10};
    ask(rig, store_inbox_list, &alices);
    assert_true(str_eq(alices.entries[0].conversation.title, STR("without bob")));
    store_request_deinit(&alices.base);

    struct store_events then = {
        .conversation = GROUP, .from_seq = 1, .to_seq = gone, .as_of = gone, .limit = 100};
    ask(rig, store_events, &then);
    for (uint32_t i = 0; i < then.n_events; i++)
        assert_true(then.events[i].rev <= gone);
    assert_true(then.events[edited - 1].deleted);
    assert_int_equal(then.events[edited - 1].text.n, 0);
    assert_int_equal(then.events[edited - 1].edited_seq, 0);
    assert_int_equal(then.events[last - 1].n_reactions, 1);
    assert_true(str_eq(then.events[last - 1].text, STR("goodbye")));
    store_request_deinit(&then.base);
}

static void test_marks_only_move_forward(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_direct(rig);
    say(rig, DIRECT, ALICE, "a1", "one");
    say(rig, DIRECT, ALICE, "a2", "two");
    struct store_mark forward = {.conversation = DIRECT, .user = BOB, .read_seq = 2, .read_n = 2};
    ask(rig, store_mark, &forward);
    assert_int_equal(forward.member.read_seq, 2);
    assert_int_equal(forward.member.delivered_seq, 2);
    store_request_deinit(&forward.base);
    struct store_mark back = {.conversation = DIRECT, .user = BOB, .read_seq = 1, .read_n = 1};
    ask(rig, store_mark, &back);
    assert_int_equal(back.member.read_seq, 2);
    assert_int_equal(back.member.read_n, 2);
    store_request_deinit(&back.base);
}

static void test_blocks_follow_the_own_log(void **state)
{
    struct rig *rig = *state;
    people(rig);
    struct log_head head = head_of(rig, ALICE);
    struct event block = event_after(&head, ALICE, EVENT_BLOCK, ALICE, "a1");
    block.user = BOB;
    append_one(rig, block);
    struct store_blocks r = {.user = ALICE};
    ask(rig, store_blocks, &r);
    assert_int_equal(r.n_users, 1);
    assert_int_equal(r.users[0], BOB);
    store_request_deinit(&r.base);
}

/* --- inboxes --- */

static void test_a_direct_is_listed_from_its_first_message(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_direct(rig);
    struct store_inbox_list empty = {.user = BOB, .limit = 10};
    ask(rig, store_inbox_list, &empty);
    assert_int_equal(empty.n_entries, 0);
    store_request_deinit(&empty.base);
    say(rig, DIRECT, ALICE, "a1", "hello");
    struct store_inbox_list list = {.user = BOB, .limit = 10, .unread_only = true};
    ask(rig, store_inbox_list, &list);
    assert_int_equal(list.n_entries, 1);
    assert_int_equal(list.total_unread, 1);
    assert_true(str_eq(list.entries[0].last->text, STR("hello")));
    store_request_deinit(&list.base);
}

static void test_changes_come_once_by_token(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_direct(rig);
    make_group(rig);
    say(rig, DIRECT, ALICE, "a1", "hello");
    struct store_inbox_changes first = {.user = BOB, .limit = 10};
    ask(rig, store_inbox_changes, &first);
    assert_int_equal(first.n_entries, 0); /* the own log has no event yet */
    say(rig, GROUP, ALICE, "a2", "news");
    struct store_inbox_changes second = {.user = BOB, .limit = 10, .token = str_of(first.next)};
    ask(rig, store_inbox_changes, &second);
    assert_int_equal(second.n_entries, 1);
    assert_int_equal(second.entries[0].conversation.id, GROUP);
    struct store_inbox_changes third = {.user = BOB, .limit = 10, .token = str_of(second.next)};
    ask(rig, store_inbox_changes, &third);
    assert_int_equal(third.n_entries, 0);
    struct store_inbox_changes foreign = {.user = BOB, .limit = 10, .token = STR("1.2")};
    ask(rig, store_inbox_changes, &foreign);
    assert_int_equal(foreign.base.status, STORE_TRUNCATED);
    store_request_deinit(&first.base);
    store_request_deinit(&second.base);
    store_request_deinit(&third.base);
    store_request_deinit(&foreign.base);
}

/* --- rocksdb alone --- */

static void test_everything_acknowledged_is_there_after_reopening(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_direct(rig);
    say(rig, DIRECT, ALICE, "a1", "hello");
    uint64_t incarnation = store_info(rig->store)->incarnation;
    reopen(rig);
    assert_int_equal(store_info(rig->store)->incarnation, incarnation);
    struct store_events r = {.conversation = DIRECT, .from_seq = 1, .to_seq = 1, .limit = 1};
    ask(rig, store_events, &r);
    assert_int_equal(r.n_events, 1);
    assert_true(str_eq(r.events[0].text, STR("hello")));
    store_request_deinit(&r.base);
}

static void test_a_second_server_is_refused(void **state)
{
    struct rig *rig = *state;
    struct store *second = NULL;
    char why[256] = "";
    struct store_rocksdb_options options = {.directory = rig->directory};
    assert_int_equal(store_rocksdb_open(&second, &options, &rig->tasks.poster, why, sizeof(why)),
                     -EBUSY);
    assert_non_null(strstr(why, rig->directory));
    assert_null(second);
}

static int n_answered;

static void count_answer(struct store_request *r)
{
    assert_int_equal(r->status, STORE_DONE);
    n_answered++;
}

/* Many at once from many conversations, reads among them: each is answered once. */
static void test_many_requests_at_once(void **state)
{
    struct rig *rig = *state;
    enum { N = 2000 };
    static struct store_user_create users[N];
    static struct store_blocks reads[N];
    static char names[N][16];
    n_answered = 0;
    for (int i = 0; i < N; i++) {
        snprintf(names[i], sizeof(names[i]), "user%d", i);
        users[i] = (struct store_user_create){.base.done = count_answer,
                                              .user = {.id = 1000 + (uint64_t)i,
                                                       .username = str_of(names[i]),
                                                       .display_name = STR("x"),
                                                       .about = STR(""),
                                                       .password = STR("hash")}};
        reads[i] = (struct store_blocks){.base.done = count_answer, .user = 1000 + (uint64_t)i};
        store_user_create(rig->store, &users[i]);
        store_blocks(rig->store, &reads[i]);
    }
    while (n_answered < 2 * N)
        run_one(&rig->tasks);
    for (int i = 0; i < N; i++) {
        store_request_deinit(&users[i].base);
        store_request_deinit(&reads[i].base);
    }
    assert_int_equal(make_user(rig, 1, "user1999"), STORE_TAKEN);
}

#define both(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, begin_memory, end),                                      \
        cmocka_unit_test_setup_teardown(test, begin_rocksdb, end)
#define durable(test) cmocka_unit_test_setup_teardown(test, begin_rocksdb, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_a_name_is_claimed_once),
        both(test_search_goes_by_prefix),
        both(test_search_passes_over_the_disabled),
        both(test_a_device_is_found_by_its_token_until_it_ends),
        both(test_a_user_comes_with_a_device_or_not_at_all),
        both(test_a_password_changed_meanwhile_counts),
        both(test_devices_past_the_limit_end_the_oldest),
        both(test_a_device_in_use_is_not_the_one_that_goes),
        both(test_a_direct_is_claimed_once_however_asked),
        both(test_a_group_claim_keeps_event_one),
        both(test_reservations_go_forward),
        both(test_an_append_on_an_old_head_writes_nothing),
        both(test_a_key_is_known_for_ever_and_wins_over_moved),
        both(test_an_unknown_conversation_takes_only_its_creation),
        both(test_edits_and_deletes_leave_no_words_behind),
        both(test_a_reaction_replaces_and_is_taken_back),
        both(test_members_come_and_go),
        both(test_what_comes_later_is_not_for_a_former_member),
        both(test_marks_only_move_forward),
        both(test_blocks_follow_the_own_log),
        both(test_a_direct_is_listed_from_its_first_message),
        both(test_changes_come_once_by_token),
        durable(test_everything_acknowledged_is_there_after_reopening),
        durable(test_a_second_server_is_refused),
        both(test_many_requests_at_once),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
