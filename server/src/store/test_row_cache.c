/* A batch with a cache sees what one without would, whatever is put, deleted, rolled back and
 * committed, also where the cache is too small to know much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/kv.h"
#include "store/kv_memory.h"
#include "store/row_cache.h"
#include "util/macros.h"

enum { KEYS = 24, STEPS = 20000, SMALL_BYTES = 1200 };

struct chance {
    uint64_t state;
};

static uint32_t below(struct chance *c, uint32_t n)
{
    c->state = c->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(c->state >> 33) % n;
}

static struct str key_at(char text[16], uint32_t i)
{
    return str_n(text, (size_t)snprintf(text, 16, "key %u", i));
}

static void same_reads(struct kv_batch *b, struct chance *c, struct arena *arena)
{
    char text[16];
    struct str key = key_at(text, below(c, KEYS)), with = {0}, without = {0};
    struct kv_view view = {.kv = b->kv, .batch = b};
    struct row_cache *known = b->known;
    int result = kv_get(&view, KV_STATE, key, arena, &with);
    b->known = NULL;
    assert_int_equal(kv_get(&view, KV_STATE, key, arena, &without), result);
    b->known = known;
    if (!result)
        assert_true(str_eq(with, without));
}

static void change(struct kv_batch *b, struct chance *c)
{
    static const char words[] = "a value of one length or another, up to these";
    char text[16];
    struct str key = key_at(text, below(c, KEYS));
    if (below(c, 4) == 0)
        kv_delete(b, KV_STATE, key);
    else
        kv_put(b, KV_STATE, key, str_n(words, below(c, sizeof(words))));
}

static void play(size_t bytes_max, uint64_t seed)
{
    struct chance c = {seed};
    struct row_cache cache;
    struct arena arena = {0};
    struct kv *kv = kv_memory_new();
    struct kv_batch b = {.kv = kv, .known = &cache};
    row_cache_init(&cache, bytes_max);
    for (int i = 0; i < STEPS; i++) {
        switch (below(&c, 12)) {
        case 0:
            assert_int_equal(kv_commit(&b), 0);
            break;
        case 1:
            kv_batch_rollback(&b);
            break;
        case 2:
            kv_batch_mark(&b);
            break;
        case 3:
        case 4:
            change(&b, &c);
            break;
        default:
            same_reads(&b, &c, &arena);
        }
        assert_true(cache.bytes <= bytes_max);
    }
    kv_batch_deinit(&b);
    row_cache_deinit(&cache);
    arena_deinit(&arena);
    kv_free(kv);
}

static void test_it_answers_as_the_engine_would(void **state)
{
    (void)state;
    play(ROW_CACHE_BYTES, 1);
}

static void test_it_keeps_to_its_bytes(void **state)
{
    (void)state;
    play(SMALL_BYTES, 2);
    play(0, 3);
}

static void test_what_was_used_last_stays(void **state)
{
    (void)state;
    struct row_cache cache;
    struct str value;
    row_cache_init(&cache, 3 * SMALL_BYTES);
    char big[SMALL_BYTES - 200] = {0};
    row_cache_learn(&cache, STR("a"), str_n(big, sizeof(big)));
    row_cache_learn(&cache, STR("b"), str_n(big, sizeof(big)));
    row_cache_learn(&cache, STR("c"), str_n(big, sizeof(big)));
    assert_true(row_cache_get(&cache, STR("a"), &value));
    row_cache_learn(&cache, STR("d"), (struct str){0});
    row_cache_learn(&cache, STR("e"), str_n(big, sizeof(big)));
    assert_false(row_cache_get(&cache, STR("b"), &value));
    assert_true(row_cache_get(&cache, STR("a"), &value));
    assert_int_equal(value.n, sizeof(big));
    assert_true(row_cache_get(&cache, STR("d"), &value));
    assert_null(value.p);
    row_cache_deinit(&cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_answers_as_the_engine_would),
        cmocka_unit_test(test_it_keeps_to_its_bytes),
        cmocka_unit_test(test_what_was_used_last_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
