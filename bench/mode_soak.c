/*
 * An open loop for long enough that RocksDB compacts again and again: what latency, disk and memory
 * come to when nothing is new any more. Memory is looked at after the first fifth, when caches and
 * write buffers are full, and at the end.
 */
#include "mode.h"

#include <ftw.h>
#include <stdio.h>

#include "die.h"

static uint64_t disk_bytes; /* nftw() has no argument of its own */

static int add_file(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)path, (void)at;
    if (type == FTW_F)
        disk_bytes += (uint64_t)info->st_blocks * 512;
    return 0;
}

static double bytes_in(const struct server *server)
{
    char data[SERVER_PATH_MAX + 8];
    snprintf(data, sizeof(data), "%s/data", server->dir);
    disk_bytes = 0;
    if (nftw(data, add_file, 16, FTW_PHYS))
        die("%s cannot be read", data);
    return (double)disk_bytes;
}

static void measure_soak(struct bench *b, struct pairs *all)
{
    const struct options *o = b->options;
    struct talk first, rest;
    struct memory early, late;
    double before = bytes_in(all->server), sent = (double)all->sent;
    pairs_open(all, o->rate, o->warm, o->soak / 5, &first);
    memory_read(&early, all->server->pid);
    pairs_open(all, o->rate, 0, o->soak * 4 / 5, &rest);
    memory_read(&late, all->server->pid);
    double messages = (double)all->sent - sent, disk = (bytes_in(all->server) - before) / messages;
    struct row *row = report_row(&b->report, "soak", "ms p99.9", BOUND_NONE, 0);
    row_add(row, rest.delivered_ms[2], 0);
    row_talk(row, &rest);
    row_detail(row, "disk_bytes", disk);
    row_detail(row, "write_amplification", rest.bytes / disk);
    row_detail(row, "resident_early", (double)early.resident);
    row_detail(row, "resident_late", (double)late.resident);
}

void mode_soak(struct bench *b)
{
    mode_with_pairs(b, measure_soak);
}
