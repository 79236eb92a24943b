/* Any bytes as an event's record: what is taken must be written again as the same bytes, since an
 * event has one record. */
#include "model/record.h"
#include "util/macros.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct event e;
    struct arena arena = {0};
    struct str bytes = str_n(data, n);
    if (record_decode(&e, bytes, &arena) == 0) {
        struct builder again = {0};
        record_encode(&again, &e);
        must(str_eq(builder_str(&again), bytes));
        builder_deinit(&again);
    }
    arena_deinit(&arena);
    return 0;
}
