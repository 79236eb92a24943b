/* Any text as a configuration file: it is taken or refused with a complaint, and what was taken
 * is printed as a file that is taken again. */
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "util/macros.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct config config, again;
    struct builder complaints = {0}, printed = {0};

    config_init(&config);
    config_init(&again);
    if (config_apply_text(&config, "f", str_n(data, n), &complaints) == 0) {
        must(complaints.n == 0);
        config_print(&config, &printed);
        must(config_apply_text(&again, "p", builder_str(&printed), &complaints) == 0);
    } else {
        must(complaints.n > 0);
    }
    config_deinit(&config);
    config_deinit(&again);
    builder_deinit(&complaints);
    builder_deinit(&printed);
    return 0;
}
