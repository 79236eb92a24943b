#include "usage.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "die.h"

static void read_file(char *text, size_t size, const char *path)
{
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(text, 1, size - 1, f) : 0;
    text[n] = 0;
    if (f)
        fclose(f);
}

/* The number after `name` in a file of "name: number" lines; 0 when it is not there. */
static uint64_t number_after(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

static struct usage_thread *thread_named(struct usage *u, const char *name)
{
    for (unsigned i = 0; i < u->threads_n; i++)
        if (strcmp(u->threads[i].name, name) == 0)
            return &u->threads[i];
    if (u->threads_n == USAGE_THREADS_MAX)
        return &u->threads[USAGE_THREADS_MAX - 1];
    struct usage_thread *t = &u->threads[u->threads_n++];
    snprintf(t->name, sizeof(t->name), "%s", name);
    return t;
}

static void read_thread(struct usage *u, pid_t pid, const char *task)
{
    char path[300], text[1024], name[USAGE_NAME_MAX];
    snprintf(path, sizeof(path), "/proc/%d/task/%s/stat", (int)pid, task);
    read_file(text, sizeof(text), path);
    char *open = strchr(text, '('), *close = strrchr(text, ')');
    unsigned long user = 0, kernel = 0;
    if (!open || !close ||
        sscanf(close + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) !=
            2)
        return;
    snprintf(name, sizeof(name), "%.*s", (int)(close - open - 1), open + 1);
    thread_named(u, name)->cpu_ns +=
        (uint64_t)(user + kernel) * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
}

static void read_threads(struct usage *u, pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] != '.')
            read_thread(u, pid, entry->d_name);
    closedir(dir);
}

void usage_read(struct usage *u, pid_t pid)
{
    char path[64], text[4096];
    clockid_t clock;
    struct timespec cpu;
    *u = (struct usage){0};
    if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &cpu))
        die("the server's CPU clock cannot be read: has it ended?");
    u->cpu_ns = (uint64_t)cpu.tv_sec * 1000000000u + (uint64_t)cpu.tv_nsec;
    snprintf(path, sizeof(path), "/proc/%d/io", (int)pid);
    read_file(text, sizeof(text), path);
    u->write_bytes = number_after(text, "\nwrite_bytes: ");
    u->syscalls_rw = number_after(text, "syscr: ") + number_after(text, "syscw: ");
    read_threads(u, pid);
}

void usage_add(struct usage *u, const struct usage *other)
{
    u->cpu_ns += other->cpu_ns;
    u->write_bytes += other->write_bytes;
    u->syscalls_rw += other->syscalls_rw;
    for (unsigned i = 0; i < other->threads_n; i++)
        thread_named(u, other->threads[i].name)->cpu_ns += other->threads[i].cpu_ns;
}

void usage_since(struct usage *now, const struct usage *before)
{
    now->cpu_ns -= before->cpu_ns;
    now->write_bytes -= before->write_bytes;
    now->syscalls_rw -= before->syscalls_rw;
    for (unsigned i = 0; i < before->threads_n; i++) {
        struct usage_thread *t = thread_named(now, before->threads[i].name);
        t->cpu_ns -= before->threads[i].cpu_ns < t->cpu_ns ? before->threads[i].cpu_ns : t->cpu_ns;
    }
}

void memory_read(struct memory *m, pid_t pid)
{
    char path[64], text[4096];
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    read_file(text, sizeof(text), path);
    *m = (struct memory){
        .resident = number_after(text, "VmRSS:") * 1024,
        .anonymous = number_after(text, "RssAnon:") * 1024,
        .peak = number_after(text, "VmHWM:") * 1024,
    };
}

uint64_t memory_kernel(void)
{
    char text[4096];
    read_file(text, sizeof(text), "/proc/meminfo");
    return number_after(text, "\nSlab:") * 1024;
}
