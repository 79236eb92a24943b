/*
 * What is too old is the front of each log, so a look at a conversation is a look at its first
 * event. Nothing is queued by time: the setting may change, and with it when everything goes. So
 * the job walks over all heads, again and again.
 *
 * Events go in one batch with the head that says so. What points to them goes with them: keys,
 * mentions, pins, what each hid of them, the queue of what is to be emptied; and an edit that
 * stands after its message loses its words. Stars stay: they stand in other people's rows, which
 * nothing here leads to, and what lists them looks at the message.
 *
 * A row that does not decode says no time: it goes with the next one that does.
 */
#include <errno.h>

#include "model/record.h"
#include "store/embedded.h"
#include "store/hidden.h"
#include "store/mentions.h"
#include "store/pins.h"
#include "store/project.h"
#include "store/retention_rule.h"
#include "util/macros.h"
#include "util/numbers.h"

enum {
    ID_AT = 1,                     /* in a head's key */
    SEQ_AT = 8,                    /* in an event's */
    HEADS_MAX = 256,               /* looked at for one answer */
    RECORD_BYTES_MAX = 256 * 1024, /* of what goes in one batch */
};

/* --- what is to go --- */

/* Whoever deleted their account stays in their 1:1s and comes back to none: 1, 0, negative. */
static int is_deleted(struct turn *t, const struct conversation *c, uint64_t id)
{
    struct user user;
    if (c->kind != CONVERSATION_DIRECT)
        return 0;
    int err = turn_user(t, id, &user);
    return err < 0 ? err : !err && user.deleted_ms;
}

static int find_delivered(struct turn *t, uint64_t conversation, struct delivered *d)
{
    struct store_load load = {.id = conversation};
    int err = log_load(t, &load);
    *d = delivered_everywhere();
    for (uint32_t i = 0; !err && i < load.n_members; i++) {
        int deleted = is_deleted(t, &load.conversation, load.members[i].user);
        if (deleted < 0)
            return deleted;
        if (!deleted)
            delivered_count(d, &load.members[i]);
    }
    return err > 0 ? -EBADMSG : err;
}

/* The front of a log that is to go. */
struct front {
    struct event events[RETAIN_MAX];
    uint32_t n;    /* of them, read so far */
    uint32_t goes; /* how many of these go */
    bool more;     /* perhaps others behind them */
};

/* Reads on while what it reads goes. The texts lie in the turn's arena. */
static int read_front(struct turn *t, uint64_t conversation, const struct log_head *head,
                      const struct retention_rule *rule, struct front *front)
{
    struct row_key from = key_event(conversation, head->gone_seq + 1);
    struct row_key to = key_event(conversation, head->seq);
    struct kv_scan scan;
    size_t bytes = 0;
    front->n = front->goes = 0;
    to = row_key_after(&to);
    int err =
        kv_scan_begin(&scan, &t->view, KV_EVENTS, row_key_str(&from), row_key_str(&to), false);
    while (!err && front->n < RETAIN_MAX && bytes < RECORD_BYTES_MAX) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (err)
            break;
        struct event *e = &front->events[front->n];
        if (record_decode(e, arena_str(t->arena, value), t->arena)) {
            *e = (struct event){.conversation = conversation, .seq = be64_get(key.p + SEQ_AT)};
            turn_bad_row(&from);
        } else if (!retention_is_due(rule, e)) {
            break;
        } else {
            front->goes = front->n + 1;
        }
        bytes += value.n;
        front->n++;
    }
    kv_scan_end(&scan);
    front->more = !err && front->goes && (front->n == RETAIN_MAX || bytes >= RECORD_BYTES_MAX);
    return MIN(err, 0);
}

/* What is to go of one conversation. */
static int look(struct turn *t, uint64_t conversation, const struct log_head *head,
                struct retention server, uint64_t now_ms, struct front *front)
{
    struct conversation c;
    struct retention_rule rule = {.now_ms = now_ms};
    front->n = front->goes = 0;
    front->more = false;
    if (head->gone_seq == head->seq)
        return 0;
    int err = turn_conversation(t, conversation, &c);
    if (err)
        return MIN(err, 0);
    rule.keep = retention_of(&c, server);
    if (rule.keep.after_ms == 0 && rule.keep.delivered_ms == 0)
        return 0;
    if (rule.keep.delivered_ms)
        err = find_delivered(t, conversation, &rule.delivered);
    return err ? err : read_front(t, conversation, head, &rule, front);
}

/* --- taking it away --- */

static int empty_edit(struct turn *t, uint64_t conversation, uint64_t seq)
{
    struct event edit;
    int err = turn_event(t, conversation, seq, &edit);
    if (err)
        return err == -EBADMSG ? 0 : MIN(err, 0);
    if (project_gone(&edit))
        turn_put_event(t, &edit);
    return 0;
}

/* `last`: the newest that goes. */
static int take_away(struct turn *t, const struct event *e, uint64_t last)
{
    struct row_key row = key_event(e->conversation, e->seq);
    struct row_key key = key_key(e->conversation, e->sender, e->key);
    struct row_key expiry = key_expiry(e->expires_ms, e->conversation, e->seq);
    turn_delete(t, &row);
    turn_delete(t, &key);
    if (e->type != EVENT_MESSAGE)
        return 0;
    int err = mentions_put(t, &(struct event){.type = EVENT_MESSAGE}, e);
    if (e->expires_ms)
        turn_delete(t, &expiry);
    if (!err && e->edited_seq > last)
        err = empty_edit(t, e->conversation, e->edited_seq);
    return err;
}

/* Of those who are in it: whoever left hides little there from then on. */
static int take_hidden_away(struct turn *t, uint64_t conversation, uint64_t last)
{
    struct store_load load = {.id = conversation};
    int err = log_load(t, &load);
    for (uint32_t i = 0; !err && i < load.n_members; i++)
        if (load.members[i].preferences.hidden)
            err = hidden_forget(t, load.members[i].user, conversation, last);
    return err > 0 ? -EBADMSG : err;
}

static int take_front(struct turn *t, struct store_retain *r, struct head_row *row,
                      const struct front *front)
{
    const struct event *last = &front->events[front->goes - 1];
    int err = 0;
    for (uint32_t i = 0; !err && i < front->goes; i++)
        err = take_away(t, &front->events[i], last->seq);
    if (!err)
        err = pins_remove_up_to(t, r->conversation, last->seq);
    if (!err)
        err = take_hidden_away(t, r->conversation, last->seq);
    r->n_events = last->seq - row->head.gone_seq;
    r->n_messages = last->n - row->head.gone_n;
    row->head.gone_seq = last->seq;
    row->head.gone_n = last->n;
    return err ? err : turn_put_head(t, r->conversation, row);
}

int log_retain(struct turn *t, struct store_retain *r)
{
    struct head_row row;
    struct front *front = arena_alloc(t->arena, sizeof(*front));
    r->n_events = r->n_messages = 0;
    int err = turn_head(t, r->conversation, &row);
    if (!err)
        err = look(t, r->conversation, &row.head, r->keep, r->now_ms, front);
    if (!err && front->goes)
        err = take_front(t, r, &row, front);
    r->head = row.head;
    r->more = front->more;
    return err;
}

/* --- finding where there is something --- */

/* Heads behind `after`, copied: what is looked at meanwhile takes a while. 0: fewer than asked. */
static int next_heads(struct turn *t, uint64_t after, uint64_t *ids, struct head_row *heads,
                      uint32_t *n)
{
    struct row_key from = key_head(after), all = {.table = KV_STATE, .n = 1, .bytes = "h"};
    struct row_key to = row_key_after(&all);
    struct kv_scan scan;
    *n = 0;
    from = row_key_after(&from);
    int err = kv_scan_begin(&scan, &t->view, KV_STATE, row_key_str(&from), row_key_str(&to), false);
    while (!err && *n < HEADS_MAX) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (err)
            break;
        ids[*n] = be64_get(key.p + ID_AT);
        if (!head_unpack(&heads[*n], value)) {
            turn_bad_row(&from);
            heads[*n] = (struct head_row){0}; /* nothing is known of it, so nothing goes */
        }
        ++*n;
    }
    kv_scan_end(&scan);
    return MIN(err, 0);
}

int log_retention_due(struct turn *t, struct store_retention_due *r)
{
    uint64_t ids[HEADS_MAX];
    struct head_row heads[HEADS_MAX];
    uint32_t n;
    struct front *front = arena_alloc(t->arena, sizeof(*front));
    r->n = 0;
    int err = next_heads(t, r->after, ids, heads, &n);
    if (err)
        return err;
    r->after = n == HEADS_MAX ? ids[n - 1] : 0;
    for (uint32_t i = 0; i < n; i++) {
        struct arena *arena = t->arena, passing = {0};
        t->arena = &passing;
        err = look(t, ids[i], &heads[i].head, r->keep, r->now_ms, front);
        t->arena = arena;
        arena_deinit(&passing);
        if (err == -EBADMSG) /* logged; whatever is due behind it goes all the same */
            err = 0;
        else if (!err && front->goes)
            r->conversations[r->n++] = ids[i];
        if (err || r->n == RETENTION_DUE_MAX) {
            r->after = ids[i];
            break;
        }
    }
    return r->n ? 0 : err;
}
