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
#define ROW                                                                                        \
    "WHERE conversation = ? AND bucket = ? AND part = 0 AND seq = ? AND sender = 0 AND key = ''"
#define KEY                                                                                        \
    "FROM logs WHERE conversation = ? AND bucket = ? AND part = 1 AND seq = 0 AND sender = ? AND " \
    "key = ?"
#define MEMBER "WHERE user = ? AND conversation = ?"
#define HIDDEN "FROM hidden WHERE user = ? AND conversation = ?"
/* As inbox.c reads it; from `touched` on as member_read() does. */
#define INBOX                                                                                      \
    "conversation, touched_n, touched_ms, gone_seq, gone_n, "                                      \
    "touched, role, delivered_seq, read_seq, read_n, preferences"

/* A name that cannot be another's: it is what follows S_. */
#define STATEMENT(name_, ...) [S_##name_] = {#name_, __VA_ARGS__}

const struct statement_row statement_rows[STATEMENTS] = {
    /* --- what the store is --- */
    STATEMENT(META_GET, "SELECT value FROM meta WHERE name = ?", READ_SERIAL,
              "schema version, incarnation, secret"),
    STATEMENT(META_PUT, "INSERT INTO meta (name, value) VALUES (?, ?) IF NOT EXISTS", CONDITION,
              "the same, by the first migration"),
    STATEMENT(META_CHANGE, "UPDATE meta SET value = ? WHERE name = ? IF value = ?", CONDITION,
              "the next schema version"),

    /* --- logs --- */
    STATEMENT(LOG_TAIL, "SELECT record, carried, message_seq " EVENTS " LIMIT 1", READ_SERIAL,
              "the newest event of a bucket"),
    STATEMENT(LOG_PUT_EVENT,
              "INSERT INTO logs (conversation, bucket, part, seq, sender, key, record, "
              "rev, message_seq, carried) VALUES (?, ?, 0, ?, 0, '', ?, ?, ?, ?) "
              "IF NOT EXISTS",
              CONDITION, "append"),
    STATEMENT(LOG_PUT_KEY,
              "INSERT INTO logs (conversation, bucket, part, seq, sender, key, at, digest) "
              "VALUES (?, ?, 1, 0, ?, ?, ?, ?) IF NOT EXISTS",
              CONDITION, "append: the key of an event, in its batch"),
    STATEMENT(LOG_KEY, "SELECT at, digest " KEY, READ_SERIAL,
              "where a key stands, in the head's bucket"),
    STATEMENT(LOG_KEY_SETTLED, "SELECT at, digest " KEY, READ,
              "the same, in a bucket that takes no more"),
    STATEMENT(LOG_EVENT, "SELECT record, carried, message_seq FROM logs " ROW, READ,
              "an event that is to be changed: it is on the condition that it still is so"),
    STATEMENT(LOG_EVENTS,
              "SELECT record, carried, message_seq " EVENTS " AND seq >= ? AND seq <= ?", READ,
              "the events of an append, to do their changes again"),
    STATEMENT(LOG_EVENTS_UP,
              "SELECT record " EVENTS
              " AND seq >= ? AND seq <= ? ORDER BY part DESC, seq ASC, sender DESC, "
              "key DESC LIMIT ?",
              READ, "a page, the lowest first"),
    STATEMENT(LOG_EVENTS_DOWN, "SELECT record " EVENTS " AND seq >= ? AND seq <= ? LIMIT ?", READ,
              "a page, the highest first"),
    STATEMENT(LOG_CHANGE_EVENT, "UPDATE logs SET record = ?, rev = ? " ROW " IF record = ?",
              CONDITION, "edit, delete, reaction, a time that has come: the row in place"),
    STATEMENT(LOG_CARRIED_OUT, "UPDATE logs SET carried = 0x " ROW " IF EXISTS", CONDITION,
              "what went with an event is carried out"),
    STATEMENT(CONVERSATION_GET,
              "SELECT record, roster, invites, pins, bucket, gone_seq, gone_n "
              "FROM conversations WHERE conversation = ?",
              READ, "what a conversation is, and who is in it"),
    STATEMENT(CONVERSATION_PUT_RECORD,
              "UPDATE conversations USING TIMESTAMP ? SET record = ? "
              "WHERE conversation = ?",
              WRITE, "at the event's seq"),
    STATEMENT(CONVERSATION_PUT_ROSTER,
              "UPDATE conversations USING TIMESTAMP ? SET roster = ? "
              "WHERE conversation = ?",
              WRITE, "at the event's seq"),
    STATEMENT(CONVERSATION_PUT_INVITES,
              "UPDATE conversations USING TIMESTAMP ? SET invites = ? "
              "WHERE conversation = ?",
              WRITE, "at the event's seq"),
    STATEMENT(CONVERSATION_PUT_PINS,
              "UPDATE conversations USING TIMESTAMP ? SET pins = ? "
              "WHERE conversation = ?",
              WRITE, "at the event's seq"),
    STATEMENT(CONVERSATION_PUT_BUCKET,
              "UPDATE conversations USING TIMESTAMP ? SET bucket = ? "
              "WHERE conversation = ?",
              WRITE, "where to look for the head: at itself"),
    STATEMENT(MEMBER_GET,
              "SELECT touched, role, delivered_seq, read_seq, read_n, preferences "
              "FROM members " MEMBER,
              READ, "one person in one conversation"),
    STATEMENT(MEMBER_TOUCH,
              "UPDATE members USING TIMESTAMP ? SET touched = ?, touched_n = ?, "
              "touched_ms = ? " MEMBER,
              WRITE, "before an append: there may be something up to here; at itself"),
    STATEMENT(MEMBER_PUT_ROLE, "UPDATE members USING TIMESTAMP ? SET role = ? " MEMBER, WRITE,
              "at the conversation's seq"),
    STATEMENT(MEMBER_PUT_READ,
              "UPDATE members USING TIMESTAMP ? SET read_seq = ?, read_n = ?, "
              "delivered_seq = ? " MEMBER,
              WRITE, "at the read mark"),
    STATEMENT(MEMBER_PUT_DELIVERED,
              "UPDATE members USING TIMESTAMP ? SET delivered_seq = ? " MEMBER, WRITE,
              "at the mark"),
    STATEMENT(MEMBER_PUT_PREFERENCES,
              "UPDATE members USING TIMESTAMP ? SET preferences = ? " MEMBER, WRITE,
              "at the own log's seq"),
    STATEMENT(STEPS_GET, "SELECT steps FROM steps WHERE conversation = ? AND user = ?", READ,
              "when a member's marks moved"),
    STATEMENT(STEPS_GET_ALL, "SELECT user, steps FROM steps WHERE conversation = ?", READ,
              "when all members' did"),
    STATEMENT(STEPS_PUT,
              "UPDATE steps USING TIMESTAMP ? SET steps = ? WHERE conversation = ? AND "
              "user = ?",
              WRITE, "at the sum of both marks"),

    /* --- accounts, names, devices, claims (directory.h) --- */
    STATEMENT(PERSON_GET,
              "SELECT change, carried_seq, record, seen_ms, slot, id, device, seen_by, "
              "device_seen_ms FROM people WHERE user = ?",
              READ, "a person with their devices"),
    STATEMENT(PERSON_LOOK,
              "SELECT change, carried_seq, record, seen_ms, slot, id, device, seen_by, "
              "device_seen_ms FROM people WHERE user = ?",
              READ_SERIAL, "the same, who is to be changed"),
    STATEMENT(PERSON_CHANGE,
              "UPDATE people SET change = ?, carried_seq = ?, record = ? WHERE user = "
              "? IF change = ?",
              CONDITION, "a person's record; what holds of the devices in its batch"),
    STATEMENT(PERSON_PUT_DEVICE, "UPDATE people SET id = ?, device = ? WHERE user = ? AND slot = ?",
              CONDITION, "a device, in the batch of the above"),
    STATEMENT(USER_GET, "SELECT record, seen_ms FROM people WHERE user = ? LIMIT 1", READ,
              "a person without their devices"),
    STATEMENT(USER_SEEN, "UPDATE people USING TIMESTAMP ? SET seen_ms = ? WHERE user = ?", WRITE,
              "at itself"),
    STATEMENT(DEVICE_SEEN,
              "UPDATE people USING TIMESTAMP ? SET seen_by = ?, device_seen_ms = ? WHERE "
              "user = ? AND slot = ?",
              WRITE, "at the time"),
    STATEMENT(TOKEN_GET, "SELECT user, device FROM tokens WHERE hash = ?", READ,
              "whose a token is"),
    STATEMENT(TOKEN_PUT, "INSERT INTO tokens (hash, user, device) VALUES (?, ?, ?)", WRITE,
              "behind its device"),
    STATEMENT(TOKEN_DELETE, "DELETE FROM tokens WHERE hash = ?", WRITE,
              "behind the end of its device"),
    STATEMENT(NAME_GET, "SELECT user, taken, until_ms FROM usernames WHERE start = ? AND name = ?",
              READ, "whose a name is"),
    STATEMENT(NAME_LOOK, "SELECT user, taken, until_ms FROM usernames WHERE start = ? AND name = ?",
              READ_SERIAL, "the same, which somebody wants"),
    STATEMENT(NAME_CHANGE,
              "UPDATE usernames SET user = ?, taken = ?, until_ms = ? WHERE start = ? "
              "AND name = ? IF user = ? AND taken = ? AND until_ms = ?",
              CONDITION, "claim, give up, free"),
    STATEMENT(NAMES_FROM, "SELECT name, user FROM usernames WHERE start = ? AND name >= ? LIMIT ?",
              READ, "search: names of one start, in order"),
    STATEMENT(STARTS_FROM, "SELECT start FROM name_starts WHERE one = 0 AND start >= ? LIMIT 1",
              READ, "search: the next start that there are names with"),
    STATEMENT(START_PUT, "INSERT INTO name_starts (one, start) VALUES (0, ?) USING TIMESTAMP 1",
              WRITE, "before the claim of a name"),
    STATEMENT(LOOK_LOOK, "SELECT user, name, taken FROM looks WHERE skeleton = ?", READ_SERIAL,
              "who has a name that looks so"),
    STATEMENT(LOOK_CHANGE,
              "UPDATE looks SET user = ?, name = ?, taken = ? WHERE skeleton = ? IF user = ? "
              "AND name = ? AND taken = ?",
              CONDITION, "claim, or keep it for another name"),
    STATEMENT(NAME_ENDS,
              "SELECT until_ms, name FROM name_ends WHERE one = 0 AND until_ms <= ? LIMIT "
              "?",
              READ, "former names whose time is over"),
    STATEMENT(NAME_END_PUT, "INSERT INTO name_ends (one, until_ms, name) VALUES (0, ?, ?)", WRITE,
              "before a name is given up"),
    STATEMENT(NAME_END_DELETE,
              "DELETE FROM name_ends WHERE one = 0 AND until_ms = "
              "? AND name = ?",
              WRITE, "when that name is let go"),
    STATEMENT(CODES_GET, "SELECT slot, code FROM codes WHERE one = ?", READ, "all invite codes"),
    STATEMENT(CODES_LOOK, "SELECT slot, code FROM codes WHERE one = ?", READ_SERIAL,
              "the same, one of which is to be changed"),
    STATEMENT(CODE_CHANGE, "UPDATE codes SET code = ? WHERE one = 0 AND slot = ? IF code = ?",
              CONDITION, "make, count, end"),
    STATEMENT(REPORTED_LOOK, "SELECT slot, id, conversation, seq FROM reported WHERE reporter = ?",
              READ_SERIAL, "a person's open reports"),
    STATEMENT(REPORTED_CHANGE,
              "UPDATE reported SET id = ?, conversation = ?, seq = ? WHERE reporter "
              "= ? AND slot = ? IF id = ?",
              CONDITION, "claim a place for one; free it"),
    STATEMENT(REPORTS_COUNTS, "SELECT change, open, kept FROM reports WHERE one = ? LIMIT 1", READ,
              "how many reports there are"),
    STATEMENT(REPORTS_COUNTS_LOOK, "SELECT change, open, kept FROM reports WHERE one = ? LIMIT 1",
              READ_SERIAL, "the same, before a change"),
    STATEMENT(REPORTS_COUNT,
              "UPDATE reports SET change = ?, open = ?, kept = ? WHERE one = 0 IF "
              "change = ?",
              CONDITION, "what holds of the rows in its batch"),
    STATEMENT(REPORTS_UP, "SELECT id, resolved_ms FROM reports WHERE one = ? ORDER BY id ASC", READ,
              "the oldest that is resolved"),
    STATEMENT(REPORTS_DOWN,
              "SELECT id, resolved_ms, resolved_by FROM reports WHERE one = 0 AND id < "
              "?",
              READ, "a page of reports"),
    STATEMENT(REPORT_LOOK, "SELECT resolved_ms, resolved_by FROM reports WHERE one = 0 AND id = ?",
              READ_SERIAL, "whether one stands, and is resolved"),
    STATEMENT(REPORT_PUT,
              "UPDATE reports SET resolved_ms = ?, resolved_by = ? WHERE one = 0 AND id = "
              "?",
              CONDITION, "a report, in the batch of the counts"),
    STATEMENT(REPORT_DELETE, "DELETE FROM reports WHERE one = 0 AND id = ?", CONDITION,
              "one makes room, in the same batch"),
    STATEMENT(REPORT_TEXT_GET, "SELECT report FROM report_texts WHERE id = ?", READ,
              "what was reported"),
    STATEMENT(REPORT_TEXT_PUT, "INSERT INTO report_texts (id, report) VALUES (?, ?)", WRITE,
              "before its row"),
    STATEMENT(REPORT_TEXT_DELETE, "DELETE FROM report_texts WHERE id = ?", WRITE, "behind its row"),
    STATEMENT(DIRECT_LOOK, "SELECT conversation FROM directs WHERE a = ? AND b = ?", READ_SERIAL,
              "the 1:1 of a pair"),
    STATEMENT(DIRECT_PUT, "INSERT INTO directs (a, b, conversation) VALUES (?, ?, ?) IF NOT EXISTS",
              CONDITION, "its claim"),
    STATEMENT(DIRECT_DELETE, "DELETE FROM directs WHERE a = ? AND b = ? IF conversation = ?",
              CONDITION, "of notes to self, when their writer is deleted"),
    STATEMENT(GROUP_LOOK, "SELECT record FROM group_claims WHERE user = ? AND key = ?", READ_SERIAL,
              "the event 1 of a new group"),
    STATEMENT(GROUP_PUT,
              "INSERT INTO group_claims (user, key, record) VALUES (?, ?, ?) IF NOT EXISTS",
              CONDITION, "its claim"),
    STATEMENT(GROUP_DELETE, "DELETE FROM group_claims WHERE user = ? AND key = ? IF EXISTS",
              CONDITION, "when its user is deleted"),
    STATEMENT(GROUPS_OF, "SELECT key FROM group_claims WHERE user = ? LIMIT ?", READ, "the same"),
    STATEMENT(WORKERS_LOOK, "SELECT worker, owner, up_to_ms FROM workers WHERE one = ?",
              READ_SERIAL, "whose the Snowflake workers are"),
    STATEMENT(WORKER_CHANGE,
              "UPDATE workers SET owner = ?, up_to_ms = ? WHERE one = 0 AND worker = ? "
              "IF owner = ? AND up_to_ms = ?",
              CONDITION, "reserve timestamps"),
    STATEMENT(BOARD_GET, "SELECT slot, value FROM boards WHERE board = ?", READ,
              "what nodes note for each other"),
    STATEMENT(BOARD_CHANGE, "UPDATE boards SET value = ? WHERE board = ? AND slot = ? IF value = ?",
              CONDITION, "note it"),
    STATEMENT(LEAVING_FROM,
              "SELECT due_ms, user, late FROM leaving WHERE one = 0 AND (due_ms, user) "
              ">= (?, ?) LIMIT 1",
              READ, "the next deleted account that something is to be done for"),
    STATEMENT(LEAVING_LOOK, "SELECT late FROM leaving WHERE one = 0 AND due_ms = ? AND user = ?",
              READ_SERIAL, "a mark"),
    STATEMENT(LEAVING_CHANGE,
              "UPDATE leaving SET late = ? WHERE one = 0 AND due_ms = ? AND user = ? "
              "IF late = ?",
              CONDITION, "put it"),
    STATEMENT(LEAVING_DELETE,
              "DELETE FROM leaving WHERE one = 0 AND due_ms = ? AND user = ? IF late "
              "= ?",
              CONDITION, "all is done"),
    STATEMENT(MEMBERS_FROM,
              "SELECT conversation, touched, role, delivered_seq, read_seq, read_n, "
              "preferences FROM members WHERE user = ? AND conversation >= ? LIMIT ?",
              READ, "what a deleted person is in"),
    STATEMENT(MEMBER_DROP,
              "DELETE FROM members USING TIMESTAMP ? WHERE user = ? AND conversation = ?", WRITE,
              "of a deleted person; at the seq of their leaving"),
    STATEMENT(MEMBER_DROP_PREFERENCES,
              "DELETE preferences FROM members USING TIMESTAMP ? WHERE user "
              "= ? AND conversation = ?",
              WRITE, "of a deleted person; for ever"),
    STATEMENT(STEPS_DROP, "DELETE FROM steps USING TIMESTAMP ? WHERE conversation = ? AND user = ?",
              WRITE, "of a deleted person; as far as their marks went"),
    STATEMENT(LOG_DROP, "DELETE FROM logs USING TIMESTAMP ? WHERE conversation = ? AND bucket = ?",
              WRITE, "of a log that nobody is left in, or a bucket that is gone; for ever"),
    STATEMENT(CONVERSATION_DROP,
              "DELETE FROM conversations USING TIMESTAMP ? WHERE conversation = ?", WRITE,
              "of notes to self; for ever"),

    /* --- inboxes and lists, what goes by itself --- */
    STATEMENT(INBOX_WALK, "SELECT " INBOX " FROM members WHERE user = ? AND conversation > ?", READ,
              "a list: all of an inbox, from some conversation on"),
    STATEMENT(INBOX_SOME, "SELECT " INBOX " FROM members WHERE user = ? AND conversation IN ?",
              READ, "the rows of a page"),
    STATEMENT(INBOX_STATES,
              "SELECT conversation, touched, touched_ms, WRITETIME(role), touched_n, "
              "delivered_seq, read_seq, WRITETIME(preferences), gone_seq FROM members "
              "WHERE user = ?",
              READ, "sync: what of an inbox changes, without its texts"),
    STATEMENT(INBOX_PUT_GONE,
              "UPDATE members USING TIMESTAMP ? SET gone_seq = ?, gone_n = ? " MEMBER, WRITE,
              "that there is less of a log, for its members' devices"),
    STATEMENT(GATHER_EVENT, "SELECT record FROM logs " ROW, READ, "an event that is listed"),
    STATEMENT(GATHER_NEWEST, "SELECT record, message_seq " EVENTS " LIMIT 1", READ,
              "the head of a conversation that is listed"),
    STATEMENT(GATHER_CONVERSATION,
              "SELECT record, gone_seq, gone_n, roster FROM conversations "
              "WHERE conversation = ?",
              READ, "a conversation that is listed"),
    STATEMENT(NOTED_PUT,
              "INSERT INTO noted (user, kind, month, time_ms, conversation, seq, stands, "
              "expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?",
              WRITE, "a mention, a star, or that it is none any more: at the event's seq"),
    STATEMENT(NOTED_PUT_MONTH,
              "INSERT INTO noted_months (user, kind, month) VALUES (?, ?, ?) "
              "USING TIMESTAMP 1",
              WRITE, "that there is something in a month"),
    STATEMENT(NOTED_MONTHS,
              "SELECT month FROM noted_months WHERE user = ? AND kind = ? AND month <= ? "
              "LIMIT ?",
              READ, "where there is something to list"),
    STATEMENT(NOTED_PAGE,
              "SELECT time_ms, conversation, seq, stands, expires_ms FROM noted "
              "WHERE user = ? AND kind = ? AND month = ? AND "
              "(time_ms, conversation, seq) < (?, ?, ?) LIMIT ?",
              READ, "a page of mentions or stars"),
    STATEMENT(NOTED_DROP,
              "DELETE FROM noted USING TIMESTAMP ? WHERE user = ? AND kind = ? AND month = ?",
              WRITE, "a deleted account, for ever"),
    STATEMENT(NOTED_DROP_MONTHS,
              "DELETE FROM noted_months USING TIMESTAMP ? WHERE user = ? AND "
              "kind = ?",
              WRITE, "a deleted account, for ever"),
    STATEMENT(OWN_BLOCKS, "SELECT blocks, WRITETIME(blocks) FROM own WHERE user = ?", READ,
              "whom somebody blocks"),
    STATEMENT(OWN_PUT_BLOCKS, "UPDATE own USING TIMESTAMP ? SET blocks = ? WHERE user = ?", WRITE,
              "at the own log's seq"),
    STATEMENT(OWN_DRAFTS, "SELECT drafts, WRITETIME(drafts) FROM own WHERE user = ?", READ,
              "where somebody has a draft"),
    STATEMENT(OWN_PUT_DRAFTS, "UPDATE own USING TIMESTAMP ? SET drafts = ? WHERE user = ?", WRITE,
              "at the own log's seq"),
    STATEMENT(OWN_DROP, "DELETE FROM own USING TIMESTAMP ? WHERE user = ?", WRITE,
              "a deleted account, for ever"),
    STATEMENT(HIDDEN_GET, "SELECT bits, WRITETIME(bits) " HIDDEN " AND bucket = ?", READ,
              "what is hidden of a bucket, to hide one more"),
    STATEMENT(HIDDEN_FROM, "SELECT bucket, bits " HIDDEN " AND bucket >= ?", READ,
              "how many are hidden beyond a place"),
    STATEMENT(HIDDEN_SOME, "SELECT bucket, bits " HIDDEN " AND bucket IN ?", READ,
              "what is hidden of the messages of a page"),
    STATEMENT(HIDDEN_PUT,
              "UPDATE hidden USING TIMESTAMP ? SET bits = ? WHERE user = ? AND "
              "conversation = ? AND bucket = ?",
              WRITE, "at the own log's seq"),
    STATEMENT(HIDDEN_DROP, "DELETE FROM hidden USING TIMESTAMP ? WHERE user = ?", WRITE,
              "a deleted account, for ever"),
    STATEMENT(CONTACT_GET,
              "SELECT contact, WRITETIME(contact) FROM contacts WHERE user = ? AND "
              "other = ?",
              READ, "how one stands to another, to change it"),
    STATEMENT(CONTACT_PUT,
              "UPDATE contacts USING TIMESTAMP ? SET contact = ? WHERE user = ? AND "
              "other = ?",
              WRITE, "at the seq of their 1:1"),
    STATEMENT(CONTACTS, "SELECT other, contact FROM contacts WHERE user = ? AND other > ?", READ,
              "all whom somebody stands in some state to"),
    STATEMENT(EXPIRY_PUT,
              "INSERT INTO expiry (slot, shard, expires_ms, conversation, seq) "
              "VALUES (?, ?, ?, ?, ?) USING TIMESTAMP 1",
              WRITE, "a message that is to be emptied"),
    STATEMENT(EXPIRY_PUT_SLOT,
              "INSERT INTO expiry_slots (queue, slot) VALUES (0, ?) USING TIMESTAMP 1", WRITE,
              "that there is something in a slot"),
    STATEMENT(EXPIRY_QUEUE, "SELECT closed, over FROM expiry_slots WHERE queue = ?", READ,
              "which slots are open, and which were dropped"),
    STATEMENT(EXPIRY_CLOSE, "UPDATE expiry_slots USING TIMESTAMP ? SET closed = ? WHERE queue = 1",
              WRITE, "at itself"),
    STATEMENT(EXPIRY_OVER, "UPDATE expiry_slots USING TIMESTAMP ? SET over = ? WHERE queue = 1",
              WRITE, "at itself"),
    STATEMENT(EXPIRY_SLOTS,
              "SELECT slot FROM expiry_slots WHERE queue = 0 AND slot >= ? AND "
              "slot <= ? LIMIT ?",
              READ, "the slots that something may be due in"),
    STATEMENT(EXPIRY_DUE,
              "SELECT expires_ms, conversation, seq, done FROM expiry WHERE slot = ? AND "
              "shard = ? AND expires_ms <= ?",
              READ, "what is due in a slot"),
    STATEMENT(EXPIRY_DONE,
              "UPDATE expiry USING TIMESTAMP 2 SET done = true WHERE slot = ? AND "
              "shard = ? AND expires_ms = ? AND conversation = ? AND seq = ?",
              WRITE, "a message that is emptied"),
    STATEMENT(EXPIRY_DROP, "DELETE FROM expiry USING TIMESTAMP 3 WHERE slot = ? AND shard = ?",
              WRITE, "a slot that is over: never read again"),
    STATEMENT(EXPIRY_DROP_SLOTS,
              "DELETE FROM expiry_slots USING TIMESTAMP 3 WHERE queue = 0 AND "
              "slot < ?",
              WRITE, "slots that are over: what is read begins behind them"),
    STATEMENT(CONVERSATIONS_FIRST,
              "SELECT conversation, record, gone_seq FROM conversations LIMIT ?", READ,
              "retention: a round over all conversations"),
    STATEMENT(CONVERSATIONS_AFTER,
              "SELECT conversation, record, gone_seq FROM conversations "
              "WHERE token(conversation) > token(?) LIMIT ?",
              READ, "how it goes on"),
    STATEMENT(CONVERSATION_PUT_GONE,
              "UPDATE conversations USING TIMESTAMP ? SET gone_seq = ?, "
              "gone_n = ? WHERE conversation = ?",
              WRITE, "how much of a log is gone: at gone_seq"),
    STATEMENT(LOG_FORGET_KEY,
              "DELETE FROM logs WHERE conversation = ? AND bucket = ? AND part = 1 AND "
              "seq = 0 AND sender = ? AND key = ? IF at = ?",
              CONDITION, "a key whose event is gone, and that is used again"),
    STATEMENT(LOG_FRONT,
              "SELECT seq, record " EVENTS " AND seq >= ? AND seq <= ? ORDER BY part DESC, "
              "seq ASC, sender DESC, key DESC LIMIT ?",
              READ, "the front of a log, to see what goes"),

    /* --- a copy (copy.h) --- */
    STATEMENT(META_DROP, "DELETE FROM meta WHERE name = ? IF value = ?", CONDITION,
              "a copy's claim of a keyspace that turned out to be in use"),
    STATEMENT(COPY_EVENT,
              "INSERT INTO logs (conversation, bucket, part, seq, sender, key, record, rev, "
              "message_seq, carried) VALUES (?, ?, 0, ?, 0, '', ?, ?, ?, ?) USING TIMESTAMP 1",
              WRITE, "an event"),
    STATEMENT(COPY_KEY,
              "INSERT INTO logs (conversation, bucket, part, seq, sender, key, at, digest) "
              "VALUES (?, ?, 1, 0, ?, ?, ?, ?) USING TIMESTAMP 1",
              WRITE, "its key"),
    STATEMENT(COPY_PERSON,
              "UPDATE people USING TIMESTAMP 1 SET change = ?, carried_seq = ?, record = "
              "? WHERE user = ?",
              WRITE, "an account"),
    STATEMENT(COPY_DEVICE,
              "UPDATE people USING TIMESTAMP 1 SET id = ?, device = ? WHERE user = ? AND slot = ?",
              WRITE, "a device"),
    STATEMENT(COPY_NAME,
              "UPDATE usernames USING TIMESTAMP 1 SET user = ?, taken = ?, until_ms = ? "
              "WHERE start = ? AND name = ?",
              WRITE, "whose a name is, or was"),
    STATEMENT(COPY_LOOK, "UPDATE looks USING TIMESTAMP 1 SET user = ?, name = ? WHERE skeleton = ?",
              WRITE, "what looks like a name"),
    STATEMENT(COPY_CODE, "UPDATE codes USING TIMESTAMP 1 SET code = ? WHERE one = 0 AND slot = ?",
              WRITE, "an invite code"),
    STATEMENT(COPY_REPORTED,
              "UPDATE reported USING TIMESTAMP 1 SET id = ?, conversation = ?, seq = ? "
              "WHERE reporter = ? AND slot = ?",
              WRITE, "a person's open report"),
    STATEMENT(COPY_REPORT_COUNTS,
              "UPDATE reports USING TIMESTAMP 1 SET change = ?, open = ?, kept = ? WHERE one = 0",
              WRITE, "how many reports there are"),
    STATEMENT(COPY_REPORT,
              "UPDATE reports USING TIMESTAMP 1 SET resolved_ms = ?, resolved_by = ? "
              "WHERE one = 0 AND id = ?",
              WRITE, "a report"),
    STATEMENT(COPY_DIRECT,
              "INSERT INTO directs (a, b, conversation) VALUES (?, ?, ?) USING TIMESTAMP 1", WRITE,
              "the claim of a 1:1"),
    STATEMENT(COPY_GROUP,
              "INSERT INTO group_claims (user, key, record) VALUES (?, ?, ?) USING TIMESTAMP 1",
              WRITE, "the claim of a group"),
    STATEMENT(COPY_WORKER,
              "UPDATE workers USING TIMESTAMP 1 SET owner = ?, up_to_ms = ? WHERE one = 0 "
              "AND worker = ?",
              WRITE, "which timestamps were reserved"),
    STATEMENT(
        COPY_LEAVING,
        "UPDATE leaving USING TIMESTAMP 1 SET late = ? WHERE one = 0 AND due_ms = ? AND user = ?",
        WRITE, "a deleted account that something is to be done for"),
    STATEMENT(ALL_LOGS,
              "SELECT conversation, bucket, seq, record, rev, message_seq, carried, sender, "
              "key, at, digest FROM logs",
              READ, "all of a table, to check a copy"),
    STATEMENT(
        ALL_CONVERSATIONS,
        "SELECT conversation, record, WRITETIME(record), roster, WRITETIME(roster), invites, "
        "WRITETIME(invites), pins, WRITETIME(pins), bucket, gone_seq, gone_n FROM conversations",
        READ, "all of a table, to check a copy"),
    STATEMENT(ALL_MEMBERS,
              "SELECT user, conversation, touched, touched_n, touched_ms, role, "
              "WRITETIME(role), delivered_seq, read_seq, read_n, preferences, "
              "WRITETIME(preferences), gone_seq, gone_n FROM members",
              READ, "all of a table, to check a copy"),
    STATEMENT(ALL_STEPS, "SELECT conversation, user, steps, WRITETIME(steps) FROM steps", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_PEOPLE,
              "SELECT user, change, carried_seq, record, slot, id, device, seen_ms, seen_by, "
              "device_seen_ms FROM people",
              READ, "all of a table, to check a copy"),
    STATEMENT(ALL_TOKENS, "SELECT hash, user, device FROM tokens", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_USERNAMES, "SELECT start, name, user, taken, until_ms FROM usernames", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_NAME_STARTS, "SELECT start FROM name_starts", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_LOOKS, "SELECT skeleton, user, name, taken FROM looks", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_NAME_ENDS, "SELECT until_ms, name FROM name_ends", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_CODES, "SELECT slot, code FROM codes", READ, "all of a table, to check a copy"),
    STATEMENT(ALL_REPORTED, "SELECT reporter, slot, id, conversation, seq FROM reported", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_REPORTS,
              "SELECT one, change, open, kept, id, resolved_ms, resolved_by FROM reports", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_REPORT_TEXTS, "SELECT id, report FROM report_texts", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_DIRECTS, "SELECT a, b, conversation FROM directs", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_GROUP_CLAIMS, "SELECT user, key, record FROM group_claims", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_WORKERS, "SELECT worker, owner, up_to_ms FROM workers", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_LEAVING, "SELECT due_ms, user, late FROM leaving", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_OWN, "SELECT user, blocks, WRITETIME(blocks), drafts, WRITETIME(drafts) FROM own",
              READ, "all of a table, to check a copy"),
    STATEMENT(ALL_HIDDEN, "SELECT user, conversation, bucket, bits, WRITETIME(bits) FROM hidden",
              READ, "all of a table, to check a copy"),
    STATEMENT(ALL_CONTACTS, "SELECT user, other, contact, WRITETIME(contact) FROM contacts", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_NOTED,
              "SELECT user, kind, month, time_ms, conversation, seq, stands, expires_ms, "
              "WRITETIME(stands) FROM noted",
              READ, "all of a table, to check a copy"),
    STATEMENT(ALL_NOTED_MONTHS, "SELECT user, kind, month FROM noted_months", READ,
              "all of a table, to check a copy"),
    STATEMENT(ALL_EXPIRY, "SELECT slot, shard, expires_ms, conversation, seq, done FROM expiry",
              READ, "all of a table, to check a copy"),
    STATEMENT(ALL_EXPIRY_SLOTS, "SELECT queue, slot, closed, over FROM expiry_slots", READ,
              "all of a table, to check a copy"),
};
