#include "mode.h"

enum { BATCH = 256 };

void limit_engine(struct bench *b, double seconds, struct engine *engine)
{
    struct engine_load load = {
        .parent = b->options->dir,
        .conversations = (uint32_t)b->options->pairs,
        .batch = BATCH,
        .size = (size_t)b->options->size,
        .seconds = seconds,
    };
    engine_measure(&load, engine);
}

static void over_relay(struct bench *b, uint32_t rooms, uint32_t members, uint32_t window,
                       double seconds, struct relayed *out)
{
    struct relay_load load = {
        .rooms = rooms,
        .members = members,
        .window = window,
        .size = (size_t)b->options->size,
        .warm_s = seconds / 4,
        .seconds = seconds,
    };
    relay_measure(&b->load, &load, out);
}

void limit_pairs(struct bench *b, uint32_t window, double seconds, struct relayed *out)
{
    over_relay(b, (uint32_t)b->options->pairs, 2, window, seconds, out);
}

/* One writes, as many read as a group has members. */
void limit_group(struct bench *b, double seconds, struct relayed *out)
{
    over_relay(b, 1, (uint32_t)b->options->members + 1, (uint32_t)b->options->window, seconds, out);
}

static void add_relayed(struct report *r, const char *key, const struct relayed *relayed)
{
    struct row *row = report_row(r, key, "messages/s", BOUND_NONE, 0);
    row_add(row, relayed->messages_s, 0);
    row_detail(row, "deliveries_s", relayed->deliveries_s);
    row_detail(row, "p50_ms", relayed->p50_ms);
    row_detail(row, "p99_ms", relayed->p99_ms);
    row_detail(row, "cpu_us", relayed->cpu_us);
    row_detail(row, "delivery_cpu_us", relayed->delivery_cpu_us);
}

void mode_limit(struct bench *b)
{
    double seconds = b->options->seconds;
    struct engine engine;
    struct relayed relayed;
    limit_engine(b, seconds, &engine);
    struct row *row = report_row(&b->report, "rocksdb", "messages/s", BOUND_NONE, 0);
    row_add(row, engine.messages_s, 0);
    row_detail(row, "cpu_us", engine.cpu_us);
    row_detail(row, "row_bytes", engine.row_bytes);
    row_detail(row, "written_bytes", engine.bytes);
    limit_pairs(b, 1, seconds, &relayed);
    add_relayed(&b->report, "relay_w1", &relayed);
    limit_pairs(b, (uint32_t)b->options->window, seconds, &relayed);
    add_relayed(&b->report, "relay", &relayed);
    limit_group(b, seconds, &relayed);
    add_relayed(&b->report, "fan_out", &relayed);
}
