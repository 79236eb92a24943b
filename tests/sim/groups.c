/*
 * What must hold of a group at each seq: everything in it was done by somebody who was allowed to,
 * and it has one owner while anybody is in it. Written on its own, from docs/log.md.
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
        return ROLE_ADMIN;
    case EVENT_DELETE:
        return log->rows[e->target - 1].sender == e->sender ? ROLE_MEMBER : ROLE_ADMIN;
    case EVENT_ROLE:
        return ROLE_OWNER;
    default:
        return ROLE_MEMBER;
    }
}

void group_judge(struct truth *t, struct truth_log *log, const struct event *e)
{
    const struct stint *sender = present(log, e->sender);
    if (sender && sender->role < least_role(log, e))
        world_fail(t->world, "log %llu: seq %llu is not for a role %d", (unsigned long long)log->id,
                   (unsigned long long)e->seq, sender->role);
}

void group_follow(struct truth *t, struct truth_log *log, const struct event *e)
{
    if (e->type == EVENT_ANNOUNCE)
        log->announce = e->number != 0;
    uint32_t owners = 0, members = 0;
    for (uint32_t i = 0; i < log->n_stints; i++) {
        members += log->stints[i].open;
        owners += log->stints[i].open && log->stints[i].role == ROLE_OWNER;
    }
    if (owners != MIN(members, 1u))
        world_fail(t->world, "log %llu: %u owners of %u members at %llu",
                   (unsigned long long)log->id, owners, members, (unsigned long long)e->seq);
}
