/*
 * Nothing but the bytes on the builder and one flag: a comma stands before a name or value unless
 * it is the first in its container or follows its name. Which container is open is not kept, since
 * the code that writes shows it; a tree built first and printed later was refused for its nodes.
 */
#include "proto/writer.h"

#include <string.h>

#include "proto/api.gen.h"
#include "proto/scan.h"
#include "util/buf.h"
#include "util/macros.h"
#include "util/numbers.h"

static void begin(struct writer *w, unsigned char open)
{
    if (w->comma)
        builder_add_byte(w->out, ',');
    builder_add_byte(w->out, open);
    w->comma = false;
}

static void end(struct writer *w, unsigned char close)
{
    builder_add_byte(w->out, close);
    w->comma = true;
}

void writer_object_begin(struct writer *w)
{
    begin(w, '{');
}

void writer_object_end(struct writer *w)
{
    end(w, '}');
}

void writer_array_begin(struct writer *w)
{
    begin(w, '[');
}

void writer_array_end(struct writer *w)
{
    end(w, ']');
}

void writer_name(struct writer *w, const char *name)
{
    size_t n = strlen(name);
    unsigned char *p = builder_reserve(w->out, n + 4), *start = p;
    if (w->comma)
        *p++ = ',';
    *p++ = '"';
    memcpy(p, name, n);
    p += n;
    *p++ = '"';
    *p++ = ':';
    builder_advance(w->out, (size_t)(p - start));
    w->comma = false;
}

/* RFC 8259 §7: the two-letter forms where there are, \u00XX for other control characters. */
static size_t escape_put(unsigned char *p, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    static const char letters[0x20] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    p[0] = '\\';
    if (c == '"' || c == '\\') {
        p[1] = c;
        return 2;
    }
    if (letters[c]) {
        p[1] = (unsigned char)letters[c];
        return 2;
    }
    p[1] = 'u';
    p[2] = p[3] = '0';
    p[4] = (unsigned char)digits[c >> 4];
    p[5] = (unsigned char)digits[c & 15];
    return 6;
}

void writer_string(struct writer *w, struct str s)
{
    begin(w, '"');
    uint64_t bytes = 0;
    for (size_t at = 0; at < s.n;) {
        size_t plain = scan_plain(s.p + at, s.n - at, &bytes);
        builder_add(w->out, s.p + at, plain);
        at += plain;
        if (at < s.n) {
            unsigned char *p = builder_reserve(w->out, 6);
            builder_advance(w->out, escape_put(p, (unsigned char)s.p[at++]));
        }
    }
    end(w, '"');
}

void writer_id(struct writer *w, uint64_t id)
{
    char digits[U64_TEXT_MAX + 1];
    size_t n = u64_format(digits, id);
    begin(w, '"');
    builder_add(w->out, digits, n);
    end(w, '"');
}

void writer_integer(struct writer *w, uint64_t value)
{
    must(value <= API_SEQ_MAX);
    char digits[U64_TEXT_MAX + 1];
    size_t n = u64_format(digits, value);
    writer_raw(w, str_n(digits, n));
}

void writer_bool(struct writer *w, bool value)
{
    writer_raw(w, value ? STR("true") : STR("false"));
}

void writer_raw(struct writer *w, struct str json)
{
    if (w->comma)
        builder_add_byte(w->out, ',');
    builder_add_str(w->out, json);
    w->comma = true;
}

void writer_field_string(struct writer *w, const char *name, struct str s)
{
    writer_name(w, name);
    writer_string(w, s);
}

void writer_field_id(struct writer *w, const char *name, uint64_t id)
{
    writer_name(w, name);
    writer_id(w, id);
}

void writer_field_integer(struct writer *w, const char *name, uint64_t value)
{
    writer_name(w, name);
    writer_integer(w, value);
}

void writer_field_bool(struct writer *w, const char *name, bool value)
{
    writer_name(w, name);
    writer_bool(w, value);
}

void writer_field_object(struct writer *w, const char *name)
{
    writer_name(w, name);
    writer_object_begin(w);
}

void writer_field_array(struct writer *w, const char *name)
{
    writer_name(w, name);
    writer_array_begin(w);
}
