#include "main_migrate.h"

#include <stdio.h>

#include "main_store.h"
#include "util/log.h"

int migrate_command(const struct config *config)
{
    unsigned from = 0;
    log_set_level(LOG_WARN);
    if (main_store_migrate(config, &from))
        return 1;
    printf("migrated\tfrom schema %u\n", from);
    return 0;
}
