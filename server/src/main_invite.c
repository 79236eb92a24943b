#include "main_invite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "main_admin.h"
#include "util/numbers.h"

enum { EXIT_USAGE = 2, USES_DEFAULT = 1, DAYS_DEFAULT = 7, LINE_MAX_BYTES = 128 };

static int usage(void)
{
    fprintf(stderr,
            "usage: parleyd invite add [USES [DAYS]] | list | revoke ID\n"
            "A code is for %d new account and holds for %d days unless said. It is printed once.\n",
            USES_DEFAULT, DAYS_DEFAULT);
    return EXIT_USAGE;
}

/* The number at `i`, or the default where there are fewer words. */
static bool number_at(const struct config_list *args, size_t i, uint64_t *v)
{
    return i >= args->n || u64_parse(args->items[i], v);
}

int invite_command(const struct config *config)
{
    const struct config_list *args = &config->args;
    struct str verb = args->n ? args->items[0] : STR("");
    char line[LINE_MAX_BYTES];
    uint64_t uses = USES_DEFAULT, days = DAYS_DEFAULT, id = 0;
    if (str_eq(verb, STR("add")) && args->n <= 3 && number_at(args, 1, &uses) &&
        number_at(args, 2, &days))
        snprintf(line, sizeof(line), "invite-add\t%" PRIu64 "\t%" PRIu64, uses, days);
    else if (str_eq(verb, STR("list")) && args->n == 1)
        snprintf(line, sizeof(line), "invite-list");
    else if (str_eq(verb, STR("revoke")) && args->n == 2 && number_at(args, 1, &id))
        snprintf(line, sizeof(line), "invite-revoke\t%" PRIu64, id);
    else
        return usage();
    return admin_ask(config, line, NULL);
}
