/* See main_store.h. */
#include "main_store.h"

#include <stdio.h>

#include "config/config.h"
#include "store/kv_rocksdb.h"
#include "store/rocksdb.h"
#include "util/metric.h"

struct store *main_store_open(const struct config *config, struct poster *completions)
{
    char why[512] = "";
    struct store *store = NULL;
    struct store_rocksdb_options options = {
        .directory = config->data_dir,
        .cache_bytes = config->store_cache_bytes,
    };
    if (store_rocksdb_open(&store, &options, completions, why, sizeof(why)))
        fprintf(stderr, "parleyd: %s\n", why);
    return store;
}

bool main_store_broken(const struct store *store)
{
    return store_rocksdb_broken(store);
}

void main_store_metrics(const struct store *store, struct metric_values *values)
{
    struct kv_rocksdb_state state;
    store_rocksdb_look(store, &state);
    values->at[METRIC_STORE_BROKEN][0] = store_rocksdb_broken(store);
    values->at[METRIC_STORE_STOPPED][0] = state.stopped;
    values->at[METRIC_STORE_DELAYED_RATE][0] = state.delayed_rate;
    values->at[METRIC_STORE_MEMTABLE_BYTES][0] = state.memtable_bytes;
    values->at[METRIC_STORE_FILE_BYTES][0] = state.file_bytes;
    values->at[METRIC_STORE_COMPACTION_PENDING_BYTES][0] = state.compaction_pending_bytes;
    values->at[METRIC_STORE_BACKGROUND_JOBS][0] = state.compactions;
    values->at[METRIC_STORE_BACKGROUND_JOBS][1] = state.flushes;
    values->at[METRIC_STORE_BACKGROUND_ERRORS][0] = state.background_errors;
    values->at[METRIC_STORE_BLOCK_CACHE_BYTES][0] = state.block_cache_bytes;
}

int main_store_restore(const struct config *config, const char *from, struct files_sum *sum)
{
    char why[512] = "";
    int err = store_rocksdb_restore(from, config->data_dir, sum, why, sizeof(why));
    if (err)
        fprintf(stderr, "parleyd: %s\n", why);
    return err;
}

int main_store_verify(const char *directory, struct verify *verify)
{
    char why[512] = "";
    int err = store_rocksdb_verify(directory, verify, why, sizeof(why));
    if (err)
        fprintf(stderr, "parleyd: %s\n", why);
    return err;
}
