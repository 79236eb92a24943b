/* What a server says of itself at GET /metrics. */
#ifndef PARLEY_BENCH_SCRAPE_H
#define PARLEY_BENCH_SCRAPE_H

#include <stdint.h>

/* The whole page, ended by 0; the caller frees it. As below. */
char *scrape_page(uint16_t port);
/* On a page: the number of a gauge or counter, with its label if it has one; or the sum over all
 * values of its label. 0: it is not there. */
uint64_t page_value(const char *page, const char *name);
uint64_t page_sum(const char *page, const char *name);

/* The number that stands behind `name`, of a gauge or counter without labels. Waits for the answer,
 * so the bench's own connections stand still meanwhile: some ms. Dies where there is none. */
uint64_t scrape(uint16_t port, const char *name);

#endif
