/* See nodes.h. This node is marked with a star. */
#include "admin/nodes.h"

#include <inttypes.h>
#include <stdio.h>

#include "discovery/discovery.h"
#include "discovery/roll.h"
#include "util/buf.h"
#include "util/macros.h"

enum { LINE_BYTES_MAX = NODE_URL_BYTES_MAX + 4 * NODE_WORD_BYTES_MAX };

/* As it is shown. */
struct line {
    char mark;
    const char *heard, *connections, *cpu;
};

static const char *or_dash(const char *text)
{
    return *text ? text : "-";
}

static void print_line(const struct line *line, const struct node *node, struct builder *out)
{
    static const char *const roles[] = {"-", "api", "chat", "api,chat"};
    char text[LINE_BYTES_MAX];
    int n =
        snprintf(text, sizeof(text), "+%c %-20" PRIu64 " %-8s %9s %15s %4s %-8s %-10s %-8s %s\n",
                 line->mark, node->id, node_state_name(node->state), line->heard, line->connections,
                 line->cpu, roles[node->roles & (NODE_API | NODE_CHAT)], or_dash(node->region),
                 or_dash(node->version), or_dash(node->url));
    must(n > 0 && n < (int)sizeof(text));
    builder_add(out, text, (size_t)n);
}

static void print_node(const struct node *node, bool self, uint64_t now_ms, struct builder *out)
{
    char connections[2 * 20 + 2], heard[24], cpu[24];
    snprintf(connections, sizeof(connections), "%" PRIu64 "/%" PRIu64, node->connections,
             node->connections_max);
    snprintf(heard, sizeof(heard), "%.1f s", (double)(now_ms - node->heard_ms) / 1000);
    snprintf(cpu, sizeof(cpu), "%" PRIu64 "%%", node->cpu_permille / 10);
    print_line(&(struct line){self ? '*' : ' ', heard, connections, cpu}, node, out);
}

static void copy_text(char *to, size_t size, struct str from)
{
    snprintf(to, size, "%.*s", (int)from.n, from.n ? from.p : "");
}

/* One that was not heard here: it is on the roll alone. */
static void print_unheard(const struct gossip *row, struct builder *out)
{
    struct node node = {.id = row->id, .state = row->state, .roles = row->roles};
    copy_text(node.url, sizeof(node.url), row->url);
    copy_text(node.region, sizeof(node.region), row->region);
    copy_text(node.version, sizeof(node.version), row->version);
    print_line(&(struct line){' ', "never", "-", "-"}, &node, out);
}

void admin_print_nodes(const struct discovery *discovery, const struct roll *roll,
                       struct builder *out)
{
    const struct node *all[NODES_MAX];
    const struct nodes *nodes = discovery_nodes(discovery);
    size_t n = nodes_list(nodes, all);
    builder_add_str(
        out,
        STR("+  node                 state        heard     connections  cpu roles    region     "
            "version  socket\n"));
    for (size_t i = 0; i < n; i++)
        print_node(all[i], all[i] == nodes_self(nodes), discovery_now_ms(discovery), out);
    for (size_t i = 0; roll && i < ROLL_SLOTS; i++) {
        const struct gossip *row = &roll->slots[i].node;
        if (row->id && row->state != NODE_REMOVED && !map_get(&nodes->map, row->id))
            print_unheard(row, out);
    }
}
