/*
 * Tries are counted by the account, or else whoever has many addresses guesses at one, and by the
 * address, or else one address guesses at many. Counting by the account alone would let anybody
 * lock its owner out, so a device that has signed in before is counted by itself. What it shows is
 * made and checked, and stands nowhere: the device's id with an HMAC of it and the user.
 */
#include "chat/guard.h"

#include "util/numbers.h"

enum { KNOWN_BYTES = 24, ID_BYTES = 8, MAC_BYTES = KNOWN_BYTES - ID_BYTES };

static struct str address_str(const struct address_bytes *address)
{
    static const struct address_bytes none;
    if (!memcmp(address, &none, sizeof(none)))
        return (struct str){0};
    return str_n(address->b, sizeof(address->b));
}

static uint32_t take_address(struct chat *chat, const struct address_bytes *from)
{
    struct str address = address_str(from);
    return address.n ? tries_take(&chat->tries_address, address, chat_mono_ms(chat)) : 0;
}

uint32_t guard_signup(struct chat *chat, const struct address_bytes *from)
{
    struct str address = address_str(from);
    uint32_t wait = take_address(chat, from);
    if (!wait && address.n)
        wait = tries_take(&chat->signups_address, address, chat_mono_ms(chat));
    return wait;
}

void guard_signup_failed(struct chat *chat, const struct address_bytes *from)
{
    struct str address = address_str(from);
    if (address.n)
        tries_give_back(&chat->signups_address, address);
}

uint32_t guard_signin(struct chat *chat, struct str account, const struct address_bytes *from)
{
    uint32_t wait = take_address(chat, from);
    return wait ? wait : guard_account(chat, account);
}

uint32_t guard_account(struct chat *chat, struct str account)
{
    return tries_take(&chat->tries_account, account, chat_mono_ms(chat));
}

static struct str device_str(const uint64_t *device)
{
    return str_n(device, sizeof(*device));
}

uint32_t guard_device(struct chat *chat, uint64_t device)
{
    return tries_take(&chat->tries_device, device_str(&device), chat_mono_ms(chat));
}

uint32_t guard_request(struct chat *chat, uint64_t user)
{
    return tries_take(&chat->requests_user, str_n(&user, sizeof(user)), chat_mono_ms(chat));
}

void guard_give_back(struct chat *chat, struct str account, uint64_t device)
{
    if (device)
        tries_give_back(&chat->tries_device, device_str(&device));
    else
        tries_give_back(&chat->tries_account, account);
}

/* --- known devices --- */

static void known_bytes(const struct chat *chat, uint64_t user, uint64_t device,
                        uint8_t out[KNOWN_BYTES])
{
    static const char what[] = "known device";
    uint8_t message[sizeof(what) + 2 * ID_BYTES], mac[CRYPTO_HASH_BYTES];
    memcpy(message, what, sizeof(what));
    be64_put(message + sizeof(what), user);
    be64_put(message + sizeof(what) + ID_BYTES, device);
    crypto_hmac(mac, store_info(chat->store)->secret, str_n(message, sizeof(message)));
    be64_put(out, device);
    memcpy(out + ID_BYTES, mac, MAC_BYTES);
}

void known_make(const struct chat *chat, uint64_t user, uint64_t device, char out[KNOWN_TEXT + 2])
{
    uint8_t bytes[KNOWN_BYTES];
    known_bytes(chat, user, device, bytes);
    crypto_base64url(out, bytes, sizeof(bytes));
}

uint64_t known_device(const struct chat *chat, uint64_t user, struct str known)
{
    uint8_t given[KNOWN_BYTES], made[KNOWN_BYTES];
    if (!crypto_unbase64url(given, sizeof(given), known))
        return 0;
    uint64_t device = be64_get(given);
    known_bytes(chat, user, device, made);
    return crypto_equal(given, made, sizeof(made)) ? device : 0;
}
