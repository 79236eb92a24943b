/*
 * The heart of the message path: a room's queue becomes appends. Chat thread.
 *
 * One append is in flight for a room. Requests are decided in order of arrival, on the head that
 * the append names; each event counts on those before it in the same append. An event that may
 * change how a later one is decided (members, roles, title, own log; a change of the same
 * target; the same key) therefore ends its append, and the later one is decided in the next.
 *
 * What stands is published first, then acknowledged: on one connection a push and an `ok` leave in
 * seq order. A refusal is answered only after the key was looked for, since a command that stands
 * already is `ok` whatever the rules say now.
 */
#include "chat/pump.h"

#include <stdlib.h>

#include "chat/doubt.h"
#include "chat/facts.h"
#include "chat/guard.h"
#include "chat/message_request.h"
#include "chat/receipt_state.h"
#include "chat/stand.h"
#include "util/mem.h"
#include "util/metric.h"

/* How often the row of a key that stands is read for one call because rows changed meanwhile. */
enum { LOOKS_MAX = 16 };

/* What one request needs beyond itself; made only for those that do. */
struct append_work {
    struct chat_append *append;
    struct facts facts;
    /* answering a refusal or a key that stands */
    enum chat_error refusal;
    bool outsider; /* was no present member when refused */
    struct store_key key;
    struct store_member member;
    int looks;
    struct room_wait wait;
    uint64_t known_seq, head; /* the row that is read, and the head when that began */
    struct store_events row;
};

/* An append in flight, and then the calls that it answers. As large as what waits: most often that
 * is one, and room for APPEND_MAX would be 18 KiB to clear for each message. */
struct room_append {
    struct store_append request;
    struct room *room;
    struct arena arena; /* what the events say beyond what was asked */
    struct task finish;
    uint32_t n, n_max;
    struct chat_append **calls; /* behind the events */
    struct event events[];
};

static struct room_append *room_append_new(const struct room *room)
{
    uint32_t n_max = MIN(room->n_waiting, (uint32_t)APPEND_MAX);
    struct room_append *ra;
    ra = mem_new(sizeof(*ra) + n_max * (sizeof(ra->events[0]) + sizeof(ra->calls[0])));
    ra->n_max = n_max;
    ra->calls = (struct chat_append **)&ra->events[n_max];
    return ra;
}

static void room_append_free(struct room_append *ra)
{
    arena_deinit(&ra->arena);
    free(ra);
}

static struct append_work *work_of(struct chat_append *a)
{
    if (!a->work) {
        a->work = mem_new(sizeof(*a->work));
        a->work->append = a->work->facts.append = a;
    }
    return a->work;
}

/* They come to it where it waits, and have it looked at again. */
static bool facts_under_way(const struct chat_append *a)
{
    return a->work && a->work->facts.missing;
}

/* Ends a request: from a posted task or a completion. */
static void answer(struct chat_append *a, enum chat_error error)
{
    struct room *room = a->room;
    if (a->work) {
        facts_drop(&a->work->facts);
        store_request_deinit(&a->work->row.base);
        free(a->work);
        a->work = NULL;
    }
    a->room = NULL;
    a->conversation = room->id;
    if (error == CHAT_AHEAD || error == CHAT_TOO_OLD || error == CHAT_AFTER_REQUIRED)
        a->call.head = room->head.seq;
    call_done(&a->call, error);
    room_unref(room);
}

/* --- the queue --- */

void room_enqueue(struct room *room, struct chat_append *a)
{
    a->room = room;
    if (room->n_waiting >= ROOM_WAITING_MAX) {
        a->room = NULL;
        call_later(&a->call, CHAT_OVERLOADED);
        room_unref(room);
        return;
    }
    a->marks_before = room->marks_ever;
    a->moment = need_now(room->chat).moment;
    list_push_back(&room->waiting, &a->link);
    room->n_waiting++;
    room_pump_soon(room);
}

static void take_from_queue(struct room *room, struct chat_append *a)
{
    list_remove(&a->link);
    room->n_waiting--;
}

static void put_back(struct room *room, struct chat_append *a)
{
    list_push_front(&room->waiting, &a->link);
    room->n_waiting++;
}

void room_drop_facts(struct room *room)
{
    list_for_each(&room->waiting, node)
    {
        struct chat_append *a = list_entry(node, struct chat_append, link);
        if (a->work)
            facts_drop(&a->work->facts);
    }
}

/* What is in flight, or in doubt, is of the head that it was decided on, and goes on to name that
 * one: so the store sees that its key may have gone since, and the next append finds out what is.
 * So does a head that is gone itself: others have appended since, and this node was not told.
 */
void room_gone(struct room *room, uint64_t seq, uint64_t n)
{
    if (!room->loaded || room->append || room->doubt || seq <= room->head.gone_seq ||
        seq > room->head.seq)
        return;
    room->head.gone_seq = seq;
    room->head.gone_n = n;
}

/* Whether the request can be decided now; if not, what it lacks is on its way. */
static bool may_decide(struct room *room, struct chat_append *a)
{
    /* marks that came later are not waited for: else who never stops marking holds up the room */
    if (a->type == EVENT_MESSAGE && receipt_under_way(room, a->call.user, a->marks_before))
        return false;
    return !facts_needed(a) || facts_ready(&work_of(a)->facts);
}

/* --- known and refused --- */

/* The present members who may read `seq`, for a row pushed again. */
static size_t readers_of(const struct room *room, uint64_t seq, uint64_t users[MEMBERS_MAX])
{
    size_t n = 0;
    for (uint32_t i = 0; room->loaded && i < room->n_members; i++)
        if (room->members[i].from_seq <= seq)
            users[n++] = room->members[i].user;
    return n;
}

static void finish_known(struct task *task)
{
    struct chat_call *call = container_of(task, struct chat_call, task);
    answer(container_of(call, struct chat_append, call), CHAT_OK);
}

static void read_known_row(struct append_work *w);

static void known_row_done(struct store_request *request)
{
    struct append_work *w = container_of(request, struct append_work, row.base);
    struct chat_append *a = w->append;
    if (request->status != STORE_DONE || w->row.n_events != 1) {
        answer(a, CHAT_UNAVAILABLE);
        return;
    }
    bool old = a->room->heard_seq > a->room->head.seq; /* nor is it known who the members are */
    if (old || a->room->changed_seq > w->head) {       /* perhaps a row that was emptied since */
        if (w->looks < LOOKS_MAX)
            read_known_row(w);
        else
            answer(a, CHAT_UNAVAILABLE);
        return;
    }
    const struct event *e = &w->row.events[0];
    uint64_t users[MEMBERS_MAX];
    size_t n = readers_of(a->room, e->seq, users);
    room_tell(a->room, users, n, e);
    a->seq = e->seq;
    a->n = e->n;
    a->time_ms = e->time_ms;
    a->rev = e->rev;
    a->known = true;
    a->call.task.run = finish_known;
    post(a->room->chat->env->self, &a->call.task);
}

static void known_loaded(struct room_wait *wait, enum chat_error error)
{
    struct append_work *w = container_of(wait, struct append_work, wait);
    if (error)
        answer(w->append, error);
    else
        read_known_row(w);
}

/* On the room as it is: it is pushed to those who may read it now. */
static void read_known_row(struct append_work *w)
{
    struct room *room = w->append->room;
    w->wait.ready = known_loaded;
    if (!room_load(room, &w->wait))
        return;
    store_request_deinit(&w->row.base);
    w->head = room->head.seq;
    w->looks++;
    w->row = (struct store_events){
        .base.done = known_row_done,
        .conversation = room->id,
        .from_seq = w->known_seq,
        .to_seq = w->known_seq,
        .now_ms = chat_wall_ms(room->chat),
        .limit = 1,
    };
    store_events(room->chat->store, &w->row);
}

/* The key stands at `seq`: the same command is ok, and its row is pushed again as it now is. */
static void answer_known(struct chat_append *a, uint64_t seq, const uint8_t *digest)
{
    if (!crypto_equal(digest, a->digest, EVENT_DIGEST_BYTES)) {
        answer(a, CHAT_KEY_REUSED);
        return;
    }
    struct append_work *w = work_of(a);
    w->known_seq = seq;
    room_heard(a->room, seq); /* who may read it is known there */
    read_known_row(w);
}

static void was_member_done(struct store_request *request)
{
    struct append_work *w = container_of(request, struct append_work, member.base);
    enum chat_error error = w->refusal;
    if (request->status == STORE_DONE)
        error = CHAT_FORBIDDEN;
    else if (request->status != STORE_NOT_FOUND)
        error = error_of(request->status);
    store_request_deinit(request);
    answer(w->append, error);
}

/* Whoever was a member may know that the conversation exists. */
static void refuse_outsider(struct append_work *w)
{
    w->member = (struct store_member){
        .base.done = was_member_done,
        .conversation = w->append->room->id,
        .user = w->append->call.user,
    };
    store_member(w->append->room->chat->store, &w->member);
}

static void refusal_key_done(struct store_request *request)
{
    struct append_work *w = container_of(request, struct append_work, key.base);
    struct chat_append *a = w->append;
    enum store_status status = request->status;
    uint64_t seq = w->key.seq;
    uint8_t digest[EVENT_DIGEST_BYTES];
    memcpy(digest, w->key.digest, sizeof(digest));
    store_request_deinit(request);
    if (status == STORE_DONE)
        answer_known(a, seq, digest);
    else if (status != STORE_NOT_FOUND)
        answer(a, error_of(status));
    else if (w->outsider)
        refuse_outsider(w);
    else
        answer(a, w->refusal);
}

/* `a` is out of the queue. */
static void refuse(struct chat_append *a, enum chat_error error)
{
    struct append_work *w = work_of(a);
    w->refusal = error;
    w->outsider =
        error != CHAT_UNAVAILABLE && !room_member(a->room, a->call.user) && a->type != EVENT_JOINED;
    w->key = (struct store_key){
        .base.done = refusal_key_done,
        .conversation = a->room->id,
        .sender = a->call.user,
        .key = a->key,
    };
    store_key(a->room->chat->store, &w->key);
}

/* --- deciding and appending --- */

/* Whether the event may be followed by others in its append. In a request none is: what it makes,
 * ends and counts decides on the next. */
static bool may_be_followed(const struct room *room, const struct event *e)
{
    bool changes_one = e->type == EVENT_MESSAGE || e->type == EVENT_EDIT ||
                       e->type == EVENT_DELETE || e->type == EVENT_REACTION;
    return changes_one && !e->request && !request_asked(room);
}

/* Whether `a` must be decided after what is gathered stands. */
static bool depends_on_gathered(const struct room_append *ra, const struct chat_append *a)
{
    for (uint32_t i = 0; i < ra->n; i++) {
        const struct event *e = &ra->events[i];
        bool changes = (a->type != EVENT_MESSAGE || a->source) && facts_change(a, e);
        bool same_key = e->sender == a->call.user && str_eq(e->key, a->key);
        if (changes || same_key)
            return true;
    }
    return false;
}

/* Whether the sender has nothing unread before the next event. */
static bool has_read_all(const struct room *room, const struct room_append *ra, uint64_t sender)
{
    uint64_t n = ra->n ? ra->events[ra->n - 1].n : room->head.n;
    uint64_t read_n = MAX(room_member(room, sender)->read_n, room->head.gone_n);
    for (uint32_t i = 0; i < ra->n; i++)
        if (ra->events[i].sender == sender && ra->events[i].reads)
            read_n = ra->events[i].n;
    return read_n >= n;
}

/* When the words go: by the timer as it is, a copy's no later than the original's, an edit's with
 * its message's. */
static uint64_t expiry_of(const struct room *room, const struct event *e,
                          const struct rules_facts *facts)
{
    enum { MS = 1000 };
    if (e->type == EVENT_EDIT)
        return facts->target->expires_ms;
    uint64_t own = room->conversation.timer_s ? e->time_ms + room->conversation.timer_s * MS : 0;
    uint64_t source = facts->source ? facts->source->expires_ms : 0;
    return own && source ? MIN(own, source) : MAX(own, source);
}

static void gather(struct room *room, struct room_append *ra, struct chat_append *a,
                   const struct rules_facts *facts)
{
    struct event *e = &ra->events[ra->n];
    uint64_t n = ra->n ? ra->events[ra->n - 1].n : room->head.n;
    *e = (struct event){
        .conversation = room->id,
        .seq = room->head.seq + ra->n + 1,
        .n = n + event_counts(a->type),
        .first_seq = room->head.seq + 1,
        .time_ms = facts->now_ms,
        .expires_ms = a->holds_ms ? facts->now_ms + a->holds_ms : 0,
        .sender = a->call.user,
        .type = a->type,
        .key = a->key,
        .target = a->target,
        .user = a->type == EVENT_JOINED ? a->call.user : a->user,
        .role = a->role,
        .history = room->conversation.history,
        .number = a->number,
        .privacy = a->privacy,
        .kind = a->kind,
        .text = a->text,
        .about = a->about,
    };
    e->rev = e->seq;
    memcpy(e->digest, a->digest, sizeof(e->digest));
    if (a->type == EVENT_MESSAGE)
        e->reads = has_read_all(room, ra, a->call.user);
    e->changes = a->changes;
    if (event_has_subject(a->type)) {
        e->subject = a->source;
        e->target = a->source_seq;
        e->until_ms = a->until_ms;
    } else if (a->source) {
        e->forwarded = true;
        e->kind = facts->source->kind;
        e->text = facts->source->text;
    }
    if (a->type == EVENT_MESSAGE || a->type == EVENT_EDIT)
        e->expires_ms = expiry_of(room, e, facts);
    if (a->n_mentions)
        e->n_mentions = rules_mentions(room, a, facts, &e->mentions, &ra->arena);
    if (a->type == EVENT_LEFT)
        e->user = rules_successor(room, a->call.user);
    e->request = request_made(room, e);
    e->accepts = request_accepted(room, e);
    take_from_queue(room, a);
    ra->calls[ra->n++] = a;
}

/* Whoever writes to a stranger may do so now, or is told when. */
static enum chat_error count_request(const struct room *room, const struct room_append *ra,
                                     struct chat_append *a)
{
    uint64_t n = ra->n ? ra->events[ra->n - 1].n : room->head.n;
    struct event e = {.type = a->type, .sender = a->call.user, .n = n + 1};
    if (!request_made(room, &e))
        return CHAT_OK;
    a->call.retry_after_ms = guard_request(room->chat, a->call.user);
    return a->call.retry_after_ms ? CHAT_RATE_LIMITED : CHAT_OK;
}

static void append_done(struct store_request *request);

/* Before this none of them was tried. */
static uint64_t tried_after(const struct room *room, const struct room_append *ra)
{
    uint64_t after = room->head.seq;
    for (uint32_t i = 0; i < ra->n; i++)
        if (ra->calls[i]->repeatable)
            after = MIN(after, ra->calls[i]->after);
    return after;
}

static void submit(struct room *room, struct room_append *ra)
{
    room->append = ra;
    ra->room = room;
    cached_ref(&room->cached);
    ra->request = (struct store_append){
        .base.done = append_done,
        .conversation = room->id,
        .events = ra->events,
        .n_events = ra->n,
        .head = room->head,
        .with = ra->calls[0]->with,
        .after = tried_after(room, ra),
    };
    must(!ra->request.with || ra->n == 1);
    store_append(room->chat->store, &ra->request);
}

static void pump_loaded(struct room_wait *wait, enum chat_error error)
{
    struct room *room = container_of(wait, struct room, pump_wait);
    room->pump_waiting = false;
    if (!error) {
        room_pump_soon(room);
        return;
    }
    cached_ref(&room->cached);
    list_for_each(&room->waiting, node)
    {
        struct chat_append *a = list_entry(node, struct chat_append, link);
        if (facts_under_way(a))
            continue;
        take_from_queue(room, a);
        answer(a, error);
    }
    room_unref(room);
}

/* No refusal is by what was known before it was asked for. */
static void look_again(struct room *room, struct chat_append *a)
{
    room->pump_need.moment = a->moment;
    if (a->work)
        facts_drop(&a->work->facts);
    room_pump_soon(room);
}

void room_pump(struct room *room)
{
    bool in_doubt = room->doubt && !room->chat->ended;
    bool nothing = list_empty(&room->waiting) && !in_doubt;
    if (room->append || nothing || room->pump_waiting)
        return;
    room->pump_wait.ready = pump_loaded;
    room->pump_wait.need = room->pump_need;
    if (!room_load(room, &room->pump_wait)) {
        room->pump_waiting = true;
        return;
    }
    struct room_append *ra = room_append_new(room);
    cached_ref(&room->cached);
    list_for_each(&room->waiting, node)
    {
        struct chat_append *a = list_entry(node, struct chat_append, link);
        if (call_is_late(&a->call) && !facts_under_way(a)) {
            take_from_queue(room, a);
            refuse(a, CHAT_UNAVAILABLE);
            continue;
        }
        if (depends_on_gathered(ra, a) || !may_decide(room, a))
            break;
        struct rules_facts facts = facts_of(a->work ? &a->work->facts : NULL);
        facts.now_ms = chat_wall_ms(room->chat);
        enum chat_error error = a->work ? a->work->facts.error : CHAT_OK;
        if (!a->leaves && person_is_deleted(room->chat, a->call.user))
            error = CHAT_UNAUTHENTICATED;
        if (!error)
            error = a->refused;
        if (!error)
            error = rules_decide(room, a, &facts);
        if (!error && room->chat->options.shared)
            error = rules_look_back(room, a);
        if (!error)
            error = count_request(room, ra, a);
        if (error && !room_is_since(room, a->moment)) { /* elsewhere it may have been made right */
            look_again(room, a);
            break;
        }
        if (error) {
            take_from_queue(room, a);
            refuse(a, error);
            continue;
        }
        gather(room, ra, a, &facts);
        if (!may_be_followed(room, &ra->events[ra->n - 1]) || ra->n == ra->n_max)
            break;
    }
    while (ra->n && room->load) /* a fact wants the room newer: so must this be decided */
        put_back(room, ra->calls[--ra->n]);
    if (ra->n)
        submit(room, ra);
    else
        room_append_free(ra);
    room_unref(room);
}

/* --- what stands --- */

void room_drop_facts_of(struct room *room, const struct event *e)
{
    list_for_each(&room->waiting, node)
    {
        struct chat_append *a = list_entry(node, struct chat_append, link);
        if (a->work && facts_change(a, e))
            facts_drop(&a->work->facts);
    }
}

static void finish(struct task *task)
{
    struct room_append *ra = container_of(task, struct room_append, finish);
    struct room *room = ra->room;
    for (uint32_t i = 0; i < ra->n; i++) {
        ra->calls[i]->seq = ra->events[i].seq;
        ra->calls[i]->n = ra->events[i].n;
        ra->calls[i]->time_ms = ra->events[i].time_ms;
        ra->calls[i]->rev = ra->events[i].rev;
        answer(ra->calls[i], CHAT_OK);
    }
    room_append_free(ra);
    room_unref(room);
}

/* Calls from `from` on go to the front of the queue again, in their order. */
static void put_back_from(struct room *room, struct room_append *ra, uint32_t from)
{
    while (ra->n > from) {
        struct chat_append *a = ra->calls[--ra->n];
        if (a->work)
            facts_drop(&a->work->facts);
        put_back(room, a);
    }
}

static void append_stands(struct room *room, struct room_append *ra)
{
    put_back_from(room, ra, ra->request.taken);
    metric_add(METRIC_EVENTS, ra->n);
    for (uint32_t i = 0; i < ra->n; i++) {
        metric_add(METRIC_MESSAGES, ra->events[i].type == EVENT_MESSAGE);
        room_stands(room, &ra->events[i]);
    }
    /* acknowledged by a task of its own, behind the pushes */
    ra->finish.run = finish;
    post(room->chat->env->self, &ra->finish);
}

static void append_known(struct room *room, struct room_append *ra)
{
    struct chat_append *known = ra->calls[ra->request.known_index];
    put_back_from(room, ra, 0);
    take_from_queue(room, known);
    room_heard(room, ra->request.head.seq);
    answer_known(known, ra->request.known_seq, ra->request.known_digest);
}

/* The callers ask again with their keys. */
static void append_failed(struct room_append *ra, enum chat_error error)
{
    for (uint32_t i = 0; i < ra->n; i++)
        answer(ra->calls[i], error);
}

static void append_done(struct store_request *request)
{
    struct room_append *ra = container_of(request, struct room_append, request.base);
    struct room *room = ra->room;
    enum store_status status = request->status;
    store_request_deinit(request);
    room->append = NULL;
    switch (status) {
    case STORE_DONE:
        append_stands(room, ra);
        if (!list_empty(&room->waiting))
            room_pump_soon(room);
        room_load_on(room);
        return;
    case STORE_KNOWN:
        append_known(room, ra);
        break;
    case STORE_MOVED:
        if (ra->request.user_moved) {
            ra->calls[0]->moved = true;
            append_failed(ra, CHAT_UNAVAILABLE);
            break;
        }
        room_forget(room);
        put_back_from(room, ra, 0);
        room_drop_facts(room);
        break;
    case STORE_TAKEN:
        append_failed(ra, ra->request.looks_like ? CHAT_NAME_REFUSED : CHAT_NAME_TAKEN);
        break;
    case STORE_UNKNOWN:
        room_doubt_append(room, &ra->request);
        append_failed(ra, error_of(status));
        break;
    default:
        append_failed(ra, error_of(status));
        break;
    }
    if (!list_empty(&room->waiting) || room->doubt)
        room_pump_soon(room);
    room_load_on(room);
    room_append_free(ra);
    room_unref(room);
}
