/* What is read of a log and its members, and the members' marks. */
#include "model/limits.h"
#include "model/record.h"
#include "store/embedded.h"
#include "store/hidden.h"
#include "store/project.h"
#include "store/steps.h"
#include "util/macros.h"
#include "util/numbers.h"

/* The people who stand in the record of every conversation but a group. */
static uint32_t fixed_users(const struct conversation *c, uint64_t users[2])
{
    users[0] = c->users[0];
    users[1] = c->users[1];
    return users[0] == users[1] ? 1 : 2;
}

/* The row of somebody in a 1:1 that has no message yet, whose row is not written. */
static void member_of_silent(struct member *m)
{
    m->role = ROLE_MEMBER;
    m->from_seq = 1;
}

static int load_fixed(struct turn *t, struct store_load *r)
{
    uint64_t users[2];
    r->n_members = fixed_users(&r->conversation, users);
    r->members = arena_alloc(t->arena, r->n_members * sizeof(*r->members));
    for (uint32_t i = 0; i < r->n_members; i++) {
        struct member_row row;
        int err = turn_member(t, r->id, users[i], &row);
        if (err < 0)
            return err;
        if (err == KV_ABSENT)
            member_of_silent(&row.member);
        r->members[i] = row.member;
    }
    return STORE_DONE;
}

static int load_group(struct turn *t, struct store_load *r)
{
    r->invites = arena_alloc(t->arena, sizeof(*r->invites));
    struct roster roster;
    struct row_key keys[MEMBERS_MAX];
    struct str key_strs[MEMBERS_MAX], values[MEMBERS_MAX];
    int err = turn_roster(t, r->id, &roster);
    if (!err)
        err = turn_invites(t, r->id, r->invites);
    if (err)
        return err;
    for (uint32_t i = 0; i < roster.n; i++) {
        keys[i] = key_member(roster.users[i], r->id);
        key_strs[i] = row_key_str(&keys[i]);
    }
    err = kv_get_many(&t->view, KV_STATE, key_strs, roster.n, t->arena, values);
    if (err)
        return err;
    r->n_members = roster.n;
    r->members = arena_alloc(t->arena, roster.n * sizeof(*r->members));
    for (uint32_t i = 0; i < roster.n; i++) {
        struct member_row row;
        if (!values[i].p || !member_unpack(&row, roster.users[i], r->id, values[i]))
            return turn_bad_row(&keys[i]);
        r->members[i] = row.member;
    }
    return STORE_DONE;
}

int log_load(struct turn *t, struct store_load *r)
{
    struct head_row head;
    int err = turn_conversation(t, r->id, &r->conversation);
    if (err)
        return err == KV_ABSENT ? STORE_NOT_FOUND : err;
    err = turn_head(t, r->id, &head);
    if (err)
        return err;
    r->head = head.head;
    return r->conversation.kind == CONVERSATION_GROUP ? load_group(t, r) : load_fixed(t, r);
}

/* Also of a 1:1 without messages. 0, KV_ABSENT, negative. */
static int find_member(struct turn *t, uint64_t conversation, uint64_t user, struct member_row *row)
{
    int err = turn_member(t, conversation, user, row);
    if (err != KV_ABSENT)
        return err;
    struct conversation c;
    err = turn_conversation(t, conversation, &c);
    if (err)
        return err;
    if (c.kind == CONVERSATION_GROUP || c.kind == CONVERSATION_OWN ||
        (c.users[0] != user && c.users[1] != user))
        return KV_ABSENT;
    member_of_silent(&row->member);
    return 0;
}

int log_member(struct turn *t, struct store_member *r)
{
    struct member_row row;
    int err = find_member(t, r->conversation, r->user, &row);
    if (err)
        return err == KV_ABSENT ? STORE_NOT_FOUND : err;
    r->member = row.member;
    return STORE_DONE;
}

int log_mark(struct turn *t, struct store_mark *r)
{
    struct member_row row;
    int err = find_member(t, r->conversation, r->user, &row);
    if (err)
        return err == KV_ABSENT ? STORE_NOT_FOUND : err;
    struct member *m = &row.member;
    if (project_marks(m, r->delivered_seq, r->read_seq, r->read_n)) {
        err = turn_put_member(t, &row);
        if (!err)
            err = steps_note(t, m, r->time_ms);
    }
    if (m->left) /* what was read does not outlive the write */
        m->left_title = arena_str(&r->base.arena, m->left_title);
    r->member = *m;
    return err;
}

static void reverse(struct event *events, uint32_t n)
{
    for (uint32_t i = 0; i < n / 2; i++) {
        struct event swap = events[i];
        events[i] = events[n - 1 - i];
        events[n - 1 - i] = swap;
    }
}

int log_events(struct turn *t, struct store_events *r)
{
    must(r->limit >= 1 && r->limit <= PAGE_MAX);
    struct head_row head;
    r->events = arena_alloc(t->arena, r->limit * sizeof(*r->events));
    r->n_events = 0;
    int err = turn_head(t, r->conversation, &head);
    if (err)
        return err;
    r->gone_seq = head.head.gone_seq;
    r->gone_n = head.head.gone_n;
    if (r->from_seq > r->to_seq)
        return STORE_DONE;
    struct row_key from = key_event(r->conversation, r->from_seq);
    struct row_key to = key_event(r->conversation, r->to_seq);
    to = row_key_after(&to);
    struct kv_scan scan;
    err =
        kv_scan_begin(&scan, &t->view, KV_EVENTS, row_key_str(&from), row_key_str(&to), r->newest);
    while (!err && r->n_events < r->limit) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (err)
            break;
        value = arena_str(t->arena, value);
        struct event *e = &r->events[r->n_events++];
        if (record_decode(e, value, t->arena)) {
            err = turn_bad_row(&from);
            break;
        }
        if (r->as_of)
            project_as_of(e, r->as_of, t->arena);
        project_due(e, r->now_ms);
    }
    kv_scan_end(&scan);
    if (err < 0)
        return err;
    if (r->newest)
        reverse(r->events, r->n_events);
    return hidden_take_from(t, r->viewer, r->conversation, r->events, r->n_events);
}

int log_key(struct turn *t, struct store_key *r)
{
    if (r->key.n == 0 || r->key.n > KEY_BYTES_MAX)
        return STORE_NOT_FOUND;
    struct key_row row;
    int err = turn_key(t, r->conversation, r->sender, r->key, &row);
    if (err)
        return err == KV_ABSENT ? STORE_NOT_FOUND : err;
    r->seq = row.seq;
    memcpy(r->digest, row.digest, sizeof(r->digest));
    return STORE_DONE;
}

int log_blocks(struct turn *t, struct store_blocks *r)
{
    struct row_key from = key_blocks(r->user), to = row_key_after(&from);
    struct kv_scan scan;
    r->users = arena_alloc(t->arena, BLOCKS_MAX * sizeof(*r->users));
    r->n_users = 0;
    int err =
        kv_scan_begin(&scan, &t->view, KV_DIRECTORY, row_key_str(&from), row_key_str(&to), false);
    while (!err && r->n_users < BLOCKS_MAX) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (!err)
            r->users[r->n_users++] = be64_get(key.p + key.n - 8);
    }
    kv_scan_end(&scan);
    return err < 0 ? err : STORE_DONE;
}
