/*
 * A step says by when the marks had come so far. Whoever asks about a seq gets the time of the
 * first step that is as far, so what was merged or cut off makes an answer later, never earlier.
 *
 * Refused: a time for each message and reader. It would be a row for each, to be written by each
 * reader of each message; steps are written with the mark, which is written anyway.
 */
#include "store/steps.h"

#include "model/limits.h"
#include "store/embedded.h"
#include "util/macros.h"

enum { MERGED_MS = 1000 };

static int get(struct turn *t, uint64_t conversation, uint64_t user, struct steps *steps)
{
    struct row_key k = key_steps(user, conversation);
    struct str bytes;
    steps->n = 0;
    int err = turn_get(t, &k, &bytes);
    if (err)
        return err == KV_ABSENT ? 0 : err;
    return steps_unpack(steps, bytes) ? 0 : turn_bad_row(&k);
}

int steps_note(struct turn *t, const struct member *m, uint64_t time_ms)
{
    struct steps steps;
    struct row_key k = key_steps(m->user, m->conversation);
    int err = get(t, m->conversation, m->user, &steps);
    if (err)
        return err;
    uint64_t last_ms = steps.n ? steps.at[steps.n - 1].time_ms : 0;
    time_ms = MAX(time_ms, last_ms); /* a clock that was set back */
    if (steps.n && time_ms / MERGED_MS == last_ms / MERGED_MS) {
        steps.n--;
    } else if (steps.n == MARK_STEPS_MAX) {
        steps.n--;
        memmove(&steps.at[0], &steps.at[1], steps.n * sizeof(steps.at[0]));
    }
    steps.at[steps.n].time_ms = time_ms;
    steps.at[steps.n].delivered_seq = m->delivered_seq;
    steps.at[steps.n++].read_seq = m->read_seq;
    builder_reset(&t->row);
    steps_pack(&t->row, &steps);
    turn_put(t, &k, builder_str(&t->row));
    return 0;
}

int log_reached(struct turn *t, struct store_reached *r)
{
    must(r->n_users <= MEMBERS_MAX);
    int err = 0;
    r->at = arena_alloc(t->arena, r->n_users * sizeof(*r->at));
    for (uint32_t i = 0; !err && i < r->n_users; i++) {
        struct steps steps;
        err = get(t, r->conversation, r->users[i], &steps);
        for (uint32_t j = err ? 0 : steps.n; j > 0; j--) {
            if (steps.at[j - 1].delivered_seq >= r->seq)
                r->at[i].delivered_ms = steps.at[j - 1].time_ms;
            if (steps.at[j - 1].read_seq >= r->seq)
                r->at[i].read_ms = steps.at[j - 1].time_ms;
        }
    }
    return err;
}
