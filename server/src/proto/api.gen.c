/* Generated from api/ by tools/generate; change those. */
/* clang-format off */

#include "proto/api.gen.h"

/* STR() is a compound literal, which a static initialiser may not hold. */
#define LIT(text) {("" text), sizeof(text) - 1}

const struct limit_spec api_limits[API_LIMIT_COUNT] = {
    {LIT("username_bytes_min"), API_USERNAME_BYTES_MIN},
    {LIT("username_bytes_max"), API_USERNAME_BYTES_MAX},
    {LIT("code_uses_max"), API_CODE_USES_MAX},
    {LIT("code_days_max"), API_CODE_DAYS_MAX},
    {LIT("username_chars_max"), API_USERNAME_CHARS_MAX},
    {LIT("password_bytes_min"), API_PASSWORD_BYTES_MIN},
    {LIT("password_bytes_max"), API_PASSWORD_BYTES_MAX},
    {LIT("rename_days"), API_RENAME_DAYS},
    {LIT("former_name_days"), API_FORMER_NAME_DAYS},
    {LIT("display_name_chars_max"), API_DISPLAY_NAME_CHARS_MAX},
    {LIT("display_name_bytes_max"), API_DISPLAY_NAME_BYTES_MAX},
    {LIT("about_bytes_max"), API_ABOUT_BYTES_MAX},
    {LIT("device_name_bytes_max"), API_DEVICE_NAME_BYTES_MAX},
    {LIT("title_bytes_max"), API_TITLE_BYTES_MAX},
    {LIT("description_bytes_max"), API_DESCRIPTION_BYTES_MAX},
    {LIT("invites_max"), API_INVITES_MAX},
    {LIT("invite_s_min"), API_INVITE_S_MIN},
    {LIT("invite_s_max"), API_INVITE_S_MAX},
    {LIT("invite_uses_max"), API_INVITE_USES_MAX},
    {LIT("text_bytes_max"), API_TEXT_BYTES_MAX},
    {LIT("kind_bytes_max"), API_KIND_BYTES_MAX},
    {LIT("mentions_max"), API_MENTIONS_MAX},
    {LIT("contacts_max"), API_CONTACTS_MAX},
    {LIT("contacts_waiting_max"), API_CONTACTS_WAITING_MAX},
    {LIT("request_messages_max"), API_REQUEST_MESSAGES_MAX},
    {LIT("request_events_max"), API_REQUEST_EVENTS_MAX},
    {LIT("pinned_max"), API_PINNED_MAX},
    {LIT("drafts_max"), API_DRAFTS_MAX},
    {LIT("hidden_max"), API_HIDDEN_MAX},
    {LIT("pins_max"), API_PINS_MAX},
    {LIT("timer_s_max"), API_TIMER_S_MAX},
    {LIT("report_comment_bytes_max"), API_REPORT_COMMENT_BYTES_MAX},
    {LIT("reports_user_max"), API_REPORTS_USER_MAX},
    {LIT("retention_days_max"), API_RETENTION_DAYS_MAX},
    {LIT("emoji_bytes_max"), API_EMOJI_BYTES_MAX},
    {LIT("key_bytes_max"), API_KEY_BYTES_MAX},
    {LIT("token_bytes_max"), API_TOKEN_BYTES_MAX},
    {LIT("cursor_bytes_max"), API_CURSOR_BYTES_MAX},
    {LIT("group_members_max"), API_GROUP_MEMBERS_MAX},
    {LIT("group_create_members_max"), API_GROUP_CREATE_MEMBERS_MAX},
    {LIT("watch_users_max"), API_WATCH_USERS_MAX},
    {LIT("page_max"), API_PAGE_MAX},
    {LIT("page_default"), API_PAGE_DEFAULT},
    {LIT("list_max"), API_LIST_MAX},
    {LIT("search_max"), API_SEARCH_MAX},
    {LIT("behind_events_max"), API_BEHIND_EVENTS_MAX},
    {LIT("wait_s_max"), API_WAIT_S_MAX},
    {LIT("typing_ms"), API_TYPING_MS},
    {LIT("frame_bytes_max"), API_FRAME_BYTES_MAX},
    {LIT("body_bytes_max"), API_BODY_BYTES_MAX},
    {LIT("json_depth_max"), API_JSON_DEPTH_MAX},
    {LIT("json_tokens_max"), API_JSON_TOKENS_MAX},
    {LIT("field_bytes_max"), API_FIELD_BYTES_MAX},
    {LIT("seq_max"), API_SEQ_MAX},
};

const struct str api_rates[API_RATE_COUNT] = {
    [API_RATE_FRAMES] = LIT("frames"),
    [API_RATE_REQUESTS] = LIT("requests"),
    [API_RATE_SENDS] = LIT("sends"),
    [API_RATE_SEARCHES] = LIT("searches"),
    [API_RATE_DRAFTS] = LIT("drafts"),
    [API_RATE_EXPORTS] = LIT("exports"),
    [API_RATE_BYTES] = LIT("bytes"),
};

const struct error_spec api_errors[API_ERROR_COUNT] = {
    [API_ERROR_BAD_JSON] = {LIT("bad_json"), 400, LIT("Bad Request"),
        LIT("This is not JSON as RFC 8259 has it, or nests too deep.")},
    [API_ERROR_BAD_REQUEST] = {LIT("bad_request"), 400, LIT("Bad Request"),
        LIT("An argument is missing, unknown or outside its limits.")},
    [API_ERROR_UNKNOWN_COMMAND] = {LIT("unknown_command"), 404, LIT("Not Found"),
        LIT("There is no such command or route.")},
    [API_ERROR_METHOD_NOT_ALLOWED] = {LIT("method_not_allowed"), 405, LIT("Method Not Allowed"),
        LIT("This route does not take this method.")},
    [API_ERROR_TOO_LARGE] = {LIT("too_large"), 413, LIT("Content Too Large"),
        LIT("The frame or body is larger than allowed.")},
    [API_ERROR_UNAUTHENTICATED] = {LIT("unauthenticated"), 401, LIT("Unauthorized"),
        LIT("No valid token was given.")},
    [API_ERROR_RATE_LIMITED] = {LIT("rate_limited"), 429, LIT("Too Many Requests"),
        LIT("Too many commands in a short time.")},
    [API_ERROR_OVERLOADED] = {LIT("overloaded"), 503, LIT("Service Unavailable"),
        LIT("The server has too much to do.")},
    [API_ERROR_UNAVAILABLE] = {LIT("unavailable"), 503, LIT("Service Unavailable"),
        LIT("The outcome is not known. Send it again with the same key.")},
    [API_ERROR_DRAINING] = {LIT("draining"), 503, LIT("Service Unavailable"),
        LIT("This node is shutting down.")},
    [API_ERROR_INTERNAL] = {LIT("internal"), 500, LIT("Internal Server Error"),
        LIT("The server failed.")},
    [API_ERROR_NOT_FOUND] = {LIT("not_found"), 404, LIT("Not Found"),
        LIT("There is no such thing, or you may not know of it.")},
    [API_ERROR_WRONG_CREDENTIALS] = {LIT("wrong_credentials"), 401, LIT("Unauthorized"),
        LIT("The name or the password is wrong.")},
    [API_ERROR_ACCOUNT_DISABLED] = {LIT("account_disabled"), 403, LIT("Forbidden"),
        LIT("This account is disabled.")},
    [API_ERROR_REGISTRATION_CLOSED] = {LIT("registration_closed"), 403, LIT("Forbidden"),
        LIT("This server does not take sign-ups.")},
    [API_ERROR_SECOND_FACTOR_REQUIRED] = {LIT("second_factor_required"), 401, LIT("Unauthorized"),
        LIT("This account asks for a second factor.")},
    [API_ERROR_WRONG_CODE] = {LIT("wrong_code"), 401, LIT("Unauthorized"),
        LIT("This code is wrong, or was used.")},
    [API_ERROR_SECOND_FACTOR_ON] = {LIT("second_factor_on"), 409, LIT("Conflict"),
        LIT("There is a second factor.")},
    [API_ERROR_SECOND_FACTOR_OFF] = {LIT("second_factor_off"), 409, LIT("Conflict"),
        LIT("There is no second factor.")},
    [API_ERROR_CODE_REFUSED] = {LIT("code_refused"), 403, LIT("Forbidden"),
        LIT("This invite code does not hold.")},
    [API_ERROR_FORBIDDEN] = {LIT("forbidden"), 403, LIT("Forbidden"),
        LIT("Your role does not allow this.")},
    [API_ERROR_CANNOT_WRITE] = {LIT("cannot_write"), 403, LIT("Forbidden"),
        LIT("You may not write to this person.")},
    [API_ERROR_NOT_ACCEPTED] = {LIT("not_accepted"), 403, LIT("Forbidden"),
        LIT("This person has not accepted your messages yet.")},
    [API_ERROR_NAME_TAKEN] = {LIT("name_taken"), 409, LIT("Conflict"),
        LIT("This username is taken.")},
    [API_ERROR_NAME_REFUSED] = {LIT("name_refused"), 409, LIT("Conflict"),
        LIT("This username cannot be had.")},
    [API_ERROR_KEY_REUSED] = {LIT("key_reused"), 409, LIT("Conflict"),
        LIT("This key was used for another command.")},
    [API_ERROR_AHEAD] = {LIT("ahead"), 409, LIT("Conflict"),
        LIT("This seq lies beyond the end of the conversation.")},
    [API_ERROR_AFTER_REQUIRED] = {LIT("after_required"), 409, LIT("Conflict"),
        LIT("Say with `after` which seq you had at the first try.")},
    [API_ERROR_TOO_OLD] = {LIT("too_old"), 409, LIT("Conflict"),
        LIT("`after` lies too far back to look for the key.")},
    [API_ERROR_TRUNCATED] = {LIT("truncated"), 410, LIT("Gone"),
        LIT("What you ask for is no longer kept.")},
    [API_ERROR_FULL] = {LIT("full"), 409, LIT("Conflict"),
        LIT("There is no more room.")},
    [API_ERROR_ALREADY_MEMBER] = {LIT("already_member"), 409, LIT("Conflict"),
        LIT("This person is a member already.")},
    [API_ERROR_NOT_MEMBER] = {LIT("not_member"), 409, LIT("Conflict"),
        LIT("This person is not a member.")},
    [API_ERROR_OUT_OF_TURN] = {LIT("out_of_turn"), 409, LIT("Conflict"),
        LIT("This does not fit how the two of you stand.")},
    [API_ERROR_TOO_SOON] = {LIT("too_soon"), 429, LIT("Too Many Requests"),
        LIT("You changed your name a short while ago.")},
    [API_ERROR_TOO_MANY_TRIES] = {LIT("too_many_tries"), 429, LIT("Too Many Requests"),
        LIT("Too many tries. Wait a while.")},
};

static const struct arg_charset charset_name = {
    {0x03ff600000000000ULL, 0x07fffffe80000000ULL},
    "lower-case letters, digits, dot, underscore, hyphen",
};

static const struct arg_charset charset_key = {
    {0x07ff600000000000ULL, 0x07fffffe87fffffeULL},
    "letters, digits, dot, underscore, colon, hyphen",
};

static const struct arg_charset charset_opaque = {
    {0x03ff600000000000ULL, 0x47fffffe87fffffeULL},
    "letters, digits, dot, underscore, tilde, hyphen",
};

static const struct str values_audience[] = {LIT("everyone"), LIT("contacts"), LIT("nobody")};

static const struct str values_report_reason[] = {LIT("spam"), LIT("abuse"), LIT("threat"), LIT("illegal"), LIT("other")};

static const struct str values_history[] = {LIT("joined"), LIT("all")};

static const struct str values_given_role[] = {LIT("member"), LIT("admin"), LIT("owner")};

static const struct arg_spec args_auth[] = {
    {.name = LIT("token"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_auth, token), .min = 1, .max = 128ULL, .secret = true},
};

static const struct arg_spec args_signup[] = {
    {.name = LIT("username"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_signup, username), .min = 3, .max = 64ULL, .chars_max = 32},
    {.name = LIT("password"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_signup, password), .min = 8, .max = 256ULL, .secret = true},
    {.name = LIT("display_name"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_signup, display_name), .has_offset = offsetof(struct args_signup, has_display_name), .min = 1, .max = 256ULL, .chars_max = 64},
    {.name = LIT("device_name"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_signup, device_name), .has_offset = offsetof(struct args_signup, has_device_name), .min = 1, .max = 64ULL},
    {.name = LIT("invite_code"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_signup, invite_code), .has_offset = offsetof(struct args_signup, has_invite_code), .min = 1, .max = 128ULL, .charset = &charset_opaque, .secret = true},
};

static const struct route_segment route_signup[] = {{LIT("v1"), false}, {LIT("signup"), false}};

static const struct arg_spec args_signin[] = {
    {.name = LIT("username"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_signin, username), .min = 3, .max = 64ULL, .chars_max = 32},
    {.name = LIT("password"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_signin, password), .min = 1, .max = 256ULL, .secret = true},
    {.name = LIT("known"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_signin, known), .has_offset = offsetof(struct args_signin, has_known), .min = 1, .max = 128ULL, .charset = &charset_opaque, .secret = true},
    {.name = LIT("device_name"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_signin, device_name), .has_offset = offsetof(struct args_signin, has_device_name), .min = 1, .max = 64ULL},
    {.name = LIT("code"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_signin, code), .has_offset = offsetof(struct args_signin, has_code), .min = 6, .max = 16ULL, .charset = &charset_opaque, .secret = true},
};

static const struct route_segment route_signin[] = {{LIT("v1"), false}, {LIT("signin"), false}};

static const struct route_segment route_signout[] = {{LIT("v1"), false}, {LIT("signout"), false}};

static const struct route_segment route_connect[] = {{LIT("v1"), false}, {LIT("connect"), false}};

static const struct route_segment route_account_get[] = {{LIT("v1"), false}, {LIT("account"), false}};

static const struct arg_spec args_account_set_profile[] = {
    {.name = LIT("display_name"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_set_profile, display_name), .has_offset = offsetof(struct args_account_set_profile, has_display_name), .min = 1, .max = 256ULL, .chars_max = 64},
    {.name = LIT("about"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_set_profile, about), .has_offset = offsetof(struct args_account_set_profile, has_about), .min = 0, .max = 512ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_set_profile, key), .has_offset = offsetof(struct args_account_set_profile, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_account_set_profile, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_account_set_profile[] = {{LIT("v1"), false}, {LIT("account"), false}};

static const struct arg_spec args_account_rename[] = {
    {.name = LIT("username"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_account_rename, username), .min = 3, .max = 64ULL, .chars_max = 32},
    {.name = LIT("password"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_account_rename, password), .min = 1, .max = 256ULL, .secret = true},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_rename, key), .has_offset = offsetof(struct args_account_rename, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_account_rename, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_account_rename[] = {{LIT("v1"), false}, {LIT("account"), false}, {LIT("username"), false}};

static const struct arg_spec args_account_set_picture[] = {
    {.name = LIT("picture"), .kind = ARG_ID, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_set_picture, picture), .has_offset = offsetof(struct args_account_set_picture, has_picture), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_set_picture, key), .has_offset = offsetof(struct args_account_set_picture, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_account_set_picture, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_account_set_picture[] = {{LIT("v1"), false}, {LIT("account"), false}, {LIT("picture"), false}};

static const struct arg_spec args_account_set_privacy[] = {
    {.name = LIT("last_seen"), .kind = ARG_ENUM, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_set_privacy, last_seen), .has_offset = offsetof(struct args_account_set_privacy, has_last_seen), .values = values_audience, .values_n = 3},
    {.name = LIT("picture"), .kind = ARG_ENUM, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_set_privacy, picture), .has_offset = offsetof(struct args_account_set_privacy, has_picture), .values = values_audience, .values_n = 3},
    {.name = LIT("receipts"), .kind = ARG_ENUM, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_set_privacy, receipts), .has_offset = offsetof(struct args_account_set_privacy, has_receipts), .values = values_audience, .values_n = 3},
    {.name = LIT("groups"), .kind = ARG_ENUM, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_set_privacy, groups), .has_offset = offsetof(struct args_account_set_privacy, has_groups), .values = values_audience, .values_n = 3},
    {.name = LIT("write"), .kind = ARG_ENUM, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_set_privacy, write), .has_offset = offsetof(struct args_account_set_privacy, has_write), .values = values_audience, .values_n = 3},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_set_privacy, key), .has_offset = offsetof(struct args_account_set_privacy, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_account_set_privacy, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_account_set_privacy[] = {{LIT("v1"), false}, {LIT("account"), false}, {LIT("privacy"), false}};

static const struct arg_spec args_account_set_password[] = {
    {.name = LIT("old_password"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_account_set_password, old_password), .min = 1, .max = 256ULL, .secret = true},
    {.name = LIT("new_password"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_account_set_password, new_password), .min = 8, .max = 256ULL, .secret = true},
    {.name = LIT("end_others"), .kind = ARG_BOOL, .presence = ARG_DEFAULT, .offset = offsetof(struct args_account_set_password, end_others), .default_value = 1},
};

static const struct route_segment route_account_set_password[] = {{LIT("v1"), false}, {LIT("account"), false}, {LIT("password"), false}};

static const struct route_segment route_account_new_second_factor[] = {{LIT("v1"), false}, {LIT("account"), false}, {LIT("second_factor"), false}, {LIT("secret"), false}};

static const struct arg_spec args_account_enable_second_factor[] = {
    {.name = LIT("password"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_account_enable_second_factor, password), .min = 1, .max = 256ULL, .secret = true},
    {.name = LIT("secret"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_account_enable_second_factor, secret), .min = 32, .max = 32ULL, .charset = &charset_opaque, .secret = true},
    {.name = LIT("code"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_account_enable_second_factor, code), .min = 6, .max = 16ULL, .charset = &charset_opaque, .secret = true},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_enable_second_factor, key), .has_offset = offsetof(struct args_account_enable_second_factor, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
};

static const struct route_segment route_account_enable_second_factor[] = {{LIT("v1"), false}, {LIT("account"), false}, {LIT("second_factor"), false}};

static const struct arg_spec args_account_new_recovery_codes[] = {
    {.name = LIT("password"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_account_new_recovery_codes, password), .min = 1, .max = 256ULL, .secret = true},
    {.name = LIT("code"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_account_new_recovery_codes, code), .min = 6, .max = 16ULL, .charset = &charset_opaque, .secret = true},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_new_recovery_codes, key), .has_offset = offsetof(struct args_account_new_recovery_codes, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
};

static const struct route_segment route_account_new_recovery_codes[] = {{LIT("v1"), false}, {LIT("account"), false}, {LIT("second_factor"), false}, {LIT("recovery"), false}};

static const struct arg_spec args_account_disable_second_factor[] = {
    {.name = LIT("password"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_account_disable_second_factor, password), .min = 1, .max = 256ULL, .secret = true},
    {.name = LIT("code"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_account_disable_second_factor, code), .min = 6, .max = 16ULL, .charset = &charset_opaque, .secret = true},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_disable_second_factor, key), .has_offset = offsetof(struct args_account_disable_second_factor, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
};

static const struct route_segment route_account_disable_second_factor[] = {{LIT("v1"), false}, {LIT("account"), false}, {LIT("second_factor"), false}, {LIT("disable"), false}};

static const struct route_segment route_account_export[] = {{LIT("v1"), false}, {LIT("account"), false}, {LIT("export"), false}};

static const struct arg_spec args_account_delete[] = {
    {.name = LIT("password"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_account_delete, password), .min = 1, .max = 256ULL, .secret = true},
    {.name = LIT("code"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_account_delete, code), .has_offset = offsetof(struct args_account_delete, has_code), .min = 6, .max = 16ULL, .charset = &charset_opaque, .secret = true},
};

static const struct route_segment route_account_delete[] = {{LIT("v1"), false}, {LIT("account"), false}, {LIT("delete"), false}};

static const struct route_segment route_device_list[] = {{LIT("v1"), false}, {LIT("devices"), false}};

static const struct arg_spec args_device_end[] = {
    {.name = LIT("device"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_device_end, device), .min = 1, .max = 9223372036854775807ULL},
};

static const struct route_segment route_device_end[] = {{LIT("v1"), false}, {LIT("devices"), false}, {LIT("device"), true}};

static const struct arg_spec args_user_search[] = {
    {.name = LIT("prefix"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_user_search, prefix), .min = 1, .max = 64ULL, .chars_max = 32},
    {.name = LIT("limit"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_user_search, limit), .min = 1, .max = 20ULL, .default_value = 20},
};

static const struct route_segment route_user_search[] = {{LIT("v1"), false}, {LIT("users"), false}};

static const struct arg_spec args_user_get[] = {
    {.name = LIT("user"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_user_get, user), .min = 1, .max = 9223372036854775807ULL},
};

static const struct route_segment route_user_get[] = {{LIT("v1"), false}, {LIT("users"), false}, {LIT("user"), true}};

static const struct arg_spec args_user_block[] = {
    {.name = LIT("user"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_user_block, user), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_user_block, key), .has_offset = offsetof(struct args_user_block, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_user_block, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_user_block[] = {{LIT("v1"), false}, {LIT("users"), false}, {LIT("user"), true}, {LIT("block"), false}};

static const struct arg_spec args_user_unblock[] = {
    {.name = LIT("user"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_user_unblock, user), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_user_unblock, key), .has_offset = offsetof(struct args_user_unblock, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_user_unblock, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_user_unblock[] = {{LIT("v1"), false}, {LIT("users"), false}, {LIT("user"), true}, {LIT("block"), false}};

static const struct route_segment route_user_blocked[] = {{LIT("v1"), false}, {LIT("blocks"), false}};

static const struct arg_spec args_contact_request[] = {
    {.name = LIT("user"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_contact_request, user), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_contact_request, key), .has_offset = offsetof(struct args_contact_request, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_contact_request, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_contact_request[] = {{LIT("v1"), false}, {LIT("contacts"), false}, {LIT("user"), true}, {LIT("request"), false}};

static const struct arg_spec args_contact_accept[] = {
    {.name = LIT("user"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_contact_accept, user), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_contact_accept, key), .has_offset = offsetof(struct args_contact_accept, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_contact_accept, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_contact_accept[] = {{LIT("v1"), false}, {LIT("contacts"), false}, {LIT("user"), true}};

static const struct arg_spec args_contact_decline[] = {
    {.name = LIT("user"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_contact_decline, user), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_contact_decline, key), .has_offset = offsetof(struct args_contact_decline, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_contact_decline, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_contact_decline[] = {{LIT("v1"), false}, {LIT("contacts"), false}, {LIT("user"), true}, {LIT("request"), false}};

static const struct arg_spec args_contact_remove[] = {
    {.name = LIT("user"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_contact_remove, user), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_contact_remove, key), .has_offset = offsetof(struct args_contact_remove, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_contact_remove, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_contact_remove[] = {{LIT("v1"), false}, {LIT("contacts"), false}, {LIT("user"), true}};

static const struct arg_spec args_contact_list[] = {
    {.name = LIT("after_user"), .kind = ARG_ID, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_contact_list, after_user), .has_offset = offsetof(struct args_contact_list, has_after_user), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("limit"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_contact_list, limit), .min = 1, .max = 100ULL, .default_value = 100},
};

static const struct route_segment route_contact_list[] = {{LIT("v1"), false}, {LIT("contacts"), false}};

static const struct arg_spec args_presence_get[] = {
    {.name = LIT("user"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_presence_get, user), .min = 1, .max = 9223372036854775807ULL},
};

static const struct route_segment route_presence_get[] = {{LIT("v1"), false}, {LIT("users"), false}, {LIT("user"), true}, {LIT("presence"), false}};

static const struct arg_spec args_presence_watch[] = {
    {.name = LIT("users"), .kind = ARG_IDS, .presence = ARG_REQUIRED, .offset = offsetof(struct args_presence_watch, users), .min = 0, .max = 200ULL},
};

static const struct arg_spec args_conversation_list[] = {
    {.name = LIT("page"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_conversation_list, page), .has_offset = offsetof(struct args_conversation_list, has_page), .min = 1, .max = 1024ULL, .charset = &charset_opaque},
    {.name = LIT("limit"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_conversation_list, limit), .min = 1, .max = 50ULL, .default_value = 50},
    {.name = LIT("archived"), .kind = ARG_BOOL, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_conversation_list, archived), .has_offset = offsetof(struct args_conversation_list, has_archived)},
    {.name = LIT("requests"), .kind = ARG_BOOL, .presence = ARG_DEFAULT, .offset = offsetof(struct args_conversation_list, requests), .default_value = 0},
};

static const struct route_segment route_conversation_list[] = {{LIT("v1"), false}, {LIT("conversations"), false}};

static const struct arg_spec args_conversation_get[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_conversation_get, conversation), .min = 1, .max = 9223372036854775807ULL},
};

static const struct route_segment route_conversation_get[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}};

static const struct arg_spec args_conversation_accept[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_conversation_accept, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_conversation_accept, key), .has_offset = offsetof(struct args_conversation_accept, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_conversation_accept, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_conversation_accept[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("accept"), false}};

static const struct arg_spec args_conversation_pins[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_conversation_pins, conversation), .min = 1, .max = 9223372036854775807ULL},
};

static const struct route_segment route_conversation_pins[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("pins"), false}};

static const struct arg_spec args_conversation_set_timer[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_conversation_set_timer, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seconds"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_conversation_set_timer, seconds), .min = 0, .max = 31622400ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_conversation_set_timer, key), .has_offset = offsetof(struct args_conversation_set_timer, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_conversation_set_timer, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_conversation_set_timer[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("timer"), false}};

static const struct arg_spec args_conversation_set_retention[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_conversation_set_retention, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("days"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_conversation_set_retention, days), .min = 0, .max = 3650ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_conversation_set_retention, key), .has_offset = offsetof(struct args_conversation_set_retention, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_conversation_set_retention, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_conversation_set_retention[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("retention"), false}};

static const struct arg_spec args_conversation_events[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_conversation_events, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_conversation_events, after), .min = 0, .max = 9007199254740991ULL},
    {.name = LIT("limit"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_conversation_events, limit), .min = 1, .max = 100ULL, .default_value = 50},
};

static const struct route_segment route_conversation_events[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("events"), false}};

static const struct arg_spec args_message_history[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_history, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("before"), .kind = ARG_INT, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_history, before), .has_offset = offsetof(struct args_message_history, has_before), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_history, after), .has_offset = offsetof(struct args_message_history, has_after), .min = 0, .max = 9007199254740991ULL},
    {.name = LIT("around"), .kind = ARG_INT, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_history, around), .has_offset = offsetof(struct args_message_history, has_around), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("limit"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_history, limit), .min = 1, .max = 100ULL, .default_value = 50},
};

static const struct route_segment route_message_history[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("messages"), false}};

static const struct arg_spec args_messages_unread[] = {
    {.name = LIT("limit"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_messages_unread, limit), .min = 1, .max = 50ULL, .default_value = 50},
};

static const struct route_segment route_messages_unread[] = {{LIT("v1"), false}, {LIT("messages"), false}, {LIT("unread"), false}};

static const struct arg_spec args_message_info[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_info, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seq"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_info, seq), .min = 1, .max = 9007199254740991ULL},
};

static const struct route_segment route_message_info[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("messages"), false}, {LIT("seq"), true}, {LIT("info"), false}};

static const struct arg_spec args_message_report[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_report, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seq"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_report, seq), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("reason"), .kind = ARG_ENUM, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_report, reason), .values = values_report_reason, .values_n = 5},
    {.name = LIT("comment"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_report, comment), .has_offset = offsetof(struct args_message_report, has_comment), .min = 1, .max = 1024ULL},
};

static const struct route_segment route_message_report[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("messages"), false}, {LIT("seq"), true}, {LIT("report"), false}};

static const struct arg_spec args_message_mentions[] = {
    {.name = LIT("page"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_mentions, page), .has_offset = offsetof(struct args_message_mentions, has_page), .min = 1, .max = 1024ULL, .charset = &charset_opaque},
    {.name = LIT("limit"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_mentions, limit), .min = 1, .max = 50ULL, .default_value = 50},
};

static const struct route_segment route_message_mentions[] = {{LIT("v1"), false}, {LIT("mentions"), false}};

static const struct arg_spec args_message_send[] = {
    {.name = LIT("to"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_send, to), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("kind"), .kind = ARG_STRING, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_send, kind), .min = 1, .max = 32ULL, .charset = &charset_name, .default_text = LIT("text")},
    {.name = LIT("text"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_send, text), .min = 1, .max = 8192ULL},
    {.name = LIT("reply_to"), .kind = ARG_INT, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_send, reply_to), .has_offset = offsetof(struct args_message_send, has_reply_to), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("mentions"), .kind = ARG_IDS, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_send, mentions), .has_offset = offsetof(struct args_message_send, has_mentions), .min = 0, .max = 32ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_send, key), .has_offset = offsetof(struct args_message_send, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_send, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_message_send[] = {{LIT("v1"), false}, {LIT("messages"), false}};

static const struct arg_spec args_message_edit[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_edit, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seq"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_edit, seq), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("text"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_edit, text), .min = 1, .max = 8192ULL},
    {.name = LIT("mentions"), .kind = ARG_IDS, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_edit, mentions), .has_offset = offsetof(struct args_message_edit, has_mentions), .min = 0, .max = 32ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_edit, key), .has_offset = offsetof(struct args_message_edit, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_edit, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_message_edit[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("messages"), false}, {LIT("seq"), true}};

static const struct arg_spec args_message_forward[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_forward, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seq"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_forward, seq), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("to"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_forward, to), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_forward, key), .has_offset = offsetof(struct args_message_forward, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_forward, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_message_forward[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("messages"), false}, {LIT("seq"), true}, {LIT("forward"), false}};

static const struct arg_spec args_message_pin[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_pin, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seq"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_pin, seq), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_pin, key), .has_offset = offsetof(struct args_message_pin, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_pin, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_message_pin[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("messages"), false}, {LIT("seq"), true}, {LIT("pin"), false}};

static const struct arg_spec args_message_unpin[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_unpin, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seq"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_unpin, seq), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_unpin, key), .has_offset = offsetof(struct args_message_unpin, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_unpin, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_message_unpin[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("messages"), false}, {LIT("seq"), true}, {LIT("pin"), false}};

static const struct arg_spec args_message_delete[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_delete, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seq"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_delete, seq), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_delete, key), .has_offset = offsetof(struct args_message_delete, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_delete, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_message_delete[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("messages"), false}, {LIT("seq"), true}};

static const struct arg_spec args_message_react[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_react, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seq"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_react, seq), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("emoji"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_react, emoji), .min = 0, .max = 32ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_react, key), .has_offset = offsetof(struct args_message_react, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_react, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_message_react[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("messages"), false}, {LIT("seq"), true}, {LIT("reaction"), false}};

static const struct arg_spec args_preferences_set[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_preferences_set, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("muted_until"), .kind = ARG_INT, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_preferences_set, muted_until), .has_offset = offsetof(struct args_preferences_set, has_muted_until), .min = 0, .max = 9007199254740991ULL},
    {.name = LIT("pinned"), .kind = ARG_BOOL, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_preferences_set, pinned), .has_offset = offsetof(struct args_preferences_set, has_pinned)},
    {.name = LIT("archived"), .kind = ARG_BOOL, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_preferences_set, archived), .has_offset = offsetof(struct args_preferences_set, has_archived)},
    {.name = LIT("unread"), .kind = ARG_BOOL, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_preferences_set, unread), .has_offset = offsetof(struct args_preferences_set, has_unread)},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_preferences_set, key), .has_offset = offsetof(struct args_preferences_set, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_preferences_set, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_preferences_set[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("preferences"), false}};

static const struct arg_spec args_message_star[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_star, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seq"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_star, seq), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_star, key), .has_offset = offsetof(struct args_message_star, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_star, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_message_star[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("messages"), false}, {LIT("seq"), true}, {LIT("star"), false}};

static const struct arg_spec args_message_unstar[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_unstar, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seq"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_unstar, seq), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_unstar, key), .has_offset = offsetof(struct args_message_unstar, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_unstar, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_message_unstar[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("messages"), false}, {LIT("seq"), true}, {LIT("star"), false}};

static const struct arg_spec args_message_starred[] = {
    {.name = LIT("page"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_starred, page), .has_offset = offsetof(struct args_message_starred, has_page), .min = 1, .max = 1024ULL, .charset = &charset_opaque},
    {.name = LIT("limit"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_starred, limit), .min = 1, .max = 50ULL, .default_value = 50},
};

static const struct route_segment route_message_starred[] = {{LIT("v1"), false}, {LIT("starred"), false}};

static const struct arg_spec args_message_hide[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_hide, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seq"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_message_hide, seq), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_message_hide, key), .has_offset = offsetof(struct args_message_hide, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_message_hide, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_message_hide[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("messages"), false}, {LIT("seq"), true}, {LIT("hidden"), false}};

static const struct arg_spec args_conversation_clear[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_conversation_clear, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("up_to"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_conversation_clear, up_to), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_conversation_clear, key), .has_offset = offsetof(struct args_conversation_clear, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_conversation_clear, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_conversation_clear[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("cleared"), false}};

static const struct arg_spec args_draft_set[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_draft_set, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("text"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_draft_set, text), .min = 0, .max = 8192ULL},
    {.name = LIT("reply_to"), .kind = ARG_INT, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_draft_set, reply_to), .has_offset = offsetof(struct args_draft_set, has_reply_to), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_draft_set, key), .has_offset = offsetof(struct args_draft_set, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_draft_set, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_draft_set[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("draft"), false}};

static const struct arg_spec args_draft_list[] = {
    {.name = LIT("after_conversation"), .kind = ARG_ID, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_draft_list, after_conversation), .has_offset = offsetof(struct args_draft_list, has_after_conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("limit"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_draft_list, limit), .min = 1, .max = 50ULL, .default_value = 50},
};

static const struct route_segment route_draft_list[] = {{LIT("v1"), false}, {LIT("drafts"), false}};

static const struct arg_spec args_group_create[] = {
    {.name = LIT("title"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_create, title), .min = 1, .max = 128ULL},
    {.name = LIT("members"), .kind = ARG_IDS, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_create, members), .min = 0, .max = 99ULL},
    {.name = LIT("history"), .kind = ARG_ENUM, .presence = ARG_DEFAULT, .offset = offsetof(struct args_group_create, history), .values = values_history, .values_n = 2, .default_value = 0},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_create, key), .has_offset = offsetof(struct args_group_create, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
};

static const struct route_segment route_group_create[] = {{LIT("v1"), false}, {LIT("groups"), false}};

static const struct arg_spec args_group_set_title[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_set_title, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("title"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_set_title, title), .min = 1, .max = 128ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_set_title, key), .has_offset = offsetof(struct args_group_set_title, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_group_set_title, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_group_set_title[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("title"), false}};

static const struct arg_spec args_group_set_description[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_set_description, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("description"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_set_description, description), .min = 0, .max = 512ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_set_description, key), .has_offset = offsetof(struct args_group_set_description, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_group_set_description, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_group_set_description[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("description"), false}};

static const struct arg_spec args_group_set_picture[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_set_picture, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("picture"), .kind = ARG_ID, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_set_picture, picture), .has_offset = offsetof(struct args_group_set_picture, has_picture), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_set_picture, key), .has_offset = offsetof(struct args_group_set_picture, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_group_set_picture, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_group_set_picture[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("picture"), false}};

static const struct arg_spec args_group_set_announce[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_set_announce, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("on"), .kind = ARG_BOOL, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_set_announce, on)},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_set_announce, key), .has_offset = offsetof(struct args_group_set_announce, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_group_set_announce, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_group_set_announce[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("announce"), false}};

static const struct arg_spec args_group_add[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_add, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("user"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_add, user), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_add, key), .has_offset = offsetof(struct args_group_add, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_group_add, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_group_add[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("members"), false}};

static const struct arg_spec args_group_remove[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_remove, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("user"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_remove, user), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_remove, key), .has_offset = offsetof(struct args_group_remove, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_group_remove, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_group_remove[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("members"), false}, {LIT("user"), true}};

static const struct arg_spec args_group_set_role[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_set_role, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("user"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_set_role, user), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("role"), .kind = ARG_ENUM, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_set_role, role), .values = values_given_role, .values_n = 3},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_set_role, key), .has_offset = offsetof(struct args_group_set_role, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_group_set_role, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_group_set_role[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("members"), false}, {LIT("user"), true}, {LIT("role"), false}};

static const struct arg_spec args_group_invite[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_invite, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("holds_s"), .kind = ARG_INT, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_invite, holds_s), .has_offset = offsetof(struct args_group_invite, has_holds_s), .min = 60, .max = 31622400ULL},
    {.name = LIT("uses_max"), .kind = ARG_INT, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_invite, uses_max), .has_offset = offsetof(struct args_group_invite, has_uses_max), .min = 1, .max = 10000ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_invite, key), .has_offset = offsetof(struct args_group_invite, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_group_invite, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_group_invite[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("invites"), false}};

static const struct arg_spec args_group_invites[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_invites, conversation), .min = 1, .max = 9223372036854775807ULL},
};

static const struct route_segment route_group_invites[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("invites"), false}};

static const struct arg_spec args_group_uninvite[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_uninvite, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("invite"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_uninvite, invite), .min = 1, .max = 9007199254740991ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_uninvite, key), .has_offset = offsetof(struct args_group_uninvite, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_group_uninvite, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_group_uninvite[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("invites"), false}, {LIT("invite"), true}};

static const struct arg_spec args_group_preview[] = {
    {.name = LIT("token"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_preview, token), .min = 1, .max = 128ULL, .charset = &charset_opaque, .secret = true},
};

static const struct route_segment route_group_preview[] = {{LIT("v1"), false}, {LIT("groups"), false}, {LIT("preview"), false}};

static const struct arg_spec args_group_join[] = {
    {.name = LIT("token"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_join, token), .min = 1, .max = 128ULL, .charset = &charset_opaque, .secret = true},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_join, key), .has_offset = offsetof(struct args_group_join, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_group_join, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_group_join[] = {{LIT("v1"), false}, {LIT("groups"), false}, {LIT("join"), false}};

static const struct arg_spec args_group_leave[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_group_leave, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("key"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_group_leave, key), .has_offset = offsetof(struct args_group_leave, has_key), .min = 1, .max = 64ULL, .charset = &charset_key},
    {.name = LIT("after"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_group_leave, after), .min = 0, .max = 9007199254740991ULL, .default_value = 0},
};

static const struct route_segment route_group_leave[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("leave"), false}};

static const struct arg_spec args_receipt_delivered[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_receipt_delivered, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seq"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_receipt_delivered, seq), .min = 1, .max = 9007199254740991ULL},
};

static const struct route_segment route_receipt_delivered[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("delivered"), false}};

static const struct arg_spec args_receipt_read[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_receipt_read, conversation), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("seq"), .kind = ARG_INT, .presence = ARG_REQUIRED, .offset = offsetof(struct args_receipt_read, seq), .min = 1, .max = 9007199254740991ULL},
};

static const struct route_segment route_receipt_read[] = {{LIT("v1"), false}, {LIT("conversations"), false}, {LIT("conversation"), true}, {LIT("read"), false}};

static const struct arg_spec args_typing[] = {
    {.name = LIT("conversation"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_typing, conversation), .min = 1, .max = 9223372036854775807ULL},
};

static const struct arg_spec args_sync[] = {
    {.name = LIT("token"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_sync, token), .has_offset = offsetof(struct args_sync, has_token), .min = 1, .max = 1024ULL, .charset = &charset_opaque},
    {.name = LIT("wait"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_sync, wait), .min = 0, .max = 25ULL, .default_value = 0},
};

static const struct route_segment route_sync[] = {{LIT("v1"), false}, {LIT("sync"), false}};

static const struct arg_spec args_admin_users[] = {
    {.name = LIT("after_name"), .kind = ARG_STRING, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_admin_users, after_name), .has_offset = offsetof(struct args_admin_users, has_after_name), .min = 1, .max = 64ULL, .chars_max = 32},
    {.name = LIT("limit"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_admin_users, limit), .min = 1, .max = 50ULL, .default_value = 50},
};

static const struct route_segment route_admin_users[] = {{LIT("v1"), false}, {LIT("admin"), false}, {LIT("users"), false}};

static const struct arg_spec args_admin_disable[] = {
    {.name = LIT("username"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_admin_disable, username), .min = 3, .max = 64ULL, .chars_max = 32},
};

static const struct route_segment route_admin_disable[] = {{LIT("v1"), false}, {LIT("admin"), false}, {LIT("disable"), false}};

static const struct arg_spec args_admin_enable[] = {
    {.name = LIT("username"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_admin_enable, username), .min = 3, .max = 64ULL, .chars_max = 32},
};

static const struct route_segment route_admin_enable[] = {{LIT("v1"), false}, {LIT("admin"), false}, {LIT("enable"), false}};

static const struct arg_spec args_admin_reset_password[] = {
    {.name = LIT("username"), .kind = ARG_STRING, .presence = ARG_REQUIRED, .offset = offsetof(struct args_admin_reset_password, username), .min = 3, .max = 64ULL, .chars_max = 32},
};

static const struct route_segment route_admin_reset_password[] = {{LIT("v1"), false}, {LIT("admin"), false}, {LIT("password"), false}};

static const struct arg_spec args_admin_reports[] = {
    {.name = LIT("resolved"), .kind = ARG_BOOL, .presence = ARG_DEFAULT, .offset = offsetof(struct args_admin_reports, resolved), .default_value = 0},
    {.name = LIT("before"), .kind = ARG_ID, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_admin_reports, before), .has_offset = offsetof(struct args_admin_reports, has_before), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("limit"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_admin_reports, limit), .min = 1, .max = 50ULL, .default_value = 50},
};

static const struct route_segment route_admin_reports[] = {{LIT("v1"), false}, {LIT("admin"), false}, {LIT("reports"), false}};

static const struct arg_spec args_admin_resolve_report[] = {
    {.name = LIT("report"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_admin_resolve_report, report), .min = 1, .max = 9223372036854775807ULL},
};

static const struct route_segment route_admin_resolve_report[] = {{LIT("v1"), false}, {LIT("admin"), false}, {LIT("reports"), false}, {LIT("report"), true}, {LIT("resolve"), false}};

static const struct arg_spec args_admin_new_code[] = {
    {.name = LIT("uses_max"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_admin_new_code, uses_max), .min = 1, .max = 1000ULL, .default_value = 1},
    {.name = LIT("days"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_admin_new_code, days), .min = 1, .max = 365ULL, .default_value = 7},
};

static const struct route_segment route_admin_new_code[] = {{LIT("v1"), false}, {LIT("admin"), false}, {LIT("codes"), false}};

static const struct arg_spec args_admin_codes[] = {
    {.name = LIT("after"), .kind = ARG_ID, .presence = ARG_OPTIONAL, .offset = offsetof(struct args_admin_codes, after), .has_offset = offsetof(struct args_admin_codes, has_after), .min = 1, .max = 9223372036854775807ULL},
    {.name = LIT("limit"), .kind = ARG_INT, .presence = ARG_DEFAULT, .offset = offsetof(struct args_admin_codes, limit), .min = 1, .max = 50ULL, .default_value = 50},
};

static const struct route_segment route_admin_codes[] = {{LIT("v1"), false}, {LIT("admin"), false}, {LIT("codes"), false}};

static const struct arg_spec args_admin_end_code[] = {
    {.name = LIT("code"), .kind = ARG_ID, .presence = ARG_REQUIRED, .offset = offsetof(struct args_admin_end_code, code), .min = 1, .max = 9223372036854775807ULL},
};

static const struct route_segment route_admin_end_code[] = {{LIT("v1"), false}, {LIT("admin"), false}, {LIT("codes"), false}, {LIT("code"), true}};

const struct command_spec command_specs[COMMAND_COUNT] = {
    [COMMAND_AUTH] = {
        .name = LIT("auth"),
        .needs = API_NEEDS_NONE,
        .args_size = sizeof(struct args_auth),
        .transport = API_TRANSPORT_SOCKET,
        .args = args_auth, .args_n = 1,
    },
    [COMMAND_BEAT] = {
        .name = LIT("beat"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_beat),
        .transport = API_TRANSPORT_SOCKET,
    },
    [COMMAND_SIGNUP] = {
        .name = LIT("signup"),
        .needs = API_NEEDS_NONE,
        .args_size = sizeof(struct args_signup),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_signup, .segments_n = 2,
        .args = args_signup, .args_n = 5,
    },
    [COMMAND_SIGNIN] = {
        .name = LIT("signin"),
        .needs = API_NEEDS_NONE,
        .args_size = sizeof(struct args_signin),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_signin, .segments_n = 2,
        .args = args_signin, .args_n = 5,
    },
    [COMMAND_SIGNOUT] = {
        .name = LIT("signout"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_signout),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_signout, .segments_n = 2,
    },
    [COMMAND_CONNECT] = {
        .name = LIT("connect"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_connect),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_connect, .segments_n = 2,
    },
    [COMMAND_ACCOUNT_GET] = {
        .name = LIT("account.get"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_account_get),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_account_get, .segments_n = 2,
    },
    [COMMAND_ACCOUNT_SET_PROFILE] = {
        .name = LIT("account.set_profile"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_account_set_profile),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PATCH,
        .segments = route_account_set_profile, .segments_n = 2,
        .args = args_account_set_profile, .args_n = 4,
        .at_least_one = 0x3,
    },
    [COMMAND_ACCOUNT_RENAME] = {
        .name = LIT("account.rename"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_account_rename),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_account_rename, .segments_n = 3,
        .args = args_account_rename, .args_n = 4,
    },
    [COMMAND_ACCOUNT_SET_PICTURE] = {
        .name = LIT("account.set_picture"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_account_set_picture),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_account_set_picture, .segments_n = 3,
        .args = args_account_set_picture, .args_n = 3,
    },
    [COMMAND_ACCOUNT_SET_PRIVACY] = {
        .name = LIT("account.set_privacy"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_account_set_privacy),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PATCH,
        .segments = route_account_set_privacy, .segments_n = 3,
        .args = args_account_set_privacy, .args_n = 7,
        .at_least_one = 0x1f,
    },
    [COMMAND_ACCOUNT_SET_PASSWORD] = {
        .name = LIT("account.set_password"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_account_set_password),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_account_set_password, .segments_n = 3,
        .args = args_account_set_password, .args_n = 3,
    },
    [COMMAND_ACCOUNT_NEW_SECOND_FACTOR] = {
        .name = LIT("account.new_second_factor"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_account_new_second_factor),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_account_new_second_factor, .segments_n = 4,
    },
    [COMMAND_ACCOUNT_ENABLE_SECOND_FACTOR] = {
        .name = LIT("account.enable_second_factor"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_account_enable_second_factor),
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_account_enable_second_factor, .segments_n = 3,
        .args = args_account_enable_second_factor, .args_n = 4,
    },
    [COMMAND_ACCOUNT_NEW_RECOVERY_CODES] = {
        .name = LIT("account.new_recovery_codes"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_account_new_recovery_codes),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_account_new_recovery_codes, .segments_n = 4,
        .args = args_account_new_recovery_codes, .args_n = 3,
    },
    [COMMAND_ACCOUNT_DISABLE_SECOND_FACTOR] = {
        .name = LIT("account.disable_second_factor"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_account_disable_second_factor),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_account_disable_second_factor, .segments_n = 4,
        .args = args_account_disable_second_factor, .args_n = 3,
    },
    [COMMAND_ACCOUNT_EXPORT] = {
        .name = LIT("account.export"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_account_export),
        .counts = API_RATE_EXPORTS,
        .transport = API_TRANSPORT_ROUTE, .method = API_GET,
        .segments = route_account_export, .segments_n = 3,
    },
    [COMMAND_ACCOUNT_DELETE] = {
        .name = LIT("account.delete"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_account_delete),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_account_delete, .segments_n = 3,
        .args = args_account_delete, .args_n = 2,
    },
    [COMMAND_DEVICE_LIST] = {
        .name = LIT("device.list"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_device_list),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_device_list, .segments_n = 2,
    },
    [COMMAND_DEVICE_END] = {
        .name = LIT("device.end"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_device_end),
        .transport = API_TRANSPORT_BOTH, .method = API_DELETE,
        .segments = route_device_end, .segments_n = 3,
        .args = args_device_end, .args_n = 1,
    },
    [COMMAND_USER_SEARCH] = {
        .name = LIT("user.search"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_user_search),
        .counts = API_RATE_SEARCHES,
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_user_search, .segments_n = 2,
        .args = args_user_search, .args_n = 2,
    },
    [COMMAND_USER_GET] = {
        .name = LIT("user.get"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_user_get),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_user_get, .segments_n = 3,
        .args = args_user_get, .args_n = 1,
    },
    [COMMAND_USER_BLOCK] = {
        .name = LIT("user.block"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_user_block),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_user_block, .segments_n = 4,
        .args = args_user_block, .args_n = 3,
    },
    [COMMAND_USER_UNBLOCK] = {
        .name = LIT("user.unblock"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_user_unblock),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_DELETE,
        .segments = route_user_unblock, .segments_n = 4,
        .args = args_user_unblock, .args_n = 3,
    },
    [COMMAND_USER_BLOCKED] = {
        .name = LIT("user.blocked"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_user_blocked),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_user_blocked, .segments_n = 2,
    },
    [COMMAND_CONTACT_REQUEST] = {
        .name = LIT("contact.request"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_contact_request),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_contact_request, .segments_n = 4,
        .args = args_contact_request, .args_n = 3,
    },
    [COMMAND_CONTACT_ACCEPT] = {
        .name = LIT("contact.accept"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_contact_accept),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_contact_accept, .segments_n = 3,
        .args = args_contact_accept, .args_n = 3,
    },
    [COMMAND_CONTACT_DECLINE] = {
        .name = LIT("contact.decline"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_contact_decline),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_DELETE,
        .segments = route_contact_decline, .segments_n = 4,
        .args = args_contact_decline, .args_n = 3,
    },
    [COMMAND_CONTACT_REMOVE] = {
        .name = LIT("contact.remove"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_contact_remove),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_DELETE,
        .segments = route_contact_remove, .segments_n = 3,
        .args = args_contact_remove, .args_n = 3,
    },
    [COMMAND_CONTACT_LIST] = {
        .name = LIT("contact.list"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_contact_list),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_contact_list, .segments_n = 2,
        .args = args_contact_list, .args_n = 2,
    },
    [COMMAND_PRESENCE_GET] = {
        .name = LIT("presence.get"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_presence_get),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_presence_get, .segments_n = 4,
        .args = args_presence_get, .args_n = 1,
    },
    [COMMAND_PRESENCE_WATCH] = {
        .name = LIT("presence.watch"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_presence_watch),
        .transport = API_TRANSPORT_SOCKET,
        .args = args_presence_watch, .args_n = 1,
    },
    [COMMAND_CONVERSATION_LIST] = {
        .name = LIT("conversation.list"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_conversation_list),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_conversation_list, .segments_n = 2,
        .args = args_conversation_list, .args_n = 4,
    },
    [COMMAND_CONVERSATION_GET] = {
        .name = LIT("conversation.get"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_conversation_get),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_conversation_get, .segments_n = 3,
        .args = args_conversation_get, .args_n = 1,
    },
    [COMMAND_CONVERSATION_ACCEPT] = {
        .name = LIT("conversation.accept"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_conversation_accept),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_conversation_accept, .segments_n = 4,
        .args = args_conversation_accept, .args_n = 3,
    },
    [COMMAND_CONVERSATION_PINS] = {
        .name = LIT("conversation.pins"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_conversation_pins),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_conversation_pins, .segments_n = 4,
        .args = args_conversation_pins, .args_n = 1,
    },
    [COMMAND_CONVERSATION_SET_TIMER] = {
        .name = LIT("conversation.set_timer"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_conversation_set_timer),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_conversation_set_timer, .segments_n = 4,
        .args = args_conversation_set_timer, .args_n = 4,
    },
    [COMMAND_CONVERSATION_SET_RETENTION] = {
        .name = LIT("conversation.set_retention"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_conversation_set_retention),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_conversation_set_retention, .segments_n = 4,
        .args = args_conversation_set_retention, .args_n = 4,
    },
    [COMMAND_CONVERSATION_EVENTS] = {
        .name = LIT("conversation.events"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_conversation_events),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_conversation_events, .segments_n = 4,
        .args = args_conversation_events, .args_n = 3,
    },
    [COMMAND_MESSAGE_HISTORY] = {
        .name = LIT("message.history"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_history),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_message_history, .segments_n = 4,
        .args = args_message_history, .args_n = 5,
        .at_most_one = 0xe,
    },
    [COMMAND_MESSAGES_UNREAD] = {
        .name = LIT("messages.unread"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_messages_unread),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_messages_unread, .segments_n = 3,
        .args = args_messages_unread, .args_n = 1,
    },
    [COMMAND_MESSAGE_INFO] = {
        .name = LIT("message.info"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_info),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_message_info, .segments_n = 6,
        .args = args_message_info, .args_n = 2,
    },
    [COMMAND_MESSAGE_REPORT] = {
        .name = LIT("message.report"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_report),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_message_report, .segments_n = 6,
        .args = args_message_report, .args_n = 4,
    },
    [COMMAND_MESSAGE_MENTIONS] = {
        .name = LIT("message.mentions"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_mentions),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_message_mentions, .segments_n = 2,
        .args = args_message_mentions, .args_n = 2,
    },
    [COMMAND_MESSAGE_SEND] = {
        .name = LIT("message.send"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_send),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_message_send, .segments_n = 2,
        .args = args_message_send, .args_n = 7,
    },
    [COMMAND_MESSAGE_EDIT] = {
        .name = LIT("message.edit"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_edit),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PATCH,
        .segments = route_message_edit, .segments_n = 5,
        .args = args_message_edit, .args_n = 6,
    },
    [COMMAND_MESSAGE_FORWARD] = {
        .name = LIT("message.forward"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_forward),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_message_forward, .segments_n = 6,
        .args = args_message_forward, .args_n = 5,
    },
    [COMMAND_MESSAGE_PIN] = {
        .name = LIT("message.pin"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_pin),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_message_pin, .segments_n = 6,
        .args = args_message_pin, .args_n = 4,
    },
    [COMMAND_MESSAGE_UNPIN] = {
        .name = LIT("message.unpin"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_unpin),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_DELETE,
        .segments = route_message_unpin, .segments_n = 6,
        .args = args_message_unpin, .args_n = 4,
    },
    [COMMAND_MESSAGE_DELETE] = {
        .name = LIT("message.delete"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_delete),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_DELETE,
        .segments = route_message_delete, .segments_n = 5,
        .args = args_message_delete, .args_n = 4,
    },
    [COMMAND_MESSAGE_REACT] = {
        .name = LIT("message.react"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_react),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_message_react, .segments_n = 6,
        .args = args_message_react, .args_n = 5,
    },
    [COMMAND_PREFERENCES_SET] = {
        .name = LIT("preferences.set"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_preferences_set),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PATCH,
        .segments = route_preferences_set, .segments_n = 4,
        .args = args_preferences_set, .args_n = 7,
        .at_least_one = 0x1e,
    },
    [COMMAND_MESSAGE_STAR] = {
        .name = LIT("message.star"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_star),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_message_star, .segments_n = 6,
        .args = args_message_star, .args_n = 4,
    },
    [COMMAND_MESSAGE_UNSTAR] = {
        .name = LIT("message.unstar"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_unstar),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_DELETE,
        .segments = route_message_unstar, .segments_n = 6,
        .args = args_message_unstar, .args_n = 4,
    },
    [COMMAND_MESSAGE_STARRED] = {
        .name = LIT("message.starred"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_starred),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_message_starred, .segments_n = 2,
        .args = args_message_starred, .args_n = 2,
    },
    [COMMAND_MESSAGE_HIDE] = {
        .name = LIT("message.hide"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_message_hide),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_message_hide, .segments_n = 6,
        .args = args_message_hide, .args_n = 4,
    },
    [COMMAND_CONVERSATION_CLEAR] = {
        .name = LIT("conversation.clear"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_conversation_clear),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_conversation_clear, .segments_n = 4,
        .args = args_conversation_clear, .args_n = 4,
    },
    [COMMAND_DRAFT_SET] = {
        .name = LIT("draft.set"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_draft_set),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_draft_set, .segments_n = 4,
        .args = args_draft_set, .args_n = 5,
    },
    [COMMAND_DRAFT_LIST] = {
        .name = LIT("draft.list"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_draft_list),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_draft_list, .segments_n = 2,
        .args = args_draft_list, .args_n = 2,
    },
    [COMMAND_GROUP_CREATE] = {
        .name = LIT("group.create"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_create),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_group_create, .segments_n = 2,
        .args = args_group_create, .args_n = 4,
    },
    [COMMAND_GROUP_SET_TITLE] = {
        .name = LIT("group.set_title"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_set_title),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_group_set_title, .segments_n = 4,
        .args = args_group_set_title, .args_n = 4,
    },
    [COMMAND_GROUP_SET_DESCRIPTION] = {
        .name = LIT("group.set_description"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_set_description),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_group_set_description, .segments_n = 4,
        .args = args_group_set_description, .args_n = 4,
    },
    [COMMAND_GROUP_SET_PICTURE] = {
        .name = LIT("group.set_picture"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_set_picture),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_group_set_picture, .segments_n = 4,
        .args = args_group_set_picture, .args_n = 4,
    },
    [COMMAND_GROUP_SET_ANNOUNCE] = {
        .name = LIT("group.set_announce"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_set_announce),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_group_set_announce, .segments_n = 4,
        .args = args_group_set_announce, .args_n = 4,
    },
    [COMMAND_GROUP_ADD] = {
        .name = LIT("group.add"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_add),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_group_add, .segments_n = 4,
        .args = args_group_add, .args_n = 4,
    },
    [COMMAND_GROUP_REMOVE] = {
        .name = LIT("group.remove"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_remove),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_DELETE,
        .segments = route_group_remove, .segments_n = 5,
        .args = args_group_remove, .args_n = 4,
    },
    [COMMAND_GROUP_SET_ROLE] = {
        .name = LIT("group.set_role"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_set_role),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_PUT,
        .segments = route_group_set_role, .segments_n = 6,
        .args = args_group_set_role, .args_n = 5,
    },
    [COMMAND_GROUP_INVITE] = {
        .name = LIT("group.invite"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_invite),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_group_invite, .segments_n = 4,
        .args = args_group_invite, .args_n = 5,
    },
    [COMMAND_GROUP_INVITES] = {
        .name = LIT("group.invites"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_invites),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_group_invites, .segments_n = 4,
        .args = args_group_invites, .args_n = 1,
    },
    [COMMAND_GROUP_UNINVITE] = {
        .name = LIT("group.uninvite"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_uninvite),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_DELETE,
        .segments = route_group_uninvite, .segments_n = 5,
        .args = args_group_uninvite, .args_n = 4,
    },
    [COMMAND_GROUP_PREVIEW] = {
        .name = LIT("group.preview"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_preview),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_group_preview, .segments_n = 3,
        .args = args_group_preview, .args_n = 1,
    },
    [COMMAND_GROUP_JOIN] = {
        .name = LIT("group.join"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_join),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_group_join, .segments_n = 3,
        .args = args_group_join, .args_n = 3,
    },
    [COMMAND_GROUP_LEAVE] = {
        .name = LIT("group.leave"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_group_leave),
        .counts = API_RATE_SENDS,
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_group_leave, .segments_n = 4,
        .args = args_group_leave, .args_n = 3,
    },
    [COMMAND_RECEIPT_DELIVERED] = {
        .name = LIT("receipt.delivered"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_receipt_delivered),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_receipt_delivered, .segments_n = 4,
        .args = args_receipt_delivered, .args_n = 2,
    },
    [COMMAND_RECEIPT_READ] = {
        .name = LIT("receipt.read"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_receipt_read),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_receipt_read, .segments_n = 4,
        .args = args_receipt_read, .args_n = 2,
    },
    [COMMAND_TYPING] = {
        .name = LIT("typing"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_typing),
        .transport = API_TRANSPORT_SOCKET,
        .args = args_typing, .args_n = 1,
    },
    [COMMAND_SYNC] = {
        .name = LIT("sync"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_sync),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_sync, .segments_n = 2,
        .args = args_sync, .args_n = 2,
    },
    [COMMAND_ADMIN_USERS] = {
        .name = LIT("admin.users"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_admin_users),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_admin_users, .segments_n = 3,
        .args = args_admin_users, .args_n = 2,
    },
    [COMMAND_ADMIN_DISABLE] = {
        .name = LIT("admin.disable"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_admin_disable),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_admin_disable, .segments_n = 3,
        .args = args_admin_disable, .args_n = 1,
    },
    [COMMAND_ADMIN_ENABLE] = {
        .name = LIT("admin.enable"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_admin_enable),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_admin_enable, .segments_n = 3,
        .args = args_admin_enable, .args_n = 1,
    },
    [COMMAND_ADMIN_RESET_PASSWORD] = {
        .name = LIT("admin.reset_password"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_admin_reset_password),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_admin_reset_password, .segments_n = 3,
        .args = args_admin_reset_password, .args_n = 1,
    },
    [COMMAND_ADMIN_REPORTS] = {
        .name = LIT("admin.reports"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_admin_reports),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_admin_reports, .segments_n = 3,
        .args = args_admin_reports, .args_n = 3,
    },
    [COMMAND_ADMIN_RESOLVE_REPORT] = {
        .name = LIT("admin.resolve_report"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_admin_resolve_report),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_admin_resolve_report, .segments_n = 5,
        .args = args_admin_resolve_report, .args_n = 1,
    },
    [COMMAND_ADMIN_NEW_CODE] = {
        .name = LIT("admin.new_code"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_admin_new_code),
        .transport = API_TRANSPORT_BOTH, .method = API_POST,
        .segments = route_admin_new_code, .segments_n = 3,
        .args = args_admin_new_code, .args_n = 2,
    },
    [COMMAND_ADMIN_CODES] = {
        .name = LIT("admin.codes"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_admin_codes),
        .transport = API_TRANSPORT_BOTH, .method = API_GET,
        .segments = route_admin_codes, .segments_n = 3,
        .args = args_admin_codes, .args_n = 2,
    },
    [COMMAND_ADMIN_END_CODE] = {
        .name = LIT("admin.end_code"),
        .needs = API_NEEDS_SESSION,
        .args_size = sizeof(struct args_admin_end_code),
        .transport = API_TRANSPORT_BOTH, .method = API_DELETE,
        .segments = route_admin_end_code, .segments_n = 4,
        .args = args_admin_end_code, .args_n = 1,
    },
};

const uint16_t commands_by_name[COMMAND_COUNT] = {
    COMMAND_ACCOUNT_DELETE,
    COMMAND_ACCOUNT_DISABLE_SECOND_FACTOR,
    COMMAND_ACCOUNT_ENABLE_SECOND_FACTOR,
    COMMAND_ACCOUNT_EXPORT,
    COMMAND_ACCOUNT_GET,
    COMMAND_ACCOUNT_NEW_RECOVERY_CODES,
    COMMAND_ACCOUNT_NEW_SECOND_FACTOR,
    COMMAND_ACCOUNT_RENAME,
    COMMAND_ACCOUNT_SET_PASSWORD,
    COMMAND_ACCOUNT_SET_PICTURE,
    COMMAND_ACCOUNT_SET_PRIVACY,
    COMMAND_ACCOUNT_SET_PROFILE,
    COMMAND_ADMIN_CODES,
    COMMAND_ADMIN_DISABLE,
    COMMAND_ADMIN_ENABLE,
    COMMAND_ADMIN_END_CODE,
    COMMAND_ADMIN_NEW_CODE,
    COMMAND_ADMIN_REPORTS,
    COMMAND_ADMIN_RESET_PASSWORD,
    COMMAND_ADMIN_RESOLVE_REPORT,
    COMMAND_ADMIN_USERS,
    COMMAND_AUTH,
    COMMAND_BEAT,
    COMMAND_CONNECT,
    COMMAND_CONTACT_ACCEPT,
    COMMAND_CONTACT_DECLINE,
    COMMAND_CONTACT_LIST,
    COMMAND_CONTACT_REMOVE,
    COMMAND_CONTACT_REQUEST,
    COMMAND_CONVERSATION_ACCEPT,
    COMMAND_CONVERSATION_CLEAR,
    COMMAND_CONVERSATION_EVENTS,
    COMMAND_CONVERSATION_GET,
    COMMAND_CONVERSATION_LIST,
    COMMAND_CONVERSATION_PINS,
    COMMAND_CONVERSATION_SET_RETENTION,
    COMMAND_CONVERSATION_SET_TIMER,
    COMMAND_DEVICE_END,
    COMMAND_DEVICE_LIST,
    COMMAND_DRAFT_LIST,
    COMMAND_DRAFT_SET,
    COMMAND_GROUP_ADD,
    COMMAND_GROUP_CREATE,
    COMMAND_GROUP_INVITE,
    COMMAND_GROUP_INVITES,
    COMMAND_GROUP_JOIN,
    COMMAND_GROUP_LEAVE,
    COMMAND_GROUP_PREVIEW,
    COMMAND_GROUP_REMOVE,
    COMMAND_GROUP_SET_ANNOUNCE,
    COMMAND_GROUP_SET_DESCRIPTION,
    COMMAND_GROUP_SET_PICTURE,
    COMMAND_GROUP_SET_ROLE,
    COMMAND_GROUP_SET_TITLE,
    COMMAND_GROUP_UNINVITE,
    COMMAND_MESSAGE_DELETE,
    COMMAND_MESSAGE_EDIT,
    COMMAND_MESSAGE_FORWARD,
    COMMAND_MESSAGE_HIDE,
    COMMAND_MESSAGE_HISTORY,
    COMMAND_MESSAGE_INFO,
    COMMAND_MESSAGE_MENTIONS,
    COMMAND_MESSAGE_PIN,
    COMMAND_MESSAGE_REACT,
    COMMAND_MESSAGE_REPORT,
    COMMAND_MESSAGE_SEND,
    COMMAND_MESSAGE_STAR,
    COMMAND_MESSAGE_STARRED,
    COMMAND_MESSAGE_UNPIN,
    COMMAND_MESSAGE_UNSTAR,
    COMMAND_MESSAGES_UNREAD,
    COMMAND_PREFERENCES_SET,
    COMMAND_PRESENCE_GET,
    COMMAND_PRESENCE_WATCH,
    COMMAND_RECEIPT_DELIVERED,
    COMMAND_RECEIPT_READ,
    COMMAND_SIGNIN,
    COMMAND_SIGNOUT,
    COMMAND_SIGNUP,
    COMMAND_SYNC,
    COMMAND_TYPING,
    COMMAND_USER_BLOCK,
    COMMAND_USER_BLOCKED,
    COMMAND_USER_GET,
    COMMAND_USER_SEARCH,
    COMMAND_USER_UNBLOCK,
};
