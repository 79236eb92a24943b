/*
 * The rows are made by the store's own code (store/layout.h), so they are those that a message
 * writes: the event, its key, the conversation's head, the writer's own mark, and once a batch the
 * number of the commit. The store's own code opens the engine, too: it has the same tables and
 * options.
 *
 * It runs in a child, so that its CPU time, with that of RocksDB's own threads, is the child's.
 */
#include "limit_rocksdb.h"

#include <errno.h>
#include <fcntl.h>
#include <rocksdb/c.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "body.h"
#include "die.h"
#include "model/record.h"
#include "store/kv_rocksdb.h"
#include "store/layout.h"
#include "store/rows.h"
#include "scratch_dir.h"
#include "usage.h"
#include "util/clock.h"
#include "util/macros.h"
#include "util/mem.h"

enum {
    CACHE_BYTES = 128 * 1024 * 1024,
    WARM_BATCHES = 20,
    WHY_BYTES = 256,
    FIRST_ID = 1000000,
};

struct writing {
    const struct engine_load *load;
    rocksdb_t *db;
    rocksdb_column_family_handle_t *families[KV_TABLES];
    rocksdb_writeoptions_t *options;
    rocksdb_writebatch_t *batch;
    uint64_t *seqs; /* of each conversation */
    uint64_t messages, commits, row_bytes;
    struct builder row;
};

static void check(char *error)
{
    if (error)
        die("RocksDB: %s", error);
}

static void open_engine(struct writing *w, const char *dir)
{
    char why[WHY_BYTES];
    struct kv *kv;
    if (kv_rocksdb_open(&kv, dir, CACHE_BYTES, why, sizeof(why)))
        die("RocksDB: %s", why);
    w->db = kv_rocksdb_engine(kv);
    for (int i = 0; i < KV_TABLES; i++)
        w->families[i] = kv_rocksdb_family(kv, (enum kv_table)i);
    rocksdb_set_perf_level(rocksdb_disable);
    w->options = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(w->options, 1);
    w->batch = rocksdb_writebatch_create();
}

static void put(struct writing *w, const struct row_key *key)
{
    struct str row = builder_str(&w->row);
    rocksdb_writebatch_put_cf(w->batch, w->families[key->table], (const char *)key->bytes, key->n,
                              row.p, row.n);
    w->row_bytes += key->n + row.n;
    builder_reset(&w->row);
}

static void put_event(struct writing *w, const struct event *e)
{
    struct row_key at = key_event(e->conversation, e->seq);
    record_encode(&w->row, e);
    put(w, &at);

    struct key_row key_row = {.seq = e->seq};
    memcpy(key_row.digest, e->digest, sizeof(key_row.digest));
    at = key_key(e->conversation, e->sender, e->key);
    key_row_pack(&w->row, &key_row);
    put(w, &at);

    struct head_row head = {.head = {.seq = e->seq,
                                     .n = e->n,
                                     .first_seq = e->first_seq,
                                     .time_ms = e->time_ms,
                                     .message_seq = e->seq},
                            .commit = w->commits};
    at = key_head(e->conversation);
    head_pack(&w->row, &head);
    put(w, &at);

    struct member_row member = {.member = {.role = ROLE_MEMBER,
                                           .rev = 1,
                                           .from_seq = 1,
                                           .delivered_seq = e->seq,
                                           .read_seq = e->seq,
                                           .read_n = e->n},
                                .commit = w->commits};
    at = key_member(e->sender, e->conversation);
    member_pack(&w->row, &member);
    put(w, &at);
}

static void put_message(struct writing *w)
{
    char text[BODY_BYTES_MAX], key[KEY_TEXT];
    uint32_t c = (uint32_t)(w->messages++ % w->load->conversations);
    uint64_t seq = ++w->seqs[c], id = FIRST_ID + c;
    struct event e = {
        .conversation = id << 40,
        .seq = seq,
        .n = seq,
        .first_seq = seq,
        .rev = seq,
        .time_ms = clock_wall_ms(),
        .sender = (id + w->load->conversations) << 40,
        .type = EVENT_MESSAGE,
        .reads = true,
        .key = str_n(key, sizeof(key)),
        .kind = STR("text"),
        .text = str_n(text, w->load->size),
    };
    body_write(text, w->load->size, c, (uint32_t)seq);
    key_write(key);
    memcpy(e.digest, key, sizeof(e.digest)); /* as random */
    put_event(w, &e);
}

static void write_batch(struct writing *w)
{
    char *error = NULL;
    struct row_key commit = key_meta("commit");
    w->commits++;
    for (uint32_t i = 0; i < w->load->batch; i++)
        put_message(w);
    ids_pack(&w->row, &w->commits, 1);
    put(w, &commit);
    rocksdb_write(w->db, w->options, w->batch, &error);
    check(error);
    rocksdb_writebatch_clear(w->batch);
}

_Noreturn static void run(const struct engine_load *load, const char *dir, int out)
{
    struct writing w = {.load = load};
    struct usage before, now;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    w.seqs = mem_new_array(load->conversations, sizeof(*w.seqs));
    open_engine(&w, dir);
    for (int i = 0; i < WARM_BATCHES; i++)
        write_batch(&w);
    uint64_t begun_ns = clock_mono_ns(), messages = w.messages, row_bytes = w.row_bytes;
    usage_read(&before, getpid());
    while (clock_mono_ns() - begun_ns < (uint64_t)(load->seconds * 1e9))
        write_batch(&w);
    usage_read(&now, getpid());
    usage_since(&now, &before);
    double n = (double)(w.messages - messages);
    struct engine engine = {
        .messages_s = n / ((double)(clock_mono_ns() - begun_ns) / 1e9),
        .cpu_us = (double)now.cpu_ns / 1e3 / n,
        .bytes = (double)now.write_bytes / n,
        .row_bytes = (double)(w.row_bytes - row_bytes) / n,
    };
    bool told = write(out, &engine, sizeof(engine)) == sizeof(engine);
    _exit(told ? 0 : 1);
}

void engine_measure(const struct engine_load *load, struct engine *engine)
{
    char dir[512];
    int pipes[2];
    scratch_dir_make(dir, sizeof(dir), load->parent);
    if (pipe2(pipes, O_CLOEXEC))
        die("pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0)
        die("fork: %s", strerror(errno));
    if (pid == 0)
        run(load, dir, pipes[1]);
    close(pipes[1]);
    bool told = read(pipes[0], engine, sizeof(*engine)) == sizeof(*engine);
    close(pipes[0]);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    scratch_dir_remove(dir);
    if (!told)
        die("RocksDB alone could not be measured");
}
