/* parley-bench: see mode.h for what it measures and options.c for what it takes. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "body.h"
#include "die.h"
#include "mode.h"
#include "util/macros.h"
#include "util/mem.h"

static const struct {
    const char *name;
    void (*run)(struct bench *);
    bool repeats;
} modes[] = {
    {"all", mode_all, false},        {"smoke", mode_smoke, false},
    {"limit", mode_limit, true},     {"pairs", mode_pairs, true},
    {"rate", mode_rate, true},       {"tls", mode_tls, true},
    {"group", mode_group, true},     {"slow_reader", mode_slow_reader, true},
    {"idle", mode_idle, true},       {"connect", mode_connect, true},
    {"storm", mode_storm, true},     {"history", mode_history, true},
    {"mix", mode_mix, true},         {"soak", mode_soak, false},
    {"cluster", mode_cluster, true},
};

/* The server has the same limit, and each connection takes a descriptor on both sides: no more are
 * opened than fit, and the report says how many they were. */
static void raise_descriptors(struct options *o)
{
    enum { OTHERS = 256 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max > OTHERS)
        o->connections = MIN(o->connections, (double)(limit.rlim_max - OTHERS));
}

static void run(struct bench *b, const char *name)
{
    size_t i = 0;
    while (i < ARRAY_SIZE(modes) && strcmp(modes[i].name, name))
        i++;
    if (i == ARRAY_SIZE(modes))
        die("there is no mode %s; see --help", name);
    unsigned n = modes[i].repeats ? (unsigned)b->options->repetitions : 1;
    for (unsigned k = 0; k < n; k++)
        modes[i].run(b);
}

int main(int argc, char **argv)
{
    struct options options;
    struct bench *b = mem_new(sizeof(*b));
    options_read(&options, argc, argv);
    signal(SIGPIPE, SIG_IGN);
    raise_descriptors(&options);
    body_init();
    b->options = &options;
    load_init(&b->load);
    run(b, options.mode);
    if (options.json)
        report_json(&b->report, stdout);
    else
        report_table(&b->report, stdout);
    load_deinit(&b->load);
    free(b);
    return 0;
}
