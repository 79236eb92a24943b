/* See main_store.h. */
#include "main_store.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "config/config.h"
#include "loop/loop.h"
#include "main_secret.h"
#include "net/address.h"
#include "net/tls_client.h"
#include "store/cassandra/cassandra.h"
#include "store/cassandra/copy.h"
#include "store/cassandra/statements.h"
#include "store/kv_rocksdb.h"
#include "store/rocksdb.h"
#include "util/crypto.h"
#include "util/metric.h"

static void say(const char *why)
{
    fprintf(stderr, "parleyd: %s\n", why);
}

/* --- the cluster --- */

/* What the driver is opened with, and what lies behind it. */
struct way {
    struct address contacts[CONFIG_CASSANDRA_CONTACTS_MAX];
    char password[SECRET_BYTES_MAX];
    struct tls_client *tls; /* NULL: none */
    struct cql_options options;
};

static struct str text_or_none(const char *text)
{
    return *text ? str_of(text) : (struct str){0};
}

/* 0, or a negative errno with the reason said. */
static int way_init(struct way *w, const struct config *c, struct loop *loop)
{
    memset(w, 0, sizeof(*w));
    for (size_t i = 0; i < c->cassandra_contacts.n; i++) {
        if (!address_parse(&w->contacts[i], c->cassandra_contacts.items[i]))
            continue;
        fprintf(stderr, "parleyd: cassandra.contacts: %s is no numeric address and port\n",
                c->cassandra_contacts.items[i].p);
        return -EINVAL;
    }
    int err =
        *c->cassandra_password_file ? main_secret_read(c->cassandra_password_file, w->password) : 0;
    if (err) {
        fprintf(stderr, "parleyd: cassandra.password_file: %s\n", strerror(-err));
        return err;
    }
    if (*c->cassandra_ca && tls_client_new(&w->tls, c->cassandra_ca)) {
        say("cassandra.ca: the file holds no certificates");
        return -EINVAL;
    }
    w->options = (struct cql_options){
        .loop = loop,
        .contacts = w->contacts,
        .contacts_n = c->cassandra_contacts.n,
        .user = text_or_none(c->cassandra_user),
        .password = text_or_none(w->password),
        .keyspace = str_of(c->cassandra_keyspace),
        .datacenter = text_or_none(c->cassandra_datacenter),
        .tls = w->tls,
        .tls_name = *c->cassandra_name ? c->cassandra_name : NULL,
        .timeout_ms = (uint32_t)c->cassandra_timeout_ms,
    };
    return 0;
}

static void free_tls(void *tls)
{
    tls_client_free(tls);
}

static struct store *open_cassandra(const struct config *c, struct loop *loop)
{
    char why[512] = "";
    struct store *store = NULL;
    struct way w;
    if (mkdir(c->data_dir, 0700) && errno != EEXIST) { /* the admin's socket lies there */
        fprintf(stderr, "parleyd: %s: %s\n", c->data_dir, strerror(errno));
        return NULL;
    }
    if (way_init(&w, c, loop))
        return NULL;
    struct store_cassandra_options options = {
        .cql = w.options, .completions = &loop->poster, .freed = free_tls, .arg = w.tls};
    if (store_cassandra_open(&store, &options, why, sizeof(why)))
        say(why);
    explicit_bzero(w.password, sizeof(w.password));
    return store;
}

static void warn(void *arg, const char *sentence)
{
    (void)arg;
    fprintf(stderr, "parleyd: warning: %s\n", sentence);
}

static int migrate_cassandra(const struct config *c, struct loop *loop, unsigned *from)
{
    char why[512] = "";
    struct way w;
    int err = way_init(&w, c, loop);
    if (err)
        return err;
    struct store_cassandra_migrate_options options = {
        .cql = w.options,
        .replication = text_or_none(c->cassandra_replication),
        .warn = warn,
    };
    crypto_random(&options.incarnation, sizeof(options.incarnation));
    options.incarnation = (options.incarnation >> 1) | 1;
    crypto_random(options.secret, sizeof(options.secret));
    err = store_cassandra_migrate(&options, from, why, sizeof(why));
    if (err)
        say(why);
    explicit_bzero(w.password, sizeof(w.password));
    tls_client_free(w.tls);
    return err;
}

struct copying {
    struct store_rocksdb_source source;
    const struct main_store_copy *to_tell;
};

static int on_claimed(void *arg)
{
    struct copying *c = arg;
    return store_rocksdb_source_leave(&c->source);
}

static void on_progress(void *arg, bool checked, uint64_t rows)
{
    const struct main_store_copy *to_tell = ((struct copying *)arg)->to_tell;
    to_tell->progress(to_tell->arg, checked, rows);
}

static void on_counted(void *arg, const char *what, uint64_t n, const char *sum)
{
    const struct main_store_copy *to_tell = ((struct copying *)arg)->to_tell;
    to_tell->counted(to_tell->arg, what, n, sum);
}

static void on_differs(void *arg, const char *what, uint64_t there, uint64_t wanted)
{
    const struct main_store_copy *to_tell = ((struct copying *)arg)->to_tell;
    to_tell->differs(to_tell->arg, what, there, wanted);
}

static int copy_to_cassandra(const struct config *c, struct loop *loop, struct copying *copying,
                             bool *already)
{
    char why[512] = "";
    struct way w;
    int err = way_init(&w, c, loop);
    if (err)
        return err;
    struct store_cassandra_copy_options options = {
        .cql = w.options,
        .replication = text_or_none(c->cassandra_replication),
        .from = copying->source.kv,
        .version = copying->source.version,
        .claimed = on_claimed,
        .progress = on_progress,
        .counted = on_counted,
        .differs = on_differs,
        .warn = warn,
        .arg = copying,
    };
    err = store_cassandra_copy(&options, already, why, sizeof(why));
    if (err)
        say(why);
    explicit_bzero(w.password, sizeof(w.password));
    tls_client_free(w.tls);
    return err;
}

/* --- either --- */

static struct store *open_rocksdb(const struct config *c, struct poster *completions)
{
    char why[512] = "";
    struct store *store = NULL;
    struct store_rocksdb_options options = {
        .directory = c->data_dir,
        .cache_bytes = c->store_cache_bytes,
    };
    if (store_rocksdb_open(&store, &options, completions, why, sizeof(why)))
        say(why);
    return store;
}

struct store *main_store_open(const struct config *config, struct loop *loop)
{
    return main_store_shared(config) ? open_cassandra(config, loop)
                                     : open_rocksdb(config, &loop->poster);
}

bool main_store_shared(const struct config *config)
{
    return config->store == CONFIG_STORE_CASSANDRA;
}

int main_store_migrate(const struct config *config, unsigned *from)
{
    struct loop loop;
    if (!main_store_shared(config)) {
        say("what is in data_dir is brought to its version when the server starts; migrate is for "
            "store = cassandra");
        return -EINVAL;
    }
    int err = loop_init(&loop);
    if (err)
        return err;
    err = migrate_cassandra(config, &loop, from);
    loop_deinit(&loop);
    return err;
}

int main_store_copy(const struct config *config, const char *from, struct main_store_copy *copy)
{
    char why[512] = "";
    struct loop loop;
    struct copying copying = {.to_tell = copy};
    if (!main_store_shared(config)) {
        say("copy is for store = cassandra");
        return -EINVAL;
    }
    int err = store_rocksdb_source_open(&copying.source, from, why, sizeof(why));
    if (err) {
        say(why);
        return err;
    }
    err = loop_init(&loop);
    if (!err) {
        err = copy_to_cassandra(config, &loop, &copying, &copy->already);
        loop_deinit(&loop);
    }
    store_rocksdb_source_close(&copying.source);
    return err;
}

bool main_store_broken(const struct config *config, struct store *store)
{
    return main_store_shared(config) ? store_cassandra_away(store) : store_rocksdb_broken(store);
}

void main_store_metrics(const struct config *config, const struct store *store,
                        struct metric_values *values)
{
    struct kv_rocksdb_state state;
    if (main_store_shared(config))
        return;
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

const char *main_store_statement(const struct config *config, uint32_t which)
{
    return main_store_shared(config) && which < STATEMENTS ? statement_rows[which].name : NULL;
}

static_assert((int)ADDRESS_TEXT_MAX <= (int)MAIN_STORE_LABEL_MAX, "an address fits");

const char *main_store_node(const struct config *config, const struct store *store, uint32_t which,
                            char text[static MAIN_STORE_LABEL_MAX])
{
    if (!main_store_shared(config) || which >= CQL_NODES_MAX)
        return NULL;
    struct address address;
    return store_cassandra_node_address(store, which, &address) ? address_format(&address, text)
                                                                : "";
}

int main_store_restore(const struct config *config, const char *from, struct files_sum *sum)
{
    char why[512] = "";
    int err = store_rocksdb_restore(from, config->data_dir, sum, why, sizeof(why));
    if (err)
        say(why);
    return err;
}

int main_store_verify(const char *directory, struct verify *verify)
{
    char why[512] = "";
    int err = store_rocksdb_verify(directory, verify, why, sizeof(why));
    if (err)
        say(why);
    return err;
}
