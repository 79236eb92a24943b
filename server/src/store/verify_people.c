/* What the logs say of people, followed event by event and held against their rows at the end: how
 * the two of a 1:1 stand, and to whom it is a request, what the user of an own log lets others see.
 * How two stood when the beginning of their log went is not known: all that is possible is
 * followed.
 */
#include <inttypes.h>

#include "store/project.h"
#include "store/verify_walk.h"

#define CONVERSATION "conversation %" PRIu64 ": "
#define EVENT        "conversation %" PRIu64 ", event %" PRIu64 ": "

enum { ANY_STATE = (1 << CONTACT_STATES) - 1 };

void verify_people_begin(struct verify_people *p, const struct conversation *c, uint64_t gone_seq)
{
    *p = (struct verify_people){
        .c = c,
        .gone_seq = gone_seq,
        .states = gone_seq ? ANY_STATE : 1 << CONTACT_NONE,
        .asked_is_known = !gone_seq,
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
    unsigned after = 0;
    for (unsigned i = 0; i < CONTACT_STATES; i++) {
        enum contact_state was = first ? (enum contact_state)i : contact_mirror(i);
        enum contact_state is = p->states & 1u << i ? contact_after(was, e->type) : CONTACT_STATES;
        if (is != CONTACT_STATES)
            after |= 1u << (first ? is : contact_mirror(is));
    }
    if (!after) {
        verify_fault(v, EVENT "does not fit how its people stood", p->c->id, e->seq);
        return;
    }
    p->states = after;
    c->seq = e->seq;
    c->time_ms = e->time_ms;
}

static uint64_t other_of(const struct conversation *c, uint64_t user)
{
    return c->users[0] == user ? c->users[1] : c->users[0];
}

static void follow_request(struct verify *v, struct verify_people *p, const struct event *e)
{
    bool direct = p->c->kind == CONVERSATION_DIRECT;
    if (e->request && !(direct && e->type == EVENT_MESSAGE && e->n == 1))
        verify_fault(v, EVENT "is no first message, and makes a request", p->c->id, e->seq);
    bool may = direct && (p->asked == e->sender || !p->asked_is_known);
    if (e->accepts ? !may : e->type == EVENT_ACCEPT)
        verify_fault(v, EVENT "accepts what was no request", p->c->id, e->seq);
    if (e->request || e->accepts) {
        p->asked = e->request ? other_of(p->c, e->sender) : 0;
        p->asked_is_known = true;
    }
}

void verify_people_follow(struct verify *v, struct verify_people *p, const struct event *e)
{
    follow_request(v, p, e);
    if (event_is_contact(e->type))
        follow_contact(v, p, e);
    else if (p->c->kind == CONVERSATION_OWN)
        project_user(&p->user, e);
}

/* Whether a row, of the one or the other, says what the 1:1 says. */
static bool contact_fits(const struct verify_people *p, const struct contact *is, bool first)
{
    const struct contact *by = &p->contact;
    if (!(p->states & 1u << (first ? is->state : contact_mirror(is->state))))
        return false;
    if (!is->state)
        return true;
    bool same = by->seq ? is->seq == by->seq && is->time_ms == by->time_ms : is->seq <= p->gone_seq;
    return same && is->conversation == p->c->id;
}

/* The rows of both do, and are each other's mirror. */
static int check_contacts(struct verify *v, const struct verify_people *p)
{
    uint64_t ids[] = {p->contact.user, p->contact.other};
    struct contact is[2];
    int unreadable = 0;
    for (int i = 0; i < 2; i++) {
        int err = verify_contact(v, ids[i], ids[1 - i], &is[i]);
        if (err < 0)
            return err;
        unreadable += err == VERIFY_UNREADABLE;
        if (err != VERIFY_UNREADABLE && !contact_fits(p, &is[i], i == 0))
            verify_fault(v, CONVERSATION "how user %" PRIu64 " stands is not as it says", p->c->id,
                         ids[i]);
    }
    if (!unreadable && is[1].state != contact_mirror(is[0].state))
        verify_fault(v, CONVERSATION "its people do not stand the same to each other", p->c->id);
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

/* Of a 1:1 whose beginning is gone either may be asked, but one alone. */
static int check_listed(struct verify *v, const struct verify_people *p, uint64_t n)
{
    uint32_t n_asked = 0;
    for (int i = 0; i < 2; i++) {
        uint64_t user = p->c->users[i];
        struct member_row row;
        int err = verify_member(v, p->c->id, user, &row);
        if (err < 0)
            return err;
        bool asked = !err && row.member.listed == LISTED_REQUEST;
        bool open = !p->asked_is_known && p->c->kind == CONVERSATION_DIRECT && n_asked == 0;
        enum listed should = p->asked == user || (open && asked) ? LISTED_REQUEST : LISTED_IN_LIST;
        if (!n && p->c->kind != CONVERSATION_OWN)
            should = LISTED_NOWHERE;
        n_asked += asked;
        if (!err && row.member.listed != should)
            verify_fault(v, CONVERSATION "is not listed for user %" PRIu64 " as it should be",
                         p->c->id, user);
    }
    return 0;
}

int verify_people_check(struct verify *v, const struct verify_people *p, uint64_t n)
{
    if (p->c->kind == CONVERSATION_GROUP)
        return 0;
    int err = check_listed(v, p, n);
    if (!err && p->c->kind == CONVERSATION_DIRECT)
        err = check_contacts(v, p);
    if (!err && p->c->kind == CONVERSATION_OWN)
        err = check_user(v, p);
    return err;
}
