/* One filter a channel. `runs` hold one offset for each tap. */
#include "nn/conv.h"

static void finish(const cut_tile *t, int32_t x, int32_t c,
                   const cut_finish *f, f32x4 y0, f32x4 y1)
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

void cut_depthwise_f32(const cut_tile *t)
{
    const cut_step *step = t->step;
    int32_t cp = step->out.cp;
    for (int32_t x = 0; x < t->n; x++) {
        const float *a = (const float *)t->a + (ptrdiff_t)x * t->pixel;
        for (int32_t c = 0; c < cp; c += 8) {
            const cut_finish f = cut_finish_of(step, c);
            const float *w = (const float *)t->w + c;
            f32x4 y0 = f.b0, y1 = f.b1;
            for (int32_t r = 0; r < step->run_count; r++, w += cp) {
                const float *p = a + step->runs[r] + c;
                y0 += cut_load_f32(p) * cut_load_f32(w);
                y1 += cut_load_f32(p + 4) * cut_load_f32(w + 4);
            }
            finish(t, x, c, &f, y0, y1);
        }
    }
}

/* Any kernel: taps two by two. */
void cut_depthwise_i16(const cut_tile *t)
{
    const cut_step *step = t->step;
    int32_t cp = step->out.cp;
    const i16x8 zero = { 0, 0, 0, 0, 0, 0, 0, 0 };
    for (int32_t x = 0; x < t->n; x++) {
        const int16_t *a = (const int16_t *)t->a + (ptrdiff_t)x * t->pixel;
        for (int32_t c = 0; c < cp; c += 8) {
            const cut_finish f = cut_finish_of(step, c);
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
            finish(t, x, c, &f, cut_f32x4_of(s0) * f.m0 + f.b0,
                   cut_f32x4_of(s1) * f.m1 + f.b1);
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

/* One column of three rows, rows 0 and 1 zipped. */
typedef struct column {
    i16x8 low, zl, zh; /* low: row 2 */
} column;

CUT_INLINE column column_at(const int16_t *p, int32_t row1, int32_t row2)
{
    i16x8 top = cut_i16x8_load(p), mid = cut_i16x8_load(p + row1);
    return (column){ cut_i16x8_load(p + row2), cut_zip_low(top, mid),
                     cut_zip_high(top, mid) };
}

/* Eight channels of one pixel from its three columns. */
CUT_INLINE void three(const cut_tile *t, const int16_t *w, int32_t x,
                      int32_t c, const cut_finish *f, const column *k0,
                      const column *k1, const column *k2)
{
    const i16x8 zero = { 0, 0, 0, 0, 0, 0, 0, 0 };
    i32x4 s0 = cut_dot(k0->zl, cut_i16x8_load(w));
    i32x4 s1 = cut_dot(k0->zh, cut_i16x8_load(w + 8));
    s0 = cut_add(s0, cut_dot(k1->zl, cut_i16x8_load(w + 16)));
    s1 = cut_add(s1, cut_dot(k1->zh, cut_i16x8_load(w + 24)));
    s0 = cut_add(s0, cut_dot(k2->zl, cut_i16x8_load(w + 32)));
    s1 = cut_add(s1, cut_dot(k2->zh, cut_i16x8_load(w + 40)));
    s0 = cut_add(s0, cut_dot(cut_zip_low(k0->low, k1->low),
                             cut_i16x8_load(w + 48)));
    s1 = cut_add(s1, cut_dot(cut_zip_high(k0->low, k1->low),
                             cut_i16x8_load(w + 56)));
    s0 = cut_add(s0, cut_dot(cut_zip_low(k2->low, zero),
                             cut_i16x8_load(w + 64)));
    s1 = cut_add(s1, cut_dot(cut_zip_high(k2->low, zero),
                             cut_i16x8_load(w + 72)));
    f32x4 y0 = cut_f32x4_of(s0) * f->m0 + f->b0;
    f32x4 y1 = cut_f32x4_of(s1) * f->m1 + f->b1;
    if (t->step->out.type == CUT_I16 && !t->other)
        cut_finish8(f, y0, y1, CUT_I16,
                    t->out + ((size_t)x * (size_t)t->ld + (size_t)c) * 2,
                    NULL, 0);
    else
        finish(t, x, c, f, y0, y1);
}

/* Pixels of one row that are made before the next channels: three rows of
 * them stay in the first cache, whatever the width of the map. */
#define ROW_PIXELS 16

void cut_depthwise3_i16(const cut_tile *t)
{
    const cut_step *step = t->step;
    int32_t cp = step->out.cp, next = step->runs[1];
    int32_t row1 = step->runs[3], row2 = step->runs[6];
    int slides = t->pixel == next; /* neighbours share two columns */
    for (int32_t from = 0; from < t->n; from += ROW_PIXELS) {
        int32_t to = from + ROW_PIXELS < t->n ? from + ROW_PIXELS : t->n;
        for (int32_t c = 0; c < cp; c += 8) {
            const cut_finish f = cut_finish_of(step, c);
            const int16_t *w = (const int16_t *)t->w + c * 10;
            const int16_t *a = (const int16_t *)t->a +
                               (ptrdiff_t)from * t->pixel + c;
            column k0 = column_at(a, row1, row2);
            column k1 = column_at(a + next, row1, row2);
            for (int32_t x = from; x < to; x++, a += t->pixel) {
                column k2 = column_at(a + 2 * next, row1, row2);
                three(t, w, x, c, &f, &k0, &k1, &k2);
                if (slides) {
                    k0 = k1;
                    k1 = k2;
                } else if (x + 1 < to) {
                    k0 = column_at(a + t->pixel, row1, row2);
                    k1 = column_at(a + t->pixel + next, row1, row2);
                }
            }
        }
    }
}
