/*
 * A call is copied when it is made, and lies in one of four lists: asked, delayed (it comes late),
 * answered, or held (its answer comes late). Which of a list is next chance decides, so nothing
 * keeps the order that a connection would: the store may not count on one. Of a write that may be
 * carried out later a copy lies in a fifth.
 */
#include "cassandra.h"

#include <stdio.h>
#include <stdlib.h>

#include "../node.h"
#include "../world.h"
#include "execute.h"
#include "seat.h"
#include "store/cassandra/cassandra.h"
#include "store/cassandra/schema.h"
#include "store/cassandra/statements.h"
#include "store/store.h"
#include "util/mem.h"

enum { COORDINATORS = 3, DAY_MS = 24 * 60 * 60 * 1000, WHY_BYTES = 256 };

struct cassandra {
    struct world *world;
    struct keyspace keyspace;
    struct cql_statement *statements[CQL_STATEMENTS_MAX];
    uint32_t n_statements;
    int64_t ahead_ms[COORDINATORS]; /* of their clocks */
    int64_t stamps[COORDINATORS];   /* none is given twice */
    bool picky;                     /* some statements fail often, and the others never */
    uint32_t late_permille;         /* how often something comes of what is late */
    struct seat *seats[NODES_MAX + 1];
    struct list asked, delayed, answered, held, late;
};

struct order {
    struct cql_part *parts;
    size_t n;
    bool writes;
    bool serial;
    uint32_t cut; /* it moves the beginning of a log: its number (graveyard.h), or NO_CUT */
};

struct call {
    struct list link;
    struct seat *seat; /* NULL: it is late, and nobody waits for it */
    struct cql_call *call;
    struct arena arena;
    struct order order;
    int code;
    struct outcome outcome;
};

/* --- statements --- */

static struct cql_statement *statement_new(struct cassandra *c, const char *text,
                                           enum cql_repeat repeat)
{
    struct cql_statement *s = mem_new(sizeof(*s));
    s->number = c->n_statements;
    s->repeat = repeat;
    s->broken = broken_in(c->world->sabotage, c->n_statements);
    s->spared = c->picky && rng_percent(&c->world->rng, 85);
    s->slow = c->picky && !s->spared && rng_percent(&c->world->rng, 50);
    plan_parse(&s->plan, &c->keyspace.schema, text);
    return s;
}

/* Each store prepares the same ones, in the same order; two may have the same text. */
struct cql_statement *cql_statement(struct cql *cql, const char *text, enum cql_repeat repeat)
{
    struct seat *seat = seat_of(cql);
    struct cassandra *c = seat->cassandra;
    must(seat->n_statements < CQL_STATEMENTS_MAX);
    if (seat->n_statements == c->n_statements) {
        c->statements[seat->n_statements] = statement_new(c, text, repeat);
        c->n_statements++;
    }
    return c->statements[seat->n_statements++];
}

/* --- calls --- */

static void call_free(struct call *call)
{
    list_remove(&call->link);
    arena_deinit(&call->arena);
    free(call);
}

static void copy_order(struct call *call, const struct order *from)
{
    struct arena *arena = &call->arena;
    call->order = *from;
    call->order.parts = arena_alloc(arena, from->n * sizeof(from->parts[0]) + 1);
    for (size_t i = 0; i < from->n; i++) {
        struct cql_part *part = &call->order.parts[i];
        const struct cql_part *of = &from->parts[i];
        struct cql_value *values = arena_alloc(arena, of->values_n * sizeof(values[0]) + 1);
        for (size_t j = 0; j < of->values_n; j++) {
            values[j] = of->values[j];
            values[j].bytes = arena_str(arena, of->values[j].bytes);
        }
        *part = *of;
        part->values = values;
    }
}

static struct call *call_new(struct seat *seat, struct cql_call *of, const struct order *order)
{
    struct call *call = mem_new(sizeof(*call));
    list_init(&call->link);
    call->seat = seat;
    call->call = of;
    copy_order(call, order);
    return call;
}

/* It may be carried out when nobody thinks of it any more. */
static void keep_for_later(struct cassandra *c, const struct order *order)
{
    struct call *late = call_new(NULL, NULL, order);
    list_push_back(&c->late, &late->link);
}

static void answer(struct call *call)
{
    struct cql_result result = {
        .code = call->code,
        .conditional = call->outcome.conditional,
        .applied = call->outcome.applied,
        .rows = !call->code && call->outcome.has_rows ? &call->outcome.rows : NULL,
        .sent = 1,
    };
    if (result.code)
        result.message = STR("so chance has it");
    list_remove(&call->link);
    call->call->done(call->call, &result);
    call_free(call);
}

/* --- carrying out --- */

static int64_t now_us(struct cassandra *c)
{
    uint32_t by = rng_below(&c->world->rng, COORDINATORS);
    int64_t us = ((int64_t)c->world->wall_ms + c->ahead_ms[by]) * 1000;
    c->stamps[by] = MAX(us, c->stamps[by] + 1);
    return c->stamps[by];
}

static int trace_part(char *line, size_t n, const struct cql_part *part)
{
    int end = snprintf(line, n, " %s", statement_rows[part->statement->number].name);
    for (size_t i = 0; i < part->values_n && (size_t)end < n; i++) {
        const struct cql_value *v = &part->values[i];
        if (v->kind == CQL_VALUE_INTEGER)
            end += snprintf(line + end, n - (size_t)end, " %lld", (long long)v->integer);
        else
            end += snprintf(line + end, n - (size_t)end, " (%zu)", v->bytes.n);
    }
    return MIN(end, (int)n);
}

/* A statement that was carried out, with its numbers and the lengths of its texts. */
static void trace(const struct cassandra *c, const struct call *call)
{
    char line[512];
    const struct outcome *o = &call->outcome;
    if (!c->world->trace)
        return;
    for (size_t i = 0, n = 0; i < call->order.n && n < sizeof(line); i++)
        n += (size_t)trace_part(line + n, sizeof(line) - n, &call->order.parts[i]);
    world_trace(c->world, "seat %d:%s%s", call->seat ? (int)call->seat->number : -1, line,
                !o->conditional ? ""
                : o->applied    ? ": applied"
                                : ": not applied");
}

/* `on`: the replicas that a write has reached when it is answered. */
static void carry_out(struct cassandra *c, struct call *call, uint32_t on)
{
    struct order *o = &call->order;
    struct rng *rng = &c->world->rng;
    if (!o->n)
        return; /* not of our tables: seat.c has answered it */
    if (o->writes) {
        graveyard_written(c->world, &c->keyspace, &o->parts[0], o->cut, on);
        execute_write(&c->keyspace, o->parts, o->n, now_us(c), on, &call->arena, &call->outcome);
        if (call->outcome.applied)
            graveyard_applied(c->world, &c->keyspace, &o->parts[0]);
        trace(c, call);
        return;
    }
    bool lagging = o->parts[0].statement->broken == BROKEN_LAGGING;
    uint32_t replicas = lagging ? UINT32_C(1) << rng_below(rng, REPLICAS) : quorum(rng);
    if (!call->seat->node)
        replicas = ALL_REPLICAS;
    execute_select(&c->keyspace, o->parts, (o->serial && !lagging) || !call->seat->node, replicas,
                   &call->arena, &call->outcome);
    trace(c, call);
}

static bool strikes(const struct cassandra *c, uint32_t percent)
{
    return percent && rng_percent(&c->world->rng, percent);
}

/* How often a statement, or the batch that begins with it, goes wrong. */
static uint32_t faults_of(const struct cassandra *c, const struct call *call)
{
    enum { PICKY_TIMES = 4 };
    uint32_t percent = c->world->fault_percent;
    if (!call->order.n || call->order.parts[0].statement->spared)
        return 0;
    return c->picky ? percent * PICKY_TIMES : percent;
}

/* What may go wrong with a write. */
static void go_wrong(struct cassandra *c, struct call *call)
{
    struct order *o = &call->order;
    bool guessed = o->parts[0].statement->broken == BROKEN_GUESSED;
    call->code = CQL_UNKNOWN;
    switch (rng_below(&c->world->rng, 5)) {
    case 0:
        call->code = strikes(c, 50) ? CQL_UNAVAILABLE : CQL_OVERLOADED;
        return;
    case 1:
        keep_for_later(c, o);
        break;
    case 2: /* decided, and hardly anybody knows */
        carry_out(c, call, rng_below(&c->world->rng, 2) << rng_below(&c->world->rng, REPLICAS));
        break;
    case 3:
        carry_out(c, call, quorum(&c->world->rng));
        break;
    default:
        break; /* it never will be */
    }
    if (guessed) {
        call->code = 0;
        call->outcome = (struct outcome){.conditional = true, .applied = true};
    }
}

static void reach(struct cassandra *c, struct call *call)
{
    bool safe = !call->seat->node || call->seat->turning;
    struct order *o = &call->order;
    uint32_t faults = safe ? 0 : faults_of(c, call);
    if (strikes(c, faults)) {
        if (o->writes)
            go_wrong(c, call);
        else
            call->code = strikes(c, 50) ? CQL_UNAVAILABLE : CQL_UNKNOWN;
        return;
    }
    /* the driver gave up on one node, and asked the next */
    bool again = o->writes && o->parts[0].statement->repeat == CQL_REPEATABLE;
    if (again && strikes(c, faults))
        keep_for_later(c, o);
    carry_out(c, call, quorum(&c->world->rng));
}

/* How often a call, or its answer, comes late. */
static uint32_t lateness_of(const struct cassandra *c, const struct seat *seat,
                            const struct order *o)
{
    enum { SLOW_PERCENT = 50 };
    if (!seat->node || seat->turning || !c->world->late_percent)
        return 0;
    return o->n && o->parts[0].statement->slow ? SLOW_PERCENT : c->world->late_percent;
}

/* --- who is next --- */

static bool is_away(const struct seat *seat)
{
    return seat && seat->node && seat->node->stopped;
}

/* One of the first few, by chance. */
static struct call *pick(struct cassandra *c, struct list *of)
{
    enum { LOOKED_AT = 8 };
    struct call *found[LOOKED_AT];
    uint32_t n = 0;
    list_for_each(of, node)
    {
        struct call *call = list_entry(node, struct call, link);
        bool asks = of == &c->asked || of == &c->delayed;
        if (n < LOOKED_AT && (asks || !is_away(call->seat)))
            found[n++] = call;
    }
    return n ? found[rng_below(&c->world->rng, n)] : NULL;
}

static bool ask_next(struct cassandra *c, struct list *of)
{
    struct call *call = pick(c, of);
    if (!call)
        return false;
    bool late = strikes(c, lateness_of(c, call->seat, &call->order));
    reach(c, call);
    list_remove(&call->link);
    list_push_back(late ? &c->held : &c->answered, &call->link);
    return true;
}

static bool answer_next(struct cassandra *c, struct list *of)
{
    struct call *call = pick(c, of);
    if (!call)
        return false;
    answer(call);
    return true;
}

bool cassandra_catch_up(struct cassandra *c)
{
    if (strikes(c, 50))
        return ask_next(c, &c->delayed) || answer_next(c, &c->held);
    return answer_next(c, &c->held) || ask_next(c, &c->delayed);
}

bool cassandra_land(struct cassandra *c)
{
    struct call *late = pick(c, &c->late);
    if (!late)
        return false;
    if (strikes(c, 70))
        carry_out(c, late, rng_below(&c->world->rng, ALL_REPLICAS + 1));
    call_free(late);
    return true;
}

bool cassandra_run(struct cassandra *c)
{
    enum { LATE_WRITE_PERMILLE = 5 };
    struct rng *rng = &c->world->rng;
    if (c->world->late_percent && rng_below(rng, 1000) < c->late_permille)
        cassandra_catch_up(c);
    if (c->world->fault_percent && rng_below(rng, 1000) < LATE_WRITE_PERMILLE)
        cassandra_land(c);
    if (rng_percent(rng, 30))
        keyspace_spread(&c->keyspace);
    if (rng_percent(rng, 50))
        return ask_next(c, &c->asked) || answer_next(c, &c->answered);
    return answer_next(c, &c->answered) || ask_next(c, &c->asked);
}

void cassandra_advance(struct cassandra *c)
{
    for (uint32_t i = 0; i < ARRAY_SIZE(c->seats); i++) {
        struct seat *seat = c->seats[i];
        if (!seat || is_away(seat))
            continue;
        seat_advance(seat, seat->node ? node_mono_ms(seat->node) : c->world->mono_ms);
    }
}

bool cassandra_wait(struct cassandra *c)
{
    struct seat *seat = c->seats[NODES_MAX];
    if (!seat->loop.wheel.armed)
        return false;
    seat_advance(seat, seat->loop.now_ms + 1);
    return true;
}

/* --- what is gone --- */

void cassandra_retains(struct cassandra *c, const struct node *n, uint64_t conversation)
{
    c->seats[n->index]->look = graveyard_look(c->world, &c->keyspace, conversation);
}

bool cassandra_event(struct cassandra *c, uint64_t conversation, uint64_t seq, struct arena *arena,
                     struct str *record, bool *dropped)
{
    return graveyard_event(&c->keyspace, conversation, seq, arena, record, dropped);
}

/* --- the driver's interface --- */

void cql_run(struct cql *cql, struct cql_call *of, const struct cql_order *asked)
{
    struct seat *seat = seat_of(cql);
    const struct plan *first = &asked->parts[0].statement->plan;
    struct order order = {
        .parts = (struct cql_part *)asked->parts,
        .n = asked->parts_n,
        .writes = first->kind != PLAN_SELECT,
        .serial = asked->terms.consistency == CQL_SERIAL,
        .cut = graveyard_asked(seat->cassandra->world, &seat->cassandra->keyspace, &seat->look,
                               &asked->parts[0]),
    };
    struct call *call = call_new(seat, of, &order);
    must(!asked->terms.page.p); /* no answer has so many rows */
    must(asked->terms.serial == CQL_SERIAL &&
         (asked->terms.consistency == CQL_QUORUM || (order.serial && !order.writes)));
    struct cassandra *c = seat->cassandra;
    bool slow = order.n && order.parts[0].statement->slow;
    bool late = slow && strikes(c, lateness_of(c, seat, &order));
    list_push_back(late ? &c->delayed : &c->asked, &call->link);
}

void cql_run_text(struct cql *cql, struct cql_call *of, struct str text,
                  const struct wire_terms *terms, uint32_t timeout_ms)
{
    (void)terms, (void)timeout_ms;
    struct seat *seat = seat_of(cql);
    struct call *call = call_new(seat, of, &(struct order){0});
    call->outcome.has_rows = seat_knows(text, &call->outcome.rows);
    list_push_back(&seat->cassandra->asked, &call->link);
}

/* What is under way ends with what is known of it, which of a write is nothing. */
static void end_calls(struct seat *seat, struct list *of)
{
    struct cassandra *c = seat->cassandra;
    list_for_each(of, node)
    {
        struct call *call = list_entry(node, struct call, link);
        if (call->seat != seat)
            continue;
        bool asks = of == &c->asked || of == &c->delayed;
        bool carried = asks && call->order.writes && strikes(c, 70);
        if (carried)
            keep_for_later(c, &call->order);
        call->code = CQL_UNKNOWN;
        answer(call);
    }
}

void cql_stop(struct cql *cql, void (*stopped)(void *), void *arg)
{
    struct seat *seat = seat_of(cql);
    struct cassandra *c = seat->cassandra;
    end_calls(seat, &c->asked);
    end_calls(seat, &c->delayed);
    end_calls(seat, &c->answered);
    end_calls(seat, &c->held);
    seat->stopped = stopped;
    seat->stopped_arg = arg;
}

/* --- seats --- */

/* The loop is turned by itself: while a store is opened or freed nothing else runs. */
bool seat_turn(struct seat *seat)
{
    struct cassandra *c = seat->cassandra;
    struct list *lists[] = {&c->answered, &c->held, &c->asked, &c->delayed};
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
        list_for_each(lists[i], node)
        {
            struct call *call = list_entry(node, struct call, link);
            if (call->seat != seat)
                continue;
            if (lists[i] == &c->asked || lists[i] == &c->delayed)
                reach(c, call);
            answer(call);
            return true;
        }
    return false;
}

static void seat_freed(void *arg)
{
    struct seat *seat = arg;
    seat->cassandra->seats[seat->number] = NULL;
    free(seat);
}

static struct seat *seat_new(struct cassandra *c, struct node *n)
{
    struct seat *seat = mem_new(sizeof(*seat));
    seat->number = n ? n->index : NODES_MAX;
    seat->cassandra = c;
    seat->node = n;
    seat_init(seat, n ? node_mono_ms(n) : c->world->mono_ms);
    must(!c->seats[seat->number]);
    c->seats[seat->number] = seat;
    return seat;
}

struct store *cassandra_store(struct cassandra *c, struct node *n, struct poster *completions)
{
    struct seat *seat = seat_new(c, n);
    struct store_cassandra_options options = {
        .cql.loop = &seat->loop,
        .completions = completions,
        .freed = seat_freed,
        .arg = seat,
    };
    struct store *store;
    char why[WHY_BYTES];
    must(store_cassandra_open(&store, &options, why, sizeof(why)) == 0);
    return store;
}

/* --- all of it --- */

static void migrate(struct cassandra *c)
{
    struct seat *seat = seat_new(c, NULL);
    struct store_cassandra_migrate_options options = {
        .cql.loop = &seat->loop, .incarnation = 7, .secret = {1, 2, 3}};
    uint32_t from;
    char why[WHY_BYTES];
    must(store_cassandra_migrate(&options, &from, why, sizeof(why)) == 0);
    seat_freed(seat);
}

struct cassandra *cassandra_new(struct world *w)
{
    struct cassandra *c = mem_new(sizeof(*c));
    c->world = w;
    list_init(&c->asked);
    list_init(&c->delayed);
    list_init(&c->answered);
    list_init(&c->held);
    list_init(&c->late);
    seat_chance(~w->seed);
    c->picky = rng_percent(&w->rng, 50);
    c->late_permille = rng_percent(&w->rng, 25) ? 2 : 20;
    keyspace_init(&c->keyspace, &w->rng, str_of(schema_text));
    for (uint32_t i = 0; w->clocks_apart && i < COORDINATORS; i++)
        c->ahead_ms[i] = (int64_t)rng_below(&w->rng, 2 * DAY_MS) - DAY_MS;
    migrate(c);
    return c;
}

void cassandra_free(struct cassandra *c)
{
    if (!c)
        return;
    list_for_each(&c->late, node) call_free(list_entry(node, struct call, link));
    for (uint32_t i = 0; i < c->n_statements; i++)
        free(c->statements[i]);
    keyspace_deinit(&c->keyspace);
    free(c);
}
