/* Any bytes as what another node sent to all, and as a subject: lengths lie, versions are later. */
#include <stdlib.h>
#include <string.h>

#include "bus/envelope.h"
#include "bus/subject.h"
#include "util/buf.h"
#include "util/macros.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void as_envelope(struct str bytes)
{
    struct envelope e;
    if (!envelope_decode(&e, bytes))
        return;
    uint64_t ids[ENVELOPE_IDS_MAX];
    for (size_t i = 0; i < e.n; i++)
        ids[i] = envelope_id(&e, i);
    struct buf *again = envelope_encode(&e, ids, e.message);
    struct envelope same;
    must(envelope_decode(&same, buf_str(again)));
    must(same.number == e.number && str_eq(same.ids, e.ids) && str_eq(same.message, e.message));
    buf_unref(again);
}

static void as_subject(const uint8_t *data, size_t n)
{
    char *text = malloc(n + 1), same[SUBJECT_BYTES_MAX];
    enum bus_topic_kind kind;
    uint64_t id;
    memcpy(text, data, n);
    text[n] = 0;
    if (subject_parse(text, "p", &kind, &id)) {
        subject_of(same, "p", kind, id);
        must(!strcmp(same, text));
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    as_envelope(str_n(data, n));
    if (n)
        as_subject(data, n);
    return 0;
}
