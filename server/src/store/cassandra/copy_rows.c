/*
 * The walk, and the rows of the logs. What each table's other rows become is said in
 * copy_directory.c and copy_state.c; what stands in sets here is written by the first row of its
 * run.
 */
#include "store/cassandra/copy_rows.h"

#include <errno.h>

#include "model/record.h"
#include "store/cassandra/copy_row.h"
#include "store/cassandra/logs.h"
#include "util/macros.h"

enum { TRIES_MAX = 20, PAUSE_MS = 500 };

int copy_ask(struct strand *s, struct ask *asks, size_t n)
{
    int err = strand_ask_all(s, asks, n);
    for (int i = 0; (err == -ETIMEDOUT || err == -EAGAIN) && i < TRIES_MAX; i++) {
        strand_pause(s, PAUSE_MS);
        err = strand_ask_all(s, asks, n);
    }
    return err;
}

/* --- for whoever says what a row becomes --- */

struct turn copy_turn(struct copy_walk *w)
{
    return (struct turn){.view = {.kv = w->kv}, .arena = strand_scratch(w->strand)};
}

int copy_head_of(struct copy_walk *w, uint64_t conversation, struct log_head *head)
{
    struct turn t = copy_turn(w);
    struct head_row row;
    int err = turn_head(&t, conversation, &row);
    *head = row.head;
    return err;
}

int copy_bad(const struct copy_walk *w, const struct copy_row *row)
{
    struct row_key k = {.table = (enum kv_table)w->place.table,
                        .n = MIN(row->key.n, (size_t)KV_KEY_MAX)};
    memcpy(k.bytes, row->key.p, k.n);
    return turn_bad_row(&k);
}

void copy_emit(struct copy_walk *w, struct ask ask)
{
    must(w->n_asks < COPY_ASKS_MAX + COPY_ROW_ASKS_MAX);
    for (uint32_t i = 0; i < ask.values_n; i++)
        w->bytes += ask.values[i].bytes.n;
    w->asks[w->n_asks++] = ask;
}

int copy_emit_set(struct copy_walk *w, uint64_t user, enum own_kind kind,
                  const struct row_key *prefix)
{
    struct row_key to = row_key_after(prefix);
    struct kv_view view = {.kv = w->kv};
    struct own_set *set = arena_alloc(strand_scratch(w->strand), sizeof(*set));
    struct log_head own;
    struct kv_scan scan;
    struct str key, value;
    int err = copy_head_of(w, user, &own);
    if (err)
        return err;
    err = kv_scan_begin(&scan, &view, prefix->table, row_key_str(prefix), row_key_str(&to), false);
    while (!err && !(err = kv_scan_next(&scan, &key, &value))) {
        uint64_t seq;
        struct copy_row row = {.key = key};
        if (key.n != TAG + 2 * ID || !ids_unpack(&seq, 1, value) || set->n == OWN_SET_MAX)
            err = copy_bad(w, &row);
        else
            own_set(set, copy_id(&row, 1), seq);
    }
    kv_scan_end(&scan);
    if (err < 0)
        return err;
    copy_emit(w, own_ask_put(w->strand, user, kind, set, own.seq));
    return 0;
}

/* --- logs --- */

/* The carry is the newest message so far; before the first that is there, the newest that is gone
 * is known only where no other came since. */
static int copy_event(struct copy_walk *w, const struct copy_row *row)
{
    uint64_t conversation, seq;
    struct event e;
    struct log_head head;
    if (row->key.n != 2 * ID || record_decode(&e, row->value, strand_scratch(w->strand)))
        return copy_bad(w, row);
    conversation = be64_get(row->key.p);
    seq = be64_get(row->key.p + ID);
    if (e.conversation != conversation || e.seq != seq)
        return copy_bad(w, row);
    if (!copy_same_run(row, ID)) {
        int err = copy_head_of(w, conversation, &head);
        if (err)
            return err;
        w->place.carry = head.message_seq <= head.gone_seq ? head.message_seq : 0;
    }
    if (e.type == EVENT_MESSAGE)
        w->place.carry = seq;
    copy_emit(w, ASK(S_COPY_EVENT, cql_u64(conversation), cql_u64(log_bucket(seq)), cql_u64(seq),
                     cql_bytes(row->value), cql_u64(e.rev), cql_u64(w->place.carry),
                     cql_bytes(STR(""))));
    return 0;
}

static int copy_key(struct copy_walk *w, const struct copy_row *row)
{
    struct key_row at;
    if (row->key.n <= 2 * ID || !key_row_unpack(&at, row->value))
        return copy_bad(w, row);
    struct str digest =
        arena_str(strand_scratch(w->strand), str_n((const char *)at.digest, sizeof(at.digest)));
    copy_emit(w, ASK(S_COPY_KEY, cql_u64(be64_get(row->key.p)), cql_u64(log_bucket(at.seq)),
                     cql_u64(be64_get(row->key.p + ID)),
                     cql_bytes(str_n(row->key.p + 2 * ID, row->key.n - 2 * ID)), cql_u64(at.seq),
                     cql_bytes(digest)));
    return 0;
}

/* --- all of them --- */

static int copy_one(struct copy_walk *w, const struct copy_row *row)
{
    enum kv_table table = (enum kv_table)w->place.table;
    if (table == KV_EVENTS)
        return copy_event(w, row);
    if (table == KV_KEYS)
        return copy_key(w, row);
    const struct copy_kind *k = table == KV_DIRECTORY ? copy_directory_kinds : copy_state_kinds;
    for (; k->tag; k++) {
        size_t n = TAG + k->ids * (size_t)ID;
        if (row->key.n && row->key.p[0] == k->tag)
            return row->key.n == n || (k->text && row->key.n > n) ? k->run(w, row)
                                                                  : copy_bad(w, row);
    }
    return copy_bad(w, row);
}

static bool is_full(const struct copy_walk *w)
{
    return w->n_asks >= COPY_ASKS_MAX || w->bytes >= COPY_STEP_BYTES;
}

/* Goes on in the place's table. KV_ABSENT: it is at its end. */
static int walk_table(struct copy_walk *w)
{
    struct arena *scratch = strand_scratch(w->strand);
    struct copy_place *place = &w->place;
    struct kv_view view = {.kv = w->kv};
    struct row_key all = {.table = (enum kv_table)place->table}, to = row_key_after(&all);
    struct str before = arena_str(scratch, str_n((const char *)place->key, place->key_n));
    struct str from = str_n(before.p, before.n + (before.n > 0)); /* with the 0 behind it */
    struct kv_scan scan;
    int err = kv_scan_begin(&scan, &view, all.table, from, row_key_str(&to), false);
    for (uint32_t n = 0; !err && !is_full(w) && n < COPY_STEP_ROWS; n++) {
        struct copy_row row = {.before = before};
        err = kv_scan_next(&scan, &row.key, &row.value);
        if (err)
            break;
        row.key = arena_str(scratch, row.key);
        row.value = arena_str(scratch, row.value);
        err = copy_one(w, &row);
        if (err)
            break;
        must(row.key.n <= sizeof(place->key));
        memcpy(place->key, row.key.p, row.key.n);
        place->key_n = row.key.n;
        before = row.key;
        w->rows++;
    }
    kv_scan_end(&scan);
    return err;
}

int copy_walk_step(struct copy_walk *w, struct strand *s)
{
    w->strand = s;
    w->n_asks = 0;
    w->bytes = 0;
    w->asks =
        arena_alloc(strand_scratch(s), (COPY_ASKS_MAX + COPY_ROW_ASKS_MAX) * sizeof(*w->asks));
    int err = walk_table(w);
    if (err == KV_ABSENT) {
        w->place.table++;
        w->place.key_n = 0;
        w->place.carry = 0;
        err = 0;
    }
    return err;
}
