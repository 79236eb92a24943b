/* Unique things: one row written if absent (docs/log.md, 4). The writer is alone, so "if absent" is
 * a look before the put. */
#include "model/record.h"
#include "store/embedded.h"
#include "store/leaving.h"
#include "util/macros.h"

int directory_direct_claim(struct turn *t, struct store_direct_claim *r)
{
    uint64_t a = MIN(r->users[0], r->users[1]), b = MAX(r->users[0], r->users[1]);
    struct row_key claim = key_direct(a, b);
    uint64_t stands;
    int err = turn_get_ids(t, &claim, &stands, 1);
    if (!err) {
        r->conversation = stands;
        return STORE_TAKEN;
    }
    if (err != KV_ABSENT)
        return err;
    if (!r->conversation)
        return STORE_NOT_FOUND;
    struct conversation c = {.id = r->conversation,
                             .kind = a == b ? CONVERSATION_SELF : CONVERSATION_DIRECT,
                             .created_ms = r->created_ms,
                             .users = {a, b}};
    turn_put_ids(t, &claim, &r->conversation, 1);
    turn_put_conversation(t, &c);
    err = a == b ? leaving_again(t, a) : 0;
    return err ? err : STORE_DONE;
}

int directory_group_claim(struct turn *t, struct store_group_claim *r)
{
    struct row_key claim = key_group(r->created.sender, r->created.key);
    struct str record;
    int err = turn_get(t, &claim, &record);
    if (!err)
        return record_decode(&r->created, record, t->arena) ? turn_bad_row(&claim) : STORE_TAKEN;
    if (err != KV_ABSENT)
        return err;
    if (!r->created.conversation)
        return STORE_NOT_FOUND;
    struct builder bytes = {0};
    record_encode(&bytes, &r->created);
    turn_put(t, &claim, builder_str(&bytes));
    builder_deinit(&bytes);
    err = leaving_again(t, r->created.sender);
    return err ? err : STORE_DONE;
}

int directory_reserve(struct turn *t, struct store_reserve *r)
{
    struct row_key worker = key_worker(r->worker);
    int err = turn_get_ids(t, &worker, &r->used_up_to_ms, 1);
    if (err == KV_ABSENT)
        r->used_up_to_ms = 0;
    else if (err)
        return err;
    if (r->up_to_ms > r->used_up_to_ms)
        turn_put_ids(t, &worker, &r->up_to_ms, 1);
    return STORE_DONE;
}
