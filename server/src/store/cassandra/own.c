/* See own.h. */
#include "store/cassandra/own.h"

#include <assert.h>
#include <string.h>

#include "model/pack.h"
#include "store/cassandra/changes.h"
#include "store/cassandra/gather.h"
#include "store/cassandra/operations.h"
#include "store/project.h"
#include "util/macros.h"

static_assert((int)DRAFTS_MAX <= (int)OWN_SET_MAX, "either set fits");

/* --- sets --- */

static bool unpack(struct own_set *set, struct str bytes)
{
    struct unpack u = {.left = bytes};
    while (u.left.n && !u.bad && set->n < OWN_SET_MAX) {
        set->at[set->n].id = unpack_u64(&u);
        set->at[set->n++].seq = unpack_u64(&u);
    }
    return unpack_done(&u);
}

int own_get(struct strand *s, uint64_t user, enum own_kind kind, struct own_set **out)
{
    struct own_set *set = *out = arena_alloc(strand_scratch(s), sizeof(*set));
    struct ask a = ASK(kind == OWN_BLOCKS ? S_OWN_BLOCKS : S_OWN_DRAFTS, cql_u64(user));
    int err = strand_ask(s, &a);
    if (err || a.answer.rows_n == 0)
        return err;
    set->written_at = answer_u64(&a.answer, 0, 1);
    return unpack(set, answer_bytes(&a.answer, 0, 0)) ? 0 : strand_bad_row("own", user);
}

struct ask own_ask_put(struct strand *s, uint64_t user, enum own_kind kind,
                       const struct own_set *set, uint64_t seq)
{
    struct builder b = {0};
    for (uint32_t i = 0; i < set->n; i++) {
        pack_u64(&b, set->at[i].id);
        pack_u64(&b, set->at[i].seq);
    }
    return ASK(kind == OWN_BLOCKS ? S_OWN_PUT_BLOCKS : S_OWN_PUT_DRAFTS, cql_u64(seq),
               strand_blob(s, &b), cql_u64(user));
}

int own_put(struct strand *s, uint64_t user, enum own_kind kind, const struct own_set *set,
            uint64_t seq)
{
    struct ask a = own_ask_put(s, user, kind, set, seq);
    return strand_ask(s, &a);
}

/* Where the id stands, or would. */
static uint32_t place_of(const struct own_set *set, uint64_t id)
{
    uint32_t i = 0;
    while (i < set->n && set->at[i].id < id)
        i++;
    return i;
}

uint64_t own_find(const struct own_set *set, uint64_t id)
{
    uint32_t i = place_of(set, id);
    return i < set->n && set->at[i].id == id ? set->at[i].seq : 0;
}

void own_set(struct own_set *set, uint64_t id, uint64_t seq)
{
    uint32_t i = place_of(set, id);
    bool there = i < set->n && set->at[i].id == id;
    if (!there && (!seq || set->n == OWN_SET_MAX))
        return;
    if (there && !seq) {
        set->n--;
        memmove(&set->at[i], &set->at[i + 1], (set->n - i) * sizeof(set->at[0]));
        return;
    }
    if (!there) {
        memmove(&set->at[i + 1], &set->at[i], (set->n - i) * sizeof(set->at[0]));
        set->n++;
    }
    set->at[i].id = id;
    set->at[i].seq = seq;
}

/* --- blocks --- */

int change_block(struct strand *s, const struct event *e)
{
    struct own_set *blocks;
    int err = own_get(s, e->sender, OWN_BLOCKS, &blocks);
    if (err || blocks->written_at >= e->seq)
        return err;
    own_set(blocks, e->user, e->type == EVENT_BLOCK ? e->seq : 0);
    return own_put(s, e->sender, OWN_BLOCKS, blocks, e->seq);
}

int cassandra_blocks(struct strand *s, struct store_blocks *r)
{
    struct own_set *blocks;
    int err = own_get(s, r->user, OWN_BLOCKS, &blocks);
    if (err)
        return err;
    r->users = arena_alloc(strand_arena(s), blocks->n * sizeof(*r->users));
    r->n_users = blocks->n;
    for (uint32_t i = 0; i < blocks->n; i++)
        r->users[i] = blocks->at[i].id;
    return STORE_DONE;
}

/* --- drafts --- */

static bool empty(struct event *draft, const void *by)
{
    return project_emptied(draft, by);
}

/* The own log's row counts them. */
static int count_drafts(struct strand *s, const struct event *e, uint32_t n)
{
    struct member_state own;
    int err = member_get(s, e->conversation, e->sender, &own);
    if (err || own.changed >= e->seq)
        return err;
    own.row.member.preferences.drafts = n;
    struct ask a = member_put_preferences(s, &own, e->seq);
    return strand_ask(s, &a);
}

/* The set comes last: as long as it is as it was, all of this is done again. */
int change_draft(struct strand *s, const struct event *e)
{
    struct own_set *drafts;
    int err = own_get(s, e->sender, OWN_DRAFTS, &drafts);
    if (err || drafts->written_at >= e->seq)
        return err;
    uint64_t before = own_find(drafts, e->subject);
    if (before)
        err = log_change_event(s, e->conversation, before, empty, e, NULL);
    if (err)
        return err;
    own_set(drafts, e->subject, e->text.n ? e->seq : 0);
    err = count_drafts(s, e, drafts->n);
    return err ? err : own_put(s, e->sender, OWN_DRAFTS, drafts, e->seq);
}

int cassandra_drafts(struct strand *s, struct store_drafts *r)
{
    must(r->limit >= 1 && r->limit <= LIST_MAX);
    struct own_set *drafts;
    struct gathered_event rows[LIST_MAX];
    uint32_t n = 0;
    int err = own_get(s, r->user, OWN_DRAFTS, &drafts);
    for (uint32_t i = 0; !err && i < drafts->n && n < r->limit; i++)
        if (drafts->at[i].id > r->after)
            rows[n++] = (struct gathered_event){.conversation = r->user, .seq = drafts->at[i].seq};
    if (!err)
        err = gather_events(s, rows, n);
    r->drafts = arena_alloc(strand_arena(s), n * sizeof(*r->drafts));
    r->n_drafts = 0;
    for (uint32_t i = 0; !err && i < n; i++) {
        if (!rows[i].there)
            return strand_bad_row("own", r->user);
        r->drafts[r->n_drafts++] = rows[i].event;
    }
    return err ? err : STORE_DONE;
}
