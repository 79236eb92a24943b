/* Inside the store: when a member's marks moved. The newest MARK_STEPS_MAX moves are kept, those of
 * one second as one, in a row beside the member's. */
#ifndef PARLEY_STORE_STEPS_H
#define PARLEY_STORE_STEPS_H

#include "store/turn.h"

/* The marks of `m` stand from `time_ms` on. 0, negative. */
int steps_note(struct turn *, const struct member *m, uint64_t time_ms);

#endif
