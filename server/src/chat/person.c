/*
 * Owns the persons of a chat core; the chat thread runs it. A person is loaded by three reads (the
 * user's row, the blocks, the contacts); from then on every event of their own log, and of their
 * 1:1s, passes through this core, so what is cached is exact.
 *
 * Where other nodes write, too, each says whom it changed, and what they tell is only that: the
 * rows are read again by whoever needs them. What is lost on the way is made good by age.
 */
#include "chat/person.h"

#include <stdlib.h>

#include "chat/device_check.h"
#include "chat/presence_state.h"
#include "model/limits.h"
#include "util/mem.h"
#include "util/metric.h"

struct person_load {
    struct person *person;
    struct age age;
    struct store_users user;
    struct store_blocks blocks;
    struct store_contacts contacts;
    int missing; /* answers that are yet to come */
    bool again;  /* what was read may be from before a change that stands */
    enum chat_error error;
};

static uint32_t person_bytes(const struct person *p)
{
    return (uint32_t)(sizeof(*p) + p->n_blocks * sizeof(p->blocks[0]) +
                      p->n_contacts * sizeof(p->contacts[0]) + 64);
}

static void person_evict(struct chat *chat, struct cached *cached)
{
    struct person *p = container_of(cached, struct person, cached);
    timer_cancel(chat->env->wheel, &p->presence);
    map_remove(&chat->persons, p->id);
    free(p->blocks);
    free(p->contacts);
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
    timer_init(&p->devices, device_check_timer);
    cached_init(chat, &p->cached, person_bytes(p), person_evict);
    map_put(&chat->persons, id, p);
    return p;
}

void person_unref(struct person *p)
{
    if (p)
        cached_unref(p->chat, &p->cached);
}

static struct person_contact contact_of(const struct contact *row)
{
    return (struct person_contact){row->other, row->state, row->seq};
}

static void take_answers(struct person *p, const struct person_load *load)
{
    p->age = load->age;
    p->outdated = false;
    p->exists = load->user.n_users == 1;
    p->disabled = p->exists && load->user.users[0].disabled;
    p->deleted = p->deleted || (p->exists && load->user.users[0].deleted_ms);
    p->privacy = p->exists ? load->user.users[0].privacy : 0;
    p->renamed_ms = p->exists ? load->user.users[0].renamed_ms : 0;
    if (p->exists)
        p->last_seen_ms = MAX(p->last_seen_ms, load->user.users[0].last_seen_ms);
    free(p->blocks);
    p->n_blocks = load->blocks.n_users;
    p->blocks =
        p->n_blocks ? mem_copy(load->blocks.users, p->n_blocks * sizeof(p->blocks[0])) : NULL;
    free(p->contacts);
    p->n_contacts = load->contacts.n_contacts;
    p->contacts = p->n_contacts ? mem_new_array(p->n_contacts, sizeof(p->contacts[0])) : NULL;
    for (uint32_t i = 0; i < p->n_contacts; i++)
        p->contacts[i] = contact_of(&load->contacts.contacts[i]);
    /* somebody who is not there may sign up any time, and nothing would tell */
    p->loaded = p->exists;
    cached_resize(p->chat, &p->cached, person_bytes(p));
}

static void load_rows(struct person_load *);

static void load_begin(struct person *);

/* To those who wait; whoever needs it newer waits for the next load. */
static void load_end(struct person *p, enum chat_error error)
{
    struct list waiting = LIST_INIT(waiting);
    list_splice_back(&waiting, &p->loading);
    for (struct list *node; (node = list_pop_front(&waiting));) {
        struct person_wait *wait = list_entry(node, struct person_wait, link);
        if (!error && !age_meets(p->chat, &p->age, &wait->need))
            list_push_back(&p->loading, &wait->link);
        else
            wait->ready(wait, error);
    }
    if (!list_empty(&p->loading) && !p->load)
        load_begin(p);
    if (p->chat->options.shared)
        presence_sight_changed(p);
    person_unref(p);
}

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
    p->chat->loads--;
    if (!error)
        take_answers(p, load);
    store_request_deinit(&load->user.base);
    store_request_deinit(&load->blocks.base);
    store_request_deinit(&load->contacts.base);
    free(load);
    load_end(p, error);
}

static void user_done(struct store_request *request)
{
    load_answered(container_of(request, struct person_load, user.base), request->status);
}

static void blocks_done(struct store_request *request)
{
    load_answered(container_of(request, struct person_load, blocks.base), request->status);
}

static void contacts_done(struct store_request *request)
{
    load_answered(container_of(request, struct person_load, contacts.base), request->status);
}

static void load_rows(struct person_load *load)
{
    struct person *p = load->person;
    store_request_deinit(&load->user.base);
    store_request_deinit(&load->blocks.base);
    store_request_deinit(&load->contacts.base);
    load->again = false;
    load->age = age_now(p->chat);
    load->missing = 3;
    load->user = (struct store_users){.base.done = user_done, .ids = &p->id, .n_ids = 1};
    load->blocks = (struct store_blocks){.base.done = blocks_done, .user = p->id};
    load->contacts = (struct store_contacts){.base.done = contacts_done, .user = p->id};
    store_users(p->chat->store, &load->user);
    store_blocks(p->chat->store, &load->blocks);
    store_contacts(p->chat->store, &load->contacts);
}

static void load_begin(struct person *p)
{
    struct person_load *load = mem_new(sizeof(*load));
    p->load = load;
    p->chat->loads++;
    cached_ref(&p->cached);
    load->person = p;
    load_rows(load);
}

bool person_is_fresh(const struct person *p)
{
    struct need need = need_within(p->chat, p->chat->options.person_age_ms_max);
    return p->loaded && !p->outdated && age_meets(p->chat, &p->age, &need);
}

bool person_load(struct person *p, struct person_wait *wait)
{
    bool meets = person_is_fresh(p) && age_meets(p->chat, &p->age, &wait->need);
    metric_add_at(meets ? METRIC_CACHE_HITS : METRIC_CACHE_MISSES, CHAT_CACHED_PERSON, 1);
    if (meets)
        return true;
    list_push_back(&p->loading, &wait->link);
    if (!p->load)
        load_begin(p);
    return false;
}

void person_preload(struct person *p)
{
    if (!person_is_fresh(p) && !p->load)
        load_begin(p);
}

void person_changed(struct chat *chat, uint64_t id)
{
    struct person *p = map_get(&chat->persons, id);
    if (!p)
        return;
    p->outdated = true;
    if (p->load)
        p->load->again = true;
    else if (!list_empty(&p->watchers))
        load_begin(p);
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
        all->slots[i] = (struct persons_slot){
            .wait = {.need = all->need, .ready = persons_slot_ready}, .all = all};
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

/* --- contacts --- */

/* The place of `user` among the contacts, or where it would stand. */
static uint32_t contact_place(const struct person *p, uint64_t user)
{
    uint32_t low = 0, high = p->n_contacts;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (p->contacts[middle].user < user)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

enum contact_state person_contact(const struct person *p, uint64_t user)
{
    uint32_t at = contact_place(p, user);
    bool there = at < p->n_contacts && p->contacts[at].user == user;
    return there ? p->contacts[at].state : CONTACT_NONE;
}

uint32_t person_contacts_in(const struct person *p, enum contact_state state)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_contacts; i++)
        n += p->contacts[i].state == state;
    return n;
}

static void insert_contact(struct person *p, uint32_t at, struct person_contact contact)
{
    p->contacts = mem_resize(p->contacts, (p->n_contacts + 1) * sizeof(p->contacts[0]));
    memmove(p->contacts + at + 1, p->contacts + at, (p->n_contacts - at) * sizeof(p->contacts[0]));
    p->contacts[at] = contact;
    p->n_contacts++;
}

static void take_contact_out(struct person *p, uint32_t at)
{
    p->n_contacts--;
    memmove(p->contacts + at, p->contacts + at + 1, (p->n_contacts - at) * sizeof(p->contacts[0]));
}

/* What is cached may have been read after the event: then it says so already, or the event does not
 * fit it. */
void person_follow_contact(struct person *p, const struct event *e)
{
    if (p->load)
        p->load->again = true;
    if (!p->loaded)
        return;
    bool mine = p->id == e->sender;
    uint64_t user = mine ? e->user : e->sender;
    uint32_t at = contact_place(p, user);
    bool there = at < p->n_contacts && p->contacts[at].user == user;
    if (there && p->contacts[at].seq >= e->seq)
        return;
    enum contact_state before = there ? p->contacts[at].state : CONTACT_NONE;
    enum contact_state after = contact_after(mine ? before : contact_mirror(before), e->type);
    if (after == CONTACT_STATES)
        return;
    struct person_contact now = {user, mine ? after : contact_mirror(after), e->seq};
    if (now.state == CONTACT_NONE)
        take_contact_out(p, at);
    else if (there)
        p->contacts[at] = now;
    else
        insert_contact(p, at, now);
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

void person_set_deleted(struct chat *chat, uint64_t id, bool deleted)
{
    struct person *p = map_get(&chat->persons, id);
    if (!p)
        return;
    if (p->load)
        p->load->again = true;
    p->deleted = deleted;
}

bool person_is_deleted(struct chat *chat, uint64_t id)
{
    const struct person *p = map_get(&chat->persons, id);
    return p && p->deleted;
}

bool person_may_write(const struct person *from, const struct person *to)
{
    return to->exists && !to->disabled && !to->deleted && !from->deleted &&
           !person_blocks(from, to->id) && !person_blocks(to, from->id);
}

/* --- privacy --- */

bool person_lets(const struct person *p, uint64_t user, enum privacy_setting setting)
{
    if (user == p->id)
        return true;
    bool contact = person_contact(p, user) == CONTACT_STANDS;
    return !person_blocks(p, user) && audience_has(privacy_of(p->privacy, setting), contact);
}

bool person_may_add(const struct person *from, const struct person *to)
{
    return person_may_write(from, to) && person_lets(to, from->id, PRIVACY_GROUPS);
}

bool person_may_begin(const struct person *from, const struct person *to)
{
    return person_may_write(from, to) && person_lets(to, from->id, PRIVACY_WRITE);
}

bool person_shows_reads(const struct person *p, const struct person *viewer)
{
    return person_lets(p, viewer->id, PRIVACY_RECEIPTS) &&
           person_lets(viewer, p->id, PRIVACY_RECEIPTS);
}

void person_follow_privacy(struct person *p, const struct event *e)
{
    if (p->load)
        p->load->again = true;
    p->privacy = privacy_change(p->privacy, e->privacy);
}

/* --- the name --- */

void person_follow_rename(struct person *p, const struct event *e)
{
    if (p->load)
        p->load->again = true;
    p->renamed_ms = e->time_ms;
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
