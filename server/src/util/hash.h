/*
 * struct map: an open-addressing hash table from 64-bit ids to pointers. Keys may be chosen by
 * clients, so they go through a keyed hash (SipHash-1-3, Aumasson and Bernstein, 2012). One thread.
 */
#ifndef PARLEY_UTIL_HASH_H
#define PARLEY_UTIL_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

/* SipHash-1-3 of `s` under a key drawn once per process. Not stable between processes. Any
 * thread. */
uint64_t hash_bytes(struct str s);
/* hash_bytes() of the eight bytes, least significant first. */
uint64_t hash_u64(uint64_t v);
/* Takes this key instead of a drawn one, so that a simulated run can be repeated: the key decides
 * the order of map_next(). Only before the first hash, and only where nobody is to be kept out. */
void hash_use_key(uint64_t k0, uint64_t k1);

struct map_slot;
struct map {
    struct map_slot *slots;
    size_t n, capacity;
};

/* Starts as {0}; does not free the values. */
void map_deinit(struct map *);
/* The value, or NULL. */
void *map_get(const struct map *, uint64_t key);
/* Sets or replaces; value is not NULL. Returns what stood there, or NULL. */
void *map_put(struct map *, uint64_t key, void *value);
/* Takes out and returns it, or NULL. */
void *map_remove(struct map *, uint64_t key);
/* Iterates: *at starts as 0; NULL at the end. The map must not be changed meanwhile. */
void *map_next(const struct map *, size_t *at, uint64_t *key);

#endif
