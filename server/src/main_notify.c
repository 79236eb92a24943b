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
