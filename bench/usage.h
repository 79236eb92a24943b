/* What a process has used so far, as /proc and its CPU clock say. Linux. */
#ifndef PARLEY_BENCH_USAGE_H
#define PARLEY_BENCH_USAGE_H

#include <stdint.h>
#include <sys/types.h>

enum { USAGE_THREADS_MAX = 32, USAGE_NAME_MAX = 16 };

struct usage {
    uint64_t cpu_ns;      /* all threads, user and kernel */
    uint64_t write_bytes; /* sent on towards the disk */
    uint64_t syscalls_rw; /* reads and writes */
    /* Of each thread name, its CPU time to the clock tick. */
    struct usage_thread {
        char name[USAGE_NAME_MAX];
        uint64_t cpu_ns;
    } threads[USAGE_THREADS_MAX];
    unsigned threads_n;
};

void usage_read(struct usage *, pid_t);
/* Adds what another process used. */
void usage_add(struct usage *, const struct usage *);
/* `now` less `before`, in place. */
void usage_since(struct usage *now, const struct usage *before);

struct memory {
    uint64_t resident, anonymous, peak; /* bytes */
};

void memory_read(struct memory *, pid_t);
/* What the kernel has in objects of its own (sockets, files, epoll's, ...), in bytes: of the whole
 * machine, so only a difference over a quiet stretch says anything. */
uint64_t memory_kernel(void);

#endif
