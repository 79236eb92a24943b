/*
 * Encoding cannot fail: sizes are bounded by whoever calls. Decoding takes a whole body and looks
 * at all of it; what is left over at its end is let be, since later servers may add to an answer
 * (and the details of errors differ from version to version).
 *
 * Nothing is compressed: nodes and server stand in one network, and rows are small.
 */
#include "store/cql/wire.h"

#include "util/macros.h"
#include "util/numbers.h"

enum {
    VERSION_REQUEST = 0x04,
    VERSION_RESPONSE = 0x84,
    FLAG_COMPRESSED = 0x01,
    FLAG_TRACING = 0x02,
    FLAG_PAYLOAD = 0x04,
    FLAG_WARNING = 0x08,
    TRACING_ID_BYTES = 16,
};

enum {
    TERM_VALUES = 0x01,
    TERM_PAGE_ROWS = 0x04,
    TERM_PAGE = 0x08,
    TERM_SERIAL = 0x10,
};

enum {
    RESULT_VOID = 1,
    RESULT_ROWS = 2,
    RESULT_KEYSPACE = 3,
    RESULT_PREPARED = 4,
    RESULT_SCHEMA = 5,
};

enum { VALUE_NULL = -1, VALUE_UNSET = -2 };
enum { BATCH_LOGGED = 0, BATCH_PREPARED = 1 };

/* --- encoding --- */

static void put_short(struct builder *b, uint16_t v)
{
    be16_put(builder_reserve(b, 2), v);
    builder_advance(b, 2);
}

static void put_int(struct builder *b, int32_t v)
{
    be32_put(builder_reserve(b, 4), (uint32_t)v);
    builder_advance(b, 4);
}

static void put_string(struct builder *b, struct str s)
{
    must(s.n <= UINT16_MAX);
    put_short(b, (uint16_t)s.n);
    builder_add_str(b, s);
}

static void put_bytes(struct builder *b, struct str s)
{
    must(s.n <= INT32_MAX);
    put_int(b, (int32_t)s.n);
    builder_add_str(b, s);
}

void wire_put_header(uint8_t out[WIRE_HEADER_BYTES], uint16_t stream, enum wire_opcode opcode,
                     size_t body_n)
{
    must(stream <= INT16_MAX && body_n <= INT32_MAX);
    out[0] = VERSION_REQUEST;
    out[1] = 0;
    be16_put(out + 2, stream);
    out[4] = (uint8_t)opcode;
    be32_put(out + 5, (uint32_t)body_n);
}

void wire_put_startup(struct builder *b)
{
    put_short(b, 1);
    put_string(b, STR("CQL_VERSION"));
    put_string(b, STR("3.0.0"));
}

void wire_put_password(struct builder *b, struct str user, struct str password)
{
    put_int(b, (int32_t)(user.n + password.n + 2));
    builder_add_byte(b, 0);
    builder_add_str(b, user);
    builder_add_byte(b, 0);
    builder_add_str(b, password);
}

void wire_put_prepare(struct builder *b, struct str text)
{
    put_bytes(b, text);
}

/* The values stand between the flags and what the flags announce. */
static void put_terms(struct builder *b, const struct wire_terms *t, struct str values)
{
    uint8_t flags = TERM_SERIAL;
    if (values.p)
        flags |= TERM_VALUES;
    if (t->page_rows)
        flags |= TERM_PAGE_ROWS;
    if (t->page.p)
        flags |= TERM_PAGE;
    put_short(b, (uint16_t)t->consistency);
    builder_add_byte(b, flags);
    builder_add_str(b, values);
    if (t->page_rows)
        put_int(b, (int32_t)t->page_rows);
    if (t->page.p)
        put_bytes(b, t->page);
    put_short(b, (uint16_t)(t->serial ? t->serial : CQL_SERIAL));
}

void wire_put_query(struct builder *b, struct str text, const struct wire_terms *t)
{
    put_bytes(b, text);
    put_terms(b, t, (struct str){0});
}

static void put_value(struct builder *b, const struct cql_value *v)
{
    unsigned char number[8];
    switch (v->kind) {
    case CQL_VALUE_NULL:
        put_int(b, VALUE_NULL);
        break;
    case CQL_VALUE_UNSET:
        put_int(b, VALUE_UNSET);
        break;
    case CQL_VALUE_BYTES:
        put_bytes(b, v->bytes);
        break;
    case CQL_VALUE_INTEGER:
        must(v->width <= sizeof(number));
        be64_put(number, (uint64_t)v->integer);
        put_bytes(b, str_n(number + sizeof(number) - v->width, v->width));
        break;
    }
}

void wire_put_values(struct builder *b, const struct cql_value *values, size_t n)
{
    must(n <= CQL_COLUMNS_MAX);
    put_short(b, (uint16_t)n);
    for (size_t i = 0; i < n; i++)
        put_value(b, &values[i]);
}

void wire_put_execute(struct builder *b, struct str id, struct str values,
                      const struct wire_terms *t)
{
    put_string(b, id);
    put_terms(b, t, values);
}

void wire_put_batch_begin(struct builder *b, size_t n)
{
    must(n <= UINT16_MAX);
    builder_add_byte(b, BATCH_LOGGED);
    put_short(b, (uint16_t)n);
}

void wire_put_batch_statement(struct builder *b, struct str id, struct str values)
{
    builder_add_byte(b, BATCH_PREPARED);
    put_string(b, id);
    builder_add_str(b, values);
}

void wire_put_batch_end(struct builder *b, const struct wire_terms *t)
{
    put_terms(b, &(struct wire_terms){.consistency = t->consistency, .serial = t->serial},
              (struct str){0});
}

bool wire_put_key(struct builder *b, const struct cql_keys *keys, struct str values)
{
    struct str parts[CQL_COLUMNS_MAX];
    struct reader r = {.left = values};
    uint16_t n = reader_short(&r);
    must(n <= CQL_COLUMNS_MAX);
    for (uint16_t i = 0; i < n; i++)
        parts[i] = reader_bytes(&r);
    must(!r.bad);
    for (uint32_t i = 0; i < keys->n; i++) {
        if (keys->at[i] >= n || !parts[keys->at[i]].p || parts[keys->at[i]].n > UINT16_MAX)
            return false;
    }
    if (keys->n == 1)
        builder_add_str(b, parts[keys->at[0]]);
    for (uint32_t i = 0; keys->n > 1 && i < keys->n; i++) {
        put_string(b, parts[keys->at[i]]);
        builder_add_byte(b, 0);
    }
    return keys->n > 0;
}

/* --- decoding --- */

int wire_read_header(struct wire_header *h, const unsigned char in[WIRE_HEADER_BYTES])
{
    *h = (struct wire_header){
        .flags = in[1],
        .stream = (int16_t)be16_get(in + 2),
        .opcode = in[4],
        .body_n = be32_get(in + 5),
    };
    if (in[0] != VERSION_RESPONSE || h->flags & FLAG_COMPRESSED || h->body_n > WIRE_BODY_MAX)
        return WIRE_BAD;
    return 0;
}

/* What may stand before any answer. */
static void read_extras(struct wire_answer *a, uint8_t flags, struct reader *r)
{
    if (flags & FLAG_TRACING)
        reader_take(r, TRACING_ID_BYTES);
    if (flags & FLAG_WARNING) {
        for (uint16_t n = reader_short(r); n && !r->bad; n--) {
            struct str warning = reader_string(r);
            if (!a->warning.p)
                a->warning = str_n(warning.p, MIN(warning.n, (size_t)WIRE_MESSAGE_MAX));
        }
    }
    if (flags & FLAG_PAYLOAD) {
        for (uint16_t n = reader_short(r); n && !r->bad; n--) {
            reader_string(r);
            reader_bytes(r);
        }
    }
}

static struct str read_id(struct reader *r)
{
    struct str id = reader_string(r);
    if (id.n == 0 || id.n > WIRE_ID_MAX)
        r->bad = true;
    return id;
}

static void read_error(struct wire_answer *a, struct reader *r)
{
    a->kind = WIRE_ERROR;
    a->error = reader_int(r);
    a->message = reader_string(r);
    a->message.n = MIN(a->message.n, (size_t)WIRE_MESSAGE_MAX);
    if (a->error == WIRE_ERROR_UNPREPARED)
        a->id = read_id(r);
}

static void read_prepared(struct wire_answer *a, struct reader *r)
{
    a->kind = WIRE_PREPARED;
    a->id = read_id(r);
    /* The parameters, of which only the keys are kept; the columns of its answer come again with
     * each answer. */
    cql_rows_read_columns(&a->rows, r, &a->keys);
}

static void read_result(struct wire_answer *a, struct reader *r)
{
    switch (reader_int(r)) {
    case RESULT_VOID:
    case RESULT_KEYSPACE:
    case RESULT_SCHEMA:
        a->kind = WIRE_DONE;
        break;
    case RESULT_ROWS:
        a->kind = WIRE_ROWS;
        cql_rows_read(&a->rows, r);
        break;
    case RESULT_PREPARED:
        read_prepared(a, r);
        break;
    default:
        r->bad = true;
        break;
    }
}

int wire_read_answer(struct wire_answer *a, const struct wire_header *h, struct str body)
{
    struct reader r = {.left = body};
    /* Not the whole: its arrays of columns and cells are large, and read only up to columns_n. */
    a->warning = a->message = a->id = (struct str){0};
    a->error = 0;
    a->keys.n = a->rows.columns_n = a->rows.n = 0;
    read_extras(a, h->flags, &r);
    switch (h->opcode) {
    case WIRE_OP_READY:
    case WIRE_OP_AUTH_SUCCESS:
        a->kind = WIRE_READY;
        break;
    case WIRE_OP_AUTHENTICATE:
        a->kind = WIRE_AUTHENTICATE;
        break;
    case WIRE_OP_AUTH_CHALLENGE:
        a->kind = WIRE_CHALLENGE;
        break;
    case WIRE_OP_SUPPORTED:
        a->kind = WIRE_SUPPORTED;
        break;
    case WIRE_OP_ERROR:
        read_error(a, &r);
        break;
    case WIRE_OP_RESULT:
        read_result(a, &r);
        break;
    default:
        r.bad = true;
        break;
    }
    return r.bad ? WIRE_BAD : 0;
}
