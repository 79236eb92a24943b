/*
 * A page of a list is a look at the whole inbox, of which only the few rows that the page has room
 * for are kept: order and unread counts are taken from what the rows know of their heads, then the
 * entries themselves from the conversations. So by an append that was announced and never came, a
 * conversation may be thought to have more unread than it has, or (where another came to stand
 * below it that counted more) less, until its next event: an entry is held against its head, but
 * who is on no page counts as the row says.
 */
#include "model/limits.h"
#include "store/cassandra/inbox.h"
#include "store/cassandra/operations.h"
#include "store/mark.h"
#include "util/macros.h"

/* Greater ranks stand first; the second number is the conversation, so no two are equal. */
struct rank {
    uint64_t by, conversation;
};

/* One look at an inbox. */
struct walk {
    const struct store_inbox_list *request;
    struct rank bound;              /* of the page before */
    struct rank best[LIST_MAX + 1]; /* one more tells whether there is more */
    uint64_t unread[LIST_MAX + 1];  /* as the rows know it */
    uint32_t n, n_max;
    uint64_t total_unread;
};

static bool ranks_before(const struct rank *a, const struct rank *b)
{
    return a->by != b->by ? a->by > b->by : a->conversation > b->conversation;
}

static void offer(struct walk *w, const struct rank *rank, uint64_t unread)
{
    uint32_t i = w->n;
    while (i && ranks_before(rank, &w->best[i - 1]))
        i--;
    if (i == w->n_max)
        return;
    w->n = MIN(w->n + 1, w->n_max);
    for (uint32_t j = w->n - 1; j > i; j--) {
        w->best[j] = w->best[j - 1];
        w->unread[j] = w->unread[j - 1];
    }
    w->best[i] = *rank;
    w->unread[i] = unread;
}

static void visit(struct walk *w, const struct inbox_row *row)
{
    const struct store_inbox_list *r = w->request;
    const struct member *me = &row->me.row.member;
    struct log_head head = inbox_touched_head(row);
    enum listed wanted = r->requests ? LISTED_REQUEST : LISTED_IN_LIST;
    bool in = r->by_id ? me->listed != LISTED_NOWHERE : me->listed == wanted;
    if (!row->me.there || !head.seq || me->conversation == me->user || !in)
        return;
    uint64_t unread = member_unread(me, &head);
    struct rank rank = {r->by_id ? UINT64_MAX - me->conversation : head.time_ms, me->conversation};
    w->total_unread += unread;
    if ((r->unread_only && !unread) || (r->by_archived && me->preferences.archived != r->archived))
        return;
    if (!r->page.n || r->by_id || ranks_before(&w->bound, &rank))
        offer(w, &rank, unread);
}

static int walk_run(struct strand *s, struct walk *w)
{
    const struct store_inbox_list *r = w->request;
    struct arena page = {0};
    struct ask a = ASK(S_INBOX_WALK, cql_u64(r->user), cql_u64(r->by_id ? r->after_id : 0));
    int err;
    a.into = &page;
    do {
        arena_reset(&page);
        err = strand_ask(s, &a);
        for (uint32_t i = 0; !err && i < a.answer.rows_n; i++) {
            struct inbox_row row;
            err = inbox_read_row(&a.answer, i, r->user, &row);
            if (!err)
                visit(w, &row);
        }
    } while (!err && !(r->by_id && w->n == w->n_max) && ask_next_page(&a));
    arena_deinit(&page);
    return err;
}

/* What the head says of an entry, instead of what its row knew. */
static bool still_in(struct walk *w, uint32_t i, const struct inbox_entry *entry)
{
    if (!entry->me.user)
        return false;
    uint64_t unread = member_unread(&entry->me, &entry->head);
    w->total_unread += unread - w->unread[i];
    return !w->request->unread_only || unread;
}

int cassandra_inbox_list(struct strand *s, struct store_inbox_list *r)
{
    must(r->limit >= 1 && r->limit <= LIST_MAX);
    struct walk w = {.request = r, .n_max = r->limit + 1};
    uint64_t mark[3], ids[LIST_MAX];
    if (r->page.n && !r->by_id) {
        if (!mark_parse(r->page, mark, 3) || mark[0] != strand_info(s)->incarnation)
            return STORE_TRUNCATED;
        w.bound = (struct rank){mark[1], mark[2]};
    }
    int err = walk_run(s, &w);
    uint32_t n = MIN(w.n, r->limit);
    for (uint32_t i = 0; i < n; i++)
        ids[i] = w.best[i].conversation;
    r->entries = arena_alloc(strand_arena(s), n * sizeof(*r->entries));
    r->n_entries = 0;
    if (!err)
        err = inbox_fill(s, r->user, r->now_ms, ids, n, r->entries, NULL);
    if (err)
        return err;
    for (uint32_t i = 0; i < n; i++)
        if (still_in(&w, i, &r->entries[i]))
            r->entries[r->n_entries++] = r->entries[i];
    r->total_unread = w.total_unread;
    if (r->by_id)
        return STORE_DONE;
    r->page = (struct str){0};
    if (w.n > n) {
        const struct rank *last = &w.best[n - 1];
        char text[STORE_TOKEN_BYTES_MAX];
        mark_format(text, (uint64_t[]){strand_info(s)->incarnation, last->by, last->conversation},
                    3);
        r->page = arena_str(strand_arena(s), str_of(text));
    }
    return STORE_DONE;
}
