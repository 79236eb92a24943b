#include "model/pack.h"

#include <string.h>

#include "util/numbers.h"

void pack_u64(struct builder *out, uint64_t v)
{
    builder_advance(out, varint_put(builder_reserve(out, VARINT_MAX), v));
}

void pack_bytes(struct builder *out, struct str s)
{
    pack_u64(out, s.n);
    builder_add_str(out, s);
}

/* The next `n` bytes, or an empty text when there are fewer. */
static struct str take(struct unpack *u, size_t n)
{
    if (u->bad || n > u->left.n) {
        u->bad = true;
        return STR("");
    }
    struct str taken = {u->left.p, n};
    u->left.p += n;
    u->left.n -= n;
    return taken;
}

uint64_t unpack_u64(struct unpack *u)
{
    uint64_t v = 0;
    size_t n = u->bad ? 0 : varint_get(u->left, &v);
    if (n == 0) {
        u->bad = true;
        return 0;
    }
    take(u, n);
    return v;
}

uint8_t unpack_byte(struct unpack *u)
{
    struct str taken = take(u, 1);
    return taken.n ? (uint8_t)taken.p[0] : 0;
}

struct str unpack_bytes(struct unpack *u, size_t n_max)
{
    uint64_t n = unpack_u64(u);
    if (n > n_max) {
        u->bad = true;
        return STR("");
    }
    return take(u, (size_t)n);
}

void unpack_fixed(struct unpack *u, void *out, size_t n)
{
    struct str taken = take(u, n);
    memset(out, 0, n);
    if (taken.n == n)
        memcpy(out, taken.p, n);
}
