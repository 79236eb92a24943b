/*
 * Tells the service manager how the server is, as sd_notify(3) does: one datagram to the socket
 * that it named in NOTIFY_SOCKET. Without libsystemd, of which this is all that we would use.
 *
 * Errors: negative errno; -ENOENT: nobody wants to know. The server goes on whatever comes of it.
 * Thread: any.
 */
#ifndef PARLEY_MAIN_NOTIFY_H
#define PARLEY_MAIN_NOTIFY_H

#include <stdint.h>

/* Sends `state`, such as "READY=1". */
int notify_manager(const char *state);

/* How often it wants to hear "WATCHDOG=1", in milliseconds; later than twice that, and it ends this
 * process as one that hangs. 0: it does not watch. */
uint64_t notify_watchdog_ms(void);

#endif
