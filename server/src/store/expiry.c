/*
 * The queue is ordered by time, so what is due is its front. Emptying a message changes its row,
 * its newest edit, its mentions and its pin, and no `rev`: no event did it, and whoever holds the
 * row knows from the row itself when its words go.
 *
 * A message that was deleted meanwhile is a stub already; its place in the queue goes all the same.
 */
#include "store/expiry.h"

#include <errno.h>

#include "store/embedded.h"
#include "store/mentions.h"
#include "store/pins.h"
#include "store/project.h"
#include "store/usernames.h"
#include "util/macros.h"
#include "util/numbers.h"

enum { TIME_AT = 1, CONVERSATION_AT = 9, SEQ_AT = 17 };

void expiry_put(struct turn *t, const struct event *message)
{
    struct row_key k = key_expiry(message->expires_ms, message->conversation, message->seq);
    if (message->expires_ms)
        turn_put(t, &k, STR(""));
}

static int empty_edit(struct turn *t, const struct event *message, uint64_t now_ms)
{
    struct event edit;
    int err = turn_event(t, message->conversation, message->edited_seq, &edit);
    if (!err && project_due(&edit, now_ms))
        turn_put_event(t, &edit);
    return MIN(err, 0);
}

static int empty_message(struct turn *t, uint64_t conversation, uint64_t seq, uint64_t now_ms)
{
    struct event message;
    int err = turn_event(t, conversation, seq, &message);
    if (err)
        return MIN(err, 0);
    struct event before = message;
    if (!project_due(&message, now_ms))
        return 0;
    turn_put_event(t, &message);
    err = mentions_put(t, &message, &before);
    if (!err && message.edited_seq)
        err = empty_edit(t, &message, now_ms);
    return err ? err : pins_remove(t, conversation, seq);
}

struct due {
    uint64_t expires_ms, conversation, seq;
};

/* The front of the queue, copied: the scan must not see its own changes. */
static int find_due(struct turn *t, uint64_t now_ms, struct due *due, uint32_t *n)
{
    struct row_key from = key_expiry(0, 0, 0), to = key_expiry(now_ms + 1, 0, 0);
    struct kv_scan scan;
    *n = 0;
    int err = kv_scan_begin(&scan, &t->view, KV_STATE, row_key_str(&from), row_key_str(&to), false);
    while (!err && *n < EXPIRE_MAX) {
        struct str key, value;
        err = kv_scan_next(&scan, &key, &value);
        if (!err)
            due[(*n)++] = (struct due){be64_get(key.p + TIME_AT), be64_get(key.p + CONVERSATION_AT),
                                       be64_get(key.p + SEQ_AT)};
    }
    kv_scan_end(&scan);
    return MIN(err, 0);
}

int log_expire(struct turn *t, struct store_expire *r)
{
    struct due due[EXPIRE_MAX];
    uint32_t n;
    int err = find_due(t, r->now_ms, due, &n);
    for (uint32_t i = 0; !err && i < n; i++) {
        struct row_key k = key_expiry(due[i].expires_ms, due[i].conversation, due[i].seq);
        err = empty_message(t, due[i].conversation, due[i].seq, r->now_ms);
        if (err == -EBADMSG)
            err = 0; /* logged; whatever is due behind it goes all the same */
        turn_delete(t, &k);
    }
    r->more = n == EXPIRE_MAX;
    err = err ? err : usernames_expire(t, r->now_ms, EXPIRE_MAX, &n);
    r->more = r->more || n == EXPIRE_MAX;
    return err;
}
