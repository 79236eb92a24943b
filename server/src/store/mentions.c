/*
 * Where somebody is mentioned, and, listed in the same way, what they starred. The rows of one user
 * lie in one run by the time of the messages, so that the newest page is one scan over all their
 * conversations; a row holds when the message goes, the message itself says what stands.
 *
 * Refused: rows by conversation, and a merge of them for the list: it would look at every
 * conversation of the user to show the newest ten.
 */
#include "store/mentions.h"

#include "model/limits.h"
#include "store/embedded.h"
#include "store/hidden.h"
#include "store/mark.h"
#include "store/leaving.h"
#include "store/project.h"
#include "util/macros.h"
#include "util/numbers.h"

enum {
    /* Rows looked at for one page; what one may not read any more is passed over. */
    ROWS_MAX = 500,
    TIME_AT = 9,
    CONVERSATION_AT = 17,
    SEQ_AT = 25,
};

int mentions_put(struct turn *t, const struct event *message, const struct event *before)
{
    for (uint32_t i = 0; before && i < before->n_mentions; i++) {
        struct row_key k = key_mention(before->mentions[i], before);
        turn_delete(t, &k);
    }
    for (uint32_t i = 0; i < message->n_mentions; i++) {
        struct row_key k = key_mention(message->mentions[i], message);
        turn_put_ids(t, &k, &message->expires_ms, 1);
        int err = leaving_again(t, message->mentions[i]);
        if (err)
            return err;
    }
    return 0;
}

static bool may_read(const struct member *m, uint64_t seq)
{
    return seq >= m->from_seq && (!m->left || seq <= m->left_seq);
}

/* The entry's conversation mentions its reader at `seq`. */
static int mention_of(struct turn *t, struct inbox_entry *entry, uint64_t seq)
{
    const struct member *me = &entry->me;
    if (seq <= MAX(entry->mention_seq, me->read_seq) || !may_read(me, seq))
        return 0;
    int hidden = hidden_is(t, me, seq);
    if (!hidden)
        entry->mention_seq = seq;
    return MIN(hidden, 0);
}

int mentions_unread(struct turn *t, uint64_t user, uint64_t now_ms, struct inbox_entry *entries,
                    uint32_t n)
{
    struct row_key from = key_mentions(user), to = row_key_after(&from);
    struct kv_scan scan;
    int err = kv_scan_begin(&scan, &t->view, KV_STATE, row_key_str(&from), row_key_str(&to), true);
    for (uint32_t looked = 0; !err && looked < MENTIONS_LOOKED; looked++) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (err)
            break;
        uint64_t conversation = be64_get(key.p + CONVERSATION_AT), seq = be64_get(key.p + SEQ_AT);
        uint64_t expires_ms;
        if (!ids_unpack(&expires_ms, 1, value))
            err = turn_bad_row(&from);
        if (err || (expires_ms && expires_ms <= now_ms))
            continue;
        for (uint32_t i = 0; !err && i < n; i++)
            if (entries[i].me.conversation == conversation)
                err = mention_of(t, &entries[i], seq);
    }
    kv_scan_end(&scan);
    return MIN(err, 0);
}

/* The message that a row points to, for its reader: 0, KV_ABSENT (not, or not any more), negative.
 */
static int look_up(struct turn *t, const struct store_mentions *r, uint64_t conversation,
                   uint64_t seq, struct event *e)
{
    struct member_row row;
    int err = turn_member(t, conversation, r->user, &row);
    bool apart = !err && !r->stars && row.member.listed == LISTED_REQUEST;
    if (!err && (apart || !may_read(&row.member, seq)))
        err = KV_ABSENT;
    if (!err)
        err = turn_event(t, conversation, seq, e);
    if (!err && row.member.left)
        project_as_of(e, row.member.left_seq, t->arena);
    if (!err)
        project_due(e, r->now_ms);
    if (!err)
        err = hidden_take(t, &row.member, e, 1);
    return err || !(e->deleted || e->hidden) ? err : KV_ABSENT;
}

static struct row_key key_listed(const struct store_mentions *r, const struct event *message)
{
    return r->stars ? key_star(r->user, message) : key_mention(r->user, message);
}

/* Where the page begins: `bound` is the first key that is not in it. */
static bool begin_page(struct turn *t, const struct store_mentions *r, struct row_key *bound)
{
    struct row_key all = r->stars ? key_stars(r->user) : key_mentions(r->user);
    uint64_t mark[4];
    *bound = row_key_after(&all);
    if (!r->page.n)
        return true;
    if (!mark_parse(r->page, mark, ARRAY_SIZE(mark)) || mark[0] != t->info->incarnation)
        return false;
    *bound =
        key_listed(r, &(struct event){.time_ms = mark[1], .conversation = mark[2], .seq = mark[3]});
    return true;
}

static void end_page(struct turn *t, struct store_mentions *r, const char *key)
{
    char text[STORE_TOKEN_BYTES_MAX];
    uint64_t mark[] = {t->info->incarnation, be64_get(key + TIME_AT),
                       be64_get(key + CONVERSATION_AT), be64_get(key + SEQ_AT)};
    mark_format(text, mark, ARRAY_SIZE(mark));
    r->page = arena_str(t->arena, str_of(text));
}

int log_mentions(struct turn *t, struct store_mentions *r)
{
    must(r->limit >= 1 && r->limit <= LIST_MAX);
    struct row_key from = r->stars ? key_stars(r->user) : key_mentions(r->user), to;
    if (!begin_page(t, r, &to))
        return STORE_TRUNCATED;
    r->page = (struct str){0};
    r->events = arena_alloc(t->arena, r->limit * sizeof(*r->events));
    r->n_events = 0;
    struct kv_scan scan;
    struct str key = {0}, value;
    int err = kv_scan_begin(&scan, &t->view, KV_STATE, row_key_str(&from), row_key_str(&to), true);
    for (uint32_t looked = 0; !err && looked < ROWS_MAX && r->n_events < r->limit; looked++) {
        err = kv_scan_next(&scan, &key, &value);
        if (err)
            break;
        err = look_up(t, r, be64_get(key.p + CONVERSATION_AT), be64_get(key.p + SEQ_AT),
                      &r->events[r->n_events]);
        r->n_events += err == 0;
        err = MIN(err, 0);
    }
    if (!err) /* stopped before the end: the last row looked at is where the next page begins */
        end_page(t, r, key.p);
    kv_scan_end(&scan);
    return MIN(err, 0);
}
