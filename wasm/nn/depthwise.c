/* One filter a channel. `runs` hold one offset for each tap. */
#include "nn/conv.h"

/* Scale, bias, clamp and store eight channels of one pixel. */
CUT_INLINE void finish(const cut_tile *t, int32_t x, int32_t c, f32x4 y0,
                       f32x4 y1)
{
    const cut_step *step = t->step;
    f32x4 lo = cut_f32x4(step->act.a), hi = cut_f32x4(step->act.b);
    if (t->other) {
        f32x4 r0, r1, ratio = cut_f32x4(cut_ratio(step));
        cut_load8(t->other + ((size_t)x * (size_t)step->other.ld +
                              (size_t)c) * cut_element(step->other.type),
                  step->other.type, &r0, &r1);
        y0 += r0 * ratio;
        y1 += r1 * ratio;
    }
    cut_store8(t->out + ((size_t)x * (size_t)step->out.ld + (size_t)c) *
                            cut_element(step->out.type),
               step->out.type, cut_min(cut_max(y0, lo), hi),
               cut_min(cut_max(y1, lo), hi));
}

CUT_INLINE void finish_i16(const cut_tile *t, int32_t x, int32_t c, i32x4 s0,
                           i32x4 s1)
{
    const cut_step *step = t->step;
    f32x4 y0 = cut_f32x4_of(s0) * cut_f32x4_load(step->mul + c) +
               cut_f32x4_load(step->add + c);
    f32x4 y1 = cut_f32x4_of(s1) * cut_f32x4_load(step->mul + c + 4) +
               cut_f32x4_load(step->add + c + 4);
    finish(t, x, c, y0, y1);
}

void cut_depthwise_f32(const cut_tile *t)
{
    const cut_step *step = t->step;
    int32_t cp = step->out.cp;
    for (int32_t x = 0; x < t->n; x++) {
        const float *a = (const float *)t->a + (ptrdiff_t)x * t->pixel;
        for (int32_t c = 0; c < cp; c += 8) {
            const float *w = (const float *)t->w + c;
            f32x4 y0 = cut_f32x4_load(step->add + c);
            f32x4 y1 = cut_f32x4_load(step->add + c + 4);
            for (int32_t r = 0; r < step->run_count; r++, w += cp) {
                const float *p = a + step->runs[r] + c;
                y0 += cut_f32x4_load(p) * cut_f32x4_load(w);
                y1 += cut_f32x4_load(p + 4) * cut_f32x4_load(w + 4);
            }
            finish(t, x, c, y0, y1);
        }
    }
}

void cut_depthwise_i16(const cut_tile *t)
{
    const cut_step *step = t->step;
    int32_t cp = step->out.cp;
    const i16x8 zero = { 0, 0, 0, 0, 0, 0, 0, 0 };
    for (int32_t x = 0; x < t->n; x++) {
        const int16_t *a = (const int16_t *)t->a + (ptrdiff_t)x * t->pixel;
        for (int32_t c = 0; c < cp; c += 8) {
            const int16_t *w = (const int16_t *)t->w + c;
            i32x4 s0 = { 0, 0, 0, 0 }, s1 = s0;
            for (int32_t r = 0; r < step->run_count; r += 2, w += 2 * cp) {
                int two = r + 1 < step->run_count;
                i16x8 p = cut_i16x8_load(a + step->runs[r] + c);
                i16x8 q = two ? cut_i16x8_load(a + step->runs[r + 1] + c)
                              : zero;
                i16x8 u = cut_i16x8_load(w);
                i16x8 v = two ? cut_i16x8_load(w + cp) : zero;
                s0 = cut_add(s0, cut_dot(cut_zip_low(p, q),
                                         cut_zip_low(u, v)));
                s1 = cut_add(s1, cut_dot(cut_zip_high(p, q),
                                         cut_zip_high(u, v)));
            }
            finish_i16(t, x, c, s0, s1);
        }
    }
}

/* The pairs that a 3x3 window is summed in: rows 0 and 1 of each column, then
 * row 2 of columns 0 and 1, then of column 2 alone. */
static const int pairs[5][2] = { { 0, 3 }, { 1, 4 }, { 2, 5 }, { 6, 7 },
                                 { 8, -1 } };

void cut_depthwise3_pack(int16_t *out, const int16_t *w, int32_t cp)
{
    for (int32_t c = 0; c < cp; c++)
        for (int i = 0; i < 5; i++)
            for (int k = 0; k < 2; k++)
                out[((c / 8 * 5 + i) * 8 + c % 8) * 2 + k] =
                    pairs[i][k] < 0 ? 0 : w[pairs[i][k] * cp + c];
}

/* Up to four neighbours at stride 1 share the zipped columns. */
CUT_INLINE void row3(const cut_tile *t, const int16_t *a, int32_t column,
                     int32_t x, int32_t c, int outputs, int stride)
{
    const cut_step *step = t->step;
    const int16_t *w = (const int16_t *)t->w + c * 10;
    int32_t row1 = step->runs[3], row2 = step->runs[6];
    const i16x8 zero = { 0, 0, 0, 0, 0, 0, 0, 0 };
    i32x4 s0[4], s1[4];
    i16x8 last = zero;
    for (int i = 0; i < outputs; i++) s0[i] = s1[i] = (i32x4){ 0, 0, 0, 0 };
    int columns = (outputs - 1) * stride + 3;
#pragma GCC unroll 9
    for (int j = 0; j < columns; j++) {
        const int16_t *p = a + j * column + c;
        i16x8 top = cut_i16x8_load(p), mid = cut_i16x8_load(p + row1),
              low = cut_i16x8_load(p + row2);
        i16x8 zl = cut_zip_low(top, mid), zh = cut_zip_high(top, mid);
#pragma GCC unroll 4
        for (int i = 0; i < outputs; i++) {
            int k = j - i * stride;
            if (k < 0 || k > 2) continue;
            s0[i] = cut_add(s0[i], cut_dot(zl, cut_i16x8_load(w + k * 16)));
            s1[i] = cut_add(s1[i],
                            cut_dot(zh, cut_i16x8_load(w + k * 16 + 8)));
            if (k == 1) {
                s0[i] = cut_add(s0[i], cut_dot(cut_zip_low(last, low),
                                               cut_i16x8_load(w + 48)));
                s1[i] = cut_add(s1[i], cut_dot(cut_zip_high(last, low),
                                               cut_i16x8_load(w + 56)));
            } else if (k == 2) {
                s0[i] = cut_add(s0[i], cut_dot(cut_zip_low(low, zero),
                                               cut_i16x8_load(w + 64)));
                s1[i] = cut_add(s1[i], cut_dot(cut_zip_high(low, zero),
                                               cut_i16x8_load(w + 72)));
            }
        }
        last = low;
    }
    for (int i = 0; i < outputs; i++) finish_i16(t, x + i, c, s0[i], s1[i]);
}

void cut_depthwise3_i16(const cut_tile *t)
{
    const cut_step *step = t->step;
    int32_t cp = step->out.cp, column = step->runs[1];
    int neighbours = t->pixel == column, apart = t->pixel == 2 * column;
    int32_t x = 0;
    for (; neighbours && x + 4 <= t->n; x += 4) {
        const int16_t *a = (const int16_t *)t->a + (ptrdiff_t)x * t->pixel;
        for (int32_t c = 0; c < cp; c += 8) row3(t, a, column, x, c, 4, 1);
    }
    for (; apart && x + 2 <= t->n; x += 2) {
        const int16_t *a = (const int16_t *)t->a + (ptrdiff_t)x * t->pixel;
        for (int32_t c = 0; c < cp; c += 8) row3(t, a, column, x, c, 2, 2);
    }
    for (; x < t->n; x++) {
        const int16_t *a = (const int16_t *)t->a + (ptrdiff_t)x * t->pixel;
        for (int32_t c = 0; c < cp; c += 8) row3(t, a, column, x, c, 1, 1);
    }
}
