/* See keyspace.h. Times of writes are compared where a cell is read, never when it comes: a
 * deletion of a row, or of a partition, keeps its time, and hides what is older, also what comes
 * after it. */
#include "keyspace.h"

#include <stdlib.h>

#include "store/cql/rows.h"
#include "util/macros.h"
#include "util/mem.h"

enum { ROOM_MIN = 8 };
#define NEVER INT64_MIN

/* --- values --- */

int value_compare(const struct column *c, struct str a, struct str b)
{
    int64_t x = 0, y = 0;
    if (!c->width)
        return str_cmp(a, b);
    cql_cell_integer(a, &x);
    cql_cell_integer(b, &y);
    return (x > y) - (x < y);
}

static int key_compare(const struct table *t, const struct str *a, const struct str *b)
{
    for (uint8_t i = 0; i < t->n_clustering; i++) {
        const struct column *c = &t->columns[t->clustering[i]];
        int order = value_compare(c, a[i], b[i]);
        if (order)
            return c->descending ? -order : order;
    }
    return 0;
}

/* --- rows --- */

static void row_init(struct row_of_cells *r)
{
    r->marked = r->deleted = NEVER;
    for (uint32_t i = 0; i < COLUMNS_MAX; i++)
        r->cells[i].time = NEVER;
}

static void rows_init(struct rows *rows)
{
    *rows = (struct rows){.deleted = NEVER, .below_deleted = NEVER};
    row_init(&rows->fixed);
}

/* Where it is, or would be. */
static uint32_t rows_place(const struct rows *rows, const struct table *t, const struct str *key)
{
    uint32_t low = 0, high = rows->n;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (key_compare(t, rows->at[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct row_of_cells *rows_find(const struct rows *rows, const struct table *t,
                                     const struct str key[CLUSTERING_MAX])
{
    uint32_t i = rows_place(rows, t, key);
    return i < rows->n && key_compare(t, rows->at[i]->key, key) == 0 ? rows->at[i] : NULL;
}

static struct row_of_cells *rows_make(struct rows *rows, const struct table *t,
                                      const struct str *key, struct arena *arena)
{
    uint32_t i = rows_place(rows, t, key);
    if (i < rows->n && key_compare(t, rows->at[i]->key, key) == 0)
        return rows->at[i];
    if (rows->n == rows->room) {
        rows->room = MAX(2 * rows->room, (uint32_t)ROOM_MIN);
        struct row_of_cells **more = arena_alloc(arena, rows->room * sizeof(more[0]));
        if (rows->n)
            memcpy(more, rows->at, rows->n * sizeof(more[0]));
        rows->at = more;
    }
    memmove(&rows->at[i + 1], &rows->at[i], (rows->n - i) * sizeof(rows->at[0]));
    rows->n++;
    struct row_of_cells *r = rows->at[i] = arena_alloc(arena, sizeof(*r));
    row_init(r);
    memcpy(r->key, key, sizeof(r->key));
    return r;
}

static bool is_newer(const struct cell *c, int64_t time, struct str bytes)
{
    if (time != c->time)
        return time > c->time;
    if (!bytes.p || !c->bytes.p)
        return !bytes.p;
    return str_cmp(bytes, c->bytes) > 0;
}

static void row_write(struct row_of_cells *r, const struct write *w, int64_t time)
{
    if (w->marks)
        r->marked = MAX(r->marked, time);
    for (uint8_t i = 0; i < w->n_sets; i++) {
        struct cell *c = &r->cells[w->columns[i]];
        if (is_newer(c, time, w->values[i]))
            *c = (struct cell){time, w->values[i]};
    }
}

static void rows_write(struct rows *rows, const struct table *t, const struct write *w,
                       int64_t time, struct arena *arena)
{
    switch (w->kind) {
    case WRITE_ROW:
        row_write(rows_make(rows, t, w->key, arena), w, time);
        break;
    case WRITE_STATIC:
        row_write(&rows->fixed, w, time);
        break;
    case DELETE_ROW: {
        struct row_of_cells *r = rows_make(rows, t, w->key, arena);
        r->deleted = MAX(r->deleted, time);
        break;
    }
    case DELETE_BELOW: /* it only grows, always at one time */
        if (!rows->below.p ||
            value_compare(&t->columns[t->clustering[0]], rows->below, w->key[0]) < 0)
            rows->below = w->key[0];
        rows->below_deleted = MAX(rows->below_deleted, time);
        break;
    case DELETE_PARTITION:
        rows->deleted = MAX(rows->deleted, time);
        break;
    }
}

static void rows_apply(struct rows *rows, const struct mutation *m, struct arena *arena)
{
    for (uint32_t i = 0; i < m->n_writes; i++)
        rows_write(rows, m->partition->table, &m->writes[i], m->time, arena);
}

static int64_t hidden_to(const struct rows *rows, const struct row_of_cells *r,
                         const struct table *t)
{
    int64_t to = MAX(rows->deleted, r->deleted);
    bool below = rows->below.p && r != &rows->fixed &&
                 value_compare(&t->columns[t->clustering[0]], r->key[0], rows->below) < 0;
    return below ? MAX(to, rows->below_deleted) : to;
}

struct str rows_cell(const struct rows *rows, const struct row_of_cells *r, const struct table *t,
                     uint8_t column, int64_t *time)
{
    const struct row_of_cells *of = t->columns[column].kind == COLUMN_STATIC ? &rows->fixed : r;
    const struct cell *c = &of->cells[column];
    *time = c->time;
    return c->time > hidden_to(rows, of, t) ? c->bytes : (struct str){0};
}

bool rows_has(const struct rows *rows, const struct row_of_cells *r, const struct table *t)
{
    int64_t hidden = hidden_to(rows, r, t);
    bool has = r->marked > hidden;
    for (uint32_t i = 0; i < t->n && !has; i++)
        has = r->cells[i].bytes.p && r->cells[i].time > hidden;
    return has;
}

/* --- partitions --- */

uint32_t quorum(struct rng *rng)
{
    uint32_t but = rng_below(rng, REPLICAS + 1); /* or all of them */
    return ALL_REPLICAS & ~(UINT32_C(1) << but);
}

static void settle(struct mutation *m, struct arena *arena)
{
    if (m->on != ALL_REPLICAS)
        return;
    list_remove(&m->in_partition);
    list_remove(&m->in_keyspace);
    rows_apply(&m->partition->rows, m, arena);
}

static void reach(struct mutation *m, uint32_t replicas, struct arena *arena)
{
    m->on |= replicas;
    settle(m, arena);
}

void keyspace_write(struct keyspace *k, struct partition *p, const struct mutation *from)
{
    struct mutation *m = arena_alloc(&k->arena, sizeof(*m));
    *m = *from;
    m->partition = p;
    list_push_back(&p->pending, &m->in_partition);
    list_push_back(&k->pending, &m->in_keyspace);
    settle(m, &k->arena);
}

void partition_finish(struct keyspace *k, struct partition *p)
{
    list_for_each(&p->pending, node)
    {
        struct mutation *m = list_entry(node, struct mutation, in_partition);
        if (m->decided)
            reach(m, quorum(k->rng), &k->arena);
    }
}

static const struct rows *copy_rows(const struct rows *rows, struct arena *arena)
{
    struct rows *copy = arena_alloc(arena, sizeof(*copy));
    *copy = *rows;
    copy->at = arena_alloc(arena, rows->room * sizeof(copy->at[0]) + 1);
    for (uint32_t i = 0; i < rows->n; i++) {
        copy->at[i] = arena_alloc(arena, sizeof(*copy->at[i]));
        *copy->at[i] = *rows->at[i];
    }
    return copy;
}

const struct rows *partition_read(struct keyspace *k, struct partition *p, uint32_t replicas,
                                  struct arena *arena)
{
    list_for_each(&p->pending, node)
    {
        struct mutation *m = list_entry(node, struct mutation, in_partition);
        if (m->on & replicas)
            reach(m, replicas, &k->arena);
    }
    const struct rows *rows = &p->rows;
    list_for_each(&p->pending, node)
    {
        struct mutation *m = list_entry(node, struct mutation, in_partition);
        if (!(m->on & replicas))
            continue;
        if (rows == &p->rows)
            rows = copy_rows(&p->rows, arena);
        rows_apply((struct rows *)rows, m, arena);
    }
    return rows;
}

const struct rows *partition_written(struct partition *p, struct arena *arena)
{
    struct rows *rows = (struct rows *)copy_rows(&p->rows, arena);
    list_for_each(&p->pending, node)
        rows_apply(rows, list_entry(node, struct mutation, in_partition), arena);
    return rows;
}

/* --- all of it --- */

const struct table *keyspace_table(const struct keyspace *k, const char *name)
{
    for (uint32_t i = 0; i < k->schema.n; i++)
        if (str_eq(k->schema.tables[i].name, str_of(name)))
            return &k->schema.tables[i];
    must(!"a table");
    return NULL;
}

uint8_t table_column(const struct table *t, const char *name)
{
    uint8_t i = 0;
    while (i < t->n && !str_eq(t->columns[i].name, str_of(name)))
        i++;
    must(i < t->n);
    return i;
}

static size_t put_key(char *out, size_t room, const struct keyspace *k, const struct table *t,
                      const struct str *key)
{
    size_t n = 0;
    out[n++] = (char)(t - k->schema.tables);
    for (uint8_t i = 0; key && i < t->n_partition; i++) {
        must(n + key[i].n < room);
        memcpy(out + n, key[i].p, key[i].n);
        n += key[i].n;
        if (!t->columns[t->partition[i]].width)
            out[n++] = 0; /* a text ends */
    }
    return n;
}

static struct partition *partition_of(const struct row *row)
{
    struct partition *p;
    must(row->value.n == sizeof(p));
    memcpy(&p, row->value.p, sizeof(p));
    return p;
}

struct partition *keyspace_find(struct keyspace *k, const struct table *t, const struct str *key,
                                bool make)
{
    char bytes[512];
    struct str full = str_n(bytes, put_key(bytes, sizeof(bytes), k, t, key));
    const struct row *row = rowmap_get(&k->partitions, full);
    if (row || !make)
        return row ? partition_of(row) : NULL;
    struct partition *p = arena_alloc(&k->arena, sizeof(*p));
    p->table = t;
    p->ballot = NEVER;
    list_init(&p->pending);
    rows_init(&p->rows);
    rowmap_put(&k->partitions, full, str_n(&p, sizeof(p)));
    return p;
}

struct partition *keyspace_next(struct keyspace *k, const struct table *t, const struct row **at)
{
    char bytes[1];
    struct str first = str_n(bytes, put_key(bytes, sizeof(bytes), k, t, NULL));
    *at = *at ? row_next(*at) : rowmap_at(&k->partitions, first);
    return *at && str_starts((*at)->key, first) ? partition_of(*at) : NULL;
}

bool keyspace_spread(struct keyspace *k)
{
    if (list_empty(&k->pending))
        return false;
    struct mutation *m = list_entry(k->pending.next, struct mutation, in_keyspace);
    bool held = m->decided && !(m->on & (m->on - 1)); /* who was to commit it may be gone */
    list_remove(&m->in_keyspace);
    list_push_back(&k->pending, &m->in_keyspace);
    if (!held || rng_percent(k->rng, 10))
        reach(m, UINT32_C(1) << rng_below(k->rng, REPLICAS), &k->arena);
    return true;
}

void keyspace_init(struct keyspace *k, struct rng *rng, struct str schema_text)
{
    *k = (struct keyspace){.rng = rng};
    list_init(&k->pending);
    schema_parse(&k->schema, schema_text);
}

void keyspace_deinit(struct keyspace *k)
{
    rowmap_deinit(&k->partitions);
    arena_deinit(&k->arena);
}
