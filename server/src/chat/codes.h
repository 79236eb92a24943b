/*
 * Invite codes to the server, with which people sign up where `registration = invite`. Nobody's
 * rights are asked, as in admin.h. Thread: chat. Errors: chat/error.h, and UNAVAILABLE.
 */
#ifndef PARLEY_CHAT_CODES_H
#define PARLEY_CHAT_CODES_H

#include "chat/chat.h"
#include "model/account.h"
#include "store/directory.h"

enum {
    INVITE_CODE_BYTES = 8 + 16, /* its id, and chance */
    INVITE_CODE_TEXT = 32,      /* the same in base64url */
    INVITE_CODE_DAY_MS = 24 * 60 * 60 * 1000,
};

/* A new one, made by call.user (0: the operator). INVALID (bounds), FULL. */
struct chat_code_add {
    struct chat_call call;
    uint64_t uses_max;               /* 1 to INVITE_CODE_USES_MAX */
    uint64_t days;                   /* that it holds: 1 to INVITE_CODE_DAYS_MAX */
    uint64_t id, until_ms;           /* out */
    char text[INVITE_CODE_TEXT + 2]; /* out: told this once; only its hash is kept */
};
void chat_code_add(struct chat *, struct chat_code_add *);

/* NOT_FOUND. */
struct chat_code_end {
    struct chat_call call;
    uint64_t id;
};
void chat_code_end(struct chat *, struct chat_code_end *);

/* By id, after the id `after`; those that hold no more go when another is made. */
struct chat_codes {
    struct chat_call call;
    uint64_t after;
    uint32_t limit;                  /* 1 to INVITE_CODES_MAX */
    const struct invite_code *codes; /* out */
    uint32_t n_codes;
};
void chat_codes(struct chat *, struct chat_codes *);

/* For signing up: what the text of a code asks the store. False: it is of no code. */
bool code_parse(struct store_code_use *, struct str text);

#endif
