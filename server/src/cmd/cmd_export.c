/*
 * account.export: one walk over everything that its user may read, as the commands that read it
 * would answer, written down in parts (call_part()). Between two parts nothing of it is under way
 * on the chat thread, and within one it asks for a page after the other, as any client would: so
 * others go in between.
 *
 * Memory is a page and what a part holds. Conversations are walked by their ids, since a list by
 * time moves while one reads it; what is written to one after its head was looked at is left out.
 *
 * Refused: a snapshot of the store, held for as long as the slowest client reads. It would keep the
 * store from forgetting what is deleted meanwhile, and answer with words that are gone.
 */
#include <assert.h>
#include <stdlib.h>

#include "chat/inbox.h"
#include "chat/read.h"
#include "cmd/call.h"
#include "cmd/cmd.h"
#include "cmd/encode.h"
#include "cmd/quota.h"
#include "util/macros.h"
#include "util/mem.h"

enum {
    VERSION = 1,
    PART_BYTES = 64 * 1024,          /* at least, but for the last: a few pages */
    EVENTS_PAGE = 50,                /* of the longest messages 400 KiB, escaped up to 2.4 MiB */
    EXPORT_MS_MAX = 2 * 3600 * 1000, /* also for whoever reads slowly, but reads */
};
static_assert((int)EVENTS_PAGE <= (int)PAGE_MAX, "a page");

enum export_phase {
    EXPORT_ACCOUNT,
    EXPORT_DEVICES,
    EXPORT_BLOCKS,
    EXPORT_CONTACTS,
    EXPORT_STARS,
    EXPORT_DRAFTS,
    EXPORT_LIST,   /* the next conversations' ids */
    EXPORT_OPEN,   /* one of them: what it is and who is in it */
    EXPORT_EVENTS, /* a page of it */
    EXPORT_END,
};

struct export
{
    struct call *call;
    struct quota *quota;
    uint64_t started_ms; /* mono */
    enum export_phase phase;
    char page[STORE_TOKEN_BYTES_MAX];     /* stars: where the next begin; empty: at the start */
    uint64_t contact, draft;              /* the last one written; of a draft its conversation */
    uint64_t ids[LIST_MAX], n_ids, at_id; /* conversations */
    uint64_t seq, head;                   /* of the conversation: written up to, to be written to */
    union {
        struct chat_call call;
        struct chat_users users;
        struct chat_devices devices;
        struct chat_blocks blocks;
        struct chat_contacts contacts;
        struct chat_mentions stars;
        struct chat_drafts drafts;
        struct chat_list list;
        struct chat_conversation open;
        struct chat_read events;
    } ask; /* one at a time */
};

static void export_tick(struct export *);

/* --- parts --- */

static void end(struct export *x)
{
    quota_export_ended(x->quota, x->call->user);
    free(x);
}

/* Nobody takes the rest, or it cannot be made: what was sent stays without its end. */
static void give_up(struct export *x, const struct problem *problem)
{
    struct call *call = x->call;
    builder_deinit(&call->out);
    end(x);
    call_fail(call, problem);
}

static void abandon(struct export *x)
{
    give_up(x,
            &(struct problem){.error = API_ERROR_UNAVAILABLE, .retry_after_ms = EXPORT_RETRY_MS});
}

/* Its request lives on in the call between parts. */
static struct export *export_of(struct call *call)
{
    return container_of((void *)call->asked, struct export, ask);
}

static void resume(struct call *call)
{
    struct export *x = export_of(call);
    bool late = call->mono_ms - x->started_ms >= EXPORT_MS_MAX;
    if (call->gone || late)
        abandon(x);
    else
        export_tick(x);
}

static void next(struct export *x, enum export_phase phase)
{
    x->phase = phase;
    if (x->call->gone)
        abandon(x);
    else if (x->call->out.n >= PART_BYTES)
        call_part(x->call, resume);
    else
        export_tick(x);
}

/* NULL: what was asked was refused, and the export is over. */
static struct export *answered(struct chat_call *asked)
{
    struct export *x = container_of((void *)asked, struct export, ask);
    if (!asked->error)
        return x;
    abandon(x);
    return NULL;
}

/* --- oneself --- */

static void account_found(struct chat_call *asked)
{
    struct export *x = answered(asked);
    if (!x)
        return;
    struct writer *w = &x->call->writer;
    if (!x->ask.users.n_users) {
        abandon(x);
        return;
    }
    writer_field_object(w, "account");
    encode_own_account_fields(w, &x->ask.users.users[0]);
    writer_object_end(w);
    next(x, EXPORT_DEVICES);
}

static void devices_found(struct chat_call *asked)
{
    struct export *x = answered(asked);
    if (!x)
        return;
    struct writer *w = &x->call->writer;
    writer_field_array(w, "devices");
    for (uint32_t i = 0; i < x->ask.devices.n_devices; i++)
        encode_device(w, &x->ask.devices.devices[i], x->call->device);
    writer_array_end(w);
    next(x, EXPORT_BLOCKS);
}

static void blocks_found(struct chat_call *asked)
{
    struct export *x = answered(asked);
    if (!x)
        return;
    struct writer *w = &x->call->writer;
    writer_field_array(w, "blocked");
    for (uint32_t i = 0; i < x->ask.blocks.n_users; i++)
        writer_id(w, x->ask.blocks.users[i]);
    writer_array_end(w);
    writer_field_array(w, "contacts");
    next(x, EXPORT_CONTACTS);
}

static void contacts_found(struct chat_call *asked)
{
    struct export *x = answered(asked);
    if (!x)
        return;
    struct writer *w = &x->call->writer;
    const struct chat_contacts *found = &x->ask.contacts;
    for (uint32_t i = 0; i < found->n_contacts; i++)
        encode_contact(w, &found->contacts[i]);
    if (found->n_contacts == PAGE_MAX) {
        x->contact = found->contacts[found->n_contacts - 1].other;
        next(x, EXPORT_CONTACTS);
        return;
    }
    writer_array_end(w);
    writer_field_array(w, "starred");
    next(x, EXPORT_STARS);
}

static void stars_found(struct chat_call *asked)
{
    struct export *x = answered(asked);
    if (!x)
        return;
    struct writer *w = &x->call->writer;
    const struct chat_mentions *found = &x->ask.stars;
    for (uint32_t i = 0; i < found->n_events; i++) {
        writer_object_begin(w);
        writer_field_id(w, "conversation", found->events[i].conversation);
        writer_field_integer(w, "seq", found->events[i].seq);
        writer_object_end(w);
    }
    if (found->next.p) {
        must(found->next.n < sizeof(x->page));
        memcpy(x->page, found->next.p, found->next.n);
        x->page[found->next.n] = 0;
        next(x, EXPORT_STARS);
        return;
    }
    writer_array_end(w);
    writer_field_array(w, "drafts");
    next(x, EXPORT_DRAFTS);
}

static void drafts_found(struct chat_call *asked)
{
    struct export *x = answered(asked);
    if (!x)
        return;
    struct writer *w = &x->call->writer;
    const struct chat_drafts *found = &x->ask.drafts;
    for (uint32_t i = 0; i < found->n_drafts; i++)
        encode_draft(w, &found->drafts[i]);
    if (found->n_drafts == LIST_MAX) {
        x->draft = found->drafts[found->n_drafts - 1].subject;
        next(x, EXPORT_DRAFTS);
        return;
    }
    writer_array_end(w);
    writer_field_array(w, "conversations");
    next(x, EXPORT_LIST);
}

/* --- conversations --- */

static void listed(struct chat_call *asked)
{
    struct export *x = answered(asked);
    if (!x)
        return;
    x->at_id = 0;
    x->n_ids = x->ask.list.n_entries;
    for (uint32_t i = 0; i < x->n_ids; i++)
        x->ids[i] = x->ask.list.entries[i].conversation.id;
    next(x, x->n_ids ? EXPORT_OPEN : EXPORT_END);
}

static void close_conversation(struct export *x)
{
    struct writer *w = &x->call->writer;
    writer_array_end(w);
    writer_object_end(w);
    next(x, ++x->at_id < x->n_ids ? EXPORT_OPEN : EXPORT_LIST);
}

static void opened(struct chat_call *asked)
{
    struct export *x = answered(asked);
    if (!x)
        return;
    struct writer *w = &x->call->writer;
    const struct inbox_entry *entry = x->ask.open.entry;
    writer_object_begin(w);
    encode_entry_fields(w, entry, x->call->user);
    encode_members(w, "members", &x->ask.open);
    writer_field_array(w, "events");
    x->head = entry->head.seq;
    x->seq = MAX(entry->me.from_seq, 1) - 1;
    if (x->seq < x->head)
        next(x, EXPORT_EVENTS);
    else
        close_conversation(x);
}

static void events_found(struct chat_call *asked)
{
    struct export *x = answered(asked);
    if (!x)
        return;
    const struct chat_read *read = &x->ask.events;
    for (uint32_t i = 0; i < read->n_events && x->seq < x->head; i++) {
        encode_event(&x->call->writer, &read->events[i], x->call->user);
        x->seq = read->events[i].seq;
    }
    if (read->n_events && x->seq < x->head)
        next(x, EXPORT_EVENTS);
    else
        close_conversation(x);
}

/* --- the walk --- */

static void *ask(struct export *x, void (*done)(struct chat_call *))
{
    x->ask = (__typeof__(x->ask)){0};
    x->ask.call =
        (struct chat_call){.user = x->call->user, .device = x->call->device, .done = done};
    x->call->asked = &x->ask.call;
    return &x->ask;
}

static void finish(struct export *x)
{
    struct call *call = x->call;
    writer_array_end(&call->writer);
    writer_object_end(&call->writer);
    end(x);
    call_answer(call);
}

static void export_tick(struct export *x)
{
    struct chat *chat = x->call->chat;
    switch (x->phase) {
    case EXPORT_ACCOUNT: {
        struct chat_users *users = ask(x, account_found);
        users->ids = &x->call->user;
        users->n_ids = 1;
        chat_users(chat, users);
        break;
    }
    case EXPORT_DEVICES:
        chat_devices(chat, ask(x, devices_found));
        break;
    case EXPORT_BLOCKS:
        chat_blocks(chat, ask(x, blocks_found));
        break;
    case EXPORT_CONTACTS: {
        struct chat_contacts *contacts = ask(x, contacts_found);
        contacts->after = x->contact;
        contacts->limit = PAGE_MAX;
        chat_contacts(chat, contacts);
        break;
    }
    case EXPORT_STARS: {
        struct chat_mentions *stars = ask(x, stars_found);
        stars->stars = true;
        stars->page = x->page[0] ? str_of(x->page) : (struct str){0};
        stars->limit = LIST_MAX;
        chat_mentions(chat, stars);
        break;
    }
    case EXPORT_DRAFTS: {
        struct chat_drafts *drafts = ask(x, drafts_found);
        drafts->after = x->draft;
        drafts->limit = LIST_MAX;
        chat_drafts(chat, drafts);
        break;
    }
    case EXPORT_LIST: {
        struct chat_list *list = ask(x, listed);
        list->by_id = true;
        list->after_id = x->n_ids ? x->ids[x->n_ids - 1] : 0;
        list->limit = LIST_MAX;
        chat_list(chat, list);
        break;
    }
    case EXPORT_OPEN: {
        struct chat_conversation *open = ask(x, opened);
        open->conversation = x->ids[x->at_id];
        chat_conversation(chat, open);
        break;
    }
    case EXPORT_EVENTS: {
        struct chat_read *events = ask(x, events_found);
        events->conversation = x->ids[x->at_id];
        events->mode = READ_AFTER;
        events->at = x->seq;
        events->limit = EVENTS_PAGE;
        chat_read(chat, events);
        break;
    }
    case EXPORT_END:
        finish(x);
        break;
    }
}

void cmd_account_export(struct call *call)
{
    if (quota_refuses_export(call->quota, call))
        return;
    struct export *x = mem_new(sizeof(*x));
    x->call = call;
    x->quota = call->quota;
    x->started_ms = call->mono_ms;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_integer(w, "version", VERSION);
    writer_field_integer(w, "time", call->time_ms);
    export_tick(x);
}
