/*
 * Any bytes as a socket's frame. What the reader takes is written again and must read back as the
 * same tokens; what the decoder takes must be a command with a known id; every refusal must have
 * words that can be sent. The corpus holds frames of every kind of argument.
 */
#include "proto/api.gen.h"
#include "proto/problem.h"
#include "proto/reply.h"
#include "proto/request.h"
#include "proto/test_echo.h"
#include "util/arena.h"
#include "util/macros.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must_be_same(const struct json *a, const struct json *b, struct arena *arena)
{
    must(a->tokens_n == b->tokens_n);
    for (uint32_t i = 0; i < a->tokens_n; i++) {
        const struct json_token *x = &a->tokens[i], *y = &b->tokens[i];
        must(x->type == y->type && x->next == y->next);
        if (x->type == JSON_STRING)
            must(json_is(b, i, json_string(a, i, arena)));
        else if (x->type == JSON_ARRAY || x->type == JSON_OBJECT)
            must(x->n == y->n);
        else
            must(str_eq(str_n(a->text.p + x->at, x->n), str_n(b->text.p + y->at, y->n)));
    }
}

static bool read_and_write(struct str text, struct arena *arena)
{
    static struct json_token tokens[API_JSON_TOKENS_MAX], again[API_JSON_TOKENS_MAX];
    struct json json = {.tokens = tokens, .tokens_max = ARRAY_SIZE(tokens)};
    if (json_parse(&json, text))
        return false;
    struct builder out = {0};
    struct writer w = {.out = &out};
    echo_value(&w, &json, 0, arena);
    struct json echo = {.tokens = again, .tokens_max = ARRAY_SIZE(again)};
    must(json_parse(&echo, builder_str(&out)) == 0);
    must_be_same(&json, &echo, arena);
    builder_deinit(&out);
    return true;
}

/* The answer to a refused frame is JSON, with the id that was read. */
static void write_refusal(const struct request *request, struct arena *arena)
{
    struct builder out = {0};
    struct writer w = {.out = &out};
    reply_error(&w, request, &request->problem);
    must(utf8_valid(builder_str(&out)));
    must(read_and_write(builder_str(&out), arena));
    builder_reset(&out);
    w = (struct writer){.out = &out};
    reply_problem(&w, &request->problem);
    must(read_and_write(builder_str(&out), arena));
    builder_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena = {0};
    struct str text = str_n(data, n);
    bool is_json = read_and_write(text, &arena);
    struct request request;
    int error = request_from_frame(&request, &arena, text);
    must(error >= 0 && error < API_ERROR_COUNT);
    must(is_json || error == API_ERROR_BAD_JSON || error == API_ERROR_TOO_LARGE);
    if (error) {
        must((int)request.problem.error == error);
        write_refusal(&request, &arena);
    } else {
        must(is_json && request.has_id && request.args);
        must(request.spec == &command_specs[request.command]);
    }
    /* The same bytes as a body, which is decoded by the other way in. */
    struct rest_request rest = {.method = STR("POST"), .path = STR("/v1/messages"), .body = text};
    error = request_from_rest(&request, &arena, &rest);
    if (error)
        write_refusal(&request, &arena);
    arena_deinit(&arena);
    return 0;
}
