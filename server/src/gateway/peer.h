/*
 * struct peer: what the chat thread has of a connection: its session and its calls under way. It
 * is embedded in struct client, which stays until peer_hang_up() has been answered.
 *
 * Thread: chat.
 */
#ifndef PARLEY_GATEWAY_PEER_H
#define PARLEY_GATEWAY_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "chat/session.h"
#include "util/list.h"

struct exchange;

struct peer {
    struct session session;
    struct list exchanges;
    bool begun;     /* the session is */
    bool gone;      /* the connection closed */
    bool ending;    /* the domain asked to close it, with end_code, after what is under way */
    uint16_t end_code;
    uint64_t heard_ms; /* once gone: when the connection was last heard */
};

void peer_init(struct peer *);
/* Carries out a call that came from the net thread. */
void peer_take(struct peer *, struct exchange *);
/* The connection closed, last heard at heard_ms (mono): waits end, then the session; client_gone()
 * is sent back when nothing is left. */
void peer_hang_up(struct peer *, uint64_t heard_ms);
/* The client stopped sending but may still read: waits end. */
void peer_stop_waiting(struct peer *);

/* The session's peer. */
struct peer *peer_of(struct session *);

#endif
