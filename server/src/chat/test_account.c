/*
 * Accounts and devices where two things happen at once. Everything but the environment is real; the
 * chat thread's tasks and the store's run when a case says so, and passwords when it lets them.
 */
#include "chat/account.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bus/bus.h"
#include "bus/local.h"
#include "chat/append.h"
#include "chat/presence.h"
#include "chat/session.h"
#include "store/memory.h"
#include "util/mem.h"
#include "util/snowflake.h"
#include "util/wheel.h"

#define NOW_MS UINT64_C(1790000000000)

struct queue {
    struct poster poster;
    struct list tasks;
};

struct rig {
    struct queue chat_queue, store_queue;
    struct wheel wheel;
    struct env env;
    struct sink sink;
    uint64_t wall_ms, mono_ms;
    struct password_job *held[8]; /* not yet hashed or verified, oldest first */
    int n_held;
    bool holds_passwords;
    struct store *store;
    struct bus *bus;
    struct chat *chat;
    int n_done;
};

static void queue_post(struct poster *poster, struct task *task)
{
    list_push_back(&container_of(poster, struct queue, poster)->tasks, &task->node);
}

static struct task *queue_take(struct queue *q)
{
    struct list *node = list_pop_front(&q->tasks);
    return node ? list_entry(node, struct task, node) : NULL;
}

static bool queue_run(struct queue *q)
{
    struct task *task = queue_take(q);
    if (task)
        task->run(task);
    return task != NULL;
}

static void settle(struct rig *rig)
{
    for (int turns = 0; queue_run(&rig->chat_queue) || queue_run(&rig->store_queue); turns++)
        assert_true(turns < 10000);
}

static uint64_t rig_wall_ms(struct env *env)
{
    return container_of(env, struct rig, env)->wall_ms;
}

static uint64_t rig_mono_ms(struct env *env)
{
    return container_of(env, struct rig, env)->mono_ms;
}

static void rig_random(struct env *env, void *p, size_t n)
{
    (void)env;
    crypto_random(p, n);
}

struct hashing {
    struct task task;
    struct password_job *job;
};

static void hash_run(struct task *task)
{
    struct hashing *h = container_of(task, struct hashing, task);
    struct password_job *job = h->job;
    free(h);
    if (job->verify)
        job->matches = crypto_password_verify(job->hash, job->password);
    else
        job->error = crypto_password_hash(job->hash, job->password, true);
    job->done(job);
}

static void hash_soon(struct rig *rig, struct password_job *job)
{
    struct hashing *h = mem_new(sizeof(*h));
    *h = (struct hashing){.task.run = hash_run, .job = job};
    post(&rig->chat_queue.poster, &h->task);
}

static bool rig_password(struct env *env, struct password_job *job)
{
    struct rig *rig = container_of(env, struct rig, env);
    if (rig->holds_passwords)
        rig->held[rig->n_held++] = job;
    else
        hash_soon(rig, job);
    return true;
}

static const struct env_ops env_ops = {rig_wall_ms, rig_mono_ms, rig_random, rig_password};

/* These cases have no sessions that anything is said to. */
static const struct sink_ops sink_ops = {0};

static int begin(void **state)
{
    static const uint8_t secret[CRYPTO_SECRET_BYTES] = {1};
    struct rig *rig = mem_new(sizeof(*rig));
    rig->wall_ms = NOW_MS;
    rig->mono_ms = 1000;
    rig->chat_queue.poster.post = rig->store_queue.poster.post = queue_post;
    list_init(&rig->chat_queue.tasks);
    list_init(&rig->store_queue.tasks);
    wheel_init(&rig->wheel, rig->mono_ms);
    rig->env = (struct env){&env_ops, &rig->chat_queue.poster, &rig->wheel};
    rig->sink.ops = &sink_ops;
    rig->store = store_memory_new(&rig->store_queue.poster, &rig->chat_queue.poster, secret, 1);
    rig->bus = bus_local_new(&rig->chat_queue.poster);
    rig->chat = chat_new(&(struct chat_options){.env = &rig->env,
                                                .store = rig->store,
                                                .bus = rig->bus,
                                                .sink = &rig->sink,
                                                .registration_open = true});
    *state = rig;
    return 0;
}

static int end(void **state)
{
    struct rig *rig = *state;
    settle(rig);
    assert_int_equal(chat_busy(rig->chat), 0);
    chat_free(rig->chat);
    bus_free(rig->bus);
    settle(rig);
    store_free(rig->store);
    free(rig);
    return 0;
}

static struct rig *current;

static void done(struct chat_call *call)
{
    (void)call;
    current->n_done++;
}

/* Asks; the answer comes in a later task. */
#define start(rig, operation, request)                                                             \
    do {                                                                                           \
        current = (rig);                                                                           \
        (request)->call.done = done;                                                               \
        operation((rig)->chat, request);                                                           \
    } while (0)

/* Asks and runs everything until it is answered. */
#define ask(rig, operation, request)                                                               \
    do {                                                                                           \
        int before = (rig)->n_done;                                                                \
        start(rig, operation, request);                                                            \
        settle(rig);                                                                               \
        assert_int_equal((rig)->n_done, before + 1);                                               \
    } while (0)

static struct chat_sign sign_of(const char *name, struct str password)
{
    return (struct chat_sign){.username = str_of(name), .password = password};
}

static struct chat_sign signs_up(struct rig *rig, const char *name)
{
    struct chat_sign sign = sign_of(name, STR("password"));
    ask(rig, chat_signup, &sign);
    assert_int_equal(sign.call.error, CHAT_OK);
    return sign;
}

static struct chat_password change_of(const struct chat_sign *by, struct str password)
{
    return (struct chat_password){.call = {.user = by->user, .device = by->device},
                                  .old_password = STR("password"),
                                  .new_password = password,
                                  .end_others = true};
}

static void let_passwords_go(struct rig *rig)
{
    rig->holds_passwords = false;
    for (int i = 0; i < rig->n_held; i++)
        hash_soon(rig, rig->held[i]);
    rig->n_held = 0;
}

static uint32_t n_devices(struct rig *rig, uint64_t user)
{
    struct chat_devices devices = {.call.user = user};
    ask(rig, chat_devices, &devices);
    return devices.n_devices;
}

/* --- cases --- */

/* The token is read, then its device ends, and only then the answer to the read arrives. */
static void test_a_device_that_ended_meanwhile_is_not_let_in(void **state)
{
    struct rig *rig = *state;
    struct chat_sign alice = signs_up(rig, "alice");
    struct chat_authenticate auth = {.token = str_of(alice.token)};
    start(rig, chat_authenticate, &auth);
    assert_true(queue_run(&rig->store_queue));
    struct task *late = queue_take(&rig->chat_queue);
    assert_non_null(late);
    struct chat_device_end ends = {.call = {.user = alice.user, .device = alice.device}};
    ask(rig, chat_device_end, &ends);
    assert_int_equal(ends.call.error, CHAT_OK);
    late->run(late);
    settle(rig);
    assert_int_equal(rig->n_done, 3);
    assert_int_equal(auth.call.error, CHAT_UNAUTHENTICATED);
}

static void test_a_device_that_another_left_alone_is_let_in(void **state)
{
    struct rig *rig = *state;
    struct chat_sign alice = signs_up(rig, "alice"), bob = signs_up(rig, "bob");
    struct chat_authenticate auth = {.token = str_of(alice.token)};
    start(rig, chat_authenticate, &auth);
    assert_true(queue_run(&rig->store_queue));
    struct task *late = queue_take(&rig->chat_queue);
    struct chat_device_end ends = {.call = {.user = bob.user, .device = bob.device}};
    ask(rig, chat_device_end, &ends);
    late->run(late);
    settle(rig);
    assert_int_equal(auth.call.error, CHAT_OK);
    assert_int_equal(auth.call.device, alice.device);
}

static void test_a_sign_in_by_a_password_that_changed_meanwhile_is_refused(void **state)
{
    struct rig *rig = *state;
    struct chat_sign alice = signs_up(rig, "alice");
    rig->holds_passwords = true;
    struct chat_sign thief = sign_of("alice", STR("password"));
    start(rig, chat_signin, &thief);
    settle(rig);
    assert_int_equal(rig->n_held, 1); /* against the password that still holds */
    rig->holds_passwords = false;
    struct chat_password change = change_of(&alice, STR("new password"));
    ask(rig, chat_password, &change);
    assert_int_equal(change.call.error, CHAT_OK);
    let_passwords_go(rig);
    settle(rig);
    assert_int_equal(rig->n_done, 3);
    assert_int_equal(thief.call.error, CHAT_WRONG_CREDENTIALS);
    assert_int_equal(n_devices(rig, alice.user), 1);
}

static void test_of_two_changes_at_once_one_stands(void **state)
{
    struct rig *rig = *state;
    struct chat_sign alice = signs_up(rig, "alice");
    rig->holds_passwords = true;
    struct chat_password late = change_of(&alice, STR("the thief's"));
    start(rig, chat_password, &late);
    settle(rig);
    rig->holds_passwords = false;
    struct chat_password change = change_of(&alice, STR("new password"));
    ask(rig, chat_password, &change);
    let_passwords_go(rig);
    settle(rig);
    assert_int_equal(late.call.error, CHAT_WRONG_CREDENTIALS);
    struct chat_sign again = sign_of("alice", STR("new password"));
    ask(rig, chat_signin, &again);
    assert_int_equal(again.call.error, CHAT_OK);
}

/* Who measures the time of the answer does not learn which names there are. */
static void test_a_name_that_is_not_there_costs_a_hash_too(void **state)
{
    struct rig *rig = *state;
    signs_up(rig, "alice");
    rig->holds_passwords = true;
    struct chat_sign wrong = sign_of("alice", STR("wrong password"));
    struct chat_sign nobody = sign_of("nobody", STR("wrong password"));
    start(rig, chat_signin, &wrong);
    start(rig, chat_signin, &nobody);
    settle(rig);
    assert_int_equal(rig->n_done, 1);
    assert_int_equal(rig->n_held, 2);
    let_passwords_go(rig);
    settle(rig);
    assert_int_equal(rig->n_done, 3);
    assert_int_equal(wrong.call.error, CHAT_WRONG_CREDENTIALS);
    assert_int_equal(nobody.call.error, CHAT_WRONG_CREDENTIALS);
}

static void test_a_clock_of_1970_makes_ids_at_once(void **state)
{
    struct rig *rig = *state;
    rig->wall_ms = 1000;
    struct chat_sign alice = signs_up(rig, "alice");
    assert_true(snowflake_time_ms(alice.user) >= SNOWFLAKE_EPOCH_MS);
    rig->wall_ms = NOW_MS;
    struct chat_sign bob = signs_up(rig, "bob");
    assert_int_equal(snowflake_time_ms(bob.user), NOW_MS);
}

static void test_a_clock_set_back_repeats_no_id(void **state)
{
    struct rig *rig = *state;
    struct chat_sign alice = signs_up(rig, "alice");
    rig->wall_ms -= 1000000;
    struct chat_sign bob = signs_up(rig, "bob");
    assert_true(bob.user > alice.device);
}

/* Ids can be told beforehand: here the next one follows the last. */
static void test_who_was_asked_about_before_can_be_written_to(void **state)
{
    struct rig *rig = *state;
    struct chat_sign alice = signs_up(rig, "alice");
    struct chat_watch watch = {
        .call.user = alice.user, .users = (uint64_t[]){alice.device + 1}, .n_users = 1};
    ask(rig, chat_watch, &watch);
    assert_false(watch.presence[0].online);
    struct chat_sign bob = signs_up(rig, "bob");
    assert_int_equal(bob.user, alice.device + 1);
    struct chat_append hello = {.call.user = alice.user,
                                .type = EVENT_MESSAGE,
                                .to = bob.user,
                                .kind = STR("text"),
                                .text = STR("hello")};
    ask(rig, chat_append, &hello);
    assert_int_equal(hello.call.error, CHAT_OK);
}

static uint64_t heard_ms;

static void devices_done(struct chat_call *call)
{
    heard_ms = ((struct chat_devices *)call)->devices[0].last_seen_ms;
}

static uint64_t heard_of(struct rig *rig, uint64_t user)
{
    struct chat_devices devices = {.call = {.user = user, .done = devices_done}};
    chat_devices(rig->chat, &devices);
    settle(rig);
    return heard_ms;
}

static void pass(struct rig *rig, uint64_t ms)
{
    rig->mono_ms += ms;
    rig->wall_ms += ms;
    wheel_advance(&rig->wheel, rig->mono_ms);
    settle(rig);
}

static void test_a_device_is_heard_of_when_it_asks_and_while_it_is_connected(void **state)
{
    enum { MINUTE = 60 * 1000 };
    struct rig *rig = *state;
    struct chat_sign alice = signs_up(rig, "alice");
    struct chat_authenticate auth = {.token = str_of(alice.token)};
    pass(rig, MINUTE);
    ask(rig, chat_authenticate, &auth);
    assert_int_equal(heard_of(rig, alice.user), NOW_MS); /* not at every call */
    pass(rig, 5 * MINUTE);
    ask(rig, chat_authenticate, &auth);
    assert_int_equal(heard_of(rig, alice.user), NOW_MS + 6 * MINUTE);
    struct session session;
    session_begin(rig->chat, &session, alice.user, alice.device);
    pass(rig, 5 * MINUTE);
    assert_int_equal(heard_of(rig, alice.user), NOW_MS + 11 * MINUTE);
    session_end(rig->chat, &session, rig->mono_ms);
    pass(rig, MINUTE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_a_device_that_ended_meanwhile_is_not_let_in),
        TEST(test_a_device_that_another_left_alone_is_let_in),
        TEST(test_a_sign_in_by_a_password_that_changed_meanwhile_is_refused),
        TEST(test_of_two_changes_at_once_one_stands),
        TEST(test_a_name_that_is_not_there_costs_a_hash_too),
        TEST(test_a_clock_of_1970_makes_ids_at_once),
        TEST(test_a_clock_set_back_repeats_no_id),
        TEST(test_who_was_asked_about_before_can_be_written_to),
        TEST(test_a_device_is_heard_of_when_it_asks_and_while_it_is_connected),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
