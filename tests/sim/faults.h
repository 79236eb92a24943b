/*
 * What can go wrong between the domain and its store: struct faults stands before the store in
 * memory and answers as a store far away may. A write is refused, or answered `unknown` and stands,
 * or does not, or comes to stand later where it still can; a read fails; an answer of either kind
 * comes late, after answers to younger questions.
 *
 * It also breaks rules on purpose (sabotage), so that the checker can be seen to notice.
 */
#ifndef PARLEY_SIM_FAULTS_H
#define PARLEY_SIM_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

struct faults;
struct node;
struct store;

/* A node's way to what world->kv holds; what the one before left to come later goes over to it. */
struct faults *faults_new(struct node *, struct faults *before);
/* With the store and all that waits. */
void faults_free(struct faults *);
/* What the domain is given. */
struct store *faults_store(struct faults *);
/* The core dies: answers that are on their way are lost. */
void faults_crash(struct faults *);
/* One late answer comes, or one late write is carried out. False: there is none. */
bool faults_answer(struct faults *);
bool faults_land(struct faults *);

#endif
