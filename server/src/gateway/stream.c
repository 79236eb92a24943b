/*
 * The body is chunked: an answer that was cut has no last chunk, so that nobody takes half of it
 * for all (and its JSON is not closed either). HTTP/1.0 knows no chunks: there the connection's end
 * is the body's.
 *
 * Refused: parts that are pushed as fast as they are made, held back by a bound on the queue. The
 * chat thread would have to learn of the net thread's queue; an exchange that goes to and fro says
 * the same by being away.
 */
#include "gateway/stream.h"

#include <assert.h>

#include "gateway/answer.h"
#include "gateway/client.h"
#include "gateway/exchange.h"
#include "http/response.h"
#include "util/log.h"

static_assert((int)HTTP_CHUNK_HEADER_MAX <= (int)CONN_HEADER_MAX, "a chunk is one entry");

/* `n` 0: the end. */
static bool send_chunk(struct client *c, uint32_t n, struct buf *payload, bool first)
{
    char header[HTTP_CHUNK_HEADER_MAX + 1];
    size_t header_n = c->chunked ? http_chunk_header(header, n, first) : 0;
    return (!header_n && !payload) || client_send(c, header, header_n, payload);
}

static void give_back(struct client *c, struct exchange *ex)
{
    c->stream = NULL;
    client_ask(c, ex);
}

/* The rest is not made. */
static void stop(struct client *c, struct exchange *ex)
{
    ex->unwanted = true;
    give_back(c, ex);
}

void stream_part(struct client *c, struct exchange *ex)
{
    bool first = !c->streaming, ends = c->closed || c->list == LANE_CLOSING;
    if (!ends && c->lane->draining) {
        client_close(c, "draining");
        ends = true;
    }
    if (!ends && first)
        answer_begin(c);
    if (!ends && !send_chunk(c, ex->reply->n, ex->reply, first)) {
        conn_close_now(&c->conn);
        ends = true;
    }
    c->streaming = true;
    buf_unref(ex->reply);
    ex->reply = NULL;
    if (ends) {
        stop(c, ex);
        return;
    }
    c->stream = ex;
    lane_list(c->lane, c, LANE_STREAMING);
}

void stream_drained(struct client *c)
{
    if (!c->stream)
        return;
    lane_list(c->lane, c, LANE_ASKING);
    give_back(c, c->stream);
}

void stream_end(struct client *c, const struct exchange *ex)
{
    bool whole = !ex->call.problem.error;
    c->streaming = false;
    if (whole && (!ex->reply->n || send_chunk(c, ex->reply->n, ex->reply, false)) &&
        send_chunk(c, 0, NULL, false))
        return;
    log_debug("stream_cut", log_u64("conn", c->number));
    c->last = true;
}

void stream_abandon(struct client *c)
{
    if (c->stream)
        stop(c, c->stream);
}

void stream_late(struct client *c)
{
    log_debug("stream_late", log_u64("conn", c->number));
    lane_list(c->lane, c, LANE_CLOSING);
    conn_close_promptly(&c->conn);
}
