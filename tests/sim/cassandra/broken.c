/* See broken.h: the table, and how its statements are found by their texts. */
#include "broken.h"

#include <string.h>

#include "store/cassandra/statements.h"
#include "util/macros.h"

const struct broken_rule broken_rules[] = {
    {"log-race", "LOG_PUT_EVENT", "a number is one event's", BROKEN_ANYWAY, 20},
    {"key-race", "LOG_PUT_KEY", "a key stands once in its bucket", BROKEN_ANYWAY, 20},
    {"key-before", "LOG_KEY_SETTLED", "a key is looked for in the buckets before", BROKEN_BLIND,
     50},
    {"tail-lags", "LOG_TAIL", "a head is read at SERIAL", BROKEN_LAGGING, 50},
    {"row-race", "LOG_CHANGE_EVENT", "a row changes from what was read only", BROKEN_ANYWAY, 50},
    {"guess", "LOG_PUT_EVENT", "an unknown outcome is not a good one", BROKEN_GUESSED, 20},
    {"untouched", "MEMBER_TOUCH", "inboxes point to an event before it stands", BROKEN_LOST, 20},
    {"touch-clock", "MEMBER_TOUCH", "the greatest seq wins, not the latest clock", BROKEN_CLOCKED,
     50},
    {"read-clock", "MEMBER_PUT_READ", "and of marks", BROKEN_CLOCKED, 50},
    {"role-clock", "MEMBER_PUT_ROLE", "and of a member's row", BROKEN_CLOCKED, 100},
    {"roster-clock", "CONVERSATION_PUT_ROSTER", "and of who is in it", BROKEN_CLOCKED, 100},
    {"contact-clock", "CONTACT_PUT", "and of contacts", BROKEN_CLOCKED, 100},
    {"blocks-clock", "OWN_PUT_BLOCKS", "and of blocks", BROKEN_CLOCKED, 100},
    {"hidden-clock", "HIDDEN_PUT", "and of what is hidden", BROKEN_CLOCKED, 100},
    {"redo", "LOG_EVENTS", "changes are done again by who comes upon a head", BROKEN_BLIND, 100},
    {"direct-race", "DIRECT_PUT", "two people have one 1:1", BROKEN_ANYWAY, 20},
    {"group-race", "GROUP_PUT", "a command makes one group", BROKEN_ANYWAY, 100},
    {"name-race", "NAME_CHANGE", "a name is one person's", BROKEN_ANYWAY, 100},
    {"look-race", "LOOK_CHANGE", "and what looks like it", BROKEN_ANYWAY, 100},
    {"person-race", "PERSON_CHANGE", "a person changes from what was read only", BROKEN_ANYWAY,
     100},
    {"person-lags", "PERSON_LOOK", "and is read at SERIAL for it", BROKEN_LAGGING, 100},
    {"name-lags", "NAME_LOOK", "a name is looked at at SERIAL", BROKEN_LAGGING, 100},
    {"worker-race", "WORKER_CHANGE", "a worker's row changes from what it was only", BROKEN_ANYWAY,
     50},
    {"due", "EXPIRY_PUT", "what is due is in the queue before it stands", BROKEN_LOST, 50},
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
