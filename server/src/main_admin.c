/*
 * Refused: a domain here beside a server's. Only one of them could write, and the server's caches
 * would not know.
 */
#include "main_admin.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/command.h"
#include "admin/socket.h"
#include "bus/local.h"
#include "chat/session.h"
#include "config/config.h"
#include "loop/loop.h"
#include "main_bus.h"
#include "main_env.h"
#include "main_store.h"
#include "util/log.h"
#include "util/mem.h"

#ifndef PARLEY_VERSION
#error "the build says which version this is"
#endif

enum { EXIT_USAGE = 2, FAILED = 1 };

/* --- answers --- */

/* One exchange: what is kept of it while its lines come. */
struct exchange {
    struct builder *out;
    char next[ADMIN_LINE_MAX];
    int code; /* -1: the answer has not ended */
};

static void take_line(struct exchange *e, char what, struct str text)
{
    if (what == '+' && e->out) {
        builder_add_str(e->out, text);
        builder_add_byte(e->out, '\n');
    } else if (what == '+' || what == '-') {
        fprintf(what == '+' ? stdout : stderr, "%.*s\n", (int)text.n, text.p);
    } else if (what == '>') {
        snprintf(e->next, sizeof(e->next), "%.*s", (int)text.n, text.p);
    } else if (what == '=') {
        e->code = str_eq(text, STR("0")) ? 0 : FAILED;
    }
}

/* Takes the whole lines and answers how many bytes they were. */
static size_t take_lines(struct exchange *e, struct str bytes)
{
    size_t at = 0;
    for (const char *end; (end = memchr(bytes.p + at, '\n', bytes.n - at));) {
        size_t n = (size_t)(end - bytes.p) - at;
        if (n)
            take_line(e, bytes.p[at], str_n(bytes.p + at + 1, n - 1));
        at += n + 1;
    }
    return at;
}

/* --- beside a server --- */

static int hung_up(void)
{
    fputs("parleyd: the server hung up before it answered\n", stderr);
    return FAILED;
}

static int exchange_with(int fd, const char *line, struct exchange *e)
{
    char bytes[ADMIN_LINE_MAX * 2];
    size_t n = (size_t)snprintf(bytes, sizeof(bytes), "%s\n", line);
    if (write(fd, bytes, n) != (ssize_t)n)
        return hung_up();
    for (n = 0; e->code < 0;) {
        ssize_t got = read(fd, bytes + n, sizeof(bytes) - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return hung_up();
        n += (size_t)got;
        size_t taken = take_lines(e, str_n(bytes, n));
        memmove(bytes, bytes + taken, n - taken);
        n -= taken;
    }
    return e->code;
}

/* --- with the store opened here --- */

struct own {
    struct loop loop;
    struct bus *bus;
    struct real_env env;
    struct sink sink; /* nobody is connected */
    struct admin admin;
    struct admin_request request;
    bool answered;
};

static void own_done(struct admin_request *request)
{
    struct own *own = container_of(request, struct own, request);
    own->answered = true;
    loop_stop(&own->loop);
}

static int exchange_here(struct own *own, const char *line, struct exchange *e)
{
    own->request = (struct admin_request){.admin = &own->admin, .done = own_done};
    own->answered = false;
    admin_run(&own->request, str_of(line));
    while (!own->answered)
        loop_run(&own->loop);
    take_lines(e, builder_str(&own->request.answer));
    builder_deinit(&own->request.answer);
    return e->code;
}

/* Where other servers go on, they are told; a server of this data_dir alone does not run. */
static bool open_parts(struct own *own, const struct config *config)
{
    own->admin.store = main_store_open(config, &own->loop);
    if (own->admin.store)
        own->bus = main_store_shared(config) ? main_bus_open(config, &own->loop.poster)
                                             : bus_local_new(&own->loop.poster);
    return own->bus;
}

static int own_open(struct own *own, const struct config *config)
{
    static const struct sink_ops nobody;
    own->sink.ops = &nobody;
    if (loop_init(&own->loop))
        return FAILED;
    if (!open_parts(own, config)) {
        store_free(own->admin.store);
        loop_deinit(&own->loop);
        return FAILED;
    }
    real_env_init(&own->env, &own->loop, NULL, config->insecure_fast_passwords);
    own->admin.env = &own->env.env;
    own->admin.version = PARLEY_VERSION;
    struct chat_options options = {.env = &own->env.env,
                                   .store = own->admin.store,
                                   .bus = own->bus,
                                   .sink = &own->sink,
                                   .shared = main_store_shared(config)};
    own->admin.chat = chat_new(&options);
    chat_end(own->admin.chat); /* of what is in doubt after the last answer others see to it */
    return 0;
}

static void own_close(struct own *own)
{
    loop_drain(&own->loop);
    bus_detach(own->bus); /* other nodes go on talking */
    chat_free(own->admin.chat);
    store_free(own->admin.store);
    loop_drain(&own->loop);
    bus_free(own->bus);
    loop_drain(&own->loop); /* what the bus had posted */
    loop_deinit(&own->loop);
}

/* --- either --- */

/* By the socket `fd`, or, where that is negative, with `own`. */
static int ask_for_all(int fd, struct own *own, const char *line, struct builder *out)
{
    struct exchange e = {.out = out};
    char now[ADMIN_LINE_MAX];
    int code = 0;
    snprintf(e.next, sizeof(e.next), "%s", line);
    while (!code && e.next[0]) {
        memcpy(now, e.next, sizeof(now));
        e.next[0] = 0;
        e.code = -1;
        code = fd >= 0 ? exchange_with(fd, now, &e) : exchange_here(own, now, &e);
    }
    return code;
}

static int ask_here(const struct config *config, const char *line, struct builder *out)
{
    struct own *own = mem_new(sizeof(*own));
    int code = own_open(own, config);
    if (!code) {
        code = ask_for_all(-1, own, line, out);
        own_close(own);
    }
    free(own);
    return code;
}

/* The server's socket; -EACCES, said on stderr: it is another user's; negative: no server runs. */
static int connect_to_server(const struct config *config)
{
    int fd = admin_socket_connect(config->data_dir);
    if (fd != -EACCES && fd != -EPERM)
        return fd;
    fprintf(stderr, "parleyd: the server in %s is another user's\n", config->data_dir);
    return -EACCES;
}

int admin_ask(const struct config *config, const char *line, struct builder *out)
{
    int fd = connect_to_server(config);
    if (fd < 0)
        return fd == -EACCES ? FAILED : ask_here(config, line, out);
    int code = ask_for_all(fd, NULL, line, out);
    close(fd);
    return code;
}

/* Of a server that runs, and of nobody else. */
static int ask_server(const struct config *config, const char *line)
{
    int fd = connect_to_server(config);
    if (fd < 0 && fd != -EACCES)
        fprintf(stderr, "parleyd: no server runs in %s\n", config->data_dir);
    if (fd < 0)
        return FAILED;
    int code = ask_for_all(fd, NULL, line, NULL);
    close(fd);
    return code;
}

int log_level_command(const struct config *config)
{
    char line[ADMIN_LINE_MAX];
    const struct config_list *args = &config->args;
    if (args->n > 1 || (args->n && log_level_named(args->items[0]) < 0)) {
        fputs(
            "usage: parleyd log-level [debug | info | warn | error | off]\n"
            "Tells which lines the running server logs, or changes it until it is started again.\n",
            stderr);
        return EXIT_USAGE;
    }
    snprintf(line, sizeof(line), "log-level%s%s", args->n ? "\t" : "",
             args->n ? args->items[0].p : "");
    return ask_server(config, line);
}

int set_command(const struct config *config)
{
    char line[ADMIN_LINE_MAX];
    const struct config_list *args = &config->args;
    const char *name = args->n ? args->items[0].p : "",
               *value = args->n > 1 ? args->items[1].p : "";
    int n = snprintf(line, sizeof(line), "set%s%s%s%s", args->n ? "\t" : "", name,
                     args->n ? "\t" : "", value);
    if ((args->n && args->n != 2) || strpbrk(name, "\t\n") || strpbrk(value, "\t\n") ||
        n >= (int)sizeof(line)) {
        fputs(
            "usage: parleyd set [registration open | invite | closed | -]\n"
            "                   [log.level debug | info | warn | error | off | -]\n"
            "Tells what is set for all nodes that share a store, or sets it: from now on it goes\n"
            "before what is configured on each; -: what is configured holds again.\n",
            stderr);
        return EXIT_USAGE;
    }
    return ask_server(config, line);
}

int nodes_command(const struct config *config)
{
    char line[ADMIN_LINE_MAX];
    const struct config_list *args = &config->args;
    if (!args->n)
        return ask_server(config, "nodes");
    if (args->n != 2 || strcmp(args->items[0].p, "remove") != 0 ||
        strpbrk(args->items[1].p, "\t\n") ||
        snprintf(line, sizeof(line), "node-remove\t%s", args->items[1].p) >= (int)sizeof(line)) {
        fputs("usage: parleyd nodes [remove ID]\n"
              "Shows the cluster as the running server sees it, or takes a node off it that is\n"
              "down and will not come back.\n",
              stderr);
        return EXIT_USAGE;
    }
    return ask_server(config, line);
}

int backup_command(const struct config *config)
{
    char line[ADMIN_LINE_MAX], here[PATH_MAX] = "";
    const struct config_list *args = &config->args;
    if (args->n != 1) {
        fputs("usage: parleyd backup DIR\n"
              "Copies the store in data_dir, also beside a running server, into DIR, which is made "
              "or empty.\n",
              stderr);
        return EXIT_USAGE;
    }
    /* The server may stand in another directory. */
    const char *path = args->items[0].p;
    if (path[0] != '/' && !getcwd(here, sizeof(here))) {
        fprintf(stderr, "parleyd: where are we? %s\n", strerror(errno));
        return FAILED;
    }
    if (strpbrk(path, "\t\n") || strpbrk(here, "\t\n") ||
        snprintf(line, sizeof(line), "backup\t%s%s%s", here, here[0] ? "/" : "", path) >=
            (int)sizeof(line)) {
        fprintf(stderr, "parleyd: %s: no such path can be used here\n", path);
        return FAILED;
    }
    return admin_ask(config, line, NULL);
}
