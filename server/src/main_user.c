/*
 * Passwords are read and hashed here, so that no password goes over the socket and no hashing waits
 * behind those of people who sign in.
 */
#include "main_user.h"

#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "main_admin.h"
#include "model/limits.h"
#include "util/crypto.h"
#include "util/macros.h"

enum { EXIT_USAGE = 2, LINE_MAX_BYTES = 1024 };

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

/* With a password: what is said of it is said once it holds. */
static int ask_with_password(const struct config *config, const char *command, const char *name)
{
    struct secret secret = {0};
    char hash[CRYPTO_PASSWORD_BYTES], line[LINE_MAX_BYTES];
    struct builder out = {0};
    if (read_password(&secret))
        return 1;
    if (crypto_password_hash(hash, str_of(secret.text), config->insecure_fast_passwords)) {
        fputs("parleyd: not enough memory to hash a password\n", stderr);
        return 1;
    }
    snprintf(line, sizeof(line), "%s\t%s\t%s", command, name, hash);
    int code = admin_ask(config, line, &out);
    if (!code && secret.made)
        printf("password\t%s\n", secret.text);
    printf("%.*s", (int)out.n, builder_str(&out).p);
    builder_deinit(&out);
    return code;
}

static const struct {
    const char *name, *command;
    size_t words;
    bool password;
} commands[] = {
    {"add", "user-add", 2, true},
    {"list", "user-list", 1, false},
    {"disable", "user-disable", 2, false},
    {"enable", "user-enable", 2, false},
    {"reset-password", "user-reset", 2, true},
    {"admin", "user-admin", 2, false},
    {"no-admin", "user-no-admin", 2, false},
    {"no-second-factor", "user-no-second-factor", 2, false},
    {"delete", "user-delete", 2, false},
};

static int run(const struct config *config, size_t i, const char *name)
{
    char line[LINE_MAX_BYTES];
    if (name && (strlen(name) > LINE_MAX_BYTES / 2 || strpbrk(name, "\t\n"))) {
        fputs("parleyd: nobody has such a name\n", stderr);
        return 1;
    }
    if (commands[i].password)
        return ask_with_password(config, commands[i].command, name);
    snprintf(line, sizeof(line), "%s%s%s", commands[i].command, name ? "\t" : "", name ? name : "");
    return admin_ask(config, line, NULL);
}

int user_command(const struct config *config)
{
    const struct config_list *args = &config->args;
    for (size_t i = 0; args->n && i < ARRAY_SIZE(commands); i++)
        if (!strcmp(args->items[0].p, commands[i].name) && args->n == commands[i].words)
            return run(config, i, args->n > 1 ? args->items[1].p : NULL);
    fputs(
        "usage: parleyd user add NAME | list | disable NAME | enable NAME | reset-password NAME |\n"
        "       admin NAME | no-admin NAME | no-second-factor NAME | delete NAME\n"
        "A new password is the first line of standard input; an empty line has one made.\n",
        stderr);
    return EXIT_USAGE;
}
