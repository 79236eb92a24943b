/* See nodes.h. This node is marked with a star. */
#include "admin/nodes.h"

#include <inttypes.h>
#include <stdio.h>

#include "discovery/discovery.h"
#include "util/buf.h"
#include "util/macros.h"

enum { LINE_BYTES_MAX = NODE_URL_BYTES_MAX + 4 * NODE_WORD_BYTES_MAX };

static void print_node(const struct node *node, bool self, uint64_t now_ms, struct builder *out)
{
    const char *roles[] = {"-", "api", "chat", "api,chat"};
    char line[LINE_BYTES_MAX], connections[2 * 20 + 2], heard[24];
    snprintf(connections, sizeof(connections), "%" PRIu64 "/%" PRIu64, node->connections,
             node->connections_max);
    snprintf(heard, sizeof(heard), "%.1f s", (double)(now_ms - node->heard_ms) / 1000);
    int n = snprintf(line, sizeof(line),
                     "+%c %-20" PRIu64 " %-8s %9s %15s %3" PRIu64 "%% %-8s %-10s %-8s %s\n",
                     self ? '*' : ' ', node->id, node_state_name(node->state), heard, connections,
                     node->cpu_permille / 10, roles[node->roles & (NODE_API | NODE_CHAT)],
                     *node->region ? node->region : "-", *node->version ? node->version : "-",
                     *node->url ? node->url : "-");
    must(n > 0 && n < (int)sizeof(line));
    builder_add(out, line, (size_t)n);
}

void admin_print_nodes(const struct discovery *discovery, struct builder *out)
{
    const struct node *nodes[NODES_MAX];
    size_t n = nodes_list(discovery_nodes(discovery), nodes);
    const struct node *self = nodes_self(discovery_nodes(discovery));
    builder_add_str(
        out,
        STR("+  node                 state        heard     connections  cpu roles    region     "
            "version  socket\n"));
    for (size_t i = 0; i < n; i++)
        print_node(nodes[i], nodes[i] == self, discovery_now_ms(discovery), out);
}
