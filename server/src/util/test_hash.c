#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/hash.h"
#include "util/macros.h"

static uint64_t hash_in_another_process(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        uint64_t h = hash_u64(1);
        _exit(write(ends[1], &h, sizeof(h)) == sizeof(h) ? 0 : 1);
    }
    uint64_t h = 0;
    assert_int_equal(read(ends[0], &h, sizeof(h)), sizeof(h));
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    close(ends[0]);
    close(ends[1]);
    return h;
}

/* Stands first: no hash has been made in this process yet. */
static void test_every_process_draws_a_key(void **state)
{
    (void)state;
    assert_true(hash_in_another_process() != hash_in_another_process());
}

/* SipHash-1-3 of the bytes 0, 1, 2 … under a key of zeros, as CPython 3.11 makes it: hash(bytes)
 * with PYTHONHASHSEED=0. */
static void test_hash_is_siphash_1_3(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        uint64_t hash;
    } vectors[] = {
        {1, UINT64_C(0x68a914128e01e473)},  {2, UINT64_C(0x010bac45c41e3669)},
        {3, UINT64_C(0x4d4c9a4a8ef6e0ad)},  {4, UINT64_C(0x7cc43f98813e4dbd)},
        {5, UINT64_C(0x5abe2169dff36275)},  {6, UINT64_C(0xe3c25f87624f1cdb)},
        {7, UINT64_C(0x2f098ab0c751325a)},  {8, UINT64_C(0xead411e67ebe2eea)},
        {9, UINT64_C(0x75927f9d95124362)},  {15, UINT64_C(0xf30eb725bb91c9ea)},
        {16, UINT64_C(0x8972188433a5c5b7)}, {63, UINT64_C(0x385d3e39e5f37359)},
        {64, UINT64_C(0x75e05fd5bbc870c6)},
    };
    hash_use_key(0, 0);
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        char *bytes = malloc(vectors[i].n);
        for (size_t j = 0; j < vectors[i].n; j++)
            bytes[j] = (char)j;
        assert_true(hash_bytes(str_n(bytes, vectors[i].n)) == vectors[i].hash);
        free(bytes);
    }
    assert_true(hash_u64(UINT64_C(0x0706050403020100)) == UINT64_C(0xead411e67ebe2eea));
    assert_true(hash_bytes((struct str){NULL, 0}) == hash_bytes(STR("")));
}

static void test_key_decides(void **state)
{
    (void)state;
    hash_use_key(1, 2);
    uint64_t one = hash_u64(7);
    hash_use_key(1, 3);
    assert_true(hash_u64(7) != one);
    hash_use_key(1, 2);
    assert_true(hash_u64(7) == one);
}

enum { KEYS = 3000 };

static uint64_t draw(uint64_t *random)
{
    *random = *random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *random >> 33;
}

static void check_all(const struct map *m, char *const model[KEYS], size_t n)
{
    static unsigned char seen[KEYS];
    memset(seen, 0, sizeof(seen));
    size_t at = 0, met = 0;
    uint64_t key;
    for (void *value; (value = map_next(m, &at, &key)); met++) {
        assert_true(key < KEYS && !seen[key]);
        assert_ptr_equal(value, model[key]);
        seen[key] = 1;
    }
    assert_int_equal(met, n);
    assert_int_equal(m->n, n);
    for (uint64_t k = 0; k < KEYS; k++)
        assert_ptr_equal(map_get(m, k), model[k]);
}

/* Phases of growing and of shrinking, so that the table goes through all its sizes. */
static void test_map_agrees_with_array(void **state)
{
    (void)state;
    static char values[2];
    static char *model[KEYS];
    struct map m = {0};
    uint64_t random = 42;
    size_t n = 0, capacity_max = 0;
    hash_use_key(3, 4);
    for (unsigned i = 0; i < 400000; i++) {
        uint64_t key = draw(&random) % KEYS;
        unsigned puts_of_8 = (i / 40000) % 2 ? 1 : 6;
        if (draw(&random) % 8 < puts_of_8) {
            char *value = &values[draw(&random) % 2];
            assert_ptr_equal(map_put(&m, key, value), model[key]);
            n += !model[key];
            model[key] = value;
        } else {
            assert_ptr_equal(map_remove(&m, key), model[key]);
            n -= !!model[key];
            model[key] = NULL;
        }
        capacity_max = m.capacity > capacity_max ? m.capacity : capacity_max;
        if (i % 4000 == 0)
            check_all(&m, model, n);
    }
    assert_true(capacity_max >= 4096);
    for (uint64_t k = 0; k < KEYS; k++)
        map_remove(&m, k);
    assert_int_equal(m.n, 0);
    assert_true(m.capacity <= 16);
    map_deinit(&m);
}

static void test_map_takes_any_key(void **state)
{
    (void)state;
    struct map m = {0};
    int a, b;
    assert_null(map_get(&m, 0));
    assert_null(map_remove(&m, 0));
    assert_null(map_put(&m, 0, &a));
    assert_null(map_put(&m, UINT64_MAX, &b));
    assert_ptr_equal(map_get(&m, 0), &a);
    assert_ptr_equal(map_get(&m, UINT64_MAX), &b);
    assert_null(map_get(&m, 1));
    map_deinit(&m);
    size_t at = 0;
    uint64_t key;
    assert_null(map_next(&m, &at, &key));
    map_deinit(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_process_draws_a_key),
        cmocka_unit_test(test_hash_is_siphash_1_3),
        cmocka_unit_test(test_key_decides),
        cmocka_unit_test(test_map_agrees_with_array),
        cmocka_unit_test(test_map_takes_any_key),
    };
    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
