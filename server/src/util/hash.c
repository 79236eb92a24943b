/*
 * The map probes linearly and keeps between an eighth and three quarters of its slots full. A slot
 * is empty when its value is NULL. There are no tombstones: a removal moves later entries of the
 * same run back over the gap, so that a map with much coming and going never grows slow.
 *
 * The key of the hash is the process's own and the one piece of state here that is not in a struct:
 * a hash is not worth its name if every table carries a key of its own to be kept.
 */
#include "util/hash.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

#include "util/macros.h"
#include "util/mem.h"

enum { CAPACITY_MIN = 16 };

static struct {
    uint64_t k0, k1;
} hash_key;
static pthread_once_t hash_key_once = PTHREAD_ONCE_INIT;

static void draw_key(void)
{
    must(getentropy(&hash_key, sizeof(hash_key)) == 0);
}

static void keep_key(void)
{
}

void hash_use_key(uint64_t k0, uint64_t k1)
{
    pthread_once(&hash_key_once, keep_key);
    hash_key.k0 = k0;
    hash_key.k1 = k1;
}

struct sip {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate_left(uint64_t v, unsigned by)
{
    return v << by | v >> (64 - by);
}

static inline void sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate_left(s->v1, 13) ^ s->v0;
    s->v3 = rotate_left(s->v3, 16) ^ s->v2;
    s->v0 = rotate_left(s->v0, 32) + s->v3;
    s->v2 += s->v1;
    s->v1 = rotate_left(s->v1, 17) ^ s->v2;
    s->v3 = rotate_left(s->v3, 21) ^ s->v0;
    s->v2 = rotate_left(s->v2, 32);
}

static inline struct sip sip_start(void)
{
    pthread_once(&hash_key_once, draw_key);
    return (struct sip){
        hash_key.k0 ^ UINT64_C(0x736f6d6570736575),
        hash_key.k1 ^ UINT64_C(0x646f72616e646f6d),
        hash_key.k0 ^ UINT64_C(0x6c7967656e657261),
        hash_key.k1 ^ UINT64_C(0x7465646279746573),
    };
}

static inline void sip_block(struct sip *s, uint64_t m)
{
    s->v3 ^= m;
    sip_round(s);
    s->v0 ^= m;
}

static inline uint64_t sip_end(struct sip *s)
{
    s->v2 ^= 0xff;
    sip_round(s);
    sip_round(s);
    sip_round(s);
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

static inline uint64_t load_le(const char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)(unsigned char)p[i] << (8 * i);
    return v;
}

uint64_t hash_bytes(struct str s)
{
    struct sip sip = sip_start();
    size_t rest = s.n % 8, whole = s.n - rest;
    for (size_t i = 0; i < whole; i += 8)
        sip_block(&sip, load_le(s.p + i, 8));
    uint64_t tail = rest ? load_le(s.p + whole, rest) : 0;
    sip_block(&sip, (uint64_t)s.n << 56 | tail);
    return sip_end(&sip);
}

uint64_t hash_u64(uint64_t v)
{
    struct sip sip = sip_start();
    sip_block(&sip, v);
    sip_block(&sip, UINT64_C(8) << 56);
    return sip_end(&sip);
}

struct map_slot {
    uint64_t key;
    void *value;
};

/* The slot of `key`, or the empty one where it would go. */
static size_t find(const struct map *m, uint64_t key)
{
    size_t mask = m->capacity - 1;
    size_t i = hash_u64(key) & mask;
    while (m->slots[i].value && m->slots[i].key != key)
        i = (i + 1) & mask;
    return i;
}

static void resize(struct map *m, size_t capacity)
{
    struct map old = *m;
    m->slots = mem_new_array(capacity, sizeof(*m->slots));
    m->capacity = capacity;
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.slots[i].value)
            m->slots[find(m, old.slots[i].key)] = old.slots[i];
    }
    free(old.slots);
}

void map_deinit(struct map *m)
{
    free(m->slots);
    *m = (struct map){0};
}

void *map_get(const struct map *m, uint64_t key)
{
    return m->n ? m->slots[find(m, key)].value : NULL;
}

void *map_put(struct map *m, uint64_t key, void *value)
{
    must(value);
    if (m->n + 1 > m->capacity / 4 * 3)
        resize(m, m->capacity ? m->capacity * 2 : CAPACITY_MIN);
    struct map_slot *slot = &m->slots[find(m, key)];
    void *before = slot->value;
    *slot = (struct map_slot){key, value};
    m->n += !before;
    return before;
}

void *map_remove(struct map *m, uint64_t key)
{
    if (!m->n)
        return NULL;
    size_t mask = m->capacity - 1;
    size_t gap = find(m, key);
    void *value = m->slots[gap].value;
    if (!value)
        return NULL;
    for (size_t i = (gap + 1) & mask; m->slots[i].value; i = (i + 1) & mask) {
        /* An entry may move back to the gap unless its home lies behind it. */
        size_t home = hash_u64(m->slots[i].key) & mask;
        if (((i - home) & mask) >= ((i - gap) & mask)) {
            m->slots[gap] = m->slots[i];
            gap = i;
        }
    }
    m->slots[gap] = (struct map_slot){0};
    m->n--;
    if (m->capacity > CAPACITY_MIN && m->n < m->capacity / 8)
        resize(m, m->capacity / 2);
    return value;
}

void *map_next(const struct map *m, size_t *at, uint64_t *key)
{
    for (; *at < m->capacity; ++*at) {
        const struct map_slot *slot = &m->slots[*at];
        if (slot->value) {
            ++*at;
            *key = slot->key;
            return slot->value;
        }
    }
    return NULL;
}
