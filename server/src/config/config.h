/*
 * struct config: how the server was told to run. Values come, in order of increasing strength,
 * from the defaults, a file (--config FILE or PARLEY_CONFIG; none unless named), the environment
 * and flags. The option data_dir is `data_dir = x` in the file, PARLEY_DATA_DIR in the
 * environment, and --data_dir=x, --data_dir x or --data-dir x as a flag; a dot in a name is an
 * underscore in the environment.
 *
 * Errors: CONFIG_BAD, with complaints that name source and line, all that were found up to
 * CONFIG_COMPLAINTS_MAX. What is not known is an error and is answered with the nearest known
 * name; so is what stands twice in one source.
 * Thread: any one; once loaded, read by all.
 */
#ifndef PARLEY_CONFIG_CONFIG_H
#define PARLEY_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/str.h"

enum { CONFIG_BAD = 1 };
enum {
    CONFIG_COMPLAINTS_MAX = 20,
    CONFIG_FILE_BYTES_MAX = 1024 * 1024, /* by far more than all options with their help */
    CONFIG_OPTIONS_MAX = 96,             /* room for origins */
    CONFIG_ARGS_MAX = 16,                /* that are no flags */
    CONFIG_PROXIES_MAX = 64,             /* ranges of them that are trusted */
    CONFIG_NATS_URLS_MAX = 32,
    CONFIG_ROLES_MAX = 8, /* room for those that are to come */
    CONFIG_CASSANDRA_CONTACTS_MAX = 16,
};

enum config_registration {
    CONFIG_REGISTRATION_CLOSED,
    CONFIG_REGISTRATION_INVITE,
    CONFIG_REGISTRATION_OPEN,
};
enum config_store { CONFIG_STORE_ROCKSDB, CONFIG_STORE_CASSANDRA };
enum config_bus { CONFIG_BUS_LOCAL, CONFIG_BUS_NATS };
enum config_policy { CONFIG_LEAST_LOADED, CONFIG_ROUND_ROBIN, CONFIG_HASH };

struct config_list {
    const struct str *items; /* each followed by a 0 byte */
    size_t n;
};

struct config {
    const char *data_dir;
    int store; /* enum config_store */
    uint64_t store_cache_bytes;
    struct config_list cassandra_contacts;
    const char *cassandra_keyspace;
    const char *cassandra_replication;
    const char *cassandra_datacenter;
    const char *cassandra_user;
    const char *cassandra_password_file;
    const char *cassandra_ca;
    const char *cassandra_name;
    uint64_t cassandra_timeout_ms;

    int bus; /* enum config_bus */
    struct config_list nats_urls;
    const char *nats_subject;
    const char *nats_user;
    const char *nats_password_file;
    const char *nats_credentials;
    const char *nats_ca;
    const char *nats_certificate;
    const char *nats_key;
    const char *node_region;
    int discovery_policy; /* enum config_policy */
    struct config_list roles;

    uint64_t retention_after_ms;
    uint64_t retention_delivered_ms;

    struct config_list listen;
    const char *tls_certificate;
    const char *tls_key;
    bool allow_plaintext;
    struct config_list trusted_proxies;
    bool proxy_protocol;
    const char *public_url;
    const char *metrics_listen;
    struct config_list allowed_origins;

    int registration; /* enum config_registration */
    uint64_t password_threads;
    uint64_t password_queue_max;
    uint64_t tries_per_account;
    uint64_t tries_per_address;
    uint64_t signups_per_address;
    uint64_t requests_per_user;
    bool insecure_fast_passwords;

    uint64_t net_threads;
    uint64_t connections_max;
    uint64_t frames_per_s;
    uint64_t frames_burst;
    uint64_t requests_per_s;
    uint64_t requests_burst;
    uint64_t sends_per_min;
    uint64_t sends_burst;
    uint64_t searches_per_min;
    uint64_t searches_burst;
    uint64_t drafts_per_min;
    uint64_t drafts_burst;
    uint64_t exports_per_min;
    uint64_t exports_burst;
    uint64_t bytes_per_s;
    uint64_t bytes_burst;
    uint64_t devices_per_user;
    uint64_t sockets_per_user;
    uint64_t unauthenticated_per_address;
    uint64_t output_bytes_max;
    uint64_t calls_max;
    uint64_t cache_bytes_max;

    uint64_t heartbeat_ms;
    uint64_t silent_ms;
    uint64_t auth_ms;
    uint64_t idle_ms;
    uint64_t presence_offline_after_ms;
    uint64_t drain_ms;

    int log_level;  /* enum log_level */
    int log_format; /* enum log_format */
    bool log_traces;

    struct config_list args; /* what stood among the flags and is none */

    /* The module's own. */
    struct arena arena;
    const char *origins[CONFIG_OPTIONS_MAX]; /* by row; NULL: the default */
    unsigned complaints_n;
};

/* All defaults. Released by config_deinit(). */
void config_init(struct config *);
void config_deinit(struct config *);

/* All sources in their order, then config_check(). `flags` and `env` end with NULL. 0 or
 * CONFIG_BAD. Complaints are whole lines added to `complaints`. */
int config_load(struct config *, char *const *flags, char *const *env, struct builder *complaints);

/* Whether the role is among `roles`. */
bool config_has_role(const struct config *, struct str role);

/* The sources one by one, for tests; 0 or CONFIG_BAD, except config_check(). */
int config_apply_text(struct config *, const char *path, struct str text,
                      struct builder *complaints);
int config_apply_env(struct config *, char *const *env, struct builder *complaints);
int config_apply_flags(struct config *, char *const *flags, struct builder *complaints);
/* What no value alone can be wrong about. */
int config_check(struct config *, struct builder *complaints);

/* Complains about the value of an option, with where it came from. Always CONFIG_BAD. */
int config_complain(struct config *, const char *option, const char *what,
                    struct builder *complaints);

/* All options with help, range, default and the value in force, as a file that gives the same
 * configuration. */
void config_print(const struct config *, struct builder *out);
/* The table as docs/operations/options.md has it. */
void config_print_manual(struct builder *out);
/* The table as the page parleyd.conf(5), dated so: "November 28, 2026". */
void config_print_man(struct builder *out, struct str date);

#endif
