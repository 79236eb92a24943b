/* See client.h. Everything runs inside world_step(); a call's answer is an attempt's finish(). */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chat/account.h"
#include "chat/append.h"
#include "chat/group.h"
#include "chat/inbox.h"
#include "chat/presence.h"
#include "chat/read.h"
#include "chat/receipt.h"
#include "util/hash.h"
#include "util/mem.h"

/* A call under way. Every call struct begins with its chat_call. */
struct attempt {
    struct list link; /* in world->attempts */
    struct client *device;
    uint32_t epoch;
    struct op *op;
    struct copy *copy;
    uint32_t hints; /* the copy's, when this was asked */
    void (*finish)(struct attempt *);
    bool inside; /* still inside the call that began it */
    union {
        struct chat_call call;
        struct chat_append append;
        struct chat_group_create group;
        struct chat_read read;
        struct chat_sync sync;
        struct chat_list list;
        struct chat_mark mark;
        struct chat_sign sign;
        struct chat_conversation look;
        struct chat_watch watch;
    } u;
};

static void attempt_done(struct chat_call *call)
{
    struct attempt *a = container_of(call, struct attempt, u.call);
    if (a->inside)
        world_fail(a->device->world, "a call ended inside itself");
    list_remove(&a->link);
    a->finish(a);
    free(a);
}

static struct attempt *attempt_new(struct client *d, void (*finish)(struct attempt *))
{
    struct attempt *a = mem_new(sizeof(*a));
    a->device = d;
    a->epoch = d->epoch;
    a->finish = finish;
    a->inside = true;
    a->u.call = (struct chat_call){.user = d->user, .device = d->id, .done = attempt_done};
    list_push_back(&d->world->attempts, &a->link);
    return a;
}

static bool seen(const struct attempt *a)
{
    return a->epoch == a->device->epoch;
}

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
        .edited_seq = e->edited_seq,
        .type = e->type,
        .deleted = e->deleted,
        .text = e->text.n ? hash_bytes(e->text) : 0,
    };
    for (uint32_t i = 0; i < e->n_reactions; i++)
        r->reactions[place_of(w, e->reactions[i].user)] = hash_bytes(e->reactions[i].emoji);
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
        if (r->type != EVENT_EDIT || r->target != by->target || r->rev >= by->seq || r->deleted)
            continue;
        r->deleted = true;
        r->text = 0;
        r->rev = by->seq;
    }
}

void lines_apply(struct line *rows, uint64_t base, uint64_t cursor, const struct line *e)
{
    if (e->type != EVENT_EDIT && e->type != EVENT_DELETE && e->type != EVENT_REACTION)
        return;
    if (e->type != EVENT_REACTION)
        empty_edits(rows, base, e);
    struct line *target = line_at(rows, base, cursor, e->target);
    if (!target || target->rev >= e->seq)
        return;
    if (e->type == EVENT_EDIT) {
        target->text = e->text;
        target->edited_seq = e->seq;
    } else if (e->type == EVENT_DELETE) {
        target->text = 0;
        target->deleted = true;
        memset(target->reactions, 0, sizeof(target->reactions));
    }
    target->rev = e->seq;
}

/* --- copies --- */

static struct copy *copy_of(struct client *d, uint64_t conversation)
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
    c->hints++;
}

static void copy_drop(struct copy *c)
{
    free(c->rows);
    c->rows = NULL;
    c->base = c->cursor = 0;
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
    c->cursor = r.seq;
    c->rows = mem_resize(c->rows, (size_t)(c->cursor - c->base + 1) * sizeof(r));
    c->rows[c->cursor - c->base] = r;
    lines_apply(c->rows, c->base, c->cursor, &r);
    if (r.type == EVENT_REACTION) {
        struct line *target = line_at(c->rows, c->base, c->cursor, r.target);
        if (target && target->rev == r.seq)
            target->reactions[place_of(d->world, r.sender)] = r.text;
    }
    world_saw(d->world, r.seq ^ r.text ^ c->conversation);
}

/* --- what the core says --- */

static struct client *client_of(struct session *s)
{
    return container_of(s, struct client, session);
}

static void on_event(struct sink *sink, struct session *const *to, size_t n, const struct event *e)
{
    struct world *w = container_of(sink, struct world, sink);
    for (size_t i = 0; i < n; i++) {
        struct client *d = client_of(to[i]);
        if (rng_percent(&w->rng, w->drop_pushes))
            continue;
        struct copy *c = copy_of(d, e->conversation);
        c->gone = false;
        world_trace(w, "device %u is pushed %llu of %llu rev %llu", d->index,
                    (unsigned long long)e->seq, (unsigned long long)e->conversation,
                    (unsigned long long)e->rev);
        bool gap = !c->base || e->seq > c->cursor + 1;
        if (gap && c->base && w->sabotage && !strcmp(w->sabotage, "gap")) {
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

static void on_receipt(struct sink *sink, struct session *const *to, size_t n,
                       uint64_t conversation, uint64_t user, uint64_t delivered_seq,
                       uint64_t read_seq, uint64_t unread)
{
    struct world *w = container_of(sink, struct world, sink);
    (void)to, (void)n, (void)unread;
    if (read_seq > delivered_seq)
        world_fail(w, "read beyond delivered");
    world_saw(w, conversation ^ user ^ delivered_seq ^ read_seq);
}

static void on_typing(struct sink *sink, struct session *const *to, size_t n, uint64_t conversation,
                      uint64_t user)
{
    (void)to, (void)n;
    world_saw(container_of(sink, struct world, sink), conversation ^ user);
}

static void on_presence(struct sink *sink, struct session *const *to, size_t n, uint64_t user,
                        bool online, uint64_t last_seen_ms)
{
    (void)to, (void)n;
    world_saw(container_of(sink, struct world, sink), user ^ online ^ last_seen_ms);
}

static void on_end(struct sink *sink, struct session *s, enum session_end_reason reason)
{
    (void)s, (void)reason;
    world_fail(container_of(sink, struct world, sink), "a session ended unasked");
}

const struct sink_ops client_sink_ops = {on_event, on_receipt, on_typing, on_presence, on_end};

/* --- fetching and comparing --- */

static void fetched(struct attempt *a)
{
    struct client *d = a->device;
    struct copy *c = a->copy;
    struct chat_read *read = &a->u.read;
    if (!seen(a))
        return;
    c->fetching = false;
    if (read->call.error == CHAT_NOT_FOUND) {
        c->gone = true;
        c->wanted = 0;
    }
    if (read->call.error == CHAT_AHEAD)
        world_fail(d->world, "the head of %llu went back", (unsigned long long)c->conversation);
    if (read->call.error)
        return;
    if (!c->base || read->first > c->cursor + 1) {
        copy_drop(c);
        c->base = read->first;
        c->cursor = read->first - 1;
    }
    for (uint32_t i = 0; i < read->n_events; i++) {
        if (read->events[i].seq > c->cursor + 1)
            world_fail(d->world, "a page of %llu has a hole at %llu",
                       (unsigned long long)c->conversation, (unsigned long long)c->cursor + 1);
        copy_take(d, c, &read->events[i]);
    }
    world_trace(d->world, "device %u has %llu up to %llu, head %llu, wants %llu", d->index,
                (unsigned long long)c->conversation, (unsigned long long)c->cursor,
                (unsigned long long)read->head, (unsigned long long)c->wanted);
    if (c->hints == a->hints) /* else something came meanwhile */
        c->wanted = c->cursor < read->head ? read->head : 0;
}

static void fetch(struct client *d, struct copy *c)
{
    struct attempt *a = attempt_new(d, fetched);
    c->fetching = true;
    a->copy = c;
    a->hints = c->hints;
    a->u.read.conversation = c->conversation;
    a->u.read.mode = READ_AFTER;
    a->u.read.at = c->cursor;
    a->u.read.limit = 1 + rng_below(&d->world->rng, 20);
    chat_read(d->world->chat, &a->u.read);
    a->inside = false;
}

static void take_entry(struct client *d, const struct inbox_entry *entry)
{
    world_trace(d->world, "device %u: inbox says %llu up to %llu", d->index,
                (unsigned long long)entry->conversation.id, (unsigned long long)entry->head.seq);
    struct copy *c = copy_of(d, entry->conversation.id);
    c->gone = false;
    if (entry->head.seq > c->cursor)
        copy_want(c, entry->head.seq);
}

static void listed(struct attempt *a)
{
    struct client *d = a->device;
    struct chat_list *list = &a->u.list;
    if (!seen(a))
        return;
    if (list->call.error) {
        d->listing = false;
        d->token[0] = 0;
        return;
    }
    for (uint32_t i = 0; i < list->n_entries; i++)
        take_entry(d, &list->entries[i]);
    d->listing = list->next.n > 0;
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
    a->u.list.limit = 1 + rng_below(&d->world->rng, 5);
    chat_list(d->world->chat, &a->u.list);
    a->inside = false;
}

static void compared(struct attempt *a)
{
    struct client *d = a->device;
    struct chat_sync *sync = &a->u.sync;
    if (!seen(a))
        return;
    d->comparing = false;
    if (sync->call.error) {
        d->compare_again = true;
        return;
    }
    if (!d->token[0]) { /* a new device: the token first, then the list */
        d->listing = true;
        d->page[0] = 0;
    }
    world_trace(d->world, "device %u compared: %u entries after %s, now %.*s", d->index,
                sync->n_entries, d->token, (int)sync->next.n, sync->next.p);
    for (uint32_t i = 0; i < sync->n_entries; i++)
        take_entry(d, &sync->entries[i]);
    must(sync->next.n < sizeof(d->token));
    memcpy(d->token, sync->next.p, sync->next.n);
    d->token[sync->next.n] = 0;
    d->compare_again = d->compare_again || sync->more;
}

void client_compare(struct client *d)
{
    if (d->world->sabotage && !strcmp(d->world->sabotage, "blind") && d->token[0])
        return;
    if (d->comparing) {
        d->compare_again = true;
        return;
    }
    struct attempt *a = attempt_new(d, compared);
    d->comparing = true;
    d->compare_again = false;
    a->u.sync.token = str_of(d->token);
    chat_sync(d->world->chat, &a->u.sync);
    a->inside = false;
}

/* --- commands --- */

static void op_answered(struct attempt *a, uint64_t conversation, uint64_t seq)
{
    struct op *op = a->op;
    struct world *w = a->device->world;
    enum chat_error error = a->u.call.error;
    if (!error && op->ok && (op->ok_seq != seq || op->ok_conversation != conversation))
        world_fail(w, "key %s stands twice: %llu and %llu", op->key, (unsigned long long)op->ok_seq,
                   (unsigned long long)seq);
    if (!error) {
        op->ok = true;
        op->ok_seq = seq;
        op->ok_conversation = conversation;
        if (!op->ok_step)
            op->ok_step = w->step;
    }
    world_saw(w, seq ^ error);
    if (!seen(a))
        return;
    a->device->n_under_way--;
    op->under_way = false;
    bool again = error == CHAT_UNAVAILABLE || error == CHAT_OVERLOADED;
    op->waiting = again;
    op->failed = error && !again;
}

static void append_answered(struct attempt *a)
{
    op_answered(a, a->u.append.conversation, a->u.append.seq);
}

static void group_answered(struct attempt *a)
{
    op_answered(a, a->u.group.conversation, a->u.group.seq);
}

static void op_send_group(struct client *d, struct op *op, struct str key)
{
    struct attempt *a = attempt_new(d, group_answered);
    a->op = op;
    a->u.group.title = str_of(op->text);
    a->u.group.history = op->history;
    a->u.group.members = op->members;
    a->u.group.n_members = op->n_members;
    a->u.group.key = key;
    chat_group_create(d->world->chat, &a->u.group);
    a->inside = false;
}

static void op_send(struct client *d, struct op *op)
{
    struct world *w = d->world;
    op->waiting = false;
    op->under_way = true;
    op->tries++;
    d->n_under_way++;
    if (w->sabotage && !strcmp(w->sabotage, "newkey"))
        snprintf(op->key, sizeof(op->key), "x%llx", (unsigned long long)rng_next(&w->rng) >> 8);
    world_trace(w, "device %u sends %s type %d conversation %llu to %llu target %llu user %llu",
                d->index, op->key, op->type, (unsigned long long)op->conversation,
                (unsigned long long)op->to, (unsigned long long)op->target,
                (unsigned long long)op->user);
    if (op->type == EVENT_CREATED) {
        op_send_group(d, op, str_of(op->key));
        return;
    }
    struct attempt *a = attempt_new(d, append_answered);
    a->op = op;
    struct chat_append *append = &a->u.append;
    append->type = op->type;
    append->to = op->to;
    append->conversation = op->conversation;
    append->target = op->target;
    append->user = op->user;
    append->role = op->role;
    append->kind = op->type == EVENT_MESSAGE ? STR("text") : (struct str){0};
    append->text = str_of(op->text);
    append->key = str_of(op->key);
    append->after = op->after;
    chat_append(w->chat, append);
    a->inside = false;
}

static struct op *op_new(struct client *d, enum event_type type)
{
    struct world *w = d->world;
    if (d->n_ops == OPS_MAX || d->n_under_way >= OPS_UNDER_WAY)
        return NULL;
    struct op *op = &d->ops[d->n_ops];
    *op = (struct op){.type = type, .device = d->index, .first_step = w->step, .waiting = true};
    snprintf(op->key, sizeof(op->key), "k%u-%u", d->index, d->n_ops);
    snprintf(op->text, sizeof(op->text), "text of %u-%u", d->index, d->n_ops);
    d->n_ops++;
    return op;
}

static struct copy *any_copy(struct client *d)
{
    struct copy *c = d->n_copies ? &d->copies[rng_below(&d->world->rng, d->n_copies)] : NULL;
    return c && c->base && c->cursor >= c->base && c->conversation != d->user ? c : NULL;
}

static uint64_t any_user(struct world *w)
{
    return w->users[rng_below(&w->rng, USERS)];
}

static void act_message(struct client *d)
{
    struct copy *c = any_copy(d);
    struct op *op = op_new(d, EVENT_MESSAGE);
    if (!op)
        return;
    bool to_user = !c || rng_percent(&d->world->rng, 30);
    op->to = to_user ? any_user(d->world) : c->conversation;
    op->after = !to_user ? c->cursor : 0;
    if (!to_user && rng_percent(&d->world->rng, 20))
        op->target = c->base + rng_below(&d->world->rng, (uint32_t)(c->cursor - c->base + 1));
    op_send(d, op);
}

static void act_on_message(struct client *d, enum event_type type)
{
    struct copy *c = any_copy(d);
    struct op *op = c ? op_new(d, type) : NULL;
    if (!op)
        return;
    op->conversation = c->conversation;
    op->after = c->cursor;
    op->target = c->base + rng_below(&d->world->rng, (uint32_t)(c->cursor - c->base + 1));
    if (type == EVENT_DELETE)
        op->text[0] = 0;
    if (type == EVENT_REACTION)
        snprintf(op->text, sizeof(op->text), "%s", rng_percent(&d->world->rng, 70) ? "+" : "");
    op_send(d, op);
}

static void act_on_group(struct client *d, enum event_type type)
{
    struct copy *c = any_copy(d);
    struct op *op = c ? op_new(d, type) : NULL;
    if (!op)
        return;
    op->conversation = c->conversation;
    op->after = c->cursor;
    if (type != EVENT_TITLE)
        op->text[0] = 0;
    if (type != EVENT_TITLE && type != EVENT_LEFT)
        op->user = any_user(d->world);
    if (type == EVENT_ROLE)
        op->role = rng_percent(&d->world->rng, 50) ? ROLE_ADMIN : ROLE_MEMBER;
    op_send(d, op);
}

static void act_create(struct client *d)
{
    struct world *w = d->world;
    struct op *op = op_new(d, EVENT_CREATED);
    if (!op)
        return;
    op->history = rng_percent(&w->rng, 50) ? HISTORY_ALL : HISTORY_JOINED;
    for (uint32_t i = 0; i < USERS; i++)
        if (w->users[i] != d->user && rng_percent(&w->rng, 60))
            op->members[op->n_members++] = w->users[i];
    op_send(d, op);
}

static void act_block(struct client *d)
{
    bool on = rng_percent(&d->world->rng, 30);
    struct op *op = op_new(d, on ? EVENT_BLOCK : EVENT_UNBLOCK);
    if (!op)
        return;
    op->user = any_user(d->world);
    op->text[0] = 0;
    op_send(d, op);
}

static void ignored(struct attempt *a)
{
    world_saw(a->device->world, a->u.call.error);
}

static void act_mark(struct client *d)
{
    struct copy *c = any_copy(d);
    if (!c)
        return;
    struct attempt *a = attempt_new(d, ignored);
    a->u.mark.conversation = c->conversation;
    a->u.mark.seq = c->base + rng_below(&d->world->rng, (uint32_t)(c->cursor - c->base + 1));
    a->u.mark.read = rng_percent(&d->world->rng, 50);
    chat_mark(d->world->chat, &a->u.mark);
    a->inside = false;
}

static void act_look(struct client *d)
{
    struct copy *c = any_copy(d);
    if (!c)
        return;
    struct attempt *a = attempt_new(d, ignored);
    if (rng_percent(&d->world->rng, 50)) {
        a->u.look.conversation = c->conversation;
        chat_conversation(d->world->chat, &a->u.look);
    } else {
        a->u.watch.users = d->world->users;
        a->u.watch.n_users = USERS;
        chat_watch(d->world->chat, &a->u.watch);
    }
    a->inside = false;
}

/* --- the connection --- */

/* What was asked for is not known to have happened. */
static void lose_answers(struct client *d)
{
    d->epoch++;
    if (d->listing) /* the token counts only with the whole list */
        d->token[0] = 0;
    d->comparing = d->listing = false;
    d->n_under_way = 0;
    for (uint32_t i = 0; i < d->n_copies; i++)
        d->copies[i].fetching = false;
    for (uint32_t i = 0; i < d->n_ops; i++) {
        d->ops[i].waiting = d->ops[i].waiting || d->ops[i].under_way;
        d->ops[i].under_way = false;
    }
}

static void go_offline(struct client *d)
{
    d->online = false;
    lose_answers(d);
    session_end(d->world->chat, &d->session, d->world->mono_ms);
}

static void come_online(struct client *d)
{
    d->online = true;
    session_begin(d->world->chat, &d->session, d->user, d->id);
    d->compare_again = true;
}

void clients_crash(struct world *w)
{
    for (uint32_t i = 0; i < DEVICES; i++) {
        w->clients[i]->online = false;
        lose_answers(w->clients[i]);
    }
    for (struct list *node; (node = list_pop_front(&w->attempts));)
        free(list_entry(node, struct attempt, link));
}

/* --- one turn --- */

/* What brings the device in step. True: it did something. */
static bool catch_up(struct client *d)
{
    if (!d->online) {
        come_online(d);
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
        if (c->wanted > c->cursor && !c->fetching && !c->gone) {
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
    if (!d->online || d->comparing || d->compare_again || d->listing || d->n_under_way)
        return d->world->sabotage && !strcmp(d->world->sabotage, "blind");
    for (uint32_t i = 0; i < d->n_ops; i++)
        if (d->ops[i].waiting)
            return false;
    for (uint32_t i = 0; i < d->n_copies; i++)
        if (d->copies[i].fetching ||
            (d->copies[i].wanted > d->copies[i].cursor && !d->copies[i].gone))
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
    if (!d->online)
        return;
    uint32_t what = rng_below(&w->rng, 100);
    if (what < 40)
        act_message(d);
    else if (what < 48)
        act_on_message(d, EVENT_EDIT);
    else if (what < 53)
        act_on_message(d, EVENT_DELETE);
    else if (what < 61)
        act_on_message(d, EVENT_REACTION);
    else if (what < 64)
        act_create(d);
    else if (what < 67)
        act_on_group(d, EVENT_ADDED);
    else if (what < 69)
        act_on_group(d, EVENT_REMOVED);
    else if (what < 71)
        act_on_group(d, EVENT_LEFT);
    else if (what < 73)
        act_on_group(d, EVENT_TITLE);
    else if (what < 75)
        act_on_group(d, EVENT_ROLE);
    else if (what < 77)
        act_block(d);
    else if (what < 87)
        act_mark(d);
    else if (what < 92)
        act_look(d);
    else if (what < 96)
        d->compare_again = true;
    else
        go_offline(d);
}

/* --- beginning and end --- */

static void signed_in(struct attempt *a)
{
    must(!a->u.call.error);
    a->device->user = a->u.sign.user;
    a->device->id = a->u.sign.device;
}

static void sign(struct client *d, bool up)
{
    char name[16];
    snprintf(name, sizeof(name), "user%u", d->index / DEVICES_EACH);
    struct attempt *a = attempt_new(d, signed_in);
    a->u.sign.username = str_of(name);
    a->u.sign.password = STR("correct horse");
    if (up)
        chat_signup(d->world->chat, &a->u.sign);
    else
        chat_signin(d->world->chat, &a->u.sign);
    a->inside = false;
    world_settle(d->world);
}

void clients_init(struct world *w)
{
    for (uint32_t i = 0; i < DEVICES; i++) {
        struct client *d = mem_new(sizeof(*d));
        d->world = w;
        d->index = i;
        w->clients[i] = d;
        sign(d, i % DEVICES_EACH == 0);
        w->users[i / DEVICES_EACH] = d->user;
    }
}

void clients_deinit(struct world *w)
{
    for (uint32_t i = 0; i < DEVICES; i++)
        if (w->clients[i]->online)
            go_offline(w->clients[i]);
    world_settle(w);
    for (uint32_t i = 0; i < DEVICES; i++) {
        for (uint32_t j = 0; j < w->clients[i]->n_copies; j++)
            copy_drop(&w->clients[i]->copies[j]);
        free(w->clients[i]);
    }
}
