/* See client.h. Everything runs inside world_step(); a call's answer is an attempt's finish(). */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "commands.h"
#include "factors.h"
#include "heard.h"
#include "names.h"
#include "op.h"
#include "sabotage.h"
#include "util/hash.h"
#include "util/mem.h"

/* --- rows --- */

static uint32_t place_of(const struct world *w, uint64_t user)
{
    for (uint32_t i = 0; i < USERS; i++)
        if (w->users[i] == user)
            return i;
    return 0;
}

void line_of(struct line *r, const struct event *e, const struct world *w)
{
    *r = (struct line){
        .seq = e->seq,
        .rev = e->rev,
        .n = e->n,
        .sender = e->sender,
        .target = e->target,
        .user = e->user,
        .number = e->number,
        .privacy = e->privacy,
        .expires_ms = e->expires_ms,
        .subject = e->subject,
        .until_ms = e->until_ms,
        .changes = e->changes,
        .edited_seq = e->edited_seq,
        .type = e->type,
        .deleted = e->deleted,
        .no_draft = e->type == EVENT_DRAFT && !e->deleted && !e->text.n,
        .forwarded = e->forwarded,
        .request = e->request,
        .accepts = e->accepts,
        .time_ms = e->time_ms,
        .text = e->text.n ? hash_bytes(e->text) : 0,
    };
    for (uint32_t i = 0; i < e->n_reactions; i++)
        r->reactions[place_of(w, e->reactions[i].user)] = hash_bytes(e->reactions[i].emoji);
    for (uint32_t i = 0; i < e->n_mentions; i++)
        r->mentions |= 1u << place_of(w, e->mentions[i]);
}

void line_expire(struct line *r, uint64_t now_ms)
{
    bool words = r->type == EVENT_MESSAGE || r->type == EVENT_EDIT;
    if (!words || !r->expires_ms || r->expires_ms > now_ms)
        return;
    r->deleted = true;
    r->text = 0;
    r->mentions = 0;
    memset(r->reactions, 0, sizeof(r->reactions));
}

void line_lose(struct line *r, uint64_t gone_seq)
{
    if (r->type != EVENT_EDIT || r->target > gone_seq)
        return;
    r->deleted = true;
    r->text = 0;
    r->mentions = 0;
}

static struct line *line_at(struct line *rows, uint64_t base, uint64_t cursor, uint64_t seq)
{
    return base && seq >= base && seq <= cursor ? &rows[seq - base] : NULL;
}

/* The words of the edits of `target` that came before `by` are gone. Looked for one by one: a row
 * pushed again may show the target as it is after `by`, without what led there. */
static void empty_edits(struct line *rows, uint64_t base, const struct line *by)
{
    for (uint64_t seq = base; seq < by->seq; seq++) {
        struct line *r = &rows[seq - base];
        /* One whose message was removed lost its words without another rev; the log may have come
         * to `by` before that. */
        bool emptied = r->deleted && r->rev > seq;
        if (r->type != EVENT_EDIT || r->target != by->target || r->rev >= by->seq || emptied)
            continue;
        r->deleted = true;
        r->text = 0;
        r->mentions = 0;
        r->rev = by->seq;
    }
}

/* Of what was begun in a conversation the newest has its text. */
static void empty_drafts(struct line *rows, uint64_t base, const struct line *by)
{
    for (uint64_t seq = base; seq < by->seq; seq++) {
        struct line *r = &rows[seq - base];
        if (r->type != EVENT_DRAFT || r->subject != by->subject || r->deleted || r->no_draft)
            continue;
        r->deleted = true;
        r->text = 0;
        r->rev = by->seq;
    }
}

void lines_apply(struct line *rows, uint64_t base, uint64_t cursor, const struct line *e)
{
    if (e->type == EVENT_DRAFT)
        empty_drafts(rows, base, e);
    if (e->type != EVENT_EDIT && e->type != EVENT_DELETE && e->type != EVENT_REACTION)
        return;
    if (e->type != EVENT_REACTION)
        empty_edits(rows, base, e);
    struct line *target = line_at(rows, base, cursor, e->target);
    if (!target || target->rev >= e->seq)
        return;
    if (e->type == EVENT_EDIT) {
        target->text = e->text;
        target->mentions = e->mentions;
        target->edited_seq = e->seq;
    } else if (e->type == EVENT_DELETE) {
        target->text = 0;
        target->mentions = 0;
        target->deleted = true;
        memset(target->reactions, 0, sizeof(target->reactions));
    }
    target->rev = e->seq;
}

/* --- copies --- */

struct copy *copy_of(struct client *d, uint64_t conversation)
{
    for (uint32_t i = 0; i < d->n_copies; i++)
        if (d->copies[i].conversation == conversation)
            return &d->copies[i];
    must(d->n_copies < COPIES_MAX);
    struct copy *c = &d->copies[d->n_copies++];
    *c = (struct copy){.conversation = conversation};
    return c;
}

/* A hint that there may be something up to `seq`. */
static void copy_want(struct copy *c, uint64_t seq)
{
    c->wanted = MAX(c->wanted, seq);
    c->asked = false;
    c->hints++;
}

/* Whether there is something to fetch now. */
static bool copy_lacks(const struct copy *c)
{
    return ((c->wanted > c->cursor && !c->asked) || c->paging) && !c->fetching && !c->gone;
}

static void copy_drop(struct copy *c)
{
    free(c->rows);
    c->rows = NULL;
    c->base = c->cursor = 0;
}

static void copy_cut(struct copy *c, uint64_t first)
{
    memmove(c->rows, c->rows + (first - c->base), (c->cursor - first + 1) * sizeof(c->rows[0]));
    c->base = first;
}

/* What is before it is gone. */
static void copy_begin_at(struct copy *c, uint64_t first)
{
    if (!c->base || first <= c->base)
        return;
    if (first > c->cursor) {
        copy_drop(c);
        c->base = first;
        c->cursor = first - 1;
        return;
    }
    copy_cut(c, first);
    for (uint64_t seq = first; seq <= c->cursor; seq++)
        line_lose(&c->rows[seq - first], first - 1);
}

/* To who was out a message that was edited since was a stub, and no event undoes that. */
static void copy_forget_stubs(struct copy *c)
{
    for (uint64_t seq = c->cursor; seq >= c->base; seq--) {
        const struct line *r = &c->rows[seq - c->base];
        if (r->type != EVENT_MESSAGE || !r->deleted)
            continue;
        copy_cut(c, seq + 1);
        return;
    }
}

static bool is_return(const struct client *d, const struct event *e)
{
    return (e->type == EVENT_ADDED || e->type == EVENT_JOINED) && e->user == d->user;
}

/* Takes the next event, or a newer form of one that is here. */
static void copy_take(struct client *d, struct copy *c, const struct event *e)
{
    struct line r;
    line_of(&r, e, d->world);
    if (r.seq <= c->cursor) {
        struct line *old = line_at(c->rows, c->base, c->cursor, r.seq);
        if (old && old->rev < r.rev)
            *old = r;
        return;
    }
    if (is_return(d, e) && e->history == HISTORY_JOINED) { /* no more to be read */
        copy_drop(c);
        c->base = r.seq;
    }
    c->cursor = r.seq;
    c->rows = mem_resize(c->rows, (size_t)(c->cursor - c->base + 1) * sizeof(r));
    c->rows[c->cursor - c->base] = r;
    lines_apply(c->rows, c->base, c->cursor, &r);
    if (is_return(d, e))
        copy_forget_stubs(c);
    if (r.type == EVENT_REACTION) {
        struct line *target = line_at(c->rows, c->base, c->cursor, r.target);
        if (target && target->rev == r.seq)
            target->reactions[place_of(d->world, r.sender)] = r.text;
    }
    world_saw(d->world, r.seq ^ r.text ^ c->conversation);
}

/* --- what the core says --- */

/* NULL: the device has left, and hears nothing. */
static struct client *client_of(struct session *s)
{
    const struct seat *seat = container_of(s, struct seat, session);
    return seat->left ? NULL : seat->client;
}

static void on_event(struct sink *sink, struct session *const *to, size_t n, const struct event *e)
{
    struct world *w = container_of(sink, struct node, sink)->world;
    for (size_t i = 0; i < n; i++) {
        struct client *d = client_of(to[i]);
        if (!d)
            continue;
        hear(d, e, w->step, 0);
        if (rng_percent(&w->rng, w->drop_pushes))
            continue;
        struct copy *c = copy_of(d, e->conversation);
        c->gone = false;
        world_trace(w, "device %u is pushed %llu of %llu rev %llu", d->index,
                    (unsigned long long)e->seq, (unsigned long long)e->conversation,
                    (unsigned long long)e->rev);
        bool gap = !c->base || e->seq > c->cursor + 1;
        if (gap && c->base && sabotaged(w, "gap")) {
            c->rows = mem_resize(c->rows, (size_t)(e->seq - c->base) * sizeof(c->rows[0]));
            while (c->cursor + 1 < e->seq)
                c->rows[++c->cursor - c->base] = (struct line){0};
            gap = false;
        }
        if (gap)
            copy_want(c, e->seq);
        else
            copy_take(d, c, e);
    }
}

static void on_receipts(struct sink *sink, struct session *const *to, size_t n,
                        uint64_t conversation, const struct mark *marks, size_t n_marks)
{
    struct world *w = container_of(sink, struct node, sink)->world;
    for (const struct mark *m = marks; m < marks + n_marks; m++) {
        for (const struct mark *before = marks; before < m; before++)
            if (before->user == m->user)
                world_fail(w, "one member twice in a push of receipts");
        if (m->read_seq > m->delivered_seq)
            world_fail(w, "read beyond delivered");
        for (size_t i = 0; i < n; i++)
            if (client_of(to[i]))
                hear_receipt(client_of(to[i]), conversation, m);
        world_saw(w, conversation ^ m->user ^ m->delivered_seq ^ m->read_seq);
    }
}

static void on_typing(struct sink *sink, struct session *const *to, size_t n, uint64_t conversation,
                      uint64_t user)
{
    (void)to, (void)n;
    world_saw(container_of(sink, struct node, sink)->world, conversation ^ user);
}

static void on_presence(struct sink *sink, struct session *const *to, size_t n, uint64_t user,
                        bool online, uint64_t last_seen_ms)
{
    (void)to, (void)n;
    world_saw(container_of(sink, struct node, sink)->world, user ^ online ^ last_seen_ms);
}

static void on_end(struct sink *sink, struct session *s, enum session_end_reason reason)
{
    (void)sink, (void)reason;
    if (client_of(s))
        client_of(s)->dismissed = true;
}

const struct sink_ops client_sink_ops = {on_event, on_receipts, on_typing, on_presence, on_end};

/* --- fetching and comparing --- */

static void fetched(struct attempt *a)
{
    struct client *d = a->device;
    struct copy *c = a->copy;
    struct chat_read *read = &a->u.read;
    if (!attempt_seen(a))
        return;
    c->fetching = false;
    if (read->call.error == CHAT_NOT_FOUND) {
        c->gone = true;
        c->wanted = 0;
    }
    if (read->call.error == CHAT_TRUNCATED) {
        copy_drop(c);
        c->paging = true;
    }
    /* of whoever deletes their account the own log ends, and a node may still take them for someone
     */
    bool ends = d->world->left.user && c->conversation == d->world->left.user;
    if (read->call.error == CHAT_AHEAD && !ends)
        world_fail(d->world, "the head of %llu went back", (unsigned long long)c->conversation);
    if (read->call.error)
        return;
    if (read->page) {
        copy_drop(c);
        c->paging = true;
        return;
    }
    if (read->mode == READ_NEWEST && read->n_events)
        read->first = read->events[0].seq;
    if (!c->base || read->first > c->cursor + 1) {
        copy_drop(c);
        c->base = read->first;
        c->cursor = read->first - 1;
    }
    c->paging = false;
    for (uint32_t i = 0; i < read->n_events; i++) {
        hear(d, &read->events[i], a->asked_step, a->asked_ms);
        if (read->events[i].seq > c->cursor + 1)
            world_fail(d->world, "a page of %llu has a hole at %llu",
                       (unsigned long long)c->conversation, (unsigned long long)c->cursor + 1);
        copy_take(d, c, &read->events[i]);
    }
    world_trace(d->world, "device %u has %llu up to %llu, head %llu, wants %llu", d->index,
                (unsigned long long)c->conversation, (unsigned long long)c->cursor,
                (unsigned long long)read->head, (unsigned long long)c->wanted);
    if (c->hints == a->hints) /* else something came meanwhile */
        c->asked = c->cursor == read->head;
    if (c->cursor >= c->wanted)
        c->wanted = 0;
    else
        c->wanted = MAX(c->wanted, read->head);
}

static void fetch(struct client *d, struct copy *c)
{
    struct attempt *a = attempt_new(d, fetched);
    c->fetching = true;
    a->copy = c;
    a->hints = c->hints;
    a->u.read.conversation = c->conversation;
    a->u.read.mode = c->paging ? READ_NEWEST : READ_AFTER;
    a->u.read.at = c->cursor;
    a->u.read.sync = !c->paging;
    a->u.read.limit = 1 + rng_below(&d->world->rng, 20);
    chat_read(d->node->chat, &a->u.read);
    attempt_made(a);
}

/* Whoever asks later finds no less to be gone. */
static void take_gone(struct copy *c, const struct inbox_entry *entry, const struct attempt *a)
{
    struct world *w = a->device->world;
    uint64_t gone_seq = entry->head.gone_seq;
    if (entry->me.left) /* whose log ends before the others' */
        return;
    if (gone_seq < c->gone_seq && a->asked_step > c->gone_step)
        world_fail(w, "device %u is told that the beginning of %llu is %llu, after %llu",
                   a->device->index, (unsigned long long)c->conversation,
                   (unsigned long long)gone_seq + 1, (unsigned long long)c->gone_seq + 1);
    if (gone_seq > c->gone_seq) {
        c->gone_seq = gone_seq;
        c->gone_step = w->step;
    }
}

static void take_entry(struct client *d, const struct inbox_entry *entry, const struct attempt *a)
{
    if (entry->peer_asked && (entry->peer_delivered_seq || entry->peer_read_seq))
        world_fail(d->world, "device %u is told how far somebody got who has not accepted %llu",
                   d->index, (unsigned long long)entry->conversation.id);
    if (entry->last)
        hear(d, entry->last, a->asked_step, a->asked_ms);
    world_trace(d->world, "device %u: inbox says %llu up to %llu", d->index,
                (unsigned long long)entry->conversation.id, (unsigned long long)entry->head.seq);
    struct copy *c = copy_of(d, entry->conversation.id);
    c->gone = false;
    c->wanted_rev = MAX(c->wanted_rev, entry->me.preferences.rev);
    c->group = entry->conversation.kind == CONVERSATION_GROUP;
    take_gone(c, entry, a);
    copy_begin_at(c, member_first(&entry->me, &entry->head));
    if (entry->head.seq > c->cursor)
        copy_want(c, entry->head.seq);
}

static void listed(struct attempt *a)
{
    struct client *d = a->device;
    struct chat_list *list = &a->u.list;
    if (!attempt_seen(a))
        return;
    if (list->call.error) {
        d->listing = d->comparing = false;
        d->token[0] = 0;
        d->compare_again = true;
        return;
    }
    for (uint32_t i = 0; i < list->n_entries; i++)
        take_entry(d, &list->entries[i], a);
    d->listing = list->next.n > 0 || !d->listing_requests;
    d->listing_requests = d->listing_requests || !list->next.n;
    must(list->next.n < sizeof(d->page));
    if (list->next.n)
        memcpy(d->page, list->next.p, list->next.n);
    d->page[list->next.n] = 0;
    d->comparing = false;
}

static void list_more(struct client *d)
{
    struct attempt *a = attempt_new(d, listed);
    d->comparing = true;
    a->u.list.page = str_of(d->page);
    a->u.list.requests = d->listing_requests;
    a->u.list.limit = 1 + rng_below(&d->world->rng, 5);
    chat_list(d->node->chat, &a->u.list);
    attempt_made(a);
}

static void take_changes(struct attempt *a)
{
    struct client *d = a->device;
    struct chat_sync *sync = &a->u.sync;
    if (!d->token[0]) { /* a new device: the token first, then the list */
        d->listing = true;
        d->listing_requests = false;
        d->page[0] = 0;
    }
    world_trace(d->world, "device %u compared: %u entries after %s, now %.*s", d->index,
                sync->n_entries, d->token, (int)sync->next.n, sync->next.p);
    for (uint32_t i = 0; i < d->n_copies; i++)
        d->copies[i].asked = false;
    for (uint32_t i = 0; i < sync->n_entries; i++)
        take_entry(d, &sync->entries[i], a);
    must(sync->next.n < sizeof(d->token));
    memcpy(d->token, sync->next.p, sync->next.n);
    d->token[sync->next.n] = 0;
    d->compare_again = d->compare_again || sync->more;
}

static void compared(struct attempt *a)
{
    if (!attempt_seen(a))
        return;
    a->device->comparing = false;
    if (a->u.call.error)
        a->device->compare_again = true;
    else
        take_changes(a);
}

static void waited(struct attempt *a)
{
    struct client *d = a->device;
    bool early = d->world->mono_ms < a->over_ms;
    if (d->wait != a)
        return;
    d->wait = NULL;
    if (!a->u.call.error && early && !d->world->calm && !a->u.sync.n_entries)
        world_fail(d->world, "device %u: a wait ended early with nothing", d->index);
    if (a->u.call.error || !d->token[0] || d->listing)
        d->compare_again = true;
    else
        take_changes(a);
}

void client_wait(struct client *d)
{
    if (d->wait || !d->token[0] || d->listing)
        return;
    struct attempt *a = attempt_new(d, waited);
    d->wait = a;
    strcpy(d->waited_token, d->token);
    a->u.sync.token = str_of(d->waited_token);
    a->u.sync.wait_ms = 1 + rng_below(&d->world->rng, 20000);
    a->over_ms = d->world->mono_ms + a->u.sync.wait_ms;
    chat_sync(d->node->chat, &a->u.sync);
    attempt_made(a);
}

void client_compare(struct client *d)
{
    if (d->gone || (sabotaged(d->world, "blind") && d->token[0]))
        return;
    if (d->comparing) {
        d->compare_again = true;
        return;
    }
    struct attempt *a = attempt_new(d, compared);
    d->comparing = true;
    d->compare_again = false;
    a->u.sync.token = str_of(d->token);
    chat_sync(d->node->chat, &a->u.sync);
    attempt_made(a);
}

/* --- the connection --- */

/* What was asked for is not known to have happened. */
static void lose_answers(struct client *d)
{
    d->epoch++;
    if (d->listing) /* the token counts only with the whole list */
        d->token[0] = 0;
    d->comparing = d->listing = d->connecting = false;
    d->n_under_way = 0;
    for (uint32_t i = 0; i < d->n_copies; i++)
        d->copies[i].fetching = false;
    for (uint32_t i = 0; i < d->n_ops; i++) {
        d->ops[i].waiting = d->ops[i].waiting || d->ops[i].under_way;
        d->ops[i].under_way = false;
    }
}

static void leave_seat(struct seat *seat, const struct node *n)
{
    seat->left = n->stopped;
    if (seat->left)
        return;
    session_end(n->chat, &seat->session, node_mono_ms(n));
    seat->taken = false;
}

void clients_went_on(const struct node *n)
{
    for (uint32_t i = 0; i < DEVICES; i++) {
        struct seat *seat = &n->world->clients[i]->seats[n->index];
        if (seat->taken && seat->left)
            leave_seat(seat, n);
    }
}

void client_go_offline(struct client *d)
{
    d->online = false;
    lose_answers(d);
    if (d->wait && !d->node->stopped)
        chat_sync_cancel(d->node->chat, &d->wait->u.sync);
    d->wait = NULL;
    leave_seat(&d->seats[d->node->index], d->node);
    d->signed_out = d->signed_out || d->dismissed;
    d->dismissed = false;
}

static void authenticated(struct attempt *a)
{
    struct client *d = a->device;
    struct chat_authenticate *auth = &a->u.authenticate;
    if (!attempt_seen(a))
        return;
    d->connecting = false;
    d->signed_out = auth->call.error == CHAT_UNAUTHENTICATED;
    if (auth->call.error)
        return;
    if (auth->call.user != d->user || auth->call.device != d->id)
        world_fail(d->world, "device %u is taken for another", d->index);
    struct seat *seat = &d->seats[d->node->index];
    d->online = true;
    *seat = (struct seat){.client = d, .taken = true};
    session_begin(d->node->chat, &seat->session, d->user, d->id);
    d->compare_again = true;
}

/* The device is a new one: what the one before had is gone, but for what it wrote. */
static void signed_in_again(struct attempt *a)
{
    struct client *d = a->device;
    if (!attempt_seen(a))
        return;
    d->connecting = false;
    if (a->u.call.error == CHAT_FACTOR_REQUIRED)
        factor_help(d);
    if (a->u.call.error == CHAT_WRONG_CREDENTIALS) {
        name_to_try(d, d->name);
        /* twice through all names that they may have since the account was to be deleted, and it is
         * none of them; before the end they may take another meanwhile, which was just tried */
        if (d->world->left.user == d->user && d->world->calm)
            d->gone = ++d->refused > 2 * NAMES_TO_TRY;
    }
    if (a->u.call.error)
        return;
    if (a->u.sign.user != d->user)
        world_fail(d->world, "device %u signed in as somebody else", d->index);
    d->signed_out = false;
    d->refused = 0;
    d->id = a->u.sign.device;
    memcpy(d->access, a->u.sign.token, sizeof(d->access));
    d->token[0] = 0;
    for (uint32_t i = 0; i < d->n_copies; i++) {
        copy_drop(&d->copies[i]);
        d->copies[i].wanted = 0;
        d->copies[i].paging = false;
        d->copies[i].wanted_rev = 0;
    }
}

static struct attempt *sign(struct client *d, void (*finish)(struct attempt *))
{
    struct attempt *a = attempt_new(d, finish);
    a->u.sign.username = str_of(d->name);
    a->u.sign.password = str_of(d->password);
    return a;
}

static void connect_device(struct client *d)
{
    struct node *n = world_any_node(d->world);
    if (!n)
        return;
    d->node = n;
    d->connecting = true;
    if (d->signed_out) {
        struct attempt *a = sign(d, signed_in_again);
        chat_signin(d->node->chat, &a->u.sign);
        attempt_made(a);
        return;
    }
    struct attempt *a = attempt_new(d, authenticated);
    a->u.authenticate.token = str_of(d->access);
    chat_authenticate(d->node->chat, &a->u.authenticate);
    attempt_made(a);
}

void clients_crash(struct world *w, const struct node *n)
{
    for (uint32_t i = 0; i < DEVICES; i++) {
        struct client *d = w->clients[i];
        d->seats[n->index].taken = false;
        if (d->node != n)
            continue;
        d->online = d->connecting = d->dismissed = false;
        d->wait = NULL;
        lose_answers(d);
    }
    attempts_forget(w, n);
}

/* --- one turn --- */

/* Where no answer comes any more the device asks another node, in time. */
static bool leave_stopped(struct client *d)
{
    if ((d->online || d->connecting) && !rng_percent(&d->world->rng, 20))
        return false;
    if (d->online)
        client_go_offline(d);
    else
        lose_answers(d);
    return true;
}

/* What brings the device in step. True: it did something. */
static bool catch_up(struct client *d)
{
    if (d->online && d->dismissed)
        client_go_offline(d);
    if (d->node->stopped && !leave_stopped(d))
        return false;
    if (d->gone)
        return false;
    if (!d->online) {
        if (!d->connecting)
            connect_device(d);
        return true;
    }
    for (uint32_t i = 0; i < d->n_ops && d->n_under_way < OPS_UNDER_WAY; i++)
        if (d->ops[i].waiting) {
            op_send(d, &d->ops[i]);
            return true;
        }
    if (d->listing && !d->comparing) {
        list_more(d);
        return true;
    }
    for (uint32_t i = 0; i < d->n_copies; i++) {
        struct copy *c = &d->copies[i];
        if (copy_lacks(c)) {
            fetch(d, c);
            return true;
        }
    }
    if (d->compare_again && !d->comparing) {
        client_compare(d);
        return true;
    }
    return false;
}

bool client_in_step(const struct client *d)
{
    if (d->gone)
        return true;
    if (!d->online || d->dismissed || d->comparing || d->compare_again || d->listing ||
        d->n_under_way)
        return sabotaged(d->world, "blind");
    for (uint32_t i = 0; i < d->n_ops; i++)
        if (d->ops[i].waiting)
            return false;
    for (uint32_t i = 0; i < d->n_copies; i++)
        if (d->copies[i].fetching || copy_lacks(&d->copies[i]))
            return false;
    return true;
}

void client_act(struct client *d, bool calm)
{
    struct world *w = d->world;
    if (calm || rng_percent(&w->rng, d->online ? 40 : 10)) {
        catch_up(d);
        return;
    }
    if (!d->online || d->dismissed)
        return;
    if (d->node->stopped)
        command_message(d);
    else
        command_any(d);
}

/* --- beginning and end --- */

static void signed_in(struct attempt *a)
{
    if (a->u.call.error) {
        world_fail(a->device->world, "device %u could not sign in", a->device->index);
        return;
    }
    a->device->user = a->u.sign.user;
    a->device->id = a->u.sign.device;
    memcpy(a->device->access, a->u.sign.token, sizeof(a->device->access));
}

/* There are no faults yet; but where a rule is broken it may take a few times, which is noted. */
static void sign_first(struct client *d, bool up)
{
    enum { TRIES_MAX = 10 };
    for (uint32_t tries = 0; !d->user; tries++) {
        must(tries < TRIES_MAX);
        struct attempt *a = sign(d, signed_in);
        if (up && !tries)
            chat_signup(d->node->chat, &a->u.sign);
        else
            chat_signin(d->node->chat, &a->u.sign);
        attempt_made(a);
        world_settle(d->world);
    }
}

void clients_init(struct world *w)
{
    for (uint32_t i = 0; i < DEVICES; i++) {
        struct client *d = mem_new(sizeof(*d));
        d->world = w;
        d->node = &w->nodes[0];
        d->index = i;
        w->clients[i] = d;
        d->hearing = mem_new(sizeof(*d->hearing));
        snprintf(d->first_name, sizeof(d->first_name), "user%u", i / DEVICES_EACH);
        snprintf(d->password, sizeof(d->password), "correct horse %u", i / DEVICES_EACH);
        snprintf(d->name, sizeof(d->name), "%s", d->first_name);
        sign_first(d, i % DEVICES_EACH == 0);
        d->first_id = i % DEVICES_EACH == 0 ? d->id : 0;
        w->users[i / DEVICES_EACH] = d->user;
    }
}

void clients_deinit(struct world *w)
{
    for (uint32_t i = 0; i < DEVICES; i++)
        if (w->clients[i]->online)
            client_go_offline(w->clients[i]);
    world_settle(w);
    for (uint32_t i = 0; i < DEVICES; i++) {
        for (uint32_t j = 0; j < w->clients[i]->n_copies; j++)
            copy_drop(&w->clients[i]->copies[j]);
        hearing_deinit(w->clients[i]->hearing);
        free(w->clients[i]->hearing);
        free(w->clients[i]);
    }
}
