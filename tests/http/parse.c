/*
 * http-parse: our parser as a filter, for the differential test. Reads inputs, each a 32-bit
 * big-endian length and that many bytes of a connection; writes a line of JSON for each: the
 * requests it holds, strings as hex, and how it ends: "end" (nothing is left), "more" (a request
 * is incomplete), "close" (a request asked for it) or the status that refuses what follows.
 */
#include <stdio.h>
#include <stdlib.h>

#include "http/request.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/numbers.h"

enum { BODY_MAX = 100000, INPUT_MAX = 1 << 20 };

static const char *const methods[HTTP_METHODS] = {"GET",   "HEAD",   "POST",   "PUT",
                                                  "PATCH", "DELETE", "OPTIONS"};

static void put_hex(struct str s)
{
    putchar('"');
    for (size_t i = 0; i < s.n; i++)
        printf("%02x", (unsigned char)s.p[i]);
    putchar('"');
}

static void put_request(const struct http_request *r, size_t from)
{
    struct str name, value;
    printf("{\"from\":%zu,\"method\":", from);
    put_hex(str_of(methods[r->method]));
    printf(",\"minor\":%u,\"target\":", r->minor);
    put_hex(http_request_target(r));
    printf(",\"body\":");
    put_hex(http_request_body(r));
    printf(",\"fields\":[");
    for (unsigned i = 0; http_request_line(r, i, &name, &value); i++) {
        printf("%s[", i ? "," : "");
        put_hex(name);
        putchar(',');
        put_hex(value);
        putchar(']');
    }
    printf("]}");
}

static void put_input(char *data, size_t n)
{
    size_t from = 0;
    struct http_request r;
    enum http_request_result result = HTTP_REQUEST_DONE;
    bool keep_alive = true;
    printf("{\"requests\":[");
    while (keep_alive && from < n) {
        http_request_init(&r, BODY_MAX);
        result = http_request_feed(&r, data + from, n - from);
        if (result != HTTP_REQUEST_DONE)
            break;
        printf("%s", from ? "," : "");
        put_request(&r, from);
        from += r.consumed;
        keep_alive = r.keep_alive;
    }
    printf("],\"from\":%zu,\"end\":", from);
    if (result == HTTP_REQUEST_BAD)
        printf("%u}\n", r.status);
    else
        printf("\"%s\"}\n", result == HTTP_REQUEST_MORE ? "more" : keep_alive ? "end" : "close");
}

int main(void)
{
    unsigned char length[4];
    while (fread(length, 1, sizeof(length), stdin) == sizeof(length)) {
        size_t n = be32_get(length);
        must(n <= INPUT_MAX);
        char *data = mem_new(n);
        must(fread(data, 1, n, stdin) == n);
        put_input(data, n);
        free(data);
    }
    return 0;
}
