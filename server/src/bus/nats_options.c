/* See nats_options.h. A certificate is checked against the host's name by libnats as Debian builds
 * it; the tests hold it to that. */
#include "bus/nats_options.h"

#include <nats/nats.h>
#include <stdio.h>

#include "bus/subject.h"
#include "util/macros.h"

static bool is_set(const char *text)
{
    return text && *text;
}

static natsStatus set_security(natsOptions *to, const struct nats_options *from)
{
    natsStatus status = NATS_OK;
    if (is_set(from->user))
        status = natsOptions_SetUserInfo(to, from->user, from->password ? from->password : "");
    if (status == NATS_OK && is_set(from->credentials))
        status = natsOptions_SetUserCredentialsFromFiles(to, from->credentials, NULL);
    if (status == NATS_OK && is_set(from->ca)) {
        status = natsOptions_SetSecure(to, true);
        if (status == NATS_OK)
            status = natsOptions_LoadCATrustedCertificates(to, from->ca);
    }
    if (status == NATS_OK && is_set(from->certificate))
        status = natsOptions_LoadCertificatesChain(to, from->certificate, from->key);
    return status;
}

static natsStatus set_all(natsOptions *to, const struct nats_options *from)
{
    const char *urls[NATS_SERVERS_MAX];
    must(from->urls_n && from->urls_n <= NATS_SERVERS_MAX);
    for (size_t i = 0; i < from->urls_n; i++)
        urls[i] = from->urls[i].p;
    natsStatus status = natsOptions_SetServers(to, urls, (int)from->urls_n);
    if (status == NATS_OK)
        status = natsOptions_SetName(to, "parleyd");
    return status == NATS_OK ? set_security(to, from) : status;
}

int nats_options_make(natsOptions **out, const struct nats_options *options, char *why,
                      size_t why_size)
{
    *out = NULL;
    if (!subject_prefix_good(str_of(options->prefix))) {
        snprintf(why, why_size, "subjects cannot begin with %s", options->prefix);
        return NATS_BAD;
    }
    natsStatus status = natsOptions_Create(out);
    if (status == NATS_OK)
        status = set_all(*out, options);
    if (status == NATS_OK)
        return 0;
    const char *more = nats_GetLastError(NULL);
    snprintf(why, why_size, "%s%s%s", natsStatus_GetText(status), more ? ": " : "",
             more ? more : "");
    natsOptions_Destroy(*out);
    *out = NULL;
    return NATS_BAD;
}
