/*
 * The records of the domain as JSON, as api/ describes them. Each function writes one value or,
 * where it is called ..._fields, the members of an object that the caller opens and closes. Pure;
 * any thread.
 */
#ifndef PARLEY_CMD_ENCODE_H
#define PARLEY_CMD_ENCODE_H

#include <stdint.h>

#include "chat/presence.h"
#include "cmd/nodes.h"
#include "model/account.h"
#include "model/contact.h"
#include "model/event.h"
#include "model/report.h"
#include "proto/writer.h"

struct builder;
struct chat_conversation;
struct inbox_entry;
struct mark;

/* `viewer`: whose key may be shown; 0: nobody's. */
void encode_event(struct writer *, const struct event *, uint64_t viewer);
/* An array of them, under `name`. */
void encode_events(struct writer *, const char *name, const struct event *, size_t n,
                   uint64_t viewer);
/* An event of an own log, as what stands in the conversation that it is about. */
void encode_draft(struct writer *, const struct event *);
void encode_entry_fields(struct writer *, const struct inbox_entry *, uint64_t viewer);
void encode_entries(struct writer *, const char *name, const struct inbox_entry *, size_t n,
                    uint64_t viewer);
/* What one sees of oneself. */
void encode_own_account_fields(struct writer *, const struct user *);
/* `current`: the device that asks. */
void encode_device(struct writer *, const struct device *, uint64_t current);
void encode_contact(struct writer *, const struct contact *);
/* Present members, with their names and marks, under `name`. */
void encode_members(struct writer *, const char *name, const struct chat_conversation *);
/* Not of NONE. */
struct str encode_contact_state(enum contact_state);
/* user, username, display_name; of a deleted account user, deleted */
void encode_person_fields(struct writer *, const struct user *);
void encode_presence_fields(struct writer *, const struct presence *);

struct str encode_role(enum role);
/* What stands in a report, into the object that was begun. */
void encode_report_fields(struct writer *, const struct report *);
/* Of the store, under "incarnation": 16 hex digits, for it is no id. */
void encode_incarnation(struct writer *, uint64_t incarnation);

/* Addresses of nodes, an array under "nodes". */
void encode_nodes(struct writer *, const struct str *urls, size_t n);

/* Messages after one's read mark. */
uint64_t encode_unread(const struct inbox_entry *);

/* The whole push frames. */
void encode_push_event(struct builder *, const struct event *, uint64_t viewer);
void encode_push_typing(struct builder *, uint64_t conversation, uint64_t user);
void encode_push_presence(struct builder *, const struct presence *);
void encode_push_resync(struct builder *);
void encode_push_goaway(struct builder *, enum goaway_reason, uint64_t reconnect_ms,
                        const struct str *nodes, size_t n);

/* The array in the frame of receipts, which many of them share. */
void encode_marks(struct builder *, const struct mark *, size_t n);
/* `unread`: for the devices of one whose mark is among them; else NULL. */
void encode_push_receipts(struct builder *, uint64_t conversation, struct str marks,
                          const uint64_t *unread);

#endif
