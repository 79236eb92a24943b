/*
 * Sync: one look at the whole inbox, by numbers alone, and the entries of those rows that the token
 * says may have changed. Whoever compares and finds nothing costs that look.
 *
 * Entries come by their ids, since nothing orders what many nodes wrote. A page that others follow
 * gives back the digest of the first look and what differed then: what changes meanwhile is told at
 * the next compare.
 *
 * A conversation is touched before its event comes to stand. If an entry is given in between, its
 * head is the old one, and nothing changes in the inbox any more once the event is there: so the
 * token is made to differ there, and the entry is given again at each compare, until the head has
 * come. Whoever lost the push of it learns of it all the same, however late the event lands and
 * whatever the nodes' clocks say. One that never comes (its node died, or what was sent again over
 * another node stood already) costs an entry at each compare until the next event of that
 * conversation. A first token gives no entries, and looks at the rows that were touched last, by
 * the nodes' clocks: what a node whose clock is behind has under way just then, in a conversation
 * that is not among them, a new device learns with the next event there.
 */
#include <assert.h>
#include <string.h>

#include "model/limits.h"
#include "store/cassandra/gather.h"
#include "store/cassandra/inbox.h"
#include "store/cassandra/inbox_token.h"
#include "store/cassandra/operations.h"
#include "store/mark.h"
#include "util/macros.h"

/* Rows whose heads are looked at: by a first token those that may be ahead, by each look those that
 * were touched and are nobody's so far. */
enum { NEWEST = 16 };
static_assert((int)SYNC_MAX <= (int)INBOX_FILLED_MAX, "an answer's entries are filled at once");

/* What is kept of a row. */
struct state {
    uint64_t conversation, touched, touched_ms;
};

/* Of the rows that were added those that were touched last, by their times, the last one first.
 * Starts as {0}. */
struct newest {
    struct gathered_head heads[NEWEST];
    uint64_t touched_ms[NEWEST];
    uint32_t n;
};

static void newest_add(struct newest *newest, const struct state *row)
{
    uint32_t at = newest->n;
    while (at && newest->touched_ms[at - 1] < row->touched_ms)
        at--;
    if (at == NEWEST)
        return;
    newest->n = MIN(newest->n + 1, (uint32_t)NEWEST);
    size_t behind = newest->n - 1 - at;
    memmove(&newest->heads[at + 1], &newest->heads[at], behind * sizeof(newest->heads[0]));
    memmove(&newest->touched_ms[at + 1], &newest->touched_ms[at],
            behind * sizeof(newest->touched_ms[0]));
    newest->heads[at] =
        (struct gathered_head){.conversation = row->conversation, .touched = row->touched};
    newest->touched_ms[at] = row->touched_ms;
}

struct seen {
    struct digest digest;
    struct state *rows; /* by conversation, ascending */
    uint32_t n, n_max;
    struct newest orphans;
};

/* Of S_INBOX_STATES. All but the first two are a row's state: a greater number is a later one. */
enum { CONVERSATION, TOUCHED, TOUCHED_MS, ROLE_AT, STATE = 1, COLUMNS = 9 };

static void keep(struct strand *s, struct seen *seen, const struct state *row)
{
    if (seen->n == seen->n_max) {
        seen->n_max = MAX(seen->n_max * 2, (uint32_t)PAGE_MAX);
        struct state *more = arena_alloc(strand_scratch(s), seen->n_max * sizeof(*more));
        if (seen->n)
            memcpy(more, seen->rows, seen->n * sizeof(*more));
        seen->rows = more;
    }
    seen->rows[seen->n++] = *row;
}

/* A row without a role is nobody's: an append is under way, or never came. */
static void visit(struct strand *s, struct seen *seen, const struct answer *answer, uint32_t i)
{
    uint64_t numbers[COLUMNS - STATE];
    for (uint32_t column = STATE; column < COLUMNS; column++)
        numbers[column - STATE] = answer_u64(answer, i, column);
    struct state row = {.conversation = answer_u64(answer, i, CONVERSATION),
                        .touched = answer_u64(answer, i, TOUCHED),
                        .touched_ms = answer_u64(answer, i, TOUCHED_MS)};
    if (answer_bytes(answer, i, ROLE_AT).p) {
        digest_add(&seen->digest, row.conversation, numbers, ARRAY_SIZE(numbers));
        keep(s, seen, &row);
    } else if (row.touched) {
        newest_add(&seen->orphans, &row);
    }
}

static int walk(struct strand *s, uint64_t user, struct seen *seen)
{
    struct arena page = {0};
    struct ask a = ASK(S_INBOX_STATES, cql_u64(user));
    int err;
    memset(seen, 0, sizeof(*seen));
    a.into = &page;
    do {
        arena_reset(&page);
        err = strand_ask(s, &a);
        for (uint32_t i = 0; !err && i < a.answer.rows_n; i++)
            visit(s, seen, &a.answer, i);
        if (!err && seen->n > INBOX_CONVERSATIONS_MAX)
            err = strand_bad_row("members", user);
    } while (!err && ask_next_page(&a));
    arena_deinit(&page);
    return err;
}

/* Whoever appended the event that gives somebody their row may have died before it was written:
 * then this is done now. *done: there was such a one. (A row may stay nobody's: it was touched for
 * an event that lost its race. The newest are looked at, so that those do not hide one that is
 * somebody's; whom they hid all the same, the next event of that conversation would show.) */
static int settle_orphans(struct strand *s, uint64_t user, struct seen *seen, bool *done)
{
    *done = false;
    int err = gather_heads(s, seen->orphans.heads, seen->orphans.n);
    for (uint32_t i = 0; !err && i < seen->orphans.n; i++) {
        const struct gathered_head *orphan = &seen->orphans.heads[i];
        struct conversation_state c;
        struct member_state me;
        struct log_head head;
        if (orphan->head.seq < orphan->touched)
            continue;
        err = conversation_get(s, orphan->conversation, &c);
        if (!err)
            err = log_settle(s, &c, &head);
        if (!err)
            err = member_get(s, orphan->conversation, user, &me);
        *done |= !err && me.there;
    }
    return err;
}

static int look_at(struct strand *s, uint64_t user, struct seen **out)
{
    struct seen *seen = *out = arena_alloc(strand_scratch(s), sizeof(*seen));
    bool again;
    int err = walk(s, user, seen);
    if (!err)
        err = settle_orphans(s, user, seen, &again);
    return err || !again ? err : walk(s, user, seen);
}

/* --- answers --- */

/* The entries of these rows, into the answer; those that may become others are made to differ. */
static int give(struct strand *s, struct store_inbox_changes *r, const struct state *rows,
                uint32_t n, struct digest *digest)
{
    uint64_t ids[INBOX_FILLED_MAX];
    bool ahead[INBOX_FILLED_MAX];
    for (uint32_t i = 0; i < n; i++)
        ids[i] = rows[i].conversation;
    r->entries = arena_alloc(strand_arena(s), n * sizeof(*r->entries));
    r->n_entries = 0;
    int err = inbox_fill(s, r->user, r->now_ms, ids, n, r->entries, ahead);
    for (uint32_t i = 0; !err && i < n; i++) {
        bool whole = r->entries[i].me.user != 0;
        if (ahead[i] || (!whole && rows[i].touched))
            digest_spoil(digest, ids[i]);
        if (whole)
            r->entries[r->n_entries++] = r->entries[i];
    }
    return err;
}

/* The list that a device reads after its first token may show the head of before, too. */
static int spoil_newest(struct strand *s, const struct seen *seen, struct digest *digest)
{
    struct newest *newest = arena_alloc(strand_scratch(s), sizeof(*newest));
    for (uint32_t i = 0; i < seen->n; i++)
        newest_add(newest, &seen->rows[i]);
    int err = gather_heads(s, newest->heads, newest->n);
    for (uint32_t i = 0; !err && i < newest->n; i++)
        if (newest->heads[i].head.seq < newest->heads[i].touched)
            digest_spoil(digest, newest->heads[i].conversation);
    return err;
}

static int give_first(struct strand *s, struct store_inbox_changes *r, const struct seen *seen,
                      struct inbox_token *token)
{
    struct state own = {.conversation = r->user};
    token->digest = seen->digest;
    int err = give(s, r, &own, 1, &token->digest);
    return err ? err : spoil_newest(s, seen, &token->digest);
}

static int give_changes(struct strand *s, struct store_inbox_changes *r, const struct seen *seen,
                        struct inbox_token *token)
{
    struct state rows[SYNC_MAX];
    uint32_t n = 0;
    if (!token->after) {
        token->differed = digest_compare(&token->digest, &seen->digest);
        token->digest = seen->digest;
    }
    uint64_t after = token->after, last = after;
    token->after = 0;
    for (uint32_t i = 0; i < seen->n && !token->after; i++) {
        const struct state *row = &seen->rows[i];
        if (row->conversation <= after || !digest_may_differ(&token->differed, row->conversation))
            continue;
        if (n == r->limit) {
            token->after = last;
        } else {
            rows[n++] = *row;
            last = row->conversation;
        }
    }
    r->more = token->after != 0;
    return give(s, r, rows, n, &token->digest);
}

/* A token that the store gave before it was copied here (copy.h) says nothing of this digest: all
 * may have changed since, so each entry is given once more, and the device drops nothing. */
static bool is_of_before(struct str token, uint64_t incarnation)
{
    uint64_t mark[2];
    return mark_parse(token, mark, ARRAY_SIZE(mark)) && mark[0] == incarnation;
}

int cassandra_inbox_changes(struct strand *s, struct store_inbox_changes *r)
{
    must(r->limit >= 1 && r->limit <= SYNC_MAX);
    uint64_t incarnation = strand_info(s)->incarnation;
    struct inbox_token token = {.incarnation = incarnation};
    struct seen *seen;
    bool first = r->token.n == 0;
    if (!first && !is_of_before(r->token, incarnation) &&
        (!inbox_token_parse(r->token, &token) || token.incarnation != incarnation))
        return STORE_TRUNCATED;
    r->more = false;
    int err = look_at(s, r->user, &seen);
    if (!err)
        err = first ? give_first(s, r, seen, &token) : give_changes(s, r, seen, &token);
    if (err)
        return err;
    inbox_token_format(r->next, &token);
    return STORE_DONE;
}
