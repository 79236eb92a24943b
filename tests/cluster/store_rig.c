/*
 * The store's contract (server/src/store/test_*.c) held against Cassandra: a rig that is a store in
 * a keyspace of the program's own, which each case finds empty. Which node, says the environment:
 *   STORE_ADDRESS    where it listens
 *   STORE_KEYSPACE   is made if it is not there
 *
 * Tables that the case before wrote to are truncated, which takes a fraction of the time that
 * making them anew does; but not meta, so that the incarnation stays that of the run.
 */
#include "store_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop/loop.h"
#include "net/address.h"
#include "store/cassandra/cassandra.h"
#include "store/cassandra/statements.h"
#include "util/crypto.h"
#include "util/log.h"
#include "util/macros.h"

enum { TURN_MS = 1, TABLES_MAX = 64, NAME_BYTES = 64, TIMEOUT_MS = 20 * 1000, EMPTY_TRIES = 3 };

static struct loop loop;
static struct address address;
static char tables[TABLES_MAX][NAME_BYTES];
static bool written[TABLES_MAX]; /* since they were emptied; at first, by whatever run */
static uint32_t tables_n;

static const char *env(const char *name)
{
    const char *value = getenv(name);
    if (!value)
        fail_msg("%s is not set: see tests/cluster/run", name);
    return value;
}

static struct cql_options options(void)
{
    return (struct cql_options){
        .loop = &loop,
        .contacts = &address,
        .contacts_n = 1,
        .keyspace = str_of(env("STORE_KEYSPACE")),
        .timeout_ms = TIMEOUT_MS,
    };
}

/* --- emptying --- */

struct asked {
    struct cql_call call;
    uint32_t *awaited;
    bool names; /* of tables, which are kept */
    int code;
    char why[200];
};

static void keep_names(struct cql_rows *rows)
{
    while (cql_rows_next(rows)) {
        struct str name = rows->cells[0];
        if (str_eq(name, STR("meta")))
            continue;
        assert_true(tables_n < TABLES_MAX && name.n < NAME_BYTES);
        written[tables_n] = true;
        snprintf(tables[tables_n++], NAME_BYTES, "%.*s", (int)name.n, name.p);
    }
}

static void on_asked(struct cql_call *call, const struct cql_result *result)
{
    struct asked *a = container_of(call, struct asked, call);
    a->code = result->code;
    snprintf(a->why, sizeof(a->why), "%.*s", (int)result->message.n,
             result->message.n ? result->message.p : "");
    if (a->names && result->rows)
        keep_names(result->rows);
    if (--*a->awaited == 0)
        loop_stop(&loop);
}

static void ask_text(struct cql *cql, struct asked *a, uint32_t *awaited, const char *text)
{
    a->call.done = on_asked;
    a->awaited = awaited;
    ++*awaited;
    cql_run_text(cql, &a->call, str_of(text), &(struct wire_terms){.consistency = CQL_ONE},
                 TIMEOUT_MS);
}

static void wait_for(const uint32_t *awaited)
{
    while (*awaited)
        loop_run(&loop);
}

static void on_stopped(void *stopped)
{
    *(bool *)stopped = true;
    loop_stop(&loop);
}

static void find_tables(struct cql *cql)
{
    struct asked a = {.names = true};
    uint32_t awaited = 0;
    char text[200];
    snprintf(text, sizeof(text),
             "SELECT table_name FROM system_schema.tables WHERE keyspace_name = '%s'",
             env("STORE_KEYSPACE"));
    ask_text(cql, &a, &awaited, text);
    wait_for(&awaited);
    assert_true(tables_n > 0);
}

struct cql *store_rig_cql(void)
{
    struct cql_options o = options();
    return cql_new(&o);
}

void store_rig_close_cql(struct cql *cql)
{
    bool stopped = false;
    cql_stop(cql, on_stopped, &stopped);
    while (!stopped)
        loop_run(&loop);
}

/* False: not all could be. */
static bool empty_written(struct cql *cql, struct asked asked[TABLES_MAX])
{
    uint32_t awaited = 0, n_left = 0;
    for (uint32_t i = 0; i < tables_n; i++) {
        char text[NAME_BYTES + 16];
        snprintf(text, sizeof(text), "TRUNCATE %s", tables[i]);
        if (written[i])
            ask_text(cql, &asked[i], &awaited, text);
    }
    wait_for(&awaited);
    for (uint32_t i = 0; i < tables_n; i++) {
        written[i] = asked[i].code != 0;
        n_left += written[i];
    }
    return n_left == 0;
}

/* A node on a busy machine may need longer than it is given, and is asked again. */
static void empty_all(void)
{
    struct cql *cql = store_rig_cql();
    struct asked asked[TABLES_MAX] = {0};
    bool emptied = false;
    if (!tables_n)
        find_tables(cql);
    for (int i = 0; !emptied && i < EMPTY_TRIES; i++)
        emptied = empty_written(cql, asked);
    for (uint32_t i = 0; !emptied && i < tables_n; i++)
        if (asked[i].code)
            fail_msg("%s: %s", tables[i], asked[i].why);
    store_rig_close_cql(cql);
}

void store_rig_text(const char *text)
{
    struct cql *cql = store_rig_cql();
    struct asked a = {0};
    uint32_t awaited = 0;
    ask_text(cql, &a, &awaited, text);
    wait_for(&awaited);
    if (a.code)
        fail_msg("%s: %s", text, a.why);
    for (uint32_t i = 0; i < tables_n; i++)
        written[i] = true;
    store_rig_close_cql(cql);
}

/* --- the rig's engine --- */

struct store *store_rig_another(void)
{
    char why[256];
    struct store *store;
    struct store_cassandra_options o = {.cql = options(), .completions = &loop.poster};
    if (store_cassandra_open(&store, &o, why, sizeof(why)))
        fail_msg("%s", why);
    return store;
}

static void open_store(struct rig *rig)
{
    rig->store = store_rig_another();
}

static uint64_t sum(const struct store *store)
{
    const uint64_t *asked = store_cassandra_asked(store);
    uint64_t n = 0;
    for (int i = 0; i < STATEMENTS; i++)
        n += asked[i];
    return n;
}

static uint64_t counted_from;

void store_rig_count(struct rig *rig)
{
    counted_from = sum(rig->store);
}

uint64_t store_rig_counted(struct rig *rig)
{
    return sum(rig->store) - counted_from;
}

static void on_turn_over(struct timer *timer)
{
    (void)timer;
    loop_stop(&loop);
}

static void turn(struct rig *rig)
{
    struct timer timer;
    (void)rig;
    timer_init(&timer, on_turn_over);
    loop_timer_set(&loop, &timer, TURN_MS);
    loop_run(&loop);
    loop_timer_cancel(&loop, &timer);
}

/* Whether the statement writes to the table: its name is the word behind INSERT INTO, UPDATE or
 * DELETE FROM, and of those that read none has it first. */
static bool writes_to(const struct statement_row *row, const char *table)
{
    char words[3][NAME_BYTES + 16];
    bool writes = row->how == WRITE || row->how == CONDITION;
    snprintf(words[0], sizeof(words[0]), "INSERT INTO %.*s ", NAME_BYTES - 1, table);
    snprintf(words[1], sizeof(words[1]), "UPDATE %.*s ", NAME_BYTES - 1, table);
    snprintf(words[2], sizeof(words[2]), "FROM %.*s ", NAME_BYTES - 1, table);
    return writes && (strstr(row->text, words[0]) || strstr(row->text, words[1]) ||
                      strstr(row->text, words[2]));
}

void store_rig_free(struct store *store)
{
    const uint64_t *asked = store_cassandra_asked(store);
    for (int i = 0; i < STATEMENTS; i++)
        for (uint32_t j = 0; asked[i] && j < tables_n; j++)
            written[j] |= writes_to(&statement_rows[i], tables[j]);
    store_free(store);
}

static void close_store(struct rig *rig)
{
    store_rig_free(rig->store);
}

static void begin_run(void)
{
    static const uint8_t secret[CRYPTO_SECRET_BYTES] = {9};
    char why[256];
    uint32_t from;
    assert_int_equal(crypto_init(), 0);
    log_set_level(LOG_WARN);
    assert_int_equal(loop_init(&loop), 0);
    assert_int_equal(address_parse(&address, str_of(env("STORE_ADDRESS"))), 0);
    struct store_cassandra_migrate_options o = {
        .cql = options(),
        .replication = STR("{'class': 'SimpleStrategy', 'replication_factor': 1}"),
        .incarnation = 5,
    };
    memcpy(o.secret, secret, sizeof(secret));
    if (store_cassandra_migrate(&o, &from, why, sizeof(why)))
        fail_msg("%s", why);
}

int rig_begin_engine(void **state)
{
    static const struct rig_engine engine = {open_store, turn, close_store};
    static bool begun;
    if (!begun)
        begin_run();
    begun = true;
    empty_all();
    *state = rig_new_with(&engine);
    return 0;
}
