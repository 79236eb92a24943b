/*
 * The table of options, and how the text of a value becomes a field and back. Pure: what stands
 * here depends on the row and the text alone.
 *
 * Refused: a setter function for each option. Nearly all are a number in a range, and what is
 * checked by hand in forty places is forgotten in one.
 */
#include "config/option.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/config.h"
#include "config/nearest.h"
#include "model/limits.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/macros.h"
#include "util/numbers.h"

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

#define YEAR_MS (UINT64_C(365) * 24 * 60 * 60 * 1000)

#define FIELD(name_) .offset = offsetof(struct config, name_)

/* clang-format off */
const struct option options[] = {
    {"Data", "data_dir", OPTION_TEXT, FIELD(data_dir), 1, OPTION_TEXT_MAX, "data", {NULL},
     "Directory that holds everything the server keeps. Made if it does not exist. One server at "
     "a time may use it."},
    {NULL, "store", OPTION_ENUM, FIELD(store), 0, 0, "rocksdb", {"rocksdb", "cassandra"},
     "What keeps the data. rocksdb: in data_dir, on this machine. cassandra: in the cluster of "
     "cassandra.contacts, for many servers at once; `parleyd migrate` makes the tables."},
    {NULL, "store.cache_bytes", OPTION_BYTES, FIELD(store_cache_bytes), 1 * MIB, 1024 * GIB,
     "128MiB", {NULL},
     "Memory for blocks of the store that were read."},

    {"Cluster", "cassandra.contacts", OPTION_LIST, FIELD(cassandra_contacts), 0,
     CONFIG_CASSANDRA_CONTACTS_MAX, "", {NULL},
     "Some nodes of the Cassandra cluster, each as host:port with a numeric host, such as "
     "10.0.0.11:9042. The others are learnt from them."},
    {NULL, "cassandra.keyspace", OPTION_TEXT, FIELD(cassandra_keyspace), 1, 48, "parley", {NULL},
     "The keyspace that holds the tables."},
    {NULL, "cassandra.replication", OPTION_TEXT, FIELD(cassandra_replication), 0, 512, "", {NULL},
     "What `parleyd migrate` and `copy` make the keyspace with if it is not there, as CQL, such as "
     "{'class': 'NetworkTopologyStrategy', 'dc1': 3}. Empty: it must be there. Serving does not "
     "look at it."},
    {NULL, "cassandra.datacenter", OPTION_TEXT, FIELD(cassandra_datacenter), 0, 128, "", {NULL},
     "The datacenter whose nodes are asked. Empty: that of the first contact to answer."},
    {NULL, "cassandra.user", OPTION_TEXT, FIELD(cassandra_user), 0, 256, "", {NULL},
     "User to sign in to the nodes as. Empty: none."},
    {NULL, "cassandra.password_file", OPTION_TEXT, FIELD(cassandra_password_file), 0,
     OPTION_TEXT_MAX, "", {NULL},
     "File with the password of cassandra.user, in its first line. Read when the server starts. "
     "Nobody but the server's user should be able to read it."},
    {NULL, "cassandra.ca", OPTION_TEXT, FIELD(cassandra_ca), 0, OPTION_TEXT_MAX, "", {NULL},
     "File with the certificates, as PEM, that vouch for the nodes. With it every connection speaks "
     "TLS, and a node whose certificate is not vouched for, or not of its address or "
     "cassandra.name, is none. Empty: no TLS."},
    {NULL, "cassandra.name", OPTION_TEXT, FIELD(cassandra_name), 0, 256, "", {NULL},
     "The DNS name that every node's certificate is made out to. Empty: its address."},
    {NULL, "cassandra.timeout_ms", OPTION_MS, FIELD(cassandra_timeout_ms), 100, 60000, "5000",
     {NULL},
     "How long one statement may take. A sent message takes several, one after the other; one whose "
     "time is over may stand all the same, and its sender's client asks."},
    {NULL, "bus", OPTION_ENUM, FIELD(bus), 0, 0, "local", {"local", "nats"},
     "What carries live notices between nodes. local: there is one node. nats: the servers of "
     "nats.urls."},
    {NULL, "nats.urls", OPTION_LIST, FIELD(nats_urls), 0, CONFIG_NATS_URLS_MAX, "", {NULL},
     "Servers of one NATS cluster, each as nats://host:port or tls://host:port. One of them is used "
     "at a time, the next one when it is lost."},
    {NULL, "nats.subject", OPTION_TEXT, FIELD(nats_subject), 1, 64, "parley", {NULL},
     "What all subjects begin with: another word for each cluster of nodes on the same servers."},
    {NULL, "nats.user", OPTION_TEXT, FIELD(nats_user), 0, 256, "", {NULL},
     "User to sign in to the servers as. Empty: none, or that of nats.credentials."},
    {NULL, "nats.password_file", OPTION_TEXT, FIELD(nats_password_file), 0, OPTION_TEXT_MAX, "",
     {NULL},
     "File with the password of nats.user, in its first line. Read when the server starts. Nobody but "
     "the server's user should be able to read it."},
    {NULL, "nats.credentials", OPTION_TEXT, FIELD(nats_credentials), 0, OPTION_TEXT_MAX, "", {NULL},
     "File with the JWT and the NKey seed of a user, as NATS's tools make it. Read at every "
     "connection."},
    {NULL, "nats.ca", OPTION_TEXT, FIELD(nats_ca), 0, OPTION_TEXT_MAX, "", {NULL},
     "File with the certificates, as PEM, that vouch for the servers. With it every connection speaks "
     "TLS, and a server whose certificate is not vouched for, or not of its host's name, is none. "
     "Empty: TLS with tls:// alone, by the system's certificates."},
    {NULL, "nats.certificate", OPTION_TEXT, FIELD(nats_certificate), 0, OPTION_TEXT_MAX, "", {NULL},
     "File with the certificate that this node shows to the servers, as PEM with its chain. Read when "
     "the server starts."},
    {NULL, "nats.key", OPTION_TEXT, FIELD(nats_key), 0, OPTION_TEXT_MAX, "", {NULL},
     "File with its key, as PEM without a password."},
    {NULL, "node.region", OPTION_TEXT, FIELD(node_region), 0, 64, "", {NULL},
     "Where this node is, in a word, such as eu-1. Clients that ask here are sent to nodes of the "
     "same region as long as one of them has room."},
    {NULL, "discovery.policy", OPTION_ENUM, FIELD(discovery_policy), 0, 0, "least_loaded",
     {"least_loaded", "round_robin", "hash"},
     "Which nodes clients that ask here are sent to. least_loaded: those with the fewest connections "
     "for what they take, and time to spare. round_robin: each in turn. hash: each user to the same "
     "one, as long as it is there."},
    {NULL, "roles", OPTION_LIST, FIELD(roles), 1, CONFIG_ROLES_MAX, "api, chat", {NULL},
     "What this node serves: api, the routes and the page; chat, sockets. Nodes of one kind stand "
     "behind a proxy that sends /v1/socket to the ones and all else to the others. What a node does "
     "not serve it answers as not found, but for /healthz and /readyz."},

    {"Retention", "retention.after_ms", OPTION_MS, FIELD(retention_after_ms), 0, 10 * YEAR_MS, "0",
     {NULL},
     "Remove what was said in a conversation, and all else that happened there, when it is so old; "
     "within an hour, or a part of the time where that is less than a day. The people of a "
     "conversation may want less, never more. 0: keep it for ever."},
    {NULL, "retention.delivered_ms", OPTION_MS, FIELD(retention_delivered_ms), 0, 10 * YEAR_MS,
     "0", {NULL},
     "Remove it sooner where a device of everybody in the conversation has it: when it is so old. "
     "With 7d here and 30d in retention.after_ms a server keeps what it must for people who were "
     "away, and for no more than a month. 0: whoever has it, it stays."},

    {"Network", "listen", OPTION_LIST, FIELD(listen), 1, 8, "127.0.0.1:7878", {NULL},
     "Addresses to listen on, as host:port. The host is a numeric IPv4 address, an IPv6 address "
     "in brackets, localhost, or nothing for all addresses of the machine. Port 0 takes a free "
     "one."},
    {NULL, "tls.certificate", OPTION_TEXT, FIELD(tls_certificate), 0, OPTION_TEXT_MAX, "", {NULL},
     "File with the certificate for TLS and the chain that leads to its root, as PEM, the server's "
     "own first. With it every address of listen speaks TLS 1.3 and 1.2, and nothing else. Read "
     "again on SIGHUP, for new connections; a file that is no good is logged and changes nothing. "
     "Empty: no TLS."},
    {NULL, "tls.key", OPTION_TEXT, FIELD(tls_key), 0, OPTION_TEXT_MAX, "", {NULL},
     "File with the certificate's key, as PEM without a password. Nobody but the server's user "
     "should be able to read it. Read again together with tls.certificate."},
    {NULL, "allow_plaintext", OPTION_BOOL, FIELD(allow_plaintext), 0, 0, "false", {NULL},
     "Allow listening beyond this machine although passwords and messages then cross the network "
     "unencrypted. For use behind a proxy that adds TLS. Without meaning where tls.certificate is "
     "set."},
    {NULL, "trusted_proxies", OPTION_LIST, FIELD(trusted_proxies), 0,
     CONFIG_PROXIES_MAX, "", {NULL},
     "Addresses of proxies in front of the server, each one address or a range such as 10.0.0.0/8 "
     "or 2001:db8::/32. Whom they name in Forwarded or X-Forwarded-For is taken for the one who "
     "asks: the last address there that is no proxy's. Where a request has both and they differ, "
     "neither is believed. From others these are ignored."},
    {NULL, "proxy_protocol", OPTION_BOOL, FIELD(proxy_protocol), 0, 0, "false", {NULL},
     "Expect the PROXY protocol, version 2, at the start of every connection, before TLS, and "
     "refuse connections from all but trusted_proxies."},
    {NULL, "public_url", OPTION_TEXT, FIELD(public_url), 0, 256, "", {NULL},
     "The URL by which clients reach this server, such as https://chat.example.org: signing in and "
     "GET /v1/connect name the socket there. Empty: the address at which the client asked. Of several "
     "nodes each has its own, by which the others send clients to it; or all have the same one, of "
     "what stands before them."},
    {NULL, "allowed_origins", OPTION_LIST, FIELD(allowed_origins), 0, OPTION_LIST_MAX, "", {NULL},
     "Web origins besides the server's own whose pages may open a WebSocket, such as "
     "https://app.example.org."},

    {NULL, "metrics.listen", OPTION_TEXT, FIELD(metrics_listen), 0, 256, "", {NULL},
     "Address, as in listen, at which GET /metrics is answered, unencrypted and to whoever asks, in "
     "the text format of Prometheus. Empty: nowhere."},

    {"Accounts", "registration", OPTION_ENUM, FIELD(registration), 0, 0, "closed",
     {"closed", "invite", "open"},
     "open: anybody may sign up. invite: whoever has a code of `parleyd invite add` may. closed: "
     "accounts are made with `parleyd user add`."},
    {NULL, "password_threads", OPTION_COUNT, FIELD(password_threads), 1, 64, "1", {NULL},
     "Threads that hash passwords. Each takes up to 64 MiB and one core while it works."},
    {NULL, "password_queue_max", OPTION_COUNT, FIELD(password_queue_max), 1, 10000, "64", {NULL},
     "Passwords that may wait to be hashed. Past it a sign-in is told to come again."},
    {NULL, "tries_per_account", OPTION_COUNT, FIELD(tries_per_account), 0, 1000000, "10", {NULL},
     "Failed sign-ins to one account that are allowed at once; the allowance fills again in ten "
     "minutes. 0: no limit."},
    {NULL, "tries_per_address", OPTION_COUNT, FIELD(tries_per_address), 0, 1000000, "100", {NULL},
     "Sign-ins and sign-ups from one address that are allowed at once; the allowance fills again "
     "in ten minutes. 0: no limit."},
    {NULL, "signups_per_address", OPTION_COUNT, FIELD(signups_per_address), 0, 1000000, "20",
     {NULL},
     "Accounts that may be made from one address at once; the allowance fills again in ten "
     "minutes. 0: no limit but tries_per_address."},
    {NULL, "requests_per_user", OPTION_COUNT, FIELD(requests_per_user), 0, 1000000, "20", {NULL},
     "People who do not know them that one user may write to first, at once; the allowance fills "
     "again in ten minutes. 0: no limit."},
    {NULL, "insecure_fast_passwords", OPTION_BOOL, FIELD(insecure_fast_passwords), 0, 0, "false",
     {NULL},
     "Hash passwords so cheaply that whoever steals the data can guess them. For tests only."},

    {"Limits", "net_threads", OPTION_COUNT, FIELD(net_threads), 0, 256, "0", {NULL},
     "Threads that serve connections. 0: one for each core but one, at least one."},
    {NULL, "connections_max", OPTION_COUNT, FIELD(connections_max), 1, 10000000, "10000", {NULL},
     "Connections at once; fewer where the process may not open as many files. Past it those that "
     "ask for nothing are closed, then new ones."},
    {NULL, "frames_per_s", OPTION_COUNT, FIELD(frames_per_s), 1, 1000000, "100", {NULL},
     "Frames a second that one connection may send, lasting."},
    {NULL, "frames_burst", OPTION_COUNT, FIELD(frames_burst), 1, 1000000, "200", {NULL},
     "Frames that one connection may send at once."},
    {NULL, "requests_per_s", OPTION_COUNT, FIELD(requests_per_s), 1, 1000000, "50", {NULL},
     "REST requests, and sockets that say whose they are, a second from one address, lasting."},
    {NULL, "requests_burst", OPTION_COUNT, FIELD(requests_burst), 0, 1000000, "500", {NULL},
     "The same at once. 0: no limit."},
    {NULL, "sends_per_min", OPTION_COUNT, FIELD(sends_per_min), 1, 1000000, "600", {NULL},
     "Commands a minute of one user that add to a conversation, lasting: messages, edits, "
     "reactions, whatever changes a group or oneself."},
    {NULL, "sends_burst", OPTION_COUNT, FIELD(sends_burst), 0, 1000000, "200", {NULL},
     "The same at once. 0: no limit."},
    {NULL, "searches_per_min", OPTION_COUNT, FIELD(searches_per_min), 1, 1000000, "60", {NULL},
     "Searches a minute of one user, lasting."},
    {NULL, "searches_burst", OPTION_COUNT, FIELD(searches_burst), 0, 1000000, "30", {NULL},
     "The same at once. 0: no limit."},
    {NULL, "drafts_per_min", OPTION_COUNT, FIELD(drafts_per_min), 1, 1000000, "12", {NULL},
     "Drafts a minute that one user writes down in one conversation, lasting."},
    {NULL, "drafts_burst", OPTION_COUNT, FIELD(drafts_burst), 0, 1000000, "1", {NULL},
     "The same at once. 0: no limit."},
    {NULL, "exports_per_min", OPTION_COUNT, FIELD(exports_per_min), 1, 1000000, "1", {NULL},
     "Exports a minute of one user, lasting."},
    {NULL, "exports_burst", OPTION_COUNT, FIELD(exports_burst), 0, 1000000, "3", {NULL},
     "The same at once. 0: no limit."},
    {NULL, "bytes_per_s", OPTION_BYTES, FIELD(bytes_per_s), 1 * KIB, 1 * GIB, "128KiB", {NULL},
     "Bytes a second of one user's commands, lasting."},
    {NULL, "bytes_burst", OPTION_BYTES, FIELD(bytes_burst), 0, 1 * GIB, "4MiB", {NULL},
     "The same at once. 0: no limit."},
    {NULL, "devices_per_user", OPTION_COUNT, FIELD(devices_per_user), 1, DEVICES_MAX, "32", {NULL},
     "Devices of one user that are signed in. Past it a sign-in ends the one unused for longest."},
    {NULL, "sockets_per_user", OPTION_COUNT, FIELD(sockets_per_user), 0, 1000000, "64", {NULL},
     "Sockets of one user at once, of all their devices. 0: no limit."},
    {NULL, "unauthenticated_per_address", OPTION_COUNT, FIELD(unauthenticated_per_address), 0,
     1000000, "500", {NULL},
     "Connections from one address at once that are no socket of somebody signed in. Past it new "
     "ones are closed. 0: no limit."},
    {NULL, "output_bytes_max", OPTION_BYTES, FIELD(output_bytes_max), 16 * MIB, 1024 * GIB,
     "256MiB", {NULL},
     "Memory for answers and pushes that clients have yet to read, of all connections together. Near "
     "it those that hold most are closed; past it what is large is told to come again."},
    {NULL, "calls_max", OPTION_COUNT, FIELD(calls_max), 1, 10000000, "65536", {NULL},
     "Commands under way at once. Past it a command is told to come again."},
    {NULL, "cache_bytes_max", OPTION_BYTES, FIELD(cache_bytes_max), 1 * MIB, 1024 * GIB, "64MiB",
     {NULL},
     "Memory for conversations and people kept loaded."},

    {"Times", "heartbeat_ms", OPTION_MS, FIELD(heartbeat_ms), 1000, 60000, "5000", {NULL},
     "How often a client is asked to show that it is there. After two and a half of these it gives up "
     "a connection that is silent, and a command that may have waited so long is not carried out."},
    {NULL, "silent_ms", OPTION_MS, FIELD(silent_ms), 3000, 600000, "30000", {NULL},
     "A connection that shows nothing for so long is closed. It is pinged after two heartbeats."},
    {NULL, "auth_ms", OPTION_MS, FIELD(auth_ms), 100, 60000, "5000", {NULL},
     "Time for the first frame of a WebSocket, and for a whole HTTP request."},
    {NULL, "idle_ms", OPTION_MS, FIELD(idle_ms), 1000, 3600000, "60000", {NULL},
     "A kept-alive HTTP connection without a request is closed after this."},
    {NULL, "presence.offline_after_ms", OPTION_MS, FIELD(presence_offline_after_ms), 1000, 3600000,
     "30000", {NULL},
     "Somebody without a live connection is shown as offline after this, so that a short drop is "
     "not seen."},
    {NULL, "drain_ms", OPTION_MS, FIELD(drain_ms), 100, 3600000, "8000", {NULL},
     "Time for what is under way to finish after SIGTERM or SIGINT; what the store was still asked "
     "for has 6 s more. A second signal ends it."},

    {"Logs", "log.level", OPTION_ENUM, FIELD(log_level), 0, 0, "info",
     {"debug", "info", "warn", "error", "off"},
     "The least severe kind of line written to standard error. `parleyd log-level` changes it while "
     "the server runs."},
    {NULL, "log.format", OPTION_ENUM, FIELD(log_format), 0, 0, "text", {"text", "json"},
     "text: name=value, with quotes where a value needs them. json: one object a line."},
    {NULL, "log.traces", OPTION_BOOL, FIELD(log_traces), 0, 0, "false", {NULL},
     "Log a span, with how long each stage took, for each command that comes with a traceparent "
     "whose sender samples it. Whoever may ask can so fill the log."},
};
/* clang-format on */

const size_t options_n = ARRAY_SIZE(options);
static_assert(ARRAY_SIZE(options) <= CONFIG_OPTIONS_MAX, "origins must have room");
static_assert(LOG_DEBUG == 0 && LOG_OFF == 4, "words of log.level");

const struct option *option_find(struct str name)
{
    for (size_t i = 0; i < options_n; i++)
        if (str_eq(name, str_of(options[i].name)))
            return &options[i];
    return NULL;
}

const struct option *option_nearest(struct str name)
{
    const struct option *nearest = &options[0];
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < options_n; i++) {
        size_t distance = nearest_distance(name, str_of(options[i].name));
        if (distance < best) {
            best = distance;
            nearest = &options[i];
        }
    }
    return nearest;
}

/* --- numbers and their units --- */

struct unit {
    const char *suffix;
    uint64_t factor;
};

/* Largest first, for formatting. */
static const struct unit units_none[] = {{"", 1}, {NULL, 0}};
static const struct unit units_ms[] = {{"d", 86400000}, {"h", 3600000}, {"min", 60000}, {"s", 1000},
                                       {"ms", 1},       {"", 1},        {NULL, 0}};
static const struct unit units_bytes[] = {
    {"GiB", GIB}, {"MiB", MIB}, {"KiB", KIB}, {"", 1}, {NULL, 0}};

static const struct unit *units_of(enum option_type type)
{
    return type == OPTION_MS ? units_ms : type == OPTION_BYTES ? units_bytes : units_none;
}

/* Bytes read best in their largest unit; times stay in the unit that their names end with. */
static void format_number(enum option_type type, uint64_t v, struct builder *out)
{
    const struct unit *unit = units_none;
    char digits[U64_TEXT_MAX + 1];

    if (type == OPTION_BYTES)
        for (unit = units_bytes; v == 0 ? unit->factor != 1 : v % unit->factor != 0;)
            unit++;
    builder_add(out, digits, u64_format(digits, v / unit->factor));
    builder_add_str(out, str_of(unit->suffix));
}

static struct str skip_blanks(struct str s)
{
    while (s.n && (*s.p == ' ' || *s.p == '\t')) {
        s.p++;
        s.n--;
    }
    return s;
}

/* "expected " and the range, in the arena. */
static const char *expected(const struct option *o, struct arena *arena)
{
    struct builder text = {0};
    const char *why;

    builder_add_str(&text, STR("expected "));
    option_format_range(o, &text);
    why = arena_str(arena, builder_str(&text)).p;
    builder_deinit(&text);
    return why;
}

static const char *parse_number(const struct option *o, void *field, struct str value,
                                struct arena *arena)
{
    const struct unit *unit = units_of(o->type);
    struct str digits = value, suffix;
    uint64_t v;

    digits.n = 0;
    while (digits.n < value.n && value.p[digits.n] >= '0' && value.p[digits.n] <= '9')
        digits.n++;
    suffix = skip_blanks(str_n(value.p + digits.n, value.n - digits.n));
    while (unit->suffix && !str_eq(suffix, str_of(unit->suffix)))
        unit++;
    if (!unit->suffix || !u64_parse(digits, &v) || v > UINT64_MAX / unit->factor ||
        v * unit->factor < o->min || v * unit->factor > o->max)
        return expected(o, arena);
    *(uint64_t *)field = v * unit->factor;
    return NULL;
}

/* --- words and texts --- */

static const char *parse_bool(const struct option *o, void *field, struct str value,
                              struct arena *arena)
{
    if (!str_eq(value, STR("true")) && !str_eq(value, STR("false")))
        return expected(o, arena);
    *(bool *)field = str_eq(value, STR("true"));
    return NULL;
}

static const char *parse_enum(const struct option *o, void *field, struct str value,
                              struct arena *arena)
{
    for (int i = 0; o->words[i]; i++)
        if (str_eq(value, str_of(o->words[i]))) {
            *(int *)field = i;
            return NULL;
        }
    return expected(o, arena);
}

static const char *parse_text(const struct option *o, void *field, struct str value,
                              struct arena *arena)
{
    if (value.n < o->min || value.n > o->max)
        return expected(o, arena);
    *(const char **)field = arena_str(arena, value).p;
    return NULL;
}

static bool separates(char c)
{
    return c == ' ' || c == '\t' || c == ',';
}

static const char *parse_list(const struct option *o, void *field, struct str value,
                              struct arena *arena)
{
    struct config_list *list = field;
    struct str *items = arena_alloc(arena, OPTION_LIST_MAX * sizeof(*items));
    size_t n = 0;

    for (size_t at = 0; at < value.n;) {
        size_t end = at;
        while (end < value.n && !separates(value.p[end]))
            end++;
        if (end > at && n == o->max)
            return expected(o, arena);
        if (end > at)
            items[n++] = arena_str(arena, str_n(value.p + at, end - at));
        at = end + 1;
    }
    if (n < o->min)
        return expected(o, arena);
    *list = (struct config_list){items, n};
    return NULL;
}

/* What no value may hold, so that each can be written to a file and read back. */
static const char *refuse_text(struct str value)
{
    if (value.n > OPTION_TEXT_MAX)
        return "the value is too long";
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return "the value holds a control character";
        if (c == '#' && (i == 0 || value.p[i - 1] == ' ' || value.p[i - 1] == '\t'))
            return "the value holds a # that would begin a comment";
    }
    return NULL;
}

const char *option_parse(const struct option *o, struct config *config, struct str value,
                         struct arena *arena)
{
    typedef const char *parse_fn(const struct option *, void *, struct str, struct arena *);
    static parse_fn *const parsers[] = {
        [OPTION_BOOL] = parse_bool,    [OPTION_COUNT] = parse_number, [OPTION_MS] = parse_number,
        [OPTION_BYTES] = parse_number, [OPTION_ENUM] = parse_enum,    [OPTION_TEXT] = parse_text,
        [OPTION_LIST] = parse_list,
    };
    static_assert(ARRAY_SIZE(parsers) == OPTION_TYPES, "a parser for each type");
    const char *why;

    value = skip_blanks(value);
    while (value.n && (value.p[value.n - 1] == ' ' || value.p[value.n - 1] == '\t'))
        value.n--;
    why = refuse_text(value);
    return why ? why : parsers[o->type](o, (char *)config + o->offset, value, arena);
}

/* --- out again --- */

void option_format(const struct option *o, const struct config *config, struct builder *out)
{
    const void *field = (const char *)config + o->offset;
    const struct config_list *list = field;

    switch (o->type) {
    case OPTION_BOOL:
        builder_add_str(out, *(const bool *)field ? STR("true") : STR("false"));
        break;
    case OPTION_COUNT:
    case OPTION_MS:
    case OPTION_BYTES:
        format_number(o->type, *(const uint64_t *)field, out);
        break;
    case OPTION_ENUM:
        builder_add_str(out, str_of(o->words[*(const int *)field]));
        break;
    case OPTION_TEXT:
        builder_add_str(out, str_of(*(const char *const *)field));
        break;
    case OPTION_LIST:
        for (size_t i = 0; i < list->n; i++) {
            builder_add_str(out, i ? STR(" ") : STR(""));
            builder_add_str(out, list->items[i]);
        }
        break;
    case OPTION_TYPES:
        break;
    }
}

static void add_range(const struct option *o, const char *what, struct builder *out)
{
    format_number(o->type, o->min, out);
    builder_add_str(out, STR(" to "));
    format_number(o->type, o->max, out);
    builder_add_str(out, str_of(what));
}

void option_format_range(const struct option *o, struct builder *out)
{
    switch (o->type) {
    case OPTION_BOOL:
        builder_add_str(out, STR("true or false"));
        break;
    case OPTION_COUNT:
        add_range(o, "", out);
        break;
    case OPTION_MS:
        add_range(o, " milliseconds (or with ms, s, min, h, d)", out);
        break;
    case OPTION_BYTES:
        add_range(o, " (bytes, or with KiB, MiB, GiB)", out);
        break;
    case OPTION_ENUM:
        for (int i = 0; o->words[i]; i++) {
            builder_add_str(out, i == 0 ? STR("") : o->words[i + 1] ? STR(", ") : STR(" or "));
            builder_add_str(out, str_of(o->words[i]));
        }
        break;
    case OPTION_TEXT:
        add_range(o, " bytes", out);
        break;
    case OPTION_LIST:
        add_range(o, ", with blanks or commas between", out);
        break;
    case OPTION_TYPES:
        break;
    }
}
