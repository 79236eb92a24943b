/*
 * For the gateway's tests: a whole node in this process (domain on a store in memory, two net
 * threads, a chat thread, loopback) and blocking clients that write and read raw bytes. Every wait
 * ends after 10 s at most, with a failed test.
 */
#ifndef PARLEY_GATEWAY_TEST_NODE_H
#define PARLEY_GATEWAY_TEST_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/gateway.h"

struct node;

/* `options`: what differs from the defaults; loops, addresses, chat loop and assets are filled in.
 */
struct node *node_new(const struct gateway_options *options);
/* One that allows an address so many tries to sign in. */
struct node *node_with_tries(const struct gateway_options *options, uint32_t tries_address);
uint16_t node_port(const struct node *);
struct gateway *node_gateway(struct node *);
/* Runs it on the chat thread, and waits until it has. */
void node_call(struct node *, void (*call)(struct gateway *));
/* Begins to drain. */
void node_drain(struct node *, uint32_t within_ms);
/* Waits for the end of the drain, which is begun if it was not, and whether it was clean. */
bool node_drained(struct node *);
/* Drains, fails the test unless that was clean, and frees. */
void node_free(struct node *);

struct tcp {
    int fd;
    char *data; /* what was read and not yet used, 0-terminated */
    size_t n;
    bool ended;
};

struct tcp *tcp_new(const struct node *, int receive_bytes);
/* One that the node takes to come from this address; little fits on the way here. */
struct tcp *tcp_from(struct node *, const char *address);
void tcp_free(struct tcp *);
void tcp_send(struct tcp *, const void *p, size_t n);
void tcp_send_text(struct tcp *, const char *text);
/* Ends our side. */
void tcp_half_close(struct tcp *);
/* Whether the peer ends its side, nothing else having come. */
bool tcp_ends(struct tcp *);
/* Whether something comes within `ms`. */
bool tcp_comes(struct tcp *, int ms);

/* One HTTP response. */
struct reply {
    int status;
    char *head; /* all of it */
    char *body;
    size_t body_n;
};

/* The next response on the connection; `head_only`: it has no body. */
struct reply http_read(struct tcp *, bool head_only);
/* A request on a connection of its own. `token` and `body` may be NULL. */
struct reply http_ask(const struct node *, const char *method, const char *path, const char *token,
                      const char *body);
/* The same on this connection, which stays. */
struct reply http_ask_on(struct tcp *, const char *method, const char *path, const char *token,
                         const char *body);
void reply_free(struct reply *);
/* Asserts the status and that the body holds the text (NULL: any), and frees. */
void reply_expect(struct reply, int status, const char *text);

/* The string value after "name": in a JSON text; fails the test if there is none. */
const char *json_text(const char *json, const char *name, char out[static 128]);

/* Somebody who signed up over REST. */
struct person {
    char user[128], device[128], token[128];
};
struct person person_new(const struct node *, const char *username);
/* Contacts: what one writes first is no request to the other. */
void person_befriend(const struct node *, const struct person *, const struct person *);
/* Another device of theirs. */
struct person person_signin(const struct node *, const char *username);

/* Does the handshake, and returns it. */
struct tcp *ws_on(struct tcp *);
/* A socket on which the handshake was done. */
struct tcp *ws_new(const struct node *, int receive_bytes);
/* ... and `auth`, too. */
struct tcp *ws_signed_in(const struct node *, const struct person *);
void ws_send(struct tcp *, unsigned opcode, const void *p, size_t n);
/* A text frame, as printf. */
void ws_say(struct tcp *, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct ws_frame {
    unsigned opcode;
    size_t n;
    char *p; /* 0-terminated */
};
/* The next frame; false at the end. */
bool ws_read(struct tcp *, struct ws_frame *);
void ws_frame_free(struct ws_frame *);
/* Asserts that the next frame is a text that holds `text`; returned to be freed. Here and below
 * pings are answered and passed over. */
char *ws_expect(struct tcp *, const char *text);
/* The same, for nobody. */
void ws_sees(struct tcp *, const char *text);
/* Asserts that the next frame closes with this code, and that the connection then ends. */
void ws_expect_close(struct tcp *, unsigned code);

#endif
