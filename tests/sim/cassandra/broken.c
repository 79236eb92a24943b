/* See broken.h. */
#include "broken.h"

#include <string.h>

#include "store/cassandra/statements.h"
#include "util/macros.h"

const struct broken_rule broken_rules[] = {
    {"log-race", "LOG_PUT_EVENT", "a number is one event's", BROKEN_ANYWAY, 20},
    {"key-race", "LOG_PUT_KEY", "a key stands once in its bucket", BROKEN_ANYWAY, 100},
    {"key-head", "LOG_KEY", "a key is looked for in the head's bucket", BROKEN_BLIND, 100},
    {"key-before", "LOG_KEY_SETTLED", "a key is looked for in the buckets before", BROKEN_BLIND,
     20},
    {"tail-lags", "LOG_TAIL", "a head is read at SERIAL", BROKEN_LAGGING, 6000},
    {"guess", "LOG_PUT_EVENT", "an unknown outcome is not a good one", BROKEN_GUESSED, 20},
    {"untouched", "MEMBER_TOUCH", "an inbox points to an event before it stands", BROKEN_LOST, 20},
    {"touch-clock", "MEMBER_TOUCH", "what is greatest is so by its seq: of an inbox",
     BROKEN_CLOCKED, 20},
    {"read-clock", "MEMBER_PUT_READ", "of a read mark", BROKEN_CLOCKED, 20},
    {"got-clock", "MEMBER_PUT_DELIVERED", "of the other mark", BROKEN_CLOCKED, 900},
    {"role-clock", "MEMBER_PUT_ROLE", "of a member", BROKEN_CLOCKED, 20},
    {"wants-clock", "MEMBER_PUT_PREFERENCES", "of what they want", BROKEN_CLOCKED, 200},
    {"roster-clock", "CONVERSATION_PUT_ROSTER", "of who is in a group", BROKEN_CLOCKED, 2000},
    {"group-clock", "CONVERSATION_PUT_RECORD", "of what it is", BROKEN_CLOCKED, 4000},
    {"invite-clock", "CONVERSATION_PUT_INVITES", "of its invites", BROKEN_CLOCKED, 2000},
    {"blocks-clock", "OWN_PUT_BLOCKS", "of blocks", BROKEN_CLOCKED, 20},
    {"drafts-clock", "OWN_PUT_DRAFTS", "of drafts", BROKEN_CLOCKED, 20},
    {"contact-clock", "CONTACT_PUT", "of contacts", BROKEN_CLOCKED, 100},
    {"hidden-clock", "HIDDEN_PUT", "of what is hidden", BROKEN_CLOCKED, 900},
    {"noted-clock", "NOTED_PUT", "of mentions and stars", BROKEN_CLOCKED, 300},
    {"unchanged", "LOG_CHANGE_EVENT", "a row is changed before its event is acknowledged",
     BROKEN_LOST, 20},
    {"pins-clock", "CONVERSATION_PUT_PINS", "of pins", BROKEN_CLOCKED, 1500},
    {"redo", "LOG_EVENTS", "who comes upon a head does its changes", BROKEN_BLIND, 200},
    {"direct-race", "DIRECT_PUT", "two people have one 1:1", BROKEN_ANYWAY, 300},
    {"group-race", "GROUP_PUT", "a command makes one group", BROKEN_ANYWAY, 1500},
    {"look-race", "LOOK_CHANGE", "nobody's name looks like another's", BROKEN_ANYWAY, 600},
    {"name-race", "NAME_CHANGE", "a name is one person's", BROKEN_ANYWAY, 700},
    {"person-race", "PERSON_CHANGE", "a person changes from what was read only", BROKEN_ANYWAY,
     300},
    {"person-lags", "PERSON_LOOK", "and is read at SERIAL for it", BROKEN_LAGGING, 100},
    {"worker-race", "WORKER_CHANGE", "a worker's row changes from what it was only", BROKEN_ANYWAY,
     900},
    {"due", "EXPIRY_PUT", "what is due is in the queue before it is acknowledged", BROKEN_LOST,
     200},
    {"premature", "", "nothing goes before its time", KEPT, 20},
    {"keepsake", "", "what is too old goes", KEPT, 20},
    {"gone-clock", "CONVERSATION_PUT_GONE", "what is gone stays gone", BROKEN_CLOCKED, 100},
    {"gone-untold", "INBOX_PUT_GONE", "whose it was is told", BROKEN_LOST, 20},
    {"gone-told-clock", "INBOX_PUT_GONE", "and that is greatest by its seq", BROKEN_CLOCKED, 600},
    {"undropped", "LOG_DROP", "what is gone is not kept", BROKEN_LOST, 20},
    {NULL, NULL, NULL, KEPT, 0},
};

enum broken broken_in(const char *sabotage, uint32_t statement)
{
    for (const struct broken_rule *r = broken_rules; sabotage && r->name; r++)
        if (!strcmp(r->name, sabotage) && !strcmp(r->statement, statement_rows[statement].name))
            return r->how;
    return KEPT;
}
