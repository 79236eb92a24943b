/* One request at a time: a read, then writes as long as there is something to write, then nothing
 * for a while. A write that was not made has everything read again. */
#include "main_roll.h"

#include <assert.h>

#include "bus/bus.h"
#include "discovery/discovery.h"
#include "loop/loop.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/macros.h"

static_assert((int)ROLL_SLOTS == (int)BOARD_SLOTS_MAX, "the roll is a board");
static_assert((int)ROLL_BYTES_MAX == (int)BOARD_BYTES_MAX, "and its rows fit");

static void look_in(struct main_roll *m, uint64_t ms)
{
    if (!m->over)
        loop_timer_set(m->loop, &m->timer, ms);
}

static void write_next(struct main_roll *);

static void put_done(struct store_request *request)
{
    struct store_board_put *put = container_of(request, struct store_board_put, base);
    struct main_roll *m = container_of(put, struct main_roll, put);
    bool done = put->base.status == STORE_DONE;
    m->asking = false;
    if (done)
        roll_saw(&m->roll, m->change.slot, buf_str(m->change.after), loop_now_ms(m->loop));
    roll_change_deinit(&m->change);
    store_request_deinit(&put->base);
    if (done)
        write_next(m);
    else
        look_in(m, ROLL_AGAIN_MS);
}

static void write_next(struct main_roll *m)
{
    if (m->over)
        return;
    const struct nodes *nodes = discovery_nodes(m->discovery);
    const struct roll_slot *own = roll_find(&m->roll, m->roll.self);
    m->said = own ? own->node.state : 0;
    if (!roll_next(&m->roll, nodes, m->connected, clock_wall_ms(), loop_now_ms(m->loop),
                   &m->change)) {
        look_in(m, ROLL_EVERY_MS);
        return;
    }
    m->put = (struct store_board_put){
        .base.done = put_done,
        .board = BOARD_NODES,
        .slot = m->change.slot,
        .before = m->change.before ? buf_str(m->change.before) : (struct str){0},
        .after = buf_str(m->change.after),
    };
    m->asking = true;
    store_board_put(m->store, &m->put);
}

static void read_done(struct store_request *request)
{
    struct store_board *read = container_of(request, struct store_board, base);
    struct main_roll *m = container_of(read, struct main_roll, read);
    bool done = read->base.status == STORE_DONE;
    m->asking = false;
    for (uint32_t i = 0; done && i < BOARD_SLOTS_MAX; i++)
        roll_saw(&m->roll, i, read->slots[i], loop_now_ms(m->loop));
    store_request_deinit(&read->base);
    if (done)
        write_next(m);
    else
        look_in(m, ROLL_AGAIN_MS);
}

static void look(struct timer *timer)
{
    struct main_roll *m = container_of(timer, struct main_roll, timer);
    bool connected = bus_connected(m->bus);
    if (m->asking)
        return;
    if (connected && !m->connected)
        roll_were_unheard(&m->roll, loop_now_ms(m->loop));
    m->connected = connected;
    m->read = (struct store_board){.base.done = read_done, .board = BOARD_NODES};
    m->asking = true;
    store_board(m->store, &m->read);
}

void main_roll_look(struct main_roll *m)
{
    const struct node *self = m->store ? nodes_self(discovery_nodes(m->discovery)) : NULL;
    if (self && !m->roll.leaving && self->state != m->said)
        look(&m->timer);
}

void main_roll_leave(struct main_roll *m)
{
    if (!m->store)
        return;
    roll_leave(&m->roll);
    look(&m->timer); /* what is under way goes on to it by itself */
}

bool main_roll_busy(const struct main_roll *m)
{
    return m->store && (m->asking || (m->roll.leaving && m->said && m->said != NODE_REMOVED));
}

void main_roll_open(struct main_roll *m, struct store *store, struct bus *bus,
                    struct discovery *discovery, struct loop *loop)
{
    m->store = store;
    m->bus = bus;
    m->discovery = discovery;
    m->loop = loop;
    roll_init(&m->roll, discovery_nodes(discovery)->self);
    timer_init(&m->timer, look);
    look_in(m, 0);
}

void main_roll_stop(struct main_roll *m)
{
    m->over = true;
    if (m->store)
        loop_timer_cancel(m->loop, &m->timer);
}

void main_roll_close(struct main_roll *m)
{
    if (m->store)
        roll_deinit(&m->roll);
}
