#include "scrape.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "die.h"

enum {
    PAGE_MAX = 1024 * 1024, /* the page has some 100 KiB */
    PATIENCE_S = 10,
};

static int connect_to(uint16_t port)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
        connect(fd, (struct sockaddr *)&at, sizeof(at)))
        die("metrics: %s", strerror(errno));
    return fd;
}

/* The answer with its head, ended by 0; the server closes behind it. */
char *scrape_page(uint16_t port)
{
    static const char request[] =
        "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    char *page = malloc(PAGE_MAX);
    size_t n = 0;
    ssize_t got;
    int fd = connect_to(port);
    if (!page || write(fd, request, sizeof(request) - 1) != (ssize_t)sizeof(request) - 1)
        die("metrics: %s", strerror(errno));
    while ((got = read(fd, page + n, PAGE_MAX - 1 - n)) > 0)
        n += (size_t)got;
    if (got < 0 || n == PAGE_MAX - 1)
        die("metrics: %s", got < 0 ? strerror(errno) : "too long");
    close(fd);
    page[n] = 0;
    return page;
}

uint64_t page_value(const char *page, const char *name)
{
    char line[160];
    snprintf(line, sizeof(line), "\n%s ", name);
    const char *at = strstr(page, line);
    return at ? strtoull(at + strlen(line), NULL, 10) : 0;
}

uint64_t page_sum(const char *page, const char *name)
{
    char line[160];
    uint64_t sum = 0;
    size_t n = (size_t)snprintf(line, sizeof(line), "\n%s{", name);
    for (const char *at = page; (at = strstr(at, line));) {
        at += n;
        const char *value = strstr(at, "} ");
        sum += value ? strtoull(value + 2, NULL, 10) : 0;
    }
    return sum;
}

uint64_t scrape(uint16_t port, const char *name)
{
    char line[128];
    char *page = scrape_page(port);
    snprintf(line, sizeof(line), "\n%s ", name);
    const char *at = strstr(page, line);
    if (!at)
        die("metrics: no %s", name);
    uint64_t value = strtoull(at + strlen(line), NULL, 10);
    free(page);
    return value;
}
