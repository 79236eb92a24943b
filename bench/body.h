/*
 * The text of the k-th message of a conversation: what its reader checks byte by byte. Letters and
 * digits that no compressor finds anything in; no quotes. Pure after body_init().
 */
#ifndef PARLEY_BENCH_BODY_H
#define PARLEY_BENCH_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "util/str.h"

enum { BODY_BYTES_MIN = 16, BODY_BYTES_MAX = 8192 };

void body_init(void);
/* Writes its `n` bytes (BODY_BYTES_MIN to BODY_BYTES_MAX). */
void body_write(char *out, size_t n, uint32_t conversation, uint32_t k);
bool body_is(struct str text, size_t n, uint32_t conversation, uint32_t k);

/* Which conversation's text it says it is, and the how manieth. False: it is none. */
bool body_head(struct str text, uint32_t *conversation, uint32_t *k);

/* A key as the client library makes them: 32 hexadecimal digits, never the same again. */
enum { KEY_TEXT = 32 };
void key_write(char out[KEY_TEXT]);
/* A random number, of a generator with a fixed start (xorshift, G. Marsaglia, 2003). */
uint64_t random_next(void);

#endif
