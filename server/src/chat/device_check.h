/*
 * Inside chat/: where devices end on other nodes, too, and the bus may have lost that. While a
 * person has sessions here, their devices and their account are looked at again before they are
 * PERSON_AGE_MS_MAX old, and what has ended meanwhile ends here. On one node there is nothing to
 * look for.
 */
#ifndef PARLEY_CHAT_DEVICE_CHECK_H
#define PARLEY_CHAT_DEVICE_CHECK_H

struct person;
struct timer;

/* They have a session now; harmless to repeat. */
void device_check_begin(struct person *);
/* They have none. */
void device_check_stop(struct person *);
void device_check_timer(struct timer *);

#endif
