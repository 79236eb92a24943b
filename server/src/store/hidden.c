/*
 * A row for each message that was hidden by itself, and on the member's row the seq up to which all
 * are, with a count of the rows beyond it: so a page of events costs whoever hid nothing the look
 * at their own row, and whoever did one batched get more. Hiding all up to a seq takes the rows up
 * to it out.
 *
 * Refused: a copy of each row for its reader, or a mark in the shared row: what one hides is no
 * business of the log that it stands in.
 */
#include "store/hidden.h"

#include "model/limits.h"
#include "store/project.h"
#include "util/macros.h"
#include "util/numbers.h"

enum { SEQ_AT = 17 };

static int hide_one(struct turn *t, const struct event *e, struct preferences *p)
{
    struct row_key k = key_hidden(e->sender, e->subject, e->target);
    uint64_t by;
    int err = turn_get_ids(t, &k, &by, 1);
    if (err != KV_ABSENT)
        return err;
    turn_put_ids(t, &k, &e->seq, 1);
    p->hidden++;
    return 0;
}

/* The rows are gathered first: the scan must not see its own changes. */
static int take_rows(struct turn *t, struct member *me, uint64_t up_to)
{
    struct preferences *p = &me->preferences;
    struct row_key from = key_hidden(me->user, me->conversation, 0);
    struct row_key to = key_hidden(me->user, me->conversation, up_to + 1);
    uint64_t *seqs = arena_alloc(t->arena, p->hidden * sizeof(*seqs));
    uint64_t n = 0;
    struct kv_scan scan;
    int err = kv_scan_begin(&scan, &t->view, KV_STATE, row_key_str(&from), row_key_str(&to), false);
    while (!err && n < p->hidden) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (!err)
            seqs[n++] = be64_get(key.p + SEQ_AT);
    }
    kv_scan_end(&scan);
    for (uint64_t i = 0; i < n; i++) {
        struct row_key k = key_hidden(me->user, me->conversation, seqs[i]);
        turn_delete(t, &k);
    }
    p->hidden -= n;
    return MIN(err, 0);
}

static int hide_up_to(struct turn *t, const struct event *e, struct member *me)
{
    me->preferences.cleared_seq = e->target;
    me->preferences.cleared_by = e->seq;
    return take_rows(t, me, e->target);
}

int hidden_apply(struct turn *t, const struct event *e)
{
    struct member_row row;
    int err = turn_member(t, e->subject, e->sender, &row);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    struct preferences *p = &row.member.preferences;
    if (e->target <= p->cleared_seq)
        return 0;
    err = e->number == HIDE_UP_TO ? hide_up_to(t, e, &row.member) : hide_one(t, e, p);
    return err ? err : turn_put_member(t, &row);
}

int hidden_forget(struct turn *t, uint64_t user, uint64_t conversation, uint64_t up_to)
{
    struct member_row row;
    int err = turn_member(t, conversation, user, &row);
    if (err)
        return MIN(err, 0);
    uint64_t before = row.member.preferences.hidden;
    err = take_rows(t, &row.member, up_to);
    return err || row.member.preferences.hidden == before ? err : turn_put_member(t, &row);
}

int hidden_is(struct turn *t, const struct member *me, uint64_t seq)
{
    const struct preferences *p = &me->preferences;
    if (seq <= p->cleared_seq || !p->hidden)
        return seq <= p->cleared_seq;
    struct row_key k = key_hidden(me->user, me->conversation, seq);
    uint64_t by;
    int err = turn_get_ids(t, &k, &by, 1);
    return err < 0 ? err : err != KV_ABSENT;
}

/* The message whose words a row has; 0: none. */
static uint64_t message_of(const struct event *e)
{
    if (e->type == EVENT_EDIT)
        return e->target;
    return e->type == EVENT_MESSAGE ? e->seq : 0;
}

/* Rows in the order of the messages that they are of: keys are looked up in order, each once. */
struct looked {
    struct event *at[PAGE_MAX];
    uint32_t n;
};

static void look_for(struct looked *looked, struct event *e)
{
    uint32_t i = looked->n++;
    for (; i && message_of(looked->at[i - 1]) > message_of(e); i--)
        looked->at[i] = looked->at[i - 1];
    looked->at[i] = e;
}

static int take_looked(struct turn *t, const struct member *me, const struct looked *looked)
{
    struct row_key keys[PAGE_MAX];
    struct str key_strs[PAGE_MAX], values[PAGE_MAX];
    uint32_t n = 0, key_of[PAGE_MAX];
    for (uint32_t i = 0; i < looked->n; i++) {
        uint64_t seq = message_of(looked->at[i]);
        if (i == 0 || seq != message_of(looked->at[i - 1])) {
            keys[n] = key_hidden(me->user, me->conversation, seq);
            key_strs[n] = row_key_str(&keys[n]);
            n++;
        }
        key_of[i] = n - 1;
    }
    int err = kv_get_many(&t->view, KV_STATE, key_strs, n, t->arena, values);
    for (uint32_t i = 0; !err && i < looked->n; i++)
        if (values[key_of[i]].p)
            project_hidden(looked->at[i]);
    return err;
}

int hidden_take(struct turn *t, const struct member *me, struct event *events, uint32_t n)
{
    const struct preferences *p = &me->preferences;
    struct looked looked = {.n = 0};
    must(n <= PAGE_MAX);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t seq = message_of(&events[i]);
        if (seq && seq <= p->cleared_seq)
            project_hidden(&events[i]);
        else if (seq && p->hidden)
            look_for(&looked, &events[i]);
    }
    return looked.n ? take_looked(t, me, &looked) : 0;
}

int hidden_take_from(struct turn *t, uint64_t viewer, uint64_t conversation, struct event *events,
                     uint32_t n)
{
    struct member_row row;
    if (!viewer || !n)
        return 0;
    int err = turn_member(t, conversation, viewer, &row);
    if (err)
        return MIN(err, 0);
    return hidden_take(t, &row.member, events, n);
}
