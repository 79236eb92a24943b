/*
 * Reporting a message to the admins: a copy of it, as the reporter may read it now, is kept for
 * them, whatever becomes of the message. Nobody in the conversation is told. Thread: chat. Errors:
 * chat/error.h, and UNAVAILABLE.
 */
#ifndef PARLEY_CHAT_REPORT_H
#define PARLEY_CHAT_REPORT_H

#include "chat/chat.h"
#include "model/report.h"

/* While it is open, another by the same person of the same message is this one. NOT_FOUND (no
 * message that stands and that they may read), INVALID (their own, or beyond the limits), FULL. */
struct chat_report {
    struct chat_call call;
    uint64_t conversation, seq;
    enum report_reason reason;
    struct str comment;
    uint64_t id; /* out */
};
void chat_report(struct chat *, struct chat_report *);

/* What admins do; nobody's rights are asked, as in admin.h. Those that are open, or resolved, the
 * newest first. INVALID (the limit). */
struct chat_reports {
    struct chat_call call;
    bool resolved;
    uint64_t before; /* an id; 0: from the newest */
    uint32_t limit;  /* 1 to PAGE_MAX */
    /* out */
    const struct report *reports;
    uint32_t n_reports;
    uint64_t n_open; /* of all */
};
void chat_reports(struct chat *, struct chat_reports *);

/* By call.user (0: the operator). NOT_FOUND; OK where it was resolved before. */
struct chat_report_resolve {
    struct chat_call call;
    uint64_t id;
};
void chat_report_resolve(struct chat *, struct chat_report_resolve *);

#endif
