#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#include "util/macros.h"

void *mem_new(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    must(p);
    return p;
}

void *mem_new_array(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);
    must(p);
    return p;
}

void *mem_resize(void *p, size_t size)
{
    p = realloc(p, size ? size : 1);
    must(p);
    return p;
}

void *mem_copy(const void *p, size_t size)
{
    void *copy = malloc(size ? size : 1);
    must(copy);
    if (size)
        memcpy(copy, p, size);
    return copy;
}
