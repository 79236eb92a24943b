#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>

#include "util/clock.h"
#include "util/crypto.h"
#include "util/macros.h"
#include "util/sha1.h"

static void assert_hex(const uint8_t *bytes, size_t n, const char *hex)
{
    char text[2 * 64 + 1];
    for (size_t i = 0; i < n; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    assert_string_equal(text, hex);
}

/* RFC 4231 §4.2 to §4.5. Its keys are shorter than ours; HMAC fills them up with zeros itself. */
static void test_hmac_vectors(void **state)
{
    (void)state;
    uint8_t out[CRYPTO_HASH_BYTES], key[CRYPTO_SECRET_BYTES] = {0};
    char data[50];

    memset(key, 0x0b, 20);
    crypto_hmac(out, key, STR("Hi There"));
    assert_hex(out, 32, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");

    memset(key, 0, sizeof(key));
    memcpy(key, "Jefe", 4);
    crypto_hmac(out, key, STR("what do ya want for nothing?"));
    assert_hex(out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");

    memset(key, 0, sizeof(key));
    memset(key, 0xaa, 20);
    memset(data, 0xdd, sizeof(data));
    crypto_hmac(out, key, str_n(data, sizeof(data)));
    assert_hex(out, 32, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");

    for (uint8_t i = 0; i < 25; i++)
        key[i] = i + 1;
    memset(data, 0xcd, sizeof(data));
    crypto_hmac(out, key, str_n(data, sizeof(data)));
    assert_hex(out, 32, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
}

static void test_hash_vectors(void **state)
{
    (void)state;
    uint8_t out[CRYPTO_HASH_BYTES];
    crypto_sha256(out, STR("abc"));
    assert_hex(out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypto_sha256(out, (struct str){NULL, 0});
    assert_hex(out, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 3174 §7.3, and the handshake of RFC 6455 §1.3. */
static void test_sha1_vectors(void **state)
{
    (void)state;
    uint8_t out[SHA1_BYTES];
    crypto_sha1(out, STR("abc"));
    assert_hex(out, 20, "a9993e364706816aba3e25717850c26c9cd0d89d");
    crypto_sha1(out, (struct str){NULL, 0});
    assert_hex(out, 20, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    crypto_sha1(out, STR("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    assert_hex(out, 20, "b37a4f2cc0624f1690f64606cf385945b2bec4ea");
}

static void test_token_text_round_trip(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        uint8_t token[CRYPTO_TOKEN_BYTES], back[CRYPTO_TOKEN_BYTES];
        char text[CRYPTO_TOKEN_TEXT + 1];
        crypto_random(token, sizeof(token));
        crypto_base64url(text, token, sizeof(token));
        assert_int_equal(strlen(text), CRYPTO_TOKEN_TEXT);
        for (unsigned j = 0; j < CRYPTO_TOKEN_TEXT; j++)
            assert_non_null(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-_",
                                   text[j]));
        assert_true(crypto_unbase64url(back, sizeof(back), str_of(text)));
        assert_true(crypto_equal(token, back, sizeof(token)));
        back[i % CRYPTO_TOKEN_BYTES] ^= 1;
        assert_false(crypto_equal(token, back, sizeof(token)));
    }
}

/* RFC 4648 §10, without padding. */
static void test_base64url_vectors(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"};
    for (size_t n = 0; n < ARRAY_SIZE(texts); n++) {
        char out[4 * 6 / 3 + 2], back[6];
        crypto_base64url(out, "foobar", n);
        assert_string_equal(out, texts[n]);
        assert_true(crypto_unbase64url(back, n, str_of(out)));
        assert_memory_equal(back, "foobar", n);
    }
}

static void test_unbase64url_refuses(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        const char *text;
    } bad[] = {
        {1, "Zg=="},
        {1, "Zg="},
        {1, " Zg"},
        {1, "Zg "},
        {1, "Zg\n"},
        {1, "Zh"},
        {2, "Zm9"},
        {1, "Z"},
        {1, ""},
        {2, "Zg"},
        {1, "Zm8"},
        {3, "Zm9v."},
        {3, "+/+/"},
        {3, "Zm\xff"
            "v"},
        {0, "Zg"},
        {0, "A"},
        {3, "Zm9vA"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        uint8_t out[8];
        assert_false(crypto_unbase64url(out, bad[i].n, str_of(bad[i].text)));
    }
    uint8_t out[3];
    assert_false(crypto_unbase64url(out, 3, str_n("Zm9v\0", 5)));
    assert_false(crypto_unbase64url(out, 3, str_n("Zm\0v", 4)));
}

/* Bytes have one text, so that a token cannot be written in two ways. */
static void test_unbase64url_takes_its_letters_only(void **state)
{
    (void)state;
    for (unsigned at = 0; at < 4; at++) {
        for (unsigned c = 0; c < 256; c++) {
            char text[] = "Zm9v", again[4 * 3 / 3 + 2];
            uint8_t out[3];
            text[at] = (char)c;
            bool letter = c < 0x80 && (isalnum((int)c) || c == '-' || c == '_');
            assert_int_equal(crypto_unbase64url(out, 3, str_n(text, 4)), letter);
            if (!letter)
                continue;
            crypto_base64url(again, out, 3);
            assert_memory_equal(again, text, 4);
        }
    }
}

static void test_password(void **state)
{
    (void)state;
    char hash[CRYPTO_PASSWORD_BYTES], other[CRYPTO_PASSWORD_BYTES];
    assert_int_equal(crypto_password_hash(hash, STR("correct horse"), true), 0);
    assert_int_equal(crypto_password_hash(other, STR("correct horse"), true), 0);
    assert_string_not_equal(hash, other); /* salted */
    assert_true(str_starts(str_of(hash), STR("$argon2id$")));
    assert_true(crypto_password_verify(hash, STR("correct horse")));
    assert_true(crypto_password_verify(other, STR("correct horse")));
    assert_false(crypto_password_verify(hash, STR("correct horsf")));
    assert_false(crypto_password_verify(hash, STR("correct hors")));
    assert_false(crypto_password_verify(hash, STR("correct horse\0")));
    assert_false(crypto_password_verify(hash, STR("")));
    assert_false(crypto_password_verify("", STR("correct horse")));
    assert_false(crypto_password_verify("$argon2id$v=19$m=8,t=1,p=1$", STR("correct horse")));

    assert_int_equal(crypto_password_hash(hash, STR(""), true), 0);
    assert_true(crypto_password_verify(hash, STR("")));
    assert_false(crypto_password_verify(hash, STR("a")));
}

/* What is stored for a real account must cost what header and RFC 9106 say. */
static void test_password_of_an_account(void **state)
{
    (void)state;
    char hash[CRYPTO_PASSWORD_BYTES];
    uint64_t start_ms = clock_mono_ms();
    assert_int_equal(crypto_password_hash(hash, STR("correct horse"), false), 0);
    print_message("a password took %u ms\n", (unsigned)(clock_mono_ms() - start_ms));
    assert_true(str_starts(str_of(hash), STR("$argon2id$v=19$m=32768,t=3,p=1$")));
    assert_true(crypto_password_verify(hash, STR("correct horse")));
}

static int setup(void **state)
{
    (void)state;
    return crypto_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hmac_vectors),
        cmocka_unit_test(test_hash_vectors),
        cmocka_unit_test(test_sha1_vectors),
        cmocka_unit_test(test_token_text_round_trip),
        cmocka_unit_test(test_base64url_vectors),
        cmocka_unit_test(test_unbase64url_refuses),
        cmocka_unit_test(test_unbase64url_takes_its_letters_only),
        cmocka_unit_test(test_password),
        cmocka_unit_test(test_password_of_an_account),
    };
    return cmocka_run_group_tests_name("crypto", tests, setup, NULL);
}
