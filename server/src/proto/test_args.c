/*
 * Every limit of every argument of every command, driven from the table, so that none can be
 * forgotten: for each argument a frame is made in which the other required ones are well and this
 * one is at, just inside or just outside its limit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "model/limits.h"
#include "proto/request.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/macros.h"

/* The wire may be tighter than the domain, never wider. */
static_assert(API_USERNAME_BYTES_MIN >= USERNAME_BYTES_MIN, "username");
static_assert(API_USERNAME_BYTES_MAX <= USERNAME_BYTES_MAX, "username");
static_assert(API_PASSWORD_BYTES_MIN >= PASSWORD_BYTES_MIN, "password");
static_assert(API_PASSWORD_BYTES_MAX <= PASSWORD_BYTES_MAX, "password");
static_assert(API_DISPLAY_NAME_BYTES_MAX <= DISPLAY_NAME_BYTES_MAX, "display name");
static_assert(API_ABOUT_BYTES_MAX <= ABOUT_BYTES_MAX, "about");
static_assert(API_DEVICE_NAME_BYTES_MAX <= DEVICE_NAME_BYTES_MAX, "device name");
static_assert(API_TITLE_BYTES_MAX <= TITLE_BYTES_MAX, "title");
static_assert(API_DESCRIPTION_BYTES_MAX <= DESCRIPTION_BYTES_MAX, "description");
static_assert(API_INVITES_MAX <= INVITES_MAX, "invites");
static_assert(API_INVITE_S_MIN >= INVITE_S_MIN, "seconds of an invite");
static_assert(API_INVITE_S_MAX <= INVITE_S_MAX, "seconds of an invite");
static_assert(API_INVITE_USES_MAX <= INVITE_USES_MAX, "uses of an invite");
static_assert(API_TEXT_BYTES_MAX <= TEXT_BYTES_MAX, "text");
static_assert(API_KIND_BYTES_MAX <= KIND_BYTES_MAX, "kind");
static_assert(API_EMOJI_BYTES_MAX <= EMOJI_BYTES_MAX, "emoji");
static_assert(API_KEY_BYTES_MAX <= KEY_BYTES_MAX, "key");
static_assert(API_GROUP_MEMBERS_MAX <= MEMBERS_MAX, "members");
static_assert(API_PAGE_MAX <= PAGE_MAX, "page");
static_assert(API_LIST_MAX <= LIST_MAX, "list");
static_assert(API_SEARCH_MAX <= SEARCH_MAX, "search");
static_assert(API_BEHIND_EVENTS_MAX <= EVENTS_BEHIND_MAX, "events behind");

/* ---- making frames ---- */

static struct builder frame, value;
static struct arena arena;
static struct request request;

static int release(void **state)
{
    (void)state;
    builder_deinit(&frame);
    builder_deinit(&value);
    arena_deinit(&arena);
    return 0;
}

static void add(struct builder *b, const char *text)
{
    builder_add_str(b, str_of(text));
}

/* A character of every charset, see test_charsets_are_what_they_say(). */
enum { PLAIN = 'a' };

static const char *string_value(size_t n)
{
    builder_reset(&value);
    add(&value, "\"");
    for (size_t i = 0; i < n; i++)
        builder_add_byte(&value, PLAIN);
    builder_add(&value, "\"", 2);
    return builder_str(&value).p;
}

static const char *ids_value(size_t n)
{
    builder_reset(&value);
    add(&value, "[");
    for (size_t i = 0; i < n; i++) {
        char id[32];
        snprintf(id, sizeof(id), "%s\"%zu\"", i ? "," : "", i + 1000);
        add(&value, id);
    }
    builder_add(&value, "]", 2);
    return builder_str(&value).p;
}

static const char *number_value(uint64_t number)
{
    char text[32];
    snprintf(text, sizeof(text), "%" PRIu64, number);
    builder_reset(&value);
    builder_add(&value, text, strlen(text) + 1);
    return builder_str(&value).p;
}

/* Some value that is well; valid until the next one is made. */
static const char *good_value(const struct arg_spec *arg)
{
    switch (arg->kind) {
    case ARG_ID:
        return "\"123\"";
    case ARG_INT:
        return number_value(arg->min);
    case ARG_BOOL:
        return "true";
    case ARG_STRING:
        return string_value(arg->chars_max ? arg->chars_max : arg->max);
    case ARG_ENUM:
        builder_reset(&value);
        add(&value, "\"");
        builder_add_str(&value, arg->values[arg->values_n - 1]);
        builder_add(&value, "\"", 2);
        return builder_str(&value).p;
    case ARG_IDS:
        return ids_value(arg->max);
    }
    return NULL;
}

static void add_argument(const struct arg_spec *arg, const char *json)
{
    add(&frame, ",\"");
    builder_add_str(&frame, arg->name);
    add(&frame, "\":");
    add(&frame, json);
}

/* The frame's start and all arguments that must be there, without argument `except`. */
static void frame_begin(const struct command_spec *spec, size_t except)
{
    builder_reset(&frame);
    add(&frame, "{\"id\":7,\"cmd\":\"");
    builder_add_str(&frame, spec->name);
    add(&frame, "\"");
    for (size_t i = 0; i < spec->args_n; i++) {
        bool needed = spec->args[i].presence == ARG_REQUIRED || spec->at_least_one >> i & 1;
        if (needed && i != except)
            add_argument(&spec->args[i], good_value(&spec->args[i]));
    }
}

static int frame_end(void)
{
    add(&frame, "}");
    arena_deinit(&arena);
    return request_from_frame(&request, &arena, builder_str(&frame));
}

static int send_with(const struct command_spec *spec, size_t arg, const char *json)
{
    struct str copy = arena_str(&arena, str_of(json)); /* `value` is used again by the others */
    frame_begin(spec, arg);
    add_argument(&spec->args[arg], copy.p);
    return frame_end();
}

static void assert_takes(const struct command_spec *spec, size_t arg, const char *json)
{
    if (send_with(spec, arg, json) != 0)
        fail_msg("%s refused %.200s: %.*s", spec->name.p, builder_str(&frame).p,
                 (int)request.problem.message.n, request.problem.message.p);
    assert_ptr_equal(request.spec, spec);
    assert_true(request.has_id);
    assert_int_equal(request.id, 7);
    const struct arg_spec *a = &spec->args[arg];
    if (a->presence == ARG_OPTIONAL)
        assert_true(((bool *)request.args)[a->has_offset]);
}

/* bad_request, naming the argument. */
static void assert_refuses(const struct command_spec *spec, size_t arg, const char *json)
{
    if (send_with(spec, arg, json) != API_ERROR_BAD_REQUEST)
        fail_msg("%s took %s: %.100s", spec->name.p, spec->args[arg].name.p, json);
    assert_int_equal(request.problem.error, API_ERROR_BAD_REQUEST);
    assert_true(str_eq(request.problem.field, spec->args[arg].name));
    assert_true(str_starts(request.problem.message, spec->args[arg].name));
    assert_true(request.has_id);
}

static const void *decoded(const struct arg_spec *arg)
{
    return (const char *)request.args + arg->offset;
}

static void assert_string(const struct arg_spec *arg, size_t n)
{
    const struct str *s = decoded(arg);
    assert_int_equal(s->n, n);
    assert_non_null(s->p);
}

static void assert_u64(const struct arg_spec *arg, uint64_t want)
{
    assert_true(*(const uint64_t *)decoded(arg) == want);
}

/* ---- one kind after the other ---- */

static void refuse_all(const struct command_spec *spec, size_t arg, const char *const *values,
                       size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_refuses(spec, arg, values[i]);
}

static void try_characters(const struct command_spec *spec, size_t i)
{
    const struct arg_spec *arg = &spec->args[i];
    size_t n = MAX(arg->min, 1);
    for (unsigned c = 0; c < 128 && arg->max > 0; c++) {
        char text[1024] = "\"";
        size_t at = 1;
        for (; at < n; at++)
            text[at] = PLAIN;
        snprintf(text + at, sizeof(text) - at, "\\u%04x\"", c);
        bool allowed = arg->charset ? arg->charset->bits[c / 64] >> c % 64 & 1 : c != 0;
        if (allowed)
            assert_takes(spec, i, text);
        else
            assert_refuses(spec, i, text);
    }
    char wide[1024] = "\"\xf0\x9f\x98\x80";
    size_t at = 5;
    for (; at < n + 1; at++)
        wide[at] = PLAIN;
    wide[at] = '"';
    if (arg->charset)
        assert_refuses(spec, i, wide);
    else
        assert_takes(spec, i, wide);
}

static void try_wide(const struct command_spec *spec, size_t i, size_t chars, bool allowed)
{
    static struct builder text;
    builder_reset(&text);
    add(&text, "\"");
    for (size_t c = 0; c < chars; c++)
        add(&text, "\xf0\x9f\x98\x80");
    builder_add(&text, "\"", 2);
    if (allowed)
        assert_takes(spec, i, builder_str(&text).p);
    else
        assert_refuses(spec, i, builder_str(&text).p);
    builder_deinit(&text);
}

static void try_string(const struct command_spec *spec, size_t i)
{
    const struct arg_spec *arg = &spec->args[i];
    static const char *const wrong[] = {"7", "null", "true", "[]", "{}", "[\"aaa\"]"};
    refuse_all(spec, i, wrong, ARRAY_SIZE(wrong));
    size_t max = arg->chars_max ? MIN(arg->chars_max, arg->max) : arg->max;
    if (arg->min > 0)
        assert_refuses(spec, i, string_value(arg->min - 1));
    assert_takes(spec, i, string_value(arg->min));
    assert_string(arg, arg->min);
    assert_takes(spec, i, string_value(max));
    assert_string(arg, max);
    assert_refuses(spec, i, string_value(max + 1));
    assert_refuses(spec, i, string_value(arg->max + 1));
    if (!arg->charset) {
        try_wide(spec, i, MIN(arg->max / 4, max), true);
        try_wide(spec, i, MIN(arg->max / 4, max) + 1, false);
    }
    try_characters(spec, i);
}

static void try_integer(const struct command_spec *spec, size_t i)
{
    const struct arg_spec *arg = &spec->args[i];
    static const char *const wrong[] = {"\"7\"", "null", "true", "[]",    "{}",
                                        "-1",    "7.0",  "7e0",  "0.7e1", "18446744073709551616"};
    refuse_all(spec, i, wrong, ARRAY_SIZE(wrong));
    if (arg->min > 0)
        assert_refuses(spec, i, number_value(arg->min - 1));
    assert_takes(spec, i, number_value(arg->min));
    assert_u64(arg, arg->min);
    assert_takes(spec, i, number_value(arg->max));
    assert_u64(arg, arg->max);
    assert_refuses(spec, i, number_value(arg->max + 1));
}

static void try_id(const struct command_spec *spec, size_t i)
{
    static const char *const wrong[] = {
        "\"0\"",
        "\"9223372036854775808\"",
        "\"18446744073709551616\"",
        "\"\"",
        "\"01\"",
        "\"+1\"",
        "\"-1\"",
        "\"1 \"",
        "\" 1\"",
        "\"1.0\"",
        "\"0x1\"",
        "\"1e1\"",
        "\"a\"",
        "7",
        "null",
        "true",
        "[]",
        "[\"7\"]",
        "{}",
        "\"7\\u0000\"",
    };
    refuse_all(spec, i, wrong, ARRAY_SIZE(wrong));
    assert_takes(spec, i, "\"1\"");
    assert_u64(&spec->args[i], 1);
    assert_takes(spec, i, "\"9223372036854775807\"");
    assert_u64(&spec->args[i], INT64_MAX);
    assert_takes(spec, i, "\"1\\u0032\"");
    assert_u64(&spec->args[i], 12);
}

static void try_bool(const struct command_spec *spec, size_t i)
{
    static const char *const wrong[] = {"\"true\"", "1", "0", "null", "[]", "{}"};
    refuse_all(spec, i, wrong, ARRAY_SIZE(wrong));
    assert_takes(spec, i, "true");
    assert_true(*(const bool *)decoded(&spec->args[i]));
    assert_takes(spec, i, "false");
    assert_false(*(const bool *)decoded(&spec->args[i]));
}

static void try_enum(const struct command_spec *spec, size_t i)
{
    const struct arg_spec *arg = &spec->args[i];
    static const char *const wrong[] = {"\"\"", "\"none\"", "0", "null", "true", "[]", "{}"};
    refuse_all(spec, i, wrong, ARRAY_SIZE(wrong));
    for (size_t v = 0; v < arg->values_n; v++) {
        char text[64];
        snprintf(text, sizeof(text), "\"%s\"", arg->values[v].p);
        assert_takes(spec, i, text);
        assert_int_equal(*(const unsigned *)decoded(arg), v);
        snprintf(text, sizeof(text), "\"%sx\"", arg->values[v].p);
        assert_refuses(spec, i, text);
        snprintf(text, sizeof(text), "\"%.*s\"", (int)arg->values[v].n - 1, arg->values[v].p);
        assert_refuses(spec, i, text);
    }
}

static void try_ids(const struct command_spec *spec, size_t i)
{
    const struct arg_spec *arg = &spec->args[i];
    static const char *const wrong[] = {
        "\"7\"",
        "7",
        "null",
        "{}",
        "[7]",
        "[null]",
        "[[]]",
        "[\"7\",8]",
        "[\"x\"]",
        "[\"0\"]",
        "[\"\"]",
        "{\"7\":\"8\"}",
        "true",
        "[{}]",
        "[[\"7\"]]",
        "[\"07\"]",
        "[\"7\",\"8\",\"7\"]",
    };
    refuse_all(spec, i, wrong, ARRAY_SIZE(wrong));
    if (arg->min > 0)
        assert_refuses(spec, i, ids_value(arg->min - 1));
    assert_takes(spec, i, ids_value(arg->min));
    assert_takes(spec, i, ids_value(arg->max));
    const struct api_ids *ids = decoded(arg);
    assert_int_equal(ids->n, arg->max);
    for (size_t k = 0; k < ids->n; k++)
        assert_int_equal(ids->p[k], k + 1000);
    assert_refuses(spec, i, ids_value(arg->max + 1));
}

static void test_holds_every_limit(void **state)
{
    (void)state;
    static void (*const tries[])(const struct command_spec *, size_t) = {
        [ARG_ID] = try_id,         [ARG_INT] = try_integer, [ARG_BOOL] = try_bool,
        [ARG_STRING] = try_string, [ARG_ENUM] = try_enum,   [ARG_IDS] = try_ids,
    };
    size_t tried = 0;
    for (size_t c = 0; c < COMMAND_COUNT; c++) {
        for (size_t i = 0; i < command_specs[c].args_n; i++, tried++)
            tries[command_specs[c].args[i].kind](&command_specs[c], i);
    }
    assert_true(tried > COMMAND_COUNT);
}

/* ---- what is there and what is not ---- */

static void assert_default(const struct arg_spec *arg)
{
    if (arg->kind == ARG_STRING)
        assert_true(str_eq(*(const struct str *)decoded(arg), arg->default_text));
    else if (arg->kind == ARG_INT)
        assert_u64(arg, arg->default_value);
    else if (arg->kind == ARG_BOOL)
        assert_int_equal(*(const bool *)decoded(arg), arg->default_value);
    else if (arg->kind == ARG_ENUM)
        assert_int_equal(*(const unsigned *)decoded(arg), arg->default_value);
    else
        fail();
}

static void test_knows_what_is_absent(void **state)
{
    (void)state;
    for (size_t c = 0; c < COMMAND_COUNT; c++) {
        const struct command_spec *spec = &command_specs[c];
        for (size_t i = 0; i < spec->args_n; i++) {
            const struct arg_spec *arg = &spec->args[i];
            frame_begin(spec, i);
            int error = frame_end();
            if (arg->presence == ARG_REQUIRED) {
                assert_int_equal(error, API_ERROR_BAD_REQUEST);
                assert_true(str_eq(request.problem.field, arg->name));
                continue;
            }
            assert_int_equal(error, 0);
            if (arg->presence == ARG_OPTIONAL)
                assert_false(((bool *)request.args)[arg->has_offset]);
            else
                assert_default(arg);
        }
    }
}

static void test_refuses_what_it_does_not_know(void **state)
{
    (void)state;
    for (size_t c = 0; c < COMMAND_COUNT; c++) {
        const struct command_spec *spec = &command_specs[c];
        if (spec->transport == API_TRANSPORT_ROUTE)
            continue;
        frame_begin(spec, SIZE_MAX);
        add(&frame, ",\"colour\":\"red\"");
        assert_int_equal(frame_end(), API_ERROR_BAD_REQUEST);
        assert_true(str_eq(request.problem.field, STR("colour")));
        for (size_t i = 0; i < spec->args_n; i++) {
            frame_begin(spec, i);
            add_argument(&spec->args[i], good_value(&spec->args[i]));
            add_argument(&spec->args[i], good_value(&spec->args[i]));
            assert_int_equal(frame_end(), API_ERROR_BAD_REQUEST);
            assert_true(str_eq(request.problem.field, spec->args[i].name));
        }
    }
}

static void test_cuts_a_long_name_between_characters(void **state)
{
    (void)state;
    frame_begin(&command_specs[COMMAND_BEAT], SIZE_MAX);
    add(&frame, ",\"a");
    for (int i = 0; i < 100; i++)
        add(&frame, "\xc3\xa9");
    add(&frame, "\":1");
    assert_int_equal(frame_end(), API_ERROR_BAD_REQUEST);
    assert_int_equal(request.problem.field.n, API_FIELD_BYTES_MAX - 1);
    assert_int_equal((unsigned char)request.problem.field.p[request.problem.field.n - 1], 0xa9);
}

static void test_cuts_a_name_at_the_character_0(void **state)
{
    (void)state;
    frame_begin(&command_specs[COMMAND_BEAT], SIZE_MAX);
    add(&frame, ",\"ab\\u0000c\":1");
    assert_int_equal(frame_end(), API_ERROR_BAD_REQUEST);
    assert_true(str_eq(request.problem.field, STR("ab")));
}

/* message.history: one place at most. */
static void test_refuses_two_of_which_one_may_be(void **state)
{
    (void)state;
    static const char *const one[] = {",\"before\":5", ",\"after\":5", ",\"around\":5", ""};
    const struct command_spec *spec = &command_specs[COMMAND_MESSAGE_HISTORY];
    for (size_t a = 0; a < ARRAY_SIZE(one); a++) {
        for (size_t b = 0; b < ARRAY_SIZE(one); b++) {
            if (a == b)
                continue;
            frame_begin(spec, SIZE_MAX);
            add(&frame, one[a]);
            add(&frame, one[b]);
            bool two = *one[a] && *one[b];
            assert_int_equal(frame_end(), two ? API_ERROR_BAD_REQUEST : 0);
        }
    }
    assert_int_equal(__builtin_popcount(spec->at_most_one), 3);
}

/* account.set_profile: something must change. */
static void test_wants_one_of_which_one_must_be(void **state)
{
    (void)state;
    arena_deinit(&arena);
    assert_int_equal(
        request_from_frame(&request, &arena, STR("{\"id\":1,\"cmd\":\"account.set_profile\"}")),
        API_ERROR_BAD_REQUEST);
    assert_true(str_eq(request.problem.field, STR("display_name")));
    arena_deinit(&arena);
    struct str about = STR("{\"id\":1,\"cmd\":\"account.set_profile\",\"about\":\"\"}");
    assert_int_equal(request_from_frame(&request, &arena, about), 0);
    const struct args_account_set_profile *args = request.args;
    assert_true(args->has_about && args->about.n == 0 && !args->has_display_name);
}

static void test_charsets_are_what_they_say(void **state)
{
    (void)state;
    /* By hand, so that a slip in api/ or in the generator shows. */
    static const struct {
        enum command command;
        const char *arg, *others;
        bool upper;
    } sets[] = {
        {COMMAND_MESSAGE_SEND, "kind", "._-", false},
        {COMMAND_MESSAGE_SEND, "key", "._:-", true},
        {COMMAND_SYNC, "token", "._~-", true},
    };
    for (size_t s = 0; s < ARRAY_SIZE(sets); s++) {
        const struct command_spec *spec = &command_specs[sets[s].command];
        const struct arg_spec *arg = spec->args;
        while (!str_eq(arg->name, str_of(sets[s].arg)))
            arg++;
        for (unsigned c = 0; c < 128; c++) {
            bool want = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                        (sets[s].upper && c >= 'A' && c <= 'Z') ||
                        (c && strchr(sets[s].others, (int)c));
            assert_int_equal(arg->charset->bits[c / 64] >> c % 64 & 1, want);
        }
    }
}

static void test_limits_are_what_they_say(void **state)
{
    (void)state;
    static const struct {
        enum command command;
        const char *arg;
        uint64_t min, max;
    } limits[] = {
        {COMMAND_SIGNUP, "username", 3, 64},
        {COMMAND_SIGNUP, "password", 8, 256},
        {COMMAND_SIGNIN, "password", 1, 256},
        {COMMAND_SIGNUP, "display_name", 1, 256},
        {COMMAND_ACCOUNT_SET_PROFILE, "about", 0, 512},
        {COMMAND_MESSAGE_SEND, "text", 1, 8192},
        {COMMAND_MESSAGE_EDIT, "text", 1, 8192},
        {COMMAND_MESSAGE_SEND, "key", 1, 64},
        {COMMAND_MESSAGE_SEND, "after", 0, 9007199254740991},
        {COMMAND_MESSAGE_REACT, "emoji", 0, 32},
        {COMMAND_MESSAGE_HISTORY, "limit", 1, 100},
        {COMMAND_CONVERSATION_LIST, "limit", 1, 50},
        {COMMAND_USER_SEARCH, "limit", 1, 20},
        {COMMAND_GROUP_CREATE, "title", 1, 128},
        {COMMAND_GROUP_CREATE, "members", 0, 99},
        {COMMAND_PRESENCE_WATCH, "users", 0, 200},
        {COMMAND_SYNC, "wait", 0, 25},
    };
    for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
        const struct arg_spec *arg = command_specs[limits[i].command].args;
        while (!str_eq(arg->name, str_of(limits[i].arg)))
            arg++;
        assert_true(arg->min == limits[i].min && arg->max == limits[i].max);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holds_every_limit),
        cmocka_unit_test(test_knows_what_is_absent),
        cmocka_unit_test(test_refuses_what_it_does_not_know),
        cmocka_unit_test(test_cuts_a_long_name_between_characters),
        cmocka_unit_test(test_cuts_a_name_at_the_character_0),
        cmocka_unit_test(test_refuses_two_of_which_one_may_be),
        cmocka_unit_test(test_wants_one_of_which_one_must_be),
        cmocka_unit_test(test_charsets_are_what_they_say),
        cmocka_unit_test(test_limits_are_what_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
