/*
 * What must hold of a group at each seq: everything in it was done by somebody who was allowed to,
 * it has one owner while anybody is in it, and who came in by an invite came while it held. Written
 * on its own, from docs/log.md.
 */
#include "replay.h"
#include "util/macros.h"

/* The lowest role that may do it here and now. */
static enum role least_role(const struct truth_log *log, const struct event *e)
{
    switch (e->type) {
    case EVENT_MESSAGE:
    case EVENT_EDIT:
        return log->announce ? ROLE_ADMIN : ROLE_MEMBER;
    case EVENT_ADDED:
    case EVENT_REMOVED:
    case EVENT_TITLE:
    case EVENT_DESCRIPTION:
    case EVENT_PICTURE:
    case EVENT_ANNOUNCE:
    case EVENT_INVITE:
    case EVENT_UNINVITE:
    case EVENT_PIN:
    case EVENT_UNPIN:
    case EVENT_TIMER:
        return ROLE_ADMIN;
    case EVENT_DELETE:
        return log->rows[e->target - 1].sender == e->sender ? ROLE_MEMBER : ROLE_ADMIN;
    case EVENT_ROLE:
        return ROLE_OWNER;
    default:
        return ROLE_MEMBER;
    }
}

/* --- invites --- */

static struct replayed_invite *invite_at(struct truth_log *log, uint64_t seq)
{
    for (uint32_t i = 0; i < log->n_invites; i++)
        if (log->invites[i].seq == seq)
            return &log->invites[i];
    return NULL;
}

/* At the server's time, whatever that was worth. */
static bool holds(const struct replayed_invite *i, uint64_t time_ms)
{
    return i && !i->taken_back && (!i->expires_ms || time_ms < i->expires_ms) &&
           (!i->uses_max || i->uses < i->uses_max);
}

static bool was_put_out(const struct truth_log *log, uint64_t user)
{
    bool put_out = false;
    for (uint32_t i = 0; i < log->n_stints; i++)
        if (log->stints[i].user == user)
            put_out = log->stints[i].put_out;
    return put_out;
}

static void judge_joined(struct truth *t, struct truth_log *log, const struct event *e)
{
    const struct replayed_invite *i = invite_at(log, e->target);
    if (!holds(i, e->time_ms))
        world_fail(t->world, "log %llu: seq %llu came in by %llu, which did not hold",
                   (unsigned long long)log->id, (unsigned long long)e->seq,
                   (unsigned long long)e->target);
    if (e->user != e->sender || present(log, e->user) || was_put_out(log, e->user))
        world_fail(t->world, "log %llu: seq %llu lets in somebody who may not come",
                   (unsigned long long)log->id, (unsigned long long)e->seq);
}

static void judge_uninvite(struct truth *t, struct truth_log *log, const struct event *e)
{
    const struct replayed_invite *i = invite_at(log, e->target);
    if (!i || i->taken_back || (i->uses_max && i->uses >= i->uses_max))
        world_fail(t->world, "log %llu: seq %llu takes back what was over",
                   (unsigned long long)log->id, (unsigned long long)e->seq);
}

static void judge_invite(struct truth *t, struct truth_log *log, const struct event *e)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < log->n_invites; i++)
        n += holds(&log->invites[i], e->time_ms);
    if (n >= INVITES_MAX)
        world_fail(t->world, "log %llu: seq %llu is an invite too many",
                   (unsigned long long)log->id, (unsigned long long)e->seq);
}

static void follow_invites(struct truth_log *log, const struct event *e)
{
    struct replayed_invite *i = invite_at(log, e->target);
    if (e->type == EVENT_UNINVITE && i)
        i->taken_back = true;
    if (e->type == EVENT_JOINED && i)
        i->uses++;
    if (e->type != EVENT_INVITE)
        return;
    /* what was over when another came is over for good, wherever the clock goes */
    for (uint32_t j = 0; j < log->n_invites; j++)
        log->invites[j].taken_back |= !holds(&log->invites[j], e->time_ms);
    must(log->n_invites < REPLAYED_INVITES_MAX);
    log->invites[log->n_invites++] =
        (struct replayed_invite){.seq = e->seq, .expires_ms = e->expires_ms, .uses_max = e->number};
}

/* --- owners --- */

/* Who owns the group when `leaving` goes: who has had the highest role there is for longest; of
 * those who were given it by one event, the lowest id. 0: nobody is left, or it has its owner. */
static uint64_t heir(const struct truth_log *log, const struct stint *leaving)
{
    const struct stint *best = NULL;
    for (uint32_t i = 0; i < log->n_stints; i++) {
        const struct stint *s = &log->stints[i];
        if (!s->open || s == leaving)
            continue;
        bool longer = best && s->role == best->role &&
                      (s->role_since < best->role_since ||
                       (s->role_since == best->role_since && s->user < best->user));
        if (!best || s->role > best->role || longer)
            best = s;
    }
    return best && leaving->role == ROLE_OWNER ? best->user : 0;
}

static void judge_left(struct truth *t, struct truth_log *log, const struct event *e)
{
    const struct stint *leaving = present(log, e->sender);
    if (leaving && e->user != heir(log, leaving))
        world_fail(t->world, "log %llu: seq %llu leaves the group to %llu",
                   (unsigned long long)log->id, (unsigned long long)e->seq,
                   (unsigned long long)e->user);
}

/* --- all of it --- */

void group_judge(struct truth *t, struct truth_log *log, const struct event *e)
{
    const struct stint *sender = present(log, e->sender);
    if (sender && sender->role < least_role(log, e))
        world_fail(t->world, "log %llu: seq %llu is not for a role %d", (unsigned long long)log->id,
                   (unsigned long long)e->seq, sender->role);
    if (e->type == EVENT_LEFT)
        judge_left(t, log, e);
    if (e->type == EVENT_JOINED)
        judge_joined(t, log, e);
    if (e->type == EVENT_UNINVITE)
        judge_uninvite(t, log, e);
    if (e->type == EVENT_INVITE)
        judge_invite(t, log, e);
}

void group_follow(struct truth *t, struct truth_log *log, const struct event *e)
{
    if (e->type == EVENT_ANNOUNCE)
        log->announce = e->number != 0;
    follow_invites(log, e);
    uint32_t owners = 0, members = 0;
    for (uint32_t i = 0; i < log->n_stints; i++) {
        members += log->stints[i].open;
        owners += log->stints[i].open && log->stints[i].role == ROLE_OWNER;
    }
    log->deserted |= members == 0;
    if (owners != MIN(members, 1u))
        world_fail(t->world, "log %llu: %u owners of %u members at %llu",
                   (unsigned long long)log->id, owners, members, (unsigned long long)e->seq);
}

void group_check_refused(struct truth *t, const struct op *op)
{
    if (op->error != CHAT_NOT_FOUND || !op->target)
        return;
    struct truth_log *log = log_of(t, op->conversation);
    const struct replayed_invite *i = invite_at(log, op->target);
    if (i && !i->taken_back && !i->expires_ms && !i->uses_max && !log->deserted)
        world_fail(t->world, "command %s was refused by an invite that holds", op->key);
}
