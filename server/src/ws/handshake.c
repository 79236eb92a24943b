/*
 * Strict: each Sec-WebSocket field that must stand once stands once, and the key is the one
 * canonical base64 form of 16 bytes. Origin is compared with Host by host and port only, since a
 * proxy that ends TLS leaves us with no way to know the scheme the page was loaded with.
 */
#include "ws/handshake.h"

#include "http/field.h"
#include "http/request.h"
#include "http/response.h"
#include "http/uri.h"
#include "util/buf.h"
#include "util/macros.h"
#include "util/sha1.h"

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void ws_accept(char out[WS_ACCEPT_TEXT + 1], struct str key)
{
    static const struct str guid = {"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36};
    char text[WS_KEY_TEXT + 36];
    uint8_t digest[SHA1_BYTES + 1] = {0};
    must(key.n == WS_KEY_TEXT);
    memcpy(text, key.p, key.n);
    memcpy(text + key.n, guid.p, guid.n);
    crypto_sha1(digest, str_n(text, sizeof(text)));

    /* 20 bytes are six groups of three, and two bytes: the 0 after them pads. */
    for (size_t in = 0, at = 0; in < SHA1_BYTES; in += 3) {
        uint32_t group = (uint32_t)(digest[in] << 16 | digest[in + 1] << 8 | digest[in + 2]);
        for (int shift = 18; shift >= 0; shift -= 6)
            out[at++] = base64[group >> shift & 63];
    }
    out[WS_ACCEPT_TEXT - 1] = '=';
    out[WS_ACCEPT_TEXT] = 0;
}

static bool key_is_valid(struct str key)
{
    if (key.n != WS_KEY_TEXT || key.p[22] != '=' || key.p[23] != '=')
        return false;
    for (size_t i = 0; i < 22; i++)
        if (!key.p[i] || !strchr(base64, key.p[i]))
            return false;
    /* The 22nd character carries 2 bits of the last byte; the others are 0. */
    return ((strchr(base64, key.p[21]) - base64) & 15) == 0;
}

static struct str port_or_default(struct str port, struct str scheme)
{
    if (port.n)
        return port;
    return str_eq(scheme, STR("https")) ? STR("443") : STR("80");
}

static bool is_same_origin(struct str origin, struct str own)
{
    static const struct str schemes[] = {{"http", 4}, {"https", 5}};
    struct str host, port, own_host, own_port;
    for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
        size_t n = schemes[i].n;
        if (origin.n < n + 3 || !http_eq_nocase(str_n(origin.p, n), schemes[i]) ||
            memcmp(origin.p + n, "://", 3) != 0)
            continue;
        struct str authority = str_n(origin.p + n + 3, origin.n - n - 3);
        return uri_authority(authority, &host, &port) && uri_authority(own, &own_host, &own_port) &&
               http_eq_nocase(host, own_host) &&
               str_eq(port_or_default(port, schemes[i]), port_or_default(own_port, schemes[i]));
    }
    return false;
}

static bool origin_may(const struct http_request *r, const struct ws_policy *policy)
{
    const struct str name = STR("origin");
    unsigned n = http_request_count(r, name);
    if (n == 0)
        return true;
    struct str origin = http_request_field(r, name);
    if (n > 1)
        return false;
    for (size_t i = 0; i < policy->origins_n; i++)
        if (str_eq(policy->origins[i], STR("*")) || http_eq_nocase(policy->origins[i], origin))
            return true;
    return is_same_origin(origin, http_request_host(r));
}

static enum ws_handshake judge(const struct http_request *r, const struct ws_policy *policy)
{
    const struct str key = STR("sec-websocket-key"), version = STR("sec-websocket-version");
    if (r->method != HTTP_GET)
        return WS_HANDSHAKE_NOT_GET;
    if (!r->upgrade || !http_request_has_token(r, STR("upgrade"), STR("websocket")))
        return WS_HANDSHAKE_NOT_UPGRADE;
    if (r->minor < 1 || r->chunked || r->body_bytes)
        return WS_HANDSHAKE_BAD;
    if (http_request_count(r, version) != 1)
        return WS_HANDSHAKE_BAD;
    if (!str_eq(http_request_field(r, version), STR("13")))
        return WS_HANDSHAKE_NOT_UPGRADE;
    if (http_request_count(r, key) != 1 || !key_is_valid(http_request_field(r, key)))
        return WS_HANDSHAKE_BAD;
    return origin_may(r, policy) ? WS_HANDSHAKE_OK : WS_HANDSHAKE_FORBIDDEN;
}

/* The first one listed by the client that we speak, or absent. */
static struct str agree_protocol(const struct http_request *r, const struct ws_policy *policy)
{
    struct str name, value, listed;
    for (unsigned i = 0; http_request_line(r, i, &name, &value); i++) {
        if (!http_eq_nocase(name, STR("sec-websocket-protocol")))
            continue;
        while (http_list_next(&value, &listed))
            for (size_t k = 0; k < policy->protocols_n; k++)
                if (str_eq(listed, policy->protocols[k]))
                    return policy->protocols[k];
    }
    return (struct str){NULL, 0};
}

static void refuse(enum ws_handshake why, struct str date, struct builder *out)
{
    static const struct http_field upgrade[] = {
        {{"Upgrade", 7}, {"websocket", 9}},
        {{"Connection", 10}, {"Upgrade", 7}},
        {{"Sec-WebSocket-Version", 21}, {"13", 2}},
    };
    static const struct http_field allow[] = {{{"Allow", 5}, {"GET", 3}}};
    struct http_response response = {.status = why, .date = date};
    if (why == WS_HANDSHAKE_NOT_UPGRADE) {
        response.fields = upgrade;
        response.fields_n = ARRAY_SIZE(upgrade);
    } else if (why == WS_HANDSHAKE_NOT_GET) {
        response.fields = allow;
        response.fields_n = ARRAY_SIZE(allow);
    }
    must(http_response_write(&response, out) == 0);
}

enum ws_handshake ws_handshake(const struct http_request *r, const struct ws_policy *policy,
                               struct builder *out)
{
    enum ws_handshake result = judge(r, policy);
    if (result != WS_HANDSHAKE_OK) {
        refuse(result, policy->date, out);
        return result;
    }
    char accept[WS_ACCEPT_TEXT + 1];
    ws_accept(accept, http_request_field(r, STR("sec-websocket-key")));
    struct str protocol = agree_protocol(r, policy);
    struct http_field fields[] = {
        {STR("Upgrade"), STR("websocket")},
        {STR("Connection"), STR("Upgrade")},
        {STR("Sec-WebSocket-Accept"), str_of(accept)},
        {STR("Sec-WebSocket-Protocol"), protocol},
    };
    struct http_response response = {
        .status = 101,
        .keep_alive = true,
        .fields = fields,
        .fields_n = ARRAY_SIZE(fields) - (protocol.p ? 0 : 1),
    };
    must(http_response_write(&response, out) == 0);
    return WS_HANDSHAKE_OK;
}
