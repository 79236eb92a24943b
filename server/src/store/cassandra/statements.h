/*
 * Every statement of the store, in one table (statements.c): its text, how it is sent, and what for.
 * The `?` are bound in the text's order. Sections by what they are about; a new one goes to the end
 * of its section.
 *
 * How a statement is sent says its consistency:
 *   READ         QUORUM. Of what plain writes wrote, and of what is known to be decided.
 *   READ_SERIAL  SERIAL. Ends what is under way with a condition: what it gives is how it is.
 *   WRITE        QUORUM. Its row or column is the greatest of what was written, by USING TIMESTAMP:
 *                harmless to repeat, in any order. Never a condition on the same table.
 *   CONDITION    SERIAL for the condition, QUORUM for the commit. Sent once.
 */
#ifndef PARLEY_STORE_CASSANDRA_STATEMENTS_H
#define PARLEY_STORE_CASSANDRA_STATEMENTS_H

#include <stdbool.h>

enum statement {
    /* --- what the store is --- */
    S_META_GET,
    S_META_PUT,
    S_META_CHANGE,

    /* --- logs --- */
    S_LOG_TAIL,
    S_LOG_PUT_EVENT,
    S_LOG_PUT_KEY,
    S_LOG_KEY,
    S_LOG_KEY_SETTLED,
    S_LOG_EVENT,
    S_LOG_EVENTS,
    S_LOG_EVENTS_UP,
    S_LOG_EVENTS_DOWN,
    S_LOG_CHANGE_EVENT,
    S_LOG_CARRIED_OUT,
    S_CONVERSATION_GET,
    S_CONVERSATION_PUT_RECORD,
    S_CONVERSATION_PUT_ROSTER,
    S_CONVERSATION_PUT_INVITES,
    S_CONVERSATION_PUT_PINS,
    S_CONVERSATION_PUT_BUCKET,
    S_MEMBER_GET,
    S_MEMBER_TOUCH,
    S_MEMBER_PUT_ROLE,
    S_MEMBER_PUT_READ,
    S_MEMBER_PUT_DELIVERED,
    S_MEMBER_PUT_PREFERENCES,
    S_STEPS_GET,
    S_STEPS_GET_ALL,
    S_STEPS_PUT,

    /* --- accounts, names, devices, claims (directory.h) --- */

    /* --- inboxes and lists, what goes by itself --- */

    STATEMENTS,
};

enum statement_how { READ, READ_SERIAL, WRITE, CONDITION };

struct statement_row {
    const char *text;
    enum statement_how how;
    const char *purpose;
};

extern const struct statement_row statement_rows[STATEMENTS];

#endif
