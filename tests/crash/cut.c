/*
 * parley-crash-cut STATE OUT SEED drop|some: makes in OUT, which does not exist yet, what a power
 * cut at the end of STATE's journal leaves of the watched directory (see disk.h). `drop`: nothing
 * that was not synced. `some`: of that, what the seed picks: all of it up to a moment, or each
 * operation, each 4 KiB page for itself. Prints what it left. Exit status 3: nothing had been done
 * yet, the directory is as it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"

enum { PAGE_BYTES = 4096, COPY_BYTES = 1 << 16, NOT_BEGUN = 3 };

struct op {
    struct disk_record r;
    const char *name, *to;
    int waits_for; /* syncs of inodes before it lasts; 0: it lasts */
    bool lost;     /* its sync failed */
    bool stays;    /* of a name: it is left */
};

/* What one inode's next sync makes last: indexes of operations, ascending. */
struct inode {
    uint64_t number, found_bytes;
    bool directory;
    size_t *waiting;
    size_t n_waiting, first, room;
};

struct entry {
    uint64_t dir, file;
    const char *name;
};

struct cut {
    const char *state;
    char *journal;
    struct op *ops;
    size_t n_ops;
    struct inode *inodes;
    size_t n_inodes;
    struct entry *entries;
    size_t n_entries;
    uint64_t rng;
    bool some, begun;
    uint64_t files, bytes, bytes_unsynced, bytes_kept, names_unsynced, names_kept;
};

static void fail(const char *what, const char *path)
{
    fprintf(stderr, "parley-crash-cut: %s %s: %s\n", what, path, strerror(errno));
    exit(1);
}

static void *grown(void *array, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return array;
    *room = *room ? 2 * *room : 64;
    array = realloc(array, *room * size);
    if (!array)
        fail("no memory", "");
    return array;
}

/* Less than n. SplitMix64. */
static uint64_t draw(struct cut *c, uint64_t n)
{
    uint64_t z = c->rng += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return n ? (z ^ (z >> 31)) % n : 0;
}

/* --- reading the journal --- */

static struct inode *inode(struct cut *c, uint64_t number)
{
    for (size_t i = 0; i < c->n_inodes; i++)
        if (c->inodes[i].number == number)
            return &c->inodes[i];
    c->inodes = realloc(c->inodes, (c->n_inodes + 1) * sizeof(*c->inodes));
    if (!c->inodes)
        fail("no memory", "");
    c->inodes[c->n_inodes] = (struct inode){.number = number};
    return &c->inodes[c->n_inodes++];
}

static void wait_for(struct cut *c, uint64_t number, size_t op)
{
    struct inode *i = inode(c, number);
    i->waiting = grown(i->waiting, i->n_waiting, &i->room, sizeof(*i->waiting));
    i->waiting[i->n_waiting++] = op;
}

/* A sync of what was asked for before `before`. */
static void sync_inode(struct cut *c, uint64_t number, uint64_t before, bool done)
{
    struct inode *i = inode(c, number);
    for (; i->first < i->n_waiting && i->waiting[i->first] < before; i->first++) {
        struct op *op = &c->ops[i->waiting[i->first]];
        if (done && op->waits_for)
            op->waits_for--;
        op->lost |= !done;
    }
}

static void truncate_inode(struct cut *c, uint64_t number, uint64_t size)
{
    struct inode *i = inode(c, number);
    i->found_bytes = i->found_bytes < size ? i->found_bytes : size;
    for (size_t at = 0; at < c->n_ops; at++) {
        struct disk_record *r = &c->ops[at].r;
        if (r->op == DISK_WRITE && r->file == number && r->a + r->b > size)
            r->b = r->a < size ? size - r->a : 0;
    }
}

static void take(struct cut *c, size_t at)
{
    struct op *op = &c->ops[at];
    const struct disk_record *r = &op->r;
    op->waits_for = 1;
    switch (r->op) {
    case DISK_FOUND:
    case DISK_FOUND_DIR:
        op->waits_for = 0;
        if (r->op == DISK_FOUND)
            inode(c, r->file)->found_bytes = r->a;
        break;
    case DISK_BEGUN:
        c->begun = true;
        break;
    case DISK_CREATE: /* where O_TRUNC made a new file of an old one, its own sync does as well */
        if (r->b)
            wait_for(c, r->file, at);
        wait_for(c, r->dir, at);
        break;
    case DISK_MKDIR:
    case DISK_LINK:
    case DISK_UNLINK:
        wait_for(c, r->dir, at);
        break;
    case DISK_RENAME:
        wait_for(c, r->dir, at);
        if (r->a != r->dir) {
            wait_for(c, r->a, at);
            op->waits_for = 2;
        }
        break;
    case DISK_WRITE:
        wait_for(c, r->file, at);
        break;
    case DISK_TRUNCATE:
        truncate_inode(c, r->file, r->a);
        break;
    case DISK_SYNC:
    case DISK_SYNC_FAILED:
        sync_inode(c, r->file, r->a, r->op == DISK_SYNC);
        break;
    default:
        errno = EBADMSG;
        fail("not understood:", c->state);
    }
    if (r->op == DISK_FOUND_DIR || r->op == DISK_MKDIR)
        inode(c, r->file)->directory = true;
}

static void read_journal(struct cut *c)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/journal", c->state);
    int fd = open(path, O_RDONLY);
    struct stat st;
    if (fd < 0 && errno == ENOENT)
        return; /* killed before its first step */
    if (fd < 0 || fstat(fd, &st))
        fail("cannot read", path);
    size_t n = (size_t)st.st_size, room = 0, got = 0;
    c->journal = malloc(n + 1);
    for (ssize_t r; c->journal && got < n && (r = read(fd, c->journal + got, n - got)) > 0;)
        got += (size_t)r;
    close(fd);
    if (!c->journal || got != n)
        fail("cannot read", path);
    for (size_t at = 0; at + sizeof(struct disk_record) <= n;) {
        struct op op = {0};
        memcpy(&op.r, c->journal + at, sizeof(op.r));
        if (op.r.bytes > n - at)
            break; /* the server was killed while it wrote this */
        op.name = c->journal + at + sizeof(op.r);
        op.to = op.name + strlen(op.name) + 1;
        at += op.r.bytes;
        c->ops = grown(c->ops, c->n_ops, &room, sizeof(*c->ops));
        c->ops[c->n_ops++] = op;
        take(c, c->n_ops - 1);
    }
}

/* --- names --- */

static struct entry *find(struct cut *c, uint64_t dir, const char *name)
{
    for (size_t i = 0; i < c->n_entries; i++)
        if (c->entries[i].dir == dir && !strcmp(c->entries[i].name, name))
            return &c->entries[i];
    return NULL;
}

static void drop(struct cut *c, uint64_t dir, const char *name)
{
    struct entry *e = find(c, dir, name);
    if (e)
        *e = c->entries[--c->n_entries];
}

static void put(struct cut *c, uint64_t dir, const char *name, uint64_t file)
{
    drop(c, dir, name);
    c->entries = realloc(c->entries, (c->n_entries + 1) * sizeof(*c->entries));
    if (!c->entries)
        fail("no memory", "");
    c->entries[c->n_entries++] = (struct entry){.dir = dir, .name = name, .file = file};
}

static void apply(struct cut *c, const struct op *op)
{
    const struct disk_record *r = &op->r;
    if (r->op == DISK_UNLINK) {
        drop(c, r->dir, op->name);
    } else if (r->op == DISK_RENAME) {
        const struct entry *from = find(c, r->dir, op->name);
        uint64_t file = from ? from->file : 0;
        if (!file)
            return; /* what it renamed did not survive */
        drop(c, r->dir, op->name);
        put(c, r->a, op->to, file);
    } else {
        put(c, r->dir, op->name, r->file);
    }
}

static bool is_name(const struct op *op)
{
    return op->r.op < DISK_WRITE;
}

/* Of names that were not synced: none, all up to a moment, or each by the toss of a coin. */
static void choose_names(struct cut *c)
{
    uint64_t how = c->some ? draw(c, 3) : 0;
    size_t until = 0;
    if (how == 1)
        until = (size_t)draw(c, c->n_ops + 1);
    for (size_t i = 0; i < c->n_ops; i++) {
        struct op *op = &c->ops[i];
        if (is_name(op))
            op->stays = !op->waits_for || i < until || (how == 2 && draw(c, 2));
    }
}

/* What a renaming in this directory comes with: see disk.h. */
static void keep_before(struct cut *c, size_t renaming, uint64_t dir)
{
    for (size_t i = 0; i < renaming; i++) {
        struct op *op = &c->ops[i];
        bool here = op->r.dir == dir || (op->r.op == DISK_RENAME && op->r.a == dir);
        if (is_name(op) && here && !op->lost)
            op->stays = true;
    }
}

static void apply_names(struct cut *c)
{
    choose_names(c);
    for (size_t i = c->n_ops; i-- > 0;)
        if (c->ops[i].r.op == DISK_RENAME && c->ops[i].stays)
            keep_before(c, i, c->ops[i].r.a);
    for (size_t i = 0; i < c->n_ops; i++) {
        const struct op *op = &c->ops[i];
        if (!is_name(op))
            continue;
        c->names_unsynced += op->waits_for != 0;
        c->names_kept += op->waits_for && op->stays;
        if (op->stays)
            apply(c, op);
    }
}

/* --- bytes --- */

static void copy(struct cut *c, int from, int to, uint64_t at, uint64_t n, const char *path)
{
    static char bytes[COPY_BYTES];
    while (n) {
        size_t some = n < sizeof(bytes) ? (size_t)n : sizeof(bytes);
        ssize_t r = pread(from, bytes, some, (off_t)at);
        if (r <= 0 || pwrite(to, bytes, (size_t)r, (off_t)at) != r)
            fail("cannot copy", path);
        at += (uint64_t)r;
        n -= (uint64_t)r;
        c->bytes += (uint64_t)r;
    }
}

/* What survives of a write that was not synced: `budget` more bytes, or each page for itself. */
static void copy_some(struct cut *c, int from, int to, const struct disk_record *r, bool pages,
                      uint64_t *budget, const char *path)
{
    for (uint64_t at = r->a, end = r->a + r->b, n; at < end; at += n) {
        n = PAGE_BYTES - at % PAGE_BYTES;
        n = n < end - at ? n : end - at;
        uint64_t kept = pages ? draw(c, 2) * n : n < *budget ? n : *budget;
        *budget -= pages ? 0 : kept;
        copy(c, from, to, at, kept, path);
        c->bytes_kept += kept;
    }
}

static void make_file(struct cut *c, const char *path, const struct inode *inode)
{
    char node[PATH_MAX];
    snprintf(node, sizeof(node), "%s/nodes/%" PRIu64, c->state, inode->number);
    int from = open(node, O_RDONLY), to = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (from < 0 || to < 0)
        fail("cannot copy", path);
    copy(c, from, to, 0, inode->found_bytes, path);
    uint64_t unsynced = 0;
    for (size_t i = 0; i < c->n_ops; i++)
        if (c->ops[i].r.op == DISK_WRITE && c->ops[i].r.file == inode->number)
            unsynced += c->ops[i].waits_for ? c->ops[i].r.b : 0;
    uint64_t how = c->some ? draw(c, 3) : 0;
    uint64_t budget = how == 1 ? draw(c, unsynced + 1) : 0;
    for (size_t i = 0; i < c->n_ops; i++) {
        const struct op *op = &c->ops[i];
        if (op->r.op != DISK_WRITE || op->r.file != inode->number)
            continue;
        if (op->waits_for)
            copy_some(c, from, to, &op->r, how == 2, &budget, path);
        else
            copy(c, from, to, op->r.a, op->r.b, path);
    }
    c->bytes_unsynced += unsynced;
    c->files++;
    close(from);
    close(to);
}

static void make_directory(struct cut *c, const char *path, uint64_t dir)
{
    if (mkdir(path, 0700))
        fail("cannot make", path);
    for (size_t i = 0; i < c->n_entries; i++) {
        const struct entry *e = &c->entries[i];
        char inner[PATH_MAX];
        if (e->dir != dir)
            continue;
        snprintf(inner, sizeof(inner), "%s/%s", path, e->name);
        const struct inode *child = inode(c, e->file);
        if (child->directory)
            make_directory(c, inner, e->file);
        else
            make_file(c, inner, child);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5 || (strcmp(argv[4], "drop") && strcmp(argv[4], "some"))) {
        fputs("usage: parley-crash-cut STATE OUT SEED drop|some\n", stderr);
        return 2;
    }
    struct cut c = {.state = argv[1]};
    c.rng = strtoull(argv[3], NULL, 10);
    c.some = !strcmp(argv[4], "some");
    read_journal(&c);
    if (!c.begun) {
        puts("killed before it did anything");
        return NOT_BEGUN;
    }
    apply_names(&c);
    make_directory(&c, argv[2], find(&c, 0, "")->file);
    printf("%" PRIu64 " files, %" PRIu64 " bytes; of what was not synced %" PRIu64 " of %" PRIu64
           " bytes, %" PRIu64 " of %" PRIu64 " names\n",
           c.files, c.bytes, c.bytes_kept, c.bytes_unsynced, c.names_kept, c.names_unsynced);
    for (size_t i = 0; i < c.n_inodes; i++)
        free(c.inodes[i].waiting);
    free(c.inodes);
    free(c.entries);
    free(c.ops);
    free(c.journal);
    return 0;
}
