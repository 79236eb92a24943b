/*
 * Everything is checked before the first byte is written, so a refused response leaves no half of
 * a head in a queue that other responses share.
 */
#include "http/response.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "http/field.h"
#include "http/request.h"
#include "util/macros.h"
#include "util/numbers.h"

static const struct {
    unsigned status;
    const char *reason;
} reasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

struct str http_reason(unsigned status)
{
    for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
        if (reasons[i].status == status)
            return str_of(reasons[i].reason);
    return STR("Unknown");
}

static void add_field(struct builder *out, struct str name, struct str value)
{
    builder_add_str(out, name);
    builder_add_str(out, STR(": "));
    builder_add_str(out, value);
    builder_add_str(out, STR("\r\n"));
}

static bool sendable(const struct http_response *r)
{
    if (!http_is_value(r->date) || !http_is_value(r->type) || !http_is_value(r->etag))
        return false;
    for (size_t i = 0; i < r->fields_n; i++)
        if (!http_is_token(r->fields[i].name) || !http_is_value(r->fields[i].value))
            return false;
    return true;
}

int http_response_write(const struct http_response *r, struct builder *out)
{
    must(r->status >= 100 && r->status <= 599);
    if (!sendable(r))
        return -EINVAL;

    char number[U64_TEXT_MAX + 1];
    builder_add_str(out, STR("HTTP/1.1 "));
    builder_add(out, number, u64_format(number, r->status));
    builder_add_byte(out, ' ');
    builder_add_str(out, http_reason(r->status));
    builder_add_str(out, STR("\r\n"));
    if (r->date.p)
        add_field(out, STR("Date"), r->date);
    if (r->type.p)
        add_field(out, STR("Content-Type"), r->type);
    if (r->etag.p)
        add_field(out, STR("ETag"), r->etag);
    for (size_t i = 0; i < r->fields_n; i++)
        add_field(out, r->fields[i].name, r->fields[i].value);
    if (r->chunked)
        add_field(out, STR("Transfer-Encoding"), STR("chunked"));
    else if (r->status >= 200 && r->status != 204 && r->status != 304 && !r->to_the_end)
        add_field(out, STR("Content-Length"), str_n(number, u64_format(number, r->body_bytes)));
    if (r->status >= 200 && !r->keep_alive)
        add_field(out, STR("Connection"), STR("close"));
    builder_add_str(out, STR("\r\n"));
    return 0;
}

size_t http_chunk_header(char out[HTTP_CHUNK_HEADER_MAX + 1], uint32_t n, bool first)
{
    return (size_t)snprintf(out, HTTP_CHUNK_HEADER_MAX + 1, "%s%" PRIx32 "\r\n%s",
                            first ? "" : "\r\n", n, n ? "" : "\r\n");
}

/* The civil date of a day count by Hinnant's "days from civil" run backwards: gmtime_r() would
 * do too, but reads the environment's idea of leap seconds. */
static void civil(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    int64_t z = days + 719468; /* since 0000-03-01 */
    int64_t era = z / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153; /* 0 is March */
    *day = (unsigned)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (unsigned)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

void http_date(char out[HTTP_DATE_BYTES + 1], int64_t unix_s)
{
    static const char days[][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t day_s = 24 * 60 * 60, days_since = unix_s / day_s, second = unix_s % day_s;
    if (second < 0) {
        second += day_s;
        days_since--;
    }
    int64_t year;
    unsigned month, day;
    civil(days_since, &year, &month, &day);
    must(year >= 1 && year <= 9999);
    int week_day = (int)(((days_since % 7) + 7) % 7);
    snprintf(out, HTTP_DATE_BYTES + 1, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[week_day],
             day % 100, months[month - 1], (unsigned)year % 10000, (unsigned)(second / 3600) % 24,
             (unsigned)(second / 60 % 60), (unsigned)(second % 60));
}

/* Takes the next entity tag, without its W/, off a list; false at the end and where it stops
 * being one (RFC 9110 §8.8.3). Commas may stand inside a tag. */
static bool etag_next(struct str *rest, struct str *tag)
{
    while (rest->n && (rest->p[0] == ',' || rest->p[0] == ' ' || rest->p[0] == '\t'))
        *rest = str_n(rest->p + 1, rest->n - 1);
    if (str_starts(*rest, STR("W/")))
        *rest = str_n(rest->p + 2, rest->n - 2);
    if (rest->n < 2 || rest->p[0] != '"')
        return false;
    const char *quote = memchr(rest->p + 1, '"', rest->n - 1);
    if (!quote)
        return false;
    *tag = str_n(rest->p, (size_t)(quote - rest->p) + 1);
    *rest = str_n(quote + 1, rest->n - tag->n);
    return true;
}

bool http_not_modified(const struct http_request *r, struct str etag)
{
    struct str name, value, tag;
    if (str_starts(etag, STR("W/")))
        etag = str_n(etag.p + 2, etag.n - 2);
    for (unsigned i = 0; http_request_line(r, i, &name, &value); i++) {
        if (!http_eq_nocase(name, STR("if-none-match")))
            continue;
        if (str_eq(value, STR("*")))
            return true;
        while (etag_next(&value, &tag))
            if (str_eq(tag, etag))
                return true;
    }
    return false;
}
