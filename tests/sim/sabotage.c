/* See sabotage.h. All of it stands between the domain and what it is given: the server's own code
 * is the one that runs in production. */
#include "sabotage.h"

#include <stdlib.h>
#include <string.h>

#include "bus/bus.h"
#include "model/limits.h"
#include "model/record.h"
#include "store/directory.h"
#include "store/embedded.h"
#include "store/kv.h"
#include "store/layout.h"
#include "store/log.h"
#include "store/ops.h"
#include "util/mem.h"
#include "world.h"

bool sabotaged(const struct world *w, const char *rule)
{
    return w->sabotage && !strcmp(w->sabotage, rule);
}

/* --- questions --- */

/* An append that the store is still to carry out. */
struct early {
    struct store_append request;
    struct event events[APPEND_MAX];
    struct arena arena;
};

static void early_done(struct store_request *request)
{
    struct early *early = container_of(request, struct early, request.base);
    store_request_deinit(request);
    arena_deinit(&early->arena);
    free(early);
}

static void acknowledge_early(struct store *inner, struct store_append *r)
{
    struct early *early = mem_new(sizeof(*early));
    for (uint32_t i = 0; i < r->n_events; i++)
        record_copy(&early->events[i], &r->events[i], &early->arena);
    early->request = *r;
    early->request.base = (struct store_request){.done = early_done};
    early->request.events = early->events;
    store_append(inner, &early->request);
    r->base.status = STORE_DONE;
    r->taken = r->n_events;
    r->head.seq += r->n_events;
    r->head.n = r->events[r->n_events - 1].n;
}

/* A second factor is told of and not set. */
static void disarm(struct store_append *r)
{
    if (r->events[0].type == EVENT_SECOND_FACTOR)
        r->with = NULL;
}

/* Everybody is mentioned, whether they may read it or not. */
static void mention_all(const struct world *w, struct store_append *r)
{
    for (uint32_t i = 0; i < r->n_events; i++) {
        struct event *e = &r->events[i];
        e->n_mentions = e->type == EVENT_MESSAGE ? MENTIONS_MAX : 0;
        e->mentions = w->users;
    }
}

/* Whoever has it. */
static void remove_soon(struct retention *keep)
{
    if (keep->delivered_ms)
        keep->after_ms = keep->delivered_ms;
}

/* Onto the head as it is, with what was decided on an older one. */
static void overtake(const struct world *w, struct store_append *r)
{
    struct arena arena = {0};
    struct turn t = {.view.kv = w->kv, .arena = &arena};
    struct head_row now = {0};
    if (!turn_head(&t, r->conversation, &now) && now.head.seq) {
        uint64_t n = now.head.n;
        for (uint32_t i = 0; i < r->n_events; i++) {
            struct event *e = &r->events[i];
            e->seq = e->rev = now.head.seq + i + 1;
            e->first_seq = now.head.seq + 1;
            e->n = n += event_counts(e->type);
        }
        r->head = now.head;
    }
    turn_deinit(&t);
    arena_deinit(&arena);
}

/* Whoever claims is the first to. */
static void forget_claim(const struct world *w, struct row_key claim)
{
    struct kv_batch batch = {.kv = w->kv};
    kv_delete(&batch, KV_DIRECTORY, row_key_str(&claim));
    must(!kv_commit(&batch));
    kv_batch_deinit(&batch);
}

/* Whoever takes a name has it, whose it was. */
static void forget_name(const struct world *w, const struct event *e)
{
    if (e->type == EVENT_RENAME)
        forget_claim(w, key_username(e->text));
}

bool sabotage_refusal(struct world *w, struct store_request *r)
{
    if (r->op != STORE_OP_APPEND || !sabotaged(w, "hasty"))
        return false;
    struct store_append *append = container_of(r, struct store_append, base);
    append->taken = append->n_events;
    append->head.seq += append->n_events;
    append->head.n = append->events[append->n_events - 1].n;
    r->status = STORE_DONE;
    return true;
}

bool sabotage_question(struct world *w, struct store *inner, struct store_request *r)
{
    if (r->op == STORE_OP_APPEND && sabotaged(w, "ack-early")) {
        acknowledge_early(inner, container_of(r, struct store_append, base));
        return true;
    }
    if (r->op == STORE_OP_DEVICES && sabotaged(w, "unchecked")) {
        r->status = STORE_FAILED;
        return true;
    }
    if (r->op == STORE_OP_APPEND && sabotaged(w, "overtake"))
        overtake(w, container_of(r, struct store_append, base));
    if (r->op == STORE_OP_DIRECT_CLAIM && sabotaged(w, "twins")) {
        struct store_direct_claim *claim = container_of(r, struct store_direct_claim, base);
        forget_claim(w, key_direct(claim->users[0], claim->users[1]));
    }
    if (r->op == STORE_OP_GROUP_CLAIM && sabotaged(w, "clones")) {
        struct event *created = &container_of(r, struct store_group_claim, base)->created;
        forget_claim(w, key_group(created->sender, created->key));
    }
    if (r->op == STORE_OP_APPEND && sabotaged(w, "namesakes"))
        forget_name(w, &container_of(r, struct store_append, base)->events[0]);
    if (r->op == STORE_OP_APPEND && sabotaged(w, "unarmed"))
        disarm(container_of(r, struct store_append, base));
    if (r->op == STORE_OP_EXPIRE && (sabotaged(w, "hoard") || sabotaged(w, "linger")))
        container_of(r, struct store_expire, base)->now_ms = 0;
    if (r->op == STORE_OP_RETENTION_DUE && sabotaged(w, "keepsake"))
        container_of(r, struct store_retention_due, base)->now_ms = 0;
    if (r->op == STORE_OP_RETENTION_DUE && sabotaged(w, "premature"))
        remove_soon(&container_of(r, struct store_retention_due, base)->keep);
    if (r->op == STORE_OP_RETAIN && sabotaged(w, "premature"))
        remove_soon(&container_of(r, struct store_retain, base)->keep);
    if (r->op == STORE_OP_EVENTS && sabotaged(w, "linger"))
        container_of(r, struct store_events, base)->now_ms = 0;
    if (r->op == STORE_OP_EVENTS && sabotaged(w, "unhide"))
        container_of(r, struct store_events, base)->viewer = 0;
    if (r->op == STORE_OP_APPEND && sabotaged(w, "mention"))
        mention_all(w, container_of(r, struct store_append, base));
    if (r->op == STORE_OP_MARK && sabotaged(w, "unread")) {
        struct store_mark *mark = container_of(r, struct store_mark, base);
        mark->read_n += mark->read_n > 0;
    }
    return false;
}

/* --- answers --- */

static void move_back(struct member *m)
{
    m->read_seq -= m->read_seq > 0;
    m->delivered_seq = MAX(m->read_seq, m->delivered_seq - (m->delivered_seq > 0));
}

static void bring_back(struct store_events *r)
{
    for (uint32_t i = 0; i < r->n_events; i++)
        if (r->events[i].type == EVENT_MESSAGE && r->events[i].deleted)
            r->events[i].text = STR("what was said");
}

static void forget_bounds(struct store_load *r)
{
    for (uint32_t i = 0; r->invites && i < r->invites->n; i++)
        r->invites->at[i].uses_max = 0;
}

static void forget_requests(struct store_load *r)
{
    for (uint32_t i = 0; i < r->n_members; i++)
        if (r->members[i].listed == LISTED_REQUEST)
            r->members[i].listed = LISTED_IN_LIST;
}

/* What is to be said to a group is passed over. */
static void remain(struct store_leave *r)
{
    if (r->todo != LEAVE_GROUP)
        return;
    r->todo = LEAVE_ON;
    r->at.from++;
}

/* Now and then as it was when it was asked for before. */
static void lag_behind(struct world *w, struct store_load *r)
{
    struct old_head *old = &w->old_heads[r->id % OLD_HEADS];
    if (old->conversation == r->id && rng_percent(&w->rng, 30))
        r->head = old->head;
    else if (r->base.status == STORE_DONE)
        *old = (struct old_head){r->id, r->head};
}

void sabotage_answer(struct world *w, struct store_request *r)
{
    if (r->op == STORE_OP_LOAD && sabotaged(w, "stale"))
        lag_behind(w, container_of(r, struct store_load, base));
    if (r->op == STORE_OP_LOAD && sabotaged(w, "back")) {
        struct store_load *load = container_of(r, struct store_load, base);
        for (uint32_t i = 0; i < load->n_members; i++)
            move_back(&load->members[i]);
    }
    if (r->op == STORE_OP_LOAD && sabotaged(w, "chatter"))
        container_of(r, struct store_load, base)->conversation.announce = false;
    if (r->op == STORE_OP_USERS && sabotaged(w, "privacy")) {
        struct store_users *users = container_of(r, struct store_users, base);
        for (uint32_t i = 0; i < users->n_users; i++)
            users->users[i].privacy = 0;
    }
    if (r->op == STORE_OP_USERS && sabotaged(w, "haste")) {
        struct store_users *users = container_of(r, struct store_users, base);
        for (uint32_t i = 0; i < users->n_users; i++)
            users->users[i].renamed_ms = 0;
    }
    if (r->op == STORE_OP_TOKEN_FIND && sabotaged(w, "untold"))
        container_of(r, struct store_token_find, base)->device.news = DEVICE_NO_NEWS;
    if (r->op == STORE_OP_USERS && sabotaged(w, "reborn")) {
        struct store_users *users = container_of(r, struct store_users, base);
        for (uint32_t i = 0; i < users->n_users; i++)
            users->users[i].deleted_ms = 0;
    }
    if (r->op == STORE_OP_LEAVE && sabotaged(w, "remain"))
        remain(container_of(r, struct store_leave, base));
    if (r->op == STORE_OP_CONTACTS && sabotaged(w, "contacts"))
        container_of(r, struct store_contacts, base)->n_contacts = 0;
    if (r->op == STORE_OP_LOAD && sabotaged(w, "requests"))
        forget_requests(container_of(r, struct store_load, base));
    if (r->op == STORE_OP_MEMBER && sabotaged(w, "former"))
        container_of(r, struct store_member, base)->member.left = false;
    if (r->op == STORE_OP_PINS && sabotaged(w, "pins"))
        container_of(r, struct store_pins, base)->n_pins = 0;
    if (r->op == STORE_OP_LOAD && sabotaged(w, "uncounted"))
        forget_bounds(container_of(r, struct store_load, base));
    if (r->op == STORE_OP_MEMBER && sabotaged(w, "pinned"))
        container_of(r, struct store_member, base)->member.preferences.pinned = 0;
    if (r->op == STORE_OP_MEMBER && sabotaged(w, "drafts"))
        container_of(r, struct store_member, base)->member.preferences.drafts = 0;
    if (r->op == STORE_OP_MEMBER && sabotaged(w, "hidden"))
        container_of(r, struct store_member, base)->member.preferences.hidden = 0;
    if (r->op == STORE_OP_EVENTS && sabotaged(w, "undelete"))
        bring_back(container_of(r, struct store_events, base));
}

/* --- a kv that forgets keys --- */

struct forgetful {
    struct kv kv;
    struct kv_ops ops;
    struct kv *inner;
};

static struct kv *inner_of(struct kv *kv)
{
    return container_of(kv, struct forgetful, kv)->inner;
}

static int forgetful_get(struct kv *kv, const struct kv_snapshot *snapshot, enum kv_table table,
                         struct str key, struct arena *arena, struct str *value)
{
    return inner_of(kv)->ops->get(inner_of(kv), snapshot, table, key, arena, value);
}

static int forgetful_get_many(struct kv *kv, const struct kv_snapshot *snapshot,
                              enum kv_table table, const struct str *keys, size_t n,
                              struct arena *arena, struct str *values)
{
    return inner_of(kv)->ops->get_many(inner_of(kv), snapshot, table, keys, n, arena, values);
}

static struct kv_cursor *forgetful_open(struct kv *kv, const struct kv_snapshot *snapshot,
                                        enum kv_table table, struct str from, struct str to,
                                        bool backward)
{
    return inner_of(kv)->ops->open(inner_of(kv), snapshot, table, from, to, backward);
}

static struct kv_snapshot *forgetful_snapshot(struct kv *kv)
{
    return inner_of(kv)->ops->snapshot(inner_of(kv));
}

static void forgetful_release(struct kv *kv, struct kv_snapshot *snapshot)
{
    inner_of(kv)->ops->release(inner_of(kv), snapshot);
}

static int forgetful_commit(struct kv *kv, const struct rowmap changes[KV_TABLES])
{
    struct rowmap kept[KV_TABLES];
    memcpy(kept, changes, sizeof(kept));
    kept[KV_KEYS] = (struct rowmap){0};
    return inner_of(kv)->ops->commit(inner_of(kv), kept);
}

static void forgetful_free(struct kv *kv)
{
    kv_free(inner_of(kv));
    free(container_of(kv, struct forgetful, kv));
}

struct kv *sabotage_kv(struct world *w, struct kv *inner)
{
    if (!sabotaged(w, "double"))
        return inner;
    struct forgetful *f = mem_new(sizeof(*f));
    f->inner = inner;
    f->kv.ops = &f->ops;
    f->ops = (struct kv_ops){
        .get = forgetful_get,
        .get_many = forgetful_get_many,
        .open = forgetful_open,
        .next = inner->ops->next,
        .close = inner->ops->close,
        .snapshot = forgetful_snapshot,
        .release = forgetful_release,
        .commit = forgetful_commit,
        .free = forgetful_free,
    };
    return &f->kv;
}

/* --- a bus that tells everybody --- */

struct loud {
    struct bus bus;
    struct bus *inner;
    struct bus_handler ear;
    struct world *world;
};

static struct loud *loud_of(struct bus *bus)
{
    return container_of(bus, struct loud, bus);
}

static void loud_deliver(struct bus_handler *ear, enum bus_topic_kind kind, const uint64_t *ids,
                         size_t n, struct buf *message)
{
    struct bus_handler *handler = container_of(ear, struct loud, ear)->bus.handler;
    handler->deliver(handler, kind, ids, n, message);
}

static void loud_lost(struct bus_handler *ear)
{
    struct bus_handler *handler = container_of(ear, struct loud, ear)->bus.handler;
    handler->lost(handler);
}

static struct buf *loud_asked(struct bus_handler *ear, enum bus_topic_kind kind, uint64_t id,
                              struct buf *question)
{
    struct bus_handler *handler = container_of(ear, struct loud, ear)->bus.handler;
    return handler->asked(handler, kind, id, question);
}

static void loud_answered(struct bus_handler *ear, enum bus_topic_kind kind, uint64_t id,
                          uint64_t tag, struct buf *answer)
{
    struct bus_handler *handler = container_of(ear, struct loud, ear)->bus.handler;
    handler->answered(handler, kind, id, tag, answer);
}

static void loud_subscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    bus_subscribe(loud_of(bus)->inner, kind, id);
}

static void loud_unsubscribe(struct bus *bus, enum bus_topic_kind kind, uint64_t id)
{
    bus_unsubscribe(loud_of(bus)->inner, kind, id);
}

static void loud_publish(struct bus *bus, enum bus_topic_kind kind, const uint64_t *ids, size_t n,
                         struct buf *message)
{
    struct loud *l = loud_of(bus);
    if (kind == BUS_USER)
        bus_publish(l->inner, kind, l->world->users, USERS, message);
    else
        bus_publish(l->inner, kind, ids, n, message);
}

static bool loud_ask(struct bus *bus, enum bus_topic_kind kind, uint64_t id, struct buf *question,
                     uint32_t within_ms, uint64_t tag)
{
    return bus_ask(loud_of(bus)->inner, kind, id, question, within_ms, tag);
}

static bool loud_connected(const struct bus *bus)
{
    return bus_connected(container_of(bus, struct loud, bus)->inner);
}

static void loud_free(struct bus *bus)
{
    bus_free(loud_of(bus)->inner);
    free(loud_of(bus));
}

static const struct bus_ops loud_ops = {loud_subscribe, loud_unsubscribe, loud_publish,
                                        loud_ask,       loud_connected,   loud_free};

struct bus *sabotage_bus(struct world *w, struct bus *inner)
{
    if (!sabotaged(w, "leak"))
        return inner;
    struct loud *l = mem_new(sizeof(*l));
    l->bus.ops = &loud_ops;
    l->inner = inner;
    l->world = w;
    l->ear = (struct bus_handler){loud_deliver, loud_lost, loud_asked, loud_answered};
    bus_attach(inner, &l->ear);
    return &l->bus;
}
