/* Any bytes as a node's answer: it is refused, or all that it holds can be read, each row and each
 * element of a list, without a look beyond the bytes that came. */
#include "store/cql/wire.h"

#include <stdlib.h>

#include "util/macros.h"
#include "util/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static volatile uint64_t sum;

/* Touches every byte. */
static void look(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        sum += (unsigned char)s.p[i];
}

static void look_at_row(struct cql_rows *rows)
{
    int64_t v;
    for (uint32_t i = 0; i < rows->columns_n; i++) {
        struct str element;
        look(rows->cells[i]);
        if (cql_cell_integer(rows->cells[i], &v))
            sum += (uint64_t)v;
        struct cql_list list = cql_list_of(rows->cells[i]);
        while (cql_list_next(&list, &element))
            look(element);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct wire_header header;
    struct wire_answer answer;
    if (n < WIRE_HEADER_BYTES || wire_read_header(&header, data) ||
        header.body_n > n - WIRE_HEADER_BYTES)
        return 0;
    /* A copy of its own size, so that one byte too far is seen. */
    char *body = mem_copy(data + WIRE_HEADER_BYTES, header.body_n);
    if (wire_read_answer(&answer, &header, str_n(body, header.body_n)) == 0) {
        look(answer.warning);
        look(answer.message);
        look(answer.id);
        must(answer.message.n <= WIRE_MESSAGE_MAX && answer.id.n <= WIRE_ID_MAX);
        must(answer.keys.n <= CQL_KEYS_MAX && answer.rows.columns_n <= CQL_COLUMNS_MAX);
        for (uint32_t i = 0; i < answer.rows.columns_n; i++)
            look(answer.rows.columns[i].name);
        uint32_t rows = answer.rows.n, seen = 0;
        while (answer.kind == WIRE_ROWS && cql_rows_next(&answer.rows)) {
            look_at_row(&answer.rows);
            seen++;
        }
        must(answer.kind != WIRE_ROWS || seen == rows);
    }
    free(body);
    return 0;
}
