/* The digest of an inbox: what changed is always among what may differ, and little else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "store/cassandra/inbox_token.h"
#include "util/crypto.h"

enum { ROWS = 5000, STATE = 3 };

/* A row's conversation is its number, and so is its state, but for what is changed. */
static void digest_of(struct digest *d, const uint64_t *changed, uint32_t n_changed)
{
    *d = (struct digest){0};
    for (uint64_t id = 1; id <= ROWS; id++) {
        uint64_t state[STATE] = {id, 2 * id, 7};
        for (uint32_t i = 0; i < n_changed; i++)
            state[1] += changed[i] == id;
        digest_add(d, id, state, STATE);
    }
}

static uint32_t count_differing(const struct digest_difference *difference)
{
    uint32_t n = 0;
    for (uint64_t id = 1; id <= ROWS; id++)
        n += digest_may_differ(difference, id);
    return n;
}

static void test_what_changed_may_differ_and_little_else(void **state)
{
    (void)state;
    struct digest before, now;
    digest_of(&before, NULL, 0);
    srand(1);
    for (int round = 0; round < 50; round++) {
        uint64_t changed[3];
        for (int i = 0; i < 3; i++)
            changed[i] = 1 + (uint64_t)rand() % ROWS;
        digest_of(&now, changed, 3);
        struct digest_difference difference = digest_compare(&before, &now);
        for (int i = 0; i < 3; i++)
            assert_true(digest_may_differ(&difference, changed[i]));
        /* three sixteenths, four times: 6 of 5,000 on the average */
        assert_in_range(count_differing(&difference), 1, 40);
    }
}

static void test_nothing_differs_where_nothing_changed(void **state)
{
    (void)state;
    struct digest before, now;
    digest_of(&before, NULL, 0);
    digest_of(&now, NULL, 0);
    struct digest_difference none = digest_compare(&before, &now);
    assert_int_equal(count_differing(&none), 0);
}

/* In whatever order the rows come: pages of a partition are added as they are read. */
static void test_the_order_of_rows_is_no_matter(void **state)
{
    (void)state;
    struct digest up = {0}, down = {0};
    for (uint64_t id = 1; id <= 100; id++)
        digest_add(&up, id, &id, 1);
    for (uint64_t id = 100; id >= 1; id--)
        digest_add(&down, id, &id, 1);
    assert_memory_equal(&up, &down, sizeof(up));
}

static void test_what_is_spoilt_differs_until_it_is_taken_anew(void **state)
{
    (void)state;
    struct digest now, spoilt;
    digest_of(&now, NULL, 0);
    spoilt = now;
    digest_spoil(&spoilt, 17);
    struct digest_difference difference = digest_compare(&spoilt, &now);
    assert_true(digest_may_differ(&difference, 17));
    assert_in_range(count_differing(&difference), 1, 5);
}

static void test_a_token_is_as_it_was(void **state)
{
    (void)state;
    struct inbox_token token = {.incarnation = UINT64_MAX - 1}, again;
    char text[STORE_TOKEN_BYTES_MAX];
    digest_of(&token.digest, NULL, 0);
    inbox_token_format(text, &token);
    assert_true(inbox_token_parse(str_of(text), &again));
    assert_memory_equal(&again, &token, sizeof(token));
    token.after = 4321;
    token.differed = (struct digest_difference){{1, 0xffff, 0x8000, 0}};
    inbox_token_format(text, &token);
    assert_true(inbox_token_parse(str_of(text), &again));
    assert_memory_equal(&again, &token, sizeof(token));
}

static void test_what_is_no_token_is_refused(void **state)
{
    (void)state;
    struct inbox_token token = {.incarnation = 5}, out;
    char text[STORE_TOKEN_BYTES_MAX];
    static const char *const bad[] = {"", "1.2", "A", "AAAA", "=", "\xff\xff"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(inbox_token_parse(str_of(bad[i]), &out));
    inbox_token_format(text, &token);
    struct str whole = str_of(text);
    for (size_t n = 0; n < whole.n; n++)
        assert_false(inbox_token_parse(str_n(whole.p, n), &out));
    /* of a page that others follow, after no conversation */
    static char page[545];
    for (size_t i = 0; i < sizeof(page) - 1; i++)
        page[i] = 'A';
    assert_false(inbox_token_parse(str_of(page), &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_changed_may_differ_and_little_else),
        cmocka_unit_test(test_nothing_differs_where_nothing_changed),
        cmocka_unit_test(test_the_order_of_rows_is_no_matter),
        cmocka_unit_test(test_what_is_spoilt_differs_until_it_is_taken_anew),
        cmocka_unit_test(test_a_token_is_as_it_was),
        cmocka_unit_test(test_what_is_no_token_is_refused),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests_name("store/inbox_token", tests, NULL, NULL);
}
