/*
 * Requests, and `auth`, are counted by address and not by user, since finding out whose a token is
 * costs as much as most commands. What a user may do is counted over all of their sockets and
 * requests.
 *
 * Refused: counting in the domain. A command that comes again with its key would count there only
 * once, but the simulator would have to know how fast people type.
 */
#include "cmd/quota.h"

#include "cmd/call.h"
#include "util/hash.h"

void quota_init(struct quota *q, const struct rate rates[API_RATE_COUNT])
{
    *q = (struct quota){0};
    for (int i = API_RATE_FRAMES + 1; i < API_RATE_COUNT; i++) /* frames are each socket's own */
        rate_table_init(&q->by[i], rates[i]);
}

void quota_deinit(struct quota *q)
{
    for (int i = 0; i < API_RATE_COUNT; i++)
        rate_table_deinit(&q->by[i]);
}

static bool answered(struct call *call, uint64_t wait_ms)
{
    if (!wait_ms)
        return false;
    call_fail(call, &(struct problem){.error = API_ERROR_RATE_LIMITED, .retry_after_ms = wait_ms});
    return true;
}

bool quota_refuses_request(struct quota *q, struct call *call)
{
    uint64_t who = hash_bytes(str_n(call->address.b, sizeof(call->address.b)));
    return answered(call, rate_table_take(&q->by[API_RATE_REQUESTS], who, call->mono_ms, 1));
}

bool quota_refuses(struct quota *q, struct call *call)
{
    enum api_rate counts = command_specs[call->command].counts;
    uint64_t who = hash_u64(call->user);
    uint64_t wait_ms = rate_table_take(&q->by[API_RATE_BYTES], who, call->mono_ms, call->bytes);
    if (!wait_ms && counts)
        wait_ms = rate_table_take(&q->by[counts], who, call->mono_ms, 1);
    return answered(call, wait_ms);
}

bool quota_refuses_in(struct quota *q, struct call *call, enum api_rate counts,
                      uint64_t conversation)
{
    uint64_t who = hash_u64(hash_u64(call->user) ^ conversation);
    return answered(call, rate_table_take(&q->by[counts], who, call->mono_ms, 1));
}

bool quota_refuses_export(struct quota *q, struct call *call)
{
    uint64_t *place = NULL;
    for (int i = 0; i < EXPORTS_MAX; i++) {
        if (q->exports[i] == call->user)
            return answered(call, EXPORT_RETRY_MS);
        if (!q->exports[i])
            place = &q->exports[i];
    }
    if (!place) {
        call_fail(call, &(struct problem){.error = API_ERROR_OVERLOADED,
                                          .retry_after_ms = EXPORT_RETRY_MS});
        return true;
    }
    *place = call->user;
    return false;
}

void quota_export_ended(struct quota *q, uint64_t user)
{
    for (int i = 0; i < EXPORTS_MAX; i++)
        if (q->exports[i] == user)
            q->exports[i] = 0;
}
