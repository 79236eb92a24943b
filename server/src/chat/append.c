/*
 * From a command to the queue of its room. Most commands name their conversation and go straight
 * there. A message may name a person instead, and what concerns contacts does: then the 1:1 of the
 * two is looked up, or, where the rules allow, claimed. Chat thread.
 *
 * Looking up takes several steps on several threads, so what a sender does to persons goes one
 * after the other: what was sent later on a connection never stands before.
 *
 * A user's id is also the id of their own log, so one load of `to` tells which of the two it is.
 */
#include "chat/append.h"

#include <stdlib.h>

#include "chat/digest.h"
#include "chat/pump.h"
#include "chat/rules.h"
#include "util/mem.h"

/* --- a message to a person --- */

enum resolve_state {
    RESOLVE_LOOK_UP,
    RESOLVE_RULES,
    RESOLVE_CLAIM,
};

struct resolve {
    struct chat *chat;
    struct list link;   /* behind the sender's first */
    struct list behind; /* of the sender's first: those that wait for it */
    struct task task;
    struct chat_append *append;
    enum resolve_state state;
    struct room *to;
    struct room_wait to_wait;
    struct store_direct_claim claim;
    struct persons persons; /* from, to */
    struct ids_wait ids_wait;
};

static void resolve_tick(struct resolve *);

/* The sender's next one takes the place of `r`, or nobody does. */
static struct resolve *resolve_leave(struct resolve *r)
{
    uint64_t sender = r->append->call.user;
    struct list *node = list_pop_front(&r->behind);
    if (!node) {
        map_remove(&r->chat->senders, sender);
        return NULL;
    }
    struct resolve *next = list_entry(node, struct resolve, link);
    list_splice_back(&next->behind, &r->behind);
    map_put(&r->chat->senders, sender, next);
    return next;
}

/* `room` is where it goes, consumed; NULL with an error. */
static void resolve_end(struct resolve *r, struct room *room, enum chat_error error)
{
    struct chat_append *append = r->append;
    struct resolve *next = resolve_leave(r);
    room_unref(r->to);
    persons_deinit(&r->persons);
    free(r);
    if (error)
        call_done(&append->call, error);
    else
        room_enqueue(room, append);
    if (next)
        post(next->chat->env->self, &next->task);
}

static void resolve_failed(struct resolve *r, enum chat_error error)
{
    resolve_end(r, NULL, error);
}

static void resolve_found(struct resolve *r, uint64_t conversation)
{
    resolve_end(r, room_get(r->chat, conversation), CHAT_OK);
}

static void claim_done(struct store_request *request)
{
    struct resolve *r = container_of(request, struct resolve, claim.base);
    enum store_status status = request->status;
    uint64_t conversation = r->claim.conversation;
    store_request_deinit(request);
    if (status == STORE_TAKEN || (status == STORE_DONE && r->state == RESOLVE_CLAIM)) {
        resolve_found(r, conversation);
    } else if (status == STORE_NOT_FOUND && r->state == RESOLVE_LOOK_UP) {
        r->state = RESOLVE_RULES;
        resolve_tick(r);
    } else {
        resolve_failed(r, CHAT_UNAVAILABLE);
    }
}

static void claim_ask(struct resolve *r, uint64_t new_conversation)
{
    r->claim = (struct store_direct_claim){
        .base.done = claim_done,
        .users = {r->append->call.user, r->append->to},
        .conversation = new_conversation,
        .created_ms = chat_wall_ms(r->chat),
    };
    store_direct_claim(r->chat->store, &r->claim);
}

static enum chat_error may_begin(const struct person *from, const struct person *to,
                                 enum event_type type)
{
    if (event_is_contact(type))
        return rules_contact(from, to, type);
    return person_may_begin(from, to) ? CHAT_OK : CHAT_CANNOT_WRITE;
}

/* Decided before the claim; the append decides again. */
static void persons_ready(struct persons *persons, enum chat_error error)
{
    struct resolve *r = container_of(persons, struct resolve, persons);
    const struct person *from = persons->persons[0], *to = persons->persons[1];
    if (error) {
        resolve_failed(r, error);
    } else if (r->append->after) {
        resolve_failed(r, CHAT_AHEAD);
    } else if (r->append->target || !to->exists) {
        resolve_failed(r, CHAT_NOT_FOUND);
    } else if ((error = may_begin(from, to, r->append->type))) {
        resolve_failed(r, error);
    } else {
        r->state = RESOLVE_CLAIM;
        resolve_tick(r);
    }
}

static void resolve_rules(struct resolve *r)
{
    uint64_t ids[] = {r->append->call.user, r->append->to};
    r->persons.need = need_now(r->chat);
    r->persons.ready = persons_ready;
    persons_load(r->chat, &r->persons, ids, 2);
}

static void id_ready(struct ids_wait *wait, enum chat_error error)
{
    struct resolve *r = container_of(wait, struct resolve, ids_wait);
    if (error)
        resolve_failed(r, error);
    else
        resolve_tick(r);
}

static void resolve_tick(struct resolve *r)
{
    uint64_t id;
    switch (r->state) {
    case RESOLVE_LOOK_UP:
        claim_ask(r, 0);
        break;
    case RESOLVE_RULES:
        resolve_rules(r);
        break;
    case RESOLVE_CLAIM:
        r->ids_wait.ready = id_ready;
        if (ids_take(r->chat, &id, &r->ids_wait))
            claim_ask(r, id);
        break;
    }
}

static void to_ready(struct room_wait *wait, enum chat_error error)
{
    struct resolve *r = container_of(wait, struct resolve, to_wait);
    bool person = r->to->conversation.kind == CONVERSATION_OWN;
    if (error || (!person && event_is_contact(r->append->type))) {
        resolve_failed(r, error ? error : CHAT_NOT_FOUND);
    } else if (!person) {
        resolve_found(r, r->append->to);
    } else {
        resolve_tick(r);
    }
}

static void resolve_start(struct task *task)
{
    struct resolve *r = container_of(task, struct resolve, task);
    if (room_load(r->to, &r->to_wait))
        to_ready(&r->to_wait, CHAT_OK);
}

static void resolve(struct chat *chat, struct chat_append *append)
{
    struct room *to = room_get(chat, append->to);
    struct resolve *first = map_get(&chat->senders, append->call.user);
    bool conversation = to->loaded && to->conversation.kind != CONVERSATION_OWN;
    if (!first && conversation && append->type == EVENT_MESSAGE) {
        room_enqueue(to, append);
        return;
    }
    struct resolve *r = mem_new(sizeof(*r));
    *r = (struct resolve){.chat = chat,
                          .append = append,
                          .to = to,
                          .to_wait.ready = to_ready,
                          .task.run = resolve_start};
    list_init(&r->behind);
    if (first) {
        list_push_back(&first->behind, &r->link);
        return;
    }
    map_put(&chat->senders, append->call.user, r);
    resolve_start(&r->task);
}

/* --- the entry --- */

void chat_append(struct chat *chat, struct chat_append *a)
{
    a->room = NULL;
    a->work = NULL;
    a->known = a->moved = false;
    if (!call_begin(chat, &a->call))
        return;
    enum chat_error error = rules_check_contents(a);
    if (error) {
        call_later(&a->call, error);
        return;
    }
    a->repeatable = a->key.n > 0;
    if (!a->repeatable)
        a->key = digest_made_key(chat, a->made_key);
    digest_append(chat, a, a->digest);
    if (a->type == EVENT_MESSAGE || (event_is_contact(a->type) && !a->conversation)) {
        resolve(chat, a);
        return;
    }
    bool own = event_is_own(a->type) || (a->type == EVENT_PICTURE && !a->conversation);
    room_enqueue(room_get(chat, own ? a->call.user : a->conversation), a);
}
