#include "store/turn.h"

#include <errno.h>

#include "model/record.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/numbers.h"

void turn_deinit(struct turn *t)
{
    builder_deinit(&t->row);
}

int turn_bad_row(const struct row_key *k)
{
    log_error("store_row_bad", log_u64("table", k->table), log_u64("tag", k->bytes[0]),
              log_u64("key_bytes", k->n));
    return -EBADMSG;
}

int turn_get(struct turn *t, const struct row_key *k, struct str *value)
{
    return kv_get(&t->view, k->table, row_key_str(k), t->arena, value);
}

void turn_put(struct turn *t, const struct row_key *k, struct str value)
{
    must(t->batch);
    kv_put(t->batch, k->table, row_key_str(k), value);
}

void turn_delete(struct turn *t, const struct row_key *k)
{
    must(t->batch);
    kv_delete(t->batch, k->table, row_key_str(k));
}

int turn_get_ids(struct turn *t, const struct row_key *k, uint64_t *ids, size_t n)
{
    struct str bytes;
    int err = turn_get(t, k, &bytes);
    if (err)
        return err;
    return ids_unpack(ids, n, bytes) ? 0 : turn_bad_row(k);
}

void turn_put_ids(struct turn *t, const struct row_key *k, const uint64_t *ids, size_t n)
{
    builder_reset(&t->row);
    ids_pack(&t->row, ids, n);
    turn_put(t, k, builder_str(&t->row));
}

int turn_commit_seen(struct turn *t, uint64_t *commit)
{
    struct row_key k = key_meta("commit");
    int err = turn_get_ids(t, &k, commit, 1);
    if (err == KV_ABSENT)
        *commit = 0;
    return err == KV_ABSENT ? 0 : err;
}

int turn_commit(struct turn *t, uint64_t *commit)
{
    if (!t->commit) {
        uint64_t seen;
        int err = turn_commit_seen(t, &seen);
        if (err)
            return err;
        t->commit = seen + 1;
        struct row_key k = key_meta("commit");
        turn_put_ids(t, &k, &t->commit, 1);
    }
    *commit = t->commit;
    return 0;
}

int turn_user(struct turn *t, uint64_t id, struct user *user)
{
    struct row_key k = key_user(id);
    struct str bytes;
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err;
    return user_unpack(user, id, bytes) ? 0 : turn_bad_row(&k);
}

void turn_put_user(struct turn *t, const struct user *user)
{
    struct row_key k = key_user(user->id);
    builder_reset(&t->row);
    user_pack(&t->row, user);
    turn_put(t, &k, builder_str(&t->row));
}

int turn_look(struct turn *t, struct str skeleton, struct look *look)
{
    struct row_key k = key_skeleton(skeleton);
    struct str bytes;
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err;
    return look_unpack(look, bytes) ? 0 : turn_bad_row(&k);
}

void turn_put_look(struct turn *t, struct str skeleton, const struct look *look)
{
    struct row_key k = key_skeleton(skeleton);
    builder_reset(&t->row);
    look_pack(&t->row, look);
    turn_put(t, &k, builder_str(&t->row));
}

int turn_former(struct turn *t, struct str name, struct former *former)
{
    struct row_key k = key_former(name);
    struct str bytes;
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err;
    return former_unpack(former, bytes) ? 0 : turn_bad_row(&k);
}

void turn_put_former(struct turn *t, struct str name, const struct former *former)
{
    struct row_key k = key_former(name);
    builder_reset(&t->row);
    former_pack(&t->row, former);
    turn_put(t, &k, builder_str(&t->row));
}

int turn_device(struct turn *t, uint64_t user, uint64_t id, struct device *device)
{
    struct row_key k = key_device(user, id);
    struct str bytes;
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err;
    return device_unpack(device, user, id, bytes) ? 0 : turn_bad_row(&k);
}

void turn_put_device(struct turn *t, const struct device *device)
{
    struct row_key k = key_device(device->user, device->id);
    builder_reset(&t->row);
    device_pack(&t->row, device);
    turn_put(t, &k, builder_str(&t->row));
}

int turn_contact(struct turn *t, uint64_t user, uint64_t other, struct contact *contact)
{
    struct row_key k = key_contact(user, other);
    struct str bytes;
    *contact = (struct contact){.user = user, .other = other};
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err;
    return contact_unpack(contact, user, other, bytes) ? 0 : turn_bad_row(&k);
}

void turn_put_contact(struct turn *t, const struct contact *contact)
{
    struct row_key k = key_contact(contact->user, contact->other);
    if (contact->state == CONTACT_NONE) {
        turn_delete(t, &k);
        return;
    }
    builder_reset(&t->row);
    contact_pack(&t->row, contact);
    turn_put(t, &k, builder_str(&t->row));
}

int turn_conversation(struct turn *t, uint64_t id, struct conversation *conversation)
{
    struct row_key k = key_conversation(id);
    struct str bytes;
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err;
    return conversation_unpack(conversation, id, bytes) ? 0 : turn_bad_row(&k);
}

void turn_put_conversation(struct turn *t, const struct conversation *conversation)
{
    struct row_key k = key_conversation(conversation->id);
    builder_reset(&t->row);
    conversation_pack(&t->row, conversation);
    turn_put(t, &k, builder_str(&t->row));
}

int turn_head(struct turn *t, uint64_t conversation, struct head_row *head)
{
    struct row_key k = key_head(conversation);
    struct str bytes;
    *head = (struct head_row){0};
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    return head_unpack(head, bytes) ? 0 : turn_bad_row(&k);
}

int turn_put_head(struct turn *t, uint64_t conversation, struct head_row *head)
{
    struct row_key k = key_head(conversation);
    int err = turn_commit(t, &head->commit);
    if (err)
        return err;
    builder_reset(&t->row);
    head_pack(&t->row, head);
    turn_put(t, &k, builder_str(&t->row));
    return 0;
}

int turn_member(struct turn *t, uint64_t conversation, uint64_t user, struct member_row *row)
{
    struct row_key k = key_member(user, conversation);
    struct str bytes;
    *row = (struct member_row){.member = {.conversation = conversation, .user = user}};
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err;
    return member_unpack(row, user, conversation, bytes) ? 0 : turn_bad_row(&k);
}

int turn_put_member(struct turn *t, struct member_row *row)
{
    struct row_key k = key_member(row->member.user, row->member.conversation);
    int err = turn_commit(t, &row->commit);
    if (err)
        return err;
    builder_reset(&t->row);
    member_pack(&t->row, row);
    turn_put(t, &k, builder_str(&t->row));
    return 0;
}

int turn_roster(struct turn *t, uint64_t conversation, struct roster *roster)
{
    struct row_key k = key_roster(conversation);
    struct str bytes;
    roster->n = 0;
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    return roster_unpack(roster, bytes) ? 0 : turn_bad_row(&k);
}

void turn_put_roster(struct turn *t, uint64_t conversation, const struct roster *roster)
{
    struct row_key k = key_roster(conversation);
    builder_reset(&t->row);
    roster_pack(&t->row, roster);
    turn_put(t, &k, builder_str(&t->row));
}

int turn_invites(struct turn *t, uint64_t conversation, struct invites *invites)
{
    struct row_key k = key_invites(conversation);
    struct str bytes;
    *invites = (struct invites){0};
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    return invites_unpack(invites, bytes) ? 0 : turn_bad_row(&k);
}

void turn_put_invites(struct turn *t, uint64_t conversation, const struct invites *invites)
{
    struct row_key k = key_invites(conversation);
    builder_reset(&t->row);
    invites_pack(&t->row, invites);
    turn_put(t, &k, builder_str(&t->row));
}

int turn_pins(struct turn *t, uint64_t conversation, struct pins *pins)
{
    struct row_key k = key_pins(conversation);
    struct str bytes;
    pins->n = 0;
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    return pins_unpack(pins, bytes) ? 0 : turn_bad_row(&k);
}

void turn_put_pins(struct turn *t, uint64_t conversation, const struct pins *pins)
{
    struct row_key k = key_pins(conversation);
    if (!pins->n) {
        turn_delete(t, &k);
        return;
    }
    builder_reset(&t->row);
    pins_pack(&t->row, pins);
    turn_put(t, &k, builder_str(&t->row));
}

int turn_event(struct turn *t, uint64_t conversation, uint64_t seq, struct event *e)
{
    struct row_key k = key_event(conversation, seq);
    struct str bytes;
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err;
    return record_decode(e, bytes, t->arena) ? turn_bad_row(&k) : 0;
}

void turn_put_event(struct turn *t, const struct event *e)
{
    struct row_key k = key_event(e->conversation, e->seq);
    builder_reset(&t->row);
    record_encode(&t->row, e);
    turn_put(t, &k, builder_str(&t->row));
}

int turn_key(struct turn *t, uint64_t conversation, uint64_t sender, struct str key,
             struct key_row *row)
{
    struct row_key k = key_key(conversation, sender, key);
    struct str bytes;
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err;
    return key_row_unpack(row, bytes) ? 0 : turn_bad_row(&k);
}

void turn_put_key(struct turn *t, const struct event *e)
{
    struct row_key k = key_key(e->conversation, e->sender, e->key);
    struct key_row row = {.seq = e->seq};
    memcpy(row.digest, e->digest, sizeof(row.digest));
    builder_reset(&t->row);
    key_row_pack(&t->row, &row);
    turn_put(t, &k, builder_str(&t->row));
}
