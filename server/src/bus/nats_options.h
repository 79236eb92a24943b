/*
 * struct nats_options: which servers a bus is to use, and as whom. Errors: nats_options_make()
 * answers 0 or NATS_BAD with the reason, as text. Any thread.
 */
#ifndef PARLEY_BUS_NATS_OPTIONS_H
#define PARLEY_BUS_NATS_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

enum { NATS_BAD = 1 };
enum { NATS_SERVERS_MAX = 64 };

/* All texts are copied; empty or NULL: not set. */
struct nats_options {
    const struct str *urls; /* nats://host:port, or tls:// */
    size_t urls_n;
    const char *prefix; /* of all subjects; one for each cluster that shares the servers */
    const char *user, *password;
    const char *credentials;       /* file, of a user's JWT and seed */
    const char *ca;                /* file; set: TLS, and only servers it vouches for */
    const char *certificate, *key; /* files, of ours, where the servers ask for one */
    uint64_t renew_ms;             /* 0: LINK_RENEW_MS */
};

struct __natsOptions; /* libnats' own */

/* Looks at the options, reads the files that they name, and makes of them what libnats takes; the
 * caller's to natsOptions_Destroy(), and NULL after an error. */
int nats_options_make(struct __natsOptions **out, const struct nats_options *, char *why,
                      size_t why_size);

#endif
