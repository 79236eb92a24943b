/* See nodes.h. */
#include "cmd/nodes.h"

#include "cmd/call.h"
#include "cmd/encode.h"

static size_t choose(const struct node_facts *node, uint64_t user, bool others,
                     struct str urls[NODES_NAMED_MAX])
{
    size_t n = node->guide ? node->guide->choose(node->guide, user, others, urls) : 0;
    for (size_t i = 0; i < n; i++)
        if (!urls[i].n)
            urls[i] = node->url;
    if (!n && !others)
        urls[n++] = node->url;
    return n;
}

void nodes_write(struct writer *w, const struct node_facts *node, uint64_t user)
{
    struct str urls[NODES_NAMED_MAX];
    size_t n = choose(node, user, false, urls);
    encode_nodes(w, urls, n);
}

size_t nodes_goaway(const struct node_facts *node, enum goaway_reason reason, uint64_t reconnect_ms,
                    struct builder out[NODES_NAMED_MAX])
{
    struct str urls[NODES_NAMED_MAX], turned[NODES_NAMED_MAX];
    size_t n = choose(node, 0, true, urls);
    for (size_t first = 0; first < n; first++) {
        for (size_t i = 0; i < n; i++)
            turned[i] = urls[(first + i) % n];
        encode_push_goaway(&out[first], reason, reconnect_ms, turned, n);
    }
    if (!n)
        encode_push_goaway(&out[n++], reason, reconnect_ms, NULL, 0);
    return n;
}

bool nodes_has_others(const struct node_facts *node)
{
    struct str urls[NODES_NAMED_MAX];
    return choose(node, 0, true, urls) > 0;
}
