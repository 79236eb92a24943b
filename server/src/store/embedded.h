/*
 * The embedded store: every operation of log.h and directory.h as a synchronous function over a kv.
 * Whoever runs it (threads: threaded.h; a simulator's scheduler: memory.h) gives it a turn and
 * decides when the batch is committed; nothing here waits, locks or reads a clock.
 *
 * Each log_… and directory_… function carries out the request of its name: sets its outputs and
 * returns an enum store_status, or a negative errno: nothing was carried out, the turn's changes
 * are to be rolled back and the request FAILED.
 */
#ifndef PARLEY_STORE_EMBEDDED_H
#define PARLEY_STORE_EMBEDDED_H

#include "store/backup.h"
#include "store/directory.h"
#include "store/log.h"
#include "store/ops.h"
#include "store/turn.h"

enum embedded_result {
    EMBEDDED_NEWER_SCHEMA = KV_ABSENT + 1, /* info->schema says which */
};
/* What the store on `kv` is; nothing is written. 0, KV_ABSENT (there is none), NEWER_SCHEMA,
 * negative. */
int embedded_look(struct kv *kv, struct store_info *info);
/* The same, and where there is none, one is made with the incarnation and secret that are given;
 * one of an older schema is brought to ours (migrate.h). 0, NEWER_SCHEMA, or negative: info->schema
 * is the one it is still of. */
int embedded_open(struct kv *kv, struct store_info *info, uint64_t incarnation,
                  const uint8_t secret[CRYPTO_SECRET_BYTES]);

/* A restored store is another one: tokens and page marks of the old one are refused. */
int embedded_renew(struct kv *, uint64_t incarnation);

/* Carries out one write in the batch, or takes its changes back and sets it FAILED. The status is
 * not to be told before the batch is committed. */
void embedded_write(struct kv_batch *, const struct store_info *, uint32_t append_events_max,
                    struct store_request *);
/* Carries out one read. */
void embedded_read(struct kv *, const struct kv_snapshot *, const struct store_info *,
                   struct store_request *);

/* append.c */
int log_append(struct turn *, struct store_append *);

/* log.c */
int log_load(struct turn *, struct store_load *);
int log_member(struct turn *, struct store_member *);
int log_events(struct turn *, struct store_events *);
int log_key(struct turn *, struct store_key *);
int log_mark(struct turn *, struct store_mark *);
int log_blocks(struct turn *, struct store_blocks *);

/* inbox.c */
int log_inbox_list(struct turn *, struct store_inbox_list *);
int log_inbox_changes(struct turn *, struct store_inbox_changes *);

/* expiry.c */
int log_expire(struct turn *, struct store_expire *);

/* retention.c */
int log_retention_due(struct turn *, struct store_retention_due *);
int log_retain(struct turn *, struct store_retain *);

/* steps.c */
int log_reached(struct turn *, struct store_reached *);

/* pins.c */
int log_pins(struct turn *, struct store_pins *);

/* mentions.c */
int log_mentions(struct turn *, struct store_mentions *);

/* drafts.c */
int log_drafts(struct turn *, struct store_drafts *);

/* contacts.c */
int log_contacts(struct turn *, struct store_contacts *);

/* users.c */
int directory_user_create(struct turn *, struct store_user_create *);
int directory_users(struct turn *, struct store_users *);
int directory_user_find(struct turn *, struct store_user_find *);
int directory_user_search(struct turn *, struct store_user_search *);
int directory_user_set(struct turn *, struct store_user_set *);

/* leaving.c */
int directory_user_delete(struct turn *, struct store_user_delete *);
int directory_leave(struct turn *, struct store_leave *);

/* devices.c */
int directory_device_put(struct turn *, struct store_device_put *);
int directory_device_seen(struct turn *, struct store_device_seen *);
int directory_devices(struct turn *, struct store_devices *);
int directory_device_end(struct turn *, struct store_device_end *);
int directory_token_find(struct turn *, struct store_token_find *);
/* The rows of a device that is new. */
void directory_add_device(struct turn *, const struct device *);

/* codes.c */
int directory_code_put(struct turn *, struct store_code_put *);
int directory_code_end(struct turn *, struct store_code_end *);
int directory_codes(struct turn *, struct store_codes *);
/* The code that is used: 0, STORE_NOT_FOUND (it holds not), or a negative errno. */
int directory_code_look(struct turn *, const struct store_code_use *, struct invite_code *);
void directory_code_count(struct turn *, struct invite_code *);
/* Those that a user made are taken back. 0, negative. */
int directory_end_codes_of(struct turn *, uint64_t user);

/* reports.c */
int directory_report_put(struct turn *, struct store_report_put *);
int directory_report_resolve(struct turn *, struct store_report_resolve *);
int directory_reports(struct turn *, struct store_reports *);

/* claims.c */
int directory_direct_claim(struct turn *, struct store_direct_claim *);
int directory_group_claim(struct turn *, struct store_group_claim *);
int directory_reserve(struct turn *, struct store_reserve *);

/* board.c */
int directory_board(struct turn *, struct store_board *);
int directory_board_put(struct turn *, struct store_board_put *);

/* backup.c: the one that waits, for the disk. */
int store_backup_run(struct turn *, struct store_backup *);

#endif
