/* Reports: an open one is found by its message, and each is counted. */
#include <inttypes.h>

#include "store/verify_walk.h"
#include "util/macros.h"
#include "util/numbers.h"

int verify_report_row(struct verify *v, struct str key, struct str value)
{
    struct report report;
    uint64_t id = be64_get(key.p + 2), found = 0;
    bool resolved = key.p[1] != 0;
    v->reports[resolved]++;
    if (!report_unpack(&report, id, value) || (report.resolved_ms != 0) != resolved) {
        verify_fault(v, "report %" PRIu64 " does not decode", id);
        return 0;
    }
    if (resolved)
        return 0;
    struct row_key k = key_reported(report.reporter, report.conversation, report.seq);
    int err = verify_ids(v, &k, &found, 1);
    if (err == KV_ABSENT || (!err && found != id))
        verify_fault(v, "report %" PRIu64 " is not found by its message", id);
    return MIN(err, 0);
}

int verify_reported_row(struct verify *v, struct str key, struct str value)
{
    struct turn t = {.view = {.kv = v->kv}, .arena = v->arena};
    uint64_t id, user = be64_get(key.p + 1);
    struct str report;
    if (!ids_unpack(&id, 1, value)) {
        verify_fault(v, "user %" PRIu64 ": what they reported does not decode", user);
        return 0;
    }
    struct row_key k = key_report(false, id);
    int err = turn_get(&t, &k, &report);
    if (err == KV_ABSENT)
        verify_fault(v, "user %" PRIu64 " made report %" PRIu64 ", which is not open", user, id);
    return MIN(err, 0);
}

int verify_report_counts(struct verify *v)
{
    struct arena arena = {0};
    struct row_key k = key_meta("reports");
    uint64_t counts[2] = {0};
    v->arena = &arena;
    int err = verify_ids(v, &k, counts, 2);
    if (counts[0] != v->reports[0] || counts[1] != v->reports[1])
        verify_fault(v,
                     "%" PRIu64 " reports are open and %" PRIu64 " resolved, not %" PRIu64
                     " and %" PRIu64,
                     v->reports[0], v->reports[1], counts[0], counts[1]);
    v->arena = NULL;
    arena_deinit(&arena);
    return MIN(err, 0);
}
