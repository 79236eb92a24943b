/* Opens the store that the configuration names: the one place that picks a backend. */
#ifndef PARLEY_MAIN_STORE_H
#define PARLEY_MAIN_STORE_H

#include <stdbool.h>

struct config;
struct poster;
struct files_sum;
struct metric_values;
struct store;
struct verify;

/* NULL, with the reason said on stderr. Completions go to `completions`. */
struct store *main_store_open(const struct config *, struct poster *completions);
/* See store/rocksdb.h: 0, or a negative errno with the reason said on stderr. */
int main_store_restore(const struct config *, const char *from, struct files_sum *);
int main_store_verify(const char *directory, struct verify *);
/* Whether it refuses writes for good, since one failed. Any thread. */
bool main_store_broken(const struct store *);
/* Fills in how the engine is. Any thread. */
void main_store_metrics(const struct store *, struct metric_values *);

#endif
