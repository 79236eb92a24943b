/*
 * Reports stand in two runs, the open ones and the resolved, each by id, so that a page is a short
 * scan and the oldest that is resolved is a first row. A row by reporter and message leads to the
 * open report of it; how many there are is counted beside them, since nobody counts ten thousand
 * rows at each report.
 */
#include "model/limits.h"
#include "store/embedded.h"
#include "util/macros.h"
#include "util/numbers.h"

enum { OPEN, RESOLVED, COUNTS };

static int get_counts(struct turn *t, uint64_t counts[COUNTS])
{
    struct row_key k = key_meta("reports");
    counts[OPEN] = counts[RESOLVED] = 0;
    return MIN(turn_get_ids(t, &k, counts, COUNTS), 0);
}

static void put_counts(struct turn *t, const uint64_t counts[COUNTS])
{
    struct row_key k = key_meta("reports");
    turn_put_ids(t, &k, counts, COUNTS);
}

static int get_report(struct turn *t, bool resolved, uint64_t id, struct report *report)
{
    struct row_key k = key_report(resolved, id);
    struct str value;
    int err = turn_get(t, &k, &value);
    if (err)
        return err;
    return report_unpack(report, id, value) ? 0 : turn_bad_row(&k);
}

static void put_report(struct turn *t, const struct report *report)
{
    struct row_key k = key_report(report->resolved_ms != 0, report->id);
    builder_reset(&t->row);
    report_pack(&t->row, report);
    turn_put(t, &k, builder_str(&t->row));
}

/* How many of theirs are open, or as many as they may have. */
static int count_of(struct turn *t, uint64_t reporter, uint32_t *n)
{
    struct row_key from = key_reported_by(reporter), to = row_key_after(&from);
    struct kv_scan scan;
    struct str key, value;
    *n = 0;
    int err =
        kv_scan_begin(&scan, &t->view, KV_DIRECTORY, row_key_str(&from), row_key_str(&to), false);
    while (!err && *n < REPORTS_USER_MAX && !(err = kv_scan_next(&scan, &key, &value)))
        ++*n;
    kv_scan_end(&scan);
    return MIN(err, 0);
}

static int oldest_resolved(struct turn *t, struct row_key *oldest)
{
    struct row_key from = key_reports(true), to = row_key_after(&from);
    struct kv_scan scan;
    struct str key, value;
    int err =
        kv_scan_begin(&scan, &t->view, KV_DIRECTORY, row_key_str(&from), row_key_str(&to), false);
    if (!err)
        err = kv_scan_next(&scan, &key, &value);
    if (!err)
        *oldest = key_report(true, be64_get(key.p + from.n));
    kv_scan_end(&scan);
    return err;
}

/* STORE_TAKEN: there is none. */
static int make_room(struct turn *t, uint32_t n_theirs, uint64_t counts[COUNTS])
{
    struct row_key oldest;
    if (n_theirs >= REPORTS_USER_MAX)
        return STORE_TAKEN;
    if (counts[OPEN] + counts[RESOLVED] < REPORTS_MAX)
        return 0;
    int err = oldest_resolved(t, &oldest);
    if (err)
        return err < 0 ? err : STORE_TAKEN;
    turn_delete(t, &oldest);
    counts[RESOLVED]--;
    return 0;
}

int directory_report_put(struct turn *t, struct store_report_put *r)
{
    const struct report *report = &r->report;
    struct row_key k = key_reported(report->reporter, report->conversation, report->seq);
    uint64_t counts[COUNTS];
    uint32_t n_theirs;
    must(!report->resolved_ms);
    int err = turn_get_ids(t, &k, &r->id, 1);
    if (err != KV_ABSENT)
        return err ? err : STORE_DONE;
    err = count_of(t, report->reporter, &n_theirs);
    if (!err)
        err = get_counts(t, counts);
    if (!err)
        err = make_room(t, n_theirs, counts);
    if (err)
        return err;
    counts[OPEN]++;
    r->id = report->id;
    turn_put_ids(t, &k, &r->id, 1);
    put_counts(t, counts);
    put_report(t, report);
    return STORE_DONE;
}

int directory_report_resolve(struct turn *t, struct store_report_resolve *r)
{
    struct report report;
    uint64_t counts[COUNTS];
    must(r->now_ms);
    int err = get_report(t, true, r->id, &report);
    if (err != KV_ABSENT)
        return err ? err : STORE_DONE;
    err = get_report(t, false, r->id, &report);
    if (!err)
        err = get_counts(t, counts);
    if (err)
        return err == KV_ABSENT ? STORE_NOT_FOUND : err;
    struct row_key open = key_report(false, r->id),
                   reported = key_reported(report.reporter, report.conversation, report.seq);
    turn_delete(t, &open);
    turn_delete(t, &reported);
    report.resolved_ms = r->now_ms;
    report.resolved_by = r->by;
    put_report(t, &report);
    counts[OPEN]--;
    counts[RESOLVED]++;
    put_counts(t, counts);
    return STORE_DONE;
}

int directory_reports(struct turn *t, struct store_reports *r)
{
    must(r->limit >= 1 && r->limit <= PAGE_MAX);
    struct row_key from = key_reports(r->resolved), to = row_key_after(&from);
    struct row_key before = key_report(r->resolved, r->before);
    uint64_t counts[COUNTS];
    struct kv_scan scan;
    r->reports = arena_alloc(t->arena, r->limit * sizeof(*r->reports));
    r->n_reports = 0;
    int err = get_counts(t, counts);
    if (err)
        return err;
    r->n_open = counts[OPEN];
    err = kv_scan_begin(&scan, &t->view, KV_DIRECTORY, row_key_str(&from),
                        row_key_str(r->before ? &before : &to), true);
    while (!err && r->n_reports < r->limit) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (!err && !report_unpack(&r->reports[r->n_reports++], be64_get(key.p + from.n),
                                   arena_str(t->arena, value)))
            err = turn_bad_row(&from);
    }
    kv_scan_end(&scan);
    return err < 0 ? err : STORE_DONE;
}
