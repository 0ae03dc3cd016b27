/* The same in f32: multiply, then add, never fused, so that wasm and native
 * agree. */
#include "nn/kernels/conv_f32.h"

#include "nn/kernels/band.h"
#include "nn/kernels/conv.h"

/* Four pixels by eight channels, as in conv_i16.c; two elements of a run at
 * once. */
static void run_tile(const cut_tile *t)
{
    const cut_step *step = t->step;
    const cut_finish f = cut_finish_of(step, t->channel);
    const int32_t run_count = step->conv.run_count,
                  run_size = step->conv.run_size;
    const int narrow = t->n < 4;
    const int32_t pixel = narrow ? 0 : t->pixel;
    const size_t ld = narrow ? 0 : (size_t)t->ld * 4;
    /* i16 where only this map's input is f32, for it has one channel */
    const int other_type = step->other.type;
    const size_t other_size = cut_element(other_type);
    const size_t other_ld = narrow ? 0 : (size_t)step->other.ld * other_size;
    for (int32_t x = 0; x < t->n; x += narrow ? 1 : 4) {
        int32_t at = narrow || x + 4 <= t->n ? x : t->n - 4;
        const float *a = (const float *)t->a + (ptrdiff_t)at * t->pixel;
        const float *w = t->w;
        f32x4 s00 = f.b0, s01 = f.b1, s10 = s00, s11 = s01, s20 = s00,
              s21 = s01, s30 = s00, s31 = s01;
        for (int32_t r = 0; r < run_count; r++) {
            const float *p0 = a + step->conv.runs[r];
            const float *end = p0 + run_size, *last = p0 + (run_size & ~1);
            const float *p1 = p0 + pixel, *p2 = p1 + pixel, *p3 = p2 + pixel;
            for (; p0 != last; p0 += 2, p1 += 2, p2 += 2, p3 += 2, w += 16) {
                f32x4 v, w0 = cut_load_f32(w), w1 = cut_load_f32(w + 4);
                v = cut_f32x4_splat_at(p0);
                s00 += v * w0;
                s01 += v * w1;
                v = cut_f32x4_splat_at(p1);
                s10 += v * w0;
                s11 += v * w1;
                v = cut_f32x4_splat_at(p2);
                s20 += v * w0;
                s21 += v * w1;
                v = cut_f32x4_splat_at(p3);
                s30 += v * w0;
                s31 += v * w1;
                w0 = cut_load_f32(w + 8);
                w1 = cut_load_f32(w + 12);
                v = cut_f32x4_splat_at(p0 + 1);
                s00 += v * w0;
                s01 += v * w1;
                v = cut_f32x4_splat_at(p1 + 1);
                s10 += v * w0;
                s11 += v * w1;
                v = cut_f32x4_splat_at(p2 + 1);
                s20 += v * w0;
                s21 += v * w1;
                v = cut_f32x4_splat_at(p3 + 1);
                s30 += v * w0;
                s31 += v * w1;
            }
            if (p0 == end) continue;
            /* an odd run: of a single channel */
            f32x4 w0 = cut_load_f32(w), w1 = cut_load_f32(w + 4);
            w += 8;
            s00 += cut_f32x4(*p0) * w0;
            s01 += cut_f32x4(*p0) * w1;
            s10 += cut_f32x4(*p1) * w0;
            s11 += cut_f32x4(*p1) * w1;
            s20 += cut_f32x4(*p2) * w0;
            s21 += cut_f32x4(*p2) * w1;
            s30 += cut_f32x4(*p3) * w0;
            s31 += cut_f32x4(*p3) * w1;
        }
        uint8_t *out = t->out + (size_t)at * (size_t)t->ld * 4;
        const uint8_t *other = t->other;
        if (other) other += (size_t)at * (size_t)step->other.ld * other_size;
        f32x4 sums[8] = {s00, s01, s10, s11, s20, s21, s30, s31};
        for (int i = 0; i < 4; i++)
            cut_finish8(
                &f, sums[2 * i], sums[2 * i + 1], CUT_F32, out + (size_t)i * ld,
                other ? other + (size_t)i * other_ld : NULL, other_type);
    }
}

/* One channel: four products of a window at once, the sum across at the end. */
static void run_one(const cut_tile *t)
{
    const cut_step *step = t->step;
    float *out = (float *)(void *)t->out;
    for (int32_t x = 0; x < t->n; x++) {
        const float *a = (const float *)t->a + (ptrdiff_t)x * t->pixel;
        const float *w = t->w;
        f32x4 acc = cut_f32x4(0);
        float rest = 0;
        for (int32_t r = 0; r < step->conv.run_count; r++) {
            const float *p = a + step->conv.runs[r];
            int32_t k = 0;
            for (; k + 4 <= step->conv.run_size; k += 4, w += 4)
                acc += cut_load_f32(p + k) * cut_load_f32(w);
            for (; k < step->conv.run_size; k++, w++) rest += p[k] * *w;
        }
        float y = cut_sum(acc) + rest + step->add[0];
        if (t->other) y += ((const float *)(const void *)t->other)[x];
        y = y < step->act.a ? step->act.a : y;
        out[x] = y > step->act.b ? step->act.b : y;
    }
}

static int fits(const cut_op *op, const cut_step *step)
{
    return op->groups == 1 && step->in.type == CUT_F32;
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

const cut_kernel cut_conv_one_f32 = {.name = "one channel f32",
                                     .fits = fits_one,
                                     .set_up = set_up_one,
                                     .run = cut_band_run,
                                     .tile = run_one,
                                     .gmacs = 14};

const cut_kernel cut_conv_f32 = {.name = "gemm f32",
                                 .fits = fits,
                                 .set_up = set_up,
                                 .run = cut_band_run,
                                 .tile = run_tile,
                                 .gmacs = 14};
