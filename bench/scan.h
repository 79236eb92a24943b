/*
 * Finds single members in JSON that the server wrote, without reading the rest: the bench shares
 * its cores with what it measures, and a full parser would cost a quarter of its time. It looks for
 * the first `"name":` in the text, so it is right only where no text of a user stands before that:
 * bodies of the bench hold no quotes (body.h). Pure.
 */
#ifndef PARLEY_BENCH_SCAN_H
#define PARLEY_BENCH_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "util/str.h"

/* What stands behind `name`, as STR("\"seq\":"), to the end of the frame; absent: not there. */
struct str scan_after(struct str json, struct str name);
/* A number, also one in quotes. False: not there. */
bool scan_u64(struct str json, struct str name, uint64_t *value);
/* A string without escapes, without its quotes; absent: not there. */
struct str scan_text(struct str json, struct str name);

#endif
