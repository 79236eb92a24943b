/* Plain record of a message that somebody reported: a copy of it, for the admins. Pure. */
#ifndef PARLEY_MODEL_REPORT_H
#define PARLEY_MODEL_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/conversation.h"
#include "util/str.h"

/* Stored as numbers: never renumber. */
enum report_reason {
    REPORT_SPAM = 1,
    REPORT_ABUSE = 2,
    REPORT_THREAT = 3,
    REPORT_ILLEGAL = 4,
    REPORT_OTHER = 5,
    REPORT_REASONS,
};

/* "spam", …: as it is called on the wire and on a terminal. */
const char *report_reason_name(enum report_reason);

struct report {
    uint64_t id;
    uint64_t reporter;
    enum report_reason reason;
    struct str comment;
    uint64_t created_ms;
    uint64_t resolved_ms, resolved_by; /* 0: open; by 0: the operator */
    /* the message, as it was */
    uint64_t conversation, seq;
    enum conversation_kind kind; /* of the conversation */
    uint64_t sender;
    uint64_t time_ms;
    struct str message_kind, text;
};

#endif
