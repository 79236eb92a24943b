/*
 * The tokens stand on the stack, so a frame costs the arena its argument struct and the few strings
 * that have escapes. A frame is walked twice: for id and cmd, which may stand anywhere, then for
 * the arguments. After a syntax error the first walk is done over what was read before it, so
 * that the client learns which of its commands was refused.
 */
#include "proto/request.h"

#include "proto/args.h"
#include "proto/json.h"
#include "util/arena.h"
#include "util/macros.h"

static int refuse(struct request *r, enum api_error error)
{
    r->problem = (struct problem){.error = error};
    return error;
}

static int refuse_field(struct request *r, struct str field, struct str message)
{
    refuse(r, API_ERROR_BAD_REQUEST);
    r->problem.message = message;
    if (field.n)
        r->problem.field = field;
    return API_ERROR_BAD_REQUEST;
}

const struct command_spec *command_find(struct str name)
{
    size_t low = 0, high = COMMAND_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct command_spec *spec = &command_specs[commands_by_name[middle]];
        int order = str_cmp(name, spec->name);
        if (order == 0)
            return spec;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Whether the value at that token is read to its end: what follows it is a comma or a brace, not
 * more of a number that was cut short or mistyped. */
static bool is_whole(const struct json *json, uint32_t token)
{
    const struct json_token *t = &json->tokens[token];
    if (!t->next || t->type == JSON_ARRAY || t->type == JSON_OBJECT)
        return t->next;
    const char *p = json->text.p + t->at + t->n, *end = json->text.p + json->text.n;
    if (t->type == JSON_STRING)
        p++;
    while (p < end && memchr(" \t\r\n", *p, 4))
        p++;
    return p < end && (*p == ',' || *p == '}');
}

/* The id of a frame that is not JSON, if it stands whole before the error. */
static void recover_id(struct request *r, const struct json *json)
{
    if (json->tokens_n == 0 || json_type_of(json, 0) != JSON_OBJECT)
        return;
    for (uint32_t name = 1; name + 1 < json->tokens_n; name = json->tokens[name + 1].next) {
        if (!is_whole(json, name + 1))
            return;
        if (json_is(json, name, STR("id"))) {
            r->has_id = json_integer(json, name + 1, &r->id);
            return;
        }
    }
}

/* One that stands twice, or is no text, is as if it were not there. */
static void read_trace(struct request *r, struct arena *arena, const struct json *json)
{
    uint32_t at = 0, n = 0;
    for (uint32_t name = json_first(json, 0); name; name = json_next(json, 0, name)) {
        if (json_is(json, name, STR("traceparent"))) {
            at = name + 1;
            n++;
        }
    }
    if (n == 1 && json_type_of(json, at) == JSON_STRING)
        traceparent_parse(&r->trace, json_string(json, at, arena));
}

/* Of a frame, beside the arguments. */
static bool is_envelope(const struct json *json, uint32_t name)
{
    return json_is(json, name, STR("id")) || json_is(json, name, STR("cmd")) ||
           json_is(json, name, STR("traceparent"));
}

/* Finds id and cmd. */
static int read_envelope(struct request *r, struct arena *arena, const struct json *json)
{
    uint32_t id = 0, cmd = 0, ids = 0, cmds = 0;
    for (uint32_t name = json_first(json, 0); name; name = json_next(json, 0, name)) {
        if (json_is(json, name, STR("id"))) {
            id = name + 1;
            ids++;
        } else if (json_is(json, name, STR("cmd"))) {
            cmd = name + 1;
            cmds++;
        }
    }
    r->has_id = ids == 1 && json_integer(json, id, &r->id);
    if (!r->has_id)
        return refuse_field(r, STR("id"), STR("id: must stand once, from 0 to 2^53 - 1"));
    if (cmds > 1)
        return refuse_field(r, STR("cmd"), STR("cmd: is given twice"));
    if (!cmd || json_type_of(json, cmd) != JSON_STRING)
        return refuse_field(r, STR("cmd"), STR("cmd: must name a command"));
    r->spec = command_find(json_string(json, cmd, arena));
    if (!r->spec || r->spec->transport == API_TRANSPORT_ROUTE)
        return refuse(r, API_ERROR_UNKNOWN_COMMAND);
    r->command = (enum command)(r->spec - command_specs);
    return 0;
}

int request_from_frame(struct request *r, struct arena *arena, struct str frame)
{
    struct json_token tokens[API_JSON_TOKENS_MAX];
    struct json json = {.tokens = tokens, .tokens_max = ARRAY_SIZE(tokens)};
    *r = (struct request){0};
    if (frame.n > API_FRAME_BYTES_MAX)
        return refuse(r, API_ERROR_TOO_LARGE);
    if (json_parse(&json, frame)) {
        recover_id(r, &json);
        return refuse(r, API_ERROR_BAD_JSON);
    }
    if (json_type_of(&json, 0) != JSON_OBJECT)
        return refuse_field(r, STR("id"), STR("id: a frame must be an object with an id"));
    int error = read_envelope(r, arena, &json);
    if (error)
        return error;
    read_trace(r, arena, &json);
    struct args_decoder decoder;
    args_begin(&decoder, r->spec, arena, &r->problem);
    for (uint32_t name = json_first(&json, 0); name; name = json_next(&json, 0, name)) {
        if (is_envelope(&json, name))
            continue;
        error = args_set_json(&decoder, &json, name);
        if (error)
            return error;
    }
    return args_finish(&decoder, &r->args);
}

static int set_texts(struct args_decoder *decoder, const struct arg_text *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int error = args_set_text(decoder, texts[i].name, texts[i].text);
        if (error)
            return error;
    }
    return 0;
}

static int set_body(struct request *r, struct args_decoder *decoder, struct str body)
{
    struct json_token tokens[API_JSON_TOKENS_MAX];
    struct json json = {.tokens = tokens, .tokens_max = ARRAY_SIZE(tokens)};
    if (body.n == 0)
        return 0;
    if (body.n > API_BODY_BYTES_MAX)
        return refuse(r, API_ERROR_TOO_LARGE);
    if (json_parse(&json, body))
        return refuse(r, API_ERROR_BAD_JSON);
    if (json_type_of(&json, 0) != JSON_OBJECT)
        return refuse_field(r, STR(""), STR("the body must be a JSON object"));
    for (uint32_t name = json_first(&json, 0); name; name = json_next(&json, 0, name)) {
        int error = args_set_json(decoder, &json, name);
        if (error)
            return error;
    }
    return 0;
}

static int refuse_route(struct request *r, struct arena *arena, const struct route_match *match)
{
    if (!match->methods)
        return refuse(r, API_ERROR_UNKNOWN_COMMAND);
    char allow[ROUTE_ALLOW_BYTES_MAX];
    refuse(r, API_ERROR_METHOD_NOT_ALLOWED);
    r->problem.allow = arena_str(arena, route_allow(match->methods, allow));
    return API_ERROR_METHOD_NOT_ALLOWED;
}

int request_from_rest(struct request *r, struct arena *arena, const struct rest_request *rest)
{
    struct route_match match;
    *r = (struct request){0};
    route_find(&match, rest->method, rest->path);
    if (!match.spec)
        return refuse_route(r, arena, &match);
    r->spec = match.spec;
    r->command = match.command;
    traceparent_parse(&r->trace, rest->traceparent);
    bool from_query = r->spec->method == API_GET || r->spec->method == API_DELETE;
    if (from_query && rest->body.n)
        return refuse_field(r, STR(""), STR("this request takes no body"));
    struct args_decoder decoder;
    args_begin(&decoder, r->spec, arena, &r->problem);
    int error = set_texts(&decoder, match.params, match.params_n);
    if (error)
        return error;
    if (!from_query && rest->query_n)
        return refuse_field(r, rest->query[0].name, STR("this request takes no query"));
    error = set_texts(&decoder, rest->query, rest->query_n);
    if (error)
        return error;
    error = set_body(r, &decoder, rest->body);
    return error ? error : args_finish(&decoder, &r->args);
}
