/* The command `nodes` (command.h): the cluster as this node sees it. Thread: chat. */
#ifndef PARLEY_ADMIN_NODES_H
#define PARLEY_ADMIN_NODES_H

struct builder;
struct discovery;

/* Adds a table for people to read, a line begun with '+' for each of its own. */
void admin_print_nodes(const struct discovery *, struct builder *out);

#endif
