/*
 * A store in which something of every kind happened has no fault; each damage done to a row of it
 * is found, and the sentence says which. The rows are damaged under the store, as a disk or a
 * mistake of ours would.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/privacy.h"
#include "model/record.h"
#include "store/embedded.h"
#include "store/kv_memory.h"
#include "store/log.h"
#include "store/ops.h"
#include "store/turn.h"
#include "store/verify.h"
#include "util/macros.h"

enum { ALICE = 101, BOB = 102, CAROL = 103, GROUP = 500, DIRECT = 600, SELF = 601, SILENT = 602 };

/* What stands in the group: see talk(). */
enum { CREATED = 1, SAID, EDITED, REACTED, SAID_MORE, DELETED, ADDED, PROMOTED, REMOVED, TITLED };

struct rig {
    struct kv *kv;
    struct store_info info;
    char last[VERIFY_FAULT_BYTES_MAX * 8]; /* all sentences of the newest run */
};

static void do_write(struct rig *rig, struct store_request *r, enum store_op op)
{
    struct kv_batch batch = {.kv = rig->kv};
    r->op = op;
    embedded_write(&batch, &rig->info, APPEND_MAX, r);
    assert_int_equal(r->status, STORE_DONE);
    assert_int_equal(kv_commit(&batch), 0);
    kv_batch_deinit(&batch);
    store_request_deinit(r);
}

static void sign_up(struct rig *rig, uint64_t id, const char *name)
{
    uint8_t skeleton[CRYPTO_HASH_BYTES] = {(uint8_t)id};
    struct store_user_create user = {.user = {.id = id,
                                              .username = str_of(name),
                                              .skeleton = str_n(skeleton, sizeof(skeleton)),
                                              .display_name = str_of(name),
                                              .about = STR(""),
                                              .password = STR("hash")}};
    do_write(rig, &user.base, STORE_OP_USER_CREATE);
    struct store_device_put device = {
        .device = {.id = id + 50, .user = id, .name = STR("phone"), .token_hash = {(uint8_t)id}}};
    do_write(rig, &device.base, STORE_OP_DEVICE_PUT);
}

static void claim(struct rig *rig, uint64_t a, uint64_t b, uint64_t id)
{
    struct store_direct_claim r = {.users = {a, b}, .conversation = id};
    do_write(rig, &r.base, STORE_OP_DIRECT_CLAIM);
}

/* Appends `e` at the head as it is; key and digest are its place's. */
static void append(struct rig *rig, struct event e)
{
    struct arena arena = {0};
    struct turn t = {.view = {.kv = rig->kv}, .arena = &arena};
    struct head_row head;
    char key[16];
    assert_int_equal(turn_head(&t, e.conversation, &head), 0);
    arena_deinit(&arena);
    e.seq = e.rev = e.first_seq = head.head.seq + 1;
    e.n = head.head.n + event_counts(e.type);
    e.time_ms = 1000 + e.seq;
    snprintf(key, sizeof(key), "k%d", (int)e.seq);
    e.key = str_of(key);
    e.digest[0] = (uint8_t)e.seq;
    if (e.type == EVENT_MESSAGE || e.type == EVENT_EDIT)
        e.kind = STR("text");
    struct store_append r = {
        .conversation = e.conversation, .events = &e, .n_events = 1, .head = head.head};
    do_write(rig, &r.base, STORE_OP_APPEND);
}

#define by(who, where, what, ...)                                                                  \
    append(rig,                                                                                    \
           (struct event){.sender = (who), .conversation = (where), .type = (what), __VA_ARGS__})

static void talk(struct rig *rig)
{
    static const uint64_t bob = BOB;
    static const struct event_member members[] = {{ALICE, ROLE_OWNER}, {BOB, ROLE_MEMBER}};
    struct event created = {.conversation = GROUP,
                            .seq = 1,
                            .rev = 1,
                            .first_seq = 1,
                            .sender = ALICE,
                            .type = EVENT_CREATED,
                            .key = STR("k1"),
                            .text = STR("us"),
                            .history = HISTORY_ALL,
                            .members = members,
                            .n_members = 2};
    struct store_group_claim claimed = {.created = created};
    do_write(rig, &claimed.base, STORE_OP_GROUP_CLAIM);
    append(rig, created);
    by(ALICE, GROUP, EVENT_MESSAGE, .text = STR("hallo"), .reads = true);
    by(ALICE, GROUP, EVENT_EDIT, .text = STR("hello"), .target = SAID);
    by(BOB, GROUP, EVENT_REACTION, .text = STR("+"), .target = SAID);
    by(BOB, GROUP, EVENT_MESSAGE, .text = STR("what?"), .target = SAID);
    by(BOB, GROUP, EVENT_DELETE, .target = SAID_MORE);
    by(ALICE, GROUP, EVENT_ADDED, .user = CAROL, .history = HISTORY_JOINED);
    by(ALICE, GROUP, EVENT_ROLE, .user = BOB, .role = ROLE_ADMIN);
    by(ALICE, GROUP, EVENT_REMOVED, .user = CAROL);
    by(ALICE, GROUP, EVENT_TITLE, .text = STR("all of us"));
    by(ALICE, DIRECT, EVENT_MESSAGE, .text = STR("hi"), .reads = true, .mentions = &bob,
       .n_mentions = 1);
    by(CAROL, SILENT, EVENT_CONTACT_REQUEST, .user = ALICE);
    by(ALICE, SILENT, EVENT_CONTACT_DECLINE, .user = CAROL);
    by(BOB, SELF, EVENT_MESSAGE, .text = STR("milk"));
    by(BOB, SELF, EVENT_MESSAGE, .text = STR("bread"));
    by(BOB, SELF, EVENT_PIN, .target = 1);
    by(BOB, SELF, EVENT_PIN, .target = 2);
    by(BOB, SELF, EVENT_UNPIN, .target = 2);
    by(BOB, SELF, EVENT_TIMER, .number = 60);
    by(BOB, SELF, EVENT_MESSAGE, .text = STR("the code is 1234"), .expires_ms = 9000);
    by(BOB, BOB, EVENT_PRIVACY, .privacy = privacy_one(PRIVACY_PICTURE, 3));
    by(BOB, BOB, EVENT_PICTURE, .number = 77);
    by(ALICE, ALICE, EVENT_PROFILE, .text = STR("Alice"));
    by(ALICE, ALICE, EVENT_BLOCK, .user = CAROL);
    by(ALICE, ALICE, EVENT_BLOCK, .user = BOB);
    by(ALICE, ALICE, EVENT_UNBLOCK, .user = BOB);
    struct store_mark read = {.conversation = GROUP, .user = BOB, .read_seq = 6, .read_n = 2};
    do_write(rig, &read.base, STORE_OP_MARK);
}

static int begin(void **state)
{
    static const uint8_t secret[CRYPTO_SECRET_BYTES] = {7};
    struct rig *rig = calloc(1, sizeof(*rig));
    rig->kv = kv_memory_new();
    assert_int_equal(embedded_open(rig->kv, &rig->info, 5, secret), 0);
    sign_up(rig, ALICE, "alice");
    sign_up(rig, BOB, "bob");
    sign_up(rig, CAROL, "carol");
    claim(rig, ALICE, BOB, DIRECT);
    claim(rig, BOB, BOB, SELF);
    claim(rig, ALICE, CAROL, SILENT);
    talk(rig);
    *state = rig;
    return 0;
}

static int end(void **state)
{
    struct rig *rig = *state;
    kv_free(rig->kv);
    free(rig);
    return 0;
}

static void note(void *arg, const char *sentence)
{
    struct rig *rig = arg;
    size_t n = strlen(rig->last);
    snprintf(rig->last + n, sizeof(rig->last) - n, "%s\n", sentence);
}

static struct verify verified(struct rig *rig)
{
    struct verify v = {.kv = rig->kv, .fault = note, .arg = rig};
    rig->last[0] = 0;
    assert_int_equal(verify_run(&v), 0);
    return v;
}

/* --- damage --- */

static void put_row(struct rig *rig, const struct row_key *k, struct str value)
{
    struct kv_batch batch = {.kv = rig->kv};
    if (value.p)
        kv_put(&batch, k->table, row_key_str(k), value);
    else
        kv_delete(&batch, k->table, row_key_str(k));
    assert_int_equal(kv_commit(&batch), 0);
    kv_batch_deinit(&batch);
}

/* The row becomes `value` (absent: goes); a fault must say `words`; then all is as it was. */
static void found(struct rig *rig, struct row_key k, struct str value, const char *words)
{
    struct arena arena = {0};
    struct kv_view view = {.kv = rig->kv};
    struct str before = {0};
    assert_true(kv_get(&view, k.table, row_key_str(&k), &arena, &before) >= 0);
    put_row(rig, &k, value);
    struct verify v = verified(rig);
    if (!v.faults || !strstr(rig->last, words))
        fail_msg("expected \"%s\", found %d: %s", words, (int)v.faults, rig->last);
    put_row(rig, &k, before);
    arena_deinit(&arena);
    assert_int_equal(verified(rig).faults, 0);
}

static void found_ids(struct rig *rig, struct row_key k, uint64_t a, uint64_t b, size_t n,
                      const char *words)
{
    struct builder row = {0};
    ids_pack(&row, (uint64_t[]){a, b}, n);
    found(rig, k, builder_str(&row), words);
    builder_deinit(&row);
}

/* Changes one row by its struct: `field` of what `get` reads is set. */
#define found_set(get, pack, row_type, key_of, change, words)                                      \
    do {                                                                                           \
        struct arena found_arena = {0};                                                            \
        struct turn turn = {.view = {.kv = rig->kv}, .arena = &found_arena};                       \
        struct builder found_row = {0};                                                            \
        row_type row;                                                                              \
        assert_int_equal(get, 0);                                                                  \
        change;                                                                                    \
        pack(&found_row, &row);                                                                    \
        found(rig, key_of, builder_str(&found_row), words);                                        \
        builder_deinit(&found_row);                                                                \
        turn_deinit(&turn);                                                                        \
        arena_deinit(&found_arena);                                                                \
    } while (0)

#define event_set(where, seq_, change, words)                                                      \
    found_set(turn_event(&turn, where, seq_, &row), record_encode, struct event,                   \
              key_event(where, seq_), change, words)
#define head_set(where, change, words)                                                             \
    found_set(turn_head(&turn, where, &row), head_pack, struct head_row, key_head(where), change,  \
              words)
#define member_set(where, who, change, words)                                                      \
    found_set(turn_member(&turn, where, who, &row), member_pack, struct member_row,                \
              key_member(who, where), change, words)
#define conversation_set(where, change, words)                                                     \
    found_set(turn_conversation(&turn, where, &row), conversation_pack, struct conversation,       \
              key_conversation(where), change, words)
#define invites_set(where, change, words)                                                          \
    found_set(turn_invites(&turn, where, &row), invites_pack, struct invites, key_invites(where),  \
              change, words)
#define user_set(who, change, words)                                                               \
    found_set(turn_user(&turn, who, &row), user_pack, struct user, key_user(who), change, words)

static const struct str gone;

static void test_a_sound_store_has_no_fault(void **state)
{
    struct rig *rig = *state;
    struct verify v = verified(rig);
    if (v.faults)
        fail_msg("%s", rig->last);
    assert_int_equal(v.users, 3);
    assert_int_equal(v.devices, 3);
    assert_int_equal(v.claims, 4);
    assert_int_equal(v.conversations, 7);
    assert_int_equal(v.members, 11);
    assert_int_equal(v.events, TITLED + 8 + 4 + 2 + 2);
    assert_int_equal(v.keys, v.events);
    assert_int_equal(v.incarnation, 5);
}

/* Takes the first `n` events away. */
static void take(struct rig *rig, uint64_t conversation, uint64_t n)
{
    struct store_retain r = {
        .conversation = conversation, .keep = {.after_ms = 1}, .now_ms = 1000 + n + 1};
    do_write(rig, &r.base, STORE_OP_RETAIN);
    assert_int_equal(r.head.gone_seq, n);
}

static void test_a_log_that_lost_its_beginning_is_sound(void **state)
{
    static const uint64_t logs[] = {GROUP, DIRECT, SELF, SILENT};
    struct rig *rig = *state;
    by(ALICE, GROUP, EVENT_INVITE, .number = 2);
    by(ALICE, GROUP, EVENT_INVITE, .number = 2);
    by(CAROL, GROUP, EVENT_JOINED, .user = CAROL, .target = TITLED + 1, .history = HISTORY_ALL);
    by(ALICE, GROUP, EVENT_RETENTION, .number = 30);
    by(ALICE, ALICE, EVENT_STAR, .subject = GROUP, .target = SAID);
    by(ALICE, ALICE, EVENT_HIDE, .subject = GROUP, .target = SAID);
    by(ALICE, ALICE, EVENT_HIDE, .subject = GROUP, .target = SAID_MORE);
    by(ALICE, SILENT, EVENT_CONTACT_REMOVE, .user = CAROL);
    for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
        struct verify v;
        uint64_t n = 0, head;
        do {
            struct arena arena = {0};
            struct turn t = {.view = {.kv = rig->kv}, .arena = &arena};
            struct head_row row;
            assert_int_equal(turn_head(&t, logs[i], &row), 0);
            head = row.head.seq;
            arena_deinit(&arena);
            take(rig, logs[i], ++n);
            v = verified(rig);
            if (v.faults)
                fail_msg("%d of %d gone: %s", (int)n, (int)logs[i], rig->last);
        } while (n < head);
    }
}

static void test_what_is_gone_and_stands_is_found(void **state)
{
    struct rig *rig = *state;
    take(rig, GROUP, SAID);
    by(ALICE, GROUP, EVENT_INVITE, .number = 2);
    assert_int_equal(verified(rig).faults, 0);
    found(rig, key_event(GROUP, EDITED), gone, "event 4: comes after 2");
    found(rig, key_key(GROUP, ALICE, STR("k2")),
          STR("\x02"
              "0123456789abcdef"),
          "to what is gone");
    event_set(GROUP, EDITED, row.deleted = false, "keeps the text of 2, which is gone");
    member_set(GROUP, BOB, (row.member.read_seq = SAID, row.member.read_n = 2),
               "read up to 2 counts 2, not 1");
    member_set(GROUP, BOB, (row.member.read_seq = SAID, row.member.read_n = 0),
               "read up to 2 counts 0, not 1");
    member_set(GROUP, BOB, (row.member.read_seq = CREATED, row.member.read_n = 2),
               "read up to 1 counts 2, not 1");
    head_set(GROUP, row.head.gone_seq = 1, "event 3: comes after 1");
    head_set(GROUP, row.head.gone_seq = 3, "event 3: comes after 3");
    head_set(GROUP, row.head.gone_seq = 99, "head does not decode");
    head_set(GROUP, row.head.gone_n = 0, "event 3: counts 1 messages after 0");
    head_set(GROUP, row.head.message_seq = 3, "its head says");
    conversation_set(GROUP, row.rev = 11, "its record is not what its events up to 10 made");
    conversation_set(GROUP, row.rev = 1, "event 10: did not change its conversation");
    conversation_set(GROUP, row.title = STR("them"), "its record is not");
    invites_set(GROUP, row.at[0].uses = 1, "its invites are not");
    invites_set(GROUP, row.n = 0, "its invites are not");
    invites_set(GROUP, row.rev = 1, "its invites are not");
    take(rig, SILENT, 1);
    assert_int_equal(verified(rig).faults, 0);
    take(rig, SILENT, 2);
    assert_int_equal(verified(rig).faults, 0);
    found(rig, key_contact(ALICE, CAROL), gone, "do not stand the same to each other");
}

static void test_a_log_that_is_not_dense_is_found(void **state)
{
    struct rig *rig = *state;
    found(rig, key_event(GROUP, REACTED), gone, "event 5: comes after 3");
    found(rig, key_event(GROUP, TITLED), gone, "its head says it ends at 10");
    found(rig, key_event(GROUP, CREATED), gone, "event 2: comes after 0");
    found(rig, key_event(DIRECT, 1), gone, "0 events and 1 keys");
    found(rig, key_event(GROUP, SAID), STR("\x01junk"), "event 2: does not decode");
    found(rig, key_head(GROUP), gone, "its head says it ends at 0");
    found(rig, key_head(GROUP), STR("junk"), "head does not decode");
    found(rig, key_conversation(DIRECT), gone, "600: events, but there is no such conversation");
    found(rig, key_conversation(GROUP), STR("junk"), "500: does not decode");
    event_set(GROUP, SAID_MORE, row.seq = row.first_seq = 4, "says it is 4 of 500");
    event_set(GROUP, SAID_MORE, row.first_seq = 3, "an append that began at 3");
    event_set(GROUP, TITLED, row.rev = 11, "last changed by 11, the end is 10");
}

static void test_a_wrong_count_is_found(void **state)
{
    struct rig *rig = *state;
    event_set(GROUP, SAID_MORE, row.n = 3, "event 5: counts 3 messages after 1");
    head_set(GROUP, row.head.n = 3, "ends at 10 (3 messages)");
    head_set(GROUP, row.head.message_seq = 2, "its head says");
    head_set(GROUP, row.head.first_seq = 9, "its head says");
    head_set(GROUP, row.head.time_ms++, "its head says");
    head_set(GROUP, row.commit = 1000, "of commit 1000");
    member_set(GROUP, BOB, row.member.read_n = 1, "read up to 6 counts 1, not 2");
    member_set(GROUP, CAROL, row.member.left_n = 9, "left at 9 counts 9, not 2");
}

static void test_a_key_without_its_event_is_found(void **state)
{
    struct rig *rig = *state;
    found(rig, key_key(GROUP, ALICE, STR("k2")), gone, "event 2: its key is not known");
    found(rig, key_key(GROUP, ALICE, STR("k9x")),
          STR("\x02"
              "0123456789abcdef"),
          "10 events and 11 keys");
    found(rig, key_key(GROUP, ALICE, STR("k2")), STR("junk"), "a key points beyond");
    found(rig, key_key(GROUP, ALICE, STR("k2")),
          STR("\x02"
              "0123456789abcdef"),
          "its key points to 2 or another command");
    found(rig, key_key(GROUP, ALICE, STR("k2")),
          STR("\x63"
              "0123456789abcdef"),
          "its key points to 99");
    found(rig, key_key(999, ALICE, STR("k2")),
          STR("\x02"
              "0123456789abcdef"),
          "999: keys, but there is no such conversation");
}

static void test_words_that_were_deleted_and_stand_are_found(void **state)
{
    struct rig *rig = *state;
    event_set(GROUP, SAID_MORE, row.text = STR("what?"), "event 5: is deleted and not empty");
    event_set(GROUP, SAID_MORE, row.deleted = false, "event 6: did not change 5");
    event_set(GROUP, SAID, row.text = STR("hallo"), "event 2: is not as its edit 3 made it");
    event_set(GROUP, SAID, row.edited_seq = 4, "event 2: is not as its edit 4");
    event_set(GROUP, SAID, (row.edited_seq = 0, row.rev = 2), "event 3: did not change 2");
    event_set(GROUP, EDITED, row.target = 1, "is about 1, which is no message");
    event_set(GROUP, EDITED, row.target = 5, "event 3: is about 5");
    found(rig, key_event(GROUP, REACTED), gone, "event 2: its reaction 4 is none");
    by(ALICE, GROUP, EVENT_EDIT, .text = STR("hello!"), .target = SAID);
    assert_int_equal(verified(rig).faults, 0);
    event_set(GROUP, EDITED, (row.deleted = false, row.text = STR("hello")),
              "event 3: keeps a text that was replaced");
}

static void test_members_that_no_event_made_are_found(void **state)
{
    struct rig *rig = *state;
    found(rig, key_member(BOB, GROUP), gone, "user 102 is in the roster and has no row");
    found(rig, key_member(CAROL, GROUP), gone, "user 103 has no row that knows of it");
    found(rig, key_member(ALICE, DIRECT), gone, "600: is not in the inbox of user 101");
    found(rig, key_member(ALICE, ALICE), gone, "101: is not in the inbox");
    found(rig, key_member(ALICE, GROUP), STR("junk"), "member 101: does not decode");
    found(rig, key_roster(GROUP), gone, "member 101: is not in the roster");
    found_ids(rig, key_roster(GROUP), ALICE, CAROL, 2, "member 103: left and is in the roster");
    found_ids(rig, key_roster(DIRECT), ALICE, BOB, 2, "600: a roster, but there is no such group");
    member_set(GROUP, BOB, row.member.role = ROLE_OWNER, "member 102: event 8 does not say so");
    member_set(GROUP, BOB, row.member.rev = 1, "has no row that knows of it");
    member_set(GROUP, CAROL, row.member.left = false, "member 103: event 9 does not say so");
    member_set(GROUP, BOB, row.member.delivered_seq = 11, "its marks go beyond the end 10");
    member_set(GROUP, BOB, row.member.delivered_seq = 5, "its marks go beyond");
    member_set(GROUP, BOB, row.commit = 1000, "of commit 1000");
    found(rig, key_member(ALICE, 999), STR("\1\0\0\1\0\0\0\0\0\0\0\0"),
          "there is no such conversation");
    found(rig, key_member(CAROL, DIRECT), STR("\1\0\0\1\0\0\0\0\0\0\0\0"),
          "is not one of its people");
    found(rig, key_head(999), STR("\1\1\1\1\1\1"), "999: a head, but there is no such");
}

static void test_a_conversation_that_is_not_as_its_events_is_found(void **state)
{
    struct rig *rig = *state;
    conversation_set(GROUP, row.title = STR("us"),
                     "500: its record is not what its events up to 10");
    conversation_set(GROUP, row.rev = 1, "event 10: did not change its conversation");
    by(ALICE, GROUP, EVENT_DESCRIPTION, .text = STR("what we do"));
    by(ALICE, GROUP, EVENT_PICTURE, .number = 77);
    by(ALICE, GROUP, EVENT_ANNOUNCE, .number = 1);
    assert_int_equal(verified(rig).faults, 0);
    conversation_set(GROUP, row.title = STR("us"),
                     "500: its record is not what its events up to 13");
    conversation_set(GROUP, row.description = STR("else"), "500: its record is not what");
    conversation_set(GROUP, row.picture = 78, "500: its record is not what");
    conversation_set(GROUP, row.announce = false, "500: its record is not what");
    conversation_set(GROUP, row.history = HISTORY_JOINED, "500: its record is not what");
    conversation_set(GROUP, row.rev = 99, "last changed by 99");
    conversation_set(GROUP, row.kind = 9, "of an unknown kind 9");
    conversation_set(DIRECT, row.users[1] = CAROL, "is not claimed by its people");
    found(rig, key_direct(ALICE, BOB), gone, "600: is not claimed by its people");
    found_ids(rig, key_direct(ALICE, BOB), 999, 0, 1, "points to 999, which is not theirs");
    found_ids(rig, key_direct(BOB, CAROL), DIRECT, 0, 1, "which is not theirs");
    found(rig, key_direct(BOB, CAROL), STR("\xff"), "does not decode");
    found(rig, key_group(ALICE, STR("k1")), STR("junk"), "the claim of a group does not decode");
    event_set(GROUP, CREATED, row.sender = BOB, "claims group 500, which another began");
}

static void test_a_group_that_was_handed_over_has_one_owner(void **state)
{
    struct rig *rig = *state;
    by(ALICE, GROUP, EVENT_ROLE, .user = BOB, .role = ROLE_OWNER);
    assert_int_equal(verified(rig).faults, 0);
    member_set(GROUP, ALICE, row.member.role = ROLE_OWNER, "member 101: event 11 does not say so");
    member_set(GROUP, BOB, row.member.role = ROLE_ADMIN, "member 102: event 11 does not say so");
    member_set(GROUP, ALICE, row.member.rev = 1, "event 11: user 101 has no row that knows of it");
}

static void test_invites_that_no_event_made_are_found(void **state)
{
    struct rig *rig = *state;
    by(ALICE, GROUP, EVENT_INVITE, .number = 2, .expires_ms = 5000);
    by(ALICE, GROUP, EVENT_INVITE);
    by(CAROL, GROUP, EVENT_JOINED, .user = CAROL, .target = 11, .history = HISTORY_ALL);
    by(ALICE, GROUP, EVENT_UNINVITE, .target = 12);
    assert_int_equal(verified(rig).faults, 0);
    invites_set(GROUP, row.at[0].uses = 0, "500: its invites are not what its events made");
    invites_set(GROUP, row.at[0].expires_ms = 0, "500: its invites are not what");
    invites_set(GROUP, row.n = 0, "500: its invites are not what");
    invites_set(GROUP, row.rev = 13, "500: its invites are not what");
    invites_set(GROUP, row.at[row.n++] = row.at[0], "500: its invites are not what");
    found(rig, key_invites(GROUP), gone, "500: its invites are not what");
    found(rig, key_invites(GROUP), STR("\xff"), "500: its invites are not what");
    found(rig, key_invites(DIRECT), STR("\0"),
          "600: a list of invites, but there is no such group");
    member_set(GROUP, CAROL, row.member.role = ROLE_ADMIN, "member 103: event 13 does not say so");
    by(CAROL, GROUP, EVENT_LEFT, .user = 0);
    assert_int_equal(verified(rig).faults, 0);
    member_set(GROUP, CAROL, row.member.removed = true, "member 103: event 15 does not say so");
}

static void test_accounts_that_are_half_there_are_found(void **state)
{
    struct rig *rig = *state;
    uint8_t hash[CRYPTO_HASH_BYTES] = {ALICE}, other[CRYPTO_HASH_BYTES] = {9};
    found(rig, key_user(CAROL), gone, "the name carol points to user 103, who has it not");
    found(rig, key_user(CAROL), STR("junk"), "user 103 does not decode");
    found(rig, key_username(STR("bob")), gone, "user 102 does not hold the name bob");
    found_ids(rig, key_username(STR("bob")), ALICE, 0, 1, "user 102 does not hold the name bob");
    found_ids(rig, key_username(STR("zoe")), ALICE, 0, 1, "the name zoe points to user 101");
    found(rig, key_username(STR("zoe")), STR("\xff"), "the name zoe does not decode");
    struct str skeleton = str_n(hash, sizeof(hash)), nobodys = str_n(other, sizeof(other));
    found(rig, key_skeleton(skeleton), gone, "user 101 does not hold what looks like their name");
    found_ids(rig, key_skeleton(skeleton), BOB, 0, 1, "user 102 holds what does not look like");
    found_ids(rig, key_skeleton(nobodys), BOB, 0, 1, "user 102 holds what does not look like");
    found(rig, key_skeleton(nobodys), STR("\xff"), "what looks like a name does not decode");
    found(rig, key_code(5), STR("junk"), "invite code 5 does not decode");
    found(rig, key_conversation(CAROL), gone, "user 103 has no log of their own");
    found(rig, key_device(ALICE, ALICE + 50), gone, "points to device 151, which has it not");
    found(rig, key_device(ALICE, ALICE + 50), STR("junk"), "device 151 does not decode");
    found(rig, key_token(hash), gone, "device 151 is not found by its token");
    found_ids(rig, key_token(hash), BOB, BOB + 50, 2, "device 151 is not found by its token");
    found_ids(rig, key_token(other), BOB, BOB + 50, 2, "points to device 152, which has it not");
    found(rig, key_token(other), STR("\xff"), "a token does not decode");
    user_set(ALICE, row.rev = 0, "user 101 is not as the events up to 1 made them");
    user_set(BOB, row.privacy = 2, "user 102 is not as the events up to 2 made them");
    user_set(BOB, row.picture = 2, "user 102 is not as the events up to 2 made them");
    user_set(ALICE, row.rev = 99, "was changed by 99");
    user_set(ALICE, row.username = STR("bob"), "user 101 does not hold the name bob");
}

static void test_blocks_that_are_not_as_the_log_says_are_found(void **state)
{
    struct rig *rig = *state;
    found(rig, key_block(ALICE, CAROL), gone, "101, event 2: who is blocked is not as it says");
    found_ids(rig, key_block(ALICE, BOB), 3, 0, 1, "101, event 4: who is blocked is not as");
    found_ids(rig, key_block(ALICE, CAROL), 1, 0, 1, "by event 1, which is no such");
    found_ids(rig, key_block(BOB, CAROL), 7, 0, 1, "user 102 blocks 103 by event 7");
    found(rig, key_block(BOB, CAROL), STR("\xff"), "a block does not decode");
}

static void contact_is(struct rig *rig, struct contact c, const char *sentence)
{
    struct builder bytes = {0};
    contact_pack(&bytes, &c);
    found(rig, key_contact(c.user, c.other), builder_str(&bytes), sentence);
    builder_deinit(&bytes);
}

static void test_contacts_that_are_not_as_the_log_says_are_found(void **state)
{
    struct rig *rig = *state;
    struct contact c = {ALICE, CAROL, CONTACT_DECLINED, SILENT, 2, 1002};
    found(rig, key_contact(ALICE, CAROL), gone, "602: how user 101 stands is not as it says");
    found(rig, key_contact(CAROL, ALICE), gone, "602: how user 103 stands is not as it says");
    found(rig, key_contact(ALICE, CAROL), STR("\xff"), "101: a contact does not decode");
    c.state = CONTACT_STANDS;
    contact_is(rig, c, "602: how user 101 stands is not as it says");
    c.state = CONTACT_DECLINED;
    c.time_ms = 1;
    contact_is(rig, c, "602: how user 101 stands is not as it says");
    c.seq = 7;
    contact_is(rig, c, "user 101: contact 103 by event 7, which is no such");
    contact_is(rig, (struct contact){BOB, CAROL, CONTACT_STANDS, SILENT, 1, 1001},
               "user 102: contact 103 by event 1, which is no such");
    contact_is(rig, (struct contact){ALICE, BOB, CONTACT_STANDS, DIRECT, 1, 1001},
               "600: how user 101 stands is not as it says");
}

static void test_contact_events_that_do_not_fit_are_found(void **state)
{
    struct rig *rig = *state;
    by(CAROL, SILENT, EVENT_CONTACT_ACCEPT, .user = ALICE);
    by(BOB, DIRECT, EVENT_CONTACT_REQUEST, .user = CAROL);
    verified(rig);
    assert_non_null(strstr(rig->last, "602, event 3: does not fit how its people stood"));
    assert_non_null(strstr(rig->last, "600, event 2: is not between its people"));
}

static void test_a_listing_that_is_not_as_the_log_says_is_found(void **state)
{
    struct rig *rig = *state;
    member_set(SILENT, ALICE, row.member.listed = LISTED_IN_LIST,
               "602: is not listed for user 101");
    member_set(DIRECT, ALICE, row.member.listed = LISTED_NOWHERE,
               "600: is not listed for user 101");
}

static void test_requests_that_are_not_as_the_log_says_are_found(void **state)
{
    struct rig *rig = *state;
    by(CAROL, SILENT, EVENT_MESSAGE, .text = STR("please"), .request = true);
    assert_int_equal(verified(rig).faults, 0);
    member_set(SILENT, ALICE, row.member.listed = LISTED_IN_LIST,
               "602: is not listed for user 101");
    member_set(SILENT, CAROL, row.member.listed = LISTED_REQUEST,
               "602: is not listed for user 103");
    by(ALICE, SILENT, EVENT_ACCEPT, .accepts = true);
    assert_int_equal(verified(rig).faults, 0);
    member_set(SILENT, ALICE, row.member.listed = LISTED_REQUEST,
               "602: is not listed for user 101");
    by(ALICE, SILENT, EVENT_ACCEPT);
    by(CAROL, SILENT, EVENT_MESSAGE, .text = STR("oh"), .accepts = true);
    by(CAROL, SILENT, EVENT_MESSAGE, .text = STR("well"), .request = true);
    by(BOB, SELF, EVENT_MESSAGE, .text = STR("me"), .request = true);
    verified(rig);
    assert_non_null(strstr(rig->last, "602, event 5: accepts what was no request"));
    assert_non_null(strstr(rig->last, "602, event 6: accepts what was no request"));
    assert_non_null(strstr(rig->last, "602, event 7: is no first message"));
    assert_non_null(strstr(rig->last, "601, event 8: is no first message"));
}

static void test_mentions_that_are_not_as_the_messages_say_are_found(void **state)
{
    struct rig *rig = *state;
    struct event hi = {.conversation = DIRECT, .seq = 1, .time_ms = 1001}, later = hi;
    later.time_ms = 1002;
    found(rig, key_mention(BOB, &hi), gone, "600, event 1: mentions user 102, who has no row");
    found_ids(rig, key_mention(ALICE, &hi), 0, 0, 1,
              "user 101: a mention of conversation 600 that is");
    found_ids(rig, key_mention(BOB, &later), 0, 0, 1,
              "user 102: a mention of conversation 600 that");
}

static void test_pins_that_are_not_as_the_events_say_are_found(void **state)
{
    struct rig *rig = *state;
    found(rig, key_pins(SELF), gone, "601, event 3: what is pinned is not as it says");
    found(rig, key_pins(SELF), str_n("\x01\x03\x00\x02\x04\x00", 6),
          "event 5: what is pinned is not as it says");
    found(rig, key_pins(SELF), str_n("\x01\x04\x00", 3),
          "601: 1 is pinned by 4, which does not say so");
    found(rig, key_pins(SELF), STR("\x01"), "601: what is pinned does not decode");
    found(rig, key_pins(9), str_n("\x01\x03\x00", 3),
          "conversation 9: a row of pins, but there is no such");
}

static void test_what_is_to_go_and_does_not_is_found(void **state)
{
    struct rig *rig = *state;
    found(rig, key_expiry(9000, SELF, 7), gone, "601, event 7: is to go and in no queue");
    found(rig, key_expiry(9001, SELF, 7), STR(""), "7 of conversation 601 is to be emptied, but");
    found(rig, key_expiry(9000, SELF, 1), STR(""), "1 of conversation 601 is to be emptied, but");
}

static void test_steps_that_are_not_as_the_marks_are_found(void **state)
{
    struct rig *rig = *state;
    const char *wrong = "500, member 103: when the marks moved is not as they are";
    found(rig, key_steps(CAROL, GROUP), STR("\x09\x02\x02\x08\x03\x03"), wrong);
    found(rig, key_steps(CAROL, GROUP), STR("\x08\x03\x03\x09\x02\x02"), wrong);
    found(rig, key_steps(CAROL, GROUP), STR("\x09\x7f\x02"), wrong);
    found(rig, key_steps(CAROL, GROUP), STR("\x09"), wrong);
    found(rig, key_steps(CAROL, 9), STR("\x09\x01\x01"), "9, member 103: when the marks moved");
}

static void test_what_is_wanted_of_a_conversation_is_as_the_own_log_says(void **state)
{
    struct rig *rig = *state;
    by(BOB, BOB, EVENT_PREFERENCES, .subject = GROUP, .changes = PREFERENCES_ALL,
       .number = PREFERENCES_ON_OFF, .until_ms = 7000);
    by(BOB, BOB, EVENT_PREFERENCES, .subject = GROUP, .changes = PREFERENCE_ARCHIVED);
    by(BOB, BOB, EVENT_PREFERENCES, .subject = SELF, .changes = PREFERENCE_PINNED);
    assert_int_equal(verified(rig).faults, 0);
    uint64_t rev;
    found_set(turn_member(&turn, GROUP, BOB, &row), member_pack, struct member_row,
              key_member(BOB, GROUP),
              (rev = row.member.preferences.rev, row.member.preferences.archived = true),
              "500, member 102: what they want of it is not as event");
    member_set(GROUP, BOB, row.member.preferences.rev = rev - 1,
               "did not change what is wanted of 500");
    member_set(GROUP, BOB, row.member.preferences.pinned = rev, "what they want of it is not as");
    member_set(GROUP, BOB, row.member.preferences.pinned = 0, "user 102: does not pin as many");
    member_set(SELF, BOB, row.member.preferences.pinned = rev - 1, "what they want of it is not");
    member_set(BOB, BOB, row.member.preferences.pinned = 2, "user 102: does not pin as many");
    member_set(BOB, BOB, row.member.preferences.archived = true, "user 102: does not pin as many");
    member_set(GROUP, ALICE, row.member.preferences.unread = true, "what they want of it is not");
}

static void test_stars_that_are_not_as_the_own_log_says_are_found(void **state)
{
    struct rig *rig = *state;
    by(BOB, BOB, EVENT_STAR, .subject = SELF, .target = 1);
    by(BOB, BOB, EVENT_STAR, .subject = SELF, .target = 2);
    by(BOB, BOB, EVENT_UNSTAR, .subject = SELF, .target = 2);
    if (verified(rig).faults)
        fail_msg("%s", rig->last);
    struct arena arena = {0};
    struct turn t = {.view = {.kv = rig->kv}, .arena = &arena};
    struct event one, two;
    struct head_row head;
    assert_int_equal(turn_event(&t, SELF, 1, &one) | turn_event(&t, SELF, 2, &two), 0);
    assert_int_equal(turn_head(&t, BOB, &head), 0);
    uint64_t unstar = head.head.seq;
    found(rig, key_star(BOB, &one), gone, "what is starred is not as it says");
    found_ids(rig, key_star(BOB, &one), unstar, 0, 1, "did not star what is listed");
    found_ids(rig, key_star(BOB, &two), unstar - 1, 0, 1, "what is starred is not as it says");
    found_ids(rig, key_star(ALICE, &two), 1, 0, 1, "user 101: event 1 did not star what is listed");
    found(rig, key_star(BOB, &one), STR(""), "a star does not decode");
    turn_deinit(&t);
    arena_deinit(&arena);
}

static void test_names_that_are_not_as_the_renames_say_are_found(void **state)
{
    struct rig *rig = *state;
    uint8_t look_before[CRYPTO_HASH_BYTES] = {BOB}, look_now[CRYPTO_HASH_BYTES] = {7};
    uint8_t nobodys[CRYPTO_HASH_BYTES] = {9};
    struct str before = str_n(look_before, sizeof(look_before)), bob = STR("bob");
    by(BOB, BOB, EVENT_RENAME, .text = STR("robert"), .about = str_n(look_now, sizeof(look_now)));
    if (verified(rig).faults)
        fail_msg("%s", rig->last);
    user_set(BOB, row.username = STR("bob"), "user 102 does not hold the name bob");
    user_set(BOB, row.username = STR("bob"), "does not have the name that it says");
    user_set(BOB, row.renamed_ms = 5, "user 102 is not as the events up to 3 made them");
    found_ids(rig, key_username(bob), ALICE, 0, 1, "the former name bob is a name as well");
    found(rig, key_former(bob), gone, "the former name bob does not end when it should");
    found(rig, key_former(bob), gone, "user 102 holds what does not look like their name");
    found(rig, key_former(bob), STR("\xff"), "the former name bob does not decode");
    uint64_t until_ms;
    found_set(turn_former(&turn, bob, &row), former_pack, struct former, key_former(bob),
              (until_ms = row.until_ms, row.until_ms = 5), "the former name bob has no end");
    found_set(turn_former(&turn, bob, &row), former_pack, struct former, key_former(bob),
              row.user = 999, "leads to user 999, who is not there");
    found_set(turn_former(&turn, bob, &row), former_pack, struct former, key_former(bob),
              row.skeleton = str_n(look_now, sizeof(look_now)), "holds what does not look like");
    found(rig, key_former_end(until_ms, bob), gone, "the former name bob has no end");
    found(rig, key_former_end(5, bob), STR(""), "does not end when it should");
    found(rig, key_former_end(until_ms, STR("zoe")), STR(""), "zoe does not end when it should");
    const char *loose = "what looks like the former name bob is free, or another's";
    found(rig, key_skeleton(before), gone, loose);
    found_set(turn_look(&turn, before, &row), look_pack, struct look, key_skeleton(before),
              row.user = ALICE, loose);
    found_set(turn_look(&turn, before, &row), look_pack, struct look,
              key_skeleton(str_n(nobodys, sizeof(nobodys))), row.user = BOB,
              "user 102 holds what does not look like");
}

static void test_reports_that_are_not_found_or_not_counted_are_found(void **state)
{
    struct rig *rig = *state;
    for (uint64_t id = 71; id <= 72; id++) {
        struct store_report_put r = {.report = {.id = id,
                                                .reporter = BOB,
                                                .reason = REPORT_SPAM,
                                                .comment = STR(""),
                                                .conversation = DIRECT,
                                                .seq = id,
                                                .kind = CONVERSATION_DIRECT,
                                                .sender = ALICE,
                                                .message_kind = STR("text"),
                                                .text = STR("x")}};
        do_write(rig, &r.base, STORE_OP_REPORT_PUT);
    }
    struct store_report_resolve resolve = {.id = 71, .by = CAROL, .now_ms = 5};
    do_write(rig, &resolve.base, STORE_OP_REPORT_RESOLVE);
    if (verified(rig).faults)
        fail_msg("%s", rig->last);
    found(rig, key_report(false, 72), STR("junk"), "report 72 does not decode");
    found(rig, key_report(false, 72), gone, "user 102 made report 72, which is not open");
    found(rig, key_report(true, 71), gone, "1 reports are open and 0 resolved, not 1 and 1");
    found(rig, key_reported(BOB, DIRECT, 72), gone, "report 72 is not found by its message");
    found_ids(rig, key_reported(BOB, DIRECT, 72), 71, 0, 1,
              "report 72 is not found by its message");
    found_ids(rig, key_reported(BOB, DIRECT, 71), 71, 0, 1, "made report 71, which is not open");
    found(rig, key_reported(BOB, DIRECT, 72), STR("\xff"), "what they reported does not decode");
    found_ids(rig, key_meta("reports"), 2, 0, 2, "1 reports are open and 1 resolved, not 2 and 0");
}

static void test_a_sign_in_that_was_told_and_is_news_is_found(void **state)
{
    struct rig *rig = *state;
    by(BOB, BOB, EVENT_SIGNED_IN, .number = BOB + 50, .text = STR("phone"));
    by(BOB, BOB, EVENT_SIGNED_IN, .number = 999, .text = STR("gone by now"));
    by(BOB, BOB, EVENT_SECOND_FACTOR, .changes = FACTOR_ENABLED, .number = BOB + 50);
    if (verified(rig).faults)
        fail_msg("%s", rig->last);
    found_set(turn_device(&turn, BOB, BOB + 50, &row), device_pack, struct device,
              key_device(BOB, BOB + 50), row.news = DEVICE_SIGNED_IN,
              "102, event 3: device 152 is yet to be told of");
}

/* The newest seq of a log. */
static uint64_t end_of(struct rig *rig, uint64_t conversation)
{
    struct arena arena = {0};
    struct turn t = {.view = {.kv = rig->kv}, .arena = &arena};
    struct head_row head;
    assert_int_equal(turn_head(&t, conversation, &head), 0);
    turn_deinit(&t);
    arena_deinit(&arena);
    return head.head.seq;
}

static void test_drafts_that_are_not_as_the_own_log_says_are_found(void **state)
{
    struct rig *rig = *state;
    by(BOB, BOB, EVENT_DRAFT, .subject = SELF, .text = STR("he"));
    by(BOB, BOB, EVENT_DRAFT, .subject = SELF, .text = STR("hel"));
    by(BOB, BOB, EVENT_DRAFT, .subject = GROUP, .text = STR("to all"));
    by(BOB, BOB, EVENT_DRAFT, .subject = GROUP, .text = STR(""));
    if (verified(rig).faults)
        fail_msg("%s", rig->last);
    uint64_t end = end_of(rig, BOB);
    found(rig, key_draft(BOB, SELF), gone, "what is drafted is not as it says");
    found(rig, key_draft(BOB, SELF), gone, "user 102: has 0 drafts, not 1");
    found_ids(rig, key_draft(BOB, SELF), end - 3, 0, 1, "a draft that no event wrote");
    found_ids(rig, key_draft(BOB, GROUP), end, 0, 1, "what is drafted is not as it says");
    found_ids(rig, key_draft(ALICE, SELF), 1, 0, 1, "user 101: a draft that no event wrote");
    found(rig, key_draft(BOB, SELF), STR(""), "user 102: a draft that no event wrote");
    member_set(BOB, BOB, row.member.preferences.drafts = 2, "user 102: has 1 drafts, not 2");
}

static void test_what_is_hidden_by_no_event_is_found(void **state)
{
    struct rig *rig = *state;
    by(BOB, BOB, EVENT_HIDE, .subject = SELF, .target = 1);
    by(BOB, BOB, EVENT_HIDE, .subject = SELF, .target = 1, .number = HIDE_UP_TO);
    by(BOB, BOB, EVENT_HIDE, .subject = SELF, .target = 2);
    if (verified(rig).faults)
        fail_msg("%s", rig->last);
    uint64_t end = end_of(rig, BOB);
    const char *uncounted = "what is hidden of 601 is not as counted";
    found(rig, key_hidden(BOB, SELF, 2), gone, "did not hide 2 of 601");
    found(rig, key_hidden(BOB, SELF, 2), gone, uncounted);
    found_ids(rig, key_hidden(BOB, SELF, 2), end - 1, 0, 1, "hid a message of 601 by no event");
    found(rig, key_hidden(BOB, SELF, 2), STR(""), "hid a message of 601 by no event");
    found_ids(rig, key_hidden(BOB, SELF, 1), end - 2, 0, 1, "hid a message of 601 by no event");
    found_ids(rig, key_hidden(ALICE, GROUP, 2), 1, 0, 1, "user 101: hid a message of 500");
    member_set(SELF, BOB, row.member.preferences.hidden = 2, uncounted);
    member_set(SELF, BOB, row.member.preferences.cleared_seq = 0, "did not hide 1 of 601");
    member_set(SELF, BOB, row.member.preferences.cleared_by = end, uncounted);
    member_set(GROUP, BOB, row.member.preferences.cleared_seq = 1, "what is hidden of 500 is not");
    member_set(BOB, BOB, row.member.preferences.hidden = 1, "user 102: does not pin as many");
}

static void test_what_nobody_knows_is_found(void **state)
{
    struct rig *rig = *state;
    found(rig, (struct row_key){KV_DIRECTORY, 3, "z12"}, STR("x"), "unknown row in the directory");
    found(rig, (struct row_key){KV_DIRECTORY, 5, "u1234"}, STR("x"),
          "unknown row in the directory");
    found(rig, (struct row_key){KV_STATE, 3, "z12"}, STR("x"), "unknown row in the state");
    found(rig, (struct row_key){KV_EVENTS, 3, "z12"}, STR("x"), "unknown row, 3 bytes");
    found(rig, (struct row_key){KV_KEYS, 3, "z12"}, STR("x"), "unknown row, 3 bytes");
    found_ids(rig, key_meta("schema"), 99, 0, 1, "schema 99");
    found(rig, key_meta("incarnation"), gone, "does not say what it is");
    found(rig, key_meta("commit"), STR("\xff"), "the newest commit does not decode");
}

int main(void)
{
#define with_rig(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        with_rig(test_a_sound_store_has_no_fault),
        with_rig(test_a_log_that_lost_its_beginning_is_sound),
        with_rig(test_what_is_gone_and_stands_is_found),
        with_rig(test_a_log_that_is_not_dense_is_found),
        with_rig(test_a_wrong_count_is_found),
        with_rig(test_a_key_without_its_event_is_found),
        with_rig(test_words_that_were_deleted_and_stand_are_found),
        with_rig(test_members_that_no_event_made_are_found),
        with_rig(test_a_conversation_that_is_not_as_its_events_is_found),
        with_rig(test_a_group_that_was_handed_over_has_one_owner),
        with_rig(test_invites_that_no_event_made_are_found),
        with_rig(test_accounts_that_are_half_there_are_found),
        with_rig(test_blocks_that_are_not_as_the_log_says_are_found),
        with_rig(test_contacts_that_are_not_as_the_log_says_are_found),
        with_rig(test_contact_events_that_do_not_fit_are_found),
        with_rig(test_a_listing_that_is_not_as_the_log_says_is_found),
        with_rig(test_requests_that_are_not_as_the_log_says_are_found),
        with_rig(test_mentions_that_are_not_as_the_messages_say_are_found),
        with_rig(test_pins_that_are_not_as_the_events_say_are_found),
        with_rig(test_what_is_to_go_and_does_not_is_found),
        with_rig(test_steps_that_are_not_as_the_marks_are_found),
        with_rig(test_what_is_wanted_of_a_conversation_is_as_the_own_log_says),
        with_rig(test_stars_that_are_not_as_the_own_log_says_are_found),
        with_rig(test_names_that_are_not_as_the_renames_say_are_found),
        with_rig(test_reports_that_are_not_found_or_not_counted_are_found),
        with_rig(test_a_sign_in_that_was_told_and_is_news_is_found),
        with_rig(test_drafts_that_are_not_as_the_own_log_says_are_found),
        with_rig(test_what_is_hidden_by_no_event_is_found),
        with_rig(test_what_nobody_knows_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
