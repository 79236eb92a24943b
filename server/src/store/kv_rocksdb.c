/*
 * The only file that knows RocksDB. What always holds: every write is synced before it returns, so
 * a row that can be read is durable (RocksDB makes a batch visible only after its log was synced).
 *
 * Refused: one column family. Small hot rows (STATE) would share blocks and compactions with large
 * records that are written once.
 */
#include "store/kv_rocksdb.h"

#include <errno.h>
#include <rocksdb/c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"

enum {
    WRITE_BUFFER_BYTES = 32 * 1024 * 1024, /* of one table, before it is written out */
    /* What is replayed after a crash, at most about: without it a table that changes little keeps
     * more than a gigabyte of log from being let go. */
    LOG_BYTES_MAX = 128 * 1024 * 1024,
    OPEN_FILES_MAX = 1024,    /* descriptors are for connections */
    INFO_LOG_NOTHING = 6,     /* one above RocksDB's highest level */
    BLOOM_BITS = 10,          /* one false positive in a hundred */
    GET_MANY_MAX = 512,       /* keys in one batched read: its arrays lie on the stack */
    FAMILIES = KV_TABLES + 1, /* RocksDB wants its default one opened too */
};

/* Of a write buffer, for a filter over it: a third of the lookups in the buffer cost nothing else.
 */
static const double MEMTABLE_BLOOM_RATIO = 0.1;

static const char *const family_names[FAMILIES] = {
    [KV_DIRECTORY] = "directory", [KV_STATE] = "state",    [KV_EVENTS] = "events",
    [KV_KEYS] = "keys",           [KV_TABLES] = "default",
};

struct kv_rocksdb {
    struct kv kv;
    rocksdb_t *db;
    rocksdb_column_family_handle_t *families[FAMILIES];
    rocksdb_cache_t *cache;
    rocksdb_writeoptions_t *write_options;
    rocksdb_writebatch_t *batch;   /* keeps its room from commit to commit: a batch's, at most */
    rocksdb_readoptions_t *newest; /* shared: reading does not change it */
    bool to_read;
};

struct kv_snapshot {
    const rocksdb_snapshot_t *snapshot;
    rocksdb_readoptions_t *options;
};

struct kv_cursor {
    rocksdb_iterator_t *iterator;
    rocksdb_readoptions_t *options;
    bool backward, begun;
};

static struct kv_rocksdb *rocks(struct kv *kv)
{
    return container_of(kv, struct kv_rocksdb, kv);
}

/* Frees the engine's words and makes an errno of them; 0 when there are none. */
static int take_error(char *words, const char *event)
{
    if (!words)
        return 0;
    log_error(event, log_str("why", words));
    int err = strstr(words, "No space left") ? -ENOSPC : -EIO;
    rocksdb_free(words);
    return err;
}

static rocksdb_readoptions_t *options_at(struct kv_rocksdb *r, const struct kv_snapshot *s)
{
    return s ? s->options : r->newest;
}

static struct kv_snapshot *rocks_snapshot(struct kv *kv)
{
    struct kv_snapshot *s = mem_new(sizeof(*s));
    s->snapshot = rocksdb_create_snapshot(rocks(kv)->db);
    s->options = rocksdb_readoptions_create();
    rocksdb_readoptions_set_snapshot(s->options, s->snapshot);
    return s;
}

static void rocks_release(struct kv *kv, struct kv_snapshot *s)
{
    rocksdb_readoptions_destroy(s->options);
    rocksdb_release_snapshot(rocks(kv)->db, s->snapshot);
    free(s);
}

/* --- reading --- */

static int rocks_get(struct kv *kv, const struct kv_snapshot *s, enum kv_table table,
                     struct str key, struct arena *arena, struct str *value)
{
    struct kv_rocksdb *r = rocks(kv);
    char *words = NULL;
    rocksdb_pinnableslice_t *slice =
        rocksdb_get_pinned_cf(r->db, options_at(r, s), r->families[table], key.p, key.n, &words);
    if (words)
        return take_error(words, "rocksdb_read_failed");
    if (!slice)
        return KV_ABSENT;
    size_t n;
    const char *p = rocksdb_pinnableslice_value(slice, &n);
    *value = arena_str(arena, str_n(p, n));
    rocksdb_pinnableslice_destroy(slice);
    return 0;
}

static int get_some(struct kv_rocksdb *r, const struct kv_snapshot *s, enum kv_table table,
                    const struct str *keys, size_t n, struct arena *arena, struct str *values)
{
    const char *starts[GET_MANY_MAX];
    size_t sizes[GET_MANY_MAX];
    rocksdb_pinnableslice_t *slices[GET_MANY_MAX];
    char *words[GET_MANY_MAX];
    for (size_t i = 0; i < n; i++) {
        starts[i] = keys[i].p;
        sizes[i] = keys[i].n;
    }
    rocksdb_batched_multi_get_cf(r->db, options_at(r, s), r->families[table], n, starts, sizes,
                                 slices, words, true);
    int err = 0;
    for (size_t i = 0; i < n; i++) {
        int failed = take_error(words[i], "rocksdb_read_failed");
        err = err ? err : failed;
        values[i] = (struct str){0};
        if (!slices[i])
            continue;
        size_t size;
        const char *p = rocksdb_pinnableslice_value(slices[i], &size);
        values[i] = arena_str(arena, str_n(p, size));
        rocksdb_pinnableslice_destroy(slices[i]);
    }
    return err;
}

static int rocks_get_many(struct kv *kv, const struct kv_snapshot *s, enum kv_table table,
                          const struct str *keys, size_t n, struct arena *arena, struct str *values)
{
    int err = 0;
    for (size_t at = 0; at < n && !err; at += GET_MANY_MAX)
        err = get_some(rocks(kv), s, table, keys + at, MIN(n - at, (size_t)GET_MANY_MAX), arena,
                       values + at);
    return err;
}

static struct kv_cursor *rocks_open(struct kv *kv, const struct kv_snapshot *s, enum kv_table table,
                                    struct str from, struct str to, bool backward)
{
    struct kv_rocksdb *r = rocks(kv);
    struct kv_cursor *c = mem_new(sizeof(*c));
    c->backward = backward;
    c->options = rocksdb_readoptions_create();
    if (s)
        rocksdb_readoptions_set_snapshot(c->options, s->snapshot);
    rocksdb_readoptions_set_iterate_lower_bound(c->options, from.p, from.n);
    rocksdb_readoptions_set_iterate_upper_bound(c->options, to.p, to.n);
    c->iterator = rocksdb_create_iterator_cf(r->db, c->options, r->families[table]);
    return c;
}

static int rocks_next(struct kv_cursor *c, struct str *key, struct str *value)
{
    if (!c->begun && c->backward)
        rocksdb_iter_seek_to_last(c->iterator);
    else if (!c->begun)
        rocksdb_iter_seek_to_first(c->iterator);
    else if (rocksdb_iter_valid(c->iterator) && c->backward)
        rocksdb_iter_prev(c->iterator);
    else if (rocksdb_iter_valid(c->iterator))
        rocksdb_iter_next(c->iterator);
    c->begun = true;
    if (!rocksdb_iter_valid(c->iterator)) {
        char *words = NULL;
        rocksdb_iter_get_error(c->iterator, &words);
        int err = take_error(words, "rocksdb_read_failed");
        return err ? err : KV_ABSENT;
    }
    key->p = rocksdb_iter_key(c->iterator, &key->n);
    value->p = rocksdb_iter_value(c->iterator, &value->n);
    return 0;
}

static void rocks_close(struct kv_cursor *c)
{
    rocksdb_iter_destroy(c->iterator);
    rocksdb_readoptions_destroy(c->options);
    free(c);
}

/* --- writing --- */

static int rocks_commit(struct kv *kv, const struct rowmap changes[KV_TABLES])
{
    struct kv_rocksdb *r = rocks(kv);
    rocksdb_writebatch_t *batch = r->batch;
    for (int t = 0; t < KV_TABLES; t++) {
        for (const struct row *row = rowmap_at(&changes[t], STR("")); row; row = row_next(row)) {
            if (row->deleted)
                rocksdb_writebatch_delete_cf(batch, r->families[t], row->key.p, row->key.n);
            else
                rocksdb_writebatch_put_cf(batch, r->families[t], row->key.p, row->key.n,
                                          row->value.p, row->value.n);
        }
    }
    char *words = NULL;
    rocksdb_set_perf_level(rocksdb_disable); /* nobody reads what it would count at each step */
    rocksdb_write(r->db, r->write_options, batch, &words);
    rocksdb_writebatch_clear(batch);
    return take_error(words, "rocksdb_write_failed");
}

/* Tables are written out first, so that a copy opens as fast as it can; their files are linked
 * where the file system allows, since RocksDB never changes them. */
static int rocks_checkpoint(struct kv *kv, const char *directory)
{
    char *words = NULL;
    rocksdb_checkpoint_t *checkpoint = rocksdb_checkpoint_object_create(rocks(kv)->db, &words);
    if (!words)
        rocksdb_checkpoint_create(checkpoint, directory, 0, &words);
    if (checkpoint)
        rocksdb_checkpoint_object_destroy(checkpoint);
    return take_error(words, "rocksdb_checkpoint_failed");
}

/* So that the next start has nothing to replay. What cannot be written stands in the log. */
static void write_out(struct kv_rocksdb *r)
{
    rocksdb_flushoptions_t *options = rocksdb_flushoptions_create();
    for (int i = 0; i < FAMILIES; i++) {
        char *words = NULL;
        rocksdb_flush_cf(r->db, options, r->families[i], &words);
        take_error(words, "rocksdb_flush_failed");
    }
    rocksdb_flushoptions_destroy(options);
}

static void rocks_free(struct kv *kv)
{
    struct kv_rocksdb *r = rocks(kv);
    if (r->db && !r->to_read)
        write_out(r);
    for (int i = 0; i < FAMILIES; i++)
        if (r->families[i])
            rocksdb_column_family_handle_destroy(r->families[i]);
    if (r->db)
        rocksdb_close(r->db);
    rocksdb_readoptions_destroy(r->newest);
    rocksdb_writebatch_destroy(r->batch);
    rocksdb_writeoptions_destroy(r->write_options);
    rocksdb_cache_destroy(r->cache);
    free(r);
}

static const struct kv_ops rocks_ops = {
    .get = rocks_get,
    .get_many = rocks_get_many,
    .open = rocks_open,
    .next = rocks_next,
    .close = rocks_close,
    .snapshot = rocks_snapshot,
    .release = rocks_release,
    .commit = rocks_commit,
    .checkpoint = rocks_checkpoint,
    .free = rocks_free,
};

/* --- how it is --- */

/* Of the whole engine; what it does not know is 0. */
static uint64_t number_of(struct kv_rocksdb *r, const char *property)
{
    uint64_t n = 0;
    return rocksdb_property_int(r->db, property, &n) ? 0 : n;
}

static uint64_t sum_of(struct kv_rocksdb *r, const char *property)
{
    uint64_t sum = 0;
    for (int i = 0; i < FAMILIES; i++) {
        uint64_t n = 0;
        if (rocksdb_property_int_cf(r->db, r->families[i], property, &n) == 0)
            sum += n;
    }
    return sum;
}

void kv_rocksdb_look(struct kv *kv, struct kv_rocksdb_state *state)
{
    struct kv_rocksdb *r = rocks(kv);
    *state = (struct kv_rocksdb_state){
        .stopped = number_of(r, "rocksdb.is-write-stopped"),
        .delayed_rate = number_of(r, "rocksdb.actual-delayed-write-rate"),
        .memtable_bytes = sum_of(r, "rocksdb.cur-size-all-mem-tables"),
        .file_bytes = sum_of(r, "rocksdb.total-sst-files-size"),
        .compaction_pending_bytes = sum_of(r, "rocksdb.estimate-pending-compaction-bytes"),
        .block_cache_bytes = rocksdb_cache_get_usage(r->cache),
        .compactions = number_of(r, "rocksdb.num-running-compactions"),
        .flushes = number_of(r, "rocksdb.num-running-flushes"),
        .background_errors = number_of(r, "rocksdb.background-errors"),
    };
}

uint64_t kv_rocksdb_newest(struct kv *kv)
{
    return rocksdb_get_latest_sequence_number(rocks(kv)->db);
}

rocksdb_t *kv_rocksdb_engine(struct kv *kv)
{
    return rocks(kv)->db;
}

rocksdb_column_family_handle_t *kv_rocksdb_family(struct kv *kv, enum kv_table table)
{
    return rocks(kv)->families[table];
}

/* --- opening --- */

/* A batch's rows come in the order of their keys: where one goes is looked for from the place of
 * the last one that began with the same byte, not from the top. By one byte, that is a place for
 * each kind of row: a longer prefix would keep one for each conversation, in the write buffer. */
static rocksdb_options_t *with_places(rocksdb_options_t *o)
{
    char *words = NULL;
    rocksdb_options_t *out = rocksdb_options_create();
    rocksdb_get_options_from_string(
        o, "memtable_insert_with_hint_prefix_extractor=rocksdb.CappedPrefix.1", out, &words);
    must(!words);
    rocksdb_options_destroy(o);
    return out;
}

static rocksdb_options_t *family_options(struct kv_rocksdb *r, int table)
{
    rocksdb_options_t *o = rocksdb_options_create();
    rocksdb_block_based_table_options_t *blocks = rocksdb_block_based_options_create();
    rocksdb_block_based_options_set_block_cache(blocks, r->cache);
    /* In parts of a few KiB: as wholes, of a million keys each, filters are larger than a shard of
     * the cache takes, and every lookup would read one from its file. */
    rocksdb_block_based_options_set_cache_index_and_filter_blocks(blocks, 1);
    rocksdb_block_based_options_set_index_type(
        blocks, rocksdb_block_based_table_index_type_two_level_index_search);
    rocksdb_block_based_options_set_partition_filters(blocks, 1);
    rocksdb_block_based_options_set_pin_top_level_index_and_filter(blocks, 1);
    if (table != KV_EVENTS) /* events are read in runs, by seqs that are there */
        rocksdb_block_based_options_set_filter_policy(
            blocks, rocksdb_filterpolicy_create_bloom_full(BLOOM_BITS));
    rocksdb_options_set_block_based_table_factory(o, blocks);
    rocksdb_block_based_options_destroy(blocks);
    rocksdb_options_set_write_buffer_size(o, WRITE_BUFFER_BYTES);
    if (table == KV_KEYS) {
        rocksdb_options_set_memtable_whole_key_filtering(o, 1);
        rocksdb_options_set_memtable_prefix_bloom_size_ratio(o, MEMTABLE_BLOOM_RATIO);
    }
    rocksdb_options_set_compression(o, table == KV_EVENTS ? rocksdb_lz4_compression
                                                          : rocksdb_no_compression);
    return with_places(o);
}

static rocksdb_options_t *database_options(void)
{
    rocksdb_options_t *o = rocksdb_options_create();
    rocksdb_options_set_create_if_missing(o, 1);
    rocksdb_options_set_create_missing_column_families(o, 1);
    rocksdb_options_set_max_open_files(o, OPEN_FILES_MAX);
    rocksdb_options_set_max_background_jobs(o, 2);
    rocksdb_options_set_max_total_wal_size(o, LOG_BYTES_MAX);
    rocksdb_options_set_keep_log_file_num(o, 2);
    /* Its own log lies in the data directory: on a full disk the second line that cannot be written
     * fails an assertion of RocksDB and takes the process along. What matters comes as errors. */
    rocksdb_options_set_info_log_level(o, INFO_LOG_NOTHING);
    rocksdb_options_set_paranoid_checks(o, 1);
    return o;
}

static int open_at(struct kv **out, const char *directory, size_t cache_bytes, bool to_read,
                   char *why, size_t why_size)
{
    struct kv_rocksdb *r = mem_new(sizeof(*r));
    r->kv.ops = &rocks_ops;
    r->to_read = to_read;
    r->cache = rocksdb_cache_create_lru(cache_bytes);
    r->newest = rocksdb_readoptions_create();
    r->write_options = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(r->write_options, 1);
    r->batch = rocksdb_writebatch_create();
    rocksdb_options_t *database = database_options();
    rocksdb_options_t *families[FAMILIES];
    for (int i = 0; i < FAMILIES; i++)
        families[i] = family_options(r, i);
    char *words = NULL;
    const rocksdb_options_t *const *each = (const rocksdb_options_t *const *)families;
    if (to_read)
        r->db = rocksdb_open_for_read_only_column_families(
            database, directory, FAMILIES, family_names, each, r->families, 0, &words);
    else
        r->db = rocksdb_open_column_families(database, directory, FAMILIES, family_names, each,
                                             r->families, &words);
    for (int i = 0; i < FAMILIES; i++)
        rocksdb_options_destroy(families[i]);
    rocksdb_options_destroy(database);
    if (words) {
        snprintf(why, why_size, "%s", words);
        memset(r->families, 0, sizeof(r->families));
        rocks_free(&r->kv);
        return take_error(words, "rocksdb_open_failed");
    }
    *out = &r->kv;
    return 0;
}

int kv_rocksdb_open(struct kv **out, const char *directory, size_t cache_bytes, char *why,
                    size_t why_size)
{
    return open_at(out, directory, cache_bytes, false, why, why_size);
}

int kv_rocksdb_open_to_read(struct kv **out, const char *directory, size_t cache_bytes, char *why,
                            size_t why_size)
{
    return open_at(out, directory, cache_bytes, true, why, why_size);
}
