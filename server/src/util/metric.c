/*
 * Each thread counts in a block of its own, found by a thread-local pointer and chained to all
 * others for whoever reads: on the way of a message there is no lock, no bus and no cache line that
 * two threads write. A block stays when its thread ends, since a counter must not go back; threads
 * are few and live long.
 *
 * What is counted is the process's, as the log's level is: it decides nothing. Refused: a struct
 * that is handed to everything that counts, which would put a parameter of no meaning to it into
 * half of all functions.
 */
#include "util/metric.h"

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "util/macros.h"
#include "util/mem.h"
#include "util/metric_table.h"

const struct metric_row metric_rows[METRICS] = {
    [METRIC_BUILD] = {"parley_build_info", METRIC_GAUGE, METRIC_ONES, "version",
                      "Always 1: which version runs."},
    [METRIC_CONNECTIONS] =
        {"parley_connections", METRIC_GAUGE, METRIC_ONES, "state",
         "Connections: idle (HTTP between requests), greeting (a handshake, a "
         "request in part, a socket before auth), asking (an HTTP answer under "
         "way), streaming (a part of a long one), session (a socket that is signed in), closing."},
    [METRIC_CONNECTIONS_OPENED] = {"parley_connections_opened", METRIC_COUNTER, METRIC_ONES, NULL,
                                   "Connections that were taken."},
    [METRIC_CONNECTIONS_REFUSED] = {"parley_connections_refused", METRIC_COUNTER, METRIC_ONES,
                                    "why",
                                    "Connections that were closed at once: connections_max was "
                                    "reached, they came past the trusted proxies, or too many of "
                                    "one address had not signed in."},
    [METRIC_TLS_HANDSHAKES] = {"parley_tls_handshakes", METRIC_COUNTER, METRIC_ONES, NULL,
                               "TLS handshakes that came to their end."},
    [METRIC_OUTPUT_BYTES] =
        {"parley_output", METRIC_GAUGE, METRIC_BYTES, NULL,
         "Answers and pushes that are not yet with the kernel; the bound is the "
         "option output_bytes_max."},
    [METRIC_PUSHES] = {"parley_pushes", METRIC_COUNTER, METRIC_ONES, NULL,
                       "Pushes queued for a connection: live delivery."},
    [METRIC_PUSHES_LEFT_OUT] = {"parley_pushes_left_out", METRIC_COUNTER, METRIC_ONES, NULL,
                                "Times a connection was so far behind that pushes were left out; "
                                "its client syncs later."},
    [METRIC_COMMANDS] = {"parley_commands", METRIC_COUNTER, METRIC_ONES, "command",
                         "Commands that were answered, well or with an error."},
    [METRIC_COMMANDS_REFUSED] = {"parley_commands_refused", METRIC_COUNTER, METRIC_ONES, "command",
                                 "Commands among them that were answered with an error."},
    [METRIC_ERRORS] = {"parley_errors", METRIC_COUNTER, METRIC_ONES, "code",
                       "Errors that were answered, by code; also to what was no command, and to "
                       "what was limited."},
    [METRIC_COMMAND_SECONDS] = {"parley_command", METRIC_HISTOGRAM, METRIC_NS, NULL,
                                "From a command that was decoded to its answer queued for the "
                                "connection; without those that wait by their nature (sync)."},
    [METRIC_COMMAND_QUEUE_SECONDS] = {"parley_command_queue", METRIC_HISTOGRAM, METRIC_NS, NULL,
                                      "Of that: until the chat thread took it."},
    [METRIC_COMMAND_DOMAIN_SECONDS] = {"parley_command_domain", METRIC_HISTOGRAM, METRIC_NS, NULL,
                                       "Of that: from there to the answer: decided, stored, "
                                       "published."},
    [METRIC_CALLS] = {"parley_calls", METRIC_GAUGE, METRIC_ONES, NULL,
                      "Calls of the domain under way; the bound is the option calls_max."},
    [METRIC_EVENTS] = {"parley_events", METRIC_COUNTER, METRIC_ONES, NULL,
                       "Events that were stored, of all types."},
    [METRIC_MESSAGES] = {"parley_messages", METRIC_COUNTER, METRIC_ONES, NULL,
                         "Messages among them."},
    [METRIC_EVENTS_REMOVED] = {"parley_events_removed", METRIC_COUNTER, METRIC_ONES, NULL,
                               "Events that were removed because they were older than they are "
                               "to be kept, of all types."},
    [METRIC_MESSAGES_REMOVED] = {"parley_messages_removed", METRIC_COUNTER, METRIC_ONES, NULL,
                                 "Messages among them."},
    [METRIC_CACHE_BYTES] = {"parley_cache", METRIC_GAUGE, METRIC_BYTES, NULL,
                            "Conversations and people kept loaded; the bound is the option "
                            "cache_bytes_max."},
    [METRIC_CACHE_HITS] = {"parley_cache_hits", METRIC_COUNTER, METRIC_ONES, "of",
                           "Answered by what is kept: conversations (with head and members), "
                           "people, and sessions, by which a socket's commands come."},
    [METRIC_CACHE_MISSES] = {"parley_cache_misses", METRIC_COUNTER, METRIC_ONES, "of",
                             "Asked of the store: not loaded, told to be old, or older than was "
                             "wanted; of sessions, the tokens that were looked up."},
    [METRIC_CACHE_EVICTIONS] = {"parley_cache_evictions", METRIC_COUNTER, METRIC_ONES, NULL,
                                "Let go of for want of room."},
    [METRIC_PASSWORD_QUEUE] = {"parley_password_queue", METRIC_GAUGE, METRIC_ONES, NULL,
                               "Jobs that wait to be hashed; the bound is the option "
                               "password_queue_max."},
    [METRIC_NODES] =
        {"parley_nodes", METRIC_GAUGE, METRIC_ONES, "state",
         "Nodes of the cluster as this one sees them, itself among them: joining "
         "(there, and not ready), up, draining, down (not heard of), removed (ended in "
         "order). The last two are forgotten after ten minutes."},
    [METRIC_STORE_REQUESTS] = {"parley_store_requests", METRIC_COUNTER, METRIC_ONES, "op",
                               "Requests that the store carried out, by operation."},
    [METRIC_STORE_REQUESTS_FAILED] = {"parley_store_requests_failed", METRIC_COUNTER, METRIC_ONES,
                                      "op", "Requests among them that could not be."},
    [METRIC_STORE_QUEUE] = {"parley_store_queue", METRIC_GAUGE, METRIC_ONES, "of",
                            "Requests that wait for the store's threads."},
    [METRIC_STORE_BATCH_REQUESTS] = {"parley_store_batch_requests", METRIC_HISTOGRAM, METRIC_ONES,
                                     NULL, "Writes that were committed together."},
    [METRIC_STORE_COMMIT_SECONDS] = {"parley_store_commit", METRIC_HISTOGRAM, METRIC_NS, NULL,
                                     "One commit with its sync to the disk."},
    [METRIC_STORE_READ_SECONDS] = {"parley_store_read", METRIC_HISTOGRAM, METRIC_NS, NULL,
                                   "One read request, once a thread took it."},
    [METRIC_STORE_BROKEN] = {"parley_store_broken", METRIC_GAUGE, METRIC_ONES, NULL,
                             "1: a write failed, and all are refused until the server is started "
                             "again."},
    [METRIC_STORE_STOPPED] = {"parley_store_stopped", METRIC_GAUGE, METRIC_ONES, NULL,
                              "1: the engine lets nothing be written until it has compacted."},
    [METRIC_STORE_DELAYED_RATE] = {"parley_store_delayed_rate", METRIC_GAUGE, METRIC_BYTES, NULL,
                                   "Bytes a second to which the engine holds writes back; 0: it "
                                   "does not."},
    [METRIC_STORE_MEMTABLE_BYTES] = {"parley_store_memtable", METRIC_GAUGE, METRIC_BYTES, NULL,
                                     "Written, and not yet in a table's file."},
    [METRIC_STORE_FILE_BYTES] = {"parley_store_file", METRIC_GAUGE, METRIC_BYTES, NULL,
                                 "Files of the tables on the disk."},
    [METRIC_STORE_COMPACTION_PENDING_BYTES] = {"parley_store_compaction_pending", METRIC_GAUGE,
                                               METRIC_BYTES, NULL,
                                               "What the engine has yet to compact."},
    [METRIC_STORE_BACKGROUND_JOBS] = {"parley_store_background_jobs", METRIC_GAUGE, METRIC_ONES,
                                      "of", "Jobs of the engine that run."},
    [METRIC_STORE_BACKGROUND_ERRORS] = {"parley_store_background_errors", METRIC_COUNTER,
                                        METRIC_ONES, NULL, "Jobs of the engine that failed."},
    [METRIC_STORE_BLOCK_CACHE_BYTES] = {"parley_store_block_cache", METRIC_GAUGE, METRIC_BYTES,
                                        NULL,
                                        "Blocks that were read and are kept; the bound is the "
                                        "option store.cache_bytes."},
    [METRIC_DATABASE_STATEMENTS] =
        {"parley_database_statements", METRIC_COUNTER, METRIC_ONES, "statement",
         "Statements that the cluster's database was asked, by their names in "
         "the table of the store; each of a batch counts."},
    [METRIC_DATABASE_READ_SECONDS] =
        {"parley_database_read", METRIC_HISTOGRAM, METRIC_NS, NULL,
         "One plain read, from asking to its answer, with what it waited for room and was sent "
         "again."},
    [METRIC_DATABASE_READ_SERIAL_SECONDS] = {"parley_database_read_serial", METRIC_HISTOGRAM,
                                             METRIC_NS, NULL,
                                             "The same of a read that ends what is under way "
                                             "with a condition."},
    [METRIC_DATABASE_WRITE_SECONDS] = {"parley_database_write", METRIC_HISTOGRAM, METRIC_NS, NULL,
                                       "The same of a plain write."},
    [METRIC_DATABASE_CONDITION_SECONDS] = {"parley_database_condition", METRIC_HISTOGRAM, METRIC_NS,
                                           NULL,
                                           "The same of a write, or batch of them, with a "
                                           "condition: appends among them."},
    [METRIC_DATABASE_BATCH_STATEMENTS] = {"parley_database_batch_statements", METRIC_HISTOGRAM,
                                          METRIC_ONES, NULL,
                                          "Statements of a batch: an append has two for each "
                                          "event."},
    [METRIC_DATABASE_FAILED] =
        {"parley_database_failed", METRIC_COUNTER, METRIC_ONES, "why",
         "Statements and batches that failed: refused (the schema or our rights), unavailable (too "
         "few nodes are there), overloaded (they, or our bounds, take no more), unknown (perhaps "
         "done: it is read back)."},
    [METRIC_DATABASE_REPEATED] = {"parley_database_repeated", METRIC_COUNTER, METRIC_ONES, NULL,
                                  "Statements that were sent again, to another node."},
    [METRIC_DATABASE_PREPARED] = {"parley_database_prepared", METRIC_COUNTER, METRIC_ONES, NULL,
                                  "Statements that a node prepared: each once for a node, and "
                                  "again when it forgot it."},
    [METRIC_DATABASE_WAITING] = {"parley_database_waiting", METRIC_GAUGE, METRIC_ONES, NULL,
                                 "Statements and batches that wait until a connection has room."},
    [METRIC_DATABASE_LINKS] =
        {"parley_database_connections", METRIC_GAUGE, METRIC_ONES, "node",
         "Open connections to a node of the database: two, where all is well."},
    [METRIC_DATABASE_STREAMS] = {"parley_database_streams", METRIC_GAUGE, METRIC_ONES, "node",
                                 "Statements and batches that were sent to that node and are not "
                                 "answered; a connection takes 511."},
    [METRIC_BUS_CONNECTED] = {"parley_bus_connected", METRIC_GAUGE, METRIC_ONES, NULL,
                              "1: the bus is connected to one of its servers. 0 also without a bus "
                              "between nodes."},
    [METRIC_BUS_CONNECTS] = {"parley_bus_connects", METRIC_COUNTER, METRIC_ONES, NULL,
                             "Times it was connected: the first, and each anew."},
    [METRIC_BUS_SUBSCRIPTIONS] =
        {"parley_bus_subscriptions", METRIC_GAUGE, METRIC_ONES, NULL,
         "Subscriptions at the bus: one for each person connected here, one "
         "for each whom somebody here watches, one for this node."},
    [METRIC_BUS_SENT] = {"parley_bus_sent", METRIC_COUNTER, METRIC_ONES, "as",
                         "Messages that were given to the bus's server: to a user, of a presence, "
                         "to one node (node), to all "
                         "nodes at once (all), signs of life (beat), questions and answers."},
    [METRIC_BUS_RECEIVED] = {"parley_bus_received", METRIC_COUNTER, METRIC_ONES, "as",
                             "Messages of other nodes that came from it, as above."},
    [METRIC_BUS_DROPPED] =
        {"parley_bus_dropped", METRIC_COUNTER, METRIC_ONES, "why",
         "Messages that went nowhere; devices find what they miss. Out: disconnected, failed (the "
         "connection broke), too_large (for the server), queue_full. In: arrivals_full, and on "
         "this node "
         "alone: local_full."},
    [METRIC_BUS_ERRORS] = {"parley_bus_errors", METRIC_COUNTER, METRIC_ONES, "why",
                           "What the server complained of: slow_consumer (we took too long, and it "
                           "dropped messages), other (the log has it)."},
    [METRIC_BUS_LOST] = {"parley_bus_lost", METRIC_COUNTER, METRIC_ONES, NULL,
                         "Times that messages may have been lost on the way here, so that all "
                         "devices compare what they have: after a reconnect, a hole in a node's "
                         "numbers, a slow consumer. At most one in 5 s."},
    [METRIC_PROCESS_CPU] = {"process_cpu", METRIC_COUNTER, METRIC_NS, NULL,
                            "Time on a processor, of all threads."},
    [METRIC_PROCESS_MEMORY] = {"process_resident_memory", METRIC_GAUGE, METRIC_BYTES, NULL,
                               "Memory of the process that is in RAM."},
    [METRIC_PROCESS_DESCRIPTORS] = {"process_open_fds", METRIC_GAUGE, METRIC_ONES, NULL,
                                    "Open file descriptors."},
    [METRIC_PROCESS_STARTED] = {"process_start_time", METRIC_GAUGE, METRIC_NS, NULL,
                                "When it was started (Unix)."},
};

/* --- histograms --- */

#define US UINT64_C(1000)
#define MS (1000 * US)

static const uint64_t times_ns[METRIC_BUCKETS - 1] = {
    50 * US, 100 * US, 250 * US, 500 * US, 1 * MS,   2500 * US, 5 * MS,   10 * MS,
    25 * MS, 50 * MS,  100 * MS, 250 * MS, 500 * MS, 1000 * MS, 5000 * MS};
static const uint64_t sizes[METRIC_BUCKETS - 1] = {1,  2,  3,   4,   6,   8,    12,  16,
                                                   32, 64, 128, 256, 512, 1024, 2048};
static_assert((int)METRIC_SUM < (int)METRIC_SLOTS, "a histogram fits");

const uint64_t *metric_bounds(enum metric m)
{
    return metric_rows[m].unit == METRIC_NS ? times_ns : sizes;
}

/* --- counting --- */

struct block {
    struct block *next; /* never changes once it is chained */
    _Atomic uint64_t at[METRICS][METRIC_SLOTS];
};

static struct block *_Atomic blocks;
static _Thread_local struct block *mine;

static struct block *block_new(void)
{
    struct block *b = mem_new(sizeof(*b));
    b->next = atomic_load(&blocks);
    while (!atomic_compare_exchange_weak(&blocks, &b->next, b))
        ;
    return b;
}

void metric_add_at(enum metric m, uint32_t which, uint64_t n)
{
    must(which < METRIC_SLOTS);
    if (!mine)
        mine = block_new();
    /* Nobody else writes it, so that reading and writing need not be one step. */
    _Atomic uint64_t *at = &mine->at[m][which];
    atomic_store_explicit(at, atomic_load_explicit(at, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

void metric_add(enum metric m, uint64_t n)
{
    metric_add_at(m, 0, n);
}

/* The sum over all threads comes out right, whatever this one's share is below zero. */
void metric_drop_at(enum metric m, uint32_t which)
{
    metric_add_at(m, which, UINT64_MAX);
}

void metric_observe(enum metric m, uint64_t value)
{
    const uint64_t *bounds = metric_bounds(m);
    uint32_t bucket = 0;
    while (bucket < METRIC_BUCKETS - 1 && value > bounds[bucket])
        bucket++;
    metric_add_at(m, bucket, 1);
    metric_add_at(m, METRIC_SUM, value);
}

uint64_t metric_value(enum metric m, uint32_t which)
{
    uint64_t sum = 0;
    must(which < METRIC_SLOTS);
    for (struct block *b = atomic_load(&blocks); b; b = b->next)
        sum += atomic_load_explicit(&b->at[m][which], memory_order_relaxed);
    return sum;
}

void metric_collect(struct metric_values *values)
{
    memset(values, 0, sizeof(*values));
    for (struct block *b = atomic_load(&blocks); b; b = b->next)
        for (int m = 0; m < METRICS; m++)
            for (int i = 0; i < METRIC_SLOTS; i++)
                values->at[m][i] += atomic_load_explicit(&b->at[m][i], memory_order_relaxed);
}
