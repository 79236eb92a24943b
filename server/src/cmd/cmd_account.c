/* account.*, device.*: what one sees and changes of oneself. */
#include <assert.h>

#include "chat/append.h"
#include "chat/factor.h"
#include "chat/leaving.h"
#include "chat/rename.h"
#include "cmd/append.h"
#include "cmd/call.h"
#include "cmd/cmd.h"
#include "cmd/encode.h"
#include "model/privacy.h"

static void account_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_users *found = (const struct chat_users *)asked;
    if (found->n_users == 0) {
        call_fail(call, &(struct problem){.error = API_ERROR_NOT_FOUND});
        return;
    }
    const struct user *user = &found->users[0];
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    encode_own_account_fields(w, user);
    writer_object_end(w);
    call_answer(call);
}

void cmd_account_get(struct call *call)
{
    struct chat_users *ask = call_ask(call, sizeof(*ask), account_found);
    ask->ids = &call->user;
    ask->n_ids = 1;
    ask->limit = 1;
    chat_users(call->chat, ask);
}

void cmd_account_set_profile(struct call *call)
{
    const struct args_account_set_profile *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_PROFILE, args->key, args->after);
    ask->text = args->display_name;
    ask->about = args->about;
    chat_append(call->chat, ask);
}

void cmd_account_set_picture(struct call *call)
{
    const struct args_account_set_picture *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_PICTURE, args->key, args->after);
    ask->number = args->picture;
    chat_append(call->chat, ask);
}

static void renamed(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_append *a = &((const struct chat_rename *)asked)->append;
    append_answer(call, a->conversation, a->seq, a->n, a->time_ms, a->rev);
}

void cmd_account_rename(struct call *call)
{
    const struct args_account_rename *args = call->args;
    struct chat_rename *ask = call_ask(call, sizeof(*ask), renamed);
    ask->username = args->username;
    ask->password = args->password;
    ask->append.key = args->key;
    ask->append.after = args->after;
    chat_rename(call->chat, ask);
}

static_assert(API_RENAME_DAYS * 24 * 60 * 60 == RENAME_S, "renames");
static_assert(API_FORMER_NAME_DAYS * 24 * 60 * 60 == FORMER_NAME_S, "former names");

static_assert((int)API_AUDIENCE_EVERYONE == (int)AUDIENCE_EVERYONE, "audience");
static_assert((int)API_AUDIENCE_CONTACTS == (int)AUDIENCE_CONTACTS, "audience");
static_assert((int)API_AUDIENCE_NOBODY == (int)AUDIENCE_NOBODY, "audience");

static uint64_t changed(bool given, enum privacy_setting setting, enum api_audience to)
{
    return given ? privacy_one(setting, privacy_changed_to((enum audience)to)) : 0;
}

void cmd_account_set_privacy(struct call *call)
{
    const struct args_account_set_privacy *args = call->args;
    struct chat_append *ask = append_ask(call, EVENT_PRIVACY, args->key, args->after);
    ask->privacy = changed(args->has_last_seen, PRIVACY_LAST_SEEN, args->last_seen) |
                   changed(args->has_picture, PRIVACY_PICTURE, args->picture) |
                   changed(args->has_receipts, PRIVACY_RECEIPTS, args->receipts) |
                   changed(args->has_groups, PRIVACY_GROUPS, args->groups) |
                   changed(args->has_write, PRIVACY_WRITE, args->write);
    chat_append(call->chat, ask);
}

static void done(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (!call_refused(call))
        call_answer_empty(call);
}

void cmd_account_set_password(struct call *call)
{
    const struct args_account_set_password *args = call->args;
    struct chat_password *ask = call_ask(call, sizeof(*ask), done);
    ask->old_password = args->old_password;
    ask->new_password = args->new_password;
    ask->end_others = args->end_others;
    chat_password(call->chat, ask);
}

void cmd_account_new_second_factor(struct call *call)
{
    char secret[FACTOR_SECRET_TEXT + 1];
    chat_factor_secret(call->chat, secret);
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_string(w, "secret", str_of(secret));
    writer_object_end(w);
    call_answer(call);
}

static void recovery_told(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_factor_change *change = (const struct chat_factor_change *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_array(w, "recovery_codes");
    for (uint32_t i = 0; i < RECOVERY_CODES; i++)
        writer_string(w, str_of(change->recovery[i]));
    writer_array_end(w);
    writer_object_end(w);
    call_answer(call);
}

void cmd_account_enable_second_factor(struct call *call)
{
    const struct args_account_enable_second_factor *args = call->args;
    struct chat_factor_change *ask = call_ask(call, sizeof(*ask), recovery_told);
    ask->what = FACTOR_ENABLED;
    ask->password = args->password;
    ask->secret = args->secret;
    ask->code = args->code;
    ask->key = args->key;
    chat_factor_change(call->chat, ask);
}

void cmd_account_new_recovery_codes(struct call *call)
{
    const struct args_account_new_recovery_codes *args = call->args;
    struct chat_factor_change *ask = call_ask(call, sizeof(*ask), recovery_told);
    ask->what = FACTOR_NEW_RECOVERY;
    ask->password = args->password;
    ask->code = args->code;
    ask->key = args->key;
    chat_factor_change(call->chat, ask);
}

void cmd_account_disable_second_factor(struct call *call)
{
    const struct args_account_disable_second_factor *args = call->args;
    struct chat_factor_change *ask = call_ask(call, sizeof(*ask), done);
    ask->what = FACTOR_DISABLED;
    ask->password = args->password;
    ask->code = args->code;
    ask->key = args->key;
    chat_factor_change(call->chat, ask);
}

void cmd_account_delete(struct call *call)
{
    const struct args_account_delete *args = call->args;
    struct chat_leave *ask = call_ask(call, sizeof(*ask), done);
    ask->password = args->password;
    ask->factor_code = args->code;
    chat_leave(call->chat, ask);
}

static void devices_found(struct chat_call *asked)
{
    struct call *call = call_of(asked);
    if (call_refused(call))
        return;
    const struct chat_devices *found = (const struct chat_devices *)asked;
    struct writer *w = call_reply(call);
    writer_object_begin(w);
    writer_field_array(w, "devices");
    for (uint32_t i = 0; i < found->n_devices; i++)
        encode_device(w, &found->devices[i], call->device);
    writer_array_end(w);
    writer_object_end(w);
    call_answer(call);
}

void cmd_device_list(struct call *call)
{
    struct chat_devices *ask = call_ask(call, sizeof(*ask), devices_found);
    chat_devices(call->chat, ask);
}

void cmd_device_end(struct call *call)
{
    const struct args_device_end *args = call->args;
    struct chat_device_end *ask = call_ask(call, sizeof(*ask), done);
    ask->device = args->device;
    chat_device_end(call->chat, ask);
}
