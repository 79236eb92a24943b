/* What these commands say; what they do is the store's. */
#include "main_backup.h"

#include <inttypes.h>
#include <stdio.h>

#include "config/config.h"
#include "main_store.h"
#include "store/files.h"
#include "store/verify.h"
#include "util/clock.h"

enum { EXIT_USAGE = 2, FAULTS_TOLD_MAX = 100 };

int restore_command(const struct config *config)
{
    struct files_sum sum;
    if (config->args.n != 1) {
        fputs("usage: parleyd restore DIR\n"
              "Makes a store in data_dir, which must be empty, from the backup in DIR.\n",
              stderr);
        return EXIT_USAGE;
    }
    if (main_store_restore(config, config->args.items[0].p, &sum))
        return 1;
    printf("restored\t%s\t%" PRIu64 " files\t%" PRIu64 " bytes\n", config->data_dir, sum.files,
           sum.bytes);
    return 0;
}

static void tell_fault(void *arg, const char *sentence)
{
    unsigned *told = arg;
    if ((*told)++ < FAULTS_TOLD_MAX)
        printf("fault\t%s\n", sentence);
}

int verify_command(const struct config *config)
{
    unsigned told = 0;
    struct verify v = {.fault = tell_fault, .arg = &told};
    uint64_t since = clock_mono_ms();
    if (config->args.n > 1) {
        fputs("usage: parleyd verify [DIR]\n"
              "Looks through the store in data_dir, or the store or backup in DIR.\n",
              stderr);
        return EXIT_USAGE;
    }
    if (main_store_verify(config->args.n ? config->args.items[0].p : config->data_dir, &v))
        return 1;
    if (told > FAULTS_TOLD_MAX)
        printf("and %u more\n", told - FAULTS_TOLD_MAX);
    printf("verified\t%" PRIu64 " users\t%" PRIu64 " devices\t%" PRIu64 " claims\t%" PRIu64
           " conversations\t%" PRIu64 " members\t%" PRIu64 " events\t%" PRIu64 " faults\t%" PRIu64
           " ms\n",
           v.users, v.devices, v.claims, v.conversations, v.members, v.events, v.faults,
           clock_mono_ms() - since);
    return v.faults ? 1 : 0;
}
