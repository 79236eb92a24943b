/*
 * The directory on Cassandra, where the contract's one asker is not enough: two nodes (two stores
 * on one keyspace) that want the same thing at once; what a node left half-way that died, as rows
 * put in by hand; searches over many rows; and what a sign-in and a connect cost, in statements.
 * Which Cassandra, says the environment (store_rig.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_rig.h"
#include "util/mem.h"

enum { NODES = 2, CROWD = 8, ROUNDS = 5 };

/* --- two nodes --- */

struct pair {
    struct rig *rig; /* whose store is the first node */
    struct store *second;
};

static int begin(void **state)
{
    struct pair *p = mem_new(sizeof(*p));
    void *rig;
    int err = rig_begin_engine(&rig);
    p->rig = rig;
    p->second = store_rig_another();
    *state = p;
    return err;
}

static int end(void **state)
{
    struct pair *p = *state;
    void *rig = p->rig;
    store_rig_free(p->second);
    free(p);
    return rig_end(&rig);
}

static struct store *node(struct pair *p, int i)
{
    return i % NODES ? p->second : p->rig->store;
}

static uint32_t awaited;

static void answered(struct store_request *r)
{
    (void)r;
    awaited--;
}

/* Asks a node; wait_for_all() waits for all that was asked. */
#define begin_ask(pair, i, operation, request)                                                     \
    do {                                                                                           \
        (request)->base.done = answered;                                                           \
        awaited++;                                                                                 \
        operation(node(pair, i), request);                                                         \
    } while (0)

static void wait_for_all(struct pair *p)
{
    while (awaited)
        p->rig->engine->turn(p->rig);
}

/* --- sign-ups --- */

struct crowd {
    struct store_user_create create[CROWD];
    char names[CROWD][16];
    char looks[CROWD][CRYPTO_HASH_BYTES];
};

/* Member i signs up as `id` + i, with a device of the same id. */
static struct store_user_create *signs_up(struct crowd *c, int i, uint64_t id, const char *name,
                                          char look)
{
    struct store_user_create *r = &c->create[i];
    snprintf(c->names[i], sizeof(c->names[i]), "%s", name);
    memset(c->looks[i], look, CRYPTO_HASH_BYTES);
    *r = (struct store_user_create){.user = {.id = id + (uint64_t)i,
                                             .username = str_of(c->names[i]),
                                             .skeleton = str_n(c->looks[i], CRYPTO_HASH_BYTES),
                                             .display_name = STR("one of many"),
                                             .about = STR(""),
                                             .password = STR("hash"),
                                             .created_ms = 1000},
                                    .device = {.id = id + (uint64_t)i,
                                               .user = id + (uint64_t)i,
                                               .name = STR("phone"),
                                               .created_ms = 1000}};
    memset(r->device.token_hash, (int)(id + (uint64_t)i) & 0xFF, sizeof(r->device.token_hash));
    return r;
}

/* How many got an account; *who one of them. Those who did not are not there, nor are their
 * devices. */
static uint32_t count_accounts(struct pair *p, struct crowd *c, uint64_t *who)
{
    uint32_t n = 0;
    for (int i = 0; i < CROWD; i++) {
        struct store_user_create *r = &c->create[i];
        bool made = r->base.status == STORE_DONE;
        struct store_users users = {.ids = &r->user.id, .n_ids = 1};
        struct store_token_find find = {0};
        memcpy(find.token_hash, r->device.token_hash, sizeof(find.token_hash));
        ask(p->rig, store_users, &users);
        ask(p->rig, store_token_find, &find);
        assert_int_equal(users.n_users, made);
        assert_int_equal(find.base.status, made ? STORE_DONE : STORE_NOT_FOUND);
        if (made)
            *who = r->user.id;
        n += made;
        store_request_deinit(&users.base);
        store_request_deinit(&find.base);
        store_request_deinit(&r->base);
    }
    return n;
}

static void test_of_many_who_want_a_name_one_gets_it(void **state)
{
    struct pair *p = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct crowd c;
        char name[16];
        uint64_t who = 0;
        snprintf(name, sizeof(name), "wanted%d", round);
        for (int i = 0; i < CROWD; i++) {
            struct store_user_create *r =
                signs_up(&c, i, 1000 + 10 * (uint64_t)round, name, (char)('a' + round));
            begin_ask(p, i, store_user_create, r);
        }
        wait_for_all(p);
        for (int i = 0; i < CROWD; i++)
            assert_true(c.create[i].base.status == STORE_DONE ||
                        c.create[i].base.status == STORE_TAKEN);
        assert_int_equal(count_accounts(p, &c, &who), 1);
        struct store_user_find find = {.username = str_of(name)};
        ask(p->rig, store_user_find, &find);
        assert_int_equal(find.user.id, who);
        store_request_deinit(&find.base);
    }
}

static void test_of_many_names_that_look_alike_one_is_had(void **state)
{
    struct pair *p = *state;
    for (int round = 0; round < ROUNDS; round++) {
        struct crowd c;
        uint64_t who;
        for (int i = 0; i < CROWD; i++) {
            char name[16];
            snprintf(name, sizeof(name), "alike%d%c", round, 'a' + i);
            struct store_user_create *r =
                signs_up(&c, i, 1000 + 10 * (uint64_t)round, name, (char)('a' + round));
            begin_ask(p, i, store_user_create, r);
        }
        wait_for_all(p);
        for (int i = 0; i < CROWD; i++)
            if (c.create[i].base.status != STORE_DONE)
                assert_int_equal(c.create[i].base.status, STORE_TAKEN);
        assert_int_equal(count_accounts(p, &c, &who), 1);
    }
}

static void test_a_code_is_never_used_once_too_often(void **state)
{
    struct pair *p = *state;
    const struct invite_code code = {
        .id = 77, .hash = {7}, .created_ms = 1000, .until_ms = 2000, .uses_max = 3};
    struct store_code_put put = {.code = code};
    struct crowd c;
    uint64_t who;
    ask(p->rig, store_code_put, &put);
    store_request_deinit(&put.base);
    for (int i = 0; i < CROWD; i++) {
        char name[16];
        snprintf(name, sizeof(name), "guest%d", i);
        struct store_user_create *r = signs_up(&c, i, 1000, name, (char)('a' + i));
        r->code = (struct store_code_use){.id = 77, .hash = {7}, .now_ms = 1500};
        begin_ask(p, i, store_user_create, r);
    }
    wait_for_all(p);
    assert_int_equal(count_accounts(p, &c, &who), 3);
    struct store_codes codes = {.limit = 10};
    ask(p->rig, store_codes, &codes);
    assert_int_equal(codes.codes[0].uses, 3);
    store_request_deinit(&codes.base);
}

/* --- other claims --- */

static void test_of_many_who_begin_a_direct_one_does(void **state)
{
    struct pair *p = *state;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct store_direct_claim claims[CROWD];
        uint32_t n_done = 0;
        for (int i = 0; i < CROWD; i++) {
            uint64_t a = 101 + round, b = 201 + round;
            claims[i] = (struct store_direct_claim){.users = {i % 3 ? a : b, i % 3 ? b : a},
                                                    .conversation = 600 + 10 * round + (uint64_t)i};
            begin_ask(p, i, store_direct_claim, &claims[i]);
        }
        wait_for_all(p);
        for (int i = 0; i < CROWD; i++) {
            assert_true(claims[i].base.status == STORE_DONE ||
                        claims[i].base.status == STORE_TAKEN);
            assert_int_equal(claims[i].conversation, claims[0].conversation);
            n_done += claims[i].base.status == STORE_DONE;
            store_request_deinit(&claims[i].base);
        }
        assert_int_equal(n_done, 1);
        assert_int_equal(head_of(p->rig, claims[0].conversation).seq, 0);
    }
}

/* Each process in its turn, all at once: no timestamp of a worker is given twice. */
static void test_a_worker_is_one_process_at_a_time(void **state)
{
    struct pair *p = *state;
    struct store_reserve done[CROWD * ROUNDS];
    uint32_t n = 0;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct store_reserve r[CROWD];
        for (int i = 0; i < CROWD; i++) {
            r[i] = (struct store_reserve){
                .owner = 1 + (uint64_t)i, .worker = 5, .up_to_ms = 1000 * (round + 1)};
            begin_ask(p, i, store_reserve, &r[i]);
        }
        wait_for_all(p);
        for (int i = 0; i < CROWD; i++) {
            if (r[i].base.status == STORE_DONE)
                done[n++] = r[i];
            store_request_deinit(&r[i].base);
        }
    }
    assert_true(n >= ROUNDS);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < i; j++)
            assert_false(done[i].worker == done[j].worker &&
                         done[i].used_up_to_ms < done[j].up_to_ms &&
                         done[j].used_up_to_ms < done[i].up_to_ms);
}

static void test_devices_put_at_once_keep_the_limit(void **state)
{
    struct pair *p = *state;
    struct store_device_put put[CROWD];
    uint32_t n_ended = 0;
    people(p->rig);
    for (int i = 0; i < CROWD; i++) {
        put[i] = (struct store_device_put){.device = {.id = 10 + (uint64_t)i,
                                                      .user = ALICE,
                                                      .name = STR("phone"),
                                                      .token_hash = {(uint8_t)(10 + i)}},
                                           .password = STR("hash"),
                                           .devices_max = 3};
        begin_ask(p, i, store_device_put, &put[i]);
    }
    wait_for_all(p);
    struct store_devices devices = {.user = ALICE};
    ask(p->rig, store_devices, &devices);
    assert_int_equal(devices.n_devices, 3);
    store_request_deinit(&devices.base);
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(put[i].base.status, STORE_DONE);
        n_ended += put[i].ended != 0;
        store_request_deinit(&put[i].base);
    }
    assert_int_equal(n_ended, CROWD - 3);
}

/* --- what was left half-way --- */

static void test_a_claim_without_an_account_is_taken_over(void **state)
{
    struct pair *p = *state;
    struct crowd c;
    store_rig_text("UPDATE usernames SET user = 77, taken = 0, until_ms = 0 "
                   "WHERE start = 'ha' AND name = 'half' IF user = null");
    store_rig_text(
        "UPDATE looks SET user = 77, name = 'half' "
        "WHERE skeleton = 0x6161616161616161616161616161616161616161616161616161616161616161 "
        "IF user = null");
    struct store_user_find find = {.username = STR("half")};
    ask(p->rig, store_user_find, &find);
    assert_int_equal(find.base.status, STORE_NOT_FOUND);
    store_request_deinit(&find.base);
    struct store_user_create *looks_alike = signs_up(&c, 0, 200, "halves", 'a');
    ask(p->rig, store_user_create, looks_alike);
    assert_int_equal(looks_alike->base.status, STORE_DONE);
    store_request_deinit(&looks_alike->base);
    struct store_user_create *same = signs_up(&c, 1, 200, "half", 'b');
    ask(p->rig, store_user_create, same);
    assert_int_equal(same->base.status, STORE_DONE);
    store_request_deinit(&same->base);
}

static struct store_user_create *signs_up_alone(struct pair *p, struct crowd *c, uint64_t id,
                                                const char *name)
{
    struct store_user_create *r = signs_up(c, 0, id, name, (char)id);
    ask(p->rig, store_user_create, r);
    store_request_deinit(&r->base);
    return r;
}

/* Alice's own log may still come to say it; once it says something else, it cannot. */
static void test_a_name_that_was_claimed_for_a_rename_waits_for_the_log(void **state)
{
    struct pair *p = *state;
    struct crowd c;
    people(p->rig);
    store_rig_text("UPDATE usernames SET user = 101, taken = 1, until_ms = 0 "
                   "WHERE start = 'al' AND name = 'alicia' IF user = null");
    assert_int_equal(signs_up_alone(p, &c, 200, "alicia")->base.status, STORE_TAKEN);
    change(p->rig, ALICE, EVENT_PROFILE, ALICE, "k1", 0, "Alice");
    assert_int_equal(signs_up_alone(p, &c, 201, "alicia")->base.status, STORE_DONE);
}

static void test_a_mark_of_somebody_who_stands_is_taken_away(void **state)
{
    struct pair *p = *state;
    people(p->rig);
    store_rig_text("UPDATE leaving SET late = 0 WHERE one = 0 AND due_ms = 0 AND user = 101 "
                   "IF late = null");
    struct store_leave leave = {.now_ms = 10};
    ask(p->rig, store_leave, &leave);
    assert_int_equal(leave.base.status, STORE_DONE);
    assert_int_equal(leave.todo, LEAVE_ON);
    store_request_deinit(&leave.base);
    leave.base = (struct store_request){0};
    ask(p->rig, store_leave, &leave);
    assert_int_equal(leave.todo, LEAVE_NOTHING);
    store_request_deinit(&leave.base);
    struct store_user_find find = {.username = STR("alice")};
    ask(p->rig, store_user_find, &find);
    assert_int_equal(find.base.status, STORE_DONE);
    store_request_deinit(&find.base);
}

/* --- reports --- */

static enum store_status report(struct pair *p, uint64_t id, uint64_t seq, uint64_t *stands)
{
    struct store_report_put r = {.report = {.id = id,
                                            .reporter = ALICE,
                                            .reason = REPORT_OTHER,
                                            .comment = STR("why"),
                                            .created_ms = 5,
                                            .conversation = GROUP,
                                            .seq = seq,
                                            .kind = CONVERSATION_GROUP,
                                            .sender = BOB,
                                            .time_ms = 4,
                                            .message_kind = STR("text"),
                                            .text = STR("words")}};
    ask(p->rig, store_report_put, &r);
    *stands = r.id;
    store_request_deinit(&r.base);
    return r.base.status;
}

/* The ids that are listed, as a sum. */
static uint64_t listed(struct pair *p, bool resolved, uint64_t *n_open)
{
    struct store_reports r = {.resolved = resolved, .limit = 10};
    uint64_t sum = 0;
    ask(p->rig, store_reports, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    for (uint32_t i = 0; i < r.n_reports; i++)
        sum += r.reports[i].id;
    *n_open = r.n_open;
    store_request_deinit(&r.base);
    return sum;
}

static void test_a_report_without_its_row_gets_it(void **state)
{
    struct pair *p = *state;
    uint64_t id, n_open;
    store_rig_text("UPDATE reported SET id = 71, conversation = 500, seq = 3 "
                   "WHERE reporter = 101 AND slot = 0 IF id = null");
    assert_int_equal(listed(p, false, &n_open), 0);
    assert_int_equal(report(p, 72, 3, &id), STORE_DONE);
    assert_int_equal(id, 71);
    assert_int_equal(report(p, 73, 3, &id), STORE_DONE);
    assert_int_equal(id, 71);
    assert_int_equal(listed(p, false, &n_open), 71);
    assert_int_equal(n_open, 1);
}

/* As if there were as many as are kept. */
static void test_a_resolved_report_makes_room(void **state)
{
    struct pair *p = *state;
    struct store_report_resolve resolve = {.id = 71, .by = CAROL, .now_ms = 9};
    uint64_t id, n_open;
    assert_int_equal(report(p, 71, 1, &id), STORE_DONE);
    assert_int_equal(report(p, 72, 2, &id), STORE_DONE);
    ask(p->rig, store_report_resolve, &resolve);
    store_request_deinit(&resolve.base);
    store_rig_text("UPDATE reports SET kept = 10000 WHERE one = 0 IF kept = 2");
    assert_int_equal(listed(p, true, &n_open), 71);
    assert_int_equal(report(p, 73, 3, &id), STORE_DONE);
    assert_int_equal(listed(p, true, &n_open), 0);
    assert_int_equal(listed(p, false, &n_open), 72 + 73);
    assert_int_equal(n_open, 2);
    assert_int_equal(report(p, 74, 4, &id), STORE_TAKEN);
    assert_int_equal(listed(p, false, &n_open), 72 + 73);
}

static void test_of_many_reports_of_a_message_one_stands(void **state)
{
    struct pair *p = *state;
    struct store_report_put put[CROWD];
    uint64_t n_open;
    for (int i = 0; i < CROWD; i++) {
        put[i] = (struct store_report_put){.report = {.id = 70 + (uint64_t)i,
                                                      .reporter = ALICE,
                                                      .reason = REPORT_OTHER,
                                                      .comment = STR("why"),
                                                      .conversation = GROUP,
                                                      .seq = 3,
                                                      .kind = CONVERSATION_GROUP,
                                                      .sender = BOB,
                                                      .message_kind = STR("text"),
                                                      .text = STR("words")}};
        begin_ask(p, i, store_report_put, &put[i]);
    }
    wait_for_all(p);
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(put[i].base.status, STORE_DONE);
        assert_int_equal(put[i].id, put[0].id);
        store_request_deinit(&put[i].base);
    }
    assert_int_equal(listed(p, false, &n_open), put[0].id);
    assert_int_equal(n_open, 1);
}

/* --- search --- */

enum { NAMES = 72 };

/* In order: more with one start than one step reads, then two with others. */
static void name_of(char out[16], int i)
{
    int of_start = NAMES - 2;
    snprintf(out, 16, "n%c%02d", i < of_start ? 'a' : 'b' + i - of_start, i);
}

static void test_a_search_goes_on_over_steps_and_starts(void **state)
{
    struct pair *p = *state;
    char name[16], after[16] = "";
    for (int i = 0; i < NAMES; i++) {
        name_of(name, i);
        assert_int_equal(make_user(p->rig, 200 + (uint64_t)i, name), STORE_DONE);
    }
    for (int i = 0; i < NAMES;) {
        struct store_user_search r = {.prefix = STR("n"), .after = str_of(after), .limit = 50};
        ask(p->rig, store_user_search, &r);
        assert_int_equal(r.n_users, i ? NAMES - 50 : 50);
        for (uint32_t j = 0; j < r.n_users; j++, i++) {
            name_of(name, i);
            assert_true(str_eq(r.users[j].username, str_of(name)));
        }
        snprintf(after, sizeof(after), "%s", name);
        store_request_deinit(&r.base);
    }
    struct store_user_search all = {.prefix = STR("na"), .limit = 100};
    ask(p->rig, store_user_search, &all);
    assert_int_equal(all.n_users, NAMES - 2);
    store_request_deinit(&all.base);
}

/* --- what it costs --- */

/* Of a device that has all: what it is given to go on with, next time. */
static void compare(struct rig *rig, char token[STORE_TOKEN_BYTES_MAX])
{
    struct store_inbox_changes r = {.user = ALICE, .limit = SYNC_MAX, .token = str_of(token)};
    ask(rig, store_inbox_changes, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    memcpy(token, r.next, STORE_TOKEN_BYTES_MAX);
    store_request_deinit(&r.base);
}

/* The token; who it is, where the node has not heard of them (chat/person.c); and the device
 * compares once it is subscribed, and 3 s later. */
static void connect_alice(struct rig *rig, struct store_token_find *find,
                          char token[STORE_TOKEN_BYTES_MAX])
{
    uint64_t id = ALICE;
    struct store_users user = {.ids = &id, .n_ids = 1};
    struct store_blocks blocks = {.user = ALICE};
    struct store_contacts contacts = {.user = ALICE};
    ask(rig, store_token_find, find);
    ask(rig, store_users, &user);
    ask(rig, store_blocks, &blocks);
    ask(rig, store_contacts, &contacts);
    compare(rig, token);
    compare(rig, token);
    assert_int_equal(find->base.status, STORE_DONE);
    assert_int_equal(user.n_users, 1);
    store_request_deinit(&find->base);
    store_request_deinit(&user.base);
    store_request_deinit(&blocks.base);
    store_request_deinit(&contacts.base);
}

static void test_a_sign_in_and_a_connect_take_few_statements(void **state)
{
    struct pair *p = *state;
    people(p->rig);
    store_rig_count(p->rig);
    struct store_user_find find = {.username = STR("alice")};
    ask(p->rig, store_user_find, &find);
    struct store_device_put put = {
        .device = {.id = 7, .user = ALICE, .name = STR("phone"), .token_hash = {1, 2, 3}},
        .password = find.user.password};
    ask(p->rig, store_device_put, &put);
    assert_int_equal(put.base.status, STORE_DONE);
    uint64_t sign_in = store_rig_counted(p->rig);
    char token[STORE_TOKEN_BYTES_MAX] = "";
    compare(p->rig, token);
    store_rig_count(p->rig);
    connect_alice(p->rig, &(struct store_token_find){.token_hash = {1, 2, 3}}, token);
    uint64_t connect = store_rig_counted(p->rig);
    print_message("statements: %d for a sign-in, %d for a connect\n", (int)sign_in, (int)connect);
    assert_int_equal(sign_in, 6);
    assert_int_equal(connect, 2 + 3 + 2);
    store_request_deinit(&find.base);
    store_request_deinit(&put.base);
}

#define with_two(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_two(test_of_many_who_want_a_name_one_gets_it),
        with_two(test_of_many_names_that_look_alike_one_is_had),
        with_two(test_a_code_is_never_used_once_too_often),
        with_two(test_of_many_who_begin_a_direct_one_does),
        with_two(test_a_worker_is_one_process_at_a_time),
        with_two(test_devices_put_at_once_keep_the_limit),
        with_two(test_a_claim_without_an_account_is_taken_over),
        with_two(test_a_name_that_was_claimed_for_a_rename_waits_for_the_log),
        with_two(test_a_mark_of_somebody_who_stands_is_taken_away),
        with_two(test_a_report_without_its_row_gets_it),
        with_two(test_a_resolved_report_makes_room),
        with_two(test_of_many_reports_of_a_message_one_stands),
        with_two(test_a_search_goes_on_over_steps_and_starts),
        with_two(test_a_sign_in_and_a_connect_take_few_statements),
    };
    return cmocka_run_group_tests_name("cluster/store-races", tests, NULL, NULL);
}
