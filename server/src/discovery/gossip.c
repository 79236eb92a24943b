/* See gossip.h. */
#include "discovery/gossip.h"

#include "util/buf.h"
#include "util/macros.h"
#include "util/numbers.h"

/* On the wire: never renumbered. */
enum field {
    FIELD_ID = 1,
    FIELD_NUMBER,
    FIELD_STATE,
    FIELD_ROLES,
    FIELD_CONNECTIONS,
    FIELD_CONNECTIONS_MAX,
    FIELD_CPU,
    FIELD_URL,
    FIELD_REGION,
    FIELD_VERSION,
    FIELD_NOTED,
};

enum { HEAD_BYTES = 3 };

static void add_text(struct builder *b, enum field field, struct str text)
{
    if (!text.n)
        return;
    must(text.n <= UINT16_MAX);
    unsigned char head[HEAD_BYTES] = {(unsigned char)field};
    be16_put(head + 1, (uint16_t)text.n);
    builder_add(b, head, sizeof(head));
    builder_add_str(b, text);
}

static void add_number(struct builder *b, enum field field, uint64_t number)
{
    unsigned char bytes[8];
    be64_put(bytes, number);
    if (number)
        add_text(b, field, str_n((const char *)bytes, sizeof(bytes)));
}

void gossip_encode(struct builder *b, const struct gossip *g)
{
    add_number(b, FIELD_ID, g->id);
    add_number(b, FIELD_NUMBER, g->number);
    add_number(b, FIELD_STATE, g->state);
    add_number(b, FIELD_ROLES, g->roles);
    add_number(b, FIELD_CONNECTIONS, g->connections);
    add_number(b, FIELD_CONNECTIONS_MAX, g->connections_max);
    add_number(b, FIELD_CPU, g->cpu_permille);
    add_text(b, FIELD_URL, g->url);
    add_text(b, FIELD_REGION, g->region);
    add_text(b, FIELD_VERSION, g->version);
    add_number(b, FIELD_NOTED, g->noted);
}

static bool take_number(uint64_t *out, struct str value)
{
    if (value.n > 8)
        return false;
    *out = 0;
    for (size_t i = 0; i < value.n; i++)
        *out = *out << 8 | (unsigned char)value.p[i];
    return true;
}

/* What nobody has so many of is cut, so that whoever reckons with it need not look. */
static bool take_count(uint64_t *out, struct str value)
{
    bool good = take_number(out, value);
    *out = good ? MIN(*out, (uint64_t)UINT32_MAX) : 0;
    return good;
}

static bool take_text(struct str *out, struct str value, size_t bytes_max)
{
    if (value.n > bytes_max)
        return false;
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] <= ' ' || value.p[i] > '~')
            return false;
    *out = value;
    return true;
}

static bool take_field(struct gossip *g, unsigned field, struct str value)
{
    uint64_t state;
    switch (field) {
    case FIELD_ID:
        return take_number(&g->id, value);
    case FIELD_NUMBER:
        return take_number(&g->number, value);
    case FIELD_STATE:
        /* a state that is not known is a later version's, and no reason to send anybody there */
        if (!take_number(&state, value))
            return false;
        g->state = state && state < NODE_STATES ? (enum node_state)state : NODE_JOINING;
        return true;
    case FIELD_ROLES:
        return take_number(&g->roles, value);
    case FIELD_CONNECTIONS:
        return take_count(&g->connections, value);
    case FIELD_CONNECTIONS_MAX:
        return take_count(&g->connections_max, value);
    case FIELD_CPU:
        return take_count(&g->cpu_permille, value);
    case FIELD_URL:
        return take_text(&g->url, value, NODE_URL_BYTES_MAX);
    case FIELD_REGION:
        return take_text(&g->region, value, NODE_WORD_BYTES_MAX);
    case FIELD_VERSION:
        return take_text(&g->version, value, NODE_WORD_BYTES_MAX);
    case FIELD_NOTED:
        return take_count(&g->noted, value);
    default:
        return true;
    }
}

bool gossip_decode(struct gossip *g, struct str in)
{
    *g = (struct gossip){.state = NODE_JOINING};
    if (in.n > GOSSIP_BYTES_MAX)
        return false;
    while (in.n) {
        if (in.n < HEAD_BYTES)
            return false;
        unsigned field = (unsigned char)in.p[0];
        size_t n = be16_get(in.p + 1);
        if (in.n - HEAD_BYTES < n || !take_field(g, field, str_n(in.p + HEAD_BYTES, n)))
            return false;
        in = str_n(in.p + HEAD_BYTES + n, in.n - HEAD_BYTES - n);
    }
    return g->id && g->number;
}

const char *node_state_name(enum node_state state)
{
    static const char *const names[NODE_STATES] = {
        [NODE_JOINING] = "joining", [NODE_UP] = "up",           [NODE_DRAINING] = "draining",
        [NODE_DOWN] = "down",       [NODE_REMOVED] = "removed",
    };
    return state && state < NODE_STATES ? names[state] : "";
}
