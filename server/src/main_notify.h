/*
 * Tells the service manager how the server is, as sd_notify(3) does: one datagram to the socket
 * that it named in NOTIFY_SOCKET. Without libsystemd, of which this is all that we would use.
 *
 * Errors: negative errno; -ENOENT: nobody wants to know. The server goes on whatever comes of it.
 * Thread: any.
 */
#ifndef PARLEY_MAIN_NOTIFY_H
#define PARLEY_MAIN_NOTIFY_H

/* Sends `state`, such as "READY=1". */
int notify_manager(const char *state);

#endif
