/*
 * Both forms of an error carry the same code and the same further members. The problem's type is
 * "about:blank", for which RFC 9457 §4.2.1 asks the title to be the status' own name: the code says
 * what it is, and an address of ours would have to be kept alive for as long as there are clients.
 */
#include "proto/reply.h"

#include "proto/problem.h"
#include "proto/request.h"
#include "proto/writer.h"
#include "util/macros.h"

void reply_ok_begin(struct writer *w, uint64_t id)
{
    writer_object_begin(w);
    writer_field_integer(w, "id", id);
    writer_name(w, "ok");
}

void reply_ok_end(struct writer *w)
{
    writer_object_end(w);
}

static void write_problem(struct writer *w, const char *message_name, const struct problem *p)
{
    must(p->error > API_OK && p->error < API_ERROR_COUNT);
    const struct error_spec *spec = &api_errors[p->error];
    writer_field_string(w, message_name, p->message.p ? p->message : spec->message);
    writer_field_string(w, "code", spec->code);
    if (p->field.p)
        writer_field_string(w, "field", p->field);
    if (p->retry_after_ms)
        writer_field_integer(w, "retry_after_ms", p->retry_after_ms);
    if (p->has_head)
        writer_field_integer(w, "head", p->head);
    if (p->first)
        writer_field_integer(w, "first", p->first);
}

void reply_error(struct writer *w, const struct request *request, const struct problem *p)
{
    writer_object_begin(w);
    if (request->has_id)
        writer_field_integer(w, "id", request->id);
    writer_field_object(w, "error");
    write_problem(w, "message", p);
    writer_object_end(w);
    writer_object_end(w);
}

void reply_problem(struct writer *w, const struct problem *p)
{
    must(p->error > API_OK && p->error < API_ERROR_COUNT);
    const struct error_spec *spec = &api_errors[p->error];
    writer_object_begin(w);
    writer_field_string(w, "type", STR("about:blank"));
    writer_field_string(w, "title", spec->status_text);
    writer_field_integer(w, "status", spec->status);
    write_problem(w, "detail", p);
    writer_object_end(w);
}
