/* Generated from api/ by tools/generate; change those. */
/* clang-format off */

#ifndef PARLEY_PROTO_API_GEN_H
#define PARLEY_PROTO_API_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/spec.h"
#include "util/str.h"

/* Limits. */
#define API_USERNAME_BYTES_MIN          3 /* shortest username */
#define API_USERNAME_BYTES_MAX          64 /* longest username */
#define API_CODE_USES_MAX               1000 /* most accounts that one invite code makes */
#define API_CODE_DAYS_MAX               365 /* most days that an invite code holds */
#define API_USERNAME_CHARS_MAX          32 /* longest username, in characters */
#define API_PASSWORD_BYTES_MIN          8 /* shortest new password */
#define API_PASSWORD_BYTES_MAX          256 /* longest password */
#define API_RENAME_DAYS                 7 /* days between two changes of one's username */
#define API_FORMER_NAME_DAYS            30 /* days that a former username leads to who had it, and is nobody else's */
#define API_DISPLAY_NAME_CHARS_MAX      64 /* longest display name, in characters */
#define API_DISPLAY_NAME_BYTES_MAX      256 /* longest display name, in bytes */
#define API_ABOUT_BYTES_MAX             512 /* longest text about oneself */
#define API_DEVICE_NAME_BYTES_MAX       64 /* longest device name */
#define API_TITLE_BYTES_MAX             128 /* longest group title */
#define API_DESCRIPTION_BYTES_MAX       512 /* longest group description */
#define API_INVITES_MAX                 20 /* invites of a group that hold at once */
#define API_INVITE_S_MIN                60 /* shortest time that an invite holds, in seconds */
#define API_INVITE_S_MAX                31622400 /* longest time that an invite holds, in seconds, if it ends at all */
#define API_INVITE_USES_MAX             10000 /* most uses of an invite, if they are counted */
#define API_TEXT_BYTES_MAX              8192 /* longest message text */
#define API_KIND_BYTES_MAX              32 /* longest message kind */
#define API_MENTIONS_MAX                32 /* people mentioned in one message */
#define API_CONTACTS_MAX                2000 /* contacts of one user, requests and declined ones included */
#define API_CONTACTS_WAITING_MAX        200 /* requests to be contacts that one user sent, or received, and that wait */
#define API_REQUEST_MESSAGES_MAX        20 /* messages to a stranger who has not accepted them yet */
#define API_REQUEST_EVENTS_MAX          100 /* events of a 1:1 behind which a stranger who was not accepted changes nothing but by deleting */
#define API_PINNED_MAX                  50 /* conversations that one person pins */
#define API_DRAFTS_MAX                  200 /* conversations in which one person has a draft */
#define API_HIDDEN_MAX                  10000 /* messages of one conversation that one person hides one by one */
#define API_PINS_MAX                    20 /* messages pinned in one conversation */
#define API_TIMER_S_MAX                 31622400 /* longest time that messages of a conversation may be set to stay, in seconds */
#define API_REPORT_COMMENT_BYTES_MAX    1024 /* longest comment on a report */
#define API_REPORTS_USER_MAX            50 /* reports of one user that are open */
#define API_RETENTION_DAYS_MAX          3650 /* longest time that the events of a conversation may be set to be kept, in days */
#define API_EMOJI_BYTES_MAX             32 /* longest reaction */
#define API_KEY_BYTES_MAX               64 /* longest key of an append */
#define API_TOKEN_BYTES_MAX             128 /* longest session token */
#define API_CURSOR_BYTES_MAX            1024 /* longest sync or page token */
#define API_GROUP_MEMBERS_MAX           100 /* members of a group, its owner included */
#define API_GROUP_CREATE_MEMBERS_MAX    99 /* others named when a group is made */
#define API_WATCH_USERS_MAX             200 /* users one connection may watch */
#define API_PAGE_MAX                    100 /* events on a page of history */
#define API_PAGE_DEFAULT                50 /* events on a page of history, unless asked otherwise */
#define API_LIST_MAX                    50 /* conversations on a page of the list */
#define API_SEARCH_MAX                  20 /* users found by one search */
#define API_BEHIND_EVENTS_MAX           1000 /* events a device may lack in one conversation before it must page */
#define API_WAIT_S_MAX                  25 /* longest wait of a sync, in seconds */
#define API_TYPING_MS                   6000 /* how long a typing push holds, in milliseconds */
#define API_FRAME_BYTES_MAX             65536 /* largest socket frame from a client */
#define API_BODY_BYTES_MAX              65536 /* largest REST body */
#define API_JSON_DEPTH_MAX              8 /* deepest nesting of JSON from a client */
#define API_JSON_TOKENS_MAX             512 /* names and values in JSON from a client */
#define API_FIELD_BYTES_MAX             64 /* longest argument name that an error repeats */
#define API_SEQ_MAX                     9007199254740991ULL /* greatest integer of JSON that every client reads exactly (2^53 - 1) */

/* Opens a WebSocket. */
#define API_SOCKET_PATH "/v1/socket"

enum { API_LIMIT_COUNT = 54 };
extern const struct limit_spec api_limits[API_LIMIT_COUNT];

/* What is counted: how often it may happen. */
enum api_rate {
    API_RATE_NONE,
    API_RATE_FRAMES, /* frames of one socket */
    API_RATE_REQUESTS, /* REST requests from one address */
    API_RATE_SENDS, /* commands of one user that append, or report */
    API_RATE_SEARCHES, /* searches of one user */
    API_RATE_DRAFTS, /* drafts that one user writes down in one conversation */
    API_RATE_EXPORTS, /* exports of one user */
    API_RATE_BYTES, /* bytes of one user's commands */
    API_RATE_COUNT,
};
/* Indexed by enum api_rate; the first one is empty. */
extern const struct str api_rates[API_RATE_COUNT];

/* Errors; 0 is success. */
enum api_error {
    API_OK,
    API_ERROR_BAD_JSON, /* 400 This is not JSON as RFC 8259 has it, or nests too deep. */
    API_ERROR_BAD_REQUEST, /* 400 An argument is missing, unknown or outside its limits. */
    API_ERROR_UNKNOWN_COMMAND, /* 404 There is no such command or route. */
    API_ERROR_METHOD_NOT_ALLOWED, /* 405 This route does not take this method. */
    API_ERROR_TOO_LARGE, /* 413 The frame or body is larger than allowed. */
    API_ERROR_UNAUTHENTICATED, /* 401 No valid token was given. */
    API_ERROR_RATE_LIMITED, /* 429 Too many commands in a short time. */
    API_ERROR_OVERLOADED, /* 503 The server has too much to do. */
    API_ERROR_UNAVAILABLE, /* 503 The outcome is not known. Send it again with the same key. */
    API_ERROR_DRAINING, /* 503 This node is shutting down. */
    API_ERROR_INTERNAL, /* 500 The server failed. */
    API_ERROR_NOT_FOUND, /* 404 There is no such thing, or you may not know of it. */
    API_ERROR_WRONG_CREDENTIALS, /* 401 The name or the password is wrong. */
    API_ERROR_ACCOUNT_DISABLED, /* 403 This account is disabled. */
    API_ERROR_REGISTRATION_CLOSED, /* 403 This server does not take sign-ups. */
    API_ERROR_SECOND_FACTOR_REQUIRED, /* 401 This account asks for a second factor. */
    API_ERROR_WRONG_CODE, /* 401 This code is wrong, or was used. */
    API_ERROR_SECOND_FACTOR_ON, /* 409 There is a second factor. */
    API_ERROR_SECOND_FACTOR_OFF, /* 409 There is no second factor. */
    API_ERROR_CODE_REFUSED, /* 403 This invite code does not hold. */
    API_ERROR_FORBIDDEN, /* 403 Your role does not allow this. */
    API_ERROR_CANNOT_WRITE, /* 403 You may not write to this person. */
    API_ERROR_NOT_ACCEPTED, /* 403 This person has not accepted your messages yet. */
    API_ERROR_NAME_TAKEN, /* 409 This username is taken. */
    API_ERROR_NAME_REFUSED, /* 409 This username cannot be had. */
    API_ERROR_KEY_REUSED, /* 409 This key was used for another command. */
    API_ERROR_AHEAD, /* 409 This seq lies beyond the end of the conversation. */
    API_ERROR_AFTER_REQUIRED, /* 409 Say with `after` which seq you had at the first try. */
    API_ERROR_TOO_OLD, /* 409 `after` lies too far back to look for the key. */
    API_ERROR_TRUNCATED, /* 410 What you ask for is no longer kept. */
    API_ERROR_FULL, /* 409 There is no more room. */
    API_ERROR_ALREADY_MEMBER, /* 409 This person is a member already. */
    API_ERROR_NOT_MEMBER, /* 409 This person is not a member. */
    API_ERROR_OUT_OF_TURN, /* 409 This does not fit how the two of you stand. */
    API_ERROR_TOO_SOON, /* 429 You changed your name a short while ago. */
    API_ERROR_TOO_MANY_TRIES, /* 429 Too many tries. Wait a while. */
    API_ERROR_COUNT,
};
/* Indexed by enum api_error; the first one is empty. */
extern const struct error_spec api_errors[API_ERROR_COUNT];

/* WebSocket close codes: up to 4499 reconnect, from 4500 on stop. */
enum api_close {
    API_CLOSE_GOING_AWAY = 4000, /* The node shuts down or hands its clients over. */
    API_CLOSE_SLOW_READER = 4001, /* The client did not read what was sent to it, not even after `resync`. */
    API_CLOSE_SILENT = 4002, /* Neither a beat nor a pong came for too long. */
    API_CLOSE_AUTH_TIMEOUT = 4003, /* No `auth` frame came in time. */
    API_CLOSE_OVERLOADED = 4004, /* The node holds as many connections as it may. */
    API_CLOSE_SIGNED_OUT = 4500, /* The device was signed out or ended. */
    API_CLOSE_UNAUTHENTICATED = 4501, /* The token is not valid. Sign in again. */
    API_CLOSE_ACCOUNT_DISABLED = 4502, /* An operator disabled the account. */
    API_CLOSE_MISUSE = 4503, /* The client broke the protocol: a first frame that is not `auth`, or frame after frame that is not JSON. (What RFC 6455 has a code for, a binary message among it, closes with that.) */
};

/* Who may. */
enum api_audience {
    API_AUDIENCE_EVERYONE,
    API_AUDIENCE_CONTACTS,
    API_AUDIENCE_NOBODY,
};

/* What is wrong with a message. */
enum api_report_reason {
    API_REPORT_REASON_SPAM,
    API_REPORT_REASON_ABUSE,
    API_REPORT_REASON_THREAT,
    API_REPORT_REASON_ILLEGAL,
    API_REPORT_REASON_OTHER,
};

/* What a new member may read: from joining on, or all. */
enum api_history {
    API_HISTORY_JOINED,
    API_HISTORY_ALL,
};

/* A role that can be given. */
enum api_given_role {
    API_GIVEN_ROLE_MEMBER,
    API_GIVEN_ROLE_ADMIN,
    API_GIVEN_ROLE_OWNER,
};

/* One X(NAME, name) a command, in the order of enum command. */
#define API_COMMANDS(X) \
    X(AUTH, auth) \
    X(BEAT, beat) \
    X(SIGNUP, signup) \
    X(SIGNIN, signin) \
    X(SIGNOUT, signout) \
    X(CONNECT, connect) \
    X(ACCOUNT_GET, account_get) \
    X(ACCOUNT_SET_PROFILE, account_set_profile) \
    X(ACCOUNT_RENAME, account_rename) \
    X(ACCOUNT_SET_PICTURE, account_set_picture) \
    X(ACCOUNT_SET_PRIVACY, account_set_privacy) \
    X(ACCOUNT_SET_PASSWORD, account_set_password) \
    X(ACCOUNT_NEW_SECOND_FACTOR, account_new_second_factor) \
    X(ACCOUNT_ENABLE_SECOND_FACTOR, account_enable_second_factor) \
    X(ACCOUNT_NEW_RECOVERY_CODES, account_new_recovery_codes) \
    X(ACCOUNT_DISABLE_SECOND_FACTOR, account_disable_second_factor) \
    X(ACCOUNT_EXPORT, account_export) \
    X(ACCOUNT_DELETE, account_delete) \
    X(DEVICE_LIST, device_list) \
    X(DEVICE_END, device_end) \
    X(USER_SEARCH, user_search) \
    X(USER_GET, user_get) \
    X(USER_BLOCK, user_block) \
    X(USER_UNBLOCK, user_unblock) \
    X(USER_BLOCKED, user_blocked) \
    X(CONTACT_REQUEST, contact_request) \
    X(CONTACT_ACCEPT, contact_accept) \
    X(CONTACT_DECLINE, contact_decline) \
    X(CONTACT_REMOVE, contact_remove) \
    X(CONTACT_LIST, contact_list) \
    X(PRESENCE_GET, presence_get) \
    X(PRESENCE_WATCH, presence_watch) \
    X(CONVERSATION_LIST, conversation_list) \
    X(CONVERSATION_GET, conversation_get) \
    X(CONVERSATION_ACCEPT, conversation_accept) \
    X(CONVERSATION_PINS, conversation_pins) \
    X(CONVERSATION_SET_TIMER, conversation_set_timer) \
    X(CONVERSATION_SET_RETENTION, conversation_set_retention) \
    X(CONVERSATION_EVENTS, conversation_events) \
    X(MESSAGE_HISTORY, message_history) \
    X(MESSAGES_UNREAD, messages_unread) \
    X(MESSAGE_INFO, message_info) \
    X(MESSAGE_REPORT, message_report) \
    X(MESSAGE_MENTIONS, message_mentions) \
    X(MESSAGE_SEND, message_send) \
    X(MESSAGE_EDIT, message_edit) \
    X(MESSAGE_FORWARD, message_forward) \
    X(MESSAGE_PIN, message_pin) \
    X(MESSAGE_UNPIN, message_unpin) \
    X(MESSAGE_DELETE, message_delete) \
    X(MESSAGE_REACT, message_react) \
    X(PREFERENCES_SET, preferences_set) \
    X(MESSAGE_STAR, message_star) \
    X(MESSAGE_UNSTAR, message_unstar) \
    X(MESSAGE_STARRED, message_starred) \
    X(MESSAGE_HIDE, message_hide) \
    X(CONVERSATION_CLEAR, conversation_clear) \
    X(DRAFT_SET, draft_set) \
    X(DRAFT_LIST, draft_list) \
    X(GROUP_CREATE, group_create) \
    X(GROUP_SET_TITLE, group_set_title) \
    X(GROUP_SET_DESCRIPTION, group_set_description) \
    X(GROUP_SET_PICTURE, group_set_picture) \
    X(GROUP_SET_ANNOUNCE, group_set_announce) \
    X(GROUP_ADD, group_add) \
    X(GROUP_REMOVE, group_remove) \
    X(GROUP_SET_ROLE, group_set_role) \
    X(GROUP_INVITE, group_invite) \
    X(GROUP_INVITES, group_invites) \
    X(GROUP_UNINVITE, group_uninvite) \
    X(GROUP_PREVIEW, group_preview) \
    X(GROUP_JOIN, group_join) \
    X(GROUP_LEAVE, group_leave) \
    X(RECEIPT_DELIVERED, receipt_delivered) \
    X(RECEIPT_READ, receipt_read) \
    X(TYPING, typing) \
    X(SYNC, sync) \
    X(ADMIN_USERS, admin_users) \
    X(ADMIN_DISABLE, admin_disable) \
    X(ADMIN_ENABLE, admin_enable) \
    X(ADMIN_RESET_PASSWORD, admin_reset_password) \
    X(ADMIN_REPORTS, admin_reports) \
    X(ADMIN_RESOLVE_REPORT, admin_resolve_report) \
    X(ADMIN_NEW_CODE, admin_new_code) \
    X(ADMIN_CODES, admin_codes) \
    X(ADMIN_END_CODE, admin_end_code)

enum command {
    COMMAND_AUTH, /* Proves who is on this socket. */
    COMMAND_BEAT, /* Says that the client is alive. */
    COMMAND_SIGNUP, /* Makes an account and signs this device in. */
    COMMAND_SIGNIN, /* Signs this device in. */
    COMMAND_SIGNOUT, /* Ends this device's session and closes its sockets. */
    COMMAND_CONNECT, /* Names the nodes to open a socket to. */
    COMMAND_ACCOUNT_GET, /* Reads one's own account. */
    COMMAND_ACCOUNT_SET_PROFILE, /* Changes one's display name, the words about oneself, or both. */
    COMMAND_ACCOUNT_RENAME, /* Takes another username. */
    COMMAND_ACCOUNT_SET_PICTURE, /* Changes one's picture. */
    COMMAND_ACCOUNT_SET_PRIVACY, /* Changes who may see what of one, and do what with one. */
    COMMAND_ACCOUNT_SET_PASSWORD, /* Changes one's password. */
    COMMAND_ACCOUNT_NEW_SECOND_FACTOR, /* Makes a secret for an authenticator. */
    COMMAND_ACCOUNT_ENABLE_SECOND_FACTOR, /* Has every sign-in ask for a code from now on. */
    COMMAND_ACCOUNT_NEW_RECOVERY_CODES, /* Makes other recovery codes; those before hold no more. */
    COMMAND_ACCOUNT_DISABLE_SECOND_FACTOR, /* Has sign-in ask for no code any more. */
    COMMAND_ACCOUNT_EXPORT, /* Writes down everything one has. */
    COMMAND_ACCOUNT_DELETE, /* Deletes one's account, for good. */
    COMMAND_DEVICE_LIST, /* Lists the signed-in devices. */
    COMMAND_DEVICE_END, /* Signs a device out and closes its sockets at once. */
    COMMAND_USER_SEARCH, /* Finds users by the start of their name. */
    COMMAND_USER_GET, /* Reads a user's profile. */
    COMMAND_USER_BLOCK, /* Blocks a user. */
    COMMAND_USER_UNBLOCK, /* Lifts a block. */
    COMMAND_USER_BLOCKED, /* Lists whom one blocks. */
    COMMAND_CONTACT_REQUEST, /* Asks somebody to be a contact. */
    COMMAND_CONTACT_ACCEPT, /* Accepts somebody's request. */
    COMMAND_CONTACT_DECLINE, /* Declines somebody's request. */
    COMMAND_CONTACT_REMOVE, /* Ends being contacts, or takes back one's own request or one's having declined. */
    COMMAND_CONTACT_LIST, /* Lists how one stands to others, by their ids. */
    COMMAND_PRESENCE_GET, /* Tells whether a user is there. */
    COMMAND_PRESENCE_WATCH, /* Says whose coming and going this connection wants to hear of. */
    COMMAND_CONVERSATION_LIST, /* Lists one's conversations, the newest first. */
    COMMAND_CONVERSATION_GET, /* Reads one conversation with its members. */
    COMMAND_CONVERSATION_ACCEPT, /* Accepts a message request: a 1:1 that a stranger began. */
    COMMAND_CONVERSATION_PINS, /* Lists what is pinned, the newest pin first. */
    COMMAND_CONVERSATION_SET_TIMER, /* Sets how long messages stay that are written from now on; in a group by its admins. */
    COMMAND_CONVERSATION_SET_RETENTION, /* Sets after how many days what happens here is removed for everybody; in a group by its admins. */
    COMMAND_CONVERSATION_EVENTS, /* Reads the events a device lacks, oldest first. */
    COMMAND_MESSAGE_HISTORY, /* Reads a page of events before, after or around a place. */
    COMMAND_MESSAGES_UNREAD, /* Counts what is unread and reads the first of it. */
    COMMAND_MESSAGE_INFO, /* Says to whom a message was delivered, who read it, and when. */
    COMMAND_MESSAGE_REPORT, /* Reports another's message to the admins of the server. */
    COMMAND_MESSAGE_MENTIONS, /* Lists the messages that mention one, the newest first. */
    COMMAND_MESSAGE_SEND, /* Writes a message. */
    COMMAND_MESSAGE_EDIT, /* Gives one's own message another text. */
    COMMAND_MESSAGE_FORWARD, /* Writes a copy of a message into another conversation, or the same. */
    COMMAND_MESSAGE_PIN, /* Pins a message for everyone; in a group by its admins. */
    COMMAND_MESSAGE_UNPIN, /* Takes a pin away; in a group by its admins. */
    COMMAND_MESSAGE_DELETE, /* Deletes a message for everyone. */
    COMMAND_MESSAGE_REACT, /* Reacts to a message; each person has one reaction to it at most. */
    COMMAND_PREFERENCES_SET, /* Mutes, pins, archives a conversation, or marks it as unread; for oneself alone. */
    COMMAND_MESSAGE_STAR, /* Stars a message that one may read, for oneself alone. */
    COMMAND_MESSAGE_UNSTAR, /* Takes a star away. */
    COMMAND_MESSAGE_STARRED, /* Lists the messages that one starred, the newest message first. */
    COMMAND_MESSAGE_HIDE, /* Takes a message out of one's own sight, on all of one's devices and for good; the others keep it. */
    COMMAND_CONVERSATION_CLEAR, /* Hides every message up to a place, for oneself alone. */
    COMMAND_DRAFT_SET, /* Writes down what one has written so far in a conversation, for one's other devices. */
    COMMAND_DRAFT_LIST, /* Lists what one has begun to write, by the conversations' ids. */
    COMMAND_GROUP_CREATE, /* Makes a group and becomes its owner. */
    COMMAND_GROUP_SET_TITLE, /* Gives the group another title. */
    COMMAND_GROUP_SET_DESCRIPTION, /* Gives the group another description. */
    COMMAND_GROUP_SET_PICTURE, /* Gives the group another picture. */
    COMMAND_GROUP_SET_ANNOUNCE, /* Lets only admins write, or everybody again. */
    COMMAND_GROUP_ADD, /* Adds a member. */
    COMMAND_GROUP_REMOVE, /* Puts a member out. */
    COMMAND_GROUP_SET_ROLE, /* Gives a member another role. */
    COMMAND_GROUP_INVITE, /* Makes an invite: a token by which people come in by themselves. */
    COMMAND_GROUP_INVITES, /* Lists the invites that hold, with their tokens. */
    COMMAND_GROUP_UNINVITE, /* Takes an invite back. */
    COMMAND_GROUP_PREVIEW, /* Looks at a group before joining it. */
    COMMAND_GROUP_JOIN, /* Comes into a group by an invite. */
    COMMAND_GROUP_LEAVE, /* Leaves the group. */
    COMMAND_RECEIPT_DELIVERED, /* Says that this device has stored everything up to a seq. */
    COMMAND_RECEIPT_READ, /* Says that one has read everything up to a seq. */
    COMMAND_TYPING, /* Tells the others that one types; repeat while it lasts. */
    COMMAND_SYNC, /* Lists the conversations that changed since a token. */
    COMMAND_ADMIN_USERS, /* Lists the accounts by username. */
    COMMAND_ADMIN_DISABLE, /* Shuts an account out and closes its sockets at once. */
    COMMAND_ADMIN_ENABLE, /* Lets an account in again. */
    COMMAND_ADMIN_RESET_PASSWORD, /* Gives an account a new password and ends all its devices. */
    COMMAND_ADMIN_REPORTS, /* Lists the messages that people reported, the newest report first. */
    COMMAND_ADMIN_RESOLVE_REPORT, /* Says that a report was seen to. */
    COMMAND_ADMIN_NEW_CODE, /* Makes an invite code, with which people sign up where `registration` is `invite`. */
    COMMAND_ADMIN_CODES, /* Lists the invite codes, the oldest first. */
    COMMAND_ADMIN_END_CODE, /* Revokes an invite code. */
    COMMAND_COUNT,
};

/* auth: Proves who is on this socket. */
struct args_auth {
    struct str token;
};

/* beat: Says that the client is alive. */
struct args_beat {
    char none;
};

/* signup: Makes an account and signs this device in. */
struct args_signup {
    struct str username;
    struct str password;
    bool has_display_name;
    struct str display_name;
    bool has_device_name;
    struct str device_name;
    bool has_invite_code;
    struct str invite_code;
};

/* signin: Signs this device in. */
struct args_signin {
    struct str username;
    struct str password;
    bool has_known;
    struct str known;
    bool has_device_name;
    struct str device_name;
    bool has_code;
    struct str code;
};

/* signout: Ends this device's session and closes its sockets. */
struct args_signout {
    char none;
};

/* connect: Names the nodes to open a socket to. */
struct args_connect {
    char none;
};

/* account.get: Reads one's own account. */
struct args_account_get {
    char none;
};

/* account.set_profile: Changes one's display name, the words about oneself, or both. */
struct args_account_set_profile {
    bool has_display_name;
    struct str display_name;
    bool has_about;
    struct str about;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* account.rename: Takes another username. */
struct args_account_rename {
    struct str username;
    struct str password;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* account.set_picture: Changes one's picture. */
struct args_account_set_picture {
    bool has_picture;
    uint64_t picture;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* account.set_privacy: Changes who may see what of one, and do what with one. */
struct args_account_set_privacy {
    bool has_last_seen;
    enum api_audience last_seen;
    bool has_picture;
    enum api_audience picture;
    bool has_receipts;
    enum api_audience receipts;
    bool has_groups;
    enum api_audience groups;
    bool has_write;
    enum api_audience write;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* account.set_password: Changes one's password. */
struct args_account_set_password {
    struct str old_password;
    struct str new_password;
    bool end_others;
};

/* account.new_second_factor: Makes a secret for an authenticator. */
struct args_account_new_second_factor {
    char none;
};

/* account.enable_second_factor: Has every sign-in ask for a code from now on. */
struct args_account_enable_second_factor {
    struct str password;
    struct str secret;
    struct str code;
    bool has_key;
    struct str key;
};

/* account.new_recovery_codes: Makes other recovery codes; those before hold no more. */
struct args_account_new_recovery_codes {
    struct str password;
    struct str code;
    bool has_key;
    struct str key;
};

/* account.disable_second_factor: Has sign-in ask for no code any more. */
struct args_account_disable_second_factor {
    struct str password;
    struct str code;
    bool has_key;
    struct str key;
};

/* account.export: Writes down everything one has. */
struct args_account_export {
    char none;
};

/* account.delete: Deletes one's account, for good. */
struct args_account_delete {
    struct str password;
    bool has_code;
    struct str code;
};

/* device.list: Lists the signed-in devices. */
struct args_device_list {
    char none;
};

/* device.end: Signs a device out and closes its sockets at once. */
struct args_device_end {
    uint64_t device;
};

/* user.search: Finds users by the start of their name. */
struct args_user_search {
    struct str prefix;
    uint64_t limit;
};

/* user.get: Reads a user's profile. */
struct args_user_get {
    uint64_t user;
};

/* user.block: Blocks a user. */
struct args_user_block {
    uint64_t user;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* user.unblock: Lifts a block. */
struct args_user_unblock {
    uint64_t user;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* user.blocked: Lists whom one blocks. */
struct args_user_blocked {
    char none;
};

/* contact.request: Asks somebody to be a contact. */
struct args_contact_request {
    uint64_t user;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* contact.accept: Accepts somebody's request. */
struct args_contact_accept {
    uint64_t user;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* contact.decline: Declines somebody's request. */
struct args_contact_decline {
    uint64_t user;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* contact.remove: Ends being contacts, or takes back one's own request or one's having declined. */
struct args_contact_remove {
    uint64_t user;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* contact.list: Lists how one stands to others, by their ids. */
struct args_contact_list {
    bool has_after_user;
    uint64_t after_user;
    uint64_t limit;
};

/* presence.get: Tells whether a user is there. */
struct args_presence_get {
    uint64_t user;
};

/* presence.watch: Says whose coming and going this connection wants to hear of. */
struct args_presence_watch {
    struct api_ids users;
};

/* conversation.list: Lists one's conversations, the newest first. */
struct args_conversation_list {
    bool has_page;
    struct str page;
    uint64_t limit;
    bool has_archived;
    bool archived;
    bool requests;
};

/* conversation.get: Reads one conversation with its members. */
struct args_conversation_get {
    uint64_t conversation;
};

/* conversation.accept: Accepts a message request: a 1:1 that a stranger began. */
struct args_conversation_accept {
    uint64_t conversation;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* conversation.pins: Lists what is pinned, the newest pin first. */
struct args_conversation_pins {
    uint64_t conversation;
};

/* conversation.set_timer: Sets how long messages stay that are written from now on; in a group by its admins. */
struct args_conversation_set_timer {
    uint64_t conversation;
    uint64_t seconds;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* conversation.set_retention: Sets after how many days what happens here is removed for everybody; in a group by its admins. */
struct args_conversation_set_retention {
    uint64_t conversation;
    uint64_t days;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* conversation.events: Reads the events a device lacks, oldest first. */
struct args_conversation_events {
    uint64_t conversation;
    uint64_t after;
    uint64_t limit;
};

/* message.history: Reads a page of events before, after or around a place. */
struct args_message_history {
    uint64_t conversation;
    bool has_before;
    uint64_t before;
    bool has_after;
    uint64_t after;
    bool has_around;
    uint64_t around;
    uint64_t limit;
};

/* messages.unread: Counts what is unread and reads the first of it. */
struct args_messages_unread {
    uint64_t limit;
};

/* message.info: Says to whom a message was delivered, who read it, and when. */
struct args_message_info {
    uint64_t conversation;
    uint64_t seq;
};

/* message.report: Reports another's message to the admins of the server. */
struct args_message_report {
    uint64_t conversation;
    uint64_t seq;
    enum api_report_reason reason;
    bool has_comment;
    struct str comment;
};

/* message.mentions: Lists the messages that mention one, the newest first. */
struct args_message_mentions {
    bool has_page;
    struct str page;
    uint64_t limit;
};

/* message.send: Writes a message. */
struct args_message_send {
    uint64_t to;
    struct str kind;
    struct str text;
    bool has_reply_to;
    uint64_t reply_to;
    bool has_mentions;
    struct api_ids mentions;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* message.edit: Gives one's own message another text. */
struct args_message_edit {
    uint64_t conversation;
    uint64_t seq;
    struct str text;
    bool has_mentions;
    struct api_ids mentions;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* message.forward: Writes a copy of a message into another conversation, or the same. */
struct args_message_forward {
    uint64_t conversation;
    uint64_t seq;
    uint64_t to;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* message.pin: Pins a message for everyone; in a group by its admins. */
struct args_message_pin {
    uint64_t conversation;
    uint64_t seq;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* message.unpin: Takes a pin away; in a group by its admins. */
struct args_message_unpin {
    uint64_t conversation;
    uint64_t seq;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* message.delete: Deletes a message for everyone. */
struct args_message_delete {
    uint64_t conversation;
    uint64_t seq;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* message.react: Reacts to a message; each person has one reaction to it at most. */
struct args_message_react {
    uint64_t conversation;
    uint64_t seq;
    struct str emoji;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* preferences.set: Mutes, pins, archives a conversation, or marks it as unread; for oneself alone. */
struct args_preferences_set {
    uint64_t conversation;
    bool has_muted_until;
    uint64_t muted_until;
    bool has_pinned;
    bool pinned;
    bool has_archived;
    bool archived;
    bool has_unread;
    bool unread;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* message.star: Stars a message that one may read, for oneself alone. */
struct args_message_star {
    uint64_t conversation;
    uint64_t seq;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* message.unstar: Takes a star away. */
struct args_message_unstar {
    uint64_t conversation;
    uint64_t seq;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* message.starred: Lists the messages that one starred, the newest message first. */
struct args_message_starred {
    bool has_page;
    struct str page;
    uint64_t limit;
};

/* message.hide: Takes a message out of one's own sight, on all of one's devices and for good; the others keep it. */
struct args_message_hide {
    uint64_t conversation;
    uint64_t seq;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* conversation.clear: Hides every message up to a place, for oneself alone. */
struct args_conversation_clear {
    uint64_t conversation;
    uint64_t up_to;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* draft.set: Writes down what one has written so far in a conversation, for one's other devices. */
struct args_draft_set {
    uint64_t conversation;
    struct str text;
    bool has_reply_to;
    uint64_t reply_to;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* draft.list: Lists what one has begun to write, by the conversations' ids. */
struct args_draft_list {
    bool has_after_conversation;
    uint64_t after_conversation;
    uint64_t limit;
};

/* group.create: Makes a group and becomes its owner. */
struct args_group_create {
    struct str title;
    struct api_ids members;
    enum api_history history;
    bool has_key;
    struct str key;
};

/* group.set_title: Gives the group another title. */
struct args_group_set_title {
    uint64_t conversation;
    struct str title;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* group.set_description: Gives the group another description. */
struct args_group_set_description {
    uint64_t conversation;
    struct str description;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* group.set_picture: Gives the group another picture. */
struct args_group_set_picture {
    uint64_t conversation;
    bool has_picture;
    uint64_t picture;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* group.set_announce: Lets only admins write, or everybody again. */
struct args_group_set_announce {
    uint64_t conversation;
    bool on;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* group.add: Adds a member. */
struct args_group_add {
    uint64_t conversation;
    uint64_t user;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* group.remove: Puts a member out. */
struct args_group_remove {
    uint64_t conversation;
    uint64_t user;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* group.set_role: Gives a member another role. */
struct args_group_set_role {
    uint64_t conversation;
    uint64_t user;
    enum api_given_role role;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* group.invite: Makes an invite: a token by which people come in by themselves. */
struct args_group_invite {
    uint64_t conversation;
    bool has_holds_s;
    uint64_t holds_s;
    bool has_uses_max;
    uint64_t uses_max;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* group.invites: Lists the invites that hold, with their tokens. */
struct args_group_invites {
    uint64_t conversation;
};

/* group.uninvite: Takes an invite back. */
struct args_group_uninvite {
    uint64_t conversation;
    uint64_t invite;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* group.preview: Looks at a group before joining it. */
struct args_group_preview {
    struct str token;
};

/* group.join: Comes into a group by an invite. */
struct args_group_join {
    struct str token;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* group.leave: Leaves the group. */
struct args_group_leave {
    uint64_t conversation;
    bool has_key;
    struct str key;
    uint64_t after;
};

/* receipt.delivered: Says that this device has stored everything up to a seq. */
struct args_receipt_delivered {
    uint64_t conversation;
    uint64_t seq;
};

/* receipt.read: Says that one has read everything up to a seq. */
struct args_receipt_read {
    uint64_t conversation;
    uint64_t seq;
};

/* typing: Tells the others that one types; repeat while it lasts. */
struct args_typing {
    uint64_t conversation;
};

/* sync: Lists the conversations that changed since a token. */
struct args_sync {
    bool has_token;
    struct str token;
    uint64_t wait;
};

/* admin.users: Lists the accounts by username. */
struct args_admin_users {
    bool has_after_name;
    struct str after_name;
    uint64_t limit;
};

/* admin.disable: Shuts an account out and closes its sockets at once. */
struct args_admin_disable {
    struct str username;
};

/* admin.enable: Lets an account in again. */
struct args_admin_enable {
    struct str username;
};

/* admin.reset_password: Gives an account a new password and ends all its devices. */
struct args_admin_reset_password {
    struct str username;
};

/* admin.reports: Lists the messages that people reported, the newest report first. */
struct args_admin_reports {
    bool resolved;
    bool has_before;
    uint64_t before;
    uint64_t limit;
};

/* admin.resolve_report: Says that a report was seen to. */
struct args_admin_resolve_report {
    uint64_t report;
};

/* admin.new_code: Makes an invite code, with which people sign up where `registration` is `invite`. */
struct args_admin_new_code {
    uint64_t uses_max;
    uint64_t days;
};

/* admin.codes: Lists the invite codes, the oldest first. */
struct args_admin_codes {
    bool has_after;
    uint64_t after;
    uint64_t limit;
};

/* admin.end_code: Revokes an invite code. */
struct args_admin_end_code {
    uint64_t code;
};

/* Indexed by enum command. */
extern const struct command_spec command_specs[COMMAND_COUNT];
/* The same, ordered by name as str_cmp() orders. */
extern const uint16_t commands_by_name[COMMAND_COUNT];

#endif
