/* The driver while nodes die, fall silent and come back. */
#include "rig.h"

#include <stdlib.h>
#include <string.h>

#include "store/cql/cluster.h"
#include "store/cql/murmur3.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/metric.h"

static int setup(void **state)
{
    struct rig *rig = *state = mem_new(sizeof(*rig));
    rig_init(rig);
    rig->options.keyspace = STR("nodes");
    rig_open(rig);
    rig_await_nodes(rig, "nodes.t");
    rig_until(rig, cql_counts(rig->cql).links_open == RIG_NODES * CQL_LINKS);
    return 0;
}

/* Without the drivers that ask each node whether it knows all others: what is counted is one's. */
static int setup_alone(void **state)
{
    struct rig *rig = *state = mem_new(sizeof(*rig));
    rig_init(rig);
    rig->options.keyspace = STR("nodes");
    rig_open(rig);
    rig_until(rig, cql_counts(rig->cql).links_open == RIG_NODES * CQL_LINKS);
    return 0;
}

static int teardown(void **state)
{
    rig_deinit(*state);
    free(*state);
    return 0;
}

static int setup_all(void **state)
{
    struct rig *rig = mem_new(sizeof(*rig));
    (void)state;
    rig_init(rig);
    rig_open(rig);
    rig_text(rig, "DROP KEYSPACE IF EXISTS nodes");
    rig_text(rig, "DROP KEYSPACE IF EXISTS single");
    rig_text(rig, "CREATE KEYSPACE nodes WITH replication ="
                  " {'class': 'SimpleStrategy', 'replication_factor': 3}");
    rig_text(rig, "CREATE KEYSPACE single WITH replication ="
                  " {'class': 'SimpleStrategy', 'replication_factor': 1}");
    rig_text(rig, "CREATE TABLE nodes.t (k int PRIMARY KEY, v int)");
    rig_text(rig, "CREATE TABLE single.t (k int PRIMARY KEY, v int)");
    rig_deinit(rig);
    free(rig);
    return 0;
}

static struct node *node_at(struct rig *rig, unsigned number)
{
    struct node *node = cluster_find(rig->cql, &rig->contacts[number - 1]);
    assert_non_null(node);
    return node;
}

static bool has_links(struct rig *rig, unsigned number)
{
    const struct node *node = node_at(rig, number);
    return link_is_open(&node->links[0]) || link_is_open(&node->links[1]);
}

static void await_all_links(struct rig *rig)
{
    rig_until(rig, cql_counts(rig->cql).links_open == RIG_NODES * CQL_LINKS);
    rig_await_nodes(rig, "nodes.t");
}

static uint32_t owner(struct rig *rig, int32_t key)
{
    unsigned char bytes[4];
    struct cql_value value = cql_int(key);
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)((uint64_t)value.integer >> (24 - 8 * i));
    const struct ring *ring = &rig->cql->ring;
    return ring->places[ring_find(ring, murmur3_token(str_n(bytes, 4)))].node;
}

/* With one copy of each row, who can answer for it shows whose it is. */
static void test_one_contact_leads_to_all_and_to_the_owners(void **state)
{
    enum { KEYS = 40 };
    struct rig *rig = *state;
    struct asked asked[KEYS];
    int lost = 0;
    rig_close(rig);
    rig->options.contacts_n = 1;
    rig_open(rig);
    await_all_links(rig);
    rig_until(rig, rig->cql->ring.n == RIG_NODES * 16);
    struct cql_statement *put =
        cql_statement(rig->cql, "INSERT INTO single.t (k, v) VALUES (?, 1)", CQL_REPEATABLE);

    rig_node("kill", 3);
    rig_until(rig, !has_links(rig, 3));
    uint32_t dead = node_at(rig, 3)->number;
    for (int32_t i = 0; i < KEYS; i++) {
        RUN(rig, &asked[i], put, cql_int(i));
        if (owner(rig, i) == dead)
            assert_int_not_equal(asked[i].code, 0);
        else
            asked_expect(&asked[i], 0);
        lost += asked[i].code != 0;
        asked_deinit(&asked[i]);
    }
    assert_in_range(lost, 1, KEYS - 1);
    rig_node("start", 3);
    await_all_links(rig);
}

enum { LOAD_MAX = 400, LOAD_TIMEOUT_MS = 50 * 1000 };

struct load {
    struct rig *rig;
    struct cql_statement *plain, *once;
    struct asked asked[LOAD_MAX];
    uint32_t n;
};

/* One repeatable and one conditional statement. */
static void load_add(struct load *l)
{
    for (int i = 0; i < 2 && l->n < ARRAY_SIZE(l->asked); i++) {
        struct cql_value values[] = {cql_int((int32_t)l->n), cql_int(i)};
        struct cql_part part = {i ? l->once : l->plain, values, 2};
        rig_ask(l->rig, &l->asked[l->n++],
                &(struct cql_order){.parts = &part,
                                    .parts_n = 1,
                                    .terms = {CQL_QUORUM, CQL_SERIAL, 0, {0}},
                                    .timeout_ms = LOAD_TIMEOUT_MS});
    }
}

static struct load *load_new(struct rig *rig)
{
    struct load *l = mem_new(sizeof(*l));
    l->rig = rig;
    l->plain = cql_statement(rig->cql, "INSERT INTO t (k, v) VALUES (?, ?)", CQL_REPEATABLE);
    l->once = cql_statement(rig->cql, "INSERT INTO t (k, v) VALUES (?, ?) IF NOT EXISTS", CQL_ONCE);
    return l;
}

/* All that may be repeated is done; of the rest, how many came to each code. */
static void load_end(struct load *l, uint32_t once[CQL_UNKNOWN + 1])
{
    rig_wait(l->rig);
    for (uint32_t i = 0; i < l->n; i++) {
        if (i % 2 == 0) {
            asked_expect(&l->asked[i], 0);
        } else {
            once[l->asked[i].code]++;
            assert_in_range(l->asked[i].sent, 0, 1);
        }
        asked_deinit(&l->asked[i]);
    }
    free(l);
}

static void test_node_killed_under_load(void **state)
{
    struct rig *rig = *state;
    struct load *l = load_new(rig);
    uint32_t once[CQL_UNKNOWN + 1] = {0};
    for (int i = 0; i < LOAD_MAX / 2; i++) {
        load_add(l);
        if (i == LOAD_MAX / 4)
            rig_node("kill", 2);
        rig_turn_ms(rig, 5);
    }
    load_end(l, once);
    /* What may not is done, or known not to be, or in doubt where it was under way. */
    assert_int_equal(once[CQL_REFUSED], 0);
    assert_in_range(once[0], LOAD_MAX / 8, LOAD_MAX / 2);
    assert_false(has_links(rig, 2));

    rig_node("start", 2);
    await_all_links(rig);
    struct asked a;
    struct cql_statement *get =
        cql_statement(rig->cql, "SELECT v FROM t WHERE k = ?", CQL_REPEATABLE);
    for (int32_t k = 0; k < LOAD_MAX; k += LOAD_MAX / 20) {
        RUN(rig, &a, get, cql_int(k));
        asked_expect(&a, 0);
        assert_int_equal(a.rows_n, 1);
        asked_deinit(&a);
    }
}

/* A key that the node owns. */
static int32_t key_of(struct rig *rig, unsigned number)
{
    int32_t key = 0;
    rig_until(rig, rig->cql->ring.n == RIG_NODES * 16);
    while (owner(rig, key) != node_at(rig, number)->number)
        key++;
    return key;
}

/* A third of it is a try's, which a busy machine must not take for the node's silence. */
enum { SILENT_TIMEOUT_MS = 9000 };

static void
test_silent_node_costs_a_repeatable_statement_time_and_a_condition_its_answer(void **state)
{
    struct rig *rig = *state;
    struct asked a;
    struct cql_statement *put =
        cql_statement(rig->cql, "INSERT INTO t (k, v) VALUES (?, ?)", CQL_REPEATABLE);
    struct cql_statement *once =
        cql_statement(rig->cql, "INSERT INTO t (k, v) VALUES (?, ?) IF NOT EXISTS", CQL_ONCE);
    int32_t key = key_of(rig, 2);
    struct cql_value values[] = {cql_int(key), cql_int(1)};
    struct cql_part part = {once, values, 2};
    struct cql_order order = {.parts = &part,
                              .parts_n = 1,
                              .terms = {CQL_QUORUM, CQL_SERIAL, 0, {0}},
                              .timeout_ms = SILENT_TIMEOUT_MS};
    /* Where the key is among the values is known from the first time on, so the owner prepares it
     * the second time at the latest: what waits for that has not left yet, and may go elsewhere. */
    for (int i = 0; i < 2; i++) {
        rig_run(rig, &a, put, values, 2);
        asked_deinit(&a);
        rig_run(rig, &a, once, values, 2);
        asked_deinit(&a);
    }

    rig_node("pause", 2);
    rig_ask(rig, &a, &order);
    rig_wait(rig);
    asked_expect(&a, CQL_UNKNOWN);
    assert_int_equal(a.sent, 1);
    asked_deinit(&a);
    /* That node is known to be silent by now, and another is asked first. */
    part.statement = put;
    rig_ask(rig, &a, &order);
    rig_wait(rig);
    asked_expect(&a, 0);
    assert_int_equal(a.sent, 1);
    asked_deinit(&a);
    /* Its links are given up before long, and come back. */
    rig_until(rig, !has_links(rig, 2));
    rig_node("resume", 2);
    await_all_links(rig);

    rig_node("pause", 2);
    rig_ask(rig, &a, &order);
    rig_wait(rig);
    asked_expect(&a, 0);
    assert_int_equal(a.sent, 2);
    assert_in_range(cql_counts(rig->cql).repeated, 1, UINT32_MAX);
    asked_deinit(&a);
    rig_node("resume", 2);
    rig_until(rig, has_links(rig, 2));
}

static void test_without_a_quorum_it_is_unavailable_at_once(void **state)
{
    struct rig *rig = *state;
    struct asked a;
    struct cql_statement *once =
        cql_statement(rig->cql, "INSERT INTO t (k, v) VALUES (?, ?) IF NOT EXISTS", CQL_ONCE);
    await_all_links(rig);
    rig_node("kill", 2);
    rig_node("kill", 3);
    /* The node that is left has to find out first; until then it tries. */
    int code = 0;
    for (int32_t i = 0; i < 60 && code != CQL_UNAVAILABLE; i++) {
        RUN(rig, &a, once, cql_int(1000000 + i), cql_int(0));
        code = a.code;
        assert_true(code == CQL_UNKNOWN || code == CQL_UNAVAILABLE);
        assert_in_range(a.sent, 0, 1);
        asked_deinit(&a);
    }
    assert_int_equal(code, CQL_UNAVAILABLE);
    rig_node("kill", 1);
    rig_until(rig, cql_counts(rig->cql).links_open == 0);
    RUN(rig, &a, once, cql_int(2000000), cql_int(0));
    asked_expect(&a, CQL_UNAVAILABLE);
    assert_int_equal(a.sent, 0);
    assert_true(a.message[0]);
    asked_deinit(&a);

    for (unsigned i = 1; i <= RIG_NODES; i++)
        rig_node("start", i);
    await_all_links(rig);
    RUN(rig, &a, once, cql_int(3000000), cql_int(0));
    asked_expect(&a, 0);
    assert_true(a.applied);
    asked_deinit(&a);
}

/* --- what is counted --- */

static uint64_t streams(const struct rig *rig)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < CQL_NODES_MAX; i++)
        if (rig->cql->nodes[i])
            n += metric_value(METRIC_DATABASE_STREAMS, i);
    return n;
}

static void test_links_and_what_is_under_way_are_counted(void **state)
{
    struct rig *rig = *state;
    struct address named;
    struct asked a;
    uint32_t second = node_at(rig, 2)->number;
    for (unsigned i = 1; i <= RIG_NODES; i++) {
        uint32_t number = node_at(rig, i)->number;
        assert_int_equal(metric_value(METRIC_DATABASE_LINKS, number), CQL_LINKS);
        assert_true(cql_node_address(rig->cql, number, &named));
        assert_memory_equal(&named, &rig->contacts[i - 1], sizeof(named));
    }
    assert_false(cql_node_address(rig->cql, CQL_NODES_MAX - 1, &named));

    struct cql_statement *put =
        cql_statement(rig->cql, "INSERT INTO t (k, v) VALUES (?, ?)", CQL_REPEATABLE);
    int32_t key = key_of(rig, 2);
    struct cql_value values[] = {cql_int(key), cql_int(1)};
    struct cql_part part = {put, values, 2};
    struct cql_order order = {.parts = &part,
                              .parts_n = 1,
                              .terms = {CQL_QUORUM, CQL_SERIAL, 0, {0}},
                              .timeout_ms = SILENT_TIMEOUT_MS};
    for (int i = 0; i < 2; i++) { /* the owner has prepared it then */
        rig_run(rig, &a, put, values, 2);
        asked_deinit(&a);
    }
    assert_true(metric_value(METRIC_DATABASE_PREPARED, 0) > 0);
    assert_int_equal(streams(rig), 0);
    uint64_t repeated = metric_value(METRIC_DATABASE_REPEATED, 0);
    rig_node("pause", 2);
    rig_ask(rig, &a, &order);
    rig_until(rig, metric_value(METRIC_DATABASE_STREAMS, second) == 1);
    assert_int_equal(metric_value(METRIC_DATABASE_WAITING, 0), 0);
    rig_wait(rig); /* another node answers, while this one still may */
    asked_expect(&a, 0);
    asked_deinit(&a);
    assert_int_equal(streams(rig), 0);
    assert_int_equal(metric_value(METRIC_DATABASE_REPEATED, 0), repeated + 1);
    rig_until(rig, metric_value(METRIC_DATABASE_LINKS, second) == 0);
    rig_node("resume", 2);
    rig_until(rig, metric_value(METRIC_DATABASE_LINKS, second) == CQL_LINKS);
}

#define with_rig(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_rig(test_one_contact_leads_to_all_and_to_the_owners),
        with_rig(test_node_killed_under_load),
        with_rig(test_silent_node_costs_a_repeatable_statement_time_and_a_condition_its_answer),
        cmocka_unit_test_setup_teardown(test_links_and_what_is_under_way_are_counted, setup_alone,
                                        teardown),
        with_rig(test_without_a_quorum_it_is_unavailable_at_once),
    };
    return cmocka_run_group_tests(tests, setup_all, NULL);
}
