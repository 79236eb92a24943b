/* What the command says; what it does is the store's. It may be killed at any moment, so signals do
 * what they do to any program. */
#include "main_copy.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "config/config.h"
#include "main_store.h"
#include "util/clock.h"
#include "util/log.h"

enum { EXIT_USAGE = 2, TELL_EVERY_MS = 2000 };

struct telling {
    uint64_t told_ms;
    bool checked;
};

static void on_progress(void *arg, bool checked, uint64_t rows)
{
    struct telling *t = arg;
    uint64_t now_ms = clock_mono_ms();
    if (t->checked == checked && now_ms - t->told_ms < TELL_EVERY_MS)
        return;
    t->told_ms = now_ms;
    t->checked = checked;
    fprintf(stderr, "parleyd: %s: %" PRIu64 " rows\n", checked ? "checking" : "copying", rows);
}

static void on_counted(void *arg, const char *what, uint64_t n, const char *sum)
{
    (void)arg;
    if (n)
        printf("copied\t%s\t%" PRIu64 "\t%s\n", what, n, sum);
}

static void on_differs(void *arg, const char *what, uint64_t there, uint64_t wanted)
{
    (void)arg;
    printf("differs\t%s\t%" PRIu64 "\t%" PRIu64 "\n", what, there, wanted);
}

static void unblock_signals(void)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_UNBLOCK, &all, NULL);
}

int copy_command(const struct config *config)
{
    struct telling telling = {.told_ms = clock_mono_ms()};
    struct main_store_copy copy = {
        .progress = on_progress, .counted = on_counted, .differs = on_differs, .arg = &telling};
    if (config->args.n != 1) {
        fputs("usage: parleyd copy DIR\n"
              "Copies the store in the data directory DIR, which no server holds, to the cluster\n"
              "that the configuration names, and checks it. Run it again if it was interrupted.\n",
              stderr);
        return EXIT_USAGE;
    }
    log_set_level(config->log_level == LOG_DEBUG ? LOG_DEBUG : LOG_WARN);
    unblock_signals();
    if (main_store_copy(config, config->args.items[0].p, &copy))
        return 1;
    puts(copy.already ? "it was copied before" : "copied and checked");
    return 0;
}
