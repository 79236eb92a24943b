/*
 * A name that begins with @ is in Linux's abstract space: there a zero byte stands in its place,
 * and the address ends with the name.
 */
#include "main_notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/numbers.h"

int notify_manager(const char *state)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (!name || !*name)
        return -ENOENT;
    size_t n = strlen(name);
    if ((name[0] != '@' && name[0] != '/') || n >= sizeof(to.sun_path))
        return -EINVAL;
    memcpy(to.sun_path, name, n);
    if (name[0] == '@')
        to.sun_path[0] = '\0';

    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    ssize_t sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
                          (struct sockaddr *)&to, bytes);
    int err = sent < 0 ? -errno : 0;
    close(fd);
    return err;
}

uint64_t notify_watchdog_ms(void)
{
    const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    uint64_t value;
    /* Meant for another process, which handed its environment down. */
    if (pid && (!u64_parse(str_of(pid), &value) || value != (uint64_t)getpid()))
        return 0;
    if (!us || !u64_parse(str_of(us), &value))
        return 0;
    return value / 1000 / 2;
}
