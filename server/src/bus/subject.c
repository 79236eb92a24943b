/* See subject.h. */
#include "bus/subject.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/macros.h"

static const char *const words[BUS_KINDS] = {
    [BUS_USER] = "user", [BUS_PRESENCE] = "presence", [BUS_PEERS] = "peer"};

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

bool subject_prefix_good(struct str prefix)
{
    bool in_word = false;
    for (size_t i = 0; i < prefix.n; i++) {
        if (!is_word_byte(prefix.p[i]) && (prefix.p[i] != '.' || !in_word))
            return false;
        in_word = prefix.p[i] != '.';
    }
    return in_word && prefix.n <= SUBJECT_PREFIX_BYTES_MAX;
}

void subject_of(char out[SUBJECT_BYTES_MAX], const char *prefix, enum bus_topic_kind kind,
                uint64_t id)
{
    char digits[U64_TEXT_MAX + 1];
    must(kind < ARRAY_SIZE(words) && words[kind]);
    u64_format(digits, id);
    snprintf(out, SUBJECT_BYTES_MAX, "%s.%s.%s", prefix, words[kind], digits);
}

void subject_of_nodes(char out[SUBJECT_BYTES_MAX], const char *prefix)
{
    snprintf(out, SUBJECT_BYTES_MAX, "%s.nodes", prefix);
}

void subject_of_answer(char out[SUBJECT_BYTES_MAX], const char *prefix, uint64_t id,
                       uint64_t number)
{
    snprintf(out, SUBJECT_BYTES_MAX, "%s.answer.%" PRIu64 ".%" PRIu64, prefix, id, number);
}

void subject_of_answers(char out[SUBJECT_BYTES_MAX], const char *prefix, uint64_t id)
{
    snprintf(out, SUBJECT_BYTES_MAX, "%s.answer.%" PRIu64 ".*", prefix, id);
}

bool subject_parse_answer(const char *subject, uint64_t *number)
{
    const char *dot = strrchr(subject, '.');
    return dot && u64_parse(str_of(dot + 1), number);
}

bool subject_parse(const char *subject, const char *prefix, enum bus_topic_kind *kind, uint64_t *id)
{
    size_t n = strlen(prefix);
    if (strncmp(subject, prefix, n) || subject[n] != '.')
        return false;
    const char *word = subject + n + 1, *dot = strchr(word, '.');
    for (size_t i = 0; dot && i < ARRAY_SIZE(words); i++)
        if (words[i] && str_eq(str_n(word, (size_t)(dot - word)), str_of(words[i]))) {
            *kind = (enum bus_topic_kind)i;
            return u64_parse(str_of(dot + 1), id);
        }
    return false;
}
