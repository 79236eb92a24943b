/* Inside the store: tokens and page marks, which clients give back as they came: the incarnation
 * and what it is at, numbers in decimal with dots between. Pure. */
#ifndef PARLEY_STORE_MARK_H
#define PARLEY_STORE_MARK_H

#include <stdbool.h>

#include "store/log.h"

enum { MARK_NUMBERS_MAX = 4 };

void mark_format(char out[STORE_TOKEN_BYTES_MAX], const uint64_t *numbers, size_t n);
/* False: it is not made of `n` numbers. */
bool mark_parse(struct str text, uint64_t *numbers, size_t n);

#endif
