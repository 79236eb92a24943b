/*
 * Who may see what of a user, or do what with them. The settings of one user are one number, four
 * bits a setting; 0 is what everybody has from the start. Pure, any thread.
 */
#ifndef PARLEY_MODEL_PRIVACY_H
#define PARLEY_MODEL_PRIVACY_H

#include <stdbool.h>
#include <stdint.h>

/* Stored as numbers: never renumber. */
enum audience {
    AUDIENCE_EVERYONE = 0,
    AUDIENCE_CONTACTS = 1,
    AUDIENCE_NOBODY = 2,
    AUDIENCES,
};

/* Stored as places: never renumber. */
enum privacy_setting {
    PRIVACY_LAST_SEEN = 0, /* and whether one is online */
    PRIVACY_PICTURE = 1,
    PRIVACY_RECEIPTS = 2, /* how far one read; who hides it does not see it of others */
    PRIVACY_GROUPS = 3,   /* who may add one to a group */
    PRIVACY_WRITE = 4,    /* who may write to one first */
    PRIVACY_SETTINGS,
};

enum { PRIVACY_BITS = 4 };

static inline enum audience privacy_of(uint64_t privacy, enum privacy_setting setting)
{
    return (enum audience)(privacy >> setting * PRIVACY_BITS & ((1 << PRIVACY_BITS) - 1));
}

static inline uint64_t privacy_one(enum privacy_setting setting, unsigned value)
{
    return (uint64_t)value << setting * PRIVACY_BITS;
}

static inline bool privacy_valid(uint64_t privacy)
{
    uint64_t known = 0;
    for (unsigned s = 0; s < PRIVACY_SETTINGS; s++) {
        enum audience audience = privacy_of(privacy, (enum privacy_setting)s);
        if (audience >= AUDIENCES)
            return false;
        known |= privacy_one((enum privacy_setting)s, audience);
    }
    return known == privacy;
}

/* A change has the same form: at each place the audience and one, or 0 for what stays. */
static inline unsigned privacy_changed_to(enum audience audience)
{
    return (unsigned)audience + 1;
}

static inline uint64_t privacy_change(uint64_t privacy, uint64_t change)
{
    uint64_t now = 0;
    for (unsigned i = 0; i < PRIVACY_SETTINGS; i++) {
        enum privacy_setting s = (enum privacy_setting)i;
        unsigned to = privacy_of(change, s);
        now |= privacy_one(s, to ? to - 1 : privacy_of(privacy, s));
    }
    return now;
}

/* Something changes, and to what there is. */
static inline bool privacy_change_valid(uint64_t change)
{
    uint64_t known = 0;
    for (unsigned i = 0; i < PRIVACY_SETTINGS; i++) {
        unsigned to = privacy_of(change, (enum privacy_setting)i);
        if (to > AUDIENCES)
            return false;
        known |= privacy_one((enum privacy_setting)i, to);
    }
    return change && known == change;
}

/* Whether somebody who is a contact, or is none, is of the audience. */
static inline bool audience_has(enum audience audience, bool contact)
{
    return audience == AUDIENCE_EVERYONE || (audience == AUDIENCE_CONTACTS && contact);
}

#endif
