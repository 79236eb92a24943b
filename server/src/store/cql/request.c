/*
 * A request is in one of three places: waiting (in cql->waiting), waiting for its statement to be
 * prepared by the node it chose, or sent (both in cql->requests). It leaves the first in the hook
 * at the end of a turn, in the order of coming, and comes back to it when it is to go to another
 * node.
 *
 * Which node: the owner of the partition's token, then those that follow on the ring. Whatever the
 * replication strategy, the owner holds a copy (with racks the next one may not, and passes the
 * statement on); and since all servers choose the same node for a partition, its conditional
 * statements meet there and not in Paxos. Without a token, or beyond the ring, nodes take turns. A
 * node whose answers are overdue comes last.
 *
 * When it is sent again: only to a node that was not tried, and only while that can do no harm: it
 * is repeatable, or it has never left. UNPREPARED means that a node has looked at nothing but the
 * id, so the statement has not left then. What was once in doubt stays so, whatever a later try
 * says.
 *
 * Refused: sending a second copy while the first is under way (hedging), which makes an overloaded
 * cluster more so.
 */
#include "store/cql/request.h"

#include <stdlib.h>

#include "store/cql/cluster.h"
#include "store/cql/murmur3.h"
#include "store/cql/prepared.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/metric.h"

struct request_part {
    const struct cql_statement *statement;
    struct str values; /* in request->bytes */
};

struct request {
    struct cql *cql;
    struct cql_call *call;
    struct list node;
    struct timer timer; /* waiting: the deadline; else of this try */
    struct exchange exchange;
    struct prepared_wait wait;
    uint64_t deadline_ms;
    struct buf *bytes; /* the text, or all values; then the page */
    struct str text;   /* absent: there are parts */
    struct wire_terms terms;
    enum cql_repeat repeat;
    bool waiting;
    bool has_token;
    bool left;       /* a node may have carried it out */
    bool in_doubt;   /* … and whether, has become unknown */
    struct node *at; /* chosen, unless waiting */
    uint64_t tried;  /* bits of nodes */
    int64_t token;
    uint32_t sent_n, prepares_n;
    int code;            /* of the last try that failed; 0: none did */
    struct buf *message; /* with it */
    size_t parts_n;
    struct request_part parts[];
};

static void send_now(struct request *, struct link *);

int request_code_of(int error)
{
    switch (error) {
    case WIRE_ERROR_UNAVAILABLE:
    case WIRE_ERROR_BOOTSTRAPPING:
    case WIRE_ERROR_UNPREPARED:
        return CQL_UNAVAILABLE;
    case WIRE_ERROR_OVERLOADED:
        return CQL_OVERLOADED;
    case WIRE_ERROR_PROTOCOL:
    case WIRE_ERROR_CREDENTIALS:
    case WIRE_ERROR_SYNTAX:
    case WIRE_ERROR_UNAUTHORIZED:
    case WIRE_ERROR_INVALID:
    case WIRE_ERROR_CONFIG:
    case WIRE_ERROR_ALREADY_EXISTS:
        return CQL_REFUSED;
    default:
        return CQL_UNKNOWN;
    }
}

/* --- the end --- */

/* Whether the answer is that of a condition, and what became of it. */
static void read_condition(struct cql_result *result, const struct cql_rows *rows)
{
    struct reader first = rows->reader;
    if (rows->n == 0 || !str_eq(rows->columns[0].name, STR("[applied]")))
        return;
    result->conditional = true;
    result->applied = cql_cell_boolean(reader_bytes(&first));
}

static void set_waiting(struct request *q, bool waiting)
{
    if (q->waiting == waiting)
        return;
    q->waiting = waiting;
    q->cql->counts.waiting += waiting ? 1 : UINT32_MAX;
    metric_add(METRIC_DATABASE_WAITING, waiting ? 1 : UINT64_MAX);
}

static void take_out(struct request *q)
{
    list_remove(&q->node);
    prepared_leave(&q->wait);
    loop_timer_cancel(q->cql->loop, &q->timer);
    set_waiting(q, false);
}

/* Consumes the request. */
static void finish(struct request *q, int code, struct str message, struct cql_rows *rows)
{
    struct cql_result result = {.code = code, .message = message, .rows = rows, .sent = q->sent_n};
    if (rows)
        read_condition(&result, rows);
    take_out(q);
    q->cql->counts.under_way--;
    q->cql->requests_bytes -= q->bytes->n;
    q->call->done(q->call, &result);
    buf_unref(q->bytes);
    buf_unref(q->message);
    free(q);
}

/* With what the last try came to, or this. */
static void finish_failed(struct request *q, int code, struct str message)
{
    if (q->code) {
        code = q->code;
        message = buf_str(q->message);
    }
    finish(q, q->in_doubt ? CQL_UNKNOWN : code, message, NULL);
}

/* --- waiting --- */

static void wait_for_room(struct request *q)
{
    struct cql *cql = q->cql;
    uint64_t now_ms = loop_now_ms(cql->loop);
    take_out(q);
    set_waiting(q, true);
    q->at = NULL;
    /* It came before those that have not been sent yet. */
    list_push_front(&cql->waiting, &q->node);
    loop_timer_set(cql->loop, &q->timer, q->deadline_ms - MIN(q->deadline_ms, now_ms));
    cluster_wake(cql);
}

/* This try has come to nothing. Consumes the request, or has it wait for another. */
static void fail_try(struct request *q, int code, struct str message)
{
    struct cql *cql = q->cql;
    struct buf *copy = buf_copy(message.p, message.n);
    buf_unref(q->message);
    q->message = copy;
    q->code = code;
    q->in_doubt |= q->left && code == CQL_UNKNOWN;
    q->tried |= UINT64_C(1) << q->at->number;
    bool harmless = q->repeat == CQL_REPEATABLE || !q->left;
    if (code == CQL_REFUSED || !harmless || q->sent_n >= CQL_TRIES_MAX ||
        !(cql->present & ~q->tried) || loop_now_ms(cql->loop) >= q->deadline_ms) {
        finish_failed(q, code, buf_str(copy));
        return;
    }
    wait_for_room(q);
}

/* It is under way, and its answer wanted no more. */
static void forget(struct request *q)
{
    metric_drop_at(METRIC_DATABASE_STREAMS, q->at->number);
    link_forget(&q->exchange);
}

static void on_timer(struct timer *timer)
{
    struct request *q = container_of(timer, struct request, timer);
    if (q->waiting && cluster_is_starting(q->cql)) {
        finish_failed(q, CQL_UNAVAILABLE, cluster_why(q->cql));
    } else if (q->waiting) {
        finish_failed(q, CQL_OVERLOADED, STR("no link had room in time"));
    } else if (q->exchange.link) {
        forget(q);
        fail_try(q, CQL_UNKNOWN, STR("no answer in time"));
    } else {
        prepared_leave(&q->wait);
        fail_try(q, CQL_UNAVAILABLE, STR("the node did not prepare it in time"));
    }
}

/* --- choosing --- */

static void find_token(struct request *q)
{
    struct builder key = {0};
    if (q->has_token || q->parts_n == 0)
        return;
    if (wire_put_key(&key, &q->parts[0].statement->keys, q->parts[0].values)) {
        q->token = murmur3_token(builder_str(&key));
        q->has_token = true;
    }
    builder_deinit(&key);
}

static bool is_quiet(const struct node *node)
{
    for (uint32_t i = 0; i < CQL_LINKS; i++) {
        if (link_is_open(&node->links[i]) && !node->links[i].quiet)
            return false;
    }
    return true;
}

/* An open link with room, and q->at its node. NULL: none of the nodes left has one; `full`: but
 * will have. */
static struct link *choose(struct request *q, bool *full)
{
    struct cql *cql = q->cql;
    struct node *quiet = NULL;
    uint64_t left = cql->present & ~q->tried;
    find_token(q);
    size_t ring_n = q->has_token ? cql->ring.n : 0;
    size_t start = ring_n ? ring_find(&cql->ring, q->token) : 0;
    uint32_t turn = cql->next++;
    for (size_t i = 0; left && i < ring_n + CQL_NODES_MAX; i++) {
        uint32_t number = i < ring_n ? cql->ring.places[(start + i) % ring_n].node
                                     : (turn + (uint32_t)(i - ring_n)) % CQL_NODES_MAX;
        if (!(left >> number & 1))
            continue;
        left &= ~(UINT64_C(1) << number);
        struct node *node = cql->nodes[number];
        struct link *link = node_link(node, full);
        if (link && !is_quiet(node)) {
            q->at = node;
            return link;
        }
        if (link && !quiet)
            quiet = node;
    }
    q->at = quiet;
    return quiet ? node_link(quiet, full) : NULL;
}

/* --- sending --- */

/* Prepares what the node does not know yet, then sends. */
static void advance(struct request *q, struct link *link)
{
    for (size_t i = 0; i < q->parts_n; i++) {
        if (prepared_id(q->at, q->parts[i].statement).p)
            continue;
        int r = prepared_ask(q->at, link, q->parts[i].statement, &q->wait);
        if (r == LINK_FULL)
            wait_for_room(q);
        else if (r)
            fail_try(q, CQL_UNAVAILABLE, STR("the node was lost"));
        return;
    }
    send_now(q, link);
}

/* On to the same node. */
static void go_on(struct request *q)
{
    bool full = false;
    struct link *link = node_link(q->at, &full);
    if (link)
        advance(q, link);
    else if (full)
        wait_for_room(q);
    else
        fail_try(q, CQL_UNAVAILABLE, STR("the node was lost"));
}

static void on_prepared(struct prepared_wait *wait, int code, struct str message)
{
    struct request *q = container_of(wait, struct request, wait);
    if (code)
        fail_try(q, code, message);
    else
        go_on(q);
}

static void encode(const struct request *q, struct builder *body)
{
    if (q->text.p) {
        wire_put_query(body, q->text, &q->terms);
    } else if (q->parts_n == 1) {
        wire_put_execute(body, prepared_id(q->at, q->parts[0].statement), q->parts[0].values,
                         &q->terms);
    } else {
        wire_put_batch_begin(body, q->parts_n);
        for (size_t i = 0; i < q->parts_n; i++)
            wire_put_batch_statement(body, prepared_id(q->at, q->parts[i].statement),
                                     q->parts[i].values);
        wire_put_batch_end(body, &q->terms);
    }
}

static void send_now(struct request *q, struct link *link)
{
    struct builder body = {0};
    encode(q, &body);
    struct buf *bytes = builder_finish(&body);
    enum wire_opcode opcode = q->text.p         ? WIRE_OP_QUERY
                              : q->parts_n == 1 ? WIRE_OP_EXECUTE
                                                : WIRE_OP_BATCH;
    int r = link_send(link, &q->exchange, opcode, bytes);
    buf_unref(bytes);
    if (r == LINK_FULL) {
        wait_for_room(q);
        return;
    }
    if (r) {
        fail_try(q, CQL_UNAVAILABLE, STR("the node was lost"));
        return;
    }
    q->left = true;
    q->cql->counts.sent++;
    q->cql->counts.repeated += q->sent_n > 0;
    metric_add(METRIC_DATABASE_REPEATED, q->sent_n > 0);
    metric_add_at(METRIC_DATABASE_STREAMS, q->at->number, 1);
    q->sent_n++;
}

static void prepare_again(struct request *q, struct str id)
{
    for (size_t i = 0; i < q->parts_n; i++) {
        if (str_eq(prepared_id(q->at, q->parts[i].statement), id))
            prepared_forget(q->at, q->parts[i].statement);
    }
    q->left = false;
    q->sent_n--;
    if (++q->prepares_n < CQL_PREPARES_MAX)
        go_on(q);
    else
        fail_try(q, CQL_UNAVAILABLE, STR("the node forgets what it has prepared"));
}

static void on_answer(struct exchange *e, struct wire_answer *answer)
{
    struct request *q = container_of(e, struct request, exchange);
    metric_drop_at(METRIC_DATABASE_STREAMS, q->at->number);
    cluster_wake(q->cql);
    if (!answer) {
        fail_try(q, CQL_UNKNOWN, STR("the link was lost"));
        return;
    }
    if (answer->warning.p)
        log_warn("cql_warned", log_strn("what", answer->warning));
    if (answer->kind == WIRE_ROWS || answer->kind == WIRE_DONE)
        finish(q, 0, (struct str){0}, answer->kind == WIRE_ROWS ? &answer->rows : NULL);
    else if (answer->kind != WIRE_ERROR)
        fail_try(q, CQL_UNKNOWN, STR("an odd answer"));
    else if (answer->error == WIRE_ERROR_UNPREPARED)
        prepare_again(q, answer->id);
    else
        fail_try(q, request_code_of(answer->error), answer->message);
}

/* One try, the first or another. False: there is no room, it waits on. */
static bool go(struct request *q)
{
    struct cql *cql = q->cql;
    bool full = false;
    if (q->code && !q->tried) { /* by start() */
        finish_failed(q, q->code, (struct str){0});
        return true;
    }
    struct link *link = choose(q, &full);
    if (!link && (full || cluster_is_starting(cql)))
        return false;
    if (!link) {
        finish_failed(q, CQL_UNAVAILABLE, cluster_why(cql));
        return true;
    }
    take_out(q);
    list_push_back(&cql->requests, &q->node);
    uint64_t now_ms = loop_now_ms(cql->loop);
    uint64_t left_ms = q->deadline_ms - MIN(q->deadline_ms, now_ms);
    uint64_t tries_left = q->repeat == CQL_REPEATABLE ? CQL_TRIES_MAX - q->sent_n : 1;
    loop_timer_set(cql->loop, &q->timer, left_ms / tries_left);
    advance(q, link);
    return true;
}

void requests_go(struct cql *cql)
{
    /* What these lead to waits for the next turn. */
    for (uint32_t n = cql->counts.waiting; n && !list_empty(&cql->waiting); n--) {
        if (!go(list_entry(cql->waiting.next, struct request, node)))
            return;
    }
    if (!list_empty(&cql->waiting))
        cluster_wake(cql);
}

static void end_one(struct request *q)
{
    if (q->exchange.link)
        forget(q);
    q->in_doubt |= q->left;
    finish_failed(q, CQL_UNAVAILABLE, STR("the driver was stopped"));
}

void requests_end(struct cql *cql)
{
    while (!list_empty(&cql->requests))
        end_one(list_entry(cql->requests.next, struct request, node));
    while (!list_empty(&cql->waiting))
        end_one(list_entry(cql->waiting.next, struct request, node));
}

/* --- the beginning --- */

static struct request *new_request(struct cql *cql, struct cql_call *call, size_t parts_n,
                                   const struct wire_terms *terms, uint32_t timeout_ms)
{
    must(!cql->stopping && terms->page_rows <= CQL_PAGE_ROWS_MAX);
    struct request *q = mem_new(sizeof(*q) + parts_n * sizeof(q->parts[0]));
    q->cql = cql;
    q->call = call;
    q->exchange.answered = on_answer;
    q->wait.ready = on_prepared;
    list_init(&q->node);
    list_init(&q->wait.node);
    timer_init(&q->timer, on_timer);
    q->deadline_ms = loop_now_ms(cql->loop) + (timeout_ms ? timeout_ms : cql->timeout_ms);
    q->terms = *terms;
    q->parts_n = parts_n;
    cql->counts.calls++;
    cql->counts.under_way++;
    return q;
}

/* Takes over the bytes, which end with the page; the hook does the rest. */
static void start(struct request *q, struct builder *bytes)
{
    struct cql *cql = q->cql;
    size_t n = bytes->n + q->terms.page.n;
    builder_add_str(bytes, q->terms.page);
    q->bytes = builder_finish(bytes);
    if (q->terms.page.p)
        q->terms.page = str_n(q->bytes->data + n - q->terms.page.n, q->terms.page.n);
    cql->requests_bytes += n;
    if (n > CQL_CALL_BYTES_MAX)
        q->code = CQL_REFUSED;
    else if (cql->requests_bytes > CQL_CALLS_BYTES_MAX || cql->counts.under_way > CQL_CALLS_MAX)
        q->code = CQL_OVERLOADED;
    set_waiting(q, true);
    if (q->code) {
        static const char why[] = "beyond the driver's bounds";
        q->message = buf_copy(why, sizeof(why) - 1);
        list_push_front(&cql->waiting, &q->node);
    } else {
        list_push_back(&cql->waiting, &q->node);
    }
    loop_timer_set(cql->loop, &q->timer, q->deadline_ms - loop_now_ms(cql->loop));
    cluster_wake(cql);
}

void cql_run(struct cql *cql, struct cql_call *call, const struct cql_order *order)
{
    must(order->parts_n >= 1 && order->parts_n <= CQL_PARTS_MAX);
    struct request *q = new_request(cql, call, order->parts_n, &order->terms, order->timeout_ms);
    struct builder bytes = {0};
    size_t ends[CQL_PARTS_MAX];
    q->repeat = CQL_REPEATABLE;
    for (size_t i = 0; i < order->parts_n; i++) {
        const struct cql_part *part = &order->parts[i];
        wire_put_values(&bytes, part->values, part->values_n);
        ends[i] = bytes.n;
        q->parts[i].statement = part->statement;
        if (part->statement->repeat == CQL_ONCE)
            q->repeat = CQL_ONCE;
    }
    start(q, &bytes);
    for (size_t i = 0, from = 0; i < order->parts_n; from = ends[i++])
        q->parts[i].values = str_n(q->bytes->data + from, ends[i] - from);
}

void cql_run_text(struct cql *cql, struct cql_call *call, struct str text,
                  const struct wire_terms *terms, uint32_t timeout_ms)
{
    struct request *q = new_request(cql, call, 0, terms, timeout_ms);
    struct builder bytes = {0};
    q->repeat = CQL_ONCE;
    builder_add_str(&bytes, text);
    start(q, &bytes);
    q->text = str_n(q->bytes->data, text.n);
}
