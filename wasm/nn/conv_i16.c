/* Sums of i16 x i16 in 32 bits by dot_i16x8: two products a lane, exact. The
 * planner keeps activations small enough that no sum overflows. */
#include "nn/conv.h"

/* Four pixels by eight channels: 8 sums, 2 weights and a splat are within 16
 * registers, 64 products for 6 loads. */
#define PIXELS 4

CUT_INLINE void sums(i32x4 *acc, int pixels, const int16_t *a, int32_t pixel,
                     const int16_t *w, const cut_step *step)
{
    for (int i = 0; i < pixels * 2; i++) acc[i] = (i32x4){ 0, 0, 0, 0 };
    for (int32_t r = 0; r < step->run_count; r++) {
        const int16_t *p = a + step->runs[r];
        for (int32_t k = 0; k < step->run_size; k += 4, w += 32, p += 4) {
            i16x8 w0 = cut_i16x8_load(w), w1 = cut_i16x8_load(w + 8);
            i16x8 w2 = cut_i16x8_load(w + 16), w3 = cut_i16x8_load(w + 24);
#pragma GCC unroll 4
            for (int i = 0; i < pixels; i++) {
                i16x8 v = cut_i16x8_splat_pair(p + i * pixel);
                acc[2 * i] = cut_add(acc[2 * i], cut_dot(v, w0));
                acc[2 * i + 1] = cut_add(acc[2 * i + 1], cut_dot(v, w1));
            }
#pragma GCC unroll 4
            for (int i = 0; i < pixels; i++) {
                i16x8 v = cut_i16x8_splat_pair(p + i * pixel + 2);
                acc[2 * i] = cut_add(acc[2 * i], cut_dot(v, w2));
                acc[2 * i + 1] = cut_add(acc[2 * i + 1], cut_dot(v, w3));
            }
        }
    }
}

CUT_INLINE void tile_of(const cut_tile *t, int pixels, int32_t x)
{
    const cut_step *step = t->step;
    const float *mul = step->mul + t->channel, *add = step->add + t->channel;
    i32x4 acc[2 * PIXELS];
    sums(acc, pixels, (const int16_t *)t->a + (ptrdiff_t)x * t->pixel,
         t->pixel, t->w, step);
    f32x4 m0 = cut_f32x4_load(mul), m1 = cut_f32x4_load(mul + 4);
    f32x4 b0 = cut_f32x4_load(add), b1 = cut_f32x4_load(add + 4);
    f32x4 lo = cut_f32x4(step->act.a), hi = cut_f32x4(step->act.b);
    size_t out_size = cut_element(step->out.type);
    for (int i = 0; i < pixels; i++) {
        f32x4 y0 = cut_f32x4_of(acc[2 * i]) * m0 + b0;
        f32x4 y1 = cut_f32x4_of(acc[2 * i + 1]) * m1 + b1;
        if (t->other) {
            f32x4 r0, r1, ratio = cut_f32x4(cut_ratio(step));
            cut_load8(t->other + ((size_t)(x + i) * (size_t)step->other.ld +
                                  (size_t)t->channel) *
                                     cut_element(step->other.type),
                      step->other.type, &r0, &r1);
            y0 += r0 * ratio;
            y1 += r1 * ratio;
        }
        y0 = cut_min(cut_max(y0, lo), hi);
        y1 = cut_min(cut_max(y1, lo), hi);
        cut_store8(t->out + ((size_t)(x + i) * (size_t)step->out.ld +
                             (size_t)t->channel) * out_size,
                   step->out.type, y0, y1);
    }
}

void cut_conv_tile_i16(const cut_tile *t)
{
    int32_t x = 0;
    for (; x + PIXELS <= t->n; x += PIXELS) tile_of(t, PIXELS, x);
    if (x == t->n) return;
    if (t->n >= PIXELS) { /* the last pixels again: idempotent, and faster */
        tile_of(t, PIXELS, t->n - PIXELS);
        return;
    }
    for (; x < t->n; x++) tile_of(t, 1, x);
}

void cut_conv_one_i16(const cut_tile *t)
{
    const cut_step *step = t->step;
    float ratio = cut_ratio(step);
    float *out = (float *)(void *)t->out;
    for (int32_t x = 0; x < t->n; x++) {
        const int16_t *a = (const int16_t *)t->a + (ptrdiff_t)x * t->pixel;
        const int16_t *w = t->w;
        i32x4 acc = { 0, 0, 0, 0 };
        for (int32_t r = 0; r < step->run_count; r++) {
            const int16_t *p = a + step->runs[r];
            int32_t k = 0;
            for (; k + 8 <= step->run_size; k += 8, w += 8)
                acc = cut_add(acc, cut_dot(cut_i16x8_load(p + k),
                                           cut_i16x8_load(w)));
            for (; k < step->run_size; k++, w++)
                acc = cut_add(acc, (i32x4){ p[k] * *w, 0, 0, 0 });
        }
        uint32_t sum = (uint32_t)acc[0] + (uint32_t)acc[1] +
                       (uint32_t)acc[2] + (uint32_t)acc[3];
        float y = (float)(int32_t)sum * step->mul[0] + step->add[0];
        if (t->other) { /* one channel is always f32 */
            y += ((const float *)(const void *)t->other)[x] * ratio;
        }
        y = y < step->act.a ? step->act.a : y;
        out[x] = y > step->act.b ? step->act.b : y;
    }
}
