/*
 * What stands beside the logs. A column that is the greatest of what was written gets the seq that
 * it follows from or, where the embedded row does not say that, the seq of its log's head: all that
 * follows is beyond it, and whoever does the newest append's changes again finds them done.
 */
#include "model/record.h"
#include "store/cassandra/changes.h"
#include "store/cassandra/copy_row.h"
#include "store/cassandra/hidden.h"
#include "store/cassandra/noted.h"
#include "util/macros.h"

static int copy_conversation(struct copy_walk *w, const struct copy_row *row)
{
    struct conversation c;
    if (!conversation_unpack(&c, copy_id(row, 0), row->value))
        return copy_bad(w, row);
    copy_emit(w, conversation_put_record(w->strand, &c, c.rev));
    return 0;
}

/* Here the head is the newest event, also where that is gone by its age: a row that says nothing
 * else stands for it then, behind what anybody may read. */
static void emit_head_event(struct copy_walk *w, uint64_t conversation, const struct log_head *head)
{
    const struct event e = {.type = EVENT_ACCEPT,
                            .conversation = conversation,
                            .seq = head->seq,
                            .n = head->n,
                            .first_seq = head->first_seq,
                            .rev = head->seq,
                            .time_ms = head->time_ms,
                            .sender = conversation,
                            .key = STR("gone")};
    struct builder b = {0};
    record_encode(&b, &e);
    copy_emit(w, ASK(S_COPY_EVENT, cql_u64(conversation), cql_u64(log_bucket(head->seq)),
                     cql_u64(head->seq), strand_blob(w->strand, &b), cql_u64(head->seq),
                     cql_u64(head->message_seq), cql_bytes(STR(""))));
}

static int copy_head(struct copy_walk *w, const struct copy_row *row)
{
    struct turn t = copy_turn(w);
    struct head_row row_of;
    struct pins *pins = arena_alloc(strand_scratch(w->strand), sizeof(*pins));
    const struct log_head *head = &row_of.head;
    uint64_t id = copy_id(row, 0), bucket;
    if (!head_unpack(&row_of, row->value))
        return copy_bad(w, row);
    if (!head->seq)
        return 0;
    bucket = log_bucket(head->seq);
    int err = turn_pins(&t, id, pins);
    if (err)
        return err;
    /* Also where nothing is: that it was taken out shall not be done again. */
    copy_emit(w, conversation_put_pins(w->strand, id, pins, head->seq));
    if (bucket)
        copy_emit(w, ASK(S_CONVERSATION_PUT_BUCKET, cql_u64(bucket), cql_u64(bucket), cql_u64(id)));
    if (head->gone_seq)
        copy_emit(w, ASK(S_CONVERSATION_PUT_GONE, cql_u64(head->gone_seq), cql_u64(head->gone_seq),
                         cql_u64(head->gone_n), cql_u64(id)));
    if (head->gone_seq == head->seq)
        emit_head_event(w, id, head);
    return 0;
}

static int copy_roster(struct copy_walk *w, const struct copy_row *row)
{
    struct roster *roster = arena_alloc(strand_scratch(w->strand), sizeof(*roster));
    struct log_head head;
    uint64_t id = copy_id(row, 0);
    int err = copy_head_of(w, id, &head);
    if (err)
        return err;
    if (!roster_unpack(roster, row->value))
        return copy_bad(w, row);
    copy_emit(w, conversation_put_roster(w->strand, id, roster, head.seq));
    return 0;
}

static int copy_invites(struct copy_walk *w, const struct copy_row *row)
{
    struct invites invites;
    if (!invites_unpack(&invites, row->value))
        return copy_bad(w, row);
    copy_emit(w, conversation_put_invites(w->strand, copy_id(row, 0), &invites, invites.rev));
    return 0;
}

/* With the head. */
static int copy_pins(struct copy_walk *w, const struct copy_row *row)
{
    struct log_head head;
    int err = copy_head_of(w, copy_id(row, 0), &head);
    return err ? err : head.seq ? 0 : copy_bad(w, row);
}

static bool has_preferences(const struct preferences *p)
{
    return p->rev || p->muted_until_ms || p->pinned || p->archived || p->unread || p->cleared_seq ||
           p->cleared_by || p->hidden || p->drafts;
}

/* A mark that it is unread stands as long as nothing is read. */
static int emit_preferences(struct copy_walk *w, const struct member *m)
{
    struct member_state state = {.row.member = *m, .marked_at = m->read_seq};
    struct log_head own;
    int err = copy_head_of(w, m->user, &own);
    if (err)
        return err;
    copy_emit(w, member_put_preferences(w->strand, &state, own.seq));
    return 0;
}

static int copy_member(struct copy_walk *w, const struct copy_row *row)
{
    struct member_state state = {0};
    struct member *m = &state.row.member;
    struct log_head head;
    uint64_t user = copy_id(row, 0), conversation = copy_id(row, 1);
    int err = copy_head_of(w, conversation, &head);
    if (err)
        return err;
    if (!member_unpack(&state.row, user, conversation, row->value))
        return copy_bad(w, row);
    state.row.commit = 0;
    copy_emit(w, member_put_role(w->strand, &state, m->rev));
    if (head.seq)
        copy_emit(w, member_touch(conversation, user, &head));
    if (m->read_seq)
        copy_emit(w, member_put_read(conversation, user, m->read_seq, m->read_n));
    if (m->delivered_seq)
        copy_emit(w, member_put_delivered(conversation, user, m->delivered_seq));
    if (head.gone_seq)
        copy_emit(w, ASK(S_INBOX_PUT_GONE, cql_u64(head.gone_seq), cql_u64(head.gone_seq),
                         cql_u64(head.gone_n), cql_u64(user), cql_u64(conversation)));
    return has_preferences(&m->preferences) ? emit_preferences(w, m) : 0;
}

static int copy_steps(struct copy_walk *w, const struct copy_row *row)
{
    struct steps steps;
    if (!steps_unpack(&steps, row->value))
        return copy_bad(w, row);
    if (!steps.n)
        return 0;
    uint64_t sum = steps.at[steps.n - 1].delivered_seq + steps.at[steps.n - 1].read_seq;
    copy_emit(w, ASK(S_STEPS_PUT, cql_u64(sum), cql_bytes(row->value), cql_u64(copy_id(row, 1)),
                     cql_u64(copy_id(row, 0))));
    return 0;
}

static int copy_expiry(struct copy_walk *w, const struct copy_row *row)
{
    const struct event message = {
        .expires_ms = copy_id(row, 0), .conversation = copy_id(row, 1), .seq = copy_id(row, 2)};
    uint64_t slot = expiry_slot(message.expires_ms);
    copy_emit(w, expiry_ask_put(&message, slot));
    if (!copy_same_run(row, TAG) || expiry_slot(be64_get(row->before.p + TAG)) != slot)
        copy_emit(w, expiry_ask_slot(slot));
    return 0;
}

/* What mentions somebody, or is starred, has a month as the first of the same run says. */
static void emit_noted(struct copy_walk *w, const struct copy_row *row, enum noted_kind kind,
                       uint64_t expires_ms, uint64_t at)
{
    const struct event message = {.time_ms = copy_id(row, 1),
                                  .conversation = copy_id(row, 2),
                                  .seq = copy_id(row, 3),
                                  .expires_ms = expires_ms};
    uint64_t user = copy_id(row, 0);
    copy_emit(w, noted_put(user, kind, &message, true, at));
    bool same_month =
        copy_same_run(row, TAG + ID) &&
        noted_month(be64_get(row->before.p + TAG + ID)) == noted_month(message.time_ms);
    if (!same_month)
        copy_emit(w, noted_put_month(user, kind, &message));
}

static int copy_mention(struct copy_walk *w, const struct copy_row *row)
{
    uint64_t expires_ms;
    if (!ids_unpack(&expires_ms, 1, row->value))
        return copy_bad(w, row);
    emit_noted(w, row, NOTED_MENTION, expires_ms, copy_id(row, 3));
    return 0;
}

/* A star stays where its message is gone. */
static int copy_star(struct copy_walk *w, const struct copy_row *row)
{
    struct turn t = copy_turn(w);
    struct event message = {0};
    uint64_t at;
    if (!ids_unpack(&at, 1, row->value))
        return copy_bad(w, row);
    int err = turn_event(&t, copy_id(row, 2), copy_id(row, 3), &message);
    if (err < 0)
        return err;
    emit_noted(w, row, NOTED_STAR, err ? 0 : message.expires_ms, at);
    return 0;
}

static int copy_draft(struct copy_walk *w, const struct copy_row *row)
{
    struct row_key all = key_drafts(copy_id(row, 0));
    return copy_same_run(row, TAG + ID) ? 0 : copy_emit_set(w, copy_id(row, 0), OWN_DRAFTS, &all);
}

/* The bits of a bucket, by the first of its rows. */
static int copy_hidden(struct copy_walk *w, const struct copy_row *row)
{
    uint64_t user = copy_id(row, 0), conversation = copy_id(row, 1);
    uint64_t bucket = log_bucket(copy_id(row, 2));
    struct row_key from = key_hidden(user, conversation, bucket * LOG_BUCKET);
    struct row_key to = key_hidden(user, conversation, (bucket + 1) * LOG_BUCKET);
    unsigned char *bits = arena_alloc(strand_scratch(w->strand), HIDDEN_BITS_BYTES);
    struct kv_view view = {.kv = w->kv};
    struct log_head own;
    struct kv_scan scan;
    struct str key, value;
    if (copy_same_run(row, TAG + 2 * ID) &&
        log_bucket(be64_get(row->before.p + TAG + 2 * ID)) == bucket)
        return 0;
    int err = copy_head_of(w, user, &own);
    if (err)
        return err;
    err = kv_scan_begin(&scan, &view, KV_STATE, row_key_str(&from), row_key_str(&to), false);
    while (!err && !(err = kv_scan_next(&scan, &key, &value)))
        hidden_bit_set(bits, be64_get(key.p + TAG + 2 * ID));
    kv_scan_end(&scan);
    if (err < 0)
        return err;
    copy_emit(w, hidden_ask_put(user, conversation, bucket, bits, own.seq));
    return 0;
}

const struct copy_kind copy_state_kinds[] = {
    {'c', 1, false, copy_conversation},
    {'h', 1, false, copy_head},
    {'r', 1, false, copy_roster},
    {'l', 1, false, copy_invites},
    {'i', 2, false, copy_member},
    {'p', 1, false, copy_pins},
    {'t', 2, false, copy_steps},
    {'e', 3, false, copy_expiry},
    {'a', 4, false, copy_mention},
    {'s', 4, false, copy_star},
    {'f', 2, false, copy_draft},
    {'x', 3, false, copy_hidden},
    {0},
};
