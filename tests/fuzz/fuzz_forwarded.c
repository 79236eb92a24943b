/* Any bytes as header lines that name whom a request comes from: what is read of them lies in them,
 * and written down in the strictest form it is read as the same. */
#include <stdlib.h>

#include "http/forwarded.h"
#include "http/request.h"
#include "net/address.h"
#include "util/buf.h"
#include "util/macros.h"
#include "util/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A request with these header lines, in memory of the caller; false if they are none. */
static bool ask(struct http_request *r, struct str lines, char **bytes)
{
    struct builder text = {0};
    builder_add_str(&text, STR("GET / HTTP/1.1\r\nHost: a\r\n"));
    builder_add_str(&text, lines);
    builder_add_str(&text, STR("\r\n\r\n"));
    size_t n = text.n;
    *bytes = mem_copy(builder_str(&text).p, n);
    builder_deinit(&text);
    http_request_init(r, 0);
    return http_request_feed(r, *bytes, n) == HTTP_REQUEST_DONE;
}

/* An address that is read, written and read again is the same. */
static void use_node(struct str node)
{
    struct address a, again;
    char text[ADDRESS_TEXT_MAX];
    if (address_parse_node(&a, node))
        return;
    must(address_parse_ip(&again, str_of(address_format_ip(&a, text))) == 0);
    must(memcmp(a.ip, again.ip, sizeof(a.ip)) == 0);
}

static void read_again(const struct http_nodes *nodes)
{
    struct builder lines = {0};
    struct http_nodes again;
    struct http_request r;
    char *bytes;
    for (size_t i = 0; i < nodes->n; i++) {
        builder_add_str(&lines, i ? STR(", ") : STR("Forwarded: "));
        builder_add_str(&lines, nodes->nodes[i].p ? STR("for=\"") : STR("by=\""));
        builder_add_str(&lines, nodes->nodes[i]);
        builder_add_byte(&lines, '"');
    }
    if (ask(&r, builder_str(&lines), &bytes)) {
        must(http_forwarded(&r, &again) && again.n == nodes->n);
        for (size_t i = 0; i < again.n; i++)
            must(str_eq(again.nodes[i], nodes->nodes[i]));
    }
    free(bytes);
    builder_deinit(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct http_request r;
    struct http_nodes nodes;
    char *bytes;
    if (ask(&r, str_n(data, n), &bytes)) {
        http_x_forwarded_for(&r, &nodes);
        must(nodes.n <= HTTP_NODES_MAX);
        for (size_t i = 0; i < nodes.n; i++)
            use_node(nodes.nodes[i]);
        if (http_forwarded(&r, &nodes)) {
            must(nodes.n <= HTTP_NODES_MAX);
            for (size_t i = 0; i < nodes.n; i++)
                use_node(nodes.nodes[i]);
            read_again(&nodes);
        }
    }
    free(bytes);
    return 0;
}
