/*
 * Whoever sets it up shows first that their device makes the right codes, so that nobody locks
 * themselves out. Until then the secret is the client's to keep: refused is a row for set-ups that
 * have begun, which somebody would have to sweep. The write names the password and the factor it
 * was decided on; of two at once one stands. Chat thread.
 */
#include "chat/factor.h"

#include <stdlib.h>

#include "chat/proof.h"
#include "util/mem.h"

void chat_factor_secret(struct chat *chat, char out[FACTOR_SECRET_TEXT + 1])
{
    uint8_t secret[TOTP_SECRET_BYTES];
    chat->env->ops->random(chat->env, secret, sizeof(secret));
    base32_format(out, secret, sizeof(secret));
}

struct factor_op {
    struct chat_call *call;
    struct str code;
    struct chat_factor_enable *enable; /* NULL: disable */
    struct proof proof;
    struct second_factor factor;
    struct builder packed;
    struct store_user_set set;
};

static void factor_end(struct factor_op *op, enum chat_error error)
{
    struct chat_call *call = op->call;
    proof_deinit(&op->proof);
    builder_deinit(&op->packed);
    free(op);
    call_done(call, error);
}

static void set_done(struct store_request *request)
{
    struct factor_op *op = container_of(request, struct factor_op, set.base);
    enum store_status status = request->status;
    store_request_deinit(request);
    factor_end(op, status == STORE_MOVED ? CHAT_WRONG_CREDENTIALS : error_of(status));
}

static void make_recovery(struct factor_op *op)
{
    struct env *env = op->call->chat->env;
    for (uint32_t i = 0; i < RECOVERY_CODES; i++) {
        uint8_t bytes[RECOVERY_BYTES];
        env->ops->random(env, bytes, sizeof(bytes));
        base32_format(op->enable->recovery[i], bytes, sizeof(bytes));
        recovery_hash(op->factor.recovery[i], bytes);
    }
    op->factor.n_recovery = RECOVERY_CODES;
}

/* What stands, and the code, are right for what is asked; op->factor is then what to store. */
static enum chat_error check(struct factor_op *op)
{
    const struct user *user = op->proof.user;
    uint64_t now = chat_wall_ms(op->call->chat);
    if (op->enable && user->second_factor.n)
        return CHAT_FACTOR_ON;
    if (!op->enable && !user->second_factor.n)
        return CHAT_FACTOR_OFF;
    if (!op->enable && !second_factor_unpack(&op->factor, user->second_factor))
        return CHAT_UNAVAILABLE;
    return second_factor_take(&op->factor, op->code, now) ? CHAT_OK : CHAT_WRONG_CODE;
}

static void proof_ready(struct proof *proof, enum chat_error error)
{
    struct factor_op *op = container_of(proof, struct factor_op, proof);
    if (!error) {
        error = check(op);
        if (error != CHAT_WRONG_CODE)
            proof_stands(proof);
    }
    if (error) {
        factor_end(op, error);
        return;
    }
    if (op->enable) {
        make_recovery(op);
        second_factor_pack(&op->packed, &op->factor);
    }
    op->set = (struct store_user_set){
        .base.done = set_done,
        .id = op->call->user,
        .password_before = proof->user->password,
        .disabled = -1,
        .second_factor = op->enable ? builder_str(&op->packed) : STR(""),
        /* empty, not absent: of two who enable one at once only one does */
        .second_factor_before = op->enable ? STR("") : proof->user->second_factor,
    };
    store_user_set(op->call->chat->store, &op->set);
}

static struct factor_op *factor_op(struct chat_call *call, struct str password, struct str code)
{
    struct factor_op *op = mem_new(sizeof(*op));
    *op = (struct factor_op){
        .call = call,
        .code = code,
        .proof = {.call = call, .password = password, .ready = proof_ready},
    };
    return op;
}

void chat_factor_enable(struct chat *chat, struct chat_factor_enable *enable)
{
    uint8_t secret[TOTP_SECRET_BYTES];
    if (!call_begin(chat, &enable->call))
        return;
    if (!base32_parse(secret, sizeof(secret), enable->secret)) {
        call_later(&enable->call, CHAT_INVALID);
        return;
    }
    struct factor_op *op = factor_op(&enable->call, enable->password, enable->code);
    op->enable = enable;
    memcpy(op->factor.secret, secret, sizeof(secret));
    proof_ask(&op->proof);
}

void chat_factor_disable(struct chat *chat, struct chat_factor_disable *disable)
{
    if (!call_begin(chat, &disable->call))
        return;
    proof_ask(&factor_op(&disable->call, disable->password, disable->code)->proof);
}
