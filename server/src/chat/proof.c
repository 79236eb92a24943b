#include "chat/proof.h"

#include "chat/guard.h"

static void verified(struct password_job *job)
{
    struct proof *p = container_of(job, struct proof, job);
    if (job->error)
        p->ready(p, CHAT_OVERLOADED);
    else
        p->ready(p, job->matches ? CHAT_OK : CHAT_WRONG_CREDENTIALS);
}

static void found(struct store_request *request)
{
    struct proof *p = container_of(request, struct proof, find.base);
    struct chat *chat = p->call->chat;
    if (request->status != STORE_DONE || p->find.n_users != 1) {
        p->ready(p, request->status == STORE_DONE ? CHAT_NOT_FOUND : CHAT_UNAVAILABLE);
        return;
    }
    p->user = &p->find.users[0];
    uint32_t wait = guard_device(chat, p->call->device);
    if (wait) {
        p->call->retry_after_ms = wait;
        p->ready(p, CHAT_TOO_MANY_TRIES);
        return;
    }
    p->job = (struct password_job){.password = p->password, .verify = true, .done = verified};
    must(p->user->password.n < sizeof(p->job.hash));
    memcpy(p->job.hash, p->user->password.p, p->user->password.n);
    if (!chat->env->ops->password(chat->env, &p->job))
        p->ready(p, CHAT_OVERLOADED);
}

void proof_ask(struct proof *p)
{
    p->find = (struct store_users){.base.done = found, .ids = &p->call->user, .n_ids = 1};
    store_users(p->call->chat->store, &p->find);
}

void proof_stands(struct proof *p)
{
    guard_give_back(p->call->chat, (struct str){0}, p->call->device);
}

void proof_deinit(struct proof *p)
{
    store_request_deinit(&p->find.base);
}
