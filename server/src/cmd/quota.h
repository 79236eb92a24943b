/*
 * struct quota: what one node takes of one address and one user: REST requests, appends, searches,
 * bytes. A command takes its part before it is carried out; one that finds its bucket empty is
 * answered `rate_limited` with the time to wait, and nothing of it was done. (What one socket may
 * send stands in the gateway, what one may try in chat/tries.h.)
 *
 * Thread: chat.
 */
#ifndef PARLEY_CMD_QUOTA_H
#define PARLEY_CMD_QUOTA_H

#include <stdbool.h>

#include "proto/api.gen.h"
#include "util/rate.h"

struct call;

/* Exports under way: each holds a part of an answer, and keeps a reader busy. */
enum { EXPORTS_MAX = 4, EXPORT_RETRY_MS = 5000 };

struct quota {
    struct rate_table by[API_RATE_COUNT]; /* what has none here is not limited here */
    uint64_t exports[EXPORTS_MAX];        /* whose are under way; 0: a free place */
};

/* By enum api_rate. */
void quota_init(struct quota *, const struct rate rates[API_RATE_COUNT]);
void quota_deinit(struct quota *);
/* A request of the call's address, before its token is looked at. True: it is answered. */
bool quota_refuses_request(struct quota *, struct call *);
/* The call of call->user, before its handler. True: it is answered. */
bool quota_refuses(struct quota *, struct call *);
/* What is counted for each conversation apart, before it is asked for. True: it is answered. */
bool quota_refuses_in(struct quota *, struct call *, enum api_rate, uint64_t conversation);
/* An export of call->user begins: one of each user, EXPORTS_MAX of all. True: it is answered. */
bool quota_refuses_export(struct quota *, struct call *);
void quota_export_ended(struct quota *, uint64_t user);

#endif
