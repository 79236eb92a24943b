/*
 * Open loop: messages go at the times of a fixed plan, whatever became of those before, and the
 * latency of each counts from its planned time. So a server that stalls is charged for everything
 * that should have been sent meanwhile (no coordinated omission).
 */
#include "mode.h"

static void say_until(struct pairs *all, double rate, uint64_t seconds_end_ns)
{
    double each_ns = 1e9 / rate;
    uint64_t begun_ns = all->load->now_ns, k = 0;
    while (all->load->now_ns < seconds_end_ns) {
        uint64_t due_ns = begun_ns + (uint64_t)((double)k * each_ns);
        for (; due_ns <= all->load->now_ns; due_ns = begun_ns + (uint64_t)((double)k * each_ns))
            pairs_say(all, &all->pairs[k++ % all->n], due_ns);
        load_turn(all->load, due_ns);
    }
}

void pairs_open(struct pairs *all, double rate, double warm_s, double seconds, struct talk *talk)
{
    struct measure measure;
    say_until(all, rate, all->load->now_ns + (uint64_t)(warm_s * 1e9));
    pairs_begin(all, &measure);
    say_until(all, rate, all->load->now_ns + (uint64_t)(seconds * 1e9));
    pairs_end(all, &measure, talk);
    pairs_settle(all);
}

static void measure_open(struct bench *b, struct pairs *all)
{
    const struct options *o = b->options;
    struct talk talk;
    pairs_open(all, o->rate, o->warm, o->seconds, &talk);
    struct row *row = report_row(&b->report, "rate", "ms p99", BOUND_NONE, 0);
    row_add(row, talk.delivered_ms[1], 0);
    row_talk(row, &talk);
}

void mode_rate(struct bench *b)
{
    mode_with_pairs(b, measure_open);
}
