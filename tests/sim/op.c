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
                      .up_ms = d->node->stopped ? d->node->stopped_to : d->node->went_on_ms,
                      .waiting = true};
    snprintf(op->key, sizeof(op->key), "k%u-%u", d->index, d->n_ops);
    snprintf(op->text, sizeof(op->text), "text of %u-%u", d->index, d->n_ops);
    d->n_ops++;
    return op;
}

static struct op *op_of(const struct world *w, struct str key)
{
    for (uint32_t i = 0; i < DEVICES && w->clients[i]; i++)
        for (uint32_t j = 0; j < w->clients[i]->n_ops; j++)
            if (str_eq(key, str_of(w->clients[i]->ops[j].key)))
                return &w->clients[i]->ops[j];
    return NULL;
}

/* A group is decided on before its claim, and what is in doubt goes again as it was decided. */
static void check_in_time(const struct node *n, struct op *op, uint64_t time_ms)
{
    struct world *w = n->world;
    bool in_time = op->type == EVENT_CREATED || op->decided[n->index] == time_ms;
    list_for_each(&w->attempts, node)
    {
        const struct attempt *a = list_entry(node, struct attempt, link);
        bool ours = a->op == op && a->node == n;
        in_time = in_time || (ours && w->mono_ms - a->asked_mono_ms <= OP_PATIENCE_MS);
    }
    if (!in_time)
        world_fail(w, "command %s was decided long after it was sent", op->key);
    op->decided[n->index] = time_ms;
}

void ops_decided(const struct node *n, const struct store_append *append)
{
    for (uint32_t i = 0; i < append->n_events; i++) {
        struct op *op = op_of(n->world, append->events[i].key);
        if (op)
            check_in_time(n, op, append->events[i].time_ms);
    }
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

static void ask(struct attempt *a)
{
    struct chat *chat = a->node->chat;
    if (a->op->type == EVENT_JOINED)
        chat_join(chat, &a->u.append, str_of(a->op->token));
    else
        chat_append(chat, &a->u.append);
    attempt_made(a);
}

static void ask_at_last(struct task *task)
{
    ask(container_of(task, struct attempt, task));
}

/* To a node that stands still: it lies in the socket until that goes on. */
static void ask_later(struct attempt *a)
{
    a->task.run = ask_at_last;
    list_init(&a->task.node);
    post(&a->node->chat_queue.poster, &a->task);
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
    if (d->node->stopped)
        ask_later(a);
    else
        ask(a);
}
