/*
 * Accounts, names, devices, claims. What stands in slots here (devices, codes, open reports) takes
 * them in the order of its keys; the walk's carry is the last one taken.
 */
#include "model/pack.h"
#include "model/record.h"
#include "store/cassandra/changes.h"
#include "store/cassandra/copy_row.h"
#include "store/cassandra/naming.h"
#include "util/macros.h"

/* What the first change is conditional on: any number that is one. */
static uint64_t first_change(uint64_t id)
{
    return id | 1;
}

static int copy_meta(struct copy_walk *w, const struct copy_row *row)
{
    static const char *const elsewhere[] = {"schema", "incarnation", "secret", "commit",
                                            "migration"};
    struct str name = copy_text(row, 0);
    uint64_t counts[2]; /* open, resolved */
    for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++)
        if (str_eq(name, str_of(elsewhere[i])))
            return 0;
    if (!str_eq(name, STR("reports")) || !ids_unpack(counts, 2, row->value))
        return copy_bad(w, row);
    copy_emit(w, ASK(S_COPY_REPORT_COUNTS, cql_u64(1), cql_u64(counts[0]),
                     cql_u64(counts[0] + counts[1])));
    return 0;
}

static int copy_user(struct copy_walk *w, const struct copy_row *row)
{
    struct user user;
    struct log_head own;
    uint64_t id = copy_id(row, 0);
    int err = copy_head_of(w, id, &own);
    if (err)
        return err;
    if (!user_unpack(&user, id, row->value))
        return copy_bad(w, row);
    copy_emit(w, ASK(S_COPY_PERSON, cql_u64(first_change(id)), cql_u64(own.seq),
                     cql_bytes(row->value), cql_u64(id)));
    return 0;
}

/* The carry is the slot. */
static int copy_device(struct copy_walk *w, const struct copy_row *row)
{
    struct device device;
    uint64_t user = copy_id(row, 0), id = copy_id(row, 1);
    w->place.carry = copy_same_run(row, TAG + ID) ? w->place.carry + 1 : 0;
    if (!device_unpack(&device, user, id, row->value) || w->place.carry >= DEVICES_MAX)
        return copy_bad(w, row);
    copy_emit(w, ASK(S_COPY_DEVICE, cql_u64(id), cql_bytes(row->value), cql_u64(user),
                     cql_tinyint((int8_t)w->place.carry)));
    return 0;
}

static int copy_token(struct copy_walk *w, const struct copy_row *row)
{
    uint64_t ids[2];
    if (row->key.n != TAG + CRYPTO_HASH_BYTES || !ids_unpack(ids, 2, row->value))
        return copy_bad(w, row);
    copy_emit(w, ASK(S_TOKEN_PUT, cql_bytes(copy_text(row, 0)), cql_u64(ids[0]), cql_u64(ids[1])));
    return 0;
}

static void emit_name(struct copy_walk *w, struct str name, uint64_t user, int64_t taken,
                      uint64_t until_ms)
{
    copy_emit(w, ASK(S_COPY_NAME, cql_u64(user), cql_bigint(taken), cql_u64(until_ms),
                     cql_bytes(naming_start(name)), cql_bytes(name)));
}

static bool same_start(struct str a, struct str b)
{
    return str_eq(naming_start(a), naming_start(b));
}

/* Who has it by now is said by their record, however they came to it. */
static int copy_name(struct copy_walk *w, const struct copy_row *row)
{
    uint64_t user;
    struct str name = copy_text(row, 0);
    if (!name.n || !ids_unpack(&user, 1, row->value))
        return copy_bad(w, row);
    emit_name(w, name, user, NAME_BY_ACCOUNT, 0);
    if (!copy_same_run(row, TAG) ||
        !same_start(name, str_n(row->before.p + TAG, row->before.n - TAG)))
        copy_emit(w, ASK(S_START_PUT, cql_bytes(naming_start(name))));
    return 0;
}

/* Whether somebody has a name that starts so. 1, 0, negative. */
static int has_start(struct copy_walk *w, struct str start)
{
    struct row_key from = key_username(start), to = row_key_after(&from);
    struct kv_view view = {.kv = w->kv};
    struct kv_scan scan;
    struct str key, value;
    bool found = false;
    int err =
        kv_scan_begin(&scan, &view, KV_DIRECTORY, row_key_str(&from), row_key_str(&to), false);
    while (!err && !found && !(err = kv_scan_next(&scan, &key, &value)))
        found = str_eq(naming_start(str_n(key.p + TAG, key.n - TAG)), start);
    kv_scan_end(&scan);
    return err < 0 ? err : found;
}

static int copy_former(struct copy_walk *w, const struct copy_row *row)
{
    struct former former;
    struct str name = copy_text(row, 0);
    int has = has_start(w, naming_start(name));
    if (has < 0)
        return has;
    if (!name.n || !former_unpack(&former, row->value))
        return copy_bad(w, row);
    emit_name(w, name, former.user, NAME_GIVEN_UP, former.until_ms);
    bool first = !copy_same_run(row, TAG) ||
                 !same_start(name, str_n(row->before.p + TAG, row->before.n - TAG));
    if (!has && first)
        copy_emit(w, ASK(S_START_PUT, cql_bytes(naming_start(name))));
    return 0;
}

static int copy_former_end(struct copy_walk *w, const struct copy_row *row)
{
    copy_emit(w, ASK(S_NAME_END_PUT, cql_u64(copy_id(row, 0)), cql_bytes(copy_text(row, 1))));
    return 0;
}

/* It is kept for a name that was given up, or else for theirs. */
static int copy_look(struct copy_walk *w, const struct copy_row *row)
{
    struct turn t = copy_turn(w);
    struct look look;
    struct user user;
    if (!look_unpack(&look, row->value))
        return copy_bad(w, row);
    struct str name = look.former;
    if (!name.n) {
        int err = turn_user(&t, look.user, &user);
        if (err)
            return err < 0 ? err : copy_bad(w, row);
        name = user.username;
    }
    copy_emit(w,
              ASK(S_COPY_LOOK, cql_u64(look.user), cql_bytes(name), cql_bytes(copy_text(row, 0))));
    return 0;
}

static int copy_block(struct copy_walk *w, const struct copy_row *row)
{
    struct row_key all = key_blocks(copy_id(row, 0));
    return copy_same_run(row, TAG + ID) ? 0 : copy_emit_set(w, copy_id(row, 0), OWN_BLOCKS, &all);
}

static int copy_contact(struct copy_walk *w, const struct copy_row *row)
{
    struct contact contact;
    if (!contact_unpack(&contact, copy_id(row, 0), copy_id(row, 1), row->value))
        return copy_bad(w, row);
    copy_emit(w, contact_put(w->strand, &contact));
    return 0;
}

static int copy_direct(struct copy_walk *w, const struct copy_row *row)
{
    uint64_t conversation;
    if (!ids_unpack(&conversation, 1, row->value))
        return copy_bad(w, row);
    copy_emit(w, ASK(S_COPY_DIRECT, cql_u64(copy_id(row, 0)), cql_u64(copy_id(row, 1)),
                     cql_u64(conversation)));
    return 0;
}

static int copy_group(struct copy_walk *w, const struct copy_row *row)
{
    struct event created;
    if (record_decode(&created, row->value, strand_scratch(w->strand)))
        return copy_bad(w, row);
    copy_emit(w, ASK(S_COPY_GROUP, cql_u64(copy_id(row, 0)), cql_bytes(copy_text(row, 1)),
                     cql_bytes(row->value)));
    return 0;
}

/* The carry is the slot. */
static int copy_code(struct copy_walk *w, const struct copy_row *row)
{
    struct invite_code code;
    struct builder b = {0};
    w->place.carry = copy_same_run(row, TAG) ? w->place.carry + 1 : 0;
    if (!code_unpack(&code, copy_id(row, 0), row->value) || w->place.carry >= INVITE_CODES_MAX)
        return copy_bad(w, row);
    pack_u64(&b, code.id);
    code_pack(&b, &code);
    copy_emit(w,
              ASK(S_COPY_CODE, strand_blob(w->strand, &b), cql_smallint((int16_t)w->place.carry)));
    return 0;
}

/* Where the job was is of no matter: it begins again. */
static int copy_leaving(struct copy_walk *w, const struct copy_row *row)
{
    uint64_t user = copy_id(row, 1);
    copy_emit(w, ASK(S_COPY_LEAVING, cql_u64(first_change(user)), cql_u64(copy_id(row, 0)),
                     cql_u64(user)));
    return 0;
}

/* The text says what an open one would. */
static int copy_report(struct copy_walk *w, const struct copy_row *row)
{
    enum { ID_AT = TAG + 1 };
    struct report report;
    struct builder b = {0};
    if (row->key.n != ID_AT + ID ||
        !report_unpack(&report, be64_get(row->key.p + ID_AT), row->value))
        return copy_bad(w, row);
    uint64_t resolved_ms = report.resolved_ms, resolved_by = report.resolved_by;
    report.resolved_ms = report.resolved_by = 0;
    report_pack(&b, &report);
    copy_emit(w, ASK(S_REPORT_TEXT_PUT, cql_u64(report.id), strand_blob(w->strand, &b)));
    copy_emit(w,
              ASK(S_COPY_REPORT, cql_u64(resolved_ms), cql_u64(resolved_by), cql_u64(report.id)));
    return 0;
}

/* The carry is the slot. */
static int copy_reported(struct copy_walk *w, const struct copy_row *row)
{
    uint64_t id;
    w->place.carry = copy_same_run(row, TAG + ID) ? w->place.carry + 1 : 0;
    if (!ids_unpack(&id, 1, row->value) || w->place.carry >= REPORTS_USER_MAX)
        return copy_bad(w, row);
    copy_emit(w,
              ASK(S_COPY_REPORTED, cql_u64(id), cql_u64(copy_id(row, 1)), cql_u64(copy_id(row, 2)),
                  cql_u64(copy_id(row, 0)), cql_tinyint((int8_t)w->place.carry)));
    return 0;
}

/* Nobody's from here on; whoever takes it begins where it ended. */
static int copy_worker(struct copy_walk *w, const struct copy_row *row)
{
    uint64_t up_to_ms;
    if (!ids_unpack(&up_to_ms, 1, row->value))
        return copy_bad(w, row);
    copy_emit(w,
              ASK(S_COPY_WORKER, cql_u64(0), cql_u64(up_to_ms), cql_int((int32_t)copy_id(row, 0))));
    return 0;
}

/* What the nodes of that machine noted is of no use to others; what was set for all is set anew. */
static int copy_board(struct copy_walk *w, const struct copy_row *row)
{
    (void)w;
    (void)row;
    return 0;
}

const struct copy_kind copy_directory_kinds[] = {
    {'z', 2, false, copy_board},
    {'m', 0, true, copy_meta},
    {'u', 1, false, copy_user},
    {'n', 0, true, copy_name},
    {'y', 0, true, copy_look},
    {'o', 0, true, copy_former},
    {'e', 1, true, copy_former_end},
    {'d', 2, false, copy_device},
    {'t', 0, true, copy_token},
    {'b', 2, false, copy_block},
    {'k', 2, false, copy_contact},
    {'2', 2, false, copy_direct},
    {'g', 1, true, copy_group},
    {'v', 1, false, copy_code},
    {'j', 2, false, copy_leaving},
    {'q', 0, true, copy_report},
    {'r', 3, false, copy_reported},
    {'w', 1, false, copy_worker},
    {0},
};
