/*
 * Invite codes to the server are one partition of INVITE_CODES_MAX slots, read as a whole (some 70
 * bytes a code): a slot is used again, so the limit holds by itself and there is no tombstone. A
 * slot changes on the condition that it is what was read.
 *
 * A code is counted before the account that it makes comes to stand, and given back if that does
 * not: so no use is one too many, and a node that dies between the two costs one.
 */
#include "store/cassandra/codes.h"

#include <errno.h>
#include <stdlib.h>

#include "model/pack.h"
#include "store/cassandra/changes.h"
#include "store/cassandra/operations.h"
#include "store/cassandra/people.h"
#include "store/rows.h"
#include "util/macros.h"

/* Slots that one batch frees: some 10 KiB, a fifth of what Cassandra takes. */
enum { FREED_MAX = 32 };

struct slots {
    struct str cells[INVITE_CODES_MAX];         /* as they stand; absent: never used; empty: free */
    struct invite_code codes[INVITE_CODES_MAX]; /* id 0: free */
};

static int read_slot(struct slots *slots, const struct answer *a, uint32_t row)
{
    uint64_t slot = answer_u64(a, row, 0);
    struct str cell = answer_bytes(a, row, 1);
    struct unpack u = {.left = cell};
    uint64_t id = cell.n ? unpack_u64(&u) : 0;
    if (slot >= INVITE_CODES_MAX || (cell.n && !code_unpack(&slots->codes[slot], id, u.left)))
        return strand_bad_row("codes", slot);
    slots->cells[slot] = cell;
    return 0;
}

static int read_slots(struct strand *s, enum statement statement, struct slots **out)
{
    struct slots *slots = *out = arena_alloc(strand_scratch(s), sizeof(*slots));
    struct ask ask = ASK(statement, cql_tinyint(0));
    int err;
    do {
        err = strand_ask(s, &ask);
        for (uint32_t i = 0; !err && i < ask.answer.rows_n; i++)
            err = read_slot(slots, &ask.answer, i);
    } while (!err && ask_next_page(&ask));
    return err;
}

static struct ask put_slot(struct strand *s, const struct slots *slots, uint32_t slot,
                           const struct invite_code *code)
{
    struct builder row = {0};
    if (code->id) {
        pack_u64(&row, code->id);
        code_pack(&row, code);
    }
    struct str before = slots->cells[slot];
    return ASK(S_CODE_CHANGE, strand_blob(s, &row), cql_smallint((int16_t)slot),
               before.p ? cql_bytes(before) : cql_null());
}

static int change_slot(struct strand *s, const struct slots *slots, uint32_t slot,
                       const struct invite_code *code, bool *made)
{
    struct ask ask = put_slot(s, slots, slot, code);
    int err = strand_ask(s, &ask);
    *made = !err && ask.answer.applied;
    return err;
}

static int slot_of(const struct slots *slots, uint64_t id)
{
    for (int i = 0; id && i < INVITE_CODES_MAX; i++)
        if (slots->codes[i].id == id)
            return i;
    return -1;
}

/* --- signing up with one --- */

static bool holds(const struct slots *slots, int slot, const struct store_code_use *use)
{
    const struct invite_code *code = &slots->codes[MAX(slot, 0)];
    return slot >= 0 && crypto_equal(code->hash, use->hash, sizeof(code->hash)) &&
           invite_code_holds(code, use->now_ms);
}

int codes_look(struct strand *s, const struct store_code_use *use)
{
    struct slots *slots;
    int err = read_slots(s, S_CODES_GET, &slots);
    return err ? err : holds(slots, slot_of(slots, use->id), use) ? 0 : STORE_NOT_FOUND;
}

/* `use`: whether it may be counted; NULL: it is given back. */
static int count(struct strand *s, uint64_t id, const struct store_code_use *use)
{
    for (int i = 0; decide(s, i); i++) {
        struct slots *slots;
        bool made;
        int err = read_slots(s, S_CODES_LOOK, &slots), slot = err ? -1 : slot_of(slots, id);
        if (err || slot < 0 || (use && !holds(slots, slot, use)))
            return err || !use ? err : STORE_NOT_FOUND;
        struct invite_code code = slots->codes[slot];
        code.uses += use ? 1 : code.uses ? UINT64_MAX : 0;
        err = change_slot(s, slots, (uint32_t)slot, &code, &made);
        if (err || made)
            return err;
    }
    return -EAGAIN;
}

int codes_count(struct strand *s, const struct store_code_use *use)
{
    return count(s, use->id, use);
}

int codes_give_back(struct strand *s, uint64_t id)
{
    return count(s, id, NULL);
}

/* --- making and ending --- */

/* Those that are marked are freed, as many in one batch as it takes: all of these or, where
 * somebody has changed one since it was read, none. */
static int free_slots(struct strand *s, const struct slots *slots, const bool *gone)
{
    struct ask *parts = arena_alloc(strand_scratch(s), FREED_MAX * sizeof(*parts));
    const struct invite_code none = {0};
    size_t n = 0;
    int err = 0;
    for (uint32_t i = 0; !err && i < INVITE_CODES_MAX; i++) {
        struct answer answer;
        if (gone[i])
            parts[n++] = put_slot(s, slots, i, &none);
        bool last = i + 1 == INVITE_CODES_MAX;
        if (!n || (n < FREED_MAX && !last))
            continue;
        err = strand_batch(s, parts, n, &answer);
        n = 0;
    }
    return err;
}

/* What holds no more makes room. */
static int put_code(struct strand *s, const struct invite_code *code, bool *made)
{
    struct slots *slots;
    bool *gone = arena_alloc(strand_scratch(s), INVITE_CODES_MAX * sizeof(*gone));
    int err = read_slots(s, S_CODES_LOOK, &slots), slot = -1;
    *made = false;
    for (int i = INVITE_CODES_MAX - 1; !err && i >= 0; i--) {
        const struct invite_code *c = &slots->codes[i];
        gone[i] = c->id && !invite_code_holds(c, code->created_ms);
        if (!c->id || gone[i])
            slot = i;
        if (c->id == code->id) { /* a try of which nobody knew what became */
            *made = true;
            return 0;
        }
    }
    if (err || slot < 0)
        return err ? err : STORE_TAKEN;
    gone[slot] = false;
    err = change_slot(s, slots, (uint32_t)slot, code, made);
    return err || !*made ? err : free_slots(s, slots, gone);
}

int cassandra_code_put(struct strand *s, struct store_code_put *r)
{
    bool made = false;
    int err = 0;
    for (int i = 0; !made && (!err || err == -ETIMEDOUT) && decide(s, i); i++)
        err = put_code(s, &r->code, &made);
    if (!err && !made)
        err = -EAGAIN;
    return err ? err : change_leaving(s, r->code.by);
}

int cassandra_code_end(struct strand *s, struct store_code_end *r)
{
    const struct invite_code none = {0};
    for (int i = 0; decide(s, i); i++) {
        struct slots *slots;
        bool made;
        int err = read_slots(s, S_CODES_LOOK, &slots), slot = err ? -1 : slot_of(slots, r->id);
        if (err || slot < 0)
            return err ? err : STORE_NOT_FOUND;
        err = change_slot(s, slots, (uint32_t)slot, &none, &made);
        if (err || made)
            return err;
    }
    return -EAGAIN;
}

int codes_end_of(struct strand *s, uint64_t user)
{
    bool *gone = arena_alloc(strand_scratch(s), INVITE_CODES_MAX * sizeof(*gone));
    for (int i = 0; decide(s, i); i++) {
        struct slots *slots;
        bool any = false;
        int err = read_slots(s, S_CODES_LOOK, &slots);
        for (uint32_t j = 0; !err && j < INVITE_CODES_MAX; j++) {
            gone[j] = slots->codes[j].id && slots->codes[j].by == user;
            any |= gone[j];
        }
        if (!err && any)
            err = free_slots(s, slots, gone);
        if (err || !any)
            return err;
    }
    return -EAGAIN;
}

/* --- listing --- */

static int compare_codes(const void *a, const void *b)
{
    const struct invite_code *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

int cassandra_codes(struct strand *s, struct store_codes *r)
{
    must(r->limit >= 1 && r->limit <= INVITE_CODES_MAX);
    struct slots *slots;
    int err = read_slots(s, S_CODES_GET, &slots);
    if (err)
        return err;
    r->codes = arena_alloc(strand_arena(s), INVITE_CODES_MAX * sizeof(*r->codes));
    r->n_codes = 0;
    for (uint32_t i = 0; i < INVITE_CODES_MAX; i++)
        if (slots->codes[i].id > r->after)
            r->codes[r->n_codes++] = slots->codes[i];
    qsort(r->codes, r->n_codes, sizeof(*r->codes), compare_codes);
    r->n_codes = MIN(r->n_codes, r->limit);
    return STORE_DONE;
}
