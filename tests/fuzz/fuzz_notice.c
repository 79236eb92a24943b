/* Any bytes as a notice of another node: every number it claims to have can be asked for, and a
 * notice written again is the same. */
#include "chat/notice_bytes.h"
#include "util/macros.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct notice_bytes in;
    struct str bytes = str_n(data, n);
    if (!notice_decode(&in, bytes))
        return 0;
    uint64_t numbers[UINT8_MAX + 1];
    struct builder again = {0};
    for (size_t i = 0; i <= in.head; i++)
        numbers[i] = notice_head(&in, i);
    must(numbers[in.head] == 0);
    notice_begin(&again, in.type, numbers, in.head, in.per);
    for (size_t item = 0; item < notice_items(&in); item++) {
        for (size_t i = 0; i < in.per; i++)
            numbers[i] = notice_item(&in, item, i);
        notice_add(&again, numbers, in.per);
    }
    if (!in.per)
        builder_add_str(&again, in.rest);
    must(str_eq(builder_str(&again), bytes));
    builder_deinit(&again);
    return 0;
}
