#include "store/verify.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "store/verify_walk.h"
#include "util/macros.h"

void verify_fault(struct verify *v, const char *form, ...)
{
    char sentence[VERIFY_FAULT_BYTES_MAX];
    va_list args;
    va_start(args, form);
    vsnprintf(sentence, sizeof(sentence), form, args);
    va_end(args);
    v->faults++;
    v->fault(v->arg, sentence);
}

static struct turn turn_of(struct verify *v)
{
    return (struct turn){.view = {.kv = v->kv}, .arena = v->arena};
}

static int looked(int err)
{
    return err == -EBADMSG ? VERIFY_UNREADABLE : err;
}

int verify_user(struct verify *v, uint64_t id, struct user *user)
{
    struct turn t = turn_of(v);
    return looked(turn_user(&t, id, user));
}

int verify_look(struct verify *v, struct str skeleton, struct look *look)
{
    struct turn t = turn_of(v);
    return looked(turn_look(&t, skeleton, look));
}

int verify_former(struct verify *v, struct str name, struct former *former)
{
    struct turn t = turn_of(v);
    return looked(turn_former(&t, name, former));
}

int verify_device(struct verify *v, uint64_t user, uint64_t id, struct device *device)
{
    struct turn t = turn_of(v);
    return looked(turn_device(&t, user, id, device));
}

int verify_conversation(struct verify *v, uint64_t id, struct conversation *c)
{
    struct turn t = turn_of(v);
    return looked(turn_conversation(&t, id, c));
}

int verify_head(struct verify *v, uint64_t id, struct head_row *head)
{
    struct turn t = turn_of(v);
    return looked(turn_head(&t, id, head));
}

int verify_member(struct verify *v, uint64_t conversation, uint64_t user, struct member_row *row)
{
    struct turn t = turn_of(v);
    return looked(turn_member(&t, conversation, user, row));
}

int verify_roster(struct verify *v, uint64_t conversation, struct roster *roster)
{
    struct turn t = turn_of(v);
    return looked(turn_roster(&t, conversation, roster));
}

int verify_invites(struct verify *v, uint64_t conversation, struct invites *invites)
{
    struct turn t = turn_of(v);
    return looked(turn_invites(&t, conversation, invites));
}

int verify_pins(struct verify *v, uint64_t conversation, struct pins *pins)
{
    struct turn t = turn_of(v);
    return looked(turn_pins(&t, conversation, pins));
}

int verify_contact(struct verify *v, uint64_t user, uint64_t other, struct contact *contact)
{
    struct turn t = turn_of(v);
    return looked(turn_contact(&t, user, other, contact));
}

int verify_event(struct verify *v, uint64_t conversation, uint64_t seq, struct event *e)
{
    struct turn t = turn_of(v);
    return looked(turn_event(&t, conversation, seq, e));
}

int verify_kept(struct verify *v, uint64_t conversation, uint64_t seq, struct event *e)
{
    struct head_row head;
    int err = verify_event(v, conversation, seq, e);
    if (err != KV_ABSENT)
        return err;
    err = verify_head(v, conversation, &head);
    if (err)
        return err;
    return seq && seq <= head.head.gone_seq ? VERIFY_UNREADABLE : KV_ABSENT;
}

int verify_key(struct verify *v, const struct event *e, struct key_row *row)
{
    struct turn t = turn_of(v);
    return looked(turn_key(&t, e->conversation, e->sender, e->key, row));
}

int verify_ids(struct verify *v, const struct row_key *k, uint64_t *ids, size_t n)
{
    struct turn t = turn_of(v);
    return looked(turn_get_ids(&t, k, ids, n));
}

int verify_scan(struct verify *v, const struct row_key *from, const struct row_key *to,
                int (*row)(struct verify *, struct str key, struct str value))
{
    struct kv_view view = {.kv = v->kv};
    struct kv_scan scan;
    struct str key, value;
    int err = kv_scan_begin(&scan, &view, from->table, row_key_str(from), row_key_str(to), false);
    while (!err && !(err = kv_scan_next(&scan, &key, &value))) {
        struct arena arena = {0};
        v->arena = &arena;
        err = MIN(row(v, key, value), 0);
        v->arena = NULL;
        arena_deinit(&arena);
    }
    kv_scan_end(&scan);
    return MIN(err, 0);
}

/* What the store is. */
static int check_meta(struct verify *v)
{
    struct arena arena = {0};
    struct row_key schema = key_meta("schema"), incarnation = key_meta("incarnation"),
                   commit = key_meta("commit");
    v->schema = 0;
    v->arena = &arena;
    int err = verify_ids(v, &schema, &v->schema, 1);
    if (!err)
        err = verify_ids(v, &incarnation, &v->incarnation, 1);
    if (err > 0 || v->schema == 0 || v->schema > SCHEMA)
        verify_fault(v, "it does not say what it is (schema %llu)", (unsigned long long)v->schema);
    int err_commit = err < 0 ? 0 : verify_ids(v, &commit, &v->commit, 1);
    if (err_commit == VERIFY_UNREADABLE)
        verify_fault(v, "the number of the newest commit does not decode");
    v->arena = NULL;
    arena_deinit(&arena);
    return MIN(MIN(err, err_commit), 0);
}

int verify_run(struct verify *v)
{
    int err = check_meta(v);
    if (!err && v->schema && v->schema < SCHEMA)
        return VERIFY_OLDER_SCHEMA;
    if (!err)
        err = verify_directory(v);
    if (!err)
        err = verify_members(v);
    return err ? err : verify_logs(v);
}
