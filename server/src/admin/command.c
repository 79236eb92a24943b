#include "admin/command.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "admin/nodes.h"
#include "model/limits.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/numbers.h"

enum { SENTENCE_MAX = 1024 };

/* --- answers --- */

__attribute__((format(printf, 3, 4))) static void tell(struct admin_request *r, char what,
                                                       const char *form, ...)
{
    char sentence[SENTENCE_MAX];
    va_list args;
    va_start(args, form);
    vsnprintf(sentence, sizeof(sentence), form, args);
    va_end(args);
    builder_add_byte(&r->answer, (unsigned char)what);
    builder_add_str(&r->answer, str_of(sentence));
    builder_add_byte(&r->answer, '\n');
}

static void answer(struct admin_request *r, int code)
{
    tell(r, '=', "%d", code);
    r->done(r);
}

static void run_later(struct task *task)
{
    struct admin_request *r = container_of(task, struct admin_request, task);
    r->done(r);
}

/* From inside admin_run(). */
static void answer_later(struct admin_request *r, int code)
{
    tell(r, '=', "%d", code);
    r->task.run = run_later;
    post(r->admin->env->self, &r->task);
}

/* What every command may end with. */
static void refuse(struct admin_request *r, enum chat_error error)
{
    int n = (int)r->words[1].n;
    const char *name = r->words[1].p;
    if (error == CHAT_NOT_FOUND)
        tell(r, '-', "parleyd: there is no user %.*s", n, name);
    else if (error == CHAT_NAME_TAKEN)
        tell(r, '-', "parleyd: there is a user %.*s already", n, name);
    else if (error == CHAT_NAME_REFUSED)
        tell(r, '-',
             "parleyd: a name has letters of one script, digits, '.', '_' and '-', and looks like "
             "nobody else's");
    else if (error == CHAT_OVERLOADED)
        tell(r, '-', "parleyd: the server is overloaded, try again later");
    else
        tell(r, '-', "parleyd: the store could not be read or written");
    answer(r, 1);
}

/* --- users --- */

static void add_done(struct chat_call *call)
{
    struct admin_request *r = container_of(call, struct admin_request, add.call);
    if (call->error) {
        refuse(r, call->error);
        return;
    }
    tell(r, '+', "added\t%.*s\t%" PRIu64, (int)r->words[1].n, r->words[1].p, r->add.user);
    answer(r, 0);
}

static void user_add(struct admin_request *r)
{
    r->add = (struct chat_admin_add){
        .call.done = add_done, .username = r->words[1], .password = r->words[2]};
    chat_admin_add(r->admin->chat, &r->add);
}

static void set_done(struct chat_call *call)
{
    struct admin_request *r = container_of(call, struct admin_request, set.call);
    if (call->error)
        refuse(r, call->error);
    else
        answer(r, 0);
}

static void set(struct admin_request *r, struct str password, int disabled)
{
    r->set = (struct chat_admin_set){
        .call.done = set_done, .username = r->words[1], .password = password, .disabled = disabled};
    chat_admin_set(r->admin->chat, &r->set);
}

static void user_disable(struct admin_request *r)
{
    set(r, (struct str){0}, 1);
}

static void user_enable(struct admin_request *r)
{
    set(r, (struct str){0}, 0);
}

static void user_reset(struct admin_request *r)
{
    set(r, r->words[2], -1);
}

static void set_admin(struct admin_request *r, int admin)
{
    r->set = (struct chat_admin_set){
        .call.done = set_done, .username = r->words[1], .disabled = -1, .admin = admin};
    chat_admin_set(r->admin->chat, &r->set);
}

static void user_admin(struct admin_request *r)
{
    set_admin(r, 1);
}

static void user_no_admin(struct admin_request *r)
{
    set_admin(r, -1);
}

static void user_no_second_factor(struct admin_request *r)
{
    r->set = (struct chat_admin_set){
        .call.done = set_done, .username = r->words[1], .disabled = -1, .no_second_factor = true};
    chat_admin_set(r->admin->chat, &r->set);
}

static void delete_done(struct chat_call *call)
{
    struct admin_request *r = container_of(call, struct admin_request, delete.call);
    if (call->error)
        refuse(r, call->error);
    else
        answer(r, 0);
}

static void user_delete(struct admin_request *r)
{
    r->delete = (struct chat_admin_delete){.call.done = delete_done, .username = r->words[1]};
    chat_admin_delete(r->admin->chat, &r->delete);
}

static void list_done(struct chat_call *call)
{
    struct admin_request *r = container_of(call, struct admin_request, list.call);
    if (call->error) {
        refuse(r, call->error);
        return;
    }
    for (uint32_t i = 0; i < r->list.n_users; i++) {
        const struct user *user = &r->list.users[i];
        tell(r, '+', "%.*s\t%" PRIu64 "\t%s%s", (int)user->username.n, user->username.p, user->id,
             user->disabled ? "disabled" : "enabled", user->admin ? "\tadmin" : "");
    }
    if (r->list.n_users == ADMIN_LIST_MAX) {
        struct str last = r->list.users[ADMIN_LIST_MAX - 1].username;
        tell(r, '>', "user-list\t%.*s", (int)last.n, last.p);
    }
    answer(r, 0);
}

static void user_list(struct admin_request *r)
{
    r->list = (struct chat_admin_list){.call.done = list_done,
                                       .after = r->n_words > 1 ? r->words[1] : (struct str){0},
                                       .limit = ADMIN_LIST_MAX};
    chat_admin_list(r->admin->chat, &r->list);
}

/* --- invite codes --- */

static void refuse_code(struct admin_request *r, enum chat_error error)
{
    if (error == CHAT_NOT_FOUND)
        tell(r, '-', "parleyd: there is no such invite code");
    else if (error == CHAT_FULL)
        tell(r, '-', "parleyd: there are %d invite codes; revoke some", INVITE_CODES_MAX);
    else if (error == CHAT_INVALID)
        tell(r, '-', "parleyd: an invite code is for 1 to %d accounts and holds for 1 to %d days",
             INVITE_CODE_USES_MAX, INVITE_CODE_DAYS_MAX);
    else
        tell(r, '-', "parleyd: the store could not be read or written");
    answer(r, 1);
}

static void code_add_done(struct chat_call *call)
{
    struct admin_request *r = container_of(call, struct admin_request, code_add.call);
    if (call->error) {
        refuse_code(r, call->error);
        return;
    }
    tell(r, '+', "invite\t%" PRIu64 "\t%s", r->code_add.id, r->code_add.text);
    answer(r, 0);
}

/* The number in a word; 0, which is refused, where there is none. */
static uint64_t number_of(struct str word)
{
    uint64_t v;
    return u64_parse(word, &v) ? v : 0;
}

static void invite_add(struct admin_request *r)
{
    r->code_add = (struct chat_code_add){.call.done = code_add_done,
                                         .uses_max = number_of(r->words[1]),
                                         .days = number_of(r->words[2])};
    chat_code_add(r->admin->chat, &r->code_add);
}

static void code_end_done(struct chat_call *call)
{
    struct admin_request *r = container_of(call, struct admin_request, code_end.call);
    if (call->error)
        refuse_code(r, call->error);
    else
        answer(r, 0);
}

static void invite_revoke(struct admin_request *r)
{
    r->code_end = (struct chat_code_end){.call.done = code_end_done, .id = number_of(r->words[1])};
    chat_code_end(r->admin->chat, &r->code_end);
}

static void codes_done(struct chat_call *call)
{
    struct admin_request *r = container_of(call, struct admin_request, codes.call);
    uint64_t now = r->admin->env->ops->wall_ms(r->admin->env);
    if (call->error) {
        refuse_code(r, call->error);
        return;
    }
    for (uint32_t i = 0; i < r->codes.n_codes; i++) {
        const struct invite_code *code = &r->codes.codes[i];
        uint64_t left_ms = now < code->until_ms ? code->until_ms - now : 0;
        tell(r, '+', "%" PRIu64 "\t%" PRIu64 " of %" PRIu64 " used\t%" PRIu64 " hours left",
             code->id, code->uses, code->uses_max, left_ms / (60 * 60 * 1000));
    }
    if (r->codes.n_codes == ADMIN_LIST_MAX)
        tell(r, '>', "invite-list\t%" PRIu64, r->codes.codes[ADMIN_LIST_MAX - 1].id);
    answer(r, 0);
}

static void invite_list(struct admin_request *r)
{
    r->codes = (struct chat_codes){.call.done = codes_done,
                                   .after = r->n_words > 1 ? number_of(r->words[1]) : 0,
                                   .limit = ADMIN_LIST_MAX};
    chat_codes(r->admin->chat, &r->codes);
}

/* --- reports --- */

enum { REPORT_LIST_MAX = 50 }; /* each is a sentence of its own */

static void refuse_report(struct admin_request *r, enum chat_error error)
{
    if (error == CHAT_NOT_FOUND)
        tell(r, '-', "parleyd: there is no such report");
    else
        tell(r, '-', "parleyd: the store could not be read or written");
    answer(r, 1);
}

/* The beginning of a text, on one line of a terminal that nothing in it can steer. */
static const char *shown(struct str text, char out[SENTENCE_MAX / 4])
{
    size_t n = MIN(text.n, (size_t)(SENTENCE_MAX / 4) - 1);
    while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool steers =
            c < ' ' || c == 0x7f || (c == 0xc2 && i + 1 < n && (unsigned char)text.p[i + 1] < 0xa0);
        out[i] = steers ? '?' : (char)c;
        if (steers && c == 0xc2)
            out[++i] = '?';
    }
    out[n] = 0;
    return out;
}

static void reports_done(struct chat_call *call)
{
    struct admin_request *r = container_of(call, struct admin_request, reports.call);
    char comment[SENTENCE_MAX / 4], text[SENTENCE_MAX / 4];
    if (call->error) {
        refuse_report(r, call->error);
        return;
    }
    for (uint32_t i = 0; i < r->reports.n_reports; i++) {
        const struct report *report = &r->reports.reports[i];
        tell(r, '+',
             "%" PRIu64 "\tby %" PRIu64 "\tof %" PRIu64 "\t%" PRIu64 "/%" PRIu64 "\t%s\t%s\t%s",
             report->id, report->reporter, report->sender, report->conversation, report->seq,
             report_reason_name(report->reason), shown(report->comment, comment),
             shown(report->text, text));
    }
    if (r->reports.n_reports == REPORT_LIST_MAX)
        tell(r, '>', "report-list\t%" PRIu64, r->reports.reports[REPORT_LIST_MAX - 1].id);
    answer(r, 0);
}

static void report_list(struct admin_request *r)
{
    r->reports = (struct chat_reports){.call.done = reports_done,
                                       .before = r->n_words > 1 ? number_of(r->words[1]) : 0,
                                       .limit = REPORT_LIST_MAX};
    chat_reports(r->admin->chat, &r->reports);
}

static void resolve_done(struct chat_call *call)
{
    struct admin_request *r = container_of(call, struct admin_request, resolve.call);
    if (call->error)
        refuse_report(r, call->error);
    else
        answer(r, 0);
}

static void report_resolve(struct admin_request *r)
{
    r->resolve =
        (struct chat_report_resolve){.call.done = resolve_done, .id = number_of(r->words[1])};
    chat_report_resolve(r->admin->chat, &r->resolve);
}

/* --- backup --- */

static void backup_done(struct store_request *request)
{
    struct admin_request *r = container_of(request, struct admin_request, backup.base);
    bool failed = request->status != STORE_DONE;
    r->admin->backing_up = false;
    if (failed)
        tell(r, '-', "parleyd: %s", r->backup.why);
    else
        tell(r, '+', "backup\t%s\t%" PRIu64 " files\t%" PRIu64 " bytes", r->backup.directory,
             r->backup.files, r->backup.bytes);
    store_request_deinit(request);
    answer(r, failed);
}

static void backup(struct admin_request *r)
{
    if (r->admin->backing_up) {
        tell(r, '-', "parleyd: a backup is under way");
        answer_later(r, 1);
        return;
    }
    r->admin->backing_up = true;
    r->backup = (struct store_backup){
        .base.done = backup_done,
        .directory = r->words[1].p, /* the line's last word: a 0 byte follows */
        .version = r->admin->version,
        .time_ms = r->admin->env->ops->wall_ms(r->admin->env),
    };
    store_backup(r->admin->store, &r->backup);
}

/* --- the log --- */

static void log_level(struct admin_request *r)
{
    int level = r->n_words > 1 ? log_level_named(r->words[1]) : (int)log_get_level();
    if (level < 0) {
        tell(r, '-', "parleyd: there is no such level");
        answer_later(r, 1);
        return;
    }
    if (r->n_words > 1) {
        log_set_level((enum log_level)level);
        log_info("log_level", log_str("level", log_level_name((enum log_level)level)));
    }
    tell(r, '+', "log-level\t%s", log_level_name((enum log_level)level));
    answer_later(r, 0);
}

/* --- the cluster --- */

static void nodes(struct admin_request *r)
{
    if (!r->admin->discovery)
        tell(r, '-', "parleyd: no server runs here");
    else
        admin_print_nodes(r->admin->discovery, r->admin->roll, &r->answer);
    answer_later(r, r->admin->discovery ? 0 : 1);
}

static void node_removed(struct store_request *request)
{
    struct store_board_put *put = container_of(request, struct store_board_put, base);
    struct admin_request *r = container_of(put, struct admin_request, board_put);
    bool done = put->base.status == STORE_DONE;
    if (done)
        roll_saw(r->admin->roll, put->slot, put->after, r->admin->env->ops->mono_ms(r->admin->env));
    else if (put->base.status == STORE_MOVED)
        tell(r, '-', "parleyd: it has just changed, look again");
    store_request_deinit(&put->base);
    roll_change_deinit(&r->change);
    if (done || put->base.status == STORE_MOVED)
        answer(r, done ? 0 : 1);
    else
        refuse(r, CHAT_UNAVAILABLE);
}

static void node_remove(struct admin_request *r)
{
    struct roll_change *change = &r->change;
    uint64_t id = 0;
    bool is_id = u64_parse(r->words[1], &id);
    if (!r->admin->roll || !is_id ||
        !roll_remove(r->admin->roll, id, r->admin->env->ops->wall_ms(r->admin->env), change)) {
        tell(r, '-', "parleyd: there is no node %.*s in the store that is down", (int)r->words[1].n,
             r->words[1].p);
        answer_later(r, 1);
        return;
    }
    r->board_put = (struct store_board_put){
        .base.done = node_removed,
        .board = BOARD_NODES,
        .slot = change->slot,
        .before = buf_str(change->before),
        .after = buf_str(change->after),
    };
    store_board_put(r->admin->store, &r->board_put);
}

static void set_for_all(struct settings_change *change)
{
    struct admin_request *r = container_of(change, struct admin_request, settings_change);
    if (change->status == STORE_DONE) {
        answer(r, 0);
    } else if (change->status == STORE_MOVED) {
        tell(r, '-', "parleyd: somebody else has just set it, look again");
        answer(r, 1);
    } else {
        refuse(r, CHAT_UNAVAILABLE);
    }
}

static void list_settings(struct admin_request *r)
{
    for (int i = 0; i < SETTINGS; i++) {
        const char *value = r->admin->settings->values[i];
        tell(r, '+', "%s\t%s", setting_name((enum setting)i), *value ? value : "-");
    }
    answer_later(r, 0);
}

static void set_setting(struct admin_request *r)
{
    if (!r->admin->settings) {
        tell(r, '-', "parleyd: no server runs here that shares its store with others");
        answer_later(r, 1);
        return;
    }
    if (r->n_words == 1) {
        list_settings(r);
        return;
    }
    int setting = setting_named(r->words[1]);
    struct str value = r->n_words > 2 ? r->words[2] : STR("-");
    if (str_eq(value, STR("-")))
        value = STR("");
    if (setting < 0 || (value.n && !setting_takes((enum setting)setting, value))) {
        tell(r, '-', "parleyd: %s cannot be set for all nodes",
             setting < 0 ? "this option" : "this value");
        answer_later(r, 1);
        return;
    }
    r->settings_change = (struct settings_change){.settings = r->admin->settings,
                                                  .setting = (enum setting)setting,
                                                  .value = value,
                                                  .done = set_for_all};
    settings_set(&r->settings_change);
}

/* --- the line --- */

static const struct {
    struct str name;
    size_t words_min, words_max;
    void (*run)(struct admin_request *);
} commands[] = {
    {{"user-add", 8}, 3, 3, user_add},
    {{"user-list", 9}, 1, 2, user_list},
    {{"user-disable", 12}, 2, 2, user_disable},
    {{"user-enable", 11}, 2, 2, user_enable},
    {{"user-reset", 10}, 3, 3, user_reset},
    {{"invite-add", 10}, 3, 3, invite_add},
    {{"invite-list", 11}, 1, 2, invite_list},
    {{"invite-revoke", 13}, 2, 2, invite_revoke},
    {{"report-list", 11}, 1, 2, report_list},
    {{"report-resolve", 14}, 2, 2, report_resolve},
    {{"user-admin", 10}, 2, 2, user_admin},
    {{"user-no-admin", 13}, 2, 2, user_no_admin},
    {{"user-no-second-factor", 21}, 2, 2, user_no_second_factor},
    {{"user-delete", 11}, 2, 2, user_delete},
    {{"log-level", 9}, 1, 2, log_level},
    {{"nodes", 5}, 1, 1, nodes},
    {{"node-remove", 11}, 2, 2, node_remove},
    {{"set", 3}, 1, 3, set_setting},
    {{"backup", 6}, 2, 2, backup},
};

/* False: too many words. */
static bool split(struct admin_request *r, size_t n)
{
    struct str left = str_n(r->line, n);
    for (r->n_words = 0; r->n_words < ADMIN_WORDS_MAX;) {
        const char *tab = left.n ? memchr(left.p, '\t', left.n) : NULL;
        size_t word = tab ? (size_t)(tab - left.p) : left.n;
        r->words[r->n_words++] = str_n(left.p, word);
        if (!tab)
            return true;
        left = str_n(left.p + word + 1, left.n - word - 1);
    }
    return false;
}

void admin_run(struct admin_request *r, struct str line)
{
    if (line.n < sizeof(r->line)) {
        memcpy(r->line, line.p, line.n);
        r->line[line.n] = 0;
        bool whole = split(r, line.n) && !memchr(line.p, 0, line.n);
        for (size_t i = 0; whole && i < ARRAY_SIZE(commands); i++) {
            if (!str_eq(r->words[0], commands[i].name) || r->n_words < commands[i].words_min ||
                r->n_words > commands[i].words_max)
                continue;
            commands[i].run(r);
            return;
        }
    }
    tell(r, '-', "parleyd: the server does not know this command; is it of another version?");
    answer_later(r, 1);
}
