/*
 * Closed loop. It finds the greatest rate at which everything still arrives: nobody sends more
 * while their window is full.
 */
#include "mode.h"

void pairs_closed(struct pairs *all, uint32_t window, double warm_s, double seconds,
                  struct talk *talk)
{
    struct measure measure;
    pairs_window(all, window);
    load_for(all->load, warm_s);
    pairs_begin(all, &measure);
    load_for(all->load, seconds);
    pairs_end(all, &measure, talk);
    pairs_settle(all);
}

void row_talk(struct row *row, const struct talk *t)
{
    row_detail(row, "acknowledged_s", t->acknowledged_s);
    row_detail(row, "delivered_s", t->delivered_s);
    row_detail(row, "ok_p50_ms", t->ok_ms[0]);
    row_detail(row, "ok_p99_ms", t->ok_ms[1]);
    row_detail(row, "p50_ms", t->delivered_ms[0]);
    row_detail(row, "p99_ms", t->delivered_ms[1]);
    row_detail(row, "p999_ms", t->delivered_ms[2]);
    row_detail(row, "cpu_us", t->cpu_us);
    row_detail(row, "bench_cpu_us", t->bench_cpu_us);
    row_detail(row, "written_bytes", t->bytes);
    row_detail(row, "syncs", t->syncs);
    row_detail(row, "frames", t->frames);
    row_detail(row, "cpu_net_us", talk_thread_us(t, "net-"));
    row_detail(row, "cpu_chat_us", talk_thread_us(t, "parleyd"));
    row_detail(row, "cpu_writer_us", talk_thread_us(t, "store-writer"));
    row_detail(row, "cpu_reader_us", talk_thread_us(t, "store-reader"));
    row_detail(row, "cpu_rocksdb_us", talk_thread_us(t, "rocksdb:"));
}

void mode_with_pairs(struct bench *b, void (*measure)(struct bench *, struct pairs *))
{
    const struct options *o = b->options;
    struct server server;
    server_begin(&server, o->server, o->dir);
    struct pairs *all =
        pairs_new(&b->load, &server, (uint32_t)o->pairs, PAIRS_FLIGHTS, (size_t)o->size);
    measure(b, all);
    pairs_free(all);
    server_end(&server);
}

static void measure_closed(struct bench *b, struct pairs *all)
{
    const struct options *o = b->options;
    struct talk talk;
    pairs_closed(all, (uint32_t)o->window, o->warm, o->seconds, &talk);
    struct row *row = report_row(&b->report, "pairs", "messages/s", BOUND_NONE, 0);
    row_add(row, talk.delivered_s, 0);
    row_talk(row, &talk);
}

void mode_pairs(struct bench *b)
{
    mode_with_pairs(b, measure_closed);
}
