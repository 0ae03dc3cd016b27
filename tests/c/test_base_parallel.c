/* cut_parallel_for(): every piece once, on a thread that there is, and nothing
 * of it left to do when it returns. */
#include "check.h"
#include "threads.h"

#include <string.h>

enum { MANY = 5000 };

typedef struct work {
    uint8_t made[MANY];
    int32_t thread[MANY];
    uint32_t result[MANY];
    uint32_t rounds;
} work;

/* Long enough that others come before all is done. */
static void piece(void *context, int32_t i, int32_t thread)
{
    work *w = context;
    uint32_t x = (uint32_t)i + w->rounds;
    for (int k = 0; k < 300; k++) x = x * 1664525u + 1013904223u;
    w->made[i]++;
    w->thread[i] = thread;
    w->result[i] = x;
}

static work w, alone;

static void every_piece_is_made_once(int threads)
{
    static const int32_t counts[] = {0, 1, 2, 3, 7, 100, MANY};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        memset(&w, 0, sizeof w);
        memset(&alone, 0, sizeof alone);
        cut_parallel_for(counts[k], piece, &w);
        for (int32_t i = 0; i < counts[k]; i++) piece(&alone, i, 0);
        CHECK(!memcmp(w.made, alone.made, sizeof w.made));
        CHECK(!memcmp(w.result, alone.result, sizeof w.result));
        for (int32_t i = 0; i < counts[k]; i++)
            if (w.thread[i] < 0 || w.thread[i] >= threads) CHECK(!"a thread");
    }
}

/* What one round wrote the next one reads, whoever made it. */
enum { WIDE = 16 };

static void forth(void *context, int32_t i, int32_t thread)
{
    uint32_t *x = context;
    (void)thread;
    x[i] = x[WIDE + (i + 1) % WIDE] * 1664525u + x[WIDE + i] + (uint32_t)i;
}

static void back(void *context, int32_t i, int32_t thread)
{
    uint32_t *x = context;
    (void)thread;
    x[WIDE + i] = (x[(i + 3) % WIDE] ^ x[i]) + 1013904223u;
}

static uint32_t many_rounds(void)
{
    uint32_t x[2 * WIDE] = {0}, hash = 2166136261u;
    for (int i = 0; i < 5000; i++) {
        cut_parallel_for(WIDE, forth, x);
        cut_parallel_for(WIDE, back, x);
    }
    for (int i = 0; i < 2 * WIDE; i++) hash = (hash ^ x[i]) * 16777619u;
    return hash;
}

static void others_take_part(void)
{
    uint32_t before = cut_parallel_helped();
    for (int i = 0; i < 200 && cut_parallel_helped() == before; i++)
        cut_parallel_for(MANY, piece, &w);
#if defined(CUT_THREADS)
    CHECK(cut_parallel_helped() > before);
#else
    CHECK(cut_parallel_helped() == before);
#endif
}

int main(void)
{
    CHECK_EQUAL(cut_parallel_threads(), 1);
    every_piece_is_made_once(1);
    uint32_t rounds = many_rounds();
    for (int threads = 2; threads <= CUT_MAX_THREADS; threads += 3) {
        threads_start(threads);
        every_piece_is_made_once(threads);
        CHECK_EQUAL(many_rounds(), rounds);
        threads_stop();
    }
    /* nobody comes: the caller makes all of it */
    cut_parallel_set_threads(4);
    every_piece_is_made_once(4);
    /* sections one after another, threads that come late to one that is over */
    for (int i = 0; i < 20; i++) {
        threads_start(3);
        if (i % 2) every_piece_is_made_once(3);
        threads_stop();
    }
    threads_start(2);
    others_take_part();
    threads_stop();
    return CHECK_DONE();
}
