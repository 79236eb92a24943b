/* See roll.h. Refused: that only one node, chosen somehow, judges the others. It would have to be
 * known who that is, and be there; here all may, and the store lets one do it. */
#include "discovery/roll.h"

#include <string.h>

#include "util/buf.h"
#include "util/macros.h"

static bool is_over(enum node_state state)
{
    return state == NODE_DOWN || state == NODE_REMOVED;
}

void roll_init(struct roll *roll, uint64_t self)
{
    memset(roll, 0, sizeof(*roll));
    roll->self = self;
}

void roll_deinit(struct roll *roll)
{
    for (size_t i = 0; i < ROLL_SLOTS; i++)
        buf_unref(roll->slots[i].row);
}

/* --- seeing --- */

void roll_saw(struct roll *roll, uint32_t at, struct str row, uint64_t now_ms)
{
    must(at < ROLL_SLOTS);
    struct roll_slot *slot = &roll->slots[at];
    if (!row.p || (slot->row && str_eq(buf_str(slot->row), row)))
        return;
    uint64_t before = slot->node.id;
    buf_unref(slot->row);
    slot->row = buf_copy(row.p, row.n);
    /* What does not decode is nobody's: its slot is free. */
    if (!gossip_decode(&slot->node, buf_str(slot->row)))
        slot->node = (struct gossip){0};
    if (slot->node.id == before)
        return;
    slot->since_ms = now_ms;
    slot->judged = 0;
}

void roll_were_unheard(struct roll *roll, uint64_t now_ms)
{
    for (size_t i = 0; i < ROLL_SLOTS; i++)
        roll->slots[i].since_ms = now_ms;
}

void roll_leave(struct roll *roll)
{
    roll->leaving = true;
}

static struct roll_slot *find(struct roll *roll, uint64_t id)
{
    for (size_t i = 0; i < ROLL_SLOTS; i++)
        if (roll->slots[i].node.id == id)
            return &roll->slots[i];
    return NULL;
}

const struct roll_slot *roll_find(const struct roll *roll, uint64_t id)
{
    return id ? find((struct roll *)roll, id) : NULL;
}

/* --- writing --- */

static void write_row(const struct roll *roll, const struct roll_slot *slot, struct gossip node,
                      uint64_t wall_ms, struct roll_change *out)
{
    struct builder row = {0};
    node.number = MAX(wall_ms, UINT64_C(1));
    gossip_encode(&row, &node);
    must(row.n <= ROLL_BYTES_MAX);
    *out = (struct roll_change){.slot = (uint32_t)(slot - roll->slots),
                                .before = slot->row ? buf_ref(slot->row) : NULL,
                                .after = builder_finish(&row)};
}

void roll_change_deinit(struct roll_change *change)
{
    buf_unref(change->before);
    buf_unref(change->after);
}

/* What of a node is written; its load changes all the time and is not. */
static struct gossip row_of(const struct node *node, enum node_state state)
{
    return (struct gossip){
        .id = node->id,
        .state = state,
        .roles = node->roles,
        .connections_max = node->connections_max,
        .url = str_of(node->url),
        .region = str_of(node->region),
        .version = str_of(node->version),
    };
}

static bool same_row(const struct gossip *a, const struct gossip *b)
{
    return a->id == b->id && a->state == b->state && a->roles == b->roles &&
           a->connections_max == b->connections_max && str_eq(a->url, b->url) &&
           str_eq(a->region, b->region) && str_eq(a->version, b->version);
}

static bool same_place(const struct gossip *a, const struct gossip *b)
{
    return a->url.n && str_eq(a->url, b->url);
}

/* How good a slot is for a node that has none; 0: it is another's. */
static int worth(const struct roll_slot *slot, const struct gossip *node)
{
    if (!slot->node.id)
        return 3;
    if (!is_over(slot->node.state))
        return 0;
    return same_place(&slot->node, node) ? 4 : slot->node.state == NODE_REMOVED ? 2 : 1;
}

static struct roll_slot *choose_slot(struct roll *roll, const struct gossip *node)
{
    struct roll_slot *best = NULL;
    int most = 0;
    for (size_t i = 0; i < ROLL_SLOTS; i++) {
        struct roll_slot *slot = &roll->slots[i];
        int here = worth(slot, node);
        if (here < most || !here || (here == most && slot->node.number >= best->node.number))
            continue;
        most = here;
        best = slot;
    }
    return best;
}

static bool next_own(struct roll *roll, const struct nodes *nodes, uint64_t wall_ms,
                     struct roll_change *out)
{
    const struct node *self = nodes_self(nodes);
    struct roll_slot *slot = find(roll, roll->self);
    if (!self)
        return false;
    struct gossip node = row_of(self, roll->leaving ? NODE_REMOVED : self->state);
    if (slot && same_row(&slot->node, &node))
        return false;
    if (!slot)
        slot = choose_slot(roll, &node);
    if (slot)
        write_row(roll, slot, node, wall_ms, out);
    return slot;
}

/* What the node in another's slot really is; 0: what it says. */
static enum node_state judge(struct roll_slot *slot, const struct nodes *nodes, uint64_t now_ms)
{
    const struct node *node = map_get(&nodes->map, slot->node.id);
    if (node && !is_over(node->state))
        slot->judged = 0;
    if (is_over(slot->node.state) || slot->judged == slot->node.id)
        return 0;
    if (node)
        return is_over(node->state) ? node->state : 0;
    return now_ms - slot->since_ms >= ROLL_UNHEARD_MS ? NODE_DOWN : 0;
}

/* Whether another process has taken the place of the one in the slot, which is over. */
static bool is_replaced(const struct roll *roll, const struct roll_slot *slot)
{
    for (size_t i = 0; i < ROLL_SLOTS; i++)
        if (&roll->slots[i] != slot && !is_over(roll->slots[i].node.state) &&
            roll->slots[i].node.id && same_place(&roll->slots[i].node, &slot->node))
            return true;
    return false;
}

bool roll_next(struct roll *roll, const struct nodes *nodes, bool hears, uint64_t wall_ms,
               uint64_t now_ms, struct roll_change *out)
{
    if (next_own(roll, nodes, wall_ms, out))
        return true;
    for (size_t i = 0; hears && i < ROLL_SLOTS; i++) {
        struct roll_slot *slot = &roll->slots[i];
        if (!slot->node.id || slot->node.id == roll->self)
            continue;
        enum node_state state = judge(slot, nodes, now_ms);
        if (slot->node.state == NODE_DOWN && is_replaced(roll, slot))
            state = NODE_REMOVED;
        if (!state)
            continue;
        slot->judged = slot->node.id;
        struct gossip node = slot->node;
        node.state = state;
        write_row(roll, slot, node, wall_ms, out);
        return true;
    }
    return false;
}

bool roll_remove(struct roll *roll, uint64_t id, uint64_t wall_ms, struct roll_change *out)
{
    struct roll_slot *slot = id ? find(roll, id) : NULL;
    if (!slot || slot->node.state != NODE_DOWN)
        return false;
    struct gossip node = slot->node;
    node.state = NODE_REMOVED;
    write_row(roll, slot, node, wall_ms, out);
    return true;
}
