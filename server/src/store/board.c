/* Boards: what nodes note for each other, in a few slots that are read together. */
#include "model/limits.h"
#include "store/embedded.h"
#include "util/macros.h"
#include "util/numbers.h"

int directory_board(struct turn *t, struct store_board *r)
{
    struct row_key first = key_board(r->board, 0), end = key_board(r->board, BOARD_SLOTS_MAX);
    struct kv_scan scan;
    r->slots = arena_alloc(t->arena, BOARD_SLOTS_MAX * sizeof(*r->slots));
    int err =
        kv_scan_begin(&scan, &t->view, KV_DIRECTORY, row_key_str(&first), row_key_str(&end), false);
    while (!err) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (!err)
            r->slots[be64_get(key.p + key.n - 8)] = arena_str(t->arena, value);
    }
    kv_scan_end(&scan);
    return err < 0 ? err : STORE_DONE;
}

int directory_board_put(struct turn *t, struct store_board_put *r)
{
    must(r->slot < BOARD_SLOTS_MAX && r->after.n <= BOARD_BYTES_MAX);
    struct row_key k = key_board(r->board, r->slot);
    struct str value = {0};
    int err = turn_get(t, &k, &value);
    if (err < 0)
        return err;
    if (!r->before.p != (err == KV_ABSENT) || !str_eq(value, r->before))
        return STORE_MOVED;
    turn_put(t, &k, r->after);
    return STORE_DONE;
}
