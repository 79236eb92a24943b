/* See main_bus.h. */
#include "main_bus.h"

#include <stdio.h>
#include <string.h>

#include "bus/local.h"
#include "bus/nats.h"
#include "config/config.h"
#include "main_secret.h"

static struct bus *open_nats(const struct config *c, struct poster *self)
{
    char password[SECRET_BYTES_MAX] = "", why[512] = "";
    int err = *c->nats_password_file ? main_secret_read(c->nats_password_file, password) : 0;
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
