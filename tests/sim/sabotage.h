/*
 * Rules broken on purpose, one a run (world->sabotage), to see that the checker notices:
 *
 *   ack-early  an append is acknowledged before it is durable
 *   double     a key that stands is not recognised
 *   leak       pushes go to everybody
 *   unread     a read mark counts one message too many
 *   back       a watermark goes back
 *   undelete   a deleted text is returned
 *   unhide     what somebody hid is shown to them
 *   drafts     it is not known how many drafts somebody has when they write the next
 *   hidden     it is not known how much somebody has hidden when they hide more
 *   mention    everybody is mentioned, members or not
 *   chatter    a core forgets which groups only admins write in
 *   pinned     what somebody has pinned is not known when they pin the next
 *   pins       what is pinned is not known when the next pin is decided
 *   uncounted  a core forgets how often an invite may be used
 *   hoard      what is due is not emptied
 *   linger     what is due and not yet emptied is shown
 *   privacy    a core forgets who may what
 *   haste      a core forgets when somebody took their name
 *   untold     a core forgets that a sign-in is news
 *   premature  what was delivered to some is removed
 *   keepsake   nothing is removed
 *   contacts   a core forgets how people stand to each other
 *   requests   a core forgets to whom something is a request
 *   remain     whoever deletes the account stays in the groups
 *   unarmed    a second factor is told of and not set
 *   reborn     a core takes deleted accounts for ones that stand
 *   former     a core forgets who has left
 *   twins      whoever claims the 1:1 of two is the first to
 *   clones     and whoever claims a new group
 *   namesakes  and whoever takes a name
 * and of a cluster:
 *
 *   alone      each core takes itself for the only one
 *   ageless    what is cached of people never grows old
 *   deaf       no node is told whose settings others changed
 *   mute       no node says whom it has when others ask
 *   overtake   an append stands whatever was appended since it was decided
 *   hasty      an outcome that is not known is taken for a good one
 *   stale      a head is read from a replica that lags behind
 *   unchecked  nobody looks which devices ended elsewhere
 *   squatter   a worker's row is changed whatever became of it
 *   late       a command is decided however long ago it was sent
 *   rewind     who takes a worker's row starts at the beginning
 *   gap, newkey, blind   the device's own, in client.c: it skips a gap, resends under another key,
 *              never compares
 */
#ifndef PARLEY_SIM_SABOTAGE_H
#define PARLEY_SIM_SABOTAGE_H

#include <stdbool.h>

struct bus;
struct kv;
struct store;
struct store_request;
struct world;

bool sabotaged(const struct world *, const char *rule);
/* True: the request is answered as it now stands. */
bool sabotage_question(struct world *, struct store *inner, struct store_request *);
/* True: it was not carried out, and answered all the same. */
bool sabotage_refusal(struct world *, struct store_request *);
/* What the store answered, before anybody sees it. */
void sabotage_answer(struct world *, struct store_request *);
/* Wrapped, or themselves: whichever the run asks for. They own what they wrap. */
struct kv *sabotage_kv(struct world *, struct kv *);
struct bus *sabotage_bus(struct world *, struct bus *);

#endif
