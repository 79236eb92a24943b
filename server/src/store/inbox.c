/*
 * Inboxes. A user's member rows lie side by side, so an inbox is one run of small rows and, for
 * each chunk of it, one batched get of the heads; of what passes by only the few that the answer
 * has room for are kept, and only for those is more read. Memory follows the page, never the inbox.
 *
 * Refused: a row for each (user, conversation) that every append would rewrite for every member.
 * It would save the look at the heads and cost a hundred rows for an append to a large group.
 */
#include <errno.h>

#include "model/limits.h"
#include "store/embedded.h"
#include "store/hidden.h"
#include "store/mark.h"
#include "store/mentions.h"
#include "store/project.h"
#include "util/macros.h"
#include "util/numbers.h"

enum {
    CHUNK = 64,                  /* conversations looked at together */
    CONVERSATIONS_MAX = 1 << 20, /* of one user: far above what one person can be in */
};

/* A conversation that may stand in the answer. */
struct candidate {
    struct member_row me;
    struct log_head head; /* as this member sees it */
    uint64_t rank[2];     /* greater ranks stand first; no two are equal */
    uint64_t commit;
};

/* The highest ranks of those offered, in order. */
struct shortlist {
    struct candidate *at;
    uint32_t n, n_max;
};

static bool ranks_before(const uint64_t a[2], const uint64_t b[2])
{
    return a[0] != b[0] ? a[0] > b[0] : a[1] > b[1];
}

static void shortlist_offer(struct shortlist *s, const struct candidate *c)
{
    uint32_t i = s->n;
    while (i && ranks_before(c->rank, s->at[i - 1].rank))
        i--;
    if (i == s->n_max)
        return;
    uint32_t n_kept = MIN(s->n, s->n_max - 1);
    memmove(&s->at[i + 1], &s->at[i], (n_kept - i) * sizeof(*s->at));
    s->at[i] = *c;
    s->n = n_kept + 1;
}

static struct log_head head_seen(const struct member_row *me, const struct log_head *head)
{
    const struct member *m = &me->member;
    if (!m->left)
        return *head;
    struct log_head seen = head_as_left(head, m);
    seen.message_seq = me->left_message_seq;
    return seen;
}

static uint64_t unread(const struct candidate *c)
{
    return member_unread(&c->me.member, &c->head);
}

static bool is_own_log(const struct candidate *c)
{
    return c->me.member.conversation == c->me.member.user;
}

/* One walk over an inbox. */
struct walk {
    struct turn *turn;
    uint64_t user;
    uint64_t now_ms;
    void (*visit)(struct walk *, struct candidate *); /* all but rank is set */
    struct shortlist best;
    uint64_t bound[2]; /* list: the page mark; changes: the token's commit first */
    bool bounded, unread_only, by_archived, archived;
    uint64_t from_id; /* the first conversation that is looked at */
    bool by_id;       /* done once the shortlist is full */
    enum listed listed;
    uint64_t total_unread;
    uint32_t n;
    struct member_row rows[CHUNK];
    struct row_key keys[CHUNK];
    struct str key_strs[CHUNK], heads[CHUNK];
};

static struct walk *walk_new(struct turn *t, uint64_t user, uint32_t limit,
                             void (*visit)(struct walk *, struct candidate *))
{
    struct walk *w = arena_alloc(t->arena, sizeof(*w));
    w->turn = t;
    w->user = user;
    w->visit = visit;
    w->best.n_max = limit + 1; /* one more tells whether there is more */
    w->best.at = arena_alloc(t->arena, w->best.n_max * sizeof(*w->best.at));
    return w;
}

/* Looks at the heads of the `n` rows gathered and visits each. */
static int walk_chunk(struct walk *w, uint32_t n)
{
    struct arena scratch = {0};
    for (uint32_t i = 0; i < n; i++) {
        w->keys[i] = key_head(w->rows[i].member.conversation);
        w->key_strs[i] = row_key_str(&w->keys[i]);
    }
    int err = kv_get_many(&w->turn->view, KV_STATE, w->key_strs, n, &scratch, w->heads);
    for (uint32_t i = 0; !err && i < n; i++) {
        struct head_row head = {0};
        if (w->heads[i].p && !head_unpack(&head, w->heads[i])) {
            err = turn_bad_row(&w->keys[i]);
            break;
        }
        struct candidate c = {.me = w->rows[i], .commit = w->rows[i].commit};
        if (!c.me.member.left)
            c.commit = MAX(c.commit, head.commit);
        c.head = head_seen(&c.me, &head.head);
        if (c.head.seq)
            w->visit(w, &c);
    }
    arena_deinit(&scratch);
    return err;
}

static int walk_run(struct walk *w)
{
    struct row_key from = key_member(w->user, w->from_id), to = key_inbox(w->user);
    struct kv_scan scan;
    to = row_key_after(&to);
    int err =
        kv_scan_begin(&scan, &w->turn->view, KV_STATE, row_key_str(&from), row_key_str(&to), false);
    uint32_t n = 0;
    while (!err && !(w->by_id && w->best.n == w->best.n_max)) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (!err && ++w->n > CONVERSATIONS_MAX)
            err = -E2BIG;
        if (!err && !member_unpack(&w->rows[n++], w->user, be64_get(key.p + key.n - 8), value))
            err = turn_bad_row(&from);
        if (!err)
            w->rows[n - 1].member.left_title = (struct str){0};
        if (err >= 0 && (n == CHUNK || err == KV_ABSENT)) {
            int failed = walk_chunk(w, n);
            err = failed ? failed : err;
            n = 0;
        }
    }
    kv_scan_end(&scan);
    return err == KV_ABSENT ? 0 : err;
}

/* The own log alone, whenever it changed. */
static int walk_own_log(struct walk *w)
{
    struct row_key key = key_member(w->user, w->user);
    struct str row;
    int err = turn_get(w->turn, &key, &row);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    if (!member_unpack(&w->rows[0], w->user, w->user, row))
        return turn_bad_row(&key);
    return walk_chunk(w, 1);
}

static int fill_last(struct turn *t, struct inbox_entry *entry, uint64_t now_ms)
{
    if (entry->head.message_seq < member_first(&entry->me, &entry->head))
        return 0;
    struct event *last = arena_alloc(t->arena, sizeof(*last));
    int err = turn_event(t, entry->me.conversation, entry->head.message_seq, last);
    if (!err && entry->me.left)
        project_as_of(last, entry->me.left_seq, t->arena);
    if (!err)
        project_due(last, now_ms);
    if (!err)
        err = hidden_take(t, &entry->me, last, 1);
    if (!err)
        entry->last = last;
    return err < 0 ? err : 0;
}

/* What the group is called now, or says of itself, is not for a former member. The walk keeps no
 * texts of the rows that it passes. */
static int fill_left(struct turn *t, struct inbox_entry *entry)
{
    struct member_row me;
    int err = turn_member(t, entry->me.conversation, entry->me.user, &me);
    entry->me.left_title = me.member.left_title;
    conversation_as_left(&entry->conversation, &entry->me);
    return MIN(err, 0);
}

static int fill_peer(struct turn *t, struct inbox_entry *entry)
{
    const struct conversation *c = &entry->conversation;
    if (c->kind != CONVERSATION_DIRECT)
        return 0;
    struct member_row peer;
    uint64_t id = c->users[0] == entry->me.user ? c->users[1] : c->users[0];
    int err = turn_member(t, c->id, id, &peer);
    entry->peer_delivered_seq = peer.member.delivered_seq;
    entry->peer_read_seq = peer.member.read_seq;
    entry->peer_asked = peer.member.listed != LISTED_IN_LIST;
    return err < 0 ? err : 0;
}

static int fill_entry(struct turn *t, const struct candidate *c, uint64_t now_ms,
                      struct inbox_entry *entry)
{
    entry->me = c->me.member;
    entry->head = c->head;
    int err = turn_conversation(t, c->me.member.conversation, &entry->conversation);
    if (err == KV_ABSENT) {
        struct row_key k = key_conversation(c->me.member.conversation);
        return turn_bad_row(&k);
    }
    if (!err && entry->me.left)
        err = fill_left(t, entry);
    if (!err)
        err = fill_last(t, entry, now_ms);
    return err ? err : fill_peer(t, entry);
}

/* The first `limit` of the shortlist as entries. */
static int fill_entries(struct walk *w, uint32_t limit, struct inbox_entry **entries, uint32_t *n)
{
    int err = 0;
    *n = MIN(limit, w->best.n);
    *entries = arena_alloc(w->turn->arena, *n * sizeof(**entries));
    for (uint32_t i = 0; !err && i < *n; i++)
        err = fill_entry(w->turn, &w->best.at[i], w->now_ms, &(*entries)[i]);
    if (!err && *n)
        err = mentions_unread(w->turn, w->user, w->now_ms, *entries, *n);
    return err;
}

static void visit_list(struct walk *w, struct candidate *c)
{
    enum listed listed = c->me.member.listed;
    bool in = w->by_id ? listed != LISTED_NOWHERE : listed == w->listed;
    if (is_own_log(c) || !in)
        return;
    w->total_unread += unread(c);
    c->rank[0] = w->by_id ? UINT64_MAX - c->me.member.conversation : c->head.time_ms;
    c->rank[1] = c->me.member.conversation;
    if (w->unread_only && unread(c) == 0)
        return;
    if (w->by_archived && c->me.member.preferences.archived != w->archived)
        return;
    if (!w->bounded || ranks_before(w->bound, c->rank))
        shortlist_offer(&w->best, c);
}

int log_inbox_list(struct turn *t, struct store_inbox_list *r)
{
    must(r->limit >= 1 && r->limit <= LIST_MAX);
    uint64_t mark[3];
    struct walk *w = walk_new(t, r->user, r->limit, visit_list);
    w->now_ms = r->now_ms;
    w->unread_only = r->unread_only;
    w->by_archived = r->by_archived;
    w->archived = r->archived;
    w->by_id = r->by_id;
    w->from_id = r->by_id ? r->after_id + 1 : 0;
    w->listed = r->requests ? LISTED_REQUEST : LISTED_IN_LIST;
    w->bounded = r->page.n != 0;
    if (w->bounded) {
        if (!mark_parse(r->page, mark, 3) || mark[0] != t->info->incarnation)
            return STORE_TRUNCATED;
        w->bound[0] = mark[1];
        w->bound[1] = mark[2];
    }
    int err = walk_run(w);
    if (!err)
        err = fill_entries(w, r->limit, &r->entries, &r->n_entries);
    if (err)
        return err;
    r->total_unread = w->total_unread;
    if (r->by_id)
        return STORE_DONE;
    r->page = (struct str){0};
    if (w->best.n > r->limit) {
        const struct candidate *last = &w->best.at[r->limit - 1];
        char text[STORE_TOKEN_BYTES_MAX];
        mark_format(text, (uint64_t[]){t->info->incarnation, last->rank[0], last->rank[1]}, 3);
        r->page = arena_str(t->arena, str_of(text));
    }
    return STORE_DONE;
}

/* One write is one commit. It changes one conversation, or, with an event about another one, the
 * own log and that one: these two stand side by side. */
static void visit_changes(struct walk *w, struct candidate *c)
{
    c->rank[0] = UINT64_MAX - c->commit;
    c->rank[1] = c->me.member.conversation;
    if (c->commit > w->bound[0])
        shortlist_offer(&w->best, c);
}

int log_inbox_changes(struct turn *t, struct store_inbox_changes *r)
{
    must(r->limit >= 1 && r->limit <= SYNC_MAX);
    uint64_t now, mark[2] = {t->info->incarnation, 0};
    int err = turn_commit_seen(t, &now);
    if (err)
        return err;
    if (r->token.n == 0)
        mark[1] = now;
    else if (!mark_parse(r->token, mark, 2) || mark[0] != t->info->incarnation || mark[1] > now)
        return STORE_TRUNCATED;
    struct walk *w = walk_new(t, r->user, r->limit + 1, visit_changes);
    w->now_ms = r->now_ms;
    w->bound[0] = r->token.n ? mark[1] : 0;
    if (r->token.n == 0)
        err = walk_own_log(w);
    else if (mark[1] < now)
        err = walk_run(w);
    uint32_t limit = r->limit;
    if (w->best.n > limit && w->best.at[limit].commit == w->best.at[limit - 1].commit)
        limit++; /* no token stands between the two */
    if (!err)
        err = fill_entries(w, limit, &r->entries, &r->n_entries);
    if (err)
        return err;
    r->more = w->best.n > limit;
    mark[1] = r->more ? w->best.at[limit - 1].commit : now;
    mark_format(r->next, mark, 2);
    return STORE_DONE;
}
