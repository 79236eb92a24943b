/*
 * What size does to the store on Cassandra: it must do nothing. An inbox of thousands of which
 * three changed, a bucket whose messages were deleted, a page from the middle of a long log.
 * Statements and bytes are counted; times are held against others of the same run, taken in turn,
 * since what else the machine does disturbs both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/limits.h"
#include "store/cassandra/logs.h"
#include "store_rig.h"
#include "util/clock.h"
#include "util/crypto.h"
#include "util/macros.h"

/* --- many at once --- */

/* Groups of Bob's alone, FLOW at once. */
enum { GROUPS = 5000, FIRST_GROUP = 100000, FLOW = 16 };

struct flow {
    struct store *store;
    uint32_t begun, ended, n;
    struct making {
        struct flow *flow;
        struct store_append append;
        struct event event;
        struct event_member owner;
    } making[FLOW];
};

static void on_made(struct store_request *);

static void make(struct making *m)
{
    m->append = (struct store_append){.base.done = on_made,
                                      .conversation = m->event.conversation,
                                      .events = &m->event,
                                      .n_events = 1};
    store_append(m->flow->store, &m->append);
}

static void make_next(struct making *m)
{
    struct flow *f = m->flow;
    if (f->begun == f->n)
        return;
    m->owner = (struct event_member){BOB, ROLE_OWNER};
    m->event =
        event_after(&(struct log_head){0}, FIRST_GROUP + f->begun++, EVENT_CREATED, BOB, "g");
    m->event.text = STR("a group of one");
    m->event.history = HISTORY_ALL;
    m->event.members = &m->owner;
    m->event.n_members = 1;
    make(m);
}

/* A machine that has more to do than it can may not answer in time. */
static void on_made(struct store_request *r)
{
    struct making *m = container_of(r, struct making, append.base);
    enum store_status status = r->status;
    store_request_deinit(r);
    if (status != STORE_DONE && status != STORE_KNOWN) {
        assert_true(status == STORE_UNKNOWN || status == STORE_FAILED);
        make(m);
        return;
    }
    m->flow->ended++;
    make_next(m);
}

static void make_groups(struct rig *rig, uint32_t n)
{
    static struct flow f;
    f = (struct flow){.store = rig->store, .n = n};
    for (uint32_t i = 0; i < FLOW; i++) {
        f.making[i].flow = &f;
        make_next(&f.making[i]);
    }
    while (f.ended < n)
        rig_run_one(rig);
}

/* --- an inbox of thousands --- */

enum { PAGES = (GROUPS + 1) / 1000 + 1 }; /* ASK_PAGE_ROWS; the own log is a row, too */

static void sync_since(struct rig *rig, char token[STORE_TOKEN_BYTES_MAX],
                       struct store_inbox_changes *r)
{
    *r = (struct store_inbox_changes){.user = BOB, .limit = SYNC_MAX, .token = str_of(token)};
    ask(rig, store_inbox_changes, r);
    assert_int_equal(r->base.status, STORE_DONE);
    memcpy(token, r->next, STORE_TOKEN_BYTES_MAX);
}

static bool has_entry(const struct store_inbox_changes *r, uint64_t conversation)
{
    for (uint32_t i = 0; i < r->n_entries; i++)
        if (r->entries[i].conversation.id == conversation)
            return true;
    return false;
}

static void test_sync_follows_what_changed(void **state)
{
    static const uint64_t changed[] = {FIRST_GROUP + 7, FIRST_GROUP + 2500, FIRST_GROUP + 4999};
    struct rig *rig = *state;
    struct store_inbox_changes r;
    char token[STORE_TOKEN_BYTES_MAX] = "";
    people(rig);
    make_groups(rig, GROUPS);
    sync_since(rig, token, &r);
    store_request_deinit(&r.base);
    for (size_t i = 0; i < ARRAY_SIZE(changed); i++)
        say(rig, changed[i], BOB, "b1", "news");
    store_rig_count(rig);
    uint64_t bytes = store_cassandra_answered_bytes(rig->store);
    sync_since(rig, token, &r);
    for (size_t i = 0; i < ARRAY_SIZE(changed); i++)
        assert_true(has_entry(&r, changed[i]));
    assert_false(r.more);
    uint64_t statements = store_rig_counted(rig);
    bytes = store_cassandra_answered_bytes(rig->store) - bytes;
    printf("sync, %d conversations, 3 changed: %u entries, %u statements, %u bytes, token %zu\n",
           GROUPS, r.n_entries, (unsigned)statements, (unsigned)bytes, strlen(token));
    assert_in_range(r.n_entries, 3, 12);
    /* the look; the rows; of each entry its head and its record; which months have mentions */
    assert_int_equal(statements, PAGES + 1 + 2 * r.n_entries + 1);
    assert_in_range(bytes, 0, 70 * GROUPS);
    store_request_deinit(&r.base);
    /* Nothing changed: the look alone. */
    store_rig_count(rig);
    sync_since(rig, token, &r);
    assert_int_equal(r.n_entries, 0);
    assert_int_equal(store_rig_counted(rig), PAGES);
    store_request_deinit(&r.base);
    /* A page of the list. */
    store_rig_count(rig);
    struct store_inbox_list list = {.user = BOB, .limit = LIST_MAX};
    ask(rig, store_inbox_list, &list);
    assert_int_equal(list.n_entries, LIST_MAX);
    /* their last messages are their heads, where they have one */
    assert_int_equal(store_rig_counted(rig), PAGES + 1 + 2 * LIST_MAX + 1);
    store_request_deinit(&list.base);
}

/* --- times --- */

enum { SAMPLES = 1000 };

/* Where minutes are no matter, in thousands of events; else fewer, which must make no difference.
 */
static uint64_t buckets(uint64_t usual, uint64_t full)
{
    const char *level = getenv("TEST_LEVEL");
    return level && strcmp(level, "full") == 0 ? full : usual;
}

/* Pages of two kinds in turn, each begun when the one before is there, so that nothing but the page
 * is between. */
struct race {
    struct store *store;
    struct store_events page;
    void (*next)(struct race *);
    uint64_t began_ns;
    uint64_t ns[2][SAMPLES];
    uint32_t n; /* pages so far, of both */
};

static void race_on(struct race *race)
{
    race->began_ns = clock_mono_ns();
    race->next(race);
}

static void race_took(struct race *race)
{
    race->ns[race->n % 2][race->n / 2] = clock_mono_ns() - race->began_ns;
    race->n++;
    if (race->n < 2 * SAMPLES)
        race_on(race);
}

static void on_page(struct store_request *r)
{
    struct race *race = container_of(r, struct race, page.base);
    assert_int_equal(r->status, STORE_DONE);
    assert_int_equal(race->page.n_events, 50);
    store_request_deinit(r);
    race_took(race);
}

static void race_page(struct race *race, uint64_t first)
{
    race->page = (struct store_events){.base.done = on_page,
                                       .conversation = GROUP,
                                       .from_seq = first,
                                       .to_seq = first + 49,
                                       .limit = 50,
                                       .viewer = BOB};
    store_events(race->store, &race->page);
}

static int compare_ns(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t quantile_us(struct race *race, int which, int percent)
{
    qsort(race->ns[which], SAMPLES, sizeof(uint64_t), compare_ns);
    return race->ns[which][SAMPLES * percent / 100] / 1000;
}

/* How much longer the second kind took. */
static double run_race(struct rig *rig, struct race *race, const char *what)
{
    race->store = rig->store;
    race_on(race);
    while (race->n < 2 * SAMPLES)
        rig_run_one(rig);
    double ratio = (double)quantile_us(race, 1, 50) / (double)quantile_us(race, 0, 50);
    printf("%s: p50 %u, p99 %u us; against p50 %u, p99 %u us: %.2f\n", what,
           (unsigned)quantile_us(race, 1, 50), (unsigned)quantile_us(race, 1, 99),
           (unsigned)quantile_us(race, 0, 50), (unsigned)quantile_us(race, 0, 99), ratio);
    return ratio;
}

/* Appends `n` events like `e`, each with a key and, from `target` on, a target of its own. */
static void append_many(struct rig *rig, enum event_type type, uint64_t target, uint64_t n)
{
    struct log_head head = head_of(rig, GROUP);
    uint64_t end = head.seq + n;
    while (head.seq < end) {
        struct event events[APPEND_MAX];
        char keys[APPEND_MAX][16];
        uint32_t some = (uint32_t)MIN(end - head.seq, (uint64_t)APPEND_MAX);
        struct log_head at = head;
        for (uint32_t i = 0; i < some; i++, at.seq++, at.n += event_counts(type)) {
            snprintf(keys[i], sizeof(keys[i]), "k%u", (unsigned)at.seq);
            events[i] = event_after(&at, GROUP, type, ALICE, keys[i]);
            events[i].first_seq = head.seq + 1;
            events[i].text =
                type == EVENT_MESSAGE ? STR("some words, as people write them") : STR("");
            events[i].target = target ? target + at.seq - (end - n) : 0;
        }
        struct store_append r = {.conversation = GROUP,
                                 .events = events,
                                 .n_events = some,
                                 .head = head,
                                 .after = head.seq};
        ask(rig, store_append, &r);
        head = r.base.status == STORE_DONE ? r.head : head_of(rig, GROUP);
        store_request_deinit(&r.base);
    }
}

/* Whole buckets of messages that were deleted, but for the last one, against one where none was. */
struct deleted {
    struct race race;
    uint64_t buckets;
};

/* The newest page of them first, which has the one that is left. */
static void race_deleted(struct race *race)
{
    const struct deleted *d = container_of(race, struct deleted, race);
    uint64_t at = race->n / 2 * 37 % (LOG_BUCKET - 50), end = (1 + d->buckets) * LOG_BUCKET;
    race_page(race, race->n % 2 ? end - 50 - race->n / 2 % d->buckets * LOG_BUCKET - at : end + at);
}

static void test_what_was_deleted_slows_no_page(void **state)
{
    struct rig *rig = *state;
    static struct deleted d;
    d = (struct deleted){.race.next = race_deleted, .buckets = buckets(1, 100)};
    uint64_t end = (1 + d.buckets) * LOG_BUCKET;
    people(rig);
    make_group(rig);
    append_many(rig, EVENT_MESSAGE, 0, end + LOG_BUCKET);
    append_many(rig, EVENT_DELETE, LOG_BUCKET, end - LOG_BUCKET - 1);
    struct store_events r = {
        .conversation = GROUP, .from_seq = end - 2, .to_seq = end - 1, .limit = 2};
    ask(rig, store_events, &r);
    assert_true(r.events[0].deleted && !r.events[1].deleted);
    store_request_deinit(&r.base);
    assert_true(run_race(rig, &d.race, "a page of deleted messages, against others") < 2);
}

/* --- a page against its bare query --- */

struct bare {
    struct race race;
    struct cql *cql;
    const struct cql_statement *statement;
    struct cql_call call;
    uint64_t events_n;
};

static void on_bare(struct cql_call *call, const struct cql_result *result)
{
    struct bare *b = container_of(call, struct bare, call);
    assert_int_equal(result->code, 0);
    assert_int_equal(result->rows->n, 50);
    race_took(&b->race);
}

static void race_bare(struct race *race)
{
    struct bare *b = container_of(race, struct bare, race);
    uint64_t bucket = (uint64_t)rand() % (b->events_n / LOG_BUCKET);
    uint64_t first = bucket * LOG_BUCKET + 1 + (uint64_t)rand() % (LOG_BUCKET - 51);
    if (race->n % 2) {
        race_page(race, first);
        return;
    }
    struct cql_value values[] = {cql_u64(GROUP), cql_u64(bucket), cql_u64(first),
                                 cql_u64(first + 49), cql_int(50)};
    struct cql_part part = {b->statement, values, ARRAY_SIZE(values)};
    cql_run(
        b->cql, &b->call,
        &(struct cql_order){.parts = &part, .parts_n = 1, .terms = {.consistency = CQL_QUORUM}});
}

static void test_a_random_page_takes_what_its_query_takes(void **state)
{
    enum { P99_US_MAX = 5000 };
    struct rig *rig = *state;
    static struct bare b;
    b = (struct bare){
        .race.next = race_bare, .call.done = on_bare, .events_n = buckets(20, 1000) * LOG_BUCKET};
    people(rig);
    make_group(rig);
    append_many(rig, EVENT_MESSAGE, 0, b.events_n);
    b.cql = store_rig_cql();
    b.statement = cql_statement(b.cql, statement_rows[S_LOG_EVENTS_UP].text, CQL_REPEATABLE);
    srand(1);
    double ratio = run_race(rig, &b.race, "a random page, against its bare query");
    store_rig_close_cql(b.cql);
    assert_true(ratio < 3);
    /* How long the slowest take says something of the store where nothing else is done. */
    uint64_t page_us = quantile_us(&b.race, 1, 99), bare_us = quantile_us(&b.race, 0, 99);
    if (buckets(0, 1))
        assert_in_range(page_us, 0, MAX(P99_US_MAX, 2 * bare_us));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_sync_follows_what_changed),
        both(test_what_was_deleted_slows_no_page),
        both(test_a_random_page_takes_what_its_query_takes),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests_name("cluster/store_size", tests, NULL, NULL);
}
