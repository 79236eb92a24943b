/*
 * What is counted while the process runs, for whoever asks whether it is well. One table (metric.c)
 * has a row for each metric: name, kind, unit, label, help. What a scrape is answered and the page
 * docs/operations/metrics.md are made from it.
 *
 * To add one: a value in the enum, a row in the table, and a line where it happens.
 *
 * Any thread; nothing here waits or fails. A value that is counted down is a gauge.
 */
#ifndef PARLEY_UTIL_METRIC_H
#define PARLEY_UTIL_METRIC_H

#include <stdint.h>

struct builder;

enum metric {
    METRIC_BUILD,
    METRIC_CONNECTIONS,
    METRIC_CONNECTIONS_OPENED,
    METRIC_CONNECTIONS_REFUSED,
    METRIC_TLS_HANDSHAKES,
    METRIC_OUTPUT_BYTES,
    METRIC_PUSHES,
    METRIC_PUSHES_LEFT_OUT,
    METRIC_COMMANDS,
    METRIC_COMMANDS_REFUSED,
    METRIC_ERRORS,
    METRIC_COMMAND_SECONDS,
    METRIC_COMMAND_QUEUE_SECONDS,
    METRIC_COMMAND_DOMAIN_SECONDS,
    METRIC_CALLS,
    METRIC_EVENTS,
    METRIC_MESSAGES,
    METRIC_EVENTS_REMOVED,
    METRIC_MESSAGES_REMOVED,
    METRIC_CACHE_BYTES,
    METRIC_CACHE_HITS,
    METRIC_CACHE_MISSES,
    METRIC_CACHE_EVICTIONS,
    METRIC_PASSWORD_QUEUE,
    METRIC_NODES,
    METRIC_STORE_REQUESTS,
    METRIC_STORE_REQUESTS_FAILED,
    METRIC_STORE_QUEUE,
    METRIC_STORE_BATCH_REQUESTS,
    METRIC_STORE_COMMIT_SECONDS,
    METRIC_STORE_READ_SECONDS,
    METRIC_STORE_BROKEN,
    METRIC_STORE_STOPPED,
    METRIC_STORE_DELAYED_RATE,
    METRIC_STORE_MEMTABLE_BYTES,
    METRIC_STORE_FILE_BYTES,
    METRIC_STORE_COMPACTION_PENDING_BYTES,
    METRIC_STORE_BACKGROUND_JOBS,
    METRIC_STORE_BACKGROUND_ERRORS,
    METRIC_STORE_BLOCK_CACHE_BYTES,
    METRIC_DATABASE_STATEMENTS,
    METRIC_DATABASE_READ_SECONDS,
    METRIC_DATABASE_READ_SERIAL_SECONDS,
    METRIC_DATABASE_WRITE_SECONDS,
    METRIC_DATABASE_CONDITION_SECONDS,
    METRIC_DATABASE_BATCH_STATEMENTS,
    METRIC_DATABASE_FAILED,
    METRIC_DATABASE_REPEATED,
    METRIC_DATABASE_PREPARED,
    METRIC_DATABASE_WAITING,
    METRIC_DATABASE_LINKS,
    METRIC_DATABASE_STREAMS,
    METRIC_BUS_CONNECTED,
    METRIC_BUS_CONNECTS,
    METRIC_BUS_SUBSCRIPTIONS,
    METRIC_BUS_SENT,
    METRIC_BUS_RECEIVED,
    METRIC_BUS_DROPPED,
    METRIC_BUS_ERRORS,
    METRIC_BUS_LOST,
    METRIC_PROCESS_CPU,
    METRIC_PROCESS_MEMORY,
    METRIC_PROCESS_DESCRIPTORS,
    METRIC_PROCESS_STARTED,
    METRICS,
};

/* Values of one metric: one for each value of its label, or a histogram's buckets and sum. */
enum { METRIC_SLOTS = 192 };

/* Counts `n` more; of the `which`-th value of the label (< METRIC_SLOTS). */
void metric_add(enum metric, uint64_t n);
void metric_add_at(enum metric, uint32_t which, uint64_t n);
/* One less than metric_add_at() made it, perhaps on another thread. */
void metric_drop_at(enum metric, uint32_t which);
/* One more of a histogram: in nanoseconds where the unit is seconds. */
void metric_observe(enum metric, uint64_t value);

/* --- reading --- */

struct metric_values {
    uint64_t at[METRICS][METRIC_SLOTS];
};

/* What all threads counted so far. Gauges that nobody counts are the caller's to fill in. */
void metric_collect(struct metric_values *);
/* One of these values. */
uint64_t metric_value(enum metric, uint32_t which);
/* Names a value of a metric's label until it is called again: NULL beyond the last one, "" for a
 * number without a meaning. */
typedef const char *metric_label_fn(void *arg, enum metric, uint32_t which);
/* Adds them in the text format of Prometheus, version 0.0.4. */
void metric_print(struct builder *, const struct metric_values *, metric_label_fn *, void *arg);
/* Adds docs/operations/metrics.md. */
void metric_print_manual(struct builder *);

#endif
