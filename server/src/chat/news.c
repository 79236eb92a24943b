/*
 * The keys of these events are made from the device's id, so each is written once whoever tries how
 * often. They have a character that no client's key has (api/types.json), or else a thief could use
 * them up beforehand. Chat thread.
 */
#include "chat/news.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "chat/append.h"
#include "util/log.h"
#include "util/mem.h"

struct news {
    struct chat *chat;
    struct chat_append append;
    uint64_t device;
    bool recovered; /* that a recovery code was used is yet to be told */
    size_t n_name;
    char name[DEVICE_NAME_BYTES_MAX];
    char key[KEY_BYTES_MAX];
};

static void tell_next(struct news *);

static void told(struct chat_call *call)
{
    struct news *n = container_of(call, struct news, append.call);
    if (call->error)
        log_warn("sign_in_untold", log_u64("user", call->user), log_u64("device", n->device));
    if (!call->error && n->append.type == EVENT_SECOND_FACTOR)
        tell_next(n);
    else
        free(n);
}

/* The sign-in last: with it the device is news no more. */
static void tell_next(struct news *n)
{
    uint64_t user = n->append.call.user;
    snprintf(n->key, sizeof(n->key), "%s/%" PRIu64, n->recovered ? "recovered" : "device",
             n->device);
    n->append = (struct chat_append){
        .call = {.user = user, .device = n->device, .done = told},
        .type = n->recovered ? EVENT_SECOND_FACTOR : EVENT_SIGNED_IN,
        .changes = n->recovered ? FACTOR_RECOVERY_USED : 0,
        .number = n->device,
        .text = n->recovered ? (struct str){0} : str_n(n->name, n->n_name),
        .key = str_of(n->key),
    };
    n->recovered = false;
    chat_append(n->chat, &n->append);
}

void news_tell(struct chat *chat, const struct device *device)
{
    struct news *n = mem_new(sizeof(*n));
    n->chat = chat;
    n->append.call.user = device->user;
    n->device = device->id;
    n->recovered = device->news == DEVICE_RECOVERED;
    n->n_name = MIN(device->name.n, sizeof(n->name));
    if (n->n_name)
        memcpy(n->name, device->name.p, n->n_name);
    tell_next(n);
}
