/*
 * The append: the event rows, their key rows, the head and everything the events change go into one
 * batch, so there is no half-done append and nothing to redo when it is found again.
 */
#include "model/limits.h"
#include "store/apply.h"
#include "store/embedded.h"
#include "store/leaving.h"
#include "store/usernames.h"
#include "util/macros.h"

/* One append adds at most about this to a batch, so that a full group commit stays a few MiB. */
enum { APPEND_BYTES_MAX = 256 * 1024 };

/* STORE_KNOWN with the outputs set, or 0, or a negative errno. */
static int find_known(struct turn *t, struct store_append *r)
{
    for (uint32_t i = 0; i < r->n_events; i++) {
        const struct event *e = &r->events[i];
        struct key_row row;
        int err = turn_key(t, r->conversation, e->sender, e->key, &row);
        if (err == KV_ABSENT)
            continue;
        if (err)
            return err;
        r->known_index = i;
        r->known_seq = row.seq;
        memcpy(r->known_digest, row.digest, sizeof(r->known_digest));
        return STORE_KNOWN;
    }
    return 0;
}

/* Whether there is a log to append to, or this append begins one. */
static int find_log(struct turn *t, const struct store_append *r, const struct head_row *head)
{
    if (head->head.seq)
        return 0;
    struct conversation c;
    int err = turn_conversation(t, r->conversation, &c);
    if (err != KV_ABSENT)
        return err;
    bool begins = r->events[0].type == EVENT_CREATED && r->head.seq == 0;
    return begins ? 0 : STORE_NOT_FOUND;
}

/* Whether an event before `i` in this append has its key: then it is known once that one stands. */
static bool key_repeats(const struct store_append *r, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++) {
        if (r->events[j].sender == r->events[i].sender &&
            str_eq(r->events[j].key, r->events[i].key))
            return true;
    }
    return false;
}

static void head_advance(struct log_head *head, const struct event *e)
{
    head->seq = e->seq;
    head->n = e->n;
    head->first_seq = e->first_seq;
    head->time_ms = e->time_ms;
    if (e->type == EVENT_MESSAGE)
        head->message_seq = e->seq;
}

/* The name of a rename must be free when it comes to stand. */
static int look_for_name(struct turn *t, struct store_append *r)
{
    const struct event *e = &r->events[0];
    if (e->type != EVENT_RENAME)
        return 0;
    must(r->n_events == 1);
    struct user now, user = {.id = e->sender, .username = e->text, .skeleton = e->about};
    int err = turn_user(t, e->sender, &now);
    if (err || now.deleted_ms)
        return err < 0 ? err : STORE_NOT_FOUND;
    return usernames_look(t, &user, e->time_ms, &r->looks_like);
}

/* What goes with the event. STORE_MOVED: it does not fit any more. */
static int carry_out(struct turn *t, struct store_append *r)
{
    r->user_moved = false;
    if (!r->with)
        return 0;
    must(r->n_events == 1);
    int result = directory_user_set(t, r->with);
    r->user_moved = result == STORE_MOVED;
    return result;
}

static int append_event(struct turn *t, struct log_head *head, const struct event *e)
{
    turn_put_event(t, e);
    turn_put_key(t, e);
    head_advance(head, e);
    return apply_event(t, e, head);
}

int log_append(struct turn *t, struct store_append *r)
{
    must(r->n_events >= 1 && r->n_events <= APPEND_MAX);
    struct head_row head;
    int result = turn_head(t, r->conversation, &head);
    if (!result)
        result = find_known(t, r);
    if (!result)
        result = find_log(t, r, &head);
    bool moved = head.head.seq != r->head.seq || head.head.gone_seq != r->head.gone_seq;
    if (!result && moved)
        result = STORE_MOVED;
    if (!result)
        result = look_for_name(t, r);
    if (!result)
        result = carry_out(t, r);
    if (result) {
        if (result > 0)
            r->head = head.head;
        return result;
    }
    uint64_t first_seq = head.head.seq + 1;
    size_t bytes = 0;
    uint32_t taken = 0;
    while (taken < MIN(r->n_events, t->append_events_max)) {
        const struct event *e = &r->events[taken];
        bytes += e->text.n + e->about.n;
        if (taken && (bytes > APPEND_BYTES_MAX || key_repeats(r, taken)))
            break;
        must(e->conversation == r->conversation && e->seq == head.head.seq + 1);
        must(e->n == head.head.n + event_counts(e->type));
        must(e->first_seq == first_seq && e->rev == e->seq);
        int err = append_event(t, &head.head, e);
        if (err)
            return err;
        taken++;
    }
    r->head = head.head;
    r->taken = taken;
    int err = turn_put_head(t, r->conversation, &head);
    if (!err && r->events[0].sender == r->conversation) /* an own log */
        err = leaving_again(t, r->conversation);
    return err ? err : STORE_DONE;
}
