/*
 * Whether a command is sampled is for its asker to say, so an asker could fill the log: nothing is
 * written unless the option says so, and then no more than one line for each command that one may
 * ask.
 */
#include "gateway/span.h"

#include <stdio.h>

#include "gateway/client.h"
#include "gateway/exchange.h"
#include "gateway/state.h"
#include "proto/api.gen.h"
#include "util/crypto.h"
#include "util/log.h"

static uint64_t us(uint64_t from_ns, uint64_t to_ns)
{
    return (to_ns - from_ns) / 1000;
}

void span_log(const struct exchange *ex, uint64_t now_ns)
{
    const struct call *call = &ex->call;
    char span_id[SPAN_ID_CHARS + 1];
    uint64_t id = 0;
    if (!ex->trace.sampled || !ex->client->lane->gateway->options.log_traces)
        return;
    while (!id) /* 0 is no span */
        crypto_random(&id, sizeof(id));
    snprintf(span_id, sizeof(span_id), "%016llx", (unsigned long long)id);
    log_info("span", log_str("trace_id", ex->trace.trace_id), log_str("span_id", span_id),
             log_str("parent_id", ex->trace.span_id),
             log_strn("name", command_specs[call->command].name),
             log_strn("error",
                      call->problem.error ? api_errors[call->problem.error].code : (struct str){0}),
             log_u64("queue_us", us(ex->asked_ns, ex->taken_ns)),
             log_u64("domain_us", us(ex->taken_ns, ex->answered_ns)),
             log_u64("answer_us", us(ex->answered_ns, now_ns)),
             log_u64("us", us(ex->asked_ns, now_ns)));
}
