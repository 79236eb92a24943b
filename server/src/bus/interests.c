/*
 * A list in the order of age next to the maps: what was renewed moves to its end, so a renewal
 * needs no timers, and spreads by itself however many were made at once.
 */
#include "bus/interests.h"

#include <stdlib.h>

#include "util/macros.h"
#include "util/mem.h"

enum { CREDIT = 1000 }; /* for one */

void interests_init(struct interests *all)
{
    *all = (struct interests){0};
    list_init(&all->by_age);
}

void interests_deinit(struct interests *all)
{
    for (struct list *node; (node = list_pop_front(&all->by_age));)
        free(list_entry(node, struct interest, by_age));
    for (size_t kind = 0; kind < INTEREST_KINDS; kind++)
        map_deinit(&all->maps[kind]);
}

struct interest *interests_add(struct interests *all, enum bus_topic_kind kind, uint64_t id)
{
    must((int)kind < INTEREST_KINDS);
    struct interest *i = map_get(&all->maps[kind], id);
    if (i) {
        i->count++;
        return NULL;
    }
    i = mem_new(sizeof(*i));
    i->kind = kind;
    i->id = id;
    i->count = 1;
    map_put(&all->maps[kind], id, i);
    list_push_back(&all->by_age, &i->by_age);
    all->n++;
    return i;
}

struct interest *interests_drop(struct interests *all, enum bus_topic_kind kind, uint64_t id)
{
    must((int)kind < INTEREST_KINDS);
    struct interest *i = map_get(&all->maps[kind], id);
    must(i && i->count > 0);
    if (--i->count)
        return NULL;
    map_remove(&all->maps[kind], id);
    list_remove(&i->by_age);
    all->n--;
    return i;
}

void interests_pass(struct interests *all, uint64_t passed_ms, uint64_t every_ms)
{
    uint64_t round = all->n * CREDIT; /* one is all that is owed, however long none was taken */
    all->renew_credit = MIN(all->renew_credit + MIN(passed_ms, every_ms) * round / every_ms, round);
}

struct interest *interests_due(struct interests *all)
{
    if (all->renew_credit < CREDIT || list_empty(&all->by_age))
        return NULL;
    struct interest *i = list_entry(all->by_age.next, struct interest, by_age);
    all->renew_credit -= CREDIT;
    list_remove(&i->by_age);
    list_push_back(&all->by_age, &i->by_age);
    return i;
}
