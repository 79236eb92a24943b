#include "rig.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/crypto.h"
#include "util/macros.h"
#include "util/mem.h"

enum { GUARD_MS = 60 * 1000, USUAL_TIMEOUT_MS = 20 * 1000, TEXT_TIMEOUT_MS = 30 * 1000 };

const char *rig_env(const char *name)
{
    const char *value = getenv(name);
    if (!value)
        fail_msg("%s is not set: see tests/cluster/run", name);
    return value;
}

static void on_guard(struct timer *timer)
{
    (void)timer;
    fail_msg("no answer within %d s", GUARD_MS / 1000);
}

static void init(struct rig *rig, const char *addresses, unsigned n)
{
    memset(rig, 0, sizeof(*rig));
    assert_int_equal(crypto_init(), 0);
    assert_int_equal(loop_init(&rig->loop), 0);
    timer_init(&rig->guard, on_guard);
    char *copy = mem_copy(addresses, strlen(addresses) + 1), *rest = copy;
    for (unsigned i = 0; i < n; i++)
        assert_int_equal(address_parse(&rig->contacts[i], str_of(strsep(&rest, " \n"))), 0);
    free(copy);
    rig->options = (struct cql_options){
        .loop = &rig->loop,
        .contacts = rig->contacts,
        .contacts_n = n,
        .timeout_ms = USUAL_TIMEOUT_MS,
    };
}

void rig_init(struct rig *rig)
{
    init(rig, rig_env("CLUSTER_ADDRESSES"), RIG_NODES);
}

void rig_init_tls(struct rig *rig, struct tls_client *tls)
{
    init(rig, rig_env("TLS_ADDRESSES"), 1);
    rig->options.user = rig->options.password = STR("cassandra");
    rig->options.tls = tls;
}

void rig_open(struct rig *rig)
{
    rig->cql = cql_new(&rig->options);
}

static void on_stopped(void *arg)
{
    struct rig *rig = arg;
    rig->stopped = true;
    loop_stop(&rig->loop);
}

static void close_one(struct rig *rig, struct cql **cql)
{
    if (!*cql)
        return;
    rig->stopped = false;
    cql_stop(*cql, on_stopped, rig);
    loop_timer_set(&rig->loop, &rig->guard, GUARD_MS);
    while (!rig->stopped)
        loop_run(&rig->loop);
    loop_timer_cancel(&rig->loop, &rig->guard);
    *cql = NULL;
}

void rig_close(struct rig *rig)
{
    close_one(rig, &rig->cql);
}

void rig_deinit(struct rig *rig)
{
    rig_close(rig);
    for (unsigned i = 0; i < RIG_NODES; i++)
        close_one(rig, &rig->each[i]);
    loop_deinit(&rig->loop);
}

void rig_wait(struct rig *rig)
{
    loop_timer_set(&rig->loop, &rig->guard, GUARD_MS);
    while (rig->awaited)
        loop_run(&rig->loop);
    loop_timer_cancel(&rig->loop, &rig->guard);
}

struct pause {
    struct timer timer;
    struct loop *loop;
};

static void on_pause_over(struct timer *timer)
{
    struct pause *p = container_of(timer, struct pause, timer);
    loop_stop(p->loop);
}

void rig_turn_ms(struct rig *rig, uint64_t ms)
{
    struct pause p = {.loop = &rig->loop};
    timer_init(&p.timer, on_pause_over);
    loop_timer_set(&rig->loop, &p.timer, ms);
    while (timer_armed(&p.timer))
        loop_run(&rig->loop);
}

/* Answers. */

static void keep_rows(struct asked *a, struct cql_rows *rows)
{
    a->columns_n = rows->columns_n;
    a->next_page = rows->next_page.p ? arena_str(&a->arena, rows->next_page) : (struct str){0};
    for (uint32_t i = 0; i < rows->columns_n; i++)
        a->names[i] = arena_str(&a->arena, rows->columns[i].name);
    a->cells = arena_alloc(&a->arena, (size_t)rows->n * rows->columns_n * sizeof(*a->cells) + 1);
    while (cql_rows_next(rows)) {
        for (uint32_t i = 0; i < rows->columns_n; i++) {
            if (rows->cells[i].p)
                a->cells[a->rows_n * a->columns_n + i] = arena_str(&a->arena, rows->cells[i]);
        }
        a->rows_n++;
    }
}

static void on_done(struct cql_call *call, const struct cql_result *result)
{
    struct asked *a = container_of(call, struct asked, call);
    a->dones++;
    assert_int_equal(a->dones, 1);
    a->code = result->code;
    a->conditional = result->conditional;
    a->applied = result->applied;
    a->sent = result->sent;
    snprintf(a->message, sizeof(a->message), "%.*s", (int)result->message.n,
             result->message.p ? result->message.p : "");
    if (result->rows)
        keep_rows(a, result->rows);
    if (--a->rig->awaited == 0)
        loop_stop(&a->rig->loop);
}

static void asked_init(struct asked *a, struct rig *rig)
{
    memset(a, 0, sizeof(*a));
    a->call.done = on_done;
    a->rig = rig;
    rig->awaited++;
}

void asked_deinit(struct asked *a)
{
    arena_deinit(&a->arena);
}

void asked_expect(const struct asked *a, int code)
{
    if (a->code != code)
        fail_msg("%d expected: %d %s (sent %u)", code, a->code, a->message, a->sent);
}

struct str asked_cell(const struct asked *a, uint32_t row, const char *column)
{
    assert_in_range(row, 0, a->rows_n - 1);
    for (uint32_t i = 0; i < a->columns_n; i++) {
        if (str_eq(a->names[i], str_of(column)))
            return a->cells[row * a->columns_n + i];
    }
    fail_msg("there is no column %s", column);
    return (struct str){0};
}

int64_t asked_number(const struct asked *a, uint32_t row, const char *column)
{
    int64_t v = 0;
    assert_true(cql_cell_integer(asked_cell(a, row, column), &v));
    return v;
}

/* Asking. */

void rig_ask(struct rig *rig, struct asked *a, const struct cql_order *order)
{
    asked_init(a, rig);
    cql_run(rig->cql, &a->call, order);
    assert_int_equal(a->dones, 0);
}

void rig_run(struct rig *rig, struct asked *a, const struct cql_statement *statement,
             const struct cql_value *values, size_t n)
{
    struct cql_part part = {statement, values, n};
    rig_ask(rig, a,
            &(struct cql_order){.parts = &part, .parts_n = 1, .terms.consistency = CQL_QUORUM});
    rig_wait(rig);
}

/* To that node alone, from 0. */
static struct cql *one_node(struct rig *rig, unsigned number)
{
    if (!rig->each[number]) {
        struct cql_options options = rig->options;
        options.contacts = &rig->contacts[number];
        options.contacts_n = 1;
        options.keyspace = (struct str){0};
        options.datacenter = STR("none, so that no other node is used");
        rig->each[number] = cql_new(&options);
    }
    return rig->each[number];
}

static void ask_one(struct rig *rig, unsigned number, struct asked *a, const char *text,
                    enum cql_consistency consistency)
{
    asked_init(a, rig);
    cql_run_text(one_node(rig, number), &a->call, str_of(text),
                 &(struct wire_terms){.consistency = consistency}, TEXT_TIMEOUT_MS);
    rig_wait(rig);
}

/* Whether the others have the schema of the node that changed it. */
static bool nodes_agree(struct rig *rig)
{
    struct asked local, peers;
    ask_one(rig, 0, &local, "SELECT schema_version FROM system.local WHERE key = 'local'", CQL_ONE);
    ask_one(rig, 0, &peers, "SELECT schema_version FROM system.peers", CQL_ONE);
    asked_expect(&local, 0);
    asked_expect(&peers, 0);
    struct str version = asked_cell(&local, 0, "schema_version");
    uint32_t same = 0;
    for (uint32_t i = 0; i < peers.rows_n; i++)
        same += str_eq(asked_cell(&peers, i, "schema_version"), version);
    bool agree = same == peers.rows_n;
    asked_deinit(&local);
    asked_deinit(&peers);
    return agree;
}

void rig_text(struct rig *rig, const char *text)
{
    struct asked a;
    ask_one(rig, 0, &a, text, CQL_ONE);
    asked_expect(&a, 0);
    asked_deinit(&a);
    rig_until(rig, nodes_agree(rig));
}

static bool reaches_all(struct rig *rig, unsigned number, const char *text)
{
    struct asked a;
    ask_one(rig, number, &a, text, CQL_ALL);
    bool reached = a.code == 0;
    asked_deinit(&a);
    return reached;
}

void rig_await_nodes(struct rig *rig, const char *table)
{
    char text[100];
    snprintf(text, sizeof(text), "INSERT INTO %s (k) VALUES (0)", table);
    for (unsigned i = 0; i < RIG_NODES; i++)
        rig_until(rig, reaches_all(rig, i, text));
}

/* Nodes. */

void rig_node(const char *command, unsigned node)
{
    char number[4];
    int status;
    pid_t pid;
    snprintf(number, sizeof(number), "%u", node);
    char name[] = "cassandra";
    char *arguments[] = {name, (char *)command, (char *)rig_env("CLUSTER_DIR"), number, NULL};
    assert_int_equal(posix_spawn(&pid, rig_env("CLUSTER_TOOL"), NULL, NULL, arguments, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}
