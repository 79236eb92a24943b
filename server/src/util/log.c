/*
 * A line is put together on the stack and leaves in one write(2) of at most PIPE_BUF bytes, which
 * is what a pipe takes whole, so lines never mix. What does not fit is left out and the line ends
 * in cut=true.
 *
 * Nobody waits for whoever reads the log: a line is written only if stderr has room for it at once.
 * The lock holds for that look and the write, which then does not wait either, so that no other
 * thread takes the room between the two. Lines that found no room are counted, and the next one
 * that does is preceded by a log_lost that tells how many. Refused: O_NONBLOCK, which would be set
 * for every process that has the same stderr.
 *
 * Names of events and fields are ours and written as they are. Values are not ours: any byte that
 * could end a value, a line or a terminal's good mood is escaped, so that nobody writes a line or a
 * field but this file. Refused: letting printable UTF-8 through (it has controls of its own); so a
 * string in JSON has the same form between its quotes, with the backslashes that JSON wants.
 *
 * Level and format are the process's, as stderr is.
 */
#include "util/log.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/macros.h"
#include "util/numbers.h"

enum {
    LINE_MAX_BYTES = PIPE_BUF,
    VALUE_MAX_BYTES = 512, /* of a string, escaped */
};

#define EXACT_MAX (UINT64_C(1) << 53) /* what a double holds */

#define CUT_FIELD STR(" cut=true")
#define CUT_JSON  STR(",\"cut\":true")
#define ELLIPSIS  STR("...")

/* Kept free for the end of a line: the longer of the two above, and "}\n". */
enum { END_BYTES = 13 };

struct line {
    size_t n;
    bool cut, json;
    char text[LINE_MAX_BYTES];
};

static _Atomic int log_level = LOG_INFO;
static _Atomic int log_format = LOG_TEXT;

static pthread_mutex_t out_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t lost; /* lines that found no room, not yet told; under the lock */

static const char *const level_names[] = {"debug", "info", "warn", "error", "off"};
static_assert(ARRAY_SIZE(level_names) == LOG_OFF + 1, "a name for each level");

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&log_level, (int)level, memory_order_relaxed);
}

enum log_level log_get_level(void)
{
    return (enum log_level)atomic_load_explicit(&log_level, memory_order_relaxed);
}

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}

int log_level_named(struct str name)
{
    for (size_t i = 0; i < ARRAY_SIZE(level_names); i++)
        if (str_eq(str_of(level_names[i]), name))
            return (int)i;
    return -1;
}

void log_set_format(enum log_format format)
{
    atomic_store_explicit(&log_format, (int)format, memory_order_relaxed);
}

/* All of it or nothing; the end of the line always has its place. */
static void add(struct line *l, struct str s)
{
    size_t end = l->json ? END_BYTES : CUT_FIELD.n + 1;
    if (l->cut || LINE_MAX_BYTES - l->n < s.n + end) {
        l->cut = true;
        return;
    }
    memcpy(l->text + l->n, s.p, s.n);
    l->n += s.n;
}

static void add_time(struct line *l)
{
    uint64_t now_ms = clock_wall_ms();
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm tm;
    char text[64];
    gmtime_r(&seconds, &tm);
    size_t n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    n += (size_t)snprintf(text + n, sizeof(text) - n, ".%03uZ", (unsigned)(now_ms % 1000));
    add(l, str_n(text, n));
}

static bool is_plain(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           memchr("-_.:/@+,", c, 8);
}

enum { ESCAPED_MAX = 5 };

/* Writes the byte as it stands in quotes; returns its length. */
static size_t escape_text(char out[ESCAPED_MAX], unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
        out[0] = (char)c;
        return 1;
    }
    out[0] = '\\';
    switch (c) {
    case '"':
    case '\\':
        out[1] = (char)c;
        return 2;
    case '\n':
        out[1] = 'n';
        return 2;
    case '\r':
        out[1] = 'r';
        return 2;
    case '\t':
        out[1] = 't';
        return 2;
    default:
        out[1] = 'x';
        out[2] = digits[c >> 4];
        out[3] = digits[c & 15];
        return 4;
    }
}

/* JSON knows no \x: what it stands for is told by the text that the reader then has. */
static size_t escape(char out[ESCAPED_MAX], unsigned char c, bool json)
{
    size_t n = escape_text(out, c);
    if (json && n == 4) {
        memmove(out + 1, out, n);
        n++;
    }
    return n;
}

/* Returns the length in `out`; a value that is too long ends in an ellipsis within its quotes. */
static size_t quote(char out[VALUE_MAX_BYTES], struct str s, bool json)
{
    size_t n = 0;
    out[n++] = '"';
    for (size_t i = 0; i < s.n; i++) {
        char escaped[ESCAPED_MAX];
        size_t length = escape(escaped, (unsigned char)s.p[i], json);
        if (VALUE_MAX_BYTES - n < length + ELLIPSIS.n + 1) {
            memcpy(out + n, ELLIPSIS.p, ELLIPSIS.n);
            n += ELLIPSIS.n;
            break;
        }
        memcpy(out + n, escaped, length);
        n += length;
    }
    out[n++] = '"';
    return n;
}

static struct str value_text(char out[VALUE_MAX_BYTES], const struct log_field *f, bool json)
{
    switch (f->type) {
    case LOG_FIELD_U64:
        if (json && f->u64 > EXACT_MAX)
            return str_n(out, (size_t)snprintf(out, VALUE_MAX_BYTES, "\"%llu\"",
                                               (unsigned long long)f->u64));
        return str_n(out, u64_format(out, f->u64));
    case LOG_FIELD_I64:
        return str_n(out, (size_t)snprintf(out, VALUE_MAX_BYTES, "%lld", (long long)f->i64));
    case LOG_FIELD_STR:
        break;
    }
    bool plain = !json && f->str.n > 0 && f->str.n <= VALUE_MAX_BYTES;
    for (size_t i = 0; plain && i < f->str.n; i++)
        plain = is_plain((unsigned char)f->str.p[i]);
    return plain ? f->str : str_n(out, quote(out, f->str, json));
}

static void add_name(struct line *l, const char *name)
{
    add(l, l->json ? STR(",\"") : STR(" "));
    add(l, str_of(name));
    add(l, l->json ? STR("\":") : STR("="));
}

/* The whole field or nothing of it, so that a line cut short still parses. */
static void add_field(struct line *l, const struct log_field *f)
{
    if (f->type == LOG_FIELD_STR && !f->str.p)
        return;
    size_t before = l->n;
    char value[VALUE_MAX_BYTES];
    add_name(l, f->name);
    add(l, value_text(value, f, l->json));
    if (l->cut)
        l->n = before;
}

static void line_begin(struct line *l, enum log_level level, const char *event)
{
    l->n = 0;
    l->cut = false;
    l->json = atomic_load_explicit(&log_format, memory_order_relaxed) == LOG_JSON;
    add(l, l->json ? STR("{\"time\":\"") : STR("time="));
    add_time(l);
    add(l, l->json ? STR("\",\"level\":\"") : STR(" level="));
    add(l, str_of(level_names[level]));
    add(l, l->json ? STR("\",\"event\":\"") : STR(" event="));
    add(l, str_of(event));
    add(l, l->json ? STR("\"") : STR(""));
}

static void line_end(struct line *l)
{
    struct str cut = l->json ? CUT_JSON : CUT_FIELD;
    if (l->cut) {
        memcpy(l->text + l->n, cut.p, cut.n);
        l->n += cut.n;
    }
    if (l->json)
        l->text[l->n++] = '}';
    l->text[l->n++] = '\n';
}

/* Under the lock. */
static bool write_now(const struct line *l)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    ssize_t n;
    do {
        if (poll(&out, 1, 0) != 1)
            return false;
        n = write(STDERR_FILENO, l->text, l->n);
    } while (n < 0 && errno == EINTR);
    return n > 0;
}

static bool tell_lost(void)
{
    struct line l;
    struct log_field field = log_u64("lines", lost);
    line_begin(&l, LOG_WARN, "log_lost");
    add_field(&l, &field);
    line_end(&l);
    return write_now(&l);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
    must(level < LOG_OFF);
    if ((int)level < atomic_load_explicit(&log_level, memory_order_relaxed))
        return;
    int saved_errno = errno;
    struct line l;
    line_begin(&l, level, event);
    for (size_t i = 0; i < n && !l.cut; i++)
        add_field(&l, &fields[i]);
    line_end(&l);
    pthread_mutex_lock(&out_lock);
    if (lost && tell_lost())
        lost = 0;
    if (lost || !write_now(&l))
        lost++;
    pthread_mutex_unlock(&out_lock);
    errno = saved_errno;
}
