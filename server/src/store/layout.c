#include "store/layout.h"

#include <string.h>

#include "util/macros.h"
#include "util/numbers.h"

static struct row_key tagged(enum kv_table table, char tag)
{
    return (struct row_key){.table = table, .n = 1, .bytes = {(unsigned char)tag}};
}

static void add_u64(struct row_key *k, uint64_t v)
{
    must(k->n + 8 <= sizeof(k->bytes));
    be64_put(k->bytes + k->n, v);
    k->n += 8;
}

static void add_bytes(struct row_key *k, const void *p, size_t n)
{
    must(n <= sizeof(k->bytes) - k->n);
    if (n)
        memcpy(k->bytes + k->n, p, n);
    k->n += n;
}

static struct row_key tagged_u64(enum kv_table table, char tag, uint64_t v)
{
    struct row_key k = tagged(table, tag);
    add_u64(&k, v);
    return k;
}

static struct row_key tagged_pair(enum kv_table table, char tag, uint64_t a, uint64_t b)
{
    struct row_key k = tagged_u64(table, tag, a);
    add_u64(&k, b);
    return k;
}

struct row_key row_key_after(const struct row_key *k)
{
    struct row_key after = *k;
    while (after.n && after.bytes[after.n - 1] == 0xff)
        after.n--;
    if (after.n) {
        after.bytes[after.n - 1]++;
    } else {
        memset(after.bytes, 0xff, sizeof(after.bytes));
        after.n = sizeof(after.bytes);
    }
    return after;
}

struct row_key key_meta(const char *name)
{
    struct row_key k = tagged(KV_DIRECTORY, 'm');
    add_bytes(&k, name, strlen(name));
    return k;
}

struct row_key key_user(uint64_t user)
{
    return tagged_u64(KV_DIRECTORY, 'u', user);
}

struct row_key key_username(struct str name)
{
    struct row_key k = tagged(KV_DIRECTORY, 'n');
    add_bytes(&k, name.p, name.n);
    return k;
}

struct row_key key_skeleton(struct str hash)
{
    struct row_key k = tagged(KV_DIRECTORY, 'y');
    add_bytes(&k, hash.p, hash.n);
    return k;
}

struct row_key key_former(struct str name)
{
    struct row_key k = tagged(KV_DIRECTORY, 'o');
    add_bytes(&k, name.p, name.n);
    return k;
}

struct row_key key_former_end(uint64_t until_ms, struct str name)
{
    struct row_key k = tagged_u64(KV_DIRECTORY, 'e', until_ms);
    add_bytes(&k, name.p, name.n);
    return k;
}

struct row_key key_device(uint64_t user, uint64_t device)
{
    return tagged_pair(KV_DIRECTORY, 'd', user, device);
}

struct row_key key_devices(uint64_t user)
{
    return tagged_u64(KV_DIRECTORY, 'd', user);
}

struct row_key key_token(const uint8_t hash[CRYPTO_HASH_BYTES])
{
    struct row_key k = tagged(KV_DIRECTORY, 't');
    add_bytes(&k, hash, CRYPTO_HASH_BYTES);
    return k;
}

struct row_key key_block(uint64_t user, uint64_t other)
{
    return tagged_pair(KV_DIRECTORY, 'b', user, other);
}

struct row_key key_blocks(uint64_t user)
{
    return tagged_u64(KV_DIRECTORY, 'b', user);
}

struct row_key key_contact(uint64_t user, uint64_t other)
{
    return tagged_pair(KV_DIRECTORY, 'k', user, other);
}

struct row_key key_contacts(uint64_t user)
{
    return tagged_u64(KV_DIRECTORY, 'k', user);
}

struct row_key key_direct(uint64_t a, uint64_t b)
{
    return tagged_pair(KV_DIRECTORY, '2', MIN(a, b), MAX(a, b));
}

struct row_key key_group(uint64_t user, struct str key)
{
    struct row_key k = tagged_u64(KV_DIRECTORY, 'g', user);
    add_bytes(&k, key.p, key.n);
    return k;
}

struct row_key key_groups(uint64_t user)
{
    return tagged_u64(KV_DIRECTORY, 'g', user);
}

struct row_key key_code(uint64_t id)
{
    return tagged_u64(KV_DIRECTORY, 'v', id);
}

struct row_key key_codes(void)
{
    return tagged(KV_DIRECTORY, 'v');
}

struct row_key key_job(uint64_t due_ms, uint64_t user)
{
    return tagged_pair(KV_DIRECTORY, 'j', due_ms, user);
}

struct row_key key_reports(bool resolved)
{
    struct row_key k = tagged(KV_DIRECTORY, 'q');
    k.bytes[k.n++] = resolved;
    return k;
}

struct row_key key_report(bool resolved, uint64_t id)
{
    struct row_key k = key_reports(resolved);
    add_u64(&k, id);
    return k;
}

struct row_key key_reported_by(uint64_t reporter)
{
    return tagged_u64(KV_DIRECTORY, 'r', reporter);
}

struct row_key key_reported(uint64_t reporter, uint64_t conversation, uint64_t seq)
{
    struct row_key k = key_reported_by(reporter);
    add_u64(&k, conversation);
    add_u64(&k, seq);
    return k;
}

struct row_key key_worker(uint32_t worker)
{
    return tagged_u64(KV_DIRECTORY, 'w', worker);
}

struct row_key key_board(uint32_t board, uint32_t slot)
{
    struct row_key k = tagged_u64(KV_DIRECTORY, 'z', board);
    add_u64(&k, slot);
    return k;
}

struct row_key key_conversation(uint64_t conversation)
{
    return tagged_u64(KV_STATE, 'c', conversation);
}

struct row_key key_head(uint64_t conversation)
{
    return tagged_u64(KV_STATE, 'h', conversation);
}

struct row_key key_roster(uint64_t conversation)
{
    return tagged_u64(KV_STATE, 'r', conversation);
}

struct row_key key_invites(uint64_t conversation)
{
    return tagged_u64(KV_STATE, 'l', conversation);
}

struct row_key key_member(uint64_t user, uint64_t conversation)
{
    return tagged_pair(KV_STATE, 'i', user, conversation);
}

struct row_key key_inbox(uint64_t user)
{
    return tagged_u64(KV_STATE, 'i', user);
}

struct row_key key_steps(uint64_t user, uint64_t conversation)
{
    return tagged_pair(KV_STATE, 't', user, conversation);
}

struct row_key key_expiry(uint64_t expires_ms, uint64_t conversation, uint64_t seq)
{
    struct row_key k = tagged_pair(KV_STATE, 'e', expires_ms, conversation);
    add_u64(&k, seq);
    return k;
}

struct row_key key_pins(uint64_t conversation)
{
    return tagged_u64(KV_STATE, 'p', conversation);
}

/* A message in a list of one user's, by its time. */
static struct row_key by_time(char tag, uint64_t user, const struct event *message)
{
    struct row_key k = tagged_pair(KV_STATE, tag, user, message->time_ms);
    add_u64(&k, message->conversation);
    add_u64(&k, message->seq);
    return k;
}

struct row_key key_mention(uint64_t user, const struct event *message)
{
    return by_time('a', user, message);
}

struct row_key key_star(uint64_t user, const struct event *message)
{
    return by_time('s', user, message);
}

struct row_key key_stars(uint64_t user)
{
    return tagged_u64(KV_STATE, 's', user);
}

struct row_key key_mentions(uint64_t user)
{
    return tagged_u64(KV_STATE, 'a', user);
}

struct row_key key_draft(uint64_t user, uint64_t conversation)
{
    return tagged_pair(KV_STATE, 'f', user, conversation);
}

struct row_key key_drafts(uint64_t user)
{
    return tagged_u64(KV_STATE, 'f', user);
}

struct row_key key_hidden(uint64_t user, uint64_t conversation, uint64_t seq)
{
    struct row_key k = tagged_pair(KV_STATE, 'x', user, conversation);
    add_u64(&k, seq);
    return k;
}

struct row_key key_hidden_by(uint64_t user)
{
    return tagged_u64(KV_STATE, 'x', user);
}

struct row_key key_event(uint64_t conversation, uint64_t seq)
{
    struct row_key k = {.table = KV_EVENTS};
    add_u64(&k, conversation);
    add_u64(&k, seq);
    return k;
}

struct row_key key_events(uint64_t conversation)
{
    struct row_key k = {.table = KV_EVENTS};
    add_u64(&k, conversation);
    return k;
}

struct row_key key_keys(uint64_t conversation)
{
    struct row_key k = {.table = KV_KEYS};
    add_u64(&k, conversation);
    return k;
}

struct row_key key_key(uint64_t conversation, uint64_t sender, struct str key)
{
    struct row_key k = {.table = KV_KEYS};
    add_u64(&k, conversation);
    add_u64(&k, sender);
    add_bytes(&k, key.p, key.n);
    return k;
}
