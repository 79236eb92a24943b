/* See heard.h. */
#include "heard.h"

#include <stdlib.h>

#include "util/hash.h"
#include "util/mem.h"

/* Room for one more of `size` bytes. */
static void *grow(void *p, uint32_t n, uint32_t *room, size_t size)
{
    if (n < *room)
        return p;
    *room = *room ? *room * 2 : 64;
    return mem_resize(p, *room * size);
}

void hearing_deinit(struct hearing *h)
{
    for (uint32_t i = 0; i < h->n_marked; i++)
        free(h->marked[i]);
    free(h->marked);
    free(h->heard);
}

void hear(struct client *d, const struct event *e, uint64_t asked_step, uint64_t asked_ms)
{
    struct hearing *h = d->hearing;
    bool due = e->expires_ms && e->expires_ms <= asked_ms && asked_step > d->world->clock_set_step;
    if (due && e->text.n && (e->type == EVENT_MESSAGE || e->type == EVENT_EDIT))
        world_fail(d->world, "device %u was shown %llu of %llu after its time", d->index,
                   (unsigned long long)e->seq, (unsigned long long)e->conversation);
    h->heard = grow(h->heard, h->n_heard, &h->heard_room, sizeof(h->heard[0]));
    h->heard[h->n_heard++] = (struct heard){
        .conversation = e->conversation,
        .seq = e->seq,
        .text = e->text.n ? hash_bytes(e->text) : 0,
        .asked_step = asked_step,
        .asked = asked_ms != 0,
    };
}

struct marked *hear_mark(struct client *d, uint64_t conversation, uint64_t seq, bool read)
{
    struct hearing *h = d->hearing;
    struct marked *m = mem_new(sizeof(*m));
    *m = (struct marked){
        .conversation = conversation, .seq = seq, .read = read, .first_step = d->world->step};
    h->marked = grow(h->marked, h->n_marked, &h->marked_room, sizeof(h->marked[0]));
    h->marked[h->n_marked++] = m;
    return m;
}

void hear_receipt(struct client *d, uint64_t conversation, const struct mark *m)
{
    struct copy *c = copy_of(d, conversation);
    for (uint32_t i = 0; i < USERS; i++) {
        if (d->world->users[i] != m->user)
            continue;
        bool back =
            m->delivered_seq < c->delivered_seq[i] || (m->read_seq && m->read_seq < c->read_seq[i]);
        if (back && !d->world->wire) /* between nodes the older push may come later */
            world_fail(d->world, "device %u: the marks of %llu in %llu went back", d->index,
                       (unsigned long long)m->user, (unsigned long long)conversation);
        c->delivered_seq[i] = MAX(c->delivered_seq[i], m->delivered_seq);
        c->read_seq[i] = MAX(c->read_seq[i], m->read_seq);
    }
    c->told_of_marks = true;
}
