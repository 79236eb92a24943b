/*
 * Finds the rows that an event changes, lets project.c change them, puts them back: into the same
 * batch as the event, so that a log and its projection can never part. What is not there is passed
 * over: whoever decided the event looked.
 */
#include "store/apply.h"

#include <errno.h>
#include <string.h>

#include "store/contacts.h"
#include "store/drafts.h"
#include "store/expiry.h"
#include "store/leaving.h"
#include "store/hidden.h"
#include "store/mentions.h"
#include "store/pins.h"
#include "store/project.h"
#include "store/steps.h"
#include "store/usernames.h"
#include "util/macros.h"

static int apply_emptied(struct turn *t, const struct event *e, uint64_t edit_seq)
{
    struct event edit;
    int err = turn_event(t, e->conversation, edit_seq, &edit);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    if (project_emptied(&edit, e))
        turn_put_event(t, &edit);
    return 0;
}

/* Its message was emptied since it was decided: nobody shall read its words instead. */
static int apply_late_edit(struct turn *t, const struct event *e)
{
    struct event edit = *e;
    if (project_due(&edit, edit.expires_ms))
        turn_put_event(t, &edit);
    return 0;
}

/* Edit, delete, reaction. */
static int apply_target(struct turn *t, const struct event *e)
{
    struct event target;
    int err = turn_event(t, e->conversation, e->target, &target);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    struct event before = target;
    if (!project_target(&target, e, t->arena))
        return 0;
    turn_put_event(t, &target);
    if (e->type == EVENT_REACTION)
        return 0;
    if ((err = mentions_put(t, &target, &before)))
        return err;
    if (e->type == EVENT_DELETE && (err = pins_apply(t, e)))
        return err;
    if (e->type == EVENT_EDIT && before.deleted && (err = apply_late_edit(t, e)))
        return err;
    return before.edited_seq ? apply_emptied(t, e, before.edited_seq) : 0;
}

/* Whatever accepts a request. */
static int apply_accepted(struct turn *t, const struct event *e)
{
    struct member_row row;
    int err = turn_member(t, e->conversation, e->sender, &row);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    return project_accepted(&row.member, e) ? turn_put_member(t, &row) : 0;
}

static int apply_reads(struct turn *t, const struct event *e)
{
    struct member_row row;
    int err = turn_member(t, e->conversation, e->sender, &row);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    return project_reads(&row.member, e) ? turn_put_member(t, &row) : 0;
}

/* The first event of a 1:1 gives its people rows, the first message puts it into their lists. */
static int apply_direct_members(struct turn *t, const struct event *e)
{
    struct conversation c;
    int err = turn_conversation(t, e->conversation, &c);
    if (err)
        return err == KV_ABSENT ? -EBADMSG : err;
    if (c.kind != CONVERSATION_DIRECT && c.kind != CONVERSATION_SELF)
        return 0;
    for (int i = 0; i < (c.kind == CONVERSATION_SELF ? 1 : 2); i++) {
        struct member_row row;
        err = turn_member(t, c.id, c.users[i], &row);
        if (err < 0)
            return err;
        if (project_direct_member(&row.member, e) && (err = turn_put_member(t, &row)))
            return err;
    }
    return 0;
}

static int apply_message(struct turn *t, const struct event *e)
{
    int err = e->n == 1 ? apply_direct_members(t, e) : 0;
    if (!err)
        err = mentions_put(t, e, NULL);
    expiry_put(t, e);
    return err || !e->reads ? err : apply_reads(t, e);
}

/* Inserts or takes out one user; *changed says whether that changed anything. */
static int roster_set(struct roster *r, uint64_t user, bool present, bool *changed)
{
    uint32_t i = 0;
    while (i < r->n && r->users[i] < user)
        i++;
    bool there = i < r->n && r->users[i] == user;
    *changed = there != present;
    if (!*changed)
        return 0;
    if (present && r->n == MEMBERS_MAX)
        return -E2BIG;
    size_t n_moved = r->n - i - (present ? 0 : 1);
    if (present)
        memmove(&r->users[i + 1], &r->users[i], n_moved * sizeof(r->users[0]));
    else
        memmove(&r->users[i], &r->users[i + 1], n_moved * sizeof(r->users[0]));
    if (present)
        r->users[i] = user;
    r->n += present ? 1 : -1;
    return 0;
}

static int apply_roster(struct turn *t, uint64_t conversation, uint64_t user, bool present)
{
    struct roster roster;
    bool changed;
    int err = turn_roster(t, conversation, &roster);
    if (!err)
        err = roster_set(&roster, user, present, &changed);
    if (!err && changed)
        turn_put_roster(t, conversation, &roster);
    return err;
}

/* What somebody who goes may know of the group from now on. */
static int take_leave(struct turn *t, const struct log_head *head, struct member_row *row)
{
    struct conversation c;
    int err = turn_conversation(t, row->member.conversation, &c);
    if (err)
        return err == KV_ABSENT ? -EBADMSG : err;
    row->left_message_seq = head->message_seq;
    row->member.left_title = c.title;
    return 0;
}

/* Created, added, removed, left, role: one member. */
static int apply_member(struct turn *t, const struct event *e, const struct log_head *head,
                        uint64_t user)
{
    struct member_row row;
    int err = turn_member(t, e->conversation, user, &row);
    if (err < 0 || (err == KV_ABSENT && e->type != EVENT_ADDED && e->type != EVENT_JOINED &&
                    e->type != EVENT_CREATED))
        return MIN(err, 0);
    if (!project_member(&row.member, e))
        return 0;
    row.left_message_seq = 0;
    err = row.member.left ? take_leave(t, head, &row) : 0;
    if (!err)
        err = turn_put_member(t, &row);
    if (!err && (e->type == EVENT_ADDED || e->type == EVENT_JOINED))
        err = steps_note(t, &row.member, e->time_ms);
    if (!err && !row.member.left)
        err = leaving_again(t, user);
    return err ? err : apply_roster(t, e->conversation, user, !row.member.left);
}

static int apply_left(struct turn *t, const struct event *e, const struct log_head *head)
{
    int err = apply_member(t, e, head, e->sender);
    return err || !e->user ? err : apply_member(t, e, head, e->user);
}

static int apply_role(struct turn *t, const struct event *e, const struct log_head *head)
{
    int err = apply_member(t, e, head, e->user);
    return err || e->role != ROLE_OWNER ? err : apply_member(t, e, head, e->sender);
}

/* Created, title, description, picture, announce, timer, retention. */
static int apply_conversation(struct turn *t, const struct event *e)
{
    struct conversation c = {.id = e->conversation};
    int err = turn_conversation(t, e->conversation, &c);
    if (err < 0 || (err == KV_ABSENT && e->type != EVENT_CREATED))
        return MIN(err, 0);
    if (project_conversation(&c, e))
        turn_put_conversation(t, &c);
    return 0;
}

/* Timer, retention: of a 1:1 too. */
static int apply_setting(struct turn *t, const struct event *e)
{
    int err = e->n ? 0 : apply_direct_members(t, e);
    return err ? err : apply_conversation(t, e);
}

static int apply_created(struct turn *t, const struct event *e, const struct log_head *head)
{
    int err = apply_conversation(t, e);
    for (uint32_t i = 0; !err && i < e->n_members; i++)
        err = apply_member(t, e, head, e->members[i].user);
    return err;
}

/* Invite, uninvite, joined. */
static int apply_invites(struct turn *t, const struct event *e)
{
    struct invites invites;
    int err = turn_invites(t, e->conversation, &invites);
    if (!err && project_invites(&invites, e))
        turn_put_invites(t, e->conversation, &invites);
    return err;
}

static int apply_joined(struct turn *t, const struct event *e, const struct log_head *head)
{
    int err = apply_member(t, e, head, e->user);
    return err ? err : apply_invites(t, e);
}

static int apply_user(struct turn *t, const struct event *e)
{
    struct user user;
    int err = turn_user(t, e->sender, &user);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    struct user before = user;
    if (user.deleted_ms || !project_user(&user, e))
        return 0;
    turn_put_user(t, &user);
    return e->type == EVENT_RENAME ? usernames_follow(t, &before, &user, e->time_ms) : 0;
}

/* Whoever has the log is told. */
static int apply_signed_in(struct turn *t, const struct event *e)
{
    struct device device;
    int err = turn_device(t, e->sender, e->number, &device);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    if (device.news) {
        device.news = DEVICE_NO_NEWS;
        turn_put_device(t, &device);
    }
    return 0;
}

static int apply_contact(struct turn *t, const struct event *e)
{
    int err = apply_direct_members(t, e);
    return err ? err : contacts_apply(t, e);
}

static int apply_block(struct turn *t, const struct event *e)
{
    struct row_key k = key_block(e->sender, e->user);
    uint64_t rev = 0;
    int err = turn_get_ids(t, &k, &rev, 1);
    if (err < 0 || rev >= e->seq)
        return MIN(err, 0);
    if (e->type == EVENT_BLOCK)
        turn_put_ids(t, &k, &e->seq, 1);
    else if (err != KV_ABSENT)
        turn_delete(t, &k);
    return 0;
}

/* The own log's row counts what is pinned. */
static int count_pinned(struct turn *t, const struct event *e, bool more)
{
    struct member_row own;
    int err = turn_member(t, e->conversation, e->sender, &own);
    if (err)
        return err == KV_ABSENT ? -EBADMSG : err;
    own.member.preferences.pinned += more ? 1 : UINT64_MAX;
    return turn_put_member(t, &own);
}

static int apply_preferences(struct turn *t, const struct event *e)
{
    struct member_row row;
    int err = turn_member(t, e->subject, e->sender, &row);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    struct preferences *p = &row.member.preferences;
    bool was_pinned = p->pinned;
    if (!project_preferences(p, e))
        return 0;
    bool is_pinned = p->pinned;
    err = turn_put_member(t, &row);
    return err || is_pinned == was_pinned ? err : count_pinned(t, e, is_pinned);
}

/* A message that is not there any more has nothing to be listed by. */
static int apply_star(struct turn *t, const struct event *e)
{
    struct event message;
    int err = turn_event(t, e->subject, e->target, &message);
    if (err)
        return MIN(err, 0);
    struct row_key k = key_star(e->sender, &message);
    uint64_t rev = 0;
    err = turn_get_ids(t, &k, &rev, 1);
    if (err < 0 || rev >= e->seq)
        return MIN(err, 0);
    if (e->type == EVENT_STAR)
        turn_put_ids(t, &k, &e->seq, 1);
    else if (err != KV_ABSENT)
        turn_delete(t, &k);
    return 0;
}

static int apply_type(struct turn *t, const struct event *e, const struct log_head *head)
{
    switch (e->type) {
    case EVENT_MESSAGE:
        return apply_message(t, e);
    case EVENT_EDIT:
    case EVENT_DELETE:
    case EVENT_REACTION:
        return apply_target(t, e);
    case EVENT_CREATED:
        return apply_created(t, e, head);
    case EVENT_ADDED:
    case EVENT_REMOVED:
        return apply_member(t, e, head, e->user);
    case EVENT_ROLE:
        return apply_role(t, e, head);
    case EVENT_JOINED:
        return apply_joined(t, e, head);
    case EVENT_INVITE:
    case EVENT_UNINVITE:
        return apply_invites(t, e);
    case EVENT_LEFT:
        return apply_left(t, e, head);
    case EVENT_TITLE:
    case EVENT_DESCRIPTION:
    case EVENT_ANNOUNCE:
        return apply_conversation(t, e);
    case EVENT_TIMER:
    case EVENT_RETENTION:
        return apply_setting(t, e);
    case EVENT_PICTURE: /* an own log's id is its user's */
        return e->conversation == e->sender ? apply_user(t, e) : apply_conversation(t, e);
    case EVENT_PROFILE:
    case EVENT_PRIVACY:
    case EVENT_RENAME:
        return apply_user(t, e);
    case EVENT_BLOCK:
    case EVENT_UNBLOCK:
        return apply_block(t, e);
    case EVENT_PIN:
    case EVENT_UNPIN:
        return pins_apply(t, e);
    case EVENT_CONTACT_REQUEST:
    case EVENT_CONTACT_ACCEPT:
    case EVENT_CONTACT_DECLINE:
    case EVENT_CONTACT_REMOVE:
        return apply_contact(t, e);
    case EVENT_PREFERENCES:
        return apply_preferences(t, e);
    case EVENT_DRAFT:
        return drafts_apply(t, e);
    case EVENT_STAR:
    case EVENT_UNSTAR:
        return apply_star(t, e);
    case EVENT_SIGNED_IN:
        return apply_signed_in(t, e);
    case EVENT_SECOND_FACTOR: /* it comes with the change it tells of */
        return 0;
    case EVENT_HIDE:
        return hidden_apply(t, e);
    case EVENT_ACCEPT:
        return 0;
    case EVENT_TYPES:
        break;
    }
    must(!"an event type");
    return -EINVAL;
}

int apply_event(struct turn *t, const struct event *e, const struct log_head *head)
{
    int err = apply_type(t, e, head);
    return err || !e->accepts ? err : apply_accepted(t, e);
}
