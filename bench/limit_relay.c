#include "limit_relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "die.h"
#include "relay_room.h"
#include "util/mem.h"

enum { BACKLOG = 4096 };

/* --- the process --- */

struct seat {
    struct link link;
    struct ws_decoder decoder;
    struct seat *next; /* round the room */
    bool open;
};

static struct seat *rooms[RELAY_ROOMS_MAX]; /* of this process alone: it does nothing else */

static struct seat *seat_of(struct link *l)
{
    return container_of(l, struct seat, link);
}

/* The request's path is "/" and the number of the room. */
static size_t take_request(struct seat *s, const unsigned char *p, size_t n)
{
    struct str in = str_n(p, n), key = scan_after(in, STR("Sec-WebSocket-Key: "));
    const char *end = memmem(p, n, "\r\n\r\n", 4);
    char accept[WS_ACCEPT_TEXT + 1];
    uint64_t room;
    if (!end)
        return 0;
    if (key.n < WS_KEY_TEXT || !scan_u64(in, STR("GET /"), &room) || room >= RELAY_ROOMS_MAX)
        die("the relay was asked %.*s", (int)MIN(n, (size_t)200), in.p);
    ws_accept(accept, str_n(key.p, WS_KEY_TEXT));
    struct builder *out = link_out(&s->link);
    builder_add_str(out, STR("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\nSec-WebSocket-Accept: "));
    builder_add(out, accept, WS_ACCEPT_TEXT);
    builder_add_str(out, STR("\r\n\r\n"));
    link_sent(&s->link);
    s->open = true;
    s->next = rooms[room] ? rooms[room]->next : s;
    if (rooms[room])
        rooms[room]->next = s;
    else
        rooms[room] = s;
    return (size_t)(end - in.p) + 4;
}

static size_t seat_data(struct link *l, unsigned char *p, size_t n)
{
    struct seat *s = seat_of(l);
    size_t used = s->open ? 0 : take_request(s, p, n);
    struct ws_input in = {p + used, n - used};
    struct ws_message message;
    while (s->open && ws_decoder_next(&s->decoder, &in, &message) == WS_DECODED_MESSAGE)
        for (struct seat *to = s->next; to != s; to = to->next) {
            ws_frame_add(link_out(&to->link), message.opcode, message.p, message.n);
            link_sent(&to->link);
        }
    return s->open ? n : used;
}

static void seat_opened(struct link *l)
{
    (void)l;
}

/* Rooms end together: nobody is left who could be sent to. */
static void seat_closed(struct link *l, const char *why)
{
    (void)l, (void)why;
}

static void accepted(struct link *listener, int fd)
{
    static const struct link_handler handler = {
        .opened = seat_opened, .data = seat_data, .closed = seat_closed};
    struct seat *s = mem_new(sizeof(*s));
    s->link = (struct link){.load = listener->load, .handler = &handler};
    ws_decoder_init(&s->decoder, 1 << 16, false);
    link_adopt(&s->link, fd);
}

_Noreturn static void run(int fd)
{
    static const struct link_handler handler = {.accepted = accepted};
    static struct load load;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(fd, 3);
    close_range(4, ~0u, 0);
    load_init(&load);
    struct link listener = {.load = &load, .handler = &handler};
    link_adopt(&listener, 3);
    for (;;)
        load_turn(&load, UINT64_MAX / 2);
}

void relay_begin(struct relay *r)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) || listen(fd, BACKLOG) ||
        getsockname(fd, (struct sockaddr *)&at, &n))
        die("the relay cannot listen: %s", strerror(errno));
    r->port = ntohs(at.sin_port);
    r->pid = fork();
    if (r->pid < 0)
        die("fork: %s", strerror(errno));
    if (r->pid == 0)
        run(fd);
    close(fd);
}

void relay_end(struct relay *r)
{
    kill(r->pid, SIGKILL);
    while (waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}
