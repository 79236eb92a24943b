/*
 * One person's rows lie in a partition for each month, and one small partition says which months
 * there are: so a page reads what it shows and no more, the newest page that of one month.
 *
 * A message that mentions somebody no more, or a star taken back, leaves its row with a word that
 * says so. What was deleted, or is gone by its age, is passed over when the message is looked at.
 */
#include "store/cassandra/noted.h"

#include "model/limits.h"
#include "store/cassandra/changes.h"
#include "store/cassandra/gather.h"
#include "store/cassandra/hidden.h"
#include "store/cassandra/inbox.h"
#include "store/cassandra/operations.h"
#include "store/mark.h"
#include "store/project.h"
#include "util/macros.h"

enum {
    /* Rows looked at for one page; what one may not read any more is passed over. */
    ROWS_MAX = 500,
    WRITES_MAX = 2 * MENTIONS_MAX + 1,
};

uint64_t noted_month(uint64_t time_ms)
{
    const uint64_t month_ms = (uint64_t)30 * 24 * 60 * 60 * 1000;
    return time_ms / month_ms;
}

/* --- rows --- */

struct ask noted_put(uint64_t user, enum noted_kind kind, const struct event *message, bool stands,
                     uint64_t at)
{
    return ASK(S_NOTED_PUT, cql_u64(user), cql_tinyint((int8_t)kind),
               cql_u64(noted_month(message->time_ms)), cql_u64(message->time_ms),
               cql_u64(message->conversation), cql_u64(message->seq), cql_boolean(stands),
               cql_u64(message->expires_ms), cql_u64(at));
}

struct ask noted_put_month(uint64_t user, enum noted_kind kind, const struct event *message)
{
    return ASK(S_NOTED_PUT_MONTH, cql_u64(user), cql_tinyint((int8_t)kind),
               cql_u64(noted_month(message->time_ms)));
}

static bool mentions(const struct event *message, uint64_t user)
{
    for (uint32_t i = 0; message && i < message->n_mentions; i++)
        if (message->mentions[i] == user)
            return true;
    return false;
}

int change_mentions(struct strand *s, const struct event *message, const struct event *before)
{
    struct ask *asks = arena_alloc(strand_scratch(s), WRITES_MAX * sizeof(*asks));
    uint32_t n = 0;
    must(message->n_mentions <= MENTIONS_MAX && (!before || before->n_mentions <= MENTIONS_MAX));
    for (uint32_t i = 0; before && i < before->n_mentions; i++)
        if (!mentions(message, before->mentions[i]))
            asks[n++] = noted_put(before->mentions[i], NOTED_MENTION, before, false, message->rev);
    for (uint32_t i = 0; i < message->n_mentions; i++) {
        asks[n++] = noted_put(message->mentions[i], NOTED_MENTION, message, true, message->rev);
        if (!mentions(before, message->mentions[i]))
            asks[n++] = noted_put_month(message->mentions[i], NOTED_MENTION, message);
    }
    int err = strand_ask_all(s, asks, n);
    for (uint32_t i = 0; !err && i < message->n_mentions; i++)
        err = change_leaving(s, message->mentions[i]);
    return err;
}

/* A message that is not there any more has nothing to be listed by. */
int change_star(struct strand *s, const struct event *e)
{
    struct log_row message;
    int err = log_get_row(s, e->subject, e->target, &message);
    if (err)
        return MIN(err, 0);
    struct ask asks[] = {
        noted_put(e->sender, NOTED_STAR, &message.event, e->type == EVENT_STAR, e->seq),
        noted_put_month(e->sender, NOTED_STAR, &message.event),
    };
    return strand_ask_all(s, asks, ARRAY_SIZE(asks));
}

/* --- a scan --- */

static int find_months(struct noted_scan *scan)
{
    struct ask a = ASK(S_NOTED_MONTHS, cql_u64(scan->user), cql_tinyint((int8_t)scan->kind),
                       cql_u64(noted_month(scan->before.time_ms)), cql_int(NOTED_MONTHS_MAX));
    int err = strand_ask(scan->strand, &a);
    if (err)
        return err;
    scan->n_months = MIN(a.answer.rows_n, (uint32_t)NOTED_MONTHS_MAX);
    scan->months = arena_alloc(strand_scratch(scan->strand), scan->n_months * sizeof(uint64_t));
    for (uint32_t i = 0; i < scan->n_months; i++)
        scan->months[i] = answer_u64(&a.answer, i, 0);
    return 0;
}

int noted_begin(struct noted_scan *scan, struct strand *s, uint64_t user, enum noted_kind kind,
                const struct noted_place *before)
{
    *scan = (struct noted_scan){
        .strand = s, .user = user, .kind = kind, .before = {INT64_MAX, INT64_MAX, INT64_MAX}};
    if (before)
        scan->before = *before;
    return find_months(scan);
}

static void read_row(const struct answer *answer, uint32_t i, struct noted_row *row)
{
    row->place = (struct noted_place){.time_ms = answer_u64(answer, i, 0),
                                      .conversation = answer_u64(answer, i, 1),
                                      .seq = answer_u64(answer, i, 2)};
    row->stands = cql_cell_boolean(answer_bytes(answer, i, 3));
    row->expires_ms = answer_u64(answer, i, 4);
}

int noted_next(struct noted_scan *scan, uint32_t n_max, struct noted_row *rows, uint32_t *n)
{
    *n = 0;
    while (*n == 0 && scan->at < scan->n_months) {
        struct ask a = ASK(S_NOTED_PAGE, cql_u64(scan->user), cql_tinyint((int8_t)scan->kind),
                           cql_u64(scan->months[scan->at]), cql_u64(scan->before.time_ms),
                           cql_u64(scan->before.conversation), cql_u64(scan->before.seq),
                           cql_int((int32_t)n_max));
        int err = strand_ask(scan->strand, &a);
        if (err)
            return err;
        *n = a.answer.rows_n;
        for (uint32_t i = 0; i < *n; i++)
            read_row(&a.answer, i, &rows[i]);
        if (*n)
            scan->before = rows[*n - 1].place;
        if (*n < n_max)
            scan->at++;
    }
    return 0;
}

/* --- a deleted account --- */

static int forget_noted(struct strand *s, uint64_t user, enum noted_kind kind, uint64_t at)
{
    struct noted_scan scan;
    int err = noted_begin(&scan, s, user, kind, NULL);
    if (err)
        return err;
    struct ask *asks = arena_alloc(strand_scratch(s), scan.n_months * sizeof(*asks) + 1);
    for (uint32_t i = 0; i < scan.n_months; i++)
        asks[i] = ASK(S_NOTED_DROP, cql_u64(at), cql_u64(user), cql_tinyint((int8_t)kind),
                      cql_u64(scan.months[i]));
    struct ask months =
        ASK(S_NOTED_DROP_MONTHS, cql_u64(at), cql_u64(user), cql_tinyint((int8_t)kind));
    err = strand_ask_all(s, asks, scan.n_months);
    return err ? err : strand_ask(s, &months);
}

/* Each is a partition or a few, dropped at a time after all others: what was on its way and is
 * written later is never seen. What others hold of them, as contacts, goes by events. */
int change_forget(struct strand *s, uint64_t user, bool *more)
{
    const uint64_t for_ever = INT64_MAX / 2;
    struct ask asks[] = {
        ASK(S_OWN_DROP, cql_u64(for_ever), cql_u64(user)),
        ASK(S_HIDDEN_DROP, cql_u64(for_ever), cql_u64(user)),
    };
    *more = false;
    int err = strand_ask_all(s, asks, ARRAY_SIZE(asks));
    if (!err)
        err = forget_noted(s, user, NOTED_MENTION, for_ever);
    return err ? err : forget_noted(s, user, NOTED_STAR, for_ever);
}

/* --- what is unread --- */

static bool may_read(const struct member *m, uint64_t seq)
{
    return seq >= m->from_seq && (!m->left || seq <= m->left_seq);
}

/* The entry's conversation mentions its reader at `seq`. */
static int mention_of(struct strand *s, struct inbox_entry *entry, uint64_t seq)
{
    const struct member *me = &entry->me;
    bool hidden;
    if (seq <= MAX(entry->mention_seq, me->read_seq) || seq <= entry->head.gone_seq ||
        !may_read(me, seq))
        return 0;
    int err = hidden_are(s, me, &seq, 1, &hidden);
    if (!err && !hidden)
        entry->mention_seq = seq;
    return err;
}

int noted_unread(struct strand *s, uint64_t user, uint64_t now_ms, struct inbox_entry *entries,
                 uint32_t n)
{
    struct noted_scan scan;
    struct noted_row rows[NOTED_BATCH];
    uint32_t looked = 0, got = 0;
    int err = noted_begin(&scan, s, user, NOTED_MENTION, NULL);
    do {
        if (!err)
            err = noted_next(&scan, NOTED_BATCH - looked, rows, &got);
        for (uint32_t i = 0; !err && i < got; i++) {
            if (!rows[i].stands || (rows[i].expires_ms && rows[i].expires_ms <= now_ms))
                continue;
            for (uint32_t j = 0; !err && j < n; j++)
                if (entries[j].me.conversation == rows[i].place.conversation)
                    err = mention_of(s, &entries[j], rows[i].place.seq);
        }
        looked += got;
    } while (!err && got && looked < NOTED_BATCH);
    return err;
}

/* --- the lists --- */

/* A row of a page, and what was looked up for it. */
struct looked {
    struct noted_place place;
    bool stands; /* and its reader may have it */
    const struct inbox_row *row;
    struct event event;
};

/* The reader's rows in the conversations of a batch, each once. */
static int find_members(struct strand *s, uint64_t user, struct looked *looks, uint32_t n)
{
    uint64_t ids[NOTED_BATCH];
    uint32_t n_ids = 0;
    struct inbox_row *rows;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = 0;
        while (at < n_ids && ids[at] != looks[i].place.conversation)
            at++;
        if (at == n_ids)
            ids[n_ids++] = looks[i].place.conversation;
    }
    int err = inbox_rows(s, user, ids, n_ids, &rows);
    for (uint32_t i = 0; !err && i < n; i++)
        for (uint32_t at = 0; at < n_ids; at++)
            if (ids[at] == looks[i].place.conversation)
                looks[i].row = &rows[at];
    return err;
}

static bool may_have(const struct store_mentions *r, const struct looked *look)
{
    const struct member *me = &look->row->me.row.member;
    bool apart = !r->stars && me->listed == LISTED_REQUEST;
    return look->stands && look->row->me.there && !apart && may_read(me, look->place.seq);
}

/* Sets `stands` and `event` of each, as the reader may have it. */
static int look_up(struct strand *s, const struct store_mentions *r, struct looked *looks,
                   uint32_t n)
{
    struct gathered_event *events = arena_alloc(strand_scratch(s), n * sizeof(*events));
    uint32_t *of = arena_alloc(strand_scratch(s), n * sizeof(*of)), n_events = 0;
    int err = find_members(s, r->user, looks, n);
    for (uint32_t i = 0; !err && i < n; i++) {
        looks[i].stands = may_have(r, &looks[i]);
        if (!looks[i].stands)
            continue;
        of[n_events] = i;
        events[n_events++] = (struct gathered_event){.conversation = looks[i].place.conversation,
                                                     .seq = looks[i].place.seq};
    }
    if (!err)
        err = gather_events(s, events, n_events);
    for (uint32_t i = 0; !err && i < n_events; i++) {
        struct looked *look = &looks[of[i]];
        const struct member *me = &look->row->me.row.member;
        look->stands = events[i].there && look->place.seq > look->row->gone_seq;
        if (!look->stands)
            continue;
        look->event = events[i].event;
        if (me->left)
            project_as_of(&look->event, me->left_seq, strand_arena(s));
        project_due(&look->event, r->now_ms);
        err = hidden_words(s, me, &look->event, 1);
        look->stands = !look->event.deleted && !look->event.hidden;
    }
    return err;
}

static bool parse_page(const struct strand *s, struct str page, struct noted_place *before)
{
    uint64_t mark[4];
    if (!mark_parse(page, mark, ARRAY_SIZE(mark)) || mark[0] != strand_info(s)->incarnation)
        return false;
    *before = (struct noted_place){mark[1], mark[2], mark[3]};
    return true;
}

static struct str format_page(struct strand *s, const struct noted_place *last)
{
    char text[STORE_TOKEN_BYTES_MAX];
    uint64_t mark[] = {strand_info(s)->incarnation, last->time_ms, last->conversation, last->seq};
    mark_format(text, mark, ARRAY_SIZE(mark));
    return arena_str(strand_arena(s), str_of(text));
}

/* One batch of rows: adds what stands to the answer, until that is full. *last: the last row that
 * was looked at. */
static int add_batch(struct strand *s, struct store_mentions *r, const struct noted_row *rows,
                     uint32_t n, struct noted_place *last)
{
    struct looked *looks = arena_alloc(strand_scratch(s), n * sizeof(*looks));
    for (uint32_t i = 0; i < n; i++) {
        looks[i].place = rows[i].place;
        looks[i].stands = rows[i].stands;
    }
    int err = look_up(s, r, looks, n);
    for (uint32_t i = 0; !err && i < n && r->n_events < r->limit; i++) {
        *last = looks[i].place;
        if (looks[i].stands)
            r->events[r->n_events++] = looks[i].event;
    }
    return err;
}

int cassandra_mentions(struct strand *s, struct store_mentions *r)
{
    must(r->limit >= 1 && r->limit <= LIST_MAX);
    struct noted_scan scan;
    struct noted_place before, last = {0};
    struct noted_row rows[NOTED_BATCH];
    uint32_t looked = 0, n = 1;
    bool first = r->page.n == 0;
    if (!first && !parse_page(s, r->page, &before))
        return STORE_TRUNCATED;
    int err = noted_begin(&scan, s, r->user, r->stars ? NOTED_STAR : NOTED_MENTION,
                          first ? NULL : &before);
    r->page = (struct str){0};
    r->events = arena_alloc(strand_arena(s), r->limit * sizeof(*r->events));
    r->n_events = 0;
    while (!err && n && looked < ROWS_MAX && r->n_events < r->limit) {
        err = noted_next(&scan, MIN(r->limit + 1, (uint32_t)NOTED_BATCH), rows, &n);
        if (!err && n)
            err = add_batch(s, r, rows, n, &last);
        looked += n;
    }
    if (!err && n) /* stopped before the end: the next page begins there */
        r->page = format_page(s, &last);
    return err ? err : STORE_DONE;
}
