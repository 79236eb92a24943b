/*
 * An answer in parts, for what is too long for one (account.export). A part is made on the chat
 * thread, sent, and only when the connection has taken all of it does the exchange go back for the
 * next: so a client that does not read holds one part and no more. Thread: the lane's.
 */
#ifndef PARLEY_GATEWAY_STREAM_H
#define PARLEY_GATEWAY_STREAM_H

struct client;
struct exchange;

/* A part came back; consumes the exchange, which waits in client.stream until the part has left. */
void stream_part(struct client *, struct exchange *);
/* The connection took it all: the next part is asked for, if there is a stream. */
void stream_drained(struct client *);
/* The last answer came back: ends the body, or cuts it where something went wrong. */
void stream_end(struct client *, const struct exchange *);
/* The connection is gone: so the chat thread learns that nobody waits for the rest. */
void stream_abandon(struct client *);
/* No part was taken for too long. */
void stream_late(struct client *);

#endif
