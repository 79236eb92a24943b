/*
 * Two cores on one store, deaf to each other: a bus that drops everything. What one does the other
 * finds out when it matters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bus/local.h"
#include "chat/admin.h"
#include "chat/age.h"
#include "chat/read.h"
#include "chat/room.h"
#include "chat/sight.h"
#include "chat/test_core.h"
#include "util/metric.h"

struct pair {
    struct core *core; /* with the node that is asked */
    struct chat *nodes[2];
    struct bus *other_bus;
};

static struct pair *on(struct pair *p, int node)
{
    p->core->chat = p->nodes[node];
    return p;
}

static int begin(void **state)
{
    static struct pair p;
    struct chat_options options = {.shared = true};
    p.core = core_new(&options);
    p.other_bus = bus_local_new(&p.core->self.poster);
    options.env = &p.core->env;
    options.store = &p.core->faulty;
    options.bus = p.other_bus;
    options.sink = &p.core->sink;
    options.worker = 1;
    p.nodes[0] = p.core->chat;
    p.nodes[1] = chat_new(&options);
    core_n_done = 0;
    *state = &p;
    return 0;
}

static int end(void **state)
{
    struct pair *p = *state;
    core_run(p->core);
    assert_int_equal(chat_busy(p->nodes[0]), 0);
    assert_int_equal(chat_busy(p->nodes[1]), 0);
    chat_free(p->nodes[1]);
    core_run(p->core);
    bus_free(p->other_bus);
    core_free(on(p, 0)->core);
    return 0;
}

static enum chat_error add(struct pair *p, uint64_t by, uint64_t group, uint64_t user, bool in)
{
    struct chat_append a = {
        .type = in ? EVENT_ADDED : EVENT_REMOVED, .conversation = group, .user = user};
    return core_append(p->core, by, &a);
}

static enum chat_error say(struct pair *p, uint64_t from, uint64_t to, uint64_t *seq)
{
    struct chat_append a = {.type = EVENT_MESSAGE, .to = to, .kind = STR("text"), .text = STR("x")};
    enum chat_error error = core_append(p->core, from, &a);
    if (seq)
        *seq = a.seq;
    return error;
}

static struct chat_read read_of(uint64_t user, uint64_t conversation, enum read_mode mode,
                                uint64_t at)
{
    return (struct chat_read){
        .call.user = user, .conversation = conversation, .mode = mode, .at = at, .limit = 10};
}

static void test_both_write_and_no_number_is_given_twice(void **state)
{
    struct pair *p = *state;
    uint64_t ann = core_user(on(p, 0)->core, "ann"), bob = core_user(p->core, "bob"), seq;
    uint64_t group = core_group(p->core, ann, &bob, 1);
    for (uint64_t i = 2; i < 10; i++) {
        assert_int_equal(say(on(p, (int)i % 2), i % 3 ? ann : bob, group, &seq), CHAT_OK);
        assert_int_equal(seq, i);
    }
}

/* For sends at once: the append finds out. */
static void test_who_was_put_out_elsewhere_writes_no_more(void **state)
{
    struct pair *p = *state;
    uint64_t ann = core_user(on(p, 0)->core, "ann"), bob = core_user(p->core, "bob");
    uint64_t group = core_group(p->core, ann, &bob, 1);
    assert_int_equal(say(on(p, 1), bob, group, NULL), CHAT_OK);
    assert_int_equal(add(on(p, 0), ann, group, bob, false), CHAT_OK);
    assert_int_equal(say(on(p, 1), bob, group, NULL), CHAT_FORBIDDEN);
}

/* Refused here, while another node lets somebody go and then carries it out: the key is found to
 * stand, and what stands there is for those who are there then. */
static void test_what_stands_meanwhile_is_not_told_to_who_has_gone(void **state)
{
    struct pair *p = *state;
    struct core *core = on(p, 0)->core;
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob"),
             cid = core_user(core, "cid");
    uint64_t group = core_group(core, ann, (uint64_t[]){bob, cid}, 2);
    struct session bob_s;
    struct chat_append first = {
        .type = EVENT_ADDED, .conversation = group, .user = cid, .key = STR("k")};
    struct chat_append again = first;
    session_begin(p->nodes[1], &bob_s, bob, 30);
    core_run(core);
    on(p, 1);
    core->held_op = STORE_OP_KEY;
    first.call.user = ann;
    core_start(core, chat_append, &first); /* they are there: refused */
    core_run(core);
    assert_int_equal(add(on(p, 0), ann, group, bob, false), CHAT_OK);
    assert_int_equal(add(p, ann, group, cid, false), CHAT_OK);
    assert_int_equal(core_append(core, ann, &again), CHAT_OK);
    core_forget(core);
    core_n_done = 0;
    on(p, 1);
    core_let_store_go(core);
    assert_int_equal(core_n_done, 1);
    assert_int_equal(first.call.error, CHAT_OK);
    assert_int_equal(first.seq, again.seq);
    assert_int_equal(core_told(core, SAID_EVENT, &bob_s), 0);
    session_end(p->nodes[1], &bob_s, core->mono_ms);
    core_pass(core, PERSON_AGE_MS_MAX);
}

static struct chat_append keyed(uint64_t group)
{
    return (struct chat_append){
        .type = EVENT_MESSAGE, .to = group, .key = STR("k"), .kind = STR("text"), .text = STR("x")};
}

/* Ann's group with Bob, who is connected to the second node, where the next call goes. */
struct company {
    uint64_t ann, bob, group;
    struct session bob_s;
};

static struct core *company_begin(struct pair *p, struct company *c)
{
    struct core *core = on(p, 0)->core;
    c->ann = core_user(core, "ann");
    c->bob = core_user(core, "bob");
    c->group = core_group(core, c->ann, &c->bob, 1);
    session_begin(p->nodes[1], &c->bob_s, c->bob, 30);
    core_run(on(p, 1)->core);
    core_forget(core);
    return core;
}

static void company_end(struct pair *p, struct company *c)
{
    session_end(p->nodes[1], &c->bob_s, p->core->mono_ms);
    core_pass(p->core, PERSON_AGE_MS_MAX);
}

/* A node does not know whether its append stands; the same command comes to another, which decides
 * it later, and that is what stands. */
static void test_what_was_decided_elsewhere_is_not_told_as_it_was_here(void **state)
{
    struct pair *p = *state;
    struct company c;
    struct core *core = company_begin(p, &c);
    struct chat_append first = keyed(c.group), again = first, last = first;
    assert_int_equal(say(p, c.bob, c.group, NULL), CHAT_OK);
    core_forget(core);
    core->unknown[STORE_OP_APPEND] = 2; /* it is sent again at once */
    assert_int_equal(core_append(core, c.ann, &first), CHAT_UNAVAILABLE);
    core->wall_ms += 5;
    assert_int_equal(core_append(on(p, 0)->core, c.ann, &again), CHAT_OK);
    assert_int_equal(core_append(on(p, 1)->core, c.ann, &last), CHAT_OK);
    assert_int_equal(last.seq, again.seq);
    for (size_t i = 0; i < core->n_said; i++)
        assert_int_equal(core->said[i].time_ms, again.time_ms);
    assert_true(core_told(core, SAID_EVENT, &c.bob_s) > 0);
    company_end(p, &c);
}

/* The same where it does stand as it was decided here. */
static void test_what_turns_out_to_stand_is_told(void **state)
{
    struct pair *p = *state;
    struct company c;
    struct core *core = company_begin(p, &c);
    struct chat_append a = keyed(c.group);
    core->lost[STORE_OP_APPEND] = 1;
    assert_int_equal(core_append(core, c.ann, &a), CHAT_UNAVAILABLE);
    assert_int_equal(core_told(core, SAID_EVENT, &c.bob_s), 1);
    company_end(p, &c);
}

/* It stands as it was decided here, and was deleted elsewhere before this node came back to it. */
static void test_what_was_deleted_meanwhile_is_not_told(void **state)
{
    struct pair *p = *state;
    struct company c;
    struct core *core = company_begin(p, &c);
    struct chat_append a = keyed(c.group), again = a;
    core->lost[STORE_OP_APPEND] = core->unknown[STORE_OP_APPEND] = 1;
    assert_int_equal(core_append(core, c.ann, &a), CHAT_UNAVAILABLE);
    assert_int_equal(core_append(on(p, 0)->core, c.ann, &again), CHAT_OK);
    struct chat_append gone = {.type = EVENT_DELETE, .conversation = c.group, .target = again.seq};
    assert_int_equal(core_append(core, c.ann, &gone), CHAT_OK);
    assert_int_equal(say(on(p, 1), c.bob, c.group, NULL), CHAT_OK);
    for (size_t i = 0; i < core->n_said; i++)
        assert_int_not_equal(core->said[i].seq, again.seq);
    company_end(p, &c);
}

static void test_who_was_let_in_elsewhere_is_not_refused(void **state)
{
    struct pair *p = *state;
    uint64_t ann = core_user(on(p, 0)->core, "ann"), bob = core_user(p->core, "bob");
    uint64_t cid = core_user(p->core, "cid");
    uint64_t group = core_group(p->core, ann, &bob, 1);
    assert_int_equal(say(on(p, 1), bob, group, NULL), CHAT_OK); /* that node knows the group */
    assert_int_equal(add(on(p, 0), ann, group, cid, true), CHAT_OK);
    assert_int_equal(say(on(p, 1), cid, group, NULL), CHAT_OK);
    assert_int_equal(add(on(p, 0), ann, group, cid, false), CHAT_OK);
    assert_int_equal(add(p, ann, group, cid, true), CHAT_OK);
    struct chat_read read = read_of(cid, group, READ_BEFORE, 100);
    core_ask(on(p, 1)->core, chat_read, &read);
    assert_int_equal(read.call.error, CHAT_OK);
}

static void test_a_reader_is_answered_from_what_is_a_second_old_at_most(void **state)
{
    struct pair *p = *state;
    uint64_t ann = core_user(on(p, 0)->core, "ann"), bob = core_user(p->core, "bob");
    uint64_t group = core_group(p->core, ann, &bob, 1);
    struct chat_read read = read_of(bob, group, READ_BEFORE, 100);
    core_ask(on(p, 1)->core, chat_read, &read);
    assert_int_equal(read.head, 1);
    assert_int_equal(say(on(p, 0), ann, group, NULL), CHAT_OK);
    core_ask(on(p, 1)->core, chat_read, &read);
    assert_int_equal(read.head, 1); /* history may be a little old */
    core_pass(p->core, READ_AGE_MS_MAX + 1);
    core_ask(p->core, chat_read, &read);
    assert_int_equal(read.head, 2);
    assert_int_equal(say(on(p, 0), ann, group, NULL), CHAT_OK);
    read = read_of(bob, group, READ_AFTER, 2); /* who catches up is told of all */
    core_ask(on(p, 1)->core, chat_read, &read);
    assert_int_equal(read.head, 3);
    assert_int_equal(say(on(p, 0), ann, group, NULL), CHAT_OK);
    read = read_of(bob, group, READ_AFTER, 4); /* and is not ahead of what was known */
    core_ask(on(p, 1)->core, chat_read, &read);
    assert_int_equal(read.call.error, CHAT_OK);
}

static void test_a_block_made_elsewhere_holds_when_what_is_known_is_too_old(void **state)
{
    struct pair *p = *state;
    uint64_t ann = core_user(on(p, 0)->core, "ann"), bob = core_user(p->core, "bob");
    uint64_t direct = core_send(on(p, 1)->core, ann, bob);
    core_accept(p->core, bob, direct);
    core_block(on(p, 0)->core, bob, ann, true);
    assert_int_equal(say(on(p, 1), ann, direct, NULL), CHAT_OK); /* not heard of so far */
    core_pass(p->core, PERSON_AGE_MS_MAX + 1);
    assert_int_equal(say(on(p, 1), ann, direct, NULL), CHAT_CANNOT_WRITE);
    core_block(on(p, 0)->core, bob, ann, false);
    assert_int_equal(say(on(p, 1), ann, direct, NULL), CHAT_OK); /* no refusal is by old news */
}

static void test_a_device_ended_elsewhere_is_found_to_be(void **state)
{
    struct pair *p = *state;
    struct chat_sign sign = {.username = STR("ann"), .password = STR("correct horse")};
    assert_int_equal(core_sign(on(p, 0)->core, true, &sign), CHAT_OK);
    struct session here;
    session_begin(on(p, 1)->core->chat, &here, sign.user, sign.device);
    core_pass(p->core, PERSON_AGE_MS_MAX);
    assert_int_equal(core_told(p->core, SAID_END, &here), 0); /* it stands */
    struct chat_device_end ended = {.call = {.user = sign.user, .device = sign.device}};
    core_ask(on(p, 0)->core, chat_device_end, &ended);
    assert_int_equal(core_told(p->core, SAID_END, &here), 0); /* nobody said so */
    core_pass(p->core, PERSON_AGE_MS_MAX);
    assert_int_equal(core_told(p->core, SAID_END, &here), 1);
    session_end(p->nodes[1], &here, p->core->mono_ms);
    core_pass(p->core, PERSON_AGE_MS_MAX);
}

static void test_an_account_disabled_elsewhere_is_found_to_be(void **state)
{
    struct pair *p = *state;
    struct chat_sign sign = {.username = STR("ann"), .password = STR("correct horse")};
    assert_int_equal(core_sign(on(p, 0)->core, true, &sign), CHAT_OK);
    struct session here;
    session_begin(on(p, 1)->core->chat, &here, sign.user, sign.device);
    struct chat_admin_set set = {.username = STR("ann"), .disabled = 1};
    core_ask(on(p, 0)->core, chat_admin_set, &set);
    assert_int_equal(set.call.error, CHAT_OK);
    assert_int_equal(core_told(p->core, SAID_END, &here), 0);
    core_pass(on(p, 1)->core, PERSON_AGE_MS_MAX);
    assert_int_equal(core_told(p->core, SAID_END, &here), 1);
    session_end(p->nodes[1], &here, p->core->mono_ms);
    core_pass(p->core, PERSON_AGE_MS_MAX);
}

static bool picture_is_seen(struct core *core, uint64_t by, uint64_t of)
{
    struct chat_sight sight = {.call.user = by, .user = of};
    core_ask(core, chat_sight, &sight);
    assert_int_equal(sight.call.error, CHAT_OK);
    return sight.picture;
}

static void test_privacy_changed_elsewhere_holds_when_what_is_known_is_too_old(void **state)
{
    struct pair *p = *state;
    uint64_t ann = core_user(on(p, 0)->core, "ann"), bob = core_user(p->core, "bob");
    struct chat_append hide = {
        .type = EVENT_PRIVACY,
        .privacy = privacy_one(PRIVACY_PICTURE, privacy_changed_to(AUDIENCE_NOBODY))};
    assert_true(picture_is_seen(on(p, 1)->core, ann, bob));
    assert_int_equal(core_append(on(p, 0)->core, bob, &hide), CHAT_OK);
    assert_true(picture_is_seen(on(p, 1)->core, ann, bob));
    core_pass(p->core, PERSON_AGE_MS_MAX + 1);
    assert_false(picture_is_seen(p->core, ann, bob));
}

/* --- people who are read while a log is loaded: before the head, as it turns out --- */

static enum chat_error contact(struct pair *p, enum event_type type, uint64_t from, uint64_t to,
                               uint64_t *direct)
{
    struct chat_append a = {.type = type, .to = to, .user = to};
    enum chat_error error = core_append(p->core, from, &a);
    *direct = a.conversation;
    return error;
}

/* On the second node, which reads both people while it waits for the log. */
static void begins_to_append(struct pair *p, struct chat_append *a, uint64_t ann, uint64_t bob)
{
    struct core *core = on(p, 1)->core;
    core->held_op = STORE_OP_LOAD;
    core_n_done = 0;
    core_start(core, chat_append, a);
    core_run(core);
    assert_true(picture_is_seen(core, ann, bob));
}

static void no_request_is_read(struct chat_call *call)
{
    const struct chat_read *read = container_of(call, struct chat_read, call);
    core_n_done++;
    assert_int_equal(read->n_events, 1);
    assert_false(read->events[0].request);
}

static void test_who_asked_to_be_a_contact_elsewhere_is_no_stranger(void **state)
{
    struct pair *p = *state;
    struct core *core = on(p, 0)->core;
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob"), direct;
    assert_int_equal(contact(p, EVENT_CONTACT_REQUEST, bob, ann, &direct), CHAT_OK);
    assert_int_equal(contact(p, EVENT_CONTACT_REMOVE, bob, ann, &direct), CHAT_OK);
    struct chat_append a = {.call.user = ann,
                            .type = EVENT_MESSAGE,
                            .to = direct,
                            .kind = STR("text"),
                            .text = STR("x")};
    begins_to_append(p, &a, ann, bob);
    assert_int_equal(contact(on(p, 0), EVENT_CONTACT_REQUEST, bob, ann, &direct), CHAT_OK);
    on(p, 1);
    core_n_done = 0;
    core_let_store_go(core);
    assert_int_equal(core_n_done, 1);
    assert_int_equal(a.call.error, CHAT_OK);
    assert_int_equal(a.seq, 4);
    struct chat_read read = read_of(bob, direct, READ_AFTER, 3);
    read.call.done = no_request_is_read;
    chat_read(core->chat, &read);
    core_run(core);
    assert_int_equal(core_n_done, 2);
}

static void test_who_was_renamed_elsewhere_is_not_again(void **state)
{
    struct pair *p = *state;
    struct core *core = on(p, 0)->core;
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    const char looks[CRYPTO_HASH_BYTES] = "anna", looks_again[CRYPTO_HASH_BYTES] = "annie";
    struct chat_append a = {.call.user = ann,
                            .type = EVENT_RENAME,
                            .text = STR("anna"),
                            .about = str_n(looks, sizeof(looks))};
    struct chat_append again = {.type = EVENT_RENAME,
                                .text = STR("annie"),
                                .about = str_n(looks_again, sizeof(looks_again))};
    begins_to_append(p, &a, ann, bob);
    assert_int_equal(core_append(on(p, 0)->core, ann, &again), CHAT_OK);
    on(p, 1);
    core_n_done = 0;
    core_let_store_go(core);
    assert_int_equal(core_n_done, 1);
    assert_int_equal(a.call.error, CHAT_TOO_SOON);
}

static void room_ready(struct room_wait *wait, enum chat_error error)
{
    (void)wait;
    assert_int_equal(error, CHAT_OK);
}

static void person_ready(struct person_wait *wait, enum chat_error error)
{
    (void)wait;
    assert_int_equal(error, CHAT_OK);
}

/* A store of many nodes may do what the head changes while it is asked for the head: who was read
 * meanwhile may be as before. */
static void test_how_two_stand_is_read_behind_the_head(void **state)
{
    struct pair *p = *state;
    struct core *core = on(p, 0)->core;
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    struct chat_append first = {
        .type = EVENT_MESSAGE, .to = bob, .kind = STR("text"), .text = STR("x")};
    assert_int_equal(core_append(core, ann, &first), CHAT_OK);

    struct room *room = room_get(p->nodes[1], first.conversation);
    struct room_wait rows = {.ready = room_ready};
    core->answers_held = true;
    assert_false(room_load(room, &rows));
    core_run(core);
    struct list early = LIST_INIT(early);
    list_splice_back(&early, &core->answers.tasks);
    core->answers_held = false;

    struct person *meanwhile = person_get(p->nodes[1], bob);
    struct person_wait wait = {.ready = person_ready};
    assert_false(person_load(meanwhile, &wait));
    core_run(core);
    struct chat_append asks = {.type = EVENT_CONTACT_REQUEST, .to = bob, .user = bob};
    assert_int_equal(core_append(core, ann, &asks), CHAT_OK);
    list_splice_back(&core->answers.tasks, &early);
    core_run(core);
    assert_true(room->loaded);
    assert_int_equal(person_contact(meanwhile, ann), CONTACT_RECEIVED);
    person_unref(meanwhile);
    room_unref(room);
}

/* --- how often what is cached will do --- */

static uint64_t hits_before, misses_before;

static void count_from_here(enum chat_cached of)
{
    hits_before = metric_value(METRIC_CACHE_HITS, of);
    misses_before = metric_value(METRIC_CACHE_MISSES, of);
}

static void assert_counted(enum chat_cached of, uint64_t hits, uint64_t misses)
{
    assert_int_equal(metric_value(METRIC_CACHE_HITS, of) - hits_before, hits);
    assert_int_equal(metric_value(METRIC_CACHE_MISSES, of) - misses_before, misses);
}

/* What is too old is asked for again, and so no hit. */
static void test_a_hit_is_what_is_new_enough(void **state)
{
    struct pair *p = *state;
    uint64_t ann = core_user(on(p, 0)->core, "ann"), bob = core_user(p->core, "bob");
    uint64_t group = core_group(p->core, ann, &bob, 1);
    struct chat_read read = read_of(bob, group, READ_BEFORE, 100);
    on(p, 1);
    for (int i = 0; i < 3; i++) {
        count_from_here(CHAT_CACHED_ROOM);
        core_ask(p->core, chat_read, &read);
        assert_counted(CHAT_CACHED_ROOM, i == 1, i != 1);
        if (i == 1)
            core_pass(p->core, READ_AGE_MS_MAX + 1);
    }
    struct chat_sight sight = {.call.user = ann, .user = bob};
    for (int i = 0; i < 3; i++) {
        count_from_here(CHAT_CACHED_PERSON);
        core_ask(p->core, chat_sight, &sight);
        if (i)
            assert_counted(CHAT_CACHED_PERSON, i == 1 ? 2 : 0, i == 1 ? 0 : 2);
        if (i == 1)
            core_pass(p->core, PERSON_AGE_MS_MAX + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_both_write_and_no_number_is_given_twice, begin, end),
        cmocka_unit_test_setup_teardown(test_who_was_put_out_elsewhere_writes_no_more, begin, end),
        cmocka_unit_test_setup_teardown(test_what_stands_meanwhile_is_not_told_to_who_has_gone,
                                        begin, end),
        cmocka_unit_test_setup_teardown(test_what_was_decided_elsewhere_is_not_told_as_it_was_here,
                                        begin, end),
        cmocka_unit_test_setup_teardown(test_what_turns_out_to_stand_is_told, begin, end),
        cmocka_unit_test_setup_teardown(test_what_was_deleted_meanwhile_is_not_told, begin, end),
        cmocka_unit_test_setup_teardown(test_who_was_let_in_elsewhere_is_not_refused, begin, end),
        cmocka_unit_test_setup_teardown(test_a_reader_is_answered_from_what_is_a_second_old_at_most,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            test_a_block_made_elsewhere_holds_when_what_is_known_is_too_old, begin, end),
        cmocka_unit_test_setup_teardown(test_a_device_ended_elsewhere_is_found_to_be, begin, end),
        cmocka_unit_test_setup_teardown(test_an_account_disabled_elsewhere_is_found_to_be, begin,
                                        end),
        cmocka_unit_test_setup_teardown(
            test_privacy_changed_elsewhere_holds_when_what_is_known_is_too_old, begin, end),
        cmocka_unit_test_setup_teardown(test_who_asked_to_be_a_contact_elsewhere_is_no_stranger,
                                        begin, end),
        cmocka_unit_test_setup_teardown(test_who_was_renamed_elsewhere_is_not_again, begin, end),
        cmocka_unit_test_setup_teardown(test_how_two_stand_is_read_behind_the_head, begin, end),
        cmocka_unit_test_setup_teardown(test_a_hit_is_what_is_new_enough, begin, end),
    };
    return cmocka_run_group_tests_name("chat/shared", tests, NULL, NULL);
}
