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
    bool begun;        /* the session is */
    bool gone;         /* the connection closed */
    bool cancelling;   /* waits are being ended: no answer comes inside that */
    bool end_sent;     /* the net thread was told to close it */
    uint16_t end_code; /* once the domain asked to close it: enum api_close */
};

void peer_init(struct peer *);
/* Carries out a call that came from the net thread. */
void peer_take(struct peer *, struct exchange *);
/* A call whose part of an answer has left: whoever asks is asked for again, and it goes on, or
 * ends.
 */
void peer_resume(struct peer *, struct exchange *);
/* The connection closed: waits end, then the session; client_gone() is sent back when nothing is
 * left. From here on the net thread changes nothing of the client. */
void peer_hang_up(struct peer *);
/* The client stopped sending but may still read: waits end. */
void peer_stop_waiting(struct peer *);

/* The domain ended the session: its connection is closed with this enum api_close at once, but for
 * the answer to its own command that ended it, which leaves first. */
void peer_end(struct peer *, unsigned code);

/* The session's peer. */
struct peer *peer_of(struct session *);

#endif
