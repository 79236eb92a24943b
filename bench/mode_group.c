#include "mode.h"

#include "group.h"

void group_measure(struct bench *b, double warm_s, double seconds, bool reads, struct talk *talk)
{
    const struct options *o = b->options;
    struct server server;
    struct measure measure;
    server_begin(&server, o->server, o->dir);
    struct group *g = group_new(&b->load, &server, (uint32_t)o->members, (uint32_t)o->senders,
                                (size_t)o->size, reads);
    group_window(g, (uint32_t)o->window);
    load_for(&b->load, warm_s);
    group_begin(g, &measure);
    load_for(&b->load, seconds);
    group_end(g, &measure, talk);
    group_settle(g);
    group_free(g);
    server_end(&server);
}

void mode_group(struct bench *b)
{
    const struct options *o = b->options;
    struct talk talk;
    group_measure(b, o->warm, o->seconds, false, &talk);
    struct row *row = report_row(&b->report, "group", "deliveries/s", BOUND_NONE, 0);
    row_add(row, talk.delivered_s, 0);
    row_talk(row, &talk);
    group_measure(b, o->warm, o->seconds, true, &talk);
    row = report_row(&b->report, "group_reads", "deliveries/s", BOUND_NONE, 0);
    row_add(row, talk.delivered_s, 0);
    row_talk(row, &talk);
}
