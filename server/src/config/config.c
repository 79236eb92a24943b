/*
 * Where the values come from: each source is cut into (origin, name, value) and handed to set(),
 * the one place that looks a name up, parses, remembers the origin, and complains.
 *
 * What always holds: a field has a value that its row allows, since the defaults are parsed by the
 * same code and a refused value leaves the field alone. `origins` and texts lie in the arena.
 *
 * Refused: stopping at the first mistake. Whoever corrects a file wants to see all of it.
 */
#include "config/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/option.h"
#include "util/macros.h"
#include "util/mem.h"

#define ENV_PREFIX "PARLEY_"
#define FILE_ENV   ENV_PREFIX "CONFIG"

enum { NAME_SHOWN_MAX = 64, VALUE_SHOWN_MAX = 64 };
enum { LINE_MAX_BYTES = 1024 };

/* --- complaints --- */

static int complain(struct config *c, struct builder *out, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static int complain(struct config *c, struct builder *out, const char *fmt, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;

    if (c->complaints_n++ > CONFIG_COMPLAINTS_MAX)
        return CONFIG_BAD;
    if (c->complaints_n > CONFIG_COMPLAINTS_MAX) {
        builder_add_str(out, STR("and more\n"));
        return CONFIG_BAD;
    }
    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    builder_add_str(out, str_of(line));
    builder_add_byte(out, '\n');
    return CONFIG_BAD;
}

int config_complain(struct config *c, const char *name, const char *what, struct builder *out)
{
    const struct option *o = option_find(str_of(name));
    const char *origin;

    must(o);
    origin = c->origins[o - options];
    return complain(c, out, "%s: %s: %s", origin ? origin : "default", name, what);
}

/* --- one value --- */

/* `origin` is what stands before complaints, such as "parley.conf:3". `seen` is by row, of the
 * source that is being read. */
static int set(struct config *c, const struct option *o, const char *origin, struct str value,
               bool *seen, struct builder *out)
{
    size_t row = (size_t)(o - options);
    const char *why;

    if (seen[row])
        return complain(c, out, "%s: %s: set before, at %s", origin, o->name, c->origins[row]);
    why = option_parse(o, c, value, &c->arena);
    if (why)
        return complain(c, out, "%s: %s: %s, not \"%.*s\"", origin, o->name, why,
                        (int)MIN(value.n, (size_t)VALUE_SHOWN_MAX), value.p);
    seen[row] = true;
    c->origins[row] = arena_str(&c->arena, str_of(origin)).p;
    return 0;
}

static int unknown(struct config *c, const char *origin, const char *prefix, struct str name,
                   struct builder *out)
{
    return complain(c, out, "%s: unknown option %s%.*s; the nearest known one is %s%s", origin,
                    prefix, (int)MIN(name.n, (size_t)NAME_SHOWN_MAX), name.p, prefix,
                    option_nearest(name)->name);
}

void config_init(struct config *c)
{
    *c = (struct config){0};
    for (size_t i = 0; i < options_n; i++)
        must(!option_parse(&options[i], c, str_of(options[i].fallback), &c->arena));
}

void config_deinit(struct config *c)
{
    arena_deinit(&c->arena);
    *c = (struct config){0};
}

/* --- the file --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct str trimmed(struct str s)
{
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    while (s.n && is_blank(*s.p)) {
        s.p++;
        s.n--;
    }
    return s;
}

/* Up to a # at the start or after a blank. */
static struct str without_comment(struct str line)
{
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] == '#' && (i == 0 || is_blank(line.p[i - 1])))
            return str_n(line.p, i);
    return line;
}

static int apply_line(struct config *c, const char *origin, struct str line, bool *seen,
                      struct builder *out)
{
    const struct option *o;
    const char *equals;
    struct str name;

    line = trimmed(without_comment(line));
    if (!line.n)
        return 0;
    equals = memchr(line.p, '=', line.n);
    if (!equals)
        return complain(c, out, "%s: expected `name = value`", origin);
    name = trimmed(str_n(line.p, (size_t)(equals - line.p)));
    o = option_find(name);
    if (!o)
        return unknown(c, origin, "", name, out);
    return set(c, o, origin, trimmed(str_n(equals + 1, (size_t)(line.p + line.n - equals - 1))),
               seen, out);
}

int config_apply_text(struct config *c, const char *path, struct str text, struct builder *out)
{
    bool seen[CONFIG_OPTIONS_MAX] = {false};
    int r = 0;

    for (unsigned number = 1; text.n; number++) {
        const char *newline = memchr(text.p, '\n', text.n);
        size_t n = newline ? (size_t)(newline - text.p) : text.n;
        char origin[NAME_SHOWN_MAX * 4];

        snprintf(origin, sizeof(origin), "%s:%u", path, number);
        r |= apply_line(c, origin, str_n(text.p, n), seen, out);
        n += newline ? 1 : 0;
        text = str_n(text.p + n, text.n - n);
    }
    return r;
}

static int apply_file(struct config *c, const char *path, struct builder *out)
{
    FILE *file = fopen(path, "re");
    char *bytes = mem_new(CONFIG_FILE_BYTES_MAX + 1);
    size_t n = 0;
    int r;

    if (file)
        n = fread(bytes, 1, CONFIG_FILE_BYTES_MAX + 1, file);
    if (!file || ferror(file))
        r = complain(c, out, "%s: %s", path, strerror(errno));
    else if (n > CONFIG_FILE_BYTES_MAX)
        r = complain(c, out, "%s: larger than a configuration can be", path);
    else
        r = config_apply_text(c, path, str_n(bytes, n), out);
    if (file)
        fclose(file);
    free(bytes);
    return r;
}

/* --- the environment --- */

/* The option's name as the environment has it, without the prefix. */
static void env_name(char out[NAME_SHOWN_MAX], const char *name)
{
    size_t i = 0;

    for (; name[i] && i < NAME_SHOWN_MAX - 1; i++)
        out[i] = name[i] == '.'                     ? '_'
                 : name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A')
                                                    : name[i];
    out[i] = 0;
}

static const struct option *find_env(struct str name)
{
    for (size_t i = 0; i < options_n; i++) {
        char known[NAME_SHOWN_MAX];
        env_name(known, options[i].name);
        if (str_eq(name, str_of(known)))
            return &options[i];
    }
    return NULL;
}

static int unknown_env(struct config *c, struct str name, struct builder *out)
{
    char lower[NAME_SHOWN_MAX], known[NAME_SHOWN_MAX];
    size_t n = MIN(name.n, sizeof(lower));

    for (size_t i = 0; i < n; i++)
        lower[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] - 'A' + 'a') : name.p[i];
    env_name(known, option_nearest(str_n(lower, n))->name);
    return complain(c, out,
                    "environment: unknown option " ENV_PREFIX
                    "%.*s; the nearest known one is " ENV_PREFIX "%s",
                    (int)n, name.p, known);
}

int config_apply_env(struct config *c, char *const *env, struct builder *out)
{
    bool seen[CONFIG_OPTIONS_MAX] = {false};
    const struct str prefix = STR(ENV_PREFIX);
    int r = 0;

    for (; *env; env++) {
        const char *equals = strchr(*env, '=');
        struct str all = equals ? str_n(*env, (size_t)(equals - *env)) : str_of(*env);
        char origin[2 * NAME_SHOWN_MAX];
        const struct option *o;

        if (!str_starts(all, prefix) || str_eq(all, STR(FILE_ENV)))
            continue;
        o = find_env(str_n(all.p + prefix.n, all.n - prefix.n));
        snprintf(origin, sizeof(origin), "environment %.*s",
                 (int)MIN(all.n, (size_t)NAME_SHOWN_MAX), all.p);
        if (!o)
            r |= unknown_env(c, str_n(all.p + prefix.n, all.n - prefix.n), out);
        else
            r |= set(c, o, origin, str_of(equals ? equals + 1 : ""), seen, out);
    }
    return r;
}

/* --- flags --- */

struct flag {
    char name[2 * NAME_SHOWN_MAX]; /* without the dashes, its own dashes as underscores */
    const char *value;             /* NULL: none came */
};

/* Takes the next argument, with its value; returns it, or NULL if it is no flag. */
static const char *next_flag(char *const **at, struct flag *flag)
{
    const char *arg = *(*at)++;
    const char *equals = strchr(arg, '=');
    size_t n;

    if (strncmp(arg, "--", 2) != 0)
        return NULL;
    n = equals ? (size_t)(equals - arg) - 2 : strlen(arg + 2);
    n = MIN(n, sizeof(flag->name) - 1);
    for (size_t i = 0; i < n; i++)
        flag->name[i] = arg[2 + i] == '-' ? '_' : arg[2 + i];
    flag->name[n] = 0;
    flag->value = equals ? equals + 1 : **at ? *(*at)++ : NULL;
    return arg;
}

static int apply_flag(struct config *c, const struct flag *flag, bool *seen, struct builder *out)
{
    const struct option *o = option_find(str_of(flag->name));
    char origin[2 * NAME_SHOWN_MAX + 8];

    snprintf(origin, sizeof(origin), "flag --%s", flag->name);
    if (!o && strcmp(flag->name, "config") != 0)
        return unknown(c, "flags", "--", str_of(flag->name), out);
    if (!flag->value)
        return complain(c, out, "%s: a value must follow", origin);
    return o ? set(c, o, origin, str_of(flag->value), seen, out) : 0;
}

int config_apply_flags(struct config *c, char *const *flags, struct builder *out)
{
    struct str *args = arena_alloc(&c->arena, CONFIG_ARGS_MAX * sizeof(*args));
    bool seen[CONFIG_OPTIONS_MAX] = {false};
    size_t n = 0;
    int r = 0;

    while (*flags) {
        char *const *at = flags;
        struct flag flag;

        if (next_flag(&flags, &flag))
            r |= apply_flag(c, &flag, seen, out);
        else if (n == CONFIG_ARGS_MAX)
            return complain(c, out, "flags: too many arguments");
        else
            args[n++] = str_of(*at);
    }
    c->args = (struct config_list){args, n};
    return r;
}

/* --- all of it --- */

/* The file that is named, by a flag rather than by the environment, or NULL. */
static const char *find_file(char *const *flags, char *const *env)
{
    const size_t prefix_n = sizeof(FILE_ENV "=") - 1;
    const char *path = NULL;
    struct flag flag;

    while (*flags)
        if (next_flag(&flags, &flag) && strcmp(flag.name, "config") == 0)
            path = flag.value;
    for (; !path && *env; env++)
        if (strncmp(*env, FILE_ENV "=", prefix_n) == 0)
            path = *env + prefix_n;
    return path && *path ? path : NULL;
}

int config_load(struct config *c, char *const *flags, char *const *env, struct builder *out)
{
    const char *path = find_file(flags, env);
    int r = 0;

    if (path)
        r |= apply_file(c, path, out);
    r |= config_apply_env(c, env, out);
    r |= config_apply_flags(c, flags, out);
    return r ? r : config_check(c, out);
}

bool config_has_role(const struct config *c, struct str role)
{
    for (size_t i = 0; i < c->roles.n; i++)
        if (str_eq(c->roles.items[i], role))
            return true;
    return false;
}

static bool is_word(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= ' ' || text.p[i] > '~')
            return false;
    return true;
}

static int check_node(struct config *c, struct builder *out)
{
    int r = 0;
    for (size_t i = 0; i < c->roles.n; i++)
        if (!str_eq(c->roles.items[i], STR("api")) && !str_eq(c->roles.items[i], STR("chat")))
            r |= config_complain(c, "roles", "each must be api or chat", out);
    if (!is_word(str_of(c->node_region)))
        r |= config_complain(c, "node.region", "must be a word of ASCII", out);
    if (!is_word(str_of(c->public_url)))
        r |= config_complain(c, "public_url", "must be a URL without blanks, in ASCII", out);
    return r;
}

int config_check(struct config *c, struct builder *out)
{
    struct str url = str_of(c->public_url);
    int r = 0;

    if (c->silent_ms < 3 * c->heartbeat_ms)
        r |= config_complain(c, "silent_ms", "must be at least three times heartbeat_ms", out);
    if (c->frames_burst < c->frames_per_s)
        r |= config_complain(c, "frames_burst", "must not be less than frames_per_s", out);
    if (!*c->tls_certificate != !*c->tls_key)
        r |= config_complain(c, *c->tls_key ? "tls.key" : "tls.certificate",
                             "needs both tls.certificate and tls.key", out);
    if (c->store == CONFIG_STORE_CASSANDRA && !c->cassandra_contacts.n)
        r |= config_complain(c, "store", "cassandra needs cassandra.contacts", out);
    if (!*c->cassandra_user != !*c->cassandra_password_file)
        r |= config_complain(c, *c->cassandra_user ? "cassandra.user" : "cassandra.password_file",
                             "needs both cassandra.user and cassandra.password_file", out);
    if (c->bus == CONFIG_BUS_NATS && !c->nats_urls.n)
        r |= config_complain(c, "bus", "nats needs nats.urls", out);
    if (!*c->nats_certificate != !*c->nats_key)
        r |= config_complain(c, *c->nats_key ? "nats.key" : "nats.certificate",
                             "needs both nats.certificate and nats.key", out);
    if (!*c->nats_user != !*c->nats_password_file)
        r |= config_complain(c, *c->nats_user ? "nats.user" : "nats.password_file",
                             "needs both nats.user and nats.password_file", out);
    if (c->proxy_protocol && !c->trusted_proxies.n)
        r |= config_complain(c, "proxy_protocol", "needs trusted_proxies", out);
    if (url.n && !str_starts(url, STR("http://")) && !str_starts(url, STR("https://")))
        r |= config_complain(c, "public_url", "must begin with http:// or https://", out);
    for (size_t i = 0; i < c->allowed_origins.n; i++)
        if (!str_starts(c->allowed_origins.items[i], STR("http://")) &&
            !str_starts(c->allowed_origins.items[i], STR("https://")))
            r |= config_complain(c, "allowed_origins", "each must begin with http:// or https://",
                                 out);
    return r | check_node(c, out);
}
