/* 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01: version, trace, span, flags. A later
 * version may have more behind, after another dash. */
#include "proto/traceparent.h"

#include <string.h>

enum {
    TRACE_AT = 3,
    SPAN_AT = TRACE_AT + TRACE_ID_CHARS + 1,
    FLAGS_AT = SPAN_AT + SPAN_ID_CHARS + 1,
    FLAG_SAMPLED = 1,
};

/* Digits of lower-case hexadecimal, not all of them 0 unless `zero`. */
static bool is_hex(const char *p, size_t n, bool zero)
{
    for (size_t i = 0; i < n; i++) {
        if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f')))
            return false;
        zero = zero || p[i] != '0';
    }
    return zero;
}

static bool has_form(struct str t)
{
    if (t.n < TRACEPARENT_BYTES || !is_hex(t.p, 2, true) || memcmp(t.p, "ff", 2) == 0)
        return false;
    bool first = memcmp(t.p, "00", 2) == 0;
    if (t.n > TRACEPARENT_BYTES && (first || t.p[TRACEPARENT_BYTES] != '-'))
        return false;
    return t.p[TRACE_AT - 1] == '-' && t.p[SPAN_AT - 1] == '-' && t.p[FLAGS_AT - 1] == '-' &&
           is_hex(t.p + TRACE_AT, TRACE_ID_CHARS, false) &&
           is_hex(t.p + SPAN_AT, SPAN_ID_CHARS, false) && is_hex(t.p + FLAGS_AT, 2, true);
}

bool traceparent_parse(struct traceparent *tp, struct str text)
{
    *tp = (struct traceparent){0};
    if (!has_form(text))
        return false;
    memcpy(tp->trace_id, text.p + TRACE_AT, TRACE_ID_CHARS);
    memcpy(tp->span_id, text.p + SPAN_AT, SPAN_ID_CHARS);
    char low = text.p[FLAGS_AT + 1];
    tp->sampled = (low <= '9' ? low - '0' : low - 'a' + 10) & FLAG_SAMPLED;
    return true;
}
