/* Operations on lists, and on what goes by itself. See operations.h. */
#include "store/cassandra/operations.h"

#include <errno.h>

#include "util/macros.h"

int operation_run_inbox(struct strand *s, struct store_request *r)
{
    void *whole = r; /* the struct that the request is the base of: its first member */
    switch (r->op) {
    case STORE_OP_INBOX_LIST:
        return cassandra_inbox_list(s, whole);
    case STORE_OP_INBOX_CHANGES:
        return cassandra_inbox_changes(s, whole);
    case STORE_OP_MENTIONS:
        return cassandra_mentions(s, whole);
    case STORE_OP_DRAFTS:
        return cassandra_drafts(s, whole);
    case STORE_OP_BLOCKS:
        return cassandra_blocks(s, whole);
    case STORE_OP_CONTACTS:
        return cassandra_contacts(s, whole);
    case STORE_OP_EXPIRE:
        return cassandra_expire(s, whole);
    case STORE_OP_RETENTION_DUE:
        return cassandra_retention_due(s, whole);
    case STORE_OP_RETAIN:
        return cassandra_retain(s, whole);
    default:
        must(!"an operation of lists");
        return -EINVAL;
    }
}
