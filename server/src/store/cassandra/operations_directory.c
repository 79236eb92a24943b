/* Operations on accounts, names, devices and claims. See operations.h. */
#include "store/cassandra/operations.h"

#include <errno.h>

#include "util/macros.h"

int operation_run_directory(struct strand *s, struct store_request *r)
{
    void *whole = r; /* the struct that the request is the base of: its first member */
    switch (r->op) {
    case STORE_OP_USER_CREATE:
        return cassandra_user_create(s, whole);
    case STORE_OP_USER_SET:
        return cassandra_user_set(s, whole);
    case STORE_OP_USER_DELETE:
        return cassandra_user_delete(s, whole);
    case STORE_OP_LEAVE:
        return cassandra_leave(s, whole);
    case STORE_OP_DEVICE_PUT:
        return cassandra_device_put(s, whole);
    case STORE_OP_DEVICE_SEEN:
        return cassandra_device_seen(s, whole);
    case STORE_OP_DEVICE_END:
        return cassandra_device_end(s, whole);
    case STORE_OP_CODE_PUT:
        return cassandra_code_put(s, whole);
    case STORE_OP_CODE_END:
        return cassandra_code_end(s, whole);
    case STORE_OP_REPORT_PUT:
        return cassandra_report_put(s, whole);
    case STORE_OP_REPORT_RESOLVE:
        return cassandra_report_resolve(s, whole);
    case STORE_OP_DIRECT_CLAIM:
        return cassandra_direct_claim(s, whole);
    case STORE_OP_GROUP_CLAIM:
        return cassandra_group_claim(s, whole);
    case STORE_OP_RESERVE:
        return cassandra_reserve(s, whole);
    case STORE_OP_BOARD_PUT:
        return cassandra_board_put(s, whole);
    case STORE_OP_BOARD:
        return cassandra_board(s, whole);
    case STORE_OP_USERS:
        return cassandra_users(s, whole);
    case STORE_OP_USER_FIND:
        return cassandra_user_find(s, whole);
    case STORE_OP_USER_SEARCH:
        return cassandra_user_search(s, whole);
    case STORE_OP_DEVICES:
        return cassandra_devices(s, whole);
    case STORE_OP_TOKEN_FIND:
        return cassandra_token_find(s, whole);
    case STORE_OP_CODES:
        return cassandra_codes(s, whole);
    case STORE_OP_REPORTS:
        return cassandra_reports(s, whole);
    default:
        must(!"an operation of the directory");
        return -EINVAL;
    }
}
