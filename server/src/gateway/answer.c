/* Heads are written here and nowhere else, so that no response lacks what keeps a browser from
 * guessing types, telling others where it was, or keeping what is private. */
#include "gateway/answer.h"

#include "gateway/client.h"
#include "gateway/state.h"
#include "proto/problem.h"
#include "proto/reply.h"
#include "proto/writer.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/metric.h"
#include "util/numbers.h"

/* Two years, as browsers' preload lists and Mozilla's guideline have it (RFC 6797). */
static const char only_encrypted[] = "max-age=63072000";

void answer_field(struct answer *a, struct str name, struct str value)
{
    must(a->fields_n < ANSWER_FIELDS_MAX);
    a->fields[a->fields_n++] = (struct http_field){name, value};
}

static bool has_body(const struct client *c, const struct answer *a)
{
    return a->body && !c->head && a->status != 304;
}

/* Its head, with `response` for what the body is like. */
static bool send_head(struct client *c, const struct answer *a, struct http_response response)
{
    struct answer full = *a;
    answer_field(&full, STR("X-Content-Type-Options"), STR("nosniff"));
    answer_field(&full, STR("Referrer-Policy"), STR("no-referrer"));
    if (c->lane->gateway->options.tls && !c->metrics)
        answer_field(&full, STR("Strict-Transport-Security"), str_of(only_encrypted));
    response.status = a->status;
    response.keep_alive = !c->last;
    response.date = lane_date(c->lane);
    response.type = a->type;
    response.etag = a->etag;
    response.fields = full.fields;
    response.fields_n = full.fields_n;
    struct builder out = {0};
    must(http_response_write(&response, &out) == 0);
    struct buf *head = builder_finish(&out);
    log_debug("http_answer", log_u64("conn", c->number), log_u64("status", a->status));
    bool sent = client_send(c, NULL, 0, head);
    buf_unref(head);
    return sent;
}

void answer_send(struct client *c, const struct answer *a)
{
    struct http_response response = {.body_bytes = a->body ? a->body->n : 0};
    if (!send_head(c, a, response) ||
        (has_body(c, a) && a->body->n && !client_send(c, NULL, 0, a->body)))
        conn_close_now(&c->conn);
}

void answer_begin(struct client *c)
{
    struct http_response response = {.chunked = c->chunked, .to_the_end = !c->chunked};
    struct answer a = {.status = 200, .type = STR("application/json")};
    answer_field(&a, STR("Cache-Control"), STR("no-store"));
    c->last = c->last || !c->chunked;
    if (!send_head(c, &a, response))
        conn_close_now(&c->conn);
}

void answer_problem_body(struct client *c, const struct problem *problem, struct buf *body)
{
    struct answer a = {.status = api_errors[problem->error].status,
                       .type = STR("application/problem+json"),
                       .body = body};
    char seconds[U64_TEXT_MAX + 1];
    answer_field(&a, STR("Cache-Control"), STR("no-store"));
    if (problem->retry_after_ms) {
        uint64_t s = (problem->retry_after_ms + 999) / 1000;
        answer_field(&a, STR("Retry-After"), str_n(seconds, u64_format(seconds, s)));
    }
    if (problem->allow.p)
        answer_field(&a, STR("Allow"), problem->allow);
    if (a.status == 401)
        answer_field(&a, STR("WWW-Authenticate"), STR("Bearer"));
    answer_send(c, &a);
}

void answer_problem(struct client *c, const struct problem *problem)
{
    struct builder out = {0};
    struct writer w = {.out = &out};
    metric_add_at(METRIC_ERRORS, problem->error, 1);
    reply_problem(&w, problem);
    struct buf *body = builder_finish(&out);
    answer_problem_body(c, problem, body);
    buf_unref(body);
}

void answer_malformed(struct client *c, unsigned status)
{
    enum api_error error = status == 413 ? API_ERROR_TOO_LARGE : API_ERROR_BAD_REQUEST;
    struct builder out = {0};
    struct writer w = {.out = &out};
    writer_object_begin(&w);
    writer_field_string(&w, "type", STR("about:blank"));
    writer_field_string(&w, "title", http_reason(status));
    writer_field_integer(&w, "status", status);
    writer_field_string(&w, "detail", STR("This is not a request that this server takes."));
    writer_field_string(&w, "code", api_errors[error].code);
    writer_object_end(&w);
    struct answer a = {
        .status = status, .type = STR("application/problem+json"), .body = builder_finish(&out)};
    answer_send(c, &a);
    buf_unref(a.body);
}
