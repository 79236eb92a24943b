/* See broken.h. */
#include "broken.h"

#include <string.h>

#include "store/cassandra/statements.h"
#include "util/macros.h"

const struct broken_rule broken_rules[] = {
    {"log-race", "LOG_PUT_EVENT", "a number is one event's", BROKEN_ANYWAY, 1000},
    {"key-race", "LOG_PUT_KEY", "a key stands once in its bucket", BROKEN_ANYWAY, 1000},
    {"key-before", "LOG_KEY_SETTLED", "a key is looked for in the buckets before", BROKEN_BLIND,
     1000},
    {"tail-lags", "LOG_TAIL", "a head is read at SERIAL", BROKEN_LAGGING, 1000},
    {"guess", "LOG_PUT_EVENT", "an unknown outcome is not a good one", BROKEN_GUESSED, 1000},
    {"row-race", "LOG_CHANGE_EVENT", "a row changes from what was read only", BROKEN_ANYWAY, 1000},
    {"untouched", "MEMBER_TOUCH", "an inbox points to an event before it stands", BROKEN_LOST,
     1000},
    {"touch-clock", "MEMBER_TOUCH", "what is greatest is so by its seq: of an inbox",
     BROKEN_CLOCKED, 1000},
    {"read-clock", "MEMBER_PUT_READ", "of a read mark", BROKEN_CLOCKED, 1000},
    {"got-clock", "MEMBER_PUT_DELIVERED", "of the other mark", BROKEN_CLOCKED, 1000},
    {"role-clock", "MEMBER_PUT_ROLE", "of a member", BROKEN_CLOCKED, 1000},
    {"wants-clock", "MEMBER_PUT_PREFERENCES", "of what they want", BROKEN_CLOCKED, 1000},
    {"roster-clock", "CONVERSATION_PUT_ROSTER", "of who is in a group", BROKEN_CLOCKED, 1000},
    {"group-clock", "CONVERSATION_PUT_RECORD", "of what it is", BROKEN_CLOCKED, 1000},
    {"invite-clock", "CONVERSATION_PUT_INVITES", "of its invites", BROKEN_CLOCKED, 1000},
    {"pins-clock", "CONVERSATION_PUT_PINS", "of its pins", BROKEN_CLOCKED, 1000},
    {"contact-clock", "CONTACT_PUT", "of a contact", BROKEN_CLOCKED, 1000},
    {"blocks-clock", "OWN_PUT_BLOCKS", "of blocks", BROKEN_CLOCKED, 1000},
    {"drafts-clock", "OWN_PUT_DRAFTS", "of drafts", BROKEN_CLOCKED, 1000},
    {"hidden-clock", "HIDDEN_PUT", "of what is hidden", BROKEN_CLOCKED, 1000},
    {"noted-clock", "NOTED_PUT", "of mentions and stars", BROKEN_CLOCKED, 1000},
    {"redo", "LOG_EVENTS", "who comes upon a head does its changes", BROKEN_BLIND, 1000},
    {"direct-race", "DIRECT_PUT", "two people have one 1:1", BROKEN_ANYWAY, 1000},
    {"direct-lags", "DIRECT_LOOK", "whose claim is read at SERIAL", BROKEN_LAGGING, 1000},
    {"group-race", "GROUP_PUT", "a command makes one group", BROKEN_ANYWAY, 1000},
    {"group-lags", "GROUP_LOOK", "whose claim is read at SERIAL", BROKEN_LAGGING, 1000},
    {"name-race", "NAME_CHANGE", "a name is one person's", BROKEN_ANYWAY, 1000},
    {"name-lags", "NAME_LOOK", "and is looked at at SERIAL", BROKEN_LAGGING, 1000},
    {"look-race", "LOOK_CHANGE", "so is what looks like it", BROKEN_ANYWAY, 1000},
    {"person-race", "PERSON_CHANGE", "a person changes from what was read only", BROKEN_ANYWAY,
     1000},
    {"person-lags", "PERSON_LOOK", "and is read at SERIAL for it", BROKEN_LAGGING, 1000},
    {"worker-race", "WORKER_CHANGE", "a worker's row changes from what it was only", BROKEN_ANYWAY,
     1000},
    {"worker-lags", "WORKERS_LOOK", "and is read at SERIAL", BROKEN_LAGGING, 1000},
    {"leave-race", "LEAVING_DELETE", "a job's mark goes as it was read only", BROKEN_ANYWAY, 1000},
    {"due", "EXPIRY_PUT", "what is due is in the queue before it is acknowledged", BROKEN_LOST,
     1000},
    {NULL, NULL, NULL, KEPT, 0},
};

enum broken broken_in(const char *sabotage, uint32_t statement)
{
    for (const struct broken_rule *r = broken_rules; sabotage && r->name; r++)
        if (!strcmp(r->name, sabotage) && !strcmp(r->statement, statement_rows[statement].name))
            return r->how;
    return KEPT;
}
