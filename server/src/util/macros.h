/* Small language helpers that every folder uses. */
#ifndef PARLEY_UTIL_MACROS_H
#define PARLEY_UTIL_MACROS_H

#include <stddef.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)     ((a) < (b) ? (a) : (b))
#define MAX(a, b)     ((a) > (b) ? (a) : (b))

/* The struct of type `type` whose member `member` is at `ptr`. */
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* An assertion that stays on in release: it catches our own mistakes, never bad input. */
#define must(condition)                                                                            \
    ((condition) ? (void)0 : must_failed(#condition, __FILE__, __LINE__, __func__))

/* Logs the failed condition and aborts. */
_Noreturn void must_failed(const char *condition, const char *file, int line, const char *func);

#endif
