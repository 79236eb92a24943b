/* See test_core.h. */
#include "chat/test_core.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bus/local.h"
#include "model/record.h"
#include "store/memory.h"
#include "util/mem.h"

/* --- queues --- */

static void queue_post(struct poster *poster, struct task *task)
{
    list_push_back(&container_of(poster, struct queue, poster)->tasks, &task->node);
}

bool queue_run(struct queue *q)
{
    struct list *node = list_pop_front(&q->tasks);
    if (!node)
        return false;
    struct task *task = list_entry(node, struct task, node);
    task->run(task);
    return true;
}

void core_run(struct core *c)
{
    while (queue_run(&c->self) || queue_run(&c->work) ||
           (!c->answers_held && queue_run(&c->answers)))
        ;
}

void core_pass(struct core *c, uint64_t ms)
{
    c->wall_ms += ms;
    c->mono_ms += ms;
    wheel_advance(&c->wheel, c->mono_ms);
    core_run(c);
}

/* --- the environment --- */

static uint64_t env_wall_ms(struct env *env)
{
    return container_of(env, struct core, env)->wall_ms;
}

static uint64_t env_mono_ms(struct env *env)
{
    return container_of(env, struct core, env)->mono_ms;
}

static void env_random(struct env *env, void *p, size_t n)
{
    (void)env;
    crypto_random(p, n);
}

struct password_task {
    struct task task;
    struct password_job *job;
};

/* The "hash" is the password: what a real one is worth is tested with util/crypto. */
static void password_run(struct task *task)
{
    struct password_task *t = container_of(task, struct password_task, task);
    struct password_job *job = t->job;
    char text[CRYPTO_PASSWORD_BYTES];
    snprintf(text, sizeof(text), "%.*s", (int)job->password.n, job->password.p);
    if (job->verify)
        job->matches = strcmp(job->hash, text) == 0;
    else
        memcpy(job->hash, text, sizeof(text));
    free(t);
    job->done(job);
}

static void password_soon(struct core *c, struct password_job *job)
{
    struct password_task *t = mem_new(sizeof(*t));
    *t = (struct password_task){.task.run = password_run, .job = job};
    post(&c->self.poster, &t->task);
}

static bool env_password(struct env *env, struct password_job *job)
{
    struct core *c = container_of(env, struct core, env);
    if (c->passwords_held)
        c->passwords[c->n_passwords++] = job;
    else
        password_soon(c, job);
    return true;
}

void core_let_passwords_go(struct core *c)
{
    c->passwords_held = false;
    for (size_t i = 0; i < c->n_passwords; i++)
        password_soon(c, c->passwords[i]);
    c->n_passwords = 0;
}

static const struct env_ops env_ops = {env_wall_ms, env_mono_ms, env_random, env_password};

/* --- what is said --- */

static void write_down(struct sink *sink, struct session *const *to, size_t n, struct said said)
{
    struct core *c = container_of(sink, struct core, sink);
    for (size_t i = 0; i < n; i++) {
        if (c->n_said == c->said_room) {
            c->said_room = c->said_room ? c->said_room * 2 : 64;
            c->said = mem_resize(c->said, c->said_room * sizeof(c->said[0]));
        }
        said.to = to[i];
        c->said[c->n_said++] = said;
    }
}

static void on_event(struct sink *sink, struct session *const *to, size_t n, const struct event *e)
{
    write_down(sink, to, n,
               (struct said){.what = SAID_EVENT,
                             .conversation = e->conversation,
                             .user = e->sender,
                             .seq = e->seq,
                             .first_seq = e->first_seq,
                             .time_ms = e->time_ms});
}

static void on_receipts(struct sink *sink, struct session *const *to, size_t n,
                        uint64_t conversation, const struct mark *marks, size_t n_marks)
{
    write_down(sink, to, n, (struct said){.what = SAID_RECEIPTS, .conversation = conversation});
    for (size_t i = 0; i < n_marks; i++)
        write_down(sink, to, n,
                   (struct said){.what = SAID_MARK,
                                 .conversation = conversation,
                                 .user = marks[i].user,
                                 .delivered_seq = marks[i].delivered_seq,
                                 .read_seq = marks[i].read_seq,
                                 .unread = marks[i].unread});
}

static void on_typing(struct sink *sink, struct session *const *to, size_t n, uint64_t conversation,
                      uint64_t user)
{
    write_down(sink, to, n,
               (struct said){.what = SAID_TYPING, .conversation = conversation, .user = user});
}

static void on_presence(struct sink *sink, struct session *const *to, size_t n, uint64_t user,
                        bool online, uint64_t last_seen_ms)
{
    write_down(
        sink, to, n,
        (struct said){
            .what = SAID_PRESENCE, .user = user, .online = online, .last_seen_ms = last_seen_ms});
}

static void on_end(struct sink *sink, struct session *s, enum session_end_reason reason)
{
    (void)reason;
    write_down(sink, &s, 1, (struct said){.what = SAID_END});
}

static const struct sink_ops sink_ops = {on_event, on_receipts, on_typing, on_presence, on_end};

size_t core_told(const struct core *c, int what, const struct session *to)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_said; i++)
        n += (int)c->said[i].what == what && (!to || c->said[i].to == to);
    return n;
}

void core_forget(struct core *c)
{
    c->n_said = 0;
}

/* --- a store that fails where it is told to --- */

static struct core *losing;

static void lost_answer(struct store_request *request)
{
    request->status = STORE_UNKNOWN;
    losing->lost_done(request);
}

static void lose_answer(struct core *c, struct store_request *request)
{
    losing = c;
    c->lost[request->op]--;
    c->lost_done = request->done;
    request->done = lost_answer;
}

static void faulty_submit(struct store *store, struct store_request *request)
{
    struct core *c = container_of(store, struct core, faulty);
    bool unknown = c->unknown[request->op] > 0;
    if (c->held_op && (int)request->op == c->held_op) {
        c->held_op = 0;
        c->held = request;
        return;
    }
    bool lost = c->lost[request->op] > 0;
    if (lost)
        lose_answer(c, request);
    if (lost || (!c->fails[request->op] && !unknown)) {
        c->store->ops->submit(c->store, request);
        return;
    }
    c->unknown[request->op] -= unknown;
    request->status = unknown ? STORE_UNKNOWN : STORE_FAILED;
    post(&c->answers.poster, &request->task);
}

void core_let_store_go(struct core *c)
{
    struct store_request *held = c->held;
    assert_non_null(held);
    c->held = NULL;
    faulty_submit(&c->faulty, held);
    core_run(c);
}

static const struct store_info *faulty_info(const struct store *store)
{
    return store_info(container_of(store, struct core, faulty)->store);
}

static const struct store_ops faulty_ops = {.submit = faulty_submit, .info = faulty_info};

/* --- beginning and end --- */

struct core *core_new(const struct chat_options *differences)
{
    static const uint8_t secret[CRYPTO_SECRET_BYTES] = {5};
    struct core *c = mem_new(sizeof(*c));
    struct queue *queues[] = {&c->self, &c->work, &c->answers};
    assert_int_equal(crypto_init(), 0);
    for (size_t i = 0; i < ARRAY_SIZE(queues); i++) {
        queues[i]->poster.post = queue_post;
        list_init(&queues[i]->tasks);
    }
    c->wall_ms = CORE_WALL_MS;
    c->mono_ms = 1000;
    wheel_init(&c->wheel, c->mono_ms);
    c->env = (struct env){&env_ops, &c->self.poster, &c->wheel};
    c->sink.ops = &sink_ops;
    c->store = store_memory_new(&c->work.poster, &c->answers.poster, secret, 3);
    c->bus = bus_local_new(&c->self.poster);
    struct chat_options options = differences ? *differences : (struct chat_options){0};
    options.env = &c->env;
    c->faulty.ops = &faulty_ops;
    options.store = &c->faulty;
    options.bus = c->bus;
    options.sink = &c->sink;
    options.registration = REGISTRATION_OPEN;
    c->chat = chat_new(&options);
    return c;
}

void core_free(struct core *c)
{
    core_run(c);
    chat_free(c->chat);
    core_run(c);
    bus_free(c->bus);
    store_free(c->store);
    arena_deinit(&c->looked);
    free(c->said);
    free(c);
}

int core_begin(void **state)
{
    *state = core_new(NULL);
    core_n_done = 0;
    return 0;
}

int core_end(void **state)
{
    struct core *core = *state;
    core_run(core);
    assert_int_equal(chat_busy(core->chat), 0);
    core_free(core);
    return 0;
}

/* --- calls --- */

int core_n_done;

void core_done(struct chat_call *call)
{
    (void)call;
    core_n_done++;
}

static void ask_as(struct chat_call *call, uint64_t user)
{
    core_n_done = 0;
    call->user = user;
    call->done = core_done;
}

static enum chat_error answered(struct core *c, const struct chat_call *call)
{
    assert_int_equal(core_n_done, 0);
    core_run(c);
    assert_int_equal(core_n_done, 1);
    return call->error;
}

enum chat_error core_append(struct core *c, uint64_t user, struct chat_append *a)
{
    ask_as(&a->call, user);
    chat_append(c->chat, a);
    return answered(c, &a->call);
}

enum chat_error core_mark(struct core *c, uint64_t user, struct chat_mark *mark)
{
    ask_as(&mark->call, user);
    chat_mark(c->chat, mark);
    return answered(c, &mark->call);
}

enum chat_error core_typing(struct core *c, uint64_t user, uint64_t conversation)
{
    struct chat_typing typing = {.conversation = conversation};
    ask_as(&typing.call, user);
    chat_typing(c->chat, &typing);
    return answered(c, &typing.call);
}

enum chat_error core_watch(struct core *c, uint64_t user, struct session *session, uint64_t whom,
                           struct presence *presence)
{
    struct chat_watch watch = {.session = session, .users = &whom, .n_users = 1};
    ask_as(&watch.call, user);
    chat_watch(c->chat, &watch);
    enum chat_error error = answered(c, &watch.call);
    *presence = watch.presence[0];
    return error;
}

enum chat_error core_sign(struct core *c, bool up, struct chat_sign *sign)
{
    ask_as(&sign->call, 0);
    if (up)
        chat_signup(c->chat, sign);
    else
        chat_signin(c->chat, sign);
    return answered(c, &sign->call);
}

uint64_t core_user(struct core *c, const char *name)
{
    struct chat_sign sign = {.username = str_of(name), .password = STR("good enough")};
    assert_int_equal(core_sign(c, true, &sign), CHAT_OK);
    return sign.user;
}

uint64_t core_group(struct core *c, uint64_t owner, const uint64_t *members, uint32_t n)
{
    struct chat_group_create group = {
        .title = STR("group"), .history = HISTORY_ALL, .members = members, .n_members = n};
    ask_as(&group.call, owner);
    chat_group_create(c->chat, &group);
    assert_int_equal(answered(c, &group.call), CHAT_OK);
    return group.conversation;
}

uint64_t core_send(struct core *c, uint64_t from, uint64_t to)
{
    struct chat_append a = {
        .type = EVENT_MESSAGE, .to = to, .kind = STR("text"), .text = STR("hello")};
    assert_int_equal(core_append(c, from, &a), CHAT_OK);
    return a.conversation;
}

void core_accept(struct core *c, uint64_t user, uint64_t conversation)
{
    struct chat_append a = {.type = EVENT_ACCEPT, .conversation = conversation};
    assert_int_equal(core_append(c, user, &a), CHAT_OK);
}

void core_block(struct core *c, uint64_t user, uint64_t other, bool on)
{
    struct chat_append a = {.type = on ? EVENT_BLOCK : EVENT_UNBLOCK, .user = other};
    assert_int_equal(core_append(c, user, &a), CHAT_OK);
}

static void store_answered(struct store_request *request)
{
    (void)request;
    core_n_done++;
}

struct event core_own_event(struct core *c, uint64_t user)
{
    struct store_load load = {.base.done = store_answered, .id = user};
    struct event newest = {0};
    store_load(c->store, &load);
    core_run(c);
    struct store_events events = {.base.done = store_answered,
                                  .conversation = user,
                                  .from_seq = load.head.seq,
                                  .to_seq = load.head.seq,
                                  .limit = 1};
    arena_deinit(&c->looked);
    if (load.head.seq) {
        store_events(c->store, &events);
        core_run(c);
        assert_int_equal(events.n_events, 1);
        record_copy(&newest, &events.events[0], &c->looked);
    }
    store_request_deinit(&load.base);
    store_request_deinit(&events.base);
    return newest;
}

uint64_t core_last_seen(struct core *c, uint64_t user)
{
    struct store_users users = {.base.done = store_answered, .ids = &user, .n_ids = 1};
    store_users(c->store, &users);
    core_run(c);
    assert_int_equal(users.n_users, 1);
    uint64_t last_seen_ms = users.users[0].last_seen_ms;
    store_request_deinit(&users.base);
    return last_seen_ms;
}
