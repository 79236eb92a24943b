/*
 * What HTTP answers without the domain: the web client's files, the documents of the API, /healthz
 * and /readyz. Thread: the lane's.
 */
#ifndef PARLEY_GATEWAY_WEB_H
#define PARLEY_GATEWAY_WEB_H

#include <stdbool.h>

#include "util/str.h"

struct buf;
struct client;
struct gateway;
struct http_request;

/* Whether there is a file at that path. */
bool web_has(const struct client *, struct str path);

/* /healthz or /readyz. */
bool web_is_health(struct str path);

/* Answers at once. */
void web_answer(struct client *, const struct http_request *);

/* Bodies for gateway->options.assets, shared by all lanes; borrowed by none. */
struct buf **web_bodies_new(const struct gateway *);
void web_bodies_free(const struct gateway *, struct buf **);

/* Answers a request that came to the address for metrics. */
void web_answer_metrics(struct client *, const struct http_request *);

#endif
