/*
 * The local door of a running server: a Unix socket in the data directory by which `parleyd user`
 * and `parleyd backup` ask for the commands of command.h. Only the server's own user and root get
 * in: the socket's mode says so, and each peer's credentials are looked at besides.
 *
 * Errors: 0 or -errno. Thread: the loop's own, the chat thread.
 */
#ifndef PARLEY_ADMIN_SOCKET_H
#define PARLEY_ADMIN_SOCKET_H

struct admin;
struct admin_socket;
struct loop;

enum { ADMIN_CONNECTIONS_MAX = 8, ADMIN_IDLE_MS = 10 * 1000 };

/* Listens in `directory`, whose lock the caller holds. All borrowed. */
int admin_socket_open(struct admin_socket **out, struct loop *, struct admin *,
                      const char *directory);
/* Takes nobody more and hangs up on who says nothing; commands under way go on. NULL is fine. */
void admin_socket_close(struct admin_socket *);
/* Once the store is freed and what it answered has run. NULL is fine. */
void admin_socket_free(struct admin_socket *);

/* A connection to the server that holds `directory`: its descriptor, or -errno (-ENOENT,
 * -ECONNREFUSED: there is none). Blocking; any thread. */
int admin_socket_connect(const char *directory);

#endif
