/*
 * The path is cut into segments once, then compared with each route. There are some thirty, most
 * differ in the number of segments or in the second one, so that a request costs a few dozen short
 * comparisons; a tree would be more code than it saves. No two routes can match one path with one
 * method: the generator refuses such a description.
 */
#include "proto/route.h"

#include <assert.h>

#include "util/macros.h"

static const struct str method_names[] = {
    [API_GET] = {"GET", 3},     [API_POST] = {"POST", 4},     [API_PUT] = {"PUT", 3},
    [API_PATCH] = {"PATCH", 5}, [API_DELETE] = {"DELETE", 6},
};
static_assert(ARRAY_SIZE(method_names) == API_METHOD_COUNT, "a method has no name");

/* How many segments, or 0 when the path cannot be one of ours. */
static size_t split(struct str path, struct str segments[ROUTE_SEGMENTS_MAX])
{
    size_t n = 0;
    if (path.n == 0 || path.p[0] != '/')
        return 0;
    for (size_t at = 1; at <= path.n;) {
        const char *slash = memchr(path.p + at, '/', path.n - at);
        size_t end = slash ? (size_t)(slash - path.p) : path.n;
        if (n == ROUTE_SEGMENTS_MAX || end == at)
            return 0;
        segments[n++] = str_n(path.p + at, end - at);
        at = end + 1;
    }
    return n;
}

static bool matches(const struct command_spec *spec, const struct str *segments, size_t n)
{
    if (spec->transport == API_TRANSPORT_SOCKET || spec->segments_n != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!spec->segments[i].param && !str_eq(spec->segments[i].text, segments[i]))
            return false;
    }
    return true;
}

void route_find(struct route_match *match, struct str method, struct str path)
{
    struct str segments[ROUTE_SEGMENTS_MAX];
    size_t n = split(path, segments);
    match->spec = NULL;
    match->params_n = 0;
    match->methods = 0;
    for (size_t c = 0; n && c < COMMAND_COUNT; c++) {
        const struct command_spec *spec = &command_specs[c];
        if (!matches(spec, segments, n))
            continue;
        match->methods |= 1u << spec->method;
        if (!str_eq(method_names[spec->method], method))
            continue;
        match->spec = spec;
        match->command = (enum command)c;
        for (size_t i = 0; i < n; i++) {
            if (spec->segments[i].param)
                match->params[match->params_n++] =
                    (struct arg_text){spec->segments[i].text, segments[i]};
        }
        return;
    }
}

struct str route_allow(uint32_t methods, char out[ROUTE_ALLOW_BYTES_MAX])
{
    size_t n = 0;
    for (size_t m = 0; m < API_METHOD_COUNT; m++) {
        if (!(methods >> m & 1))
            continue;
        struct str separator = n ? STR(", ") : STR("");
        must(n + separator.n + method_names[m].n <= ROUTE_ALLOW_BYTES_MAX);
        memcpy(out + n, separator.p, separator.n);
        n += separator.n;
        memcpy(out + n, method_names[m].p, method_names[m].n);
        n += method_names[m].n;
    }
    return str_n(out, n);
}
