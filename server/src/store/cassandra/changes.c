/*
 * Finds the rows that an event changes, lets project.c change them, puts them back. The order is
 * what makes a change that was cut off whole again: whatever follows from how a row was is done
 * before that row is written, since it is the row that says that the event is done.
 *
 * A cell is written once by an event: two values with one timestamp would be a throw of dice. (But
 * for pins, where it does no harm: make_room().)
 */
#include "store/cassandra/changes.h"

#include <string.h>

#include "model/pack.h"
#include "store/cassandra/gather.h"
#include "store/project.h"
#include "util/macros.h"

static struct conversation_state *new_state(struct strand *s)
{
    return arena_alloc(strand_scratch(s), sizeof(struct conversation_state));
}

/* --- rows of the log --- */

static bool is_made_old(struct event *edit, const void *by)
{
    return project_emptied(edit, by);
}

/* The text of an edit that another event has made old. */
static int empty_edit(struct strand *s, const struct event *e, uint64_t edit_seq)
{
    return log_change_event(s, e->conversation, edit_seq, is_made_old, e, NULL);
}

static bool is_late(struct event *edit, const void *arg)
{
    (void)arg;
    return project_gone(edit);
}

/* Its message was emptied by its time or its age since it was decided: nobody shall read its words
 * instead. */
static int empty_late_edit(struct strand *s, const struct event *e)
{
    return log_change_event(s, e->conversation, e->seq, is_late, NULL, NULL);
}

static int apply_pins(struct strand *, const struct event *);

/* What follows from an edit or a delete beside its target. */
static int apply_around_target(struct strand *s, const struct event *e, const struct event *before,
                               const struct event *after)
{
    int err = before->n_mentions || after->n_mentions ? change_mentions(s, after, before) : 0;
    if (!err && e->type == EVENT_DELETE)
        err = apply_pins(s, e);
    if (!err && e->type == EVENT_EDIT && before->deleted)
        err = empty_late_edit(s, e);
    if (!err && before->edited_seq && before->edited_seq != e->seq)
        err = empty_edit(s, e, before->edited_seq);
    return err;
}

/* What is left to do of an edit that does not change its target, which is not there or emptied. */
static int apply_late(struct strand *s, const struct event *e, bool emptied)
{
    return e->type == EVENT_EDIT && emptied ? empty_late_edit(s, e) : 0;
}

/* Edit, delete, reaction. */
static int apply_target(struct strand *s, const struct event *e)
{
    for (;;) {
        struct log_row row;
        int err = log_get_row(s, e->conversation, e->target, &row);
        if (err)
            return err < 0 ? err : apply_late(s, e, true);
        struct event target = row.event;
        if (!project_target(&target, e, strand_scratch(s)))
            return apply_late(s, e, target.deleted);
        if (e->type != EVENT_REACTION && (err = apply_around_target(s, e, &row.event, &target)))
            return err;
        err = log_change_row(s, &row, &target);
        if (err)
            return MIN(err, 0);
    }
}

/* --- pins --- */

/* Whether it was there. */
static bool take_out(struct pins *pins, uint64_t seq)
{
    uint32_t n = 0, before = pins->n;
    for (uint32_t i = 0; i < before; i++)
        if (pins->at[i].seq != seq)
            pins->at[n++] = pins->at[i];
    pins->n = n;
    return n < before;
}

/* The one that goes first. */
static void take_out_first(struct pins *pins)
{
    uint64_t first = 0, expires_ms = UINT64_MAX;
    for (uint32_t i = 0; i < pins->n; i++) {
        if (pins->at[i].expires_ms && pins->at[i].expires_ms < expires_ms) {
            first = pins->at[i].seq;
            expires_ms = pins->at[i].expires_ms;
        }
    }
    if (first)
        take_out(pins, first);
}

/* What is gone, or emptied by its time or its age, stays in the row until room is needed: it is not
 * listed. Whoever decided that there is room counted none of it; so where all that are in the row
 * stand, one is due that is not emptied yet, and makes room; if none is to go, the row stays within
 * its limits anyway. Who does an event's changes again later may find more that is emptied, and
 * writes a row that differs in what nobody is shown. */
static int make_room(struct strand *s, uint64_t conversation, struct pins *pins, uint64_t gone_seq)
{
    struct gathered_event *messages =
        arena_alloc(strand_scratch(s), pins->n * sizeof(*messages) + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < pins->n; i++)
        messages[i] = (struct gathered_event){.conversation = conversation, .seq = pins->at[i].seq};
    int err = gather_events(s, messages, pins->n);
    if (err)
        return err;
    for (uint32_t i = 0; i < pins->n; i++) {
        bool stands = messages[i].bad || (messages[i].there && !messages[i].event.deleted);
        if (stands && pins->at[i].seq > gone_seq)
            pins->at[n++] = pins->at[i];
    }
    pins->n = n;
    if (n == PINS_MAX)
        take_out_first(pins);
    return 0;
}

static int put_in(struct strand *s, struct conversation_state *c, const struct event *e)
{
    struct pins *pins = &c->pins;
    struct log_row message;
    int err = log_get_row(s, e->conversation, e->target, &message);
    if (err)
        return MIN(err, 0);
    if (pins->n == PINS_MAX)
        err = make_room(s, e->conversation, pins, c->gone_seq);
    if (err || pins->n == PINS_MAX)
        return err;
    pins->at[pins->n].seq = e->target;
    pins->at[pins->n].by = e->seq;
    pins->at[pins->n++].expires_ms = message.event.expires_ms;
    return 0;
}

/* Pin, unpin, delete. */
static int apply_pins(struct strand *s, const struct event *e)
{
    struct conversation_state *c = new_state(s);
    int err = conversation_get(s, e->conversation, c);
    if (err || c->pins_rev >= e->seq)
        return err;
    bool changed = take_out(&c->pins, e->target) || e->type == EVENT_PIN;
    if (e->type == EVENT_PIN)
        err = put_in(s, c, e);
    if (err || !changed)
        return err;
    struct ask put = conversation_put_pins(s, e->conversation, &c->pins, e->seq);
    return strand_ask(s, &put);
}

/* --- people of a 1:1 --- */

/* The first event of a 1:1 gives its people rows, the first message puts it into their lists. */
static int apply_direct_members(struct strand *s, const struct event *e)
{
    struct conversation_state *c = new_state(s);
    struct member_state m[2];
    struct ask puts[2];
    uint64_t users[MEMBERS_MAX];
    uint32_t n_puts = 0;
    int err = conversation_get(s, e->conversation, c);
    enum conversation_kind kind = c->conversation.kind;
    if (err || (kind != CONVERSATION_DIRECT && kind != CONVERSATION_SELF))
        return err;
    uint32_t n = conversation_users(c, users);
    err = member_get_many(s, e->conversation, users, n, m);
    for (uint32_t i = 0; !err && i < n; i++)
        if (project_direct_member(&m[i].row.member, e))
            puts[n_puts++] = member_put_role(s, &m[i], e->seq);
    return err ? err : strand_ask_all(s, puts, n_puts);
}

/* Whatever accepts a request. */
static int apply_accepted(struct strand *s, const struct event *e)
{
    struct member_state m;
    int err = member_get(s, e->conversation, e->sender, &m);
    if (err || !m.there || !project_accepted(&m.row.member, e))
        return err;
    struct ask put = member_put_role(s, &m, e->seq);
    return strand_ask(s, &put);
}

/* The greatest stands, so the row need not be looked at. */
static int apply_reads(struct strand *s, const struct event *e)
{
    struct ask put = member_put_read(e->conversation, e->sender, e->seq, e->n);
    return strand_ask(s, &put);
}

static int apply_message(struct strand *s, const struct event *e)
{
    int err = e->n == 1 ? apply_direct_members(s, e) : 0;
    if (!err && e->n_mentions)
        err = change_mentions(s, e, NULL);
    if (!err && e->expires_ms)
        err = change_expiry(s, e);
    return err || !e->reads ? err : apply_reads(s, e);
}

static int apply_contact(struct strand *s, const struct event *e)
{
    int err = apply_direct_members(s, e);
    return err ? err : change_contacts(s, e);
}

/* --- members of a group --- */

/* Whom an event of members is about. */
struct about {
    uint64_t users[MEMBERS_MAX];
    uint32_t n;
};

static void about_of(const struct event *e, struct about *about)
{
    about->n = 0;
    if (e->type == EVENT_CREATED) {
        for (uint32_t i = 0; i < e->n_members && i < MEMBERS_MAX; i++)
            about->users[about->n++] = e->members[i].user;
        return;
    }
    if (e->type != EVENT_LEFT)
        about->users[about->n++] = e->user;
    if (e->type == EVENT_LEFT || (e->type == EVENT_ROLE && e->role == ROLE_OWNER))
        about->users[about->n++] = e->sender;
    if (e->type == EVENT_LEFT && e->user)
        about->users[about->n++] = e->user;
}

static bool may_make_row(enum event_type type)
{
    return type == EVENT_CREATED || type == EVENT_ADDED || type == EVENT_JOINED;
}

struct member_puts {
    struct ask *marks, *roles;
    uint32_t n_marks, n_roles;
};

/* Changes one member's row, if the event does: what is to be written of it. */
static void change_member(struct strand *s, const struct event *e,
                          const struct conversation_state *c, uint64_t message_seq,
                          struct member_state *state, struct member_puts *puts)
{
    struct member *m = &state->row.member, before = *m;
    if ((!state->there && !may_make_row(e->type)) || !project_member(m, e))
        return;
    state->row.left_message_seq = m->left ? message_seq : 0;
    if (m->left)
        m->left_title = c->conversation.title;
    if (m->read_seq > before.read_seq)
        puts->marks[puts->n_marks++] =
            member_put_read(m->conversation, m->user, m->read_seq, m->read_n);
    if (m->delivered_seq > MAX(before.delivered_seq, m->read_seq))
        puts->marks[puts->n_marks++] =
            member_put_delivered(m->conversation, m->user, m->delivered_seq);
    puts->roles[puts->n_roles++] = member_put_role(s, state, e->seq);
}

/* Marks before roles: it is the role that says that the event is done. */
static int put_members(struct strand *s, const struct event *e, const struct conversation_state *c,
                       uint64_t message_seq, struct member_state *m, uint32_t n)
{
    struct arena *scratch = strand_scratch(s);
    struct member_puts puts = {.marks = arena_alloc(scratch, 2 * n * sizeof(*puts.marks) + 1),
                               .roles = arena_alloc(scratch, n * sizeof(*puts.roles) + 1)};
    for (uint32_t i = 0; i < n; i++)
        change_member(s, e, c, message_seq, &m[i], &puts);
    int err = strand_ask_all(s, puts.marks, puts.n_marks);
    return err ? err : strand_ask_all(s, puts.roles, puts.n_roles);
}

/* Inserts or takes out one user. One too many is not taken: whoever decided refused them. */
static void roster_set(struct roster *r, uint64_t user, bool present)
{
    uint32_t i = 0;
    while (i < r->n && r->users[i] < user)
        i++;
    bool there = i < r->n && r->users[i] == user;
    if (there == present || (present && r->n == MEMBERS_MAX))
        return;
    if (present) {
        memmove(&r->users[i + 1], &r->users[i], (r->n - i) * sizeof(r->users[0]));
        r->users[i] = user;
        r->n++;
    } else {
        r->n--;
        memmove(&r->users[i], &r->users[i + 1], (r->n - i) * sizeof(r->users[0]));
    }
}

/* The group's list of who is in it; after the rows that it points to. */
static int put_roster(struct strand *s, const struct event *e, struct conversation_state *c,
                      const struct member_state *m, uint32_t n)
{
    if (c->roster_rev >= e->seq)
        return 0;
    for (uint32_t i = 0; i < n; i++)
        roster_set(&c->roster, m[i].row.member.user, m[i].row.member.rev && !m[i].row.member.left);
    struct ask put = conversation_put_roster(s, e->conversation, &c->roster, e->seq);
    return strand_ask(s, &put);
}

/* Created, added, joined, removed, left, role. */
static int apply_members(struct strand *s, const struct event *e, uint64_t message_seq)
{
    struct conversation_state *c = new_state(s);
    struct about *about = arena_alloc(strand_scratch(s), sizeof(*about));
    about_of(e, about);
    struct member_state *m = arena_alloc(strand_scratch(s), about->n * sizeof(*m) + 1);
    int err = conversation_get(s, e->conversation, c);
    if (!err)
        err = member_get_many(s, e->conversation, about->users, about->n, m);
    if (!err)
        err = put_members(s, e, c, message_seq, m, about->n);
    if (!err && (e->type == EVENT_ADDED || e->type == EVENT_JOINED))
        err = member_note_steps(s, &m[0].row.member, e->time_ms);
    uint32_t n_in = 0; /* a row that is gone is nobody's */
    for (uint32_t i = 0; !err && i < about->n; i++)
        if (m[i].row.member.rev && !m[i].row.member.left)
            about->users[n_in++] = about->users[i];
    if (!err)
        err = change_leaving_all(s, about->users, n_in);
    return err || e->type == EVENT_ROLE ? err : put_roster(s, e, c, m, about->n);
}

/* --- the conversation --- */

/* Created, title, description, picture, announce, timer, retention. */
static int apply_conversation(struct strand *s, const struct event *e)
{
    struct conversation_state *c = new_state(s);
    int err = conversation_get(s, e->conversation, c);
    if (err || (!c->there && e->type != EVENT_CREATED))
        return err;
    if (!project_conversation(&c->conversation, e))
        return 0;
    struct ask put = conversation_put_record(s, &c->conversation, e->seq);
    return strand_ask(s, &put);
}

/* Timer, retention: of a 1:1 too. */
static int apply_setting(struct strand *s, const struct event *e)
{
    int err = e->n ? 0 : apply_direct_members(s, e);
    return err ? err : apply_conversation(s, e);
}

/* Its record is the last: as long as it is not there, a load does all of it again. */
static int apply_created(struct strand *s, const struct event *e, uint64_t message_seq)
{
    int err = apply_members(s, e, message_seq);
    return err ? err : apply_conversation(s, e);
}

/* Invite, uninvite, joined. */
static int apply_invites(struct strand *s, const struct event *e)
{
    struct conversation_state *c = new_state(s);
    int err = conversation_get(s, e->conversation, c);
    if (err || !project_invites(&c->invites, e))
        return err;
    struct ask put = conversation_put_invites(s, e->conversation, &c->invites, e->seq);
    return strand_ask(s, &put);
}

static int apply_joined(struct strand *s, const struct event *e, uint64_t message_seq)
{
    int err = apply_members(s, e, message_seq);
    return err ? err : apply_invites(s, e);
}

/* --- what one wants of a conversation --- */

/* The own log's row counts what is pinned. It is written first: it knows by its own seq that the
 * event is counted, whatever then becomes of the other row. */
static int count_pinned(struct strand *s, const struct event *e, bool more)
{
    struct member_state own;
    int err = member_get(s, e->conversation, e->sender, &own);
    if (err || !own.there || own.changed >= e->seq)
        return err;
    own.row.member.preferences.pinned += more ? 1 : UINT64_MAX;
    struct ask put = member_put_preferences(s, &own, e->seq);
    return strand_ask(s, &put);
}

static int apply_preferences(struct strand *s, const struct event *e)
{
    struct member_state m;
    int err = member_get(s, e->subject, e->sender, &m);
    struct preferences *p = &m.row.member.preferences;
    if (err || !m.there || m.changed >= e->seq)
        return err;
    bool was_pinned = p->pinned;
    if (!project_preferences(p, e))
        return 0;
    bool is_pinned = p->pinned;
    if (e->changes & PREFERENCE_UNREAD)
        m.marked_at = m.row.member.read_seq;
    if (is_pinned != was_pinned && (err = count_pinned(s, e, is_pinned)))
        return err;
    struct ask put = member_put_preferences(s, &m, e->seq);
    return strand_ask(s, &put);
}

/* --- all of them --- */

static int apply_type(struct strand *s, const struct event *e, uint64_t message_seq)
{
    switch (e->type) {
    case EVENT_MESSAGE:
        return apply_message(s, e);
    case EVENT_EDIT:
    case EVENT_DELETE:
    case EVENT_REACTION:
        return apply_target(s, e);
    case EVENT_CREATED:
        return apply_created(s, e, message_seq);
    case EVENT_ADDED:
    case EVENT_REMOVED:
    case EVENT_ROLE:
    case EVENT_LEFT:
        return apply_members(s, e, message_seq);
    case EVENT_JOINED:
        return apply_joined(s, e, message_seq);
    case EVENT_INVITE:
    case EVENT_UNINVITE:
        return apply_invites(s, e);
    case EVENT_TITLE:
    case EVENT_DESCRIPTION:
    case EVENT_ANNOUNCE:
        return apply_conversation(s, e);
    case EVENT_TIMER:
    case EVENT_RETENTION:
        return apply_setting(s, e);
    case EVENT_PICTURE: /* an own log's id is its user's */
        return e->conversation == e->sender ? change_user(s, e) : apply_conversation(s, e);
    case EVENT_PROFILE:
    case EVENT_PRIVACY:
    case EVENT_RENAME:
        return change_user(s, e);
    case EVENT_BLOCK:
    case EVENT_UNBLOCK:
        return change_block(s, e);
    case EVENT_PIN:
    case EVENT_UNPIN:
        return apply_pins(s, e);
    case EVENT_CONTACT_REQUEST:
    case EVENT_CONTACT_ACCEPT:
    case EVENT_CONTACT_DECLINE:
    case EVENT_CONTACT_REMOVE:
        return apply_contact(s, e);
    case EVENT_PREFERENCES:
        return apply_preferences(s, e);
    case EVENT_DRAFT:
        return change_draft(s, e);
    case EVENT_STAR:
    case EVENT_UNSTAR:
        return change_star(s, e);
    case EVENT_SIGNED_IN:
        return change_device(s, e);
    case EVENT_HIDE:
        return change_hidden(s, e);
    case EVENT_SECOND_FACTOR: /* what it tells of is carried with it */
    case EVENT_ACCEPT:
        return 0;
    case EVENT_TYPES:
        break;
    }
    must(!"an event type");
    return 0;
}

int changes_apply(struct strand *s, const struct event *e, uint64_t message_seq)
{
    int err = apply_type(s, e, message_seq);
    if (!err && e->accepts)
        err = apply_accepted(s, e);
    if (!err && e->sender == e->conversation) /* an own log */
        err = change_leaving(s, e->sender);
    return err;
}
