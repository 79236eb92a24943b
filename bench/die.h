/* How a run ends that cannot be believed: with a sentence, and what was started is cleared away. */
#ifndef PARLEY_BENCH_DIE_H
#define PARLEY_BENCH_DIE_H

/* Writes the sentence to standard error and exits with 1, by way of atexit(). */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
