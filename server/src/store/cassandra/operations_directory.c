/* Operations on accounts, names, devices and claims. See operations.h. */
#include "store/cassandra/operations.h"

#include <errno.h>

#include "util/macros.h"

int operation_run_directory(struct strand *s, struct store_request *r)
{
    void *whole = r; /* the struct that the request is the base of: its first member */
    (void)s, (void)whole;
    switch (r->op) {
    default:
        must(!"an operation of the directory");
        return -EINVAL;
    }
}
