/* A node that is no address ("unknown", a made-up name) ends the walk: whoever stands behind it is
 * not known, so the proxy that says so counts as the one who asks. */
#include "gateway/forwarded.h"

#include <string.h>

#include "gateway/state.h"
#include "http/forwarded.h"

static bool is_trusted(const struct gateway *g, const struct address *a)
{
    return address_ranges_hold(g->options.trusted, g->options.trusted_n, a);
}

static struct address walk(const struct gateway *g, const struct address *peer,
                           const struct http_nodes *nodes)
{
    struct address at = *peer, next;
    for (size_t i = nodes->n; i > 0 && is_trusted(g, &at); i--) {
        if (address_parse_node(&next, nodes->nodes[i - 1]))
            break;
        at = next;
    }
    at.port = 0;
    return at;
}

struct address forwarded_from(const struct gateway *g, const struct address *peer,
                              const struct http_request *r)
{
    struct http_nodes standard, usual;
    if (!is_trusted(g, peer) || !http_forwarded(r, &standard))
        return *peer;
    http_x_forwarded_for(r, &usual);
    struct address by_standard = walk(g, peer, &standard), by_usual = walk(g, peer, &usual);
    if (!standard.n)
        return by_usual;
    if (!usual.n || memcmp(by_standard.ip, by_usual.ip, sizeof(by_usual.ip)) == 0)
        return by_standard;
    return *peer;
}
