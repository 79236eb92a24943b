/*
 * The files of the web client and the documents of the API, as tools/embed puts them into the
 * program. Pure data, any thread.
 */
#ifndef PARLEY_GATEWAY_ASSETS_H
#define PARLEY_GATEWAY_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/str.h"

struct asset {
    struct str path; /* starts with '/' */
    struct str type; /* Content-Type */
    struct str etag; /* a hash of the bytes; weak, since it stands for all forms */
    struct str bytes;
    struct str gzip;   /* the same compressed; absent where that gains nothing */
    struct str brotli; /* smaller still; absent for what no web build compressed */
    bool immutable;    /* its name holds a hash of its content */
};

/* What was built from web/ (a page that says so where it was not built) and the documents of the
 * API under /v1/, sorted by path. */
extern const struct asset web_assets[];
extern const size_t web_assets_n;

/* The asset at `path` ("/" is /index.html), or NULL. */
const struct asset *asset_find(const struct asset *assets, size_t n, struct str path);

#endif
