/*
 * What devices were told on the way, held against the logs as they stand at the end. Where the
 * moment of a commit is not known it lies between the first try and the first `ok`; each check
 * takes the side on which it accuses nobody wrongly.
 */
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "heard.h"
#include "model/privacy.h"
#include "replay.h"
#include "store/directory.h"
#include "util/hash.h"
#include "world.h"

/* --- rows --- */

static void check_heard(struct truth *t, const struct client *d)
{
    for (uint32_t i = 0; i < d->hearing->n_heard; i++) {
        const struct heard *h = &d->hearing->heard[i];
        const struct truth_log *log = log_of(t, h->conversation);
        if (left_with_them(t, log))
            continue;
        if (h->seq > log->n_rows || !may_read(log, d->user, h->seq))
            world_fail(t->world, "device %u was shown %llu of %llu, which it may not read",
                       d->index, (unsigned long long)h->seq, (unsigned long long)log->id);
        else if (h->text && log->rows[h->seq - 1].type == EVENT_EDIT &&
                 !may_read_words(log, d->user, &log->rows[h->seq - 1]))
            world_fail(t->world, "device %u was shown the words of %llu of %llu, which it may not",
                       d->index, (unsigned long long)h->seq, (unsigned long long)log->id);
    }
}

/* From the `ok` of a delete on nobody is given the message's text, or an edit's of it. */
static void check_delete(struct truth *t, const struct op *op)
{
    const struct truth_log *log = log_of(t, op->ok_conversation);
    for (uint32_t i = 0; i < DEVICES; i++) {
        const struct hearing *hearing = t->world->clients[i]->hearing;
        for (uint32_t j = 0; j < hearing->n_heard; j++) {
            const struct heard *h = &hearing->heard[j];
            bool on_the_way = !h->asked && t->world->wire; /* a push: the delete comes behind it */
            if (on_the_way || h->conversation != log->id || !h->text ||
                h->asked_step <= op->ok_step || h->seq > op->ok_seq)
                continue;
            const struct line *r = &log->rows[h->seq - 1];
            bool of_it = h->seq == op->target || (r->type == EVENT_EDIT && r->target == op->target);
            if (of_it)
                world_fail(t->world, "device %u was shown the deleted text %llu of %llu", i,
                           (unsigned long long)h->seq, (unsigned long long)log->id);
        }
    }
}

/* --- marks --- */

/* The highest read mark below `below` that the user's devices asked for before step `before`, or,
 * with `ok`, were told to stand by then. */
static uint64_t marked_below(const struct world *w, uint64_t user, uint64_t conversation,
                             uint64_t below, uint64_t before, bool ok)
{
    uint64_t highest = 0;
    for (uint32_t i = 0; i < DEVICES; i++) {
        const struct hearing *h = w->clients[i]->hearing;
        if (w->clients[i]->user != user)
            continue;
        for (uint32_t j = 0; j < h->n_marked; j++) {
            const struct marked *m = h->marked[j];
            bool counts = m->read && m->conversation == conversation && m->seq < below &&
                          (ok ? m->ok && m->ok_step < before : m->first_step < before);
            if (counts)
                highest = MAX(highest, m->seq);
        }
    }
    return highest;
}

/* How far one has read by coming in and by writing, below `below`. */
static uint64_t read_without_mark(const struct truth_log *log, uint64_t user, uint64_t below)
{
    uint64_t highest = 0;
    for (uint32_t i = 0; i < log->n_stints; i++)
        if (log->stints[i].user == user && log->stints[i].since < below)
            highest = MAX(highest, log->stints[i].since);
    for (uint64_t seq = 1; seq < below && seq <= log->n_rows; seq++)
        if (log->reads[seq - 1] && log->rows[seq - 1].sender == user)
            highest = MAX(highest, seq);
    return highest;
}

static uint64_t n_at(const struct truth_log *log, uint64_t seq)
{
    return seq ? log->rows[MIN(seq, log->n_rows) - 1].n : 0;
}

/* A message moves its sender's mark exactly if nothing was unread before it. */
static void check_sent(struct truth *t, const struct op *op, uint64_t sender)
{
    const struct truth_log *log = log_of(t, op->ok_conversation);
    uint64_t seq = op->ok_seq;
    if (!seq || seq > log->n_rows) /* check_op() says so */
        return;
    uint64_t own = read_without_mark(log, sender, seq);
    uint64_t surely = marked_below(t->world, sender, log->id, seq, op->first_step, true);
    uint64_t perhaps = marked_below(t->world, sender, log->id, seq, op->ok_step, false);
    perhaps = MAX(perhaps, archive_gone_at(t->world, log->id, seq)); /* is not unread */
    uint64_t before = n_at(log, seq - 1);
    if (log->reads[seq - 1] && n_at(log, MAX(own, perhaps)) < before)
        world_fail(t->world, "log %llu: %llu marked as read what its sender had not read",
                   (unsigned long long)log->id, (unsigned long long)seq);
    /* of a mark that went through another node this one may not know */
    if (!t->world->wire && !log->reads[seq - 1] && n_at(log, MAX(own, surely)) >= before)
        world_fail(t->world, "log %llu: %llu left itself unread for its sender",
                   (unsigned long long)log->id, (unsigned long long)seq);
}

/* A mark stands where somebody set it, and not before the last place that was acknowledged. */
static void check_member(struct truth *t, struct truth_log *log, const struct member *m)
{
    uint64_t end = log->n_rows + 1;
    uint64_t own = read_without_mark(log, m->user, end);
    uint64_t surely = MAX(own, marked_below(t->world, m->user, log->id, end, UINT64_MAX, true));
    uint64_t perhaps = MAX(own, marked_below(t->world, m->user, log->id, end, UINT64_MAX, false));
    perhaps = MAX(perhaps, log->load.head.gone_seq); /* where a mark at what is gone goes */
    if (m->read_seq < surely || m->read_seq > perhaps)
        world_fail(t->world, "log %llu: %llu has read up to %llu, not %llu to %llu",
                   (unsigned long long)log->id, (unsigned long long)m->user,
                   (unsigned long long)m->read_seq, (unsigned long long)surely,
                   (unsigned long long)perhaps);
}

/* --- blocks --- */

/* Whether a block of `other` may stand while the refused command was under way. */
static bool may_block(const struct world *w, const struct op *block, uint64_t other,
                      const struct op *refused)
{
    uint64_t blocker = w->clients[block->device]->user;
    if (block->type != EVENT_BLOCK || block->user != other ||
        block->first_step > refused->failed_step)
        return false;
    if (!block->ok)
        return true;
    for (uint32_t i = 0; i < DEVICES; i++)
        for (uint32_t j = 0; j < w->clients[i]->n_ops; j++) {
            const struct op *op = &w->clients[i]->ops[j];
            if (op->type == EVENT_UNBLOCK && op->user == other && op->ok &&
                w->clients[i]->user == blocker && op->first_step > block->ok_step &&
                op->ok_step < refused->last_step)
                return false;
        }
    return true;
}

/* Whether it may have kept strangers from writing when the other was refused. */
static bool may_shut(const struct op *op, const struct op *refused)
{
    return op->privacy && privacy_of(op->privacy, PRIVACY_WRITE) > 1 + AUDIENCE_EVERYONE &&
           op->first_step <= refused->failed_step;
}

/* The person that a message was for: a user, or the other one of a 1:1; 0: a group. */
static uint64_t person_of(const struct truth *t, uint64_t to, uint64_t sender)
{
    for (uint32_t i = 0; i < t->n_logs; i++) {
        const struct conversation *c = &t->logs[i]->load.conversation;
        if (t->logs[i]->id == to && c->kind == CONVERSATION_DIRECT)
            return c->users[0] == sender ? c->users[1] : c->users[0];
        if (t->logs[i]->id == to && c->kind == CONVERSATION_GROUP)
            return 0;
    }
    return to;
}

/* Nobody is refused for a block that has surely ended, a setting that never was, or somebody who is
 * not disabled. */
static void check_refused(struct truth *t, const struct op *op, uint64_t sender)
{
    const struct world *w = t->world;
    uint64_t to = person_of(t, op->to, sender);
    bool left = w->left.user == to || w->left.user == sender;
    if (left && w->left.first_step < op->failed_step)
        return;
    for (uint32_t i = 0; i < w->n_outs; i++)
        if (w->outs[i].user == to && w->outs[i].from_step < op->failed_step &&
            w->outs[i].over_step > op->last_step)
            return;
    for (uint32_t i = 0; i < DEVICES; i++)
        for (uint32_t j = 0; j < w->clients[i]->n_ops; j++) {
            const struct op *block = &w->clients[i]->ops[j];
            uint64_t blocker = w->clients[i]->user;
            if (blocker == to && may_shut(block, op))
                return;
            if ((blocker == sender && may_block(w, block, to, op)) ||
                (blocker == to && may_block(w, block, sender, op)))
                return;
        }
    world_fail(t->world, "command %s was refused for a block or a setting that does not stand",
               op->key);
}

/* Nobody writes to an account that is disabled or deleted. */
static void check_disabled(struct truth *t, const struct op *op, uint64_t sender)
{
    const struct world *w = t->world;
    uint64_t to = person_of(t, op->to, sender);
    /* a connection of theirs is closed once the store can be asked */
    bool connected = sender == to && w->wire && w->faulty;
    for (uint32_t i = 0; i < w->n_outs && !connected; i++)
        if (w->outs[i].user == to && op->first_step > w->outs[i].stood_step &&
            op->first_ms >= MAX(w->outs[i].stood_ms, op->up_ms) + world_untold_ms(w) &&
            op->ok_step < w->outs[i].to_step)
            world_fail(t->world, "command %s went to a disabled account", op->key);
    if (w->left.user == to && w->left.ok_step && op->first_step > w->left.ok_step &&
        op->first_ms >= w->left.ok_ms + world_told_ms(w))
        world_fail(t->world, "command %s went to a deleted account", op->key);
}

/* --- what the core shows at the end --- */

static void check_looked(struct truth *t, const struct client *d, const struct copy *c)
{
    struct truth_log *log = log_of(t, c->conversation);
    if (!present(log, d->user) || c->conversation == d->user || d->user == t->left)
        return;
    const struct member *me = NULL;
    for (uint32_t i = 0; i < log->load.n_members; i++)
        if (log->load.members[i].user == d->user)
            me = &log->load.members[i];
    bool right = me && c->looked && c->looked_head == log->n_rows &&
                 c->looked_n == log->load.head.n && c->looked_read_seq == me->read_seq &&
                 c->looked_read_n == me->read_n && c->looked_members == log->load.n_members;
    if (!right)
        world_fail(t->world,
                   "device %u is shown %llu with head %llu, read %llu, %u members; it has head "
                   "%llu, read %llu, %u members",
                   d->index, (unsigned long long)log->id, (unsigned long long)c->looked_head,
                   (unsigned long long)c->looked_read_seq, c->looked_members,
                   (unsigned long long)log->n_rows, (unsigned long long)(me ? me->read_seq : 0),
                   log->load.n_members);
}

/* Marks that were told are at most those that stand. What was the own of who deleted their account
 * is gone, and says of nobody that they were in it. */
static void check_told(struct truth *t, const struct client *d, const struct copy *c)
{
    struct truth_log *log = log_of(t, c->conversation);
    bool was_member = d->user == t->left && !log->n_rows;
    for (uint32_t i = 0; i < log->n_stints; i++)
        was_member = was_member || log->stints[i].user == d->user;
    if (c->told_of_marks && !was_member && d->user != t->left) /* whose notes are gone */
        world_fail(t->world, "device %u was told of marks in %llu, being no member", d->index,
                   (unsigned long long)log->id);
    uint64_t asked = asked_in(log);
    bool silent = log->load.conversation.kind == CONVERSATION_DIRECT && !log->load.head.n;
    for (uint32_t i = 0; i < log->load.n_members; i++)
        for (uint32_t u = 0; u < USERS; u++) {
            const struct member *m = &log->load.members[i];
            bool hidden =
                (m->user == asked || silent) && m->user != d->user && m->user == t->world->users[u];
            if (hidden && (c->read_seq[u] || c->delivered_seq[u]))
                world_fail(t->world, "device %u was told of marks in %llu, and was not accepted",
                           d->index, (unsigned long long)log->id);
            if (m->user == t->world->users[u] &&
                (c->read_seq[u] > m->read_seq || c->delivered_seq[u] > m->delivered_seq))
                world_fail(t->world, "device %u was told of marks in %llu that do not stand",
                           d->index, (unsigned long long)log->id);
        }
}

/* The profile is what the own log's newest change of it says. */
static void check_profile(struct truth *t, uint64_t user)
{
    const struct truth_log *log = log_of(t, user);
    uint64_t name = 0;
    for (uint64_t i = 0; i < log->n_rows; i++)
        if (log->rows[i].type == EVENT_PROFILE)
            name = log->rows[i].text;
    struct store_users users = {.base.done = truth_nothing, .ids = &user, .n_ids = 1};
    store_users(t->world->store, &users);
    world_settle(t->world);
    if (users.n_users != 1 || (name && hash_bytes(users.users[0].display_name) != name))
        world_fail(t->world, "the profile of %llu is not its newest", (unsigned long long)user);
    store_request_deinit(&users.base);
}

void witness_check(struct truth *t)
{
    for (uint32_t i = 0; i < DEVICES; i++) {
        const struct client *d = t->world->clients[i];
        check_heard(t, d);
        for (uint32_t j = 0; j < d->n_ops; j++) {
            const struct op *op = &d->ops[j];
            if (op->failed && op->type == EVENT_JOINED)
                group_check_refused(t, op);
            if (op->ok && left_with_them(t, log_of(t, op->ok_conversation)))
                continue;
            if (op->ok && op->type == EVENT_DELETE)
                check_delete(t, op);
            if (op->ok && op->type == EVENT_MESSAGE)
                check_sent(t, op, d->user);
            if (op->ok && op->type == EVENT_MESSAGE)
                check_disabled(t, op, d->user);
            if (op->failed && op->type == EVENT_MESSAGE && op->error == CHAT_CANNOT_WRITE)
                check_refused(t, op, d->user);
        }
        for (uint32_t j = 0; j < d->n_copies; j++) {
            check_looked(t, d, &d->copies[j]);
            check_told(t, d, &d->copies[j]);
        }
    }
    for (uint32_t i = 0; i < t->n_logs; i++)
        for (uint32_t j = 0; j < t->logs[i]->load.n_members; j++)
            if (t->logs[i]->load.conversation.kind != CONVERSATION_OWN)
                check_member(t, t->logs[i], &t->logs[i]->load.members[j]);
    for (uint32_t i = 0; i < USERS; i++)
        check_profile(t, t->world->users[i]);
}
