/*
 * What the store's engine gives by itself: RocksDB, in a process and a directory of its own,
 * writing the rows of messages in synced batches, with nothing before or behind it.
 */
#ifndef PARLEY_BENCH_LIMIT_ROCKSDB_H
#define PARLEY_BENCH_LIMIT_ROCKSDB_H

#include <stddef.h>
#include <stdint.h>

struct engine_load {
    const char *parent; /* where the directory is made */
    uint32_t conversations, batch;
    size_t size; /* of a text */
    double seconds;
};

struct engine {
    double messages_s, cpu_us, bytes; /* CPU and bytes written: of a message */
    double row_bytes;                 /* keys and values of a message's rows */
};

void engine_measure(const struct engine_load *, struct engine *);

#endif
