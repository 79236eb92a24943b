/*
 * Reports stand in three tables:
 *   reported       a person's open ones, in REPORTS_USER_MAX slots that are used again: that there
 *                  is one of a message, and how many there are
 *   reports        all of them in one partition, by id, in small rows: whether one is resolved.
 *                  With them how many there are, and how many are open: they change together
 *   report_texts   each by its id: what was reported
 *
 * A report is made in this order: its place among its reporter's, which is the claim; its text; its
 * row, which is the commit point. Whoever finds the claim of one that has no row makes the row,
 * under the same id, so that a report that is sent twice is one. Resolving changes the row, then
 * frees the place; one that is resolved and keeps its place loses it to whoever needs one.
 *
 * The row of the one that makes room is deleted: REPORTS_MAX are kept, and it is not in the way of
 * lists, which begin with the newest.
 */
#include <errno.h>

#include "store/cassandra/operations.h"
#include "store/cassandra/people.h"
#include "store/rows.h"
#include "util/macros.h"

/* --- a reporter's places --- */

struct place {
    bool there;
    uint64_t id, conversation, seq; /* id 0: free */
};

/* Slot by slot, each as it stands. */
static int read_places(struct strand *s, uint64_t reporter, struct place places[REPORTS_USER_MAX])
{
    struct ask ask = ASK(S_REPORTED_LOOK, cql_u64(reporter));
    int err = strand_ask(s, &ask);
    memset(places, 0, REPORTS_USER_MAX * sizeof(*places));
    for (uint32_t i = 0; !err && i < ask.answer.rows_n; i++) {
        uint64_t slot = answer_u64(&ask.answer, i, 0);
        if (slot >= REPORTS_USER_MAX)
            return strand_bad_row("reported", reporter);
        places[slot] = (struct place){.there = true,
                                      .id = answer_u64(&ask.answer, i, 1),
                                      .conversation = answer_u64(&ask.answer, i, 2),
                                      .seq = answer_u64(&ask.answer, i, 3)};
    }
    return err;
}

static int put_place(struct strand *s, uint64_t reporter, int slot, const struct place *before,
                     const struct place *now, bool *made)
{
    struct ask ask = ASK(S_REPORTED_CHANGE, cql_u64(now->id), cql_u64(now->conversation),
                         cql_u64(now->seq), cql_u64(reporter), cql_tinyint((int8_t)slot),
                         before->there ? cql_u64(before->id) : cql_null());
    int err = strand_ask(s, &ask);
    *made = !err && ask.answer.applied;
    return err == -ETIMEDOUT ? 0 : err; /* it is read again */
}

static int place_of(const struct place places[REPORTS_USER_MAX], const struct report *report)
{
    for (int i = 0; i < REPORTS_USER_MAX; i++) {
        const struct place *p = &places[i];
        if (p->id && p->conversation == report->conversation && p->seq == report->seq)
            return i;
    }
    return -1;
}

/* --- rows --- */

struct report_row {
    bool there;
    uint64_t resolved_ms, resolved_by;
};

static struct ask ask_row(uint64_t id)
{
    return ASK(S_REPORT_LOOK, cql_u64(id));
}

static struct report_row row_of(const struct answer *a)
{
    if (!a->rows_n)
        return (struct report_row){0};
    return (struct report_row){true, answer_u64(a, 0, 0), answer_u64(a, 0, 1)};
}

static int read_row(struct strand *s, uint64_t id, struct report_row *row)
{
    struct ask ask = ask_row(id);
    int err = strand_ask(s, &ask);
    *row = err ? (struct report_row){0} : row_of(&ask.answer);
    return err;
}

/* How many there are; what the next change of any row is conditional on. */
struct counts {
    bool there;
    uint64_t change, open, kept;
};

static int read_counts(struct strand *s, enum statement statement, struct counts *counts)
{
    struct ask ask = ASK(statement, cql_tinyint(0));
    *counts = (struct counts){0};
    int err = strand_ask(s, &ask);
    if (!err && ask.answer.rows_n)
        *counts = (struct counts){true, answer_u64(&ask.answer, 0, 0),
                                  answer_u64(&ask.answer, 0, 1), answer_u64(&ask.answer, 0, 2)};
    return err;
}

static struct ask put_counts(const struct counts *before, uint64_t open, uint64_t kept)
{
    uint64_t change;
    crypto_random(&change, sizeof(change));
    return ASK(S_REPORTS_COUNT, cql_u64(change), cql_u64(open), cql_u64(kept),
               before->there ? cql_u64(before->change) : cql_null());
}

static struct ask put_row(uint64_t id, uint64_t resolved_ms, uint64_t resolved_by)
{
    return ASK(S_REPORT_PUT, cql_u64(resolved_ms), cql_u64(resolved_by), cql_u64(id));
}

/* STORE_NOT_FOUND: none is resolved. */
static int oldest_resolved(struct strand *s, uint64_t *id)
{
    struct ask ask = ASK(S_REPORTS_UP, cql_tinyint(0));
    int err;
    do {
        err = strand_ask(s, &ask);
        for (uint32_t i = 0; !err && i < ask.answer.rows_n; i++) {
            *id = answer_u64(&ask.answer, i, 0);
            if (answer_u64(&ask.answer, i, 1))
                return 0;
        }
    } while (!err && ask_next_page(&ask));
    return err ? err : STORE_NOT_FOUND;
}

/* The row of a report whose text stands; harmless to repeat. *made: it is there; *gone: the one
 * that may have made room for it, else as it was. STORE_TAKEN. */
static int make_row(struct strand *s, uint64_t id, uint64_t *gone, bool *made)
{
    struct counts counts;
    struct report_row row;
    struct answer answer;
    int err = read_counts(s, S_REPORTS_COUNTS_LOOK, &counts);
    if (!err)
        err = read_row(s, id, &row); /* after the counts: they change with any row */
    *made = !err && row.there;
    if (err || *made)
        return err;
    bool full = counts.kept >= REPORTS_MAX;
    err = full ? oldest_resolved(s, gone) : 0;
    if (err)
        return err == STORE_NOT_FOUND ? STORE_TAKEN : err;
    struct ask parts[] = {
        put_counts(&counts, counts.open + 1, counts.kept + !full),
        put_row(id, 0, 0),
        ASK(S_REPORT_DELETE, cql_u64(*gone)),
    };
    err = strand_batch(s, parts, full ? 3 : 2, &answer);
    *made = !err && answer.applied;
    return err == -ETIMEDOUT ? 0 : err; /* it is read again */
}

/* The text of one whose row is gone. */
static int drop_text(struct strand *s, uint64_t id)
{
    struct ask text = ASK(S_REPORT_TEXT_DELETE, cql_u64(id));
    struct report_row row;
    int err = read_row(s, id, &row);
    return err || row.there ? err : strand_ask(s, &text);
}

/* --- making one --- */

/* Of places that are all taken, those of what is resolved by now are free. */
static int free_places(struct strand *s, struct place places[REPORTS_USER_MAX])
{
    struct ask *asks = arena_alloc(strand_scratch(s), REPORTS_USER_MAX * sizeof(*asks));
    for (int i = 0; i < REPORTS_USER_MAX; i++)
        asks[i] = ask_row(places[i].id);
    int err = strand_ask_all(s, asks, REPORTS_USER_MAX);
    for (int i = 0; !err && i < REPORTS_USER_MAX; i++)
        if (row_of(&asks[i].answer).resolved_ms)
            return i;
    return err ? err : -ENOENT;
}

/* The slot of the report's own place, or of one that it may have; negative: -ENOENT, there is none.
 */
static int find_place(struct strand *s, const struct report *report,
                      struct place places[REPORTS_USER_MAX])
{
    int slot = place_of(places, report);
    for (int i = 0; slot < 0 && i < REPORTS_USER_MAX; i++)
        if (!places[i].id)
            return i;
    return slot < 0 ? free_places(s, places) : slot;
}

/* *id is the report that has the place now: this one, or one of the same message. */
static int take_place(struct strand *s, const struct report *report, uint64_t *id, int *slot)
{
    for (int i = 0; decide(s, i); i++) {
        struct place places[REPORTS_USER_MAX];
        struct report_row row;
        bool made;
        int err = read_places(s, report->reporter, places);
        if (err)
            return err;
        *slot = find_place(s, report, places);
        if (*slot < 0)
            return *slot == -ENOENT ? STORE_TAKEN : *slot;
        const struct place *before = &places[*slot];
        *id = before->id;
        if (before->id && before->conversation == report->conversation &&
            before->seq == report->seq) {
            err = read_row(s, before->id, &row);
            if (err || !row.resolved_ms)
                return err;
        }
        const struct place mine = {true, report->id, report->conversation, report->seq};
        err = put_place(s, report->reporter, *slot, before, &mine, &made);
        *id = report->id;
        if (err || made)
            return err;
    }
    return -EAGAIN;
}

static int free_place(struct strand *s, uint64_t reporter, int slot, uint64_t id)
{
    const struct place before = {.there = true, .id = id}, none = {0};
    bool made;
    return put_place(s, reporter, slot, &before, &none, &made);
}

static int put_text(struct strand *s, const struct report *report, uint64_t id)
{
    struct builder text = {0};
    report_pack(&text, report);
    struct ask ask = ASK(S_REPORT_TEXT_PUT, cql_u64(id), strand_blob(s, &text));
    return strand_ask(s, &ask);
}

int cassandra_report_put(struct strand *s, struct store_report_put *r)
{
    bool made = false;
    uint64_t gone = 0;
    int slot, err;
    must(!r->report.resolved_ms);
    err = take_place(s, &r->report, &r->id, &slot);
    if (!err && r->id != r->report.id) {
        struct report_row row;
        err = read_row(s, r->id, &row);
        made = !err && row.there;
    }
    if (!err && !made)
        err = put_text(s, &r->report, r->id);
    for (int i = 0; !err && !made && decide(s, i); i++)
        err = make_row(s, r->id, &gone, &made);
    if (!err && made && gone)
        err = drop_text(s, gone);
    if (err == STORE_TAKEN) {
        int failed = free_place(s, r->report.reporter, slot, r->id);
        return failed ? failed : STORE_TAKEN;
    }
    return err ? err : made ? STORE_DONE : -EAGAIN;
}

/* --- resolving one --- */

static int resolve(struct strand *s, const struct store_report_resolve *r, bool *made)
{
    struct counts counts;
    struct report_row row;
    struct answer answer;
    int err = read_counts(s, S_REPORTS_COUNTS_LOOK, &counts);
    if (!err)
        err = read_row(s, r->id, &row);
    if (err || !row.there)
        return err ? err : STORE_NOT_FOUND;
    *made = row.resolved_ms != 0;
    if (*made)
        return 0;
    struct ask parts[] = {put_counts(&counts, counts.open - 1, counts.kept),
                          put_row(r->id, r->now_ms, r->by)};
    err = strand_batch(s, parts, ARRAY_SIZE(parts), &answer);
    *made = !err && answer.applied;
    return err == -ETIMEDOUT ? 0 : err;
}

/* What keeps a place after this loses it sooner or later (free_places()). */
static int leave_place(struct strand *s, uint64_t id)
{
    struct place places[REPORTS_USER_MAX];
    struct report report;
    struct ask text = ASK(S_REPORT_TEXT_GET, cql_u64(id));
    int err = strand_ask(s, &text);
    if (err || !text.answer.rows_n)
        return err;
    if (!report_unpack(&report, id, answer_bytes(&text.answer, 0, 0)))
        return strand_bad_row("report_texts", id);
    err = read_places(s, report.reporter, places);
    for (int i = 0; !err && i < REPORTS_USER_MAX; i++)
        if (places[i].id == id)
            return free_place(s, report.reporter, i, id);
    return err;
}

int cassandra_report_resolve(struct strand *s, struct store_report_resolve *r)
{
    bool made = false;
    int err = 0;
    must(r->now_ms);
    for (int i = 0; !err && !made && decide(s, i); i++)
        err = resolve(s, r, &made);
    if (!err && made)
        err = leave_place(s, r->id);
    return err ? err : made ? STORE_DONE : -EAGAIN;
}

/* --- listing --- */

/* The newest rows before r->before that are as asked for: their ids, and what they say. */
static int find_rows(struct strand *s, const struct store_reports *r, struct report *found,
                     uint32_t *n)
{
    struct ask ask = ASK(S_REPORTS_DOWN, r->before ? cql_u64(r->before) : cql_bigint(INT64_MAX));
    int err;
    *n = 0;
    do {
        err = strand_ask(s, &ask);
        for (uint32_t i = 0; !err && i < ask.answer.rows_n && *n < r->limit; i++) {
            uint64_t resolved_ms = answer_u64(&ask.answer, i, 1);
            if ((resolved_ms != 0) == r->resolved)
                found[(*n)++] = (struct report){.id = answer_u64(&ask.answer, i, 0),
                                                .resolved_ms = resolved_ms,
                                                .resolved_by = answer_u64(&ask.answer, i, 2)};
        }
    } while (!err && *n < r->limit && ask_next_page(&ask));
    return err;
}

static int read_texts(struct strand *s, struct store_reports *r, const struct report *found,
                      uint32_t n)
{
    struct ask *asks = arena_alloc(strand_scratch(s), n * sizeof(*asks));
    for (uint32_t i = 0; i < n; i++)
        asks[i] = ASK(S_REPORT_TEXT_GET, cql_u64(found[i].id));
    int err = strand_ask_all(s, asks, n);
    for (uint32_t i = 0; !err && i < n; i++) {
        struct report *report = &r->reports[r->n_reports];
        if (!asks[i].answer.rows_n)
            continue; /* it made room meanwhile */
        struct str text = arena_str(strand_arena(s), answer_bytes(&asks[i].answer, 0, 0));
        if (!report_unpack(report, found[i].id, text))
            return strand_bad_row("report_texts", found[i].id);
        report->resolved_ms = found[i].resolved_ms;
        report->resolved_by = found[i].resolved_by;
        r->n_reports++;
    }
    return err;
}

int cassandra_reports(struct strand *s, struct store_reports *r)
{
    must(r->limit >= 1 && r->limit <= PAGE_MAX);
    struct report *found = arena_alloc(strand_scratch(s), r->limit * sizeof(*found));
    struct counts counts;
    uint32_t n;
    r->reports = arena_alloc(strand_arena(s), r->limit * sizeof(*r->reports));
    r->n_reports = 0;
    int err = read_counts(s, S_REPORTS_COUNTS, &counts);
    r->n_open = counts.open;
    if (!err)
        err = find_rows(s, r, found, &n);
    if (!err)
        err = read_texts(s, r, found, n);
    return err ? err : STORE_DONE;
}
