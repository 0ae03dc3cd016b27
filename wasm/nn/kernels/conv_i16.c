/* Sums of i16 in 32 bits, exact (tile.h). The planner keeps activations small
 * enough that none overflows. */
#include "nn/kernels/conv_i16.h"

#include "nn/kernels/band.h"
#include "nn/kernels/conv.h"
#include "nn/kernels/tile.h"

/* The last pixels of a row are made again when they do not fill a tile:
 * idempotent, and there is one copy of this code to compile. */
static void run_tile(const cut_tile *t)
{
    const cut_step *step = t->step;
    const cut_finish f = cut_finish_of(step, t->channel);
    const int narrow = t->n < CUT_PIXELS, out_type = step->out.type;
    int32_t to[CUT_PIXELS - 1];
    cut_tile_reach(to, narrow ? 0 : t->pixel, CUT_PIXELS - 1);
    const size_t ld = narrow ? 0 : (size_t)t->ld * cut_element(out_type);
    const int other_type = step->other.type;
    const size_t other_ld =
        narrow ? 0 : (size_t)step->other.ld * cut_element(other_type);
    for (int32_t x = 0; x < t->n; x += narrow ? 1 : CUT_PIXELS) {
        int32_t at = narrow || x + CUT_PIXELS <= t->n ? x : t->n - CUT_PIXELS;
        i32x4 s[2 * CUT_PIXELS] = {{0}};
        cut_dot_window(s, &step->conv,
                       (const cut_cell *)t->a + (ptrdiff_t)at * t->pixel, to,
                       t->w);
        uint8_t *out = t->out +
                       (size_t)at * (size_t)t->ld * cut_element(out_type);
        const uint8_t *other = t->other;
        if (other)
            other += (size_t)at * (size_t)step->other.ld *
                     cut_element(other_type);
        i32x4 sums[2 * CUT_PIXELS];
        CUT_UNROLL
        for (int i = 0; i < 2 * CUT_PIXELS; i++) sums[i] = s[i];
        if (out_type == CUT_I16 && !other) {
            CUT_UNROLL
            for (int i = 0; i < CUT_PIXELS; i++)
                cut_finish8(&f, cut_f32x4_of(s[2 * i]) * f.m0 + f.b0,
                            cut_f32x4_of(s[2 * i + 1]) * f.m1 + f.b1, CUT_I16,
                            out + (size_t)i * ld, NULL, 0);
            continue;
        }
        for (int i = 0; i < CUT_PIXELS; i++)
            cut_finish8(&f, cut_f32x4_of(sums[2 * i]) * f.m0 + f.b0,
                        cut_f32x4_of(sums[2 * i + 1]) * f.m1 + f.b1, out_type,
                        out + (size_t)i * ld,
                        other ? other + (size_t)i * other_ld : NULL,
                        other_type);
    }
}

/* Eight products of a window of each of four pixels at once. */
CUT_INLINE void dot_ones(i32x4 s[4], const int16_t *p, int32_t pixel, i16x8 w)
{
    s[0] = cut_add(s[0], cut_dot(cut_i16x8_load(p), w));
    s[1] = cut_add(s[1], cut_dot(cut_i16x8_load(p + pixel), w));
    s[2] = cut_add(s[2], cut_dot(cut_i16x8_load(p + 2 * pixel), w));
    s[3] = cut_add(s[3], cut_dot(cut_i16x8_load(p + 3 * pixel), w));
}

/* Lane i: the sum of the lanes of s[i]. */
CUT_INLINE i32x4 across(const i32x4 s[4])
{
    i32x4 a = cut_add(__builtin_shufflevector(s[0], s[1], 0, 4, 1, 5),
                      __builtin_shufflevector(s[0], s[1], 2, 6, 3, 7));
    i32x4 b = cut_add(__builtin_shufflevector(s[2], s[3], 0, 4, 1, 5),
                      __builtin_shufflevector(s[2], s[3], 2, 6, 3, 7));
    return cut_add(__builtin_shufflevector(a, b, 0, 1, 4, 5),
                   __builtin_shufflevector(a, b, 2, 3, 6, 7));
}

/* One channel: four pixels that share the weights, the sums across at the end.
 * A run that is no multiple of 8 ends with 4 (an input of up to 4 channels):
 * the weights behind them are 0 there. */
static void run_one(const cut_tile *t)
{
    const cut_step *step = t->step;
    const f32x4 mul = cut_f32x4(step->mul[0]), add = cut_f32x4(step->add[0]);
    const f32x4 lo = cut_f32x4(step->act.a), hi = cut_f32x4(step->act.b);
    const int narrow = t->n < 4;
    const int32_t pixel = narrow ? 0 : t->pixel, size = step->conv.run_size;
    float *out = (float *)(void *)t->out;
    for (int32_t x = 0; x < t->n; x += narrow ? 1 : 4) {
        int32_t at = narrow || x + 4 <= t->n ? x : t->n - 4;
        const int16_t *a = (const int16_t *)t->a + (ptrdiff_t)at * t->pixel;
        const int16_t *w = t->w;
        i32x4 s[4] = {{0}};
        for (int32_t r = 0; r < step->conv.run_count; r++) {
            const int16_t *p = a + step->conv.runs[r];
            int32_t k = 0;
            for (; k + 8 <= size; k += 8, w += 8)
                dot_ones(s, p + k, pixel, cut_i16x8_load(w));
            if (k < size) {
                dot_ones(s, p + k, pixel,
                         cut_i16x8_load_half((const uint8_t *)w));
                w += 4;
            }
        }
        f32x4 y = cut_f32x4_of(across(s)) * mul + add;
        size_t count = narrow ? 1 : 4;
        if (t->other) { /* one channel is always f32 */
            f32x4 other = {0};
            memcpy(&other, (const float *)(const void *)t->other + at,
                   count * sizeof(float));
            y += other * cut_f32x4(step->conv.ratio);
        }
        y = cut_min(cut_max(y, lo), hi);
        memcpy(out + at, &y, count * sizeof(float));
    }
}

static int fits(const cut_op *op, const cut_step *step)
{
    return op->groups == 1 && step->in.type == CUT_I16;
}

static int fits_one(const cut_op *op, const cut_step *step)
{
    return fits(op, step) && step->out.c == 1;
}

static cut_status set_up(const cut_setup *setup)
{
    return cut_conv_set_up(setup, CUT_LAYOUT_TILES);
}

static cut_status set_up_one(const cut_setup *setup)
{
    return cut_conv_set_up(setup, CUT_LAYOUT_ONE);
}

const cut_kernel cut_conv_one_i16 = {.name = "one channel i16",
                                     .fits = fits_one,
                                     .set_up = set_up_one,
                                     .run = cut_band_run,
                                     .tile = run_one,
                                     .gmacs = 34};

const cut_kernel cut_conv_i16 = {.name = "gemm i16",
                                 .fits = fits,
                                 .set_up = set_up,
                                 .run = cut_band_run,
                                 .tile = run_tile,
                                 .gmacs = 34};
