/*
 * What all kernels share: a kernel, a tile of a convolution, eight channels
 * read and written.
 *
 * A convolution is an implicit matrix product. A window over NHWC is a few
 * contiguous runs of channels (`runs`, elements from the window's first pixel),
 * so nothing is unfolded; where a window can reach beyond the map, a band of
 * rows is copied into a padded scratch first (band.h). A tile makes `n` pixels
 * of one row:
 *   a       the window of the first pixel; the next lies `pixel` elements on
 *   w       weights of the tile's output channels, as its layout says (pack.h)
 *   out     first pixel of the row, first channel of the tile; `ld` elements
 *           from pixel to pixel
 *   other   the same of the residual, or NULL
 * y = clamp(sum * mul[c] + add[c] + other * ratio). Where the result is i16,
 * add, lo and hi are shifted by CUT_MAGIC.
 */
#ifndef CUT_NN_KERNEL_H
#define CUT_NN_KERNEL_H

#include "nn/kernels/simd.h"
#include "nn/plan/step.h"

#define CUT_TILE 8 /* output channels */

typedef struct cut_tile {
    const cut_step *step;
    const void *a, *w;
    int32_t pixel, n;
    int32_t channel; /* of the tile's first: index of mul and add */
    uint8_t *out;
    int32_t ld;
    const uint8_t *other;
} cut_tile;

/** Pixels of one row. */
typedef void cut_tile_run(const cut_tile *tile);

/** Makes rows y_begin..y_end - 1 of `out`. Bands of one step come in order,
 * from its first_row on, in the scratch that holds what they keep. */
typedef void cut_run(const cut_step *step, uint8_t *arena, int32_t y_begin,
                     int32_t y_end);

/** A way to make a step. kernels.c lists them by kind of operation; the first
 * that fits is taken. */
struct cut_kernel {
    const char *name; /* in the plan's JSON */
    /** Whether it can make the step, whose views are known (for an estimate:
     * shapes and types of `in` and `out` alone). NULL: always. */
    int (*fits)(const cut_op *op, const cut_step *step);
    /** Sets all that `run` reads; scratch_bytes, band, and kmacs where it
     * counts. CUT_E_MEMORY. */
    cut_status (*set_up)(const cut_setup *setup);
    cut_run *run;
    cut_tile_run *tile; /* of a convolution that is run by bands */
    int keeps;     /* rows for the next band, as one with an inner step does */
    int32_t grain; /* rows that are made together, 0: each by itself */
    double gmacs;  /* of a convolution: GMAC/s in wasm on one thread of an EPYC,
                     from `npm run bench -- engines` */
};

/** Rows a call should make where an element of `out` costs about the same
 * everywhere. */
static inline int32_t cut_even_band(const cut_view *out)
{
    return 16384 / (out->w * out->cp) + 1;
}

CUT_INLINE void cut_load8(const uint8_t *p, int type, f32x4 *lo, f32x4 *hi)
{
    if (type == CUT_I16) {
        i16x8 v = cut_i16x8_load((const int16_t *)(const void *)p);
        *lo = cut_f32x4_of(cut_low(v));
        *hi = cut_f32x4_of(cut_high(v));
    } else {
        *lo = cut_load_f32((const float *)(const void *)p);
        *hi = cut_load_f32((const float *)(const void *)p + 4);
    }
}

CUT_INLINE void cut_store8(uint8_t *p, int type, f32x4 lo, f32x4 hi)
{
    if (type == CUT_I16) {
        cut_i16x8_store((int16_t *)(void *)p,
                        cut_narrow(cut_round(lo), cut_round(hi)));
    } else {
        cut_store_f32((float *)(void *)p, lo);
        cut_store_f32((float *)(void *)p + 4, hi);
    }
}

/* What all eight channels of a tile's result share. */
typedef struct cut_finish {
    f32x4 m0, m1, b0, b1, lo, hi, ratio;
    i16x8 top; /* hi, where the result is i16 */
} cut_finish;

CUT_INLINE cut_finish cut_finish_of(const cut_step *step, int32_t channel)
{
    const i32x4 top = cut_unshift(cut_f32x4(step->act.b));
    return (cut_finish){.m0 = cut_load_f32(step->mul + channel),
                        .m1 = cut_load_f32(step->mul + channel + 4),
                        .b0 = cut_load_f32(step->add + channel),
                        .b1 = cut_load_f32(step->add + channel + 4),
                        .lo = cut_f32x4(step->act.a),
                        .hi = cut_f32x4(step->act.b),
                        .ratio = cut_f32x4(step->conv.ratio),
                        .top = cut_narrow(top, top)};
}

/* Whole numbers of shifted floats, lo..hi. What is above 2^22 is read as some
 * larger number, so that the upper bound can wait for the i16; what is far
 * below would be read as one above. */
CUT_INLINE i16x8 cut_clamp_i16(const cut_finish *f, f32x4 y0, f32x4 y1)
{
    i32x4 q0 = cut_unshift(cut_max(y0, f->lo));
    i32x4 q1 = cut_unshift(cut_max(y1, f->lo));
    return cut_min_i16(cut_narrow(q0, q1), f->top);
}

/* Eight channels of one pixel: sums already scaled and shifted by the bias. */
CUT_INLINE void cut_finish8(const cut_finish *f, f32x4 y0, f32x4 y1, int type,
                            uint8_t *out, const uint8_t *other, int other_type)
{
    if (other) {
        f32x4 r0, r1;
        cut_load8(other, other_type, &r0, &r1);
        y0 += r0 * f->ratio;
        y1 += r1 * f->ratio;
    }
    if (type == CUT_I16) {
        cut_i16x8_store((int16_t *)(void *)out, cut_clamp_i16(f, y0, y1));
    } else {
        cut_store_f32((float *)(void *)out, cut_min(cut_max(y0, f->lo), f->hi));
        cut_store_f32((float *)(void *)out + 4,
                      cut_min(cut_max(y1, f->lo), f->hi));
    }
}

#endif
