/* `rev` is that of the event's row as it is: for a repeated command it tells that the row has
 * changed since. */
#include "cmd/append.h"

#include "cmd/call.h"

static void write_place(struct writer *w, uint64_t conversation, uint64_t seq, uint64_t n,
                        uint64_t time_ms, uint64_t rev)
{
    writer_field_id(w, "conversation", conversation);
    writer_field_integer(w, "seq", seq);
    writer_field_integer(w, "n", n);
    writer_field_integer(w, "time", time_ms);
    writer_field_integer(w, "rev", rev);
}

void append_write(struct writer *w, const struct chat_append *a)
{
    write_place(w, a->conversation, a->seq, a->n, a->time_ms, a->rev);
}

void append_answer(struct call *call, uint64_t conversation, uint64_t seq, uint64_t n,
                   uint64_t time_ms, uint64_t rev)
{
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    write_place(w, conversation, seq, n, time_ms, rev);
    writer_object_end(w);
    call_answer(call);
}

static void appended(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_append *a = (const struct chat_append *)asked;
    append_answer(call, a->conversation, a->seq, a->n, a->time_ms, a->rev);
}

struct chat_append *append_ask(struct call *call, enum event_type type, struct str key,
                               uint64_t after)
{
    struct chat_append *ask = call_ask(call, sizeof(*ask), appended);
    ask->type = type;
    ask->key = key;
    ask->after = after;
    return ask;
}
