/*
 * struct option: one row of the table that file, environment, flags, the printed configuration and
 * the manual come from. To add an option: a field in config.h, a row in option.c.
 *
 * Errors: option_parse() answers NULL, or why the text is refused, as the end of a sentence.
 * Thread: any; the table never changes.
 */
#ifndef PARLEY_CONFIG_OPTION_H
#define PARLEY_CONFIG_OPTION_H

#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

struct arena;
struct builder;
struct config;

/* The field in struct config is in brackets. */
enum option_type {
    OPTION_BOOL,  /* true, false [bool] */
    OPTION_COUNT, /* [uint64_t] */
    OPTION_MS,    /* milliseconds, or with the suffix ms, s, min or h [uint64_t] */
    OPTION_BYTES, /* bytes, or with the suffix KiB, MiB or GiB [uint64_t] */
    OPTION_ENUM,  /* one of the words; its place among them [int] */
    OPTION_TEXT,  /* [const char *, never NULL] */
    OPTION_LIST,  /* texts with blanks or commas between them [struct config_list] */
    OPTION_TYPES,
};

enum {
    OPTION_TEXT_MAX = 4096, /* bytes of a value: PATH_MAX */
    OPTION_LIST_MAX = 64,   /* texts in a list */
};

struct option {
    const char *group; /* heading that begins with this row, or NULL */
    const char *name;  /* lower case, words joined by _, parts by dots */
    enum option_type type;
    size_t offset;        /* of the field */
    uint64_t min, max;    /* COUNT, MS, BYTES: the value; LIST: how many; TEXT: bytes */
    const char *fallback; /* the default, as a file would have it */
    const char *words[6]; /* ENUM; ends with NULL */
    const char *help;     /* sentences, wrapped where they are printed */
};

extern const struct option options[];
extern const size_t options_n;

/* The row of that name, or NULL. */
const struct option *option_find(struct str name);
/* The row whose name is nearest to one that does not exist. */
const struct option *option_nearest(struct str name);

/* Sets the field in `config`; texts are copied to `arena`. NULL, or why not (in `arena` too). */
const char *option_parse(const struct option *, struct config *config, struct str value,
                         struct arena *arena);
/* Adds the value of the field, such that option_parse() gives it again. */
void option_format(const struct option *, const struct config *config, struct builder *out);
/* Adds what values it takes: "10 to 20 milliseconds", "open, closed". */
void option_format_range(const struct option *, struct builder *out);

#endif
