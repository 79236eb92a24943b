/*
 * One mutex and one condition around a list: jobs take milliseconds, so nothing is to be won with
 * more. A job's task is its node while it waits and its message to the asker afterwards.
 *
 * jobs_n counts what stands in `jobs`. Workers end only when `stopping` is set and the list is
 * empty, hence every job that was taken runs and is posted.
 */
#include "loop/pool.h"

#include "loop/loop_thread.h"
#include "util/macros.h"
#include "util/metric.h"

static void tell_asker(struct task *task)
{
    struct job *job = container_of(task, struct job, task);
    job->done(job);
}

/* The oldest job, waiting for one if need be; NULL when the pool ends. */
static struct job *next_job(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    while (list_empty(&p->jobs) && !p->stopping)
        pthread_cond_wait(&p->work, &p->lock);
    struct list *node = list_pop_front(&p->jobs);
    if (node) {
        p->jobs_n--;
        metric_drop_at(METRIC_PASSWORD_QUEUE, 0);
    }
    pthread_mutex_unlock(&p->lock);
    return node ? container_of(node, struct job, task.node) : NULL;
}

static void *worker(void *arg)
{
    struct pool *p = arg;
    struct job *job;
    while ((job = next_job(p))) {
        job->run(job);
        post(job->asker, &job->task);
    }
    return NULL;
}

int pool_init(struct pool *p, uint32_t threads_n, uint32_t jobs_max)
{
    must(threads_n >= 1 && threads_n <= POOL_THREADS_MAX);
    *p = (struct pool){.jobs_max = jobs_max};
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    list_init(&p->jobs);
    for (; p->threads_n < threads_n; p->threads_n++) {
        int r = thread_start(&p->threads[p->threads_n], "worker", worker, p);
        if (r) {
            pool_deinit(p);
            return r;
        }
    }
    return 0;
}

void pool_deinit(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (uint32_t i = 0; i < p->threads_n; i++)
        pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->lock);
}

int pool_submit(struct pool *p, struct job *job, struct poster *asker)
{
    job->asker = asker;
    job->task.run = tell_asker;
    int r = 0;
    pthread_mutex_lock(&p->lock);
    must(!p->stopping);
    if (p->jobs_n >= p->jobs_max) {
        r = POOL_FULL;
    } else {
        list_push_back(&p->jobs, &job->task.node);
        p->jobs_n++;
        metric_add(METRIC_PASSWORD_QUEUE, 1);
        pthread_cond_signal(&p->work);
    }
    pthread_mutex_unlock(&p->lock);
    return r;
}
