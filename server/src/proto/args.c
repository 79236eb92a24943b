/*
 * One generic decoder driven by arg_specs: a command cannot forget a check, since it has none of
 * its own. A value goes through two steps, the form it comes in (JSON or text) and the limits,
 * which are the same for both. Unknown arguments are refused, not skipped: a mistyped `reply-to`
 * would otherwise be a message without its reply, and nobody would know. A decoder generated for
 * each command was refused: docs/decisions/0002-json.md.
 */
#include "proto/args.h"

#include <assert.h>
#include <stdio.h>

#include "util/arena.h"
#include "util/macros.h"
#include "util/numbers.h"
#include "util/utf8.h"

enum { MESSAGE_BYTES_MAX = 256 };

/* bad_request; `field` and `reason` are copied. */
static int refuse(struct args_decoder *d, struct str field, const char *reason)
{
    size_t n = MIN(field.n, (size_t)API_FIELD_BYTES_MAX);
    /* No text that the API gives holds the character 0. */
    const char *zero = n ? memchr(field.p, 0, n) : NULL;
    if (zero)
        n = (size_t)(zero - field.p);
    /* Cut at the start of a character. */
    while (n < field.n && n > 0 && ((unsigned char)field.p[n] & 0xc0) == 0x80)
        n--;
    char text[MESSAGE_BYTES_MAX];
    int length = snprintf(text, sizeof(text), "%.*s: %s", (int)n, field.p ? field.p : "", reason);
    must(length > 0 && (size_t)length < sizeof(text));
    *d->problem = (struct problem){
        .error = API_ERROR_BAD_REQUEST,
        .field = arena_str(d->arena, str_n(field.p, n)),
        .message = arena_str(d->arena, str_n(text, strlen(text))),
    };
    return API_ERROR_BAD_REQUEST;
}

static int refuse_range(struct args_decoder *d, const struct arg_spec *arg, const char *unit)
{
    char reason[MESSAGE_BYTES_MAX / 2];
    snprintf(reason, sizeof(reason), "must be %s from %llu to %llu", unit,
             (unsigned long long)arg->min, (unsigned long long)arg->max);
    return refuse(d, arg->name, reason);
}

static void *value_of(struct args_decoder *d, const struct arg_spec *arg)
{
    return (char *)d->args + arg->offset;
}

static void set_u64(struct args_decoder *d, const struct arg_spec *arg, uint64_t value)
{
    memcpy(value_of(d, arg), &value, sizeof(value));
}

static void set_str(struct args_decoder *d, const struct arg_spec *arg, struct str value)
{
    memcpy(value_of(d, arg), &value, sizeof(value));
}

static void set_bool(struct args_decoder *d, const struct arg_spec *arg, bool value)
{
    memcpy(value_of(d, arg), &value, sizeof(value));
}

static void set_enum(struct args_decoder *d, const struct arg_spec *arg, size_t value)
{
    /* gcc and clang give an enum of 0, 1, 2, … this type. */
    static_assert(sizeof(enum api_history) == sizeof(unsigned), "enums are not as large");
    unsigned as_enum = (unsigned)value;
    memcpy(value_of(d, arg), &as_enum, sizeof(as_enum));
}

static bool in_charset(const struct arg_charset *set, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c > 127 || !(set->bits[c / 64] >> c % 64 & 1))
            return false;
    }
    return true;
}

static int put_string(struct args_decoder *d, const struct arg_spec *arg, struct str s)
{
    if (s.n < arg->min || s.n > arg->max)
        return refuse_range(d, arg, "a string of bytes");
    if (arg->chars_max && s.n > arg->chars_max && utf8_length(s) > arg->chars_max) {
        char reason[MESSAGE_BYTES_MAX / 2];
        snprintf(reason, sizeof(reason), "must have at most %zu characters", arg->chars_max);
        return refuse(d, arg->name, reason);
    }
    if (arg->charset && !in_charset(arg->charset, s)) {
        char reason[MESSAGE_BYTES_MAX / 2];
        snprintf(reason, sizeof(reason), "may have only %s", arg->charset->help);
        return refuse(d, arg->name, reason);
    }
    if (s.n && memchr(s.p, 0, s.n))
        return refuse(d, arg->name, "must not hold NUL");
    /* An empty text is given, not absent. */
    set_str(d, arg, s.p ? s : STR(""));
    return 0;
}

static int refuse_integer(struct args_decoder *d, const struct arg_spec *arg)
{
    return refuse_range(d, arg, "an integer");
}

static int put_integer(struct args_decoder *d, const struct arg_spec *arg, uint64_t value)
{
    if (value < arg->min || value > arg->max)
        return refuse_integer(d, arg);
    set_u64(d, arg, value);
    return 0;
}

/* Ids, and only ids, are 1 to 2^63 - 1; a list's limits are those of its length. */
static bool id_parse(struct str text, uint64_t *id)
{
    return u64_parse(text, id) && *id >= 1 && *id <= INT64_MAX;
}

static int put_id(struct args_decoder *d, const struct arg_spec *arg, struct str text)
{
    uint64_t id;
    if (!id_parse(text, &id))
        return refuse(d, arg->name, "must be an id: a decimal string");
    set_u64(d, arg, id);
    return 0;
}

static int put_enum(struct args_decoder *d, const struct arg_spec *arg, struct str text)
{
    char reason[MESSAGE_BYTES_MAX / 2];
    size_t n = (size_t)snprintf(reason, sizeof(reason), "must be one of");
    for (size_t i = 0; i < arg->values_n; i++) {
        if (str_eq(arg->values[i], text)) {
            set_enum(d, arg, i);
            return 0;
        }
        n += (size_t)snprintf(reason + n, sizeof(reason) - n, " %s", arg->values[i].p);
        must(n < sizeof(reason));
    }
    return refuse(d, arg->name, reason);
}

static int put_ids(struct args_decoder *d, const struct arg_spec *arg, const struct json *json,
                   uint32_t array)
{
    uint32_t n = json->tokens[array].n;
    if (json_type_of(json, array) != JSON_ARRAY || n < arg->min || n > arg->max)
        return refuse_range(d, arg, "a list of ids, their number");
    uint64_t *ids = arena_alloc(d->arena, n * sizeof(*ids));
    uint32_t got = 0;
    for (uint32_t i = json_first(json, array); i; i = json_next(json, array, i)) {
        if (json_type_of(json, i) != JSON_STRING ||
            !id_parse(json_string(json, i, d->arena), &ids[got]))
            return refuse(d, arg->name, "must hold ids: decimal strings");
        for (uint32_t k = 0; k < got; k++) {
            if (ids[k] == ids[got])
                return refuse(d, arg->name, "must not name one twice");
        }
        got++;
    }
    struct api_ids list = {ids, got};
    memcpy(value_of(d, arg), &list, sizeof(list));
    return 0;
}

static int put_text(struct args_decoder *d, const struct arg_spec *arg, struct str text)
{
    uint64_t value = 0;
    switch (arg->kind) {
    case ARG_ID:
        return put_id(d, arg, text);
    case ARG_INT:
        return u64_parse(text, &value) ? put_integer(d, arg, value) : refuse_integer(d, arg);
    case ARG_BOOL:
        if (!str_eq(text, STR("true")) && !str_eq(text, STR("false")))
            return refuse(d, arg->name, "must be true or false");
        set_bool(d, arg, text.n == 4);
        return 0;
    case ARG_STRING:
        if (!utf8_valid(text))
            return refuse(d, arg->name, "must be UTF-8");
        return put_string(d, arg, text);
    case ARG_ENUM:
        return put_enum(d, arg, text);
    case ARG_IDS:
        break;
    }
    return refuse(d, arg->name, "has no form as a text");
}

static int put_json(struct args_decoder *d, const struct arg_spec *arg, const struct json *json,
                    uint32_t token)
{
    enum json_type type = json_type_of(json, token);
    uint64_t value = 0;
    switch (arg->kind) {
    case ARG_INT:
        return json_integer(json, token, &value) ? put_integer(d, arg, value)
                                                 : refuse_integer(d, arg);
    case ARG_BOOL:
        if (type != JSON_TRUE && type != JSON_FALSE)
            return refuse(d, arg->name, "must be true or false");
        set_bool(d, arg, type == JSON_TRUE);
        return 0;
    case ARG_IDS:
        return put_ids(d, arg, json, token);
    case ARG_ID:
    case ARG_STRING:
    case ARG_ENUM:
        break;
    }
    if (type != JSON_STRING)
        return refuse(d, arg->name, "must be a string");
    struct str text = json_string(json, token, d->arena);
    if (arg->kind == ARG_ID)
        return put_id(d, arg, text);
    return arg->kind == ARG_ENUM ? put_enum(d, arg, text) : put_string(d, arg, text);
}

/* The argument of that name, marked as given; or NULL, and the problem says why. */
static const struct arg_spec *claim(struct args_decoder *d, struct str name)
{
    for (size_t i = 0; i < d->spec->args_n; i++) {
        const struct arg_spec *arg = &d->spec->args[i];
        if (!str_eq(arg->name, name))
            continue;
        if (d->given >> i & 1) {
            refuse(d, name, "is given twice");
            return NULL;
        }
        d->given |= 1u << i;
        if (arg->presence == ARG_OPTIONAL)
            ((char *)d->args)[arg->has_offset] = true;
        return arg;
    }
    refuse(d, name, "is not known to this command");
    return NULL;
}

void args_begin(struct args_decoder *d, const struct command_spec *spec, struct arena *arena,
                struct problem *problem)
{
    *d = (struct args_decoder){.spec = spec, .arena = arena, .problem = problem};
    d->args = arena_alloc(arena, spec->args_size);
}

int args_set_json(struct args_decoder *d, const struct json *json, uint32_t name)
{
    const struct arg_spec *arg = claim(d, json_string(json, name, d->arena));
    return arg ? put_json(d, arg, json, name + 1) : API_ERROR_BAD_REQUEST;
}

int args_set_text(struct args_decoder *d, struct str name, struct str text)
{
    if (!utf8_valid(name))
        return refuse(d, STR(""), "the names of arguments are UTF-8");
    const struct arg_spec *arg = claim(d, name);
    return arg ? put_text(d, arg, text) : API_ERROR_BAD_REQUEST;
}

static void set_default(struct args_decoder *d, const struct arg_spec *arg)
{
    switch (arg->kind) {
    case ARG_STRING:
        set_str(d, arg, arg->default_text);
        return;
    case ARG_INT:
        set_u64(d, arg, arg->default_value);
        return;
    case ARG_BOOL:
        set_bool(d, arg, arg->default_value);
        return;
    case ARG_ENUM:
        set_enum(d, arg, arg->default_value);
        return;
    case ARG_ID:
    case ARG_IDS:
        break;
    }
    must(false && "an argument of this kind has no default");
}

/* The first argument of a set, to name it in an error. */
static struct str first_of(const struct command_spec *spec, uint32_t set)
{
    must(set);
    return spec->args[__builtin_ctz(set)].name;
}

int args_finish(struct args_decoder *d, void **args)
{
    const struct command_spec *spec = d->spec;
    for (size_t i = 0; i < spec->args_n; i++) {
        if (d->given >> i & 1)
            continue;
        if (spec->args[i].presence == ARG_REQUIRED)
            return refuse(d, spec->args[i].name, "is missing");
        if (spec->args[i].presence == ARG_DEFAULT)
            set_default(d, &spec->args[i]);
    }
    uint32_t chosen = d->given & spec->at_most_one;
    if (chosen & (chosen - 1))
        return refuse(d, first_of(spec, chosen & (chosen - 1)), "excludes another that is given");
    if (spec->at_least_one && !(d->given & spec->at_least_one))
        return refuse(d, first_of(spec, spec->at_least_one), "is missing, or another in its place");
    *args = d->args;
    return 0;
}
