/*
 * The pool lies in the memory that its threads share: beside the counters of
 * alloc.c the only global. A helper watches one word, `round`, which changes
 * when there is work and when the section is over. `open` and `inside` keep a
 * late helper out of a round that the caller has left: the helper enters, then
 * looks whether the round is open; the caller closes it, then waits until
 * nobody is inside. That needs sequential consistency, the default.
 *
 * Whoever waits looks for a while before it sleeps: the next step of a network
 * follows within microseconds, and a sleeper takes some 50 to come back.
 */
#include "base/parallel.h"

#include <stddef.h>

#if defined(CUT_THREADS)

#include <stdatomic.h>

#define LOOKS 20000 /* about 20 us */

/* ---- a word that changes ----------------------------------------------- */

#if defined(__wasm__)

static void sleep_on(_Atomic uint32_t *word, uint32_t seen)
{
    __builtin_wasm_memory_atomic_wait32((int *)(void *)word, (int)seen, -1);
}

static void wake(_Atomic uint32_t *word)
{
    __builtin_wasm_memory_atomic_notify((int *)(void *)word, UINT32_MAX);
}

#else

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void sleep_on(_Atomic uint32_t *word, uint32_t seen)
{
    pthread_mutex_lock(&mutex);
    if (atomic_load(word) == seen) pthread_cond_wait(&changed, &mutex);
    pthread_mutex_unlock(&mutex);
}

static void wake(_Atomic uint32_t *word)
{
    (void)word;
    pthread_mutex_lock(&mutex);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

#endif

/* Until it is no longer `seen`. */
static void await_change(_Atomic uint32_t *word, uint32_t seen)
{
    for (int i = 0; i < LOOKS; i++)
        if (atomic_load(word) != seen) return;
    while (atomic_load(word) == seen) sleep_on(word, seen);
}

/* ---- the pool ---------------------------------------------------------- */

static struct {
    _Atomic uint32_t round, section;
    _Atomic uint32_t open;   /* there may be pieces left */
    _Atomic uint32_t inside; /* helpers */
    _Atomic int32_t next;    /* piece */
    _Atomic uint32_t helped, broke;
    int32_t threads, count;
    int opened; /* the section */
    cut_piece *piece;
    void *context;
} pool = {.threads = 1};

int32_t cut_parallel_threads(void)
{
    return pool.threads;
}

void cut_parallel_set_threads(int32_t count)
{
    int32_t most = count < CUT_MAX_THREADS ? count : CUT_MAX_THREADS;
    pool.threads = most < 1 ? 1 : most;
}

uint32_t cut_parallel_section(void)
{
    return atomic_load(&pool.section);
}

uint32_t cut_parallel_helped(void)
{
    return atomic_load(&pool.helped);
}

/* Pieces until there are none; how many it were. */
static uint32_t take(int32_t thread)
{
    uint32_t made = 0;
    for (;; made++) {
        int32_t i = atomic_fetch_add(&pool.next, 1);
        if (i >= pool.count) return made;
        pool.piece(pool.context, i, thread);
    }
}

#if defined(__wasm__)
__attribute__((import_module("threads"), import_name("open"))) void
open_section(uint32_t section);
#endif

static void begin_section(void)
{
    if (pool.opened) return;
    pool.opened = 1;
#if defined(__wasm__)
    open_section(atomic_load(&pool.section));
#endif
}

void cut_parallel_for(int32_t n, cut_piece *piece, void *context)
{
    if (n < 2 || pool.threads < 2) {
        for (int32_t i = 0; i < n; i++) piece(context, i, 0);
        return;
    }
    begin_section();
    pool.piece = piece;
    pool.context = context;
    pool.count = n;
    atomic_store(&pool.next, 0);
    atomic_store(&pool.open, 1);
    atomic_fetch_add(&pool.round, 1);
    wake(&pool.round);
    take(0);
    atomic_store(&pool.open, 0);
    for (uint32_t seen; (seen = atomic_load(&pool.inside)) != 0;)
        await_change(&pool.inside, seen);
    if (atomic_load(&pool.broke)) __builtin_trap();
}

void cut_parallel_help(int32_t thread, uint32_t section)
{
    for (;;) {
        uint32_t seen = atomic_load(&pool.round);
        if (atomic_load(&pool.section) != section) return;
        atomic_fetch_add(&pool.inside, 1);
        /* not a round of the next section: its thread may be another */
        if (atomic_load(&pool.open) && atomic_load(&pool.section) == section)
            atomic_fetch_add(&pool.helped, take(thread));
        atomic_fetch_sub(&pool.inside, 1);
        wake(&pool.inside);
        await_change(&pool.round, seen);
    }
}

void cut_parallel_close(void)
{
    pool.opened = 0;
    atomic_fetch_add(&pool.section, 1);
    atomic_fetch_add(&pool.round, 1);
    wake(&pool.round);
}

void cut_parallel_broke(void)
{
    atomic_store(&pool.broke, 1);
    atomic_fetch_sub(&pool.inside, 1);
    wake(&pool.inside);
}

#if defined(__wasm__)

enum { STACK = 65536 };
static _Alignas(16) unsigned char stacks[CUT_MAX_THREADS - 1][STACK];

void *cut_parallel_stack(int32_t thread)
{
    return stacks[thread - 1] + STACK;
}

#endif

#else

int32_t cut_parallel_threads(void)
{
    return 1;
}

void cut_parallel_set_threads(int32_t count)
{
    (void)count;
}

uint32_t cut_parallel_helped(void)
{
    return 0;
}

void cut_parallel_for(int32_t n, cut_piece *piece, void *context)
{
    for (int32_t i = 0; i < n; i++) piece(context, i, 0);
}

#endif

/* ---- rows -------------------------------------------------------------- */

enum { PIECES = 4 }; /* for each thread: one may be slower than another */

typedef struct split {
    cut_rows *rows;
    void *context;
    int32_t count, size;
} split;

static void some_rows(void *context, int32_t i, int32_t thread)
{
    const split *s = context;
    int32_t from = i * s->size, end = from + s->size;
    s->rows(s->context, from, end < s->count ? end : s->count, thread);
}

void cut_parallel_rows(int32_t count, cut_rows *rows, void *context)
{
    int32_t threads = cut_parallel_threads();
    int32_t pieces = threads > 1 ? threads * PIECES : 1;
    split s = {.rows = rows,
               .context = context,
               .count = count,
               .size = (count + pieces - 1) / pieces};
    if (count > 0)
        cut_parallel_for((count + s.size - 1) / s.size, some_rows, &s);
}
