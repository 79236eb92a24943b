/* The driver against nodes that are well: what it says and what it understands. */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/tls_client.h"
#include "store/cql/murmur3.h"
#include "util/crypto.h"
#include "util/macros.h"
#include "util/mem.h"

static int setup(void **state)
{
    struct rig *rig = *state = mem_new(sizeof(*rig));
    rig_init(rig);
    rig->options.keyspace = STR("driver");
    rig_open(rig);
    return 0;
}

static int teardown(void **state)
{
    rig_deinit(*state);
    free(*state);
    return 0;
}

/* A keyspace of its own for each run. */
static int setup_all(void **state)
{
    struct rig *rig = mem_new(sizeof(*rig));
    (void)state;
    rig_init(rig);
    rig_open(rig);
    rig_text(rig, "DROP KEYSPACE IF EXISTS driver");
    rig_text(rig, "CREATE KEYSPACE driver WITH replication ="
                  " {'class': 'SimpleStrategy', 'replication_factor': 3}");
    rig_deinit(rig);
    free(rig);
    return 0;
}

/* Types and tokens. */

static void test_values_come_back_as_they_went(void **state)
{
    struct rig *rig = *state;
    struct asked a;
    rig_text(
        rig,
        "CREATE TABLE driver.kinds (k int PRIMARY KEY, big bigint, small smallint, tiny tinyint,"
        " yes boolean, words text, bytes blob, at timestamp, id uuid, ip inet,"
        " tags set<text>, never int)");
    struct cql_statement *insert = cql_statement(
        rig->cql,
        "INSERT INTO kinds (k, big, small, tiny, yes, words, bytes, at, id, ip, tags, never)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        CQL_REPEATABLE);
    struct cql_statement *get =
        cql_statement(rig->cql, "SELECT * FROM kinds WHERE k = ?", CQL_REPEATABLE);
    RUN(rig, &a, insert, cql_int(7), cql_bigint(INT64_MIN), cql_smallint(-2), cql_tinyint(-3),
        cql_boolean(true), cql_bytes(STR("gr\xc3\xbc\xc3\x9f")), cql_bytes(STR("")),
        cql_bigint(1234567890123), cql_bytes(STR("0123456789abcdef")), cql_bytes(STR("\x7f\0\0\1")),
        cql_bytes(STR("\0\0\0\2\0\0\0\1a\0\0\0\2bc")), cql_unset());
    asked_expect(&a, 0);
    asked_deinit(&a);

    RUN(rig, &a, get, cql_int(7));
    asked_expect(&a, 0);
    assert_int_equal(a.rows_n, 1);
    assert_int_equal(asked_number(&a, 0, "big"), INT64_MIN);
    assert_int_equal(asked_number(&a, 0, "small"), -2);
    assert_int_equal(asked_number(&a, 0, "tiny"), -3);
    assert_true(cql_cell_boolean(asked_cell(&a, 0, "yes")));
    assert_true(str_eq(asked_cell(&a, 0, "words"), STR("gr\xc3\xbc\xc3\x9f")));
    assert_non_null(asked_cell(&a, 0, "bytes").p);
    assert_int_equal(asked_cell(&a, 0, "bytes").n, 0);
    assert_int_equal(asked_number(&a, 0, "at"), 1234567890123);
    assert_true(str_eq(asked_cell(&a, 0, "id"), STR("0123456789abcdef")));
    assert_true(str_eq(asked_cell(&a, 0, "ip"), STR("\x7f\0\0\1")));
    struct cql_list tags = cql_list_of(asked_cell(&a, 0, "tags"));
    struct str tag;
    assert_true(cql_list_next(&tags, &tag) && str_eq(tag, STR("a")));
    assert_true(cql_list_next(&tags, &tag) && str_eq(tag, STR("bc")));
    assert_null(asked_cell(&a, 0, "never").p);
    asked_deinit(&a);
}

static void test_unset_leaves_a_column_and_null_empties_it(void **state)
{
    struct rig *rig = *state;
    struct asked a;
    rig_text(rig, "CREATE TABLE driver.two (k int PRIMARY KEY, a int, b int)");
    struct cql_statement *insert =
        cql_statement(rig->cql, "INSERT INTO two (k, a, b) VALUES (?, ?, ?)", CQL_REPEATABLE);
    struct cql_statement *get =
        cql_statement(rig->cql, "SELECT a, b FROM two WHERE k = ?", CQL_REPEATABLE);
    RUN(rig, &a, insert, cql_int(1), cql_int(10), cql_int(20));
    asked_expect(&a, 0);
    asked_deinit(&a);
    RUN(rig, &a, insert, cql_int(1), cql_null(), cql_unset());
    asked_expect(&a, 0);
    asked_deinit(&a);
    RUN(rig, &a, get, cql_int(1));
    assert_null(asked_cell(&a, 0, "a").p);
    assert_int_equal(asked_number(&a, 0, "b"), 20);
    asked_deinit(&a);
}

static int64_t our_token(const struct cql_value *values, size_t n)
{
    struct builder bytes = {0}, key = {0};
    struct cql_keys keys = {.n = (uint32_t)n};
    for (size_t i = 0; i < n; i++)
        keys.at[i] = (uint16_t)i;
    wire_put_values(&bytes, values, n);
    assert_true(wire_put_key(&key, &keys, builder_str(&bytes)));
    int64_t token = murmur3_token(builder_str(&key));
    builder_deinit(&bytes);
    builder_deinit(&key);
    return token;
}

/* Keys of every length up to five blocks, of all bytes, and keys of two columns. */
static void test_tokens_are_those_of_the_node(void **state)
{
    struct rig *rig = *state;
    struct asked a;
    unsigned char bytes[80];
    rig_text(rig, "CREATE TABLE driver.single (k blob PRIMARY KEY)");
    rig_text(rig, "CREATE TABLE driver.pair (c bigint, b blob, PRIMARY KEY ((c, b)))");
    struct cql_statement *put =
        cql_statement(rig->cql, "INSERT INTO single (k) VALUES (?)", CQL_REPEATABLE);
    struct cql_statement *get =
        cql_statement(rig->cql, "SELECT token(k) AS t FROM single WHERE k = ?", CQL_REPEATABLE);
    struct cql_statement *put_pair =
        cql_statement(rig->cql, "INSERT INTO pair (c, b) VALUES (?, ?)", CQL_REPEATABLE);
    struct cql_statement *get_pair = cql_statement(
        rig->cql, "SELECT token(c, b) AS t FROM pair WHERE c = ? AND b = ?", CQL_REPEATABLE);
    for (size_t n = 1; n <= sizeof(bytes); n++) {
        crypto_random(bytes, n);
        struct cql_value key = cql_bytes(str_n(bytes, n));
        RUN(rig, &a, put, key);
        asked_deinit(&a);
        RUN(rig, &a, get, key);
        assert_int_equal(asked_number(&a, 0, "t"), our_token(&key, 1));
        asked_deinit(&a);
        struct cql_value both[] = {cql_bigint((int64_t)n << 40), key};
        rig_run(rig, &a, put_pair, both, 2);
        asked_deinit(&a);
        rig_run(rig, &a, get_pair, both, 2);
        assert_int_equal(asked_number(&a, 0, "t"), our_token(both, 2));
        asked_deinit(&a);
    }
}

/* Conditions and batches. */

static void test_condition_says_whether_it_held_and_what_stood_there(void **state)
{
    struct rig *rig = *state;
    struct asked a;
    rig_text(rig, "CREATE TABLE driver.claim (name text PRIMARY KEY, owner bigint)");
    struct cql_statement *claim = cql_statement(
        rig->cql, "INSERT INTO claim (name, owner) VALUES (?, ?) IF NOT EXISTS", CQL_ONCE);
    RUN(rig, &a, claim, cql_bytes(STR("alice")), cql_bigint(1));
    asked_expect(&a, 0);
    assert_true(a.conditional && a.applied);
    asked_deinit(&a);
    RUN(rig, &a, claim, cql_bytes(STR("alice")), cql_bigint(2));
    asked_expect(&a, 0);
    assert_true(a.conditional);
    assert_false(a.applied);
    assert_int_equal(asked_number(&a, 0, "owner"), 1);
    assert_int_equal(a.sent, 1);
    asked_deinit(&a);
}

/* As the store appends: two rows of one partition, neither of which may be there. */
static void append_two(struct rig *rig, struct asked *a, struct cql_statement *append, int64_t seq,
                       struct str body)
{
    struct cql_value rows[2][3];
    struct cql_part parts[2];
    for (int i = 0; i < 2; i++) {
        rows[i][0] = cql_bigint(5);
        rows[i][1] = cql_bigint(seq + i);
        rows[i][2] = cql_bytes(body);
        parts[i] = (struct cql_part){append, rows[i], 3};
    }
    rig_ask(rig, a,
            &(struct cql_order){
                .parts = parts, .parts_n = 2, .terms = {CQL_QUORUM, CQL_SERIAL, 0, {0}}});
    rig_wait(rig);
    asked_expect(a, 0);
    assert_true(a->conditional);
}

static void test_batch_of_conditions_is_done_whole_or_not_at_all(void **state)
{
    struct rig *rig = *state;
    struct asked a;
    rig_text(rig,
             "CREATE TABLE driver.log (c bigint, seq bigint, body text, PRIMARY KEY (c, seq))");
    struct cql_statement *append = cql_statement(
        rig->cql, "INSERT INTO log (c, seq, body) VALUES (?, ?, ?) IF NOT EXISTS", CQL_ONCE);
    struct cql_statement *list =
        cql_statement(rig->cql, "SELECT seq, body FROM log WHERE c = ?", CQL_REPEATABLE);
    for (int round = 0; round < 2; round++) {
        append_two(rig, &a, append, 1 + round, round ? STR("late") : STR("first"));
        assert_int_equal(a.applied, round == 0);
        asked_deinit(&a);
    }
    RUN(rig, &a, list, cql_bigint(5));
    assert_int_equal(a.rows_n, 2);
    for (uint32_t i = 0; i < 2; i++)
        assert_true(str_eq(asked_cell(&a, i, "body"), STR("first")));
    asked_deinit(&a);
}

/* Pages. */

static void test_pages_give_every_row_once(void **state)
{
    enum { ROWS = 950, PAGE = 200 };
    struct rig *rig = *state;
    struct asked a;
    rig_text(rig, "CREATE TABLE driver.long (c int, seq int, PRIMARY KEY (c, seq))");
    struct cql_statement *put =
        cql_statement(rig->cql, "INSERT INTO long (c, seq) VALUES (?, ?)", CQL_REPEATABLE);
    struct cql_statement *list =
        cql_statement(rig->cql, "SELECT seq FROM long WHERE c = ?", CQL_REPEATABLE);
    struct asked *puts = mem_new_array(ROWS, sizeof(*puts));
    for (int i = 0; i < ROWS; i++) {
        struct cql_value values[] = {cql_int(1), cql_int(i)};
        struct cql_part part = {put, values, 2};
        rig_ask(rig, &puts[i],
                &(struct cql_order){.parts = &part, .parts_n = 1, .terms.consistency = CQL_QUORUM});
    }
    rig_wait(rig);
    free(puts);

    int seen = 0, pages = 0;
    struct cql_value key = cql_int(1);
    struct cql_part part = {list, &key, 1};
    struct builder page = {0};
    do {
        struct cql_order order = {.parts = &part, .parts_n = 1};
        order.terms = (struct wire_terms){.consistency = CQL_QUORUM, .page_rows = PAGE};
        if (pages)
            order.terms.page = builder_str(&page);
        rig_ask(rig, &a, &order);
        rig_wait(rig);
        asked_expect(&a, 0);
        assert_in_range(a.rows_n, 0, PAGE);
        for (uint32_t i = 0; i < a.rows_n; i++)
            assert_int_equal(asked_number(&a, i, "seq"), seen++);
        builder_reset(&page);
        builder_add_str(&page, a.next_page);
        pages++;
        asked_deinit(&a);
    } while (page.n);
    assert_int_equal(seen, ROWS);
    assert_in_range(pages, 5, 6);
    builder_deinit(&page);
}

/* Preparing. */

static void test_prepared_again_after_the_schema_changed(void **state)
{
    struct rig *rig = *state;
    struct asked a;
    rig_text(rig, "CREATE TABLE driver.grows (k int PRIMARY KEY, v int)");
    struct cql_statement *put =
        cql_statement(rig->cql, "INSERT INTO grows (k, v) VALUES (?, ?)", CQL_REPEATABLE);
    struct cql_statement *once =
        cql_statement(rig->cql, "UPDATE grows SET v = ? WHERE k = ? IF EXISTS", CQL_ONCE);
    struct cql_statement *all =
        cql_statement(rig->cql, "SELECT * FROM grows WHERE k = ?", CQL_REPEATABLE);
    RUN(rig, &a, put, cql_int(1), cql_int(2));
    asked_expect(&a, 0);
    asked_deinit(&a);
    RUN(rig, &a, once, cql_int(3), cql_int(1));
    assert_true(a.applied);
    asked_deinit(&a);
    RUN(rig, &a, all, cql_int(1));
    assert_int_equal(a.columns_n, 2);
    asked_deinit(&a);

    uint64_t prepared = cql_counts(rig->cql).prepared;
    rig_text(rig, "ALTER TABLE driver.grows ADD more int");
    RUN(rig, &a, all, cql_int(1));
    asked_expect(&a, 0);
    assert_int_equal(a.columns_n, 3);
    assert_int_equal(asked_number(&a, 0, "v"), 3);
    asked_deinit(&a);
    /* Nothing was carried out before it was prepared again, so one with a condition may be, too. */
    RUN(rig, &a, once, cql_int(4), cql_int(1));
    asked_expect(&a, 0);
    assert_true(a.applied);
    assert_int_equal(a.sent, 1);
    asked_deinit(&a);
    assert_true(cql_counts(rig->cql).prepared > prepared);
}

/* Where a statement names its columns, they stay where they are; and the answer to a condition that
 * did not hold, which has all of the table, is read by names. */
static void test_a_column_that_comes_before_the_others_moves_none(void **state)
{
    struct rig *rig = *state;
    struct asked a;
    rig_text(rig,
             "CREATE TABLE driver.wider (c bigint, seq bigint, body text, PRIMARY KEY (c, seq))");
    struct cql_statement *append = cql_statement(
        rig->cql, "INSERT INTO wider (c, seq, body) VALUES (?, ?, ?) IF NOT EXISTS", CQL_ONCE);
    struct cql_statement *list =
        cql_statement(rig->cql, "SELECT body, seq FROM wider WHERE c = ?", CQL_REPEATABLE);
    for (int round = 0; round < 2; round++) {
        append_two(rig, &a, append, 1 + 2 * round, STR("stands"));
        assert_true(a.applied);
        asked_deinit(&a);
        append_two(rig, &a, append, 2 + 2 * round, STR("late"));
        assert_false(a.applied);
        assert_int_equal(a.columns_n, 4 + round); /* with what became of it */
        assert_true(str_eq(asked_cell(&a, 0, "body"), STR("stands")));
        asked_deinit(&a);
        RUN(rig, &a, list, cql_bigint(5));
        assert_int_equal(a.columns_n, 2);
        assert_int_equal(a.rows_n, 2 + 2 * round);
        assert_true(str_eq(a.names[0], STR("body")) && str_eq(a.names[1], STR("seq")));
        for (uint32_t i = 0; i < a.rows_n; i++) {
            assert_int_equal(asked_number(&a, i, "seq"), 1 + i);
            assert_true(str_eq(asked_cell(&a, i, "body"), STR("stands")));
        }
        asked_deinit(&a);
        if (round == 0)
            rig_text(rig, "ALTER TABLE driver.wider ADD anew bigint");
    }
}

static void test_refused_until_the_table_is_there(void **state)
{
    struct rig *rig = *state;
    struct asked a;
    struct cql_statement *wrong = cql_statement(rig->cql, "SELEKT everything", CQL_REPEATABLE);
    struct cql_statement *later =
        cql_statement(rig->cql, "SELECT k FROM later WHERE k = ?", CQL_REPEATABLE);
    rig_run(rig, &a, wrong, NULL, 0);
    asked_expect(&a, CQL_REFUSED);
    assert_non_null(strstr(a.message, "SELEKT"));
    assert_int_equal(a.sent, 0);
    asked_deinit(&a);
    RUN(rig, &a, later, cql_int(1));
    asked_expect(&a, CQL_REFUSED);
    asked_deinit(&a);
    rig_text(rig, "CREATE TABLE driver.later (k int PRIMARY KEY)");
    RUN(rig, &a, later, cql_int(1));
    asked_expect(&a, 0);
    asked_deinit(&a);
    RUN(rig, &a, later, cql_bytes(STR("no int")));
    asked_expect(&a, CQL_REFUSED);
    asked_deinit(&a);
}

/* Many at once. */

static void test_many_at_once_share_few_links(void **state)
{
    enum { MANY = 5000 };
    struct rig *rig = *state;
    rig_text(rig, "CREATE TABLE driver.many (k int PRIMARY KEY, v blob)");
    struct cql_statement *put =
        cql_statement(rig->cql, "INSERT INTO many (k, v) VALUES (?, ?)", CQL_REPEATABLE);
    struct asked *asked = mem_new_array(MANY, sizeof(*asked));
    char body[200] = "";
    for (int i = 0; i < MANY; i++) {
        struct cql_value values[] = {cql_int(i), cql_bytes(str_n(body, sizeof(body)))};
        struct cql_part part = {put, values, 2};
        rig_ask(rig, &asked[i],
                &(struct cql_order){.parts = &part,
                                    .parts_n = 1,
                                    .terms.consistency = CQL_QUORUM,
                                    .timeout_ms = 60000});
    }
    assert_int_equal(cql_counts(rig->cql).under_way, MANY);
    rig_wait(rig);
    for (int i = 0; i < MANY; i++)
        asked_expect(&asked[i], 0);
    struct cql_counts counts = cql_counts(rig->cql);
    assert_int_equal(counts.under_way, 0);
    assert_int_equal(counts.waiting, 0);
    assert_in_range(counts.links_open, 1, RIG_NODES * CQL_LINKS);
    free(asked);
}

static void test_beyond_the_bounds_is_overloaded(void **state)
{
    enum { EXTRA = 100 };
    struct rig *rig = *state;
    rig_text(rig, "CREATE TABLE driver.bound (k int PRIMARY KEY)");
    struct cql_statement *get =
        cql_statement(rig->cql, "SELECT k FROM bound WHERE k = ?", CQL_REPEATABLE);
    struct asked *asked = mem_new_array(CQL_CALLS_MAX + EXTRA, sizeof(*asked));
    struct cql_value key = cql_int(1);
    struct cql_part part = {get, &key, 1};
    for (int i = 0; i < CQL_CALLS_MAX + EXTRA; i++)
        rig_ask(
            rig, &asked[i],
            &(struct cql_order){
                .parts = &part, .parts_n = 1, .terms.consistency = CQL_ONE, .timeout_ms = 60000});
    rig_wait(rig);
    int refused = 0;
    for (int i = 0; i < CQL_CALLS_MAX + EXTRA; i++) {
        asked_expect(&asked[i], i < CQL_CALLS_MAX ? 0 : CQL_OVERLOADED);
        refused += asked[i].code != 0;
        asked_deinit(&asked[i]);
    }
    assert_int_equal(refused, EXTRA);
    free(asked);

    struct asked a;
    char *large = mem_new(CQL_CALL_BYTES_MAX);
    RUN(rig, &a, get, cql_bytes(str_n(large, CQL_CALL_BYTES_MAX)));
    asked_expect(&a, CQL_REFUSED);
    assert_int_equal(a.sent, 0);
    asked_deinit(&a);
    free(large);
}

static void test_stopping_answers_what_is_under_way_once(void **state)
{
    enum { SOME = 300 };
    struct rig *rig = *state;
    struct asked a;
    struct cql_statement *get = cql_statement(
        rig->cql, "SELECT cluster_name FROM system.local WHERE key = 'local'", CQL_REPEATABLE);
    rig_run(rig, &a, get, NULL, 0);
    asked_expect(&a, 0);
    asked_deinit(&a);
    struct asked *asked = mem_new_array(SOME, sizeof(*asked));
    struct cql_part part = {get, NULL, 0};
    for (int i = 0; i < SOME; i++)
        rig_ask(rig, &asked[i],
                &(struct cql_order){.parts = &part, .parts_n = 1, .terms.consistency = CQL_ONE});
    rig_close(rig);
    assert_int_equal(rig->awaited, 0);
    for (int i = 0; i < SOME; i++) {
        assert_int_equal(asked[i].dones, 1);
        assert_true(asked[i].code != CQL_REFUSED && asked[i].code != CQL_OVERLOADED);
        asked_deinit(&asked[i]);
    }
    free(asked);
}

/* Who we are, and who they are. */

/* What a driver with these options is told. */
static void ask_anew(struct rig *rig, struct asked *a)
{
    rig_open(rig);
    struct cql_statement *get = cql_statement(
        rig->cql, "SELECT cluster_name FROM system.local WHERE key = 'local'", CQL_REPEATABLE);
    struct cql_part part = {get, NULL, 0};
    rig_ask(rig, a,
            &(struct cql_order){.parts = &part, .parts_n = 1, .terms.consistency = CQL_ONE});
    rig_wait(rig);
    rig_close(rig);
}

static void expect(struct rig *rig, int code, const char *words)
{
    struct asked a;
    ask_anew(rig, &a);
    if (a.code != code || (words && !strstr(a.message, words)))
        fail_msg("%d expected, with '%s': %d %s", code, words ? words : "", a.code, a.message);
    asked_deinit(&a);
}

static struct tls_client *trusting(const char *authority)
{
    struct tls_client *tls;
    char path[512];
    snprintf(path, sizeof(path), "%s/tls/%s.pem", rig_env("TLS_DIR"), authority);
    assert_int_equal(tls_client_new(&tls, path), 0);
    return tls;
}

static void test_password(void **state)
{
    struct rig rig;
    struct tls_client *tls = trusting("ca");
    (void)state;
    rig_init_tls(&rig, tls);
    expect(&rig, 0, NULL);
    rig.options.password = STR("wrong");
    expect(&rig, CQL_UNAVAILABLE, "incorrect");
    rig.options.user = rig.options.password = (struct str){0};
    expect(&rig, CQL_UNAVAILABLE, "password");
    rig_deinit(&rig);
    tls_client_free(tls);
}

static void test_keyspace_that_is_not_there(void **state)
{
    struct rig rig;
    (void)state;
    rig_init(&rig);
    rig.options.keyspace = STR("nowhere");
    expect(&rig, CQL_UNAVAILABLE, "nowhere");
    rig_deinit(&rig);
}

static void test_tls(void **state)
{
    struct rig rig;
    struct tls_client *known = trusting("ca"), *stranger = trusting("stranger");
    (void)state;
    rig_init_tls(&rig, known);
    rig.options.tls_name = "cassandra.test";
    expect(&rig, 0, NULL);
    rig.options.tls_name = "another.test";
    expect(&rig, CQL_UNAVAILABLE, "TLS");
    rig.options.tls_name = NULL;
    rig.options.tls = stranger;
    expect(&rig, CQL_UNAVAILABLE, "TLS");
    rig.options.tls = NULL;
    expect(&rig, CQL_UNAVAILABLE, NULL);
    rig_deinit(&rig);
    tls_client_free(known);
    tls_client_free(stranger);
}

#define with_rig(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_rig(test_values_come_back_as_they_went),
        with_rig(test_unset_leaves_a_column_and_null_empties_it),
        with_rig(test_tokens_are_those_of_the_node),
        with_rig(test_condition_says_whether_it_held_and_what_stood_there),
        with_rig(test_batch_of_conditions_is_done_whole_or_not_at_all),
        with_rig(test_pages_give_every_row_once),
        with_rig(test_prepared_again_after_the_schema_changed),
        with_rig(test_a_column_that_comes_before_the_others_moves_none),
        with_rig(test_refused_until_the_table_is_there),
        with_rig(test_many_at_once_share_few_links),
        with_rig(test_beyond_the_bounds_is_overloaded),
        with_rig(test_stopping_answers_what_is_under_way_once),
        cmocka_unit_test(test_password),
        cmocka_unit_test(test_keyspace_that_is_not_there),
        cmocka_unit_test(test_tls),
    };
    return cmocka_run_group_tests(tests, setup_all, NULL);
}
