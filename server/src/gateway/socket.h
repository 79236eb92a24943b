/*
 * A client's WebSocket: frames in become calls, answers and pushes become frames. The first frame
 * authenticates. Thread: the lane's.
 */
#ifndef PARLEY_GATEWAY_SOCKET_H
#define PARLEY_GATEWAY_SOCKET_H

#include "net/conn.h"

struct buf;
struct client;
struct exchange;

extern const struct conn_handler socket_handler;

/* The handshake's reply is queued: from here on frames follow. */
void socket_open(struct client *);
/* The answer to a call came; the exchange stays the caller's. */
void socket_answered(struct client *, struct exchange *);
/* Sends a frame if the client keeps up; else it is left out and a resync is owed. `late`: nobody
 * waits for it (conn_send_late()). */
void socket_push(struct client *, struct buf *, bool late);
/* Ends the connection with an enum api_close. */
void socket_close(struct client *, unsigned code);

/* The lane's tick: no `auth` after auth_ms; nothing came for silent_ms; for two beats. */
void socket_late(struct client *);
void socket_silent(struct client *);
void socket_ping(struct client *);
/* The node drains: says so, and closes when nothing is under way. */
void socket_go_away(struct client *);
/* Other nodes should have it: this frame says which. It closes when it goes. */
void socket_send_away(struct client *, struct buf *frame);

#endif
