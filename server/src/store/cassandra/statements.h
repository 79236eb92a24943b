/*
 * Every statement of the store, in one table (statements.c): its text, how it is sent, and what
 * for. The `?` are bound in the text's order. Sections by what they are about; a new one goes to
 * the end of its section.
 *
 * How a statement is sent says its consistency:
 *   READ         QUORUM. Of what plain writes wrote, and of what is known to be decided.
 *   READ_SERIAL  SERIAL. Ends what is under way with a condition: what it gives is how it is.
 *   WRITE        QUORUM. Its row or column is the greatest of what was written, by USING TIMESTAMP:
 *                harmless to repeat, in any order. Never a condition on the same table.
 *   CONDITION    SERIAL for the condition, QUORUM for the commit. Sent once.
 * What a copy writes to tables that conditions write is a WRITE at the time 1, before any
 * condition's: it is only ever what was there first (docs/decisions/0022).
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
    S_PERSON_GET,
    S_PERSON_LOOK,
    S_PERSON_CHANGE,
    S_PERSON_PUT_DEVICE,
    S_USER_GET,
    S_USER_SEEN,
    S_DEVICE_SEEN,
    S_TOKEN_GET,
    S_TOKEN_PUT,
    S_TOKEN_DELETE,
    S_NAME_GET,
    S_NAME_LOOK,
    S_NAME_CHANGE,
    S_NAMES_FROM,
    S_STARTS_FROM,
    S_START_PUT,
    S_LOOK_LOOK,
    S_LOOK_CHANGE,
    S_NAME_ENDS,
    S_NAME_END_PUT,
    S_NAME_END_DELETE,
    S_CODES_GET,
    S_CODES_LOOK,
    S_CODE_CHANGE,
    S_REPORTED_LOOK,
    S_REPORTED_CHANGE,
    S_REPORTS_COUNTS,
    S_REPORTS_COUNTS_LOOK,
    S_REPORTS_COUNT,
    S_REPORTS_UP,
    S_REPORTS_DOWN,
    S_REPORT_LOOK,
    S_REPORT_PUT,
    S_REPORT_DELETE,
    S_REPORT_TEXT_GET,
    S_REPORT_TEXT_PUT,
    S_REPORT_TEXT_DELETE,
    S_DIRECT_LOOK,
    S_DIRECT_PUT,
    S_DIRECT_DELETE,
    S_GROUP_LOOK,
    S_GROUP_PUT,
    S_GROUP_DELETE,
    S_GROUPS_OF,
    S_WORKERS_LOOK,
    S_WORKER_CHANGE,
    S_BOARD_GET,
    S_BOARD_CHANGE,
    S_LEAVING_FROM,
    S_LEAVING_LOOK,
    S_LEAVING_CHANGE,
    S_LEAVING_DELETE,
    S_MEMBERS_FROM,
    S_MEMBER_DROP,
    S_MEMBER_DROP_PREFERENCES,
    S_STEPS_DROP,
    S_LOG_DROP,
    S_CONVERSATION_DROP,

    /* --- inboxes and lists, what goes by itself --- */
    S_INBOX_WALK,
    S_INBOX_SOME,
    S_INBOX_STATES,
    S_INBOX_PUT_GONE,
    S_GATHER_EVENT,
    S_GATHER_NEWEST,
    S_GATHER_CONVERSATION,
    S_NOTED_PUT,
    S_NOTED_PUT_MONTH,
    S_NOTED_MONTHS,
    S_NOTED_PAGE,
    S_NOTED_DROP,
    S_NOTED_DROP_MONTHS,
    S_OWN_BLOCKS,
    S_OWN_PUT_BLOCKS,
    S_OWN_DRAFTS,
    S_OWN_PUT_DRAFTS,
    S_OWN_DROP,
    S_HIDDEN_GET,
    S_HIDDEN_FROM,
    S_HIDDEN_SOME,
    S_HIDDEN_PUT,
    S_HIDDEN_DROP,
    S_CONTACT_GET,
    S_CONTACT_PUT,
    S_CONTACTS,
    S_EXPIRY_PUT,
    S_EXPIRY_PUT_SLOT,
    S_EXPIRY_QUEUE,
    S_EXPIRY_CLOSE,
    S_EXPIRY_OVER,
    S_EXPIRY_SLOTS,
    S_EXPIRY_DUE,
    S_EXPIRY_DONE,
    S_EXPIRY_DROP,
    S_EXPIRY_DROP_SLOTS,
    S_CONVERSATIONS_FIRST,
    S_CONVERSATIONS_AFTER,
    S_CONVERSATION_PUT_GONE,
    S_LOG_FRONT,
    S_LOG_FORGET_KEY,

    /* --- a copy (copy.h) --- */
    S_META_DROP,
    S_COPY_EVENT,
    S_COPY_KEY,
    S_COPY_PERSON,
    S_COPY_DEVICE,
    S_COPY_NAME,
    S_COPY_LOOK,
    S_COPY_CODE,
    S_COPY_REPORTED,
    S_COPY_REPORT_COUNTS,
    S_COPY_REPORT,
    S_COPY_DIRECT,
    S_COPY_GROUP,
    S_COPY_WORKER,
    S_COPY_LEAVING,
    S_ALL_LOGS,
    S_ALL_CONVERSATIONS,
    S_ALL_MEMBERS,
    S_ALL_STEPS,
    S_ALL_PEOPLE,
    S_ALL_TOKENS,
    S_ALL_USERNAMES,
    S_ALL_NAME_STARTS,
    S_ALL_LOOKS,
    S_ALL_NAME_ENDS,
    S_ALL_CODES,
    S_ALL_REPORTED,
    S_ALL_REPORTS,
    S_ALL_REPORT_TEXTS,
    S_ALL_DIRECTS,
    S_ALL_GROUP_CLAIMS,
    S_ALL_WORKERS,
    S_ALL_LEAVING,
    S_ALL_OWN,
    S_ALL_HIDDEN,
    S_ALL_CONTACTS,
    S_ALL_NOTED,
    S_ALL_NOTED_MONTHS,
    S_ALL_EXPIRY,
    S_ALL_EXPIRY_SLOTS,

    STATEMENTS,
};

enum statement_how { READ, READ_SERIAL, WRITE, CONDITION };

struct statement_row {
    const char *name; /* for metrics */
    const char *text;
    enum statement_how how;
    const char *purpose;
};

extern const struct statement_row statement_rows[STATEMENTS];

#endif
