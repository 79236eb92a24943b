/*
 * struct device: one signed-in connection, as a client library holds it: it upgrades, proves
 * itself, beats, answers pings, counts pushes. What the mode does with it is in its ops.
 */
#ifndef PARLEY_BENCH_DEVICE_H
#define PARLEY_BENCH_DEVICE_H

#include "load.h"

enum { ID_TEXT_MAX = 20, TOKEN_TEXT_MAX = 64 };

/* Who somebody is, as signing up told. */
struct account {
    uint64_t user;
    char user_text[ID_TEXT_MAX + 1];
    char token[TOKEN_TEXT_MAX + 1];
};

/* What an answer is to: it stands in the upper part of the request's id, the lower one being the
 * mode's own number. */
enum ask {
    ASK_AUTH = 1,
    ASK_BEAT,
    ASK_SEND,
    ASK_DELIVERED,
    ASK_READ,
    ASK_SYNC,
    ASK_EVENTS,
    ASK_HISTORY,
    ASK_WATCH,
    ASK_OTHER,
};

struct device;

struct device_ops {
    /* `auth` was answered. May be NULL. */
    void (*ready)(struct device *);
    /* `frame` is the whole answer, an ok. An error ends the run, unless `refused` takes it. */
    void (*answered)(struct device *, enum ask, uint64_t number, struct str frame);
    void (*refused)(struct device *, enum ask, uint64_t number, struct str frame);
    /* A pushed event. */
    void (*event)(struct device *, struct str frame);
    /* Any other push. May be NULL. */
    void (*pushed)(struct device *, struct str frame);
    /* It lost its connection. NULL: that ends the run. */
    void (*lost)(struct device *, const char *why);
};

enum device_state { DEVICE_OFF, DEVICE_UPGRADING, DEVICE_PROVING, DEVICE_READY };

struct device {
    struct link link;
    const struct device_ops *ops;
    const struct account *account;
    void *mode; /* the mode's own, and its number in it */
    uint32_t number;
    uint8_t state;
    bool beats;
    uint32_t heartbeat_ms;
    struct timer beat;
    uint64_t frames;   /* received */
    uint32_t *ready_n; /* counted up when it is ready */
};

void device_init(struct device *, struct load *, const struct device_ops *, const struct account *,
                 void *mode, uint32_t number);
/* Connects and proves itself; ready() tells. With `beats` it then beats as often as it is told. */
void device_open(struct device *, uint16_t port, bool beats);
void device_close(struct device *);
void device_deinit(struct device *);

/* A request's id: what is asked, and a number below 2^40. */
uint64_t ask_id(enum ask, uint64_t number);
/* Sends one JSON text. */
void device_send(struct device *, struct str json);
/* Sends {"id":…,FORMAT…}. For what is not sent all the time. */
void device_ask(struct device *, enum ask, uint64_t number, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Sends `message.send` with the k-th text of conversation number c (body.h). */
void device_say(struct device *, uint64_t number, struct str to, size_t size, uint32_t c,
                uint32_t k, uint64_t after);
/* Sends `group.create` with n others; the answer is to ASK_OTHER. */
void device_create_group(struct device *, const struct account *others, uint32_t n);

#endif
