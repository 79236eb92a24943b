/*
 * One function a record; the names are those of api/events.json and api/types.json, and the
 * integration tests hold each reply against the types made from them. Enums are numbers in the
 * model and words on the wire: the tables say which.
 */
#include "cmd/encode.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "chat/inbox.h"
#include "chat/read.h"
#include "chat/session.h"
#include "model/conversation.h"
#include "util/buf.h"
#include "model/privacy.h"
#include "util/macros.h"

static const char *const event_names[] = {
    [EVENT_MESSAGE] = "message",
    [EVENT_EDIT] = "edit",
    [EVENT_DELETE] = "delete",
    [EVENT_REACTION] = "reaction",
    [EVENT_CREATED] = "created",
    [EVENT_ADDED] = "added",
    [EVENT_REMOVED] = "removed",
    [EVENT_LEFT] = "left",
    [EVENT_TITLE] = "title",
    [EVENT_ROLE] = "role",
    [EVENT_PROFILE] = "profile",
    [EVENT_BLOCK] = "block",
    [EVENT_UNBLOCK] = "unblock",
    [EVENT_DESCRIPTION] = "description",
    [EVENT_PICTURE] = "picture",
    [EVENT_ANNOUNCE] = "announce",
    [EVENT_INVITE] = "invite",
    [EVENT_UNINVITE] = "uninvite",
    [EVENT_JOINED] = "joined",
    [EVENT_PIN] = "pin",
    [EVENT_UNPIN] = "unpin",
    [EVENT_TIMER] = "timer",
    [EVENT_RETENTION] = "retention",
    [EVENT_CONTACT_REQUEST] = "contact_request",
    [EVENT_CONTACT_ACCEPT] = "contact_accept",
    [EVENT_CONTACT_DECLINE] = "contact_decline",
    [EVENT_CONTACT_REMOVE] = "contact_remove",
    [EVENT_PREFERENCES] = "preferences",
    [EVENT_DRAFT] = "draft",
    [EVENT_STAR] = "star",
    [EVENT_UNSTAR] = "unstar",
    [EVENT_HIDE] = "hide",
    [EVENT_PRIVACY] = "privacy",
    [EVENT_RENAME] = "rename",
    [EVENT_SIGNED_IN] = "signed_in",
    [EVENT_SECOND_FACTOR] = "second_factor",
    [EVENT_ACCEPT] = "accept",
};
static_assert(ARRAY_SIZE(event_names) == EVENT_TYPES, "the newest event has a name");

static const char *const role_names[] = {
    [ROLE_MEMBER] = "member", [ROLE_ADMIN] = "admin", [ROLE_OWNER] = "owner"};
static const char *const history_names[] = {[HISTORY_JOINED] = "joined", [HISTORY_ALL] = "all"};
static const char *const kind_names[] = {[CONVERSATION_DIRECT] = "direct",
                                         [CONVERSATION_SELF] = "self",
                                         [CONVERSATION_GROUP] = "group",
                                         [CONVERSATION_OWN] = "own"};

static void field_name(struct writer *w, const char *name, const char *const *names, size_t n,
                       size_t value)
{
    must(value < n && names[value]);
    writer_field_string(w, name, str_of(names[value]));
}

#define FIELD_NAME(w, name, names, value) field_name(w, name, names, ARRAY_SIZE(names), value)

static void write_mentions(struct writer *w, const struct event *e)
{
    if (!e->n_mentions)
        return;
    writer_field_array(w, "mentions");
    for (uint32_t i = 0; i < e->n_mentions; i++)
        writer_id(w, e->mentions[i]);
    writer_array_end(w);
}

static void write_message(struct writer *w, const struct event *e)
{
    writer_field_string(w, "kind", e->kind);
    if (!e->deleted && !e->hidden)
        writer_field_string(w, "text", e->text);
    if (e->target)
        writer_field_integer(w, "reply_to", e->target);
    if (e->edited_seq)
        writer_field_integer(w, "edited", e->edited_seq);
    if (e->deleted)
        writer_field_bool(w, "deleted", true);
    if (e->hidden)
        writer_field_bool(w, "hidden", true);
    if (e->forwarded)
        writer_field_bool(w, "forwarded", true);
    if (e->request)
        writer_field_bool(w, "request", true);
    if (e->expires_ms)
        writer_field_integer(w, "expires", e->expires_ms);
    write_mentions(w, e);
    if (!e->n_reactions)
        return;
    writer_field_array(w, "reactions");
    for (uint32_t i = 0; i < e->n_reactions; i++) {
        writer_object_begin(w);
        writer_field_id(w, "user", e->reactions[i].user);
        writer_field_string(w, "emoji", e->reactions[i].emoji);
        writer_object_end(w);
    }
    writer_array_end(w);
}

static void write_created(struct writer *w, const struct event *e)
{
    writer_field_string(w, "title", e->text);
    FIELD_NAME(w, "history", history_names, e->history);
    writer_field_array(w, "members");
    for (uint32_t i = 0; i < e->n_members; i++) {
        writer_object_begin(w);
        writer_field_id(w, "user", e->members[i].user);
        FIELD_NAME(w, "role", role_names, e->members[i].role);
        writer_object_end(w);
    }
    writer_array_end(w);
}

static void write_preferences(struct writer *w, const struct event *e)
{
    writer_field_id(w, "subject", e->subject);
    if (e->changes & PREFERENCE_MUTED)
        writer_field_integer(w, "muted_until", e->until_ms);
    if (e->changes & PREFERENCE_PINNED)
        writer_field_bool(w, "pinned", e->number & PREFERENCE_PINNED);
    if (e->changes & PREFERENCE_ARCHIVED)
        writer_field_bool(w, "archived", e->number & PREFERENCE_ARCHIVED);
    if (e->changes & PREFERENCE_UNREAD)
        writer_field_bool(w, "unread", e->number & PREFERENCE_UNREAD);
}

static const char *const audience_names[] = {
    [AUDIENCE_EVERYONE] = "everyone",
    [AUDIENCE_CONTACTS] = "contacts",
    [AUDIENCE_NOBODY] = "nobody",
};
static_assert(ARRAY_SIZE(audience_names) == AUDIENCES, "each audience has a name");

static const char *const setting_names[] = {
    [PRIVACY_LAST_SEEN] = "last_seen", [PRIVACY_PICTURE] = "picture",
    [PRIVACY_RECEIPTS] = "receipts",   [PRIVACY_GROUPS] = "groups",
    [PRIVACY_WRITE] = "write",
};
static_assert(ARRAY_SIZE(setting_names) == PRIVACY_SETTINGS, "each setting has a name");

static void write_privacy_change(struct writer *w, uint64_t change)
{
    for (unsigned i = 0; i < PRIVACY_SETTINGS; i++) {
        unsigned to = privacy_of(change, (enum privacy_setting)i);
        if (to)
            writer_field_string(w, setting_names[i], str_of(audience_names[to - 1]));
    }
}

static void write_privacy(struct writer *w, uint64_t privacy)
{
    for (unsigned i = 0; i < PRIVACY_SETTINGS; i++)
        writer_field_string(w, setting_names[i],
                            str_of(audience_names[privacy_of(privacy, (enum privacy_setting)i)]));
}

static const char *const factor_names[] = {
    [FACTOR_ENABLED] = "enabled",
    [FACTOR_DISABLED] = "disabled",
    [FACTOR_NEW_RECOVERY] = "new_recovery_codes",
    [FACTOR_RECOVERY_USED] = "recovery_code_used",
};
static_assert(ARRAY_SIZE(factor_names) == FACTOR_CHANGES, "each change has a name");

static void write_draft(struct writer *w, const struct event *e)
{
    if (!e->deleted)
        writer_field_string(w, "text", e->text);
    if (e->target)
        writer_field_integer(w, "reply_to", e->target);
}

static void write_contents(struct writer *w, const struct event *e)
{
    switch (e->type) {
    case EVENT_MESSAGE:
        write_message(w, e);
        break;
    case EVENT_EDIT:
        writer_field_integer(w, "target", e->target);
        if (e->text.n)
            writer_field_string(w, "text", e->text);
        if (e->expires_ms)
            writer_field_integer(w, "expires", e->expires_ms);
        write_mentions(w, e);
        break;
    case EVENT_DELETE:
    case EVENT_PIN:
    case EVENT_UNPIN:
        writer_field_integer(w, "target", e->target);
        break;
    case EVENT_REACTION:
        writer_field_integer(w, "target", e->target);
        writer_field_string(w, "emoji", e->text);
        break;
    case EVENT_CREATED:
        write_created(w, e);
        break;
    case EVENT_LEFT:
        writer_field_id(w, "user", e->sender);
        if (e->user)
            writer_field_id(w, "new_owner", e->user);
        break;
    case EVENT_TITLE:
        writer_field_string(w, "title", e->text);
        break;
    case EVENT_DESCRIPTION:
        writer_field_string(w, "description", e->text);
        break;
    case EVENT_PICTURE:
        if (e->number)
            writer_field_id(w, "picture", e->number);
        break;
    case EVENT_TIMER:
        writer_field_integer(w, "seconds", e->number);
        break;
    case EVENT_RETENTION:
        writer_field_integer(w, "days", e->number);
        break;
    case EVENT_PRIVACY:
        write_privacy_change(w, e->privacy);
        break;
    case EVENT_RENAME:
        writer_field_string(w, "username", e->text);
        break;
    case EVENT_SIGNED_IN:
        writer_field_id(w, "device", e->number);
        writer_field_string(w, "name", e->text);
        break;
    case EVENT_SECOND_FACTOR:
        FIELD_NAME(w, "change", factor_names, e->changes);
        if (e->number)
            writer_field_id(w, "device", e->number);
        break;
    case EVENT_ANNOUNCE:
        writer_field_bool(w, "on", e->number != 0);
        break;
    case EVENT_INVITE:
        if (e->expires_ms)
            writer_field_integer(w, "expires", e->expires_ms);
        if (e->number)
            writer_field_integer(w, "uses_max", e->number);
        break;
    case EVENT_UNINVITE:
        writer_field_integer(w, "invite", e->target);
        break;
    case EVENT_JOINED:
        writer_field_id(w, "user", e->user);
        writer_field_integer(w, "invite", e->target);
        break;
    case EVENT_ROLE:
        writer_field_id(w, "user", e->user);
        FIELD_NAME(w, "role", role_names, e->role);
        break;
    case EVENT_PROFILE:
        if (e->text.p)
            writer_field_string(w, "display_name", e->text);
        if (e->about.p)
            writer_field_string(w, "about", e->about);
        break;
    case EVENT_ADDED:
    case EVENT_REMOVED:
    case EVENT_BLOCK:
    case EVENT_UNBLOCK:
    case EVENT_CONTACT_REQUEST:
    case EVENT_CONTACT_ACCEPT:
    case EVENT_CONTACT_DECLINE:
    case EVENT_CONTACT_REMOVE:
        writer_field_id(w, "user", e->user);
        break;
    case EVENT_STAR:
    case EVENT_UNSTAR:
        writer_field_id(w, "subject", e->subject);
        writer_field_integer(w, "target", e->target);
        break;
    case EVENT_PREFERENCES:
        write_preferences(w, e);
        break;
    case EVENT_DRAFT:
        writer_field_id(w, "subject", e->subject);
        write_draft(w, e);
        break;
    case EVENT_HIDE:
        writer_field_id(w, "subject", e->subject);
        writer_field_integer(w, "target", e->target);
        writer_field_bool(w, "up_to", e->number == HIDE_UP_TO);
        break;
    case EVENT_ACCEPT:
    case EVENT_TYPES:
        break;
    }
}

void encode_event(struct writer *w, const struct event *e, uint64_t viewer)
{
    writer_object_begin(w);
    FIELD_NAME(w, "type", event_names, e->type);
    writer_field_id(w, "conversation", e->conversation);
    writer_field_integer(w, "seq", e->seq);
    writer_field_integer(w, "n", e->n);
    writer_field_integer(w, "rev", e->rev);
    writer_field_integer(w, "time", e->time_ms);
    writer_field_id(w, "sender", e->sender);
    if (viewer && viewer == e->sender && e->key.n)
        writer_field_string(w, "key", e->key);
    if (e->accepts)
        writer_field_bool(w, "accepts", true);
    write_contents(w, e);
    writer_object_end(w);
}

void encode_events(struct writer *w, const char *name, const struct event *events, size_t n,
                   uint64_t viewer)
{
    writer_field_array(w, name);
    for (size_t i = 0; i < n; i++)
        encode_event(w, &events[i], viewer);
    writer_array_end(w);
}

uint64_t encode_unread(const struct inbox_entry *e)
{
    return member_unread(&e->me, &e->head);
}

static void write_peer(struct writer *w, const struct inbox_entry *e)
{
    const uint64_t *users = e->conversation.users;
    writer_field_id(w, "peer", users[0] == e->me.user ? users[1] : users[0]);
    writer_field_integer(w, "peer_delivered", e->peer_delivered_seq);
    writer_field_integer(w, "peer_read", e->peer_read_seq);
}

struct str encode_role(enum role role)
{
    must((size_t)role < ARRAY_SIZE(role_names) && role_names[role]);
    return str_of(role_names[role]);
}

void encode_report_fields(struct writer *w, const struct report *r)
{
    writer_field_id(w, "report", r->id);
    writer_field_id(w, "reporter", r->reporter);
    writer_field_string(w, "reason", str_of(report_reason_name(r->reason)));
    if (r->comment.n)
        writer_field_string(w, "comment", r->comment);
    writer_field_integer(w, "created", r->created_ms);
    if (r->resolved_ms)
        writer_field_integer(w, "resolved", r->resolved_ms);
    if (r->resolved_by)
        writer_field_id(w, "resolved_by", r->resolved_by);
    writer_field_id(w, "conversation", r->conversation);
    FIELD_NAME(w, "conversation_kind", kind_names, r->kind);
    writer_field_integer(w, "seq", r->seq);
    writer_field_id(w, "sender", r->sender);
    writer_field_integer(w, "time", r->time_ms);
    writer_field_string(w, "kind", r->message_kind);
    writer_field_string(w, "text", r->text);
}

void encode_incarnation(struct writer *w, uint64_t incarnation)
{
    char text[17];
    snprintf(text, sizeof(text), "%016" PRIx64, incarnation);
    writer_field_string(w, "incarnation", str_of(text));
}

/* The own log's counts are the store's. */
static void write_wanted(struct writer *w, const struct preferences *p, enum conversation_kind kind)
{
    if (p->cleared_seq)
        writer_field_integer(w, "cleared", p->cleared_seq);
    if (!p->rev || kind == CONVERSATION_OWN)
        return;
    writer_field_integer(w, "preferences", p->rev);
    if (p->muted_until_ms)
        writer_field_integer(w, "muted_until", p->muted_until_ms);
    if (p->pinned)
        writer_field_integer(w, "pinned", p->pinned);
    if (p->archived)
        writer_field_bool(w, "archived", true);
    if (p->unread)
        writer_field_bool(w, "marked_unread", true);
}

void encode_entry_fields(struct writer *w, const struct inbox_entry *e, uint64_t viewer)
{
    writer_field_id(w, "conversation", e->conversation.id);
    FIELD_NAME(w, "kind", kind_names, e->conversation.kind);
    if (e->conversation.kind == CONVERSATION_GROUP) {
        writer_field_string(w, "title", e->conversation.title);
        if (e->conversation.description.n)
            writer_field_string(w, "description", e->conversation.description);
        if (e->conversation.picture)
            writer_field_id(w, "picture", e->conversation.picture);
        if (e->conversation.announce)
            writer_field_bool(w, "announce", true);
        if (!e->me.left)
            FIELD_NAME(w, "role", role_names, e->me.role);
    }
    if (e->conversation.kind == CONVERSATION_DIRECT)
        write_peer(w, e);
    if (e->conversation.timer_s)
        writer_field_integer(w, "timer", e->conversation.timer_s);
    if (e->conversation.retention_days)
        writer_field_integer(w, "retention", e->conversation.retention_days);
    writer_field_integer(w, "head", e->head.seq);
    writer_field_integer(w, "n", e->head.n);
    writer_field_integer(w, "time", e->head.time_ms);
    writer_field_integer(w, "first", member_first(&e->me, &e->head));
    writer_field_integer(w, "unread", encode_unread(e));
    writer_field_integer(w, "read", e->me.read_seq);
    writer_field_integer(w, "delivered", e->me.delivered_seq);
    if (e->me.left)
        writer_field_bool(w, "left", true);
    if (e->me.listed == LISTED_REQUEST)
        writer_field_bool(w, "request", true);
    if (e->mention_seq)
        writer_field_integer(w, "mention", e->mention_seq);
    write_wanted(w, &e->me.preferences, e->conversation.kind);
    if (e->last) {
        writer_name(w, "last");
        encode_event(w, e->last, viewer);
    }
}

void encode_entries(struct writer *w, const char *name, const struct inbox_entry *entries, size_t n,
                    uint64_t viewer)
{
    writer_field_array(w, name);
    for (size_t i = 0; i < n; i++) {
        writer_object_begin(w);
        encode_entry_fields(w, &entries[i], viewer);
        writer_object_end(w);
    }
    writer_array_end(w);
}

static const char *const contact_names[] = {
    [CONTACT_SENT] = "sent",
    [CONTACT_RECEIVED] = "received",
    [CONTACT_STANDS] = "contact",
    [CONTACT_DECLINED] = "declined",
    [CONTACT_TURNED_DOWN] = "turned_down",
};
static_assert(ARRAY_SIZE(contact_names) == CONTACT_STATES, "each state has a name");

struct str encode_contact_state(enum contact_state state)
{
    return str_of(contact_names[state]);
}

void encode_draft(struct writer *w, const struct event *draft)
{
    writer_object_begin(w);
    writer_field_id(w, "conversation", draft->subject);
    writer_field_integer(w, "seq", draft->seq);
    writer_field_integer(w, "time", draft->time_ms);
    write_draft(w, draft);
    writer_object_end(w);
}

void encode_contact(struct writer *w, const struct contact *c)
{
    writer_object_begin(w);
    writer_field_id(w, "user", c->other);
    writer_field_string(w, "state", encode_contact_state(c->state));
    writer_field_id(w, "conversation", c->conversation);
    writer_field_integer(w, "seq", c->seq);
    writer_field_integer(w, "time", c->time_ms);
    writer_object_end(w);
}

void encode_person_fields(struct writer *w, const struct user *user)
{
    writer_field_id(w, "user", user->id);
    if (user->deleted_ms) {
        writer_field_bool(w, "deleted", true);
        return;
    }
    writer_field_string(w, "username", user->username);
    writer_field_string(w, "display_name", user->display_name);
}

void encode_own_account_fields(struct writer *w, const struct user *user)
{
    encode_person_fields(w, user);
    writer_field_string(w, "about", user->about);
    writer_field_integer(w, "created", user->created_ms);
    writer_field_bool(w, "second_factor", user->second_factor.n > 0);
    if (user->picture)
        writer_field_id(w, "picture", user->picture);
    writer_field_object(w, "privacy");
    write_privacy(w, user->privacy);
    writer_object_end(w);
}

void encode_device(struct writer *w, const struct device *device, uint64_t current)
{
    writer_object_begin(w);
    writer_field_id(w, "device", device->id);
    writer_field_string(w, "name", device->name);
    writer_field_integer(w, "created", device->created_ms);
    writer_field_integer(w, "last_seen", device->last_seen_ms);
    writer_field_bool(w, "current", device->id == current);
    writer_object_end(w);
}

/* A member whose account the domain did not hand over has no name to show: left out. */
static void write_member(struct writer *w, const struct member *member,
                         const struct chat_conversation *c)
{
    for (uint32_t i = 0; i < c->n_users; i++) {
        if (c->users[i].id != member->user)
            continue;
        writer_object_begin(w);
        encode_person_fields(w, &c->users[i]);
        writer_field_string(w, "role", encode_role(member->role));
        writer_field_integer(w, "delivered", member->delivered_seq);
        writer_field_integer(w, "read", member->read_seq);
        writer_object_end(w);
        return;
    }
}

void encode_members(struct writer *w, const char *name, const struct chat_conversation *c)
{
    writer_field_array(w, name);
    for (uint32_t i = 0; i < c->n_members; i++)
        write_member(w, &c->members[i], c);
    writer_array_end(w);
}

void encode_presence_fields(struct writer *w, const struct presence *p)
{
    writer_field_id(w, "user", p->user);
    writer_field_bool(w, "online", p->online);
    if (p->last_seen_ms)
        writer_field_integer(w, "last_seen", p->last_seen_ms);
}

static void push_begin(struct writer *w, const char *name)
{
    writer_object_begin(w);
    writer_field_string(w, "push", str_of(name));
}

void encode_push_event(struct builder *out, const struct event *e, uint64_t viewer)
{
    enum { FIELDS_BYTES = 240 }; /* about, beside the text */
    struct writer w = {.out = out};
    builder_reserve(out, FIELDS_BYTES + e->text.n);
    push_begin(&w, "event");
    writer_name(&w, "event");
    encode_event(&w, e, viewer);
    writer_object_end(&w);
}

void encode_marks(struct builder *out, const struct mark *marks, size_t n)
{
    struct writer w = {.out = out};
    writer_array_begin(&w);
    for (size_t i = 0; i < n; i++) {
        writer_object_begin(&w);
        writer_field_id(&w, "user", marks[i].user);
        writer_field_integer(&w, "delivered", marks[i].delivered_seq);
        writer_field_integer(&w, "read", marks[i].read_seq);
        writer_object_end(&w);
    }
    writer_array_end(&w);
}

void encode_push_receipts(struct builder *out, uint64_t conversation, struct str marks,
                          const uint64_t *unread)
{
    struct writer w = {.out = out};
    push_begin(&w, "receipts");
    writer_field_id(&w, "conversation", conversation);
    writer_name(&w, "marks");
    writer_raw(&w, marks);
    if (unread)
        writer_field_integer(&w, "unread", *unread);
    writer_object_end(&w);
}

void encode_push_typing(struct builder *out, uint64_t conversation, uint64_t user)
{
    struct writer w = {.out = out};
    push_begin(&w, "typing");
    writer_field_id(&w, "conversation", conversation);
    writer_field_id(&w, "user", user);
    writer_object_end(&w);
}

void encode_push_presence(struct builder *out, const struct presence *p)
{
    struct writer w = {.out = out};
    push_begin(&w, "presence");
    encode_presence_fields(&w, p);
    writer_object_end(&w);
}

void encode_push_resync(struct builder *out)
{
    struct writer w = {.out = out};
    push_begin(&w, "resync");
    writer_object_end(&w);
}

void encode_nodes(struct writer *w, const struct str *urls, size_t n)
{
    writer_field_array(w, "nodes");
    for (size_t i = 0; i < n; i++) {
        writer_object_begin(w);
        writer_field_string(w, "url", urls[i]);
        writer_object_end(w);
    }
    writer_array_end(w);
}

void encode_push_goaway(struct builder *out, enum goaway_reason reason, uint64_t reconnect_ms,
                        const struct str *nodes, size_t n)
{
    static const char *const reasons[] = {"shutdown", "unavailable", "balance"};
    static_assert(ARRAY_SIZE(reasons) == GOAWAY_REASONS, "each reason has a name");
    struct writer w = {.out = out};
    push_begin(&w, "goaway");
    writer_field_string(&w, "reason", str_of(reasons[reason]));
    writer_field_integer(&w, "reconnect_ms", reconnect_ms);
    if (n)
        encode_nodes(&w, nodes, n);
    writer_object_end(&w);
}
