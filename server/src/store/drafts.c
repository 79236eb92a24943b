/*
 * A row points to the event of the own log that has the text, and the next draft of the same
 * conversation empties that event: what was typed on the way is kept nowhere. The own log's row of
 * the member counts the drafts.
 */
#include "store/drafts.h"

#include <errno.h>

#include "model/limits.h"
#include "store/embedded.h"
#include "store/project.h"
#include "util/macros.h"
#include "util/numbers.h"

static int empty(struct turn *t, const struct event *e, uint64_t seq)
{
    struct event draft;
    int err = turn_event(t, e->conversation, seq, &draft);
    if (!err && project_emptied(&draft, e))
        turn_put_event(t, &draft);
    return MIN(err, 0);
}

static int count(struct turn *t, const struct event *e, bool more)
{
    struct member_row own;
    int err = turn_member(t, e->conversation, e->sender, &own);
    if (err)
        return err == KV_ABSENT ? -EBADMSG : err;
    own.member.preferences.drafts += more ? 1 : UINT64_MAX;
    return turn_put_member(t, &own);
}

int drafts_apply(struct turn *t, const struct event *e)
{
    struct row_key k = key_draft(e->sender, e->subject);
    uint64_t before = 0;
    int err = turn_get_ids(t, &k, &before, 1);
    if (err < 0 || before >= e->seq)
        return MIN(err, 0);
    bool had = err != KV_ABSENT, has = e->text.n > 0;
    err = had ? empty(t, e, before) : 0;
    if (has)
        turn_put_ids(t, &k, &e->seq, 1);
    else if (had)
        turn_delete(t, &k);
    return err || had == has ? err : count(t, e, has);
}

int log_drafts(struct turn *t, struct store_drafts *r)
{
    must(r->limit >= 1 && r->limit <= LIST_MAX);
    struct row_key all = key_drafts(r->user), to = row_key_after(&all);
    struct row_key from = key_draft(r->user, r->after + 1);
    struct kv_scan scan;
    r->drafts = arena_alloc(t->arena, r->limit * sizeof(*r->drafts));
    r->n_drafts = 0;
    int err = kv_scan_begin(&scan, &t->view, KV_STATE, row_key_str(&from), row_key_str(&to), false);
    while (!err && r->n_drafts < r->limit) {
        struct str key, value;
        uint64_t seq;
        err = kv_scan_next(&scan, &key, &value);
        if (err)
            break;
        err = ids_unpack(&seq, 1, value) ? turn_event(t, r->user, seq, &r->drafts[r->n_drafts])
                                         : KV_ABSENT;
        if (err == KV_ABSENT)
            err = turn_bad_row(&from);
        r->n_drafts += !err;
    }
    kv_scan_end(&scan);
    return err < 0 ? err : STORE_DONE;
}
