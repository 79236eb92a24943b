/*
 * Fills a stopped server's store with messages, by the store's own code and in its largest appends:
 * through the server it would take ten times as long, and what is measured afterwards is reading.
 */
#ifndef PARLEY_BENCH_FILL_H
#define PARLEY_BENCH_FILL_H

#include <stddef.h>
#include <stdint.h>

struct fill_log {
    uint64_t conversation, writer;
    uint32_t messages; /* that it has: seqs 1 to this */
};

/* Adds messages to the logs in turn until there are `total` in all. Message k (from 0) of log i has
 * seq k + 1 and the text body_write(…, i, k). */
void fill_logs(const char *data_dir, struct fill_log *logs, uint32_t n, uint64_t total,
               size_t size);

#endif
