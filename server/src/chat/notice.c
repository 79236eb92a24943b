/*
 * Writes notices, and reads them again on the chat cores that hold the connections. Runs on the
 * chat thread. What the bus brings comes from a node of ours, of this version or one beside it
 * (notice_bytes.h): an unknown type is skipped, a malformed one is logged and skipped, and an event
 * that a later version wrote counts as missed.
 *
 * Refused: handing structs to the local bus and bytes to a remote one. One form, one path.
 */
#include "chat/notice.h"

#include "chat/elsewhere.h"
#include "chat/inbox_wait.h"
#include "chat/notice_bytes.h"
#include "chat/person.h"
#include "chat/presence_state.h"
#include "chat/session.h"
#include "chat/stand.h"
#include "model/limits.h"
#include "model/record.h"
#include "util/log.h"

/* On the wire: never renumbered. */
enum notice_type {
    NOTICE_EVENT = 1,
    NOTICE_RECEIPTS,
    NOTICE_TYPING,
    NOTICE_DEVICES_ENDED,
    NOTICE_PRESENCE,
    NOTICE_USER_DISABLED,
    NOTICE_USER_DELETED,
    NOTICE_PERSON_CHANGED,
    NOTICE_PRESENCE_ASKED, /* a question: answered by NOTICE_PRESENCE */
    NOTICE_TYPES,
};

/* Numbers of an item of NOTICE_RECEIPTS. */
enum { MARK_USER, MARK_DELIVERED, MARK_READ, MARK_UNREAD, MARK_READS, MARK_NUMBERS };

/* --- writing --- */

static void publish(struct chat *chat, enum bus_topic_kind kind, const uint64_t *ids, size_t n,
                    struct builder *b)
{
    struct buf *message = builder_finish(b);
    bus_publish(chat->bus, kind, ids, n, message);
    buf_unref(message);
}

void notice_event(struct chat *chat, const uint64_t *users, size_t n, const struct event *e)
{
    enum { FIELDS_BYTES = 200 }; /* about, beside the text */
    struct builder b = {0};
    builder_reserve(&b, FIELDS_BYTES + e->text.n);
    notice_begin(&b, NOTICE_EVENT, NULL, 0, 0);
    record_encode(&b, e);
    publish(chat, BUS_USER, users, n, &b);
}

void notice_receipts(struct chat *chat, const uint64_t *users, size_t n, uint64_t conversation,
                     const struct mark *marks, size_t n_marks)
{
    must(n_marks && n_marks <= MEMBERS_MAX);
    struct builder b = {0};
    notice_begin(&b, NOTICE_RECEIPTS, &conversation, 1, MARK_NUMBERS);
    for (size_t i = 0; i < n_marks; i++) {
        const struct mark *m = &marks[i];
        const uint64_t item[MARK_NUMBERS] = {
            [MARK_USER] = m->user,     [MARK_DELIVERED] = m->delivered_seq,
            [MARK_READ] = m->read_seq, [MARK_UNREAD] = m->unread,
            [MARK_READS] = m->reads,
        };
        notice_add(&b, item, MARK_NUMBERS);
    }
    publish(chat, BUS_USER, users, n, &b);
}

void notice_typing(struct chat *chat, const uint64_t *users, size_t n, uint64_t conversation,
                   uint64_t user)
{
    const uint64_t head[] = {conversation, user};
    struct builder b = {0};
    notice_begin(&b, NOTICE_TYPING, head, ARRAY_SIZE(head), 0);
    publish(chat, BUS_USER, users, n, &b);
}

/* `device` 0: all of them. */
static void end_sessions(struct chat *chat, struct person *p, uint64_t device,
                         enum session_end_reason reason)
{
    list_for_each(&p->sessions, node)
    {
        struct session *s = list_entry(node, struct session, of_person);
        if ((device && s->device != device) || s->signed_out)
            continue;
        s->signed_out = true;
        chat->sink->ops->end(chat->sink, s, reason);
    }
}

void notice_device_gone(struct chat *chat, uint64_t user, uint64_t device)
{
    struct person *p = map_get(&chat->persons, user);
    if (!p)
        return;
    inbox_device_ended(p, device);
    end_sessions(chat, p, device, SESSION_DEVICE_ENDED);
}

void notice_user_gone(struct chat *chat, uint64_t user)
{
    struct person *p = map_get(&chat->persons, user);
    if (!p)
        return;
    inbox_wake(p);
    end_sessions(chat, p, 0, SESSION_USER_DISABLED);
}

static void delete_user(struct chat *chat, uint64_t user)
{
    struct person *p = map_get(&chat->persons, user);
    if (!p)
        return;
    person_set_deleted(chat, user, true);
    inbox_wake(p);
    end_sessions(chat, p, 0, SESSION_DEVICE_ENDED);
    presence_sight_changed(p);
}

/* These end here at once, whatever the bus drops: who was ended must be told nothing more. */
void notice_devices_ended(struct chat *chat, uint64_t user, const uint64_t *devices, size_t n)
{
    struct builder b = {0};
    chat->n_ended++;
    notice_begin(&b, NOTICE_DEVICES_ENDED, NULL, 0, 1);
    notice_add(&b, devices, n);
    for (size_t i = 0; i < n; i++)
        notice_device_gone(chat, user, devices[i]);
    publish(chat, BUS_USER, &user, 1, &b);
}

void notice_user_disabled(struct chat *chat, uint64_t user)
{
    struct builder b = {0};
    chat->n_ended++;
    notice_begin(&b, NOTICE_USER_DISABLED, NULL, 0, 0);
    notice_user_gone(chat, user);
    publish(chat, BUS_USER, &user, 1, &b);
}

void notice_user_deleted(struct chat *chat, uint64_t user)
{
    struct builder b = {0};
    chat->n_ended++;
    notice_begin(&b, NOTICE_USER_DELETED, NULL, 0, 0);
    delete_user(chat, user);
    publish(chat, BUS_USER, &user, 1, &b);
    notice_person_changed(chat, user);
}

void notice_person_changed(struct chat *chat, uint64_t user)
{
    static const uint64_t all = BUS_ALL_NODES;
    struct builder b = {0};
    if (!chat->options.shared)
        return;
    notice_begin(&b, NOTICE_PERSON_CHANGED, &user, 1, 0);
    publish(chat, BUS_NODES, &all, 1, &b);
}

void notice_presence(struct chat *chat, uint64_t user, bool online, uint64_t last_seen_ms)
{
    const uint64_t head[] = {user, online, last_seen_ms};
    struct builder b = {0};
    notice_begin(&b, NOTICE_PRESENCE, head, ARRAY_SIZE(head), 0);
    publish(chat, BUS_PRESENCE, &user, 1, &b);
}

bool notice_ask_presence(struct chat *chat, uint64_t user, uint32_t within_ms)
{
    struct builder b = {0};
    notice_begin(&b, NOTICE_PRESENCE_ASKED, &user, 1, 0);
    struct buf *question = builder_finish(&b);
    bool asked = bus_ask(chat->bus, BUS_USER, user, question, within_ms, user);
    buf_unref(question);
    return asked;
}

/* --- reading --- */

/* The sessions of the people `ids`, gathered for one call of the sink. */
enum { GATHER_MAX = 256 };

struct gathered {
    struct session *sessions[GATHER_MAX];
    size_t n;
};

typedef void (*say_fn)(struct chat *, struct gathered *, const void *what);

/* Whether somebody of them waits to hear (inbox_wait.h). */
static bool say_to_all(struct chat *chat, const uint64_t *ids, size_t n, say_fn say,
                       const void *what)
{
    struct gathered g = {.n = 0};
    bool waits = false;
    for (size_t i = 0; i < n; i++) {
        struct person *p = map_get(&chat->persons, ids[i]);
        if (!p)
            continue;
        waits = waits || !list_empty(&p->waits);
        list_for_each(&p->sessions, node)
        {
            if (g.n == GATHER_MAX) {
                say(chat, &g, what);
                g.n = 0;
            }
            g.sessions[g.n++] = list_entry(node, struct session, of_person);
        }
    }
    if (g.n)
        say(chat, &g, what);
    return waits;
}

static void wake_waits(struct chat *chat, const uint64_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct person *p = map_get(&chat->persons, ids[i]);
        if (p && !list_empty(&p->waits))
            inbox_wake(p);
    }
}

static void say_event(struct chat *chat, struct gathered *g, const void *what)
{
    for (size_t i = 0; i < g->n; i++)
        g->sessions[i]->pushed++;
    chat->sink->ops->event(chat->sink, g->sessions, g->n, what);
}

/* What another node wrote, perhaps. */
static void follow_event(struct chat *chat, const struct event *e)
{
    struct room *room = chat->options.shared ? map_get(&chat->rooms, e->conversation) : NULL;
    if (room)
        room_follow(room, e);
}

static void say_missed(struct chat *chat, struct gathered *g, const void *what)
{
    (void)chat, (void)what;
    for (size_t i = 0; i < g->n; i++)
        g->sessions[i]->pushed++;
}

static bool read_event(struct chat *chat, const uint64_t *ids, size_t n,
                       const struct notice_bytes *in)
{
    struct event e;
    arena_reset(&chat->notice);
    bool good = record_decode(&e, in->rest, &chat->notice) == 0;
    if (good)
        follow_event(chat, &e);
    if (say_to_all(chat, ids, n, good ? say_event : say_missed, &e))
        wake_waits(chat, ids, n);
    return good;
}

struct receipts {
    uint64_t conversation;
    struct mark marks[MEMBERS_MAX];
    size_t n;
};

static void say_receipts(struct chat *chat, struct gathered *g, const void *what)
{
    const struct receipts *r = what;
    chat->sink->ops->receipts(chat->sink, g->sessions, g->n, r->conversation, r->marks, r->n);
}

/* Whoever is not loaded yet is shown the least: their client reads the marks soon. */
static bool is_shown(const struct person *viewer, const struct mark *mark)
{
    if (viewer->id == mark->user)
        return true;
    bool contact = viewer->loaded && person_contact(viewer, mark->user) == CONTACT_STANDS;
    return viewer->loaded && audience_has(mark->reads, contact) &&
           audience_has(privacy_of(viewer->privacy, PRIVACY_RECEIPTS), contact);
}

/* Those who are shown all of it get it together, the others each as they may see it. Whether
 * somebody of them waits to hear. */
static bool say_all_receipts(struct chat *chat, const uint64_t *ids, size_t n,
                             const struct receipts *r)
{
    struct receipts masked; /* no more of it is made than there are marks: most often one of 100 */
    uint64_t shown[MEMBERS_MAX];
    size_t n_shown = 0;
    bool waits = false;
    masked.conversation = r->conversation;
    masked.n = r->n;
    for (size_t i = 0; i < n; i++) {
        const struct person *p = map_get(&chat->persons, ids[i]);
        bool all = true;
        for (size_t k = 0; p && k < r->n; k++) {
            bool see = is_shown(p, &r->marks[k]);
            masked.marks[k] = r->marks[k];
            masked.marks[k].read_seq = see ? r->marks[k].read_seq : 0;
            all = all && see;
        }
        if (p && !all)
            waits = say_to_all(chat, &ids[i], 1, say_receipts, &masked) || waits;
        else if (n_shown < MEMBERS_MAX)
            shown[n_shown++] = ids[i];
    }
    return say_to_all(chat, shown, n_shown, say_receipts, r) || waits;
}

/* Marks that another node wrote. How many messages there are up to one is known at the head alone;
 * one that is passed over is found in the store when it matters. */
static void follow_receipts(struct chat *chat, const struct receipts *r)
{
    struct room *room = map_get(&chat->rooms, r->conversation);
    if (!chat->options.shared || !room || !room->loaded)
        return;
    for (size_t i = 0; i < r->n; i++) {
        struct member *m = room_member(room, r->marks[i].user);
        if (!m || r->marks[i].read_seq != room->head.seq)
            continue;
        m->read_seq = m->delivered_seq = room->head.seq;
        m->read_n = room->head.n;
    }
}

static bool read_receipts(struct chat *chat, const uint64_t *ids, size_t n,
                          const struct notice_bytes *in)
{
    struct receipts r = {.conversation = notice_head(in, 0), .n = notice_items(in)};
    if (r.n == 0 || r.n > MEMBERS_MAX)
        return false;
    for (size_t i = 0; i < r.n; i++) {
        uint64_t reads = notice_item(in, i, MARK_READS);
        r.marks[i] = (struct mark){
            .user = notice_item(in, i, MARK_USER),
            .delivered_seq = notice_item(in, i, MARK_DELIVERED),
            .read_seq = notice_item(in, i, MARK_READ),
            .unread = notice_item(in, i, MARK_UNREAD),
            /* A later version's, perhaps: whom it may be shown to is not known. */
            .reads = reads < AUDIENCES ? (enum audience)reads : AUDIENCE_NOBODY,
        };
    }
    follow_receipts(chat, &r);
    if (say_all_receipts(chat, ids, n, &r))
        wake_waits(chat, ids, n);
    return true;
}

struct typing {
    uint64_t conversation, user;
};

static void say_typing(struct chat *chat, struct gathered *g, const void *what)
{
    const struct typing *t = what;
    chat->sink->ops->typing(chat->sink, g->sessions, g->n, t->conversation, t->user);
}

static void read_typing(struct chat *chat, const uint64_t *ids, size_t n,
                        const struct notice_bytes *in)
{
    struct typing t = {.conversation = notice_head(in, 0), .user = notice_head(in, 1)};
    say_to_all(chat, ids, n, say_typing, &t);
}

static void read_presence(struct chat *chat, const struct notice_bytes *in)
{
    struct person *p = map_get(&chat->persons, notice_head(in, 0));
    if (p)
        elsewhere_told(p, notice_head(in, 1) != 0, notice_head(in, 2));
}

/* Of the one user that it was published to. */
static void read_account(struct chat *chat, uint64_t user, const struct notice_bytes *in)
{
    switch ((enum notice_type)in->type) {
    case NOTICE_DEVICES_ENDED:
        for (size_t i = 0; i < notice_items(in); i++)
            notice_device_gone(chat, user, notice_item(in, i, 0));
        break;
    case NOTICE_USER_DISABLED:
        notice_user_gone(chat, user);
        break;
    default:
        delete_user(chat, user);
    }
}

static bool read_notice(struct chat *chat, const uint64_t *ids, size_t n, struct str bytes)
{
    struct notice_bytes in;
    if (bytes.n && (unsigned char)bytes.p[0] >= NOTICE_TYPES)
        return true;
    if (!notice_decode(&in, bytes))
        return false;
    switch ((enum notice_type)in.type) {
    case NOTICE_EVENT:
        return read_event(chat, ids, n, &in);
    case NOTICE_RECEIPTS:
        return read_receipts(chat, ids, n, &in);
    case NOTICE_TYPING:
        read_typing(chat, ids, n, &in);
        return true;
    case NOTICE_PRESENCE:
        read_presence(chat, &in);
        return true;
    case NOTICE_DEVICES_ENDED:
    case NOTICE_USER_DISABLED:
    case NOTICE_USER_DELETED:
        if (n == 1)
            read_account(chat, ids[0], &in);
        return true;
    case NOTICE_PERSON_CHANGED:
        person_changed(chat, notice_head(&in, 0));
        return true;
    case NOTICE_PRESENCE_ASKED: /* a question is no message */
    case NOTICE_TYPES:
        break;
    }
    return false;
}

static void deliver(struct bus_handler *handler, enum bus_topic_kind kind, const uint64_t *ids,
                    size_t n, struct buf *message)
{
    struct chat *chat = container_of(handler, struct chat, handler);
    (void)kind;
    if (!read_notice(chat, ids, n, buf_str(message)))
        log_warn("notice_malformed", log_u64("bytes", message->n));
}

/* Every connection is as if it had missed an event: the answer to its next beat says so, and its
 * client compares. Presence is asked for every now and then (elsewhere.h). */
static void lost(struct bus_handler *handler)
{
    struct chat *chat = container_of(handler, struct chat, handler);
    size_t at = 0;
    uint64_t id;
    for (struct person *p; (p = map_next(&chat->persons, &at, &id));) {
        list_for_each(&p->sessions, node) list_entry(node, struct session, of_person)->pushed++;
        inbox_wake(p);
    }
}

/* Questions of a later version are nobody's to answer. */
static struct buf *asked(struct bus_handler *handler, enum bus_topic_kind kind, uint64_t id,
                         struct buf *question)
{
    const struct chat *chat = container_of(handler, struct chat, handler);
    struct notice_bytes in;
    const uint64_t head[] = {id, true, 0};
    if (kind != BUS_USER || !notice_decode(&in, buf_str(question)) ||
        in.type != NOTICE_PRESENCE_ASKED || !elsewhere_is_here(chat, id))
        return NULL;
    struct builder b = {0};
    notice_begin(&b, NOTICE_PRESENCE, head, ARRAY_SIZE(head), 0);
    return builder_finish(&b);
}

static void answered(struct bus_handler *handler, enum bus_topic_kind kind, uint64_t id,
                     uint64_t tag, struct buf *answer)
{
    struct chat *chat = container_of(handler, struct chat, handler);
    struct notice_bytes in;
    (void)kind, (void)tag;
    bool online = answer && notice_decode(&in, buf_str(answer)) && in.type == NOTICE_PRESENCE &&
                  notice_head(&in, 1) != 0;
    elsewhere_answered(chat, id, online);
}

void notices_init(struct chat *chat)
{
    chat->handler = (struct bus_handler){deliver, lost, asked, answered};
    bus_attach(chat->bus, &chat->handler);
    if (chat->options.shared)
        bus_subscribe(chat->bus, BUS_NODES, BUS_ALL_NODES);
}
