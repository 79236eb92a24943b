/*
 * Allocation that does not return NULL: a chat server that cannot get a few bytes cannot keep any
 * promise, so it stops (and kill -9 loses nothing). Sizes that a client chooses are bounded
 * before they reach these.
 */
#ifndef PARLEY_UTIL_MEM_H
#define PARLEY_UTIL_MEM_H

#include <stddef.h>

/* Zeroed memory for `size` bytes; free() it. Never NULL. */
void *mem_new(size_t size);
/* Zeroed array. Never NULL; aborts on overflow of n × size. */
void *mem_new_array(size_t n, size_t size);
/* realloc() that never returns NULL; new bytes are not zeroed. */
void *mem_resize(void *p, size_t size);
/* A copy of `size` bytes. Never NULL, also for size 0. */
void *mem_copy(const void *p, size_t size);

#endif
