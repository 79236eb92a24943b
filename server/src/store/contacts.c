/* Both rows are written together, so each is always the other's mirror. Where the two are nothing
 * to each other there is no row. */
#include "store/contacts.h"

#include <string.h>

#include "store/embedded.h"
#include "store/leaving.h"
#include "store/project.h"
#include "util/macros.h"
#include "util/numbers.h"

int contacts_apply(struct turn *t, const struct event *e)
{
    struct contact mine;
    int err = turn_contact(t, e->sender, e->user, &mine);
    if (err < 0 || !project_contact(&mine, e))
        return MIN(err, 0);
    struct contact theirs = mine;
    theirs.user = e->user;
    theirs.other = e->sender;
    theirs.state = contact_mirror(mine.state);
    turn_put_contact(t, &mine);
    turn_put_contact(t, &theirs);
    if (mine.state == CONTACT_NONE)
        return 0;
    err = leaving_again(t, e->sender);
    return err ? err : leaving_again(t, e->user);
}

static void add(struct turn *t, struct store_contacts *r, const struct contact *contact)
{
    enum { FIRST = 16 };
    uint32_t n = r->n_contacts;
    if (n == 0 || (n >= FIRST && (n & (n - 1)) == 0)) {
        struct contact *more = arena_alloc(t->arena, MAX(n * 2, FIRST) * sizeof(*more));
        if (n)
            memcpy(more, r->contacts, n * sizeof(*more));
        r->contacts = more;
    }
    r->contacts[r->n_contacts++] = *contact;
}

int log_contacts(struct turn *t, struct store_contacts *r)
{
    struct row_key all = key_contacts(r->user), to = row_key_after(&all);
    struct row_key from = key_contact(r->user, r->after + 1);
    struct kv_scan scan;
    r->n_contacts = 0;
    int err =
        kv_scan_begin(&scan, &t->view, KV_DIRECTORY, row_key_str(&from), row_key_str(&to), false);
    while (!err && (!r->limit || r->n_contacts < r->limit)) {
        struct str key, value;
        struct contact contact;
        err = kv_scan_next(&scan, &key, &value);
        if (!err && !contact_unpack(&contact, r->user, be64_get(key.p + key.n - 8), value))
            err = turn_bad_row(&from);
        if (!err)
            add(t, r, &contact);
    }
    kv_scan_end(&scan);
    return err < 0 ? err : STORE_DONE;
}
