#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "net/write_queue.h"
#include "util/buf.h"
#include "util/macros.h"

enum { ENTRIES = 64 };

/* The queue's content as plain bytes, and how many of them each entry has left. */
struct model {
    unsigned char bytes[ENTRIES * 256];
    size_t n;
    size_t sizes[ENTRIES], entries;
    size_t sent;
    unsigned char next;
};

static void model_pop(struct model *m, size_t n)
{
    memmove(m->bytes, m->bytes + n, m->n - n);
    m->n -= n;
    m->sent += n;
    while (m->entries && m->sent >= m->sizes[0]) {
        m->sent -= m->sizes[0];
        memmove(m->sizes, m->sizes + 1, --m->entries * sizeof(m->sizes[0]));
    }
}

static size_t model_drop(struct model *m)
{
    size_t kept = m->sent ? 1 : 0;
    size_t dropped = m->entries - kept;
    m->entries = kept;
    m->n = kept ? m->sizes[0] - m->sent : 0;
    return dropped;
}

static void push_random(struct write_queue **q, struct model *m)
{
    unsigned char bytes[256];
    size_t header_n = (size_t)rand() % (WRITE_QUEUE_HEADER_MAX + 1);
    size_t payload_n = (size_t)rand() % 200;
    if (header_n + payload_n == 0)
        header_n = 1;
    size_t n = header_n + payload_n;
    for (size_t i = 0; i < n; i++)
        bytes[i] = m->next++;
    struct buf *payload = payload_n || rand() % 2 ? buf_copy(bytes + header_n, payload_n) : NULL;
    write_queue_push(q, bytes, header_n, payload);
    if (payload)
        assert_int_equal(payload->refs, payload_n ? 2 : 1);
    buf_unref(payload);
    memcpy(m->bytes + m->n, bytes, n);
    m->n += n;
    m->sizes[m->entries++] = n;
}

static void check(struct write_queue *q, const struct model *m)
{
    assert_int_equal(write_queue_bytes(q), m->n);
    assert_int_equal(write_queue_entries(q), m->entries);
    assert_int_equal(q == NULL, m->entries == 0);
    if (!q)
        return;
    struct iovec parts[ENTRIES * 2];
    int parts_max = 2 + rand() % (ENTRIES * 2 - 1);
    int parts_n = write_queue_peek(q, parts, parts_max);
    assert_in_range(parts_n, 1, parts_max);
    size_t at = 0;
    for (int i = 0; i < parts_n; i++) {
        assert_true(parts[i].iov_len > 0);
        assert_memory_equal(parts[i].iov_base, m->bytes + at, parts[i].iov_len);
        at += parts[i].iov_len;
    }
    if (parts_max == ENTRIES * 2)
        assert_int_equal(at, m->n);
    static char copied[sizeof(m->bytes)];
    size_t size = (size_t)rand() % sizeof(copied);
    assert_int_equal(write_queue_copy(q, copied, size), MIN(size, m->n));
    assert_memory_equal(copied, m->bytes, MIN(size, m->n));
}

static void test_against_plain_bytes(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 200; seed++) {
        srand(seed);
        struct write_queue *q = NULL;
        static struct model m;
        memset(&m, 0, sizeof(m));
        for (int step = 0; step < 300; step++) {
            int dice = rand() % 100;
            if (dice < 50 && m.entries < ENTRIES) {
                push_random(&q, &m);
            } else if (dice < 95 && m.n) {
                size_t n = (size_t)rand() % (MIN(m.n, 400) + 1);
                write_queue_pop(&q, n);
                model_pop(&m, n);
            } else if (dice >= 98) {
                assert_int_equal(write_queue_drop(&q), model_drop(&m));
            }
            check(q, &m);
        }
        write_queue_free(q);
    }
}

static void test_payload_is_shared_and_released(void **state)
{
    (void)state;
    struct buf *payload = buf_copy("hello", 5);
    struct write_queue *q = NULL;
    for (int i = 0; i < 100; i++)
        write_queue_push(&q, "h", 1, payload);
    assert_int_equal(payload->refs, 101);
    write_queue_pop(&q, 6 * 10 + 3);
    assert_int_equal(payload->refs, 91);
    assert_int_equal(write_queue_drop(&q), 89);
    assert_int_equal(payload->refs, 2);
    write_queue_pop(&q, 3);
    assert_null(q);
    assert_int_equal(payload->refs, 1);

    write_queue_push(&q, NULL, 0, payload);
    write_queue_free(q);
    assert_int_equal(payload->refs, 1);
    buf_unref(payload);
    write_queue_free(NULL);
    q = NULL;
    assert_int_equal(write_queue_drop(&q), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_plain_bytes),
        cmocka_unit_test(test_payload_is_shared_and_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
