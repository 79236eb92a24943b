/*
 * Owns the copies of writes that were answered `unknown`; the chat thread runs it. A doubt holds a
 * reference to its room, which stays loaded as it was before: nobody else appends to it meanwhile.
 * What turns out to stand then takes effect and is pushed as if it had been answered at once.
 *
 * Refused: to load the room again and go on. Nothing may stand then and come to stand afterwards,
 * with nobody to notice until the next append; and what stood would be known to the room but not to
 * those that an event of an own log concerns.
 */
#include "chat/doubt.h"

#include <stdlib.h>

#include "chat/receipt_state.h"
#include "chat/stand.h"
#include "model/record.h"
#include "util/mem.h"

struct doubt {
    struct room *room;
    struct store_append append;
    struct event events[APPEND_MAX];
    uint32_t first, n;          /* events[first..n) are in doubt */
    struct store_user_set with; /* what goes with the one event, if with.id */
    uint64_t after;             /* as it was asked for (log.h) */
    struct arena arena;
    struct store_events look; /* at what stands in the place of the first */
    struct store_mark mark;
    struct store_mark marks[MEMBERS_MAX]; /* the furthest of each user; n_marks of them */
    uint32_t n_marks;
    void (*settled)(struct room *, enum chat_error);
};

static struct doubt *doubt_of(struct room *room)
{
    if (!room->doubt) {
        room->doubt = mem_new(sizeof(*room->doubt));
        room->doubt->room = room;
        cached_ref(&room->cached);
    }
    return room->doubt;
}

static void doubt_free(struct doubt *d)
{
    d->room->doubt = NULL;
    room_unref(d->room);
    arena_deinit(&d->arena);
    free(d);
}

static struct str copy(struct doubt *d, struct str s)
{
    return s.p ? arena_str(&d->arena, s) : s;
}

static void copy_with(struct doubt *d, const struct store_user_set *with)
{
    d->with = (struct store_user_set){
        .id = with->id,
        .password = copy(d, with->password),
        .password_before = copy(d, with->password_before),
        .second_factor = copy(d, with->second_factor),
        .second_factor_before = copy(d, with->second_factor_before),
        .disabled = with->disabled,
        .admin = with->admin,
    };
}

void room_doubt_append(struct room *room, const struct store_append *append)
{
    struct doubt *d = doubt_of(room);
    must(room->loaded && d->first == d->n);
    d->first = 0;
    d->n = append->n_events;
    d->after = append->after;
    for (uint32_t i = 0; i < d->n; i++)
        record_copy(&d->events[i], &append->events[i], &d->arena);
    d->with = (struct store_user_set){0};
    if (append->with)
        copy_with(d, append->with);
}

void room_doubt_mark(struct room *room, const struct store_mark *mark)
{
    struct doubt *d = doubt_of(room);
    uint32_t i = 0;
    while (i < d->n_marks && d->marks[i].user != mark->user)
        i++;
    if (i == MEMBERS_MAX) /* of people who left: nobody looks at them */
        return;
    struct store_mark *m = &d->marks[i];
    d->n_marks = MAX(d->n_marks, i + 1);
    *m = (struct store_mark){
        .conversation = mark->conversation,
        .user = mark->user,
        .delivered_seq = MAX(m->delivered_seq, mark->delivered_seq),
        .read_seq = MAX(m->read_seq, mark->read_seq),
        .read_n = MAX(m->read_n, mark->read_n),
        .time_ms = mark->time_ms,
    };
}

static void settle_next(struct doubt *);

/* So many of them stand; `more` may, of what follows. */
static void take(struct doubt *d, uint32_t stand, bool more)
{
    for (uint32_t i = 0; i < stand; i++)
        room_stands(d->room, &d->events[d->first++]);
    if (!stand)
        room_forget(d->room);
    if (!more || !stand)
        d->first = d->n;
    settle_next(d);
}

static void looked(struct store_request *request)
{
    struct doubt *d = container_of(request, struct doubt, look.base);
    enum store_status status = request->status;
    const struct event *first = &d->events[d->first];
    bool ours = status == STORE_DONE && d->look.n_events &&
                d->look.events[0].time_ms == first->time_ms && d->look.events[0].rev == first->rev;
    store_request_deinit(request);
    if (status == STORE_DONE || status == STORE_NOT_FOUND)
        take(d, ours, true); /* the first try may have taken more: asked for in turn */
    else
        d->settled(d->room, CHAT_UNAVAILABLE);
}

/* The command stands where the first event was to. If another node decided it, at another time, or
 * it was changed since, another has told everybody; where that was lost their devices compare. */
static void look_at_first(struct doubt *d)
{
    uint64_t seq = d->events[d->first].seq;
    d->look = (struct store_events){
        .base.done = looked,
        .conversation = d->room->id,
        .from_seq = seq,
        .to_seq = seq,
        .limit = 1,
    };
    store_events(d->room->chat->store, &d->look);
}

static bool is_first(const struct doubt *d)
{
    const struct event *e = &d->events[d->first];
    return d->append.known_index == 0 && d->append.known_seq == e->seq &&
           crypto_equal(d->append.known_digest, e->digest, EVENT_DIGEST_BYTES);
}

static void append_answered(struct store_request *request)
{
    struct doubt *d = container_of(request, struct doubt, append.base);
    enum store_status status = request->status;
    store_request_deinit(request);
    if (status == STORE_UNKNOWN || status == STORE_FAILED)
        d->settled(d->room, CHAT_UNAVAILABLE);
    else if (status == STORE_KNOWN && is_first(d))
        look_at_first(d);
    else
        take(d, status == STORE_DONE ? d->append.taken : 0, false);
}

static void send_append(struct doubt *d)
{
    for (uint32_t i = d->first; i < d->n; i++)
        d->events[i].first_seq = d->room->head.seq + 1;
    d->append = (struct store_append){
        .base.done = append_answered,
        .conversation = d->room->id,
        .events = &d->events[d->first],
        .n_events = d->n - d->first,
        .head = d->room->head,
        .with = d->with.id ? &d->with : NULL,
        .after = d->after,
    };
    store_append(d->room->chat->store, &d->append);
}

static void mark_answered(struct store_request *request)
{
    struct doubt *d = container_of(request, struct doubt, mark.base);
    enum store_status status = request->status;
    store_request_deinit(request);
    if (status == STORE_DONE) {
        receipt_moved(d->room, &d->mark.member);
    } else if (status != STORE_NOT_FOUND) {
        room_doubt_mark(d->room, &d->mark);
        d->settled(d->room, CHAT_UNAVAILABLE);
        return;
    }
    settle_next(d);
}

static void send_mark(struct doubt *d)
{
    d->mark = d->marks[--d->n_marks];
    d->mark.base.done = mark_answered;
    d->marks[d->n_marks] = (struct store_mark){0};
    store_mark(d->room->chat->store, &d->mark);
}

static void settle_next(struct doubt *d)
{
    struct room *room = d->room;
    void (*settled)(struct room *, enum chat_error) = d->settled;
    if (d->first < d->n) {
        send_append(d);
    } else if (d->n_marks) {
        send_mark(d);
    } else {
        doubt_free(d);
        settled(room, CHAT_OK);
    }
}

void room_settle(struct room *room, void (*settled)(struct room *, enum chat_error))
{
    room->doubt->settled = settled;
    settle_next(room->doubt);
}

void doubts_forget(struct chat *chat)
{
    size_t at = 0;
    uint64_t id;
    for (struct room *room; (room = map_next(&chat->rooms, &at, &id));)
        if (room->doubt)
            doubt_free(room->doubt);
}
