/*
 * Owns the persons of a chat core; the chat thread runs it. A person is loaded by two reads (the
 * user's row, the blocks); from then on every event of their own log passes through this core,
 * so what is cached is exact.
 */
#include "chat/person.h"

#include <stdlib.h>

#include "chat/presence_state.h"
#include "model/limits.h"
#include "util/mem.h"

struct person_load {
    struct person *person;
    struct store_users user;
    struct store_blocks blocks;
    int missing; /* answers that are yet to come */
    bool again;  /* what was read may be from before a change that stands */
    enum chat_error error;
};

static uint32_t person_bytes(const struct person *p)
{
    return (uint32_t)(sizeof(*p) + p->n_blocks * sizeof(p->blocks[0]) + 64);
}

static void person_evict(struct chat *chat, struct cached *cached)
{
    struct person *p = container_of(cached, struct person, cached);
    timer_cancel(chat->env->wheel, &p->presence);
    map_remove(&chat->persons, p->id);
    free(p->blocks);
    free(p);
}

struct person *person_get(struct chat *chat, uint64_t id)
{
    struct person *p = map_get(&chat->persons, id);
    if (p) {
        cached_ref(&p->cached);
        return p;
    }
    p = mem_new(sizeof(*p));
    p->chat = chat;
    p->id = id;
    list_init(&p->sessions);
    list_init(&p->watchers);
    list_init(&p->waits);
    list_init(&p->loading);
    timer_init(&p->presence, presence_timer);
    cached_init(chat, &p->cached, person_bytes(p), person_evict);
    map_put(&chat->persons, id, p);
    return p;
}

void person_unref(struct person *p)
{
    if (p)
        cached_unref(p->chat, &p->cached);
}

static void take_answers(struct person *p, const struct person_load *load)
{
    p->exists = load->user.n_users == 1;
    p->disabled = p->exists && load->user.users[0].disabled;
    if (p->exists)
        p->last_seen_ms = MAX(p->last_seen_ms, load->user.users[0].last_seen_ms);
    free(p->blocks);
    p->n_blocks = load->blocks.n_users;
    p->blocks = mem_copy(load->blocks.users, p->n_blocks * sizeof(p->blocks[0]));
    /* somebody who is not there may sign up any time, and nothing would tell */
    p->loaded = p->exists;
    cached_resize(p->chat, &p->cached, person_bytes(p));
}

static void load_rows(struct person_load *);

static void load_answered(struct person_load *load, enum store_status status)
{
    if (status != STORE_DONE)
        load->error = error_of(status);
    if (--load->missing > 0)
        return;
    if (load->again && !load->error) {
        load_rows(load);
        return;
    }
    struct person *p = load->person;
    enum chat_error error = load->error;
    p->load = NULL;
    if (!error)
        take_answers(p, load);
    store_request_deinit(&load->user.base);
    store_request_deinit(&load->blocks.base);
    free(load);
    struct list waiting = LIST_INIT(waiting);
    list_splice_back(&waiting, &p->loading);
    for (struct list *node; (node = list_pop_front(&waiting));) {
        struct person_wait *wait = list_entry(node, struct person_wait, link);
        wait->ready(wait, error);
    }
    person_unref(p);
}

static void user_done(struct store_request *request)
{
    load_answered(container_of(request, struct person_load, user.base), request->status);
}

static void blocks_done(struct store_request *request)
{
    load_answered(container_of(request, struct person_load, blocks.base), request->status);
}

static void load_rows(struct person_load *load)
{
    struct person *p = load->person;
    store_request_deinit(&load->user.base);
    store_request_deinit(&load->blocks.base);
    load->again = false;
    load->missing = 2;
    load->user = (struct store_users){.base.done = user_done, .ids = &p->id, .n_ids = 1};
    load->blocks = (struct store_blocks){.base.done = blocks_done, .user = p->id};
    store_users(p->chat->store, &load->user);
    store_blocks(p->chat->store, &load->blocks);
}

bool person_load(struct person *p, struct person_wait *wait)
{
    if (p->loaded)
        return true;
    list_push_back(&p->loading, &wait->link);
    if (p->load)
        return false;
    struct person_load *load = mem_new(sizeof(*load));
    p->load = load;
    cached_ref(&p->cached);
    load->person = p;
    load_rows(load);
    return false;
}

/* --- many --- */

struct persons_slot {
    struct person_wait wait;
    struct persons *all;
};

static void persons_one_less(struct persons *all, enum chat_error error)
{
    if (error)
        all->error = error;
    if (--all->missing == 0)
        all->ready(all, all->error);
}

static void persons_slot_ready(struct person_wait *wait, enum chat_error error)
{
    persons_one_less(container_of(wait, struct persons_slot, wait)->all, error);
}

static void persons_asked(struct task *task)
{
    persons_one_less(container_of(task, struct persons, task), CHAT_OK);
}

void persons_load(struct chat *chat, struct persons *all, const uint64_t *ids, uint32_t n)
{
    all->chat = chat;
    all->n = n;
    all->error = CHAT_OK;
    all->persons = mem_new_array(n, sizeof(all->persons[0]));
    all->slots = mem_new_array(n, sizeof(all->slots[0]));
    all->missing = 1; /* the task below, so that the answer never comes inside this call */
    for (uint32_t i = 0; i < n; i++) {
        all->persons[i] = person_get(chat, ids[i]);
        all->slots[i] = (struct persons_slot){.wait.ready = persons_slot_ready, .all = all};
        if (!person_load(all->persons[i], &all->slots[i].wait))
            all->missing++;
    }
    all->task.run = persons_asked;
    post(chat->env->self, &all->task);
}

void persons_deinit(struct persons *all)
{
    for (uint32_t i = 0; i < all->n; i++)
        person_unref(all->persons[i]);
    free(all->persons);
    free(all->slots);
    all->persons = NULL;
    all->slots = NULL;
    all->n = 0;
}

/* --- blocks --- */

/* The place of `user` among the blocks, or where it would stand. */
static uint32_t block_place(const struct person *p, uint64_t user)
{
    uint32_t low = 0, high = p->n_blocks;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (p->blocks[middle] < user)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool person_blocks(const struct person *p, uint64_t user)
{
    uint32_t at = block_place(p, user);
    return at < p->n_blocks && p->blocks[at] == user;
}

void person_set_block(struct person *p, uint64_t user, bool on)
{
    if (p->load)
        p->load->again = true;
    if (!p->loaded || person_blocks(p, user) == on)
        return;
    uint32_t at = block_place(p, user);
    if (on) {
        p->blocks = mem_resize(p->blocks, (p->n_blocks + 1) * sizeof(p->blocks[0]));
        memmove(p->blocks + at + 1, p->blocks + at, (p->n_blocks - at) * sizeof(p->blocks[0]));
        p->blocks[at] = user;
        p->n_blocks++;
    } else {
        p->n_blocks--;
        memmove(p->blocks + at, p->blocks + at + 1, (p->n_blocks - at) * sizeof(p->blocks[0]));
    }
    cached_resize(p->chat, &p->cached, person_bytes(p));
}

void person_set_disabled(struct chat *chat, uint64_t id, bool disabled)
{
    struct person *p = map_get(&chat->persons, id);
    if (!p)
        return;
    if (p->load)
        p->load->again = true;
    p->disabled = disabled;
}

bool person_may_write(const struct person *from, const struct person *to)
{
    return to->exists && !to->disabled && !person_blocks(from, to->id) &&
           !person_blocks(to, from->id);
}

void persons_end(struct chat *chat)
{
    size_t at = 0;
    uint64_t id;
    for (struct person *p; (p = map_next(&chat->persons, &at, &id));)
        presence_end(p);
}

void persons_forget(struct chat *chat)
{
    size_t at = 0;
    uint64_t id;
    for (struct person *p; (p = map_next(&chat->persons, &at, &id));) {
        must(list_empty(&p->sessions) && list_empty(&p->watchers) && list_empty(&p->waits));
        timer_cancel(chat->env->wheel, &p->presence);
        presence_forget(p);
    }
}
