/*
 * The subjects of a cluster, as text:
 *
 *     <prefix>.user.<id>       what a user's devices should know
 *     <prefix>.presence.<id>   what those who watch a user should know
 *     <prefix>.peer.<id>       what one node is asked
 *     <prefix>.nodes           what every node should know
 *     <prefix>.answer.<id>.<n> the answer to the n-th question of a node
 *
 * Pure, any thread.
 */
#ifndef PARLEY_BUS_SUBJECT_H
#define PARLEY_BUS_SUBJECT_H

#include "bus/bus.h"
#include "util/numbers.h"

enum {
    SUBJECT_PREFIX_BYTES_MAX = 64,
    SUBJECT_BYTES_MAX = SUBJECT_PREFIX_BYTES_MAX + sizeof(".presence..") + 2 * U64_TEXT_MAX,
};

/* Words of letters, digits, - and _, with dots between them. */
bool subject_prefix_good(struct str prefix);
/* Of a topic with a subject for each id: BUS_USER, BUS_PRESENCE or BUS_PEERS. */
void subject_of(char out[SUBJECT_BYTES_MAX], const char *prefix, enum bus_topic_kind, uint64_t id);
void subject_of_nodes(char out[SUBJECT_BYTES_MAX], const char *prefix);
/* Of the answer to question `number`; of all answers to that node, as a subscription names them. */
void subject_of_answer(char out[SUBJECT_BYTES_MAX], const char *prefix, uint64_t id,
                       uint64_t number);
void subject_of_answers(char out[SUBJECT_BYTES_MAX], const char *prefix, uint64_t id);
/* The number of the question that such a subject answers. */
bool subject_parse_answer(const char *subject, uint64_t *number);
/* The topic and id of the first kind of subject. False: it is none. */
bool subject_parse(const char *subject, const char *prefix, enum bus_topic_kind *, uint64_t *id);

#endif
