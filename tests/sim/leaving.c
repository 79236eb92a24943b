/*
 * Of whoever deleted their account nothing is left but what others have a part in; and of the
 * store as a whole, with or without them, its own verify finds no fault.
 */
#include "replay.h"
#include "store/directory.h"
#include "store/verify.h"
#include "world.h"

bool left_with_them(const struct truth *t, const struct truth_log *log)
{
    return t->left && (log->id == t->left || log->load.base.status != STORE_DONE);
}

static void expect_none(struct truth *t, const char *what, uint32_t n)
{
    if (n)
        world_fail(t->world, "%llu is deleted and has %u %s", (unsigned long long)t->left, n, what);
}

static void check_rows(struct truth *t)
{
    struct store *store = t->world->store;
    struct store_devices devices = {.base.done = truth_nothing, .user = t->left};
    struct store_blocks blocks = {.base.done = truth_nothing, .user = t->left};
    struct store_contacts contacts = {.base.done = truth_nothing, .user = t->left};
    struct store_drafts drafts = {.base.done = truth_nothing, .user = t->left, .limit = LIST_MAX};
    struct store_load own = {.base.done = truth_nothing, .id = t->left};
    struct store_direct_claim notes = {.base.done = truth_nothing, .users = {t->left, t->left}};
    store_devices(store, &devices);
    store_blocks(store, &blocks);
    store_contacts(store, &contacts);
    store_drafts(store, &drafts);
    store_load(store, &own);
    store_direct_claim(store, &notes);
    world_settle(t->world);
    expect_none(t, "devices", devices.n_devices);
    expect_none(t, "blocks", blocks.n_users);
    expect_none(t, "contacts", contacts.n_contacts);
    expect_none(t, "drafts", drafts.n_drafts);
    expect_none(t, "events of their own", (uint32_t)own.head.seq);
    expect_none(t, "conversations with themselves", notes.base.status != STORE_NOT_FOUND);
    store_request_deinit(&devices.base);
    store_request_deinit(&blocks.base);
    store_request_deinit(&contacts.base);
    store_request_deinit(&drafts.base);
    store_request_deinit(&own.base);
    store_request_deinit(&notes.base);
}

/* What mentions them, or what they starred. */
static void check_lists(struct truth *t)
{
    for (int stars = 0; stars < 2; stars++) {
        struct store_mentions r = {.base.done = truth_nothing,
                                   .user = t->left,
                                   .stars = stars,
                                   .limit = LIST_MAX,
                                   .now_ms = t->world->wall_ms};
        store_mentions(t->world->store, &r);
        world_settle(t->world);
        expect_none(t, stars ? "stars" : "mentions", r.n_events);
        store_request_deinit(&r.base);
    }
}

static void check_groups(struct truth *t)
{
    for (uint32_t i = 0; i < t->n_logs; i++) {
        struct truth_log *log = t->logs[i];
        if (log->load.conversation.kind == CONVERSATION_GROUP && present(log, t->left))
            world_fail(t->world, "%llu is deleted and in group %llu", (unsigned long long)t->left,
                       (unsigned long long)log->id);
    }
}

static void found(void *arg, const char *sentence)
{
    world_fail(arg, "verify: %s", sentence);
}

void leaving_check(struct truth *t)
{
    struct verify verify = {.kv = t->world->kv, .fault = found, .arg = t->world};
    if (verify.kv && verify_run(&verify))
        world_fail(t->world, "verify did not come to the end");
    if (!t->left)
        return;
    check_rows(t);
    check_lists(t);
    check_groups(t);
}
