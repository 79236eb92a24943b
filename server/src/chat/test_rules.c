/* The table of who may do what, every cell of it, and what depends on more than the role. */
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chat/rules.h"
#include "util/macros.h"

enum { OWNER = 1, ADMIN = 2, MEMBER = 3, OUTSIDER = 8, SOMEBODY = 9 };

/* A conversation with whoever its kind has, 100 events long. */
struct scene {
    struct room room;
    struct member members[MEMBERS_MAX];
    struct person persons[10];
    struct event target;
    struct invites invites;
};

static void scene_init(struct scene *s, enum conversation_kind kind)
{
    *s = (struct scene){.room = {.loaded = true, .conversation.kind = kind, .members = s->members}};
    s->room.head = (struct log_head){.seq = 100, .n = 50};
    for (uint64_t i = 0; i < ARRAY_SIZE(s->persons); i++)
        s->persons[i] = (struct person){.id = i, .loaded = true, .exists = true};
    uint32_t n = kind == CONVERSATION_GROUP ? 3 : kind == CONVERSATION_DIRECT ? 2 : 1;
    for (uint32_t i = 0; i < n; i++)
        s->members[i] = (struct member){
            .user = i + 1, .role = (enum role)(ROLE_OWNER - i), .rev = 1, .from_seq = 1};
    s->room.n_members = n;
    s->room.invites = &s->invites;
    s->invites = (struct invites){.n = 1, .rev = 5, .at[0] = {.seq = 5, .user = OWNER}};
    if (kind == CONVERSATION_DIRECT) {
        s->room.peers[0] = &s->persons[1];
        s->room.peers[1] = &s->persons[2];
    }
    s->target = (struct event){.seq = 5, .rev = 5, .type = EVENT_MESSAGE};
}

/* What the one who asks meets: a message of their own, somebody to add or block. */
static enum chat_error decide(struct scene *s, uint64_t who, struct chat_append a)
{
    struct rules_facts facts = {.target = &s->target,
                                .source = &s->target,
                                .from = &s->persons[who],
                                .to = &s->persons[a.user]};
    a.call.user = who;
    return rules_decide(&s->room, &a, &facts);
}

/* --- the table --- */

#define YES  CHAT_OK
#define ROLE CHAT_FORBIDDEN
#define NONE CHAT_INVALID
#define IN_GROUPS(owner, admin, member)                                                            \
    {                                                                                              \
        NONE, NONE, owner, admin, member, NONE                                                     \
    }
#define IN_TALKS                                                                                   \
    {                                                                                              \
        YES, YES, YES, YES, YES, NONE                                                              \
    }
#define IN_TALKS_BY_ADMINS                                                                         \
    {                                                                                              \
        YES, YES, YES, YES, ROLE, NONE                                                             \
    }
#define IN_DIRECTS(cell)                                                                           \
    {                                                                                              \
        cell, NONE, NONE, NONE, NONE, NONE                                                         \
    }
#define IN_OWN_LOGS                                                                                \
    {                                                                                              \
        NONE, NONE, NONE, NONE, NONE, YES                                                          \
    }

/* Columns: 1:1, notes to self, a group's owner, admin, member, the own log. The target is one's own
 * message, the user named somebody of a lower role where there is one. */
static const struct {
    enum event_type type;
    enum chat_error cells[6];
} table[] = {
    {EVENT_MESSAGE, IN_TALKS},
    {EVENT_EDIT, IN_TALKS},
    {EVENT_DELETE, IN_TALKS},
    {EVENT_REACTION, IN_TALKS},
    {EVENT_ADDED, IN_GROUPS(YES, YES, ROLE)},
    {EVENT_REMOVED, IN_GROUPS(YES, YES, ROLE)},
    {EVENT_LEFT, IN_GROUPS(YES, YES, YES)},
    {EVENT_TITLE, IN_GROUPS(YES, YES, ROLE)},
    {EVENT_ROLE, IN_GROUPS(YES, ROLE, ROLE)},
    {EVENT_PROFILE, IN_OWN_LOGS},
    {EVENT_BLOCK, IN_OWN_LOGS},
    {EVENT_UNBLOCK, IN_OWN_LOGS},
    {EVENT_DESCRIPTION, IN_GROUPS(YES, YES, ROLE)},
    {EVENT_PICTURE, {NONE, NONE, YES, YES, ROLE, YES}},
    {EVENT_PRIVACY, IN_OWN_LOGS},
    {EVENT_ANNOUNCE, IN_GROUPS(YES, YES, ROLE)},
    {EVENT_INVITE, IN_GROUPS(YES, YES, ROLE)},
    {EVENT_UNINVITE, IN_GROUPS(YES, YES, ROLE)},
    {EVENT_CONTACT_REQUEST, IN_DIRECTS(YES)},
    {EVENT_CONTACT_ACCEPT, IN_DIRECTS(CHAT_OUT_OF_TURN)},
    {EVENT_CONTACT_DECLINE, IN_DIRECTS(CHAT_OUT_OF_TURN)},
    {EVENT_CONTACT_REMOVE, IN_DIRECTS(CHAT_OUT_OF_TURN)},
    {EVENT_PIN, IN_TALKS_BY_ADMINS},
    {EVENT_UNPIN, IN_TALKS_BY_ADMINS},
    {EVENT_TIMER, IN_TALKS_BY_ADMINS},
    {EVENT_RETENTION, IN_TALKS_BY_ADMINS},
    {EVENT_PREFERENCES, IN_OWN_LOGS},
    {EVENT_DRAFT, IN_OWN_LOGS},
    {EVENT_STAR, IN_OWN_LOGS},
    {EVENT_UNSTAR, IN_OWN_LOGS},
    {EVENT_RENAME, IN_OWN_LOGS},
    {EVENT_SIGNED_IN, IN_OWN_LOGS},
    {EVENT_SECOND_FACTOR, IN_OWN_LOGS},
    {EVENT_HIDE, IN_OWN_LOGS},
    {EVENT_ACCEPT, IN_DIRECTS(CHAT_OUT_OF_TURN)},
};

static const struct {
    enum conversation_kind kind;
    uint64_t who;
} columns[] = {
    {CONVERSATION_DIRECT, OWNER}, {CONVERSATION_SELF, OWNER},   {CONVERSATION_GROUP, OWNER},
    {CONVERSATION_GROUP, ADMIN},  {CONVERSATION_GROUP, MEMBER}, {CONVERSATION_OWN, OWNER},
};

static struct chat_append any_of(enum event_type type)
{
    struct chat_append a = {.type = type, .target = 5, .text = STR("+")};
    bool in = type == EVENT_REMOVED || type == EVENT_ROLE;
    if (event_is_contact(type))
        return (struct chat_append){.type = type, .user = ADMIN, .to = ADMIN};
    a.user = in ? MEMBER : SOMEBODY;
    a.role = ROLE_ADMIN;
    return a;
}

/* `created` is decided where groups are made, `joined` below. */
static void test_every_event_stands_in_the_table(void **state)
{
    (void)state;
    for (unsigned type = 0; type < EVENT_TYPES; type++) {
        uint32_t n = type == EVENT_CREATED || type == EVENT_JOINED;
        for (size_t row = 0; row < ARRAY_SIZE(table); row++)
            n += table[row].type == type;
        assert_int_equal(n, event_type_known(type));
    }
}

static void test_every_cell_of_the_table(void **state)
{
    (void)state;
    for (size_t row = 0; row < ARRAY_SIZE(table); row++)
        for (size_t column = 0; column < ARRAY_SIZE(columns); column++) {
            struct scene s;
            scene_init(&s, columns[column].kind);
            s.target.sender = columns[column].who;
            enum chat_error error = decide(&s, columns[column].who, any_of(table[row].type));
            if (error != table[row].cells[column])
                fail_msg("event %d, column %zu: %d", table[row].type, column, error);
        }
}

/* Where only admins write, a member reacts, deletes what they wrote and leaves; all else is as it
 * was. */
static void test_what_is_left_to_members_where_only_admins_write(void **state)
{
    (void)state;
    for (size_t row = 0; row < ARRAY_SIZE(table); row++)
        for (size_t column = 0; column < ARRAY_SIZE(columns); column++) {
            struct scene s;
            bool writes = table[row].type == EVENT_MESSAGE || table[row].type == EVENT_EDIT;
            bool member =
                columns[column].kind == CONVERSATION_GROUP && columns[column].who == MEMBER;
            scene_init(&s, columns[column].kind);
            s.room.conversation.announce = columns[column].kind == CONVERSATION_GROUP;
            s.target.sender = columns[column].who;
            enum chat_error error = decide(&s, columns[column].who, any_of(table[row].type));
            assert_int_equal(error, writes && member ? CHAT_FORBIDDEN : table[row].cells[column]);
        }
    struct scene s;
    scene_init(&s, CONVERSATION_GROUP);
    assert_int_equal(rules_may_type(&s.room, MEMBER), CHAT_OK);
    s.room.conversation.announce = true;
    assert_int_equal(rules_may_type(&s.room, MEMBER), CHAT_FORBIDDEN);
    assert_int_equal(rules_may_type(&s.room, ADMIN), CHAT_OK);
}

static void test_nobody_from_outside_may_do_or_learn_anything(void **state)
{
    (void)state;
    for (size_t row = 0; row < ARRAY_SIZE(table); row++)
        for (size_t column = 0; column < ARRAY_SIZE(columns); column++) {
            struct scene s;
            scene_init(&s, columns[column].kind);
            s.target.sender = OUTSIDER;
            assert_int_equal(decide(&s, OUTSIDER, any_of(table[row].type)), CHAT_NOT_FOUND);
        }
}

/* --- targets --- */

static void test_only_ones_own_message_is_edited(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_GROUP);
    s.target.sender = MEMBER;
    assert_int_equal(decide(&s, OWNER, any_of(EVENT_EDIT)), CHAT_FORBIDDEN);
    assert_int_equal(decide(&s, ADMIN, any_of(EVENT_EDIT)), CHAT_FORBIDDEN);
    assert_int_equal(decide(&s, MEMBER, any_of(EVENT_EDIT)), CHAT_OK);
}

static void test_admins_delete_what_others_wrote_in_groups_only(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_GROUP);
    s.target.sender = OWNER;
    assert_int_equal(decide(&s, ADMIN, any_of(EVENT_DELETE)), CHAT_OK);
    assert_int_equal(decide(&s, MEMBER, any_of(EVENT_DELETE)), CHAT_FORBIDDEN);
    scene_init(&s, CONVERSATION_DIRECT);
    s.target.sender = ADMIN;
    assert_int_equal(decide(&s, OWNER, any_of(EVENT_DELETE)), CHAT_FORBIDDEN);
}

static void test_a_target_must_be_a_message_that_stands_and_may_be_read(void **state)
{
    (void)state;
    static const enum event_type types[] = {EVENT_EDIT, EVENT_DELETE, EVENT_REACTION};
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        struct scene s;
        scene_init(&s, CONVERSATION_GROUP);
        s.target.sender = MEMBER;
        s.target.deleted = true;
        assert_int_equal(decide(&s, MEMBER, any_of(types[i])), CHAT_NOT_FOUND);
        s.target.deleted = false;
        s.target.type = EVENT_TITLE;
        assert_int_equal(decide(&s, MEMBER, any_of(types[i])), CHAT_NOT_FOUND);
        s.target.type = EVENT_MESSAGE;
        s.members[2].from_seq = 6;
        assert_int_equal(decide(&s, MEMBER, any_of(types[i])), CHAT_NOT_FOUND);
    }
}

static void test_a_reply_is_to_a_message_that_may_be_read(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_GROUP);
    struct chat_append reply = any_of(EVENT_MESSAGE);
    s.members[2].from_seq = 5;
    s.target.deleted = true; /* it was there when the answer was written */
    assert_int_equal(decide(&s, MEMBER, reply), CHAT_OK);
    s.members[2].from_seq = 6;
    assert_int_equal(decide(&s, MEMBER, reply), CHAT_NOT_FOUND);
    assert_int_equal(decide(&s, OWNER, reply), CHAT_OK);
    for (enum event_type type = EVENT_CREATED; type < EVENT_TYPES; type++) {
        s.target.type = type;
        assert_int_equal(decide(&s, OWNER, reply),
                         type == EVENT_MESSAGE ? CHAT_OK : CHAT_NOT_FOUND);
    }
    reply.call.user = OWNER; /* and there must be something at all */
    assert_int_equal(rules_decide(&s.room, &reply, &(struct rules_facts){0}), CHAT_NOT_FOUND);
}

static void test_members_who_may_read_it_are_mentioned(void **state)
{
    (void)state;
    struct scene s;
    struct arena arena = {0};
    scene_init(&s, CONVERSATION_GROUP);
    const uint64_t all[] = {OUTSIDER, MEMBER, OWNER, ADMIN}, *users;
    struct chat_append a = {
        .call.user = OWNER, .type = EVENT_MESSAGE, .mentions = all, .n_mentions = 4};
    assert_int_equal(rules_mentions(&s.room, &a, &(struct rules_facts){0}, &users, &arena), 2);
    assert_int_equal(users[0], MEMBER);
    assert_int_equal(users[1], ADMIN);
    struct rules_facts facts = {.target = &s.target};
    a.type = EVENT_EDIT;
    s.members[MEMBER - 1].from_seq = s.target.seq + 1; /* joined behind what is edited */
    assert_int_equal(rules_mentions(&s.room, &a, &facts, &users, &arena), 1);
    assert_int_equal(users[0], ADMIN);
    arena_deinit(&arena);
}

static void test_what_is_ahead_of_the_head_is_refused(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_GROUP);
    struct chat_append a = any_of(EVENT_MESSAGE);
    a.after = 100;
    assert_int_equal(decide(&s, MEMBER, a), CHAT_OK);
    a.after = 101;
    assert_int_equal(decide(&s, MEMBER, a), CHAT_AHEAD);
}

static void test_a_key_is_looked_for_so_far_back_and_no_further(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_GROUP);
    struct chat_append a = any_of(EVENT_MESSAGE);
    a.repeatable = true;
    a.after = 5;
    s.room.head.seq = 5 + KEY_REACH;
    assert_int_equal(rules_look_back(&s.room, &a), CHAT_OK);
    s.room.head.seq++;
    assert_int_equal(rules_look_back(&s.room, &a), CHAT_TOO_OLD);
    a.after = 0;
    assert_int_equal(rules_look_back(&s.room, &a), CHAT_AFTER_REQUIRED);
    a.repeatable = false; /* it was never tried before */
    assert_int_equal(rules_look_back(&s.room, &a), CHAT_OK);
    a.repeatable = true;
    s.room.conversation.kind = CONVERSATION_OWN;
    assert_int_equal(rules_look_back(&s.room, &a), CHAT_OK);
}

static void test_the_last_reaction_and_the_one_too_many(void **state)
{
    (void)state;
    struct scene s;
    struct reaction reactions[REACTIONS_MAX];
    scene_init(&s, CONVERSATION_GROUP);
    for (uint32_t i = 0; i < REACTIONS_MAX; i++)
        reactions[i] = (struct reaction){.user = 1000 + i, .emoji = STR("+")};
    s.target.reactions = reactions;
    s.target.n_reactions = REACTIONS_MAX - 1;
    assert_int_equal(decide(&s, MEMBER, any_of(EVENT_REACTION)), CHAT_OK);
    s.target.n_reactions = REACTIONS_MAX;
    assert_int_equal(decide(&s, MEMBER, any_of(EVENT_REACTION)), CHAT_FULL);
    reactions[7].user = MEMBER; /* one's own changes */
    assert_int_equal(decide(&s, MEMBER, any_of(EVENT_REACTION)), CHAT_OK);
}

/* --- contacts --- */

static struct chat_append contact_of(enum event_type type, uint64_t to)
{
    return (struct chat_append){.type = type, .user = to, .to = to};
}

static void test_only_what_reaches_the_other_is_kept_out_by_a_block(void **state)
{
    (void)state;
    for (uint64_t blocker = OWNER; blocker <= ADMIN; blocker++) {
        struct scene s;
        scene_init(&s, CONVERSATION_DIRECT);
        uint64_t blocked = OWNER + ADMIN - blocker;
        s.persons[blocker].blocks = &blocked;
        s.persons[blocker].n_blocks = 1;
        struct person_contact asks = {ADMIN, CONTACT_RECEIVED, 1};
        assert_int_equal(decide(&s, OWNER, contact_of(EVENT_CONTACT_REQUEST, ADMIN)),
                         CHAT_CANNOT_WRITE);
        s.persons[OWNER].contacts = &asks;
        s.persons[OWNER].n_contacts = 1;
        assert_int_equal(decide(&s, OWNER, contact_of(EVENT_CONTACT_ACCEPT, ADMIN)),
                         CHAT_CANNOT_WRITE);
        assert_int_equal(decide(&s, OWNER, contact_of(EVENT_CONTACT_DECLINE, ADMIN)), CHAT_OK);
        asks.state = CONTACT_STANDS;
        assert_int_equal(decide(&s, OWNER, contact_of(EVENT_CONTACT_REMOVE, ADMIN)), CHAT_OK);
    }
}

static void test_contacts_have_room_on_both_sides(void **state)
{
    (void)state;
    static struct person_contact many[CONTACTS_MAX];
    for (uint64_t full = OWNER; full <= ADMIN; full++)
        for (int waiting = 0; waiting < 2; waiting++) {
            struct scene s;
            scene_init(&s, CONVERSATION_DIRECT);
            enum contact_state waits = full == OWNER ? CONTACT_SENT : CONTACT_RECEIVED;
            for (uint32_t i = 0; i < CONTACTS_MAX; i++)
                many[i] = (struct person_contact){100 + i, waiting ? waits : CONTACT_STANDS, 1};
            struct person *p = &s.persons[full];
            p->contacts = many;
            p->n_contacts = waiting ? CONTACTS_WAITING_MAX : CONTACTS_MAX;
            struct chat_append a = contact_of(EVENT_CONTACT_REQUEST, ADMIN);
            assert_int_equal(decide(&s, OWNER, a), CHAT_FULL);
            p->n_contacts--;
            assert_int_equal(decide(&s, OWNER, a), CHAT_OK);
        }
}

static void test_contacts_name_the_other_one(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_DIRECT);
    assert_int_equal(decide(&s, OWNER, contact_of(EVENT_CONTACT_REQUEST, SOMEBODY)), CHAT_INVALID);
    struct chat_append a = contact_of(EVENT_CONTACT_REQUEST, ADMIN);
    a.call.user = OWNER;
    assert_int_equal(rules_check_contents(&a), CHAT_OK);
    a.call.user = ADMIN;
    assert_int_equal(rules_check_contents(&a), CHAT_INVALID);
    a.call.user = OWNER;
    a.to = SOMEBODY;
    assert_int_equal(rules_check_contents(&a), CHAT_INVALID);
}

/* --- members --- */

static void test_only_whoever_has_a_lower_role_is_removed(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_GROUP);
    struct chat_append a = {.type = EVENT_REMOVED, .user = OWNER};
    assert_int_equal(decide(&s, ADMIN, a), CHAT_FORBIDDEN);
    assert_int_equal(decide(&s, OWNER, a), CHAT_FORBIDDEN); /* oneself: that is to leave */
    a.user = ADMIN;
    assert_int_equal(decide(&s, ADMIN, a), CHAT_FORBIDDEN);
    assert_int_equal(decide(&s, OWNER, a), CHAT_OK);
    a.user = SOMEBODY;
    assert_int_equal(decide(&s, OWNER, a), CHAT_NOT_MEMBER);
}

static void test_an_owner_gives_roles_to_others_who_are_in(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_GROUP);
    struct chat_append a = {.type = EVENT_ROLE, .user = OWNER, .role = ROLE_MEMBER};
    assert_int_equal(decide(&s, OWNER, a), CHAT_FORBIDDEN);
    a.user = SOMEBODY;
    assert_int_equal(decide(&s, OWNER, a), CHAT_NOT_MEMBER);
}

static void test_the_last_member_and_the_one_too_many(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_GROUP);
    for (uint32_t i = 3; i < MEMBERS_MAX; i++)
        s.members[i] = (struct member){.user = 100 + i, .role = ROLE_MEMBER};
    s.room.n_members = MEMBERS_MAX - 1;
    assert_int_equal(decide(&s, ADMIN, any_of(EVENT_ADDED)), CHAT_OK);
    s.room.n_members = MEMBERS_MAX;
    assert_int_equal(decide(&s, ADMIN, any_of(EVENT_ADDED)), CHAT_FULL);
}

static void test_the_last_pin_and_the_one_too_many(void **state)
{
    (void)state;
    struct scene s;
    struct pinned pins[PINS_MAX] = {0};
    scene_init(&s, CONVERSATION_GROUP);
    for (uint32_t i = 0; i < PINS_MAX; i++)
        pins[i].message.seq = 10 + i;
    struct chat_append a = {.call.user = ADMIN, .type = EVENT_PIN, .target = 5};
    struct rules_facts facts = {.target = &s.target, .pins = pins, .n_pins = PINS_MAX - 1};
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    facts.n_pins = PINS_MAX;
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_FULL);
    pins[3].message.seq = s.target.seq; /* once more */
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    s.target.deleted = true;
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_NOT_FOUND);
    a.type = EVENT_UNPIN;
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    s.members[ADMIN - 1].from_seq = s.target.seq + 1;
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_NOT_FOUND);
}

static void test_settings_are_for_those_who_have_written(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_DIRECT);
    struct chat_append timer = {.type = EVENT_TIMER, .number = TIMER_S_MAX};
    struct chat_append retention = {.type = EVENT_RETENTION, .number = RETENTION_DAYS_MAX};
    struct chat_append *all[] = {&timer, &retention};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        s.room.head.n = 1;
        assert_int_equal(rules_check_contents(all[i]), CHAT_OK);
        assert_int_equal(decide(&s, OWNER, *all[i]), CHAT_OK);
        s.room.head.n = 0;
        assert_int_equal(decide(&s, OWNER, *all[i]), CHAT_NOT_FOUND);
        all[i]->number++;
        assert_int_equal(rules_check_contents(all[i]), CHAT_INVALID);
    }
}

/* A key that may be among what is gone is refused; without one there was no other try. */
static void test_a_try_from_before_what_is_gone(void **state)
{
    static const struct {
        uint64_t after;
        bool repeatable;
        enum chat_error error;
    } cases[] = {
        {0, true, CHAT_AFTER_REQUIRED},
        {1, true, CHAT_TOO_OLD},
        {2, true, CHAT_TOO_OLD},
        {3, true, CHAT_OK},
        {0, false, CHAT_OK},
        {2, false, CHAT_OK},
        {1000, true, CHAT_AHEAD},
        {1000, false, CHAT_AHEAD},
    };
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_GROUP);
    s.room.head.gone_seq = 3;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct chat_append a = any_of(EVENT_TITLE);
        a.after = cases[i].after;
        a.repeatable = cases[i].repeatable;
        assert_int_equal(decide(&s, OWNER, a), cases[i].error);
    }
}

static void test_the_last_conversation_pinned_and_the_one_too_many(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_OWN);
    struct chat_append a = {.call.user = OWNER,
                            .type = EVENT_PREFERENCES,
                            .source = 7,
                            .changes = PREFERENCE_PINNED,
                            .number = PREFERENCE_PINNED};
    struct rules_facts facts = {.n_pinned = PINNED_MAX - 1};
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    facts.n_pinned = PINNED_MAX;
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_FULL);
    facts.pinned = 3; /* once more */
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    facts.pinned = a.number = 0; /* let go */
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
}

static void test_preferences_that_make_no_sense(void **state)
{
    (void)state;
    struct chat_append good = {.call.user = OWNER,
                               .type = EVENT_PREFERENCES,
                               .source = 7,
                               .changes = PREFERENCES_ALL,
                               .number = PREFERENCE_ARCHIVED,
                               .until_ms = 5};
    assert_int_equal(rules_check_contents(&good), CHAT_OK);
    struct chat_append bad[] = {good, good, good, good, good, good};
    bad[0].source = 0;
    bad[1].source = OWNER; /* the own log */
    bad[2].changes = bad[2].number = bad[2].until_ms = 0;
    bad[3].changes |= PREFERENCES_ALL + 1;
    bad[4].changes &= ~(uint64_t)PREFERENCE_ARCHIVED;
    bad[5].changes &= ~(uint64_t)PREFERENCE_MUTED;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_int_equal(rules_check_contents(&bad[i]), CHAT_INVALID);
    struct chat_append star = {
        .call.user = OWNER, .type = EVENT_STAR, .source = 7, .source_seq = 1};
    assert_int_equal(rules_check_contents(&star), CHAT_OK);
    star.source_seq = 0;
    assert_int_equal(rules_check_contents(&star), CHAT_INVALID);
    star.source_seq = 1;
    star.source = OWNER;
    assert_int_equal(rules_check_contents(&star), CHAT_INVALID);
}

static void test_the_last_draft_and_the_one_too_many(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_OWN);
    struct chat_append a = {
        .call.user = OWNER, .type = EVENT_DRAFT, .source = 7, .text = STR("hel")};
    struct rules_facts facts = {.n_drafts = DRAFTS_MAX - 1};
    assert_int_equal(rules_check_contents(&a), CHAT_OK);
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    facts.n_drafts = DRAFTS_MAX;
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_FULL);
    facts.drafted = true; /* written on */
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    facts.drafted = false;
    a.text = STR(""); /* taken away */
    assert_int_equal(rules_check_contents(&a), CHAT_OK);
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    a.source_seq = 3; /* nothing, in answer to something */
    assert_int_equal(rules_check_contents(&a), CHAT_INVALID);
    a.source_seq = 0;
    a.source = OWNER; /* the own log */
    assert_int_equal(rules_check_contents(&a), CHAT_INVALID);
    a.source = 7;
    a.text = (struct str){0};
    assert_int_equal(rules_check_contents(&a), CHAT_INVALID);
}

static void test_the_last_message_hidden_and_the_one_too_many(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_OWN);
    struct chat_append a = {
        .call.user = OWNER, .type = EVENT_HIDE, .source = 7, .source_seq = 5, .number = HIDE_ONE};
    struct rules_facts facts = {.source = &s.target, .n_hidden = HIDDEN_MAX - 1};
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    facts.n_hidden = HIDDEN_MAX;
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_FULL);
    s.target.hidden = true; /* once more */
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    a.number = HIDE_UP_TO; /* makes room; its place need not be a message */
    facts.source = NULL;
    assert_int_equal(rules_check_contents(&a), CHAT_OK);
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    a.number = HIDE_UP_TO + 1;
    assert_int_equal(rules_check_contents(&a), CHAT_INVALID);
    a.number = HIDE_ONE;
    a.source_seq = 0;
    assert_int_equal(rules_check_contents(&a), CHAT_INVALID);
}

static void test_whom_one_may_add(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_GROUP);
    struct chat_append a = {.type = EVENT_ADDED, .user = MEMBER};
    assert_int_equal(decide(&s, ADMIN, a), CHAT_ALREADY_MEMBER);
    a.user = SOMEBODY;
    s.persons[SOMEBODY].exists = false;
    assert_int_equal(decide(&s, ADMIN, a), CHAT_NOT_FOUND);
    s.persons[SOMEBODY].exists = true;
    s.persons[SOMEBODY].disabled = true;
    assert_int_equal(decide(&s, ADMIN, a), CHAT_CANNOT_WRITE);
    s.persons[SOMEBODY].disabled = false;
    uint64_t admin = ADMIN;
    s.persons[SOMEBODY].blocks = &admin;
    s.persons[SOMEBODY].n_blocks = 1;
    assert_int_equal(decide(&s, ADMIN, a), CHAT_CANNOT_WRITE);
    assert_int_equal(decide(&s, OWNER, a), CHAT_OK);
}

static void test_who_may_come_in_by_an_invite(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_GROUP);
    struct invite *invite = &s.invites.at[0];
    struct member before = {.left = true};
    struct rules_facts facts = {.invite = invite, .now_ms = 1000};
    struct chat_append a = {.call.user = OUTSIDER, .type = EVENT_JOINED, .target = 5};
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    a.after = s.room.head.seq + 1;
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_AHEAD);
    a.after = 0;
    facts.invite = NULL;
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_NOT_FOUND);
    facts.invite = invite;
    invite->expires_ms = 1000;
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_NOT_FOUND);
    invite->expires_ms = 1001;
    facts.before = &before;
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    before.removed = true;
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_FORBIDDEN);
    facts.before = NULL;
    s.room.conversation.announce = true; /* who may not write may come */
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_OK);
    s.room.conversation.kind = CONVERSATION_DIRECT;
    assert_int_equal(rules_decide(&s.room, &a, &facts), CHAT_NOT_FOUND);
    s.room.conversation.kind = CONVERSATION_GROUP;
    assert_int_equal(rules_may_join(&s.room, OWNER, &facts), CHAT_ALREADY_MEMBER);
    s.room.n_members = MEMBERS_MAX;
    assert_int_equal(rules_may_join(&s.room, OUTSIDER, &facts), CHAT_FULL);
}

static void test_who_becomes_owner(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_GROUP);
    assert_int_equal(rules_successor(&s.room, ADMIN), 0);
    assert_int_equal(rules_successor(&s.room, OWNER), ADMIN);
    s.members[1].role = ROLE_MEMBER;
    s.members[1].rev = 9; /* demoted later than the other joined */
    assert_int_equal(rules_successor(&s.room, OWNER), MEMBER);
    s.members[1].rev = 1; /* as long: the lower id */
    assert_int_equal(rules_successor(&s.room, OWNER), ADMIN);
    s.room.n_members = 1;
    assert_int_equal(rules_successor(&s.room, OWNER), 0);
}

/* --- blocks --- */

static void test_a_block_on_either_side_stops_what_reaches_the_other(void **state)
{
    (void)state;
    static const enum event_type types[] = {EVENT_MESSAGE, EVENT_EDIT, EVENT_REACTION};
    for (uint64_t blocker = 1; blocker <= 2; blocker++) {
        struct scene s;
        uint64_t other = 3 - blocker;
        scene_init(&s, CONVERSATION_DIRECT);
        s.target.sender = OWNER;
        s.persons[blocker].blocks = &other;
        s.persons[blocker].n_blocks = 1;
        for (size_t i = 0; i < ARRAY_SIZE(types); i++)
            assert_int_equal(decide(&s, OWNER, any_of(types[i])), CHAT_CANNOT_WRITE);
        assert_int_equal(decide(&s, OWNER, any_of(EVENT_DELETE)), CHAT_OK);
    }
}

static void test_nobody_writes_to_a_disabled_account(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, CONVERSATION_DIRECT);
    s.persons[2].disabled = true;
    assert_int_equal(decide(&s, OWNER, any_of(EVENT_MESSAGE)), CHAT_CANNOT_WRITE);
}

static void test_the_last_block_and_the_one_too_many(void **state)
{
    (void)state;
    struct scene s;
    uint64_t blocked[BLOCKS_MAX];
    scene_init(&s, CONVERSATION_OWN);
    for (uint32_t i = 0; i < BLOCKS_MAX; i++)
        blocked[i] = 1000 + i;
    s.persons[OWNER].blocks = blocked;
    s.persons[OWNER].n_blocks = BLOCKS_MAX - 1;
    assert_int_equal(decide(&s, OWNER, any_of(EVENT_BLOCK)), CHAT_OK);
    s.persons[OWNER].n_blocks = BLOCKS_MAX;
    assert_int_equal(decide(&s, OWNER, any_of(EVENT_BLOCK)), CHAT_FULL);
    blocked[0] = SOMEBODY; /* again */
    assert_int_equal(decide(&s, OWNER, any_of(EVENT_BLOCK)), CHAT_OK);
    s.persons[SOMEBODY].exists = false;
    assert_int_equal(decide(&s, OWNER, any_of(EVENT_BLOCK)), CHAT_NOT_FOUND);
}

/* --- contents --- */

static void test_contents_that_make_no_sense(void **state)
{
    (void)state;
    static char big[TEXT_BYTES_MAX + 1];
    memset(big, 'x', sizeof(big));
    struct chat_append good = {
        .type = EVENT_MESSAGE, .to = 1, .kind = STR("text"), .text = STR("x"), .key = STR("k")};
    assert_int_equal(rules_check_contents(&good), CHAT_OK);
    struct chat_append bad[] = {good, good, good, good, good, good, good};
    bad[0].to = 0;
    bad[1].kind = (struct str){0};
    bad[2].text = (struct str){0};
    bad[3].text = str_n(big, sizeof(big));
    bad[4].key = STR("a b");
    bad[5].key = str_n(big, KEY_BYTES_MAX + 1);
    bad[6].type = EVENT_CREATED;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_int_equal(rules_check_contents(&bad[i]), CHAT_INVALID);
    struct chat_append others[] = {
        {.type = EVENT_ROLE, .user = 1},
        {.type = EVENT_ROLE, .user = 1, .role = ROLE_OWNER + 1},
        {.type = EVENT_ROLE, .role = ROLE_OWNER},
        {.type = EVENT_DESCRIPTION},
        {.type = EVENT_DESCRIPTION, .text = str_n(big, DESCRIPTION_BYTES_MAX + 1)},
        {.type = EVENT_ANNOUNCE, .number = 2},
        {.type = EVENT_UNINVITE},
        {.type = EVENT_INVITE, .number = INVITE_USES_MAX + 1},
        {.type = EVENT_INVITE, .holds_ms = INVITE_S_MIN * UINT64_C(1000) - 1},
        {.type = EVENT_INVITE, .holds_ms = INVITE_S_MAX * UINT64_C(1000) + 1},
    };
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        assert_int_equal(rules_check_contents(&others[i]), CHAT_INVALID);
    struct chat_append fine[] = {
        {.type = EVENT_ROLE, .user = 1, .role = ROLE_OWNER},
        {.type = EVENT_DESCRIPTION, .text = str_n(big, DESCRIPTION_BYTES_MAX)},
        {.type = EVENT_DESCRIPTION, .text = STR("")},
        {.type = EVENT_PICTURE},
        {.type = EVENT_INVITE,
         .number = INVITE_USES_MAX,
         .holds_ms = INVITE_S_MAX * UINT64_C(1000)},
    };
    for (size_t i = 0; i < ARRAY_SIZE(fine); i++)
        assert_int_equal(rules_check_contents(&fine[i]), CHAT_OK);
    good.text = str_n(big, TEXT_BYTES_MAX);
    good.key = str_n(big, KEY_BYTES_MAX);
    assert_int_equal(rules_check_contents(&good), CHAT_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_event_stands_in_the_table),
        cmocka_unit_test(test_every_cell_of_the_table),
        cmocka_unit_test(test_what_is_left_to_members_where_only_admins_write),
        cmocka_unit_test(test_nobody_from_outside_may_do_or_learn_anything),
        cmocka_unit_test(test_only_ones_own_message_is_edited),
        cmocka_unit_test(test_admins_delete_what_others_wrote_in_groups_only),
        cmocka_unit_test(test_a_target_must_be_a_message_that_stands_and_may_be_read),
        cmocka_unit_test(test_a_reply_is_to_a_message_that_may_be_read),
        cmocka_unit_test(test_members_who_may_read_it_are_mentioned),
        cmocka_unit_test(test_what_is_ahead_of_the_head_is_refused),
        cmocka_unit_test(test_a_key_is_looked_for_so_far_back_and_no_further),
        cmocka_unit_test(test_the_last_reaction_and_the_one_too_many),
        cmocka_unit_test(test_only_what_reaches_the_other_is_kept_out_by_a_block),
        cmocka_unit_test(test_contacts_have_room_on_both_sides),
        cmocka_unit_test(test_contacts_name_the_other_one),
        cmocka_unit_test(test_only_whoever_has_a_lower_role_is_removed),
        cmocka_unit_test(test_an_owner_gives_roles_to_others_who_are_in),
        cmocka_unit_test(test_the_last_member_and_the_one_too_many),
        cmocka_unit_test(test_the_last_pin_and_the_one_too_many),
        cmocka_unit_test(test_settings_are_for_those_who_have_written),
        cmocka_unit_test(test_a_try_from_before_what_is_gone),
        cmocka_unit_test(test_the_last_conversation_pinned_and_the_one_too_many),
        cmocka_unit_test(test_preferences_that_make_no_sense),
        cmocka_unit_test(test_the_last_draft_and_the_one_too_many),
        cmocka_unit_test(test_the_last_message_hidden_and_the_one_too_many),
        cmocka_unit_test(test_whom_one_may_add),
        cmocka_unit_test(test_who_may_come_in_by_an_invite),
        cmocka_unit_test(test_who_becomes_owner),
        cmocka_unit_test(test_a_block_on_either_side_stops_what_reaches_the_other),
        cmocka_unit_test(test_nobody_writes_to_a_disabled_account),
        cmocka_unit_test(test_the_last_block_and_the_one_too_many),
        cmocka_unit_test(test_contents_that_make_no_sense),
    };
    return cmocka_run_group_tests_name("chat/rules", tests, NULL, NULL);
}
