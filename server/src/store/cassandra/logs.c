/*
 * A bucket's newest event is the head, once the next bucket is known to be empty. Where to begin to
 * look says the conversation's `bucket`, which is written before an append enters one: so the head
 * is there or, if that append never came to stand, in the one before.
 *
 * An event's row is changed on the condition that it is as it was read, byte for byte: whoever
 * reads it at QUORUM may see an older one, and then changes nothing.
 */
#include "store/cassandra/logs.h"

#include <string.h>

#include "model/pack.h"
#include "model/record.h"
#include "store/cassandra/changes.h"
#include "util/macros.h"

/* --- the record of a conversation --- */

enum { RECORD, ROSTER, INVITES, PINS, BUCKET, GONE_SEQ, GONE_N };

/* A row with the seq that last changed it in front. */
static struct str after_rev(struct str bytes, uint64_t *rev)
{
    struct unpack u = {.left = bytes};
    *rev = unpack_u64(&u);
    return u.left;
}

bool conversation_roster(struct str column, struct roster *roster, uint64_t *rev)
{
    *rev = 0;
    roster->n = 0;
    return !column.p || roster_unpack(roster, after_rev(column, rev));
}

static int read_conversation(const struct answer *a, struct conversation_state *c)
{
    struct str record = answer_bytes(a, 0, RECORD), roster = answer_bytes(a, 0, ROSTER);
    struct str invites = answer_bytes(a, 0, INVITES), pins = answer_bytes(a, 0, PINS);
    uint64_t id = c->conversation.id;
    c->bucket = answer_u64(a, 0, BUCKET);
    c->gone_seq = answer_u64(a, 0, GONE_SEQ);
    c->gone_n = answer_u64(a, 0, GONE_N);
    c->there = record.p != NULL;
    if ((record.p && !conversation_unpack(&c->conversation, id, record)) ||
        !conversation_roster(roster, &c->roster, &c->roster_rev) ||
        (invites.p && !invites_unpack(&c->invites, invites)) ||
        (pins.p && !pins_unpack(&c->pins, after_rev(pins, &c->pins_rev))))
        return strand_bad_row("conversations", id);
    return 0;
}

int conversation_get(struct strand *s, uint64_t id, struct conversation_state *c)
{
    struct ask a = ASK(S_CONVERSATION_GET, cql_u64(id));
    int err = strand_ask(s, &a);
    return err ? err : conversation_of(&a.answer, id, c);
}

int conversation_of(const struct answer *a, uint64_t id, struct conversation_state *c)
{
    memset(c, 0, sizeof(*c));
    c->conversation.id = id;
    return a->rows_n ? read_conversation(a, c) : 0;
}

struct ask conversation_put_record(struct strand *s, const struct conversation *c, uint64_t seq)
{
    struct builder b = {0};
    conversation_pack(&b, c);
    return ASK(S_CONVERSATION_PUT_RECORD, cql_u64(seq), strand_blob(s, &b), cql_u64(c->id));
}

struct ask conversation_put_roster(struct strand *s, uint64_t id, const struct roster *roster,
                                   uint64_t seq)
{
    struct builder b = {0};
    pack_u64(&b, seq);
    roster_pack(&b, roster);
    return ASK(S_CONVERSATION_PUT_ROSTER, cql_u64(seq), strand_blob(s, &b), cql_u64(id));
}

struct ask conversation_put_invites(struct strand *s, uint64_t id, const struct invites *invites,
                                    uint64_t seq)
{
    struct builder b = {0};
    invites_pack(&b, invites);
    return ASK(S_CONVERSATION_PUT_INVITES, cql_u64(seq), strand_blob(s, &b), cql_u64(id));
}

struct ask conversation_put_pins(struct strand *s, uint64_t id, const struct pins *pins,
                                 uint64_t seq)
{
    struct builder b = {0};
    pack_u64(&b, seq);
    pins_pack(&b, pins);
    return ASK(S_CONVERSATION_PUT_PINS, cql_u64(seq), strand_blob(s, &b), cql_u64(id));
}

uint32_t conversation_users(const struct conversation_state *c, uint64_t users[MEMBERS_MAX])
{
    const struct conversation *record = &c->conversation;
    if (record->kind == CONVERSATION_GROUP) {
        memcpy(users, c->roster.users, c->roster.n * sizeof(users[0]));
        return c->roster.n;
    }
    uint32_t n = 0;
    if (record->users[0])
        users[n++] = record->users[0];
    if (record->users[1] != record->users[0])
        users[n++] = record->users[1];
    return n;
}

/* --- rows of a log --- */

int log_read_row(struct strand *s, const struct answer *a, uint32_t row, uint32_t first,
                 uint64_t conversation, struct log_row *out)
{
    out->record = answer_bytes(a, row, first);
    out->carried = answer_bytes(a, row, first + 1);
    out->message_seq = answer_u64(a, row, first + 2);
    if (record_decode(&out->event, out->record, strand_scratch(s)))
        return strand_bad_row("logs", conversation);
    return 0;
}

int log_get_row(struct strand *s, uint64_t conversation, uint64_t seq, struct log_row *out)
{
    struct ask a = ASK(S_LOG_EVENT, cql_u64(conversation), cql_u64(log_bucket(seq)), cql_u64(seq));
    int err = strand_ask(s, &a);
    if (err || !a.answer.rows_n)
        return err ? err : STORE_NOT_FOUND;
    return log_read_row(s, &a.answer, 0, 0, conversation, out);
}

int log_change_row(struct strand *s, const struct log_row *before, const struct event *now)
{
    struct builder b = {0};
    record_encode(&b, now);
    struct ask a =
        ASK(S_LOG_CHANGE_EVENT, strand_blob(s, &b), cql_u64(now->rev), cql_u64(now->conversation),
            cql_u64(log_bucket(now->seq)), cql_u64(now->seq), cql_bytes(before->record));
    int err = strand_ask(s, &a);
    return err ? err : a.answer.applied;
}

int log_change_event(struct strand *s, uint64_t conversation, uint64_t seq, log_change_fn *change,
                     const void *arg, struct event *was)
{
    if (was)
        *was = (struct event){0};
    for (;;) {
        struct log_row row;
        int err = log_get_row(s, conversation, seq, &row);
        if (err)
            return MIN(err, 0);
        struct event now = row.event;
        if (was)
            *was = row.event;
        if (!change(&now, arg))
            return 0;
        err = log_change_row(s, &row, &now);
        if (err)
            return MIN(err, 0);
    }
}

/* --- keys --- */

struct ask log_put_key(const struct event *e)
{
    return ASK(S_LOG_PUT_KEY, cql_u64(e->conversation), cql_u64(log_bucket(e->seq)),
               cql_u64(e->sender), cql_bytes(e->key), cql_u64(e->seq),
               cql_bytes(str_n((const char *)e->digest, sizeof(e->digest))));
}

struct ask log_ask_key(uint64_t conversation, uint64_t bucket, bool settled, uint64_t sender,
                       struct str key)
{
    return ASK(settled ? S_LOG_KEY_SETTLED : S_LOG_KEY, cql_u64(conversation), cql_u64(bucket),
               cql_u64(sender), cql_bytes(key));
}

bool log_key_of(const struct answer *a, struct key_row *row)
{
    if (!a->rows_n)
        return false;
    struct str digest = answer_bytes(a, 0, 1);
    row->seq = answer_u64(a, 0, 0);
    memset(row->digest, 0, sizeof(row->digest)); /* of no command: the key is in use all the same */
    if (digest.n == sizeof(row->digest))
        memcpy(row->digest, digest.p, sizeof(row->digest));
    else
        strand_bad_row("logs", row->seq);
    return true;
}

/* --- the head --- */

/* The newest row of a bucket. 0, STORE_NOT_FOUND, negative. */
static int get_tail(struct strand *s, uint64_t conversation, uint64_t bucket, struct log_row *row)
{
    struct ask a = ASK(S_LOG_TAIL, cql_u64(conversation), cql_u64(bucket));
    int err = strand_ask(s, &a);
    if (err || !a.answer.rows_n)
        return err ? err : STORE_NOT_FOUND;
    return log_read_row(s, &a.answer, 0, 0, conversation, row);
}

/* The log's newest row. 0, STORE_NOT_FOUND, negative. */
static int find_tail(struct strand *s, const struct conversation_state *c, struct log_row *row)
{
    bool found = false;
    uint64_t bucket = c->bucket;
    for (;;) {
        struct log_row tail;
        int err = get_tail(s, c->conversation.id, bucket, &tail);
        if (err < 0)
            return err;
        if (err && (found || bucket == 0))
            return found ? 0 : STORE_NOT_FOUND;
        if (err) {
            bucket--;
            continue;
        }
        *row = tail;
        found = true;
        if (log_bucket(tail.event.seq + 1) == bucket)
            return 0;
        bucket++;
    }
}

static void head_of(const struct log_row *row, const struct conversation_state *c,
                    struct log_head *head)
{
    *head = (struct log_head){
        .seq = row->event.seq,
        .n = row->event.n,
        .first_seq = row->event.first_seq,
        .time_ms = row->event.time_ms,
        .message_seq = row->message_seq,
        .gone_seq = c->gone_seq,
        .gone_n = c->gone_n,
    };
}

int log_find_head(struct strand *s, const struct conversation_state *c, struct log_head *head)
{
    struct log_row row;
    memset(head, 0, sizeof(*head));
    int err = find_tail(s, c, &row);
    if (!err)
        head_of(&row, c, head);
    return MIN(err, 0);
}

static int redo(struct strand *s, const struct log_row *row)
{
    int err = changes_apply(s, &row->event, row->message_seq);
    return err ? err : changes_carry_out(s, row);
}

/* The rows of an append come with the newest first. */
static int redo_append(struct strand *s, const struct event *last)
{
    struct ask a = ASK(S_LOG_EVENTS, cql_u64(last->conversation), cql_u64(log_bucket(last->seq)),
                       cql_u64(last->first_seq), cql_u64(last->seq));
    int err = strand_ask(s, &a);
    for (uint32_t i = a.answer.rows_n; !err && i > 0; i--) {
        struct log_row row;
        err = log_read_row(s, &a.answer, i - 1, 0, last->conversation, &row);
        if (!err)
            err = redo(s, &row);
    }
    return err;
}

int log_settle(struct strand *s, const struct conversation_state *c, struct log_head *head)
{
    struct log_row row;
    memset(head, 0, sizeof(*head));
    int err = find_tail(s, c, &row);
    if (err)
        return MIN(err, 0);
    head_of(&row, c, head);
    return row.event.first_seq < row.event.seq ? redo_append(s, &row.event) : redo(s, &row);
}
