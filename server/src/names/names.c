/*
 * What is stored and looked up is the folded form alone, so that a name has one row whoever types
 * it. Beyond what UTS 39 asks, a name is of letters, marks, digits and . _ - only: it stands in
 * lists, in a shell and in front of a colon.
 *
 * Refused: folding by the C library (its tables depend on the machine's locale), and tables of our
 * own (they age, and the confusables alone are 9,000 rows). What ICU says may change with its
 * version: nothing stored is compared with what it says later, but for names as they are typed.
 */
#include "names/names.h"

#include <stdlib.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uset.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

#include "util/mem.h"
#include "util/utf8.h"

enum {
    /* One character folds to 18 at most (U+FDFA), and each of those is at most two units. */
    UNITS_MAX = USERNAME_BYTES_MAX * 18 * 2,
    SKELETON_BYTES_MAX = 4 * UNITS_MAX,
    CHECKS = USPOOF_RESTRICTION_LEVEL | USPOOF_INVISIBLE | USPOOF_MIXED_NUMBERS |
             USPOOF_CHAR_LIMIT | USPOOF_HIDDEN_OVERLAY,
};

struct names {
    const UNormalizer2 *fold; /* ICU's own */
    USpoofChecker *spoof;
};

struct names *names_new(void)
{
    UErrorCode error = U_ZERO_ERROR;
    struct names *names = mem_new(sizeof(*names));
    names->fold = unorm2_getNFKCCasefoldInstance(&error);
    names->spoof = uspoof_open(&error);
    const USet *recommended = uspoof_getRecommendedSet(&error);
    if (U_SUCCESS(error)) {
        USet *characters = uset_cloneAsThawed(recommended);
        uset_add(characters, '.');
        uset_add(characters, '-');
        uspoof_setChecks(names->spoof, CHECKS, &error);
        uspoof_setRestrictionLevel(names->spoof, USPOOF_HIGHLY_RESTRICTIVE);
        uspoof_setAllowedChars(names->spoof, characters, &error);
        uset_close(characters);
    }
    if (U_SUCCESS(error))
        return names;
    names_free(names);
    return NULL;
}

void names_free(struct names *names)
{
    if (!names)
        return;
    if (names->spoof)
        uspoof_close(names->spoof);
    free(names);
}

/* --- folding --- */

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

static void fold_ascii(struct str typed, struct folded_name *out)
{
    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];
        out->bytes[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out->n = typed.n;
}

bool names_fold(const struct names *names, struct str typed, struct folded_name *out)
{
    if (typed.n == 0 || typed.n > USERNAME_BYTES_MAX || !utf8_valid(typed))
        return false;
    if (is_ascii(typed)) {
        fold_ascii(typed, out);
        return utf8_length(typed) <= USERNAME_CHARS_MAX;
    }
    UChar units[USERNAME_BYTES_MAX], folded[UNITS_MAX];
    int32_t n = 0, n_folded, n_bytes = 0;
    UErrorCode error = U_ZERO_ERROR;
    u_strFromUTF8(units, USERNAME_BYTES_MAX, &n, typed.p, (int32_t)typed.n, &error);
    n_folded = unorm2_normalize(names->fold, units, n, folded, UNITS_MAX, &error);
    u_strToUTF8(out->bytes, sizeof(out->bytes), &n_bytes, folded, n_folded, &error);
    if (U_FAILURE(error) || n_bytes == 0)
        return false;
    out->n = (size_t)n_bytes;
    return utf8_length(folded_str(out)) <= USERNAME_CHARS_MAX;
}

/* --- what may be taken --- */

static bool is_mark(UChar32 c)
{
    return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

static bool is_letter_or_digit(UChar32 c)
{
    return (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_ND_MASK)) != 0;
}

/* Letters with their marks, digits, and . _ - between or around; not those alone. */
static bool is_word(struct str s)
{
    bool some = false;
    for (int32_t i = 0; i < (int32_t)s.n;) {
        UChar32 c;
        bool first = i == 0;
        U8_NEXT(s.p, i, (int32_t)s.n, c);
        if (is_letter_or_digit(c))
            some = true;
        else if (!(c == '.' || c == '_' || c == '-' || (is_mark(c) && !first)))
            return false;
    }
    return some;
}

bool names_allow(const struct names *names, const struct folded_name *name,
                 uint8_t skeleton[CRYPTO_HASH_BYTES])
{
    char text[SKELETON_BYTES_MAX];
    struct str s = folded_str(name);
    UErrorCode error = U_ZERO_ERROR;
    if (s.n < USERNAME_BYTES_MIN || !is_word(s))
        return false;
    int32_t found = uspoof_checkUTF8(names->spoof, s.p, (int32_t)s.n, NULL, &error);
    int32_t n =
        uspoof_getSkeletonUTF8(names->spoof, 0, s.p, (int32_t)s.n, text, sizeof(text), &error);
    if (U_FAILURE(error) || found)
        return false;
    crypto_sha256(skeleton, str_n(text, (size_t)n));
    return true;
}
