/* See main_bus.h. */
#include "main_bus.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bus/local.h"
#include "bus/nats.h"
#include "config/config.h"

enum { PASSWORD_BYTES_MAX = 256 };

/* The first line of the file. 0 or -errno. */
static int read_password(const char *path, char out[PASSWORD_BYTES_MAX])
{
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    bool read = fgets(out, PASSWORD_BYTES_MAX, file);
    fclose(file);
    if (!read)
        return -EINVAL;
    out[strcspn(out, "\r\n")] = 0;
    return 0;
}

static struct bus *open_nats(const struct config *c, struct poster *self)
{
    char password[PASSWORD_BYTES_MAX] = "", why[512] = "";
    int err = *c->nats_password_file ? read_password(c->nats_password_file, password) : 0;
    if (err) {
        fprintf(stderr, "parleyd: nats.password_file: %s\n", strerror(-err));
        return NULL;
    }
    struct nats_options options = {
        .urls = c->nats_urls.items,
        .urls_n = c->nats_urls.n,
        .prefix = c->nats_subject,
        .user = c->nats_user,
        .password = password,
        .credentials = c->nats_credentials,
        .ca = c->nats_ca,
        .certificate = c->nats_certificate,
        .key = c->nats_key,
    };
    struct bus *bus = NULL;
    if (bus_nats_new(&bus, &options, self, why, sizeof(why)))
        fprintf(stderr, "parleyd: the bus on nats cannot be: %s\n", why);
    explicit_bzero(password, sizeof(password));
    return bus;
}

struct bus *main_bus_open(const struct config *config, struct poster *self)
{
    return config->bus == CONFIG_BUS_NATS ? open_nats(config, self) : bus_local_new(self);
}
