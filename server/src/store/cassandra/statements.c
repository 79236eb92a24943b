/*
 * Written once, so that whoever wants to know what Cassandra is asked, and how sure the answer is,
 * reads one page; a test of the schema prepares each of them.
 */
#include "store/cassandra/statements.h"

#include <assert.h>

#include "store/cql/cql.h"

static_assert((int)STATEMENTS <= (int)CQL_STATEMENTS_MAX, "the driver holds them all");

/* The rows of a log: part 0 events, part 1 keys (schema.cql). */
#define EVENTS "FROM logs WHERE conversation = ? AND bucket = ? AND part = 0"
#define ROW    "WHERE conversation = ? AND bucket = ? AND part = 0 AND seq = ? AND sender = 0 AND key = ''"
#define KEY    "FROM logs WHERE conversation = ? AND bucket = ? AND part = 1 AND seq = 0 AND sender = ? AND key = ?"
#define MEMBER "WHERE user = ? AND conversation = ?"

const struct statement_row statement_rows[STATEMENTS] = {
    /* --- what the store is --- */
    [S_META_GET] = {"SELECT value FROM meta WHERE name = ?", READ_SERIAL,
                    "schema version, incarnation, secret"},
    [S_META_PUT] = {"INSERT INTO meta (name, value) VALUES (?, ?) IF NOT EXISTS", CONDITION,
                    "the same, by the first migration"},
    [S_META_CHANGE] = {"UPDATE meta SET value = ? WHERE name = ? IF value = ?", CONDITION,
                       "the next schema version"},

    /* --- logs --- */
    [S_LOG_TAIL] = {"SELECT record, carried, message_seq " EVENTS " LIMIT 1", READ_SERIAL,
                    "the newest event of a bucket"},
    [S_LOG_PUT_EVENT] = {"INSERT INTO logs (conversation, bucket, part, seq, sender, key, record, "
                         "rev, message_seq, carried) VALUES (?, ?, 0, ?, 0, '', ?, ?, ?, ?) "
                         "IF NOT EXISTS",
                         CONDITION, "append"},
    [S_LOG_PUT_KEY] = {"INSERT INTO logs (conversation, bucket, part, seq, sender, key, at, digest) "
                       "VALUES (?, ?, 1, 0, ?, ?, ?, ?) IF NOT EXISTS",
                       CONDITION, "append: the key of an event, in its batch"},
    [S_LOG_KEY] = {"SELECT at, digest " KEY, READ_SERIAL, "where a key stands, in the head's bucket"},
    [S_LOG_KEY_SETTLED] = {"SELECT at, digest " KEY, READ,
                           "the same, in a bucket that takes no more"},
    [S_LOG_EVENT] = {"SELECT record, carried, message_seq FROM logs " ROW, READ,
                     "an event that is to be changed: it is on the condition that it still is so"},
    [S_LOG_EVENTS] = {"SELECT record, carried, message_seq " EVENTS " AND seq >= ? AND seq <= ?",
                      READ, "the events of an append, to do their changes again"},
    [S_LOG_EVENTS_UP] = {"SELECT record " EVENTS
                         " AND seq >= ? AND seq <= ? ORDER BY part DESC, seq ASC, sender DESC, "
                         "key DESC LIMIT ?",
                         READ, "a page, the lowest first"},
    [S_LOG_EVENTS_DOWN] = {"SELECT record " EVENTS " AND seq >= ? AND seq <= ? LIMIT ?", READ,
                           "a page, the highest first"},
    [S_LOG_CHANGE_EVENT] = {"UPDATE logs SET record = ?, rev = ? " ROW " IF record = ?", CONDITION,
                            "edit, delete, reaction, a time that has come: the row in place"},
    [S_LOG_CARRIED_OUT] = {"UPDATE logs SET carried = 0x " ROW " IF EXISTS", CONDITION,
                           "what went with an event is carried out"},
    [S_CONVERSATION_GET] = {"SELECT record, roster, invites, pins, bucket, gone_seq, gone_n "
                            "FROM conversations WHERE conversation = ?",
                            READ, "what a conversation is, and who is in it"},
    [S_CONVERSATION_PUT_RECORD] = {"UPDATE conversations USING TIMESTAMP ? SET record = ? "
                                   "WHERE conversation = ?",
                                   WRITE, "at the event's seq"},
    [S_CONVERSATION_PUT_ROSTER] = {"UPDATE conversations USING TIMESTAMP ? SET roster = ? "
                                   "WHERE conversation = ?",
                                   WRITE, "at the event's seq"},
    [S_CONVERSATION_PUT_INVITES] = {"UPDATE conversations USING TIMESTAMP ? SET invites = ? "
                                    "WHERE conversation = ?",
                                    WRITE, "at the event's seq"},
    [S_CONVERSATION_PUT_PINS] = {"UPDATE conversations USING TIMESTAMP ? SET pins = ? "
                                 "WHERE conversation = ?",
                                 WRITE, "at the event's seq"},
    [S_CONVERSATION_PUT_BUCKET] = {"UPDATE conversations USING TIMESTAMP ? SET bucket = ? "
                                   "WHERE conversation = ?",
                                   WRITE, "where to look for the head: at itself"},
    [S_MEMBER_GET] = {"SELECT touched, role, delivered_seq, read_seq, read_n, preferences "
                      "FROM members " MEMBER,
                      READ, "one person in one conversation"},
    [S_MEMBER_TOUCH] = {"UPDATE members USING TIMESTAMP ? SET touched = ? " MEMBER, WRITE,
                        "before an append: there may be something up to here; at itself"},
    [S_MEMBER_PUT_ROLE] = {"UPDATE members USING TIMESTAMP ? SET role = ? " MEMBER, WRITE,
                           "at the conversation's seq"},
    [S_MEMBER_PUT_READ] = {"UPDATE members USING TIMESTAMP ? SET read_seq = ?, read_n = ?, "
                           "delivered_seq = ? " MEMBER,
                           WRITE, "at the read mark"},
    [S_MEMBER_PUT_DELIVERED] = {"UPDATE members USING TIMESTAMP ? SET delivered_seq = ? " MEMBER,
                                WRITE, "at the mark"},
    [S_MEMBER_PUT_PREFERENCES] = {"UPDATE members USING TIMESTAMP ? SET preferences = ? " MEMBER,
                                  WRITE, "at the own log's seq"},
    [S_STEPS_GET] = {"SELECT steps FROM steps WHERE conversation = ? AND user = ?", READ,
                     "when a member's marks moved"},
    [S_STEPS_GET_ALL] = {"SELECT user, steps FROM steps WHERE conversation = ?", READ,
                         "when all members' did"},
    [S_STEPS_PUT] = {"UPDATE steps USING TIMESTAMP ? SET steps = ? WHERE conversation = ? AND "
                     "user = ?",
                     WRITE, "at the sum of both marks"},

    /* --- accounts, names, devices, claims (directory.h) --- */

    /* --- inboxes and lists, what goes by itself --- */

};
