#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdalign.h>

#include "util/arena.h"
#include "util/macros.h"

/* Every piece is zeroed, aligned, and keeps what was written while others are taken. */
static void test_pieces_do_not_touch(void **state)
{
    (void)state;
    enum { PIECES = 500 };
    unsigned char *pieces[PIECES];
    size_t sizes[PIECES];
    struct arena a = {0};
    for (unsigned i = 0; i < PIECES; i++) {
        sizes[i] = i % 50 == 49 ? 5000 + i : i * 7 % 300;
        pieces[i] = arena_alloc(&a, sizes[i]);
        assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        for (size_t j = 0; j < sizes[i]; j++)
            assert_int_equal(pieces[i][j], 0);
        memset(pieces[i], (int)(i % 255) + 1, sizes[i]);
    }
    for (unsigned i = 0; i < PIECES; i++) {
        for (size_t j = 0; j < sizes[i]; j++)
            assert_int_equal(pieces[i][j], i % 255 + 1);
    }
    arena_deinit(&a);
}

static void test_block_sizes(void **state)
{
    (void)state;
    struct arena a = {0};
    for (size_t size = 1900; size < 2200; size++)
        memset(arena_alloc(&a, size), 0xff, size);
    arena_deinit(&a);
}

static void test_str_is_a_copy(void **state)
{
    (void)state;
    struct arena a = {0};
    char source[] = {'a', 0, 'b'};
    struct str copy = arena_str(&a, str_n(source, 3));
    source[0] = 'X';
    assert_true(str_eq(copy, str_n("a\0b", 3)));
    assert_int_equal(copy.p[3], 0);
    copy = arena_str(&a, (struct str){NULL, 0});
    assert_int_equal(copy.n, 0);
    assert_int_equal(copy.p[0], 0);
    arena_deinit(&a);
}

static void test_used_again_after_deinit(void **state)
{
    (void)state;
    struct arena a = {0};
    arena_deinit(&a);
    for (unsigned i = 0; i < 3; i++) {
        assert_non_null(arena_alloc(&a, 0));
        assert_non_null(arena_alloc(&a, 10));
        arena_deinit(&a);
    }
}

static void test_reset_keeps_one_block_and_gives_zeroed_memory_again(void **state)
{
    (void)state;
    struct arena a = {0};
    arena_reset(&a);
    assert_null(a.blocks);
    for (int i = 0; i < 3; i++)
        memset(arena_alloc(&a, 1500), 0xee, 1500);
    const void *newest = a.blocks;
    arena_reset(&a);
    assert_ptr_equal(a.blocks, newest);
    const unsigned char *p = arena_alloc(&a, 1500);
    assert_ptr_equal(a.blocks, newest);
    for (int i = 0; i < 1500; i++)
        assert_int_equal(p[i], 0);
    arena_deinit(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_do_not_touch),
        cmocka_unit_test(test_block_sizes),
        cmocka_unit_test(test_str_is_a_copy),
        cmocka_unit_test(test_used_again_after_deinit),
        cmocka_unit_test(test_reset_keeps_one_block_and_gives_zeroed_memory_again),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
