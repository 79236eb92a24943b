/*
 * Decodes a chunked body (RFC 9112 §7.1) in place: the chunks move together at the front of the
 * bytes that the caller holds, what framed them is lost. Extensions are checked and ignored,
 * trailers are checked and dropped. Pure; any thread.
 */
#ifndef PARLEY_HTTP_CHUNKED_H
#define PARLEY_HTTP_CHUNKED_H

#include <stddef.h>
#include <stdint.h>

enum {
    /* A size and its extensions; nobody we know sends any. */
    HTTP_CHUNK_LINE_BYTES_MAX = 256,
    /* Everything in a body that is not content, so that a sender of 1-byte chunks cannot make the
     * caller hold many times the body it allows. Chunks of 1 KiB reach 8 MiB with it. */
    HTTP_CHUNK_FRAMING_BYTES_MAX = 64 * 1024,
    HTTP_TRAILERS_MAX = 16,
    HTTP_TRAILER_BYTES_MAX = 4 * 1024,
};

enum http_chunked_result {
    HTTP_CHUNKED_DONE = 0,
    HTTP_CHUNKED_MORE,
    HTTP_CHUNKED_BAD,       /* answer 400 */
    HTTP_CHUNKED_TOO_LARGE, /* answer 413 */
};

/* Starts as {.body_bytes_max = …}. */
struct http_chunked {
    size_t body_bytes_max;
    size_t body_n;  /* decoded, at the front */
    size_t at;      /* raw bytes taken; all of the body once done */
    size_t scanned; /* for http_line() */
    size_t left;    /* of the chunk under way */
    size_t trailers_from;
    uint8_t trailers_n;
    uint8_t state;
};

/* `data` is the body from its first byte, `n` all that is there by now: the same bytes as in the
 * last call, as that left them, and what came since. */
enum http_chunked_result http_chunked_feed(struct http_chunked *, char *data, size_t n);

#endif
