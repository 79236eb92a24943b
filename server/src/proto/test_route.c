/* Every route is reached by its own requests and by no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/route.h"
#include "util/macros.h"

static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

/* The route's path with every parameter put as `param`. */
static struct str path_of(const struct command_spec *spec, const char *param, char out[256])
{
    size_t n = 0;
    for (size_t i = 0; i < spec->segments_n; i++) {
        struct str part = spec->segments[i].param ? str_of(param) : spec->segments[i].text;
        out[n++] = '/';
        memcpy(out + n, part.p, part.n);
        n += part.n;
    }
    return str_n(out, n);
}

static void test_reaches_every_route(void **state)
{
    (void)state;
    size_t routes = 0;
    for (size_t c = 0; c < COMMAND_COUNT; c++) {
        const struct command_spec *spec = &command_specs[c];
        if (spec->transport == API_TRANSPORT_SOCKET)
            continue;
        routes++;
        char text[256];
        struct str path = path_of(spec, "77", text);
        struct route_match match;
        route_find(&match, str_of(methods[spec->method]), path);
        assert_ptr_equal(match.spec, spec);
        assert_int_equal(match.command, c);
        size_t params = 0;
        for (size_t i = 0; i < spec->segments_n; i++) {
            if (!spec->segments[i].param)
                continue;
            assert_true(str_eq(match.params[params].name, spec->segments[i].text));
            assert_true(str_eq(match.params[params].text, STR("77")));
            params++;
        }
        assert_int_equal(match.params_n, params);
    }
    assert_true(routes > COMMAND_COUNT / 2);
}

/* Whatever stands where a parameter does, also the literals of other routes, no request could mean
 * two commands. */
static void test_no_request_means_two(void **state)
{
    (void)state;
    for (size_t a = 0; a < COMMAND_COUNT; a++) {
        for (size_t b = 0; b < COMMAND_COUNT; b++) {
            const struct command_spec *one = &command_specs[a], *other = &command_specs[b];
            if (a == b || one->transport == API_TRANSPORT_SOCKET ||
                other->transport == API_TRANSPORT_SOCKET || one->method != other->method ||
                one->segments_n != other->segments_n)
                continue;
            bool apart = false;
            for (size_t i = 0; i < one->segments_n; i++)
                apart = apart || (!one->segments[i].param && !other->segments[i].param &&
                                  !str_eq(one->segments[i].text, other->segments[i].text));
            assert_true(apart);
        }
    }
}

static void test_tells_which_methods_a_path_takes(void **state)
{
    (void)state;
    struct route_match match;
    char allow[ROUTE_ALLOW_BYTES_MAX];
    route_find(&match, STR("PUT"), STR("/v1/account"));
    assert_null(match.spec);
    assert_true(str_eq(route_allow(match.methods, allow), STR("GET, PATCH")));
    route_find(&match, STR("HEAD"), STR("/v1/conversations/5/messages/6"));
    assert_null(match.spec);
    assert_true(str_eq(route_allow(match.methods, allow), STR("PATCH, DELETE")));
    route_find(&match, STR("get"), STR("/v1/connect"));
    assert_null(match.spec);
    assert_true(str_eq(route_allow(match.methods, allow), STR("GET")));
    assert_true(str_eq(route_allow((1u << API_METHOD_COUNT) - 1, allow),
                       STR("GET, POST, PUT, PATCH, DELETE")));
}

static void test_knows_no_other_paths(void **state)
{
    (void)state;
    static const char *const others[] = {
        "",
        "/",
        "//",
        "*",
        "v1/account",
        "/v1",
        "/v1/",
        "/v2/account",
        "/V1/account",
        "/v1/account/",
        "//v1/account",
        "/v1//account",
        "/v1/accoun",
        "/v1/accounts",
        "/v1/account/password/x",
        "/v1/users//block",
        "/v1/users/5/block/",
        "/v1/devices/",
        "/v1/%61ccount",
        "/v1/./account",
        "/v1/conversations/1/messages/2/reaction/4",
        "/v1/a/b/c/d/e/f/g/h/i/j",
        "/v1/auth",
        "/v1/beat",
        "/v1/typing",
    };
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        for (size_t m = 0; m < ARRAY_SIZE(methods); m++) {
            struct route_match match;
            route_find(&match, str_of(methods[m]), str_of(others[i]));
            assert_null(match.spec);
            assert_int_equal(match.methods, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reaches_every_route),
        cmocka_unit_test(test_no_request_means_two),
        cmocka_unit_test(test_tells_which_methods_a_path_takes),
        cmocka_unit_test(test_knows_no_other_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
