/*
 * A peer that is heard for the first time with another number than 1 was there before. That is as
 * it should be if we have just come ourselves; else its numbers up to this one were missed, which
 * is also how one shows that was forgotten as silent and comes back. A number that is not above the
 * last one is late or doubled, and no sign of anything.
 *
 * Refused: keeping the silent ones, to compare their number when they come back. That they were
 * forgotten says as much, and needs no time after which to forget them for good.
 */
#include "bus/peers.h"

#include <stdlib.h>

#include "util/mem.h"

struct peer {
    uint64_t number; /* of its last message */
    uint64_t heard_ms;
};

void peers_deinit(struct peers *p)
{
    size_t at = 0;
    uint64_t id;
    for (struct peer *peer; (peer = map_next(&p->map, &at, &id));)
        free(peer);
    map_deinit(&p->map);
}

bool peers_heard(struct peers *p, uint64_t id, uint64_t number, uint64_t now_ms)
{
    struct peer *peer = map_get(&p->map, id);
    if (!peer && p->map.n == PEERS_MAX)
        return false;
    if (!peer) {
        map_put(&p->map, id, peer = mem_new(sizeof(*peer)));
        if (p->joined_ms && now_ms - p->joined_ms <= PEERS_SILENT_MS)
            peer->number = number;
    }
    bool hole = number > peer->number + 1;
    if (number > peer->number)
        peer->number = number;
    peer->heard_ms = now_ms;
    return hole;
}

bool peers_left(struct peers *p, uint64_t id, uint64_t number)
{
    struct peer *peer = map_remove(&p->map, id);
    bool hole = peer && number > peer->number + 1;
    free(peer);
    return hole;
}

bool peers_silent(struct peers *p, uint64_t now_ms)
{
    uint64_t id, silent[16]; /* the rest is found the next time */
    size_t at = 0, n = 0;
    for (const struct peer *peer; n < 16 && (peer = map_next(&p->map, &at, &id));)
        if (now_ms - peer->heard_ms > PEERS_SILENT_MS)
            silent[n++] = id;
    for (size_t i = 0; i < n; i++)
        free(map_remove(&p->map, silent[i]));
    return n > 0;
}
