/*
 * What the store on Cassandra must show beyond the contract: that logs go on over their buckets,
 * that what a node left half done is done by whoever comes next, that two nodes do not get in each
 * other's way, and what it all costs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/limits.h"
#include "model/record.h"
#include "store/cassandra/logs.h"
#include "store/cassandra/statements.h"
#include "store_rig.h"
#include "util/crypto.h"
#include "util/mem.h"
#include "util/metric_table.h"

/* --- buckets --- */

static void make_events(struct event *events, uint32_t n, const struct log_head *head,
                        char (*keys)[16])
{
    struct log_head at = *head;
    for (uint32_t i = 0; i < n; i++) {
        snprintf(keys[i], sizeof(keys[i]), "k%d", (int)at.seq);
        events[i] = event_after(&at, GROUP, EVENT_MESSAGE, ALICE, keys[i]);
        events[i].first_seq = head->seq + 1;
        events[i].text = STR("x");
        at.seq++;
        at.n++;
    }
}

/* Appends messages until the head is at `seq`; an append takes what its batch has room for. */
static void fill_up_to(struct rig *rig, uint64_t seq)
{
    struct log_head head = head_of(rig, GROUP);
    while (head.seq < seq) {
        struct event events[APPEND_MAX];
        char keys[APPEND_MAX][16];
        uint32_t n = (uint32_t)(seq - head.seq < APPEND_MAX ? seq - head.seq : APPEND_MAX);
        make_events(events, n, &head, keys);
        struct store_append r = {.conversation = GROUP,
                                 .events = events,
                                 .n_events = n,
                                 .head = head,
                                 .after = head.seq};
        ask(rig, store_append, &r);
        assert_int_equal(r.base.status, STORE_DONE);
        assert_in_range(r.taken, 1, n);
        assert_int_equal(r.head.seq, head.seq + r.taken);
        head = r.head;
        store_request_deinit(&r.base);
    }
}

static void assert_page(struct rig *rig, uint64_t from, uint64_t to, bool newest, uint32_t limit,
                        uint64_t first, uint32_t n)
{
    struct store_events r = {
        .conversation = GROUP, .from_seq = from, .to_seq = to, .newest = newest, .limit = limit};
    ask(rig, store_events, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    assert_int_equal(r.n_events, n);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(r.events[i].seq, first + i);
    store_request_deinit(&r.base);
}

static enum store_status append_again(struct rig *rig, const char *key, uint64_t after,
                                      uint64_t *known_seq)
{
    struct log_head head = head_of(rig, GROUP);
    struct event e = event_after(&head, GROUP, EVENT_MESSAGE, ALICE, key);
    struct store_append r = {
        .conversation = GROUP, .events = &e, .n_events = 1, .head = head, .after = after};
    ask(rig, store_append, &r);
    enum store_status status = r.base.status;
    *known_seq = r.known_seq;
    store_request_deinit(&r.base);
    return status;
}

static void test_a_log_goes_on_over_its_buckets(void **state)
{
    struct rig *rig = *state;
    uint64_t seq;
    people(rig);
    make_group(rig);
    fill_up_to(rig, 2 * LOG_BUCKET - 1); /* the bucket is full to the brim */
    rig_reopen(rig);
    assert_int_equal(head_of(rig, GROUP).seq, 2 * LOG_BUCKET - 1);
    fill_up_to(rig, 2 * LOG_BUCKET + 5);
    rig_reopen(rig);
    struct log_head head = head_of(rig, GROUP);
    assert_int_equal(head.seq, 2 * LOG_BUCKET + 5);
    assert_int_equal(head.message_seq, head.seq);
    /* Pages across an edge, and beyond the end. */
    assert_page(rig, 2, head.seq, true, 10, head.seq - 9, 10);
    assert_page(rig, 990, head.seq, false, 20, 990, 20);
    assert_page(rig, 900, 1003, true, 100, 904, 100);
    assert_page(rig, head.seq - 2, head.seq + 5000, false, 100, head.seq - 2, 3);
    assert_page(rig, 1, UINT64_MAX, true, 3, head.seq - 2, 3);
    assert_page(rig, head.seq + 1, head.seq + 9, false, 100, 0, 0);
    /* A key of an earlier bucket stands wherever it is. */
    assert_int_equal(append_again(rig, "k500", 400, &seq), STORE_KNOWN);
    assert_int_equal(seq, 501);
    assert_int_equal(append_again(rig, "k2001", 400, &seq), STORE_KNOWN);
    assert_int_equal(seq, 2002);
    struct store_key key = {.conversation = GROUP, .sender = ALICE, .key = STR("k1200")};
    ask(rig, store_key, &key);
    assert_int_equal(key.base.status, STORE_DONE);
    assert_int_equal(key.seq, 1201);
    store_request_deinit(&key.base);
    /* What changes a row of an earlier bucket. */
    change(rig, GROUP, EVENT_DELETE, ALICE, "d1", 700, "");
    struct store_events r = {.conversation = GROUP, .from_seq = 700, .to_seq = 700, .limit = 1};
    ask(rig, store_events, &r);
    assert_true(r.events[0].deleted);
    store_request_deinit(&r.base);
}

/* A log up to `end` whose front is gone. */
static void make_front_gone(struct rig *rig, uint64_t gone, uint64_t end)
{
    bool more = true;
    people(rig);
    make_group(rig);
    fill_up_to(rig, end);
    while (more) {
        struct store_retain r = {
            .conversation = GROUP, .keep = {.after_ms = 1}, .now_ms = 1000 + gone};
        ask(rig, store_retain, &r);
        assert_int_equal(r.base.status, STORE_DONE);
        more = r.more;
        store_request_deinit(&r.base);
    }
    assert_int_equal(head_of(rig, GROUP).gone_seq, gone);
}

/* Its first bucket is dropped. */
static void test_a_page_that_begins_where_all_is_gone(void **state)
{
    struct rig *rig = *state;
    uint64_t gone = LOG_BUCKET + PAGE_MAX + 20, end = gone + PAGE_MAX;
    make_front_gone(rig, gone, end);
    assert_page(rig, 1, end, false, 20, gone + 1, 20);
    assert_page(rig, LOG_BUCKET + 1, end, false, 20, gone + 1, 20);
    assert_page(rig, gone, gone + 1, false, 20, gone + 1, 1);
    assert_page(rig, 1, gone, false, 20, 0, 0);
    assert_page(rig, 1, end, true, PAGE_MAX, gone + 1, PAGE_MAX);
}

/* Who decided knows what is gone, and not what was appended since: in the bucket that was dropped
 * nothing stands in the way of what they append. */
static void test_an_append_to_a_head_that_is_gone_is_refused(void **state)
{
    enum { GONE = LOG_BUCKET + 10, OLD = LOG_BUCKET / 2 };
    struct rig *rig = *state;
    make_front_gone(rig, GONE, GONE + 10);
    struct log_head now = head_of(rig, GROUP), old = now;
    old.seq = old.first_seq = old.message_seq = OLD;
    old.n = OLD - 1; /* all but the first are messages */
    struct event e = event_after(&old, GROUP, EVENT_MESSAGE, ALICE, "late");
    e.text = STR("words");
    struct store_append r = {
        .conversation = GROUP, .events = &e, .n_events = 1, .head = old, .after = GONE};
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_MOVED);
    assert_int_equal(r.head.seq, now.seq);
    store_request_deinit(&r.base);
}

/* --- what was left half done --- */

static char *hex(char *at, struct str bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        at += sprintf(at, "%02x", (unsigned char)bytes.p[i]);
    return at;
}

/* As a node leaves it that ends when its batch stands, and nothing else. */
static void batch_record(const struct event *e, struct str record)
{
    static char text[4096];
    char *at = text + sprintf(text,
                              "INSERT INTO logs (conversation, bucket, part, seq, sender, key, "
                              "record, rev, message_seq, carried) "
                              "VALUES (%d, 0, 0, %d, 0, '', 0x",
                              (int)e->conversation, (int)e->seq);
    at = hex(at, record);
    sprintf(at, ", %d, 0, 0x) IF NOT EXISTS", (int)e->seq);
    store_rig_text(text);
}

static void batch_alone(const struct event *e)
{
    struct builder record = {0};
    record_encode(&record, e);
    batch_record(e, builder_str(&record));
    builder_deinit(&record);
}

static void test_whoever_loads_does_what_was_left(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    uint64_t seq = say(rig, GROUP, ALICE, "a1", "words");
    struct log_head head = head_of(rig, GROUP);
    struct event in = event_after(&head, GROUP, EVENT_ADDED, ALICE, "a2");
    in.user = CAROL;
    in.history = HISTORY_ALL;
    batch_alone(&in);
    struct store_load load = {.id = GROUP};
    ask(rig, store_load, &load);
    assert_int_equal(load.head.seq, in.seq);
    assert_int_equal(load.n_members, 3);
    assert_int_equal(load.members[2].user, CAROL);
    head = load.head;
    store_request_deinit(&load.base);
    /* A delete; and whoever comes with an older head is told of the newer one, its changes done. */
    struct event gone = event_after(&head, GROUP, EVENT_DELETE, ALICE, "a3");
    gone.target = seq;
    batch_alone(&gone);
    struct event e = event_after(&head, GROUP, EVENT_MESSAGE, BOB, "b1");
    struct store_append late = {
        .conversation = GROUP, .events = &e, .n_events = 1, .head = head, .after = head.seq};
    ask(rig, store_append, &late);
    assert_int_equal(late.base.status, STORE_MOVED);
    assert_int_equal(late.head.seq, gone.seq);
    store_request_deinit(&late.base);
    struct store_events r = {.conversation = GROUP, .from_seq = seq, .to_seq = seq, .limit = 1};
    ask(rig, store_events, &r);
    assert_true(r.events[0].deleted && r.events[0].text.n == 0);
    store_request_deinit(&r.base);
}

static void test_a_group_of_which_only_the_first_event_stands(void **state)
{
    struct rig *rig = *state;
    static const struct event_member members[] = {{ALICE, ROLE_OWNER}, {BOB, ROLE_MEMBER}};
    struct log_head none = {0};
    struct event e = event_after(&none, GROUP, EVENT_CREATED, ALICE, "g1");
    e.text = STR("the group");
    e.history = HISTORY_JOINED;
    e.members = members;
    e.n_members = 2;
    people(rig);
    batch_alone(&e);
    struct store_load load = {.id = GROUP};
    ask(rig, store_load, &load);
    assert_int_equal(load.base.status, STORE_DONE);
    assert_int_equal(load.n_members, 2);
    assert_int_equal(load.members[0].role, ROLE_OWNER);
    assert_true(str_eq(load.conversation.title, STR("the group")));
    store_request_deinit(&load.base);
}

/* What `user` is told that changed since a token, which moves on: how many entries of the group. By
 * the clock of whoever answers, the group is touched a day ago. */
static uint32_t sync_group(struct rig *rig, uint64_t user, char token[STORE_TOKEN_BYTES_MAX],
                           uint64_t *head_seq)
{
    struct store_inbox_changes r = {
        .user = user, .limit = SYNC_MAX, .token = str_of(token), .now_ms = 86400 * 1000};
    uint32_t n = 0;
    ask(rig, store_inbox_changes, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    for (uint32_t i = 0; i < r.n_entries; i++) {
        if (r.entries[i].conversation.id != GROUP)
            continue;
        *head_seq = r.entries[i].head.seq;
        n++;
    }
    memcpy(token, r.next, STORE_TOKEN_BYTES_MAX);
    store_request_deinit(&r.base);
    return n;
}

/* As a node leaves it that ends before its batch stands. */
static void touch_at(uint64_t user, uint64_t conversation, uint64_t seq, uint64_t ms)
{
    char text[256];
    snprintf(text, sizeof(text),
             "UPDATE members USING TIMESTAMP %d SET touched = %d, touched_n = 0, touched_ms = %d "
             "WHERE user = %d AND conversation = %d",
             (int)seq, (int)seq, (int)ms, (int)user, (int)conversation);
    store_rig_text(text);
}

static void touch_alone(uint64_t user, uint64_t seq)
{
    touch_at(user, GROUP, seq, 1000);
}

/* Nothing but a touch leads to the group that somebody was added to, and it is not hidden by many
 * of what never came. */
static void test_who_was_added_half_way_learns_of_it(void **state)
{
    enum { NEVER_CAME = 40 };
    struct rig *rig = *state;
    char token[STORE_TOKEN_BYTES_MAX] = "";
    uint64_t head_seq = 0;
    people(rig);
    make_group(rig);
    sync_group(rig, CAROL, token, &head_seq);
    for (uint64_t i = 1; i <= NEVER_CAME / 2; i++) {
        touch_at(CAROL, GROUP - i, 2, 500 + i);
        touch_at(CAROL, GROUP + i, 2, 500 + i);
    }
    touch_alone(CAROL, 2);
    assert_int_equal(sync_group(rig, CAROL, token, &head_seq), 0);
    struct log_head head = head_of(rig, GROUP);
    struct event in = event_after(&head, GROUP, EVENT_ADDED, ALICE, "a1");
    in.user = CAROL;
    in.history = HISTORY_ALL;
    batch_alone(&in);
    assert_int_equal(sync_group(rig, CAROL, token, &head_seq), 1);
    assert_int_equal(head_seq, in.seq);
    assert_int_equal(sync_group(rig, CAROL, token, &head_seq), 0);
}

/* As a later version writes one that this version does not know the kind of. */
enum { UNKNOWN_TYPE = 200, TYPE_AT = 1 };
static void batch_unknown(const struct event *e)
{
    struct builder record = {0};
    record_encode(&record, e);
    record.buf->data[TYPE_AT] = UNKNOWN_TYPE;
    batch_record(e, builder_str(&record));
    builder_deinit(&record);
}

/* The same row, to a version that knows it. */
static void known_again(const struct event *e)
{
    static char text[4096];
    struct builder record = {0};
    record_encode(&record, e);
    char *at = hex(text + sprintf(text, "UPDATE logs SET record = 0x"), builder_str(&record));
    sprintf(at,
            " WHERE conversation = %d AND bucket = 0 AND part = 0 AND seq = %d AND sender = 0 "
            "AND key = '' IF rev = %d",
            (int)e->conversation, (int)e->seq, (int)e->rev);
    store_rig_text(text);
    builder_deinit(&record);
}

static enum store_status load_status(struct rig *rig, uint64_t conversation)
{
    struct store_load load = {.id = conversation};
    ask(rig, store_load, &load);
    enum store_status status = load.base.status;
    store_request_deinit(&load.base);
    return status;
}

/* Nobody here can do its changes, nor decide by them: so nothing is put behind it, under which they
 * would be lost. Whoever knows it does them. */
static void test_a_kind_that_is_not_known_is_left_to_who_knows_it(void **state)
{
    struct rig *rig = *state;
    char token[STORE_TOKEN_BYTES_MAX] = "";
    uint64_t head_seq = 0;
    people(rig);
    make_group(rig);
    make_direct(rig);
    sync_group(rig, BOB, token, &head_seq);
    struct log_head head = head_of(rig, GROUP);
    struct event title = event_after(&head, GROUP, EVENT_TITLE, ALICE, "a1");
    title.text = STR("renamed");
    touch_alone(BOB, title.seq);
    batch_unknown(&title);
    assert_int_equal(load_status(rig, GROUP), STORE_FAILED);
    struct event e = event_after(&head, GROUP, EVENT_MESSAGE, BOB, "b1");
    struct store_append late = {
        .conversation = GROUP, .events = &e, .n_events = 1, .head = head, .after = head.seq};
    ask(rig, store_append, &late);
    assert_int_equal(late.base.status, STORE_FAILED);
    store_request_deinit(&late.base);
    /* The others go on. */
    say(rig, DIRECT, ALICE, "a2", "words");
    assert_int_equal(load_status(rig, DIRECT), STORE_DONE);
    assert_int_equal(sync_group(rig, BOB, token, &head_seq), 0);
    known_again(&title);
    assert_int_equal(sync_group(rig, BOB, token, &head_seq), 1);
    assert_int_equal(head_seq, title.seq);
    struct store_load load = {.id = GROUP};
    ask(rig, store_load, &load);
    assert_int_equal(load.base.status, STORE_DONE);
    assert_int_equal(load.head.seq, title.seq);
    assert_true(str_eq(load.conversation.title, title.text));
    store_request_deinit(&load.base);
}

/* A touch is before its event: whoever compares in between is told again. */
static void test_an_event_that_comes_after_the_compare_is_told(void **state)
{
    struct rig *rig = *state;
    char token[STORE_TOKEN_BYTES_MAX] = "", first[STORE_TOKEN_BYTES_MAX] = "";
    char before[STORE_TOKEN_BYTES_MAX];
    uint64_t head_seq = 0;
    people(rig);
    make_group(rig);
    sync_group(rig, BOB, token, &head_seq);
    touch_alone(BOB, 2);
    sync_group(rig, BOB, first, &head_seq); /* a device that begins now */
    for (int i = 0; i < 2; i++) {
        strcpy(before, token);
        assert_int_equal(sync_group(rig, BOB, token, &head_seq), 1);
        assert_int_equal(head_seq, 1);
    }
    assert_string_equal(token, before); /* who waits is not told of it */
    struct log_head head = head_of(rig, GROUP);
    struct event e = event_after(&head, GROUP, EVENT_MESSAGE, ALICE, "a1");
    e.text = STR("late");
    batch_alone(&e);
    for (int i = 0; i < 2; i++) {
        char *of = i ? first : token;
        assert_int_equal(sync_group(rig, BOB, of, &head_seq), 1);
        assert_int_equal(head_seq, 2);
        assert_int_equal(sync_group(rig, BOB, of, &head_seq), 0);
    }
}

/* A device signs in on one node and connects to another at once, and both have its user told: the
 * second must not touch the log for what stands, or each compare would give it again. */
static void test_a_sign_in_that_stands_announces_nothing(void **state)
{
    struct rig *rig = *state;
    people(rig);
    for (int i = 0; i < 2; i++) {
        struct log_head head = head_of(rig, ALICE);
        struct event in = event_after(&head, ALICE, EVENT_SIGNED_IN, ALICE, "device/7");
        struct store_append r = {.conversation = ALICE, .events = &in, .n_events = 1, .head = head};
        ask(rig, store_append, &r);
        assert_int_equal(r.base.status, i ? STORE_KNOWN : STORE_DONE);
        store_request_deinit(&r.base);
    }
    char token[STORE_TOKEN_BYTES_MAX] = "";
    for (int i = 0; i < 2; i++) {
        struct store_inbox_changes r = {.user = ALICE, .limit = SYNC_MAX, .token = str_of(token)};
        ask(rig, store_inbox_changes, &r);
        assert_int_equal(r.base.status, STORE_DONE);
        assert_int_equal(r.n_entries, i ? 0 : 1);
        memcpy(token, r.next, sizeof(token));
        store_request_deinit(&r.base);
    }
}

/* --- two nodes --- */

enum { RACE_SENDS = 20 };

struct racer {
    struct store *store;
    struct store_append append;
    struct event event;
    uint64_t sender;
    char key[16];
    uint32_t sent, moved;
};

static void race_next(struct racer *);

static void race_done(struct store_request *request)
{
    struct racer *racer = (struct racer *)((char *)request - offsetof(struct racer, append.base));
    struct log_head head = racer->append.head;
    enum store_status status = request->status;
    store_request_deinit(request);
    if (status == STORE_MOVED) {
        racer->moved++;
    } else {
        assert_int_equal(status, STORE_DONE);
        racer->sent++;
    }
    racer->append.head = head;
    if (racer->sent < RACE_SENDS)
        race_next(racer);
}

static void race_next(struct racer *racer)
{
    struct log_head head = racer->append.head;
    snprintf(racer->key, sizeof(racer->key), "%d.%d", (int)racer->sender, (int)racer->sent);
    racer->event = event_after(&head, GROUP, EVENT_MESSAGE, racer->sender, racer->key);
    racer->event.text = STR("x");
    racer->append = (struct store_append){.base.done = race_done,
                                          .conversation = GROUP,
                                          .events = &racer->event,
                                          .n_events = 1,
                                          .head = head,
                                          .after = head.seq};
    store_append(racer->store, &racer->append);
}

static void test_two_nodes_append_to_one_log(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_group(rig);
    struct racer racers[2] = {{.store = rig->store, .sender = ALICE},
                              {.store = store_rig_another(), .sender = BOB}};
    for (int i = 0; i < 2; i++) {
        racers[i].append.head = head_of(rig, GROUP);
        race_next(&racers[i]);
    }
    while (racers[0].sent < RACE_SENDS || racers[1].sent < RACE_SENDS)
        rig_run_one(rig);
    store_rig_free(racers[1].store);
    /* Dense, each once, in each sender's order. */
    struct store_events r = {
        .conversation = GROUP, .from_seq = 2, .to_seq = UINT64_MAX, .limit = PAGE_MAX};
    ask(rig, store_events, &r);
    assert_int_equal(r.n_events, 2 * RACE_SENDS);
    uint32_t n[2] = {0};
    for (uint32_t i = 0; i < r.n_events; i++) {
        char key[16];
        int who = r.events[i].sender == BOB;
        snprintf(key, sizeof(key), "%d.%d", (int)r.events[i].sender, (int)n[who]++);
        assert_int_equal(r.events[i].seq, 2 + i);
        assert_true(str_eq(r.events[i].key, str_of(key)));
    }
    store_request_deinit(&r.base);
}

/* --- what it costs --- */

static void test_statements_are_counted(void **state)
{
    struct rig *rig = *state;
    people(rig);
    make_direct(rig);
    say(rig, DIRECT, ALICE, "a1", "first");
    struct log_head head = head_of(rig, DIRECT);
    struct event e = event_after(&head, DIRECT, EVENT_MESSAGE, ALICE, "a2");
    e.text = STR("hello");
    e.reads = true;
    struct store_append r = {
        .conversation = DIRECT, .events = &e, .n_events = 1, .head = head, .after = head.seq};
    store_rig_count(rig);
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
    /* who is in it; a touch for each of two; two rows in one batch; the sender's mark */
    assert_int_equal(store_rig_counted(rig), 1 + 2 + 2 + 1);
    store_rig_count(rig);
    struct store_load load = {.id = DIRECT};
    ask(rig, store_load, &load);
    store_request_deinit(&load.base);
    /* the record, the head, the head's mark once more, the record as of then, both members */
    assert_int_equal(store_rig_counted(rig), 1 + 1 + 1 + 1 + 2);
    store_rig_count(rig);
    struct store_events page = {
        .conversation = DIRECT, .from_seq = 1, .to_seq = 2, .limit = 50, .viewer = BOB};
    ask(rig, store_events, &page);
    assert_int_equal(page.n_events, 2);
    store_request_deinit(&page.base);
    /* the page, what is gone, what the reader hid */
    assert_int_equal(store_rig_counted(rig), 3);
    store_rig_count(rig);
    struct store_mark mark = {.conversation = DIRECT, .user = BOB, .read_seq = 2, .read_n = 2};
    ask(rig, store_mark, &mark);
    assert_int_equal(mark.base.status, STORE_DONE);
    store_request_deinit(&mark.base);
    /* the row as it is, the mark; when marks moved, and that it moved */
    assert_int_equal(store_rig_counted(rig), 2 + 2);
}

static uint64_t buckets(const struct metric_values *values, enum metric m)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < METRIC_BUCKETS; i++)
        n += values->at[m][i];
    return n;
}

static void test_metrics_tell_what_was_asked(void **state)
{
    struct rig *rig = *state;
    struct metric_values *before = mem_new(sizeof(*before)), *after = mem_new(sizeof(*after));
    people(rig);
    make_direct(rig);
    say(rig, DIRECT, ALICE, "a1", "first");
    struct log_head head = head_of(rig, DIRECT);
    struct event e = event_after(&head, DIRECT, EVENT_MESSAGE, ALICE, "a2");
    struct store_append r = {
        .conversation = DIRECT, .events = &e, .n_events = 1, .head = head, .after = head.seq};
    e.text = STR("hello");
    metric_collect(before);
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
    metric_collect(after);
#define GREW(m, which) (after->at[m][which] - before->at[m][which])
    static const uint64_t asked[STATEMENTS] = {
        [S_CONVERSATION_GET] = 1, [S_MEMBER_TOUCH] = 2, [S_LOG_PUT_EVENT] = 1, [S_LOG_PUT_KEY] = 1};
    for (uint32_t i = 0; i < STATEMENTS; i++)
        if (GREW(METRIC_DATABASE_STATEMENTS, i) != asked[i])
            fail_msg("%s: %d", statement_rows[i].name, (int)GREW(METRIC_DATABASE_STATEMENTS, i));
    assert_int_equal(GREW(METRIC_DATABASE_BATCH_STATEMENTS, METRIC_SUM), 2);
#define TOOK(m) (buckets(after, m) - buckets(before, m))
    assert_int_equal(TOOK(METRIC_DATABASE_READ_SECONDS), 1);
    assert_int_equal(TOOK(METRIC_DATABASE_READ_SERIAL_SECONDS), 0);
    assert_int_equal(TOOK(METRIC_DATABASE_WRITE_SECONDS), 2);
    assert_int_equal(TOOK(METRIC_DATABASE_CONDITION_SECONDS), 1);
    /* Its answer has come, so it took some time, and not as long as all of them may. */
    assert_in_range(GREW(METRIC_DATABASE_CONDITION_SECONDS, METRIC_SUM), 1, UINT64_C(60000000000));
    for (uint32_t code = 0; code <= CQL_UNKNOWN; code++)
        assert_int_equal(GREW(METRIC_DATABASE_FAILED, code), 0);
    free(before);
    free(after);
}

static void test_a_message_to_a_hundred(void **state)
{
    struct rig *rig = *state;
    struct event_member members[MEMBERS_MAX];
    struct log_head head = {0};
    for (uint32_t i = 0; i < MEMBERS_MAX; i++)
        members[i] = (struct event_member){ALICE + i, i ? ROLE_MEMBER : ROLE_OWNER};
    struct event e = event_after(&head, GROUP, EVENT_CREATED, ALICE, "g1");
    e.history = HISTORY_JOINED;
    e.members = members;
    e.n_members = MEMBERS_MAX;
    people(rig);
    append_one(rig, e);
    say(rig, GROUP, ALICE, "a1", "first");
    head = head_of(rig, GROUP);
    e = event_after(&head, GROUP, EVENT_MESSAGE, ALICE, "a2");
    e.text = STR("hello");
    struct store_append r = {
        .conversation = GROUP, .events = &e, .n_events = 1, .head = head, .after = head.seq};
    store_rig_count(rig);
    ask(rig, store_append, &r);
    assert_int_equal(r.base.status, STORE_DONE);
    store_request_deinit(&r.base);
    /* who is in it; a touch for each; two rows in one batch */
    assert_int_equal(store_rig_counted(rig), 1 + MEMBERS_MAX + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        both(test_a_log_goes_on_over_its_buckets),
        both(test_a_page_that_begins_where_all_is_gone),
        both(test_an_append_to_a_head_that_is_gone_is_refused),
        both(test_whoever_loads_does_what_was_left),
        both(test_a_group_of_which_only_the_first_event_stands),
        both(test_who_was_added_half_way_learns_of_it),
        both(test_a_kind_that_is_not_known_is_left_to_who_knows_it),
        both(test_an_event_that_comes_after_the_compare_is_told),
        both(test_a_sign_in_that_stands_announces_nothing),
        both(test_two_nodes_append_to_one_log),
        both(test_statements_are_counted),
        both(test_metrics_tell_what_was_asked),
        both(test_a_message_to_a_hundred),
    };
    if (crypto_init())
        return 1;
    return cmocka_run_group_tests_name("cluster/store", tests, NULL, NULL);
}
