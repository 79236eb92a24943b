/* `parleyd serve`: the composition root. Thread: the one of main(), which becomes the chat thread.
 */
#ifndef PARLEY_MAIN_SERVE_H
#define PARLEY_MAIN_SERVE_H

struct config;

/* Whether serve() could use these options; the certificate is read, nothing is made. 0, or -EINVAL
 * and the reason on stderr. */
int serve_check(const struct config *);

/* Serves until a signal ends it. The process's exit code: 0 after a clean drain, 1 when it could
 * not start (said on stderr) or not drain. */
int serve(const struct config *);

#endif
