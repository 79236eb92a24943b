/*
 * Owns the rooms of a chat core; the chat thread runs it. A room that is loaded is exact: on one
 * node every append and mark passes through it. `moved` makes it forget and load again; after
 * `unknown` it is in doubt (doubt.c).
 *
 * Where other nodes write, too, a loaded room is as the log was when it was asked for, or told of
 * last. It is loaded again in place when somebody needs it newer, never while an append is in
 * flight: what that one stands on must be what it is applied to.
 *
 * Refused: applying an event before its append answered, with an undo. An event that changes who
 * may do what ends its append instead (append.c), so nothing is ever undone.
 */
#include "chat/room.h"

#include <stdlib.h>

#include "chat/doubt.h"
#include "chat/pump.h"
#include "chat/receipt_state.h"
#include "store/project.h"
#include "util/mem.h"
#include "util/metric.h"

struct room_load {
    struct room *room;
    struct store_load request;
    struct age age;
    uint64_t heard_seq; /* the room's when it began */
    struct person_wait peers[2];
    int missing;
    enum chat_error error;
};

/* --- the pump's queue --- */

static void pump_all(struct task *task)
{
    struct chat *chat = container_of(task, struct chat, pump_task);
    chat->pump_posted = false;
    struct list now = LIST_INIT(now);
    list_splice_back(&now, &chat->pumping);
    for (struct list *node; (node = list_pop_front(&now));)
        room_pump(list_entry(node, struct room, pumping));
}

void rooms_init(struct chat *chat)
{
    chat->pump_task.run = pump_all;
}

void room_pump_soon(struct room *room)
{
    struct chat *chat = room->chat;
    if (list_empty(&room->pumping))
        list_push_back(&chat->pumping, &room->pumping);
    if (chat->pump_posted)
        return;
    chat->pump_posted = true;
    post(chat->env->self, &chat->pump_task);
}

/* --- the cache --- */

static uint32_t room_bytes(const struct room *room)
{
    return (uint32_t)(sizeof(*room) + room->n_members * sizeof(room->members[0]) +
                      room->conversation.description.n +
                      (room->invites ? sizeof(*room->invites) : 0) + 64);
}

static void forget_loaded(struct room *room)
{
    free(room->members);
    free(room->description);
    room->conversation = (struct conversation){0};
    room->description = NULL;
    free(room->invites);
    room->invites = NULL;
    room->members = NULL;
    room->n_members = 0;
    room->loaded = false;
    for (int i = 0; i < 2; i++) {
        person_unref(room->peers[i]);
        room->peers[i] = NULL;
    }
}

static void room_evict(struct chat *chat, struct cached *cached)
{
    struct room *room = container_of(cached, struct room, cached);
    must(list_empty(&room->waiting) && !room->append);
    must(list_empty(&room->unsaid) && list_empty(&room->marking));
    map_remove(&chat->rooms, room->id);
    list_remove(&room->pumping);
    forget_loaded(room);
    free(room);
}

struct room *room_get(struct chat *chat, uint64_t id)
{
    struct room *room = map_get(&chat->rooms, id);
    if (room) {
        cached_ref(&room->cached);
        return room;
    }
    room = mem_new(sizeof(*room));
    room->chat = chat;
    room->id = id;
    list_init(&room->waiting);
    list_init(&room->pumping);
    list_init(&room->loading);
    list_init(&room->marking);
    list_init(&room->unsaid);
    timer_init(&room->receipts, receipts_timer);
    cached_init(chat, &room->cached, room_bytes(room), room_evict);
    map_put(&chat->rooms, id, room);
    return room;
}

void room_unref(struct room *room)
{
    if (room)
        cached_unref(room->chat, &room->cached);
}

void room_forget(struct room *room)
{
    forget_loaded(room);
    cached_resize(room->chat, &room->cached, room_bytes(room));
}

/* --- loading --- */

static void load_begin(struct room *);

static bool room_meets(const struct room *room, const struct need *need)
{
    if (!room->loaded || room->doubt || room->load)
        return false;
    if (!room->chat->options.shared)
        return true;
    for (int i = 0; i < 2; i++)
        if (room->peers[i] && !person_is_fresh(room->peers[i]))
            return false;
    return room->heard_seq <= room->head.seq && age_meets(room->chat, &room->age, need);
}

/* To those who wait; whoever needs it newer waits for the next load. */
static void load_answer(struct room *room, enum chat_error error)
{
    struct list waiting = LIST_INIT(waiting);
    list_splice_back(&waiting, &room->loading);
    for (struct list *node; (node = list_pop_front(&waiting));) {
        struct room_wait *wait = list_entry(node, struct room_wait, link);
        if (!error && !room_meets(room, &wait->need))
            list_push_back(&room->loading, &wait->link);
        else
            wait->ready(wait, error);
    }
    if (!list_empty(&room->loading) && !room->load && !room->append)
        load_begin(room);
}

static void load_end(struct room_load *load, enum chat_error error)
{
    struct room *room = load->room;
    room->load = NULL;
    room->chat->loads--;
    free(load);
    load_answer(room, error);
    room_unref(room);
}

void room_load_on(struct room *room)
{
    if (!list_empty(&room->loading) && !room->load)
        load_answer(room, CHAT_OK);
}

static void load_finished(struct room_load *load)
{
    struct room *room = load->room;
    if (load->error)
        room_forget(room);
    else
        room->loaded = true;
    cached_resize(room->chat, &room->cached, room_bytes(room));
    load_end(load, load->error);
}

static void load_part_done(struct room_load *load, enum chat_error error)
{
    if (error)
        load->error = error;
    if (--load->missing == 0)
        load_finished(load);
}

static void peer_0_ready(struct person_wait *wait, enum chat_error error)
{
    load_part_done(container_of(wait, struct room_load, peers[0]), error);
}

static void peer_1_ready(struct person_wait *wait, enum chat_error error)
{
    load_part_done(container_of(wait, struct room_load, peers[1]), error);
}

/* A direct's rules ask both people, so they are loaded with it; how they stand to each other is of
 * this log, and must not be older than the head, which may stand since after the load began. */
static void load_peers(struct room_load *load)
{
    struct room *room = load->room;
    load->peers[0].ready = peer_0_ready;
    load->peers[1].ready = peer_1_ready;
    for (int i = 0; i < 2; i++) {
        load->peers[i].need.moment = MAX(room->age.moment, room->head_moment);
        person_unref(room->peers[i]);
        room->peers[i] = person_get(room->chat, room->conversation.users[i]);
        if (!person_load(room->peers[i], &load->peers[i]))
            load->missing++;
    }
}

/* Its texts are copied; they may be the room's own already. */
static void take_conversation(struct room *room, struct conversation c)
{
    must(c.title.n <= sizeof(room->title));
    if (c.title.n)
        memmove(room->title, c.title.p, c.title.n);
    c.title.p = room->title;
    if (c.description.p != room->description) {
        free(room->description);
        room->description = mem_copy(c.description.p, c.description.n);
    }
    c.description.p = room->description;
    room->conversation = c;
}

/* Marks never go back; those that were told while the load was under way may be newer than it. */
static void keep_marks(struct room *room, const struct member *before, uint32_t n_before)
{
    for (uint32_t i = 0; i < n_before; i++) {
        struct member *m = room_member(room, before[i].user);
        if (!m)
            continue;
        m->delivered_seq = MAX(m->delivered_seq, before[i].delivered_seq);
        m->read_seq = MAX(m->read_seq, before[i].read_seq);
        m->read_n = MAX(m->read_n, before[i].read_n);
    }
}

static void take_members(struct room *room, const struct store_load *load)
{
    struct member *before = room->members;
    uint32_t n_before = room->n_members;
    room->n_members = load->n_members;
    room->members = mem_copy(load->members, room->n_members * sizeof(room->members[0]));
    keep_marks(room, before, n_before);
    free(before);
}

static void take_rows(struct room *room, const struct room_load *load)
{
    const struct store_load *rows = &load->request;
    if (rows->head.seq != room->head.seq) {
        room_drop_facts(room); /* only then: or two that look at each other never end */
        room->head_moment = need_now(room->chat).moment;
    }
    take_conversation(room, rows->conversation);
    room->age = load->age;
    room->head = rows->head;
    room->changed_seq = room->head.seq;     /* it may be */
    if (room->heard_seq == load->heard_seq) /* before it was asked for: this is what came of it */
        room->heard_seq = room->head.seq;
    free(room->invites);
    room->invites = NULL;
    if (rows->invites && rows->invites->rev)
        room->invites = mem_copy(rows->invites, sizeof(*room->invites));
    take_members(room, rows);
}

static void load_done(struct store_request *request)
{
    struct room_load *load = container_of(request, struct room_load, request.base);
    struct room *room = load->room;
    load->missing = 1;
    load->error = error_of(request->status);
    if (!load->error) {
        take_rows(room, load);
        if (room->conversation.kind == CONVERSATION_DIRECT)
            load_peers(load);
    }
    store_request_deinit(request);
    load_part_done(load, CHAT_OK);
}

static void load_rows(struct room_load *load)
{
    load->age = age_now(load->room->chat);
    load->heard_seq = load->room->heard_seq;
    load->request = (struct store_load){.base.done = load_done, .id = load->room->id};
    store_load(load->room->chat->store, &load->request);
}

static void load_settled(struct room *room, enum chat_error error)
{
    if (!error && !room->loaded)
        load_rows(room->load);
    else
        load_end(room->load, error);
}

static void load_begin(struct room *room)
{
    room->load = mem_new(sizeof(*room->load));
    room->load->room = room;
    room->chat->loads++;
    cached_ref(&room->cached);
    if (room->doubt)
        room_settle(room, load_settled);
    else
        load_rows(room->load);
}

bool room_load(struct room *room, struct room_wait *wait)
{
    bool meets = room_meets(room, &wait->need);
    metric_add_at(meets ? METRIC_CACHE_HITS : METRIC_CACHE_MISSES, CHAT_CACHED_ROOM, 1);
    if (meets)
        return true;
    list_push_back(&room->loading, &wait->link);
    if (!room->load && !room->append)
        load_begin(room);
    return false;
}

bool room_is_since(const struct room *room, uint64_t moment)
{
    return age_meets(room->chat, &room->age, &(struct need){.moment = moment});
}

void room_heard(struct room *room, uint64_t seq)
{
    room->heard_seq = MAX(room->heard_seq, seq);
}

/* --- members --- */

static uint32_t member_place(const struct room *room, uint64_t user)
{
    uint32_t low = 0, high = room->n_members;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (room->members[middle].user < user)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct member *room_member(const struct room *room, uint64_t user)
{
    uint32_t at = member_place(room, user);
    return at < room->n_members && room->members[at].user == user ? &room->members[at] : NULL;
}

static void add_member(struct room *room, struct member member)
{
    uint32_t at = member_place(room, member.user);
    room->members = mem_resize(room->members, (room->n_members + 1) * sizeof(member));
    memmove(room->members + at + 1, room->members + at, (room->n_members - at) * sizeof(member));
    room->members[at] = member;
    room->n_members++;
    cached_resize(room->chat, &room->cached, room_bytes(room));
}

static void remove_member(struct room *room, uint64_t user)
{
    struct member *m = room_member(room, user);
    if (!m)
        return;
    uint32_t at = (uint32_t)(m - room->members);
    room->n_members--;
    memmove(m, m + 1, (room->n_members - at) * sizeof(*m));
    cached_resize(room->chat, &room->cached, room_bytes(room));
}

static void set_role(struct room *room, uint64_t user, enum role role, uint64_t seq)
{
    struct member *m = room_member(room, user);
    if (!m)
        return;
    m->role = role;
    m->rev = seq;
}

/* What the group is called, and says of itself. */
static void apply_conversation(struct room *room, const struct event *e)
{
    struct conversation c = room->conversation;
    if (project_conversation(&c, e))
        take_conversation(room, c);
    cached_resize(room->chat, &room->cached, room_bytes(room));
}

static void apply_invites(struct room *room, const struct event *e)
{
    if (!room->invites)
        room->invites = mem_new(sizeof(*room->invites));
    project_invites(room->invites, e);
    cached_resize(room->chat, &room->cached, room_bytes(room));
}

/* Where it is listed for its people. */
static void apply_direct(struct room *room, const struct event *e)
{
    for (uint32_t i = 0; i < room->n_members; i++) {
        if (e->type == EVENT_MESSAGE && e->n == 1)
            project_direct_member(&room->members[i], e);
        project_accepted(&room->members[i], e);
    }
}

void room_apply(struct room *room, const struct event *e)
{
    struct member *m;
    if (room->conversation.kind == CONVERSATION_DIRECT)
        apply_direct(room, e);
    switch (e->type) {
    case EVENT_MESSAGE:
        m = room_member(room, e->sender);
        if (m && e->reads) {
            m->read_seq = m->delivered_seq = e->seq;
            m->read_n = e->n;
        }
        break;
    case EVENT_ADDED:
    case EVENT_JOINED:
        add_member(room, (struct member){
                             .conversation = room->id,
                             .user = e->user,
                             .role = ROLE_MEMBER,
                             .rev = e->seq,
                             .from_seq = e->history == HISTORY_ALL ? 1 : e->seq,
                             .delivered_seq = e->seq,
                             .read_seq = e->seq,
                             .read_n = e->n,
                         });
        if (e->type == EVENT_JOINED)
            apply_invites(room, e);
        break;
    case EVENT_REMOVED:
        remove_member(room, e->user);
        break;
    case EVENT_LEFT:
        remove_member(room, e->sender);
        set_role(room, e->user, ROLE_OWNER, e->seq);
        break;
    case EVENT_ROLE:
        set_role(room, e->user, e->role, e->seq);
        if (e->role == ROLE_OWNER)
            set_role(room, e->sender, ROLE_ADMIN, e->seq);
        break;
    case EVENT_INVITE:
    case EVENT_UNINVITE:
        apply_invites(room, e);
        break;
    case EVENT_TITLE:
    case EVENT_DESCRIPTION:
    case EVENT_PICTURE:
    case EVENT_ANNOUNCE:
    case EVENT_TIMER:
    case EVENT_RETENTION:
        apply_conversation(room, e);
        break;
    case EVENT_EDIT:
    case EVENT_DELETE:
    case EVENT_REACTION:
        room->changed_seq = e->seq;
        break;
    default:
        break;
    }
    room->head.seq = e->seq;
    room->head.n = e->n;
    room->head.first_seq = e->first_seq;
    room->head.time_ms = e->time_ms;
    if (event_counts(e->type))
        room->head.message_seq = e->seq;
}
