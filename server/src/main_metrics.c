/* Labels have their names where what they name is known; so they meet the counters here. */
#include "main_metrics.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bus/bus_metric.h"
#include "discovery/discovery.h"
#include "gateway/gateway.h"
#include "main_discovery.h"
#include "main_store.h"
#include "proto/api.gen.h"
#include "store/cql/cql.h"
#include "store/store.h"
#include "util/macros.h"
#include "util/mem.h"
#include "util/metric.h"

static_assert((int)COMMAND_COUNT <= (int)METRIC_SLOTS && (int)API_ERROR_COUNT <= (int)METRIC_SLOTS,
              "each command and error is counted");

/* --- the names of labels --- */

/* One of a few fixed ones. */
enum { NAMES_MAX = 8 };

static const char *one_of(const char *const names[NAMES_MAX], uint32_t which)
{
    return which < NAMES_MAX ? names[which] : NULL;
}

struct labels {
    const struct main_metrics *of;
    char text[MAIN_STORE_LABEL_MAX];
};

static const char *label(void *arg, enum metric m, uint32_t which)
{
    struct labels *labels = arg;
    static const char *const states[NAMES_MAX] = {"idle",      "greeting", "asking",
                                                  "streaming", "session",  "closing"};
    static const char *const refused[NAMES_MAX] = {"connections_max", "no_trusted_proxy",
                                                   "unauthenticated_per_address"};
    static const char *const cached[NAMES_MAX] = {"conversations", "people", "sessions"};
    static const char *const queues[NAMES_MAX] = {"writes", "reads"};
    static const char *const jobs[NAMES_MAX] = {"compactions", "flushes"};
    static const char *const codes[NAMES_MAX] = {
        [0] = "",
        [CQL_REFUSED] = "refused",
        [CQL_UNAVAILABLE] = "unavailable",
        [CQL_OVERLOADED] = "overloaded",
        [CQL_UNKNOWN] = "unknown",
    };
    static const char *const ways[NAMES_MAX] = {
        [BUS_AS_USER] = "user",     [BUS_AS_PRESENCE] = "presence", [BUS_AS_NODE] = "node",
        [BUS_AS_ALL] = "all",       [BUS_AS_BEAT] = "beat",         [BUS_AS_QUESTION] = "question",
        [BUS_AS_ANSWER] = "answer",
    };
    static const char *const drops[NAMES_MAX] = {
        [BUS_DISCONNECTED] = "disconnected",   [BUS_FAILED] = "failed",
        [BUS_TOO_LARGE] = "too_large",         [BUS_QUEUE_FULL] = "queue_full",
        [BUS_ARRIVALS_FULL] = "arrivals_full", [BUS_LOCAL_FULL] = "local_full",
    };
    static const char *const complaints[NAMES_MAX] = {
        [BUS_SLOW_CONSUMER] = "slow_consumer", [BUS_OTHER_ERROR] = "other"};
    switch (m) {
    case METRIC_BUILD:
        return which ? NULL : PARLEY_VERSION;
    case METRIC_CONNECTIONS:
        return one_of(states, which);
    case METRIC_CONNECTIONS_REFUSED:
        return one_of(refused, which);
    case METRIC_COMMANDS:
    case METRIC_COMMANDS_REFUSED:
        return which < COMMAND_COUNT ? command_specs[which].name.p : NULL;
    case METRIC_ERRORS:
        return which == API_OK ? "" : which < API_ERROR_COUNT ? api_errors[which].code.p : NULL;
    case METRIC_CACHE_HITS:
    case METRIC_CACHE_MISSES:
        return one_of(cached, which);
    case METRIC_NODES:
        return which ? node_state_name((enum node_state)which) : "";
    case METRIC_STORE_REQUESTS:
    case METRIC_STORE_REQUESTS_FAILED:
        return store_op_name(which);
    case METRIC_STORE_QUEUE:
        return one_of(queues, which);
    case METRIC_STORE_BACKGROUND_JOBS:
        return one_of(jobs, which);
    case METRIC_DATABASE_STATEMENTS:
        return main_store_statement(labels->of->config, which);
    case METRIC_DATABASE_FAILED:
        return one_of(codes, which);
    case METRIC_DATABASE_LINKS:
    case METRIC_DATABASE_STREAMS:
        return main_store_node(labels->of->config, labels->of->store, which, labels->text);
    case METRIC_BUS_SENT:
    case METRIC_BUS_RECEIVED:
        return one_of(ways, which);
    case METRIC_BUS_DROPPED:
        return one_of(drops, which);
    case METRIC_BUS_ERRORS:
        return one_of(complaints, which);
    default:
        return NULL;
    }
}

/* --- the process --- */

static uint64_t open_descriptors(void)
{
    uint64_t n = 0;
    DIR *dir = opendir("/proc/self/fd");
    if (!dir)
        return 0;
    for (const struct dirent *entry; (entry = readdir(dir));)
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n - 1; /* this look's own */
}

static uint64_t resident_bytes(void)
{
    unsigned long long size, resident = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return 0;
    if (fscanf(f, "%llu %llu", &size, &resident) != 2)
        resident = 0;
    fclose(f);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t ns_of(const struct timeval *t)
{
    return (uint64_t)t->tv_sec * 1000000000 + (uint64_t)t->tv_usec * 1000;
}

static void look_at_process(struct metric_values *values)
{
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    values->at[METRIC_PROCESS_CPU][0] = ns_of(&usage.ru_utime) + ns_of(&usage.ru_stime);
    values->at[METRIC_PROCESS_MEMORY][0] = resident_bytes();
    values->at[METRIC_PROCESS_DESCRIPTORS][0] = open_descriptors();
}

static void look_at_nodes(const struct discovery *discovery, struct metric_values *values)
{
    for (uint32_t state = NODE_JOINING; state < NODE_STATES; state++)
        values->at[METRIC_NODES][state] = discovery_count(discovery, (enum node_state)state);
}

void main_metrics_print(void *metrics, struct builder *out)
{
    const struct main_metrics *m = metrics;
    struct metric_values *values = mem_new(sizeof(*values));
    metric_collect(values);
    values->at[METRIC_BUILD][0] = 1;
    values->at[METRIC_OUTPUT_BYTES][0] = gateway_output_bytes(m->gateway);
    look_at_nodes(m->discovery->discovery, values);
    values->at[METRIC_PROCESS_STARTED][0] = m->started_ms * 1000000;
    main_store_metrics(m->config, m->store, values);
    look_at_process(values);
    struct labels labels = {.of = m};
    metric_print(out, values, label, &labels);
    free(values);
}
