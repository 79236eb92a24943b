/*
 * What a scrape is answered: what was counted (util/metric.h), and what is looked at when somebody
 * asks: the store, the gateway, the process. Any thread.
 */
#ifndef PARLEY_MAIN_METRICS_H
#define PARLEY_MAIN_METRICS_H

#include <stdint.h>

struct builder;
struct gateway;
struct main_discovery;
struct store;

struct main_metrics {
    const struct config *config;
    const struct store *store;
    const struct gateway *gateway;
    const struct main_discovery *discovery;
    uint64_t started_ms; /* Unix */
};

/* Adds the text; `metrics` is a struct main_metrics. */
void main_metrics_print(void *metrics, struct builder *out);

#endif
