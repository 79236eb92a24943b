/* Made on the net thread for one frame or request, freed there after its answer was queued. */
#include "gateway/exchange.h"

#include <stdlib.h>

#include "gateway/client.h"
#include "util/mem.h"

struct exchange *exchange_new(struct client *client)
{
    struct exchange *ex = mem_new(sizeof(*ex));
    ex->client = client;
    list_init(&ex->node);
    return ex;
}

void exchange_free(struct exchange *ex)
{
    if (!ex)
        return;
    arena_deinit(&ex->call.arena);
    builder_deinit(&ex->call.out);
    buf_unref(ex->reply);
    free(ex);
}
