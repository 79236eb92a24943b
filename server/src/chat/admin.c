/*
 * As account.c, without asking who asks. What is cached of a person follows the row in the same
 * turn in which the store's answer came; the sessions end by a notice, and done() runs behind it.
 */
#include "chat/admin.h"

#include <stdlib.h>

#include "chat/append.h"
#include "chat/notice.h"
#include "chat/person.h"
#include "model/limits.h"
#include "util/mem.h"

/* --- add --- */

struct add {
    struct chat *chat;
    struct chat_admin_add *add;
    struct folded_name name;
    uint8_t skeleton[CRYPTO_HASH_BYTES];
    struct ids_wait ids_wait;
    struct store_user_create create;
};

static void add_end(struct add *a, enum chat_error error)
{
    struct chat_call *call = &a->add->call;
    store_request_deinit(&a->create.base);
    free(a);
    call_done(call, error);
}

static void create_done(struct store_request *request)
{
    struct add *a = container_of(request, struct add, create.base);
    add_end(a, user_create_error(&a->create));
}

static void add_create(struct add *a, uint64_t id)
{
    struct chat_admin_add *add = a->add;
    add->user = id;
    a->create = (struct store_user_create){
        .base.done = create_done,
        .user =
            {
                .id = id,
                .username = folded_str(&a->name),
                .skeleton = str_n(a->skeleton, sizeof(a->skeleton)),
                .display_name = add->username,
                .about = STR(""),
                .password = add->password,
                .created_ms = chat_wall_ms(a->chat),
            },
    };
    store_user_create(a->chat->store, &a->create);
}

static void add_id_ready(struct ids_wait *wait, enum chat_error error)
{
    struct add *a = container_of(wait, struct add, ids_wait);
    uint64_t id;
    if (error)
        add_end(a, error);
    else if (ids_take(a->chat, &id, &a->ids_wait))
        add_create(a, id);
}

void chat_admin_add(struct chat *chat, struct chat_admin_add *add)
{
    uint64_t id;
    if (!call_begin(chat, &add->call))
        return;
    if (add->password.n == 0 || add->password.n >= CRYPTO_PASSWORD_BYTES) {
        call_later(&add->call, CHAT_INVALID);
        return;
    }
    struct add *a = mem_new(sizeof(*a));
    *a = (struct add){.chat = chat, .add = add, .ids_wait.ready = add_id_ready};
    if (!names_fold(chat->names, add->username, &a->name) ||
        !names_allow(chat->names, &a->name, a->skeleton)) {
        free(a);
        call_later(&add->call, CHAT_NAME_REFUSED);
        return;
    }
    if (ids_take(chat, &id, &a->ids_wait))
        add_create(a, id);
}

/* --- set --- */

struct set {
    struct chat *chat;
    struct chat_admin_set *set;
    struct folded_name name;
    struct store_user_find find;
    struct store_user_set request;
    struct chat_append append; /* whose factor is taken away is told, in the same write */
    int looks;
};

/* How often an account is looked at because its second factor had changed meanwhile. */
enum { LOOKS_MAX = 4 };

/* Devices end last: a session that begins meanwhile with an old token ends with its device. */
static void set_end(struct set *s, enum chat_error error)
{
    struct chat_admin_set *set = s->set;
    struct chat *chat = s->chat;
    uint64_t user = s->find.user.id;
    store_request_deinit(&s->find.base);
    free(s);
    if (error) {
        call_done(&set->call, error);
        return;
    }
    if (set->disabled >= 0) {
        person_set_disabled(chat, user, set->disabled != 0);
        notice_person_changed(chat, user);
    }
    if (set->disabled == 1)
        notice_user_disabled(chat, user);
    set->call.user = user;
    if (set->password.p) {
        devices_end(&set->call, 0, 0);
        return;
    }
    call_later(&set->call, CHAT_OK);
}

static void set_done(struct store_request *request)
{
    struct set *s = container_of(request, struct set, request.base);
    enum chat_error error = error_of(request->status);
    store_request_deinit(request);
    set_end(s, error);
}

static void set_find(struct set *);

static void set_appended(struct chat_call *call)
{
    struct set *s = container_of(call, struct set, append.call);
    if (call->error == CHAT_UNAVAILABLE && s->append.moved && ++s->looks < LOOKS_MAX) {
        store_request_deinit(&s->find.base);
        set_find(s);
        return;
    }
    s->set->call.retry_after_ms = call->retry_after_ms;
    set_end(s, call->error);
}

static void set_find_done(struct store_request *request)
{
    struct set *s = container_of(request, struct set, find.base);
    if (request->status != STORE_DONE) {
        set_end(s, error_of(request->status));
        return;
    }
    if (call_is_late(&s->set->call)) { /* it may have been undone since, where it was tried again */
        set_end(s, CHAT_UNAVAILABLE);
        return;
    }
    if (s->set->by_admin && s->find.user.admin) {
        set_end(s, CHAT_FORBIDDEN);
        return;
    }
    /* One that is not there is left alone: what is set up meanwhile would go untold. */
    bool disarms = s->set->no_second_factor && s->find.user.second_factor.n;
    s->request = (struct store_user_set){
        .base.done = set_done,
        .id = s->find.user.id,
        .password = s->set->password,
        .disabled = s->set->disabled,
        .admin = s->set->admin,
    };
    if (!disarms) {
        store_user_set(s->chat->store, &s->request);
        return;
    }
    s->request.second_factor = STR("");
    s->request.second_factor_before = s->find.user.second_factor; /* two operators tell it once */
    s->append = (struct chat_append){
        .call = {.user = s->find.user.id, .done = set_appended},
        .type = EVENT_SECOND_FACTOR,
        .changes = FACTOR_DISABLED,
        .with = &s->request,
    };
    chat_append(s->chat, &s->append);
}

static void set_find(struct set *s)
{
    s->find = (struct store_user_find){.base.done = set_find_done,
                                       .username = folded_str(&s->name),
                                       .now_ms = chat_wall_ms(s->chat)};
    store_user_find(s->chat->store, &s->find);
}

void chat_admin_set(struct chat *chat, struct chat_admin_set *set)
{
    if (!call_begin(chat, &set->call))
        return;
    if (set->password.n >= CRYPTO_PASSWORD_BYTES) {
        call_later(&set->call, CHAT_INVALID);
        return;
    }
    struct set *s = mem_new(sizeof(*s));
    *s = (struct set){.chat = chat, .set = set};
    if (!names_fold(chat->names, set->username, &s->name)) {
        free(s);
        call_later(&set->call, CHAT_NOT_FOUND);
        return;
    }
    set_find(s);
}

/* --- a new password --- */

struct reset {
    struct chat *chat;
    struct chat_admin_reset *reset;
    struct password_job job;
    struct chat_admin_set set;
};

static void reset_end(struct reset *r, enum chat_error error)
{
    struct chat_call *call = &r->reset->call;
    free(r);
    call_done(call, error);
}

static void reset_set(struct chat_call *call)
{
    struct reset *r = container_of(call, struct reset, set.call);
    r->reset->call.retry_after_ms = call->retry_after_ms;
    reset_end(r, call->error);
}

static void reset_hashed(struct password_job *job)
{
    struct reset *r = container_of(job, struct reset, job);
    if (job->error) {
        reset_end(r, CHAT_OVERLOADED);
        return;
    }
    r->set = (struct chat_admin_set){
        .call = {.since_ms = r->reset->call.since_ms, .done = reset_set},
        .username = r->reset->username,
        .password = str_of(job->hash),
        .disabled = -1,
        .by_admin = true,
    };
    chat_admin_set(r->chat, &r->set);
}

void chat_admin_reset(struct chat *chat, struct chat_admin_reset *reset)
{
    uint8_t random[ADMIN_PASSWORD_BYTES];
    if (!call_begin(chat, &reset->call))
        return;
    chat->env->ops->random(chat->env, random, sizeof(random));
    crypto_base64url(reset->password, random, sizeof(random));
    struct reset *r = mem_new(sizeof(*r));
    r->chat = chat;
    r->reset = reset;
    r->job = (struct password_job){.password = str_of(reset->password), .done = reset_hashed};
    if (!chat->env->ops->password(chat->env, &r->job)) {
        free(r);
        call_later(&reset->call, CHAT_OVERLOADED);
    }
}

/* --- who may --- */

struct check {
    struct chat_admin_check *check;
    struct store_users users;
};

static void check_done(struct store_request *request)
{
    struct check *c = container_of(request, struct check, users.base);
    struct chat_call *call = &c->check->call;
    enum chat_error error = error_of(request->status);
    if (!error && !(c->users.n_users == 1 && c->users.users[0].admin))
        error = CHAT_FORBIDDEN;
    store_request_deinit(request);
    free(c);
    call_done(call, error);
}

void chat_admin_check(struct chat *chat, struct chat_admin_check *check)
{
    if (!call_begin(chat, &check->call))
        return;
    struct check *c = mem_new(sizeof(*c));
    c->check = check;
    c->users = (struct store_users){.base.done = check_done, .ids = &check->call.user, .n_ids = 1};
    store_users(chat->store, &c->users);
}

/* --- list --- */

struct listing {
    struct chat_admin_list *list;
    struct store_user_search search;
};

static void search_done(struct store_request *request)
{
    struct listing *l = container_of(request, struct listing, search.base);
    l->list->users = l->search.users;
    l->list->n_users = l->search.n_users;
    call_done(&l->list->call, error_of(request->status));
    store_request_deinit(request);
    free(l);
}

void chat_admin_list(struct chat *chat, struct chat_admin_list *list)
{
    list->n_users = 0;
    if (!call_begin(chat, &list->call))
        return;
    struct listing *l = mem_new(sizeof(*l));
    l->list = list;
    l->search = (struct store_user_search){
        .base.done = search_done, .prefix = STR(""), .after = list->after, .limit = list->limit};
    store_user_search(chat->store, &l->search);
}
