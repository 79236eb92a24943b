/*
 * struct json: the tokens of one JSON text (RFC 8259), read strictly and without copying. The
 * caller brings the text and an array of tokens; nothing is allocated.
 *
 *     struct json_token tokens[API_JSON_TOKENS_MAX];
 *     struct json json = {.tokens = tokens, .tokens_max = ARRAY_SIZE(tokens)};
 *     if (json_parse(&json, text))
 *         ...
 *     for (uint32_t i = json_first(&json, 0); i; i = json_next(&json, 0, i))
 *
 * Token 0 is the whole value. A container's token is followed by those of what it holds; in an
 * object each name's token is followed by its value's. Refused: anything after the value, invalid
 * UTF-8, lone surrogates in escapes, nesting beyond API_JSON_DEPTH_MAX, more tokens than there is
 * room for. Names that stand twice are for the reader of the object to refuse.
 *
 * Errors: enum json_error. Everything borrows from the text and the tokens. One thread at a time.
 */
#ifndef PARLEY_PROTO_JSON_H
#define PARLEY_PROTO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

struct arena;

enum json_error {
    JSON_OK = 0,
    JSON_BAD,       /* not JSON */
    JSON_TOO_DEEP,  /* nests too deep */
    JSON_TOO_LARGE, /* too many tokens, or more bytes than an offset can say */
};

enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

struct json_token {
    uint32_t at;   /* where its text begins; a string's after the quote */
    uint32_t n;    /* bytes of it; of an array or object: values in it */
    uint16_t next; /* the token after it and all that it holds; 0: it is not complete */
    uint8_t type;  /* enum json_type */
    bool escaped;  /* a string that has escapes */
};

enum { JSON_TOKENS_MAX = UINT16_MAX };

struct json {
    struct json_token *tokens;
    uint32_t tokens_max; /* to JSON_TOKENS_MAX */

    struct str text;
    uint32_t tokens_n; /* after an error: those read before it */
};

/* Reads the text, which stays borrowed. 0 or enum json_error. */
int json_parse(struct json *, struct str text);

/* The first value of array or object `in` (for an object: the first name); 0: it is empty. */
uint32_t json_first(const struct json *, uint32_t in);
/* The one after `at`; 0 at the end. Of an object, from name to name: its value is `at` + 1. */
uint32_t json_next(const struct json *, uint32_t in, uint32_t at);
/* The value of that name in an object, the first one if there are more; 0: none. */
uint32_t json_get(const struct json *, uint32_t object, struct str name);

static inline enum json_type json_type_of(const struct json *j, uint32_t token)
{
    return (enum json_type)j->tokens[token].type;
}

/* Whether a string's or name's token says `s`. */
bool json_is(const struct json *, uint32_t token, struct str s);
/* A string's text with its escapes decoded: borrowed from the JSON text where there are none,
 * else in the arena. It may hold NUL. */
struct str json_string(const struct json *, uint32_t token, struct arena *);
/* A number that is an integer from 0 to 2^53 - 1, written without fraction, exponent or sign;
 * false when it is anything else. */
bool json_integer(const struct json *, uint32_t token, uint64_t *value);

#endif
