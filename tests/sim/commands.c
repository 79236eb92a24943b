/* See commands.h. */
#include "commands.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "factors.h"
#include "heard.h"
#include "model/limits.h"
#include "model/privacy.h"
#include "names.h"
#include "op.h"
#include "own.h"

static bool has_rows(const struct copy *c)
{
    return c->base && c->cursor >= c->base;
}

enum of_kind { ANY_KIND, GROUPS, OWN_GROUPS };

/* `OWN_GROUPS`: whose maker they are, and so most often their owner. */
static bool is_of(const struct client *d, const struct copy *c, enum of_kind kind)
{
    if (!has_rows(c) || c->conversation == d->user || (kind != ANY_KIND && !c->group))
        return false;
    return kind != OWN_GROUPS || (c->base == 1 && c->rows[0].sender == d->user);
}

/* Where most is, of what the device has, or NULL. */
static struct copy *longest_copy(struct client *d, enum of_kind kind)
{
    struct copy *longest = NULL;
    for (uint32_t i = 0; i < d->n_copies; i++) {
        struct copy *c = &d->copies[i];
        if (is_of(d, c, kind) && (!longest || c->cursor > longest->cursor))
            longest = c;
    }
    return longest;
}

struct copy *client_any_copy(struct client *d)
{
    struct rng *rng = &d->world->rng;
    if (rng_percent(rng, d->world->crowd_percent))
        return longest_copy(d, ANY_KIND);
    struct copy *c = d->n_copies ? &d->copies[rng_below(rng, d->n_copies)] : NULL;
    return c && is_of(d, c, ANY_KIND) ? c : NULL;
}

uint64_t client_any_seq(struct client *d, const struct copy *c)
{
    enum { NEWEST = 4 };
    struct rng *rng = &d->world->rng;
    uint32_t n = (uint32_t)(c->cursor - c->base + 1);
    if (rng_percent(rng, d->world->crowd_percent))
        n = MIN(n, (uint32_t)NEWEST);
    return c->cursor - rng_below(rng, n);
}

/* One of a group, or NULL; often of one in which they may do all. */
static struct copy *any_group(struct client *d)
{
    struct rng *rng = &d->world->rng;
    enum of_kind kind = rng_percent(rng, 50) ? GROUPS : OWN_GROUPS;
    if (rng_percent(rng, d->world->crowd_percent))
        return longest_copy(d, kind);
    uint32_t at = d->n_copies ? rng_below(rng, d->n_copies) : 0;
    for (uint32_t i = 0; i < d->n_copies; i++) {
        struct copy *c = &d->copies[(at + i) % d->n_copies];
        if (is_of(d, c, kind))
            return c;
    }
    return NULL;
}

static uint64_t any_user(struct world *w)
{
    return w->users[rng_below(&w->rng, USERS)];
}

/* Somebody, or nobody; perhaps no member, perhaps oneself. */
static void mention(struct client *d, struct op *op)
{
    struct world *w = d->world;
    for (uint32_t i = 0; i < USERS && op->n_members < MENTIONS_MAX; i++)
        if (rng_percent(&w->rng, 15))
            op->members[op->n_members++] = w->users[i];
}

/* Something that the device has, instead of words of its own. */
static void forward(struct client *d, struct op *op)
{
    struct copy *c = client_any_copy(d);
    if (!c)
        return;
    op->source = c->conversation;
    op->source_seq = client_any_seq(d, c);
    op->text[0] = 0;
}

void command_message(struct client *d)
{
    struct copy *c = rng_percent(&d->world->rng, 40) ? any_group(d) : client_any_copy(d);
    struct op *op = op_new(d, EVENT_MESSAGE);
    if (!op)
        return;
    bool to_user = !c || rng_percent(&d->world->rng, 30);
    op->to = to_user ? any_user(d->world) : c->conversation;
    op->after = !to_user ? c->cursor : 0;
    mention(d, op);
    if (rng_percent(&d->world->rng, 15))
        forward(d, op);
    if (!to_user && rng_percent(&d->world->rng, 20))
        op->target = client_any_seq(d, c);
    op_send(d, op);
}

static struct op *op_at(struct client *d, enum event_type type, const struct copy *c)
{
    struct op *op = c ? op_new(d, type) : NULL;
    if (!op)
        return NULL;
    op->conversation = c->conversation;
    op->after = c->cursor;
    return op;
}

/* A command for a group that the device has, seldom for another conversation; or NULL. */
static struct op *op_in_group(struct client *d, enum event_type type, struct copy **copy)
{
    *copy = rng_percent(&d->world->rng, 5) ? client_any_copy(d) : any_group(d);
    return op_at(d, type, *copy);
}

/* Most often a message, else whatever stands there. */
static uint64_t any_message(struct client *d, const struct copy *c)
{
    uint64_t seq = client_any_seq(d, c);
    while (seq > c->base && c->rows[seq - c->base].type != EVENT_MESSAGE &&
           rng_percent(&d->world->rng, 90))
        seq--;
    return seq;
}

static void act_on_message(struct client *d, enum event_type type)
{
    const struct copy *c = client_any_copy(d);
    struct op *op = op_at(d, type, c);
    if (!op)
        return;
    op->target = any_message(d, c);
    if (type == EVENT_DELETE || type == EVENT_PIN || type == EVENT_UNPIN)
        op->text[0] = 0;
    if (type == EVENT_EDIT)
        mention(d, op);
    if (type == EVENT_REACTION)
        snprintf(op->text, sizeof(op->text), "%s", rng_percent(&d->world->rng, 70) ? "+" : "");
    op_send(d, op);
}

static void act_on_group(struct client *d, enum event_type type)
{
    struct copy *c;
    struct op *op = op_in_group(d, type, &c);
    if (!op)
        return;
    op->text[0] = 0;
    if (type != EVENT_LEFT)
        op->user = any_user(d->world);
    if (type == EVENT_ROLE)
        op->role = ROLE_MEMBER + rng_below(&d->world->rng, 3);
    op_send(d, op);
}

/* What a group is called, says of itself, and whether all may write. */
static void act_on_record(struct client *d)
{
    static const enum event_type types[] = {EVENT_TITLE, EVENT_DESCRIPTION, EVENT_PICTURE,
                                            EVENT_ANNOUNCE, EVENT_ANNOUNCE};
    struct copy *c;
    struct op *op = op_in_group(d, types[rng_below(&d->world->rng, ARRAY_SIZE(types))], &c);
    if (!op)
        return;
    bool none = rng_percent(&d->world->rng, 50);
    if (op->type == EVENT_PICTURE || op->type == EVENT_ANNOUNCE ||
        (op->type != EVENT_TITLE && none))
        op->text[0] = 0;
    if (op->type == EVENT_PICTURE)
        op->number = none ? 0 : rng_next(&d->world->rng);
    if (op->type == EVENT_ANNOUNCE)
        op->number = !none;
    op_send(d, op);
}

static void act_invite(struct client *d)
{
    struct copy *c;
    struct op *op = op_in_group(d, EVENT_INVITE, &c);
    if (!op)
        return;
    op->text[0] = 0;
    if (rng_percent(&d->world->rng, 60))
        op->number = 1 + rng_below(&d->world->rng, INVITE_USES_MAX);
    if (rng_percent(&d->world->rng, 60))
        op->holds_ms = 1000 * (INVITE_S_MIN + rng_below(&d->world->rng, INVITE_S_MAX));
    op_send(d, op);
}

/* Any seq may be taken for an invite's: most are of none. */
static void act_uninvite(struct client *d)
{
    struct copy *c;
    struct op *op = op_in_group(d, EVENT_UNINVITE, &c);
    if (!op)
        return;
    op->text[0] = 0;
    op->target = c->cursor;
    for (uint64_t seq = c->base; seq <= c->cursor && rng_percent(&d->world->rng, 95); seq++)
        if (c->rows[seq - c->base].type == EVENT_INVITE)
            op->target = seq;
    op_send(d, op);
}

static void act_join(struct client *d)
{
    struct world *w = d->world;
    uint32_t n = MIN(w->n_tokens, (uint32_t)TOKENS_MAX);
    struct op *op = n ? op_new(d, EVENT_JOINED) : NULL;
    if (!op)
        return;
    op->text[0] = 0;
    const struct token *token = &w->tokens[rng_below(&w->rng, n)];
    strcpy(op->token, token->text);
    if (rng_percent(&w->rng, 5)) {
        op->token[rng_below(&w->rng, INVITE_TOKEN_TEXT)] ^= 1;
    } else {
        op->conversation = token->conversation;
        op->target = token->seq;
    }
    op_send(d, op);
}

/* How long words stay, or everything. */
static void act_timer(struct client *d)
{
    static const uint64_t seconds[] = {0, 1, 5, 60}, days[] = {0, 1, 2, 20};
    struct copy *c;
    bool timer = rng_percent(&d->world->rng, 50);
    struct op *op = op_in_group(d, timer ? EVENT_TIMER : EVENT_RETENTION, &c);
    if (!op)
        return;
    op->text[0] = 0;
    op->number = (timer ? seconds : days)[rng_below(&d->world->rng, ARRAY_SIZE(days))];
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
    bool on = rng_percent(&d->world->rng, 40);
    struct op *op = op_new(d, on ? EVENT_BLOCK : EVENT_UNBLOCK);
    if (!op)
        return;
    op->user = any_user(d->world);
    op->text[0] = 0;
    op_send(d, op);
}

static void act_accept(struct client *d)
{
    struct copy *c = client_any_copy(d);
    struct op *op = c ? op_new(d, EVENT_ACCEPT) : NULL;
    if (!op)
        return;
    op->text[0] = 0;
    op->conversation = c->conversation;
    op->after = c->cursor;
    op_send(d, op);
}

static void act_contact(struct client *d)
{
    static const enum event_type types[] = {
        EVENT_CONTACT_REQUEST, EVENT_CONTACT_REQUEST, EVENT_CONTACT_REQUEST, EVENT_CONTACT_ACCEPT,
        EVENT_CONTACT_ACCEPT,  EVENT_CONTACT_DECLINE, EVENT_CONTACT_REMOVE,
    };
    if (rng_percent(&d->world->rng, 25)) {
        act_accept(d);
        return;
    }
    struct op *op = op_new(d, types[rng_below(&d->world->rng, ARRAY_SIZE(types))]);
    if (!op)
        return;
    op->to = op->user = any_user(d->world);
    op->text[0] = 0;
    op_send(d, op);
}

/* Of a conversation that one is in, or was, or perhaps never. */
static void act_preferences(struct client *d)
{
    struct rng *rng = &d->world->rng;
    struct client *of = rng_percent(rng, 90) ? d : d->world->clients[rng_below(rng, DEVICES)];
    struct copy *c = client_any_copy(of);
    struct op *op = c ? op_new(d, EVENT_PREFERENCES) : NULL;
    if (!op)
        return;
    op->text[0] = 0;
    op->source = c->conversation;
    op->changes = 1 + rng_below(rng, PREFERENCES_ALL);
    op->number = rng_below(rng, PREFERENCES_ALL + 1) & op->changes & PREFERENCES_ON_OFF;
    if (rng_percent(rng, 40)) {
        op->changes |= PREFERENCE_PINNED;
        op->number |= PREFERENCE_PINNED;
    }
    if (op->changes & PREFERENCE_MUTED)
        op->until_ms = rng_below(rng, 3);
    op_send(d, op);
}

/* Something that one has, or whose address somebody told. */
static void act_star(struct client *d)
{
    struct rng *rng = &d->world->rng;
    struct client *of = rng_percent(rng, 90) ? d : d->world->clients[rng_below(rng, DEVICES)];
    struct copy *c = client_any_copy(of);
    struct op *op = c ? op_new(d, rng_percent(rng, 70) ? EVENT_STAR : EVENT_UNSTAR) : NULL;
    if (!op)
        return;
    op->text[0] = 0;
    op->source = c->conversation;
    op->source_seq = client_any_seq(d, c);
    op_send(d, op);
}

static void act_wish(struct client *d)
{
    if (rng_percent(&d->world->rng, 40))
        act_star(d);
    else
        act_preferences(d);
}

static void act_profile(struct client *d)
{
    struct op *op = op_new(d, EVENT_PROFILE);
    if (op)
        op_send(d, op);
}

static void act_privacy(struct client *d)
{
    struct rng *rng = &d->world->rng;
    struct op *op = op_new(d, EVENT_PRIVACY);
    if (!op)
        return;
    for (unsigned i = 0; i < PRIVACY_SETTINGS; i++)
        if (i == PRIVACY_GROUPS || rng_percent(rng, 30))
            op->privacy |= privacy_one(i, 1 + rng_below(rng, AUDIENCES));
    op->text[0] = 0;
    op_send(d, op);
}

/* --- what is not resent --- */

static void ignored(struct attempt *a)
{
    world_saw(a->device->world, a->u.call.error);
}

static void mark_answered(struct attempt *a)
{
    const struct chat_mark *mark = &a->u.mark;
    ignored(a);
    if (mark->call.error)
        return;
    a->marked->ok = true;
    a->marked->ok_step = a->device->world->step;
    if (mark->delivered_seq < mark->seq || (mark->read && mark->read_seq < mark->seq))
        world_fail(a->device->world, "a mark at %llu is told to stand at %llu",
                   (unsigned long long)mark->seq, (unsigned long long)mark->delivered_seq);
}

static void act_mark(struct client *d)
{
    struct copy *c = client_any_copy(d);
    if (!c)
        return;
    struct attempt *a = attempt_new(d, mark_answered);
    a->u.mark.conversation = c->conversation;
    a->u.mark.seq = rng_percent(&d->world->rng, 40) ? c->cursor : client_any_seq(d, c);
    a->u.mark.read = rng_percent(&d->world->rng, 70);
    a->marked = hear_mark(d, c->conversation, a->u.mark.seq, a->u.mark.read);
    chat_mark(d->node->chat, &a->u.mark);
    attempt_made(a);
}

static void look_answered(struct attempt *a)
{
    const struct chat_conversation *look = &a->u.look;
    struct copy *c = a->copy;
    ignored(a);
    for (uint32_t i = 0; !look->call.error && i < look->n_members; i++) {
        const struct member *m = &look->members[i];
        if (m->listed == LISTED_REQUEST && m->user != a->device->user &&
            (m->delivered_seq || m->read_seq))
            world_fail(a->device->world,
                       "device %u is shown how far %llu got, who has not accepted",
                       a->device->index, (unsigned long long)m->user);
    }
    if (look->call.error || !a->device->world->calm)
        return;
    c->looked = true;
    c->looked_head = look->entry->head.seq;
    c->looked_n = look->entry->head.n;
    c->looked_read_seq = look->entry->me.read_seq;
    c->looked_read_n = look->entry->me.read_n;
    c->looked_members = look->n_members;
}

static void look(struct client *d, struct copy *c)
{
    struct attempt *a = attempt_new(d, look_answered);
    a->copy = c;
    a->u.look.conversation = c->conversation;
    chat_conversation(d->node->chat, &a->u.look);
    attempt_made(a);
}

static void shown_access(struct attempt *a)
{
    if (a->u.call.error)
        world_fail(a->device->world, "device %u is connected with a token that is ended",
                   a->device->index);
}

void command_look_at_all(struct client *d)
{
    if (d->gone)
        return;
    struct attempt *a = attempt_new(d, shown_access);
    a->u.authenticate.token = str_of(d->access);
    chat_authenticate(d->node->chat, &a->u.authenticate);
    attempt_made(a);
    for (uint32_t i = 0; i < d->n_copies; i++)
        look(d, &d->copies[i]);
}

static void history_read(struct attempt *a)
{
    ignored(a);
    for (uint32_t i = 0; !a->u.call.error && i < a->u.read.n_events; i++)
        hear(a->device, &a->u.read.events[i], a->asked_step, a->asked_ms);
}

static void act_history(struct client *d, struct copy *c)
{
    struct attempt *a = attempt_new(d, history_read);
    a->u.read.conversation = c->conversation;
    a->u.read.mode = rng_percent(&d->world->rng, 50) ? READ_BEFORE : READ_AROUND;
    a->u.read.at = 1 + rng_below(&d->world->rng, (uint32_t)c->cursor + 8); /* also beyond the end */
    a->u.read.limit = 1 + rng_below(&d->world->rng, PAGE_MAX);
    chat_read(d->node->chat, &a->u.read);
    attempt_made(a);
}

static void previewed(struct attempt *a)
{
    const struct chat_preview *preview = &a->u.preview;
    ignored(a);
    if (!preview->call.error && (!preview->n_members || preview->n_members > MEMBERS_MAX))
        world_fail(a->device->world, "device %u is shown a group of %u by an invite",
                   a->device->index, preview->n_members);
}

/* Before joining, and what admins see. */
static void act_look_at_invites(struct client *d, struct copy *c)
{
    struct world *w = d->world;
    uint32_t n = MIN(w->n_tokens, (uint32_t)TOKENS_MAX);
    bool preview = n && rng_percent(&w->rng, 50);
    struct attempt *a = attempt_new(d, preview ? previewed : ignored);
    if (preview) {
        a->u.preview.token = str_of(w->tokens[rng_below(&w->rng, n)].text);
        chat_preview(d->node->chat, &a->u.preview);
    } else {
        a->u.invites.conversation = c->conversation;
        chat_invites(d->node->chat, &a->u.invites);
    }
    attempt_made(a);
}

static void info_answered(struct attempt *a)
{
    const struct chat_info *info = &a->u.info;
    ignored(a);
    for (uint32_t i = 0; !info->call.error && i < info->n_readers; i++) {
        const struct message_reader *r = &info->readers[i];
        if ((r->read && !r->delivered) || (r->read_ms && !r->read) ||
            (r->delivered_ms && !r->delivered))
            world_fail(a->device->world, "%llu of %llu: read and not delivered to %llu",
                       (unsigned long long)info->seq, (unsigned long long)info->conversation,
                       (unsigned long long)r->user);
    }
}

static void act_info(struct client *d, struct copy *c)
{
    struct attempt *a = attempt_new(d, info_answered);
    a->u.info.conversation = c->conversation;
    a->u.info.seq = 1 + rng_below(&d->world->rng, (uint32_t)c->cursor + 2);
    chat_info(d->node->chat, &a->u.info);
    attempt_made(a);
}

static void act_look(struct client *d)
{
    struct copy *c = client_any_copy(d);
    if (!c)
        return;
    uint32_t what = rng_below(&d->world->rng, 6);
    if (what == 5) {
        act_info(d, c);
        return;
    }
    if (what == 4) {
        act_look_at_invites(d, c);
        return;
    }
    if (what == 0) {
        look(d, c);
        return;
    }
    if (what == 1) {
        act_history(d, c);
        return;
    }
    struct attempt *a = attempt_new(d, ignored);
    if (what == 2) {
        a->u.watch.users = d->world->users;
        a->u.watch.n_users = USERS;
        chat_watch(d->node->chat, &a->u.watch);
    } else {
        a->u.typing.conversation = c->conversation;
        chat_typing(d->node->chat, &a->u.typing);
    }
    attempt_made(a);
}

static void signed_out(struct attempt *a)
{
    struct client *d = a->device;
    const struct chat_device_end *end = &a->u.end;
    ignored(a);
    if (end->call.error)
        return;
    struct client *ended = end->device ? d->world->clients[d->index ^ 1] : d;
    ended->ended_id = end->device ? end->device : end->call.device;
    ended->ended_step = d->world->step;
    ended->ended_ms = d->world->mono_ms;
}

/* A message to somebody who blocked one, or is disabled. */
static void act_provoke(struct client *d)
{
    struct world *w = d->world;
    uint64_t to = w->n_outs ? w->outs[rng_below(&w->rng, w->n_outs)].user : 0;
    for (uint32_t i = 0; i < DEVICES; i++)
        for (uint32_t j = 0; j < w->clients[i]->n_ops; j++) {
            const struct op *op = &w->clients[i]->ops[j];
            if (op->type == EVENT_BLOCK && op->ok && op->user == d->user)
                to = w->clients[i]->user;
        }
    struct op *op = to ? op_new(d, EVENT_MESSAGE) : NULL;
    if (op)
        op->to = to;
}

static void act_sign_out(struct client *d)
{
    struct attempt *a = attempt_new(d, signed_out);
    bool other = rng_percent(&d->world->rng, 50);
    a->u.end.device = other ? d->world->clients[d->index ^ 1]->id : 0;
    chat_device_end(d->node->chat, &a->u.end);
    attempt_made(a);
}

static void left(struct attempt *a)
{
    const struct world *w = a->device->world;
    struct left *l = &a->device->world->left;
    ignored(a);
    if (a->u.call.error || l->ok_step)
        return;
    l->ok_step = w->step;
    l->ok_ms = w->mono_ms;
}

/* For good; one person of a run at most, so that there is company left. */
static void act_leave(struct client *d)
{
    struct world *w = d->world;
    if ((w->left.user && w->left.user != d->user) || !rng_percent(&w->rng, 10))
        return;
    if (!w->left.user)
        w->left = (struct left){.user = d->user, .first_step = w->step};
    world_trace(w, "device %u deletes its account %llu", d->index, (unsigned long long)d->user);
    struct attempt *a = attempt_new(d, left);
    a->u.leave.password = str_of(d->password);
    chat_leave(d->node->chat, &a->u.leave);
    attempt_made(a);
}

/* --- by chance --- */

static void act_compare(struct client *d)
{
    d->compare_again = true;
}

/* Of each kind of act how often it comes, next to the others. */
static const struct {
    uint32_t weight;
    void (*act)(struct client *);
    void (*on)(struct client *, enum event_type); /* in its place, with what it makes */
    enum event_type type;
} acts[] = {
    {.weight = 62, .act = command_message},
    {.weight = 14, .on = act_on_message, .type = EVENT_EDIT},
    {.weight = 8, .on = act_on_message, .type = EVENT_DELETE},
    {.weight = 6, .on = act_on_message, .type = EVENT_PIN},
    {.weight = 2, .on = act_on_message, .type = EVENT_UNPIN},
    {.weight = 8, .on = act_on_message, .type = EVENT_REACTION},
    {.weight = 8, .on = act_on_group, .type = EVENT_ADDED},
    {.weight = 2, .on = act_on_group, .type = EVENT_REMOVED},
    {.weight = 6, .on = act_on_group, .type = EVENT_LEFT},
    {.weight = 4, .on = act_on_group, .type = EVENT_ROLE},
    {.weight = 8, .act = act_invite},
    {.weight = 12, .act = act_join},
    {.weight = 2, .act = act_timer},
    {.weight = 2, .act = act_uninvite},
    {.weight = 4, .act = act_on_record},
    {.weight = 2, .act = act_profile},
    {.weight = 2, .act = act_privacy},
    {.weight = 6, .act = act_block},
    {.weight = 6, .act = act_contact},
    {.weight = 6, .act = act_wish},
    {.weight = 6, .act = act_mark},
    {.weight = 8, .act = act_look},
    {.weight = 6, .act = client_wait},
    {.weight = 4, .act = act_create},
    {.weight = 2, .act = act_sign_out},
    {.weight = 2, .act = act_leave},
    {.weight = 9, .act = act_rename},
    {.weight = 13, .act = act_own},
    {.weight = 4, .act = act_factor},
    {.weight = 4, .act = act_provoke},
    {.weight = 1, .act = act_compare},
    {.weight = 1, .act = client_go_offline},
};
static_assert(ARRAY_SIZE(acts) <= 64, "a bit each");

/* In half of the worlds much of what people do is left out, more or less of it, but for messages
 * and groups: so there is more of the rest, and what one kind of act would cover up is seen (A.
 * Groce et al., "Swarm Testing", 2012). */
void commands_choose(struct world *w)
{
    uint64_t kept = rng_percent(&w->rng, 50) ? rng_next(&w->rng) : UINT64_MAX;
    for (uint32_t i = rng_below(&w->rng, 4); i && kept != UINT64_MAX; i--)
        kept &= rng_next(&w->rng);
    for (size_t i = 0; i < ARRAY_SIZE(acts); i++)
        if (!(kept >> i & 1) && acts[i].act != command_message && acts[i].act != act_create)
            w->left_out |= UINT64_C(1) << i;
    w->crowd_percent = rng_percent(&w->rng, 50) ? rng_below(&w->rng, 101) : 0;
}

static bool is_left_out(const struct world *w, size_t at)
{
    return w->left_out >> at & 1;
}

void command_any(struct client *d)
{
    struct world *w = d->world;
    uint32_t all = 0;
    size_t at = 0;
    for (size_t i = 0; i < ARRAY_SIZE(acts); i++)
        all += is_left_out(w, i) ? 0 : acts[i].weight;
    uint32_t what = rng_below(&w->rng, all);
    for (; is_left_out(w, at) || what >= acts[at].weight; at++)
        what -= is_left_out(w, at) ? 0 : acts[at].weight;
    if (acts[at].on)
        acts[at].on(d, acts[at].type);
    else
        acts[at].act(d);
}
