/*
 * Convolution as an implicit matrix product. A window over NHWC is a few
 * contiguous runs of channels (`runs`, elements from the window's first
 * pixel), so nothing is unfolded; where a window can reach beyond the map, a
 * band of rows is copied into a padded scratch first.
 *
 * A kernel makes `n` pixels of one row for one tile of CUT_TILE output
 * channels:
 *   a       the window of the first pixel; the next lies `step` elements on
 *   w       weights of the tile: i16 [run_size/2][8][2] by run, f32
 *           [run_size][8] by run; for the kernels of one output channel
 *           [run_size] by run
 *   channel first output channel of the tile
 *   out     first pixel of the row, channel 0
 *   other   the same of the residual, or NULL
 * y = clamp(sum * mul[c] + add[c] + other * ratio). Oracle: tests/c/test_nn_*.
 */
#ifndef CUT_NN_CONV_H
#define CUT_NN_CONV_H

#include "nn/plan.h"
#include "nn/simd.h"

#define CUT_TILE 8

typedef struct cut_tile {
    const cut_step *step;
    const void *a;
    int32_t pixel; /* elements from window to window */
    int32_t n;
    const void *w;
    int32_t channel;
    uint8_t *out;
    const uint8_t *other;
} cut_tile;

typedef void cut_tile_run(const cut_tile *tile);

/* Sums of products, by type of input; the result is I16 or F32 as the step's
 * `out` says (f32 kernels: F32 only). */
void cut_conv_tile_i16(const cut_tile *tile);
void cut_conv_tile_f32(const cut_tile *tile);
/* One output channel, not padded; F32 result. */
void cut_conv_one_i16(const cut_tile *tile);
void cut_conv_one_f32(const cut_tile *tile);

/* A depthwise row: every channel, weights [kh * kw][cp]. */
void cut_depthwise_i16(const cut_tile *tile);
void cut_depthwise3_i16(const cut_tile *tile);
void cut_depthwise_f32(const cut_tile *tile);
/** Weights of a 3x3 depthwise as cut_depthwise3_i16() wants them: [cp / 8]
 * [10][8]. */
void cut_depthwise3_pack(int16_t *out, const int16_t *w, int32_t cp);

/** How much of the residual is added, in units of the result. */
static inline float cut_ratio(const cut_step *step)
{
    float to = step->out.type == CUT_I16 ? 1.0f / step->out.scale : 1.0f;
    return step->other.type == CUT_I16 ? step->other.scale * to : to;
}

CUT_INLINE void cut_load8(const uint8_t *p, int type, f32x4 *lo, f32x4 *hi)
{
    if (type == CUT_I16) {
        i16x8 v = cut_i16x8_load((const int16_t *)(const void *)p);
        *lo = cut_f32x4_of(cut_low(v));
        *hi = cut_f32x4_of(cut_high(v));
    } else {
        *lo = cut_f32x4_load((const float *)(const void *)p);
        *hi = cut_f32x4_load((const float *)(const void *)p + 4);
    }
}

CUT_INLINE void cut_store8(uint8_t *p, int type, f32x4 lo, f32x4 hi)
{
    if (type == CUT_I16) {
        cut_i16x8_store((int16_t *)(void *)p,
                        cut_narrow(cut_round(lo), cut_round(hi)));
    } else {
        cut_f32x4_store((float *)(void *)p, lo);
        cut_f32x4_store((float *)(void *)p + 4, hi);
    }
}

static inline size_t cut_element(int type) { return type == CUT_I16 ? 2 : 4; }

#endif
