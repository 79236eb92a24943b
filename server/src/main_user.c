/*
 * Asks the store one thing at a time and runs a loop until it has answered. The store's lock keeps
 * a running server out, and this out of a running server.
 *
 * Refused: going through the domain. Its rules are for people who sign in; here the operator
 * decides, and a store request says it all.
 */
#include "main_user.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "loop/loop.h"
#include "main_store.h"
#include "model/limits.h"
#include "store/directory.h"
#include "util/clock.h"
#include "util/macros.h"
#include "util/snowflake.h"

enum { EXIT_USAGE = 2, LIST_AT_ONCE = 1000, RESERVE_MS = 1000 };

struct admin {
    const struct config *config;
    struct loop loop;
    struct store *store;
};

/* --- asking --- */

struct asked {
    struct store_request *request;
    struct loop *loop;
};

static struct asked asked_now; /* one at a time: the program does nothing else */

static void answered(struct store_request *request)
{
    must(request == asked_now.request);
    loop_stop(asked_now.loop);
}

static void expect(struct admin *a, struct store_request *request)
{
    asked_now = (struct asked){request, &a->loop};
    request->done = answered;
}

static enum store_status wait_for(struct admin *a, struct store_request *request)
{
    loop_run(&a->loop);
    return request->status;
}

/* --- passwords --- */

struct secret {
    char text[PASSWORD_BYTES_MAX + 2];
    bool made;
};

static int read_password(struct secret *secret)
{
    if (!fgets(secret->text, sizeof(secret->text), stdin))
        secret->text[0] = 0;
    secret->text[strcspn(secret->text, "\r\n")] = 0;
    size_t n = strlen(secret->text);
    if (!n) {
        uint8_t random[15];
        crypto_random(random, sizeof(random));
        crypto_base64url(secret->text, random, sizeof(random));
        secret->made = true;
        return 0;
    }
    if (n >= PASSWORD_BYTES_MIN && n <= PASSWORD_BYTES_MAX)
        return 0;
    fprintf(stderr, "parleyd: a password has %d to %d bytes\n", PASSWORD_BYTES_MIN,
            PASSWORD_BYTES_MAX);
    return 1;
}

static int hash_password(const struct admin *a, const struct secret *secret,
                         char hash[CRYPTO_PASSWORD_BYTES])
{
    if (crypto_password_hash(hash, str_of(secret->text), a->config->insecure_fast_passwords)) {
        fputs("parleyd: not enough memory to hash a password\n", stderr);
        return 1;
    }
    return 0;
}

/* Once it holds. */
static void tell_password(const struct secret *secret)
{
    if (secret->made)
        printf("password\t%s\n", secret->text);
}

/* --- the commands --- */

static int find(struct admin *a, const char *name, uint64_t *id)
{
    struct store_user_find r = {.username = str_of(name)};
    expect(a, &r.base);
    store_user_find(a->store, &r);
    enum store_status status = wait_for(a, &r.base);
    *id = r.user.id;
    store_request_deinit(&r.base);
    if (status == STORE_NOT_FOUND)
        fprintf(stderr, "parleyd: there is no user %s\n", name);
    else if (status)
        fputs("parleyd: the store could not be read\n", stderr);
    return status ? 1 : 0;
}

static bool reserve(struct admin *a, uint64_t up_to_ms, uint64_t *used_up_to_ms)
{
    struct store_reserve r = {.worker = 0, .up_to_ms = up_to_ms};
    expect(a, &r.base);
    store_reserve(a->store, &r);
    enum store_status status = wait_for(a, &r.base);
    *used_up_to_ms = r.used_up_to_ms;
    store_request_deinit(&r.base);
    return status == STORE_DONE;
}

static bool next_id(struct admin *a, uint64_t *id)
{
    uint64_t now = clock_wall_ms(), up_to = now + RESERVE_MS, used, again;
    if (!reserve(a, up_to, &used))
        return false;
    if (used >= up_to) { /* the clock was set back */
        up_to = used + RESERVE_MS;
        if (!reserve(a, up_to, &again))
            return false;
    }
    struct snowflake ids;
    snowflake_init(&ids, 0, used);
    snowflake_extend(&ids, up_to);
    return snowflake_next(&ids, now, id);
}

static bool name_valid(const char *name)
{
    size_t n = strlen(name);
    return n >= USERNAME_BYTES_MIN && n <= USERNAME_BYTES_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

static int add(struct admin *a, const char *name)
{
    struct secret secret = {0};
    char hash[CRYPTO_PASSWORD_BYTES];
    uint64_t id;
    if (!name_valid(name)) {
        fprintf(stderr, "parleyd: a name has %d to %d of a-z, 0-9, '.', '_' and '-'\n",
                USERNAME_BYTES_MIN, USERNAME_BYTES_MAX);
        return 1;
    }
    if (read_password(&secret) || hash_password(a, &secret, hash))
        return 1;
    if (!next_id(a, &id)) {
        fputs("parleyd: the store could not be written\n", stderr);
        return 1;
    }
    struct store_user_create r = {.user = {.id = id,
                                           .username = str_of(name),
                                           .display_name = str_of(name),
                                           .about = STR(""),
                                           .password = str_of(hash),
                                           .created_ms = clock_wall_ms()}};
    expect(a, &r.base);
    store_user_create(a->store, &r);
    enum store_status status = wait_for(a, &r.base);
    store_request_deinit(&r.base);
    if (status == STORE_TAKEN)
        fprintf(stderr, "parleyd: there is a user %s already\n", name);
    else if (status)
        fputs("parleyd: the store could not be written\n", stderr);
    if (status)
        return 1;
    tell_password(&secret);
    printf("added\t%s\t%llu\n", name, (unsigned long long)id);
    return 0;
}

static int list(struct admin *a, const char *name)
{
    char after[USERNAME_BYTES_MAX + 1] = "";
    (void)name;
    for (uint32_t n = LIST_AT_ONCE; n == LIST_AT_ONCE;) {
        struct store_user_search r = {
            .prefix = STR(""), .after = str_of(after), .limit = LIST_AT_ONCE};
        expect(a, &r.base);
        store_user_search(a->store, &r);
        if (wait_for(a, &r.base)) {
            store_request_deinit(&r.base);
            fputs("parleyd: the store could not be read\n", stderr);
            return 1;
        }
        n = r.n_users;
        for (uint32_t i = 0; i < n; i++)
            printf("%.*s\t%llu\t%s\n", (int)r.users[i].username.n, r.users[i].username.p,
                   (unsigned long long)r.users[i].id, r.users[i].disabled ? "disabled" : "enabled");
        if (n)
            snprintf(after, sizeof(after), "%.*s", (int)r.users[n - 1].username.n,
                     r.users[n - 1].username.p);
        store_request_deinit(&r.base);
    }
    return 0;
}

static int set(struct admin *a, const char *name, struct str password, int disabled)
{
    uint64_t id;
    if (find(a, name, &id))
        return 1;
    struct store_user_set r = {.id = id, .password = password, .disabled = disabled};
    expect(a, &r.base);
    store_user_set(a->store, &r);
    enum store_status status = wait_for(a, &r.base);
    store_request_deinit(&r.base);
    if (status)
        fputs("parleyd: the store could not be written\n", stderr);
    return status ? 1 : 0;
}

static int disable(struct admin *a, const char *name)
{
    return set(a, name, (struct str){0}, 1);
}

static int enable(struct admin *a, const char *name)
{
    return set(a, name, (struct str){0}, 0);
}

/* Whoever knew the old password may hold a device: all are ended. */
static int reset_password(struct admin *a, const char *name)
{
    struct secret secret = {0};
    char hash[CRYPTO_PASSWORD_BYTES];
    uint64_t id;
    if (find(a, name, &id) || read_password(&secret) || hash_password(a, &secret, hash) ||
        set(a, name, str_of(hash), -1))
        return 1;
    tell_password(&secret);
    struct store_device_end r = {.user = id};
    expect(a, &r.base);
    store_device_end(a->store, &r);
    enum store_status status = wait_for(a, &r.base);
    store_request_deinit(&r.base);
    if (status)
        fputs("parleyd: the devices could not be ended\n", stderr);
    return status ? 1 : 0;
}

static const struct {
    const char *name;
    size_t words;
    int (*run)(struct admin *, const char *name);
} commands[] = {
    {"add", 2, add},
    {"list", 1, list},
    {"disable", 2, disable},
    {"enable", 2, enable},
    {"reset-password", 2, reset_password},
};

static int run(struct admin *a, int (*command)(struct admin *, const char *), const char *name)
{
    int code = 1;
    if (loop_init(&a->loop))
        return code;
    a->store = main_store_open(a->config, &a->loop.poster);
    if (a->store)
        code = command(a, name);
    store_free(a->store);
    loop_drain(&a->loop);
    loop_deinit(&a->loop);
    return code;
}

int user_command(const struct config *config)
{
    const struct config_list *args = &config->args;
    for (size_t i = 0; args->n && i < ARRAY_SIZE(commands); i++) {
        if (strcmp(args->items[0].p, commands[i].name) || args->n != commands[i].words)
            continue;
        struct admin a = {.config = config};
        return run(&a, commands[i].run, args->n > 1 ? args->items[1].p : NULL);
    }
    fputs("usage: parleyd user add NAME | list | disable NAME | enable NAME | reset-password NAME\n"
          "A new password is the first line of standard input; an empty line has one made.\n",
          stderr);
    return EXIT_USAGE;
}
