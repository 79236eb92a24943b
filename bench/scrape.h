/* What a server says of itself at GET /metrics. */
#ifndef PARLEY_BENCH_SCRAPE_H
#define PARLEY_BENCH_SCRAPE_H

#include <stdint.h>

/* The number that stands behind `name`, of a gauge or counter without labels. Waits for the answer,
 * so the bench's own connections stand still meanwhile: some ms. Dies where there is none. */
uint64_t scrape(uint16_t port, const char *name);

#endif
