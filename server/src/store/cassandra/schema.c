/*
 * A migration goes through the versions one by one, each through its statements, all of which may
 * be repeated (IF NOT EXISTS). Its version is noted only when the nodes agree on the schema; so one
 * that is cut off, or run twice at once, is harmless, and nobody serves on half of it.
 */
#include "store/cassandra/schema.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/rows.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/numbers.h"

enum {
    AWAIT_EVERY_MS = 200,
    AGREE_MS_MAX = 60 * 1000,
    TRIES_MAX = 8,
    PAUSE_MS = 1000,
    /* Times in a row that all nodes are seen to agree: each look may be another node's. */
    AGREE_LOOKS = 3,
};

/* --- the text --- */

static struct str skip(struct str s, size_t n)
{
    return str_n(s.p + n, s.n - n);
}

/* Takes the next line; false: there is none. */
static bool next_line(struct str *rest, struct str *line)
{
    if (!rest->n)
        return false;
    const char *end = memchr(rest->p, '\n', rest->n);
    size_t n = end ? (size_t)(end - rest->p) : rest->n;
    *line = str_n(rest->p, n);
    *rest = skip(*rest, MIN(n + 1, rest->n));
    return true;
}

/* Whether the line begins a version, and which. */
static bool is_version(struct str line, uint64_t *version)
{
    static const char mark[] = "-- version ";
    size_t n = sizeof(mark) - 1;
    return line.n > n && memcmp(line.p, mark, n) == 0 && u64_parse(skip(line, n), version);
}

struct str schema_section(struct str text, uint32_t version)
{
    struct str line, found = {0};
    uint64_t begins;
    while (next_line(&text, &line)) {
        if (!is_version(line, &begins))
            continue;
        if (found.p)
            return str_n(found.p, (size_t)(line.p - found.p));
        if (begins == version)
            found = text;
    }
    return found;
}

/* The length of a comment that begins here, or 0. */
static size_t comment_n(struct str s)
{
    if (s.n < 2 || s.p[0] != '-' || s.p[1] != '-')
        return 0;
    const char *end = memchr(s.p, '\n', s.n);
    return end ? (size_t)(end - s.p) + 1 : s.n;
}

/* Comments between statements are skipped; those within are Cassandra's to skip. */
bool schema_next(struct str *rest, struct str *statement)
{
    size_t n;
    while (rest->n && ((n = comment_n(*rest)) || strchr(" \n", rest->p[0])))
        *rest = skip(*rest, n ? n : 1);
    for (size_t i = 0; i < rest->n; i += n ? n : 1) {
        n = comment_n(skip(*rest, i));
        if (rest->p[i] != ';')
            continue;
        *statement = str_n(rest->p, i);
        *rest = skip(*rest, i + 1);
        return true;
    }
    return false;
}

/* --- asking --- */

/* Whether to ask again, after a while, what got no answer. All that is asked here may be repeated;
 * a change of the schema takes a node seconds, and a busy one longer than it is waited for. */
static bool once_more(struct strand *s, int err, int *tries)
{
    if ((err != -ETIMEDOUT && err != -EAGAIN) || ++*tries == TRIES_MAX)
        return false;
    strand_pause(s, PAUSE_MS);
    return true;
}

static int ask(struct strand *s, struct ask *a)
{
    int err, tries = 0;
    do
        err = strand_ask(s, a);
    while (once_more(s, err, &tries));
    return err;
}

static int ask_text(struct strand *s, struct str text, enum cql_consistency consistency,
                    struct answer *a)
{
    int err, tries = 0;
    do
        err = strand_ask_text(s, text, consistency, a);
    while (once_more(s, err, &tries));
    return err;
}

int schema_await(struct strand *s, uint32_t timeout_ms, char *why, size_t why_n)
{
    uint64_t begun_ms = strand_now_ms(s);
    for (;;) {
        struct answer a;
        int err = strand_ask_text(s, STR("SELECT key FROM system.local"), CQL_ONE, &a);
        if (!err || err == -ECANCELED || strand_now_ms(s) - begun_ms > timeout_ms) {
            if (err)
                snprintf(why, why_n, "no node of Cassandra answers: %.*s", (int)a.message.n,
                         a.message.n ? a.message.p : "");
            return err;
        }
        strand_pause(s, AWAIT_EVERY_MS);
    }
}

/* Whether all versions in the answer, in column 0, are `version`, or the first, where it is absent
 * so far. */
static bool same_version(const struct answer *a, struct str *version)
{
    for (uint32_t i = 0; i < a->rows_n; i++) {
        struct str v = answer_bytes(a, i, 0);
        if (!version->p)
            *version = v;
        if (!str_eq(*version, v))
            return false;
    }
    return true;
}

static int await_agreement(struct strand *s)
{
    uint64_t begun_ms = strand_now_ms(s);
    for (uint32_t agreed = 0; agreed < AGREE_LOOKS; strand_pause(s, AWAIT_EVERY_MS)) {
        struct answer local, peers;
        struct str version = {0};
        int err = ask_text(s, STR("SELECT schema_version FROM system.local WHERE key = 'local'"),
                           CQL_ONE, &local);
        if (!err)
            err = ask_text(s, STR("SELECT schema_version FROM system.peers"), CQL_ONE, &peers);
        if (err)
            return err;
        bool same = same_version(&local, &version) && same_version(&peers, &version);
        agreed = same ? agreed + 1 : 0;
        if (strand_now_ms(s) - begun_ms > AGREE_MS_MAX)
            return -EAGAIN;
    }
    return 0;
}

/* A change of the schema; refusals are told. */
static int change(struct strand *s, struct str text, char *why, size_t why_n)
{
    struct answer a;
    int err = ask_text(s, text, CQL_QUORUM, &a);
    if (err == -EPROTO)
        snprintf(why, why_n, "Cassandra refuses the schema: %.*s", (int)a.message.n, a.message.p);
    return err;
}

int schema_make_keyspace(struct strand *s, struct str keyspace, struct str replication, char *why,
                         size_t why_n)
{
    struct builder text = {0};
    builder_add_str(&text, STR("CREATE KEYSPACE IF NOT EXISTS "));
    builder_add_str(&text, keyspace);
    builder_add_str(&text, STR(" WITH replication = "));
    builder_add_str(&text, replication);
    int err = change(s, builder_str(&text), why, why_n);
    builder_deinit(&text);
    return err ? err : await_agreement(s);
}

/* --- what the store is --- */

int meta_get(struct strand *s, const char *name, struct str *value)
{
    struct ask a = ASK(S_META_GET, cql_bytes(str_of(name)));
    int err = ask(s, &a);
    if (!err && a.answer.rows_n)
        *value = answer_bytes(&a.answer, 0, 0);
    return err || a.answer.rows_n ? err : STORE_NOT_FOUND;
}

static int meta_get_u64(struct strand *s, const char *name, uint64_t *v)
{
    struct str bytes;
    int err = meta_get(s, name, &bytes);
    return err || ids_unpack(v, 1, bytes) ? err : strand_bad_row("meta", 0);
}

static struct cql_value u64_blob(struct strand *s, uint64_t v)
{
    struct builder b = {0};
    ids_pack(&b, &v, 1);
    return strand_blob(s, &b);
}

/* Whether there are tables at all. 0, STORE_NOT_FOUND, negative. */
static int find_tables(struct strand *s)
{
    struct answer a;
    /* The keyspace of the connection: it is asked for by a statement that names none. */
    int err = ask_text(s, STR("SELECT name FROM meta LIMIT 1"), CQL_QUORUM, &a);
    return err == -EPROTO ? STORE_NOT_FOUND : err;
}

int schema_read(struct strand *s, struct store_info *info)
{
    uint64_t schema = 0;
    struct str secret;
    int err = find_tables(s);
    if (!err)
        err = meta_get_u64(s, "schema", &schema);
    info->schema = (uint32_t)MIN(schema, (uint64_t)UINT32_MAX);
    if (!err)
        err = meta_get_u64(s, "incarnation", &info->incarnation);
    if (!err)
        err = meta_get(s, "secret", &secret);
    if (err)
        return err;
    if (secret.n != sizeof(info->secret))
        return strand_bad_row("meta", 0);
    memcpy(info->secret, secret.p, sizeof(info->secret));
    return 0;
}

int meta_put(struct strand *s, const char *name, struct cql_value value)
{
    struct ask a = ASK(S_META_PUT, cql_bytes(str_of(name)), value);
    return ask(s, &a);
}

int meta_change(struct strand *s, const char *name, struct str before, struct str now)
{
    struct ask change =
        ASK(S_META_CHANGE, cql_bytes(now), cql_bytes(str_of(name)), cql_bytes(before));
    struct str stands;
    int err = ask(s, &change);
    if (!err && change.answer.applied)
        return 0;
    /* What is in the way may be an earlier try. */
    if (!err || err == -ETIMEDOUT)
        err = meta_get(s, name, &stands);
    return err ? err : str_eq(stands, now) ? 0 : STORE_MOVED;
}

/* A version's tables are there: notes it. Another process may have. */
static int note_version(struct strand *s, uint32_t version)
{
    if (version == 1)
        return meta_put(s, "schema", u64_blob(s, 1));
    struct ask a = ASK(S_META_CHANGE, u64_blob(s, version), cql_bytes(STR("schema")),
                       u64_blob(s, version - 1));
    return ask(s, &a);
}

static int run_version(struct strand *s, uint32_t version, char *why, size_t why_n)
{
    struct str rest = schema_section(str_of(schema_text), version), statement;
    int err = 0;
    must(rest.n);
    while (!err && schema_next(&rest, &statement))
        err = change(s, statement, why, why_n);
    return err ? err : await_agreement(s);
}

int schema_migrate(struct strand *s, uint64_t incarnation,
                   const uint8_t secret[CRYPTO_SECRET_BYTES], uint32_t *from, char *why,
                   size_t why_n)
{
    uint64_t version = 0;
    int err = find_tables(s);
    if (!err)
        err = meta_get_u64(s, "schema", &version);
    if (err < 0)
        return err;
    *from = (uint32_t)version;
    if (version > CASSANDRA_SCHEMA) {
        snprintf(why, why_n, "the keyspace is a newer Parley's (schema %u, ours is %d)", *from,
                 CASSANDRA_SCHEMA);
        return -EPROTO;
    }
    for (err = 0; !err && version < CASSANDRA_SCHEMA; version++) {
        err = run_version(s, (uint32_t)version + 1, why, why_n);
        if (!err && version == 0)
            err =
                meta_put(s, "secret", cql_bytes(str_n((const char *)secret, CRYPTO_SECRET_BYTES)));
        if (!err && version == 0)
            err = meta_put(s, "incarnation", u64_blob(s, incarnation));
        if (!err)
            err = note_version(s, (uint32_t)version + 1);
    }
    /* Whoever went back to a backup has taken the old one away. */
    return err ? err : meta_put(s, "incarnation", u64_blob(s, incarnation));
}

/* --- settings --- */

void schema_look_at_settings(struct strand *s, void (*warn)(void *, const char *), void *arg)
{
    static const char unseen[] =
        "whether writes are durable cannot be seen (system_views.settings): Cassandra must have "
        "commitlog_sync batch or group";
    struct answer a;
    if (strand_ask_text(s,
                        STR("SELECT name, value FROM system_views.settings WHERE name IN "
                            "('commitlog_sync', 'paxos_variant')"),
                        CQL_ONE, &a) ||
        a.rows_n == 0) {
        warn(arg, unseen);
        return;
    }
    for (uint32_t i = 0; i < a.rows_n; i++) {
        struct str name = answer_bytes(&a, i, 0), value = answer_bytes(&a, i, 1);
        if (str_eq(name, STR("commitlog_sync")) && !str_eq(value, STR("batch")) &&
            !str_eq(value, STR("group")))
            warn(arg, "commitlog_sync is neither batch nor group: what was acknowledged may be "
                      "lost with the power");
        if (str_eq(name, STR("paxos_variant")) && !str_eq(value, STR("v2")))
            warn(arg, "paxos_variant is not v2: sending takes twice the round trips");
    }
}
