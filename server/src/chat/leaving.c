/*
 * Chat thread. Whoever is to go counts as gone before the store is asked (person.deleted): what
 * they or others had under way is refused from then on, or was asked of the store earlier and so
 * stands before the mark. The job's first look comes after the mark, and misses nothing.
 *
 * The job asks the store for a step at a time (store/leaving.c), one account after the other. What
 * others must hear of, that somebody left a group or is no contact any more, is an event like any
 * other: it goes through the room, with a key that no client can send, so that of two nodes at the
 * same job, or of a step that is done again after a crash, one event comes. An account that cannot
 * be finished is passed over, and looked at again a second later.
 *
 * Refused: a queue in memory of who was deleted. The mark is the queue; memory would be a second
 * one to be filled at the start.
 */
#include "chat/leaving.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "chat/append.h"
#include "chat/notice.h"
#include "chat/person.h"
#include "chat/proof.h"
#include "model/limits.h"
#include "model/second_factor.h"
#include "util/log.h"
#include "util/mem.h"

enum { LOOK_EVERY_MS = 1000 };

enum { LEAVING_KEY_BYTES = 32 };

struct leaving {
    struct chat *chat;
    struct timer timer; /* unless stopped, armed or a step is under way */
    bool running, under_way;
    struct store_leave step;
    struct chat_append append;
    char key[LEAVING_KEY_BYTES];
    struct person *person; /* whose turn it is: stays cached, and refused */
};

/* --- the job --- */

static void next_step(struct leaving *);

static void rest(struct leaving *l)
{
    l->under_way = false;
    if (!l->chat->jobs_stopped)
        timer_set(l->chat->env->wheel, &l->timer, chat_mono_ms(l->chat) + LOOK_EVERY_MS);
}

/* The turn of whoever the place names. Told of again: a node that crashed behind the mark told
 * nobody. */
static void take_turn(struct leaving *l)
{
    const struct leave_place *at = &l->step.at;
    uint64_t user = at->due_ms ? 0 : at->user;
    if (l->person && l->person->id == user)
        return;
    person_unref(l->person);
    l->person = NULL;
    if (!user)
        return;
    l->person = person_get(l->chat, user);
    notice_user_deleted(l->chat, user);
}

static void appended(struct chat_call *call)
{
    struct leaving *l = container_of(call, struct leaving, append.call);
    bool again = call->error == CHAT_UNAVAILABLE || call->error == CHAT_OVERLOADED;
    if (!call->error) {
        next_step(l);
        return;
    }
    if (!again) { /* they were put out meanwhile, say: the next look tells */
        log_warn("leaving_refused", log_u64("user", call->user),
                 log_u64("conversation", l->append.conversation), log_u64("error", call->error));
        l->step.at.passed = true;
    }
    rest(l);
}

static void append(struct leaving *l)
{
    const struct store_leave *step = &l->step;
    bool contact = step->todo == LEAVE_CONTACT;
    /* the charset of clients' keys has no '!' (api/types.json) */
    snprintf(l->key, sizeof(l->key), "!deleted/%" PRIu64, step->seq);
    l->append = (struct chat_append){
        .call = {.user = step->at.user, .done = appended},
        .type = contact ? EVENT_CONTACT_REMOVE : EVENT_LEFT,
        .conversation = step->conversation,
        .to = contact ? step->other : 0,
        .user = contact ? step->other : 0,
        .leaves = true,
        .key = str_of(l->key),
    };
    chat_append(l->chat, &l->append);
}

static void step_done(struct store_request *request)
{
    struct leaving *l = container_of(request, struct leaving, step.base);
    enum store_status status = request->status;
    store_request_deinit(request);
    request->arena = (struct arena){0};
    l->chat->busy--;
    if (status == STORE_DONE)
        take_turn(l);
    else if (status == STORE_FAILED)
        l->step.at.passed = true;
    if (status != STORE_DONE || l->step.todo == LEAVE_NOTHING)
        rest(l);
    else if (l->step.todo == LEAVE_ON)
        next_step(l);
    else
        append(l);
}

/* Counted as a call under way: whoever drains waits for it. */
static void next_step(struct leaving *l)
{
    if (l->chat->jobs_stopped) {
        rest(l);
        return;
    }
    l->under_way = true;
    l->chat->busy++;
    l->step.base.done = step_done;
    l->step.now_ms = chat_wall_ms(l->chat);
    store_leave(l->chat->store, &l->step);
}

static void look(struct timer *timer)
{
    next_step(container_of(timer, struct leaving, timer));
}

/* Somebody was just deleted. */
static void look_soon(struct leaving *l)
{
    if (!l->running || l->under_way)
        return;
    timer_cancel(l->chat->env->wheel, &l->timer);
    next_step(l);
}

void leaving_init(struct chat *chat)
{
    struct leaving *l = chat->leaving = mem_new(sizeof(*l));
    l->chat = chat;
    timer_init(&l->timer, look);
}

void leaving_deinit(struct chat *chat)
{
    struct leaving *l = chat->leaving;
    person_unref(l->person);
    free(l);
}

void leaving_run(struct chat *chat)
{
    chat->leaving->running = true;
    rest(chat->leaving);
}

void leaving_stop(struct chat *chat)
{
    timer_cancel(chat->env->wheel, &chat->leaving->timer);
}

/* --- the mark --- */

struct leave_op {
    struct chat_call *call;
    struct str factor_code;
    struct proof proof;
    struct folded_name name;
    struct store_user_find find;
    struct person *person;
    struct store_user_delete request;
};

static void leave_end(struct leave_op *op, enum chat_error error)
{
    struct chat_call *call = op->call;
    proof_deinit(&op->proof);
    store_request_deinit(&op->find.base);
    person_unref(op->person);
    free(op);
    if (error)
        call_done(call, error);
    else
        call_later(call, CHAT_OK); /* behind the end of their sessions */
}

static void deleted(struct store_request *request)
{
    struct leave_op *op = container_of(request, struct leave_op, request.base);
    struct chat *chat = op->call->chat;
    uint64_t user = op->person->id;
    enum store_status status = request->status;
    store_request_deinit(request);
    if (status == STORE_DONE) {
        log_info("user_deleted", log_u64("user", user));
        notice_user_deleted(chat, user);
        look_soon(chat->leaving);
    } else if (status != STORE_NOT_FOUND) {
        person_set_deleted(chat, user, false); /* should it stand, the job finds the mark */
    }
    enum chat_error error = error_of(status);
    if (status == STORE_MOVED)
        error = CHAT_WRONG_CREDENTIALS;
    else if (error == CHAT_NOT_FOUND && op->proof.call)
        error = CHAT_UNAUTHENTICATED; /* another device was first */
    leave_end(op, error);
}

/* `user` is borrowed until the end; whoever has shown more than the name is checked again. */
static void mark(struct leave_op *op, const struct user *user, bool proved)
{
    struct chat *chat = op->call->chat;
    op->person = person_get(chat, user->id);
    person_set_deleted(chat, user->id, true);
    op->request = (struct store_user_delete){
        .base.done = deleted, .id = user->id, .now_ms = MAX(chat_wall_ms(chat), 1)};
    if (proved) {
        op->request.password = user->password;
        op->request.second_factor = user->second_factor.n ? user->second_factor : STR("");
    }
    store_user_delete(chat->store, &op->request);
}

/* The code is taken once: nothing is left that it could be taken for again. */
static enum chat_error check_factor(const struct leave_op *op)
{
    struct second_factor factor;
    struct str packed = op->proof.user->second_factor;
    if (!packed.n)
        return CHAT_OK;
    if (!op->factor_code.n)
        return CHAT_FACTOR_REQUIRED;
    if (!second_factor_unpack(&factor, packed))
        return CHAT_UNAVAILABLE;
    bool right = second_factor_take(&factor, op->factor_code, chat_wall_ms(op->call->chat));
    return right ? CHAT_OK : CHAT_WRONG_CODE;
}

static void proved(struct proof *proof, enum chat_error error)
{
    struct leave_op *op = container_of(proof, struct leave_op, proof);
    if (!error) {
        error = check_factor(op);
        if (error != CHAT_WRONG_CODE)
            proof_stands(proof);
    }
    if (error)
        leave_end(op, error);
    else
        mark(op, proof->user, true);
}

void chat_leave(struct chat *chat, struct chat_leave *leave)
{
    if (!call_begin(chat, &leave->call))
        return;
    if (leave->password.n > PASSWORD_BYTES_MAX) {
        call_later(&leave->call, CHAT_INVALID);
        return;
    }
    struct leave_op *op = mem_new(sizeof(*op));
    op->call = &leave->call;
    op->factor_code = leave->factor_code;
    op->proof = (struct proof){.call = &leave->call, .password = leave->password, .ready = proved};
    proof_ask(&op->proof);
}

static void found(struct store_request *request)
{
    struct leave_op *op = container_of(request, struct leave_op, find.base);
    if (request->status != STORE_DONE)
        leave_end(op, error_of(request->status));
    else
        mark(op, &op->find.user, false);
}

void chat_admin_delete(struct chat *chat, struct chat_admin_delete *delete)
{
    if (!call_begin(chat, &delete->call))
        return;
    struct leave_op *op = mem_new(sizeof(*op));
    op->call = &delete->call;
    if (!names_fold(chat->names, delete->username, &op->name)) {
        free(op);
        call_later(&delete->call, CHAT_NOT_FOUND);
        return;
    }
    op->find = (struct store_user_find){
        .base.done = found, .username = folded_str(&op->name), .now_ms = chat_wall_ms(chat)};
    store_user_find(chat->store, &op->find);
}
