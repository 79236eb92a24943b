/*
 * A strand runs on a stack of its own, which is switched to when there is something for it and
 * switched away from when it asks. The stacks are mapped, with a page below that nobody may touch,
 * and kept for the next strand; what a strand does not touch of one costs nothing.
 *
 * What always holds: only the loop's own stack switches to a strand, and a strand only back to it.
 * An answer wakes the strand inside the driver's callback, so nothing is queued between the two;
 * what the strand asks next leaves at the end of the turn, with what the others ask.
 *
 * Refused: a struct and a switch for each operation (docs/decisions/0017): an append alone would
 * have some twenty states. A thread for each: locks around all that the strands share.
 */
#include "store/cassandra/strand.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "loop/loop.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/metric.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define WITH_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define WITH_TSAN 1
#endif

/* Where a sanitizer keeps what belongs to a stack, it is told of each switch. */
#ifdef WITH_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef WITH_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#ifndef WITH_ASAN
#define __sanitizer_start_switch_fiber(save, bottom, size) (void)(save)
#define __sanitizer_finish_switch_fiber(save, bottom, size)                                        \
    ((void)(save), (void)(bottom), (void)(size))
#endif
#ifndef WITH_TSAN
#define __tsan_get_current_fiber()        NULL
#define __tsan_create_fiber(flags)        NULL
#define __tsan_destroy_fiber(fiber)       (void)(fiber)
#define __tsan_switch_to_fiber(fiber, of) (void)(fiber)
#endif

/* The deepest operation was measured to take an eighth of it (docs/decisions/0017), and so does a
 * copy, which reads RocksDB on its strand: 16.5 KiB; sanitizers make frames several times as large,
 * 22.9 KiB of that with addresses'. The test of moving holds a copy to a quarter. */
#if defined(WITH_ASAN) || defined(WITH_TSAN)
enum { STACK_BYTES = 1024 * 1024 };
#else
enum { STACK_BYTES = 128 * 1024 };
#endif
enum {
    STACKS_KEPT_MAX = 64,
    /* A change of the schema waits until the nodes agree on it. */
    TEXT_MS = 30 * 1000,
};

struct strand {
    struct list link; /* running, or among the free stacks */
    struct strands *strands;
    struct store_request *request;
    struct arena scratch;
    ucontext_t own, loop; /* where either goes on */
    unsigned char *stack; /* without the guard page */
    void *fiber;
    void *own_fake, *loop_fake; /* the address sanitizer's */
    const void *loop_bottom;
    size_t loop_bytes;
    bool ended;
    bool wrote;       /* a write was sent, which may stand */
    uint32_t awaited; /* answers that it is asleep for */
    struct timer pause;
};

/* One statement, or batch, under way. */
struct call {
    struct cql_call call;
    struct strand *strand;
    struct answer *answer;
    struct arena *into; /* the rows; NULL: the scratch */
    enum statement_how how;
    uint64_t since_ns; /* 0: text, which is not measured */
};

/* --- switching --- */

static void switch_to_loop(struct strand *s, bool for_good)
{
    __sanitizer_start_switch_fiber(for_good ? NULL : &s->own_fake, s->loop_bottom, s->loop_bytes);
    __tsan_switch_to_fiber(s->strands->loop_fiber, 0);
    swapcontext(&s->own, &s->loop);
    __sanitizer_finish_switch_fiber(s->own_fake, &s->loop_bottom, &s->loop_bytes);
}

static void switch_to_strand(struct strand *s)
{
    __sanitizer_start_switch_fiber(&s->loop_fake, s->stack, STACK_BYTES);
    __tsan_switch_to_fiber(s->fiber, 0);
    swapcontext(&s->loop, &s->own);
    __sanitizer_finish_switch_fiber(s->loop_fake, NULL, NULL);
}

/* The first frame on a strand's stack. makecontext() passes numbers of an int's size. */
static void strand_main(unsigned high, unsigned low)
{
    struct strand *s = (struct strand *)(uintptr_t)((uint64_t)high << 32 | low);
    __sanitizer_finish_switch_fiber(NULL, &s->loop_bottom, &s->loop_bytes);
    s->strands->run(s, s->request);
    s->ended = true;
    switch_to_loop(s, true);
}

/* --- stacks --- */

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* NULL: there is no memory. */
static struct strand *stack_new(struct strands *all)
{
    if (!list_empty(&all->free_stacks)) {
        all->stacks_n--;
        return list_entry(list_pop_front(&all->free_stacks), struct strand, link);
    }
    size_t guard = page_bytes();
    unsigned char *p = mmap(NULL, guard + STACK_BYTES, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    must(mprotect(p, guard, PROT_NONE) == 0);
    struct strand *s = mem_new(sizeof(*s));
    s->stack = p + guard;
    return s;
}

static void stack_free(struct strand *s)
{
    must(munmap(s->stack - page_bytes(), page_bytes() + STACK_BYTES) == 0);
    free(s);
}

/* How deep it went at the deepest: what nobody wrote to is zero. */
static size_t stack_used(const struct strand *s)
{
    size_t untouched = 0;
    while (untouched < STACK_BYTES && !s->stack[untouched])
        untouched++;
    return STACK_BYTES - untouched;
}

static void stack_keep(struct strands *all, struct strand *s)
{
    if (all->stacks_n == STACKS_KEPT_MAX) {
        stack_free(s);
        return;
    }
    all->stacks_n++;
    list_push_front(&all->free_stacks, &s->link);
}

/* --- a strand's life --- */

static void end(struct strand *s)
{
    struct strands *all = s->strands;
    list_remove(&s->link);
    all->running_n--;
    arena_deinit(&s->scratch);
    __tsan_destroy_fiber(s->fiber);
    post(all->to, &s->request->task);
    stack_keep(all, s);
}

static void start_waiting(struct strands *);

/* On the loop's stack. */
static void go_on(struct strand *s)
{
    switch_to_strand(s);
    if (s->ended)
        end(s);
}

static void on_pause_over(struct timer *timer)
{
    struct strand *s = container_of(timer, struct strand, pause);
    struct strands *all = s->strands;
    list_remove(&s->link);
    list_push_back(&all->running, &s->link);
    go_on(s);
    start_waiting(all);
}

static void fail(struct strands *all, struct store_request *r)
{
    r->status = STORE_FAILED;
    post(all->to, &r->task);
}

/* By itself, since a compiler takes getcontext() for something that returns twice, and says so of
 * every variable around it. */
__attribute__((noinline)) static void prepare(struct strand *s)
{
    uint64_t self = (uintptr_t)s;
    must(getcontext(&s->own) == 0);
    s->own.uc_stack.ss_sp = s->stack;
    s->own.uc_stack.ss_size = STACK_BYTES;
    makecontext(&s->own, (void (*)(void))strand_main, 2, (unsigned)(self >> 32), (unsigned)self);
}

static void begin(struct strands *all, struct store_request *r)
{
    struct strand *s = stack_new(all);
    if (!s) {
        log_error("store_stack_failed", log_i64("errno", errno));
        fail(all, r);
        return;
    }
    *s = (struct strand){.strands = all, .request = r, .stack = s->stack};
    s->fiber = __tsan_create_fiber(0);
    timer_init(&s->pause, on_pause_over);
    list_push_back(&all->running, &s->link);
    all->running_n++;
    prepare(s);
    go_on(s);
}

static void start_waiting(struct strands *all)
{
    while (all->waiting_n && all->running_n < STRANDS_MAX) {
        all->waiting_n--;
        begin(all, list_entry(list_pop_front(&all->waiting), struct store_request, link));
    }
}

void strands_start(struct strands *all, struct store_request *r)
{
    if (all->closing || all->waiting_n == STRANDS_WAITING_MAX) {
        fail(all, r);
        return;
    }
    list_push_back(&all->waiting, &r->link);
    all->waiting_n++;
    start_waiting(all);
}

void strands_close(struct strands *all)
{
    all->closing = true;
    for (; all->waiting_n; all->waiting_n--)
        fail(all, list_entry(list_pop_front(&all->waiting), struct store_request, link));
    while (!list_empty(&all->pausing)) {
        struct strand *s = list_entry(all->pausing.next, struct strand, link);
        loop_timer_cancel(all->loop, &s->pause);
        on_pause_over(&s->pause);
    }
}

/* --- asking --- */

/* The rows end with the driver's callback, and the strand may keep them longer. */
static void keep_rows(struct call *c, struct cql_rows *rows)
{
    struct strand *s = c->strand;
    struct answer *a = c->answer;
    struct arena *arena = c->into ? c->into : &s->scratch;
    size_t n = (size_t)rows->n * rows->columns_n;
    struct str *cells = arena_alloc(arena, n * sizeof(*cells) + 1);
    a->rows_n = rows->n;
    a->columns_n = rows->columns_n;
    a->cells = cells;
    if (rows->next_page.p)
        a->next_page = arena_str(&s->scratch, rows->next_page);
    while (cql_rows_next(rows)) {
        for (uint32_t i = 0; i < rows->columns_n; i++, cells++) {
            s->strands->answered_bytes += rows->cells[i].n;
            if (rows->cells[i].p)
                *cells = arena_str(arena, rows->cells[i]);
        }
    }
}

static void measure(const struct call *c, int code)
{
    static const enum metric took[] = {
        [READ] = METRIC_DATABASE_READ_SECONDS,
        [READ_SERIAL] = METRIC_DATABASE_READ_SERIAL_SECONDS,
        [WRITE] = METRIC_DATABASE_WRITE_SECONDS,
        [CONDITION] = METRIC_DATABASE_CONDITION_SECONDS,
    };
    if (c->since_ns)
        metric_observe(took[c->how], clock_mono_ns() - c->since_ns);
    if (code)
        metric_add_at(METRIC_DATABASE_FAILED, (uint32_t)code, 1);
}

static void on_answer(struct cql_call *call, const struct cql_result *result)
{
    struct call *c = container_of(call, struct call, call);
    struct strand *s = c->strand;
    struct strands *all = s->strands;
    *c->answer =
        (struct answer){.code = result->code, .applied = !result->conditional || result->applied};
    measure(c, result->code);
    if (result->code)
        c->answer->message = arena_str(&s->scratch, result->message);
    if (result->rows)
        keep_rows(c, result->rows);
    if (--s->awaited)
        return;
    go_on(s);
    start_waiting(all);
}

static int error_of(int code)
{
    switch (code) {
    case 0:
        return 0;
    case CQL_REFUSED:
        return -EPROTO;
    case CQL_UNKNOWN:
        return -ETIMEDOUT;
    default:
        return -EAGAIN;
    }
}

static struct wire_terms terms_of(enum statement_how how, struct str page)
{
    return (struct wire_terms){
        .consistency = how == READ_SERIAL ? CQL_SERIAL : CQL_QUORUM,
        .serial = CQL_SERIAL,
        .page_rows = how == READ || how == READ_SERIAL ? ASK_PAGE_ROWS : 0,
        .page = page,
    };
}

/* What was sent: done, or nobody knows. */
static void note_writes(struct strand *s, enum statement_how how, const struct answer *a)
{
    bool writes = how == WRITE || how == CONDITION;
    s->wrote |= writes && a->applied && (a->code == 0 || a->code == CQL_UNKNOWN);
}

/* It is a mistake, ours or of whoever keeps the cluster. */
static void tell_refusal(enum statement statement, const struct answer *a)
{
    if (a->code == CQL_REFUSED)
        log_error("store_statement_refused", log_str("purpose", statement_rows[statement].purpose),
                  log_strn("why", a->message));
}

static_assert((int)STATEMENTS <= (int)METRIC_SLOTS, "each statement is counted by its name");

static void send(struct strand *s, struct call *call, const struct ask *parts, size_t n)
{
    struct cql_part *out = arena_alloc(&s->scratch, n * sizeof(*out));
    for (size_t i = 0; i < n; i++) {
        out[i] = (struct cql_part){.statement = s->strands->statements[parts[i].statement],
                                   .values = parts[i].values,
                                   .values_n = parts[i].values_n};
        s->strands->asked[parts[i].statement]++;
        metric_add_at(METRIC_DATABASE_STATEMENTS, (uint32_t)parts[i].statement, 1);
    }
    if (n > 1)
        metric_observe(METRIC_DATABASE_BATCH_STATEMENTS, n);
    call->how = statement_rows[parts[0].statement].how;
    call->since_ns = clock_mono_ns();
    call->call.done = on_answer;
    call->strand = s;
    struct cql_order order = {
        .parts = out,
        .parts_n = n,
        .terms = terms_of(call->how, parts[0].page),
    };
    s->awaited++;
    cql_run(s->strands->cql, &call->call, &order);
}

/* Switches away until all is answered. */
static void await(struct strand *s)
{
    if (s->awaited)
        switch_to_loop(s, false);
}

int strand_ask_all(struct strand *s, struct ask *asks, size_t n)
{
    int worst = 0;
    if (s->strands->closing)
        return -ECANCELED;
    struct call *calls = arena_alloc(&s->scratch, n * sizeof(*calls) + 1);
    for (size_t i = 0; i < n; i++) {
        calls[i] = (struct call){.answer = &asks[i].answer, .into = asks[i].into};
        send(s, &calls[i], &asks[i], 1);
    }
    await(s);
    for (size_t i = 0; i < n; i++) {
        int err = error_of(asks[i].answer.code);
        tell_refusal(asks[i].statement, &asks[i].answer);
        note_writes(s, statement_rows[asks[i].statement].how, &asks[i].answer);
        if (!worst || err == -ETIMEDOUT)
            worst = err ? err : worst;
    }
    return worst;
}

int strand_ask(struct strand *s, struct ask *ask)
{
    return strand_ask_all(s, ask, 1);
}

int strand_batch(struct strand *s, const struct ask *parts, size_t n, struct answer *answer)
{
    if (s->strands->closing)
        return -ECANCELED;
    struct call call = {.answer = answer};
    send(s, &call, parts, n);
    await(s);
    tell_refusal(parts[0].statement, answer);
    note_writes(s, statement_rows[parts[0].statement].how, answer);
    return error_of(answer->code);
}

int strand_ask_text(struct strand *s, struct str text, enum cql_consistency consistency,
                    struct answer *answer)
{
    if (s->strands->closing)
        return -ECANCELED;
    struct call call = {.call.done = on_answer, .strand = s, .answer = answer};
    struct wire_terms terms = {.consistency = consistency};
    s->awaited++;
    cql_run_text(s->strands->cql, &call.call, text, &terms, TEXT_MS);
    await(s);
    return error_of(answer->code);
}

void strand_pause(struct strand *s, uint32_t ms)
{
    if (s->strands->closing)
        return;
    list_remove(&s->link);
    list_push_back(&s->strands->pausing, &s->link);
    loop_timer_set(s->strands->loop, &s->pause, ms);
    switch_to_loop(s, false);
}

bool ask_next_page(struct ask *ask)
{
    ask->page = ask->answer.next_page;
    return ask->page.p != NULL;
}

void strand_harmless(struct strand *s)
{
    s->wrote = false;
}

bool strand_wrote(const struct strand *s)
{
    return s->wrote;
}

/* --- what an operation has at hand --- */

struct arena *strand_arena(struct strand *s)
{
    return &s->request->arena;
}

struct arena *strand_scratch(struct strand *s)
{
    return &s->scratch;
}

const struct store_info *strand_info(const struct strand *s)
{
    return s->strands->info;
}

struct worker_seen *strand_workers(const struct strand *s)
{
    return s->strands->workers;
}

uint64_t strand_now_ms(const struct strand *s)
{
    return loop_now_ms(s->strands->loop);
}

int strand_bad_row(const char *table, uint64_t id)
{
    log_error("store_bad_row", log_str("table", table), log_u64("id", id));
    return -EBADMSG;
}

struct str answer_bytes(const struct answer *a, uint32_t row, uint32_t column)
{
    must(row < a->rows_n && column < a->columns_n);
    return a->cells[(size_t)row * a->columns_n + column];
}

uint64_t answer_u64(const struct answer *a, uint32_t row, uint32_t column)
{
    int64_t v = 0;
    cql_cell_integer(answer_bytes(a, row, column), &v);
    return (uint64_t)v;
}

struct cql_value strand_blob(struct strand *s, struct builder *b)
{
    struct str bytes = arena_str(&s->scratch, builder_str(b));
    builder_deinit(b);
    return cql_bytes(bytes);
}

/* --- all of them --- */

void strands_init(struct strands *all)
{
    list_init(&all->running);
    list_init(&all->waiting);
    list_init(&all->pausing);
    list_init(&all->free_stacks);
    all->loop_fiber = __tsan_get_current_fiber();
    for (int i = 0; i < STATEMENTS; i++) {
        bool once = statement_rows[i].how == CONDITION;
        all->statements[i] =
            cql_statement(all->cql, statement_rows[i].text, once ? CQL_ONCE : CQL_REPEATABLE);
    }
}

/* Of the stacks that were kept. */
static void tell_deepest(const struct strands *all)
{
    size_t deepest = 0;
    list_for_each(&all->free_stacks, node)
    {
        size_t used = stack_used(list_entry(node, struct strand, link));
        deepest = MAX(deepest, used);
    }
    log_debug("strand_stacks", log_u64("deepest", deepest), log_u64("of", STACK_BYTES));
}

void strands_deinit(struct strands *all)
{
    must(all->running_n == 0 && all->waiting_n == 0);
    if (log_get_level() == LOG_DEBUG)
        tell_deepest(all);
    while (!list_empty(&all->free_stacks))
        stack_free(list_entry(list_pop_front(&all->free_stacks), struct strand, link));
}
