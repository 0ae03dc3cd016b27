/*
 * One filter a channel: out[c] = sum of w[tap][c] * in[tap][c]. `runs` hold one
 * offset for each tap; weights are [tap][cp], or, for windows 3 or 5 wide and
 * high, in pairs of taps (pack_pairs). i16 sums are exact in any order, so that
 * all three i16 kernels give the same bits. Oracle:
 * tests/c/test_nn_depthwise.c.
 */
#include "nn/kernels/depthwise.h"

#include "base/alloc.h"
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

/* The pairs that a window is summed in: two rows of each column, then two
 * columns of the last row, then its last column alone. */
#define PAIRS(side) (((side) * (side) + 1) / 2)

static const int pairs3[][2] = {{0, 3}, {1, 4}, {2, 5}, {6, 7}, {8, -1}};
static const int pairs5[][2] = {
    {0, 5},   {1, 6},   {2, 7},   {3, 8},   {4, 9},   {10, 15}, {11, 16},
    {12, 17}, {13, 18}, {14, 19}, {20, 21}, {22, 23}, {24, -1},
};

/* Adds the products of one pair of taps: `low` and `high` hold both. */
CUT_INLINE void dot_pair(i32x4 *s0, i32x4 *s1, i16x8 low, i16x8 high,
                         const int16_t *w)
{
    *s0 = cut_add(*s0, cut_dot(low, cut_i16x8_load(w)));
    *s1 = cut_add(*s1, cut_dot(high, cut_i16x8_load(w + 8)));
}

/* One column of three rows, rows 0 and 1 zipped. */
typedef struct column3 {
    i16x8 low, zl, zh; /* low: row 2 */
} column3;

CUT_INLINE column3 column_at(const int16_t *p, int32_t row1, int32_t row2)
{
    i16x8 top = cut_i16x8_load(p), mid = cut_i16x8_load(p + row1);
    return (column3){cut_i16x8_load(p + row2), cut_zip_low(top, mid),
                     cut_zip_high(top, mid)};
}

/* Eight channels of one pixel from its three columns. */
CUT_INLINE void conv3x3_pixel(const cut_tile *t, const int16_t *w, int32_t x,
                              int32_t c, const cut_finish *f, const column3 *k0,
                              const column3 *k1, const column3 *k2)
{
    const i16x8 zero = {0, 0, 0, 0, 0, 0, 0, 0};
    i32x4 s0 = {0, 0, 0, 0}, s1 = s0;
    dot_pair(&s0, &s1, k0->zl, k0->zh, w);
    dot_pair(&s0, &s1, k1->zl, k1->zh, w + 16);
    dot_pair(&s0, &s1, k2->zl, k2->zh, w + 32);
    dot_pair(&s0, &s1, cut_zip_low(k0->low, k1->low),
             cut_zip_high(k0->low, k1->low), w + 48);
    dot_pair(&s0, &s1, cut_zip_low(k2->low, zero), cut_zip_high(k2->low, zero),
             w + 64);
    finish_i16(t, x, c, f, s0, s1);
}

/* Pixels of one row that are made before the next channels: three rows of
 * them stay in the first cache, whatever the width of the map. */
#define ROW_PIXELS 16

/* Eight channels of a row of pixels after another: where windows lie side by
 * side, a pixel takes two of its three columns from the one before. */
static void run_3x3(const cut_tile *t)
{
    const cut_step *step = t->step;
    int32_t cp = step->out.cp, next = step->conv.runs[1];
    int32_t row1 = step->conv.runs[3], row2 = step->conv.runs[6];
    int slides = t->pixel == next; /* neighbours share two columns */
    for (int32_t begin = 0; begin < t->n; begin += ROW_PIXELS) {
        int32_t end = begin + ROW_PIXELS < t->n ? begin + ROW_PIXELS : t->n;
        for (int32_t c = 0; c < cp; c += 8) {
            const cut_finish f = cut_finish_of(step, c);
            const int16_t *w = (const int16_t *)t->w + c * 10;
            const int16_t *a = (const int16_t *)t->a +
                               (ptrdiff_t)begin * t->pixel + c;
            column3 k0 = column_at(a, row1, row2);
            column3 k1 = column_at(a + next, row1, row2);
            for (int32_t x = begin; x < end; x++, a += t->pixel) {
                column3 k2 = column_at(a + 2 * next, row1, row2);
                conv3x3_pixel(t, w, x, c, &f, &k0, &k1, &k2);
                if (slides) {
                    k0 = k1;
                    k1 = k2;
                } else if (x + 1 < end) {
                    k0 = column_at(a + t->pixel, row1, row2);
                    k1 = column_at(a + t->pixel + next, row1, row2);
                }
            }
        }
    }
}

/* One column of five rows: rows 0 and 1 zipped, rows 2 and 3, row 4 with that
 * of the next column. Made once for all the pixels whose windows it lies in. */
typedef struct column5 {
    i16x8 l01, h01, l23, h23, l4, h4;
} column5;

/* Eight channels of one pixel from its five columns. */
static void conv5x5_pixel(const cut_tile *t, const int16_t *w, int32_t x,
                          int32_t c, const cut_finish *f, const column5 *k)
{
    i32x4 s0 = {0, 0, 0, 0}, s1 = s0;
    for (int i = 0; i < 5; i++) {
        dot_pair(&s0, &s1, k[i].l01, k[i].h01, w + 16 * i);
        dot_pair(&s0, &s1, k[i].l23, k[i].h23, w + 80 + 16 * i);
    }
    for (int i = 0; i < 5; i += 2)
        dot_pair(&s0, &s1, k[i].l4, k[i].h4, w + 160 + 8 * i);
    finish_i16(t, x, c, f, s0, s1);
}

/* As above, all columns of the row made first. `pixel` is 1 or 2 columns. */
static void run_5x5(const cut_tile *t)
{
    const cut_step *step = t->step;
    const int32_t *runs = step->conv.runs;
    const i16x8 zero = {0, 0, 0, 0, 0, 0, 0, 0};
    int32_t cp = step->out.cp, next = runs[1], stride = t->pixel / next;
    column5 k[2 * ROW_PIXELS + 3];
    for (int32_t begin = 0; begin < t->n; begin += ROW_PIXELS) {
        int32_t end = begin + ROW_PIXELS < t->n ? begin + ROW_PIXELS : t->n;
        int32_t columns = (end - begin - 1) * stride + 5;
        for (int32_t c = 0; c < cp; c += 8) {
            const cut_finish f = cut_finish_of(step, c);
            const int16_t *w = (const int16_t *)t->w + c * 26;
            const int16_t *a = (const int16_t *)t->a +
                               (ptrdiff_t)begin * t->pixel + c;
            i16x8 last = cut_i16x8_load(a + runs[20]);
            for (int32_t i = 0; i < columns; i++, a += next) {
                i16x8 r0 = cut_i16x8_load(a);
                i16x8 r1 = cut_i16x8_load(a + runs[5]);
                i16x8 r2 = cut_i16x8_load(a + runs[10]);
                i16x8 r3 = cut_i16x8_load(a + runs[15]);
                i16x8 beside = i + 1 < columns
                                   ? cut_i16x8_load(a + runs[20] + next)
                                   : zero;
                k[i] = (column5){
                    cut_zip_low(r0, r1),       cut_zip_high(r0, r1),
                    cut_zip_low(r2, r3),       cut_zip_high(r2, r3),
                    cut_zip_low(last, beside), cut_zip_high(last, beside)};
                last = beside;
            }
            for (int32_t x = begin; x < end; x++)
                conv5x5_pixel(t, w, x, c, &f, k + (x - begin) * stride);
        }
    }
}

/* ---- set-up ------------------------------------------------------------ */

static cut_status set_up(const cut_setup *setup)
{
    return cut_conv_set_up(setup, CUT_LAYOUT_TAPS);
}

/* [cp / 8][PAIRS][8][2] from [tap][cp]. */
static void pack_pairs(int16_t *out, const int16_t *w, int32_t cp, int32_t side)
{
    const int(*pairs)[2] = side == 3 ? pairs3 : pairs5;
    int32_t count = PAIRS(side);
    for (int32_t c = 0; c < cp; c++)
        for (int32_t i = 0; i < count; i++)
            for (int k = 0; k < 2; k++)
                out[((c / 8 * count + i) * 8 + c % 8) * 2 + k] =
                    pairs[i][k] < 0 ? 0 : w[pairs[i][k] * cp + c];
}

/* Weights in pairs, from where they were packed plainly. */
static cut_status set_up_pairs(const cut_setup *setup)
{
    cut_step *step = setup->step;
    int32_t side = setup->op->window.k[0];
    cut_status status = set_up(setup);
    if (status) return status;
    void *plain = step->block;
    const int16_t *w = step->weights;
    status = cut_step_weights(setup, (uint64_t)step->in.cp *
                                         (uint64_t)PAIRS(side) * 4);
    if (!status) pack_pairs(step->weights, w, step->in.cp, side);
    cut_free(plain);
    return status;
}

static int fits_i16(const cut_op *op, const cut_step *step)
{
    return cut_conv_is_depthwise(op, step) && step->in.type == CUT_I16;
}

static int fits_3x3(const cut_op *op, const cut_step *step)
{
    return fits_i16(op, step) && op->window.k[0] == 3 && op->window.k[1] == 3;
}

static int fits_5x5(const cut_op *op, const cut_step *step)
{
    return fits_i16(op, step) && op->window.k[0] == 5 && op->window.k[1] == 5 &&
           op->window.d[1] == 1 && op->window.s[1] <= 2;
}

static int fits_f32(const cut_op *op, const cut_step *step)
{
    return cut_conv_is_depthwise(op, step) && step->in.type == CUT_F32;
}

const cut_kernel cut_depthwise_3x3_i16 = {.name = "depthwise i16",
                                          .fits = fits_3x3,
                                          .set_up = set_up_pairs,
                                          .run = cut_band_run,
                                          .tile = run_3x3,
                                          .gmacs = 12};

const cut_kernel cut_depthwise_5x5_i16 = {.name = "depthwise i16",
                                          .fits = fits_5x5,
                                          .set_up = set_up_pairs,
                                          .run = cut_band_run,
                                          .tile = run_5x5,
                                          .gmacs = 12};

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
