/* The command `nodes` (command.h): the cluster as this node sees it. Thread: chat. */
#ifndef PARLEY_ADMIN_NODES_H
#define PARLEY_ADMIN_NODES_H

struct builder;
struct discovery;
struct roll;

/* Adds a table for people to read, a line begun with '+' for each of its own: what was heard, and
 * who stands on the roll (or NULL) besides and was not taken off it. */
void admin_print_nodes(const struct discovery *, const struct roll *, struct builder *out);

#endif
