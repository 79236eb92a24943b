/* See test_relay.h. */
#include "bus/test_relay.h"

#include "bus/test_end.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/macros.h"

enum { LOOK_MS = 10 };

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
}

/* Some bytes from one side to the other. False: a side is gone. */
static bool carry(int from, int to)
{
    char bytes[64 * 1024];
    ssize_t n = recv(from, bytes, sizeof(bytes), 0);
    return n > 0 && send(to, bytes, (size_t)n, MSG_NOSIGNAL) == n;
}

static void carry_all(struct relay *r, int a, int b)
{
    struct pollfd fds[] = {{.fd = a, .events = POLLIN}, {.fd = b, .events = POLLIN}};
    bool good = true;
    while (good && !r->cut && !r->stopping) {
        if (r->stalled) {
            usleep(LOOK_MS * 1000);
            continue;
        }
        if (poll(fds, 2, LOOK_MS) <= 0)
            continue;
        if (fds[0].revents)
            good = carry(a, b);
        if (good && fds[1].revents)
            good = carry(b, a);
    }
}

static void *relay_run(void *arg)
{
    struct relay *r = arg;
    struct sockaddr_in address = loopback(r->to);
    while (!r->stopping) {
        struct pollfd fd = {.fd = r->listener, .events = POLLIN};
        if (poll(&fd, 1, LOOK_MS) <= 0)
            continue;
        int in = accept4(r->listener, NULL, NULL, SOCK_CLOEXEC);
        int out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (!r->cut && connect(out, (struct sockaddr *)&address, sizeof(address)) == 0)
            carry_all(r, in, out);
        close(in);
        close(out);
    }
    return NULL;
}

void relay_start(struct relay *r, uint16_t to)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    *r = (struct relay){.to = to};
    r->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(r->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(r->listener, 8), 0);
    assert_int_equal(getsockname(r->listener, (struct sockaddr *)&address, &size), 0);
    r->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&r->thread, NULL, relay_run, r), 0);
}

void relay_stop(struct relay *r)
{
    if (!r->port)
        return;
    r->stopping = true;
    pthread_join(r->thread, NULL);
    close(r->listener);
    r->port = 0;
}
