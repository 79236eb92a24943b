/* See execute.h. */
#include "execute.h"

#include <stdlib.h>

#include "util/buf.h"
#include "util/macros.h"
#include "util/numbers.h"

/* --- values --- */

static struct str integer(int64_t v, uint8_t width, struct arena *arena)
{
    unsigned char *bytes = arena_alloc(arena, width);
    for (uint8_t i = 0; i < width; i++)
        bytes[i] = (unsigned char)((uint64_t)v >> (8 * (width - 1 - i)));
    return str_n(bytes, width);
}

/* Absent: null. */
static struct str value_of(const struct cql_part *part, const struct term *term,
                           const struct column *c, struct arena *arena)
{
    if (!term->bound)
        return c->width ? integer(term->number, c->width, arena) : term->text;
    must(term->at < part->values_n);
    const struct cql_value *v = &part->values[term->at];
    must(v->kind != CQL_VALUE_UNSET);
    if (v->kind == CQL_VALUE_NULL)
        return (struct str){0};
    if (v->kind == CQL_VALUE_BYTES)
        return arena_str(arena, v->bytes);
    must(v->width == c->width);
    return integer(v->integer, v->width, arena);
}

static int64_t number_of(const struct cql_part *part, const struct term *term)
{
    if (!term->bound)
        return term->number;
    must(term->at < part->values_n && part->values[term->at].kind == CQL_VALUE_INTEGER);
    return part->values[term->at].integer;
}

/* --- where --- */

static const struct where *where_is(const struct plan *p, uint8_t column)
{
    for (uint8_t i = 0; i < p->n_wheres; i++) {
        const struct where *w = &p->wheres[i];
        if (w->compare == IS && w->n == 1 && w->columns[0] == column && !w->token)
            return w;
    }
    return NULL;
}

/* False: it does not say which. */
static bool find_partition(struct keyspace *k, const struct cql_part *part, bool make,
                           struct arena *arena, struct partition **out)
{
    const struct plan *plan = &part->statement->plan;
    const struct table *t = plan->table;
    struct str key[KEY_COLUMNS_MAX];
    for (uint8_t i = 0; i < t->n_partition; i++) {
        const struct where *w = where_is(plan, t->partition[i]);
        if (!w)
            return false;
        key[i] = value_of(part, &w->terms[0], &t->columns[t->partition[i]], arena);
        must(key[i].p);
    }
    *out = keyspace_find(k, t, key, make);
    return true;
}

static bool is_in(const struct column *c, struct str list, struct str value)
{
    struct cql_list all = cql_list_of(list);
    struct str one;
    while (cql_list_next(&all, &one))
        if (value_compare(c, one, value) == 0)
            return true;
    return false;
}

/* How a row's key stands to what is asked for, of several columns as one. */
static int order_of(const struct cql_part *part, const struct where *w, const struct table *t,
                    const struct str *key, struct arena *arena)
{
    for (uint8_t i = 0; i < w->n; i++) {
        const struct column *c = &t->columns[w->columns[i]];
        for (uint8_t j = 0; j < t->n_clustering; j++) {
            if (t->clustering[j] != w->columns[i])
                continue;
            int order = value_compare(c, key[j], value_of(part, &w->terms[i], c, arena));
            if (order)
                return order;
        }
    }
    return 0;
}

static bool holds(enum compare compare, int order)
{
    switch (compare) {
    case IS:
        return order == 0;
    case BELOW:
        return order < 0;
    case UP_TO:
        return order <= 0;
    case ABOVE:
        return order > 0;
    case FROM:
        return order >= 0;
    default:
        abort();
    }
}

static struct str key_cell(const struct table *t, uint8_t column, const struct str *key)
{
    for (uint8_t i = 0; i < t->n_clustering; i++)
        if (t->clustering[i] == column)
            return key[i];
    return (struct str){0};
}

static bool matches(const struct cql_part *part, const struct str *key, struct arena *arena)
{
    const struct plan *plan = &part->statement->plan;
    const struct table *t = plan->table;
    for (uint8_t i = 0; i < plan->n_wheres; i++) {
        const struct where *w = &plan->wheres[i];
        const struct column *c = &t->columns[w->columns[0]];
        if (c->kind != COLUMN_CLUSTERING)
            continue;
        if (w->compare == IN) {
            const struct cql_value *list = &part->values[w->terms[0].at];
            if (!is_in(c, list->bytes, key_cell(t, w->columns[0], key)))
                return false;
        } else if (!holds(w->compare, order_of(part, w, t, key, arena))) {
            return false;
        }
    }
    return true;
}

static bool asks_for_rows(const struct plan *plan)
{
    for (uint8_t i = 0; i < plan->n_wheres; i++)
        if (plan->table->columns[plan->wheres[i].columns[0]].kind == COLUMN_CLUSTERING)
            return true;
    return false;
}

/* --- reading --- */

struct reading {
    const struct cql_part *part;
    struct arena *arena;
    struct builder bytes;
    uint32_t n, n_max;
};

static void put_cell(struct builder *b, struct str cell)
{
    unsigned char *length = builder_reserve(b, 4);
    be32_put(length, cell.p ? (uint32_t)cell.n : UINT32_MAX);
    builder_advance(b, 4);
    builder_add_str(b, cell);
}

static void put_row(struct reading *r, const struct rows *rows, const struct row_of_cells *row,
                    const struct str *partition)
{
    const struct plan *plan = &r->part->statement->plan;
    const struct table *t = plan->table;
    for (uint8_t i = 0; i < plan->n_out; i++) {
        uint8_t column = plan->out[i].column;
        struct str cell;
        int64_t time;
        switch (t->columns[column].kind) {
        case COLUMN_PARTITION:
            cell = partition[0];
            must(t->n_partition == 1);
            break;
        case COLUMN_CLUSTERING:
            cell = key_cell(t, column, row->key);
            break;
        default:
            cell = rows_cell(rows, row, t, column, &time);
            if (plan->out[i].writetime && cell.p)
                cell = integer(time, sizeof(time), r->arena);
        }
        put_cell(&r->bytes, cell);
    }
    r->n++;
}

static bool has_static(const struct rows *rows, const struct table *t)
{
    int64_t time;
    for (uint8_t i = 0; i < t->n; i++)
        if (t->columns[i].kind == COLUMN_STATIC && rows_cell(rows, &rows->fixed, t, i, &time).p)
            return true;
    return false;
}

static void read_rows(struct reading *r, const struct rows *rows, struct str partition)
{
    const struct plan *plan = &r->part->statement->plan;
    uint32_t before = r->n;
    for (uint32_t i = 0; i < rows->n && r->n < r->n_max; i++) {
        const struct row_of_cells *row = rows->at[plan->backward ? rows->n - 1 - i : i];
        if (rows_has(rows, row, plan->table) && matches(r->part, row->key, r->arena))
            put_row(r, rows, row, &partition);
    }
    bool fixed = plan->table->has_static && !asks_for_rows(plan) && has_static(rows, plan->table);
    if (r->n == before && fixed)
        put_row(r, rows, &rows->fixed, &partition);
}

/* All partitions of a table whose key is one number, from some one on. */
static void read_all(struct reading *r, struct keyspace *k, uint32_t replicas)
{
    const struct plan *plan = &r->part->statement->plan;
    const struct column *c = &plan->table->columns[plan->table->partition[0]];
    const struct row *at = NULL;
    struct str after = {0};
    if (plan->n_wheres)
        after = value_of(r->part, &plan->wheres[0].terms[0], c, r->arena);
    for (struct partition *p; (p = keyspace_next(k, plan->table, &at)) && r->n < r->n_max;) {
        struct str key = str_n(at->key.p + 1, at->key.n - 1);
        if (!after.p || str_cmp(key, after) > 0)
            read_rows(r, partition_read(k, p, replicas, r->arena), key);
    }
}

void execute_select(struct keyspace *k, const struct cql_part *part, bool serial, uint32_t replicas,
                    struct arena *arena, struct outcome *out)
{
    const struct plan *plan = &part->statement->plan;
    struct reading r = {.part = part, .arena = arena, .n_max = UINT32_MAX};
    struct partition *p = NULL;
    if (plan->limited)
        r.n_max = (uint32_t)number_of(part, &plan->limit);
    if (part->statement->broken == BROKEN_BLIND)
        ;
    else if (!find_partition(k, part, false, arena, &p))
        read_all(&r, k, replicas);
    else if (p) {
        if (serial)
            partition_finish(k, p);
        read_rows(&r, partition_read(k, p, replicas, arena), (struct str){0});
    }
    out->has_rows = true;
    out->rows = (struct cql_rows){.columns_n = plan->n_out, .n = r.n};
    out->rows.reader.left = arena_str(arena, builder_str(&r.bytes));
    builder_deinit(&r.bytes);
}

/* --- writing --- */

static void key_of(const struct cql_part *part, struct str key[CLUSTERING_MAX], struct arena *arena,
                   uint8_t *n)
{
    const struct plan *plan = &part->statement->plan;
    const struct table *t = plan->table;
    must(t->n_clustering <= CLUSTERING_MAX);
    for (*n = 0; *n < t->n_clustering; (*n)++) {
        uint8_t column = t->clustering[*n];
        const struct where *w = where_is(plan, column);
        if (!w)
            return;
        key[*n] = value_of(part, &w->terms[0], &t->columns[column], arena);
    }
}

static void write_of(struct write *w, const struct cql_part *part, struct arena *arena)
{
    const struct plan *plan = &part->statement->plan;
    const struct table *t = plan->table;
    uint8_t n;
    *w = (struct write){.marks = plan->kind == PLAN_INSERT};
    key_of(part, w->key, arena, &n);
    bool whole = n == t->n_clustering;
    if (plan->kind == PLAN_DELETE && !plan->n_sets) {
        bool below = plan->n_wheres && plan->wheres[plan->n_wheres - 1].compare == BELOW;
        w->kind = below ? DELETE_BELOW : whole && n ? DELETE_ROW : DELETE_PARTITION;
        must(whole || below || !n); /* all rows with the same beginning: nobody asks for that */
        if (below)
            w->key[0] = value_of(part, &plan->wheres[plan->n_wheres - 1].terms[0],
                                 &t->columns[t->clustering[0]], arena);
        return;
    }
    for (uint8_t i = 0; i < plan->n_sets; i++) {
        const struct set *set = &plan->sets[i];
        const struct column *c = &t->columns[set->column];
        w->columns[i] = set->column;
        if (plan->kind != PLAN_DELETE)
            w->values[i] = value_of(part, &set->term, c, arena);
        if (c->kind == COLUMN_STATIC)
            w->kind = WRITE_STATIC;
    }
    w->n_sets = plan->n_sets;
    must(whole || w->kind == WRITE_STATIC);
}

static bool is_same(const struct cql_part *part, const struct rows *rows,
                    const struct row_of_cells *row, struct arena *arena)
{
    const struct plan *plan = &part->statement->plan;
    for (uint8_t i = 0; i < plan->n_ifs; i++) {
        const struct column *c = &plan->table->columns[plan->ifs[i].column];
        struct str should = value_of(part, &plan->ifs[i].term, c, arena), is = {0};
        int64_t time;
        if (row || c->kind == COLUMN_STATIC)
            is = rows_cell(rows, row, plan->table, plan->ifs[i].column, &time);
        if (!is.p != !should.p || !str_eq(is, should))
            return false;
    }
    return true;
}

static bool condition_holds(const struct cql_part *part, const struct rows *rows,
                            struct arena *arena)
{
    const struct plan *plan = &part->statement->plan;
    struct str key[CLUSTERING_MAX] = {0};
    uint8_t n;
    if (part->statement->broken == BROKEN_ANYWAY)
        return true;
    key_of(part, key, arena, &n);
    const struct row_of_cells *row =
        n == plan->table->n_clustering ? rows_find(rows, plan->table, key) : NULL;
    if (row && !rows_has(rows, row, plan->table))
        row = NULL;
    switch (plan->condition) {
    case IF_NOT_EXISTS:
        return !row;
    case IF_EXISTS:
        return row;
    case IF_SAME:
        return is_same(part, rows, row, arena);
    default:
        return true;
    }
}

static void write_all(struct keyspace *k, struct partition *p, const struct cql_part *parts,
                      size_t n, struct mutation *m)
{
    m->writes = arena_alloc(&k->arena, n * sizeof(m->writes[0]));
    for (size_t i = 0; i < n; i++)
        if (parts[i].statement->broken != BROKEN_LOST)
            write_of(&m->writes[m->n_writes++], &parts[i], &k->arena);
    if (m->n_writes)
        keyspace_write(k, p, m);
}

static void decide(struct keyspace *k, struct partition *p, const struct cql_part *parts, size_t n,
                   struct mutation *m, struct arena *arena, struct outcome *out)
{
    partition_finish(k, p);
    const struct rows *rows = partition_read(k, p, quorum(k->rng), arena);
    out->conditional = true;
    for (size_t i = 0; i < n; i++)
        if (!condition_holds(&parts[i], rows, arena))
            return;
    m->decided = true;
    m->time = p->ballot = MAX(p->ballot + 1, m->time);
    write_all(k, p, parts, n, m);
    out->applied = true;
}

/* Without a condition there is no batch; one with conditions is of one partition. */
void execute_write(struct keyspace *k, const struct cql_part *parts, size_t n, int64_t now,
                   uint32_t on, struct arena *arena, struct outcome *out)
{
    struct partition *p;
    bool conditional = false;
    for (size_t i = 0; i < n; i++)
        conditional |= parts[i].statement->plan.condition != ALWAYS;
    if (conditional) {
        struct mutation m = {.on = on, .time = now};
        must(find_partition(k, &parts[0], true, &k->arena, &p));
        for (size_t i = 1; i < n; i++) {
            struct partition *same;
            must(find_partition(k, &parts[i], true, &k->arena, &same) && same == p);
        }
        decide(k, p, parts, n, &m, arena, out);
        return;
    }
    must(n == 1);
    const struct plan *plan = &parts[0].statement->plan;
    struct mutation m = {.on = on, .time = now};
    if (plan->timed && parts[0].statement->broken != BROKEN_CLOCKED)
        m.time = number_of(&parts[0], &plan->time);
    must(find_partition(k, &parts[0], true, &k->arena, &p));
    write_all(k, p, parts, 1, &m);
}
