/* What a device was told, kept until the end for the checker (witness.c). */
#ifndef PARLEY_SIM_HEARD_H
#define PARLEY_SIM_HEARD_H

#include "client.h"

/* One row that it was shown. */
struct heard {
    uint64_t conversation, seq, text; /* a hash; 0: no text */
    uint64_t asked_step;              /* when it asked; a push: when it came */
    bool asked;
};

/* A mark that it set. */
struct marked {
    uint64_t conversation, seq;
    bool read, ok;
    uint64_t first_step, ok_step;
};

struct hearing {
    struct heard *heard;
    struct marked **marked;
    uint32_t n_heard, n_marked, heard_room, marked_room;
};

void hearing_deinit(struct hearing *);
/* `asked_ms`: the wall clock when it asked; 0: it did not. */
void hear(struct client *, const struct event *, uint64_t asked_step, uint64_t asked_ms);
/* Stays where it is. */
struct marked *hear_mark(struct client *, uint64_t conversation, uint64_t seq, bool read);
/* Somebody's marks, as a push told them. */
void hear_receipt(struct client *, uint64_t conversation, const struct mark *);

#endif
