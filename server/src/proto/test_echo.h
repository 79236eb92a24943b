/* For tests and the fuzzer: writes what was read, so that it can be read again and compared. */
#ifndef PARLEY_PROTO_TEST_ECHO_H
#define PARLEY_PROTO_TEST_ECHO_H

#include "proto/json.h"
#include "proto/writer.h"
#include "util/buf.h"

static inline void echo_value(struct writer *w, const struct json *j, uint32_t token,
                              struct arena *arena)
{
    const struct json_token *t = &j->tokens[token];
    switch (json_type_of(j, token)) {
    case JSON_STRING:
        writer_string(w, json_string(j, token, arena));
        return;
    case JSON_ARRAY:
        writer_array_begin(w);
        for (uint32_t i = json_first(j, token); i; i = json_next(j, token, i))
            echo_value(w, j, i, arena);
        writer_array_end(w);
        return;
    case JSON_OBJECT:
        writer_object_begin(w);
        for (uint32_t i = json_first(j, token); i; i = json_next(j, token, i)) {
            /* A client's name may hold anything, so it is written as a string would be. */
            writer_string(w, json_string(j, i, arena));
            builder_add_byte(w->out, ':');
            w->comma = false;
            echo_value(w, j, i + 1, arena);
        }
        writer_object_end(w);
        return;
    default:
        writer_raw(w, str_n(j->text.p + t->at, t->n));
    }
}

#endif
