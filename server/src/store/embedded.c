/* From a request to the function that carries it out, and what makes a kv a store. */
#include "store/embedded.h"

#include <errno.h>

#include "store/migrate.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/metric.h"

/* The struct that the request is the base of; base is always its first member. */
static int run(struct turn *t, struct store_request *r)
{
    void *whole = r;
    switch ((enum store_op)r->op) {
    case STORE_OP_APPEND:
        return log_append(t, whole);
    case STORE_OP_MARK:
        return log_mark(t, whole);
    case STORE_OP_USER_CREATE:
        return directory_user_create(t, whole);
    case STORE_OP_USER_SET:
        return directory_user_set(t, whole);
    case STORE_OP_USER_DELETE:
        return directory_user_delete(t, whole);
    case STORE_OP_LEAVE:
        return directory_leave(t, whole);
    case STORE_OP_DEVICE_PUT:
        return directory_device_put(t, whole);
    case STORE_OP_DEVICE_SEEN:
        return directory_device_seen(t, whole);
    case STORE_OP_DEVICE_END:
        return directory_device_end(t, whole);
    case STORE_OP_CODE_PUT:
        return directory_code_put(t, whole);
    case STORE_OP_CODE_END:
        return directory_code_end(t, whole);
    case STORE_OP_DIRECT_CLAIM:
        return directory_direct_claim(t, whole);
    case STORE_OP_GROUP_CLAIM:
        return directory_group_claim(t, whole);
    case STORE_OP_RESERVE:
        return directory_reserve(t, whole);
    case STORE_OP_BOARD_PUT:
        return directory_board_put(t, whole);
    case STORE_OP_EXPIRE:
        return log_expire(t, whole);
    case STORE_OP_RETAIN:
        return log_retain(t, whole);
    case STORE_OP_LOAD:
        return log_load(t, whole);
    case STORE_OP_MEMBER:
        return log_member(t, whole);
    case STORE_OP_EVENTS:
        return log_events(t, whole);
    case STORE_OP_KEY:
        return log_key(t, whole);
    case STORE_OP_INBOX_LIST:
        return log_inbox_list(t, whole);
    case STORE_OP_INBOX_CHANGES:
        return log_inbox_changes(t, whole);
    case STORE_OP_REACHED:
        return log_reached(t, whole);
    case STORE_OP_RETENTION_DUE:
        return log_retention_due(t, whole);
    case STORE_OP_PINS:
        return log_pins(t, whole);
    case STORE_OP_MENTIONS:
        return log_mentions(t, whole);
    case STORE_OP_DRAFTS:
        return log_drafts(t, whole);
    case STORE_OP_BLOCKS:
        return log_blocks(t, whole);
    case STORE_OP_CONTACTS:
        return log_contacts(t, whole);
    case STORE_OP_USERS:
        return directory_users(t, whole);
    case STORE_OP_USER_FIND:
        return directory_user_find(t, whole);
    case STORE_OP_USER_SEARCH:
        return directory_user_search(t, whole);
    case STORE_OP_DEVICES:
        return directory_devices(t, whole);
    case STORE_OP_TOKEN_FIND:
        return directory_token_find(t, whole);
    case STORE_OP_CODES:
        return directory_codes(t, whole);
    case STORE_OP_BOARD:
        return directory_board(t, whole);
    case STORE_OP_REPORT_PUT:
        return directory_report_put(t, whole);
    case STORE_OP_REPORT_RESOLVE:
        return directory_report_resolve(t, whole);
    case STORE_OP_REPORTS:
        return directory_reports(t, whole);
    case STORE_OP_BACKUP:
        return store_backup_run(t, whole);
    case STORE_OPS:
        break;
    }
    must(!"an operation");
    return -EINVAL;
}

static void turn_run(struct turn *t, struct store_request *r)
{
    int result = run(t, r);
    metric_add_at(METRIC_STORE_REQUESTS, (uint32_t)r->op, 1);
    if (result < 0) {
        metric_add_at(METRIC_STORE_REQUESTS_FAILED, (uint32_t)r->op, 1);
        log_error("store_request_failed", log_u64("op", (uint64_t)r->op), log_i64("error", result));
        r->status = STORE_FAILED;
        if (t->batch)
            kv_batch_rollback(t->batch);
    } else {
        r->status = (enum store_status)result;
    }
    turn_deinit(t);
}

/* Where a write puts what it reads. The two that every message takes answer with nothing that lies
 * there: theirs is the batch's, since a block that the writer allocates and the asking thread frees
 * costs both of them a lock. */
static struct arena *arena_of(struct kv_batch *batch, struct store_request *r)
{
    bool append = r->op == STORE_OP_APPEND && !container_of(r, struct store_append, base)->with;
    return append || r->op == STORE_OP_MARK ? &batch->scratch : &r->arena;
}

void embedded_write(struct kv_batch *batch, const struct store_info *info,
                    uint32_t append_events_max, struct store_request *r)
{
    must(store_op_writes(r->op));
    kv_batch_mark(batch);
    arena_reset(&batch->scratch);
    struct turn t = {.view = {.kv = batch->kv, .batch = batch},
                     .batch = batch,
                     .arena = arena_of(batch, r),
                     .info = info,
                     .append_events_max = append_events_max};
    turn_run(&t, r);
}

void embedded_read(struct kv *kv, const struct kv_snapshot *snapshot, const struct store_info *info,
                   struct store_request *r)
{
    must(!store_op_writes(r->op));
    struct turn t = {.view = {.kv = kv, .snapshot = snapshot}, .arena = &r->arena, .info = info};
    turn_run(&t, r);
}

static int write_info(struct turn *t, const struct store_info *info)
{
    struct row_key schema = key_meta("schema"), incarnation = key_meta("incarnation"),
                   secret = key_meta("secret");
    turn_put_ids(t, &schema, (uint64_t[]){info->schema}, 1);
    turn_put_ids(t, &incarnation, &info->incarnation, 1);
    turn_put(t, &secret, str_n(info->secret, sizeof(info->secret)));
    return kv_commit(t->batch);
}

static int read_info(struct turn *t, struct store_info *info)
{
    struct row_key schema = key_meta("schema"), incarnation = key_meta("incarnation"),
                   secret = key_meta("secret");
    struct str bytes;
    uint64_t n = 0;
    *info = (struct store_info){0};
    int err = turn_get_ids(t, &schema, &n, 1);
    if (err)
        return err;
    info->schema = (uint32_t)MIN(n, (uint64_t)UINT32_MAX);
    if (info->schema > SCHEMA)
        return EMBEDDED_NEWER_SCHEMA;
    err = turn_get_ids(t, &incarnation, &info->incarnation, 1);
    if (!err)
        err = turn_get(t, &secret, &bytes);
    if (err == KV_ABSENT || (!err && (bytes.n != sizeof(info->secret) || !n)))
        return turn_bad_row(&secret);
    if (!err)
        memcpy(info->secret, bytes.p, bytes.n);
    return err;
}

int embedded_renew(struct kv *kv, uint64_t incarnation)
{
    struct arena arena = {0};
    struct kv_batch batch = {.kv = kv};
    struct turn t = {.view = {.kv = kv}, .batch = &batch, .arena = &arena};
    struct row_key k = key_meta("incarnation");
    turn_put_ids(&t, &k, &incarnation, 1);
    int err = kv_commit(&batch);
    turn_deinit(&t);
    kv_batch_deinit(&batch);
    arena_deinit(&arena);
    return err;
}

int embedded_look(struct kv *kv, struct store_info *info)
{
    struct arena arena = {0};
    struct turn t = {.view = {.kv = kv}, .arena = &arena};
    int err = read_info(&t, info);
    turn_deinit(&t);
    arena_deinit(&arena);
    return err;
}

static int make(struct kv *kv, const struct store_info *info)
{
    struct arena arena = {0};
    struct kv_batch batch = {.kv = kv};
    struct turn t = {.view = {.kv = kv}, .batch = &batch, .arena = &arena};
    int err = write_info(&t, info);
    turn_deinit(&t);
    kv_batch_deinit(&batch);
    arena_deinit(&arena);
    return err;
}

int embedded_open(struct kv *kv, struct store_info *info, uint64_t incarnation,
                  const uint8_t secret[CRYPTO_SECRET_BYTES])
{
    int err = embedded_look(kv, info);
    if (err == KV_ABSENT) {
        *info = (struct store_info){.incarnation = incarnation, .schema = SCHEMA};
        memcpy(info->secret, secret, sizeof(info->secret));
        return make(kv, info);
    }
    if (err || info->schema == SCHEMA)
        return err;
    err = migrate_run(kv, info->schema);
    if (!err)
        info->schema = SCHEMA;
    return err;
}
