/* How far two names are apart, to say "did you mean". Pure, any thread. */
#ifndef PARLEY_CONFIG_NEAREST_H
#define PARLEY_CONFIG_NEAREST_H

#include "util/str.h"

enum { NEAREST_BYTES_MAX = 64 }; /* looked at of each name; the rest counts as wrong */

/* Insertions, deletions, replacements, and swaps of neighbours that make one of the other
 * (optimal string alignment). */
size_t nearest_distance(struct str a, struct str b);

#endif
