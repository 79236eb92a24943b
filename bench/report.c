#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "die.h"
#include "util/macros.h"

struct row *report_row(struct report *r, const char *key, const char *unit, enum bound bound,
                       double factor)
{
    for (unsigned i = 0; i < r->n; i++)
        if (strcmp(r->rows[i].key, key) == 0)
            return &r->rows[i];
    must(r->n < REPORT_ROWS_MAX);
    struct row *row = &r->rows[r->n++];
    *row = (struct row){.key = key, .unit = unit, .bound = bound, .factor = factor};
    return row;
}

void row_add(struct row *row, double value, double limit)
{
    must(row->n < REPORT_SAMPLES_MAX);
    row->values[row->n] = value;
    row->limits[row->n++] = limit;
}

void row_detail(struct row *row, const char *name, double value)
{
    struct detail *d = row->details, *end = d + row->details_n;
    while (d < end && strcmp(d->name, name))
        d++;
    if (d == end) {
        must(row->details_n < REPORT_DETAILS_MAX);
        row->details_n++;
        *d = (struct detail){.name = name};
    }
    must(d->n < REPORT_SAMPLES_MAX);
    d->values[d->n++] = value;
}

/* --- of many values --- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(const double *values, unsigned n)
{
    double sorted[REPORT_SAMPLES_MAX];
    must(n <= REPORT_SAMPLES_MAX);
    if (!n)
        return NAN;
    memcpy(sorted, values, n * sizeof(*values));
    qsort(sorted, n, sizeof(*sorted), by_value);
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

double row_detail_median(const struct row *row, const char *name)
{
    for (unsigned i = 0; i < row->details_n; i++)
        if (strcmp(row->details[i].name, name) == 0)
            return median(row->details[i].values, row->details[i].n);
    return NAN;
}

double row_ratio(const struct row *row)
{
    double ratios[REPORT_SAMPLES_MAX];
    for (unsigned i = 0; i < row->n; i++)
        ratios[i] = row->values[i] / row->limits[i];
    return median(ratios, row->n);
}

bool row_met(const struct row *row)
{
    double ratio = row_ratio(row);
    bool met = row->bound == BOUND_AT_LEAST ? ratio >= row->factor : ratio <= row->factor;
    if (row->n == 0 || isnan(ratio))
        return false;
    return (met && (!row->also || row->also_met)) || row->instead_met;
}

/* --- the table --- */

/* Four digits that mean something. */
static const char *number(char text[32], double v)
{
    double size = fabs(v);
    if (isnan(v))
        return "-";
    snprintf(text, 32, "%.*f", size >= 1000 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 3 : 5, v);
    return text;
}

static void print_range(const struct row *row, FILE *out)
{
    char low[32], high[32], text[72] = "";
    double least = row->values[0], most = row->values[0];
    for (unsigned i = 1; i < row->n; i++) {
        least = fmin(least, row->values[i]);
        most = fmax(most, row->values[i]);
    }
    if (row->n > 1)
        snprintf(text, sizeof(text), "%s..%s", number(low, least), number(high, most));
    fprintf(out, " %-19s", text);
}

static void print_row(const struct row *row, FILE *out)
{
    char value[32], limit[32], target[48] = "", ratio[32];
    fprintf(out, "%-12s %10s %-13s", row->key, number(value, median(row->values, row->n)),
            row->unit);
    print_range(row, out);
    if (row->bound != BOUND_NONE) {
        snprintf(target, sizeof(target), "%s %g",
                 row->bound == BOUND_AT_LEAST ? ">=" : "<=", row->factor);
        fprintf(out, " %10s %8s %-7s %s", number(limit, median(row->limits, row->n)),
                number(ratio, row_ratio(row)), target, row_met(row) ? "met" : "NOT MET");
    }
    fputc('\n', out);
    for (unsigned i = 0, column = 0; i < row->details_n; i++) {
        const struct detail *d = &row->details[i];
        column += (unsigned)fprintf(out, "%s%s %s", column ? ", " : "             ", d->name,
                                    number(value, median(d->values, d->n)));
        if (column > 90 || i + 1 == row->details_n) {
            fputc('\n', out);
            column = 0;
        }
    }
    if (row->also)
        fprintf(out, "             and %s: %s\n", row->also, row->also_met ? "met" : "NOT MET");
    if (row->note)
        fprintf(out, "             %s\n", row->note);
}

void report_table(const struct report *r, FILE *out)
{
    fprintf(out, "%-12s %10s %-13s %-19s %10s %8s %-7s\n", "", "median", "", "range", "limit",
            "ratio", "target");
    for (unsigned i = 0; i < r->n; i++)
        print_row(&r->rows[i], out);
}

/* --- JSON --- */

static void json_number(const char *name, double v, FILE *out)
{
    if (isfinite(v))
        fprintf(out, "\"%s\":%.6g", name, v);
    else
        fprintf(out, "\"%s\":null", name);
}

static void json_row(const struct row *row, FILE *out)
{
    fprintf(out, "\"%s\":{", row->key);
    json_number("value", median(row->values, row->n), out);
    fprintf(out, ",\"unit\":\"%s\",", row->unit);
    json_number("limit", row->bound ? median(row->limits, row->n) : NAN, out);
    fputc(',', out);
    json_number("ratio", row->bound ? row_ratio(row) : NAN, out);
    fprintf(out, ",\"met\":%s,\"samples\":[", row_met(row) ? "true" : "false");
    for (unsigned i = 0; i < row->n; i++)
        fprintf(out, "%s%.6g", i ? "," : "", row->values[i]);
    fputs("],\"detail\":{", out);
    for (unsigned i = 0; i < row->details_n; i++) {
        fputs(i ? "," : "", out);
        json_number(row->details[i].name, median(row->details[i].values, row->details[i].n), out);
    }
    fputc('}', out);
    if (row->note)
        fprintf(out, ",\"note\":\"%s\"", row->note);
    fputc('}', out);
}

void report_json(const struct report *r, FILE *out)
{
    fputc('{', out);
    for (unsigned i = 0; i < r->n; i++) {
        fputs(i ? ",\n " : "", out);
        json_row(&r->rows[i], out);
    }
    fputs("}\n", out);
}
