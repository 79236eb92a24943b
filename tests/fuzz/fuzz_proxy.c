/* Any bytes as the header that a proxy sends first: what is made of them does not depend on how
 * much of what follows has come, and no byte beyond the header's length is asked for. */
#include <string.h>

#include "net/proxy.h"
#include "util/macros.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct proxy whole, part;
    enum proxy_result result = proxy_parse(&whole, data, n);
    bool refused = false;
    must(whole.bytes >= PROXY_HEAD_BYTES);
    for (size_t cut = 0; cut <= n && cut <= PROXY_BYTES_MAX; cut++) {
        enum proxy_result r = proxy_parse(&part, data, cut);
        must(!refused || r == PROXY_BAD);
        refused = r == PROXY_BAD;
        if (r == PROXY_MORE)
            must(part.bytes > cut && part.bytes <= PROXY_BYTES_MAX);
        if (r == PROXY_DONE)
            must(result == PROXY_DONE && part.bytes == whole.bytes && part.bytes <= cut &&
                 part.local == whole.local &&
                 memcmp(&part.client, &whole.client, sizeof(part.client)) == 0);
    }
    must(n > PROXY_BYTES_MAX || refused == (result == PROXY_BAD));
    return 0;
}
