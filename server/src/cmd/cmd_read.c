/* conversation.events, message.history, message.mentions, message.starred,
 * messages.unread: reading what was written. */
#include "chat/inbox.h"
#include "chat/read.h"
#include "cmd/call.h"
#include "cmd/cmd.h"
#include "cmd/encode.h"
#include "model/limits.h"

enum {
    /* Events in one answer of messages.unread, over all its conversations: a page. */
    UNREAD_EVENTS_MAX = PAGE_MAX,
    /* Text in one answer, as stored: a page of usual messages is far below it, and a page of the
     * longest would hold up the chat thread, and fill the asker's queue, for six times as many
     * bytes when each must be escaped. */
    ANSWER_TEXT_BYTES_MAX = 256 * 1024,
    /* What a reaction counts as text. */
    REACTION_BYTES = 16,
};

static size_t text_bytes(const struct event *e)
{
    return e->text.n + (size_t)e->n_reactions * REACTION_BYTES;
}

/* Shortens a page to about `bytes_max` of text, one event at least: the asker pages on from where
 * it ends. Gives up the end that the next page will begin with. Returns the text left. */
static size_t fit(struct chat_read *read, size_t bytes_max)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < read->n_events; i++)
        bytes += text_bytes(&read->events[i]);
    while (bytes > bytes_max && read->n_events > 1) {
        const struct event *first = read->events, *last = first + read->n_events - 1;
        bool from_end = read->mode == READ_AFTER ||
                        (read->mode == READ_AROUND && last->seq + first->seq > 2 * read->at);
        bytes -= text_bytes(from_end ? last : first);
        if (!from_end)
            read->events++;
        read->n_events--;
    }
    return bytes;
}

static void events_read(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    struct chat_read *read = (struct chat_read *)asked;
    fit(read, ANSWER_TEXT_BYTES_MAX);
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    encode_events(w, "events", read->events, read->n_events, call->user);
    writer_field_integer(w, "head", read->head);
    writer_field_bool(w, "page", read->page);
    writer_object_end(w);
    call_answer(call);
}

void cmd_conversation_events(struct call *call)
{
    const struct args_conversation_events *args = call->args;
    struct chat_read *ask = call_ask(call, sizeof(*ask), events_read);
    ask->conversation = args->conversation;
    ask->mode = READ_AFTER;
    ask->at = args->after;
    ask->limit = (uint32_t)args->limit;
    ask->sync = true;
    chat_read(call->chat, ask);
}

static void history_read(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    struct chat_read *read = (struct chat_read *)asked;
    fit(read, ANSWER_TEXT_BYTES_MAX);
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    encode_events(w, "events", read->events, read->n_events, call->user);
    writer_field_integer(w, "head", read->head);
    writer_field_integer(w, "first", read->first);
    writer_object_end(w);
    call_answer(call);
}

void cmd_message_history(struct call *call)
{
    const struct args_message_history *args = call->args;
    struct chat_read *ask = call_ask(call, sizeof(*ask), history_read);
    ask->conversation = args->conversation;
    ask->mode = args->has_before   ? READ_BEFORE
                : args->has_after  ? READ_AFTER
                : args->has_around ? READ_AROUND
                                   : READ_NEWEST;
    ask->at = args->has_before   ? args->before
              : args->has_after  ? args->after
              : args->has_around ? args->around
                                 : 0;
    ask->limit = (uint32_t)args->limit;
    chat_read(call->chat, ask);
}

static void mentions_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_mentions *found = (const struct chat_mentions *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    encode_events(w, "events", found->events, found->n_events, call->user);
    if (found->next.p)
        writer_field_string(w, "page", found->next);
    writer_object_end(w);
    call_answer(call);
}

void cmd_message_mentions(struct call *call)
{
    const struct args_message_mentions *args = call->args;
    struct chat_mentions *ask = call_ask(call, sizeof(*ask), mentions_found);
    ask->page = args->page;
    ask->limit = (uint32_t)args->limit;
    chat_mentions(call->chat, ask);
}

void cmd_message_starred(struct call *call)
{
    const struct args_message_starred *args = call->args;
    struct chat_mentions *ask = call_ask(call, sizeof(*ask), mentions_found);
    ask->page = args->page;
    ask->limit = (uint32_t)args->limit;
    ask->stars = true;
    chat_mentions(call->chat, ask);
}

/*
 * messages.unread: first the conversations, then the first unread events of each, one read after
 * the other, while the whole stays within a page. What the list lends is copied, since it goes
 * with its done().
 */
struct unread {
    struct call *call;
    uint32_t at, n; /* conversations */
    uint32_t events_left;
    size_t text_left;
    struct {
        uint64_t conversation, read_seq, unread;
    } rows[LIST_MAX];
};

/* In front of the request to read, which leads back to its call only. */
struct unread_read {
    struct chat_read read;
    struct unread *unread;
};

static void read_unread(struct unread *u);

static void write_unread(struct unread *u, const struct event *events, uint32_t n)
{
    struct writer *w = &u->call->writer;
    writer_object_begin(w);
    writer_field_id(w, "conversation", u->rows[u->at].conversation);
    writer_field_integer(w, "unread", u->rows[u->at].unread);
    encode_events(w, "events", events, n, u->call->user);
    writer_object_end(w);
    u->at++;
    u->events_left -= n;
}

static void unread_events_read(struct chat_call *asked)
{
    struct unread *u = ((struct unread_read *)asked)->unread;
    struct chat_read *read = (struct chat_read *)asked;
    if (asked->error == CHAT_OK) {
        size_t bytes = fit(read, u->text_left);
        u->text_left -= MIN(bytes, u->text_left);
        write_unread(u, read->events, read->n_events);
    } else if (asked->error == CHAT_UNAVAILABLE || asked->error == CHAT_OVERLOADED) {
        builder_reset(&u->call->out);
        call_refused(u->call);
        return;
    } else {
        /* Gone since it was listed. */
        u->at++;
    }
    read_unread(u);
}

static void read_unread(struct unread *u)
{
    const struct args_messages_unread *args = u->call->args;
    while (u->at < u->n && (!u->events_left || !u->text_left))
        write_unread(u, NULL, 0);
    if (u->at == u->n) {
        writer_array_end(&u->call->writer);
        writer_object_end(&u->call->writer);
        call_answer(u->call);
        return;
    }
    struct unread_read *ask = call_ask(u->call, sizeof(*ask), unread_events_read);
    ask->unread = u;
    ask->read.conversation = u->rows[u->at].conversation;
    ask->read.mode = READ_AFTER;
    ask->read.at = u->rows[u->at].read_seq;
    ask->read.limit = MIN((uint32_t)args->limit, u->events_left);
    chat_read(u->call->chat, &ask->read);
}

static void unread_listed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_list *list = (const struct chat_list *)asked;
    struct unread *u = arena_alloc(&call->arena, sizeof(*u));
    *u = (struct unread){
        .call = call,
        .n = list->n_entries,
        .events_left = UNREAD_EVENTS_MAX,
        .text_left = ANSWER_TEXT_BYTES_MAX,
    };
    must(u->n <= LIST_MAX);
    for (uint32_t i = 0; i < u->n; i++) {
        const struct inbox_entry *entry = &list->entries[i];
        u->rows[i].conversation = entry->conversation.id;
        u->rows[i].read_seq =
            MAX(entry->me.read_seq, entry->me.from_seq ? entry->me.from_seq - 1 : 0);
        u->rows[i].unread = encode_unread(entry);
    }
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_integer(w, "total", list->total_unread);
    writer_field_array(w, "conversations");
    read_unread(u);
}

void cmd_messages_unread(struct call *call)
{
    const struct args_messages_unread *args = call->args;
    struct chat_list *ask = call_ask(call, sizeof(*ask), unread_listed);
    ask->limit = (uint32_t)args->limit;
    ask->unread_only = true;
    chat_list(call->chat, ask);
}
