/*
 * An answer is walked once when it comes, cell by cell, so that a torn or hostile one is refused as
 * a whole before anybody has acted on half of it; and a second time by whoever wanted the rows.
 * Refused: asking the node to leave the columns out (skip_metadata). It saves some fifty bytes an
 * answer, and is wrong while a table gets a column (CASSANDRA-10786) and for conditional
 * statements, whose answer has other columns when it was not applied.
 */
#include "store/cql/rows.h"

#include "util/macros.h"
#include "util/numbers.h"

enum {
    FLAG_GLOBAL_TABLE = 0x01,
    FLAG_MORE_PAGES = 0x02,
    FLAG_NO_COLUMNS = 0x04,
};

/* Reads over a type; its number. What it is made of does not matter here. */
static uint16_t read_type(struct reader *r, unsigned depth)
{
    uint16_t type = reader_short(r);
    if (depth > CQL_TYPE_DEPTH_MAX) {
        r->bad = true;
        return type;
    }
    switch (type) {
    case CQL_TYPE_CUSTOM:
        reader_string(r);
        break;
    case CQL_TYPE_MAP:
        read_type(r, depth + 1);
        read_type(r, depth + 1);
        break;
    case CQL_TYPE_LIST:
    case CQL_TYPE_SET:
        read_type(r, depth + 1);
        break;
    case CQL_TYPE_UDT:
        reader_string(r);
        reader_string(r);
        for (uint16_t n = reader_short(r); n && !r->bad; n--) {
            reader_string(r);
            read_type(r, depth + 1);
        }
        break;
    case CQL_TYPE_TUPLE:
        for (uint16_t n = reader_short(r); n && !r->bad; n--)
            read_type(r, depth + 1);
        break;
    default:
        break;
    }
    return type;
}

static void read_table(struct reader *r)
{
    reader_string(r);
    reader_string(r);
}

static void read_keys(struct cql_keys *keys, struct reader *r)
{
    int32_t n = reader_int(r);
    if (n < 0 || n > CQL_KEYS_MAX)
        r->bad = true;
    for (int32_t i = 0; i < n && !r->bad; i++)
        keys->at[i] = reader_short(r);
    keys->n = r->bad ? 0 : (uint32_t)n;
}

void cql_rows_read_columns(struct cql_rows *rows, struct reader *r, struct cql_keys *keys)
{
    int32_t flags = reader_int(r);
    int32_t n = reader_int(r);
    if (n < 0 || n > CQL_COLUMNS_MAX)
        r->bad = true;
    if (keys)
        read_keys(keys, r);
    rows->next_page = flags & FLAG_MORE_PAGES ? reader_bytes(r) : (struct str){0};
    rows->columns_n = r->bad ? 0 : (uint32_t)n;
    if (flags & FLAG_NO_COLUMNS) {
        /* Only what was asked for without columns comes so, and a statement that gives none. */
        r->bad |= n != 0;
        return;
    }
    if (flags & FLAG_GLOBAL_TABLE)
        read_table(r);
    for (uint32_t i = 0; i < rows->columns_n && !r->bad; i++) {
        if (!(flags & FLAG_GLOBAL_TABLE))
            read_table(r);
        rows->columns[i].name = reader_string(r);
        rows->columns[i].type = read_type(r, 0);
    }
}

void cql_rows_read(struct cql_rows *rows, struct reader *r)
{
    cql_rows_read_columns(rows, r, NULL);
    int32_t n = reader_int(r);
    /* Rows without columns would have no end that the bytes could show. */
    if (n < 0 || (n > 0 && rows->columns_n == 0))
        r->bad = true;
    rows->n = r->bad ? 0 : (uint32_t)n;
    rows->reader = *r;
    for (uint32_t i = 0; i < rows->n && !r->bad; i++) {
        for (uint32_t column = 0; column < rows->columns_n; column++)
            reader_bytes(r);
    }
}

bool cql_rows_next(struct cql_rows *rows)
{
    if (rows->n == 0)
        return false;
    rows->n--;
    for (uint32_t i = 0; i < rows->columns_n; i++)
        rows->cells[i] = reader_bytes(&rows->reader);
    must(!rows->reader.bad);
    return true;
}

int cql_rows_column(const struct cql_rows *rows, const char *name)
{
    for (uint32_t i = 0; i < rows->columns_n; i++) {
        if (str_eq(rows->columns[i].name, str_of(name)))
            return (int)i;
    }
    return -1;
}

bool cql_cell_integer(struct str cell, int64_t *v)
{
    switch (cell.n) {
    case 1:
        *v = (int8_t)cell.p[0];
        return true;
    case 2:
        *v = (int16_t)be16_get(cell.p);
        return true;
    case 4:
        *v = (int32_t)be32_get(cell.p);
        return true;
    case 8:
        *v = (int64_t)be64_get(cell.p);
        return true;
    default:
        return false;
    }
}

bool cql_cell_boolean(struct str cell)
{
    return cell.n == 1 && cell.p[0] != 0;
}

struct cql_list cql_list_of(struct str cell)
{
    struct cql_list list = {.reader.left = cell};
    int32_t n = cell.n ? reader_int(&list.reader) : 0;
    list.n = n < 0 || list.reader.bad ? 0 : (uint32_t)n;
    return list;
}

bool cql_list_next(struct cql_list *list, struct str *element)
{
    if (list->n == 0)
        return false;
    list->n--;
    *element = reader_bytes(&list->reader);
    return !list->reader.bad;
}
