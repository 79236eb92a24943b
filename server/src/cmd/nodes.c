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

size_t nodes_others(const struct node_facts *node, struct str urls[NODES_NAMED_MAX])
{
    return choose(node, 0, true, urls);
}

size_t nodes_goaway(enum goaway_reason reason, uint64_t reconnect_ms, const struct str *urls,
                    size_t n, struct builder out[NODES_NAMED_MAX])
{
    struct str turned[NODES_NAMED_MAX];
    size_t frames = n && reason != GOAWAY_BALANCE ? n : 1;
    for (size_t first = 0; first < frames; first++) {
        for (size_t i = 0; i < n; i++)
            turned[i] = urls[(first + i) % n];
        encode_push_goaway(&out[first], reason, reconnect_ms, turned, n);
    }
    return frames;
}
