/* Inside chat/: what ends the long waits of inbox.c. */
#ifndef PARLEY_CHAT_INBOX_WAIT_H
#define PARLEY_CHAT_INBOX_WAIT_H

#include <stdint.h>

struct chat;
struct person;

/* Something about this person changed: whoever waits on it looks again. */
void inbox_wake(struct person *);
/* The device was ended: its waits are answered UNAUTHENTICATED. */
void inbox_device_ended(struct person *, uint64_t device);
void inbox_wake_all(struct chat *);

#endif
