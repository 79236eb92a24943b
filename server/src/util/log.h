/*
 * Logs are an event name and fields, never prose, never a token, never a message body:
 *     log_info("conn_closed", log_u64("conn", id), log_str("why", why));
 * writes one line of logfmt to stderr with a time and level. Any thread; a line is written whole,
 * or, when stderr has no room for it, not at all: nobody waits, and log_lost then says how many.
 * Values are quoted and escaped where needed, so they may hold anything; long ones are cut. A
 * string that is absent ({NULL, 0}) leaves its field out. As LOG_JSON the same line is one object,
 * in which numbers that a double cannot hold (the ids among them) are strings, as in the API.
 */
#ifndef PARLEY_UTIL_LOG_H
#define PARLEY_UTIL_LOG_H

#include <stdint.h>

#include "util/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_OFF };

struct log_field {
    const char *name;
    enum { LOG_FIELD_U64, LOG_FIELD_I64, LOG_FIELD_STR } type;
    union {
        uint64_t u64;
        int64_t i64;
        struct str str;
    };
};

#define log_u64(name_, v) ((struct log_field){.name = (name_), .type = LOG_FIELD_U64, .u64 = (v)})
#define log_i64(name_, v) ((struct log_field){.name = (name_), .type = LOG_FIELD_I64, .i64 = (v)})
#define log_str(name_, v)                                                                          \
    ((struct log_field){.name = (name_), .type = LOG_FIELD_STR, .str = str_of(v)})
#define log_strn(name_, v) ((struct log_field){.name = (name_), .type = LOG_FIELD_STR, .str = (v)})

/* Below this nothing is written; LOG_INFO at start. Any time. */
void log_set_level(enum log_level);
enum log_level log_get_level(void);
/* "debug", …, "off"; the level of that name, or -1. */
const char *log_level_name(enum log_level);
int log_level_named(struct str name);

enum log_format { LOG_TEXT, LOG_JSON };

/* LOG_TEXT at start. */
void log_set_format(enum log_format);
void log_write(enum log_level, const char *event, const struct log_field *fields, size_t n);

#define log_at(level, event, ...)                                                                  \
    log_write(level, event, (struct log_field[]){{0}, ##__VA_ARGS__} + 1,                          \
              sizeof((struct log_field[]){{0}, ##__VA_ARGS__}) / sizeof(struct log_field) - 1)
#define log_debug(...) log_at(LOG_DEBUG, __VA_ARGS__)
#define log_info(...)  log_at(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_at(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_at(LOG_ERROR, __VA_ARGS__)

#endif
