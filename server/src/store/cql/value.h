/*
 * What is bound to the `?` of a statement. Values are borrowed until the call that takes them
 * returns. A type is told by its constructor alone: the node refuses what does not fit its column.
 */
#ifndef PARLEY_STORE_CQL_VALUE_H
#define PARLEY_STORE_CQL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/str.h"

struct cql_value {
    enum cql_value_kind {
        CQL_VALUE_NULL,  /* writes a tombstone */
        CQL_VALUE_UNSET, /* leaves the column as it is */
        CQL_VALUE_BYTES,
        CQL_VALUE_INTEGER, /* big-endian, of so many bytes */
    } kind;
    uint8_t width;
    int64_t integer;
    struct str bytes;
};

static inline struct cql_value cql_null(void)
{
    return (struct cql_value){.kind = CQL_VALUE_NULL};
}

static inline struct cql_value cql_unset(void)
{
    return (struct cql_value){.kind = CQL_VALUE_UNSET};
}

/* text, ascii, blob; and any other type by its bytes (uuid, inet). Absent is empty, not null. */
static inline struct cql_value cql_bytes(struct str s)
{
    return (struct cql_value){.kind = CQL_VALUE_BYTES, .bytes = s};
}

static inline struct cql_value cql_tinyint(int8_t v)
{
    return (struct cql_value){.kind = CQL_VALUE_INTEGER, .width = 1, .integer = v};
}

static inline struct cql_value cql_smallint(int16_t v)
{
    return (struct cql_value){.kind = CQL_VALUE_INTEGER, .width = 2, .integer = v};
}

static inline struct cql_value cql_int(int32_t v)
{
    return (struct cql_value){.kind = CQL_VALUE_INTEGER, .width = 4, .integer = v};
}

/* bigint, and timestamp in milliseconds. */
static inline struct cql_value cql_bigint(int64_t v)
{
    return (struct cql_value){.kind = CQL_VALUE_INTEGER, .width = 8, .integer = v};
}

static inline struct cql_value cql_boolean(bool v)
{
    return cql_tinyint(v);
}

#endif
