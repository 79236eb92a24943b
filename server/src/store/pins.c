/* One small row a conversation: it is read as a whole, to show it and to decide on the next pin. */
#include "store/pins.h"

#include "model/limits.h"
#include "store/embedded.h"
#include "util/macros.h"

/* False: the row says already what the event does, or more. */
static bool take_out(struct pins *pins, const struct event *e)
{
    uint32_t i = 0;
    while (i < pins->n && pins->at[i].seq != e->target)
        i++;
    if (i == pins->n)
        return e->type == EVENT_PIN;
    if (pins->at[i].by >= e->seq)
        return false;
    pins->n--;
    memmove(&pins->at[i], &pins->at[i + 1], (pins->n - i) * sizeof(pins->at[0]));
    return true;
}

int pins_apply(struct turn *t, const struct event *e)
{
    struct pins pins;
    int err = turn_pins(t, e->conversation, &pins);
    if (err || !take_out(&pins, e))
        return err;
    /* Whoever decided this refused the one too many; a row must stay within its limits anyway. */
    if (e->type == EVENT_PIN && pins.n < PINS_MAX) {
        pins.at[pins.n].seq = e->target;
        pins.at[pins.n++].by = e->seq;
    }
    turn_put_pins(t, e->conversation, &pins);
    return 0;
}

int log_pins(struct turn *t, struct store_pins *r)
{
    struct pins pins;
    int err = turn_pins(t, r->conversation, &pins);
    r->pins = arena_alloc(t->arena, PINS_MAX * sizeof(*r->pins));
    r->n_pins = 0;
    for (uint32_t i = pins.n; !err && i > 0; i--) {
        struct pinned *p = &r->pins[r->n_pins++];
        err = turn_event(t, r->conversation, pins.at[i - 1].seq, &p->message);
        if (!err)
            err = turn_event(t, r->conversation, pins.at[i - 1].by, &p->pin);
    }
    struct row_key k = key_pins(r->conversation);
    return err == KV_ABSENT ? turn_bad_row(&k) : err;
}
