/*
 * struct ack: tells the server how far a device has stored a conversation, as the client library
 * does (client/src/receipts.ts): marks that come within 50 ms leave together, one is under way at a
 * time.
 */
#ifndef PARLEY_BENCH_ACK_H
#define PARLEY_BENCH_ACK_H

#include "device.h"

struct ack {
    struct device *device;
    struct timer timer;
    char conversation[ID_TEXT_MAX + 1];
    uint32_t number; /* of the request */
    uint64_t stored, told;
    bool asking;
    bool reads; /* it also says that it has read them */
};

void ack_init(struct ack *, struct device *, uint32_t number);
/* Everything up to `seq` is stored. */
void ack_stored(struct ack *, uint64_t seq);
/* The request was answered. */
void ack_answered(struct ack *, struct str frame);
/* Forgets what is not told. */
void ack_stop(struct ack *);
/* Nothing is left to tell. */
static inline bool ack_is_done(const struct ack *a)
{
    return !a->asking && a->told >= a->stored;
}

#endif
