/* The table on paper: as a file with the values in force, and as the manual's page. Pure. */
#include "config/config.h"
#include "config/option.h"

enum { PRINT_COLUMNS = 96 };

/* Adds the words of `text` in lines that begin with `prefix` and fit the page. */
static void add_wrapped(struct builder *out, struct str prefix, struct str text)
{
    size_t column = 0;

    while (text.n) {
        const char *blank = memchr(text.p, ' ', text.n);
        size_t n = blank ? (size_t)(blank - text.p) : text.n;

        if (column && column + 1 + n > PRINT_COLUMNS) {
            builder_add_byte(out, '\n');
            column = 0;
        }
        builder_add_str(out, column ? STR(" ") : prefix);
        builder_add(out, text.p, n);
        column += n + (column ? 1 : prefix.n);
        n += blank ? 1 : 0;
        text = str_n(text.p + n, text.n - n);
    }
    builder_add_byte(out, '\n');
}

static void add_setting(const struct config *c, const struct option *o, struct builder *out)
{
    struct builder value = {0};

    option_format(o, c, &value);
    builder_add_str(out, str_of(o->name));
    builder_add_str(out, value.n ? STR(" = ") : STR(" ="));
    builder_add_str(out, builder_str(&value));
    builder_add_byte(out, '\n');
    builder_deinit(&value);
}

static void add_values(const struct option *o, struct str lead, struct builder *out)
{
    builder_add_str(out, lead);
    option_format_range(o, out);
    builder_add_str(out, STR(". Default: "));
    builder_add_str(out, o->fallback[0] ? str_of(o->fallback) : STR("empty"));
    builder_add_str(out, STR(".\n"));
}

static void print_option(const struct config *c, const struct option *o, struct builder *out)
{
    const char *origin = c->origins[o - options];

    if (o->group) {
        builder_add_str(out, STR("# --- "));
        builder_add_str(out, str_of(o->group));
        builder_add_str(out, STR(" ---\n\n"));
    }
    add_wrapped(out, STR("# "), str_of(o->help));
    add_values(o, STR("# Values: "), out);
    if (origin) {
        builder_add_str(out, STR("# Set by: "));
        builder_add_str(out, str_of(origin));
        builder_add_byte(out, '\n');
    }
    add_setting(c, o, out);
}

void config_print(const struct config *c, struct builder *out)
{
    builder_add_str(out, STR("# Parley's options and the values in force.\n"));
    for (size_t i = 0; i < options_n; i++) {
        builder_add_byte(out, '\n');
        print_option(c, &options[i], out);
    }
}

void config_print_manual(struct builder *out)
{
    builder_add_str(
        out, STR("# Options\n\n"
                 "Made by `parleyd print-manual`; a test compares the two.\n\n"
                 "Options come, in order of increasing strength, from a file (`--config FILE` or\n"
                 "`PARLEY_CONFIG`; none unless named), the environment, and flags. `data_dir` is\n"
                 "`data_dir = /var/lib/parley` in the file, `PARLEY_DATA_DIR` in the environment,\n"
                 "`--data_dir=/var/lib/parley` or `--data-dir /var/lib/parley` as a flag; a dot\n"
                 "in a name is an underscore in the environment. In the file a `#` at the start\n"
                 "of a line or after a blank begins a comment. What is not known is an error.\n"));
    for (size_t i = 0; i < options_n; i++) {
        const struct option *o = &options[i];
        if (o->group) {
            builder_add_str(out, STR("\n## "));
            builder_add_str(out, str_of(o->group));
            builder_add_byte(out, '\n');
        }
        builder_add_str(out, STR("\n### "));
        builder_add_str(out, str_of(o->name));
        builder_add_str(out, STR("\n\n"));
        add_wrapped(out, STR(""), str_of(o->help));
        add_values(o, STR("\nValues: "), out);
    }
}
