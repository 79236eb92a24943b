/*
 * The operator's commands, carried out on the chat thread through the domain, so that they take
 * effect at once. The same code serves a running server's socket (socket.h) and a program that
 * holds the store itself, so that both say the same.
 *
 * A request is a line of words with tabs between, at most ADMIN_LINE_MAX bytes:
 *     user-add NAME HASH | user-list [AFTER] | user-disable NAME | user-enable NAME |
 *     user-reset NAME HASH | user-no-second-factor NAME | user-admin NAME |
 *     user-no-admin NAME | user-delete NAME | invite-add USES DAYS | invite-list [AFTER] |
 *     invite-revoke ID | report-list [BEFORE] | report-resolve ID | nodes |
 *     node-remove ID | set [NAME VALUE] | backup DIR
 * where HASH is an Argon2id string and DIR an absolute path. The answer is lines too, each begun by
 * what it is: '+' a line for standard output, '-' one for standard error, '>' a line to be sent
 * next for the rest, '=' the exit code, which is the last.
 */
#ifndef PARLEY_ADMIN_COMMAND_H
#define PARLEY_ADMIN_COMMAND_H

#include "admin/settings.h"
#include "chat/admin.h"
#include "chat/codes.h"
#include "chat/leaving.h"
#include "chat/report.h"
#include "discovery/roll.h"
#include "store/backup.h"
#include "store/directory.h"
#include "util/buf.h"

struct discovery;

enum {
    ADMIN_LINE_MAX = 8192, /* a path and a word */
    ADMIN_LIST_MAX = 500,  /* users or codes in one answer: it stays below 64 KiB */
    ADMIN_WORDS_MAX = 3,
};

/* What the commands work on; all borrowed. */
struct admin {
    struct chat *chat;
    struct store *store;
    struct env *env;
    const struct discovery *discovery; /* NULL: no server runs here */
    struct roll *roll;                 /* NULL: none is kept */
    struct settings *settings;         /* NULL: each node has its own configuration alone */
    const char *version;
    bool backing_up; /* the command's own: one at a time, since it occupies a reader */
};

/* Embedded by whoever asks, until done(). */
struct admin_request {
    struct admin *admin;
    void (*done)(struct admin_request *);
    struct builder answer; /* the asker's to release */
    /* the command's own */
    char line[ADMIN_LINE_MAX];
    struct str words[ADMIN_WORDS_MAX];
    size_t n_words;
    struct task task;
    struct chat_admin_add add;
    struct chat_admin_set set;
    struct chat_admin_delete delete;
    struct chat_admin_list list;
    struct chat_code_add code_add;
    struct chat_code_end code_end;
    struct chat_codes codes;
    struct chat_reports reports;
    struct chat_report_resolve resolve;
    struct store_backup backup;
    struct store_board_put board_put;
    struct roll_change change; /* what that writes */
    struct settings_change settings_change;
};

/* `line` is without its end and is copied. admin and done are set, the answer is empty. done() runs
 * once, on the chat thread, never inside this call. */
void admin_run(struct admin_request *, struct str line);

#endif
