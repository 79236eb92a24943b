/* See topics.h. */
#include "bus/topics.h"

#include <assert.h>

#include "util/macros.h"

/* How often the topics of one id are subscribed. It is itself what a map holds, in the place of a
 * pointer: none is 0, since the last to go takes the entry along. */
union subscribed {
    struct {
        uint32_t itself, presence;
    };
    void *value;
};
static_assert(sizeof(union subscribed) == sizeof(void *), "takes a pointer's place");

static struct map *own_map(struct topics *t, enum bus_topic_kind kind)
{
    if (kind == BUS_NODES)
        return &t->nodes;
    return kind == BUS_PEERS ? &t->peers : &t->users;
}

static const struct map *map_of(const struct topics *t, enum bus_topic_kind kind)
{
    return own_map((struct topics *)t, kind);
}

static uint32_t *count_of(union subscribed *subscribed, enum bus_topic_kind kind)
{
    return kind == BUS_PRESENCE ? &subscribed->presence : &subscribed->itself;
}

void topics_deinit(struct topics *t)
{
    map_deinit(&t->users);
    map_deinit(&t->nodes);
    map_deinit(&t->peers);
}

void topics_add(struct topics *t, enum bus_topic_kind kind, uint64_t id)
{
    struct map *map = own_map(t, kind);
    union subscribed subscribed = {.value = map_get(map, id)};

    ++*count_of(&subscribed, kind);
    map_put(map, id, subscribed.value);
}

void topics_drop(struct topics *t, enum bus_topic_kind kind, uint64_t id)
{
    struct map *map = own_map(t, kind);
    union subscribed subscribed = {.value = map_get(map, id)};

    must(*count_of(&subscribed, kind) > 0);
    if (--*count_of(&subscribed, kind) == 0)
        t->ends++;
    if (subscribed.value)
        map_put(map, id, subscribed.value);
    else
        map_remove(map, id);
}

size_t topics_keep(const struct topics *t, enum bus_topic_kind kind, uint64_t *out,
                   const uint64_t *ids, size_t n)
{
    const struct map *map = map_of(t, kind);
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        union subscribed subscribed = {.value = map_get(map, ids[i])};
        if (*count_of(&subscribed, kind))
            out[kept++] = ids[i];
    }
    return kept;
}
