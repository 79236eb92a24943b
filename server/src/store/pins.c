/* One small row a conversation: it is read as a whole, to show it and to decide on the next pin. */
#include "store/pins.h"

#include "model/limits.h"
#include "store/embedded.h"
#include "store/hidden.h"
#include "util/macros.h"

/* Whether it was there. */
static bool take_out(struct pins *pins, uint64_t seq)
{
    uint32_t i = 0;
    while (i < pins->n && pins->at[i].seq != seq)
        i++;
    if (i == pins->n)
        return false;
    pins->n--;
    memmove(&pins->at[i], &pins->at[i + 1], (pins->n - i) * sizeof(pins->at[0]));
    return true;
}

/* Whoever decided that there is room counted what was not due then. So the one that goes first
 * makes room; if none is to go, the row stays within its limits anyway. */
static void make_room(struct pins *pins)
{
    uint64_t first = 0, expires_ms = UINT64_MAX;
    for (uint32_t i = 0; i < pins->n; i++) {
        if (pins->at[i].expires_ms && pins->at[i].expires_ms < expires_ms) {
            first = pins->at[i].seq;
            expires_ms = pins->at[i].expires_ms;
        }
    }
    if (first)
        take_out(pins, first);
}

static int put_in(struct turn *t, struct pins *pins, const struct event *e)
{
    struct event message;
    int err = turn_event(t, e->conversation, e->target, &message);
    if (err)
        return MIN(err, 0);
    if (pins->n == PINS_MAX)
        make_room(pins);
    if (pins->n == PINS_MAX)
        return 0;
    pins->at[pins->n].seq = e->target;
    pins->at[pins->n].by = e->seq;
    pins->at[pins->n++].expires_ms = message.expires_ms;
    return 0;
}

int pins_apply(struct turn *t, const struct event *e)
{
    struct pins pins;
    int err = turn_pins(t, e->conversation, &pins);
    for (uint32_t i = 0; !err && i < pins.n; i++) {
        if (pins.at[i].seq == e->target && pins.at[i].by >= e->seq)
            return 0; /* it was done already */
    }
    bool changed = !err && take_out(&pins, e->target);
    if (!err && e->type == EVENT_PIN)
        err = put_in(t, &pins, e);
    if (!err && (changed || e->type == EVENT_PIN))
        turn_put_pins(t, e->conversation, &pins);
    return err;
}

int pins_remove(struct turn *t, uint64_t conversation, uint64_t seq)
{
    struct pins pins;
    int err = turn_pins(t, conversation, &pins);
    if (!err && take_out(&pins, seq))
        turn_put_pins(t, conversation, &pins);
    return err;
}

int pins_remove_up_to(struct turn *t, uint64_t conversation, uint64_t seq)
{
    struct pins pins;
    int err = turn_pins(t, conversation, &pins);
    uint32_t n = 0;
    for (uint32_t i = 0; !err && i < pins.n; i++)
        if (pins.at[i].seq > seq)
            pins.at[n++] = pins.at[i];
    if (err || n == pins.n)
        return err;
    pins.n = n;
    turn_put_pins(t, conversation, &pins);
    return 0;
}

/* Leaves out what the viewer hid. */
static int leave_out_hidden(struct turn *t, struct store_pins *r)
{
    struct member_row row;
    uint32_t n = 0;
    int err = r->viewer ? turn_member(t, r->conversation, r->viewer, &row) : KV_ABSENT;
    if (err)
        return MIN(err, 0);
    for (uint32_t i = 0; !err && i < r->n_pins; i++) {
        err = hidden_take(t, &row.member, &r->pins[i].message, 1);
        if (!r->pins[i].message.hidden)
            r->pins[n++] = r->pins[i];
    }
    r->n_pins = n;
    return err;
}

int log_pins(struct turn *t, struct store_pins *r)
{
    struct pins pins;
    int err = turn_pins(t, r->conversation, &pins);
    r->pins = arena_alloc(t->arena, PINS_MAX * sizeof(*r->pins));
    r->n_pins = 0;
    for (uint32_t i = pins.n; !err && i > 0; i--) {
        uint64_t expires_ms = pins.at[i - 1].expires_ms;
        if (expires_ms && expires_ms <= r->now_ms)
            continue;
        struct pinned *p = &r->pins[r->n_pins++];
        err = turn_event(t, r->conversation, pins.at[i - 1].seq, &p->message);
        if (!err)
            err = turn_event(t, r->conversation, pins.at[i - 1].by, &p->pin);
    }
    struct row_key k = key_pins(r->conversation);
    if (err)
        return err == KV_ABSENT ? turn_bad_row(&k) : err;
    return leave_out_hidden(t, r);
}
