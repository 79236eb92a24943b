/* Some nodes that share one store: what stands in it after each has looked and written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "discovery/roll.h"
#include "util/buf.h"
#include "util/macros.h"

enum { CROWD = 3, LOOKS_MAX = 16 };

struct world {
    struct buf *store[ROLL_SLOTS];
    struct node_view {
        struct nodes nodes;
        struct roll roll;
        bool deaf;
    } views[CROWD];
    uint64_t ms;
};

static void hears(struct node_view *view, uint64_t id, enum node_state state, const char *url,
                  uint64_t ms)
{
    static uint64_t number;
    number++;
    struct gossip gossip = {.id = id,
                            .number = number,
                            .state = state,
                            .roles = NODE_API | NODE_CHAT,
                            .connections = number, /* another one each time */
                            .connections_max = 1000,
                            .url = str_of(url),
                            .version = STR("1")};
    assert_true(nodes_heard(&view->nodes, &gossip, ms));
}

/* As doubting comes to. */
static void is(struct node_view *view, uint64_t id, enum node_state state)
{
    ((struct node *)map_get(&view->nodes.map, id))->state = state;
}

static struct node_view *starts(struct world *w, size_t i, uint64_t id, const char *url)
{
    struct node_view *view = &w->views[i];
    nodes_init(&view->nodes, id);
    roll_init(&view->roll, id);
    view->deaf = false;
    hears(view, id, NODE_UP, url, w->ms);
    return view;
}

static void ends(struct node_view *view)
{
    nodes_deinit(&view->nodes);
    roll_deinit(&view->roll);
}

static void makes(struct world *w, struct roll_change *change)
{
    struct buf **slot = &w->store[change->slot];
    assert_true(!*slot == !change->before);
    assert_true(!*slot || str_eq(buf_str(*slot), buf_str(change->before)));
    buf_unref(*slot);
    *slot = buf_ref(change->after);
    roll_change_deinit(change);
}

/* Reads all, writes what there is to write. How many. */
static int looks(struct world *w, struct node_view *view)
{
    struct roll_change change;
    for (int n = 0; n < LOOKS_MAX; n++) {
        for (uint32_t i = 0; i < ROLL_SLOTS; i++)
            if (w->store[i])
                roll_saw(&view->roll, i, buf_str(w->store[i]), w->ms);
        if (!roll_next(&view->roll, &view->nodes, !view->deaf, 1000000 + w->ms, w->ms, &change))
            return n;
        makes(w, &change);
    }
    fail_msg("it writes without end");
    return 0;
}

/* "1up 2down": by slots. */
static const char *stands(const struct world *w)
{
    static char text[1024];
    size_t n = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < ROLL_SLOTS; i++) {
        struct gossip node;
        if (w->store[i] && gossip_decode(&node, buf_str(w->store[i])) && n < sizeof(text))
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%d%s", n ? " " : "", (int)node.id,
                                  node_state_name(node.state));
    }
    return text;
}

static void clear(struct world *w)
{
    for (uint32_t i = 0; i < ROLL_SLOTS; i++)
        buf_unref(w->store[i]);
}

static void test_each_writes_what_it_says_of_itself(void **state)
{
    struct world w = {.ms = 1000};
    (void)state;
    struct node_view *one = starts(&w, 0, 1, "ws://n1/"), *two = starts(&w, 1, 2, "ws://n2/");
    assert_int_equal(looks(&w, one), 1);
    assert_int_equal(looks(&w, two), 1);
    assert_string_equal(stands(&w), "1up 2up");
    hears(one, 1, NODE_UP, "ws://n1/", w.ms);
    assert_int_equal(looks(&w, one), 0); /* that its load is another one is not written */
    hears(one, 1, NODE_DRAINING, "ws://n1/", w.ms);
    assert_int_equal(looks(&w, one), 1);
    roll_leave(&one->roll);
    assert_int_equal(looks(&w, one), 1);
    assert_string_equal(stands(&w), "1removed 2up");
    ends(one);
    ends(two);
    clear(&w);
}

static void test_who_is_down_is_written_down_once(void **state)
{
    struct world w = {.ms = 1000};
    (void)state;
    struct node_view *one = starts(&w, 0, 1, "ws://n1/"), *two = starts(&w, 1, 2, "ws://n2/");
    hears(one, 2, NODE_UP, "ws://n2/", w.ms);
    hears(two, 1, NODE_UP, "ws://n1/", w.ms);
    looks(&w, one);
    looks(&w, two);
    w.ms += ROLL_UNHEARD_MS;
    assert_int_equal(looks(&w, one), 0);
    is(one, 2, NODE_DOWN);
    assert_int_equal(looks(&w, one), 1);
    assert_string_equal(stands(&w), "1up 2down");
    /* It is there, but not for the first one to hear: its own word stands. */
    assert_int_equal(looks(&w, two), 1);
    assert_int_equal(looks(&w, one), 0);
    assert_string_equal(stands(&w), "1up 2up");
    is(one, 2, NODE_UP);
    looks(&w, one);
    is(one, 2, NODE_REMOVED); /* it could not write it itself */
    assert_int_equal(looks(&w, one), 1);
    assert_string_equal(stands(&w), "1up 2removed");
    ends(one);
    ends(two);
    clear(&w);
}

static void test_who_was_never_heard_is_down_after_a_while(void **state)
{
    struct world w = {.ms = 1000};
    (void)state;
    struct node_view *one = starts(&w, 0, 1, "ws://n1/");
    looks(&w, one);
    ends(one);
    struct node_view *two = starts(&w, 1, 2, "ws://n2/");
    two->deaf = true;
    looks(&w, two);
    w.ms += 2 * ROLL_UNHEARD_MS;
    assert_int_equal(looks(&w, two), 0); /* it hears nobody */
    two->deaf = false;
    roll_were_unheard(&two->roll, w.ms);
    w.ms += ROLL_UNHEARD_MS - 1;
    assert_int_equal(looks(&w, two), 0);
    w.ms += 1;
    assert_int_equal(looks(&w, two), 1);
    assert_string_equal(stands(&w), "1down 2up");
    ends(two);
    clear(&w);
}

static void test_one_that_is_back_leaves_nobody_behind(void **state)
{
    struct world w = {.ms = 1000};
    (void)state;
    struct node_view *one = starts(&w, 0, 1, "ws://n1/");
    looks(&w, one);
    ends(one);
    /* at once, when nobody knows yet that the one before is down */
    one = starts(&w, 0, 11, "ws://n1/");
    looks(&w, one);
    assert_string_equal(stands(&w), "1up 11up");
    w.ms += ROLL_UNHEARD_MS;
    assert_int_equal(looks(&w, one), 2);
    assert_string_equal(stands(&w), "1removed 11up");
    ends(one);
    /* and later, when its own is down: that is its place */
    struct node_view *two = starts(&w, 1, 2, "ws://n2/");
    looks(&w, two);
    w.ms += ROLL_UNHEARD_MS;
    looks(&w, two);
    assert_string_equal(stands(&w), "1removed 11down 2up");
    one = starts(&w, 0, 12, "ws://n1/");
    looks(&w, one);
    assert_string_equal(stands(&w), "12up 11removed 2up");
    ends(one);
    ends(two);
    clear(&w);
}

static void test_who_is_down_can_be_taken_off(void **state)
{
    struct world w = {.ms = 1000};
    struct roll_change change;
    (void)state;
    struct node_view *one = starts(&w, 0, 1, "ws://n1/"), *two = starts(&w, 1, 2, "ws://n2/");
    looks(&w, one);
    ends(one);
    looks(&w, two);
    assert_false(roll_remove(&two->roll, 1, 1, &change)); /* it is up, as far as is known */
    assert_false(roll_remove(&two->roll, 0, 1, &change));
    assert_false(roll_remove(&two->roll, 3, 1, &change));
    w.ms += ROLL_UNHEARD_MS;
    looks(&w, two);
    looks(&w, two);
    assert_true(roll_remove(&two->roll, 1, 1, &change));
    makes(&w, &change);
    assert_int_equal(looks(&w, two), 0);
    assert_string_equal(stands(&w), "1removed 2up");
    assert_int_equal(roll_find(&two->roll, 1)->node.state, NODE_REMOVED);
    assert_null(roll_find(&two->roll, 0));
    ends(two);
    clear(&w);
}

/* All slots are somebody's: those of nodes that are over are used again, removed ones first. */
static void test_slots_are_used_again(void **state)
{
    struct world w = {.ms = 1000};
    (void)state;
    for (uint64_t id = 1; id <= ROLL_SLOTS; id++) {
        enum node_state s = id == 9 ? NODE_REMOVED : id == 7 || id == 8 ? NODE_DOWN : NODE_UP;
        struct gossip node = {.id = id, .number = 1000 - id, .state = s};
        struct builder row = {0};
        gossip_encode(&row, &node);
        w.store[id - 1] = builder_finish(&row);
    }
    for (uint64_t id = 1001; id <= 1004; id++) {
        struct node_view *view = starts(&w, 0, id, "");
        view->deaf = true;
        assert_int_equal(looks(&w, view), id < 1004); /* and for one there is no room */
        ends(view);
    }
    static const uint32_t slots[] = {8, 7, 6}; /* removed; down for longest; down */
    for (size_t i = 0; i < ARRAY_SIZE(slots); i++) {
        struct gossip node;
        assert_true(gossip_decode(&node, buf_str(w.store[slots[i]])));
        assert_int_equal(node.id, 1001 + i);
    }
    clear(&w);
}

static void test_what_is_no_row_is_a_free_slot(void **state)
{
    struct world w = {.ms = 1000, .store[0] = buf_copy("junk", 4)};
    (void)state;
    struct node_view *one = starts(&w, 0, 1, "");
    assert_int_equal(looks(&w, one), 1);
    assert_string_equal(stands(&w), "1up");
    ends(one);
    clear(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_writes_what_it_says_of_itself),
        cmocka_unit_test(test_who_is_down_is_written_down_once),
        cmocka_unit_test(test_who_was_never_heard_is_down_after_a_while),
        cmocka_unit_test(test_one_that_is_back_leaves_nobody_behind),
        cmocka_unit_test(test_who_is_down_can_be_taken_off),
        cmocka_unit_test(test_slots_are_used_again),
        cmocka_unit_test(test_what_is_no_row_is_a_free_slot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
