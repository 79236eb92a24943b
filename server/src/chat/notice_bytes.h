/*
 * A notice as bytes, so that nodes of neighbouring versions understand each other:
 *
 *     type 1 | head 1 | per 1 | `head` numbers | items of `per` numbers each; bytes, if 0
 *
 * with numbers of 8 bytes, big-endian. A later version may add numbers at the end of the head and
 * of each item: whoever does not know them skips them, and whoever expects them reads 0 from an
 * earlier version. Reading trusts nothing. Pure, any thread.
 */
#ifndef PARLEY_CHAT_NOTICE_BYTES_H
#define PARLEY_CHAT_NOTICE_BYTES_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/str.h"

struct notice_bytes {
    uint8_t type;
    size_t head, per;   /* numbers */
    struct str numbers; /* of the head */
    struct str rest;
};

/* Begins one; the items' numbers, or bytes, follow. UINT8_MAX numbers at most. */
void notice_begin(struct builder *, uint8_t type, const uint64_t *head, size_t n, size_t per);
void notice_add(struct builder *, const uint64_t *numbers, size_t n);

/* The strings point into `bytes`. False: it is no notice. */
bool notice_decode(struct notice_bytes *, struct str bytes);
/* 0 where there are fewer. */
uint64_t notice_head(const struct notice_bytes *, size_t i);
/* How many items; 0 where the rest is bytes. */
size_t notice_items(const struct notice_bytes *);
/* 0 where an item has fewer. */
uint64_t notice_item(const struct notice_bytes *, size_t item, size_t i);

#endif
