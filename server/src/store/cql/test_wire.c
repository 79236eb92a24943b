#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "store/cql/wire.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/numbers.h"

/* Bytes as a node would send them, put together by hand from the specification. */

static void put_number(struct builder *b, unsigned width, int64_t v)
{
    unsigned char bytes[8];
    be64_put(bytes, (uint64_t)v);
    builder_add(b, bytes + 8 - width, width);
}

static void put_text(struct builder *b, const char *s)
{
    put_number(b, 2, (int64_t)strlen(s));
    builder_add_str(b, str_of(s));
}

static void put_cell(struct builder *b, struct str s)
{
    put_number(b, 4, s.p ? (int64_t)s.n : -1);
    builder_add_str(b, s);
}

static int read_body(struct wire_answer *a, enum wire_opcode opcode, uint8_t flags,
                     const struct builder *b)
{
    struct wire_header h = {.flags = flags, .opcode = opcode, .body_n = (uint32_t)b->n};
    return wire_read_answer(a, &h, builder_str(b));
}

/* An answer with `rows` rows of (id bigint, body text, tags set<text>). */
static void put_rows(struct builder *b, int32_t rows, const char *page)
{
    put_number(b, 4, 2);
    put_number(b, 4, page ? 0x03 : 0x01);
    put_number(b, 4, 3);
    if (page)
        put_cell(b, str_of(page));
    put_text(b, "space");
    put_text(b, "table");
    put_text(b, "id");
    put_number(b, 2, 0x02);
    put_text(b, "body");
    put_number(b, 2, 0x0d);
    put_text(b, "tags");
    put_number(b, 2, 0x22);
    put_number(b, 2, 0x0d);
    put_number(b, 4, rows);
    for (int32_t i = 0; i < rows; i++) {
        put_number(b, 4, 8);
        put_number(b, 8, -i);
        put_cell(b, i % 2 ? (struct str){0} : STR("a body"));
        put_number(b, 4, 4 + 5 + 4);
        put_number(b, 4, 2);
        put_cell(b, STR("x"));
        put_cell(b, STR(""));
    }
}

/* Requests. */

static void assert_bytes(struct builder *b, const char *expected, size_t n)
{
    assert_int_equal(b->n, n);
    assert_memory_equal(builder_str(b).p, expected, n);
    builder_deinit(b);
}

#define assert_body(b, literal) assert_bytes(b, literal, sizeof(literal) - 1)

static void test_header(void **state)
{
    (void)state;
    uint8_t header[WIRE_HEADER_BYTES];
    wire_put_header(header, 0x0102, WIRE_OP_QUERY, 0x01020304);
    assert_memory_equal(header, "\x04\x00\x01\x02\x07\x01\x02\x03\x04", sizeof(header));
}

static void test_handshake_bodies(void **state)
{
    (void)state;
    struct builder b = {0};
    wire_put_startup(&b);
    assert_body(&b, "\0\x01\0\x0b"
                    "CQL_VERSION\0\x05"
                    "3.0.0");
    wire_put_password(&b, STR("me"), STR("pass"));
    assert_body(&b, "\0\0\0\x08\0me\0pass");
    wire_put_prepare(&b, STR("SELECT"));
    assert_body(&b, "\0\0\0\x06SELECT");
}

static void test_query_says_consistency_page_and_condition(void **state)
{
    (void)state;
    struct builder b = {0};
    struct wire_terms terms = {.consistency = CQL_QUORUM};
    wire_put_query(&b, STR("Q"), &terms);
    assert_body(&b, "\0\0\0\x01Q\0\x04\x10\0\x08");
    terms = (struct wire_terms){CQL_ONE, CQL_LOCAL_SERIAL, 100, STR("here")};
    wire_put_query(&b, STR("Q"), &terms);
    assert_body(&b, "\0\0\0\x01Q\0\x01\x1c\0\0\0\x64\0\0\0\x04here\0\x09");
}

static void test_values_of_every_kind(void **state)
{
    (void)state;
    struct builder b = {0}, values = {0};
    const struct cql_value all[] = {
        cql_bigint(-2), cql_int(3),          cql_smallint(-1),
        cql_tinyint(5), cql_boolean(true),   cql_null(),
        cql_unset(),    cql_bytes(STR("x")), cql_bytes((struct str){0}),
    };
    wire_put_values(&values, all, ARRAY_SIZE(all));
    wire_put_execute(&b, STR("id"), builder_str(&values),
                     &(struct wire_terms){.consistency = CQL_QUORUM});
    assert_body(&b, "\0\x02id\0\x04\x11\0\x09"
                    "\0\0\0\x08\xff\xff\xff\xff\xff\xff\xff\xfe"
                    "\0\0\0\x04\0\0\0\x03"
                    "\0\0\0\x02\xff\xff"
                    "\0\0\0\x01\x05"
                    "\0\0\0\x01\x01"
                    "\xff\xff\xff\xff"
                    "\xff\xff\xff\xfe"
                    "\0\0\0\x01x"
                    "\0\0\0\0"
                    "\0\x08");
    builder_deinit(&values);
}

static void test_batch(void **state)
{
    (void)state;
    struct builder b = {0}, values = {0};
    wire_put_values(&values, (struct cql_value[]){cql_tinyint(7)}, 1);
    wire_put_batch_begin(&b, 2);
    wire_put_batch_statement(&b, STR("a"), builder_str(&values));
    wire_put_batch_statement(&b, STR("b"), builder_str(&values));
    wire_put_batch_end(&b, &(struct wire_terms){CQL_QUORUM, CQL_SERIAL, 5, STR("no page")});
    assert_body(&b, "\0\0\x02"
                    "\x01\0\x01"
                    "a\0\x01\0\0\0\x01\x07"
                    "\x01\0\x01"
                    "b\0\x01\0\0\0\x01\x07"
                    "\0\x04\x10\0\x08");
    builder_deinit(&values);
}

static void test_key_of_one_and_of_several_columns(void **state)
{
    (void)state;
    struct builder key = {0}, values = {0};
    wire_put_values(
        &values, (struct cql_value[]){cql_bytes(STR("body")), cql_tinyint(7), cql_smallint(9)}, 3);
    struct cql_keys keys = {1, {2}};
    assert_true(wire_put_key(&key, &keys, builder_str(&values)));
    assert_body(&key, "\0\x09");
    keys = (struct cql_keys){2, {2, 1}};
    assert_true(wire_put_key(&key, &keys, builder_str(&values)));
    assert_body(&key, "\0\x02\0\x09\0\0\x01\x07\0");
    builder_deinit(&values);
}

static void test_no_key_without_its_values(void **state)
{
    (void)state;
    struct builder key = {0}, values = {0};
    wire_put_values(&values, (struct cql_value[]){cql_null(), cql_unset()}, 2);
    assert_false(wire_put_key(&key, &(struct cql_keys){0}, builder_str(&values)));
    assert_false(wire_put_key(&key, &(struct cql_keys){1, {0}}, builder_str(&values)));
    assert_false(wire_put_key(&key, &(struct cql_keys){1, {1}}, builder_str(&values)));
    assert_false(wire_put_key(&key, &(struct cql_keys){1, {2}}, builder_str(&values)));
    builder_deinit(&values);
}

/* Answers. */

static void test_header_of_another_version_or_beyond_the_limit_is_bad(void **state)
{
    (void)state;
    struct wire_header h;
    assert_int_equal(wire_read_header(&h, (const unsigned char *)"\x84\0\xff\xff\x0c\0\0\0\x02"),
                     0);
    assert_int_equal(h.stream, -1);
    assert_int_equal(h.body_n, 2);
    unsigned char in[WIRE_HEADER_BYTES] = {0x84, 0, 0, 1, WIRE_OP_READY, 0, 0x80, 0, 0};
    assert_int_equal(wire_read_header(&h, in), 0);
    in[8] = 1;
    assert_int_equal(wire_read_header(&h, in), WIRE_BAD);
    in[8] = 0;
    in[0] = 0x85;
    assert_int_equal(wire_read_header(&h, in), WIRE_BAD);
    in[0] = 0x84;
    in[1] = 0x01;
    assert_int_equal(wire_read_header(&h, in), WIRE_BAD);
}

static void test_rows(void **state)
{
    (void)state;
    struct builder b = {0};
    struct wire_answer a;
    put_rows(&b, 2, "next");
    assert_int_equal(read_body(&a, WIRE_OP_RESULT, 0, &b), 0);
    assert_int_equal(a.kind, WIRE_ROWS);
    assert_int_equal(a.rows.n, 2);
    assert_true(str_eq(a.rows.next_page, STR("next")));
    assert_int_equal(cql_rows_column(&a.rows, "body"), 1);
    assert_int_equal(cql_rows_column(&a.rows, "bod"), -1);

    int64_t id;
    assert_true(cql_rows_next(&a.rows));
    assert_true(cql_cell_integer(a.rows.cells[0], &id));
    assert_int_equal(id, 0);
    assert_true(str_eq(a.rows.cells[1], STR("a body")));
    struct cql_list tags = cql_list_of(a.rows.cells[2]);
    struct str tag;
    assert_true(cql_list_next(&tags, &tag));
    assert_true(str_eq(tag, STR("x")));
    assert_true(cql_list_next(&tags, &tag));
    assert_int_equal(tag.n, 0);
    assert_false(cql_list_next(&tags, &tag));

    assert_true(cql_rows_next(&a.rows));
    assert_true(cql_cell_integer(a.rows.cells[0], &id));
    assert_int_equal(id, -1);
    assert_null(a.rows.cells[1].p);
    assert_false(cql_rows_next(&a.rows));
    builder_deinit(&b);
}

static void test_no_more_pages(void **state)
{
    (void)state;
    struct builder b = {0};
    struct wire_answer a;
    put_rows(&b, 0, NULL);
    assert_int_equal(read_body(&a, WIRE_OP_RESULT, 0, &b), 0);
    assert_null(a.rows.next_page.p);
    assert_false(cql_rows_next(&a.rows));
    builder_deinit(&b);
}

/* Each length that is cut short, and none reads beyond (the sanitizers watch a copy of that size).
 */
static void test_cut_short_anywhere_is_bad(void **state)
{
    (void)state;
    struct builder b = {0};
    struct wire_answer a;
    put_rows(&b, 3, "next");
    for (size_t n = 0; n < b.n; n++) {
        unsigned char *copy = mem_copy(builder_str(&b).p, n);
        struct wire_header h = {.opcode = WIRE_OP_RESULT, .body_n = (uint32_t)n};
        assert_int_equal(wire_read_answer(&a, &h, str_n(copy, n)), WIRE_BAD);
        free(copy);
    }
    builder_deinit(&b);
}

static void test_too_many_columns_or_rows_without_any_are_bad(void **state)
{
    (void)state;
    struct builder b = {0};
    struct wire_answer a;
    put_number(&b, 4, 2);
    put_number(&b, 4, 0x04);
    put_number(&b, 4, 0);
    put_number(&b, 4, INT32_MAX);
    assert_int_equal(read_body(&a, WIRE_OP_RESULT, 0, &b), WIRE_BAD);
    builder_reset(&b);
    put_number(&b, 4, 2);
    put_number(&b, 4, 0x01);
    put_number(&b, 4, CQL_COLUMNS_MAX + 1);
    for (int i = 0; i < 2 + CQL_COLUMNS_MAX + 1; i++) {
        put_text(&b, "c");
        put_number(&b, 2, 0x0d);
    }
    put_number(&b, 4, 0);
    assert_int_equal(read_body(&a, WIRE_OP_RESULT, 0, &b), WIRE_BAD);
    builder_deinit(&b);
}

static void test_type_deeper_than_any_is_bad(void **state)
{
    (void)state;
    for (unsigned depth = 1; depth <= CQL_TYPE_DEPTH_MAX + 1; depth++) {
        struct builder b = {0};
        struct wire_answer a;
        put_number(&b, 4, 2);
        put_number(&b, 4, 0x01);
        put_number(&b, 4, 1);
        put_text(&b, "space");
        put_text(&b, "table");
        put_text(&b, "deep");
        for (unsigned i = 0; i < depth; i++)
            put_number(&b, 2, 0x20);
        put_number(&b, 2, 0x09);
        put_number(&b, 4, 0);
        assert_int_equal(read_body(&a, WIRE_OP_RESULT, 0, &b),
                         depth <= CQL_TYPE_DEPTH_MAX ? 0 : WIRE_BAD);
        builder_deinit(&b);
    }
}

static void test_prepared_tells_where_the_key_is(void **state)
{
    (void)state;
    struct builder b = {0};
    struct wire_answer a;
    put_number(&b, 4, 4);
    put_text(&b, "sixteen");
    put_number(&b, 4, 0x01);
    put_number(&b, 4, 3);
    put_number(&b, 4, 2);
    put_number(&b, 2, 2);
    put_number(&b, 2, 0);
    put_text(&b, "space");
    put_text(&b, "table");
    for (int i = 0; i < 3; i++) {
        put_text(&b, "c");
        put_number(&b, 2, 0x09);
    }
    assert_int_equal(read_body(&a, WIRE_OP_RESULT, 0, &b), 0);
    assert_int_equal(a.kind, WIRE_PREPARED);
    assert_true(str_eq(a.id, STR("sixteen")));
    assert_int_equal(a.keys.n, 2);
    assert_int_equal(a.keys.at[0], 2);
    assert_int_equal(a.keys.at[1], 0);
    builder_deinit(&b);
}

static void test_error_with_a_long_message_is_cut(void **state)
{
    (void)state;
    struct builder b = {0};
    struct wire_answer a;
    char text[2 * WIRE_MESSAGE_MAX];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = 0;
    put_number(&b, 4, WIRE_ERROR_WRITE_TIMEOUT);
    put_text(&b, text);
    assert_int_equal(read_body(&a, WIRE_OP_ERROR, 0, &b), 0);
    assert_int_equal(a.kind, WIRE_ERROR);
    assert_int_equal(a.error, WIRE_ERROR_WRITE_TIMEOUT);
    assert_int_equal(a.message.n, WIRE_MESSAGE_MAX);
    builder_deinit(&b);
}

static void test_unprepared_names_the_statement(void **state)
{
    (void)state;
    struct builder b = {0};
    struct wire_answer a;
    put_number(&b, 4, WIRE_ERROR_UNPREPARED);
    put_text(&b, "never heard of it");
    put_text(&b, "sixteen");
    assert_int_equal(read_body(&a, WIRE_OP_ERROR, 0, &b), 0);
    assert_true(str_eq(a.id, STR("sixteen")));
    builder_deinit(&b);
}

/* Tracing, warnings and a payload stand before any answer. */
static void test_what_stands_before_an_answer(void **state)
{
    (void)state;
    struct builder b = {0};
    struct wire_answer a;
    builder_add(&b, "0123456789abcdef", 16);
    put_number(&b, 2, 2);
    put_text(&b, "walked many tombstones");
    put_text(&b, "another");
    put_number(&b, 2, 1);
    put_text(&b, "payload");
    put_cell(&b, STR("bytes"));
    put_number(&b, 4, 1);
    assert_int_equal(read_body(&a, WIRE_OP_RESULT, 0x02 | 0x04 | 0x08, &b), 0);
    assert_int_equal(a.kind, WIRE_DONE);
    assert_true(str_eq(a.warning, STR("walked many tombstones")));
    builder_deinit(&b);
}

static void test_unknown_answers_are_bad(void **state)
{
    (void)state;
    struct builder b = {0};
    struct wire_answer a;
    assert_int_equal(read_body(&a, WIRE_OP_READY, 0, &b), 0);
    assert_int_equal(read_body(&a, WIRE_OP_QUERY, 0, &b), WIRE_BAD);
    put_number(&b, 4, 6);
    assert_int_equal(read_body(&a, WIRE_OP_RESULT, 0, &b), WIRE_BAD);
    builder_deinit(&b);
}

static void test_cells_of_the_wrong_size_are_no_integers(void **state)
{
    (void)state;
    int64_t v = 77;
    assert_false(cql_cell_integer((struct str){0}, &v));
    assert_false(cql_cell_integer(STR("abc"), &v));
    assert_int_equal(v, 77);
    assert_true(cql_cell_integer(STR("\xff\xfe"), &v));
    assert_int_equal(v, -2);
    assert_true(cql_cell_boolean(STR("\x01")));
    assert_false(cql_cell_boolean((struct str){0}));
    struct str element;
    struct cql_list torn = cql_list_of(STR("\0\0\0\x02\0\0\0\x09x"));
    assert_false(cql_list_next(&torn, &element));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_handshake_bodies),
        cmocka_unit_test(test_query_says_consistency_page_and_condition),
        cmocka_unit_test(test_values_of_every_kind),
        cmocka_unit_test(test_batch),
        cmocka_unit_test(test_key_of_one_and_of_several_columns),
        cmocka_unit_test(test_no_key_without_its_values),
        cmocka_unit_test(test_header_of_another_version_or_beyond_the_limit_is_bad),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_no_more_pages),
        cmocka_unit_test(test_cut_short_anywhere_is_bad),
        cmocka_unit_test(test_too_many_columns_or_rows_without_any_are_bad),
        cmocka_unit_test(test_type_deeper_than_any_is_bad),
        cmocka_unit_test(test_prepared_tells_where_the_key_is),
        cmocka_unit_test(test_error_with_a_long_message_is_cut),
        cmocka_unit_test(test_unprepared_names_the_statement),
        cmocka_unit_test(test_what_stands_before_an_answer),
        cmocka_unit_test(test_unknown_answers_are_bad),
        cmocka_unit_test(test_cells_of_the_wrong_size_are_no_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
