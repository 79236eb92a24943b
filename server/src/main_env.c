/*
 * A password job becomes a job of the pool by a struct of its own on the heap, since the domain's
 * headers know no threads. The worker touches the password_job alone, which the domain leaves
 * alone until done().
 */
#include "main_env.h"

#include <errno.h>
#include <stdlib.h>

#include "loop/loop.h"
#include "loop/pool.h"
#include "util/clock.h"
#include "util/macros.h"
#include "util/mem.h"

struct hashing {
    struct job job;
    struct password_job *asked;
    const struct real_env *env;
};

static struct real_env *real_env_of(struct env *env)
{
    return container_of(env, struct real_env, env);
}

static uint64_t real_wall_ms(struct env *env)
{
    (void)env;
    return clock_wall_ms();
}

static uint64_t real_mono_ms(struct env *env)
{
    (void)env;
    return clock_mono_ms();
}

static void real_random(struct env *env, void *p, size_t n)
{
    (void)env;
    crypto_random(p, n);
}

static void run_hashing(struct job *job)
{
    struct hashing *h = container_of(job, struct hashing, job);
    struct password_job *asked = h->asked;

    asked->error = 0;
    if (atomic_load(&h->env->stopping))
        asked->error = -ECANCELED;
    else if (asked->verify)
        asked->matches = crypto_password_verify(asked->hash, asked->password);
    else
        asked->error = crypto_password_hash(asked->hash, asked->password, h->env->fast_passwords);
}

static void hashing_done(struct job *job)
{
    struct hashing *h = container_of(job, struct hashing, job);
    struct password_job *asked = h->asked;

    free(h);
    asked->done(asked);
}

static bool real_password(struct env *env, struct password_job *asked)
{
    struct real_env *e = real_env_of(env);
    struct hashing *h = mem_new(sizeof(*h));

    *h = (struct hashing){
        .job = {.run = run_hashing, .done = hashing_done},
        .asked = asked,
        .env = e,
    };
    if (pool_submit(e->passwords, &h->job, env->self) == 0)
        return true;
    free(h);
    return false;
}

static const struct env_ops real_env_ops = {
    .wall_ms = real_wall_ms,
    .mono_ms = real_mono_ms,
    .random = real_random,
    .password = real_password,
};

void real_env_init(struct real_env *e, struct loop *loop, struct pool *passwords,
                   bool fast_passwords)
{
    *e = (struct real_env){
        .env = {.ops = &real_env_ops, .self = &loop->poster, .wheel = &loop->wheel},
        .passwords = passwords,
        .fast_passwords = fast_passwords,
    };
}

void real_env_stop(struct real_env *e)
{
    atomic_store(&e->stopping, true);
}
