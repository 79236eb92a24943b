#include "measure.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "die.h"
#include "util/clock.h"

static uint64_t own_cpu_ns(void)
{
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    return (uint64_t)cpu.tv_sec * 1000000000u + (uint64_t)cpu.tv_nsec;
}

/* Of all together. */
static void read_servers(struct usage *usage, uint64_t *syncs, const struct server *servers,
                         unsigned n)
{
    *usage = (struct usage){0};
    *syncs = 0;
    for (unsigned i = 0; i < n; i++) {
        struct usage one;
        usage_read(&one, servers[i].pid);
        usage_add(usage, &one);
        *syncs += servers[i].syncs ? atomic_load(&servers[i].syncs->ended) : 0;
    }
}

void measure_begin(struct measure *m, const struct server *servers, unsigned n)
{
    read_servers(&m->usage, &m->syncs, servers, n);
    m->bench_cpu_ns = own_cpu_ns();
    m->begun_ns = clock_mono_ns();
}

void measure_end(struct measure *m, const struct server *servers, unsigned n)
{
    struct usage now;
    uint64_t syncs;
    read_servers(&now, &syncs, servers, n);
    usage_since(&now, &m->usage);
    m->usage = now;
    m->syncs = syncs - m->syncs;
    m->bench_cpu_ns = own_cpu_ns() - m->bench_cpu_ns;
    m->seconds = (double)(clock_mono_ns() - m->begun_ns) / 1e9;
}

void talk_latencies(double ms[3], const struct histogram *h)
{
    static const double quantiles[3] = {0.5, 0.99, 0.999};
    for (int i = 0; i < 3; i++)
        ms[i] = (double)histogram_at(h, quantiles[i]) / 1e6;
}

void talk_fill(struct talk *t, const struct measure *m, uint64_t acknowledged, uint64_t delivered,
               uint64_t frames)
{
    if (!acknowledged || !delivered)
        die("no message was acknowledged and delivered within %.1f s", m->seconds);
    double n = (double)acknowledged;
    t->seconds = m->seconds;
    t->acknowledged_s = n / m->seconds;
    t->delivered_s = (double)delivered / m->seconds;
    t->cpu_us = (double)m->usage.cpu_ns / 1e3 / n;
    t->bench_cpu_us = (double)m->bench_cpu_ns / 1e3 / n;
    t->bytes = (double)m->usage.write_bytes / n;
    t->syncs = (double)m->syncs / n;
    t->frames = (double)frames / n;
    t->threads_n = m->usage.threads_n;
    for (unsigned i = 0; i < t->threads_n; i++) {
        snprintf(t->threads[i], sizeof(t->threads[i]), "%s", m->usage.threads[i].name);
        t->threads_us[i] = (double)m->usage.threads[i].cpu_ns / 1e3 / n;
    }
}

double talk_thread_us(const struct talk *t, const char *prefix)
{
    double us = 0;
    for (unsigned i = 0; i < t->threads_n; i++)
        if (strncmp(t->threads[i], prefix, strlen(prefix)) == 0)
            us += t->threads_us[i];
    return us;
}
