#include "util/macros.h"

#include <stdio.h>
#include <stdlib.h>

void must_failed(const char *condition, const char *file, int line, const char *func)
{
    fprintf(stderr, "assertion failed: %s at %s:%d in %s\n", condition, file, line, func);
    abort();
}
