/* The wheel against a model that searches all timers every time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "util/macros.h"
#include "util/wheel.h"

enum { TIMERS = 150, ADVANCES = 6000 };

#define DELAY_MS_MAX ((uint64_t)63 << 30)

struct world;
/* What the model knows of one timer; the timer itself is on the heap, so that it can free itself
 * when it fires and be seen to be left alone afterwards. */
struct entry {
    struct heap_timer *t;
    bool armed, late, ready;
    uint64_t due_ms, order;
};

struct heap_timer {
    struct timer timer;
    struct world *world;
    unsigned index;
};

struct world {
    struct wheel wheel;
    struct entry entries[TIMERS];
    uint64_t now_ms, orders, random;
    unsigned fired;
};

static uint64_t draw(struct world *w)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return w->random * UINT64_C(0x9e3779b97f4a7c15) >> 8;
}

/* Of any size, small ones as often as large ones. */
static uint64_t draw_span(struct world *w, unsigned bits_max)
{
    return draw(w) & ((UINT64_C(1) << draw(w) % (bits_max + 1)) - 1);
}

static bool before(const struct entry *a, const struct entry *b)
{
    if (a->late != b->late)
        return a->late;
    if (!a->late && a->due_ms != b->due_ms)
        return a->due_ms < b->due_ms;
    return a->order < b->order;
}

static void on_fire(struct timer *timer);

static void set(struct world *w, unsigned index, uint64_t due_ms)
{
    struct entry *e = &w->entries[index];
    if (!e->t) {
        e->t = calloc(1, sizeof(*e->t));
        e->t->world = w;
        e->t->index = index;
        timer_init(&e->t->timer, on_fire);
    }
    timer_set(&w->wheel, &e->t->timer, due_ms);
    e->armed = true;
    e->ready = false;
    e->late = due_ms <= w->now_ms;
    e->due_ms = e->late ? due_ms : w->now_ms + MIN(due_ms - w->now_ms, DELAY_MS_MAX);
    e->order = w->orders++;
}

static void cancel(struct world *w, unsigned index)
{
    struct entry *e = &w->entries[index];
    if (!e->t)
        return;
    assert_int_equal(timer_armed(&e->t->timer), e->armed);
    timer_cancel(&w->wheel, &e->t->timer);
    assert_false(timer_armed(&e->t->timer));
    e->armed = e->ready = false;
}

static void release(struct world *w, unsigned index)
{
    cancel(w, index);
    free(w->entries[index].t);
    w->entries[index].t = NULL;
}

static uint64_t draw_due(struct world *w)
{
    uint64_t span = draw_span(w, 37);
    return draw(w) % 8 ? w->now_ms + span : w->now_ms - MIN(w->now_ms, span);
}

static void change_something(struct world *w)
{
    unsigned index = (unsigned)(draw(w) % TIMERS);
    switch (draw(w) % 4) {
    case 0:
        cancel(w, index);
        break;
    case 1:
        release(w, index);
        break;
    default:
        set(w, index, draw_due(w));
        break;
    }
}

static void on_fire(struct timer *timer)
{
    struct heap_timer *t = container_of(timer, struct heap_timer, timer);
    struct world *w = t->world;
    struct entry *e = &w->entries[t->index];
    assert_false(timer_armed(timer));
    assert_true(e->armed && e->ready);
    for (unsigned i = 0; i < TIMERS; i++)
        assert_false(w->entries[i].ready && before(&w->entries[i], e));
    e->armed = e->ready = false;
    w->fired++;
    switch (draw(w) % 4) {
    case 0:
        set(w, t->index, draw_due(w));
        break;
    case 1:
        release(w, t->index);
        break;
    default:
        break;
    }
    while (draw(w) % 2)
        change_something(w);
}

static void check_next(struct world *w)
{
    unsigned armed = 0;
    uint64_t next_ms = UINT64_MAX;
    for (unsigned i = 0; i < TIMERS; i++) {
        struct entry *e = &w->entries[i];
        if (!e->armed)
            continue;
        armed++;
        next_ms = MIN(next_ms, e->late ? 0 : e->due_ms - w->now_ms);
    }
    assert_int_equal(w->wheel.armed, armed);
    uint64_t told_ms = wheel_next_ms(&w->wheel);
    if (armed == 0)
        assert_true(told_ms == UINT64_MAX);
    else
        assert_true(told_ms <= next_ms && (told_ms > 0 || next_ms == 0));
}

static void advance(struct world *w, uint64_t now_ms)
{
    w->now_ms = now_ms;
    for (unsigned i = 0; i < TIMERS; i++) {
        struct entry *e = &w->entries[i];
        e->ready = e->armed && e->due_ms <= now_ms;
    }
    wheel_advance(&w->wheel, now_ms);
    for (unsigned i = 0; i < TIMERS; i++)
        assert_false(w->entries[i].ready);
    check_next(w);
}

static void run_model(uint64_t start_ms, uint64_t seed)
{
    struct world *w = calloc(1, sizeof(*w));
    w->random = seed;
    w->now_ms = start_ms;
    wheel_init(&w->wheel, start_ms);
    for (unsigned i = 0; i < ADVANCES; i++) {
        for (uint64_t n = draw(w) % 4; n > 0; n--)
            change_something(w);
        check_next(w);
        uint64_t next_ms = wheel_next_ms(&w->wheel);
        uint64_t step_ms = draw_span(w, 34);
        if (draw(w) % 2 && next_ms != UINT64_MAX)
            step_ms = draw(w) % 4 ? next_ms : next_ms - MIN(next_ms, 1);
        advance(w, w->now_ms + step_ms);
    }
    assert_true(w->fired > ADVANCES / 4);
    for (unsigned i = 0; i < TIMERS; i++)
        release(w, i);
    assert_int_equal(w->wheel.armed, 0);
    assert_true(wheel_next_ms(&w->wheel) == UINT64_MAX);
    for (unsigned level = 0; level < WHEEL_LEVELS; level++)
        assert_true(w->wheel.occupied[level] == 0);
    free(w);
}

static void test_agrees_with_model(void **state)
{
    (void)state;
    static const uint64_t starts_ms[] = {0, 63, (UINT64_C(1) << 36) - 2, UINT64_C(1790000000000)};
    for (unsigned i = 0; i < ARRAY_SIZE(starts_ms); i++) {
        for (uint64_t seed = 1; seed <= 3; seed++)
            run_model(starts_ms[i], seed * 7919 + i);
    }
}

static unsigned count;
static void count_one(struct timer *t)
{
    (void)t;
    count++;
}

static void test_every_delay_is_exact(void **state)
{
    (void)state;
    struct wheel w;
    struct timer t;
    timer_init(&t, count_one);
    for (unsigned bit = 0; bit < 36; bit++) {
        for (int by = -1; by <= 1; by++) {
            uint64_t start_ms = 12345678901, delay_ms = (UINT64_C(1) << bit) + (uint64_t)by;
            if (delay_ms == 0)
                continue;
            wheel_init(&w, start_ms);
            count = 0;
            timer_set(&w, &t, start_ms + delay_ms);
            wheel_advance(&w, start_ms + delay_ms - 1);
            assert_int_equal(count, 0);
            assert_true(wheel_next_ms(&w) == 1);
            wheel_advance(&w, start_ms + delay_ms);
            assert_int_equal(count, 1);
        }
    }
}

static void test_longer_delay_is_cut(void **state)
{
    (void)state;
    struct wheel w;
    struct timer t;
    wheel_init(&w, 5);
    timer_init(&t, count_one);
    count = 0;
    timer_set(&w, &t, UINT64_MAX);
    wheel_advance(&w, 5 + DELAY_MS_MAX - 1);
    assert_int_equal(count, 0);
    wheel_advance(&w, 5 + DELAY_MS_MAX);
    assert_int_equal(count, 1);
}

static void test_earlier_time_is_ignored(void **state)
{
    (void)state;
    struct wheel w;
    struct timer t;
    wheel_init(&w, 1000);
    timer_init(&t, count_one);
    count = 0;
    timer_set(&w, &t, 1000);
    assert_true(wheel_next_ms(&w) == 0);
    wheel_advance(&w, 10);
    assert_int_equal(count, 1);
    assert_true(w.now_ms == 1000);
}

static struct wheel *always_wheel;
static void always_again(struct timer *t)
{
    count++;
    timer_set(always_wheel, t, 0);
}

static void test_rearming_for_now_waits_for_the_next_advance(void **state)
{
    (void)state;
    struct wheel w;
    struct timer t;
    wheel_init(&w, 1000);
    always_wheel = &w;
    timer_init(&t, always_again);
    count = 0;
    timer_set(&w, &t, 2000);
    wheel_advance(&w, 3000);
    assert_int_equal(count, 1);
    wheel_advance(&w, 3000);
    assert_int_equal(count, 2);
}

/* 30 million years in all: work for each millisecond, or each slot of it, would never end. */
static void test_far_jumps_cost_nothing(void **state)
{
    (void)state;
    struct wheel w;
    struct timer t;
    uint64_t now_ms = 0;
    wheel_init(&w, now_ms);
    timer_init(&t, count_one);
    count = 0;
    for (unsigned i = 0; i < 100000; i++) {
        timer_set(&w, &t, now_ms + 1 + i);
        now_ms += UINT64_C(1) << 43;
        wheel_advance(&w, now_ms);
        assert_int_equal(count, i + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agrees_with_model),
        cmocka_unit_test(test_every_delay_is_exact),
        cmocka_unit_test(test_longer_delay_is_cut),
        cmocka_unit_test(test_earlier_time_is_ignored),
        cmocka_unit_test(test_rearming_for_now_waits_for_the_next_advance),
        cmocka_unit_test(test_far_jumps_cost_nothing),
    };
    return cmocka_run_group_tests_name("wheel", tests, NULL, NULL);
}
