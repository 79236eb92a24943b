/*
 * parley-sim: runs simulated worlds, a seed each, and reports every seed whose world was found
 * wrong. `parley-sim --seed N --trace` replays one.
 *
 *     parley-sim [--nodes N] [--cassandra] [--seeds N] [--shard I/N] [--from N] [--seed N]
 *                [--steps N] [--trace] [--sabotage RULE|all]
 *
 * With --nodes 3 each world is a cluster, and TEST_SEEDS is that of one node: there are more. With
 * --cassandra its store is the one on Cassandra, on one that is simulated (cassandra/).
 * With --sabotage a rule is broken on purpose (sabotage.h), and the run fails unless the checker
 * notices soon; with --trace it says what was noticed. TEST_SEEDS sets --seeds where none is given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cassandra/broken.h"
#include "client.h"
#include "commands.h"
#include "there.h"
#include "truth.h"
#include "util/hash.h"
#include "util/crypto.h"
#include "util/log.h"
#include "util/macros.h"
#include "world.h"

enum {
    FINDING_BYTES = 160,
    SEEDS_DEFAULT = 1000,
    CLUSTER_TIMES = 5,
    CLUSTER_SEEDS_MAX = 20000,
};
enum { FAILED_MAX = 10, BATCH = 500 };

/* What takes several people and their group needs longer than most of the rest. */
enum { LONG_EVERY = 8, LONG_TIMES = 4 };

struct options {
    uint64_t from, seeds, every;
    uint32_t steps;
    uint32_t nodes;
    bool cassandra;
    bool trace;
    const char *sabotage;
};

/* Killed cores free nothing, as killed processes do not: a leak found here says nothing. The hook
 * is the leak sanitizer's own. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return 1;
}

/* Mostly moments; now and then days, in which what is old goes. */
static uint64_t some_time(struct world *w)
{
    enum { HOURS_MAX = 100, HOUR_MS = 60 * 60 * 1000 };
    uint32_t what = rng_below(&w->rng, 100);
    if (what < 3)
        return (uint64_t)rng_below(&w->rng, HOURS_MAX) * HOUR_MS;
    return rng_below(&w->rng, what < 8 ? 100000 : 50);
}

static void play(struct world *w, uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++) {
        uint32_t what = rng_below(&w->rng, 1000);
        if (what < 550)
            world_step(w);
        else if (what < 950)
            client_act(w->clients[rng_below(&w->rng, DEVICES)], false);
        else if (what < 998)
            world_pass(w, some_time(w));
        else
            world_trouble(w);
    }
}

enum { ROUNDS_MAX = 20000 };

/* Everybody does what there is to do. True: nobody lacks anything. */
static bool catch_up(struct world *w)
{
    bool in_step = true;
    for (uint32_t i = 0; i < DEVICES; i++) {
        client_act(w->clients[i], true);
        world_settle(w);
        in_step = in_step && client_in_step(w->clients[i]);
    }
    return in_step;
}

/* Everybody catches up and compares, so many times. */
static void compare(struct world *w, uint32_t times)
{
    uint32_t rounds = 0;
    for (uint32_t compared = 0; compared < times;) {
        bool in_step = catch_up(w);
        world_pass(w, 200);
        world_settle(w);
        if (++rounds > ROUNDS_MAX) {
            world_fail(w, "the devices never come in step");
            return;
        }
        if (!in_step)
            continue;
        compared++;
        for (uint32_t i = 0; i < DEVICES; i++)
            client_compare(w->clients[i]);
        world_settle(w);
    }
}

/* The faults are over. */
static void calm_down(struct world *w)
{
    world_calm(w);
    for (uint32_t i = 0; i < w->n_nodes; i++)
        chat_wake_all(w->nodes[i].chat);
    world_pass(w, world_untold_ms(w));
    world_settle(w);
    compare(w, 3);
}

/* What is too old is removed: the job comes round. */
static void finish_round(struct world *w)
{
    enum { ROUND_MS = 60 * 60 * 1000, TURN_MS = 1000, TURNS = 200 };
    world_pass(w, ROUND_MS);
    for (int i = 0; i < TURNS; i++) {
        world_settle(w);
        world_pass(w, TURN_MS);
    }
    world_settle(w);
    w->overdue_ms = w->wall_ms - ROUND_MS - 2 * TURNS * TURN_MS; /* clocks are set, too */
}

/* All is over: what the devices and the lists have is held against what stands. */
static void check(struct world *w)
{
    compare(w, 1); /* what is gone now is told to all */
    for (uint32_t i = 0; i < w->n_nodes; i++)
        if (chat_busy(w->nodes[i].chat))
            world_fail(w, "%u calls never ended", chat_busy(w->nodes[i].chat));
    for (uint32_t i = 0; i < DEVICES; i++)
        command_look_at_all(w->clients[i]);
    world_settle(w);
    /* what stood since, and was not told in order */
    for (uint32_t rounds = 0; !catch_up(w) && rounds < ROUNDS_MAX; rounds++)
        ;
    if (w->n_nodes > 1)
        there_check(w);
    w->sabotage = NULL; /* the checker reads what stands */
    truth_check(w);
}

/* How much goes wrong in this world. */
static void choose_faults(struct world *w)
{
    w->drop_pushes = rng_below(&w->rng, 4) * 15;
    w->fault_percent = rng_percent(&w->rng, 50) ? 0 : 1 + rng_below(&w->rng, 15);
    w->late_percent = rng_percent(&w->rng, 50) ? 0 : 1 + rng_below(&w->rng, 40);
    w->faulty = w->fault_percent || w->late_percent;
}

/* The first line of what was found, if anything was. */
static void put_finding(const struct world *w, char finding[FINDING_BYTES])
{
    struct str found = builder_str(&w->errors);
    const char *end = found.n ? memchr(found.p, '\n', found.n) : NULL;
    if (end)
        snprintf(finding, FINDING_BYTES, "%.*s", (int)(end - found.p), found.p);
}

/* True: the world was found right; else `finding` (or NULL) is the first line of what was not. */
static bool run_seed(const struct options *o, uint64_t seed, uint64_t *history, uint64_t *events,
                     char finding[FINDING_BYTES])
{
    struct world w;
    world_init(&w, seed, o->nodes, o->cassandra, o->sabotage);
    w.trace = o->trace;
    choose_faults(&w);
    uint32_t faults = w.fault_percent, late = w.late_percent;
    commands_choose(&w);
    play(&w, seed % LONG_EVERY ? o->steps : o->steps * LONG_TIMES);
    calm_down(&w);
    world_pass(&w, 2000); /* what is due is emptied */
    world_settle(&w);
    finish_round(&w);
    if (!w.restless)
        check(&w);
    bool right = w.errors.n == 0;
    if (!right && (!o->sabotage || o->trace))
        printf("seed %llu (%u crashes, %u%% faults, %u%% late):\n%.*s", (unsigned long long)seed,
               w.crashes, faults, late, (int)w.errors.n, builder_str(&w.errors).p);
    for (uint32_t i = 0; i < DEVICES; i++)
        *events += w.clients[i]->n_ops;
    *history = w.history;
    if (finding)
        put_finding(&w, finding);
    if (!w.restless) /* else what is under way would never end */
        world_deinit(&w);
    return right;
}

/* Each rule, and within how many seeds breaking it has to be noticed. */
struct sabotage {
    const char *rule;
    uint32_t seeds_max;
};
static const struct sabotage sabotages[] = {
    {"ack-early", 20}, {"double", 20},     {"leak", 20},       {"unread", 20},   {"back", 20},
    {"undelete", 20},  {"gap", 20},        {"newkey", 20},     {"blind", 20},    {"mention", 20},
    {"chatter", 100},  {"pins", 200},      {"uncounted", 600}, {"hoard", 200},   {"linger", 200},
    {"contacts", 100}, {"pinned", 300},    {"privacy", 200},   {"haste", 200},   {"untold", 200},
    {"unhide", 100},   {"drafts", 200},    {"requests", 20},   {"remain", 100},  {"reborn", 200},
    {"hidden", 300},   {"premature", 100}, {"keepsake", 100},  {"unarmed", 100}, {"former", 50},
    {"twins", 20},     {"clones", 20},     {"namesakes", 100},
};

static const struct sabotage cluster_sabotages[] = {
    {"alone", 20},   {"ageless", 300}, {"deaf", 600},      {"overtake", 20},
    {"hasty", 20},   {"stale", 100},   {"unchecked", 300}, {"squatter", 300},
    {"rewind", 200}, {"double", 20},   {"late", 20},       {"mute", 20},
    {"former", 50},  {"twins", 20},    {"clones", 200},    {"namesakes", 100},
};

/* True: it was noticed in time. */
static bool run_sabotage(const struct options *given, const char *rule, uint32_t seeds_max)
{
    struct options o = *given;
    o.sabotage = rule;
    o.steps *= LONG_TIMES;
    uint64_t history, commands = 0;
    char finding[FINDING_BYTES] = "";
    for (uint32_t n = 1; n <= seeds_max; n++)
        if (!run_seed(&o, o.from + n - 1, &history, &commands, finding)) {
            printf("%-13s %5u of %u  %s\n", rule, n, seeds_max, finding);
            return true;
        }
    printf("%-13s   not within %u\n", rule, seeds_max);
    return false;
}

/* How many seeds a rule may take, to be run at this level of tests. By hand all are. */
static uint32_t level_seeds_max(const struct options *o)
{
    enum { QUICK_MAX = 20, USUAL_MAX = 600 };
    const char *level = getenv("TEST_LEVEL");
    if (level && !strcmp(level, "quick") && o->nodes > 1)
        return QUICK_MAX;
    return level && strcmp(level, "full") != 0 ? USUAL_MAX : UINT32_MAX;
}

/* Whether it is to be run now. */
static bool is_asked(const struct options *o, const char *rule, uint32_t seeds_max)
{
    bool every = !strcmp(o->sabotage, "all") && seeds_max <= level_seeds_max(o);
    return every || !strcmp(o->sabotage, rule);
}

static int run_sabotages(const struct options *o)
{
    int missed = 0, n = 0;
    const struct sabotage *all = o->nodes > 1 ? cluster_sabotages : sabotages;
    size_t n_all = o->nodes > 1 ? ARRAY_SIZE(cluster_sabotages) : ARRAY_SIZE(sabotages);
    printf("sabotage   seeds until caught, and what was found first\n");
    for (const struct sabotage *s = all; !o->cassandra && s < all + n_all; s++)
        if (is_asked(o, s->rule, s->seeds_max)) {
            missed += !run_sabotage(o, s->rule, s->seeds_max);
            n++;
        }
    for (const struct broken_rule *r = broken_rules; o->cassandra && r->name; r++)
        if (is_asked(o, r->name, r->seeds_max)) {
            printf("%s:\n", r->text);
            missed += !run_sabotage(o, r->name, r->seeds_max);
            n++;
        }
    if (!n)
        return fprintf(stderr, "no such sabotage: %s\n", o->sabotage), 2;
    return missed ? 1 : 0;
}

struct tally {
    uint64_t ran, commands, failed;
};

static void run_some(const struct options *o, uint64_t n, struct tally *t)
{
    for (uint64_t end = t->ran + n; t->ran < end && t->failed < FAILED_MAX; t->ran++) {
        uint64_t seed = o->from + t->ran * o->every, history = 0, again = 0, ignored = 0;
        t->failed += !run_seed(o, seed, &history, &t->commands, NULL);
        if (t->ran % 50 == 0) {
            run_seed(o, seed, &again, &ignored, NULL);
            if (history != again) {
                printf("seed %llu does not replay\n", (unsigned long long)seed);
                t->failed++;
            }
        }
    }
    fflush(stdout);
}

/* Each batch in a process of its own, since killed cores free nothing. */
static int run(const struct options *o)
{
    struct tally *t =
        mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(t != MAP_FAILED);
    while (t->ran < o->seeds && t->failed < FAILED_MAX) {
        uint64_t ran = t->ran, left = o->seeds - ran;
        int status = 0;
        fflush(stdout);
        pid_t pid = fork();
        must(pid >= 0);
        if (pid == 0) {
            run_some(o, MIN(left, (uint64_t)BATCH), t);
            _exit(0);
        }
        must(waitpid(pid, &status, 0) == pid);
        if (status) {
            unsigned long long seed = o->from + t->ran * o->every;
            printf("seed %llu ends the process: status %d\n", seed, status);
            t->failed++;
            break;
        }
    }
    printf("%llu seeds, %llu commands, %llu seeds failed\n", (unsigned long long)t->ran,
           (unsigned long long)t->commands, (unsigned long long)t->failed);
    return t->failed ? 1 : 0;
}

/* One of N that share the seeds. */
static bool take_shard(struct options *o, const char *text)
{
    unsigned long long i, n;
    if (sscanf(text, "%llu/%llu", &i, &n) != 2 || i < 1 || i > n)
        return false;
    o->from += i - 1;
    o->every = n;
    return true;
}

static bool take_option(struct options *o, const char *name, const char *value)
{
    if (!strcmp(name, "--seeds"))
        o->seeds = strtoull(value, NULL, 10);
    else if (!strcmp(name, "--from"))
        o->from = strtoull(value, NULL, 10);
    else if (!strcmp(name, "--seed"))
        o->from = strtoull(value, NULL, 10), o->seeds = 1;
    else if (!strcmp(name, "--steps"))
        o->steps = (uint32_t)strtoul(value, NULL, 10);
    else if (!strcmp(name, "--nodes"))
        o->nodes = (uint32_t)strtoul(value, NULL, 10);
    else if (!strcmp(name, "--sabotage"))
        o->sabotage = value;
    else
        return !strcmp(name, "--shard") && take_shard(o, value);
    return o->nodes >= 1 && o->nodes <= NODES_MAX;
}

/* As many as TEST_SEEDS says of one node. */
static uint64_t usual_seeds(const struct options *o)
{
    const char *text = getenv("TEST_SEEDS");
    uint64_t seeds = text ? strtoull(text, NULL, 10) : SEEDS_DEFAULT;
    if (o->nodes > 1 && !o->cassandra)
        seeds = MIN(seeds * CLUSTER_TIMES, CLUSTER_SEEDS_MAX);
    return seeds / o->every;
}

int main(int argc, char **argv)
{
    struct options o = {.from = 1, .every = 1, .steps = 1500, .nodes = 1};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--trace"))
            o.trace = true;
        else if (!strcmp(argv[i], "--cassandra"))
            o.cassandra = true;
        else if (i + 1 < argc && take_option(&o, argv[i], argv[i + 1]))
            i++;
        else
            return fprintf(stderr, "what is %s?\n", argv[i]), 2;
    }
    if (!o.seeds)
        o.seeds = usual_seeds(&o);
    setvbuf(stdout, NULL, _IOLBF, 0);
    hash_use_key(1, 2);
    log_set_level(LOG_OFF);
    if (crypto_init())
        return 2;
    return o.sabotage ? run_sabotages(&o) : run(&o);
}
