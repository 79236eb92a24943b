/* The way from an operation's function to the backend: the request says what it is, so a backend
 * has one entrance for all. */
#include "store/store.h"

#include <assert.h>

#include "store/backup.h"
#include "store/directory.h"
#include "store/log.h"
#include "store/ops.h"
#include "util/macros.h"

static const char *const op_names[] = {
    [STORE_OP_APPEND] = "append",
    [STORE_OP_MARK] = "mark",
    [STORE_OP_USER_CREATE] = "user_create",
    [STORE_OP_USER_SET] = "user_set",
    [STORE_OP_USER_DELETE] = "user_delete",
    [STORE_OP_LEAVE] = "leave",
    [STORE_OP_DEVICE_PUT] = "device_put",
    [STORE_OP_DEVICE_SEEN] = "device_seen",
    [STORE_OP_DEVICE_END] = "device_end",
    [STORE_OP_REPORT_PUT] = "report_put",
    [STORE_OP_REPORT_RESOLVE] = "report_resolve",
    [STORE_OP_REPORTS] = "reports",
    [STORE_OP_CODE_PUT] = "code_put",
    [STORE_OP_CODE_END] = "code_end",
    [STORE_OP_DIRECT_CLAIM] = "direct_claim",
    [STORE_OP_GROUP_CLAIM] = "group_claim",
    [STORE_OP_RESERVE] = "reserve",
    [STORE_OP_BOARD_PUT] = "board_put",
    [STORE_OP_BOARD] = "board",
    [STORE_OP_EXPIRE] = "expire",
    [STORE_OP_RETAIN] = "retain",
    [STORE_OP_LOAD] = "load",
    [STORE_OP_MEMBER] = "member",
    [STORE_OP_EVENTS] = "events",
    [STORE_OP_KEY] = "key",
    [STORE_OP_INBOX_LIST] = "inbox_list",
    [STORE_OP_INBOX_CHANGES] = "inbox_changes",
    [STORE_OP_REACHED] = "reached",
    [STORE_OP_RETENTION_DUE] = "retention_due",
    [STORE_OP_PINS] = "pins",
    [STORE_OP_MENTIONS] = "mentions",
    [STORE_OP_DRAFTS] = "drafts",
    [STORE_OP_BLOCKS] = "blocks",
    [STORE_OP_CONTACTS] = "contacts",
    [STORE_OP_USERS] = "users",
    [STORE_OP_USER_FIND] = "user_find",
    [STORE_OP_USER_SEARCH] = "user_search",
    [STORE_OP_DEVICES] = "devices",
    [STORE_OP_TOKEN_FIND] = "token_find",
    [STORE_OP_CODES] = "codes",
    [STORE_OP_BACKUP] = "backup",
};
static_assert(ARRAY_SIZE(op_names) == STORE_OPS, "each operation has a name");

const char *store_op_name(uint32_t op)
{
    return op < STORE_OPS ? op_names[op] : NULL;
}

static void run_done(struct task *task)
{
    struct store_request *r = container_of(task, struct store_request, task);
    r->done(r);
}

static void submit(struct store *s, struct store_request *r, enum store_op op)
{
    must(r->done);
    r->op = op;
    r->task.run = run_done;
    list_init(&r->task.node);
    list_init(&r->link);
    s->ops->submit(s, r);
}

void store_request_deinit(struct store_request *r)
{
    arena_deinit(&r->arena);
}

void store_free(struct store *s)
{
    if (s)
        s->ops->free(s);
}

const struct store_info *store_info(const struct store *s)
{
    return s->ops->info(s);
}

void store_append(struct store *s, struct store_append *r)
{
    submit(s, &r->base, STORE_OP_APPEND);
}

void store_mark(struct store *s, struct store_mark *r)
{
    submit(s, &r->base, STORE_OP_MARK);
}

void store_user_create(struct store *s, struct store_user_create *r)
{
    submit(s, &r->base, STORE_OP_USER_CREATE);
}

void store_user_set(struct store *s, struct store_user_set *r)
{
    submit(s, &r->base, STORE_OP_USER_SET);
}

void store_user_delete(struct store *s, struct store_user_delete *r)
{
    submit(s, &r->base, STORE_OP_USER_DELETE);
}

void store_leave(struct store *s, struct store_leave *r)
{
    submit(s, &r->base, STORE_OP_LEAVE);
}

void store_device_put(struct store *s, struct store_device_put *r)
{
    submit(s, &r->base, STORE_OP_DEVICE_PUT);
}

void store_device_seen(struct store *s, struct store_device_seen *r)
{
    submit(s, &r->base, STORE_OP_DEVICE_SEEN);
}

void store_device_end(struct store *s, struct store_device_end *r)
{
    submit(s, &r->base, STORE_OP_DEVICE_END);
}

void store_code_put(struct store *s, struct store_code_put *r)
{
    submit(s, &r->base, STORE_OP_CODE_PUT);
}

void store_code_end(struct store *s, struct store_code_end *r)
{
    submit(s, &r->base, STORE_OP_CODE_END);
}

void store_direct_claim(struct store *s, struct store_direct_claim *r)
{
    submit(s, &r->base, STORE_OP_DIRECT_CLAIM);
}

void store_group_claim(struct store *s, struct store_group_claim *r)
{
    submit(s, &r->base, STORE_OP_GROUP_CLAIM);
}

void store_reserve(struct store *s, struct store_reserve *r)
{
    submit(s, &r->base, STORE_OP_RESERVE);
}

void store_board_put(struct store *s, struct store_board_put *r)
{
    submit(s, &r->base, STORE_OP_BOARD_PUT);
}

void store_board(struct store *s, struct store_board *r)
{
    submit(s, &r->base, STORE_OP_BOARD);
}

void store_expire(struct store *s, struct store_expire *r)
{
    submit(s, &r->base, STORE_OP_EXPIRE);
}

void store_retain(struct store *s, struct store_retain *r)
{
    submit(s, &r->base, STORE_OP_RETAIN);
}

void store_retention_due(struct store *s, struct store_retention_due *r)
{
    submit(s, &r->base, STORE_OP_RETENTION_DUE);
}

void store_load(struct store *s, struct store_load *r)
{
    submit(s, &r->base, STORE_OP_LOAD);
}

void store_member(struct store *s, struct store_member *r)
{
    submit(s, &r->base, STORE_OP_MEMBER);
}

void store_events(struct store *s, struct store_events *r)
{
    submit(s, &r->base, STORE_OP_EVENTS);
}

void store_key(struct store *s, struct store_key *r)
{
    submit(s, &r->base, STORE_OP_KEY);
}

void store_inbox_list(struct store *s, struct store_inbox_list *r)
{
    submit(s, &r->base, STORE_OP_INBOX_LIST);
}

void store_inbox_changes(struct store *s, struct store_inbox_changes *r)
{
    submit(s, &r->base, STORE_OP_INBOX_CHANGES);
}

void store_reached(struct store *s, struct store_reached *r)
{
    submit(s, &r->base, STORE_OP_REACHED);
}

void store_pins(struct store *s, struct store_pins *r)
{
    submit(s, &r->base, STORE_OP_PINS);
}

void store_mentions(struct store *s, struct store_mentions *r)
{
    submit(s, &r->base, STORE_OP_MENTIONS);
}

void store_drafts(struct store *s, struct store_drafts *r)
{
    submit(s, &r->base, STORE_OP_DRAFTS);
}

void store_blocks(struct store *s, struct store_blocks *r)
{
    submit(s, &r->base, STORE_OP_BLOCKS);
}

void store_contacts(struct store *s, struct store_contacts *r)
{
    submit(s, &r->base, STORE_OP_CONTACTS);
}

void store_users(struct store *s, struct store_users *r)
{
    submit(s, &r->base, STORE_OP_USERS);
}

void store_user_find(struct store *s, struct store_user_find *r)
{
    submit(s, &r->base, STORE_OP_USER_FIND);
}

void store_user_search(struct store *s, struct store_user_search *r)
{
    submit(s, &r->base, STORE_OP_USER_SEARCH);
}

void store_devices(struct store *s, struct store_devices *r)
{
    submit(s, &r->base, STORE_OP_DEVICES);
}

void store_token_find(struct store *s, struct store_token_find *r)
{
    submit(s, &r->base, STORE_OP_TOKEN_FIND);
}

void store_codes(struct store *s, struct store_codes *r)
{
    submit(s, &r->base, STORE_OP_CODES);
}

void store_report_put(struct store *s, struct store_report_put *r)
{
    submit(s, &r->base, STORE_OP_REPORT_PUT);
}

void store_report_resolve(struct store *s, struct store_report_resolve *r)
{
    submit(s, &r->base, STORE_OP_REPORT_RESOLVE);
}

void store_reports(struct store *s, struct store_reports *r)
{
    submit(s, &r->base, STORE_OP_REPORTS);
}

void store_backup(struct store *s, struct store_backup *r)
{
    submit(s, &r->base, STORE_OP_BACKUP);
}
