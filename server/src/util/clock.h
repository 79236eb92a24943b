/* The machine's clocks. Only main.c, the loop, the log, the gateway and the threads of the store
 * and the bus read them: everything else is told the time, so that a simulated run can decide it.
 * Any thread. */
#ifndef PARLEY_UTIL_CLOCK_H
#define PARLEY_UTIL_CLOCK_H

#include <stdint.h>

/* Unix time. May be set back or forth at any moment: for people, never for time-outs. */
uint64_t clock_wall_ms(void);
/* Since some moment before the process began; never goes back. */
uint64_t clock_mono_ms(void);
uint64_t clock_mono_ns(void);

#endif
