/* Sums of i16 x i16 in 32 bits by dot_i16x8: two products a lane, exact. The
 * planner keeps activations small enough that no sum overflows. */
#include "nn/kernels/conv_i16.h"

#include "nn/kernels/band.h"
#include "nn/kernels/conv.h"

/* Four pixels by eight channels: 8 sums, 4 weights and a splat are within 16
 * registers. The last pixels of a row are made again when they do not fill a
 * tile: idempotent, and there is one copy of this code to compile. */
static void run_tile(const cut_tile *t)
{
    const cut_step *step = t->step;
    const cut_finish f = cut_finish_of(step, t->channel);
    const int32_t run_count = step->conv.run_count,
                  run_size = step->conv.run_size;
    const int narrow = t->n < 4, out_type = step->out.type;
    const int32_t pixel = narrow ? 0 : t->pixel;
    const size_t ld = narrow ? 0 : (size_t)t->ld * cut_element(out_type);
    const int other_type = step->other.type;
    const size_t other_ld =
        narrow ? 0 : (size_t)step->other.ld * cut_element(other_type);
    for (int32_t x = 0; x < t->n; x += narrow ? 1 : 4) {
        int32_t at = narrow || x + 4 <= t->n ? x : t->n - 4;
        const int16_t *a = (const int16_t *)t->a + (ptrdiff_t)at * t->pixel;
        const int16_t *w = t->w;
        const i32x4 zero = {0, 0, 0, 0};
        i32x4 s00 = zero, s01 = zero, s10 = zero, s11 = zero, s20 = zero,
              s21 = zero, s30 = zero, s31 = zero;
        for (int32_t r = 0; r < run_count; r++) {
            const int16_t *p0 = a + step->conv.runs[r], *end = p0 + run_size;
            const int16_t *p1 = p0 + pixel, *p2 = p1 + pixel, *p3 = p2 + pixel;
            for (; p0 != end; p0 += 4, p1 += 4, p2 += 4, p3 += 4, w += 32) {
                i16x8 v, w0 = cut_i16x8_load(w), w1 = cut_i16x8_load(w + 8);
                v = cut_i16x8_splat_pair(p0);
                s00 = cut_add(s00, cut_dot(v, w0));
                s01 = cut_add(s01, cut_dot(v, w1));
                v = cut_i16x8_splat_pair(p1);
                s10 = cut_add(s10, cut_dot(v, w0));
                s11 = cut_add(s11, cut_dot(v, w1));
                v = cut_i16x8_splat_pair(p2);
                s20 = cut_add(s20, cut_dot(v, w0));
                s21 = cut_add(s21, cut_dot(v, w1));
                v = cut_i16x8_splat_pair(p3);
                s30 = cut_add(s30, cut_dot(v, w0));
                s31 = cut_add(s31, cut_dot(v, w1));
                w0 = cut_i16x8_load(w + 16);
                w1 = cut_i16x8_load(w + 24);
                v = cut_i16x8_splat_pair(p0 + 2);
                s00 = cut_add(s00, cut_dot(v, w0));
                s01 = cut_add(s01, cut_dot(v, w1));
                v = cut_i16x8_splat_pair(p1 + 2);
                s10 = cut_add(s10, cut_dot(v, w0));
                s11 = cut_add(s11, cut_dot(v, w1));
                v = cut_i16x8_splat_pair(p2 + 2);
                s20 = cut_add(s20, cut_dot(v, w0));
                s21 = cut_add(s21, cut_dot(v, w1));
                v = cut_i16x8_splat_pair(p3 + 2);
                s30 = cut_add(s30, cut_dot(v, w0));
                s31 = cut_add(s31, cut_dot(v, w1));
            }
        }
        uint8_t *out = t->out +
                       (size_t)at * (size_t)t->ld * cut_element(out_type);
        const uint8_t *other = t->other;
        if (other)
            other += (size_t)at * (size_t)step->other.ld *
                     cut_element(other_type);
        i32x4 sums[8] = {s00, s01, s10, s11, s20, s21, s30, s31};
        if (out_type == CUT_I16 && !other) {
#pragma GCC unroll 4
            for (int i = 0; i < 4; i++)
                cut_finish8(&f, cut_f32x4_of(sums[2 * i]) * f.m0 + f.b0,
                            cut_f32x4_of(sums[2 * i + 1]) * f.m1 + f.b1,
                            CUT_I16, out + (size_t)i * ld, NULL, 0);
            continue;
        }
        for (int i = 0; i < 4; i++)
            cut_finish8(&f, cut_f32x4_of(sums[2 * i]) * f.m0 + f.b0,
                        cut_f32x4_of(sums[2 * i + 1]) * f.m1 + f.b1, out_type,
                        out + (size_t)i * ld,
                        other ? other + (size_t)i * other_ld : NULL,
                        other_type);
    }
}

/* One channel: eight products of a window at once, the sum across at the
 * end. */
static void run_one(const cut_tile *t)
{
    const cut_step *step = t->step;
    float *out = (float *)(void *)t->out;
    for (int32_t x = 0; x < t->n; x++) {
        const int16_t *a = (const int16_t *)t->a + (ptrdiff_t)x * t->pixel;
        const int16_t *w = t->w;
        i32x4 acc = {0, 0, 0, 0};
        for (int32_t r = 0; r < step->conv.run_count; r++) {
            const int16_t *p = a + step->conv.runs[r];
            int32_t k = 0;
            for (; k + 8 <= step->conv.run_size; k += 8, w += 8)
                acc = cut_add(
                    acc, cut_dot(cut_i16x8_load(p + k), cut_i16x8_load(w)));
            for (; k < step->conv.run_size; k++, w++)
                acc = cut_add(acc, (i32x4){p[k] * *w, 0, 0, 0});
        }
        uint32_t sum = (uint32_t)acc[0] + (uint32_t)acc[1] + (uint32_t)acc[2] +
                       (uint32_t)acc[3];
        float y = (float)(int32_t)sum * step->mul[0] + step->add[0];
        if (t->other) /* one channel is always f32 */
            y += ((const float *)(const void *)t->other)[x] * step->conv.ratio;
        y = y < step->act.a ? step->act.a : y;
        out[x] = y > step->act.b ? step->act.b : y;
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
