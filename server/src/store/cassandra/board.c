/* Boards: what nodes note for each other. A board is one partition of BOARD_SLOTS_MAX slots that
 * are used again, so there is no tombstone; a slot changes on the condition that it is what was
 * seen. */
#include "store/cassandra/operations.h"
#include "util/macros.h"

int cassandra_board(struct strand *s, struct store_board *r)
{
    struct ask ask = ASK(S_BOARD_GET, cql_tinyint((int8_t)r->board));
    int err;
    r->slots = arena_alloc(strand_arena(s), BOARD_SLOTS_MAX * sizeof(*r->slots));
    do {
        err = strand_ask(s, &ask);
        for (uint32_t i = 0; !err && i < ask.answer.rows_n; i++) {
            uint64_t slot = answer_u64(&ask.answer, i, 0);
            if (slot >= BOARD_SLOTS_MAX)
                return strand_bad_row("boards", slot);
            r->slots[slot] = arena_str(strand_arena(s), answer_bytes(&ask.answer, i, 1));
        }
    } while (!err && ask_next_page(&ask));
    return err ? err : STORE_DONE;
}

int cassandra_board_put(struct strand *s, struct store_board_put *r)
{
    must(r->slot < BOARD_SLOTS_MAX && r->after.n <= BOARD_BYTES_MAX);
    struct ask ask =
        ASK(S_BOARD_CHANGE, cql_bytes(r->after), cql_tinyint((int8_t)r->board),
            cql_smallint((int16_t)r->slot), r->before.p ? cql_bytes(r->before) : cql_null());
    int err = strand_ask(s, &ask);
    return err ? err : ask.answer.applied ? STORE_DONE : STORE_MOVED;
}
