/* admin.*: what admins may do. Each command asks first whether it is one who asks; what was found
 * holds for the next step, which the domain begins in the same turn. */
#include "chat/admin.h"
#include "chat/codes.h"
#include "chat/report.h"
#include "cmd/call.h"
#include "cmd/cmd.h"
#include "cmd/encode.h"

/* `then` takes over once the asker is known to be an admin. */
static void ask_as_admin(struct call *call, void (*then)(struct chat_call *))
{
    struct chat_admin_check *ask = call_ask(call, sizeof(*ask), then);
    chat_admin_check(call->chat, ask);
}

static void done(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (!call_refused(call))
        call_answer_empty(call);
}

/* --- accounts --- */

static void users_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_admin_list *list = (const struct chat_admin_list *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_array(w, "users");
    for (uint32_t i = 0; i < list->n_users; i++) {
        const struct user *user = &list->users[i];
        writer_object_begin(w);
        encode_person_fields(w, user);
        writer_field_bool(w, "disabled", user->disabled);
        writer_field_bool(w, "admin", user->admin);
        writer_field_integer(w, "created", user->created_ms);
        writer_field_integer(w, "last_seen", user->last_seen_ms);
        writer_object_end(w);
    }
    writer_array_end(w);
    writer_object_end(w);
    call_answer(call);
}

static void users_allowed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    const struct args_admin_users *args = call->args;
    if (call_refused(call))
        return;
    struct chat_admin_list *ask = call_ask(call, sizeof(*ask), users_found);
    ask->after = args->after_name;
    ask->limit = (uint32_t)args->limit;
    chat_admin_list(call->chat, ask);
}

void cmd_admin_users(struct call *call)
{
    ask_as_admin(call, users_allowed);
}

static void set_disabled(struct call *call, struct str username, bool disabled)
{
    if (call_refused(call))
        return;
    struct chat_admin_set *ask = call_ask(call, sizeof(*ask), done);
    ask->username = username;
    ask->disabled = disabled;
    ask->by_admin = true;
    chat_admin_set(call->chat, ask);
}

static void disable_allowed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    set_disabled(call, ((const struct args_admin_disable *)call->args)->username, true);
}

void cmd_admin_disable(struct call *call)
{
    ask_as_admin(call, disable_allowed);
}

static void enable_allowed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    set_disabled(call, ((const struct args_admin_enable *)call->args)->username, false);
}

void cmd_admin_enable(struct call *call)
{
    ask_as_admin(call, enable_allowed);
}

static void password_reset(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_string(w, "password", str_of(((const struct chat_admin_reset *)asked)->password));
    writer_object_end(w);
    call_answer(call);
}

static void reset_allowed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    const struct args_admin_reset_password *args = call->args;
    if (call_refused(call))
        return;
    struct chat_admin_reset *ask = call_ask(call, sizeof(*ask), password_reset);
    ask->username = args->username;
    chat_admin_reset(call->chat, ask);
}

void cmd_admin_reset_password(struct call *call)
{
    ask_as_admin(call, reset_allowed);
}

/* --- reports --- */

static void reports_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_reports *found = (const struct chat_reports *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_array(w, "reports");
    for (uint32_t i = 0; i < found->n_reports; i++) {
        writer_object_begin(w);
        encode_report_fields(w, &found->reports[i]);
        writer_object_end(w);
    }
    writer_array_end(w);
    writer_field_integer(w, "open", found->n_open);
    writer_object_end(w);
    call_answer(call);
}

static void reports_allowed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    const struct args_admin_reports *args = call->args;
    if (call_refused(call))
        return;
    struct chat_reports *ask = call_ask(call, sizeof(*ask), reports_found);
    ask->resolved = args->resolved;
    ask->before = args->has_before ? args->before : 0;
    ask->limit = (uint32_t)args->limit;
    chat_reports(call->chat, ask);
}

void cmd_admin_reports(struct call *call)
{
    ask_as_admin(call, reports_allowed);
}

static void resolve_allowed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    const struct args_admin_resolve_report *args = call->args;
    if (call_refused(call))
        return;
    struct chat_report_resolve *ask = call_ask(call, sizeof(*ask), done);
    ask->id = args->report;
    chat_report_resolve(call->chat, ask);
}

void cmd_admin_resolve_report(struct call *call)
{
    ask_as_admin(call, resolve_allowed);
}

/* --- invite codes --- */

static void code_made(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_code_add *add = (const struct chat_code_add *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_id(w, "code", add->id);
    writer_field_string(w, "invite_code", str_of(add->text));
    writer_field_integer(w, "until", add->until_ms);
    writer_object_end(w);
    call_answer(call);
}

static void new_code_allowed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    const struct args_admin_new_code *args = call->args;
    if (call_refused(call))
        return;
    struct chat_code_add *ask = call_ask(call, sizeof(*ask), code_made);
    ask->uses_max = args->uses_max;
    ask->days = args->days;
    chat_code_add(call->chat, ask);
}

void cmd_admin_new_code(struct call *call)
{
    ask_as_admin(call, new_code_allowed);
}

static void codes_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_codes *found = (const struct chat_codes *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_array(w, "codes");
    for (uint32_t i = 0; i < found->n_codes; i++) {
        const struct invite_code *code = &found->codes[i];
        writer_object_begin(w);
        writer_field_id(w, "code", code->id);
        if (code->by)
            writer_field_id(w, "by", code->by);
        writer_field_integer(w, "created", code->created_ms);
        writer_field_integer(w, "until", code->until_ms);
        writer_field_integer(w, "uses", code->uses);
        writer_field_integer(w, "uses_max", code->uses_max);
        writer_object_end(w);
    }
    writer_array_end(w);
    writer_object_end(w);
    call_answer(call);
}

static void codes_allowed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    const struct args_admin_codes *args = call->args;
    if (call_refused(call))
        return;
    struct chat_codes *ask = call_ask(call, sizeof(*ask), codes_found);
    ask->after = args->has_after ? args->after : 0;
    ask->limit = (uint32_t)args->limit;
    chat_codes(call->chat, ask);
}

void cmd_admin_codes(struct call *call)
{
    ask_as_admin(call, codes_allowed);
}

static void end_code_allowed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    const struct args_admin_end_code *args = call->args;
    if (call_refused(call))
        return;
    struct chat_code_end *ask = call_ask(call, sizeof(*ask), done);
    ask->id = args->code;
    chat_code_end(call->chat, ask);
}

void cmd_admin_end_code(struct call *call)
{
    ask_as_admin(call, end_code_allowed);
}
