/*
 * Accounts and devices. Chat thread; passwords are hashed elsewhere (env.h) since one takes tens of
 * milliseconds.
 *
 * Signing in does the same work whether or not the name exists: for a name that does not, the
 * password given is hashed, which costs what verifying costs. Signing up is one write, of the
 * account with its first device: an account that nobody was told of would keep its name from
 * whoever tries again. A token is stored as its SHA-256 only: it is random, so a fast hash is
 * enough.
 */
#include "chat/account.h"

#include <stdlib.h>

#include "chat/codes.h"
#include "chat/guard.h"
#include "chat/news.h"
#include "chat/notice.h"
#include "chat/proof.h"
#include "model/limits.h"
#include "model/second_factor.h"
#include "util/mem.h"
#include "util/metric.h"

/* How often what was read is read again for one call because it changed meanwhile. */
enum { LOOKS_MAX = 16 };

/* --- signing up and in --- */

enum sign_state {
    SIGN_FIND,     /* in: the user by name */
    SIGN_PASSWORD, /* hash or verify */
    SIGN_USER,     /* up: id */
    SIGN_DEVICE,   /* id, then the device; up: with the user and the claim of the name */
};

struct sign {
    struct chat *chat;
    struct chat_sign *sign;
    struct folded_name name;
    uint8_t skeleton[CRYPTO_HASH_BYTES]; /* up */
    struct store_code_use code;          /* up */
    struct builder factor;               /* in: the second factor after its code was taken */
    bool up;
    uint64_t known; /* in: the device that has signed in before, or 0 */
    enum sign_state state;
    int looks; /* in: how often what stands had changed */
    bool found, disabled;
    bool recovered; /* in: by a recovery code */
    struct store_user_find find;
    struct password_job password;
    struct ids_wait ids_wait;
    struct store_user_create create;
    struct store_device_put put;
};

static void sign_tick(struct sign *);

static void sign_end(struct sign *s, enum chat_error error)
{
    struct chat_sign *sign = s->sign;
    if (s->up && error && error != CHAT_UNAVAILABLE)
        guard_signup_failed(s->chat, &sign->address);
    if (!s->up && (!error || error == CHAT_FACTOR_REQUIRED))
        guard_give_back(s->chat, folded_str(&s->name), s->known);
    store_request_deinit(&s->find.base);
    builder_deinit(&s->factor);
    free(s);
    call_done(&sign->call, error);
}

/* The password or the factor was changed while these were looked at, or another sign-in took its
 * code: what holds now decides. */
static void sign_again(struct sign *s)
{
    store_request_deinit(&s->find.base);
    builder_deinit(&s->factor);
    s->factor = (struct builder){0};
    s->state = SIGN_FIND;
    if (++s->looks < LOOKS_MAX)
        sign_tick(s);
    else
        sign_end(s, CHAT_UNAVAILABLE);
}

static void put_done(struct store_request *request)
{
    struct sign *s = container_of(request, struct sign, put.base);
    enum store_status status = request->status;
    store_request_deinit(request);
    if (status == STORE_MOVED) {
        sign_again(s);
        return;
    }
    if (status == STORE_DONE && s->put.ended)
        notice_devices_ended(s->chat, s->sign->user, &s->put.ended, 1);
    if (status == STORE_DONE)
        news_tell(s->chat, &s->put.device);
    sign_end(s, error_of(status));
}

static struct device new_device(struct sign *s, uint64_t id)
{
    struct chat_sign *sign = s->sign;
    uint8_t token[CRYPTO_TOKEN_BYTES];
    s->chat->env->ops->random(s->chat->env, token, sizeof(token));
    crypto_base64url(sign->token, token, sizeof(token));
    sign->device = id;
    known_make(s->chat, sign->user, id, sign->known_now);
    uint64_t now = chat_wall_ms(s->chat);
    struct device device = {
        .id = id,
        .user = sign->user,
        .name = sign->device_name,
        .created_ms = now,
        .last_seen_ms = now,
    };
    crypto_sha256(device.token_hash, str_of(sign->token));
    return device;
}

static void put_device(struct sign *s, uint64_t id)
{
    struct device device = new_device(s, id);
    device.news = s->recovered ? DEVICE_RECOVERED : DEVICE_SIGNED_IN;
    s->put = (struct store_device_put){
        .base.done = put_done,
        .device = device,
        .devices_max = s->chat->options.devices_user_max,
        .password = s->find.user.password,
        .second_factor_before = s->find.user.second_factor,
        .second_factor = s->factor.buf ? builder_str(&s->factor) : (struct str){0},
    };
    store_device_put(s->chat->store, &s->put);
}

enum chat_error user_create_error(const struct store_user_create *create)
{
    if (create->base.status == STORE_TAKEN)
        return create->looks_like ? CHAT_NAME_REFUSED : CHAT_NAME_TAKEN;
    if (create->base.status == STORE_NOT_FOUND)
        return CHAT_CODE_REFUSED;
    return error_of(create->base.status);
}

static void create_done(struct store_request *request)
{
    struct sign *s = container_of(request, struct sign, create.base);
    enum chat_error error = user_create_error(&s->create);
    store_request_deinit(request);
    sign_end(s, error);
}

static void create_user(struct sign *s, uint64_t device)
{
    const struct chat_sign *sign = s->sign;
    s->create = (struct store_user_create){
        .base.done = create_done,
        .user =
            {
                .id = sign->user,
                .username = folded_str(&s->name),
                .skeleton = str_n(s->skeleton, sizeof(s->skeleton)),
                .display_name = sign->display_name.n ? sign->display_name : sign->username,
                .about = STR(""),
                .password = str_of(s->password.hash),
                .created_ms = chat_wall_ms(s->chat),
            },
        .device = new_device(s, device),
        .code = s->code,
    };
    store_user_create(s->chat->store, &s->create);
}

/* The code, where the account asks for one. */
static enum chat_error take_factor(struct sign *s)
{
    struct second_factor factor;
    struct str before = s->find.user.second_factor;
    if (!before.n)
        return CHAT_OK;
    if (!s->sign->factor_code.n)
        return CHAT_FACTOR_REQUIRED;
    if (!second_factor_unpack(&factor, before))
        return CHAT_UNAVAILABLE;
    uint32_t n_recovery = factor.n_recovery;
    if (!second_factor_take(&factor, s->sign->factor_code, chat_wall_ms(s->chat)))
        return CHAT_WRONG_CODE;
    s->recovered = factor.n_recovery < n_recovery;
    second_factor_pack(&s->factor, &factor);
    return CHAT_OK;
}

static void password_done(struct password_job *job)
{
    struct sign *s = container_of(job, struct sign, password);
    if (job->error) {
        sign_end(s, CHAT_OVERLOADED);
    } else if (s->up) {
        s->state = SIGN_USER;
        sign_tick(s);
    } else if (!s->found || !job->matches) {
        sign_end(s, CHAT_WRONG_CREDENTIALS);
    } else if (s->disabled) {
        sign_end(s, CHAT_DISABLED);
    } else {
        enum chat_error error = take_factor(s);
        s->state = SIGN_DEVICE;
        if (error)
            sign_end(s, error);
        else
            sign_tick(s);
    }
}

/* The sign-in is counted by the name that the account has now, also where it was asked for by a
 * former one: or else each of these were another row of tries. */
static uint32_t count_by_new_name(struct sign *s)
{
    guard_give_back(s->chat, folded_str(&s->name), 0);
    s->name.n = MIN(s->find.user.username.n, sizeof(s->name.bytes));
    memcpy(s->name.bytes, s->find.user.username.p, s->name.n);
    return guard_account(s->chat, folded_str(&s->name));
}

/* Whether the sign-in may go on. Who showed something to be known by is counted once their account
 * is known, others before it is looked for. */
static bool may_try(struct sign *s)
{
    const struct chat_sign *sign = s->sign;
    uint32_t *wait_ms = &s->sign->call.retry_after_ms;
    if (sign->known.n && s->found)
        s->known = known_device(s->chat, s->find.user.id, sign->known);
    if (s->known)
        *wait_ms = guard_device(s->chat, s->known);
    else if (sign->known.n)
        *wait_ms = guard_signin(s->chat, folded_str(&s->name), &sign->address);
    if (!s->known && !*wait_ms && s->found && !str_eq(folded_str(&s->name), s->find.user.username))
        *wait_ms = count_by_new_name(s);
    return *wait_ms == 0;
}

static void find_done(struct store_request *request)
{
    struct sign *s = container_of(request, struct sign, find.base);
    s->found = request->status == STORE_DONE;
    if (!s->found && request->status != STORE_NOT_FOUND) {
        sign_end(s, error_of(request->status));
        return;
    }
    if (!s->looks && !may_try(s)) {
        sign_end(s, CHAT_TOO_MANY_TRIES);
        return;
    }
    if (s->found) {
        struct str hash = s->find.user.password;
        s->sign->user = s->find.user.id;
        s->disabled = s->find.user.disabled;
        must(hash.n < sizeof(s->password.hash));
        memcpy(s->password.hash, hash.p, hash.n);
    }
    s->password.verify = s->found;
    s->state = SIGN_PASSWORD;
    sign_tick(s);
}

static void sign_id_ready(struct ids_wait *wait, enum chat_error error)
{
    struct sign *s = container_of(wait, struct sign, ids_wait);
    if (error)
        sign_end(s, error);
    else
        sign_tick(s);
}

static void sign_tick(struct sign *s)
{
    uint64_t id;
    s->ids_wait.ready = sign_id_ready;
    switch (s->state) {
    case SIGN_FIND:
        s->find = (struct store_user_find){.base.done = find_done,
                                           .username = folded_str(&s->name),
                                           .now_ms = chat_wall_ms(s->chat)};
        store_user_find(s->chat->store, &s->find);
        break;
    case SIGN_PASSWORD:
        s->password.password = s->sign->password;
        s->password.done = password_done;
        if (!s->chat->env->ops->password(s->chat->env, &s->password))
            sign_end(s, CHAT_OVERLOADED);
        break;
    case SIGN_USER:
        if (!ids_take(s->chat, &s->sign->user, &s->ids_wait))
            break;
        s->state = SIGN_DEVICE;
        sign_tick(s);
        break;
    case SIGN_DEVICE:
        if (!ids_take(s->chat, &id, &s->ids_wait))
            break;
        if (s->up)
            create_user(s, id);
        else
            put_device(s, id);
        break;
    }
}

static bool password_valid(struct str s)
{
    return s.n >= PASSWORD_BYTES_MIN && s.n <= PASSWORD_BYTES_MAX;
}

static enum chat_error check_sign(const struct sign *s)
{
    const struct chat_sign *sign = s->sign;
    if (sign->password.n > PASSWORD_BYTES_MAX || sign->device_name.n > DEVICE_NAME_BYTES_MAX)
        return CHAT_INVALID;
    if (!s->up)
        return CHAT_OK;
    if (s->chat->options.registration == REGISTRATION_CLOSED)
        return CHAT_REGISTRATION_CLOSED;
    bool valid = password_valid(sign->password) && sign->display_name.n <= DISPLAY_NAME_BYTES_MAX;
    return valid ? CHAT_OK : CHAT_INVALID;
}

/* The name that is meant. What is no name at all is looked for as it is, and found nowhere. */
static enum chat_error take_name(struct sign *s)
{
    const struct names *names = s->chat->names;
    bool folds = names_fold(names, s->sign->username, &s->name);
    if (s->up && !(folds && names_allow(names, &s->name, s->skeleton)))
        return CHAT_NAME_REFUSED;
    if (!folds) {
        s->name.n = MIN(s->sign->username.n, sizeof(s->name.bytes));
        memcpy(s->name.bytes, s->sign->username.p, s->name.n);
    }
    return CHAT_OK;
}

static enum chat_error take_code(struct sign *s)
{
    if (!s->up || s->chat->options.registration != REGISTRATION_INVITE)
        return CHAT_OK;
    s->code.now_ms = chat_wall_ms(s->chat);
    return code_parse(&s->code, s->sign->code) ? CHAT_OK : CHAT_CODE_REFUSED;
}

static enum chat_error sign_start(struct sign *s)
{
    enum chat_error error = check_sign(s);
    if (!error)
        error = take_name(s);
    if (!error)
        error = take_code(s);
    if (error)
        return error;
    struct chat_sign *sign = s->sign;
    if (s->up)
        sign->call.retry_after_ms = guard_signup(s->chat, &sign->address);
    else if (!sign->known.n)
        sign->call.retry_after_ms = guard_signin(s->chat, folded_str(&s->name), &sign->address);
    if (sign->call.retry_after_ms)
        return CHAT_TOO_MANY_TRIES;
    if (!s->up) {
        sign_tick(s);
        return CHAT_OK;
    }
    /* refused by the queue before anything is asked: answered later, not inside the call */
    s->password.password = s->sign->password;
    s->password.done = password_done;
    return s->chat->env->ops->password(s->chat->env, &s->password) ? CHAT_OK : CHAT_OVERLOADED;
}

static void sign_begin(struct chat *chat, struct chat_sign *sign, bool up)
{
    if (!call_begin(chat, &sign->call))
        return;
    struct sign *s = mem_new(sizeof(*s));
    *s = (struct sign){
        .chat = chat, .sign = sign, .up = up, .state = up ? SIGN_PASSWORD : SIGN_FIND};
    enum chat_error error = sign_start(s);
    if (!error)
        return;
    free(s);
    call_later(&sign->call, error);
}

void chat_signup(struct chat *chat, struct chat_sign *sign)
{
    sign_begin(chat, sign, true);
}

void chat_signin(struct chat *chat, struct chat_sign *sign)
{
    sign_begin(chat, sign, false);
}

/* --- when a device was heard of --- */

struct seen_op {
    struct chat *chat;
    struct store_device_seen request;
};

static void seen_done(struct store_request *request)
{
    struct seen_op *op = container_of(request, struct seen_op, request.base);
    op->chat->busy--;
    store_request_deinit(request);
    free(op);
}

void device_seen(struct chat *chat, uint64_t user, uint64_t device)
{
    struct seen_op *op = mem_new(sizeof(*op));
    op->chat = chat;
    op->chat->busy++; /* a drain waits for it */
    op->request = (struct store_device_seen){
        .base.done = seen_done,
        .user = user,
        .device = device,
        .last_seen_ms = chat_wall_ms(chat),
    };
    store_device_seen(chat->store, &op->request);
}

/* --- tokens --- */

struct authenticate {
    struct chat_authenticate *auth;
    int looks;
    struct store_token_find find;
    uint64_t n_ended; /* chat->n_ended when it was asked */
};

static void token_done(struct store_request *);

static void token_find(struct authenticate *a)
{
    struct chat *chat = a->auth->call.chat;
    a->n_ended = chat->n_ended;
    a->looks++;
    metric_add_at(METRIC_CACHE_MISSES, CHAT_CACHED_SESSION, 1);
    a->find = (struct store_token_find){.base.done = token_done};
    crypto_sha256(a->find.token_hash, a->auth->token);
    store_token_find(chat->store, &a->find);
}

static void token_done(struct store_request *request)
{
    struct authenticate *a = container_of(request, struct authenticate, find.base);
    struct chat_authenticate *auth = a->auth;
    struct chat *chat = auth->call.chat;
    enum chat_error error = error_of(request->status);
    if (!error && a->n_ended != chat->n_ended && a->looks < LOOKS_MAX) {
        /* some device was ended meanwhile, perhaps this one after it was found */
        store_request_deinit(request);
        token_find(a);
        return;
    }
    if (!error && a->n_ended != chat->n_ended)
        error = CHAT_UNAVAILABLE;
    if (error == CHAT_NOT_FOUND)
        error = CHAT_UNAUTHENTICATED;
    if (!error && a->find.user.disabled)
        error = CHAT_DISABLED;
    if (!error) {
        auth->call.user = a->find.device.user;
        auth->call.device = a->find.device.id;
        if (a->find.device.news)
            news_tell(chat, &a->find.device);
        /* which device has been unused for longest decides who goes when there are too many */
        if (chat_wall_ms(chat) >= a->find.device.last_seen_ms + LAST_SEEN_EVERY_MS)
            device_seen(chat, auth->call.user, auth->call.device);
    }
    store_request_deinit(request);
    free(a);
    call_done(&auth->call, error);
}

void chat_authenticate(struct chat *chat, struct chat_authenticate *auth)
{
    auth->call.user = auth->call.device = 0;
    if (!call_begin(chat, &auth->call))
        return;
    if (auth->token.n != CRYPTO_TOKEN_TEXT) {
        call_later(&auth->call, CHAT_UNAUTHENTICATED);
        return;
    }
    struct authenticate *a = mem_new(sizeof(*a));
    a->auth = auth;
    token_find(a);
}

/* --- ending devices --- */

struct end_op {
    struct chat_call *call;
    struct store_device_end request;
};

/* Closes the connections of what ended; done() follows behind that. Also of what may have ended: a
 * device that has not comes back with its token. */
static void end_done(struct store_request *request)
{
    struct end_op *op = container_of(request, struct end_op, request.base);
    struct chat_call *call = op->call;
    enum chat_error error = error_of(request->status);
    if (!error && op->request.n_ended)
        notice_devices_ended(call->chat, op->request.user, op->request.ended, op->request.n_ended);
    if (request->status == STORE_UNKNOWN && op->request.device)
        notice_devices_ended(call->chat, op->request.user, &op->request.device, 1);
    store_request_deinit(request);
    free(op);
    if (error) {
        call_done(call, error);
        return;
    }
    call_later(call, CHAT_OK);
}

void devices_end(struct chat_call *call, uint64_t device, uint64_t keep)
{
    struct end_op *op = mem_new(sizeof(*op));
    op->call = call;
    op->request = (struct store_device_end){
        .base.done = end_done,
        .user = call->user,
        .device = device,
        .keep = keep,
    };
    store_device_end(call->chat->store, &op->request);
}

void chat_device_end(struct chat *chat, struct chat_device_end *end)
{
    if (call_begin(chat, &end->call))
        devices_end(&end->call, end->device ? end->device : end->call.device, 0);
}

/* --- changing the password --- */

struct change {
    struct chat_password *change;
    struct proof proof;
    struct password_job job;
    struct store_user_set set;
};

static void change_end(struct change *c, enum chat_error error)
{
    struct chat_password *change = c->change;
    proof_deinit(&c->proof);
    free(c);
    if (!error && change->end_others)
        devices_end(&change->call, 0, change->call.device);
    else
        call_done(&change->call, error);
}

static void set_done(struct store_request *request)
{
    struct change *c = container_of(request, struct change, set.base);
    enum store_status status = request->status;
    store_request_deinit(request);
    change_end(c, status == STORE_MOVED ? CHAT_WRONG_CREDENTIALS : error_of(status));
}

static void new_hashed(struct password_job *job)
{
    struct change *c = container_of(job, struct change, job);
    if (job->error) {
        change_end(c, CHAT_OVERLOADED);
        return;
    }
    c->set = (struct store_user_set){
        .base.done = set_done,
        .id = c->change->call.user,
        .password = str_of(job->hash),
        .password_before = c->proof.user->password,
        .disabled = -1,
    };
    store_user_set(c->change->call.chat->store, &c->set);
}

static void old_verified(struct proof *proof, enum chat_error error)
{
    struct change *c = container_of(proof, struct change, proof);
    struct env *env = c->change->call.chat->env;
    if (error) {
        change_end(c, error);
        return;
    }
    proof_stands(proof);
    c->job = (struct password_job){.password = c->change->new_password, .done = new_hashed};
    if (!env->ops->password(env, &c->job))
        change_end(c, CHAT_OVERLOADED);
}

void chat_password(struct chat *chat, struct chat_password *change)
{
    if (!call_begin(chat, &change->call))
        return;
    if (!password_valid(change->new_password) || change->old_password.n > PASSWORD_BYTES_MAX) {
        call_later(&change->call, CHAT_INVALID);
        return;
    }
    struct change *c = mem_new(sizeof(*c));
    c->change = change;
    c->proof = (struct proof){
        .call = &change->call, .password = change->old_password, .ready = old_verified};
    proof_ask(&c->proof);
}
