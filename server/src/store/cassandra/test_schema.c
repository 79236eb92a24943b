/* The schema's text, and that it and the table of statements fit each other. */
#include "store/cassandra/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_a_text_is_taken_apart(void **state)
{
    (void)state;
    struct str text = STR("-- what it is; not a statement\n"
                          "-- version 1\n"
                          "\n"
                          "CREATE a ( -- one; two\n"
                          "    b);\n"
                          "-- another\n"
                          "CREATE c;\n"
                          "-- version 2\n"
                          "ALTER d;\n");
    struct str statement, rest = schema_section(text, 1);
    assert_true(schema_next(&rest, &statement));
    assert_true(str_eq(statement, STR("CREATE a ( -- one; two\n    b)")));
    assert_true(schema_next(&rest, &statement));
    assert_true(str_eq(statement, STR("CREATE c")));
    assert_false(schema_next(&rest, &statement));
    rest = schema_section(text, 2);
    assert_true(schema_next(&rest, &statement));
    assert_true(str_eq(statement, STR("ALTER d")));
    assert_false(schema_next(&rest, &statement));
    rest = schema_section(text, 3);
    assert_false(schema_next(&rest, &statement));
}

/* A migration may be cut off anywhere, and two may run at once. */
static void test_each_version_may_be_repeated(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= CASSANDRA_SCHEMA; version++) {
        struct str statement, rest = schema_section(str_of(schema_text), version);
        uint32_t n = 0;
        for (; schema_next(&rest, &statement); n++)
            assert_non_null(memmem(statement.p, statement.n, "IF NOT EXISTS", 13));
        assert_true(n > 0);
    }
    assert_int_equal(schema_section(str_of(schema_text), CASSANDRA_SCHEMA + 1).n, 0);
}

/* The word behind FROM, INTO or UPDATE. */
static struct str table_of(const char *text)
{
    static const char *const before[] = {" FROM ", "INSERT INTO ", "UPDATE "};
    for (int i = 0; i < 3; i++) {
        const char *at = strstr(text, before[i]);
        if (at) {
            at += strlen(before[i]);
            return str_n(at, strcspn(at, " "));
        }
    }
    return (struct str){0};
}

/* 'c' conditional, 'g' greatest, as the comment in front of the table says; 0: there is none. */
static char kind_of(struct str table)
{
    char create[100];
    int n = snprintf(create, sizeof(create), "CREATE TABLE IF NOT EXISTS %.*s (", (int)table.n,
                     table.p);
    assert_in_range(n, 1, sizeof(create) - 1);
    const char *at = strstr(schema_text, create);
    if (!at)
        return 0;
    const char *comment = at;
    while (comment > schema_text && !(comment[-1] == '\n' && comment[-2] == '\n'))
        comment--;
    const char *conditional = strstr(comment, "Conditional"),
               *greatest = strstr(comment, "Greatest");
    if (conditional && conditional < at)
        return 'c';
    return greatest && greatest < at ? 'g' : 0;
}

static void test_a_table_is_written_by_one_kind_of_statement(void **state)
{
    (void)state;
    for (int i = 0; i < STATEMENTS; i++) {
        const struct statement_row *row = &statement_rows[i];
        assert_non_null(row->text);
        assert_true(row->purpose && row->purpose[0]);
        struct str table = table_of(row->text);
        char kind = kind_of(table);
        if (!kind)
            fail_msg("%s: no such table, or what kind of one is not said", row->text);
        bool has_if = strstr(row->text, " IF ");
        if (has_if != (row->how == CONDITION))
            fail_msg("%s: sent as what it is not", row->text);
        bool drop = strstr(row->text, "DELETE FROM logs"); /* what is gone for good */
        if (!drop && ((row->how == CONDITION && kind != 'c') || (row->how == WRITE && kind != 'g')))
            fail_msg("%s: its table is written by others", row->text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_text_is_taken_apart),
        cmocka_unit_test(test_each_version_may_be_repeated),
        cmocka_unit_test(test_a_table_is_written_by_one_kind_of_statement),
    };
    return cmocka_run_group_tests_name("store/schema", tests, NULL, NULL);
}
