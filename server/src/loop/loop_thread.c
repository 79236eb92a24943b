/* All but the signals that an instruction of the thread itself raises are blocked: those end the
 * program with a core either way, and the sanitizers want to see them. */
#include "loop/loop_thread.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "loop/loop.h"
#include "util/macros.h"

int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *arg)
{
    static const int raised_by_itself[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < ARRAY_SIZE(raised_by_itself); i++)
        sigdelset(&all, raised_by_itself[i]);

    pthread_sigmask(SIG_SETMASK, &all, &before);
    int r = pthread_create(thread, NULL, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r)
        return -r;

    char shown[16];
    snprintf(shown, sizeof(shown), "%s", name);
    pthread_setname_np(*thread, shown);
    return 0;
}

static void *run_loop(void *arg)
{
    struct loop *loop = arg;
    loop_run(loop);
    return NULL;
}

int loop_thread_start(struct loop_thread *t, struct loop *loop, const char *name)
{
    t->loop = loop;
    return thread_start(&t->thread, name, run_loop, loop);
}

void loop_thread_join(struct loop_thread *t)
{
    int r = pthread_join(t->thread, NULL);
    must(r == 0);
}
