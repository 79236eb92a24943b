/*
 * See copy_check.h. What a table holds beside its lines (a row of which nothing stands but its key,
 * a column that no copy writes) is counted under the statement that scans it.
 */
#include "store/cassandra/copy_check.h"

#include <errno.h>
#include <string.h>

#include "store/cassandra/copy_rows.h"
#include "util/crypto.h"
#include "util/macros.h"
#include "util/numbers.h"

enum { LINES_MAX = 6 };

/* A statement's values as columns of what a scan gives. */
struct line {
    enum statement of;
    const char *what;
    bool of_partition; /* it stands once for the partition, and comes with each of its rows */
    int8_t there;      /* null: there is no such line in the row */
    int8_t n, columns[ASK_VALUES_MAX];
    uint32_t besides; /* columns, as bits, that its row has without its saying so */
};

#define COLUMNS(...) .n = sizeof((int8_t[]){__VA_ARGS__}), .columns = {__VA_ARGS__}

/* By the columns of the statements. */
static const struct table {
    enum statement scan;
    const char *rest; /* what no line says, for people */
    struct line lines[LINES_MAX];
} tables[] = {
    {S_ALL_PEOPLE,
     "else in people",
     {{S_COPY_PERSON, "accounts", .of_partition = true, .there = 1, COLUMNS(1, 2, 3, 0)},
      {S_COPY_DEVICE, "devices", .there = 5, COLUMNS(5, 6, 0, 4)}}},
    {S_ALL_TOKENS, "else in tokens", {{S_TOKEN_PUT, "tokens", .there = 0, COLUMNS(0, 1, 2)}}},
    {S_ALL_USERNAMES,
     "else in usernames",
     {{S_COPY_NAME, "names", .there = 2, COLUMNS(2, 3, 4, 0, 1)}}},
    {S_ALL_NAME_STARTS,
     "else in name_starts",
     {{S_START_PUT, "starts of names", .there = 0, COLUMNS(0)}}},
    {S_ALL_LOOKS, "else in looks", {{S_COPY_LOOK, "looks of names", .there = 1, COLUMNS(1, 2, 0)}}},
    {S_ALL_NAME_ENDS,
     "else in name_ends",
     {{S_NAME_END_PUT, "ends of former names", .there = 0, COLUMNS(0, 1)}}},
    {S_ALL_CODES, "else in codes", {{S_COPY_CODE, "invite codes", .there = 1, COLUMNS(1, 0)}}},
    {S_ALL_REPORTED,
     "else in reported",
     {{S_COPY_REPORTED, "open reports", .there = 2, COLUMNS(2, 3, 4, 0, 1)}}},
    {S_ALL_REPORTS,
     "else in reports",
     {{S_COPY_REPORT_COUNTS, "counts of reports", .of_partition = true, .there = 1,
       COLUMNS(1, 2, 3), .besides = 1 << 0},
      {S_COPY_REPORT, "reports", .there = 5, COLUMNS(5, 6, 4)}}},
    {S_ALL_REPORT_TEXTS,
     "else in report_texts",
     {{S_REPORT_TEXT_PUT, "texts of reports", .there = 1, COLUMNS(0, 1)}}},
    {S_ALL_DIRECTS,
     "else in directs",
     {{S_COPY_DIRECT, "claims of 1:1s", .there = 2, COLUMNS(0, 1, 2)}}},
    {S_ALL_GROUP_CLAIMS,
     "else in group_claims",
     {{S_COPY_GROUP, "claims of groups", .there = 2, COLUMNS(0, 1, 2)}}},
    {S_ALL_WORKERS, "else in workers", {{S_COPY_WORKER, "workers", .there = 2, COLUMNS(1, 2, 0)}}},
    {S_ALL_LEAVING,
     "else in leaving",
     {{S_COPY_LEAVING, "deleted accounts", .there = 2, COLUMNS(2, 0, 1)}}},
    {S_ALL_CONVERSATIONS,
     "else in conversations",
     {{S_CONVERSATION_PUT_RECORD, "conversations", .there = 1, COLUMNS(2, 1, 0)},
      {S_CONVERSATION_PUT_ROSTER, "rosters", .there = 3, COLUMNS(4, 3, 0)},
      {S_CONVERSATION_PUT_INVITES, "invites", .there = 5, COLUMNS(6, 5, 0)},
      {S_CONVERSATION_PUT_PINS, "pins", .there = 7, COLUMNS(8, 7, 0)},
      {S_CONVERSATION_PUT_BUCKET, "buckets", .there = 9, COLUMNS(9, 9, 0)},
      {S_CONVERSATION_PUT_GONE, "trimmed logs", .there = 10, COLUMNS(10, 10, 11, 0)}}},
    {S_ALL_MEMBERS,
     "else in members",
     {{S_MEMBER_PUT_ROLE, "members", .there = 5, COLUMNS(6, 5, 0, 1)},
      {S_MEMBER_TOUCH, "inbox rows", .there = 2, COLUMNS(2, 2, 3, 4, 0, 1)},
      {S_MEMBER_PUT_READ, "read marks", .there = 8, COLUMNS(8, 8, 9, 8, 0, 1)},
      {S_MEMBER_PUT_DELIVERED, "delivered marks", .there = 7, COLUMNS(7, 7, 0, 1)},
      {S_MEMBER_PUT_PREFERENCES, "preferences", .there = 10, COLUMNS(11, 10, 0, 1)},
      {S_INBOX_PUT_GONE, "inbox rows of trimmed logs", .there = 12, COLUMNS(12, 12, 13, 0, 1)}}},
    {S_ALL_STEPS,
     "else in steps",
     {{S_STEPS_PUT, "times of marks", .there = 2, COLUMNS(3, 2, 0, 1)}}},
    {S_ALL_OWN,
     "else in own",
     {{S_OWN_PUT_BLOCKS, "sets of blocks", .there = 1, COLUMNS(2, 1, 0)},
      {S_OWN_PUT_DRAFTS, "sets of drafts", .there = 3, COLUMNS(4, 3, 0)}}},
    {S_ALL_HIDDEN,
     "else in hidden",
     {{S_HIDDEN_PUT, "sets of hidden", .there = 3, COLUMNS(4, 3, 0, 1, 2)}}},
    {S_ALL_CONTACTS,
     "else in contacts",
     {{S_CONTACT_PUT, "contacts", .there = 2, COLUMNS(3, 2, 0, 1)}}},
    {S_ALL_NOTED,
     "else in noted",
     {{S_NOTED_PUT, "mentions and stars", .there = 6, COLUMNS(0, 1, 2, 3, 4, 5, 6, 7, 8)}}},
    {S_ALL_NOTED_MONTHS,
     "else in noted_months",
     {{S_NOTED_PUT_MONTH, "months of these", .there = 0, COLUMNS(0, 1, 2)}}},
    {S_ALL_EXPIRY,
     "else in expiry",
     {{S_EXPIRY_PUT, "to be emptied", .there = 0, COLUMNS(0, 1, 2, 3, 4)}}},
    {S_ALL_EXPIRY_SLOTS,
     "else in expiry_slots",
     {{S_EXPIRY_PUT_SLOT, "slots of these", .there = 1, COLUMNS(1), .besides = 1 << 0}}},
    {S_ALL_LOGS,
     "else in logs",
     {{S_COPY_EVENT, "events", .there = 3, COLUMNS(0, 1, 2, 3, 4, 5, 6),
       .besides = 1 << 7 | 1 << 8},
      {S_COPY_KEY, "keys", .there = 9, COLUMNS(0, 1, 7, 8, 9, 10), .besides = 1 << 2}}},
};

/* --- lines --- */

uint32_t copy_lines(void)
{
    uint32_t n = 0;
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++, n++)
        for (size_t j = 0; j < LINES_MAX && tables[i].lines[j].n; j++)
            n++;
    return n;
}

const char *copy_line(uint32_t at, enum statement *of)
{
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        for (size_t j = 0; j < LINES_MAX && tables[i].lines[j].n; j++) {
            *of = tables[i].lines[j].of;
            if (at-- == 0)
                return tables[i].lines[j].what;
        }
        *of = tables[i].scan;
        if (at-- == 0)
            return tables[i].rest;
    }
    must(!"a line");
    return NULL;
}

/* A cell with its length in front, so that a line's bytes say where each ends. */
static void add_cell(struct builder *line, struct str cell)
{
    unsigned char n[4];
    be32_put(n, cell.p ? (uint32_t)cell.n : UINT32_MAX);
    builder_add(line, n, sizeof(n));
    builder_add_str(line, cell);
}

static void add_value(struct builder *line, const struct cql_value *v)
{
    unsigned char bytes[8];
    switch (v->kind) {
    case CQL_VALUE_INTEGER:
        be64_put(bytes, (uint64_t)v->integer);
        add_cell(line, str_n(bytes + sizeof(bytes) - v->width, v->width));
        return;
    case CQL_VALUE_BYTES:
        add_cell(line, v->bytes.p ? v->bytes : STR(""));
        return;
    case CQL_VALUE_NULL:
    case CQL_VALUE_UNSET:
        break;
    }
    must(!"a value that stands");
}

static void count(struct copy_tallies *tallies, enum statement of, struct str line)
{
    uint8_t hash[CRYPTO_HASH_BYTES];
    struct copy_tally *tally = &tallies->at[of];
    crypto_sha256(hash, line);
    tally->n++;
    tally->sum[0] += be64_get(hash);
    tally->sum[1] += be64_get(hash + 8);
}

void copy_tally_ask(struct copy_tallies *tallies, const struct ask *ask)
{
    struct builder line = {0};
    for (uint32_t i = 0; i < ask->values_n; i++)
        add_value(&line, &ask->values[i]);
    count(tallies, ask->statement, builder_str(&line));
    builder_deinit(&line);
}

/* --- tables --- */

/* A row that has something else in it counts as a line of its own: none of them is wanted. */
static void count_rest(const struct table *table, const struct answer *a, uint32_t row,
                       uint32_t known, struct copy_tallies *tallies)
{
    struct builder bytes = {0};
    must(a->columns_n <= 32);
    for (uint32_t i = 0; i < a->columns_n; i++)
        if (!(known >> i & 1) && answer_bytes(a, row, i).p)
            add_cell(&bytes, answer_bytes(a, row, i));
    if (bytes.n)
        count(tallies, table->scan, builder_str(&bytes));
    builder_deinit(&bytes);
}

static void count_row(const struct table *table, const struct answer *a, uint32_t row,
                      bool same_partition, struct copy_tallies *tallies)
{
    struct builder bytes = {0};
    uint32_t known = 0;
    for (size_t i = 0; i < LINES_MAX && table->lines[i].n; i++) {
        const struct line *line = &table->lines[i];
        if (!answer_bytes(a, row, (uint32_t)line->there).p)
            continue;
        builder_reset(&bytes);
        known |= line->besides;
        for (int8_t j = 0; j < line->n; j++) {
            known |= UINT32_C(1) << line->columns[j];
            add_cell(&bytes, answer_bytes(a, row, (uint32_t)line->columns[j]));
        }
        if (!line->of_partition || !same_partition)
            count(tallies, line->of, builder_str(&bytes));
    }
    builder_deinit(&bytes);
    count_rest(table, a, row, known, tallies);
}

/* Whether the row is of the partition of the one before, by its first cell. */
static bool goes_on(struct copy_scan *scan, struct str first)
{
    bool same = scan->in_partition && str_eq(first, str_n(scan->partition, scan->partition_n));
    must(first.n <= sizeof(scan->partition));
    memcpy(scan->partition, first.p, first.n);
    scan->partition_n = first.n;
    scan->in_partition = true;
    return same;
}

int copy_scan_step(struct copy_scan *scan, struct strand *s, struct copy_tallies *tallies)
{
    const struct table *table = &tables[scan->table];
    struct ask a = {.statement = table->scan};
    if (scan->page_n)
        a.page = str_n(scan->page, scan->page_n);
    int err = copy_ask(s, &a, 1);
    for (uint32_t i = 0; !err && i < a.answer.rows_n; i++)
        count_row(table, &a.answer, i, goes_on(scan, answer_bytes(&a.answer, i, 0)), tallies);
    if (err)
        return err;
    scan->rows += a.answer.rows_n;
    scan->page_n = a.answer.next_page.n;
    if (scan->page_n > sizeof(scan->page))
        return -EBADMSG;
    if (scan->page_n) {
        memcpy(scan->page, a.answer.next_page.p, scan->page_n);
        return 0;
    }
    scan->in_partition = false;
    scan->table++;
    scan->ended = scan->table == ARRAY_SIZE(tables);
    return 0;
}

int copy_scan_empty(struct strand *s)
{
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        struct ask a = {.statement = tables[i].scan};
        int err = copy_ask(s, &a, 1);
        if (err || a.answer.rows_n)
            return err;
    }
    return 1;
}
