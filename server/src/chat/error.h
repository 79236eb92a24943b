/* What a call to the domain can end with, other than success. Callers translate (cmd/ does). */
#ifndef PARLEY_CHAT_ERROR_H
#define PARLEY_CHAT_ERROR_H

enum chat_error {
    CHAT_OK = 0,
    CHAT_NOT_FOUND,    /* no such thing, or none that the caller may know of */
    CHAT_FORBIDDEN,    /* the caller's role does not allow it */
    CHAT_CANNOT_WRITE, /* may not write to this person */
    CHAT_NOT_ACCEPTED, /* nor write more before they accept */
    CHAT_INVALID,      /* arguments that make no sense together */
    CHAT_FULL,         /* the 101st member, the 201st reaction, the 1,001st block */
    CHAT_ALREADY_MEMBER,
    CHAT_NOT_MEMBER,  /* the user named is none */
    CHAT_OUT_OF_TURN, /* does not fit how the two stand to each other */
    CHAT_NAME_TAKEN,
    CHAT_NAME_REFUSED, /* not such a name, or it looks like another's */
    CHAT_WRONG_CREDENTIALS,
    CHAT_UNAUTHENTICATED, /* no such token */
    CHAT_DISABLED,        /* the account is disabled */
    CHAT_REGISTRATION_CLOSED,
    CHAT_CODE_REFUSED,    /* an invite code is asked for, and this one holds not */
    CHAT_FACTOR_REQUIRED, /* the password is right, and a code is asked for */
    CHAT_WRONG_CODE,      /* none, or one that was taken before */
    CHAT_FACTOR_ON,
    CHAT_FACTOR_OFF,
    CHAT_TOO_MANY_TRIES, /* retry_after_ms is set */
    CHAT_RATE_LIMITED,   /* wrote to many strangers just now; retry_after_ms is set */
    CHAT_TOO_SOON,       /* retry_after_ms is set */
    CHAT_KEY_REUSED,     /* the key stands for another command */
    CHAT_AHEAD,          /* `after` or a mark lies beyond the head; head is set */
    CHAT_TOO_OLD,        /* the key may stand among what is gone; head is set */
    CHAT_AFTER_REQUIRED, /* the same, and `after` was not said; head is set */
    CHAT_TRUNCATED,   /* a token or page mark of another incarnation; what is gone: first is set */
    CHAT_OVERLOADED,  /* a bounded queue is full; retry_after_ms is set */
    CHAT_UNAVAILABLE, /* may or may not stand: again with the same key; retry_after_ms */
    CHAT_ERRORS,
};

#endif
