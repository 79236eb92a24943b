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

/* A migration may be cut off anywhere, and is run again. */
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

/* How a table is written, as the comment in front of it says. */
enum written { NOWHERE, PLAIN, CONDITIONAL, BOTH };

static enum written written_as(struct str table)
{
    char create[100], comment[1000];
    int n = snprintf(create, sizeof(create), "CREATE TABLE IF NOT EXISTS %.*s (", (int)table.n,
                     table.p);
    assert_in_range(n, 1, sizeof(create) - 1);
    const char *at = strstr(schema_text, create), *from = at;
    if (!at)
        return NOWHERE;
    while (from > schema_text && memcmp(from - 2, "\n\n", 2) != 0)
        from--;
    assert_in_range(at - from, 1, sizeof(comment) - 1);
    memcpy(comment, from, (size_t)(at - from));
    comment[at - from] = 0;
    if (!strstr(comment, "Conditional"))
        return PLAIN;
    return strstr(comment, "Conditional, but") ? BOTH : CONDITIONAL;
}

/* What a copy writes, before any condition's time. */
static bool is_before_all(const char *text)
{
    static const char time[] = "USING TIMESTAMP 1";
    const char *at = strstr(text, time);
    return at && strchr(" ", at[sizeof(time) - 1]);
}

static void test_a_table_is_written_by_one_kind_of_statement(void **state)
{
    (void)state;
    for (int i = 0; i < STATEMENTS; i++) {
        const struct statement_row *row = &statement_rows[i];
        assert_non_null(row->text);
        assert_true(row->purpose && row->purpose[0]);
        enum written written = written_as(table_of(row->text));
        bool reads = row->how == READ || row->how == READ_SERIAL;
        if (written == NOWHERE)
            fail_msg("%s: there is no such table", row->text);
        if (reads != (strncmp(row->text, "SELECT ", 7) == 0))
            fail_msg("%s: sent as what it is not", row->text);
        if (row->how != CONDITION && strstr(row->text, " IF "))
            fail_msg("%s: a condition that is not sent as one", row->text);
        bool drop = i == S_LOG_DROP; /* what is gone for good */
        if (!drop && !is_before_all(row->text) &&
            ((row->how == CONDITION && written == PLAIN) ||
             (row->how == WRITE && written == CONDITIONAL)))
            fail_msg("%s: its table is written by others", row->text);
    }
}

static void test_each_statement_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < STATEMENTS; i++) {
        assert_non_null(statement_rows[i].name);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(statement_rows[i].name, statement_rows[k].name);
    }
    assert_string_equal(statement_rows[S_LOG_PUT_EVENT].name, "LOG_PUT_EVENT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_text_is_taken_apart),
        cmocka_unit_test(test_each_version_may_be_repeated),
        cmocka_unit_test(test_a_table_is_written_by_one_kind_of_statement),
        cmocka_unit_test(test_each_statement_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests_name("store/schema", tests, NULL, NULL);
}
