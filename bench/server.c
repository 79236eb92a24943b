/*
 * A child process that gets SIGKILL when the bench ends. What a run leaves out on purpose: limits
 * on how often one connection or address may ask, since a bench is not a person, and the cost of a
 * password, since setting up thousands of accounts would take longer than what is measured.
 */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "die.h"
#include "scratch_dir.h"
#include "secure.h"
#include "util/clock.h"
#include "util/macros.h"

enum { START_MS_MAX = 60000 };

static const char preload_name[] = "libparley-bench-syncs.so";

/* Those that run: they must not write into their directories while those are removed at the end. */
static pid_t running[SERVERS_MAX];

static void kill_running(void)
{
    for (int i = 0; i < SERVERS_MAX; i++) {
        if (!running[i])
            continue;
        kill(running[i], SIGKILL);
        waitpid(running[i], NULL, 0);
    }
}

/* Puts one in the place of another; 0: of none, or none. */
static void note_running(pid_t before, pid_t now)
{
    int i = 0;
    while (i < SERVERS_MAX && running[i] != before)
        i++;
    if (i == SERVERS_MAX)
        die("more than %d servers", SERVERS_MAX);
    running[i] = now;
}

/* The library lies beside the bench. */
static void preload_path(char *out, size_t size)
{
    char self[SERVER_PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[n < 0 ? 0 : n] = 0;
    snprintf(out, size, "%s/%s", dirname(self), preload_name);
    if (access(out, R_OK))
        die("%s: %s", out, strerror(errno));
}

_Noreturn static void run(const struct server *s, int out)
{
    char preload[SERVER_PATH_MAX * 2], page[SERVER_PATH_MAX + 16], log[SERVER_PATH_MAX + 16];
    char data[SERVER_PATH_MAX + 32], listen[64];
    char certificate[SERVER_PATH_MAX + 48], key[SERVER_PATH_MAX + 48];
    preload_path(preload, sizeof(preload));
    snprintf(page, sizeof(page), "%s/syncs", s->dir);
    snprintf(log, sizeof(log), "%s/log", s->dir);
    snprintf(data, sizeof(data), "--data_dir=%s/data", s->dir);
    snprintf(listen, sizeof(listen), "--listen=127.0.0.1:%u", s->port);
    snprintf(certificate, sizeof(certificate), "--tls.certificate=%s", s->certificate);
    snprintf(key, sizeof(key), "--tls.key=%s", s->key);
    setenv("LD_PRELOAD", preload, 1);
    setenv(SYNCS_VARIABLE, page, 1);
    int errors = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    static const char *const usual[] = {"--registration=open",
                                        "--insecure_fast_passwords=true",
                                        "--password_queue_max=10000",
                                        "--tries_per_address=0",
                                        "--tries_per_account=0",
                                        "--frames_per_s=1000000",
                                        "--frames_burst=1000000",
                                        "--requests_burst=0",
                                        "--sends_burst=0",
                                        "--searches_burst=0",
                                        "--drafts_burst=0",
                                        "--exports_burst=0",
                                        "--bytes_burst=0",
                                        "--sockets_per_user=0",
                                        "--unauthenticated_per_address=0",
                                        "--signups_per_address=0",
                                        "--requests_per_user=0",
                                        "--connections_max=1000000",
                                        "--log.level=warn",
                                        "--metrics.listen=127.0.0.1:0"};
    const char *arguments[6 + ARRAY_SIZE(usual) + SERVER_OPTIONS_MAX + 1] = {
        s->binary, "serve", data, listen, certificate, key};
    size_t n = 6;
    for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
        arguments[n++] = usual[i];
    for (size_t i = 0; s->options && s->options[i]; i++) {
        must(i < SERVER_OPTIONS_MAX);
        arguments[n++] = s->options[i];
    }
    execv(s->binary, (char *const *)arguments);
    fprintf(stderr, "%s: %s\n", s->binary, strerror(errno));
    _exit(127);
}

static void show_log(const struct server *s)
{
    char path[SERVER_PATH_MAX + 16], line[512];
    snprintf(path, sizeof(path), "%s/log", s->dir);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f))
        fputs(line, stderr);
    if (f)
        fclose(f);
}

/* The port in the line that begins so; 0: not all of it is there. */
static uint16_t port_in(const char *text, const char *begin)
{
    const char *line = strstr(text, begin);
    const char *end = line ? strchr(line, '\n') : NULL;
    const char *port = line ? strstr(line, "://127.0.0.1:") : NULL;
    return end && port && port < end ? (uint16_t)atoi(port + strlen("://127.0.0.1:")) : 0;
}

/* Reads what it prints until the lines that name its ports. */
static void wait_until_ready(struct server *s, int out)
{
    char text[1024];
    size_t n = 0;
    for (;;) {
        struct pollfd ready = {.fd = out, .events = POLLIN};
        ssize_t got =
            poll(&ready, 1, START_MS_MAX) > 0 ? read(out, text + n, sizeof(text) - 1 - n) : -1;
        if (got <= 0) {
            show_log(s);
            die("the server did not start");
        }
        n += (size_t)got;
        text[n] = 0;
        uint16_t port = port_in(text, "Parley is at");
        s->metrics_port = port_in(text, "Metrics are at");
        if (port && s->metrics_port) {
            s->port = port;
            return;
        }
    }
}

void server_start(struct server *s)
{
    int pipes[2];
    uint64_t begun_ns = clock_mono_ns();
    if (pipe2(pipes, O_CLOEXEC))
        die("pipe: %s", strerror(errno));
    s->pid = fork();
    if (s->pid < 0)
        die("fork: %s", strerror(errno));
    if (s->pid == 0)
        run(s, pipes[1]);
    static bool registered;
    if (!registered)
        atexit(kill_running); /* before what was registered earlier */
    registered = true;
    note_running(0, s->pid);
    close(pipes[1]);
    wait_until_ready(s, pipes[0]);
    close(pipes[0]);
    s->started_s = (double)(clock_mono_ns() - begun_ns) / 1e9;
}

static void begin(struct server *s, const char *binary, const char *parent, bool tls,
                  const char *const *options, bool shared)
{
    char page[SERVER_PATH_MAX + 16];
    *s = (struct server){.binary = binary, .options = options};
    scratch_dir_make(s->dir, sizeof(s->dir), parent);
    snprintf(page, sizeof(page), "%s/syncs", s->dir);
    struct syncs *syncs = syncs_make(page);
    s->syncs = shared ? NULL : syncs;
    if (tls) {
        snprintf(s->certificate, sizeof(s->certificate), "%s/certificate.pem", s->dir);
        snprintf(s->key, sizeof(s->key), "%s/key.pem", s->dir);
        secure_certificate_make(s->certificate, s->key);
    }
    server_start(s);
}

void server_begin(struct server *s, const char *binary, const char *parent)
{
    begin(s, binary, parent, false, NULL, false);
}

void server_begin_with(struct server *s, const char *binary, const char *parent,
                       const char *const *options, bool shared)
{
    begin(s, binary, parent, false, options, shared);
}

void server_begin_tls(struct server *s, const char *binary, const char *parent)
{
    begin(s, binary, parent, true, NULL, false);
}

static void end_with(struct server *s, int signo)
{
    if (!s->pid)
        return;
    kill(s->pid, signo);
    while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    note_running(s->pid, 0);
    s->pid = 0;
}

void server_stop(struct server *s)
{
    end_with(s, SIGTERM);
}

void server_kill(struct server *s)
{
    end_with(s, SIGKILL);
}

void server_end(struct server *s)
{
    server_kill(s);
    scratch_dir_remove(s->dir);
}
