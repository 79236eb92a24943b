/*
 * Files are bodies made once at the start, of which answers queue references. A file whose name
 * holds a hash of its content is never asked for again; the others are asked for by ETag each
 * time, so that a new server brings its own page. The tag is weak, since the same one stands for
 * the plain form and the compressed ones.
 *
 * The policy lets the page load from and talk to this server only: no inline script, no other
 * host, no frame around it, and no text that a script of the page makes HTML of. Scripts are loaded
 * by import, but for the worker, whose name the page's policy "worker" vouches for.
 */
#include "gateway/web.h"

#include <stdlib.h>

#include "gateway/answer.h"
#include "gateway/assets.h"
#include "gateway/client.h"
#include "gateway/state.h"
#include "http/request.h"
#include "util/mem.h"

static const char content_policy[] = "default-src 'self'; base-uri 'none'; object-src 'none'; "
                                     "form-action 'self'; frame-ancestors 'none'; "
                                     "require-trusted-types-for 'script'; trusted-types worker";

/* The best for whoever takes it comes last. */
enum asset_form { FORM_PLAIN, FORM_GZIP, FORM_BROTLI, ASSET_FORMS };

/* As Accept-Encoding and Content-Encoding name them. */
static const char *const codings[ASSET_FORMS] = {NULL, "gzip", "br"};

struct buf **web_bodies_new(const struct gateway *g)
{
    size_t n = g->options.assets_n;
    struct buf **bodies = mem_new_array(ASSET_FORMS * n, sizeof(struct buf *));
    for (size_t i = 0; i < n; i++) {
        const struct asset *asset = &g->options.assets[i];
        const struct str forms[ASSET_FORMS] = {asset->bytes, asset->gzip, asset->brotli};
        for (size_t form = 0; form < ASSET_FORMS; form++) {
            if (forms[form].p)
                bodies[ASSET_FORMS * i + form] = buf_copy(forms[form].p, forms[form].n);
        }
    }
    return bodies;
}

void web_bodies_free(const struct gateway *g, struct buf **bodies)
{
    for (size_t i = 0; i < ASSET_FORMS * g->options.assets_n; i++)
        buf_unref(bodies[i]);
    free(bodies);
}

static enum asset_form form_for(const struct http_request *r, struct buf *const *bodies)
{
    enum asset_form form = ASSET_FORMS - 1;
    while (form > FORM_PLAIN && !(bodies[form] && http_request_has_token(r, STR("Accept-Encoding"),
                                                                         str_of(codings[form]))))
        form--;
    return form;
}

static void answer_asset(struct client *c, const struct http_request *r, const struct asset *asset)
{
    const struct gateway *g = c->lane->gateway;
    struct buf *const *bodies = &g->asset_bodies[ASSET_FORMS * (asset - g->options.assets)];
    enum asset_form form = form_for(r, bodies);
    struct answer a = {.status = 200, .type = asset->type, .etag = asset->etag};
    a.body = bodies[form];
    if (http_not_modified(r, asset->etag))
        a = (struct answer){.status = 304, .etag = asset->etag};
    answer_field(&a, STR("Cache-Control"),
                 asset->immutable ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
    answer_field(&a, STR("Vary"), STR("Accept-Encoding"));
    answer_field(&a, STR("Content-Security-Policy"), str_of(content_policy));
    if (codings[form] && a.status == 200)
        answer_field(&a, STR("Content-Encoding"), str_of(codings[form]));
    answer_send(c, &a);
}

static void answer_health(struct client *c, bool well)
{
    struct str text = well ? STR("ok\n") : STR("not ready\n");
    struct answer a = {.status = well ? 200 : 503,
                       .type = STR("text/plain; charset=utf-8"),
                       .body = buf_copy(text.p, text.n)};
    answer_field(&a, STR("Cache-Control"), STR("no-store"));
    answer_send(c, &a);
    buf_unref(a.body);
}

void web_answer_metrics(struct client *c, const struct http_request *r)
{
    const struct gateway_options *o = &c->lane->gateway->options;
    struct builder out = {0};
    if (!str_eq(http_request_path(r), STR("/metrics"))) {
        answer_problem(c, &(struct problem){.error = API_ERROR_UNKNOWN_COMMAND});
        return;
    }
    if (r->method != HTTP_GET && r->method != HTTP_HEAD) {
        answer_problem(
            c, &(struct problem){.error = API_ERROR_METHOD_NOT_ALLOWED, .allow = STR("GET, HEAD")});
        return;
    }
    o->metrics(o->metrics_arg, &out);
    struct answer a = {.status = 200,
                       .type = STR("text/plain; version=0.0.4; charset=utf-8"),
                       .body = builder_finish(&out)};
    answer_field(&a, STR("Cache-Control"), STR("no-store"));
    answer_send(c, &a);
    buf_unref(a.body);
}

bool web_has(const struct client *c, struct str path)
{
    const struct gateway *g = c->lane->gateway;
    return asset_find(g->options.assets, g->options.assets_n, path) != NULL;
}

bool web_is_health(struct str path)
{
    return str_eq(path, STR("/healthz")) || str_eq(path, STR("/readyz"));
}

void web_answer(struct client *c, const struct http_request *r)
{
    struct gateway *g = c->lane->gateway;
    struct str path = http_request_path(r);
    bool is_read = r->method == HTTP_GET || r->method == HTTP_HEAD;
    const struct asset *asset = asset_find(g->options.assets, g->options.assets_n, path);
    bool is_healthz = str_eq(path, STR("/healthz"));
    if (!asset && !web_is_health(path))
        answer_problem(c, &(struct problem){.error = API_ERROR_UNKNOWN_COMMAND});
    else if (!is_read)
        answer_problem(
            c, &(struct problem){.error = API_ERROR_METHOD_NOT_ALLOWED, .allow = STR("GET, HEAD")});
    else if (asset)
        answer_asset(c, r, asset);
    else
        answer_health(c, is_healthz || atomic_load(&g->ready));
}
