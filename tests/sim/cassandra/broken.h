/*
 * Rules of the store on Cassandra that are not kept on purpose, one in a run, to see that the
 * checker notices (../sabotage.h). Each is a statement, and what is done instead of what it says.
 */
#ifndef PARLEY_SIM_CASSANDRA_BROKEN_H
#define PARLEY_SIM_CASSANDRA_BROKEN_H

#include <stdint.h>

enum broken {
    KEPT,
    BROKEN_ANYWAY,  /* a condition is taken to hold */
    BROKEN_LAGGING, /* what is to be read at SERIAL is read from one replica */
    BROKEN_CLOCKED, /* a coordinator's clock is its timestamp */
    BROKEN_LOST,    /* it is said to be written, and is not */
    BROKEN_BLIND,   /* it is said that nothing stands there */
    BROKEN_GUESSED, /* where the outcome is not known it is said to be done */
};

/* `text`: the rule, in words. */
struct broken_rule {
    const char *name, *statement, *text;
    enum broken how;
    uint32_t seeds_max;
};

/* All, and at the end one without a name. */
extern const struct broken_rule broken_rules[];

/* How a statement, by its number (enum statement), is broken in a world with this sabotage (or
 * NULL).
 */
enum broken broken_in(const char *sabotage, uint32_t statement);

#endif
