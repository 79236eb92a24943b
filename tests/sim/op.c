/* See op.h. */
#include "op.h"

#include <stdio.h>

#include "attempt.h"
#include "names.h"
#include "sabotage.h"

struct op *op_new(struct client *d, enum event_type type)
{
    struct world *w = d->world;
    if (d->n_ops == OPS_MAX || d->n_under_way >= OPS_UNDER_WAY)
        return NULL;
    struct op *op = &d->ops[d->n_ops];
    *op = (struct op){.type = type,
                      .device = d->index,
                      .first_step = w->step,
                      .first_ms = w->mono_ms,
                      .up_ms = d->node->went_on_ms,
                      .waiting = true};
    snprintf(op->key, sizeof(op->key), "k%u-%u", d->index, d->n_ops);
    snprintf(op->text, sizeof(op->text), "text of %u-%u", d->index, d->n_ops);
    d->n_ops++;
    return op;
}

/* --- its answer --- */

/* A device that is ended does nothing more: by then every node that was up has closed its
 * connection. */
static void check_not_ended(const struct attempt *a)
{
    const struct client *d = a->device;
    const struct world *w = d->world;
    uint64_t by_ms = MAX(d->ended_ms, a->node->went_on_ms) + world_told_ms(w);
    bool ended = d->ended_id && a->u.call.device == d->ended_id && a->asked_step > d->ended_step;
    if (ended && !a->dismissed && !w->faulty && a->asked_mono_ms >= by_ms)
        world_fail(d->world, "device %u was served at %llu after it was ended", d->index,
                   (unsigned long long)w->step);
}

/* Of somebody's own log, or their notes to themselves. */
static bool is_own(const struct op *op, uint64_t user, uint64_t conversation)
{
    return conversation == user || op->to == user;
}

void op_answered(struct attempt *a, uint64_t conversation, uint64_t seq)
{
    struct op *op = a->op;
    struct world *w = a->device->world;
    enum chat_error error = a->u.call.error;
    if (!error)
        check_not_ended(a);
    /* on Cassandra the own log and the notes of whoever deletes their account end: what a node that
     * stood still puts there afterwards stands nowhere */
    uint64_t user = a->device->user;
    bool ends = w->cassandra && w->left.user == user && is_own(op, user, conversation);
    if (!error && op->ok && !ends && (op->ok_seq != seq || op->ok_conversation != conversation))
        world_fail(w, "key %s stands twice: %llu and %llu", op->key, (unsigned long long)op->ok_seq,
                   (unsigned long long)seq);
    if (!error) {
        op->ok = true;
        op->ok_seq = seq;
        op->ok_conversation = conversation;
        if (!op->ok_step)
            op->ok_ms = w->mono_ms;
        if (!op->ok_step)
            op->ok_step = w->step;
    }
    world_saw(w, seq ^ error);
    if (!attempt_seen(a))
        return;
    a->device->n_under_way--;
    op->under_way = false;
    bool again = error == CHAT_UNAVAILABLE || error == CHAT_OVERLOADED;
    if ((error == CHAT_TOO_OLD || error == CHAT_AFTER_REQUIRED) && op->tries == 1) {
        op->after = a->u.call.head; /* nothing stands: it goes as if first tried there */
        again = true;
    }
    op->waiting = again;
    op->failed = error && !again;
    op->error = error;
    op->failed_step = w->step;
}

/* The maker of an invite has its token, and hands it round. */
static void token_told(struct attempt *a)
{
    struct world *w = a->device->world;
    const struct chat_append *append = &a->u.append;
    struct token *token = &w->tokens[w->n_tokens++ % TOKENS_MAX];
    token->conversation = append->conversation;
    token->seq = append->seq;
    chat_invite_token(a->node->chat, append->conversation, append->seq, a->device->user,
                      append->time_ms, token->text);
}

static void append_answered(struct attempt *a)
{
    if (a->op->type == EVENT_INVITE && !a->u.append.call.error)
        token_told(a);
    op_answered(a, a->u.append.conversation, a->u.append.seq);
}

static void group_answered(struct attempt *a)
{
    op_answered(a, a->u.group.conversation, a->u.group.seq);
}

/* --- sending it --- */

static void op_send_group(struct client *d, struct op *op, struct str key)
{
    struct attempt *a = attempt_new(d, group_answered);
    a->op = op;
    a->u.group.title = str_of(op->text);
    a->u.group.history = op->history;
    a->u.group.members = op->members;
    a->u.group.n_members = op->n_members;
    a->u.group.key = key;
    chat_group_create(d->node->chat, &a->u.group);
    attempt_made(a);
}

void op_send(struct client *d, struct op *op)
{
    struct world *w = d->world;
    op->waiting = false;
    op->under_way = true;
    op->tries++;
    op->last_step = d->world->step;
    d->n_under_way++;
    if (sabotaged(w, "newkey"))
        snprintf(op->key, sizeof(op->key), "x%llx", (unsigned long long)rng_next(&w->rng) >> 8);
    world_trace(w, "device %u sends %s type %d conversation %llu to %llu target %llu user %llu",
                d->index, op->key, op->type, (unsigned long long)op->conversation,
                (unsigned long long)op->to, (unsigned long long)op->target,
                (unsigned long long)op->user);
    if (op->type == EVENT_CREATED) {
        op_send_group(d, op, str_of(op->key));
        return;
    }
    if (op->type == EVENT_RENAME) {
        rename_send(d, op);
        return;
    }
    struct attempt *a = attempt_new(d, append_answered);
    a->op = op;
    struct chat_append *append = &a->u.append;
    append->type = op->type;
    append->to = op->to;
    append->conversation = op->conversation;
    append->target = op->target;
    append->user = op->user;
    append->role = op->role;
    append->number = op->number;
    append->privacy = op->privacy;
    append->holds_ms = op->holds_ms;
    append->until_ms = op->until_ms;
    append->changes = op->changes;
    append->source = op->source;
    append->source_seq = op->source_seq;
    append->kind = op->type == EVENT_MESSAGE && !op->source ? STR("text") : (struct str){0};
    append->text = str_of(op->text);
    append->mentions = op->members;
    append->n_mentions = op->n_members;
    append->key = str_of(op->key);
    append->after = op->after;
    if (op->type == EVENT_JOINED)
        chat_join(d->node->chat, append, str_of(op->token));
    else
        chat_append(d->node->chat, append);
    attempt_made(a);
}
