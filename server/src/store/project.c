#include "store/project.h"

#include <string.h>

#include "model/limits.h"
#include "model/privacy.h"
#include "util/macros.h"

/* The sender's entry taken out of the reactions of `target`, and what `e` says put at the end. */
static void react(struct event *target, const struct event *e, struct arena *arena)
{
    uint32_t n = 0;
    struct reaction *now = arena_alloc(arena, (target->n_reactions + 1) * sizeof(*now));
    for (uint32_t i = 0; i < target->n_reactions; i++) {
        if (target->reactions[i].user != e->sender)
            now[n++] = target->reactions[i];
    }
    /* Whoever decided this refused the one too many; a row must stay within its limits anyway. */
    if (e->text.n && n < REACTIONS_MAX)
        now[n++] = (struct reaction){.user = e->sender, .seq = e->seq, .emoji = e->text};
    target->reactions = now;
    target->n_reactions = n;
}

static void stub(struct event *target)
{
    target->deleted = true;
    target->text = (struct str){0};
    target->reactions = NULL;
    target->n_reactions = 0;
    target->mentions = NULL;
    target->n_mentions = 0;
}

/* Whether a row takes no more changes. One that was emptied by time does: who has not emptied it
 * yet changes it, too, and all shall end with the same. */
static bool is_final(const struct event *row)
{
    return row->deleted && !row->expires_ms;
}

bool project_target(struct event *target, const struct event *e, struct arena *arena)
{
    if (target->type != EVENT_MESSAGE || is_final(target) || target->rev >= e->seq)
        return false;
    bool emptied = target->deleted;
    switch (e->type) {
    case EVENT_EDIT:
        target->text = e->text;
        if (e->kind.n)
            target->kind = e->kind;
        target->edited_seq = e->seq;
        target->mentions = e->mentions;
        target->n_mentions = e->n_mentions;
        break;
    case EVENT_DELETE:
        stub(target);
        break;
    case EVENT_REACTION:
        react(target, e, arena);
        break;
    default:
        return false;
    }
    if (emptied)
        stub(target);
    target->rev = e->seq;
    return true;
}

bool project_gone(struct event *row)
{
    if ((row->type != EVENT_MESSAGE && row->type != EVENT_EDIT) || row->deleted)
        return false;
    stub(row);
    return true;
}

bool project_due(struct event *row, uint64_t now_ms)
{
    return row->expires_ms && row->expires_ms <= now_ms && project_gone(row);
}

void project_as_of(struct event *row, uint64_t seq, struct arena *arena)
{
    if (row->rev <= seq)
        return;
    uint32_t n = 0;
    struct reaction *then = arena_alloc(arena, row->n_reactions * sizeof(*then));
    for (uint32_t i = 0; i < row->n_reactions; i++) {
        if (row->reactions[i].seq <= seq)
            then[n++] = row->reactions[i];
    }
    row->reactions = then;
    row->n_reactions = n;
    row->rev = seq;
    if (row->edited_seq > seq) {
        row->edited_seq = 0;
        stub(row);
    }
}

bool project_emptied(struct event *row, const struct event *e)
{
    bool words = row->type == EVENT_EDIT || row->type == EVENT_DRAFT;
    if (!words || is_final(row) || row->rev >= e->seq)
        return false;
    row->deleted = true;
    row->text = (struct str){0};
    row->mentions = NULL;
    row->n_mentions = 0;
    row->rev = e->seq;
    return true;
}

void project_hidden(struct event *row)
{
    bool deleted = row->deleted;
    stub(row);
    row->deleted = deleted;
    row->hidden = true;
}

static enum role role_in(const struct event *created, uint64_t user)
{
    for (uint32_t i = 0; i < created->n_members; i++) {
        if (created->members[i].user == user)
            return created->members[i].role;
    }
    return ROLE_MEMBER;
}

/* In from `e` on, with all before it read. */
static void join(struct member *m, const struct event *e, enum role role, uint64_t from_seq)
{
    *m = (struct member){
        .conversation = m->conversation,
        .user = m->user,
        .role = role,
        .rev = e->seq,
        .from_seq = from_seq,
        .delivered_seq = MAX(m->delivered_seq, e->seq),
        .read_seq = MAX(m->read_seq, e->seq),
        .read_n = MAX(m->read_n, e->n),
        .preferences = m->preferences,
    };
    m->preferences.unread = false;
}

static void leave(struct member *m, const struct event *e)
{
    m->left = true;
    m->removed = e->type == EVENT_REMOVED;
    m->left_seq = e->seq;
    m->left_n = e->n;
    m->left_ms = e->time_ms;
}

bool project_member(struct member *m, const struct event *e)
{
    if (m->rev >= e->seq)
        return false;
    switch (e->type) {
    case EVENT_CREATED:
        join(m, e, role_in(e, m->user), 1);
        break;
    case EVENT_ADDED:
    case EVENT_JOINED:
        join(m, e, ROLE_MEMBER, e->history == HISTORY_ALL ? 1 : e->seq);
        break;
    case EVENT_REMOVED:
        leave(m, e);
        break;
    case EVENT_LEFT:
        if (m->user == e->sender)
            leave(m, e);
        else
            m->role = ROLE_OWNER;
        break;
    case EVENT_ROLE: /* an owner who hands over stays as an admin */
        m->role = m->user == e->user ? e->role : ROLE_ADMIN;
        break;
    default:
        return false;
    }
    m->rev = e->seq;
    return true;
}

static enum listed listed_by(const struct member *m, const struct event *e)
{
    if (!e->n)
        return LISTED_NOWHERE;
    if (m->rev && m->listed != LISTED_NOWHERE)
        return m->listed;
    return e->request && m->user != e->sender ? LISTED_REQUEST : LISTED_IN_LIST;
}

bool project_direct_member(struct member *m, const struct event *e)
{
    enum listed listed = listed_by(m, e);
    if (m->rev >= e->seq || (m->rev && m->listed == listed))
        return false;
    m->listed = listed;
    m->role = ROLE_MEMBER;
    m->from_seq = 1;
    m->rev = e->seq;
    return true;
}

/* No `rev` is asked: a row is a request once, and it never comes back. */
bool project_accepted(struct member *m, const struct event *e)
{
    if (!e->accepts || m->user != e->sender || m->listed != LISTED_REQUEST)
        return false;
    m->listed = LISTED_IN_LIST;
    return true;
}

bool project_reads(struct member *m, const struct event *e)
{
    if (!e->reads || m->read_seq >= e->seq)
        return false;
    m->read_seq = e->seq;
    m->read_n = e->n;
    m->delivered_seq = MAX(m->delivered_seq, e->seq);
    m->preferences.unread = false;
    return true;
}

bool project_preferences(struct preferences *p, const struct event *e)
{
    if (e->type != EVENT_PREFERENCES || p->rev >= e->seq)
        return false;
    if (e->changes & PREFERENCE_MUTED)
        p->muted_until_ms = e->until_ms;
    if (e->changes & PREFERENCE_PINNED)
        p->pinned = e->number & PREFERENCE_PINNED ? e->seq : 0;
    if (e->changes & PREFERENCE_ARCHIVED)
        p->archived = e->number & PREFERENCE_ARCHIVED;
    if (e->changes & PREFERENCE_UNREAD)
        p->unread = e->number & PREFERENCE_UNREAD;
    p->rev = e->seq;
    return true;
}

bool project_conversation(struct conversation *c, const struct event *e)
{
    if (c->rev >= e->seq)
        return false;
    switch (e->type) {
    case EVENT_CREATED:
        c->kind = CONVERSATION_GROUP;
        c->history = e->history;
        c->created_ms = e->time_ms;
        c->title = e->text;
        break;
    case EVENT_TITLE:
        c->title = e->text;
        break;
    case EVENT_DESCRIPTION:
        c->description = e->text;
        break;
    case EVENT_PICTURE:
        if (c->kind == CONVERSATION_OWN)
            return false;
        c->picture = e->number;
        break;
    case EVENT_ANNOUNCE:
        c->announce = e->number != 0;
        break;
    case EVENT_TIMER:
        c->timer_s = e->number;
        break;
    case EVENT_RETENTION:
        c->retention_days = e->number;
        break;
    default:
        return false;
    }
    c->rev = e->seq;
    return true;
}

/* Whether `e` makes an end of the invite; a use is counted. */
static bool invite_ends(struct invite *i, const struct event *e)
{
    if (e->type == EVENT_INVITE)
        return invite_expired(i, e->time_ms);
    if (e->target != i->seq)
        return false;
    if (e->type == EVENT_JOINED)
        i->uses++;
    return e->type == EVENT_UNINVITE || (i->uses_max && i->uses >= i->uses_max);
}

bool project_invites(struct invites *all, const struct event *e)
{
    bool about = e->type == EVENT_INVITE || e->type == EVENT_UNINVITE || e->type == EVENT_JOINED;
    if (!about || all->rev >= e->seq)
        return false;
    uint32_t n = 0;
    for (uint32_t i = 0; i < all->n; i++) {
        if (!invite_ends(&all->at[i], e))
            all->at[n++] = all->at[i];
    }
    if (e->type == EVENT_INVITE && n < INVITES_MAX)
        all->at[n++] = (struct invite){.seq = e->seq,
                                       .user = e->sender,
                                       .created_ms = e->time_ms,
                                       .expires_ms = e->expires_ms,
                                       .uses_max = e->number};
    all->n = n;
    all->rev = e->seq;
    return true;
}

bool project_user(struct user *u, const struct event *e)
{
    if (u->rev >= e->seq)
        return false;
    switch (e->type) {
    case EVENT_PROFILE:
        if (e->text.p)
            u->display_name = e->text;
        if (e->about.p)
            u->about = e->about;
        break;
    case EVENT_PICTURE:
        u->picture = e->number;
        break;
    case EVENT_RENAME:
        u->username = e->text;
        u->skeleton = e->about;
        u->renamed_ms = e->time_ms;
        break;
    case EVENT_PRIVACY:
        u->privacy = privacy_change(u->privacy, e->privacy);
        break;
    default:
        return false;
    }
    u->rev = e->seq;
    return true;
}

bool project_marks(struct member *m, uint64_t delivered_seq, uint64_t read_seq, uint64_t read_n)
{
    bool reads = read_seq > m->read_seq;
    delivered_seq = MAX(m->delivered_seq, MAX(delivered_seq, read_seq));
    if (!reads && delivered_seq == m->delivered_seq)
        return false;
    m->delivered_seq = delivered_seq;
    if (reads) {
        m->read_seq = read_seq;
        m->read_n = MAX(m->read_n, read_n);
        m->preferences.unread = false;
    }
    return true;
}

bool project_contact(struct contact *mine, const struct event *e)
{
    enum contact_state state = contact_after(mine->state, e->type);
    if (mine->seq >= e->seq || state == CONTACT_STATES)
        return false;
    *mine = (struct contact){.user = e->sender,
                             .other = e->user,
                             .state = state,
                             .conversation = e->conversation,
                             .seq = e->seq,
                             .time_ms = e->time_ms};
    return true;
}
