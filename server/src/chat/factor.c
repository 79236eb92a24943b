/*
 * Whoever sets it up shows first that their device makes the right codes, so that nobody locks
 * themselves out. Until then the secret is the client's to keep: refused is a row for set-ups that
 * have begun, which somebody would have to sweep.
 *
 * Each change is an event of the own log, written with it or not at all, so that a repeated command
 * is known by its key and a lost answer is told again. For that recovery codes are made from the
 * store's secret, the factor's and the key: nobody without the first two makes them, and who has
 * the first two reads the factor anyway. (Not from the password: or else these would tell fast
 * whether a guess at it is right.) A key is no secret, since the own log shows it to each device:
 * a command is the same only with the factor's secret, or the code, that it had, and what is not
 * counts as a try. The write names the password and the factor it was decided on; when these have
 * moved everything is looked at anew. Chat thread.
 */
#include "chat/factor.h"

#include <stdlib.h>

#include "chat/append.h"
#include "chat/digest.h"
#include "chat/proof.h"
#include "store/directory.h"
#include "util/mem.h"
#include "util/numbers.h"

/* How often a change is decided for one call because what it is of had moved. */
enum { LOOKS_MAX = 16 };

void chat_factor_secret(struct chat *chat, char out[FACTOR_SECRET_TEXT + 1])
{
    uint8_t secret[TOTP_SECRET_BYTES];
    chat->env->ops->random(chat->env, secret, sizeof(secret));
    base32_format(out, secret, sizeof(secret));
}

struct factor_op {
    struct chat_factor_change *change;
    struct chat *chat;
    int looks;
    struct proof proof;
    struct second_factor factor; /* to store */
    struct builder packed;
    struct store_user_set set;
    struct chat_append append;
    char made_key[32];
};

static void factor_end(struct factor_op *op, enum chat_error error)
{
    struct chat_call *call = &op->change->call;
    proof_deinit(&op->proof);
    builder_deinit(&op->packed);
    free(op);
    call_done(call, error);
}

/* Those of this key, into the answer and what is stored. */
static void make_recovery(struct factor_op *op)
{
    static const char what[] = "recovery code";
    struct builder b = {0};
    builder_add(&b, what, sizeof(what));
    be64_put(builder_reserve(&b, 8), op->change->call.user);
    builder_advance(&b, 8);
    builder_add(&b, op->factor.secret, sizeof(op->factor.secret));
    builder_add_str(&b, op->append.key);
    for (uint32_t i = 0; i < RECOVERY_CODES; i++) {
        uint8_t mac[CRYPTO_HASH_BYTES];
        builder_add_byte(&b, (unsigned char)i);
        crypto_hmac(mac, store_info(op->chat->store)->secret, builder_str(&b));
        base32_format(op->change->recovery[i], mac, RECOVERY_BYTES);
        recovery_hash(op->factor.recovery[i], mac);
    }
    op->factor.n_recovery = RECOVERY_CODES;
    builder_deinit(&b);
}

/* What stands, and the code, are right for what is asked; op->factor is then what to store. */
static enum chat_error check(struct factor_op *op)
{
    struct str now = op->proof.user->second_factor;
    if (op->change->what == FACTOR_ENABLED) {
        op->factor = (struct second_factor){0};
        base32_parse(op->factor.secret, sizeof(op->factor.secret), op->change->secret);
        if (now.n)
            return CHAT_FACTOR_ON;
    } else if (!now.n) {
        return CHAT_FACTOR_OFF;
    } else if (!second_factor_unpack(&op->factor, now)) {
        return CHAT_UNAVAILABLE;
    }
    bool right = second_factor_take(&op->factor, op->change->code, chat_wall_ms(op->chat));
    return right ? CHAT_OK : CHAT_WRONG_CODE;
}

static void change_again(struct factor_op *op)
{
    proof_deinit(&op->proof);
    proof_ask(&op->proof);
}

static void appended(struct chat_call *call)
{
    struct factor_op *op = container_of(call, struct factor_op, append.call);
    op->change->call.retry_after_ms = call->retry_after_ms;
    if (call->error == CHAT_UNAVAILABLE && op->append.moved && ++op->looks < LOOKS_MAX) {
        change_again(op);
        return;
    }
    /* another code than the command's of that key is a guess as well */
    if (call->error != CHAT_WRONG_CODE && call->error != CHAT_KEY_REUSED)
        proof_stands(&op->proof);
    factor_end(op, call->error);
}

static struct str factor_to_store(struct factor_op *op)
{
    if (op->change->what == FACTOR_DISABLED)
        return STR("");
    builder_deinit(&op->packed);
    op->packed = (struct builder){0};
    second_factor_pack(&op->packed, &op->factor);
    return builder_str(&op->packed);
}

static void proof_ready(struct proof *proof, enum chat_error error)
{
    struct factor_op *op = container_of(proof, struct factor_op, proof);
    struct chat_factor_change *change = op->change;
    if (error) {
        factor_end(op, error);
        return;
    }
    error = check(op);
    if (change->what != FACTOR_DISABLED)
        make_recovery(op);
    op->set = (struct store_user_set){
        .id = change->call.user,
        .password_before = proof->user->password,
        .disabled = -1,
        .second_factor = factor_to_store(op),
        /* empty, not absent: of two who enable one at once only one does */
        .second_factor_before = proof->user->second_factor.n ? proof->user->second_factor : STR(""),
    };
    op->append.call = (struct chat_call){
        .user = change->call.user,
        .device = change->call.device,
        .since_ms = change->call.since_ms,
        .done = appended,
    };
    op->append.type = EVENT_SECOND_FACTOR;
    op->append.changes = change->what;
    op->append.number = change->call.device;
    op->append.unsaid = change->secret.n ? change->secret : change->code;
    op->append.refused = error;
    op->append.with = &op->set;
    chat_append(op->chat, &op->append);
}

void chat_factor_change(struct chat *chat, struct chat_factor_change *change)
{
    uint8_t secret[TOTP_SECRET_BYTES];
    if (!call_begin(chat, &change->call))
        return;
    bool enable = change->what == FACTOR_ENABLED;
    if (enable ? !base32_parse(secret, sizeof(secret), change->secret) : change->secret.n > 0) {
        call_later(&change->call, CHAT_INVALID);
        return;
    }
    struct factor_op *op = mem_new(sizeof(*op));
    op->change = change;
    op->chat = chat;
    op->append.key = change->key.n ? change->key : digest_made_key(chat, op->made_key);
    op->proof =
        (struct proof){.call = &change->call, .password = change->password, .ready = proof_ready};
    proof_ask(&op->proof);
}
