/*
 * Reads the notations of the native protocol (its section 3) front to back. Once something does not
 * fit, `bad` is set and every later read gives zeros, so whoever reads asks once at the end. What
 * it gives points into what is read. Pure, any thread.
 */
#ifndef PARLEY_STORE_CQL_READER_H
#define PARLEY_STORE_CQL_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "util/str.h"

struct reader {
    struct str left; /* borrowed */
    bool bad;
};

uint8_t reader_byte(struct reader *);
uint16_t reader_short(struct reader *);
int32_t reader_int(struct reader *);
/* [string], [short bytes]: a 16-bit length and so many bytes. Never absent. */
struct str reader_string(struct reader *);
/* [bytes], [value]: a 32-bit length and so many bytes; a negative length is absent. */
struct str reader_bytes(struct reader *);
/* So many bytes as they are. */
struct str reader_take(struct reader *, size_t n);

#endif
