/* What is still told when the bus is so full that it drops; and what other versions say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bus/local.h"
#include "chat/notice.h"
#include "chat/notice_bytes.h"
#include "chat/test_core.h"
#include "util/log.h"

struct full {
    struct core *core;
    uint64_t ann, bob, direct;
    struct session here; /* bob's */
};

static void begin(struct full *f)
{
    f->core = core_new(NULL);
    f->ann = core_user(f->core, "ann");
    f->bob = core_user(f->core, "bob");
    f->direct = core_send(f->core, f->ann, f->bob);
    session_begin(f->core->chat, &f->here, f->bob, 77);
    core_run(f->core);
    core_forget(f->core);
}

static void end(struct full *f)
{
    session_end(f->core->chat, &f->here, f->core->mono_ms);
    core_free(f->core);
}

static void fill_bus(struct full *f)
{
    enum { MIB = 1024 * 1024, UNKNOWN_NOTICE = 0xff };
    struct buf *filler = buf_new(MIB), *crumb = buf_new(1);
    filler->data[0] = crumb->data[0] = UNKNOWN_NOTICE;
    for (int i = 0; i < LOCAL_QUEUE_BYTES_MAX / MIB; i++)
        bus_publish(f->core->bus, BUS_USER, &f->bob, 1, filler);
    for (int i = 0; i < MIB / 32; i++)
        bus_publish(f->core->bus, BUS_USER, &f->bob, 1, crumb);
    buf_unref(filler);
    buf_unref(crumb);
}

/* What was asked is answered by the store while the bus takes no more. */
static void run_with_full_bus(struct full *f)
{
    f->core->answers_held = true;
    core_run(f->core);
    log_set_level(LOG_OFF);
    fill_bus(f);
    while (queue_run(&f->core->answers))
        ;
    log_set_level(LOG_INFO);
    f->core->answers_held = false;
    core_run(f->core);
}

static void nothing(struct chat_call *call)
{
    (void)call;
}

static void test_a_device_that_ends_is_closed(void **state)
{
    (void)state;
    struct full f;
    begin(&f);
    struct chat_sign in = {.username = STR("bob"), .password = STR("good enough")};
    assert_int_equal(core_sign(f.core, false, &in), CHAT_OK);
    struct session ended;
    session_begin(f.core->chat, &ended, f.bob, in.device);
    struct chat_device_end ends = {.call = {.user = f.bob, .done = nothing}, .device = in.device};
    chat_device_end(f.core->chat, &ends);
    run_with_full_bus(&f);
    assert_int_equal(ends.call.error, CHAT_OK);
    assert_int_equal(core_told(f.core, SAID_END, &ended), 1);
    assert_int_equal(core_told(f.core, SAID_END, NULL), 1);
    session_end(f.core->chat, &ended, f.core->mono_ms);
    end(&f);
}

static void test_who_is_disabled_is_closed(void **state)
{
    (void)state;
    struct full f;
    begin(&f);
    log_set_level(LOG_OFF);
    fill_bus(&f);
    notice_user_disabled(f.core->chat, f.bob);
    core_run(f.core);
    log_set_level(LOG_INFO);
    assert_int_equal(core_told(f.core, SAID_END, &f.here), 1);
    end(&f);
}

static void test_an_event_that_is_dropped_counts_as_pushed(void **state)
{
    (void)state;
    struct full f;
    begin(&f);
    struct chat_append a = {.call = {.user = f.ann, .done = nothing},
                            .type = EVENT_MESSAGE,
                            .to = f.direct,
                            .kind = STR("text"),
                            .text = STR("x")};
    chat_append(f.core->chat, &a);
    run_with_full_bus(&f);
    assert_int_equal(a.call.error, CHAT_OK);
    assert_int_equal(core_told(f.core, SAID_EVENT, &f.here), 0);
    assert_true(f.here.pushed > 0);
    uint64_t pushed = f.here.pushed;
    core_send(f.core, f.ann, f.direct); /* and then all is as ever */
    assert_int_equal(core_told(f.core, SAID_EVENT, &f.here), 1);
    assert_int_equal(f.here.pushed, pushed + 1);
    end(&f);
}

/* As another node of another version might send it. */
static void publish_bytes(struct full *f, const void *bytes, size_t n)
{
    struct buf *message = buf_copy(bytes, n);
    bus_publish(f->core->bus, BUS_USER, &f->bob, 1, message);
    buf_unref(message);
    core_run(f->core);
}

static void test_a_notice_of_another_version_is_understood(void **state)
{
    enum { TYPING = 3, NUMBERS_MORE = 3 };
    (void)state;
    struct full f;
    begin(&f);
    const uint64_t head[2 + NUMBERS_MORE] = {f.direct, f.ann, 7, 8, 9};
    struct builder later = {0};
    notice_begin(&later, TYPING, head, ARRAY_SIZE(head), 2);
    notice_add(&later, head, 2);
    publish_bytes(&f, builder_str(&later).p, builder_str(&later).n);
    builder_deinit(&later);
    assert_int_equal(core_told(f.core, SAID_TYPING, &f.here), 1);

    const unsigned char unknown[] = {200}, earlier[] = {TYPING, 0, 0};
    publish_bytes(&f, unknown, sizeof(unknown));
    publish_bytes(&f, earlier, sizeof(earlier));
    assert_int_equal(core_told(f.core, SAID_TYPING, &f.here), 2); /* of nobody, in nothing */
    end(&f);
}

static void test_bytes_that_are_no_notice_do_nothing(void **state)
{
    static const unsigned char bad[][12] = {
        {3}, {3, 2}, {3, 1, 0, 0, 0, 0, 0, 0, 0, 0}, {4, 0, 1, 1, 2, 3, 4}, {0, 0, 0}, {2, 0, 0}};
    static const size_t sizes[] = {1, 2, 10, 7, 3, 3};
    (void)state;
    struct full f;
    begin(&f);
    log_set_level(LOG_OFF);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        publish_bytes(&f, bad[i], sizes[i]);
    publish_bytes(&f, "", 0);
    log_set_level(LOG_INFO);
    assert_int_equal(f.core->n_said, 0);
    end(&f);
}

/* What a later version wrote is in the store all the same: the device looks there. */
static void test_an_event_that_cannot_be_read_counts_as_missed(void **state)
{
    static const unsigned char later[] = {1, 0, 0, 99, 99, 99};
    (void)state;
    struct full f;
    begin(&f);
    uint64_t pushed = f.here.pushed;
    log_set_level(LOG_OFF);
    publish_bytes(&f, later, sizeof(later));
    log_set_level(LOG_INFO);
    assert_int_equal(core_told(f.core, SAID_EVENT, &f.here), 0);
    assert_int_equal(f.here.pushed, pushed + 1);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_device_that_ends_is_closed),
        cmocka_unit_test(test_who_is_disabled_is_closed),
        cmocka_unit_test(test_an_event_that_is_dropped_counts_as_pushed),
        cmocka_unit_test(test_a_notice_of_another_version_is_understood),
        cmocka_unit_test(test_bytes_that_are_no_notice_do_nothing),
        cmocka_unit_test(test_an_event_that_cannot_be_read_counts_as_missed),
    };
    return cmocka_run_group_tests_name("chat/notice", tests, NULL, NULL);
}
