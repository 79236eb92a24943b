/*
 * Who was turned down does not ask again, whoever declined may: so nobody is asked over and over,
 * and the one who changes their mind needs nobody's leave. A time after which one may ask again was
 * refused: it makes of a `no` a `later`.
 *
 * What the other one said is theirs to take back: the rules (chat/rules.c) let only who deletes the
 * account remove that.
 */
#include "model/contact.h"

#include "util/macros.h"

enum { UNFIT = CONTACT_STATES };

/* By the event, from EVENT_CONTACT_REQUEST on, and how its sender stands before it. */
static const unsigned char after[][CONTACT_STATES] = {
    /* none, sent, received, stands, declined, turned down */
    {CONTACT_SENT, UNFIT, CONTACT_STANDS, UNFIT, CONTACT_SENT, UNFIT},             /* request */
    {UNFIT, UNFIT, CONTACT_STANDS, UNFIT, UNFIT, UNFIT},                           /* accept */
    {UNFIT, UNFIT, CONTACT_DECLINED, UNFIT, UNFIT, UNFIT},                         /* decline */
    {UNFIT, CONTACT_NONE, CONTACT_NONE, CONTACT_NONE, CONTACT_NONE, CONTACT_NONE}, /* remove */
};

enum contact_state contact_after(enum contact_state before, enum event_type type)
{
    must(event_is_contact(type) && before < CONTACT_STATES);
    return (enum contact_state)after[type - EVENT_CONTACT_REQUEST][before];
}

enum contact_state contact_mirror(enum contact_state state)
{
    static const unsigned char mirrors[CONTACT_STATES] = {
        [CONTACT_NONE] = CONTACT_NONE,
        [CONTACT_SENT] = CONTACT_RECEIVED,
        [CONTACT_RECEIVED] = CONTACT_SENT,
        [CONTACT_STANDS] = CONTACT_STANDS,
        [CONTACT_DECLINED] = CONTACT_TURNED_DOWN,
        [CONTACT_TURNED_DOWN] = CONTACT_DECLINED,
    };
    must(state < CONTACT_STATES);
    return (enum contact_state)mirrors[state];
}
