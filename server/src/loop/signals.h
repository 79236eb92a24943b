/*
 * SIGTERM, SIGINT and SIGHUP as events of a loop. The program blocks them first of all, before it
 * starts a thread, and ignores SIGPIPE. Errors: 0 or -errno.
 */
#ifndef PARLEY_LOOP_SIGNALS_H
#define PARLEY_LOOP_SIGNALS_H

#include "loop/loop.h"

struct signals {
    struct loop *loop;
    struct watch watch;
    /* On the loop's thread; signals of one kind that arrive together come once. */
    void (*on_signal)(struct signals *, int signo);
};

/* In main(), before the first thread. 0 or -errno. */
int signals_block(void);
/* 0 or -errno; after an error nothing is held. */
int signals_init(struct signals *, struct loop *, void (*on_signal)(struct signals *, int signo));
/* The signals stay blocked. */
void signals_deinit(struct signals *);

#endif
