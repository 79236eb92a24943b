/* Invites: whom they let in, until when, and what a token that is none gives away. Each case runs
 * on rooms that stay loaded and on rooms that are read from the store again and again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "chat/invite.h"
#include "chat/test_core.h"
#include "util/macros.h"

static int begin_cached(void **state)
{
    *state = core_new(NULL);
    return 0;
}

static int begin_forgetful(void **state)
{
    *state = core_new(&(struct chat_options){.cache_bytes_max = 1});
    return 0;
}

static int end(void **state)
{
    core_free(*state);
    return 0;
}

/* Ann owns the group, Bob is a member; Carol and Dan are outside. */
struct scene {
    struct core *core;
    uint64_t ann, bob, carol, dan, group;
};

static struct scene scene_of(struct core *core)
{
    struct scene s = {.core = core};
    s.ann = core_user(core, "ann");
    s.bob = core_user(core, "bob");
    s.carol = core_user(core, "carol");
    s.dan = core_user(core, "dan");
    s.group = core_group(core, s.ann, &s.bob, 1);
    return s;
}

struct made {
    uint64_t seq;
    char token[INVITE_TOKEN_TEXT + 2];
};

static enum chat_error invite(struct scene *s, uint64_t by, uint64_t uses_max, uint64_t holds_ms,
                              struct made *made)
{
    struct chat_append a = {
        .type = EVENT_INVITE, .conversation = s->group, .number = uses_max, .holds_ms = holds_ms};
    enum chat_error error = core_append(s->core, by, &a);
    if (!error) {
        made->seq = a.seq;
        chat_invite_token(s->core->chat, s->group, a.seq, by, a.time_ms, made->token);
    }
    return error;
}

static struct made invited(struct scene *s, uint64_t uses_max, uint64_t holds_ms)
{
    struct made made;
    assert_int_equal(invite(s, s->ann, uses_max, holds_ms, &made), CHAT_OK);
    return made;
}

static void end_call(struct chat_call *call)
{
    (void)call;
}

static enum chat_error join_keyed(struct scene *s, uint64_t user, struct str token, struct str key,
                                  uint64_t *seq)
{
    struct chat_append a = {.call = {.user = user, .done = end_call}, .key = key};
    chat_join(s->core->chat, &a, token);
    core_run(s->core);
    *seq = a.seq;
    return a.call.error;
}

static enum chat_error join(struct scene *s, uint64_t user, const char *token)
{
    uint64_t seq;
    return join_keyed(s, user, str_of(token), (struct str){0}, &seq);
}

static enum chat_error change(struct scene *s, uint64_t by, enum event_type type, uint64_t user)
{
    struct chat_append a = {
        .type = type, .conversation = s->group, .user = user, .role = ROLE_ADMIN};
    return core_append(s->core, by, &a);
}

static enum chat_error uninvite(struct scene *s, uint64_t by, uint64_t seq)
{
    struct chat_append a = {.type = EVENT_UNINVITE, .conversation = s->group, .target = seq};
    return core_append(s->core, by, &a);
}

/* What was shown, for the time after done(). */
static struct {
    char title[16];
    uint32_t n_members, n_invites;
    bool member;
    struct invite first;
} shown;

static void preview_done(struct chat_call *call)
{
    const struct chat_preview *p = container_of(call, struct chat_preview, call);
    if (call->error)
        return;
    snprintf(shown.title, sizeof(shown.title), "%.*s", (int)p->conversation->title.n,
             p->conversation->title.p);
    shown.n_members = p->n_members;
    shown.member = p->member;
}

static enum chat_error preview(struct scene *s, uint64_t user, const char *token)
{
    struct chat_preview p = {.call = {.user = user, .done = preview_done}, .token = str_of(token)};
    memset(&shown, 0, sizeof(shown));
    chat_preview(s->core->chat, &p);
    core_run(s->core);
    return p.call.error;
}

static void list_done(struct chat_call *call)
{
    const struct chat_invites *list = container_of(call, struct chat_invites, call);
    shown.n_invites = list->n_invites;
    if (list->n_invites)
        shown.first = list->invites[0];
}

static enum chat_error list(struct scene *s, uint64_t user)
{
    struct chat_invites l = {.call = {.user = user, .done = list_done}, .conversation = s->group};
    memset(&shown, 0, sizeof(shown));
    chat_invites(s->core->chat, &l);
    core_run(s->core);
    return l.call.error;
}

/* --- the cases --- */

static void test_an_invite_lets_people_in_and_they_read_what_the_group_says(void **state)
{
    struct scene s = scene_of(*state);
    struct made made = invited(&s, 0, 0);
    assert_int_equal(join(&s, s.carol, made.token), CHAT_OK);
    assert_int_equal(join(&s, s.carol, made.token), CHAT_ALREADY_MEMBER);
    assert_int_equal(core_send(s.core, s.carol, s.group), s.group);
    assert_int_equal(join(&s, s.dan, made.token), CHAT_OK);
    assert_int_equal(list(&s, s.ann), CHAT_OK);
    assert_int_equal(shown.first.uses, 2);
    assert_int_equal(shown.first.seq, made.seq);
    assert_int_equal(shown.first.user, s.ann);
}

static void test_the_last_use_is_one_whoever_comes_at_the_same_moment(void **state)
{
    struct scene s = scene_of(*state);
    struct made made = invited(&s, 1, 0);
    struct chat_append a = {.call = {.user = s.carol, .done = end_call}}, b = a;
    b.call.user = s.dan;
    chat_join(s.core->chat, &a, str_of(made.token));
    chat_join(s.core->chat, &b, str_of(made.token));
    core_run(s.core);
    assert_int_equal(a.call.error, CHAT_OK);
    assert_int_equal(b.call.error, CHAT_NOT_FOUND);
    assert_int_equal(preview(&s, s.dan, made.token), CHAT_NOT_FOUND);
    assert_int_equal(uninvite(&s, s.ann, made.seq), CHAT_NOT_FOUND);
    assert_int_equal(list(&s, s.ann), CHAT_OK);
    assert_int_equal(shown.n_invites, 0);
}

static void test_it_ends_when_the_servers_clock_says_so(void **state)
{
    struct scene s = scene_of(*state);
    struct made made = invited(&s, 0, 60 * 1000);
    s.core->wall_ms += 60 * 1000 - 1;
    assert_int_equal(join(&s, s.carol, made.token), CHAT_OK);
    s.core->wall_ms += 1;
    assert_int_equal(join(&s, s.dan, made.token), CHAT_NOT_FOUND);
    assert_int_equal(preview(&s, s.dan, made.token), CHAT_NOT_FOUND);
    assert_int_equal(list(&s, s.ann), CHAT_OK);
    assert_int_equal(shown.n_invites, 0);
}

static void test_an_invite_that_was_taken_back_lets_nobody_in(void **state)
{
    struct scene s = scene_of(*state);
    struct made one = invited(&s, 0, 0), other = invited(&s, 0, 0);
    assert_int_equal(uninvite(&s, s.bob, one.seq), CHAT_FORBIDDEN);
    assert_int_equal(uninvite(&s, s.ann, one.seq), CHAT_OK);
    assert_int_equal(uninvite(&s, s.ann, one.seq), CHAT_NOT_FOUND);
    assert_int_equal(uninvite(&s, s.ann, 1), CHAT_NOT_FOUND);
    assert_int_equal(join(&s, s.carol, one.token), CHAT_NOT_FOUND);
    assert_int_equal(join(&s, s.carol, other.token), CHAT_OK);
}

static void test_a_join_that_is_sent_again_is_the_same_one_whatever_came_since(void **state)
{
    struct scene s = scene_of(*state);
    struct made made = invited(&s, 1, 0);
    uint64_t first, again;
    struct str token = str_of(made.token), key = STR("k1");
    assert_int_equal(join_keyed(&s, s.carol, token, key, &first), CHAT_OK);
    assert_int_equal(join_keyed(&s, s.carol, token, key, &again), CHAT_OK);
    assert_int_equal(first, again);
    assert_int_equal(change(&s, s.ann, EVENT_REMOVED, s.carol), CHAT_OK);
    assert_int_equal(join_keyed(&s, s.carol, token, key, &again), CHAT_OK);
    assert_int_equal(first, again);
    assert_int_equal(join(&s, s.carol, made.token), CHAT_NOT_FOUND);
}

static void test_who_was_put_out_comes_in_only_by_being_added(void **state)
{
    struct scene s = scene_of(*state);
    struct made made = invited(&s, 0, 0);
    assert_int_equal(change(&s, s.ann, EVENT_REMOVED, s.bob), CHAT_OK);
    assert_int_equal(join(&s, s.bob, made.token), CHAT_FORBIDDEN);
    assert_int_equal(preview(&s, s.bob, made.token), CHAT_FORBIDDEN);
    assert_int_equal(change(&s, s.ann, EVENT_ADDED, s.bob), CHAT_OK);
    assert_int_equal(change(&s, s.bob, EVENT_LEFT, 0), CHAT_OK);
    assert_int_equal(join(&s, s.bob, made.token), CHAT_OK);
    assert_int_equal(change(&s, s.bob, EVENT_LEFT, 0), CHAT_OK);
    assert_int_equal(join(&s, s.bob, made.token), CHAT_OK);
}

static void test_nobody_comes_into_a_group_that_all_have_left(void **state)
{
    struct scene s = scene_of(*state);
    struct made made = invited(&s, 0, 0);
    assert_int_equal(change(&s, s.ann, EVENT_LEFT, 0), CHAT_OK);
    assert_int_equal(join(&s, s.carol, made.token), CHAT_OK); /* Bob owns it now */
    assert_int_equal(change(&s, s.bob, EVENT_LEFT, 0), CHAT_OK);
    assert_int_equal(change(&s, s.carol, EVENT_LEFT, 0), CHAT_OK);
    assert_int_equal(join(&s, s.carol, made.token), CHAT_NOT_FOUND);
    assert_int_equal(preview(&s, s.dan, made.token), CHAT_NOT_FOUND);
}

static void test_blocks_play_no_part(void **state)
{
    struct scene s = scene_of(*state);
    struct made made = invited(&s, 0, 0);
    core_block(s.core, s.ann, s.carol, true);
    core_block(s.core, s.dan, s.ann, true);
    assert_int_equal(join(&s, s.carol, made.token), CHAT_OK);
    assert_int_equal(join(&s, s.dan, made.token), CHAT_OK);
}

static void test_an_invite_is_the_groups_and_outlives_its_makers_role(void **state)
{
    struct scene s = scene_of(*state);
    struct made made;
    assert_int_equal(invite(&s, s.bob, 0, 0, &made), CHAT_FORBIDDEN);
    assert_int_equal(change(&s, s.ann, EVENT_ROLE, s.bob), CHAT_OK);
    assert_int_equal(invite(&s, s.bob, 0, 0, &made), CHAT_OK);
    assert_int_equal(change(&s, s.ann, EVENT_REMOVED, s.bob), CHAT_OK);
    assert_int_equal(join(&s, s.carol, made.token), CHAT_OK);
    assert_int_equal(uninvite(&s, s.ann, made.seq), CHAT_OK);
}

static void test_a_token_that_is_not_whole_or_not_ours_gives_nothing_away(void **state)
{
    struct scene s = scene_of(*state);
    struct made made = invited(&s, 0, 0), other;
    uint64_t direct = core_send(s.core, s.ann, s.bob);
    for (size_t i = 0; i < INVITE_TOKEN_TEXT; i++) {
        struct made bent = made;
        bent.token[i] = bent.token[i] == 'A' ? 'Q' : 'A';
        assert_int_equal(join(&s, s.carol, bent.token), CHAT_NOT_FOUND);
        assert_int_equal(preview(&s, s.carol, bent.token), CHAT_NOT_FOUND);
        bent.token[i] = 0;
        assert_int_equal(join(&s, s.carol, bent.token), CHAT_NOT_FOUND);
    }
    /* a true proof of what is no invite, or not this one */
    const struct {
        uint64_t conversation, seq, user, later_ms;
    } wrong[] = {
        {direct, 1, s.ann, 0},  {s.ann, 1, s.ann, 0},          {999, 1, s.ann, 0},
        {s.group, 1, s.ann, 0}, {s.group, made.seq, s.bob, 0}, {s.group, made.seq, s.ann, 1}};
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        chat_invite_token(s.core->chat, wrong[i].conversation, wrong[i].seq, wrong[i].user,
                          s.core->wall_ms + wrong[i].later_ms, other.token);
        assert_int_equal(join(&s, s.carol, other.token), CHAT_NOT_FOUND);
        assert_int_equal(preview(&s, s.carol, other.token), CHAT_NOT_FOUND);
    }
    struct chat_append far = {.call = {.user = s.carol, .done = end_call}, .after = 1000};
    other = made;
    other.token[30] = other.token[30] == 'A' ? 'Q' : 'A';
    chat_join(s.core->chat, &far, str_of(other.token));
    core_run(s.core);
    assert_int_equal(far.call.error, CHAT_NOT_FOUND); /* not AHEAD, which tells where it ends */
    assert_int_equal(join(&s, s.carol, made.token), CHAT_OK);
}

static void test_one_too_many_is_refused_and_what_is_over_gives_way(void **state)
{
    struct scene s = scene_of(*state);
    struct made made;
    for (int i = 0; i < INVITES_MAX; i++)
        made = invited(&s, 0, i % 2 ? 60 * 1000 : 0);
    assert_int_equal(invite(&s, s.ann, 0, 0, &made), CHAT_FULL);
    s.core->wall_ms += 60 * 1000;
    for (int i = 0; i < INVITES_MAX / 2; i++)
        made = invited(&s, 0, 0);
    assert_int_equal(invite(&s, s.ann, 0, 0, &made), CHAT_FULL);
    assert_int_equal(join(&s, s.carol, made.token), CHAT_OK);
    assert_int_equal(list(&s, s.ann), CHAT_OK);
    assert_int_equal(shown.n_invites, INVITES_MAX);
}

static void test_what_is_shown_before_joining_and_to_whom_tokens_are(void **state)
{
    struct scene s = scene_of(*state);
    struct made made = invited(&s, 0, 0);
    assert_int_equal(preview(&s, s.carol, made.token), CHAT_OK);
    assert_string_equal(shown.title, "group");
    assert_int_equal(shown.n_members, 2);
    assert_false(shown.member);
    assert_int_equal(preview(&s, s.bob, made.token), CHAT_OK);
    assert_true(shown.member);
    assert_int_equal(list(&s, s.bob), CHAT_FORBIDDEN);
    assert_int_equal(list(&s, s.carol), CHAT_NOT_FOUND);
    uint64_t direct = core_send(s.core, s.ann, s.bob);
    struct scene elsewhere = s;
    elsewhere.group = direct;
    assert_int_equal(list(&elsewhere, s.ann), CHAT_NOT_FOUND);
}

static void test_a_group_that_is_full_lets_nobody_in_and_shows_itself(void **state)
{
    struct scene s = scene_of(*state);
    struct made made = invited(&s, 0, 0);
    for (int i = 2; i < MEMBERS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof(name), "many%d", i);
        assert_int_equal(join(&s, core_user(s.core, name), made.token), CHAT_OK);
    }
    assert_int_equal(join(&s, s.carol, made.token), CHAT_FULL);
    assert_int_equal(preview(&s, s.carol, made.token), CHAT_OK);
    assert_int_equal(shown.n_members, MEMBERS_MAX);
    assert_int_equal(change(&s, s.bob, EVENT_LEFT, 0), CHAT_OK);
    assert_int_equal(join(&s, s.carol, made.token), CHAT_OK);
}

int main(void)
{
#define both(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, begin_cached, end),                                      \
        cmocka_unit_test_setup_teardown(test, begin_forgetful, end)
    const struct CMUnitTest tests[] = {
        both(test_an_invite_lets_people_in_and_they_read_what_the_group_says),
        both(test_the_last_use_is_one_whoever_comes_at_the_same_moment),
        both(test_it_ends_when_the_servers_clock_says_so),
        both(test_an_invite_that_was_taken_back_lets_nobody_in),
        both(test_a_join_that_is_sent_again_is_the_same_one_whatever_came_since),
        both(test_who_was_put_out_comes_in_only_by_being_added),
        both(test_nobody_comes_into_a_group_that_all_have_left),
        both(test_blocks_play_no_part),
        both(test_an_invite_is_the_groups_and_outlives_its_makers_role),
        both(test_a_token_that_is_not_whole_or_not_ours_gives_nothing_away),
        both(test_one_too_many_is_refused_and_what_is_over_gives_way),
        both(test_what_is_shown_before_joining_and_to_whom_tokens_are),
        both(test_a_group_that_is_full_lets_nobody_in_and_shows_itself),
    };
    return cmocka_run_group_tests_name("chat/invite", tests, NULL, NULL);
}
