/* The contract: reopening, being alone, many at once. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/rocksdb.h"
#include "store/test_rig.h"
#include "util/crypto.h"

static void test_everything_acknowledged_is_there_after_reopening(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_direct(rig);
    say(rig, DIRECT, ALICE, "a1", "hello");
    uint64_t incarnation = store_info(rig->store)->incarnation;
    rig_reopen(rig);
    assert_int_equal(store_info(rig->store)->incarnation, incarnation);
    struct store_events r = {.conversation = DIRECT, .from_seq = 1, .to_seq = 1, .limit = 1};
    ask(rig, store_events, &r);
    assert_int_equal(r.n_events, 1);
    assert_true(str_eq(r.events[0].text, STR("hello")));
    store_request_deinit(&r.base);
}

static void test_a_second_server_is_refused(void **state)
{
    struct rig *rig = *state;
    struct store *second = NULL;
    char why[256] = "";
    struct store_rocksdb_options options = {.directory = rig->directory};
    assert_int_equal(store_rocksdb_open(&second, &options, &rig->tasks.poster, why, sizeof(why)),
                     -EBUSY);
    assert_non_null(strstr(why, rig->directory));
    assert_null(second);
}

static int n_answered;

static void count_answer(struct store_request *r)
{
    assert_int_equal(r->status, STORE_DONE);
    n_answered++;
}

/* Many at once from many conversations, reads among them: each is answered once. */
static void test_many_requests_at_once(void **state)
{
    struct rig *rig = *state;
    enum { N = 2000 };
    static struct store_user_create users[N];
    static struct store_blocks reads[N];
    static char names[N][16];
    n_answered = 0;
    for (int i = 0; i < N; i++) {
        snprintf(names[i], sizeof(names[i]), "user%d", i);
        users[i] = (struct store_user_create){.base.done = count_answer,
                                              .user = {.id = 1000 + (uint64_t)i,
                                                       .username = str_of(names[i]),
                                                       .display_name = STR("x"),
                                                       .about = STR(""),
                                                       .password = STR("hash")}};
        reads[i] = (struct store_blocks){.base.done = count_answer, .user = 1000 + (uint64_t)i};
        store_user_create(rig->store, &users[i]);
        store_blocks(rig->store, &reads[i]);
    }
    while (n_answered < 2 * N)
        rig_run_one(rig);
    for (int i = 0; i < N; i++) {
        store_request_deinit(&users[i].base);
        store_request_deinit(&reads[i].base);
    }
    assert_int_equal(make_user(rig, 1, "user1999"), STORE_TAKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        durable(test_everything_acknowledged_is_there_after_reopening),
        durable(test_a_second_server_is_refused),
        both(test_many_requests_at_once),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests_name("store/whole", tests, NULL, NULL);
}
