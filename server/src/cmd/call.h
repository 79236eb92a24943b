/*
 * struct call: one command under way, from the checked arguments to the reply. The gateway makes
 * it, cmd_run() hands it to the command's handler (one short cmd_<group>.c a group: read the
 * arguments, call the domain, write the reply), and the handler answers it, once, now or later:
 *
 *     static void ended(struct chat_call *asked)
 *     {
 *         struct call *call = call_of(asked);
 *         if (!call_refused(call))
 *             call_answer_empty(call);
 *     }
 *
 *     void cmd_device_end(struct call *call)
 *     {
 *         const struct args_device_end *args = call->args;
 *         struct chat_device_end *ask = call_ask(call, sizeof(*ask), ended);
 *         ask->device = args->device;
 *         chat_device_end(call->chat, ask);
 *     }
 *
 * Errors: none of these fail; what goes wrong with the command is its answer.
 * Thread: chat, from cmd_run() to the answer.
 */
#ifndef PARLEY_CMD_CALL_H
#define PARLEY_CMD_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chat/account.h"
#include "chat/chat.h"
#include "proto/problem.h"
#include "proto/writer.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/rate.h"

struct node_guide;
struct quota;
struct session;

/* What a node tells its clients of itself. Constant while the node runs; all borrowed. */
struct node_facts {
    uint64_t incarnation;     /* of the store */
    struct str url;           /* where to open a socket; relative: the same server */
    struct node_guide *guide; /* to the other nodes (cmd/nodes.h); NULL: there are none */
    struct str policy;        /* by which the nodes are chosen */
    uint32_t heartbeat_ms;
    struct rate rates[API_RATE_COUNT]; /* by enum api_rate */
};

struct call {
    /* Filled in by whoever makes it, alive until the answer. */
    enum command command;
    const void *args;   /* struct args_<command> */
    struct arena arena; /* the arguments lie here, and what the handler needs */
    struct chat *chat;
    const struct node_facts *node;
    struct quota *quota;
    struct address_bytes address; /* of the asker */
    uint64_t time_ms;             /* when it was asked (Unix) */
    uint64_t mono_ms;             /* the same */
    uint64_t since_ms;            /* when at the earliest it was sent (mono) */
    uint32_t bytes;               /* of its frame, or its whole request */
    struct session *session;      /* of the asker's socket; NULL in REST */
    bool framed;                  /* the answer is a frame with `id`; else a body */
    uint64_t id;
    /* Takes the answer: in `out` the whole frame or body, `problem` says what went wrong. Called
     * once, as the last step of answering. */
    void (*answered)(struct call *);

    /* Who asks; set before cmd_run() where the command needs a session, and by `auth`. */
    uint64_t user, device;
    bool gone; /* the asker hung up: nobody will read the answer */
    /* Set by a handler that waits: ends the wait. The answer follows as usual. */
    void (*cancel)(struct call *);

    /* An answer in parts: set while one has been given with call_part(), and there are more. Called
     * once that has left, or with `gone`, and then it ends with one of the usual answers, of which
     * no more than the end is read. */
    void (*resume)(struct call *);
    bool parts; /* some were given */

    /* The answer. */
    struct problem problem; /* .error is 0 when all is well */
    struct builder out;
    struct writer writer;

    struct chat_call *asked; /* the request to the domain under way */
};

/* Runs the command's handler, if its user's quota allows it. */
void cmd_run(struct call *);

/* A request to the domain: `size` zeroed bytes in the call's arena that start with a struct
 * chat_call, its caller and done() filled in. One after the other. */
void *call_ask(struct call *, size_t size, void (*done)(struct chat_call *));
/* The call that asked it. */
struct call *call_of(struct chat_call *asked);
/* Whether the domain refused what was asked last; the call is then answered. */
bool call_refused(struct call *);

/* Begins an answer: the caller writes one value and calls call_answer(). */
struct writer *call_reply(struct call *);
void call_answer(struct call *);
/* Gives what was written so far, at least a byte, as a part of the answer to a route; `resume` goes
 * on. */
void call_part(struct call *, void (*resume)(struct call *));
/* Answers {}. */
void call_answer_empty(struct call *);
/* Answers with what went wrong; the problem's texts live in the arena or for ever. */
void call_fail(struct call *, const struct problem *);

#endif
