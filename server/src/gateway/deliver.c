/*
 * The domain's sink, on the chat thread. A push is encoded once, as the whole JSON frame, and what
 * travels to the net threads are references: for each lane one parcel with the clients it is for.
 * The sender's own devices get a second form of an event, with its key. Of receipts, each of the
 * members they are about gets a form of their own, with what is left to read, made around the marks
 * that were encoded once.
 *
 * A parcel names clients by pointer. That is safe because a client's farewell comes behind all
 * parcels that name it (client.c).
 */
#include <stdlib.h>

#include "cmd/encode.h"
#include "gateway/client.h"
#include "gateway/socket.h"
#include "gateway/state.h"
#include "model/limits.h"
#include "util/mem.h"

/* One push for some clients of one lane. */
struct fan {
    struct task task;
    struct buf *frame;
    bool late;
    size_t n;
    struct client *clients[];
};

static struct gateway *gateway_of(struct sink *sink)
{
    return container_of(sink, struct gateway, sink);
}

static void fan_run(struct task *task)
{
    struct fan *fan = container_of(task, struct fan, task);
    for (size_t i = 0; i < fan->n; i++)
        socket_push(fan->clients[i], fan->frame, fan->late);
    buf_unref(fan->frame);
    free(fan);
}

/* Who of the sessions at hand is meant: all, the devices of `user`, or the rest. */
struct listeners {
    enum { EVERYONE, OWN_DEVICES, OTHERS } whom;
    uint64_t user;
};

static const struct listeners everyone = {.whom = EVERYONE};

static bool is_in(const struct session *s, const struct listeners *a)
{
    return a->whom == EVERYONE || (s->user == a->user) == (a->whom == OWN_DEVICES);
}

static bool is_any_in(struct session *const *to, size_t n, const struct listeners *a)
{
    for (size_t i = 0; i < n; i++)
        if (is_in(to[i], a))
            return true;
    return false;
}

/* Sends what was built as one frame. */
static void fan_out(struct gateway *g, struct session *const *to, size_t n,
                    const struct listeners *audience, struct builder *out, bool late)
{
    struct buf *frame = builder_finish_metered(out, &g->output);
    for (size_t i = 0; i < n; i++) {
        if (!is_in(to[i], audience))
            continue;
        struct client *c = client_of_peer(peer_of(to[i]));
        struct fan *fan = c->lane->fan;
        if (!fan) {
            fan = mem_new(sizeof(*fan) + (n - i) * sizeof(fan->clients[0]));
            fan->task.run = fan_run;
            fan->frame = buf_ref(frame);
            fan->late = late;
            c->lane->fan = fan;
        }
        fan->clients[fan->n++] = c;
    }
    for (size_t i = 0; i < g->lanes_n; i++) {
        struct lane *lane = &g->lanes[i];
        if (lane->fan)
            courier_send(&lane->to_net, &lane->fan->task);
        lane->fan = NULL;
    }
    buf_unref(frame);
}

static void on_event(struct sink *sink, struct session *const *to, size_t n,
                     const struct event *event)
{
    struct gateway *g = gateway_of(sink);
    for (int own = 0; own < 2; own++) {
        struct listeners audience = {own ? OWN_DEVICES : OTHERS, event->sender};
        if (!is_any_in(to, n, &audience))
            continue;
        struct builder out = {0};
        encode_push_event(&out, event, own ? event->sender : 0);
        fan_out(g, to, n, &audience, &out, false);
    }
}

static int by_user(const void *a, const void *b)
{
    const struct mark *const *x = a, *const *y = b;
    return ((*x)->user > (*y)->user) - ((*x)->user < (*y)->user);
}

/* The place of the user's mark among those sorted, from 1; 0: none is theirs. */
static size_t place_of(const struct mark *const *marks, size_t n_marks, uint64_t user)
{
    struct mark key = {.user = user}, *at = &key;
    const struct mark *const *found = bsearch(&at, marks, n_marks, sizeof(*marks), by_user);
    return found ? (size_t)(found - marks) + 1 : 0;
}

/* The sessions sorted by whose they are: ends[0] of nobody with a mark, then for each of the marks
 * those of its user, up to ends[i + 1]. */
static void sort_sessions(struct session **sorted, size_t ends[MEMBERS_MAX + 1],
                          struct session *const *to, size_t n, const struct mark *const *marks,
                          size_t n_marks)
{
    size_t next[MEMBERS_MAX + 1] = {0};
    for (size_t i = 0; i < n; i++)
        next[place_of(marks, n_marks, to[i]->user)]++;
    for (size_t place = 0, end = 0; place <= n_marks; place++) {
        size_t n_here = next[place];
        next[place] = end;
        ends[place] = end += n_here;
    }
    for (size_t i = 0; i < n; i++)
        sorted[next[place_of(marks, n_marks, to[i]->user)]++] = to[i];
}

static void on_receipts(struct sink *sink, struct session *const *to, size_t n,
                        uint64_t conversation, const struct mark *marks, size_t n_marks)
{
    struct gateway *g = gateway_of(sink);
    must(n_marks <= MEMBERS_MAX);
    const struct mark *by_users[MEMBERS_MAX];
    for (size_t i = 0; i < n_marks; i++)
        by_users[i] = &marks[i];
    qsort(by_users, n_marks, sizeof(by_users[0]), by_user);
    size_t ends[MEMBERS_MAX + 1];
    struct session **sorted = mem_new_array(n, sizeof(struct session *));
    sort_sessions(sorted, ends, to, n, by_users, n_marks);
    struct builder array = {0};
    encode_marks(&array, marks, n_marks);
    for (size_t place = 0, from = 0; place <= n_marks; from = ends[place++]) {
        if (ends[place] == from)
            continue;
        struct builder out = {0};
        encode_push_receipts(&out, conversation, builder_str(&array),
                             place ? &by_users[place - 1]->unread : NULL);
        fan_out(g, sorted + from, ends[place] - from, &everyone, &out, true);
    }
    builder_deinit(&array);
    free(sorted);
}

static void on_typing(struct sink *sink, struct session *const *to, size_t n, uint64_t conversation,
                      uint64_t user)
{
    struct builder out = {0};
    encode_push_typing(&out, conversation, user);
    fan_out(gateway_of(sink), to, n, &everyone, &out, false);
}

static void on_presence(struct sink *sink, struct session *const *to, size_t n, uint64_t user,
                        bool online, uint64_t last_seen_ms)
{
    struct presence presence = {.user = user, .online = online, .last_seen_ms = last_seen_ms};
    struct builder out = {0};
    encode_push_presence(&out, &presence);
    fan_out(gateway_of(sink), to, n, &everyone, &out, false);
}

static void on_end(struct sink *sink, struct session *session, enum session_end_reason reason)
{
    (void)sink;
    peer_end(peer_of(session),
             reason == SESSION_USER_DISABLED ? API_CLOSE_ACCOUNT_DISABLED : API_CLOSE_SIGNED_OUT);
}

const struct sink_ops deliver_ops = {
    .event = on_event,
    .receipts = on_receipts,
    .typing = on_typing,
    .presence = on_presence,
    .end = on_end,
};

/* A connection to be closed. */
struct ending {
    struct task task;
    struct client *client;
    unsigned code;
};

static void ending_run(struct task *task)
{
    struct ending *ending = container_of(task, struct ending, task);
    if (!ending->client->closed)
        socket_close(ending->client, ending->code);
    free(ending);
}

void deliver_end(struct client *client, unsigned code)
{
    struct ending *ending = mem_new(sizeof(*ending));
    *ending = (struct ending){.task.run = ending_run, .client = client, .code = code};
    courier_send(&client->lane->to_net, &ending->task);
}
