/* What a backend of struct store provides. Included by backends and by store.c only. */
#ifndef PARLEY_STORE_OPS_H
#define PARLEY_STORE_OPS_H

#include <stdbool.h>

#include "store/store.h"

/* store_request.op: which struct the request is embedded in. */
enum store_op {
    STORE_OP_APPEND,
    STORE_OP_MARK,
    STORE_OP_USER_CREATE,
    STORE_OP_USER_SET,
    STORE_OP_USER_DELETE,
    STORE_OP_LEAVE,
    STORE_OP_DEVICE_PUT,
    STORE_OP_DEVICE_SEEN,
    STORE_OP_DEVICE_END,
    STORE_OP_CODE_PUT,
    STORE_OP_CODE_END,
    STORE_OP_REPORT_PUT,
    STORE_OP_REPORT_RESOLVE,
    STORE_OP_DIRECT_CLAIM,
    STORE_OP_GROUP_CLAIM,
    STORE_OP_RESERVE,
    STORE_OP_BOARD_PUT,
    STORE_OP_EXPIRE,
    STORE_OP_RETAIN,
    STORE_OP_READS, /* from here on nothing is written */
    STORE_OP_LOAD = STORE_OP_READS,
    STORE_OP_MEMBER,
    STORE_OP_EVENTS,
    STORE_OP_KEY,
    STORE_OP_INBOX_LIST,
    STORE_OP_INBOX_CHANGES,
    STORE_OP_REACHED,
    STORE_OP_RETENTION_DUE,
    STORE_OP_PINS,
    STORE_OP_MENTIONS,
    STORE_OP_DRAFTS,
    STORE_OP_BLOCKS,
    STORE_OP_CONTACTS,
    STORE_OP_USERS,
    STORE_OP_USER_FIND,
    STORE_OP_USER_SEARCH,
    STORE_OP_DEVICES,
    STORE_OP_TOKEN_FIND,
    STORE_OP_CODES,
    STORE_OP_REPORTS,
    STORE_OP_BOARD,
    STORE_OP_BACKUP,
    STORE_OPS,
};

struct store_info;

struct store_ops {
    /* Starts request->op; later posts request->task, whose run is already set, to the completions'
     * poster, with the status set. */
    void (*submit)(struct store *, struct store_request *);
    const struct store_info *(*info)(const struct store *);
    void (*free)(struct store *);
};

static inline bool store_op_writes(int op)
{
    return op < STORE_OP_READS;
}

#endif
