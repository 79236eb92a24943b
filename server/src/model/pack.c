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

void pack_field_u64(struct builder *out, uint64_t tag, uint64_t v)
{
    uint8_t bytes[VARINT_MAX];
    if (v)
        pack_field_bytes(out, tag, str_n((const char *)bytes, varint_put(bytes, v)));
}

void pack_field_bytes(struct builder *out, uint64_t tag, struct str s)
{
    if (s.n == 0)
        return;
    pack_u64(out, tag);
    pack_bytes(out, s);
}

bool unpack_field(struct unpack *u, struct field *field)
{
    if (u->bad || u->left.n == 0)
        return false;
    uint64_t tag = unpack_u64(u);
    struct str bytes = unpack_bytes(u, u->left.n);
    u->bad |= tag <= field->tag || bytes.n == 0;
    *field = (struct field){tag, bytes};
    return !u->bad;
}

uint64_t unpack_field_u64(struct unpack *u, const struct field *field)
{
    struct unpack value = {.left = field->bytes};
    uint64_t v = unpack_u64(&value);
    u->bad |= !unpack_done(&value) || v == 0;
    return v;
}

struct str unpack_field_bytes(struct unpack *u, const struct field *field, size_t n_max)
{
    u->bad |= field->bytes.n > n_max;
    return field->bytes;
}
