/* Oracle: tests/c/test_nn_threads.c. */
#include "nn/share.h"

#include "base/parallel.h"
#include "nn/kernels/kernel.h"

enum { DEEP = 3 }; /* a step and those within it */

/* A convolution of fewer is done before another thread has come: 10 us. */
#define MIN_KMACS 300

typedef struct share {
    const cut_step *step;
    uint8_t *arena;
    int32_t y_begin, y_end, rows; /* rows: of a piece */
} share;

/* What keeps rows from band to band makes them anew at the start of a piece, so
 * that there are as few pieces as threads; other steps are dealt out finer. */
static int32_t rows_of_piece(const cut_step *step, int32_t rows,
                             int32_t threads)
{
    int keeps = step->inner || step->kernel->keeps;
    int32_t grain = step->kernel->grain ? step->kernel->grain : 1;
    int32_t pieces = keeps ? threads : threads * 2;
    int32_t size = (rows + pieces - 1) / pieces;
    if (!keeps && size > step->band) size = step->band;
    return (size + grain - 1) / grain * grain;
}

/* On a step that is this thread's own but for what it reads. */
static void make_piece(void *context, int32_t i, int32_t thread)
{
    const share *s = context;
    size_t offset = (size_t)thread * cut_step_scratch(s->step);
    cut_step own[DEEP];
    int n = 0;
    for (const cut_step *from = s->step; from && n < DEEP; from = from->inner) {
        own[n] = *from;
        own[n].scratch += offset;
        if (n) own[n - 1].inner = &own[n];
        n++;
    }
    int32_t y = s->y_begin + i * s->rows, end = y + s->rows;
    if (end > s->y_end) end = s->y_end;
    own->first_row = y;
    for (; y < end; y += own->band)
        own->kernel->run(own, s->arena, y,
                         end - y < own->band ? end : y + own->band);
}

void cut_share_rows(const cut_step *step, uint8_t *arena, int32_t y_begin,
                    int32_t y_end, int32_t threads)
{
    int32_t rows = y_end - y_begin;
    if (threads < 2) { /* a band */
        step->kernel->run(step, arena, y_begin, y_end);
        return;
    }
    int alone = threads < cut_parallel_threads() ||
                (step->kind == CUT_OP_CONV ? step->kmacs < MIN_KMACS
                                           : rows <= step->band);
    share s = {.step = step,
               .arena = arena,
               .y_begin = y_begin,
               .y_end = y_end,
               .rows = alone ? rows : rows_of_piece(step, rows, threads)};
    cut_parallel_for((rows + s.rows - 1) / s.rows, make_piece, &s);
}
