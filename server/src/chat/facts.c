/* Each fact is one question; the last answer has the room pumped. Chat thread. */
#include "chat/facts.h"

#include "chat/invite_proof.h"

/* How often what is forwarded is looked for because its conversation changed before the decision.
 */
enum { LOOKS_MAX = 16 };

void facts_drop(struct facts *f)
{
    if (f->missing) {
        f->stale = true;
        return;
    }
    store_request_deinit(&f->target_read.base);
    f->target_read = (struct store_events){0};
    access_deinit(&f->source_access);
    f->source_access = (struct access){0};
    store_request_deinit(&f->source_read.base);
    f->source_read = (struct store_events){0};
    store_request_deinit(&f->pins.base);
    f->pins = (struct store_pins){0};
    store_request_deinit(&f->before.base);
    f->before = (struct store_member){0};
    store_request_deinit(&f->subject_row.base);
    f->subject_row = (struct store_member){0};
    store_request_deinit(&f->own_row.base);
    f->own_row = (struct store_member){0};
    store_request_deinit(&f->draft.base);
    f->draft = (struct store_drafts){0};
    f->has_target = f->asked = false;
    person_unref(f->from);
    person_unref(f->to);
    f->from = f->to = NULL;
}

static void fact_arrived(struct facts *f, enum chat_error error)
{
    if (error)
        f->error = error;
    if (--f->missing > 0)
        return;
    if (f->stale) {
        f->stale = false;
        facts_drop(f);
    }
    room_pump_soon(f->append->room);
}

static void target_done(struct store_request *request)
{
    struct facts *f = container_of(request, struct facts, target_read.base);
    f->has_target = request->status == STORE_DONE && f->target_read.n_events == 1;
    if (f->has_target)
        f->target = f->target_read.events[0];
    fact_arrived(f, error_of(request->status));
}

static void from_ready(struct person_wait *wait, enum chat_error error)
{
    fact_arrived(container_of(wait, struct facts, from_wait), error);
}

static void to_ready(struct person_wait *wait, enum chat_error error)
{
    fact_arrived(container_of(wait, struct facts, to_wait), error);
}

static void ask_for_target(struct facts *f)
{
    const struct room *room = f->append->room;
    if (f->append->target > room->head.seq)
        return;
    f->missing++;
    f->target_read = (struct store_events){
        .base.done = target_done,
        .conversation = room->id,
        .from_seq = f->append->target,
        .to_seq = f->append->target,
        .now_ms = chat_wall_ms(room->chat),
        .limit = 1,
    };
    store_events(room->chat->store, &f->target_read);
}

static void source_done(struct store_request *request)
{
    struct facts *f = container_of(request, struct facts, source_read.base);
    const struct event *e = f->source_read.events;
    enum chat_error error = error_of(request->status);
    enum event_type type = f->append->type;
    /* is as good, to let it go, and to answer it */
    bool stub = type == EVENT_UNSTAR || type == EVENT_HIDE || type == EVENT_DRAFT;
    if (!error && (f->source_read.n_events != 1 || e->type != EVENT_MESSAGE ||
                   ((e->deleted || e->hidden) && !stub)))
        error = CHAT_NOT_FOUND;
    fact_arrived(f, error);
}

static void subject_row_done(struct store_request *request)
{
    struct facts *f = container_of(request, struct facts, subject_row.base);
    fact_arrived(f, error_of(request->status));
}

static void own_row_done(struct store_request *request)
{
    struct facts *f = container_of(request, struct facts, own_row.base);
    fact_arrived(f, error_of(request->status));
}

static void draft_done(struct store_request *request)
{
    struct facts *f = container_of(request, struct facts, draft.base);
    fact_arrived(f, error_of(request->status));
}

static void ask_for_subject_row(struct facts *f)
{
    f->missing++;
    f->subject_row = (struct store_member){.base.done = subject_row_done,
                                           .conversation = f->append->source,
                                           .user = f->append->call.user};
    store_member(f->append->room->chat->store, &f->subject_row);
}

static void ask_for_own_row(struct facts *f)
{
    uint64_t user = f->append->call.user;
    f->missing++;
    f->own_row =
        (struct store_member){.base.done = own_row_done, .conversation = user, .user = user};
    store_member(f->append->room->chat->store, &f->own_row);
}

static void ask_for_draft(struct facts *f)
{
    f->missing++;
    f->draft = (struct store_drafts){.base.done = draft_done,
                                     .user = f->append->call.user,
                                     .after = f->append->source - 1,
                                     .limit = 1};
    store_drafts(f->append->room->chat->store, &f->draft);
}

/* What there is of it already, and how much in all. Nobody but the own log changes it, one event
 * after the other. */
static void ask_for_own(struct facts *f)
{
    const struct chat_append *a = f->append;
    bool drafts = a->type == EVENT_DRAFT && a->text.n;
    bool pins = a->type == EVENT_PREFERENCES && (a->number & PREFERENCE_PINNED);
    if (pins || a->type == EVENT_HIDE)
        ask_for_subject_row(f);
    if (pins || drafts)
        ask_for_own_row(f);
    if (drafts)
        ask_for_draft(f);
}

/* A 1:1 without messages is in nobody's list: there is nothing to want of it. */
static bool is_listed(const struct access *access)
{
    return access->view.head.n || access->room->conversation.kind == CONVERSATION_GROUP;
}

static void subject_ready(struct access *access, enum chat_error error)
{
    struct facts *f = container_of(access, struct facts, source_access);
    if (!error && !is_listed(access))
        error = CHAT_NOT_FOUND;
    if (!error)
        ask_for_own(f);
    fact_arrived(f, error);
}

static void source_ready(struct access *access, enum chat_error error)
{
    struct facts *f = container_of(access, struct facts, source_access);
    const struct view *view = &access->view;
    uint64_t seq = f->append->source_seq;
    /* the star of what one may read no longer can be taken away all the same */
    bool before = seq < view->me.from_seq && f->append->type != EVENT_UNSTAR;
    if (!error && (before || seq > view->head.seq))
        error = CHAT_NOT_FOUND;
    if (error) {
        fact_arrived(f, error);
        return;
    }
    ask_for_own(f);
    if (f->append->type == EVENT_HIDE && f->append->number == HIDE_UP_TO) {
        fact_arrived(f, CHAT_OK);
        return;
    }
    f->source_changed = access->room->changed_seq;
    f->source_gone = access->room->head.gone_seq;
    f->source_read = (struct store_events){
        .base.done = source_done,
        .conversation = access->room->id,
        .from_seq = seq,
        .to_seq = seq,
        .now_ms = chat_wall_ms(access->room->chat),
        .viewer = f->append->call.user,
        .limit = 1,
        .as_of = view->me.left ? view->head.seq : 0,
    };
    store_events(access->room->chat->store, &f->source_read);
}

static void ask_for_source(struct facts *f)
{
    f->missing++;
    f->looks++;
    f->source_access.ready = f->append->source_seq ? source_ready : subject_ready;
    f->source_access.now = true;
    access_ask(&f->source_access, f->append->room->chat, f->append->source, f->append->call.user);
}

static void pins_done(struct store_request *request)
{
    fact_arrived(container_of(request, struct facts, pins.base), error_of(request->status));
}

static void ask_for_pins(struct facts *f)
{
    struct room *room = f->append->room;
    f->missing++;
    f->pins = (struct store_pins){
        .base.done = pins_done, .conversation = room->id, .now_ms = chat_wall_ms(room->chat)};
    store_pins(room->chat->store, &f->pins);
}

static void ask_for_persons(struct facts *f)
{
    struct chat *chat = f->append->room->chat;
    f->from = person_get(chat, f->append->call.user);
    f->to = person_get(chat, f->append->user ? f->append->user : f->append->call.user);
    /* no older than the head: some of it is of this log */
    uint64_t moment = MAX(f->append->moment, f->append->room->head_moment);
    f->from_wait = (struct person_wait){.need.moment = moment, .ready = from_ready};
    f->to_wait = (struct person_wait){.need.moment = moment, .ready = to_ready};
    f->missing += !person_load(f->from, &f->from_wait);
    f->missing += !person_load(f->to, &f->to_wait);
}

static void before_done(struct store_request *request)
{
    struct facts *f = container_of(request, struct facts, before.base);
    fact_arrived(f, request->status == STORE_NOT_FOUND ? CHAT_OK : error_of(request->status));
}

static void ask_for_before(struct facts *f)
{
    f->missing++;
    f->before = (struct store_member){
        .base.done = before_done,
        .conversation = f->append->room->id,
        .user = f->append->call.user,
    };
    store_member(f->append->room->chat->store, &f->before);
}

static bool needs_target(const struct chat_append *a)
{
    return a->target &&
           (a->type == EVENT_MESSAGE || a->type == EVENT_EDIT || a->type == EVENT_DELETE ||
            a->type == EVENT_REACTION || a->type == EVENT_PIN || a->type == EVENT_UNPIN);
}

static bool needs_persons(const struct chat_append *a)
{
    return a->type == EVENT_ADDED || a->type == EVENT_BLOCK || a->type == EVENT_UNBLOCK ||
           a->type == EVENT_RENAME;
}

bool facts_change(const struct chat_append *a, const struct event *e)
{
    if (e->type == EVENT_PREFERENCES || e->type == EVENT_DRAFT || e->type == EVENT_HIDE)
        return a->type == e->type;
    if (e->type == EVENT_MESSAGE || !e->target)
        return false;
    bool unpins = e->type == EVENT_PIN || e->type == EVENT_UNPIN || e->type == EVENT_DELETE;
    return a->target == e->target || (a->source == e->conversation && a->source_seq == e->target) ||
           (a->type == EVENT_PIN && unpins);
}

bool facts_needed(const struct chat_append *a)
{
    return needs_target(a) || needs_persons(a) || a->source || a->type == EVENT_JOINED;
}

/* Whether what is forwarded may be deleted or removed by now, or no more for the caller to read:
 * the room where the copy waits does not hear of that. */
static bool source_moved(const struct facts *f)
{
    const struct room *room = f->source_access.room;
    if (f->append->type != EVENT_MESSAGE || !room || f->missing || f->error)
        return false;
    bool put_out = !f->source_access.view.me.left && !room_member(room, f->append->call.user);
    return put_out || room->changed_seq != f->source_changed ||
           room->head.gone_seq != f->source_gone;
}

bool facts_ready(struct facts *f)
{
    uint64_t gone_seq = f->append->room->head.gone_seq;
    if (f->asked && !f->missing && (f->gone_seq != gone_seq || source_moved(f))) {
        if (f->looks < LOOKS_MAX)
            facts_drop(f);
        else
            f->error = CHAT_UNAVAILABLE;
    }
    if (!f->asked) {
        f->asked = true;
        f->gone_seq = gone_seq;
        f->error = CHAT_OK;
        if (needs_target(f->append))
            ask_for_target(f);
        if (needs_persons(f->append))
            ask_for_persons(f);
        if (f->append->source)
            ask_for_source(f);
        if (f->append->type == EVENT_PIN)
            ask_for_pins(f);
        if (f->append->type == EVENT_JOINED)
            ask_for_before(f);
    }
    return f->missing == 0;
}

struct rules_facts facts_of(const struct facts *f)
{
    if (!f)
        return (struct rules_facts){0};
    const struct chat_append *a = f->append;
    struct rules_facts facts = {
        .target = f->has_target ? &f->target : NULL,
        .source = f->source_read.events,
        .pins = f->pins.pins,
        .n_pins = f->pins.n_pins,
        .pinned = f->subject_row.member.preferences.pinned,
        .n_pinned = f->own_row.member.preferences.pinned,
        .drafted = f->draft.n_drafts && f->draft.drafts->subject == a->source,
        .n_drafts = f->own_row.member.preferences.drafts,
        .n_hidden = f->subject_row.member.preferences.hidden,
        .from = f->from,
        .to = f->to,
    };
    if (a->type == EVENT_JOINED) {
        facts.invite = invite_proven(a->room, a->target, a->proof);
        facts.before = f->before.base.status == STORE_DONE ? &f->before.member : NULL;
    }
    return facts;
}
