/*
 * The table says which role may do what in which kind of conversation; what depends on more than
 * that (whose message, how many members, who blocks whom) stands below, one function an event.
 * Pure: reads the room and facts it is given, changes nothing. Chat thread.
 */
#include "chat/rules.h"

#include "chat/message_request.h"
#include "chat/rename.h"
#include "util/macros.h"

enum {
    IN_DIRECT = 1 << 0,
    IN_SELF = 1 << 1,
    IN_GROUP = 1 << 2,
    IN_OWN = 1 << 3,
    IN_TALK = IN_DIRECT | IN_SELF | IN_GROUP,
    WRITES = 1 << 4, /* for admins, in a group where only they write */
};

#define ANYBODY ((enum role)0) /* below every role: no member at all */

/* Event: where it exists at all, and the lowest role that may (in a group). */
static const struct {
    unsigned in;
    enum role least;
} permissions[EVENT_TYPES] = {
    [EVENT_MESSAGE] = {IN_TALK | WRITES, ROLE_MEMBER},
    [EVENT_EDIT] = {IN_TALK | WRITES, ROLE_MEMBER},
    [EVENT_DELETE] = {IN_TALK, ROLE_MEMBER}, /* another's message: ROLE_ADMIN, see decide_delete */
    [EVENT_REACTION] = {IN_TALK, ROLE_MEMBER},
    [EVENT_ADDED] = {IN_GROUP, ROLE_ADMIN},
    [EVENT_REMOVED] = {IN_GROUP, ROLE_ADMIN}, /* and only whoever has a lower role */
    [EVENT_LEFT] = {IN_GROUP, ROLE_MEMBER},
    [EVENT_TITLE] = {IN_GROUP, ROLE_ADMIN},
    [EVENT_ROLE] = {IN_GROUP, ROLE_OWNER},
    [EVENT_PROFILE] = {IN_OWN, ROLE_MEMBER},
    [EVENT_BLOCK] = {IN_OWN, ROLE_MEMBER},
    [EVENT_UNBLOCK] = {IN_OWN, ROLE_MEMBER},
    [EVENT_DESCRIPTION] = {IN_GROUP, ROLE_ADMIN},
    [EVENT_PICTURE] = {IN_GROUP | IN_OWN, ROLE_ADMIN},
    [EVENT_ANNOUNCE] = {IN_GROUP, ROLE_ADMIN},
    [EVENT_INVITE] = {IN_GROUP, ROLE_ADMIN},
    [EVENT_UNINVITE] = {IN_GROUP, ROLE_ADMIN}, /* whoever made it */
    [EVENT_JOINED] = {IN_GROUP, ANYBODY},      /* who shows an invite, see rules_may_join */
    [EVENT_CONTACT_REQUEST] = {IN_DIRECT, ROLE_MEMBER},
    [EVENT_CONTACT_ACCEPT] = {IN_DIRECT, ROLE_MEMBER},
    [EVENT_CONTACT_DECLINE] = {IN_DIRECT, ROLE_MEMBER},
    [EVENT_CONTACT_REMOVE] = {IN_DIRECT, ROLE_MEMBER},
    [EVENT_PRIVACY] = {IN_OWN, ROLE_MEMBER},
    [EVENT_RENAME] = {IN_OWN, ROLE_MEMBER},
    [EVENT_SIGNED_IN] = {IN_OWN, ROLE_MEMBER},
    [EVENT_SECOND_FACTOR] = {IN_OWN, ROLE_MEMBER},
    [EVENT_PIN] = {IN_TALK, ROLE_ADMIN},
    [EVENT_UNPIN] = {IN_TALK, ROLE_ADMIN},
    [EVENT_TIMER] = {IN_TALK, ROLE_ADMIN},
    [EVENT_RETENTION] = {IN_TALK, ROLE_ADMIN},
    [EVENT_PREFERENCES] = {IN_OWN, ROLE_MEMBER},
    [EVENT_DRAFT] = {IN_OWN, ROLE_MEMBER},
    [EVENT_STAR] = {IN_OWN, ROLE_MEMBER},
    [EVENT_UNSTAR] = {IN_OWN, ROLE_MEMBER},
    [EVENT_HIDE] = {IN_OWN, ROLE_MEMBER},
    [EVENT_ACCEPT] = {IN_DIRECT, ROLE_MEMBER},
};

static enum role least_role(const struct room *room, enum event_type type)
{
    if (room->conversation.kind != CONVERSATION_GROUP)
        return ROLE_MEMBER;
    bool for_admins = room->conversation.announce && (permissions[type].in & WRITES);
    return for_admins ? ROLE_ADMIN : permissions[type].least;
}

static unsigned in_kind(enum conversation_kind kind)
{
    switch (kind) {
    case CONVERSATION_DIRECT:
        return IN_DIRECT;
    case CONVERSATION_SELF:
        return IN_SELF;
    case CONVERSATION_GROUP:
        return IN_GROUP;
    case CONVERSATION_OWN:
        return IN_OWN;
    }
    return 0;
}

static bool key_valid(struct str key)
{
    for (size_t i = 0; i < key.n; i++)
        if ((unsigned char)key.p[i] <= ' ' || (unsigned char)key.p[i] > '~')
            return false;
    return key.n <= KEY_BYTES_MAX;
}

/* Words of one's own, or those of the message that is forwarded. */
static bool body_valid(const struct chat_append *a)
{
    return a->source ? a->source_seq && !a->kind.n && !a->text.n : a->kind.n && a->text.n;
}

static bool mentions_valid(const struct chat_append *a)
{
    for (uint32_t i = 0; i < a->n_mentions && a->n_mentions <= MENTIONS_MAX; i++)
        for (uint32_t j = 0; j < i; j++)
            if (a->mentions[i] == a->mentions[j])
                return false;
    return a->n_mentions <= MENTIONS_MAX;
}

/* Something is set, and nothing is on, or has a time, that is not set. */
static bool preferences_valid(const struct chat_append *a)
{
    bool times = !a->until_ms || (a->changes & PREFERENCE_MUTED);
    return a->changes && !(a->changes & ~(uint64_t)PREFERENCES_ALL) &&
           !(a->number & ~(a->changes & PREFERENCES_ON_OFF)) && times;
}

enum chat_error rules_check_contents(const struct chat_append *a)
{
    if (!key_valid(a->key) || a->kind.n > KIND_BYTES_MAX || a->text.n > TEXT_BYTES_MAX)
        return CHAT_INVALID;
    switch (a->type) {
    case EVENT_MESSAGE:
        return a->to && mentions_valid(a) && body_valid(a) ? CHAT_OK : CHAT_INVALID;
    case EVENT_EDIT:
        return a->text.n && a->target && mentions_valid(a) ? CHAT_OK : CHAT_INVALID;
    case EVENT_DELETE:
    case EVENT_PIN:
    case EVENT_UNPIN:
        return a->target ? CHAT_OK : CHAT_INVALID;
    case EVENT_REACTION:
        return a->target && a->text.n <= EMOJI_BYTES_MAX ? CHAT_OK : CHAT_INVALID;
    case EVENT_TITLE:
        return a->text.n && a->text.n <= TITLE_BYTES_MAX ? CHAT_OK : CHAT_INVALID;
    case EVENT_PROFILE:
        if (!a->text.p && !a->about.p)
            return CHAT_INVALID;
        if ((a->text.p && !a->text.n) || a->text.n > DISPLAY_NAME_BYTES_MAX)
            return CHAT_INVALID;
        return a->about.n <= ABOUT_BYTES_MAX ? CHAT_OK : CHAT_INVALID;
    case EVENT_BLOCK:
    case EVENT_UNBLOCK:
        return a->user && a->user != a->call.user ? CHAT_OK : CHAT_INVALID;
    case EVENT_ADDED:
    case EVENT_REMOVED:
        return a->user ? CHAT_OK : CHAT_INVALID;
    case EVENT_ROLE:
        return a->user && a->role >= ROLE_MEMBER && a->role <= ROLE_OWNER ? CHAT_OK : CHAT_INVALID;
    case EVENT_DESCRIPTION:
        return a->text.p && a->text.n <= DESCRIPTION_BYTES_MAX ? CHAT_OK : CHAT_INVALID;
    case EVENT_ANNOUNCE:
        return a->number <= 1 ? CHAT_OK : CHAT_INVALID;
    case EVENT_INVITE:
        if (a->holds_ms && (a->holds_ms < INVITE_S_MIN * UINT64_C(1000) ||
                            a->holds_ms > INVITE_S_MAX * UINT64_C(1000)))
            return CHAT_INVALID;
        return a->number <= INVITE_USES_MAX ? CHAT_OK : CHAT_INVALID;
    case EVENT_UNINVITE:
        return a->target ? CHAT_OK : CHAT_INVALID;
    case EVENT_DRAFT: /* where there are no words there is nothing to answer with */
        return a->source && a->source != a->call.user && a->text.p && (a->text.n || !a->source_seq)
                   ? CHAT_OK
                   : CHAT_INVALID;
    case EVENT_HIDE:
        if (a->number > HIDE_UP_TO)
            return CHAT_INVALID;
        /* fall through */
    case EVENT_STAR:
    case EVENT_UNSTAR:
        return a->source && a->source_seq && a->source != a->call.user ? CHAT_OK : CHAT_INVALID;
    case EVENT_PREFERENCES:
        return a->source && a->source != a->call.user && preferences_valid(a) ? CHAT_OK
                                                                              : CHAT_INVALID;
    case EVENT_LEFT:
    case EVENT_PICTURE:
    case EVENT_JOINED:
    case EVENT_ACCEPT:
        return CHAT_OK;
    case EVENT_TIMER:
        return a->number <= TIMER_S_MAX ? CHAT_OK : CHAT_INVALID;
    case EVENT_RETENTION:
        return a->number <= RETENTION_DAYS_MAX ? CHAT_OK : CHAT_INVALID;
    case EVENT_CONTACT_REQUEST:
    case EVENT_CONTACT_ACCEPT:
    case EVENT_CONTACT_DECLINE:
    case EVENT_CONTACT_REMOVE:
        return a->user && a->user == a->to && a->user != a->call.user ? CHAT_OK : CHAT_INVALID;
    case EVENT_PRIVACY:
        return privacy_change_valid(a->privacy) ? CHAT_OK : CHAT_INVALID;
    case EVENT_RENAME:
        return a->text.n && a->text.n <= USERNAME_BYTES_MAX && a->about.n == CRYPTO_HASH_BYTES
                   ? CHAT_OK
                   : CHAT_INVALID;
    case EVENT_SIGNED_IN:
        return a->number && a->text.n <= DEVICE_NAME_BYTES_MAX ? CHAT_OK : CHAT_INVALID;
    case EVENT_SECOND_FACTOR:
        return a->changes && a->changes < FACTOR_CHANGES ? CHAT_OK : CHAT_INVALID;
    case EVENT_CREATED: /* by group.c alone */
    case EVENT_TYPES:
        break;
    }
    return CHAT_INVALID;
}

enum chat_error rules_may_reach(const struct room *room, uint64_t user)
{
    if (room->conversation.kind != CONVERSATION_DIRECT)
        return CHAT_OK;
    int me = room->peers[0]->id == user ? 0 : 1;
    const struct person *from = room->peers[me], *to = room->peers[1 - me];
    bool may = room->head.n ? person_may_write(from, to) : person_may_begin(from, to);
    return may ? CHAT_OK : CHAT_CANNOT_WRITE;
}

enum chat_error rules_may_type(const struct room *room, uint64_t user)
{
    if (room_member(room, user)->role < least_role(room, EVENT_MESSAGE))
        return CHAT_FORBIDDEN;
    return rules_may_reach(room, user);
}

static bool is_message_seen_by(const struct member *me, const struct event *target)
{
    return target && target->type == EVENT_MESSAGE && target->seq >= me->from_seq;
}

/* What is answered may have been deleted since: nobody's words are lost for that. */
static enum chat_error decide_message(const struct room *room, const struct member *me,
                                      const struct chat_append *a, const struct event *target)
{
    if (a->target && !is_message_seen_by(me, target))
        return CHAT_NOT_FOUND;
    enum chat_error error = rules_may_reach(room, me->user);
    return !error && request_full(room, me->user) ? CHAT_NOT_ACCEPTED : error;
}

static bool message_stands(const struct member *me, const struct event *target)
{
    return is_message_seen_by(me, target) && !target->deleted;
}

static enum chat_error decide_edit(const struct room *room, const struct member *me,
                                   const struct event *target)
{
    if (!message_stands(me, target))
        return CHAT_NOT_FOUND;
    if (target->sender != me->user || target->forwarded) /* another's words stay as they are */
        return CHAT_FORBIDDEN;
    return rules_may_reach(room, me->user);
}

static enum chat_error decide_delete(const struct room *room, const struct member *me,
                                     const struct event *target)
{
    if (!message_stands(me, target))
        return CHAT_NOT_FOUND;
    if (target->sender == me->user)
        return CHAT_OK;
    bool may = room->conversation.kind == CONVERSATION_GROUP && me->role >= ROLE_ADMIN;
    return may ? CHAT_OK : CHAT_FORBIDDEN;
}

static enum chat_error decide_reaction(const struct room *room, const struct member *me,
                                       const struct chat_append *a, const struct event *target)
{
    if (!message_stands(me, target))
        return CHAT_NOT_FOUND;
    bool has = false;
    for (uint32_t i = 0; i < target->n_reactions; i++)
        has = has || target->reactions[i].user == me->user;
    if (!has && a->text.n && target->n_reactions >= REACTIONS_MAX)
        return CHAT_FULL;
    return rules_may_reach(room, me->user);
}

static enum chat_error decide_pin(const struct room *room, const struct member *me,
                                  const struct rules_facts *facts)
{
    if (!message_stands(me, facts->target))
        return CHAT_NOT_FOUND;
    bool pinned = false;
    for (uint32_t i = 0; i < facts->n_pins; i++)
        pinned = pinned || facts->pins[i].message.seq == facts->target->seq;
    if (!pinned && facts->n_pins >= PINS_MAX)
        return CHAT_FULL;
    return rules_may_reach(room, me->user);
}

/* Also of what is not pinned, or deleted. */
static enum chat_error decide_unpin(const struct room *room, const struct member *me,
                                    const struct event *target)
{
    return is_message_seen_by(me, target) ? rules_may_reach(room, me->user) : CHAT_NOT_FOUND;
}

/* A pair that has not written to each other yet has no conversation to speak of. */
static enum chat_error decide_setting(const struct room *room, const struct member *me)
{
    bool silent = room->conversation.kind != CONVERSATION_GROUP && !room->head.n;
    return silent ? CHAT_NOT_FOUND : rules_may_reach(room, me->user);
}

static enum chat_error decide_added(const struct room *room, const struct chat_append *a,
                                    const struct rules_facts *facts)
{
    if (!facts->to->exists)
        return CHAT_NOT_FOUND;
    if (room_member(room, a->user))
        return CHAT_ALREADY_MEMBER;
    if (room->n_members >= MEMBERS_MAX)
        return CHAT_FULL;
    return person_may_add(facts->from, facts->to) ? CHAT_OK : CHAT_CANNOT_WRITE;
}

static enum chat_error decide_removed(const struct room *room, const struct member *me,
                                      const struct chat_append *a)
{
    const struct member *other = room_member(room, a->user);
    if (!other)
        return CHAT_NOT_MEMBER;
    return other->role < me->role ? CHAT_OK : CHAT_FORBIDDEN;
}

static enum chat_error decide_role(const struct room *room, const struct member *me,
                                   const struct chat_append *a)
{
    const struct member *other = room_member(room, a->user);
    if (!other)
        return CHAT_NOT_MEMBER;
    return other->user != me->user ? CHAT_OK : CHAT_FORBIDDEN;
}

static enum chat_error decide_invite(const struct room *room, const struct rules_facts *facts)
{
    uint32_t n = 0;
    for (uint32_t i = 0; room->invites && i < room->invites->n; i++)
        n += !invite_expired(&room->invites->at[i], facts->now_ms);
    return n < INVITES_MAX ? CHAT_OK : CHAT_FULL;
}

static enum chat_error decide_uninvite(const struct room *room, const struct chat_append *a)
{
    for (uint32_t i = 0; room->invites && i < room->invites->n; i++)
        if (room->invites->at[i].seq == a->target)
            return CHAT_OK;
    return CHAT_NOT_FOUND;
}

enum chat_error rules_may_join(const struct room *room, uint64_t user,
                               const struct rules_facts *facts)
{
    if (room->conversation.kind != CONVERSATION_GROUP)
        return CHAT_NOT_FOUND;
    if (room_member(room, user))
        return CHAT_ALREADY_MEMBER;
    bool nobody = room->n_members == 0; /* there is no group any more, and would be no owner */
    if (nobody || !facts->invite || invite_expired(facts->invite, facts->now_ms))
        return CHAT_NOT_FOUND;
    if (facts->before && facts->before->left && facts->before->removed)
        return CHAT_FORBIDDEN;
    return room->n_members < MEMBERS_MAX ? CHAT_OK : CHAT_FULL;
}

enum chat_error rules_may_list_invites(const struct room *room, uint64_t user)
{
    const struct member *me = room_member(room, user);
    if (!me || room->conversation.kind != CONVERSATION_GROUP)
        return CHAT_NOT_FOUND;
    return me->role >= permissions[EVENT_INVITE].least ? CHAT_OK : CHAT_FORBIDDEN;
}

/* An earlier try may stand only after `after`. If it may stand among what is gone, its key went
 * with it, and nobody can tell any more. */
static enum chat_error decide_after(const struct room *room, const struct chat_append *a)
{
    if (a->after > room->head.seq)
        return CHAT_AHEAD;
    bool once = !a->repeatable || a->leaves; /* nobody leaves for good twice */
    if (once || a->after >= room->head.gone_seq)
        return CHAT_OK;
    return a->after ? CHAT_TOO_OLD : CHAT_AFTER_REQUIRED;
}

enum chat_error rules_look_back(const struct room *room, const struct chat_append *a)
{
    bool once = !a->repeatable || a->leaves || room->conversation.kind == CONVERSATION_OWN;
    if (once || a->after + KEY_REACH >= room->head.seq)
        return CHAT_OK;
    return a->after ? CHAT_TOO_OLD : CHAT_AFTER_REQUIRED;
}

/* Who never was in it has not tried before. */
static enum chat_error decide_joined(const struct room *room, const struct chat_append *a,
                                     const struct rules_facts *facts)
{
    enum chat_error error = rules_may_join(room, a->call.user, facts);
    if (error || facts->before)
        return error ? error : decide_after(room, a);
    return a->after > room->head.seq ? CHAT_AHEAD : CHAT_OK;
}

static enum chat_error decide_block(const struct rules_facts *facts)
{
    if (!facts->to->exists)
        return CHAT_NOT_FOUND;
    bool full = facts->from->n_blocks >= BLOCKS_MAX && !person_blocks(facts->from, facts->to->id);
    return full ? CHAT_FULL : CHAT_OK;
}

/* Whoever is blocked can be let go, even if there is no such user any more. */
static enum chat_error decide_unblock(const struct rules_facts *facts)
{
    bool may = facts->to->exists || person_blocks(facts->from, facts->to->id);
    return may ? CHAT_OK : CHAT_NOT_FOUND;
}

static bool contacts_full(const struct person *p, uint64_t other, enum contact_state waiting)
{
    bool grows = person_contact(p, other) == CONTACT_NONE;
    return (grows && p->n_contacts >= CONTACTS_MAX) ||
           person_contacts_in(p, waiting) >= CONTACTS_WAITING_MAX;
}

enum chat_error rules_contact(const struct person *from, const struct person *to,
                              enum event_type type)
{
    enum contact_state before = person_contact(from, to->id);
    if (type == EVENT_CONTACT_REQUEST || type == EVENT_CONTACT_ACCEPT)
        if (!person_may_write(from, to))
            return CHAT_CANNOT_WRITE;
    /* what the other one said is theirs to take back, unless one leaves for good */
    bool theirs = before == CONTACT_RECEIVED || before == CONTACT_TURNED_DOWN;
    enum contact_state after = contact_after(before, type);
    if (type == EVENT_CONTACT_REMOVE && theirs && !from->deleted)
        return CHAT_OUT_OF_TURN;
    if (after == CONTACT_STATES)
        return CHAT_OUT_OF_TURN;
    if (after == CONTACT_SENT && (contacts_full(from, to->id, CONTACT_SENT) ||
                                  contacts_full(to, from->id, CONTACT_RECEIVED)))
        return CHAT_FULL;
    return CHAT_OK;
}

static enum chat_error decide_contact(const struct room *room, const struct member *me,
                                      const struct chat_append *a)
{
    int mine = room->peers[0]->id == me->user ? 0 : 1;
    const struct person *from = room->peers[mine], *to = room->peers[1 - mine];
    return a->user == to->id ? rules_contact(from, to, a->type) : CHAT_INVALID;
}

static enum chat_error decide_preferences(const struct chat_append *a,
                                          const struct rules_facts *facts)
{
    bool pins = (a->number & PREFERENCE_PINNED) && !facts->pinned;
    return pins && facts->n_pinned >= PINNED_MAX ? CHAT_FULL : CHAT_OK;
}

static enum chat_error decide_rename(const struct rules_facts *facts)
{
    return facts->now_ms < rename_from_ms(facts->from->renamed_ms) ? CHAT_TOO_SOON : CHAT_OK;
}

static enum chat_error decide_draft(const struct chat_append *a, const struct rules_facts *facts)
{
    bool grows = a->text.n && !facts->drafted;
    return grows && facts->n_drafts >= DRAFTS_MAX ? CHAT_FULL : CHAT_OK;
}

static enum chat_error decide_hide(const struct chat_append *a, const struct rules_facts *facts)
{
    bool grows = a->number == HIDE_ONE && !facts->source->hidden;
    return grows && facts->n_hidden >= HIDDEN_MAX ? CHAT_FULL : CHAT_OK;
}

/* Messages have a bound of their own, and deleting is always possible. */
static bool is_bounded_in_request(enum event_type type)
{
    return type == EVENT_EDIT || type == EVENT_REACTION || type == EVENT_PIN ||
           type == EVENT_UNPIN || type == EVENT_TIMER || type == EVENT_RETENTION;
}

static enum chat_error decide_accept(const struct room *room, const struct member *me)
{
    return request_asked(room) == me ? CHAT_OK : CHAT_OUT_OF_TURN;
}

enum chat_error rules_decide(const struct room *room, const struct chat_append *a,
                             const struct rules_facts *facts)
{
    const struct member *me = room_member(room, a->call.user);
    if (permissions[a->type].least == ANYBODY)
        return decide_joined(room, a, facts);
    if (!me)
        return CHAT_NOT_FOUND;
    if (!(permissions[a->type].in & in_kind(room->conversation.kind)))
        return CHAT_INVALID;
    enum chat_error error = decide_after(room, a);
    if (error)
        return error;
    if (me->role < least_role(room, a->type))
        return CHAT_FORBIDDEN;
    if (is_bounded_in_request(a->type) && request_worn(room, me->user))
        return CHAT_NOT_ACCEPTED;
    switch (a->type) {
    case EVENT_MESSAGE:
        return decide_message(room, me, a, facts->target);
    case EVENT_EDIT:
        return decide_edit(room, me, facts->target);
    case EVENT_DELETE:
        return decide_delete(room, me, facts->target);
    case EVENT_REACTION:
        return decide_reaction(room, me, a, facts->target);
    case EVENT_PIN:
        return decide_pin(room, me, facts);
    case EVENT_UNPIN:
        return decide_unpin(room, me, facts->target);
    case EVENT_TIMER:
    case EVENT_RETENTION:
        return decide_setting(room, me);
    case EVENT_ADDED:
        return decide_added(room, a, facts);
    case EVENT_REMOVED:
        return decide_removed(room, me, a);
    case EVENT_ROLE:
        return decide_role(room, me, a);
    case EVENT_INVITE:
        return decide_invite(room, facts);
    case EVENT_UNINVITE:
        return decide_uninvite(room, a);
    case EVENT_BLOCK:
        return decide_block(facts);
    case EVENT_UNBLOCK:
        return decide_unblock(facts);
    case EVENT_CONTACT_REQUEST:
    case EVENT_CONTACT_ACCEPT:
    case EVENT_CONTACT_DECLINE:
    case EVENT_CONTACT_REMOVE:
        return decide_contact(room, me, a);
    case EVENT_RENAME:
        return decide_rename(facts);
    case EVENT_PREFERENCES:
        return decide_preferences(a, facts);
    case EVENT_DRAFT:
        return decide_draft(a, facts);
    case EVENT_HIDE:
        return decide_hide(a, facts);
    case EVENT_ACCEPT:
        return decide_accept(room, me);
    default:
        return CHAT_OK;
    }
}

/* Nobody's words are lost because somebody left meanwhile. */
uint32_t rules_mentions(const struct room *room, const struct chat_append *a,
                        const struct rules_facts *facts, const uint64_t **out, struct arena *arena)
{
    uint32_t n = 0;
    uint64_t *users = arena_alloc(arena, a->n_mentions * sizeof(*users));
    for (uint32_t i = 0; i < a->n_mentions; i++) {
        const struct member *m = room_member(room, a->mentions[i]);
        bool reads = m && (a->type == EVENT_MESSAGE || m->from_seq <= facts->target->seq);
        if (reads && m->user != a->call.user)
            users[n++] = m->user;
    }
    *out = users;
    return n;
}

uint64_t rules_successor(const struct room *room, uint64_t user)
{
    const struct member *leaving = room_member(room, user);
    if (!leaving || leaving->role != ROLE_OWNER)
        return 0;
    const struct member *best = NULL;
    for (uint32_t i = 0; i < room->n_members; i++) {
        const struct member *m = &room->members[i];
        if (m == leaving)
            continue;
        if (!best || m->role > best->role || (m->role == best->role && m->rev < best->rev))
            best = m;
    }
    return best ? best->user : 0;
}
