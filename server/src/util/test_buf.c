#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>

#include "util/buf.h"

static void test_copy(void **state)
{
    (void)state;
    char source[] = "hello";
    struct buf *b = buf_copy(source, 5);
    source[0] = 'X';
    assert_true(str_eq(buf_str(b), STR("hello")));
    buf_unref(b);
    b = buf_copy(NULL, 0);
    assert_int_equal(b->n, 0);
    buf_unref(b);
    buf_unref(NULL);
}

static void *share(void *p)
{
    for (unsigned i = 0; i < 10000; i++) {
        struct buf *b = buf_ref(p);
        if (b->data[i % b->n] != 'x')
            return p;
        buf_unref(b);
    }
    buf_unref(p);
    return NULL;
}

/* The last of the threads frees it; sanitizers see one that does so twice or never. */
static void test_threads_share(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    struct buf *b = buf_new(100);
    memset(b->data, 'x', 100);
    pthread_t threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, share, buf_ref(b)), 0);
    buf_unref(b);
    for (unsigned i = 0; i < THREADS; i++) {
        void *failed;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
}

static void test_builder_grows(void **state)
{
    (void)state;
    struct builder b = {0};
    assert_true(str_eq(builder_str(&b), STR("")));
    for (unsigned i = 0; i < 5000; i++) {
        unsigned char three[3] = {(unsigned char)i, (unsigned char)(i >> 8), 'a'};
        builder_add_byte(&b, 'b');
        builder_add(&b, three, i % 4);
        if (i % 4 > 2)
            assert_int_equal(builder_str(&b).p[builder_str(&b).n - 1], 'a');
    }
    assert_int_equal(b.n, 5000 + 5000 / 4 * 6);
    struct buf *out = builder_finish(&b);
    assert_int_equal(out->n, 12500);
    const unsigned char *p = out->data;
    for (unsigned i = 0; i < 5000; i++) {
        unsigned char three[3] = {(unsigned char)i, (unsigned char)(i >> 8), 'a'};
        assert_int_equal(*p++, 'b');
        assert_memory_equal(p, three, i % 4);
        p += i % 4;
    }
    buf_unref(out);
}

static void test_builder_is_empty_after_finish(void **state)
{
    (void)state;
    struct builder b = {0};
    builder_add_str(&b, STR("one"));
    struct buf *one = builder_finish(&b);
    assert_int_equal(b.n, 0);
    builder_add_str(&b, STR("two"));
    struct buf *two = builder_finish(&b);
    struct buf *none = builder_finish(&b);
    assert_int_equal(one->refs, 1);
    assert_true(str_eq(buf_str(one), STR("one")));
    assert_true(str_eq(buf_str(two), STR("two")));
    assert_non_null(none);
    assert_int_equal(none->n, 0);
    buf_unref(one);
    buf_unref(two);
    buf_unref(none);
}

static void test_builder_reserve(void **state)
{
    (void)state;
    struct builder b = {0};
    assert_non_null(builder_reserve(&b, 0));
    memset(builder_reserve(&b, 100000), 'r', 100000);
    builder_advance(&b, 99999);
    builder_add_byte(&b, '!');
    assert_int_equal(builder_str(&b).n, 100000);
    assert_int_equal(builder_str(&b).p[99998], 'r');
    builder_reset(&b);
    assert_int_equal(builder_str(&b).n, 0);
    builder_add_str(&b, (struct str){NULL, 0});
    builder_add_str(&b, STR("again"));
    assert_true(str_eq(builder_str(&b), STR("again")));
    builder_deinit(&b);
    builder_deinit(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_threads_share),
        cmocka_unit_test(test_builder_grows),
        cmocka_unit_test(test_builder_is_empty_after_finish),
        cmocka_unit_test(test_builder_reserve),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
