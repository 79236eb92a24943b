/*
 * What an event does to the rows it changes (docs/log.md, 3), one row at a time: pure,
 * so that every backend projects the same. Each returns whether the row changed; a row whose `rev`
 * is not below the event's seq is left alone, so doing an event again is harmless.
 *
 *   message    its sender's marks move to it if it `reads`; rows of who is mentioned
 *   edit       target: text, kind, edited_seq, mentions and their rows; the edit before it is
 * emptied delete     target: a stub without text, reactions, mentions, pin; its newest edit is
 * emptied reaction   target: the sender's entry in reactions pin, unpin the row of what is pinned
 *   created    the conversation, its members
 *   added, removed, left, role   a member
 *              (left: also the new owner; role: also an owner who hands over)
 *   joined     a member, the invite
 *   invite, uninvite   the group's invites
 *   title, description, picture, announce, timer   the conversation
 *   profile, privacy, picture, rename of the own log   the user; rename: rows of the names, too
 *   block, unblock   a row of their own
 *   signed_in   the device
 *   preferences   the sender as a member of the subject; star, unstar: a row of their own
 *   draft      a row of its own; the draft before it is emptied
 *   hide       the sender as a member of the subject, a row of its own
 *   whatever accepts   the sender's row
 */
#ifndef PARLEY_STORE_PROJECT_H
#define PARLEY_STORE_PROJECT_H

#include <stdbool.h>

#include "model/account.h"
#include "model/contact.h"
#include "model/conversation.h"
#include "model/event.h"
#include "util/arena.h"

/* Edit, delete or reaction `e` on its target; a target that is no message, or was deleted, stays;
 * one that was emptied by time stays empty, its `rev` moves. What the row then holds points into
 * `e` and the arena. */
bool project_target(struct event *target, const struct event *e, struct arena *);
/* A message or edit whose time has come by now: a stub, by no event and with the same `rev`. */
bool project_due(struct event *row, uint64_t now_ms);
/* A message or edit whose words go by no event, whatever its time: its `rev` stays, too. */
bool project_gone(struct event *row);
/* Empties the text of an edit or a draft (for good) because of `e`. */
bool project_emptied(struct event *row, const struct event *e);
/* A message without what its reader hid; an edit of such a one, without its words. */
void project_hidden(struct event *row);
/* Role, bounds and marks of m->user because of `e`: created, added, joined, removed, left, role; a
 * row that was not there before is all zero but for its ids. */
bool project_member(struct member *m, const struct event *e);
/* The row of somebody in a 1:1 or in notes to self: made by the first event, and listed from the
 * first message on, as a request where that is one. */
bool project_direct_member(struct member *m, const struct event *e);
/* The row of the sender of what accepts: a request is listed as any other from here on. */
bool project_accepted(struct member *m, const struct event *e);
/* The marks of the sender of a message that `reads`. */
bool project_reads(struct member *m, const struct event *e);
/* Marks that were moved forward: a lower one changes nothing, a higher read also moves delivered.
 */
bool project_marks(struct member *m, uint64_t delivered_seq, uint64_t read_seq, uint64_t read_n);
/* How the sender of `e` stands to the other from it on; a new row is all zero. */
bool project_contact(struct contact *mine, const struct event *e);
/* Created, title, description, picture, announce, timer. */
bool project_conversation(struct conversation *c, const struct event *e);
/* Invite, uninvite, joined. An invite whose time is over gives way to a new one, one that is used
 * up or taken back is gone; one too many is not taken. */
bool project_invites(struct invites *, const struct event *e);
/* Takes from a row what events after `seq` did to it, for somebody who reads no further: reactions
 * go; a text that was edited since is not there any more, so the message is shown as a stub. */
void project_as_of(struct event *row, uint64_t seq, struct arena *);
/* What the sender of `e` wants of its subject. */
bool project_preferences(struct preferences *, const struct event *e);
/* Of the own log: profile, picture, privacy, rename. */
bool project_user(struct user *u, const struct event *e);

#endif
