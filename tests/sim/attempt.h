/* struct attempt: a call of a device under way. It dies with the node. */
#ifndef PARLEY_SIM_ATTEMPT_H
#define PARLEY_SIM_ATTEMPT_H

#include "chat/account.h"
#include "chat/admin.h"
#include "chat/append.h"
#include "chat/factor.h"
#include "chat/group.h"
#include "chat/inbox.h"
#include "chat/info.h"
#include "chat/invite.h"
#include "chat/leaving.h"
#include "chat/presence.h"
#include "chat/read.h"
#include "chat/rename.h"
#include "chat/receipt.h"
#include "client.h"

/* Switching a second factor on, with what its texts are. */
struct factor_try {
    struct chat_factor_change change;
    char secret[FACTOR_SECRET_TEXT + 1], code[TOTP_DIGITS + 1], key[24];
};

struct attempt {
    struct list link; /* in world->attempts */
    struct client *device;
    struct node *node; /* that is asked */
    uint32_t epoch;
    uint64_t asked_step, asked_ms; /* wall clock */
    uint64_t asked_mono_ms;
    bool dismissed; /* its connection was about to be closed */
    struct op *op;
    struct copy *copy;
    struct marked *marked;
    uint32_t hints;   /* the copy's, when this was asked */
    uint64_t over_ms; /* a wait: when it may end with nothing */
    void (*finish)(struct attempt *);
    bool inside; /* still inside the call that began it */
    struct task task;
    union { /* every call struct begins with its chat_call */
        struct chat_call call;
        struct chat_append append;
        struct chat_group_create group;
        struct chat_rename rename;
        struct chat_read read;
        struct chat_sync sync;
        struct chat_list list;
        struct chat_mark mark;
        struct chat_sign sign;
        struct chat_authenticate authenticate;
        struct chat_device_end end;
        struct chat_leave leave;
        struct chat_admin_set set;
        struct factor_try factor;
        struct chat_conversation look;
        struct chat_info info;
        struct chat_watch watch;
        struct chat_invites invites;
        struct chat_preview preview;
        struct chat_typing typing;
    } u;
};

struct attempt *attempt_new(struct client *, void (*finish)(struct attempt *));
/* The call that it is for has been made. */
void attempt_made(struct attempt *);
/* Whether the device still hears the answer. */
bool attempt_seen(const struct attempt *);
/* The node died. */
void attempts_forget(struct world *, const struct node *);

#endif
