/* Usernames: whatever is typed folds to a name that folds to itself, and what is allowed has bounds
 * and no character that could stand for another in a line of text. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "names/names.h"
#include "util/macros.h"
#include "util/utf8.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct names *names;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    names = names_new();
    return names ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct folded_name name, again;
    uint8_t skeleton[CRYPTO_HASH_BYTES], same[CRYPTO_HASH_BYTES];
    if (!names_fold(names, str_n(data, size), &name))
        return 0;
    struct str s = folded_str(&name);
    must(s.n >= 1 && s.n <= USERNAME_BYTES_MAX && utf8_valid(s));
    must(utf8_length(s) <= USERNAME_CHARS_MAX);
    if (!names_allow(names, &name, skeleton))
        return 0;
    must(s.n >= USERNAME_BYTES_MIN && !memchr(s.p, ' ', s.n) && !memchr(s.p, 0, s.n));
    must(names_fold(names, s, &again) && str_eq(folded_str(&again), s));
    must(names_allow(names, &again, same) && !memcmp(skeleton, same, sizeof(same)));
    return 0;
}
