/* Inside the store on Cassandra: from a request to the operation that carries it out. Each gives an
 * enum store_status, or a negative errno as strand.h has them. */
#ifndef PARLEY_STORE_CASSANDRA_OPERATIONS_H
#define PARLEY_STORE_CASSANDRA_OPERATIONS_H

#include "store/cassandra/strand.h"
#include "store/ops.h"

/* Whichever it is. */
int operation_run(struct strand *, struct store_request *);

/* By what they are about: logs; accounts and claims; lists, and what goes by itself. */
int operation_run_log(struct strand *, struct store_request *);
int operation_run_directory(struct strand *, struct store_request *);
int operation_run_inbox(struct strand *, struct store_request *);

/* append.c */
int cassandra_append(struct strand *, struct store_append *);

/* log.c */
int cassandra_load(struct strand *, struct store_load *);
int cassandra_events(struct strand *, struct store_events *);
int cassandra_key(struct strand *, struct store_key *);
int cassandra_pins(struct strand *, struct store_pins *);

/* member.c */
int cassandra_member(struct strand *, struct store_member *);
int cassandra_mark(struct strand *, struct store_mark *);
int cassandra_reached(struct strand *, struct store_reached *);

/* --- accounts, names, devices, claims --- */

/* users.c */
int cassandra_user_create(struct strand *, struct store_user_create *);
int cassandra_users(struct strand *, struct store_users *);
int cassandra_user_find(struct strand *, struct store_user_find *);
int cassandra_user_search(struct strand *, struct store_user_search *);
int cassandra_user_set(struct strand *, struct store_user_set *);
int cassandra_user_delete(struct strand *, struct store_user_delete *);

/* leaving.c */
int cassandra_leave(struct strand *, struct store_leave *);

/* devices.c */
int cassandra_device_put(struct strand *, struct store_device_put *);
int cassandra_device_seen(struct strand *, struct store_device_seen *);
int cassandra_devices(struct strand *, struct store_devices *);
int cassandra_device_end(struct strand *, struct store_device_end *);
int cassandra_token_find(struct strand *, struct store_token_find *);

/* codes.c */
int cassandra_code_put(struct strand *, struct store_code_put *);
int cassandra_code_end(struct strand *, struct store_code_end *);
int cassandra_codes(struct strand *, struct store_codes *);

/* reports.c */
int cassandra_report_put(struct strand *, struct store_report_put *);
int cassandra_report_resolve(struct strand *, struct store_report_resolve *);
int cassandra_reports(struct strand *, struct store_reports *);

/* claims.c */
int cassandra_direct_claim(struct strand *, struct store_direct_claim *);
int cassandra_group_claim(struct strand *, struct store_group_claim *);

/* reserve.c */
int cassandra_reserve(struct strand *, struct store_reserve *);

/* board.c */
int cassandra_board(struct strand *, struct store_board *);
int cassandra_board_put(struct strand *, struct store_board_put *);

/* --- inboxes and lists, what goes by itself --- */

/* inbox_list.c */
int cassandra_inbox_list(struct strand *, struct store_inbox_list *);

/* inbox_changes.c */
int cassandra_inbox_changes(struct strand *, struct store_inbox_changes *);

/* noted.c */
int cassandra_mentions(struct strand *, struct store_mentions *);

/* own.c */
int cassandra_drafts(struct strand *, struct store_drafts *);
int cassandra_blocks(struct strand *, struct store_blocks *);

/* contacts.c */
int cassandra_contacts(struct strand *, struct store_contacts *);

/* expiry.c */
int cassandra_expire(struct strand *, struct store_expire *);

/* retention.c */
int cassandra_retention_due(struct strand *, struct store_retention_due *);
int cassandra_retain(struct strand *, struct store_retain *);

#endif
