#include "model/report.h"

#include <assert.h>

#include "util/macros.h"

static const char *const reason_names[] = {
    [REPORT_SPAM] = "spam",       [REPORT_ABUSE] = "abuse", [REPORT_THREAT] = "threat",
    [REPORT_ILLEGAL] = "illegal", [REPORT_OTHER] = "other",
};
static_assert(ARRAY_SIZE(reason_names) == REPORT_REASONS, "each reason has a name");

const char *report_reason_name(enum report_reason reason)
{
    must(reason >= REPORT_SPAM && reason < REPORT_REASONS);
    return reason_names[reason];
}
