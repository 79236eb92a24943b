/* See main_store.h. */
#include "main_store.h"

#include <stdio.h>

#include "config/config.h"
#include "store/rocksdb.h"

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
