/* The text of a scrape, and the page for people. What Prometheus wants at the end of a name (the
 * unit, _total for a counter) is added here, so that no row can forget it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/buf.h"
#include "util/macros.h"
#include "util/metric_table.h"

enum { NAME_MAX_BYTES = 96, LINE_MAX_BYTES = 256, NS_PER_S = 1000000000 };

static const char *const kind_names[] = {
    [METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge", [METRIC_HISTOGRAM] = "histogram"};
static const char *const unit_names[] = {
    [METRIC_ONES] = "", [METRIC_BYTES] = "_bytes", [METRIC_NS] = "_seconds"};

static void add(struct builder *out, const char *text)
{
    builder_add_str(out, str_of(text));
}

static const char *name_of(const struct metric_row *row, char name[NAME_MAX_BYTES])
{
    int n = snprintf(name, NAME_MAX_BYTES, "%s%s%s", row->name, unit_names[row->unit],
                     row->kind == METRIC_COUNTER ? "_total" : "");
    must(n < NAME_MAX_BYTES);
    return name;
}

/* A time is whole nanoseconds, which a double would round. */
static void add_value(struct builder *out, const struct metric_row *row, uint64_t value)
{
    char text[32];
    if (row->unit == METRIC_NS)
        snprintf(text, sizeof(text), "%" PRIu64 ".%09" PRIu64, value / NS_PER_S, value % NS_PER_S);
    else
        snprintf(text, sizeof(text), "%" PRIu64, value);
    add(out, text);
}

static void add_one(struct builder *out, const struct metric_row *row, const char *name,
                    const char *label, uint64_t value)
{
    add(out, name);
    if (label) {
        add(out, "{");
        add(out, row->label);
        add(out, "=\"");
        add(out, label);
        add(out, "\"}");
    }
    add(out, " ");
    add_value(out, row, value);
    add(out, "\n");
}

static void add_histogram(struct builder *out, enum metric m, const char *name,
                          const uint64_t values[METRIC_SLOTS])
{
    const struct metric_row *row = &metric_rows[m];
    const uint64_t *bounds = metric_bounds(m);
    uint64_t n = 0;
    for (int i = 0; i < METRIC_BUCKETS; i++) {
        n += values[i];
        add(out, name);
        add(out, "_bucket{le=\"");
        if (i < METRIC_BUCKETS - 1)
            add_value(out, row, bounds[i]);
        else
            add(out, "+Inf");
        char text[32];
        snprintf(text, sizeof(text), "\"} %" PRIu64 "\n", n);
        add(out, text);
    }
    char line[LINE_MAX_BYTES];
    add(out, name);
    add(out, "_sum ");
    add_value(out, row, values[METRIC_SUM]);
    snprintf(line, sizeof(line), "\n%s_count %" PRIu64 "\n", name, n);
    add(out, line);
}

void metric_print(struct builder *out, const struct metric_values *values, metric_label_fn *label,
                  void *arg)
{
    for (int m = 0; m < METRICS; m++) {
        const struct metric_row *row = &metric_rows[m];
        char name[NAME_MAX_BYTES], head[NAME_MAX_BYTES * 2];
        add(out, "# HELP ");
        add(out, name_of(row, name));
        add(out, " ");
        add(out, row->help);
        snprintf(head, sizeof(head), "\n# TYPE %s %s\n", name, kind_names[row->kind]);
        add(out, head);
        if (row->kind == METRIC_HISTOGRAM) {
            add_histogram(out, (enum metric)m, name, values->at[m]);
            continue;
        }
        if (!row->label)
            add_one(out, row, name, NULL, values->at[m][0]);
        const char *which = NULL;
        for (uint32_t i = 0;
             row->label && i < METRIC_SLOTS && (which = label(arg, (enum metric)m, i)); i++)
            if (*which)
                add_one(out, row, name, which, values->at[m][i]);
    }
}

void metric_print_manual(struct builder *out)
{
    add(out,
        "# Metrics\n\n"
        "Made by `parleyd print-metrics`; a test compares the two.\n\n"
        "With `metrics.listen = 127.0.0.1:9464` the server answers `GET /metrics` there, and\n"
        "nothing else, in the text format of Prometheus. It is plain HTTP for whoever reaches\n"
        "that address: leave it on this machine, or in a network of its own. Nothing in it\n"
        "names a person or a conversation. Counting costs next to nothing and is always on.\n\n"
        "All begin at 0 with the process.\n");
    for (int m = 0; m < METRICS; m++) {
        const struct metric_row *row = &metric_rows[m];
        char name[NAME_MAX_BYTES];
        add(out, "\n### ");
        add(out, name_of(row, name));
        add(out, "\n\nA ");
        add(out, kind_names[row->kind]);
        if (row->label) {
            add(out, ", by `");
            add(out, row->label);
            add(out, "`");
        }
        add(out, ".\n");
        add(out, row->help);
        add(out, "\n");
    }
}
