/*
 * An open loop for long enough that RocksDB compacts again and again: what latency, disk and memory
 * come to when nothing is new any more. Memory is looked at after the first fifth and at the end.
 * The store's block cache may by then still be growing to the size it was given, and its write
 * buffers come and go: what must be flat is the rest, the server's own.
 */
#include "mode.h"

#include <ftw.h>
#include <stdio.h>

#include "die.h"
#include "scrape.h"

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

struct held {
    struct memory all;
    double blocks, buffers, own; /* bytes */
};

static void look(struct held *held, const struct server *server)
{
    memory_read(&held->all, server->pid);
    held->blocks = (double)scrape(server->metrics_port, "parley_store_block_cache_bytes");
    held->buffers = (double)scrape(server->metrics_port, "parley_store_memtable_bytes");
    held->own = (double)held->all.anonymous - held->blocks - held->buffers;
}

static void measure_soak(struct bench *b, struct pairs *all)
{
    const struct options *o = b->options;
    struct talk first, rest;
    struct held early, late;
    double before = bytes_in(all->servers), sent = (double)all->sent;
    pairs_open(all, o->rate, o->warm, o->soak / 5, &first);
    look(&early, all->servers);
    pairs_open(all, o->rate, 0, o->soak * 4 / 5, &rest);
    look(&late, all->servers);
    double messages = (double)all->sent - sent, disk = (bytes_in(all->servers) - before) / messages;
    struct row *row = report_row(&b->report, "soak", "ms p99.9", BOUND_NONE, 0);
    row_add(row, rest.delivered_ms[2], 0);
    row_talk(row, &rest);
    row_detail(row, "disk_bytes", disk);
    row_detail(row, "write_amplification", rest.bytes / disk);
    row_detail(row, "resident_early", (double)early.all.resident);
    row_detail(row, "resident_late", (double)late.all.resident);
    row_detail(row, "blocks_early", early.blocks);
    row_detail(row, "blocks_late", late.blocks);
    row_detail(row, "buffers_early", early.buffers);
    row_detail(row, "buffers_late", late.buffers);
    row_detail(row, "own_early", early.own);
    row_detail(row, "own_late", late.own);
}

void mode_soak(struct bench *b)
{
    mode_with_pairs(b, measure_soak);
}
