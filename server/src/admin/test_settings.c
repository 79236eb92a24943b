/*
 * Two nodes on one store, with a bus between what they say of themselves that a test cuts. What an
 * operator sets goes the way of `parleyd set`, and is seen by what the nodes then do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "admin/command.h"
#include "bus/bus.h"
#include "bus/local.h"
#include "chat/test_core.h"
#include "discovery/discovery.h"
#include "util/macros.h"
#include "util/numbers.h"

enum { NODES = 2, TICK_MS = 100 };

struct server {
    struct bus bus; /* between the nodes: who hears it, is told all */
    struct bus_handler silent;
    struct bus *chat_bus;
    struct chat *chat;
    struct discovery *discovery;
    struct settings settings;
    struct admin admin;
};

static struct crowd {
    struct core *core;
    bool cut;
    struct server nodes[NODES];
} crowd;

/* --- the bus --- */

static void publish(struct bus *bus, enum bus_topic_kind kind, const uint64_t *ids, size_t n,
                    struct buf *message)
{
    for (int i = 0; i < NODES; i++) {
        struct server *node = &crowd.nodes[i];
        if (node->discovery && (!crowd.cut || &node->bus == bus))
            node->bus.peers->deliver(node->bus.peers, kind, ids, n, message);
    }
}

static void subscription(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    (void)bus;
    assert_int_equal(kind, BUS_PEERS);
    assert_int_not_equal(id, 0);
}

/* Who is in doubt is not what this is about. */
static bool ask(struct bus *bus, enum bus_topic_kind kind, uint64_t id, struct buf *question,
                uint32_t within_ms, uint64_t tag)
{
    (void)bus, (void)kind, (void)id, (void)question, (void)within_ms, (void)tag;
    return false;
}

static bool connected(const struct bus *bus)
{
    (void)bus;
    return !crowd.cut;
}

static const struct bus_ops bus_ops = {
    .subscribe = subscription,
    .unsubscribe = subscription,
    .publish = publish,
    .ask = ask,
    .connected = connected,
};

/* --- the nodes --- */

static void look(void *arg, struct node_load *load)
{
    (void)arg;
    *load = (struct node_load){.state = NODE_UP};
}

static void hand_over(void *arg, uint64_t n)
{
    (void)arg, (void)n;
}

static void noted(void *arg, uint64_t number)
{
    settings_told(&((struct server *)arg)->settings, number);
}

static void start(int i)
{
    struct server *node = &crowd.nodes[i];
    struct core *core = crowd.core;
    *node = (struct server){.bus.ops = &bus_ops, .chat = core->chat};
    if (i) {
        node->chat_bus = bus_local_new(&core->self.poster);
        node->chat = chat_new(&(struct chat_options){.env = &core->env,
                                                     .store = &core->faulty,
                                                     .bus = node->chat_bus,
                                                     .sink = &core->sink,
                                                     .shared = true,
                                                     .worker = (uint32_t)i});
    }
    bus_attach(&node->bus, &node->silent);
    node->discovery = discovery_new(&(struct discovery_options){
        .bus = &node->bus,
        .wheel = &core->wheel,
        .id = 100 + (uint64_t)i,
        .roles = NODE_API | NODE_CHAT,
        .connections_max = 1000,
        .url = i ? STR("ws://n1/") : STR("ws://n0/"),
        .region = STR("here"),
        .version = STR("1"),
        .policy = CHOICE_LEAST_LOADED,
        .look = look,
        .hand_over = hand_over,
        .noted = noted,
        .arg = node,
    });
    settings_open(&node->settings, &(struct settings_options){.env = &core->env,
                                                              .store = &core->faulty,
                                                              .chat = node->chat,
                                                              .discovery = node->discovery,
                                                              .registration = REGISTRATION_OPEN,
                                                              .log_level = LOG_ERROR});
    node->admin = (struct admin){.chat = node->chat,
                                 .store = &core->faulty,
                                 .env = &core->env,
                                 .settings = &node->settings,
                                 .version = "1"};
}

/* The clock goes on by ticks, so that what one node says is heard before the other's next look. */
static void pass(uint64_t ms)
{
    for (uint64_t passed = 0; passed < ms; passed += TICK_MS)
        core_pass(crowd.core, TICK_MS);
}

static void start_all(bool store_fails)
{
    crowd = (struct crowd){.core = core_new(&(struct chat_options){.shared = true})};
    crowd.core->fails[STORE_OP_BOARD] = store_fails;
    core_n_done = 0;
    log_set_level(LOG_ERROR); /* as each is configured */
    for (int i = 0; i < NODES; i++)
        start(i);
    core_run(crowd.core);
    for (int i = 0; i < NODES; i++)
        assert_int_equal(crowd.nodes[i].settings.known, !store_fails);
}

static int begin(void **state)
{
    (void)state;
    start_all(false);
    return 0;
}

static int begin_without_store(void **state)
{
    (void)state;
    start_all(true);
    return 0;
}

static int end(void **state)
{
    (void)state;
    struct core *core = crowd.core;
    for (int i = 0; i < NODES; i++)
        settings_stop(&crowd.nodes[i].settings);
    core_run(core);
    for (int i = 0; i < NODES; i++) {
        struct server *node = &crowd.nodes[i];
        assert_int_equal(chat_busy(node->chat), 0);
        discovery_free(node->discovery);
        node->discovery = NULL;
        if (!node->chat_bus)
            continue;
        chat_free(node->chat);
        core_run(core);
        bus_free(node->chat_bus);
    }
    core_free(core);
    log_set_level(LOG_ERROR);
    return 0;
}

/* --- what a test says and sees --- */

static struct admin_request request;
static bool answered;

static void request_done(struct admin_request *r)
{
    assert_ptr_equal(r, &request);
    answered = true;
}

static void say(int node, const char *line)
{
    builder_deinit(&request.answer);
    answered = false;
    request = (struct admin_request){.admin = &crowd.nodes[node].admin, .done = request_done};
    admin_run(&request, str_of(line));
    assert_false(answered); /* never inside the call */
}

/* What the operator is told, with the exit code as its last line; good until the next. */
static const char *told(int node, const char *line)
{
    static char text[1024];
    say(node, line);
    core_run(crowd.core);
    assert_true(answered);
    struct str answer = builder_str(&request.answer);
    snprintf(text, sizeof(text), "%.*s", (int)answer.n, answer.p);
    builder_deinit(&request.answer);
    return text;
}

static enum chat_error signs_up(int node, const char *name)
{
    struct chat_sign sign = {.username = str_of(name), .password = STR("good enough")};
    struct chat *before = crowd.core->chat;
    crowd.core->chat = crowd.nodes[node].chat;
    enum chat_error error = core_sign(crowd.core, true, &sign);
    crowd.core->chat = before;
    return error;
}

static bool may_sign_up(int node)
{
    static int n;
    char name[16];
    snprintf(name, sizeof(name), "guest%d", n++);
    enum chat_error error = signs_up(node, name);
    assert_true(error == CHAT_OK || error == CHAT_REGISTRATION_CLOSED);
    return error == CHAT_OK;
}

static void store_done(struct store_request *r)
{
    (void)r;
    core_n_done++;
}

/* Writes a slot of the board, as another version would: its number (0: none) and its text. */
static void another_version_sets(uint32_t slot, uint64_t number, const char *value)
{
    struct builder row = {0};
    struct store_board board = {.base.done = store_done, .board = BOARD_SETTINGS};
    store_board(crowd.core->store, &board);
    core_run(crowd.core);
    assert_int_equal(board.base.status, STORE_DONE);
    if (number) {
        be64_put(builder_reserve(&row, 8), number);
        builder_advance(&row, 8);
    }
    builder_add_str(&row, str_of(value));
    struct store_board_put put = {.base.done = store_done,
                                  .board = BOARD_SETTINGS,
                                  .slot = slot,
                                  .before = board.slots[slot],
                                  .after = builder_str(&row)};
    store_board_put(crowd.core->store, &put);
    core_run(crowd.core);
    assert_int_equal(put.base.status, STORE_DONE);
    store_request_deinit(&put.base);
    store_request_deinit(&board.base);
    builder_deinit(&row);
}

/* --- what can be set --- */

static void test_what_is_no_setting_or_no_value_of_it_is_refused(void **state)
{
    (void)state;
    static const char *const no_option[] = {"set\tlisten\tclosed", "set\tregistratio\tclosed",
                                            "set\tregistration2\tclosed", "set\tLOG.LEVEL\tinfo",
                                            "set\tstore\t-"};
    static const char *const no_value[] = {
        "set\tregistration\tmaybe",
        "set\tregistration\tclosed ",
        "set\tregistration\tclose",
        "set\tregistration\tCLOSED",
        "set\tregistration\t1",
        "set\tlog.level\topen",
        "set\tregistration\tclosedclosedclo", /* as long as one may be, and longer */
        "set\tregistration\tclosedclosedclos"};
    for (size_t i = 0; i < ARRAY_SIZE(no_option); i++)
        assert_string_equal(told(0, no_option[i]),
                            "-parleyd: this option cannot be set for all nodes\n=1\n");
    for (size_t i = 0; i < ARRAY_SIZE(no_value); i++)
        assert_string_equal(told(0, no_value[i]),
                            "-parleyd: this value cannot be set for all nodes\n=1\n");
    assert_string_equal(told(0, "set"), "+registration\t-\n+log.level\t-\n=0\n");
    assert_int_equal(crowd.nodes[0].settings.number, 0);
}

static void test_each_value_that_there_is_can_be_set(void **state)
{
    (void)state;
    static const char *const levels[] = {"debug", "info", "warn", "error", "off"};
    char line[64];
    for (int i = 0; i < (int)ARRAY_SIZE(levels); i++) {
        snprintf(line, sizeof(line), "set\tlog.level\t%s", levels[i]);
        assert_string_equal(told(0, line), "=0\n");
        assert_int_equal(log_get_level(), i);
    }
    assert_string_equal(told(0, "set\tregistration\tclosed"), "=0\n");
    assert_false(may_sign_up(0));
    assert_string_equal(told(0, "set\tregistration\topen"), "=0\n");
    assert_true(may_sign_up(0));
    assert_string_equal(told(0, "set\tregistration\tinvite"), "=0\n");
    assert_int_equal(signs_up(0, "uninvited"), CHAT_CODE_REFUSED);
    assert_string_equal(told(0, "set"), "+registration\tinvite\n+log.level\toff\n=0\n");
}

/* --- on which nodes it holds, and when --- */

static void test_nobody_signs_up_until_it_is_known_who_may(void **state)
{
    (void)state;
    assert_false(may_sign_up(0));
    log_set_level(LOG_OFF); /* by `parleyd log-level`, meanwhile */
    pass(2 * SETTINGS_AGAIN_MS);
    assert_false(may_sign_up(0));
    assert_string_equal(told(0, "set\tregistration\topen"),
                        "-parleyd: the store could not be read or written\n=1\n");
    crowd.core->fails[STORE_OP_BOARD] = false;
    pass(SETTINGS_AGAIN_MS);
    assert_true(may_sign_up(0)); /* as it is configured */
    assert_int_equal(log_get_level(), LOG_OFF);
}

static void test_the_others_are_told_and_read_it_at_once(void **state)
{
    (void)state;
    assert_string_equal(told(0, "set\tregistration\tclosed"), "=0\n");
    assert_false(may_sign_up(0));
    assert_false(may_sign_up(1)); /* and no time has passed */
    assert_int_equal(crowd.nodes[1].settings.number, 1);
    assert_string_equal(told(1, "set\tregistration\t-"), "=0\n");
    assert_true(may_sign_up(0));
    assert_true(may_sign_up(1));
    assert_int_equal(crowd.nodes[0].settings.number, 2);
}

static void test_without_a_bus_they_look_by_themselves(void **state)
{
    (void)state;
    crowd.cut = true;
    assert_string_equal(told(0, "set\tregistration\tclosed"), "=0\n");
    assert_true(may_sign_up(1)); /* it was not heard */
    pass(SETTINGS_EVERY_MS);
    assert_false(may_sign_up(1));
}

/* The other node does not get it read at first, and has to look again by itself: nobody tells twice
 * of the same number. */
static void test_who_was_told_looks_until_it_is_there(void **state)
{
    (void)state;
    crowd.core->held_op = STORE_OP_BOARD_PUT;
    say(0, "set\tregistration\tclosed");
    core_run(crowd.core);
    settings_told(&crowd.nodes[1].settings, 1); /* before it is there */
    core_run(crowd.core);
    crowd.cut = true;
    core_let_store_go(crowd.core);
    assert_true(answered);
    assert_true(may_sign_up(1));
    pass(SETTINGS_AGAIN_MS);
    assert_false(may_sign_up(1));
}

static void test_who_was_told_of_what_never_comes_gives_up(void **state)
{
    struct settings *s = &crowd.nodes[1].settings;
    (void)state;
    crowd.cut = true;
    settings_told(s, 7);
    core_run(crowd.core);
    for (uint32_t i = 1; i <= SETTINGS_AGAIN_MAX; i++) {
        assert_int_equal(s->again, i);
        pass(SETTINGS_AGAIN_MS);
    }
    assert_int_equal(s->again, 0);
    pass(SETTINGS_EVERY_MS - TICK_MS); /* and looks as seldom as ever */
    assert_int_equal(s->again, 0);
    assert_true(may_sign_up(1));
}

/* --- what stands besides --- */

static void test_what_another_version_set_leaves_what_is_configured(void **state)
{
    (void)state;
    assert_string_equal(told(0, "set\tregistration\tclosed"), "=0\n");
    another_version_sets(SETTING_REGISTRATION, 5, "friends of friends of mine");
    another_version_sets(SETTING_LOG_LEVEL, 6, "chatty");
    another_version_sets(BOARD_SLOTS_MAX - 1, 9, "of an option that is not known");
    pass(SETTINGS_EVERY_MS);
    for (int i = 0; i < NODES; i++) {
        assert_true(may_sign_up(i));
        assert_int_equal(crowd.nodes[i].settings.number, 9);
    }
    assert_int_equal(log_get_level(), LOG_ERROR);
    assert_string_equal(told(0, "set"), "+registration\t-\n+log.level\t-\n=0\n");
    /* It can be set over, and is the newest change then. */
    assert_string_equal(told(1, "set\tregistration\tclosed"), "=0\n");
    assert_false(may_sign_up(0));
    assert_int_equal(crowd.nodes[0].settings.number, 10);
}

static void test_a_row_that_is_cut_off_says_nothing(void **state)
{
    (void)state;
    another_version_sets(SETTING_REGISTRATION, 0, "closed"); /* no number, and so no text */
    another_version_sets(SETTING_LOG_LEVEL, 3, "");
    pass(SETTINGS_EVERY_MS);
    assert_true(may_sign_up(0));
    assert_int_equal(log_get_level(), LOG_ERROR);
    assert_int_equal(crowd.nodes[0].settings.number, 3);
}

/* Both have read that it never was set; one of them writes first. */
static void test_of_two_who_set_it_at_once_one_is_told(void **state)
{
    (void)state;
    crowd.cut = true;
    crowd.core->held_op = STORE_OP_BOARD_PUT;
    say(0, "set\tregistration\tclosed");
    core_run(crowd.core);
    another_version_sets(SETTING_REGISTRATION, 1, "open");
    core_let_store_go(crowd.core);
    assert_true(answered);
    struct str answer = builder_str(&request.answer);
    assert_true(str_eq(answer, STR("-parleyd: somebody else has just set it, look again\n=1\n")));
    assert_true(may_sign_up(0));
    crowd.core->unknown[STORE_OP_BOARD_PUT] = 1;
    assert_string_equal(told(0, "set\tregistration\tclosed"),
                        "-parleyd: the store could not be read or written\n=1\n");
}

/* What `parleyd log-level` set on this node stands until it is set for all, and what each is
 * configured with comes back when that is taken back. */
static void test_a_nodes_own_log_level_stands_until_one_is_set(void **state)
{
    (void)state;
    log_set_level(LOG_OFF);
    pass(2 * SETTINGS_EVERY_MS);
    assert_int_equal(log_get_level(), LOG_OFF);
    assert_string_equal(told(0, "set\tlog.level\twarn"), "=0\n");
    assert_int_equal(log_get_level(), LOG_WARN);
    log_set_level(LOG_OFF);
    pass(2 * SETTINGS_EVERY_MS);
    assert_int_equal(log_get_level(), LOG_OFF);
    assert_string_equal(told(0, "set\tlog.level\t-"), "=0\n");
    assert_int_equal(log_get_level(), LOG_ERROR);
}

/* What is under way when the node ends is answered, and changes nothing there. */
static void test_what_comes_after_the_end_changes_nothing(void **state)
{
    struct settings *s = &crowd.nodes[1].settings;
    (void)state;
    assert_string_equal(told(0, "set\tlog.level\toff"), "=0\n");
    crowd.cut = true;
    assert_string_equal(told(0, "set\tregistration\tclosed"), "=0\n");
    crowd.core->held_op = STORE_OP_BOARD;
    settings_told(s, 2);
    core_run(crowd.core);
    settings_stop(s);
    core_let_store_go(crowd.core);
    assert_int_equal(s->number, 1);
    assert_true(may_sign_up(1));
    settings_told(s, 3);
    pass(SETTINGS_EVERY_MS);
    assert_int_equal(s->number, 1);
    assert_string_equal(told(1, "set\tregistration\topen"),
                        "-parleyd: the store could not be read or written\n=1\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_what_is_no_setting_or_no_value_of_it_is_refused),
        CASE(test_each_value_that_there_is_can_be_set),
        cmocka_unit_test_setup_teardown(test_nobody_signs_up_until_it_is_known_who_may,
                                        begin_without_store, end),
        CASE(test_the_others_are_told_and_read_it_at_once),
        CASE(test_without_a_bus_they_look_by_themselves),
        CASE(test_who_was_told_looks_until_it_is_there),
        CASE(test_who_was_told_of_what_never_comes_gives_up),
        CASE(test_what_another_version_set_leaves_what_is_configured),
        CASE(test_a_row_that_is_cut_off_says_nothing),
        CASE(test_of_two_who_set_it_at_once_one_is_told),
        CASE(test_a_nodes_own_log_level_stands_until_one_is_set),
        CASE(test_what_comes_after_the_end_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
