/* See plan.h. A reader of words and marks, and beneath it a function for each part of a statement.
 */
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "util/macros.h"

/* --- words --- */

struct text {
    struct str left, word; /* the word that is next; absent at the end */
    const char *begin;
    uint8_t bound; /* `?` that were read */
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void skip_blank(struct str *s)
{
    while (s->n) {
        if (s->n > 1 && s->p[0] == '-' && s->p[1] == '-') {
            const char *end = memchr(s->p, '\n', s->n);
            size_t n = end ? (size_t)(end - s->p) : s->n;
            *s = str_n(s->p + n, s->n - n);
        } else if (s->p[0] == ' ' || s->p[0] == '\n') {
            *s = str_n(s->p + 1, s->n - 1);
        } else {
            return;
        }
    }
}

static void advance(struct text *t)
{
    struct str s = t->left;
    size_t n = 1;
    skip_blank(&s);
    if (!s.n) {
        t->left = t->word = (struct str){0};
        return;
    }
    if (is_letter(s.p[0]))
        while (n < s.n && is_letter(s.p[n]))
            n++;
    else if (s.p[0] == '\'')
        while (s.p[n++] != '\'')
            ;
    else if ((s.p[0] == '<' || s.p[0] == '>') && s.n > 1 && s.p[1] == '=')
        n = 2;
    t->word = str_n(s.p, n);
    t->left = str_n(s.p + n, s.n - n);
}

static struct text text_of(struct str s)
{
    struct text t = {.left = s, .begin = s.p};
    advance(&t);
    return t;
}

_Noreturn static void not_known(const struct text *t)
{
    fprintf(stderr, "the simulated Cassandra does not know `%.*s` of: %.200s\n", (int)t->word.n,
            t->word.p ? t->word.p : "", t->begin);
    abort();
}

static bool at(const struct text *t, const char *word)
{
    return t->word.p && str_eq(t->word, str_of(word));
}

static bool take(struct text *t, const char *word)
{
    if (!at(t, word))
        return false;
    advance(t);
    return true;
}

static void need(struct text *t, const char *word)
{
    if (!take(t, word))
        not_known(t);
}

static struct str take_word(struct text *t)
{
    struct str word = t->word;
    if (!word.p || !is_letter(word.p[0]))
        not_known(t);
    advance(t);
    return word;
}

/* --- tables --- */

static uint8_t width_of(struct text *t)
{
    static const struct {
        const char *type;
        uint8_t width;
    } types[] = {{"bigint", 8},  {"int", 4},  {"smallint", 2}, {"tinyint", 1},
                 {"boolean", 1}, {"text", 0}, {"blob", 0}};
    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if (take(t, types[i].type))
            return types[i].width;
    not_known(t);
}

static uint8_t column_of(const struct table *table, struct text *t)
{
    for (uint8_t i = 0; i < table->n; i++)
        if (t->word.p && str_eq(table->columns[i].name, t->word)) {
            advance(t);
            return i;
        }
    not_known(t);
}

static void take_partition(struct table *table, struct text *t)
{
    uint8_t column = column_of(table, t);
    must(table->n_partition < KEY_COLUMNS_MAX);
    table->columns[column].kind = COLUMN_PARTITION;
    table->partition[table->n_partition++] = column;
}

static void take_key(struct table *table, struct text *t)
{
    need(t, "PRIMARY");
    need(t, "KEY");
    need(t, "(");
    if (take(t, "(")) {
        do
            take_partition(table, t);
        while (take(t, ","));
        need(t, ")");
    } else {
        take_partition(table, t);
    }
    while (take(t, ",")) {
        uint8_t column = column_of(table, t);
        table->columns[column].kind = COLUMN_CLUSTERING;
        table->clustering[table->n_clustering++] = column;
    }
    need(t, ")");
}

static void take_column(struct table *table, struct text *t)
{
    must(table->n < COLUMNS_MAX);
    struct column *c = &table->columns[table->n++];
    c->name = take_word(t);
    c->width = width_of(t);
    c->kind = take(t, "static") ? COLUMN_STATIC : COLUMN_REGULAR;
    table->has_static |= c->kind == COLUMN_STATIC;
    if (!take(t, "PRIMARY"))
        return;
    need(t, "KEY");
    c->kind = COLUMN_PARTITION;
    table->partition[table->n_partition++] = (uint8_t)(table->n - 1);
}

static void take_order(struct table *table, struct text *t)
{
    need(t, "ORDER");
    need(t, "BY");
    need(t, "(");
    do {
        uint8_t column = column_of(table, t);
        table->columns[column].descending = take(t, "DESC");
        if (!table->columns[column].descending)
            need(t, "ASC");
    } while (take(t, ","));
    need(t, ")");
}

static uint32_t take_table_at(struct text *t, const struct schema *s)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (t->word.p && str_eq(s->tables[i].name, t->word)) {
            advance(t);
            return i;
        }
    not_known(t);
}

static void need_if_not_exists(struct text *t)
{
    need(t, "IF");
    need(t, "NOT");
    need(t, "EXISTS");
}

static void take_table(struct table *table, struct text *t)
{
    need(t, "TABLE");
    need_if_not_exists(t);
    table->name = take_word(t);
    need(t, "(");
    do {
        if (at(t, "PRIMARY"))
            take_key(table, t);
        else
            take_column(table, t);
    } while (take(t, ","));
    need(t, ")");
    if (!take(t, "WITH"))
        return;
    if (take(t, "CLUSTERING"))
        take_order(table, t);
    else if (take(t, "gc_grace_seconds") && take(t, "="))
        take_word(t);
}

static void take_alter(struct schema *s, struct text *t)
{
    need(t, "TABLE");
    struct table *table = &s->tables[take_table_at(t, s)];
    need(t, "ADD");
    need_if_not_exists(t);
    take_column(table, t);
}

void schema_parse(struct schema *s, struct str text)
{
    struct text t = text_of(text);
    while (t.word.p) {
        if (take(&t, "ALTER")) {
            take_alter(s, &t);
        } else {
            need(&t, "CREATE");
            must(s->n < TABLES_MAX);
            take_table(&s->tables[s->n++], &t);
        }
        need(&t, ";");
    }
}

/* --- parts of a statement --- */

static struct term take_term(struct text *t)
{
    struct term term = {0};
    if (take(t, "?")) {
        term.bound = true;
        term.at = t->bound++;
        return term;
    }
    if (at(t, "true"))
        term.number = 1;
    else if (at(t, "0x") || at(t, "''"))
        term.text = STR("");
    else if (t->word.p && t->word.p[0] >= '0' && t->word.p[0] <= '9')
        term.number = strtoll(t->word.p, NULL, 10);
    else
        not_known(t);
    advance(t);
    return term;
}

static const struct table *take_table_name(struct text *t, const struct schema *s)
{
    return &s->tables[take_table_at(t, s)];
}

static enum compare take_compare(struct text *t)
{
    static const struct {
        const char *word;
        enum compare compare;
    } all[] = {{"=", IS}, {"IN", IN}, {"<", BELOW}, {"<=", UP_TO}, {">", ABOVE}, {">=", FROM}};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        if (take(t, all[i].word))
            return all[i].compare;
    not_known(t);
}

static void take_where(struct plan *p, struct text *t)
{
    must(p->n_wheres < WHERES_MAX);
    struct where *w = &p->wheres[p->n_wheres++];
    w->token = take(t, "token");
    bool several = take(t, "(");
    do {
        must(w->n < KEY_COLUMNS_MAX);
        w->columns[w->n++] = column_of(p->table, t);
    } while (several && take(t, ","));
    if (several)
        need(t, ")");
    w->compare = take_compare(t);
    if (w->token)
        need(t, "token");
    if (several)
        need(t, "(");
    for (uint8_t i = 0; i < w->n; i++) {
        if (i)
            need(t, ",");
        w->terms[i] = take_term(t);
    }
    if (several)
        need(t, ")");
}

static void take_wheres(struct plan *p, struct text *t)
{
    if (!take(t, "WHERE"))
        return;
    do
        take_where(p, t);
    while (take(t, "AND"));
}

static void take_time(struct plan *p, struct text *t)
{
    if (!take(t, "USING"))
        return;
    need(t, "TIMESTAMP");
    p->timed = true;
    p->time = take_term(t);
}

static void take_same(struct plan *p, struct text *t, struct set *sets, uint8_t *n,
                      const char *between)
{
    do {
        must(*n < SETS_MAX);
        struct set *set = &sets[(*n)++];
        set->column = column_of(p->table, t);
        need(t, "=");
        set->term = take_term(t);
    } while (take(t, between));
}

static void take_condition(struct plan *p, struct text *t)
{
    if (!take(t, "IF"))
        return;
    if (take(t, "NOT")) {
        need(t, "EXISTS");
        p->condition = IF_NOT_EXISTS;
    } else if (take(t, "EXISTS")) {
        p->condition = IF_EXISTS;
    } else {
        p->condition = IF_SAME;
        take_same(p, t, p->ifs, &p->n_ifs, "AND");
    }
}

/* --- statements --- */

/* The table is named behind what is selected of it. */
static const struct table *look_ahead(struct text t, const struct schema *s)
{
    while (t.word.p && !at(&t, "FROM"))
        advance(&t);
    need(&t, "FROM");
    return take_table_name(&t, s);
}

static void take_select(struct plan *p, struct text *t, const struct schema *s)
{
    p->kind = PLAN_SELECT;
    p->table = look_ahead(*t, s);
    do {
        must(p->n_out < COLUMNS_MAX);
        p->out[p->n_out].writetime = take(t, "WRITETIME");
        if (p->out[p->n_out].writetime)
            need(t, "(");
        p->out[p->n_out].column = column_of(p->table, t);
        if (p->out[p->n_out++].writetime)
            need(t, ")");
    } while (take(t, ","));
    need(t, "FROM");
    take_table_name(t, s);
    take_wheres(p, t);
    if (take(t, "ORDER")) {
        need(t, "BY");
        do {
            const struct column *c = &p->table->columns[column_of(p->table, t)];
            p->backward = c->descending != take(t, "DESC");
            if (p->backward == c->descending)
                need(t, "ASC");
        } while (take(t, ","));
    }
    p->limited = take(t, "LIMIT");
    if (p->limited)
        p->limit = take_term(t);
}

/* The columns of the key say where, the others what. */
static void take_insert(struct plan *p, struct text *t, const struct schema *s)
{
    uint8_t columns[COLUMNS_MAX], n = 0;
    p->kind = PLAN_INSERT;
    need(t, "INTO");
    p->table = take_table_name(t, s);
    need(t, "(");
    do {
        must(n < COLUMNS_MAX);
        columns[n++] = column_of(p->table, t);
    } while (take(t, ","));
    need(t, ")");
    need(t, "VALUES");
    need(t, "(");
    for (uint8_t i = 0; i < n; i++) {
        if (i)
            need(t, ",");
        struct term term = take_term(t);
        if (p->table->columns[columns[i]].kind >= COLUMN_STATIC) {
            must(p->n_sets < SETS_MAX);
            p->sets[p->n_sets++] = (struct set){columns[i], term};
        } else {
            must(p->n_wheres < WHERES_MAX);
            p->wheres[p->n_wheres++] =
                (struct where){.columns = {columns[i]}, .n = 1, .terms = {term}};
        }
    }
    need(t, ")");
    take_condition(p, t);
    take_time(p, t);
}

static void take_update(struct plan *p, struct text *t, const struct schema *s)
{
    p->kind = PLAN_UPDATE;
    p->table = take_table_name(t, s);
    take_time(p, t);
    need(t, "SET");
    take_same(p, t, p->sets, &p->n_sets, ",");
    take_wheres(p, t);
    take_condition(p, t);
}

static void take_delete(struct plan *p, struct text *t, const struct schema *s)
{
    p->kind = PLAN_DELETE;
    p->table = look_ahead(*t, s);
    for (; !at(t, "FROM"); take(t, ",")) {
        must(p->n_sets < SETS_MAX);
        p->sets[p->n_sets++].column = column_of(p->table, t);
    }
    need(t, "FROM");
    take_table_name(t, s);
    take_time(p, t);
    take_wheres(p, t);
    take_condition(p, t);
}

void plan_parse(struct plan *p, const struct schema *s, const char *text)
{
    struct text t = text_of(str_of(text));
    *p = (struct plan){0};
    if (take(&t, "SELECT"))
        take_select(p, &t, s);
    else if (take(&t, "INSERT"))
        take_insert(p, &t, s);
    else if (take(&t, "UPDATE"))
        take_update(p, &t, s);
    else if (take(&t, "DELETE"))
        take_delete(p, &t, s);
    if (t.word.p)
        not_known(&t);
}
