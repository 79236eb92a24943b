/* See broken.h: the table, and how its statements are found by their texts. */
#include "broken.h"

#include <string.h>

#include "store/cassandra/statements.h"
#include "util/macros.h"

const struct broken_rule broken_rules[] = {
    {"log-race", "LOG_PUT_EVENT", "a number is one event's", BROKEN_ANYWAY, 400},
    {"key-race", "LOG_PUT_KEY", "a key stands once in its bucket", BROKEN_ANYWAY, 400},
    {"key-before", "LOG_KEY_SETTLED", "a key is looked for in the buckets before", BROKEN_BLIND,
     50},
    {"tail-lags", "LOG_TAIL", "a head is read at SERIAL", BROKEN_LAGGING, 400},
    {"row-race", "LOG_CHANGE_EVENT", "a row changes from what was read only", BROKEN_ANYWAY, 400},
    {"guess", "LOG_PUT_EVENT", "an unknown outcome is not a good one", BROKEN_GUESSED, 400},
    {"untouched", "MEMBER_TOUCH", "inboxes point to an event before it stands", BROKEN_LOST, 400},
    {"touch-clock", "MEMBER_TOUCH", "the greatest seq wins, not the latest clock", BROKEN_CLOCKED,
     50},
    {"read-clock", "MEMBER_PUT_READ", "and of marks", BROKEN_CLOCKED, 400},
    {"role-clock", "MEMBER_PUT_ROLE", "and of a member's row", BROKEN_CLOCKED, 400},
    {"roster-clock", "CONVERSATION_PUT_ROSTER", "and of who is in it", BROKEN_CLOCKED, 400},
    {"contact-clock", "CONTACT_PUT", "and of contacts", BROKEN_CLOCKED, 400},
    {"blocks-clock", "OWN_PUT_BLOCKS", "and of blocks", BROKEN_CLOCKED, 400},
    {"hidden-clock", "HIDDEN_PUT", "and of what is hidden", BROKEN_CLOCKED, 400},
    {"redo", "LOG_EVENTS", "changes are done again by who comes upon a head", BROKEN_BLIND, 400},
    {"direct-race", "DIRECT_PUT", "two people have one 1:1", BROKEN_ANYWAY, 400},
    {"group-race", "GROUP_PUT", "a command makes one group", BROKEN_ANYWAY, 400},
    {"name-race", "NAME_CHANGE", "a name is one person's", BROKEN_ANYWAY, 400},
    {"look-race", "LOOK_CHANGE", "and what looks like it", BROKEN_ANYWAY, 400},
    {"person-race", "PERSON_CHANGE", "a person changes from what was read only", BROKEN_ANYWAY,
     100},
    {"person-lags", "PERSON_LOOK", "and is read at SERIAL for it", BROKEN_LAGGING, 400},
    {"name-lags", "NAME_LOOK", "a name is looked at at SERIAL", BROKEN_LAGGING, 400},
    {"worker-race", "WORKER_CHANGE", "a worker's row changes from what it was only", BROKEN_ANYWAY,
     50},
    {"due", "EXPIRY_PUT", "what is due is in the queue before it stands", BROKEN_LOST, 400},
    {NULL, NULL, NULL, KEPT, 0},
};

static const char *name_of(const char *text)
{
    for (int i = 0; i < STATEMENTS; i++)
        if (statement_rows[i].text == text)
            return statement_rows[i].name;
    return "";
}

enum broken broken_in(const char *sabotage, const char *text)
{
    for (const struct broken_rule *r = broken_rules; sabotage && r->name; r++)
        if (!strcmp(r->name, sabotage) && !strcmp(r->statement, name_of(text)))
            return r->how;
    return KEPT;
}
