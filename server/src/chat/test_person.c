/* People who are loaded while something about them changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chat/person.h"
#include "chat/test_core.h"

static bool loaded;

static void ready(struct person_wait *wait, enum chat_error error)
{
    (void)wait;
    assert_int_equal(error, CHAT_OK);
    loaded = true;
}

static void nothing(struct store_request *request)
{
    (void)request;
}

/* As the store has it after an append that nobody here was answered. */
static void unblock_in_store(struct core *core, uint64_t user, uint64_t other)
{
    struct event e = {.conversation = user,
                      .seq = 2,
                      .first_seq = 2,
                      .rev = 2,
                      .sender = user,
                      .type = EVENT_UNBLOCK,
                      .key = STR("k"),
                      .user = other};
    struct store_append append = {
        .base.done = nothing, .conversation = user, .events = &e, .n_events = 1, .head.seq = 1};
    store_append(core->store, &append);
    core_run(core);
    assert_int_equal(append.base.status, STORE_DONE);
    store_request_deinit(&append.base);
}

/* The store's readers are other threads than its writer: what was read before an unblock stood may
 * arrive after it did. */
static void test_an_unblock_counts_while_the_blocks_are_being_read(void **state)
{
    (void)state;
    struct core *core = core_new(&(struct chat_options){.cache_bytes_max = 1});
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    core_block(core, ann, bob, true);

    struct person *p = person_get(core->chat, ann);
    struct person_wait wait = {.ready = ready};
    assert_false(person_load(p, &wait));
    core->answers_held = true;
    core_run(core);
    struct list early = LIST_INIT(early);
    list_splice_back(&early, &core->answers.tasks); /* read, and on their way */

    core->answers_held = false;
    unblock_in_store(core, ann, bob);
    person_set_block(p, bob, false);
    assert_false(p->loaded);
    list_splice_back(&core->answers.tasks, &early);
    core_run(core);
    assert_true(loaded && p->loaded);
    assert_false(person_blocks(p, bob));
    person_unref(p);
    core_free(core);
}

static void test_the_cache_keeps_to_its_bytes(void **state)
{
    (void)state;
    enum { USERS = 100, BYTES_MAX = 16 * 1024 };
    struct core *core = core_new(&(struct chat_options){.cache_bytes_max = BYTES_MAX});
    uint64_t ann = core_user(core, "ann"), users[USERS], direct[USERS];
    char name[] = "user00";
    for (int i = 0; i < USERS; i++) {
        name[4] = (char)('0' + i / 10);
        name[5] = (char)('0' + i % 10);
        users[i] = core_user(core, name);
        direct[i] = core_send(core, ann, users[i]);
        assert_true(core->chat->cache_bytes <= BYTES_MAX);
    }
    assert_null(map_get(&core->chat->rooms, direct[0])); /* unused for longest */
    assert_non_null(map_get(&core->chat->rooms, direct[USERS - 1]));
    core_send(core, ann, direct[0]); /* it comes back */
    assert_non_null(map_get(&core->chat->rooms, direct[0]));
    assert_true(core->chat->cache_bytes <= BYTES_MAX);
    core_free(core);
}

static void test_whoever_is_there_stays_in_the_cache(void **state)
{
    (void)state;
    struct core *core = core_new(&(struct chat_options){.cache_bytes_max = 1});
    uint64_t ann = core_user(core, "ann"), bob = core_user(core, "bob");
    struct session here;
    session_begin(core->chat, &here, ann, 1);
    core_send(core, bob, ann);
    assert_non_null(map_get(&core->chat->persons, ann));
    assert_null(map_get(&core->chat->persons, bob));
    assert_int_equal(core_told(core, SAID_EVENT, &here), 1);
    here.signed_out = true;
    session_end(core->chat, &here, core->mono_ms);
    core_run(core);
    assert_null(map_get(&core->chat->persons, ann));
    core_free(core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_unblock_counts_while_the_blocks_are_being_read),
        cmocka_unit_test(test_the_cache_keeps_to_its_bytes),
        cmocka_unit_test(test_whoever_is_there_stays_in_the_cache),
    };
    return cmocka_run_group_tests_name("chat/person", tests, NULL, NULL);
}
