/* What the logs say of people, followed event by event and held against their rows at the end: how
 * the two of a 1:1 stand, what the user of an own log lets others see. */
#include <inttypes.h>

#include "store/project.h"
#include "store/verify_walk.h"

#define CONVERSATION "conversation %" PRIu64 ": "
#define EVENT        "conversation %" PRIu64 ", event %" PRIu64 ": "

void verify_people_begin(struct verify_people *p, const struct conversation *c)
{
    *p = (struct verify_people){
        .c = c,
        .contact = {.user = c->users[0], .other = c->users[1]},
        .user = {.id = c->users[0]},
    };
}

static void follow_contact(struct verify *v, struct verify_people *p, const struct event *e)
{
    struct contact *c = &p->contact;
    bool first = e->sender == c->user;
    if (p->c->kind != CONVERSATION_DIRECT || e->user != (first ? c->other : c->user) ||
        e->sender == e->user) {
        verify_fault(v, EVENT "is not between its people", p->c->id, e->seq);
        return;
    }
    enum contact_state after = contact_after(first ? c->state : contact_mirror(c->state), e->type);
    if (after == CONTACT_STATES) {
        verify_fault(v, EVENT "does not fit how its people stood", p->c->id, e->seq);
        return;
    }
    c->state = first ? after : contact_mirror(after);
    c->seq = e->seq;
    c->time_ms = e->time_ms;
}

void verify_people_follow(struct verify *v, struct verify_people *p, const struct event *e)
{
    if (event_is_contact(e->type))
        follow_contact(v, p, e);
    else if (p->c->kind == CONVERSATION_OWN)
        project_user(&p->user, e);
}

/* The rows of both say what the 1:1 says. */
static int check_contacts(struct verify *v, const struct verify_people *p)
{
    struct contact should = p->contact;
    for (int i = 0; i < 2; i++) {
        struct contact is;
        int err = verify_contact(v, should.user, should.other, &is);
        if (err < 0)
            return err;
        if (err != VERIFY_UNREADABLE &&
            (is.state != should.state ||
             (is.state && (is.conversation != p->c->id || is.seq != should.seq ||
                           is.time_ms != should.time_ms))))
            verify_fault(v, CONVERSATION "how user %" PRIu64 " stands is not as it says", p->c->id,
                         should.user);
        should.user = p->contact.other;
        should.other = p->contact.user;
        should.state = contact_mirror(should.state);
    }
    return 0;
}

/* Its texts are gone with the events' rows. */
static int check_user(struct verify *v, const struct verify_people *p)
{
    struct user is;
    int err = verify_user(v, p->user.id, &is);
    if (!err && (is.privacy != p->user.privacy || is.picture != p->user.picture ||
                 is.renamed_ms != p->user.renamed_ms || is.rev != p->user.rev))
        verify_fault(v, "user %" PRIu64 " is not as the events up to %" PRIu64 " made them",
                     p->user.id, p->user.rev);
    return err < 0 ? err : 0;
}

int verify_people_check(struct verify *v, const struct verify_people *p)
{
    switch (p->c->kind) {
    case CONVERSATION_DIRECT:
        return check_contacts(v, p);
    case CONVERSATION_OWN:
        return check_user(v, p);
    default:
        return 0;
    }
}
