/*
 * The native protocol, version 4, as bytes: what we ask and what a node answers. It knows no
 * connection, so that it fuzzes alone.
 *
 * Errors: wire_read_header() and wire_read_answer() answer 0 or WIRE_BAD: these bytes are not the
 * protocol's, or go beyond a limit here; whatever comes after them is then lost too.
 * Threads: any.
 */
#ifndef PARLEY_STORE_CQL_WIRE_H
#define PARLEY_STORE_CQL_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/cql/rows.h"
#include "store/cql/value.h"
#include "util/buf.h"

enum { WIRE_BAD = 1 };

enum {
    WIRE_HEADER_BYTES = 9,
    /* An answer: twice a page of our largest rows. Cassandra itself sends 16 MiB at most unless
     * told otherwise. */
    WIRE_BODY_MAX = 8 * 1024 * 1024,
    /* Of text that a node says (errors, warnings): what is left out helps nobody. */
    WIRE_MESSAGE_MAX = 400,
    /* Of a prepared statement: Cassandra's are MD5, 16 bytes. */
    WIRE_ID_MAX = 32,
};

enum wire_opcode {
    WIRE_OP_ERROR = 0x00,
    WIRE_OP_STARTUP = 0x01,
    WIRE_OP_READY = 0x02,
    WIRE_OP_AUTHENTICATE = 0x03,
    WIRE_OP_OPTIONS = 0x05,
    WIRE_OP_SUPPORTED = 0x06,
    WIRE_OP_QUERY = 0x07,
    WIRE_OP_RESULT = 0x08,
    WIRE_OP_PREPARE = 0x09,
    WIRE_OP_EXECUTE = 0x0A,
    WIRE_OP_BATCH = 0x0D,
    WIRE_OP_AUTH_CHALLENGE = 0x0E,
    WIRE_OP_AUTH_RESPONSE = 0x0F,
    WIRE_OP_AUTH_SUCCESS = 0x10,
};

/* The protocol's numbers. */
enum cql_consistency {
    CQL_ONE = 0x01,
    CQL_QUORUM = 0x04,
    CQL_ALL = 0x05,
    CQL_LOCAL_QUORUM = 0x06,
    CQL_SERIAL = 0x08,
    CQL_LOCAL_SERIAL = 0x09,
};

enum wire_error_code {
    WIRE_ERROR_SERVER = 0x0000,
    WIRE_ERROR_PROTOCOL = 0x000A,
    WIRE_ERROR_CREDENTIALS = 0x0100,
    WIRE_ERROR_UNAVAILABLE = 0x1000,
    WIRE_ERROR_OVERLOADED = 0x1001,
    WIRE_ERROR_BOOTSTRAPPING = 0x1002,
    WIRE_ERROR_TRUNCATE = 0x1003,
    WIRE_ERROR_WRITE_TIMEOUT = 0x1100,
    WIRE_ERROR_READ_TIMEOUT = 0x1200,
    WIRE_ERROR_READ_FAILURE = 0x1300,
    WIRE_ERROR_FUNCTION = 0x1400,
    WIRE_ERROR_WRITE_FAILURE = 0x1500,
    WIRE_ERROR_SYNTAX = 0x2000,
    WIRE_ERROR_UNAUTHORIZED = 0x2100,
    WIRE_ERROR_INVALID = 0x2200,
    WIRE_ERROR_CONFIG = 0x2300,
    WIRE_ERROR_ALREADY_EXISTS = 0x2400,
    WIRE_ERROR_UNPREPARED = 0x2500,
};

/* --- what we ask --- */

/* How a statement is to be carried out. */
struct wire_terms {
    enum cql_consistency consistency;
    enum cql_consistency serial; /* of its condition; 0: CQL_SERIAL */
    uint32_t page_rows;          /* 0: all rows in one answer */
    struct str page;             /* where a page before ended; absent: the first */
};

/* The header of a request whose body has `body_n` bytes. */
void wire_put_header(uint8_t out[WIRE_HEADER_BYTES], uint16_t stream, enum wire_opcode opcode,
                     size_t body_n);

/* Each adds a body. STARTUP; OPTIONS has none. */
void wire_put_startup(struct builder *);
/* AUTH_RESPONSE by SASL PLAIN (RFC 4616). */
void wire_put_password(struct builder *, struct str user, struct str password);
/* PREPARE. */
void wire_put_prepare(struct builder *, struct str text);
/* QUERY of a statement without parameters. */
void wire_put_query(struct builder *, struct str text, const struct wire_terms *);

/* The values of one statement, as EXECUTE and BATCH have them: their number, then each. */
void wire_put_values(struct builder *, const struct cql_value *, size_t n);
/* EXECUTE with what wire_put_values() made. */
void wire_put_execute(struct builder *, struct str id, struct str values,
                      const struct wire_terms *);
/* BATCH (logged): begin, one call for each of the `n` statements, end. */
void wire_put_batch_begin(struct builder *, size_t n);
void wire_put_batch_statement(struct builder *, struct str id, struct str values);
void wire_put_batch_end(struct builder *, const struct wire_terms *);

/* The partition key, as murmur3_token() takes it, out of what wire_put_values() made. False: the
 * key is not known, or not among the values. */
bool wire_put_key(struct builder *, const struct cql_keys *, struct str values);

/* --- what a node answers --- */

struct wire_header {
    uint8_t flags;
    int16_t stream; /* negative: an event that nobody asked for */
    uint8_t opcode;
    uint32_t body_n;
};

int wire_read_header(struct wire_header *, const unsigned char in[WIRE_HEADER_BYTES]);

enum wire_answer_kind {
    WIRE_READY, /* to go on; also after the password */
    WIRE_AUTHENTICATE,
    WIRE_CHALLENGE,
    WIRE_SUPPORTED,
    WIRE_ERROR,
    WIRE_DONE, /* void, keyspace used, schema changed */
    WIRE_ROWS,
    WIRE_PREPARED,
};

/* What points anywhere points into the body. */
struct wire_answer {
    enum wire_answer_kind kind;
    struct str warning; /* the first; absent: none */
    /* WIRE_ERROR; the text is cut to WIRE_MESSAGE_MAX */
    int32_t error;
    struct str message;
    /* WIRE_PREPARED, and the error UNPREPARED */
    struct str id;
    struct cql_keys keys; /* WIRE_PREPARED */
    struct cql_rows rows; /* WIRE_ROWS */
};

int wire_read_answer(struct wire_answer *, const struct wire_header *, struct str body);

#endif
