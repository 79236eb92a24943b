/* Any bytes as what another node says of itself: what is read is within its bounds, and read the
 * same when it is written again. */
#include <string.h>

#include "discovery/gossip.h"
#include "util/buf.h"
#include "util/macros.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct gossip g, same;
    struct builder again = {0};
    if (!gossip_decode(&g, str_n(data, n)))
        return 0;
    must(g.id && g.number && *node_state_name(g.state));
    must(g.url.n <= NODE_URL_BYTES_MAX && g.region.n <= NODE_WORD_BYTES_MAX &&
         g.version.n <= NODE_WORD_BYTES_MAX);
    gossip_encode(&again, &g);
    must(gossip_decode(&same, builder_str(&again)));
    must(same.id == g.id && same.number == g.number && same.state == g.state &&
         same.roles == g.roles && same.connections == g.connections &&
         same.connections_max == g.connections_max && same.cpu_permille == g.cpu_permille &&
         str_eq(same.url, g.url) && str_eq(same.region, g.region) &&
         str_eq(same.version, g.version));
    builder_deinit(&again);
    return 0;
}
