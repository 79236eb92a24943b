#include "main_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "config/config.h"
#include "main_admin.h"
#include "util/numbers.h"

enum { EXIT_USAGE = 2, LINE_MAX_BYTES = 64 };

static int usage(void)
{
    fputs("usage: parleyd report list | resolve ID\n"
          "Those that are open, with the beginning of their words. Admins see all of them.\n",
          stderr);
    return EXIT_USAGE;
}

int report_command(const struct config *config)
{
    const struct config_list *args = &config->args;
    struct str verb = args->n ? args->items[0] : STR("");
    char line[LINE_MAX_BYTES];
    uint64_t id;
    if (str_eq(verb, STR("list")) && args->n == 1)
        snprintf(line, sizeof(line), "report-list");
    else if (str_eq(verb, STR("resolve")) && args->n == 2 && u64_parse(args->items[1], &id))
        snprintf(line, sizeof(line), "report-resolve\t%" PRIu64, id);
    else
        return usage();
    return admin_ask(config, line, NULL);
}
