/* Invite codes to the server, few enough to be read through at each new one. A code is counted in
 * the write that makes the account (users.c): no use is lost and none is one too many. */
#include <stdlib.h>

#include "model/limits.h"
#include "store/embedded.h"
#include "store/leaving.h"
#include "util/macros.h"
#include "util/numbers.h"

/* Codes from the id `from` on; *n of them. */
static int scan_codes(struct turn *t, uint64_t from, struct invite_code *codes, uint32_t n_max,
                      uint32_t *n)
{
    struct row_key first = key_code(from), end = key_codes();
    struct kv_scan scan;
    end = row_key_after(&end);
    *n = 0;
    int err =
        kv_scan_begin(&scan, &t->view, KV_DIRECTORY, row_key_str(&first), row_key_str(&end), false);
    while (!err && *n < n_max) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (!err && !code_unpack(&codes[(*n)++], be64_get(key.p + 1), value))
            err = turn_bad_row(&first);
    }
    kv_scan_end(&scan);
    return MIN(err, 0);
}

static void put_code(struct turn *t, const struct invite_code *code)
{
    struct row_key k = key_code(code->id);
    builder_reset(&t->row);
    code_pack(&t->row, code);
    turn_put(t, &k, builder_str(&t->row));
}

static void delete_code(struct turn *t, uint64_t id)
{
    struct row_key k = key_code(id);
    turn_delete(t, &k);
}

/* What holds no more makes room. */
int directory_code_put(struct turn *t, struct store_code_put *r)
{
    struct invite_code *codes = arena_alloc(t->arena, INVITE_CODES_MAX * sizeof(*codes));
    uint32_t n, left = 0;
    int err = scan_codes(t, 0, codes, INVITE_CODES_MAX, &n);
    if (err)
        return err;
    for (uint32_t i = 0; i < n; i++) {
        if (invite_code_holds(&codes[i], r->code.created_ms))
            left++;
        else
            delete_code(t, codes[i].id);
    }
    if (left == INVITE_CODES_MAX)
        return STORE_TAKEN;
    put_code(t, &r->code);
    err = leaving_again(t, r->code.by);
    return err ? err : STORE_DONE;
}

int directory_code_end(struct turn *t, struct store_code_end *r)
{
    struct row_key k = key_code(r->id);
    struct str value;
    int err = turn_get(t, &k, &value);
    if (err)
        return err == KV_ABSENT ? STORE_NOT_FOUND : err;
    delete_code(t, r->id);
    return STORE_DONE;
}

int directory_end_codes_of(struct turn *t, uint64_t user)
{
    struct invite_code *codes = arena_alloc(t->arena, INVITE_CODES_MAX * sizeof(*codes));
    uint32_t n;
    int err = scan_codes(t, 0, codes, INVITE_CODES_MAX, &n);
    for (uint32_t i = 0; !err && i < n; i++)
        if (codes[i].by == user)
            delete_code(t, codes[i].id);
    return err;
}

int directory_codes(struct turn *t, struct store_codes *r)
{
    must(r->limit >= 1 && r->limit <= INVITE_CODES_MAX);
    r->codes = arena_alloc(t->arena, r->limit * sizeof(*r->codes));
    int err = scan_codes(t, r->after + 1, r->codes, r->limit, &r->n_codes);
    return err ? err : STORE_DONE;
}

int directory_code_look(struct turn *t, const struct store_code_use *use, struct invite_code *code)
{
    struct row_key k = key_code(use->id);
    struct str value;
    int err = turn_get(t, &k, &value);
    if (err)
        return err == KV_ABSENT ? STORE_NOT_FOUND : err;
    if (!code_unpack(code, use->id, value))
        return turn_bad_row(&k);
    bool holds = crypto_equal(code->hash, use->hash, sizeof(code->hash)) &&
                 invite_code_holds(code, use->now_ms);
    return holds ? 0 : STORE_NOT_FOUND;
}

void directory_code_count(struct turn *t, struct invite_code *code)
{
    code->uses++;
    put_code(t, code);
}
