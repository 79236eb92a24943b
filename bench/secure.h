/*
 * The client's side of TLS (RFC 8446), and a certificate for the server's. Whom it speaks to is not
 * checked: it is the server that the bench itself started.
 */
#ifndef PARLEY_BENCH_SECURE_H
#define PARLEY_BENCH_SECURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Writes a fresh certificate (ECDSA, P-256) and its key, as PEM. Dies where that fails. */
void secure_certificate_make(const char *certificate, const char *key);

/* What connections have in common: the ticket of the one that was closed last, too. */
struct secure *secure_new(void);
void secure_free(struct secure *);
/* Whether connections from now on resume the session of that ticket. */
void secure_set_resuming(struct secure *, bool);
/* How many of the connections so far were resumed. */
unsigned secure_resumed(const struct secure *);

/* One connection; it does not own `fd`. The handshake begins with the first send. */
struct secure_end *secure_open(struct secure *, int fd);
void secure_close(struct secure_end *);
/* As recv(2), and all that is there: epoll does not tell of what TLS has taken in already. */
ssize_t secure_recv(struct secure_end *, void *p, size_t n);
/* As send(2); 0: nothing goes out before something has come in. */
ssize_t secure_send(struct secure_end *, const void *p, size_t n);

#endif
