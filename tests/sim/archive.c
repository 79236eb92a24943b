/* See archive.h. A batch that moves the beginning of a log is one of the job's; what else takes
 * rows away is none of this. The rule is written on its own, from docs/log.md. */
#include "archive.h"

#include <stdlib.h>
#include <string.h>

#include "cassandra/cassandra.h"
#include "model/record.h"
#include "store/embedded.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/numbers.h"
#include "world.h"

enum { CUTS_MIN = 64, DAY_MS = 24 * 60 * 60 * 1000 };

struct archive {
    struct kv kv; /* in front of `inner`; of a Cassandra both are empty */
    struct kv_ops ops;
    struct kv *inner;
    struct world *world;
    struct rowmap removed; /* rows of events */
    struct rowmap emptied; /* by the same keys: the head then */
    struct cut *cuts;
    uint32_t n_cuts, cuts_room;
};

static struct archive *archive_of(struct kv *kv)
{
    return container_of(kv, struct archive, kv);
}

/* --- notes --- */

struct archive *archive_new(struct world *w)
{
    struct archive *a = mem_new(sizeof(*a));
    a->world = w;
    return a;
}

void archive_free(struct archive *a)
{
    if (!a)
        return;
    rowmap_deinit(&a->removed);
    rowmap_deinit(&a->emptied);
    free(a->cuts);
    free(a);
}

void archive_keep(struct archive *a, uint64_t conversation, uint64_t seq, struct str record)
{
    struct row_key k = key_event(conversation, seq);
    if (!rowmap_get(&a->removed, row_key_str(&k)))
        rowmap_put(&a->removed, row_key_str(&k), record);
}

void archive_empty(struct archive *a, uint64_t conversation, uint64_t seq, uint64_t head_seq)
{
    struct row_key k = key_event(conversation, seq);
    char head[8];
    be64_put(head, head_seq);
    if (!rowmap_get(&a->emptied, row_key_str(&k)))
        rowmap_put(&a->emptied, row_key_str(&k), str_n(head, sizeof(head)));
}

uint32_t archive_cut(struct archive *a, const struct cut *cut)
{
    if (a->n_cuts == a->cuts_room) {
        a->cuts_room = MAX(2 * a->cuts_room, (uint32_t)CUTS_MIN);
        a->cuts = mem_resize(a->cuts, a->cuts_room * sizeof(a->cuts[0]));
    }
    a->cuts[a->n_cuts] = *cut;
    return a->n_cuts++;
}

struct cut *archive_cuts(struct archive *a, uint32_t *n)
{
    *n = a->n_cuts;
    return a->cuts;
}

static bool is_kept(const struct archive *a, struct row_key *k, struct str *record)
{
    const struct row *row = rowmap_get(&a->removed, row_key_str(k));
    if (row)
        *record = row->value;
    return row;
}

bool archive_event(struct world *w, uint64_t conversation, uint64_t seq, struct event *e,
                   struct arena *arena)
{
    struct row_key k = key_event(conversation, seq);
    struct str record;
    bool dropped, found = is_kept(w->archive, &k, &record);
    if (!found && w->cassandra)
        found = cassandra_event(w->cassandra, conversation, seq, arena, &record, &dropped);
    return found && !record_decode(e, arena_str(arena, record), arena);
}

bool archive_has_words(struct world *w, uint64_t conversation, uint64_t seq)
{
    struct arena arena = {0};
    struct event e;
    struct str record;
    bool dropped, has = w->cassandra &&
                        cassandra_event(w->cassandra, conversation, seq, &arena, &record, &dropped);
    has = has && !dropped && !record_decode(&e, record, &arena) &&
          (e.type == EVENT_MESSAGE || e.type == EVENT_EDIT) && e.text.n;
    arena_deinit(&arena);
    return has;
}

uint64_t archive_gone(const struct world *w, uint64_t conversation)
{
    return archive_gone_at(w, conversation, UINT64_MAX);
}

uint64_t archive_gone_at(const struct world *w, uint64_t conversation, uint64_t seq)
{
    const struct archive *a = w->archive;
    uint64_t gone_seq = 0;
    for (uint32_t i = 0; i < a->n_cuts; i++)
        if (a->cuts[i].conversation == conversation && a->cuts[i].head_seq < seq)
            gone_seq = MAX(gone_seq, a->cuts[i].gone_seq);
    return gone_seq;
}

uint64_t archive_emptied_at(const struct world *w, uint64_t conversation, uint64_t seq)
{
    struct row_key k = key_event(conversation, seq);
    const struct row *row = rowmap_get(&w->archive->emptied, row_key_str(&k));
    return row ? be64_get(row->value.p) : UINT64_MAX;
}

/* --- the rule --- */

static bool is_deleted(const struct archive *a, uint64_t id)
{
    struct arena arena = {0};
    if (!a->inner)
        return a->world->left.ok_step && a->world->left.user == id;
    struct turn t = {.view.kv = a->inner, .arena = &arena};
    struct user user;
    bool deleted = !turn_user(&t, id, &user) && user.deleted_ms;
    turn_deinit(&t);
    arena_deinit(&arena);
    return deleted;
}

/* Nobody is told that somebody has it to whom it is a request, and nobody is waited for who is
 * gone for good. */
static bool is_everywhere(const struct archive *a, const struct store_load *load,
                          const struct event *e)
{
    bool direct = load->conversation.kind == CONVERSATION_DIRECT;
    for (uint32_t i = 0; i < load->n_members; i++) {
        const struct member *m = &load->members[i];
        bool told = m->listed == LISTED_IN_LIST && m->delivered_seq >= e->seq;
        if (m->user != e->sender && !told && !(direct && is_deleted(a, m->user)))
            return false;
    }
    return true;
}

bool archive_may_go(const struct world *w, const struct store_load *load, const struct event *e)
{
    uint64_t days_ms = load->conversation.retention_days * DAY_MS;
    uint64_t age_ms = w->wall_ms_max > e->time_ms ? w->wall_ms_max - e->time_ms : 0;
    if (load->conversation.kind == CONVERSATION_OWN)
        return false;
    if ((days_ms && age_ms >= days_ms) || (w->keep.after_ms && age_ms >= w->keep.after_ms))
        return true;
    return w->keep.delivered_ms && age_ms >= w->keep.delivered_ms &&
           is_everywhere(w->archive, load, e);
}

/* --- what a batch removes --- */

static void keep_event(struct archive *a, const struct store_load *load, struct turn *t,
                       uint64_t seq)
{
    struct row_key k = key_event(load->id, seq);
    struct str bytes;
    struct event e;
    if (turn_get(t, &k, &bytes) || record_decode(&e, bytes, t->arena)) {
        world_fail(a->world, "log %llu: %llu is removed and was not there",
                   (unsigned long long)load->id, (unsigned long long)seq);
        return;
    }
    archive_keep(a, load->id, seq, bytes);
    if (!archive_may_go(a->world, load, &e))
        world_fail(a->world, "log %llu: %llu is removed before its time",
                   (unsigned long long)load->id, (unsigned long long)seq);
}

static void keep_front(struct archive *a, const struct log_head *before,
                       const struct log_head *after, uint64_t conversation)
{
    struct arena arena = {0};
    struct turn t = {.view = {.kv = a->inner}, .arena = &arena};
    struct store_load load = {.id = conversation};
    must(log_load(&t, &load) == 0);
    for (uint64_t seq = before->gone_seq + 1; seq <= after->gone_seq; seq++)
        keep_event(a, &load, &t, seq);
    archive_cut(a, &(struct cut){.conversation = conversation,
                                 .gone_seq = after->gone_seq,
                                 .gone_n = after->gone_n,
                                 .from_seq = before->gone_seq + 1,
                                 .from_head_seq = before->seq,
                                 .to_head_seq = before->seq,
                                 .wall_ms_max = a->world->wall_ms_max,
                                 .decided_step = a->world->step,
                                 .head_seq = before->seq,
                                 .stands_step = a->world->step});
    world_trace(a->world, "log %llu: gone up to %llu", (unsigned long long)conversation,
                (unsigned long long)after->gone_seq);
    turn_deinit(&t);
    arena_deinit(&arena);
}

static void look_at_head(struct archive *a, const struct row *row)
{
    struct arena arena = {0};
    struct str bytes;
    struct head_row before = {0}, after;
    uint64_t conversation = be64_get(row->key.p + 1);
    bool there = a->inner->ops->get(a->inner, NULL, KV_STATE, row->key, &arena, &bytes) == 0;
    must(head_unpack(&after, row->value) && (!there || head_unpack(&before, bytes)));
    if (after.head.gone_seq > before.head.gone_seq)
        keep_front(a, &before.head, &after.head, conversation);
    else if (after.head.gone_seq < before.head.gone_seq)
        world_fail(a->world, "log %llu: its beginning went back", (unsigned long long)conversation);
    arena_deinit(&arena);
}

static int archive_commit(struct kv *kv, const struct rowmap changes[KV_TABLES])
{
    struct archive *a = archive_of(kv);
    for (struct row *row = rowmap_at(&changes[KV_STATE], STR("h")); row; row = row_next(row))
        if (row->key.p[0] == 'h' && row->key.n == 9 && !row->deleted)
            look_at_head(a, row);
    return a->inner->ops->commit(a->inner, changes);
}

/* --- the rest --- */

static int archive_get(struct kv *kv, const struct kv_snapshot *snapshot, enum kv_table table,
                       struct str key, struct arena *arena, struct str *value)
{
    struct kv *inner = archive_of(kv)->inner;
    return inner->ops->get(inner, snapshot, table, key, arena, value);
}

static int archive_get_many(struct kv *kv, const struct kv_snapshot *snapshot, enum kv_table table,
                            const struct str *keys, size_t n, struct arena *arena,
                            struct str *values)
{
    struct kv *inner = archive_of(kv)->inner;
    return inner->ops->get_many(inner, snapshot, table, keys, n, arena, values);
}

static struct kv_cursor *archive_open(struct kv *kv, const struct kv_snapshot *snapshot,
                                      enum kv_table table, struct str from, struct str to,
                                      bool backward)
{
    struct kv *inner = archive_of(kv)->inner;
    return inner->ops->open(inner, snapshot, table, from, to, backward);
}

static struct kv_snapshot *archive_snapshot(struct kv *kv)
{
    return archive_of(kv)->inner->ops->snapshot(archive_of(kv)->inner);
}

static void archive_release(struct kv *kv, struct kv_snapshot *snapshot)
{
    archive_of(kv)->inner->ops->release(archive_of(kv)->inner, snapshot);
}

static void archive_free_kv(struct kv *kv)
{
    kv_free(archive_of(kv)->inner);
}

struct kv *archive_kv(struct world *w, struct kv *inner)
{
    struct archive *a = w->archive;
    a->inner = inner;
    a->kv.ops = &a->ops;
    a->ops = (struct kv_ops){
        .get = archive_get,
        .get_many = archive_get_many,
        .open = archive_open,
        .next = inner->ops->next,
        .close = inner->ops->close,
        .snapshot = archive_snapshot,
        .release = archive_release,
        .commit = archive_commit,
        .free = archive_free_kv,
    };
    return &a->kv;
}
