/*
 * Convolution as an implicit matrix product. A window over NHWC is a few
 * contiguous runs of channels (`runs`, elements from the window's first
 * pixel), so nothing is unfolded; where a window can reach beyond the map, a
 * band of rows is copied into a padded scratch first.
 *
 * A kernel makes `n` pixels of one row:
 *   a       the window of the first pixel; the next lies `pixel` elements on
 *   w       weights of CUT_TILE output channels: i16 [run_size/2][8][2] by run,
 *           f32 [run_size][8] by run; one output channel: [run_size] by run;
 *           depthwise: all channels, [tap][cp], or as cut_depthwise_pack()
 *   out     first pixel of the row, first channel of the tile; `ld` elements
 *           from pixel to pixel
 *   other   the same of the residual, or NULL
 * y = clamp(sum * mul[c] + add[c] + other * ratio). Where the result is i16,
 * add, lo and hi are shifted by CUT_MAGIC. Oracle: tests/c/test_nn_conv.c.
 */
#ifndef CUT_NN_KERNEL_H
#define CUT_NN_KERNEL_H

#include "nn/plan/plan.h"
#include "nn/kernels/simd.h"

#define CUT_TILE 8

struct cut_tile {
    const cut_step *step;
    const void *a, *w;
    int32_t pixel, n;
    int32_t channel; /* of the tile's first: index of mul and add */
    uint8_t *out;
    int32_t ld;
    const uint8_t *other;
};

cut_tile_run cut_conv_tile_i16, cut_conv_tile_f32;
cut_tile_run cut_conv_one_i16, cut_conv_one_f32; /* f32 result */
cut_tile_run cut_depthwise_i16, cut_depthwise3_i16, cut_depthwise5_i16;
cut_tile_run cut_depthwise_f32;

/** The window of the first pixel of row `from`: in the map, or in a padded copy
 * of the rows that from..to - 1 need. `pitch`: bytes from one row to the next;
 * `pixel`: elements. */
const uint8_t *cut_conv_band(const cut_step *step, uint8_t *arena,
                             int32_t from, int32_t to, size_t *pitch,
                             int32_t *pixel);

#define CUT_DEPTHWISE_PAIRS(side) (((side) * (side) + 1) / 2)

/** [cp / 8][CUT_DEPTHWISE_PAIRS][8][2]: the pairs of taps of a window 3 or 5 wide
 * and high (`side`) that are summed together, from [tap][cp]. */
void cut_depthwise_pack(int16_t *out, const int16_t *w, int32_t cp,
                        int32_t side);

static inline size_t cut_element(int type) { return type == CUT_I16 ? 2 : 4; }

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
} cut_finish;

CUT_INLINE cut_finish cut_finish_of(const cut_step *step, int32_t channel)
{
    return (cut_finish){
        .m0 = cut_load_f32(step->mul + channel),
        .m1 = cut_load_f32(step->mul + channel + 4),
        .b0 = cut_load_f32(step->add + channel),
        .b1 = cut_load_f32(step->add + channel + 4),
        .lo = cut_f32x4(step->act.a), .hi = cut_f32x4(step->act.b),
        .ratio = cut_f32x4(step->ratio)
    };
}

/* Eight channels of one pixel: sums already scaled and shifted by the bias. */
CUT_INLINE void cut_finish8(const cut_finish *f, f32x4 y0, f32x4 y1, int type,
                            uint8_t *out, const uint8_t *other,
                            int other_type)
{
    if (other) {
        f32x4 r0, r1;
        cut_load8(other, other_type, &r0, &r1);
        y0 += r0 * f->ratio;
        y1 += r1 * f->ratio;
    }
    y0 = cut_min(cut_max(y0, f->lo), f->hi);
    y1 = cut_min(cut_max(y1, f->lo), f->hi);
    if (type == CUT_I16) {
        cut_i16x8_store((int16_t *)(void *)out,
                        cut_narrow(cut_unshift(y0), cut_unshift(y1)));
    } else {
        cut_store_f32((float *)(void *)out, y0);
        cut_store_f32((float *)(void *)out + 4, y1);
    }
}

#endif
