/* The options: every row's range and round trip, the sources and their strength, and what is
 * said of mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config.h"
#include "config/nearest.h"
#include "config/option.h"
#include "util/macros.h"

struct fixture {
    struct config config;
    struct builder complaints;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    config_init(&f->config);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    config_deinit(&f->config);
    builder_deinit(&f->complaints);
    free(f);
    return 0;
}

static const char *said(struct fixture *f)
{
    builder_add_byte(&f->complaints, 0);
    return (const char *)f->complaints.buf->data;
}

static void assert_said(struct fixture *f, const char *part)
{
    const char *all = said(f);

    if (!strstr(all, part))
        fail_msg("expected \"%s\" in: %s", part, all);
}

/* --- rows --- */

static const char *parse(struct fixture *f, const struct option *o, const char *text)
{
    return option_parse(o, &f->config, str_of(text), &f->config.arena);
}

static uint64_t number_of(const struct fixture *f, const struct option *o)
{
    return *(const uint64_t *)((const char *)&f->config + o->offset);
}

static void check_number(struct fixture *f, const struct option *o)
{
    char text[64];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)o->min);
    assert_null(parse(f, o, text));
    assert_int_equal(number_of(f, o), o->min);
    snprintf(text, sizeof(text), "%llu", (unsigned long long)o->max);
    assert_null(parse(f, o, text));
    assert_int_equal(number_of(f, o), o->max);

    snprintf(text, sizeof(text), "%llu", (unsigned long long)o->max + 1);
    assert_non_null(parse(f, o, text));
    if (o->min) {
        snprintf(text, sizeof(text), "%llu", (unsigned long long)o->min - 1);
        assert_non_null(parse(f, o, text));
    }
    const char *const refused[] = {
        "",
        "-1",
        "+1",
        "0x10",
        "1.5",
        "one",
        "1 foo",
        "1e3",
        "1,0",
        "01",
        "1 1",
        "18446744073709551616",
        "KiB",
        "99999999999999999999999999",
        "18446744073709551615GiB",
        "18446744073709551615h",
    };
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
        if (!parse(f, o, refused[i]))
            fail_msg("%s took \"%s\"", o->name, refused[i]);
    assert_int_equal(number_of(f, o), o->max); /* a refused value changes nothing */
}

static void check_words(struct fixture *f, const struct option *o)
{
    const int *field = (const int *)((const char *)&f->config + o->offset);

    for (int i = 0; o->words[i]; i++) {
        assert_null(parse(f, o, o->words[i]));
        assert_int_equal(*field, i);
    }
    assert_non_null(parse(f, o, ""));
    assert_non_null(parse(f, o, "no such word"));
    assert_non_null(parse(f, o, "0"));
}

static void check_text(struct fixture *f, const struct option *o)
{
    char *text = malloc(o->max + 2);

    memset(text, 'x', o->max + 1);
    text[o->max + 1] = 0;
    assert_non_null(parse(f, o, text));
    text[o->max] = 0;
    assert_null(parse(f, o, text));
    if (o->min)
        assert_non_null(parse(f, o, ""));
    assert_non_null(parse(f, o, "a\nb"));
    assert_non_null(parse(f, o, "a\x7f"));
    assert_non_null(parse(f, o, "a # b"));
    assert_null(parse(f, o, "a#b"));
    free(text);
}

static void check_list(struct fixture *f, const struct option *o)
{
    const struct config_list *list =
        (const struct config_list *)((const char *)&f->config + o->offset);
    struct builder text = {0};

    for (size_t i = 0; i <= o->max; i++)
        builder_add_str(&text, STR("a,"));
    assert_non_null(option_parse(o, &f->config, builder_str(&text), &f->config.arena));
    assert_null(option_parse(o, &f->config, str_n(text.buf->data, text.n - 2), &f->config.arena));
    assert_int_equal(list->n, o->max);
    builder_deinit(&text);

    assert_null(parse(f, o, " one, ,two\tthree , "));
    assert_int_equal(list->n, 3);
    assert_string_equal(list->items[1].p, "two");
    assert_string_equal(list->items[2].p, "three");
    if (o->min)
        assert_non_null(parse(f, o, " , "));
}

static void test_every_option_holds_its_range(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < options_n; i++) {
        const struct option *o = &options[i];
        switch (o->type) {
        case OPTION_COUNT:
        case OPTION_MS:
        case OPTION_BYTES:
            check_number(f, o);
            break;
        case OPTION_BOOL:
            assert_null(parse(f, o, "true"));
            assert_null(parse(f, o, "false"));
            assert_non_null(parse(f, o, "yes"));
            assert_non_null(parse(f, o, ""));
            break;
        case OPTION_ENUM:
            check_words(f, o);
            break;
        case OPTION_TEXT:
            check_text(f, o);
            break;
        case OPTION_LIST:
            check_list(f, o);
            break;
        case OPTION_TYPES:
            fail();
        }
    }
}

static void test_names_are_one_in_every_source(void **state)
{
    (void)state;
    assert_string_equal(options[0].group ? "group" : "", "group");
    for (size_t i = 0; i < options_n; i++) {
        assert_true(strspn(options[i].name, "abcdefghijklmnopqrstuvwxyz_.") ==
                    strlen(options[i].name));
        assert_true(strlen(options[i].help) > 0);
        for (size_t j = 0; j < i; j++) {
            char a[64], b[64];
            snprintf(a, sizeof(a), "%s", options[i].name);
            snprintf(b, sizeof(b), "%s", options[j].name);
            for (char *p = a; *p; p++)
                *p = *p == '.' ? '_' : *p;
            for (char *p = b; *p; p++)
                *p = *p == '.' ? '_' : *p;
            assert_string_not_equal(a, b);
        }
    }
}

static void test_units_multiply(void **state)
{
    struct fixture *f = *state;
    const struct option *bytes = option_find(STR("cache_bytes_max"));
    const struct option *ms = option_find(STR("idle_ms"));
    const struct option *count = option_find(STR("calls_max"));
    static const struct {
        const char *text;
        uint64_t value;
    } good_bytes[] = {{"1048576", 1 << 20},
                      {"1024KiB", 1 << 20},
                      {"7 MiB", 7 << 20},
                      {"2GiB", UINT64_C(2) << 30}},
      good_ms[] = {
          {"2000", 2000}, {"2000ms", 2000}, {"2s", 2000}, {"3 min", 180000}, {"1h", 3600000}};

    for (size_t i = 0; i < ARRAY_SIZE(good_bytes); i++) {
        assert_null(parse(f, bytes, good_bytes[i].text));
        assert_int_equal(number_of(f, bytes), good_bytes[i].value);
    }
    for (size_t i = 0; i < ARRAY_SIZE(good_ms); i++) {
        assert_null(parse(f, ms, good_ms[i].text));
        assert_int_equal(number_of(f, ms), good_ms[i].value);
    }
    assert_non_null(parse(f, bytes, "10MB"));
    assert_non_null(parse(f, bytes, "10mib"));
    assert_non_null(parse(f, bytes, "10s"));
    assert_non_null(parse(f, ms, "1MiB"));
    assert_non_null(parse(f, ms, "2h"));
    assert_non_null(parse(f, count, "1KiB"));
    assert_non_null(parse(f, count, "10s"));
}

/* --- sources --- */

static int load(struct fixture *f, const char *const *flags, const char *const *env)
{
    return config_load(&f->config, (char *const *)flags, (char *const *)env, &f->complaints);
}

static void write_file(char path[static 64], const char *text)
{
    FILE *file;
    int fd;

    strcpy(path, "/tmp/parley-test-config-XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    file = fdopen(fd, "w");
    fputs(text, file);
    fclose(file);
}

static void test_flags_beat_environment_beats_file_beats_default(void **state)
{
    struct fixture *f = *state;
    char path[64];
    write_file(path, "# all of these are set by the file\n"
                     "frames_burst = 1001\r\n"
                     "\n"
                     "  calls_max=1002   # a comment\n"
                     "net_threads =\t3\n");
    const char *const flags[] = {"--config", path, "--net-threads=5", "--data_dir", "d",
                                 "list",     NULL};
    const char *const env[] = {"PARLEY_CALLS_MAX=1012", "PARLEY_NET_THREADS=4", "HOME=/x", NULL};

    assert_int_equal(load(f, flags, env), 0);
    unlink(path);
    assert_int_equal(f->config.frames_per_s, 100);
    assert_int_equal(f->config.frames_burst, 1001);
    assert_int_equal(f->config.calls_max, 1012);
    assert_int_equal(f->config.net_threads, 5);
    assert_string_equal(f->config.data_dir, "d");
    assert_int_equal(f->config.args.n, 1);
    assert_string_equal(f->config.args.items[0].p, "list");
}

static void test_file_comes_from_the_environment_too(void **state)
{
    struct fixture *f = *state;
    char path[64], setting[128];
    write_file(path, "calls_max = 77\n");
    snprintf(setting, sizeof(setting), "PARLEY_CONFIG=%s", path);
    const char *const flags[] = {NULL};
    const char *const env[] = {setting, NULL};

    assert_int_equal(load(f, flags, env), 0);
    unlink(path);
    assert_int_equal(f->config.calls_max, 77);
}

static void test_dots_are_underscores_in_the_environment(void **state)
{
    struct fixture *f = *state;
    const char *const flags[] = {"--log.level=debug", NULL};
    const char *const env[] = {"PARLEY_PRESENCE_OFFLINE_AFTER_MS=7s", NULL};

    assert_int_equal(load(f, flags, env), 0);
    assert_int_equal(f->config.presence_offline_after_ms, 7000);
    assert_int_equal(f->config.log_level, LOG_DEBUG);
}

static void test_mistakes_name_source_and_line(void **state)
{
    struct fixture *f = *state;
    const char *const flags[] = {"--frames_per_s=0", "--no-such=1", "--drain_ms", NULL};
    const char *const env[] = {"PARLEY_REGISTRATION=maybe", "PARLEY_NET_THREAD=2", NULL};

    assert_int_equal(config_apply_text(&f->config, "p.conf",
                                       STR("calls_max = 5\n\nlisen = :1\nstore\ncalls_max = 6\n"),
                                       &f->complaints),
                     CONFIG_BAD);
    assert_int_equal(load(f, flags, env), CONFIG_BAD);
    assert_said(f, "p.conf:3: unknown option lisen; the nearest known one is listen\n");
    assert_said(f, "p.conf:4: expected `name = value`\n");
    assert_said(f, "p.conf:5: calls_max: set before, at p.conf:1\n");
    assert_said(f,
                "environment PARLEY_REGISTRATION: registration: expected closed, invite or open, "
                "not \"maybe\"\n");
    assert_said(f, "environment: unknown option PARLEY_NET_THREAD; the nearest known one is "
                   "PARLEY_NET_THREADS\n");
    assert_said(f, "flag --frames_per_s: frames_per_s: expected 1 to 1000000, not \"0\"\n");
    assert_said(f, "flags: unknown option --no_such; the nearest known one is --");
    assert_said(f, "flag --drain_ms: a value must follow\n");
    assert_int_equal(f->config.calls_max, 5);
}

static void test_missing_file_is_a_mistake(void **state)
{
    struct fixture *f = *state;
    const char *const flags[] = {"--config=/nowhere/parley.conf", NULL};
    const char *const env[] = {NULL};

    assert_int_equal(load(f, flags, env), CONFIG_BAD);
    assert_said(f, "/nowhere/parley.conf: No such file or directory\n");
}

static void test_directory_as_file_is_a_mistake(void **state)
{
    struct fixture *f = *state;
    const char *const flags[] = {"--config=/tmp", NULL};
    const char *const env[] = {NULL};

    assert_int_equal(load(f, flags, env), CONFIG_BAD);
    assert_said(f, "/tmp: Is a directory\n");
}

static void test_complaints_are_bounded(void **state)
{
    struct fixture *f = *state;
    struct builder text = {0};

    for (int i = 0; i < 1000; i++)
        builder_add_str(&text, STR("nonsense\n"));
    assert_int_equal(config_apply_text(&f->config, "p", builder_str(&text), &f->complaints),
                     CONFIG_BAD);
    builder_deinit(&text);
    size_t lines = 0;
    for (const char *p = said(f); *p; p++)
        lines += *p == '\n';
    assert_int_equal(lines, CONFIG_COMPLAINTS_MAX + 1);
}

static void test_options_that_contradict_each_other(void **state)
{
    struct fixture *f = *state;
    const char *const flags[] = {"--silent_ms=5s",
                                 "--heartbeat_ms=5s",
                                 "--public_url=chat.example.org",
                                 "--allowed_origins=https://a.example b.example",
                                 "--store=cassandra",
                                 "--cassandra.user=parley",
                                 "--bus=nats",
                                 "--nats.user=parley",
                                 "--nats.key=key.pem",
                                 NULL};
    const char *const env[] = {NULL};

    assert_int_equal(load(f, flags, env), CONFIG_BAD);
    assert_said(f, "flag --store: store: cassandra needs cassandra.contacts\n");
    assert_said(f, "flag --cassandra.user: cassandra.user: needs both cassandra.user and "
                   "cassandra.password_file\n");
    assert_said(f, "flag --bus: bus: nats needs nats.urls\n");
    assert_said(f, "flag --nats.user: nats.user: needs both nats.user and nats.password_file\n");
    assert_said(f, "flag --nats.key: nats.key: needs both nats.certificate and nats.key\n");
    assert_said(f, "flag --silent_ms: silent_ms: must be at least three times heartbeat_ms\n");
    assert_said(f, "flag --public_url: public_url: must begin with http:// or https://\n");
    assert_said(f, "flag --allowed_origins: allowed_origins: each must begin with");
}

static void test_too_many_arguments(void **state)
{
    struct fixture *f = *state;
    const char *flags[CONFIG_ARGS_MAX + 2];
    const char *const env[] = {NULL};

    for (size_t i = 0; i <= CONFIG_ARGS_MAX; i++)
        flags[i] = "x";
    flags[CONFIG_ARGS_MAX + 1] = NULL;
    assert_int_equal(load(f, flags, env), CONFIG_BAD);
}

/* --- on paper --- */

static void test_printed_file_gives_the_same_configuration(void **state)
{
    struct fixture *f = *state;
    struct config again;
    struct builder one = {0}, two = {0};
    const char *const flags[] = {"--listen=:80 [::1]:7",
                                 "--cache_bytes_max=3000000",
                                 "--store.cache_bytes=2GiB",
                                 "--registration=open",
                                 "--public_url=https://x.example",
                                 "--allow_plaintext=true",
                                 NULL};
    const char *const env[] = {NULL};

    assert_int_equal(load(f, flags, env), 0);
    config_print(&f->config, &one);
    config_init(&again);
    assert_int_equal(config_apply_text(&again, "p", builder_str(&one), &f->complaints), 0);
    for (size_t i = 0; i < options_n; i++) {
        struct builder a = {0}, b = {0};
        option_format(&options[i], &f->config, &a);
        option_format(&options[i], &again, &b);
        assert_true(str_eq(builder_str(&a), builder_str(&b)));
        assert_non_null(memmem(one.buf->data, one.n, options[i].help, 10));
        builder_deinit(&a);
        builder_deinit(&b);
    }
    assert_int_equal(again.cache_bytes_max, 3000000);
    config_print(&again, &two);
    for (size_t at = 0, n; at < two.n; at += n + 1) {
        const char *line = (const char *)two.buf->data + at;
        n = (size_t)((const char *)memchr(line, '\n', two.n - at) - line);
        assert_true(n <= 100 && (n == 0 || line[n - 1] != ' '));
    }
    builder_deinit(&one);
    builder_deinit(&two);
    config_deinit(&again);
}

static void test_page_of_the_manual_has_every_option_and_no_odd_markup(void **state)
{
    static const char *const macros[] = {".Dd", ".Dt", ".Os", ".Sh", ".Ss", ".Nm",
                                         ".Nd", ".Bl", ".It", ".El", ".Pp", ".Dl",
                                         ".Fl", ".Ev", ".Bd", ".Ed", ".Xr"};
    struct builder page = {0};
    size_t items = 0, lists = 0;

    (void)state;
    config_print_man(&page, STR("November 28, 2026"));
    assert_memory_equal(page.buf->data, ".Dd November 28, 2026\n", 22);
    for (size_t i = 0; i < options_n; i++) {
        char item[80];
        int n = snprintf(item, sizeof(item), "\n.It Ic %s\n", options[i].name);
        assert_non_null(memmem(page.buf->data, page.n, item, (size_t)n));
    }
    for (size_t at = 0, n; at < page.n; at += n + 1) {
        const char *line = (const char *)page.buf->data + at;
        bool known = line[0] != '.';
        n = (size_t)((const char *)memchr(line, '\n', page.n - at) - line);
        for (size_t i = 0; i < ARRAY_SIZE(macros); i++)
            known = known || !strncmp(line, macros[i], 3);
        assert_true(known && n && line[0] != '\'' && !memchr(line, '`', n));
        items += !strncmp(line, ".It Ic", 6);
        lists += !strncmp(line, ".Bl", 3);
        lists -= !strncmp(line, ".El", 3);
    }
    assert_int_equal(items, options_n);
    assert_int_equal(lists, 0);
    builder_deinit(&page);
}

static void test_distance_counts_single_slips(void **state)
{
    static const struct {
        const char *a, *b;
        size_t distance;
    } cases[] = {
        {"", "", 0},
        {"listen", "listen", 0},
        {"lisen", "listen", 1},
        {"lsiten", "listen", 1},
        {"", "abc", 3},
        {"abc", "", 3},
        {"kitten", "sitting", 3},
        {"listne", "listen", 1},
        {"ca", "abc", 3},
    };
    char longer[200], longest[300];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(nearest_distance(str_of(cases[i].a), str_of(cases[i].b)),
                         cases[i].distance);
    memset(longer, 'x', sizeof(longer));
    memset(longest, 'x', sizeof(longest));
    assert_int_equal(nearest_distance(str_n(longer, 200), str_n(longest, 300)),
                     200 + 300 - 2 * NEAREST_BYTES_MAX);
}

#define with_config(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_config(test_every_option_holds_its_range),
        with_config(test_names_are_one_in_every_source),
        with_config(test_units_multiply),
        with_config(test_flags_beat_environment_beats_file_beats_default),
        with_config(test_file_comes_from_the_environment_too),
        with_config(test_dots_are_underscores_in_the_environment),
        with_config(test_mistakes_name_source_and_line),
        with_config(test_missing_file_is_a_mistake),
        with_config(test_directory_as_file_is_a_mistake),
        with_config(test_complaints_are_bounded),
        with_config(test_options_that_contradict_each_other),
        with_config(test_too_many_arguments),
        with_config(test_printed_file_gives_the_same_configuration),
        cmocka_unit_test(test_page_of_the_manual_has_every_option_and_no_odd_markup),
        with_config(test_distance_counts_single_slips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
