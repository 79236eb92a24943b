#include "store/cql/reader.h"

#include "util/numbers.h"

struct str reader_take(struct reader *r, size_t n)
{
    if (r->bad || r->left.n < n) {
        r->bad = true;
        return STR("");
    }
    struct str taken = str_n(r->left.p, n);
    r->left = str_n(r->left.p + n, r->left.n - n);
    return taken;
}

uint8_t reader_byte(struct reader *r)
{
    struct str s = reader_take(r, 1);
    return s.n ? (uint8_t)s.p[0] : 0;
}

uint16_t reader_short(struct reader *r)
{
    struct str s = reader_take(r, 2);
    return s.n ? be16_get(s.p) : 0;
}

int32_t reader_int(struct reader *r)
{
    struct str s = reader_take(r, 4);
    return s.n ? (int32_t)be32_get(s.p) : 0;
}

struct str reader_string(struct reader *r)
{
    uint16_t n = reader_short(r);
    return reader_take(r, n);
}

struct str reader_bytes(struct reader *r)
{
    int32_t n = reader_int(r);
    return n < 0 ? (struct str){0} : reader_take(r, (size_t)n);
}
