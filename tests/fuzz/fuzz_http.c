/*
 * Any bytes as a stream of HTTP requests. What the parser makes of them must not depend on how
 * they were cut into reads, and whatever it accepts must survive the helpers that work on it.
 */
#include "http/request.h"
#include "http/response.h"
#include "http/uri.h"
#include "util/buf.h"
#include "util/macros.h"
#include "util/mem.h"
#include "ws/handshake.h"

#include <stdlib.h>

enum { BODY_MAX = 4096, SPLITS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void note(struct builder *log, struct str s)
{
    builder_add(log, &s.n, sizeof(s.n));
    builder_add_byte(log, s.p != NULL);
    builder_add_str(log, s);
}

static void note_request(struct builder *log, const struct http_request *r)
{
    struct str name, value;
    unsigned char flags[] = {(unsigned char)r->method, r->minor, r->keep_alive, r->upgrade,
                             r->chunked};
    builder_add(log, flags, sizeof(flags));
    builder_add(log, &r->consumed, sizeof(r->consumed));
    note(log, http_request_target(r));
    note(log, http_request_path(r));
    note(log, http_request_query(r));
    note(log, http_request_host(r));
    note(log, http_request_body(r));
    for (unsigned i = 0; http_request_line(r, i, &name, &value); i++) {
        note(log, name);
        note(log, value);
    }
}

static void use_request(const struct http_request *r)
{
    struct arena arena = {0};
    struct builder out = {0};
    const struct ws_policy policy = {0};
    struct str path = http_request_path(r), query = http_request_query(r), part, text, value;

    must(path.n && (path.p[0] == '/' || str_eq(path, STR("*"))));
    must(r->body_bytes <= BODY_MAX);
    while (uri_path_next(&path, &part))
        uri_decode(&arena, part, URI_PLUS_IS_PLUS, &text);
    uri_query_get(&arena, query, STR("a"), &value);
    http_not_modified(r, STR("\"a\""));
    ws_handshake(r, &policy, &out);
    must(out.n > 0);
    builder_deinit(&out);
    arena_deinit(&arena);
}

/* Reads all of it, the first time `first` bytes, then `step` at a time. */
static void run(const uint8_t *data, size_t n, size_t first, size_t step, struct builder *log)
{
    char *bytes = mem_copy(data, n);
    size_t there = MIN(first, n), from = 0;
    struct http_request r;
    http_request_init(&r, BODY_MAX);
    for (;;) {
        enum http_request_result result = HTTP_REQUEST_MORE;
        if (there > from)
            result = http_request_feed(&r, bytes + from, there - from);
        if (result == HTTP_REQUEST_BAD) {
            builder_add(log, &r.status, sizeof(r.status));
            must(r.status >= 400 && r.status < 600 && !r.keep_alive);
            break;
        }
        if (result == HTTP_REQUEST_DONE) {
            note_request(log, &r);
            use_request(&r);
            from += r.consumed;
            must(r.consumed > 0 && from <= there);
            http_request_init(&r, BODY_MAX);
            continue;
        }
        if (there == n)
            break;
        there += MIN(step, n - there);
    }
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct builder whole = {0}, cut = {0};
    run(data, n, n, n, &whole);
    run(data, n, 1, 1, &cut);
    must(str_eq(builder_str(&whole), builder_str(&cut)));
    size_t stride = 1 + n / SPLITS_MAX;
    for (size_t at = 1; at < n; at += stride) {
        builder_reset(&cut);
        run(data, n, at, n, &cut);
        must(str_eq(builder_str(&whole), builder_str(&cut)));
    }
    builder_deinit(&whole);
    builder_deinit(&cut);
    return 0;
}
