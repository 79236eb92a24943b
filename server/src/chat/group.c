/*
 * A new group: the claim (user, key) holds event 1 whole and is the only commit point; whoever
 * finds a claim without event 1 appends it from there. Chat thread.
 *
 * A key found is answered before any rule is looked at, so the claim is looked up first.
 */
#include "chat/group.h"

#include <stdlib.h>

#include "chat/digest.h"
#include "chat/notice.h"
#include "chat/person.h"
#include "chat/room.h"
#include "model/limits.h"
#include "util/mem.h"

enum create_state {
    CREATE_LOOK_UP,
    CREATE_RULES,
    CREATE_CLAIM,
    CREATE_APPEND,
};

struct create {
    struct chat *chat;
    struct chat_group_create *group;
    enum create_state state;
    uint64_t id;
    char made_key[32];
    uint8_t digest[EVENT_DIGEST_BYTES];
    struct event_member members[MEMBERS_MAX]; /* the caller first, then as group->members */
    uint32_t n_members;
    struct persons persons; /* as `members` */
    struct ids_wait ids_wait;
    struct store_group_claim claim;
    struct store_append append;
    struct event created; /* its lists and texts lie in the claim's arena, or in the call */
    struct task finish;
};

static void create_tick(struct create *);

static void create_end(struct create *c, enum chat_error error)
{
    struct chat_group_create *group = c->group;
    group->conversation = c->created.conversation;
    group->seq = 1;
    group->n = 0;
    group->time_ms = c->created.time_ms;
    persons_deinit(&c->persons);
    store_request_deinit(&c->claim.base);
    free(c);
    call_done(&group->call, error);
}

/* --- event 1 --- */

static void finish(struct task *task)
{
    create_end(container_of(task, struct create, finish), CHAT_OK);
}

static void append_done(struct store_request *request)
{
    struct create *c = container_of(request, struct create, append.base);
    enum store_status status = request->status;
    store_request_deinit(request);
    if (status != STORE_DONE && status != STORE_MOVED && status != STORE_KNOWN) {
        create_end(c, CHAT_UNAVAILABLE);
        return;
    }
    /* on MOVED or KNOWN event 1 stood; telling of it again does no harm */
    uint64_t users[MEMBERS_MAX];
    for (uint32_t i = 0; i < c->created.n_members; i++)
        users[i] = c->created.members[i].user;
    notice_event(c->chat, users, c->created.n_members, &c->created);
    c->finish.run = finish;
    post(c->chat->env->self, &c->finish);
}

static void append_first(struct create *c)
{
    if (person_is_deleted(c->chat, c->group->call.user)) {
        create_end(c, CHAT_UNAUTHENTICATED);
        return;
    }
    c->append = (struct store_append){
        .base.done = append_done,
        .conversation = c->created.conversation,
        .events = &c->created,
        .n_events = 1,
    };
    store_append(c->chat->store, &c->append);
}

/* --- the claim --- */

static void claim_done(struct store_request *request)
{
    struct create *c = container_of(request, struct create, claim.base);
    if (request->status == STORE_NOT_FOUND && c->state == CREATE_LOOK_UP) {
        store_request_deinit(request);
        c->state = CREATE_RULES;
        create_tick(c);
        return;
    }
    if (request->status != STORE_DONE && request->status != STORE_TAKEN) {
        create_end(c, CHAT_UNAVAILABLE);
        return;
    }
    c->created = c->claim.created;
    if (!crypto_equal(c->created.digest, c->digest, sizeof(c->digest))) {
        create_end(c, CHAT_KEY_REUSED);
        return;
    }
    c->state = CREATE_APPEND;
    create_tick(c);
}

static void claim_ask(struct create *c)
{
    const struct chat_group_create *group = c->group;
    c->claim = (struct store_group_claim){
        .base.done = claim_done,
        .created =
            {
                .conversation = c->id, /* 0: only look */
                .seq = 1,
                .rev = 1,
                .first_seq = 1,
                .time_ms = chat_wall_ms(c->chat),
                .sender = group->call.user,
                .type = EVENT_CREATED,
                .key = group->key,
                .text = group->title,
                .history = group->history,
                .members = c->members,
                .n_members = c->n_members,
            },
    };
    memcpy(c->claim.created.digest, c->digest, sizeof(c->digest));
    store_group_claim(c->chat->store, &c->claim);
}

/* --- rules --- */

static void persons_ready(struct persons *persons, enum chat_error error)
{
    struct create *c = container_of(persons, struct create, persons);
    for (uint32_t i = 1; i < persons->n && !error; i++) {
        if (!persons->persons[i]->exists)
            error = CHAT_NOT_FOUND;
        else if (!person_may_add(persons->persons[0], persons->persons[i]))
            error = CHAT_CANNOT_WRITE;
    }
    if (error) {
        create_end(c, error);
        return;
    }
    c->state = CREATE_CLAIM;
    create_tick(c);
}

static void ask_for_persons(struct create *c)
{
    uint64_t ids[MEMBERS_MAX];
    for (uint32_t i = 0; i < c->n_members; i++)
        ids[i] = c->members[i].user;
    c->persons.need = need_now(c->chat);
    c->persons.ready = persons_ready;
    persons_load(c->chat, &c->persons, ids, c->n_members);
}

static void id_ready(struct ids_wait *wait, enum chat_error error)
{
    struct create *c = container_of(wait, struct create, ids_wait);
    if (error)
        create_end(c, error);
    else
        create_tick(c);
}

static void create_tick(struct create *c)
{
    switch (c->state) {
    case CREATE_LOOK_UP:
        claim_ask(c);
        break;
    case CREATE_RULES:
        ask_for_persons(c);
        break;
    case CREATE_CLAIM:
        c->ids_wait.ready = id_ready;
        if (!ids_take(c->chat, &c->id, &c->ids_wait))
            break;
        if (call_is_late(&c->group->call)) /* nothing holds a claim up afterwards */
            create_end(c, CHAT_UNAVAILABLE);
        else
            claim_ask(c);
        break;
    case CREATE_APPEND:
        append_first(c);
        break;
    }
}

/* --- the entry --- */

static enum chat_error check_contents(const struct chat_group_create *g)
{
    if (!g->title.n || g->title.n > TITLE_BYTES_MAX || g->key.n > KEY_BYTES_MAX)
        return CHAT_INVALID;
    if (g->history != HISTORY_ALL && g->history != HISTORY_JOINED)
        return CHAT_INVALID;
    if (g->n_members > MEMBERS_MAX - 1)
        return CHAT_FULL;
    for (uint32_t i = 0; i < g->n_members; i++) {
        if (!g->members[i] || g->members[i] == g->call.user)
            return CHAT_INVALID;
        for (uint32_t j = 0; j < i; j++)
            if (g->members[i] == g->members[j])
                return CHAT_INVALID;
    }
    return CHAT_OK;
}

void chat_group_create(struct chat *chat, struct chat_group_create *group)
{
    if (!call_begin(chat, &group->call))
        return;
    enum chat_error error = check_contents(group);
    if (error) {
        call_later(&group->call, error);
        return;
    }
    struct create *c = mem_new(sizeof(*c));
    c->chat = chat;
    c->group = group;
    if (!group->key.n)
        group->key = digest_made_key(chat, c->made_key);
    digest_group(chat, group, c->digest);
    c->members[0] = (struct event_member){group->call.user, ROLE_OWNER};
    for (uint32_t i = 0; i < group->n_members; i++)
        c->members[i + 1] = (struct event_member){group->members[i], ROLE_MEMBER};
    c->n_members = group->n_members + 1;
    create_tick(c);
}
