/* Random events of every type, there and back; and every way to cut or bend their bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/limits.h"
#include "model/privacy.h"
#include "model/record.h"
#include "util/macros.h"

static uint32_t below(uint32_t n)
{
    return (uint32_t)rand() % n;
}

static uint64_t some_number(void)
{
    return ((uint64_t)rand() << 31 ^ (uint64_t)rand()) >> below(60);
}

static struct str some_text(size_t least, size_t most)
{
    static char letters[TEXT_BYTES_MAX];
    for (size_t i = 0; i < sizeof(letters); i++)
        letters[i] = (char)('a' + i % 26);
    return str_n(letters, least + below((uint32_t)(most - least + 1)));
}

static struct reaction reactions[REACTIONS_MAX];
static struct event_member members[MEMBERS_MAX];
static uint64_t mentions[MENTIONS_MAX];

static void mention_some(struct event *e)
{
    e->n_mentions = below(2) ? 0 : below(MENTIONS_MAX + 1);
    for (uint32_t i = 0; i < e->n_mentions; i++)
        mentions[i] = some_number();
    e->mentions = e->n_mentions ? mentions : NULL;
}

static struct event some_event(enum event_type type)
{
    struct event e = {.type = type,
                      .conversation = 1 + some_number(),
                      .n = some_number(),
                      .time_ms = some_number(),
                      .sender = 1 + some_number(),
                      .key = some_text(1, KEY_BYTES_MAX)};
    e.first_seq = 1 + some_number() / 4;
    e.seq = e.first_seq + below(64);
    e.rev = e.seq + below(1000);
    for (int i = 0; i < EVENT_DIGEST_BYTES; i++)
        e.digest[i] = (uint8_t)rand();
    switch (type) {
    case EVENT_MESSAGE:
        e.reads = below(2);
        e.deleted = below(2);
        e.forwarded = below(2);
        e.target = some_number();
        e.kind = some_text(1, KIND_BYTES_MAX);
        e.text = some_text(0, below(10) ? 300 : TEXT_BYTES_MAX);
        e.edited_seq = below(2) ? some_number() : 0;
        e.expires_ms = below(2) ? some_number() : 0;
        e.n_reactions = below(3) ? 0 : below(REACTIONS_MAX + 1);
        for (uint32_t i = 0; i < e.n_reactions; i++)
            reactions[i] = (struct reaction){1 + some_number(), 1 + some_number(),
                                             some_text(1, EMOJI_BYTES_MAX)};
        e.reactions = e.n_reactions ? reactions : NULL;
        mention_some(&e);
        break;
    case EVENT_EDIT:
        e.deleted = below(2);
        e.target = 1 + some_number();
        e.kind = some_text(1, KIND_BYTES_MAX);
        e.text = some_text(0, 300);
        mention_some(&e);
        break;
    case EVENT_DELETE:
    case EVENT_PIN:
    case EVENT_UNPIN:
        e.target = 1 + some_number();
        break;
    case EVENT_REACTION:
        e.target = 1 + some_number();
        e.text = some_text(0, EMOJI_BYTES_MAX);
        break;
    case EVENT_CREATED:
        e.text = some_text(1, TITLE_BYTES_MAX);
        e.history = below(2) ? HISTORY_ALL : HISTORY_JOINED;
        e.n_members = 1 + below(MEMBERS_MAX);
        for (uint32_t i = 0; i < e.n_members; i++)
            members[i] = (struct event_member){1 + some_number(), ROLE_MEMBER};
        e.members = members;
        break;
    case EVENT_ADDED:
        e.user = 1 + some_number();
        e.history = below(2) ? HISTORY_ALL : HISTORY_JOINED;
        break;
    case EVENT_TITLE:
        e.text = some_text(1, TITLE_BYTES_MAX);
        break;
    case EVENT_DESCRIPTION:
        e.text = some_text(0, DESCRIPTION_BYTES_MAX);
        break;
    case EVENT_INVITE:
        e.number = some_number();
        e.expires_ms = some_number();
        break;
    case EVENT_UNINVITE:
        e.target = 1 + some_number();
        break;
    case EVENT_JOINED:
        e.user = e.sender;
        e.target = 1 + some_number();
        e.history = HISTORY_ALL;
        break;
    case EVENT_RENAME:
        e.text = some_text(USERNAME_BYTES_MIN, USERNAME_BYTES_MAX);
        e.about = some_text(32, 32);
        break;
    case EVENT_SIGNED_IN:
        e.number = 1 + some_number();
        e.text = some_text(0, DEVICE_NAME_BYTES_MAX);
        break;
    case EVENT_SECOND_FACTOR:
        e.changes = 1 + below(FACTOR_CHANGES - 1);
        e.number = some_number();
        break;
    case EVENT_PRIVACY:
        e.privacy = privacy_one(below(PRIVACY_SETTINGS), 1 + below(AUDIENCES));
        break;
    case EVENT_PICTURE:
    case EVENT_ANNOUNCE:
    case EVENT_TIMER:
    case EVENT_RETENTION:
        e.number = some_number();
        break;
    case EVENT_DRAFT:
        e.subject = 1 + some_number();
        e.target = some_number();
        e.text = some_text(0, TEXT_BYTES_MAX);
        break;
    case EVENT_HIDE:
        e.number = below(2);
        /* fall through */
    case EVENT_STAR:
    case EVENT_UNSTAR:
        e.subject = 1 + some_number();
        e.target = 1 + some_number();
        break;
    case EVENT_PREFERENCES:
        e.subject = 1 + some_number();
        e.changes = 1 + some_number();
        e.until_ms = some_number();
        e.number = some_number();
        break;
    case EVENT_ROLE:
        e.user = 1 + some_number();
        e.role = ROLE_ADMIN;
        break;
    case EVENT_PROFILE:
        if (below(2))
            e.text = some_text(1, DISPLAY_NAME_BYTES_MAX);
        if (below(2))
            e.about = some_text(0, ABOUT_BYTES_MAX);
        break;
    default:
        e.user = 1 + some_number();
        break;
    }
    return e;
}

static void assert_same(const struct event *a, const struct event *b)
{
    assert_int_equal(a->conversation, b->conversation);
    assert_int_equal(a->subject, b->subject);
    assert_int_equal(a->until_ms, b->until_ms);
    assert_int_equal(a->changes, b->changes);
    assert_int_equal(a->seq, b->seq);
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->first_seq, b->first_seq);
    assert_int_equal(a->rev, b->rev);
    assert_int_equal(a->time_ms, b->time_ms);
    assert_int_equal(a->sender, b->sender);
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->reads, b->reads);
    assert_int_equal(a->deleted, b->deleted);
    assert_int_equal(a->forwarded, b->forwarded);
    assert_true(str_eq(a->key, b->key));
    assert_memory_equal(a->digest, b->digest, EVENT_DIGEST_BYTES);
    assert_int_equal(a->target, b->target);
    assert_int_equal(a->user, b->user);
    assert_int_equal(a->role, b->role);
    assert_int_equal(a->history, b->history);
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->privacy, b->privacy);
    assert_true(str_eq(a->kind, b->kind));
    assert_true(str_eq(a->text, b->text));
    assert_true(str_eq(a->about, b->about));
    assert_int_equal(a->edited_seq, b->edited_seq);
    assert_int_equal(a->expires_ms, b->expires_ms);
    assert_int_equal(a->n_reactions, b->n_reactions);
    for (uint32_t i = 0; i < a->n_reactions; i++) {
        assert_int_equal(a->reactions[i].user, b->reactions[i].user);
        assert_int_equal(a->reactions[i].seq, b->reactions[i].seq);
        assert_true(str_eq(a->reactions[i].emoji, b->reactions[i].emoji));
    }
    assert_int_equal(a->n_mentions, b->n_mentions);
    for (uint32_t i = 0; i < a->n_mentions; i++)
        assert_int_equal(a->mentions[i], b->mentions[i]);
    assert_int_equal(a->n_members, b->n_members);
    for (uint32_t i = 0; i < a->n_members; i++) {
        assert_int_equal(a->members[i].user, b->members[i].user);
        assert_int_equal(a->members[i].role, b->members[i].role);
    }
}

static enum event_type some_type(void)
{
    unsigned type;
    do
        type = below(EVENT_TYPES);
    while (!event_type_known(type));
    return (enum event_type)type;
}

static void test_a_type_without_a_meaning_is_refused(void **state)
{
    (void)state;
    for (unsigned type = 0; type <= UINT8_MAX; type++) {
        struct event e = some_event(EVENT_DELETE), back;
        struct builder bytes = {0};
        struct arena arena = {0};
        record_encode(&bytes, &e);
        bytes.buf->data[1] = (unsigned char)type;
        assert_int_equal(record_decode(&back, builder_str(&bytes), &arena) == 0,
                         event_type_known(type));
        arena_deinit(&arena);
        builder_deinit(&bytes);
    }
}

static void test_every_event_comes_back_as_it_was(void **state)
{
    (void)state;
    for (int round = 0; round < 5000; round++) {
        struct event e = some_event(some_type()), back;
        struct builder bytes = {0};
        struct arena arena = {0};
        record_encode(&bytes, &e);
        assert_int_equal(record_decode(&back, builder_str(&bytes), &arena), 0);
        assert_same(&e, &back);
        arena_deinit(&arena);
        builder_deinit(&bytes);
    }
}

static void test_an_absent_profile_field_stays_absent(void **state)
{
    (void)state;
    struct event e = some_event(EVENT_PROFILE), back;
    e.text = (struct str){0};
    e.about = STR("");
    struct builder bytes = {0};
    struct arena arena = {0};
    record_encode(&bytes, &e);
    assert_int_equal(record_decode(&back, builder_str(&bytes), &arena), 0);
    assert_null(back.text.p);
    assert_non_null(back.about.p);
    arena_deinit(&arena);
    builder_deinit(&bytes);
}

static void test_a_cut_or_lengthened_record_is_refused(void **state)
{
    (void)state;
    for (unsigned type = 1; type < EVENT_TYPES; type++) {
        if (!event_type_known(type))
            continue;
        struct event e = some_event((enum event_type)type), back;
        struct builder bytes = {0};
        record_encode(&bytes, &e);
        struct str all = builder_str(&bytes);
        for (size_t n = 0; n < all.n; n += 1 + n / 64) {
            struct arena arena = {0};
            assert_int_not_equal(record_decode(&back, str_n(all.p, n), &arena), 0);
            arena_deinit(&arena);
        }
        builder_add_byte(&bytes, 0);
        struct arena arena = {0};
        assert_int_not_equal(record_decode(&back, builder_str(&bytes), &arena), 0);
        arena_deinit(&arena);
        builder_deinit(&bytes);
    }
}

static void test_a_newer_version_is_told_apart(void **state)
{
    (void)state;
    struct event e = some_event(EVENT_TITLE), back;
    struct builder bytes = {0};
    struct arena arena = {0};
    record_encode(&bytes, &e);
    bytes.buf->data[0] += 1;
    assert_int_equal(record_decode(&back, builder_str(&bytes), &arena), RECORD_NEWER_VERSION);
    arena_deinit(&arena);
    builder_deinit(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_event_comes_back_as_it_was),
        cmocka_unit_test(test_an_absent_profile_field_stays_absent),
        cmocka_unit_test(test_a_cut_or_lengthened_record_is_refused),
        cmocka_unit_test(test_a_type_without_a_meaning_is_refused),
        cmocka_unit_test(test_a_newer_version_is_told_apart),
    };
    srand(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
