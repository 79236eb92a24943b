/*
 * The copy's claim of the keyspace is a row of `meta` that says of what store, as of when, and
 * behind which row of it the copy is. Each step writes what the next rows become, and then moves
 * the place, on the condition that it is where it was: so a place never stands behind what was not
 * written, and of two copies at once one gives up. What a step wrote before it was cut off is
 * written again, to the byte and at the same time, which changes nothing.
 *
 * The keyspace is made with the source's incarnation and secret: it is the same store, whose
 * devices keep what they have. So nobody may write to the source once the keyspace is claimed;
 * `version` tells if somebody did.
 *
 * Refused: conditional statements for the tables that conditions write. In a keyspace where nobody
 * else writes they decide nothing, and cost several times as much (docs/decisions/0022).
 */
#include "store/cassandra/copy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/pack.h"
#include "store/cassandra/cassandra.h"
#include "store/cassandra/chore.h"
#include "store/cassandra/copy_check.h"
#include "store/cassandra/copy_rows.h"
#include "store/cassandra/schema.h"
#include "store/embedded.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/mem.h"

enum {
    AT_ONCE = 128, /* statements under way: what one small node takes without falling behind */
    CLAIM_BYTES_MAX = 256,
};

static const char CLAIM[] = "copy";

struct copier {
    struct chore chore;
    const struct store_cassandra_copy_options *options;
    struct store_info source;
    struct copy_walk walk;
    struct copy_scan scan;
    struct copy_tallies wanted, found;
    bool done; /* it was, before this call */
    char claim[CLAIM_BYTES_MAX];
    size_t claim_n; /* as it stands */
};

static struct copier *copier_of(struct chore *c)
{
    return container_of(c, struct copier, chore);
}

__attribute__((format(printf, 3, 4))) static int refuse(struct copier *c, int err, const char *form,
                                                        ...)
{
    va_list args;
    va_start(args, form);
    vsnprintf(c->chore.why, c->chore.why_n, form, args);
    va_end(args);
    return err;
}

/* --- the claim --- */

struct claim {
    bool done;
    uint64_t incarnation, version;
    struct copy_place place;
};

static void claim_pack(struct builder *out, const struct claim *c)
{
    builder_add_byte(out, c->done);
    pack_u64(out, c->incarnation);
    pack_u64(out, c->version);
    pack_u64(out, c->place.table);
    pack_bytes(out, str_n((const char *)c->place.key, c->place.key_n));
    pack_u64(out, c->place.carry);
}

static bool claim_unpack(struct claim *c, struct str bytes)
{
    struct unpack u = {.left = bytes};
    *c = (struct claim){.done = unpack_byte(&u) != 0};
    c->incarnation = unpack_u64(&u);
    c->version = unpack_u64(&u);
    uint64_t table = unpack_u64(&u);
    struct str key = unpack_bytes(&u, sizeof(c->place.key));
    c->place.table = (uint32_t)MIN(table, (uint64_t)KV_TABLES);
    c->place.key_n = key.n;
    if (key.n)
        memcpy(c->place.key, key.p, key.n);
    c->place.carry = unpack_u64(&u);
    return unpack_done(&u) && bytes.n <= CLAIM_BYTES_MAX;
}

int copy_look(struct strand *s)
{
    struct claim claim;
    struct str bytes;
    int err = meta_get(s, CLAIM, &bytes);
    if (err)
        return MIN(err, 0);
    if (!claim_unpack(&claim, bytes))
        return strand_bad_row("meta", 0);
    return claim.done ? 0 : COPY_UNFINISHED;
}

static void keep_claim(struct copier *c, struct str bytes)
{
    must(bytes.n <= sizeof(c->claim));
    memcpy(c->claim, bytes.p, bytes.n);
    c->claim_n = bytes.n;
}

static struct claim claim_now(const struct copier *c, bool done)
{
    return (struct claim){.done = done,
                          .incarnation = c->source.incarnation,
                          .version = c->options->version,
                          .place = c->walk.place};
}

/* The claim becomes what the walk's place says. */
static int move_claim(struct copier *c, struct strand *s, bool done)
{
    struct claim claim = claim_now(c, done);
    struct builder b = {0};
    claim_pack(&b, &claim);
    struct str now = arena_str(strand_scratch(s), builder_str(&b));
    builder_deinit(&b);
    int err = meta_change(s, CLAIM, str_n(c->claim, c->claim_n), now);
    if (err > 0)
        return refuse(c, -EEXIST, "another parleyd copies into the keyspace");
    if (!err)
        keep_claim(c, now);
    return err;
}

/* --- the keyspace --- */

/* Whether the row is there with this value. 1, 0, negative. */
static int is_row(struct strand *s, const char *name, struct str value)
{
    struct str stands;
    int err = meta_get(s, name, &stands);
    return err < 0 ? err : !err && str_eq(stands, value);
}

/* What was made for another store may have servers on it by now, which nothing tells of. */
static int look_whose(struct copier *c, struct strand *s)
{
    struct builder b = {0};
    ids_pack(&b, &c->source.incarnation, 1);
    int same = is_row(s, "incarnation", builder_str(&b));
    builder_deinit(&b);
    if (same == 1)
        same = is_row(s, "secret", str_n((const char *)c->source.secret, sizeof(c->source.secret)));
    if (same)
        return MIN(same, 0);
    return refuse(
        c, -EEXIST,
        "the keyspace was made for another store, and is left alone: name one that is not "
        "there");
}

/* Whoever serves from it began before the claim stood, and is seen by what it wrote; or finds the
 * claim. */
static int claim_keyspace(struct copier *c, struct strand *s)
{
    struct claim claim = claim_now(c, false);
    struct builder b = {0};
    int err = look_whose(c, s);
    if (err)
        return err;
    claim_pack(&b, &claim);
    keep_claim(c, builder_str(&b));
    builder_deinit(&b);
    struct str mine = str_n(c->claim, c->claim_n);
    err = meta_put(s, CLAIM, cql_bytes(mine));
    int stands = err ? err : is_row(s, CLAIM, mine);
    if (stands == 0)
        return refuse(c, -EEXIST, "another parleyd copies into the keyspace");
    int empty = stands < 0 ? stands : copy_scan_empty(s);
    if (empty)
        return MIN(empty, 0);
    struct ask drop = ASK(S_META_DROP, cql_bytes(str_of(CLAIM)), cql_bytes(mine));
    err = strand_ask(s, &drop);
    return err ? err : refuse(c, -EEXIST, "somebody serves from the keyspace: it is left alone");
}

static int go_on(struct copier *c, struct str stands)
{
    struct claim claim;
    if (!claim_unpack(&claim, stands))
        return strand_bad_row("meta", 0);
    if (claim.incarnation != c->source.incarnation)
        return refuse(c, -EEXIST, "the keyspace holds a copy of another store");
    if (claim.version != c->options->version)
        return refuse(c, -EEXIST,
                      "the data directory was written to since it was copied: drop the keyspace "
                      "and begin anew");
    c->walk.place = claim.place;
    c->done = claim.done;
    keep_claim(c, stands);
    return 0;
}

static int begin(struct strand *s, struct chore *chore)
{
    struct copier *c = copier_of(chore);
    struct str stands;
    int err = schema_await(s, CASSANDRA_OPEN_MS, chore->why, chore->why_n);
    if (!err)
        err = meta_get(s, CLAIM, &stands);
    if (err == STORE_NOT_FOUND)
        err = claim_keyspace(c, s);
    else if (!err)
        err = go_on(c, stands);
    if (!err && !c->done && c->options->claimed)
        err = c->options->claimed(c->options->arg);
    return err;
}

/* --- copying --- */

static int tell_bad_row(struct copier *c, int err)
{
    if (err != -EBADMSG)
        return err;
    return refuse(c, err, "a row of the data directory does not decode: see parleyd verify");
}

static int copy_step(struct strand *s, struct chore *chore)
{
    struct copier *c = copier_of(chore);
    struct copy_walk *w = &c->walk;
    int err = tell_bad_row(c, copy_walk_step(w, s));
    for (uint32_t i = 0; !err && i < w->n_asks; i += AT_ONCE)
        err = copy_ask(s, &w->asks[i], MIN(w->n_asks - i, (uint32_t)AT_ONCE));
    return err ? err : move_claim(c, s, false);
}

/* --- checking --- */

static int tally_step(struct strand *s, struct chore *chore)
{
    struct copier *c = copier_of(chore);
    int err = tell_bad_row(c, copy_walk_step(&c->walk, s));
    for (uint32_t i = 0; !err && i < c->walk.n_asks; i++)
        copy_tally_ask(&c->wanted, &c->walk.asks[i]);
    return err;
}

static int scan_step(struct strand *s, struct chore *chore)
{
    struct copier *c = copier_of(chore);
    return copy_scan_step(&c->scan, s, &c->found);
}

static void tell_counted(const struct copier *c, const char *what, const struct copy_tally *t)
{
    char sum[33];
    snprintf(sum, sizeof(sum), "%016" PRIx64 "%016" PRIx64, t->sum[0], t->sum[1]);
    if (c->options->counted)
        c->options->counted(c->options->arg, what, t->n, sum);
}

/* 0: all lines are the same. The sentence has the first kind that is not. */
static int compare(struct copier *c)
{
    const char *first = NULL;
    uint64_t there = 0, wanted = 0;
    uint32_t n_differ = 0;
    for (uint32_t i = 0; i < copy_lines(); i++) {
        enum statement of;
        const char *what = copy_line(i, &of);
        const struct copy_tally *w = &c->wanted.at[of], *f = &c->found.at[of];
        if (memcmp(w, f, sizeof(*w)) == 0) {
            tell_counted(c, what, f);
            continue;
        }
        if (c->options->differs)
            c->options->differs(c->options->arg, what, f->n, w->n);
        if (!n_differ++) {
            first = what;
            there = f->n;
            wanted = w->n;
        }
    }
    if (!n_differ)
        return 0;
    return refuse(c, -EBADMSG,
                  "the copy is not what was copied (%s: %" PRIu64 " there, %" PRIu64
                  " wanted%s; kinds that differ: %" PRIu32
                  "): run it again, it begins anew; what somebody else wrote or deleted there "
                  "stays so: if it differs again, drop the keyspace",
                  first, there, wanted, there == wanted ? ", others by their checksum" : "",
                  n_differ);
}

static int finish(struct strand *s, struct chore *chore)
{
    return move_claim(copier_of(chore), s, true);
}

/* So that the next run writes all of it again. */
static int begin_anew(struct strand *s, struct chore *chore)
{
    struct copier *c = copier_of(chore);
    c->walk.place = (struct copy_place){0};
    return move_claim(c, s, false);
}

/* --- all of it --- */

static void tell(const struct copier *c, bool checked, uint64_t rows)
{
    log_debug("copy_step", log_u64("checked", checked), log_u64("rows", rows));
    if (c->options->progress)
        c->options->progress(c->options->arg, checked, rows);
}

static int run(struct copier *c, struct strands *strands,
               int (*chore)(struct strand *, struct chore *))
{
    c->chore.run = chore;
    return chore_run(strands, &c->chore);
}

static int walk_all(struct copier *c, struct strands *strands, bool check)
{
    int err = 0;
    c->walk.rows = 0;
    while (!err && c->walk.place.table < KV_TABLES) {
        err = run(c, strands, check ? tally_step : copy_step);
        tell(c, check, c->walk.rows);
    }
    return err;
}

static int check(struct copier *c, struct strands *strands)
{
    c->walk.place = (struct copy_place){0};
    int err = walk_all(c, strands, true);
    while (!err && !c->scan.ended) {
        err = run(c, strands, scan_step);
        tell(c, true, c->walk.rows + c->scan.rows);
    }
    if (err)
        return err;
    err = compare(c);
    if (!err)
        return run(c, strands, finish);
    int failed = run(c, strands, begin_anew);
    return failed ? failed : err;
}

static int copy_all(struct copier *c)
{
    struct strands strands = {0};
    chores_start(&strands, &c->options->cql);
    int err = run(c, &strands, begin);
    if (!err && !c->done)
        err = walk_all(c, &strands, false);
    if (!err && !c->done)
        err = check(c, &strands);
    chores_stop(&strands);
    return err;
}

/* The tables are made as any server's, of this store's identity where they are new. */
static int make_tables(const struct store_cassandra_copy_options *o,
                       const struct store_info *source, char *why, size_t why_n)
{
    uint32_t from;
    struct store_cassandra_migrate_options options = {.cql = o->cql,
                                                      .replication = o->replication,
                                                      .incarnation = source->incarnation,
                                                      .warn = o->warn,
                                                      .arg = o->arg};
    memcpy(options.secret, source->secret, sizeof(options.secret));
    int err = store_cassandra_migrate(&options, &from, why, why_n);
    explicit_bzero(options.secret, sizeof(options.secret));
    return err;
}

int store_cassandra_copy(const struct store_cassandra_copy_options *options, bool *already,
                         char *why, size_t why_n)
{
    struct copier *c = mem_new(sizeof(*c));
    c->options = options;
    c->chore.why = why;
    c->chore.why_n = why_n;
    c->walk.kv = options->from;
    why[0] = 0;
    int err = embedded_look(options->from, &c->source);
    if (!err && c->source.schema < SCHEMA)
        err = refuse(c, -EPROTO,
                     "the data directory is of an older Parley (schema %u, ours is "
                     "%d): start the server on it once",
                     c->source.schema, SCHEMA);
    else if (err == EMBEDDED_NEWER_SCHEMA)
        err = refuse(c, -EPROTO, "the data directory is a newer Parley's (schema %u)",
                     c->source.schema);
    else if (err)
        err = refuse(c, -EBADMSG, "there is no store in the data directory");
    if (!err)
        err = make_tables(options, &c->source, why, why_n);
    if (!err)
        err = copy_all(c);
    *already = c->done;
    explicit_bzero(&c->source, sizeof(c->source));
    free(c);
    return err;
}
