/* Frames and REST requests into commands, and the answers to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/reply.h"
#include "proto/request.h"
#include "proto/writer.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/macros.h"

static struct arena arena;
static struct request request;

static int release(void **state)
{
    (void)state;
    arena_deinit(&arena);
    return 0;
}

static int from_frame(const char *frame)
{
    arena_deinit(&arena);
    return request_from_frame(&request, &arena, str_of(frame));
}

static struct rest_request rest_of(const char *method, const char *path, const char *body)
{
    return (struct rest_request){
        .method = str_of(method), .path = str_of(path), .body = str_of(body)};
}

static int from_rest(const struct rest_request *rest)
{
    arena_deinit(&arena);
    return request_from_rest(&request, &arena, rest);
}

/* ---- the socket ---- */

static void test_what_comes_in_parts_is_no_frame(void **state)
{
    (void)state;
    const struct rest_request rest = rest_of("GET", "/v1/account/export", "");
    assert_int_equal(from_frame("{\"id\":1,\"cmd\":\"account.export\"}"),
                     API_ERROR_UNKNOWN_COMMAND);
    assert_int_equal(from_rest(&rest), 0);
    assert_int_equal(request.command, COMMAND_ACCOUNT_EXPORT);
}

static void test_reads_a_frame(void **state)
{
    (void)state;
    assert_int_equal(from_frame("{\"to\":\"42\",\"text\":\"h\\u00e9\",\"reply_to\":9,"
                                "\"cmd\":\"message.send\",\"id\":9007199254740991}"),
                     0);
    assert_int_equal(request.command, COMMAND_MESSAGE_SEND);
    assert_true(request.has_id);
    assert_true(request.id == API_SEQ_MAX);
    const struct args_message_send *args = request.args;
    assert_int_equal(args->to, 42);
    assert_true(str_eq(args->text, STR("h\xc3\xa9")));
    assert_true(str_eq(args->kind, STR("text")));
    assert_true(args->has_reply_to);
    assert_int_equal(args->reply_to, 9);
    assert_false(args->has_key);
    assert_int_equal(args->after, 0);
}

#define TRACE       "4bf92f3577b34da6a3ce929d0e0e4736"
#define TRACEPARENT "\"traceparent\":\"00-" TRACE "-00f067aa0ba902b7-01\""

static void test_reads_the_trace_of_a_frame(void **state)
{
    (void)state;
    assert_int_equal(from_frame("{" TRACEPARENT ",\"id\":1,\"cmd\":\"beat\"}"), 0);
    assert_string_equal(request.trace.trace_id, TRACE);
    assert_true(request.trace.sampled);
    static const char *const none[] = {
        "{\"id\":1,\"cmd\":\"beat\"}",
        "{\"id\":1,\"cmd\":\"beat\",\"traceparent\":7}",
        "{\"id\":1,\"cmd\":\"beat\",\"traceparent\":{\"a\":[]}}",
        "{\"id\":1,\"cmd\":\"beat\",\"traceparent\":\"00-" TRACE "\"}",
        "{" TRACEPARENT "," TRACEPARENT ",\"id\":1,\"cmd\":\"beat\"}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
        assert_int_equal(from_frame(none[i]), 0);
        assert_string_equal(request.trace.trace_id, "");
        assert_false(request.trace.sampled);
    }
}

static void test_finds_every_command(void **state)
{
    (void)state;
    for (size_t c = 0; c < COMMAND_COUNT; c++) {
        struct str name = command_specs[c].name;
        assert_ptr_equal(command_find(name), &command_specs[c]);
        const struct command_spec *cut = command_find(str_n(name.p, name.n - 1));
        assert_true(!cut || cut->name.n == name.n - 1); /* nothing, or what is called so */
    }
    assert_null(command_find(STR("")));
    assert_null(command_find(STR("zzz")));
    assert_null(command_find(STR("message.sendx")));
}

static void test_refuses_a_wrong_envelope(void **state)
{
    (void)state;
    static const struct {
        const char *frame;
        enum api_error error;
        const char *field;
        int64_t id; /* -1: none */
    } cases[] = {
        {"[]", API_ERROR_BAD_REQUEST, "id", -1},
        {"7", API_ERROR_BAD_REQUEST, "id", -1},
        {"{}", API_ERROR_BAD_REQUEST, "id", -1},
        {"{\"cmd\":\"beat\"}", API_ERROR_BAD_REQUEST, "id", -1},
        {"{\"id\":\"7\",\"cmd\":\"beat\"}", API_ERROR_BAD_REQUEST, "id", -1},
        {"{\"id\":-7,\"cmd\":\"beat\"}", API_ERROR_BAD_REQUEST, "id", -1},
        {"{\"id\":7.0,\"cmd\":\"beat\"}", API_ERROR_BAD_REQUEST, "id", -1},
        {"{\"id\":null,\"cmd\":\"beat\"}", API_ERROR_BAD_REQUEST, "id", -1},
        {"{\"id\":9007199254740992,\"cmd\":\"beat\"}", API_ERROR_BAD_REQUEST, "id", -1},
        {"{\"id\":7,\"id\":7,\"cmd\":\"beat\"}", API_ERROR_BAD_REQUEST, "id", -1},
        {"{\"id\":7,\"cmd\":\"beat\",\"\\u0069d\":8}", API_ERROR_BAD_REQUEST, "id", -1},
        {"{\"id\":7,\"cmd\":\"beat\",\"cmd\":\"beat\"}", API_ERROR_BAD_REQUEST, "cmd", 7},
        {"{\"id\":7}", API_ERROR_BAD_REQUEST, "cmd", 7},
        {"{\"id\":7,\"cmd\":8}", API_ERROR_BAD_REQUEST, "cmd", 7},
        {"{\"id\":7,\"cmd\":\"\"}", API_ERROR_UNKNOWN_COMMAND, NULL, 7},
        {"{\"id\":7,\"cmd\":\"Beat\"}", API_ERROR_UNKNOWN_COMMAND, NULL, 7},
        {"{\"id\":7,\"cmd\":\"be\\u0061t\\u0000\"}", API_ERROR_UNKNOWN_COMMAND, NULL, 7},
        {"{\"id\":7,\"cmd\":\"beat\",\"x\":1}", API_ERROR_BAD_REQUEST, "x", 7},
        {"{\"x\":1,\"cmd\":\"beat\",\"id\":7}", API_ERROR_BAD_REQUEST, "x", 7},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_int_equal(from_frame(cases[i].frame), cases[i].error);
        assert_int_equal(request.problem.error, cases[i].error);
        assert_int_equal(request.has_id, cases[i].id >= 0);
        if (cases[i].id >= 0)
            assert_int_equal(request.id, cases[i].id);
        if (cases[i].field)
            assert_true(str_eq(request.problem.field, str_of(cases[i].field)));
        else
            assert_null(request.problem.field.p);
    }
    assert_int_equal(from_frame("{\"\\u0069d\":7,\"c\\u006dd\":\"be\\u0061t\"}"), 0);
}

/* Where a frame is not JSON, its id is told if it surely was the id. */
static void test_recovers_the_id(void **state)
{
    (void)state;
    static const struct {
        const char *frame;
        int64_t id; /* -1: none */
    } cases[] = {
        {"{\"id\":7,\"cmd\":\"beat\"", 7},
        {"{\"cmd\":\"beat\",\"id\":7,", 7},
        {"{\"cmd\":\"beat\",\"id\":7 ,x", 7},
        {"{\"cmd\":\"beat\",\"id\":7}}", 7},
        {"{\"a\":[1,{}],\"id\":7,\"b\":nul", 7},
        {"{\"id\":7,\"text\":\"\xff\"}", 7},
        {"{\"id\":7,\"text\":[[[[[[[[[[]]]]]]]]]]}", 7},
        {"{\"id\":7,\"text\":\"\\ud800\"}", 7},
        {"{\"a\":\"b\"x,\"id\":7}", -1},
        {"{\"id\":7", -1},
        {"{\"id\":7 ", -1},
        {"{\"id\":7_000,\"cmd\":\"beat\"}", -1},
        {"{\"id\":7.,\"cmd\":\"beat\"}", -1},
        {"{\"id\":\"7\",\"cmd\":beat}", -1},
        {"{\"id\"", -1},
        {"{\"id\":", -1},
        {"{\"a\":{\"id\":7,", -1},
        {"[{\"id\":7,", -1},
        {"\"id\":7,", -1},
        {"{", -1},
        {"", -1},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_int_equal(from_frame(cases[i].frame), API_ERROR_BAD_JSON);
        if (request.has_id != (cases[i].id >= 0))
            fail_msg("%s", cases[i].frame);
        if (request.has_id)
            assert_int_equal(request.id, cases[i].id);
    }
}

static void test_refuses_a_large_frame(void **state)
{
    (void)state;
    static char frame[API_FRAME_BYTES_MAX + 1];
    memset(frame, ' ', sizeof(frame));
    struct str beat = STR("{\"id\":1,\"cmd\":\"beat\"}");
    memcpy(frame, beat.p, beat.n);
    arena_deinit(&arena);
    assert_int_equal(request_from_frame(&request, &arena, str_n(frame, sizeof(frame) - 1)), 0);
    assert_int_equal(request_from_frame(&request, &arena, str_n(frame, sizeof(frame))),
                     API_ERROR_TOO_LARGE);
}

/* ---- REST ---- */

static void test_reads_rest(void **state)
{
    (void)state;
    struct rest_request rest =
        rest_of("PATCH", "/v1/conversations/51/messages/18", "{\"text\":\"b\",\"key\":\"k\"}");
    assert_int_equal(from_rest(&rest), 0);
    assert_int_equal(request.command, COMMAND_MESSAGE_EDIT);
    assert_false(request.has_id);
    const struct args_message_edit *edit = request.args;
    assert_int_equal(edit->conversation, 51);
    assert_int_equal(edit->seq, 18);
    assert_true(str_eq(edit->text, STR("b")));
    assert_true(edit->has_key);

    const struct arg_text query[] = {{STR("before"), STR("9")}, {STR("limit"), STR("100")}};
    rest = rest_of("GET", "/v1/conversations/51/messages", "");
    rest.query = query;
    rest.query_n = ARRAY_SIZE(query);
    assert_int_equal(from_rest(&rest), 0);
    const struct args_message_history *history = request.args;
    assert_int_equal(history->conversation, 51);
    assert_true(history->has_before && !history->has_after && !history->has_around);
    assert_int_equal(history->before, 9);
    assert_int_equal(history->limit, 100);

    rest = rest_of("POST", "/v1/sync", "");
    assert_int_equal(from_rest(&rest), 0);
    assert_int_equal(((const struct args_sync *)request.args)->wait, 0);
}

static void test_refuses_wrong_rest(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path, *name, *text, *body;
        enum api_error error;
        const char *field;
    } cases[] = {
        {"GET", "/v1/nowhere", NULL, NULL, "", API_ERROR_UNKNOWN_COMMAND, NULL},
        {"GET", "/v1/signup", NULL, NULL, "", API_ERROR_METHOD_NOT_ALLOWED, NULL},
        {"GET", "/v1/users/x", NULL, NULL, "", API_ERROR_BAD_REQUEST, "user"},
        {"GET", "/v1/users/0", NULL, NULL, "", API_ERROR_BAD_REQUEST, "user"},
        {"GET", "/v1/users/%31", NULL, NULL, "", API_ERROR_BAD_REQUEST, "user"},
        {"GET", "/v1/users/1", "user", "1", "", API_ERROR_BAD_REQUEST, "user"},
        {"GET", "/v1/users/1", "x", "1", "", API_ERROR_BAD_REQUEST, "x"},
        {"GET", "/v1/users", NULL, NULL, "", API_ERROR_BAD_REQUEST, "prefix"},
        {"GET", "/v1/users", "prefix", "", "", API_ERROR_BAD_REQUEST, "prefix"},
        {"GET", "/v1/users", "prefix", "\xff", "", API_ERROR_BAD_REQUEST, "prefix"},
        {"GET", "/v1/conversations", "limit", "0", "", API_ERROR_BAD_REQUEST, "limit"},
        {"GET", "/v1/conversations", "limit", "51", "", API_ERROR_BAD_REQUEST, "limit"},
        {"GET", "/v1/conversations", "limit", "1.0", "", API_ERROR_BAD_REQUEST, "limit"},
        {"GET", "/v1/conversations", "limit", "", "", API_ERROR_BAD_REQUEST, "limit"},
        {"GET", "/v1/conversations", "page", "\xff", "", API_ERROR_BAD_REQUEST, "page"},
        {"GET", "/v1/conversations", "\xff", "1", "", API_ERROR_BAD_REQUEST, ""},
        {"GET", "/v1/conversations", NULL, NULL, "{}", API_ERROR_BAD_REQUEST, NULL},
        {"DELETE", "/v1/devices/1", NULL, NULL, "{}", API_ERROR_BAD_REQUEST, NULL},
        {"POST", "/v1/sync", "wait", "1", "", API_ERROR_BAD_REQUEST, "wait"},
        {"POST", "/v1/sync", NULL, NULL, "[]", API_ERROR_BAD_REQUEST, NULL},
        {"POST", "/v1/sync", NULL, NULL, "{", API_ERROR_BAD_JSON, NULL},
        {"POST", "/v1/sync", NULL, NULL, " ", API_ERROR_BAD_JSON, NULL},
        {"POST", "/v1/sync", NULL, NULL, "{\"id\":1}", API_ERROR_BAD_REQUEST, "id"},
        {"POST", "/v1/sync", NULL, NULL, "{\"wait\":26}", API_ERROR_BAD_REQUEST, "wait"},
        {"PUT", "/v1/users/5/block", NULL, NULL, "{\"user\":\"5\"}", API_ERROR_BAD_REQUEST, "user"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct rest_request rest = rest_of(cases[i].method, cases[i].path, cases[i].body);
        struct arg_text query = {str_of(cases[i].name), str_of(cases[i].text)};
        rest.query = &query;
        rest.query_n = cases[i].name ? 1 : 0;
        assert_int_equal(from_rest(&rest), cases[i].error);
        assert_int_equal(request.problem.error, cases[i].error);
        struct str field = request.problem.field;
        if (!str_eq(field, str_of(cases[i].field)))
            fail_msg("%s: %.*s", cases[i].path, (int)field.n, field.p);
    }
    struct rest_request rest = rest_of("PUT", "/v1/account", "");
    assert_int_equal(from_rest(&rest), API_ERROR_METHOD_NOT_ALLOWED);
    assert_true(str_eq(request.problem.allow, STR("GET, PATCH")));
    static char body[API_BODY_BYTES_MAX + 1];
    rest = rest_of("POST", "/v1/sync", "");
    rest.body = str_n(body, sizeof(body));
    assert_int_equal(from_rest(&rest), API_ERROR_TOO_LARGE);
}

/* ---- answers ---- */

static void assert_error(const struct problem *problem, const char *frame, const char *body)
{
    struct builder out = {0};
    struct writer w = {.out = &out};
    struct request asked = {.has_id = true, .id = 7};
    reply_error(&w, &asked, problem);
    if (!str_eq(builder_str(&out), str_of(frame)))
        fail_msg("%.*s", (int)out.n, builder_str(&out).p);
    builder_reset(&out);
    w = (struct writer){.out = &out};
    reply_problem(&w, problem);
    if (!str_eq(builder_str(&out), str_of(body)))
        fail_msg("%.*s", (int)out.n, builder_str(&out).p);
    builder_deinit(&out);
}

static void test_writes_errors(void **state)
{
    (void)state;
    assert_error(&(struct problem){.error = API_ERROR_NAME_TAKEN},
                 "{\"id\":7,\"error\":{\"message\":\"This username is taken.\","
                 "\"code\":\"name_taken\"}}",
                 "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,"
                 "\"detail\":\"This username is taken.\",\"code\":\"name_taken\"}");
    assert_error(&(struct problem){.error = API_ERROR_AHEAD,
                                   .message = STR("m"),
                                   .field = STR("f\""),
                                   .retry_after_ms = 5,
                                   .has_head = true,
                                   .first = 3},
                 "{\"id\":7,\"error\":{\"message\":\"m\",\"code\":\"ahead\",\"field\":\"f\\\"\","
                 "\"retry_after_ms\":5,\"head\":0,\"first\":3}}",
                 "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,\"detail\":\"m\","
                 "\"code\":\"ahead\",\"field\":\"f\\\"\",\"retry_after_ms\":5,\"head\":0,"
                 "\"first\":3}");
    struct builder out = {0};
    struct writer w = {.out = &out};
    reply_error(&w, &(struct request){0}, &(struct problem){.error = API_ERROR_BAD_JSON});
    assert_true(str_starts(builder_str(&out), STR("{\"error\":{\"message\":\"")));
    builder_deinit(&out);
}

static void test_every_error_has_its_words(void **state)
{
    (void)state;
    for (int e = API_OK + 1; e < API_ERROR_COUNT; e++) {
        assert_true(api_errors[e].code.n > 0 && api_errors[e].message.n > 0);
        assert_true(api_errors[e].status >= 400 && api_errors[e].status < 600);
        assert_true(api_errors[e].status_text.n > 0);
    }
}

static void test_frames_what_went_well(void **state)
{
    (void)state;
    struct builder out = {0};
    struct writer w = {.out = &out};
    reply_ok_begin(&w, 0);
    writer_object_begin(&w);
    writer_field_id(&w, "user", 5);
    writer_object_end(&w);
    reply_ok_end(&w);
    assert_true(str_eq(builder_str(&out), STR("{\"id\":0,\"ok\":{\"user\":\"5\"}}")));
    builder_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_comes_in_parts_is_no_frame),
        cmocka_unit_test(test_reads_a_frame),
        cmocka_unit_test(test_reads_the_trace_of_a_frame),
        cmocka_unit_test(test_finds_every_command),
        cmocka_unit_test(test_refuses_a_wrong_envelope),
        cmocka_unit_test(test_recovers_the_id),
        cmocka_unit_test(test_refuses_a_large_frame),
        cmocka_unit_test(test_reads_rest),
        cmocka_unit_test(test_refuses_wrong_rest),
        cmocka_unit_test(test_writes_errors),
        cmocka_unit_test(test_every_error_has_its_words),
        cmocka_unit_test(test_frames_what_went_well),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
