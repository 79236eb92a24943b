/*
 * A recursive descent over the text; recursion goes as deep as API_JSON_DEPTH_MAX and no deeper.
 * Tokens are written in the order of the text, so that after an error those before it can still
 * be used (request.c looks for the frame's id in them): `next` of a container is 0 until it is
 * closed. Strings are checked here, once, and decoded only when asked for: most have no escapes,
 * and then the text itself is the string.
 *
 * A DOM with a node on the heap for each value was refused: see docs/decisions/0002-json.md.
 */
#include "proto/json.h"

#include "proto/api.gen.h"
#include "proto/scan.h"
#include "util/arena.h"
#include "util/macros.h"
#include "util/numbers.h"
#include "util/utf8.h"

struct parser {
    struct json *json;
    const char *p, *end;
    unsigned depth;
};

static int parse_value(struct parser *);

static inline void skip_space(struct parser *x)
{
    while (x->p < x->end && (*x->p == ' ' || *x->p == '\t' || *x->p == '\n' || *x->p == '\r'))
        x->p++;
}

static inline bool take(struct parser *x, char c)
{
    if (x->p == x->end || *x->p != c)
        return false;
    x->p++;
    return true;
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A new token that begins at the parser's place; NULL when there is no room. */
static inline struct json_token *token_add(struct parser *x, enum json_type type)
{
    struct json *j = x->json;
    if (j->tokens_n == j->tokens_max)
        return NULL;
    struct json_token *t = &j->tokens[j->tokens_n++];
    *t = (struct json_token){.at = (uint32_t)(x->p - j->text.p), .type = (uint8_t)type};
    return t;
}

/* The token's text ends at the parser's place. */
static inline void token_end(struct parser *x, struct json_token *t)
{
    t->n = (uint32_t)(x->p - x->json->text.p) - t->at;
    t->next = (uint16_t)x->json->tokens_n;
}

static int hex4(const char *p, const char *end)
{
    if (end - p < 4)
        return -1;
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        if (is_digit(c))
            value = value * 16 + (c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            value = value * 16 + ((c | 0x20) - 'a' + 10);
        else
            return -1;
    }
    return value;
}

/* Reads the escape behind a backslash at *p and moves on; its code point, or -1. */
static int32_t escape_read(const char **p, const char *end)
{
    if (*p == end)
        return -1;
    char c = *(*p)++;
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'u':
        break;
    default:
        return -1;
    }
    int unit = hex4(*p, end);
    if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff))
        return -1;
    *p += 4;
    if (unit < 0xd800 || unit > 0xdbff)
        return unit;
    if (end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
        return -1;
    int low = hex4(*p + 2, end);
    if (low < 0xdc00 || low > 0xdfff)
        return -1;
    *p += 6;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

static int parse_string(struct parser *x)
{
    x->p++;
    struct json_token *t = token_add(x, JSON_STRING);
    if (!t)
        return JSON_TOO_LARGE;
    uint64_t bytes = 0;
    for (;;) {
        x->p += scan_plain(x->p, (size_t)(x->end - x->p), &bytes);
        if (x->p == x->end)
            return JSON_BAD;
        if (*x->p == '"')
            break;
        if (*x->p != '\\')
            return JSON_BAD;
        t->escaped = true;
        x->p++;
        if (escape_read(&x->p, x->end) < 0)
            return JSON_BAD;
    }
    token_end(x, t);
    if (bytes & UINT64_C(0x8080808080808080) && !utf8_valid(str_n(x->json->text.p + t->at, t->n))) {
        t->next = 0;
        return JSON_BAD;
    }
    x->p++;
    return 0;
}

static bool skip_digits(struct parser *x)
{
    if (x->p == x->end || !is_digit(*x->p))
        return false;
    while (x->p < x->end && is_digit(*x->p))
        x->p++;
    return true;
}

static int parse_number(struct parser *x)
{
    struct json_token *t = token_add(x, JSON_NUMBER);
    if (!t)
        return JSON_TOO_LARGE;
    take(x, '-');
    if (!take(x, '0') && !skip_digits(x))
        return JSON_BAD;
    if (take(x, '.') && !skip_digits(x))
        return JSON_BAD;
    if (take(x, 'e') || take(x, 'E')) {
        if (!take(x, '+'))
            take(x, '-');
        if (!skip_digits(x))
            return JSON_BAD;
    }
    token_end(x, t);
    return 0;
}

static int parse_word(struct parser *x, enum json_type type, struct str word)
{
    struct json_token *t = token_add(x, type);
    if (!t)
        return JSON_TOO_LARGE;
    if (!str_starts(str_n(x->p, (size_t)(x->end - x->p)), word))
        return JSON_BAD;
    x->p += word.n;
    token_end(x, t);
    return 0;
}

/* One element, or one name with its value. */
static int parse_member(struct parser *x, enum json_type type)
{
    skip_space(x);
    if (type == JSON_OBJECT) {
        if (x->p == x->end || *x->p != '"')
            return JSON_BAD;
        int error = parse_string(x);
        if (error)
            return error;
        skip_space(x);
        if (!take(x, ':'))
            return JSON_BAD;
        skip_space(x);
    }
    return parse_value(x);
}

static int parse_container(struct parser *x, enum json_type type, char close)
{
    struct json_token *t = token_add(x, type);
    if (!t)
        return JSON_TOO_LARGE;
    if (x->depth == API_JSON_DEPTH_MAX)
        return JSON_TOO_DEEP;
    x->depth++;
    x->p++;
    skip_space(x);
    if (!take(x, close)) {
        do {
            int error = parse_member(x, type);
            if (error)
                return error;
            t->n++;
            skip_space(x);
        } while (take(x, ','));
        if (!take(x, close))
            return JSON_BAD;
    }
    x->depth--;
    t->next = (uint16_t)x->json->tokens_n;
    return 0;
}

static int parse_value(struct parser *x)
{
    if (x->p == x->end)
        return JSON_BAD;
    switch (*x->p) {
    case '"':
        return parse_string(x);
    case '{':
        return parse_container(x, JSON_OBJECT, '}');
    case '[':
        return parse_container(x, JSON_ARRAY, ']');
    case 't':
        return parse_word(x, JSON_TRUE, STR("true"));
    case 'f':
        return parse_word(x, JSON_FALSE, STR("false"));
    case 'n':
        return parse_word(x, JSON_NULL, STR("null"));
    default:
        return parse_number(x);
    }
}

int json_parse(struct json *j, struct str text)
{
    must(j->tokens_max <= JSON_TOKENS_MAX);
    j->text = text;
    j->tokens_n = 0;
    if (text.n > UINT32_MAX)
        return JSON_TOO_LARGE;
    if (text.n == 0)
        return JSON_BAD;
    struct parser x = {.json = j, .p = text.p, .end = text.p + text.n};
    skip_space(&x);
    int error = parse_value(&x);
    if (error)
        return error;
    skip_space(&x);
    return x.p == x.end ? 0 : JSON_BAD;
}

uint32_t json_first(const struct json *j, uint32_t in)
{
    return j->tokens[in].n ? in + 1 : 0;
}

uint32_t json_next(const struct json *j, uint32_t in, uint32_t at)
{
    uint32_t value = at + (json_type_of(j, in) == JSON_OBJECT);
    uint32_t next = j->tokens[value].next;
    return next < j->tokens[in].next ? next : 0;
}

uint32_t json_get(const struct json *j, uint32_t object, struct str name)
{
    for (uint32_t i = json_first(j, object); i; i = json_next(j, object, i)) {
        if (json_is(j, i, name))
            return i + 1;
    }
    return 0;
}

static size_t utf8_put(char *out, int32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00 >> n & 0xff) | c);
    return n;
}

/* The next character of a checked string, as the bytes that it means; how many. */
static size_t string_step(const char **p, const char *end, char out[4])
{
    if (**p != '\\') {
        out[0] = *(*p)++;
        return 1;
    }
    (*p)++;
    int32_t c = escape_read(p, end);
    must(c >= 0);
    return utf8_put(out, c);
}

bool json_is(const struct json *j, uint32_t token, struct str s)
{
    const struct json_token *t = &j->tokens[token];
    const char *p = j->text.p + t->at, *end = p + t->n;
    if (!t->escaped)
        return str_eq(s, str_n(p, t->n));
    size_t at = 0;
    while (p < end) {
        char c[4];
        size_t n = string_step(&p, end, c);
        if (s.n - at < n || memcmp(s.p + at, c, n) != 0)
            return false;
        at += n;
    }
    return at == s.n;
}

struct str json_string(const struct json *j, uint32_t token, struct arena *arena)
{
    const struct json_token *t = &j->tokens[token];
    const char *p = j->text.p + t->at, *end = p + t->n;
    must(t->type == JSON_STRING);
    if (!t->escaped)
        return str_n(p, t->n);
    /* An escape is never shorter than what it means. */
    char *out = arena_alloc(arena, t->n);
    size_t n = 0;
    while (p < end) {
        char c[4];
        size_t step = string_step(&p, end, c);
        memcpy(out + n, c, step);
        n += step;
    }
    return str_n(out, n);
}

bool json_integer(const struct json *j, uint32_t token, uint64_t *value)
{
    const struct json_token *t = &j->tokens[token];
    uint64_t v;
    if (t->type != JSON_NUMBER || !u64_parse(str_n(j->text.p + t->at, t->n), &v) || v > API_SEQ_MAX)
        return false;
    *value = v;
    return true;
}
