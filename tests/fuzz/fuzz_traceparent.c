/* Any bytes as a traceparent: what is taken is read back from a text of the strictest form, and
 * lies in the bytes. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "proto/traceparent.h"
#include "util/macros.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct traceparent tp, again;
    char text[TRACEPARENT_BYTES + 1];
    if (!traceparent_parse(&tp, str_n(data, n))) {
        must(!tp.trace_id[0] && !tp.span_id[0] && !tp.sampled);
        return 0;
    }
    must(n >= TRACEPARENT_BYTES && memcmp(data + 3, tp.trace_id, TRACE_ID_CHARS) == 0);
    snprintf(text, sizeof(text), "00-%s-%s-%02x", tp.trace_id, tp.span_id, tp.sampled);
    must(traceparent_parse(&again, str_of(text)));
    must(memcmp(&tp, &again, sizeof(tp)) == 0);
    return 0;
}
