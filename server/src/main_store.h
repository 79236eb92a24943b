/* Opens the store that the configuration names: the one place that picks a backend. */
#ifndef PARLEY_MAIN_STORE_H
#define PARLEY_MAIN_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct config;
struct loop;
struct files_sum;
struct metric_values;
struct store;
struct verify;

/* NULL, with the reason said on stderr. Completions run on `loop`, which does not run yet, and not
 * when the store is freed. */
struct store *main_store_open(const struct config *, struct loop *loop);
/* Whether other processes write to it, too. */
bool main_store_shared(const struct config *);
/* Makes the tables, or brings them to this version: 0, or a negative errno with the reason said on
 * stderr. *from: the version that they were of; 0: there were none. */
int main_store_migrate(const struct config *, unsigned *from);
/* Copies the embedded store in `from`, see store/cassandra/copy.h: 0, or a negative errno with the
 * reason said on stderr. */
struct main_store_copy {
    void (*progress)(void *, bool checked, uint64_t rows);
    void (*counted)(void *, const char *what, uint64_t n, const char *sum);
    void (*differs)(void *, const char *what, uint64_t there, uint64_t wanted);
    void *arg;
    bool already; /* out: it was done before */
};
int main_store_copy(const struct config *, const char *from, struct main_store_copy *);
/* Of data_dir, see store/rocksdb.h: 0, or a negative errno with the reason said on stderr. */
int main_store_restore(const struct config *, const char *from, struct files_sum *);
int main_store_verify(const char *directory, struct verify *);
/* Whether it cannot be used: for good, since a write failed, or until its cluster answers again.
 * The loop's thread. */
bool main_store_broken(const struct config *, struct store *);
/* Fills in how the engine is, where it is in this process. Any thread. */
void main_store_metrics(const struct config *, const struct store *, struct metric_values *);
/* What a metric of the store names by `which`: NULL beyond the last one, "" for none. Any thread.
 */
enum { MAIN_STORE_LABEL_MAX = 64 };
const char *main_store_statement(const struct config *, uint32_t which);
const char *main_store_node(const struct config *, const struct store *, uint32_t which,
                            char text[static MAIN_STORE_LABEL_MAX]);

#endif
