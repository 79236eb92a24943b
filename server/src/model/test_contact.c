/* The table of how two people stand to each other, cell by cell, and what must hold of all of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/contact.h"
#include "util/macros.h"

static const struct {
    enum event_type type;
    enum contact_state before, after;
} fits[] = {
    {EVENT_CONTACT_REQUEST, CONTACT_NONE, CONTACT_SENT},
    {EVENT_CONTACT_REQUEST, CONTACT_RECEIVED, CONTACT_STANDS},
    {EVENT_CONTACT_REQUEST, CONTACT_DECLINED, CONTACT_SENT},
    {EVENT_CONTACT_ACCEPT, CONTACT_RECEIVED, CONTACT_STANDS},
    {EVENT_CONTACT_DECLINE, CONTACT_RECEIVED, CONTACT_DECLINED},
    {EVENT_CONTACT_REMOVE, CONTACT_SENT, CONTACT_NONE},
    {EVENT_CONTACT_REMOVE, CONTACT_STANDS, CONTACT_NONE},
    {EVENT_CONTACT_REMOVE, CONTACT_DECLINED, CONTACT_NONE},
    {EVENT_CONTACT_REMOVE, CONTACT_RECEIVED, CONTACT_NONE},    /* by who leaves for good */
    {EVENT_CONTACT_REMOVE, CONTACT_TURNED_DOWN, CONTACT_NONE}, /* the same */
};

static enum contact_state expected(enum event_type type, enum contact_state before)
{
    for (size_t i = 0; i < ARRAY_SIZE(fits); i++)
        if (fits[i].type == type && fits[i].before == before)
            return fits[i].after;
    return CONTACT_STATES;
}

static void test_what_fits_and_nothing_else(void **state)
{
    (void)state;
    for (int type = EVENT_CONTACT_REQUEST; type <= EVENT_CONTACT_REMOVE; type++)
        for (int before = CONTACT_NONE; before < CONTACT_STATES; before++)
            assert_int_equal(contact_after(before, type), expected(type, before));
}

static void test_each_state_has_one_mirror(void **state)
{
    (void)state;
    for (int s = CONTACT_NONE; s < CONTACT_STATES; s++)
        assert_int_equal(contact_mirror(contact_mirror(s)), s);
    assert_int_equal(contact_mirror(CONTACT_SENT), CONTACT_RECEIVED);
    assert_int_equal(contact_mirror(CONTACT_STANDS), CONTACT_STANDS);
    assert_int_equal(contact_mirror(CONTACT_DECLINED), CONTACT_TURNED_DOWN);
}

/* From everywhere at least one of the two can go on: nobody is stuck for ever. */
static void test_there_is_always_a_way_on(void **state)
{
    (void)state;
    for (int s = CONTACT_NONE; s < CONTACT_STATES; s++) {
        int ways = 0;
        for (int type = EVENT_CONTACT_REQUEST; type <= EVENT_CONTACT_REMOVE; type++)
            ways += (contact_after(s, type) != CONTACT_STATES) +
                    (contact_after(contact_mirror(s), type) != CONTACT_STATES);
        assert_true(ways > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_fits_and_nothing_else),
        cmocka_unit_test(test_each_state_has_one_mirror),
        cmocka_unit_test(test_there_is_always_a_way_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
