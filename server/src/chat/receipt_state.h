/* Inside chat/: receipts of a room that wait to be published (receipt.c). */
#ifndef PARLEY_CHAT_RECEIPT_STATE_H
#define PARLEY_CHAT_RECEIPT_STATE_H

struct timer;

void receipts_timer(struct timer *);

#endif
