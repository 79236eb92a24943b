/* Three servers on one machine share its cores with the engines and the load: what is compared is
 * work for a message, not how many more there are with more nodes. */
#include "nodes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "body.h"
#include "die.h"
#include "limit_cassandra.h"
#include "scrape.h"
#include "util/clock.h"

enum { COPIES_MAX = 3, MEET_MS_MAX = 30000, MEET_POLL_US = 50000 };

unsigned list_count(const char *list)
{
    unsigned n = 1;
    for (; (list = strchr(list, ',')); list++)
        n++;
    return n;
}

/* Runs `parleyd migrate` to its end. */
static void migrate(const struct nodes *nodes)
{
    const char *arguments[NODE_OPTIONS + 3] = {nodes->options->server, "migrate"};
    int status;
    memcpy(&arguments[2], nodes->arguments, sizeof(nodes->arguments));
    pid_t pid = fork();
    if (pid == 0) {
        execv(arguments[0], (char *const *)arguments);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
        die("the tables could not be made in Cassandra");
}

void nodes_init(struct nodes *nodes, const struct options *o)
{
    *nodes = (struct nodes){.options = o};
    if (!o->cassandra || !o->nats)
        die("cluster needs --cassandra and --nats: ./dev bench cluster starts them");
    unsigned copies = list_count(o->cassandra);
    snprintf(nodes->keyspace, sizeof(nodes->keyspace), "bench%08" PRIx32, (uint32_t)random_next());
    const char *const formats[NODE_OPTIONS] = {
        "--store=cassandra",
        "--cassandra.contacts=%s",
        "--cassandra.keyspace=%s",
        "--cassandra.replication={'class': 'SimpleStrategy', 'replication_factor': %s}",
        "--bus=nats",
        "--nats.urls=%s",
        "--nats.subject=%s"};
    char number[16];
    snprintf(number, sizeof(number), "%u", copies < COPIES_MAX ? copies : COPIES_MAX);
    const char *const values[NODE_OPTIONS] = {"", o->cassandra, nodes->keyspace, number,
                                              "", o->nats,      nodes->keyspace};
    for (int i = 0; i < NODE_OPTIONS; i++) {
        const char *at = strstr(formats[i], "%s");
        int n = at ? (int)(at - formats[i]) : (int)strlen(formats[i]);
        int length = snprintf(nodes->texts[i], NODE_OPTION_MAX, "%.*s%s%s", n, formats[i],
                              at ? values[i] : "", at ? at + 2 : "");
        if (length >= NODE_OPTION_MAX)
            die("%.*s: too long", n, formats[i]);
        nodes->arguments[i] = nodes->texts[i];
    }
    migrate(nodes);
}

static bool have_met(const struct nodes *nodes)
{
    for (unsigned i = 0; i < nodes->n; i++) {
        char *page = scrape_page(nodes->servers[i].metrics_port);
        uint64_t up = page_value(page, "parley_nodes{state=\"up\"}");
        bool connected = page_value(page, "parley_bus_connected") == 1;
        free(page);
        if (up != nodes->n || !connected)
            return false;
    }
    return true;
}

void nodes_start(struct nodes *nodes, unsigned n)
{
    for (nodes->n = 0; nodes->n < n; nodes->n++)
        server_begin_with(&nodes->servers[nodes->n], nodes->options->server, nodes->options->dir,
                          nodes->arguments, true);
    for (uint64_t until_ms = clock_mono_ms() + MEET_MS_MAX; !have_met(nodes); usleep(MEET_POLL_US))
        if (clock_mono_ms() > until_ms)
            die("%u nodes did not meet within %d s", n, MEET_MS_MAX / 1000);
}

void nodes_stop(struct nodes *nodes)
{
    for (unsigned i = 0; i < nodes->n; i++) {
        server_stop(&nodes->servers[i]);
        server_end(&nodes->servers[i]);
    }
    nodes->n = 0;
}

void nodes_deinit(struct nodes *nodes)
{
    replay_drop(nodes->options->cassandra, nodes->keyspace);
}

/* --- what they did --- */

static uint64_t of(const char *page, const char *family, const char *as)
{
    char name[128];
    snprintf(name, sizeof(name), "%s{as=\"%s\"}", family, as);
    return page_value(page, name);
}

static void add_page(struct node_counts *c, const char *page)
{
    for (int s = 0; s < STATEMENTS; s++) {
        char name[128];
        snprintf(name, sizeof(name), "parley_database_statements_total{statement=\"%s\"}",
                 statement_rows[s].name);
        c->asked[s] += page_value(page, name);
    }
    c->statements += page_sum(page, "parley_database_statements_total");
    c->batches += page_value(page, "parley_database_batch_statements_count");
    c->batched += page_value(page, "parley_database_batch_statements_sum");
    const char *sent = "parley_bus_sent_total", *received = "parley_bus_received_total";
    c->sent += page_sum(page, sent) - of(page, sent, "beat");
    c->received += page_sum(page, received) - of(page, received, "beat");
    c->delivered += of(page, received, "user") + of(page, received, "all");
    c->failed += page_sum(page, "parley_database_failed_total") +
                 page_value(page, "parley_database_repeated_total") +
                 page_sum(page, "parley_bus_dropped_total");
}

void nodes_count(const struct nodes *nodes, struct node_counts *c)
{
    *c = (struct node_counts){0};
    for (unsigned i = 0; i < nodes->n; i++) {
        char *page = scrape_page(nodes->servers[i].metrics_port);
        add_page(c, page);
        free(page);
    }
}

void node_counts_since(struct node_counts *now, const struct node_counts *before)
{
    for (int s = 0; s < STATEMENTS; s++)
        now->asked[s] -= before->asked[s];
    now->statements -= before->statements;
    now->batches -= before->batches;
    now->batched -= before->batched;
    now->sent -= before->sent;
    now->received -= before->received;
    now->delivered -= before->delivered;
    now->failed -= before->failed;
}
