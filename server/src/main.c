/*
 * parleyd: the front door. Reads the configuration and hands over to one subcommand:
 *
 *     parleyd serve | user | backup | restore | copy | verify | nodes | check-config |
 *             print-config | print-manual | print-metrics | print-man | version | help
 *
 * Options may follow; `parleyd print-config` tells them all.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/config.h"
#include "loop/signals.h"
#include "main_admin.h"
#include "main_backup.h"
#include "main_copy.h"
#include "main_invite.h"
#include "main_migrate.h"
#include "main_report.h"
#include "main_serve.h"
#include "main_user.h"
#include "util/buf.h"
#include "util/crypto.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/metric.h"

#ifndef PARLEY_VERSION
#error "the build says which version this is"
#endif

enum { EXIT_USAGE = 2 };

static void print(FILE *to, const struct builder *text)
{
    struct str s = builder_str(text);
    fwrite(s.p, 1, s.n, to);
}

static int run_serve(const struct config *config)
{
    log_set_level((enum log_level)config->log_level);
    log_set_format((enum log_format)config->log_format);
    return serve(config);
}

static int run_check(const struct config *config)
{
    if (serve_check(config))
        return 1;
    puts("the configuration is good");
    return 0;
}

static int run_print(const struct config *config)
{
    struct builder text = {0};
    config_print(config, &text);
    print(stdout, &text);
    builder_deinit(&text);
    return 0;
}

static int run_manual(const struct config *config)
{
    (void)config;
    struct builder text = {0};
    config_print_manual(&text);
    print(stdout, &text);
    builder_deinit(&text);
    return 0;
}

/* Of today, or of the day that a build is to be repeatable for. */
static int run_man(const struct config *config)
{
    (void)config;
    struct builder text = {0};
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    time_t day = epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
    struct tm tm;
    char date[64];
    if (!gmtime_r(&day, &tm) || !strftime(date, sizeof(date), "%B %e, %Y", &tm))
        return 1;
    config_print_man(&text, str_of(date));
    print(stdout, &text);
    builder_deinit(&text);
    return 0;
}

static int run_metrics(const struct config *config)
{
    (void)config;
    struct builder text = {0};
    metric_print_manual(&text);
    print(stdout, &text);
    builder_deinit(&text);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(const struct config *);
    bool words; /* besides options */
    const char *help;
} commands[] = {
    {"serve", run_serve, false, "serve until SIGTERM or SIGINT"},
    {"user", user_command, true, "add, list, disable, enable users; reset passwords"},
    {"invite", invite_command, true, "add, list, revoke codes to sign up with"},
    {"report", report_command, true, "list what people reported, and say that it was seen to"},
    {"backup", backup_command, true, "copy the data, beside a running server too"},
    {"restore", restore_command, true, "make the data directory from a backup"},
    {"migrate", migrate_command, false, "make or renew the tables of store = cassandra"},
    {"copy", copy_command, true, "move a data directory to store = cassandra"},
    {"verify", verify_command, true, "look whether a data directory or a backup is sound"},
    {"nodes", nodes_command, true, "show the cluster as the server sees it; take a node off it"},
    {"set", set_command, true, "set an option for all nodes that share a store"},
    {"log-level", log_level_command, true, "tell or change what a running server logs"},
    {"check-config", run_check, false, "say whether the configuration is good"},
    {"print-config", run_print, false, "print all options, with help, defaults and values"},
    {"print-metrics", run_metrics, false, "print docs/operations/metrics.md"},
    {"print-manual", run_manual, false, "print docs/operations/options.md"},
    {"print-man", run_man, false, "print the manual's page parleyd.conf(5)"},
};

static int usage(FILE *to, int code)
{
    fputs("usage: parleyd COMMAND [--option=value …]\n\n", to);
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        fprintf(to, "  %-13s %s\n", commands[i].name, commands[i].help);
    fputs("  version       print the version\n  help          print this\n", to);
    return code;
}

/* Loads the configuration and runs a command with it. */
static int run_command(int (*run)(const struct config *), bool words, char **flags)
{
    struct config config;
    struct builder complaints = {0};
    config_init(&config);
    int code = EXIT_USAGE;
    if (config_load(&config, flags, environ, &complaints)) {
        print(stderr, &complaints);
    } else if (config.args.n && !words) {
        fprintf(stderr, "parleyd: what is %s? Options begin with --\n", config.args.items[0].p);
    } else {
        code = run(&config);
    }
    builder_deinit(&complaints);
    config_deinit(&config);
    return code;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (signals_block() || crypto_init()) {
        fputs("parleyd: this system lacks what it needs (signals, randomness)\n", stderr);
        return 1;
    }
    const char *name = argc > 1 ? argv[1] : "";
    if (!strcmp(name, "version") || !strcmp(name, "--version"))
        return puts("parleyd " PARLEY_VERSION), 0;
    if (!strcmp(name, "help") || !strcmp(name, "--help"))
        return usage(stdout, 0);
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (!strcmp(name, commands[i].name))
            return run_command(commands[i].run, commands[i].words, argv + 2);
    return usage(stderr, EXIT_USAGE);
}
