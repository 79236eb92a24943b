/*
 * A strand: one operation's way through many statements, written as a sequence. It is a coroutine
 * with a stack of its own: strand_ask() sends a statement, lets the loop turn, and returns when the
 * answer is there. So an operation reads like that of the embedded store, although nothing blocks.
 *
 * Errors of strand_ask() and its kin: 0, or a negative errno, which the operation passes on:
 *   -EPROTO      Cassandra refuses the statement: schema or rights are not as they should be
 *   -EAGAIN      nothing was done: too few nodes are there, or they, or we, take no more for now
 *   -ETIMEDOUT   it may have been done, or may still be
 *   -ECANCELED   the store closes, nothing was done
 *   -EBADMSG     (operations') a row is not what it should be
 * A condition that did not hold is no error: answer.applied is false.
 *
 * An operation returns an enum store_status or one of these. The strand knows whether a write was
 * sent meanwhile: if so, an operation that ends with an error is UNKNOWN, else it is FAILED.
 *
 * Thread: the loop's, which runs all strands, one at a time. What a strand holds across a
 * strand_ask() may have been overtaken by others: only the database orders them.
 */
#ifndef PARLEY_STORE_CASSANDRA_STRAND_H
#define PARLEY_STORE_CASSANDRA_STRAND_H

#include "store/cassandra/statements.h"
#include "store/cql/cql.h"
#include "store/directory.h"
#include "store/log.h"

struct strand;
struct worker_seen;

enum {
    /* Under way at once: as many as a few nodes have streams for (LINK_STREAMS_MAX on each link).
     * Each holds a stack. */
    STRANDS_MAX = 1024,
    /* Then requests wait, in the order they came. Beyond, they fail at once: it would take seconds
     * until their turn. */
    STRANDS_WAITING_MAX = 16384,
    ASK_VALUES_MAX = 12,
    /* Rows of one page of an answer, where the statement has no LIMIT of its own. */
    ASK_PAGE_ROWS = 1000,
};

/* What became of one statement. Cells lie in the strand's scratch, unless told otherwise. */
struct answer {
    int code;     /* of cql.h; what strand_ask() made of it is what counts */
    bool applied; /* the condition held; true where there is none */
    uint32_t rows_n, columns_n;
    const struct str *cells; /* row after row; absent: null */
    struct str next_page;    /* absent: there is no more */
    struct str message;      /* for people, where code is not 0; else absent */
};

/* One statement and its answer. */
struct ask {
    enum statement statement;
    uint32_t values_n;
    struct cql_value values[ASK_VALUES_MAX];
    struct str page;    /* absent: the first */
    struct arena *into; /* NULL: the scratch. For what has many pages, each looked at by itself */
    struct answer answer;
};

/* struct ask a = ASK(S_NAME, cql_bigint(1), …); with at least one value. */
#define ASK(statement_, ...)                                                                       \
    ((struct ask){                                                                                 \
        .statement = (statement_),                                                                 \
        .values_n = sizeof((struct cql_value[]){__VA_ARGS__}) / sizeof(struct cql_value),          \
        .values = {__VA_ARGS__},                                                                   \
    })

/* --- for operations --- */

/* Asks, and returns when it is answered. */
int strand_ask(struct strand *, struct ask *);
/* All at once, each on its own; returns when all are answered: 0, or the worst of what came
 * (-ETIMEDOUT before all else). n may be 0. */
int strand_ask_all(struct strand *, struct ask *asks, size_t n);
/* As one batch: with conditions all of one partition, and all or none is done. `answer` is of the
 * whole. 1 to CQL_PARTS_MAX. */
int strand_batch(struct strand *, const struct ask *parts, size_t n, struct answer *answer);
/* A statement without values, which is asked once: of the schema, or of system tables. */
int strand_ask_text(struct strand *, struct str text, enum cql_consistency, struct answer *);
/* Waits for so long. */
void strand_pause(struct strand *, uint32_t ms);
/* The next page of what was just asked: true: ask again. */
bool ask_next_page(struct ask *);

/* Writes that were sent so far do no harm if this operation goes no further: an error from here on
 * is FAILED again, until the next write. */
void strand_harmless(struct strand *);
/* Whether a write was sent that may stand. */
bool strand_wrote(const struct strand *);

/* For outputs: the request's. */
struct arena *strand_arena(struct strand *);
/* For what does not outlive the operation. */
struct arena *strand_scratch(struct strand *);
const struct store_info *strand_info(const struct strand *);
/* What was seen of the Snowflake workers, SNOWFLAKE_WORKERS of them (store/workers.h). */
struct worker_seen *strand_workers(const struct strand *);
/* The loop's monotonic clock. */
uint64_t strand_now_ms(const struct strand *);
/* Logs that the row of `id` in the table does not decode; returns -EBADMSG. */
int strand_bad_row(const char *table, uint64_t id);

/* Cells. A null number is 0. */
struct str answer_bytes(const struct answer *, uint32_t row, uint32_t column);
uint64_t answer_u64(const struct answer *, uint32_t row, uint32_t column);
/* What was built, as a value that lies in the scratch; the builder is empty again. */
struct cql_value strand_blob(struct strand *, struct builder *);
static inline struct cql_value cql_u64(uint64_t v)
{
    return cql_bigint((int64_t)v);
}

/* --- for the store --- */

/* What runs on a strand: carries the request out and sets its status. */
typedef void strand_fn(struct strand *, struct store_request *);

/* Where strands run. The first six are the owner's to set. */
struct strands {
    struct cql *cql;
    struct loop *loop;
    const struct store_info *info;
    struct worker_seen *workers;
    strand_fn *run;
    struct poster *to; /* requests that are done are posted there */
    const struct cql_statement *statements[STATEMENTS];
    struct list running, waiting, pausing, free_stacks;
    uint32_t running_n, waiting_n, stacks_n;
    bool closing;
    void *loop_fiber;           /* the thread sanitizer's */
    uint64_t asked[STATEMENTS]; /* how often each was sent, for tests and metrics */
    uint64_t answered_bytes;    /* of all cells */
};

/* Prepares the statements with `cql`. */
void strands_init(struct strands *);
/* Nothing runs any more. */
void strands_deinit(struct strands *);
/* Carries the request out, beginning at once or when there is room. */
void strands_start(struct strands *, struct store_request *);
/* From here on whatever asks is told -ECANCELED, and what waits fails. */
void strands_close(struct strands *);

#endif
