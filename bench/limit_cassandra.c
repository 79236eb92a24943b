/*
 * A loop of the server's kind, on this thread: the bench's own load stands still meanwhile. Each
 * conversation asks at once for its next batch and for what else these messages take; when all is
 * answered it goes on. How often a statement is asked is a mean, so what is due of it adds up until
 * it comes to a whole one.
 *
 * Conversations and people are new, and drawn at random, so they lie on all nodes alike.
 */
#include "limit_cassandra.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "body.h"
#include "die.h"
#include "histogram.h"
#include "loop/loop.h"
#include "model/record.h"
#include "net/address.h"
#include "store/cql/cql.h"
#include "util/clock.h"
#include "util/crypto.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"

enum {
    NAMED_MAX = 16,
    ASKED_MAX = 48, /* beside a batch */
    VALUES_MAX = 12,
    BATCH_MAX = CQL_PARTS_MAX / 2,
    BUCKET = 1000, /* as store/cassandra/logs.h */
    TIMEOUT_MS = 30 * 1000,
    DIGEST_BYTES = 32,
    STEPS_BYTES = 24, /* of a member whose marks moved now and then */
};

/* What is bound: c conversation, b bucket, u user, s seq, t time, r record, k key, d digest, x some
 * bytes, e none. Statements that messages take and that are not here are left out, and said. */
static const char *const bound[STATEMENTS] = {
    [S_CONVERSATION_GET] = "c",
    [S_CONVERSATION_PUT_BUCKET] = "bbc",
    [S_MEMBER_GET] = "uc",
    [S_MEMBER_TOUCH] = "ssstuc",
    [S_MEMBER_PUT_READ] = "ssssuc",
    [S_MEMBER_PUT_DELIVERED] = "ssuc",
    [S_STEPS_GET] = "cu",
    [S_STEPS_PUT] = "sxcu",
    [S_LOG_TAIL] = "cb",
    [S_LOG_KEY] = "cbuk",
    [S_LOG_EVENTS] = "cbss",
    [S_LOG_PUT_EVENT] = "cbsrsse",
    [S_LOG_PUT_KEY] = "cbuksd",
};

struct replaying;

struct talking {
    struct replaying *all;
    uint64_t conversation, seq;
    uint32_t under_way, messages;
    uint64_t since_ns;
    bool second; /* whose turn it is to be the user of a statement */
    double due[STATEMENTS], messages_due;
    struct asking {
        struct cql_call call;
        struct talking *talking;
    } calls[ASKED_MAX + 1];
};

struct replaying {
    const struct replay_load *load;
    struct loop loop;
    struct cql *cql;
    struct cql_statement *statements[STATEMENTS];
    struct talking *talking;
    struct timer timer;
    bool counting, ending;
    uint32_t idle;
    uint64_t messages, asked, begun_ns, cpu_ns;
    struct histogram batch_ns;
    char text[BODY_BYTES_MAX];
    unsigned char digest[DIGEST_BYTES];
    struct replay *out;
};

static uint64_t own_cpu_ns(void)
{
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    return (uint64_t)cpu.tv_sec * 1000000000u + (uint64_t)cpu.tv_nsec;
}

/* --- the driver --- */

static size_t parse_contacts(const char *list, struct address contacts[NAMED_MAX])
{
    size_t n = 0;
    while (*list) {
        size_t length = strcspn(list, ",");
        if (n == NAMED_MAX || address_parse(&contacts[n++], str_n(list, length)))
            die("--cassandra: %.*s is no address and port", (int)length, list);
        list += length + (list[length] == ',');
    }
    if (!n)
        die("--cassandra names no node");
    return n;
}

static struct cql *open_driver(struct loop *loop, const char *list, const char *keyspace)
{
    struct address contacts[NAMED_MAX];
    struct cql_options o = {
        .loop = loop,
        .contacts = contacts,
        .contacts_n = parse_contacts(list, contacts),
        .keyspace = keyspace ? str_of(keyspace) : (struct str){0},
        .timeout_ms = TIMEOUT_MS,
    };
    log_set_level(LOG_WARN);
    if (crypto_init() || loop_init(loop))
        die("no loop");
    return cql_new(&o);
}

static void on_stopped(void *loop)
{
    loop_stop(loop);
}

static void close_driver(struct loop *loop, struct cql *cql)
{
    cql_stop(cql, on_stopped, loop);
    loop_run(loop);
    loop_deinit(loop);
}

/* --- one conversation --- */

static struct cql_value value_of(struct talking *t, char what, uint64_t seq, struct str record,
                                 struct str key)
{
    struct replaying *all = t->all;
    switch (what) {
    case 'c':
        return cql_bigint((int64_t)t->conversation);
    case 'b':
        return cql_bigint((int64_t)(seq / BUCKET));
    case 'u':
        return cql_bigint((int64_t)(t->conversation + 1 + t->second));
    case 's':
        return cql_bigint((int64_t)seq);
    case 't':
        return cql_bigint((int64_t)clock_wall_ms());
    case 'r':
        return cql_bytes(record);
    case 'k':
        return cql_bytes(key);
    case 'd':
        return cql_bytes(str_n(all->digest, sizeof(all->digest)));
    case 'x':
        return cql_bytes(str_n(all->text, STEPS_BYTES));
    default:
        return cql_bytes(STR(""));
    }
}

static void on_answer(struct cql_call *, const struct cql_result *);

static void ask(struct talking *t, const struct cql_part *parts, size_t n, enum statement_how how)
{
    struct asking *a = &t->calls[t->under_way++];
    *a = (struct asking){.call.done = on_answer, .talking = t};
    struct cql_order order = {
        .parts = parts,
        .parts_n = n,
        .terms = {.consistency = how == READ_SERIAL ? CQL_SERIAL : CQL_QUORUM,
                  .serial = CQL_SERIAL,
                  .page_rows = how == READ || how == READ_SERIAL ? BUCKET : 0},
    };
    t->all->asked += t->all->counting ? n : 0;
    cql_run(t->all->cql, &a->call, &order);
}

static void ask_one(struct talking *t, enum statement s)
{
    struct cql_value values[VALUES_MAX];
    size_t n = 0;
    for (const char *what = bound[s]; *what; what++)
        values[n++] = value_of(t, *what, t->seq, STR(""), STR("none"));
    struct cql_part part = {t->all->statements[s], values, n};
    t->second = !t->second;
    ask(t, &part, 1, statement_rows[s].how);
}

static void ask_others(struct talking *t)
{
    const struct replay_load *load = t->all->load;
    for (int s = 0; s < STATEMENTS; s++) {
        if (!bound[s] || s == S_LOG_PUT_EVENT || s == S_LOG_PUT_KEY)
            continue;
        for (t->due[s] += load->asked[s] * t->messages; t->due[s] >= 1; t->due[s]--) {
            if (t->under_way == ASKED_MAX)
                die("a batch takes more than %d statements beside it", ASKED_MAX);
            ask_one(t, (enum statement)s);
        }
    }
}

static void make_record(struct talking *t, struct builder *out, uint64_t seq, struct str key)
{
    const struct replay_load *load = t->all->load;
    struct event e = {.conversation = t->conversation,
                      .seq = seq,
                      .n = seq,
                      .first_seq = t->seq + 1,
                      .rev = seq,
                      .type = EVENT_MESSAGE,
                      .sender = t->conversation + 1,
                      .time_ms = clock_wall_ms(),
                      .key = key,
                      .text = str_n(t->all->text, load->size)};
    record_encode(out, &e);
}

static void ask_batch(struct talking *t)
{
    struct cql_part parts[2 * BATCH_MAX];
    struct cql_value values[2 * BATCH_MAX][VALUES_MAX];
    struct builder records[BATCH_MAX] = {{0}};
    char keys[BATCH_MAX][KEY_TEXT];
    for (uint32_t i = 0; i < t->messages; i++) {
        uint64_t seq = t->seq + 1 + i;
        key_write(keys[i]);
        struct str key = str_n(keys[i], KEY_TEXT);
        make_record(t, &records[i], seq, key);
        for (uint32_t k = 0; k < 2; k++) {
            enum statement s = k ? S_LOG_PUT_KEY : S_LOG_PUT_EVENT;
            size_t n = 0;
            for (const char *what = bound[s]; *what; what++)
                values[2 * i + k][n++] = value_of(t, *what, seq, builder_str(&records[i]), key);
            parts[2 * i + k] = (struct cql_part){t->all->statements[s], values[2 * i + k], n};
        }
    }
    t->second = false;
    ask(t, parts, 2 * t->messages, CONDITION);
    for (uint32_t i = 0; i < t->messages; i++)
        builder_deinit(&records[i]);
}

static void go_on(struct talking *t)
{
    const struct replay_load *load = t->all->load;
    if (t->all->ending) {
        if (++t->all->idle == load->conversations)
            loop_stop(&t->all->loop);
        return;
    }
    t->messages_due += load->batch;
    t->messages = MIN((uint32_t)t->messages_due, (uint32_t)BATCH_MAX);
    /* A batch is of one partition. */
    t->messages = MIN(t->messages, (uint32_t)(BUCKET - 1 - t->seq % BUCKET));
    if (t->messages == 0)
        t->messages = 1;
    t->messages_due -= t->messages;
    t->since_ns = clock_mono_ns();
    ask_others(t);
    ask_batch(t);
}

static void on_answer(struct cql_call *call, const struct cql_result *result)
{
    struct talking *t = container_of(call, struct asking, call)->talking;
    struct replaying *all = t->all;
    if (result->code || (result->conditional && !result->applied))
        die("replaying: %.*s", result->code ? (int)result->message.n : 30,
            result->code ? result->message.p : "a row stood there");
    if (--t->under_way)
        return;
    t->seq += t->messages;
    if (all->counting && !all->ending) {
        all->messages += t->messages;
        histogram_add(&all->batch_ns, clock_mono_ns() - t->since_ns);
    }
    go_on(t);
}

/* --- all of them --- */

static void on_timer(struct timer *timer)
{
    struct replaying *all = container_of(timer, struct replaying, timer);
    struct replay *out = all->out;
    if (!all->counting) {
        all->counting = true;
        all->begun_ns = clock_mono_ns();
        all->cpu_ns = own_cpu_ns();
        loop_timer_set(&all->loop, &all->timer, (uint64_t)(all->load->seconds * 1e3));
        return;
    }
    double n = (double)all->messages, seconds = (double)(clock_mono_ns() - all->begun_ns) / 1e9;
    if (!all->messages)
        die("replaying: no batch was answered within %.1f s", seconds);
    out->messages_s = n / seconds;
    out->cpu_us = (double)(own_cpu_ns() - all->cpu_ns) / 1e3 / n;
    out->statements = (double)all->asked / n;
    all->ending = true;
}

static double left_out(const struct replay_load *load)
{
    double n = 0, all = 0;
    for (int s = 0; s < STATEMENTS; s++) {
        all += load->asked[s];
        n += bound[s] ? 0 : load->asked[s];
    }
    return all > 0 ? n / all : 0;
}

void replay_measure(const struct replay_load *load, struct replay *out)
{
    static const double quantiles[3] = {0.5, 0.99, 0.999};
    struct replaying *all = mem_new(sizeof(*all));
    *out = (struct replay){.left_out = left_out(load)};
    all->load = load;
    all->out = out;
    all->cql = open_driver(&all->loop, load->contacts, load->keyspace);
    memset(all->text, 'x', sizeof(all->text));
    for (int s = 0; s < STATEMENTS; s++) {
        bool once = statement_rows[s].how == CONDITION;
        if (bound[s])
            all->statements[s] =
                cql_statement(all->cql, statement_rows[s].text, once ? CQL_ONCE : CQL_REPEATABLE);
    }
    all->talking = mem_new_array(load->conversations, sizeof(*all->talking));
    timer_init(&all->timer, on_timer);
    loop_timer_set(&all->loop, &all->timer, (uint64_t)(load->warm_s * 1e3));
    for (uint32_t i = 0; i < load->conversations; i++) {
        all->talking[i].all = all;
        all->talking[i].conversation = random_next() >> 2;
        go_on(&all->talking[i]);
    }
    loop_run(&all->loop);
    for (int i = 0; i < 3; i++)
        out->batch_ms[i] = (double)histogram_at(&all->batch_ns, quantiles[i]) / 1e6;
    close_driver(&all->loop, all->cql);
    free(all->talking);
    free(all);
}

struct dropping {
    struct cql_call call;
    struct loop *loop;
    int code;
};

static void on_dropped(struct cql_call *call, const struct cql_result *result)
{
    struct dropping *d = container_of(call, struct dropping, call);
    d->code = result->code;
    loop_stop(d->loop);
}

void replay_drop(const char *contacts, const char *keyspace)
{
    char text[128];
    struct loop loop;
    struct cql *cql = open_driver(&loop, contacts, NULL);
    struct dropping d = {.call.done = on_dropped, .loop = &loop};
    struct wire_terms terms = {.consistency = CQL_QUORUM};
    snprintf(text, sizeof(text), "DROP KEYSPACE IF EXISTS %s", keyspace);
    cql_run_text(cql, &d.call, str_of(text), &terms, 2 * TIMEOUT_MS);
    loop_run(&loop);
    if (d.code)
        fprintf(stderr, "parley-bench: the keyspace %s could not be dropped\n", keyspace);
    close_driver(&loop, cql);
}
