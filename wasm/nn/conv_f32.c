/* The same in f32: multiply, then add, never fused, so that wasm and native
 * agree. */
#include "nn/conv.h"

#define PIXELS 4

CUT_INLINE void sums(f32x4 *acc, int pixels, const float *a, int32_t pixel,
                     const float *w, const cut_step *step)
{
    for (int i = 0; i < pixels * 2; i++) acc[i] = cut_f32x4(0);
    for (int32_t r = 0; r < step->run_count; r++) {
        const float *p = a + step->runs[r];
        int32_t k = 0;
        for (; k + 2 <= step->run_size; k += 2, w += 16, p += 2) {
            f32x4 w0 = cut_f32x4_load(w), w1 = cut_f32x4_load(w + 4);
            f32x4 w2 = cut_f32x4_load(w + 8), w3 = cut_f32x4_load(w + 12);
#pragma GCC unroll 4
            for (int i = 0; i < pixels; i++) {
                f32x4 v = cut_f32x4_splat_at(p + i * pixel);
                acc[2 * i] += v * w0;
                acc[2 * i + 1] += v * w1;
            }
#pragma GCC unroll 4
            for (int i = 0; i < pixels; i++) {
                f32x4 v = cut_f32x4_splat_at(p + i * pixel + 1);
                acc[2 * i] += v * w2;
                acc[2 * i + 1] += v * w3;
            }
        }
        if (k < step->run_size) { /* of a single channel */
            for (int i = 0; i < pixels; i++) {
                f32x4 v = cut_f32x4_splat_at(p + i * pixel);
                acc[2 * i] += v * cut_f32x4_load(w);
                acc[2 * i + 1] += v * cut_f32x4_load(w + 4);
            }
            w += 8;
        }
    }
}

CUT_INLINE void tile_of(const cut_tile *t, int pixels, int32_t x)
{
    const cut_step *step = t->step;
    const float *add = step->add + t->channel;
    f32x4 acc[2 * PIXELS];
    sums(acc, pixels, (const float *)t->a + (ptrdiff_t)x * t->pixel, t->pixel,
         t->w, step);
    f32x4 b0 = cut_f32x4_load(add), b1 = cut_f32x4_load(add + 4);
    f32x4 lo = cut_f32x4(step->act.a), hi = cut_f32x4(step->act.b);
    for (int i = 0; i < pixels; i++) {
        f32x4 y0 = acc[2 * i] + b0, y1 = acc[2 * i + 1] + b1;
        if (t->other) {
            const float *r = (const float *)(const void *)t->other +
                             (ptrdiff_t)(x + i) * step->other.ld + t->channel;
            y0 += cut_f32x4_load(r);
            y1 += cut_f32x4_load(r + 4);
        }
        float *out = (float *)(void *)t->out +
                     (ptrdiff_t)(x + i) * step->out.ld + t->channel;
        cut_f32x4_store(out, cut_min(cut_max(y0, lo), hi));
        cut_f32x4_store(out + 4, cut_min(cut_max(y1, lo), hi));
    }
}

void cut_conv_tile_f32(const cut_tile *t)
{
    int32_t x = 0;
    for (; x + PIXELS <= t->n; x += PIXELS) tile_of(t, PIXELS, x);
    if (x == t->n) return;
    if (t->n >= PIXELS) {
        tile_of(t, PIXELS, t->n - PIXELS);
        return;
    }
    for (; x < t->n; x++) tile_of(t, 1, x);
}

void cut_conv_one_f32(const cut_tile *t)
{
    const cut_step *step = t->step;
    float *out = (float *)(void *)t->out;
    for (int32_t x = 0; x < t->n; x++) {
        const float *a = (const float *)t->a + (ptrdiff_t)x * t->pixel;
        const float *w = t->w;
        f32x4 acc = cut_f32x4(0);
        float rest = 0;
        for (int32_t r = 0; r < step->run_count; r++) {
            const float *p = a + step->runs[r];
            int32_t k = 0;
            for (; k + 4 <= step->run_size; k += 4, w += 4)
                acc += cut_f32x4_load(p + k) * cut_f32x4_load(w);
            for (; k < step->run_size; k++, w++) rest += p[k] * *w;
        }
        float y = cut_sum(acc) + rest + step->add[0];
        if (t->other) y += ((const float *)(const void *)t->other)[x];
        y = y < step->act.a ? step->act.a : y;
        out[x] = y > step->act.b ? step->act.b : y;
    }
}
