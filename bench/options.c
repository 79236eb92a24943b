/* One table: the numbers, each with its default, its range and a line of help. */
#include "options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "util/macros.h"
#include "util/str.h"

struct number {
    const char *name;
    size_t offset;
    double usual, min, max;
    const char *help;
};

#define AT(field) offsetof(struct options, field)

/* clang-format off */
static const struct number numbers[] = {
    {"pairs", AT(pairs), 1000, 1, 30000, "pairs of people who write to each other"},
    {"window", AT(window), 16, 1, 32, "messages under way in each pair, or from each sender"},
    {"size", AT(size), 200, BODY_BYTES_MIN, BODY_BYTES_MAX, "bytes of a message's text"},
    {"seconds", AT(seconds), 5, 0.1, 3600, "how long each measurement takes"},
    {"warm", AT(warm), 1, 0, 600, "seconds before it that do not count"},
    {"rate", AT(rate), 5000, 1, 1000000, "messages a second of the open loop"},
    {"connections", AT(connections), 15000, 2, 1000000, "of idle, connect and storm"},
    {"members", AT(members), 100, 2, 100, "of a group"},
    {"senders", AT(senders), 1, 1, 100, "members who write"},
    {"events", AT(events), 10000000, 1000, 1000000000, "that history fills in"},
    {"soak", AT(soak), 600, 1, 86400, "seconds of the soak"},
    {"repetitions", AT(repetitions), 3, 1, 16, "of each measurement; the median is reported"},
};
/* clang-format on */

static void usage(FILE *out)
{
    fputs("usage: parley-bench MODE [OPTION...]\n\n"
          "  all       every row of the table\n"
          "  limit     what the machine gives: bare relay, bare fan-out, RocksDB alone\n"
          "  pairs     closed loop: the next message goes when the last was delivered\n"
          "  rate      open loop: latency from the time a message should have been sent\n"
          "  tls       pairs over TLS; handshakes\n"
          "  group     closed loop of one group\n"
          "  slow_reader  what a group notices of one member that does not read\n"
          "  idle      memory of a connection that only beats\n"
          "  connect   connections with a token per second\n"
          "  storm     all are cut off and come back\n"
          "  history   random pages of a store of many events\n"
          "  mix       what people do: writing, looking, typing, acknowledging\n"
          "  soak      an open loop through many compactions\n"
          "  cluster   one, two and three nodes on --cassandra and --nats\n"
          "  smoke     a little of everything, to see that it works\n\n"
          "  --server=PATH    the parleyd to measure\n"
          "  --dir=PATH       where fresh data directories are made; default /var/tmp\n"
          "  --cassandra=ADDRESS,...  nodes of a running Cassandra, for cluster\n"
          "  --nats=URL,...   servers of a running NATS, for cluster\n"
          "  --nats_pids=PID,...  these, where they run here: their memory is measured\n"
          "  --json           one JSON object instead of the table\n"
          "  --quick          the short form\n",
          out);
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
        fprintf(out, "  --%s=N%*s %s; default %g\n", numbers[i].name,
                (int)(12 - strlen(numbers[i].name)), "", numbers[i].help, numbers[i].usual);
}

_Noreturn static void misused(const char *argument)
{
    fprintf(stderr, "parley-bench: %s: not an option, or its value is out of range\n", argument);
    usage(stderr);
    exit(2);
}

static bool read_number(struct options *o, const char *name, size_t n, const char *value)
{
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        const struct number *number = &numbers[i];
        char *end;
        if (strlen(number->name) != n || memcmp(number->name, name, n))
            continue;
        double v = strtod(value, &end);
        memcpy((char *)o + number->offset, &v, sizeof(v));
        return *value && !*end && v >= number->min && v <= number->max;
    }
    return false;
}

static bool read_text(struct options *o, struct str name, const char *value)
{
    if (str_eq(name, STR("server")))
        o->server = value;
    else if (str_eq(name, STR("dir")))
        o->dir = value;
    else if (str_eq(name, STR("cassandra")))
        o->cassandra = value;
    else if (str_eq(name, STR("nats")))
        o->nats = value;
    else if (str_eq(name, STR("nats_pids")))
        o->nats_pids = value;
    else
        return false;
    return true;
}

static bool read_flag(struct options *o, const char *flag)
{
    if (strcmp(flag, "json") == 0)
        o->json = true;
    else if (strcmp(flag, "quick") == 0)
        o->quick = true;
    else
        return false;
    return true;
}

static bool read_one(struct options *o, const char *argument)
{
    if (strncmp(argument, "--", 2)) {
        bool first = !o->mode;
        o->mode = argument;
        return first;
    }
    const char *name = argument + 2, *value = strchr(name, '=');
    if (!value)
        return read_flag(o, name);
    size_t n = (size_t)(value++ - name);
    return read_text(o, str_n(name, n), value) || read_number(o, name, n, value);
}

void options_read(struct options *o, int argc, char **argv)
{
    *o = (struct options){.dir = "/var/tmp"};
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
        memcpy((char *)o + numbers[i].offset, &numbers[i].usual, sizeof(double));
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            usage(stdout);
            exit(0);
        }
        if (!read_one(o, argv[i]))
            misused(argv[i]);
    }
    if (!o->mode)
        misused("no mode");
    if (!o->server)
        misused("--server");
}
