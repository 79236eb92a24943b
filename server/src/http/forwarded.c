/*
 * Forwarded is read from the front, since only so it is known which commas and semicolons stand in
 * quotes. One unbalanced quote early in the field, sent by a client, would swallow what honest
 * proxies added: such a field is malformed as a whole. Backslashes in quotes are refused: no node
 * needs one (RFC 7239 §6).
 */
#include "http/forwarded.h"

#include <string.h>

#include "http/field.h"
#include "http/request.h"

static void add_node(struct http_nodes *out, struct str node)
{
    if (out->n == HTTP_NODES_MAX)
        memmove(out->nodes, out->nodes + 1, --out->n * sizeof(out->nodes[0]));
    out->nodes[out->n++] = node;
}

static bool take_byte(struct str *s, char byte)
{
    if (!s->n || *s->p != byte)
        return false;
    *s = str_n(s->p + 1, s->n - 1);
    return true;
}

/* The longest token at the front, perhaps empty. */
static struct str take_token(struct str *s)
{
    size_t n = 0;
    while (n < s->n && http_is_token(str_n(s->p + n, 1)))
        n++;
    struct str token = str_n(s->p, n);
    *s = str_n(s->p + n, s->n - n);
    return token;
}

/* A token or a quoted string, which comes without its quotes. */
static bool take_value(struct str *s, struct str *value)
{
    if (!take_byte(s, '"')) {
        *value = take_token(s);
        return value->n > 0;
    }
    const char *end = s->n ? memchr(s->p, '"', s->n) : NULL;
    if (!end)
        return false;
    *value = str_n(s->p, (size_t)(end - s->p));
    *s = str_n(end + 1, s->n - value->n - 1);
    return memchr(value->p, '\\', value->n) == NULL;
}

static void skip_blanks(struct str *s)
{
    while (take_byte(s, ' ') || take_byte(s, '\t'))
        ;
}

/* Up to the comma or the end: pairs with semicolons between. `*any`: there is one. */
static bool take_element(struct str *s, struct str *node, bool *any)
{
    *node = (struct str){0};
    *any = false;
    do {
        struct str name, value;
        skip_blanks(s);
        name = take_token(s);
        if (!name.n)
            continue;
        if (!take_byte(s, '=') || !take_value(s, &value))
            return false;
        *any = true;
        if (http_eq_nocase(name, STR("for"))) {
            if (node->p)
                return false;
            *node = value;
        }
        skip_blanks(s);
    } while (take_byte(s, ';'));
    return !s->n || *s->p == ',';
}

static bool take_field(struct str s, struct http_nodes *out)
{
    do {
        struct str node;
        bool any;
        if (!take_element(&s, &node, &any))
            return false;
        if (any)
            add_node(out, node);
    } while (take_byte(&s, ','));
    return true;
}

bool http_forwarded(const struct http_request *r, struct http_nodes *out)
{
    struct str name, value;
    out->n = 0;
    for (unsigned i = 0; http_request_line(r, i, &name, &value); i++)
        if (http_eq_nocase(name, STR("Forwarded")) && !take_field(value, out))
            return false;
    return true;
}

void http_x_forwarded_for(const struct http_request *r, struct http_nodes *out)
{
    struct str name, value, node;
    out->n = 0;
    for (unsigned i = 0; http_request_line(r, i, &name, &value); i++)
        if (http_eq_nocase(name, STR("X-Forwarded-For")))
            while (http_list_next(&value, &node))
                add_node(out, node);
}
