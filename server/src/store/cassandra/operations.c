/* See operations.h. */
#include "store/cassandra/operations.h"

#include <errno.h>
#include <stdio.h>

#include "store/backup.h"
#include "util/macros.h"

static int refuse_backup(struct store_backup *r)
{
    snprintf(r->why, sizeof(r->why),
             "a cluster's backups are made by Cassandra's own snapshots (nodetool snapshot)");
    return STORE_FAILED;
}

int operation_run(struct strand *s, struct store_request *r)
{
    switch ((enum store_op)r->op) {
    case STORE_OP_APPEND:
    case STORE_OP_MARK:
    case STORE_OP_LOAD:
    case STORE_OP_MEMBER:
    case STORE_OP_EVENTS:
    case STORE_OP_KEY:
    case STORE_OP_REACHED:
    case STORE_OP_PINS:
        return operation_run_log(s, r);
    case STORE_OP_USER_CREATE:
    case STORE_OP_USER_SET:
    case STORE_OP_USER_DELETE:
    case STORE_OP_LEAVE:
    case STORE_OP_DEVICE_PUT:
    case STORE_OP_DEVICE_SEEN:
    case STORE_OP_DEVICE_END:
    case STORE_OP_CODE_PUT:
    case STORE_OP_CODE_END:
    case STORE_OP_REPORT_PUT:
    case STORE_OP_REPORT_RESOLVE:
    case STORE_OP_DIRECT_CLAIM:
    case STORE_OP_GROUP_CLAIM:
    case STORE_OP_RESERVE:
    case STORE_OP_BOARD_PUT:
    case STORE_OP_BOARD:
    case STORE_OP_USERS:
    case STORE_OP_USER_FIND:
    case STORE_OP_USER_SEARCH:
    case STORE_OP_DEVICES:
    case STORE_OP_TOKEN_FIND:
    case STORE_OP_CODES:
    case STORE_OP_REPORTS:
        return operation_run_directory(s, r);
    case STORE_OP_EXPIRE:
    case STORE_OP_RETAIN:
    case STORE_OP_INBOX_LIST:
    case STORE_OP_INBOX_CHANGES:
    case STORE_OP_RETENTION_DUE:
    case STORE_OP_MENTIONS:
    case STORE_OP_DRAFTS:
    case STORE_OP_BLOCKS:
    case STORE_OP_CONTACTS:
        return operation_run_inbox(s, r);
    case STORE_OP_BACKUP:
        return refuse_backup((struct store_backup *)r);
    case STORE_OPS:
        break;
    }
    must(!"an operation");
    return -EINVAL;
}

int operation_run_log(struct strand *s, struct store_request *r)
{
    void *whole = r; /* the struct that the request is the base of: its first member */
    switch (r->op) {
    case STORE_OP_APPEND:
        return cassandra_append(s, whole);
    case STORE_OP_MARK:
        return cassandra_mark(s, whole);
    case STORE_OP_LOAD:
        return cassandra_load(s, whole);
    case STORE_OP_MEMBER:
        return cassandra_member(s, whole);
    case STORE_OP_EVENTS:
        return cassandra_events(s, whole);
    case STORE_OP_KEY:
        return cassandra_key(s, whole);
    case STORE_OP_REACHED:
        return cassandra_reached(s, whole);
    case STORE_OP_PINS:
        return cassandra_pins(s, whole);
    default:
        must(!"an operation of logs");
        return -EINVAL;
    }
}
