/*
 * What one's own log says of other conversations and is kept beside them: drafts, and what one hid.
 * Events point to rows, rows to events, and the member's row counts the rows.
 */
#include <inttypes.h>

#include "store/verify_walk.h"
#include "util/macros.h"
#include "util/numbers.h"

#define OWN "user %" PRIu64 ", event %" PRIu64 ": "

enum { USER_AT = 1, CONVERSATION_AT = 9, SEQ_AT = 17 };

/* The rows whose keys begin so. 0, negative. */
static int count_rows(struct verify *v, const struct row_key *from, uint64_t *n)
{
    struct row_key to = row_key_after(from);
    struct kv_view view = {.kv = v->kv};
    struct kv_scan scan;
    struct str key, value;
    *n = 0;
    int err = kv_scan_begin(&scan, &view, KV_STATE, row_key_str(from), row_key_str(&to), false);
    while (!err && !(err = kv_scan_next(&scan, &key, &value)))
        ++*n;
    kv_scan_end(&scan);
    return MIN(err, 0);
}

/* --- drafts --- */

int verify_draft_event(struct verify *v, const struct event *e)
{
    struct row_key k = key_draft(e->sender, e->subject);
    uint64_t seq = 0;
    int err = verify_ids(v, &k, &seq, 1);
    if (err < 0 || err == VERIFY_UNREADABLE)
        return MIN(err, 0);
    bool stands = e->text.n ? seq == e->seq : seq != e->seq;
    if (!stands || (e->deleted && e->text.n))
        verify_fault(v, OWN "what is drafted is not as it says", e->sender, e->seq);
    return 0;
}

int verify_draft_row(struct verify *v, struct str key, struct str value)
{
    struct event e;
    uint64_t user = be64_get(key.p + USER_AT), seq;
    int err = verify_left_row(v, user, "a draft");
    if (err)
        return MIN(err, 0);
    err = ids_unpack(&seq, 1, value) ? verify_event(v, user, seq, &e) : KV_ABSENT;
    bool says =
        !err && e.type == EVENT_DRAFT && e.text.n && e.subject == be64_get(key.p + CONVERSATION_AT);
    if (err == KV_ABSENT || (!err && !says))
        verify_fault(v, "user %" PRIu64 ": a draft that no event wrote", user);
    return MIN(err, 0);
}

int verify_draft_count(struct verify *v, const struct member *own)
{
    struct row_key all = key_drafts(own->user);
    uint64_t n;
    int err = count_rows(v, &all, &n);
    if (!err && n != own->preferences.drafts)
        verify_fault(v, "user %" PRIu64 ": has %" PRIu64 " drafts, not %" PRIu64, own->user, n,
                     own->preferences.drafts);
    return err;
}

/* --- what is hidden --- */

/* Whether the member's row or one of its own says that the message is hidden. 1, 0, negative. */
static int is_hidden(struct verify *v, const struct member *m, const struct event *e)
{
    struct row_key k = key_hidden(e->sender, e->subject, e->target);
    uint64_t by;
    if (e->target <= m->preferences.cleared_seq)
        return 1;
    int err = e->number == HIDE_UP_TO ? KV_ABSENT : verify_ids(v, &k, &by, 1);
    return err < 0 ? err : err == VERIFY_UNREADABLE || (!err && by <= e->seq);
}

int verify_hide_event(struct verify *v, const struct event *e)
{
    struct member_row row;
    struct head_row head = {0};
    int err = verify_member(v, e->subject, e->sender, &row);
    err = err ? err : verify_head(v, e->subject, &head);
    int hidden = err ? MIN(err, 0) : is_hidden(v, &row.member, e);
    hidden = !err && !hidden ? e->target <= head.head.gone_seq : hidden;
    if (err == KV_ABSENT || (!err && !hidden))
        verify_fault(v, OWN "did not hide %" PRIu64 " of %" PRIu64, e->sender, e->seq, e->target,
                     e->subject);
    return MIN(hidden, 0);
}

int verify_hidden_row(struct verify *v, struct str key, struct str value)
{
    struct event e;
    struct member_row row;
    uint64_t user = be64_get(key.p + USER_AT), id = be64_get(key.p + CONVERSATION_AT), by;
    int err = verify_left_row(v, user, "a row of what they hid");
    if (err)
        return MIN(err, 0);
    err = ids_unpack(&by, 1, value) ? verify_event(v, user, by, &e) : KV_ABSENT;
    bool says = !err && e.type == EVENT_HIDE && e.number == HIDE_ONE && e.subject == id &&
                e.target == be64_get(key.p + SEQ_AT);
    int found = err < 0 ? err : verify_member(v, id, user, &row);
    bool counted = found == VERIFY_UNREADABLE ||
                   (!found && row.member.preferences.hidden &&
                    be64_get(key.p + SEQ_AT) > row.member.preferences.cleared_seq);
    if (err == KV_ABSENT || (!err && !says) || (found >= 0 && !counted))
        verify_fault(v, "user %" PRIu64 ": hid a message of %" PRIu64 " by no event, or twice",
                     user, id);
    return MIN(found, 0);
}

int verify_hidden_count(struct verify *v, const struct member *m)
{
    struct event e;
    const struct preferences *p = &m->preferences;
    struct row_key all = key_hidden(m->user, m->conversation, 0);
    all.n -= sizeof(uint64_t);
    uint64_t n = 0;
    int err = p->hidden ? count_rows(v, &all, &n) : 0;
    int found = err || !p->cleared_by ? err : verify_event(v, m->user, p->cleared_by, &e);
    bool says = p->cleared_by ? !found && e.type == EVENT_HIDE && e.number == HIDE_UP_TO &&
                                    e.subject == m->conversation && e.target == p->cleared_seq
                              : !p->cleared_seq;
    if (n != p->hidden || (found >= 0 && found != VERIFY_UNREADABLE && !says))
        verify_fault(v, "user %" PRIu64 ": what is hidden of %" PRIu64 " is not as counted",
                     m->user, m->conversation);
    return MIN(found, 0);
}
