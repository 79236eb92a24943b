/*
 * Made on the net thread for one frame or request, given back there after its answer was queued. A
 * lane keeps some for the next, each with a block of its arena: a frame would else cost its thread
 * two allocations that are too large for malloc's quick way, and as many frees.
 */
#include "gateway/exchange.h"

#include <stdlib.h>

#include "gateway/client.h"
#include "util/mem.h"

/* Of one lane: what a turn brings, and less than a megabyte. */
enum { KEPT_MAX = 256 };

struct exchange *exchange_new(struct client *client)
{
    struct lane *lane = client->lane;
    struct list *node = list_pop_front(&lane->exchanges);
    struct exchange *ex = node ? list_entry(node, struct exchange, node) : mem_new(sizeof(*ex));
    lane->exchanges_n -= node != NULL;
    *ex = (struct exchange){.client = client, .call.arena = ex->call.arena};
    list_init(&ex->node);
    return ex;
}

static void free_whole(struct exchange *ex)
{
    arena_deinit(&ex->call.arena);
    free(ex);
}

void exchange_free(struct exchange *ex)
{
    if (!ex)
        return;
    struct lane *lane = ex->client->lane;
    builder_deinit(&ex->call.out);
    buf_unref(ex->reply);
    if (lane->exchanges_n == KEPT_MAX) {
        free_whole(ex);
        return;
    }
    arena_reset(&ex->call.arena);
    list_push_front(&lane->exchanges, &ex->node);
    lane->exchanges_n++;
}

void exchanges_free(struct lane *lane)
{
    for (struct list *node; (node = list_pop_front(&lane->exchanges));)
        free_whole(list_entry(node, struct exchange, node));
}
