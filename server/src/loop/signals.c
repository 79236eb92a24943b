/* A signalfd on the loop, so that a signal is handled between two callbacks and may do anything;
 * in a handler it might do nearly nothing. */
#include "loop/signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "util/macros.h"

static sigset_t handled_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

int signals_block(void)
{
    sigset_t set = handled_signals();
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return -errno;
    return -pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void on_ready(struct watch *watch, uint32_t events)
{
    (void)events;
    struct signals *s = container_of(watch, struct signals, watch);
    struct signalfd_siginfo info;
    if (read(watch->fd, &info, sizeof(info)) == sizeof(info))
        s->on_signal(s, (int)info.ssi_signo);
}

int signals_init(struct signals *s, struct loop *loop,
                 void (*on_signal)(struct signals *, int signo))
{
    sigset_t set = handled_signals();
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    *s = (struct signals){
        .loop = loop,
        .watch = {.fd = fd, .events = EPOLLIN, .ready = on_ready},
        .on_signal = on_signal,
    };
    int r = loop_watch(loop, &s->watch);
    if (r)
        close(fd);
    return r;
}

void signals_deinit(struct signals *s)
{
    loop_unwatch(s->loop, &s->watch);
    close(s->watch.fd);
}
