#include "scan.h"

struct str scan_after(struct str json, struct str name)
{
    const char *at = memmem(json.p, json.n, name.p, name.n);
    if (!at)
        return (struct str){0};
    at += name.n;
    return str_n(at, json.n - (size_t)(at - json.p));
}

bool scan_u64(struct str json, struct str name, uint64_t *value)
{
    struct str s = scan_after(json, name);
    uint64_t v = 0;
    size_t i = s.n && s.p[0] == '"' ? 1 : 0, first = i;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        v = v * 10 + (uint64_t)(s.p[i] - '0');
    if (i == first)
        return false;
    *value = v;
    return true;
}

struct str scan_text(struct str json, struct str name)
{
    struct str s = scan_after(json, name);
    const char *end = s.n && s.p[0] == '"' ? memchr(s.p + 1, '"', s.n - 1) : NULL;
    return end ? str_n(s.p + 1, (size_t)(end - s.p) - 1) : (struct str){0};
}
