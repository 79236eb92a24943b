/*
 * A client that speaks HTTP/1.1: the REST side of api/, the web client's files, health, and the
 * way into a WebSocket. One request at a time; what is pipelined behind it waits unparsed.
 * Thread: the lane's.
 */
#ifndef PARLEY_GATEWAY_REST_H
#define PARLEY_GATEWAY_REST_H

#include "net/conn.h"

struct client;
struct exchange;

extern const struct conn_handler rest_handler;

/* The answer to a call came; the exchange stays the caller's. */
void rest_answered(struct client *, struct exchange *);

/* The lane's tick: no request for idle_ms; not whole after auth_ms. */
void rest_idle(struct client *);
void rest_late(struct client *);

#endif
