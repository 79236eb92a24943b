/* See graveyard.h. Rows are looked at as they were written, wherever they are, and nobody has them
 * from that: a run is the same with it and without. */
#include "graveyard.h"

#include "../archive.h"
#include "../world.h"
#include "execute.h"
#include "model/record.h"
#include "store/cassandra/logs.h"
#include "store/cassandra/statements.h"
#include "util/macros.h"
#include "util/numbers.h"

/* --- rows of a log --- */

static struct str bigint(unsigned char bytes[8], uint64_t v)
{
    be64_put(bytes, v);
    return str_n(bytes, 8);
}

/* NULL: nothing was ever written there. */
static const struct rows *bucket_rows(struct keyspace *k, uint64_t conversation, uint64_t bucket,
                                      struct arena *arena)
{
    unsigned char a[8], b[8];
    struct str key[] = {bigint(a, conversation), bigint(b, bucket)};
    struct partition *p = keyspace_find(k, keyspace_table(k, "logs"), key, false);
    return p ? partition_written(p, arena) : NULL;
}

/* False: it is a key, or was never written. */
static bool is_event(const struct keyspace *k, const struct row_of_cells *row, uint64_t *seq,
                     struct str *record)
{
    enum { SEQ = 1 }; /* of the clustering columns: part, seq, sender, key */
    const struct cell *c = &row->cells[table_column(keyspace_table(k, "logs"), "record")];
    *seq = be64_get(row->key[SEQ].p);
    *record = c->bytes;
    return c->bytes.p;
}

bool graveyard_event(struct keyspace *k, uint64_t conversation, uint64_t seq, struct arena *arena,
                     struct str *record, bool *dropped)
{
    const struct rows *rows = bucket_rows(k, conversation, log_bucket(seq), arena);
    *dropped = rows && rows->deleted != INT64_MIN;
    for (uint32_t i = 0; rows && i < rows->n; i++) {
        uint64_t found;
        if (is_event(k, rows->at[i], &found, record) && found == seq)
            return true;
    }
    return false;
}

/* Buckets follow each other, and the head is in the last one or, where an append to that came to
 * nothing, in the one before. */
static uint64_t find_head(struct keyspace *k, uint64_t conversation)
{
    struct arena arena = {0};
    uint64_t head = 0, seq;
    const struct rows *rows;
    struct str record;
    for (uint64_t bucket = 0; (rows = bucket_rows(k, conversation, bucket, &arena)); bucket++)
        for (uint32_t i = 0; i < rows->n; i++)
            if (is_event(k, rows->at[i], &seq, &record))
                head = MAX(head, seq);
    arena_deinit(&arena);
    return head;
}

/* --- what goes --- */

struct grave_look graveyard_look(struct world *w, struct keyspace *k, uint64_t conversation)
{
    return (struct grave_look){conversation, find_head(k, conversation),
                               archive_gone(w, conversation)};
}

/* Whoever decides it once more, or carries on what another began, decides nothing. */
static uint32_t find_cut(struct world *w, uint64_t conversation, uint64_t gone_seq)
{
    uint32_t n, i = 0;
    const struct cut *cuts = archive_cuts(w->archive, &n);
    while (i < n && (cuts[i].conversation != conversation || cuts[i].gone_seq != gone_seq))
        i++;
    return i < n ? i : NO_CUT;
}

static uint32_t decide(struct world *w, struct keyspace *k, const struct grave_look *look,
                       uint64_t gone_seq, uint64_t gone_n)
{
    struct cut cut = {
        .conversation = look->conversation,
        .gone_seq = gone_seq,
        .gone_n = gone_n,
        .from_seq = look->gone_seq + 1,
        .from_head_seq = look->head_seq,
        .to_head_seq = find_head(k, look->conversation),
        .wall_ms_max = w->wall_ms_max,
        .decided_step = w->step,
        .head_seq = UINT64_MAX,
        .stands_step = UINT64_MAX,
    };
    world_trace(w, "log %llu: %llu to %llu are to go", (unsigned long long)cut.conversation,
                (unsigned long long)cut.from_seq, (unsigned long long)cut.gone_seq);
    return archive_cut(w->archive, &cut);
}

uint32_t graveyard_asked(struct world *w, struct keyspace *k, const struct grave_look *look,
                         const struct cql_part *part)
{
    enum { TIME, GONE_SEQ, GONE_N, CONVERSATION, USER = 3, INBOX_CONVERSATION };
    const struct cql_value *v = part->values;
    bool inbox = part->statement->number == S_INBOX_PUT_GONE;
    if (!inbox && part->statement->number != S_CONVERSATION_PUT_GONE)
        return NO_CUT;
    uint64_t conversation = (uint64_t)v[inbox ? INBOX_CONVERSATION : CONVERSATION].integer;
    uint64_t gone_seq = (uint64_t)v[GONE_SEQ].integer;
    uint32_t cut = find_cut(w, conversation, gone_seq);
    if (cut == NO_CUT) {
        must(conversation == look->conversation);
        cut = decide(w, k, look, gone_seq, (uint64_t)v[GONE_N].integer);
    }
    return inbox ? NO_CUT : cut;
}

static void move_front(struct world *w, struct keyspace *k, struct cut *cut, uint32_t on)
{
    bool quorum = on & (on - 1);
    if (cut->head_seq == UINT64_MAX) {
        cut->head_seq = find_head(k, cut->conversation);
        world_trace(w, "log %llu: gone up to %llu", (unsigned long long)cut->conversation,
                    (unsigned long long)cut->gone_seq);
    }
    if (quorum)
        cut->stands_step = MIN(cut->stands_step, w->step);
}

/* What is written to it later nobody reads, and is none of the log: it is the first time that
 * counts. */
static void keep_bucket(struct world *w, struct keyspace *k, uint64_t conversation, uint64_t bucket)
{
    struct arena arena = {0};
    struct str record;
    uint64_t seq;
    const struct rows *rows = bucket_rows(k, conversation, bucket, &arena);
    for (uint32_t i = 0; rows && rows->deleted == INT64_MIN && i < rows->n; i++)
        if (is_event(k, rows->at[i], &seq, &record))
            archive_keep(w->archive, conversation, seq, record);
    arena_deinit(&arena);
}

void graveyard_written(struct world *w, struct keyspace *k, const struct cql_part *part,
                       uint32_t cut, uint32_t on)
{
    enum { TIME, CONVERSATION, BUCKET };
    uint32_t n;
    if (part->statement->broken == BROKEN_LOST)
        return;
    if (cut != NO_CUT)
        move_front(w, k, &archive_cuts(w->archive, &n)[cut], on);
    if (part->statement->number == S_LOG_DROP)
        keep_bucket(w, k, (uint64_t)part->values[CONVERSATION].integer,
                    (uint64_t)part->values[BUCKET].integer);
}

void graveyard_applied(struct world *w, struct keyspace *k, const struct cql_part *part)
{
    enum { RECORD, REV, CONVERSATION };
    if (part->statement->number != S_LOG_CHANGE_EVENT)
        return;
    struct arena arena = {0};
    struct event e;
    uint64_t conversation = (uint64_t)part->values[CONVERSATION].integer;
    if (!record_decode(&e, part->values[RECORD].bytes, &arena) && e.deleted)
        archive_empty(w->archive, conversation, e.seq, find_head(k, conversation));
    arena_deinit(&arena);
}
