/*
 * One filter a channel: out[c] = sum of w[tap][c] * in[tap][c]. `runs` hold one
 * offset for each tap; weights are [tap][cp]. What windows of 3x3 and 5x5 of
 * i16 mostly are is made by inverted.c. Oracle: tests/c/test_nn_depthwise.c.
 */
#include "nn/kernels/depthwise.h"

#include "nn/kernels/band.h"
#include "nn/kernels/conv.h"

/* To where channel c of pixel x belongs. */
static void finish(const cut_tile *t, int32_t x, int32_t c, const cut_finish *f,
                   f32x4 y0, f32x4 y1)
{
    const cut_step *step = t->step;
    const uint8_t *other = t->other;
    if (other)
        other += ((size_t)x * (size_t)step->other.ld + (size_t)c) *
                 cut_element(step->other.type);
    cut_finish8(f, y0, y1, step->out.type,
                t->out + ((size_t)x * (size_t)t->ld + (size_t)c) *
                             cut_element(step->out.type),
                other, step->other.type);
}

/* All channels of a pixel, tap by tap. */
static void run_f32(const cut_tile *t)
{
    const cut_step *step = t->step;
    int32_t cp = step->out.cp;
    for (int32_t x = 0; x < t->n; x++) {
        const float *a = (const float *)t->a + (ptrdiff_t)x * t->pixel;
        for (int32_t c = 0; c < cp; c += 8) {
            const cut_finish f = cut_finish_of(step, c);
            const float *w = (const float *)t->w + c;
            f32x4 y0 = f.b0, y1 = f.b1;
            for (int32_t r = 0; r < step->conv.run_count; r++, w += cp) {
                const float *p = a + step->conv.runs[r] + c;
                y0 += cut_load_f32(p) * cut_load_f32(w);
                y1 += cut_load_f32(p + 4) * cut_load_f32(w + 4);
            }
            finish(t, x, c, &f, y0, y1);
        }
    }
}

/* The same from whole sums; most results are i16, without a residual. */
CUT_INLINE void finish_i16(const cut_tile *t, int32_t x, int32_t c,
                           const cut_finish *f, i32x4 s0, i32x4 s1)
{
    f32x4 y0 = cut_f32x4_of(s0) * f->m0 + f->b0;
    f32x4 y1 = cut_f32x4_of(s1) * f->m1 + f->b1;
    if (t->step->out.type == CUT_I16 && !t->other)
        cut_finish8(f, y0, y1, CUT_I16,
                    t->out + ((size_t)x * (size_t)t->ld + (size_t)c) * 2, NULL,
                    0);
    else
        finish(t, x, c, f, y0, y1);
}

/* Any kernel: taps two by two. */
static void run_any(const cut_tile *t)
{
    const cut_step *step = t->step;
    int32_t cp = step->out.cp;
    const i16x8 zero = {0, 0, 0, 0, 0, 0, 0, 0};
    for (int32_t x = 0; x < t->n; x++) {
        const int16_t *a = (const int16_t *)t->a + (ptrdiff_t)x * t->pixel;
        for (int32_t c = 0; c < cp; c += 8) {
            const cut_finish f = cut_finish_of(step, c);
            const int16_t *w = (const int16_t *)t->w + c;
            i32x4 s0 = {0, 0, 0, 0}, s1 = s0;
            for (int32_t r = 0; r < step->conv.run_count; r += 2, w += 2 * cp) {
                int two = r + 1 < step->conv.run_count;
                i16x8 p = cut_i16x8_load(a + step->conv.runs[r] + c);
                i16x8 q = two ? cut_i16x8_load(a + step->conv.runs[r + 1] + c)
                              : zero;
                i16x8 u = cut_i16x8_load(w);
                i16x8 v = two ? cut_i16x8_load(w + cp) : zero;
                s0 = cut_add(s0, cut_dot(cut_zip_low(p, q), cut_zip_low(u, v)));
                s1 = cut_add(s1,
                             cut_dot(cut_zip_high(p, q), cut_zip_high(u, v)));
            }
            finish_i16(t, x, c, &f, s0, s1);
        }
    }
}

/* ---- set-up ------------------------------------------------------------ */

static cut_status set_up(const cut_setup *setup)
{
    cut_status status = cut_conv_set_up(setup, CUT_LAYOUT_TAPS);
    if (!status && setup->step->inner) cut_band_fuse(setup->step);
    return status;
}

static int fits_i16(const cut_op *op, const cut_step *step)
{
    return cut_conv_is_depthwise(op, step) && step->in.type == CUT_I16;
}

static int fits_f32(const cut_op *op, const cut_step *step)
{
    return cut_conv_is_depthwise(op, step) && step->in.type == CUT_F32;
}

const cut_kernel cut_depthwise_i16 = {.name = "depthwise i16",
                                      .fits = fits_i16,
                                      .set_up = set_up,
                                      .run = cut_band_run,
                                      .tile = run_any,
                                      .gmacs = 12};

const cut_kernel cut_depthwise_f32 = {.name = "depthwise f32",
                                      .fits = fits_f32,
                                      .set_up = set_up,
                                      .run = cut_band_run,
                                      .tile = run_f32,
                                      .gmacs = 8};
