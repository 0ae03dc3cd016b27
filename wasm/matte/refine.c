/*
 * Easy to get wrong: the fit and the evaluation must see the same coordinates.
 * Pixel x of the photo lies at (x + 0.5) / k - 0.5 of the reduced photo, whose
 * sample i is the mean of photo pixels i*k .. i*k + k - 1.
 */
#include "matte/refine.h"

#include <string.h>

#include "image/resample.h"
#include "matte/guided.h"

typedef float f32x4 __attribute__((vector_size(16)));

/* Chosen by models/eval/matte.py: docs/decisions/matte-refinement.md. */
#ifndef CUT_REFINE_CELLS
#define CUT_REFINE_CELLS 2 /* reduced photo: this many samples a map's cell, */
#endif
#define CUT_REFINE_MOST 1024 /* and this many along the longer side, at most */
#ifndef CUT_REFINE_RADIUS
#define CUT_REFINE_RADIUS 2
#endif
#ifndef CUT_REFINE_EPS
#define CUT_REFINE_EPS 5e-4f
#endif
#ifndef CUT_REFINE_FLOOR
#define CUT_REFINE_FLOOR 0.04f /* what counts as nothing in the map */
#endif
#ifndef CUT_REFINE_FOG
#define CUT_REFINE_FOG 0.15f /* share of the local range cut off at each end */
#endif
#ifndef CUT_REFINE_REACH
#define CUT_REFINE_REACH 3 /* of that range; at most twice the radius, or
                              alpha is no longer exact where the map is flat */
#endif

/* Models never answer quite 0 or 1. What is within the floor of either becomes
 * it; the next as much again is stretched to close the gap; between, the map
 * is the model's: it may mean what it says. */
static float settle(float v)
{
    const float low = CUT_REFINE_FLOOR, high = 1 - CUT_REFINE_FLOOR;
    if (v < 2 * low) v = 2 * (v - low);
    if (v > 1 - 2 * low) v = 1 - 2 * (high - v);
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

/* The map, bilinear at the reduced photo's size, settled, as u16. */
static void place_map(uint16_t *p, int32_t w, int32_t h, const cut_matte *m)
{
    float sx = (float)m->w / (float)w, sy = (float)m->h / (float)h;
    for (int32_t y = 0; y < h; y++) {
        float fy = ((float)y + 0.5f) * sy - 0.5f;
        if (fy < 0) fy = 0;
        int32_t y0 = (int32_t)fy < m->h - 1 ? (int32_t)fy : m->h - 1;
        int32_t y1 = y0 + 1 < m->h ? y0 + 1 : y0;
        float dy = fy - (float)y0;
        const float *up = m->alpha + (size_t)y0 * (size_t)m->w;
        const float *low = m->alpha + (size_t)y1 * (size_t)m->w;
        for (int32_t x = 0; x < w; x++) {
            float fx = ((float)x + 0.5f) * sx - 0.5f;
            if (fx < 0) fx = 0;
            int32_t x0 = (int32_t)fx < m->w - 1 ? (int32_t)fx : m->w - 1;
            int32_t x1 = x0 + 1 < m->w ? x0 + 1 : x0;
            float dx = fx - (float)x0;
            float a = up[x0] + (up[x1] - up[x0]) * dx;
            float b = low[x0] + (low[x1] - low[x0]) * dx;
            float v = a + (b - a) * dy;
            p[(size_t)y * (size_t)w + (size_t)x] =
                (uint16_t)(settle(v) * CUT_GUIDED_ONE + 0.5f);
        }
    }
}

/* ---- contrast ---------------------------------------------------------- */

static void take_least(uint16_t *restrict lo, const uint16_t *restrict v,
                       int32_t n)
{
    for (int32_t i = 0; i < n; i++) lo[i] = v[i] < lo[i] ? v[i] : lo[i];
}

static void take_most(uint16_t *restrict hi, const uint16_t *restrict v,
                      int32_t n)
{
    for (int32_t i = 0; i < n; i++) hi[i] = v[i] > hi[i] ? v[i] : hi[i];
}

/* Least and most of p along each row within CUT_REFINE_REACH. */
static void row_ranges(uint16_t *lo, uint16_t *hi, const uint16_t *p,
                       int32_t w, int32_t h)
{
    size_t count = (size_t)w * (size_t)h;
    memcpy(lo, p, count * sizeof *lo);
    memcpy(hi, p, count * sizeof *hi);
    for (int32_t y = 0; y < h; y++) {
        size_t at = (size_t)y * (size_t)w;
        for (int32_t d = 1; d <= CUT_REFINE_REACH && d < w; d++) {
            take_least(lo + at, p + at + d, w - d);
            take_least(lo + at + d, p + at, w - d);
            take_most(hi + at, p + at + d, w - d);
            take_most(hi + at + d, p + at, w - d);
        }
    }
}

/* Averaging the coefficients leaves fog on both sides of an edge. It is cut
 * off by more contrast about the middle of the map's local range: an edge
 * from 0 to 1 loses its fog, a plateau where the model wavers stays as it is.
 * Linear in alpha, hence in the coefficients. scratch: [2][h][w] + [2][w]. */
static void clear_fog(float *coefficients, const uint16_t *p, int32_t w,
                      int32_t h, uint16_t *scratch)
{
    const float gain = 1 / (1 - 2 * CUT_REFINE_FOG);
    size_t n = (size_t)w, count = n * (size_t)h;
    uint16_t *lo = scratch, *hi = lo + count;
    uint16_t *least = hi + count, *most = least + n;
    row_ranges(lo, hi, p, w, h);
    for (int32_t y = 0; y < h; y++) {
        memcpy(least, lo + (size_t)y * n, n * sizeof *least);
        memcpy(most, hi + (size_t)y * n, n * sizeof *most);
        for (int32_t v = y - CUT_REFINE_REACH; v <= y + CUT_REFINE_REACH; v++)
            if (v >= 0 && v < h) {
                take_least(least, lo + (size_t)v * n, w);
                take_most(most, hi + (size_t)v * n, w);
            }
        float *c = coefficients + (size_t)y * n * 4;
        for (size_t x = 0; x < n; x++, c += 4) {
            float middle = (float)(least[x] + most[x]) /
                           (float)(2 * CUT_GUIDED_ONE);
            for (int i = 0; i < 3; i++) c[i] *= gain;
            c[3] = middle + (c[3] - middle) * gain;
        }
    }
}

/* ---- evaluation -------------------------------------------------------- */

/* Where photo pixel i lies between reduced samples: index and weight. */
static void between(int32_t *at, float *t, int32_t i, int32_t k, int32_t n)
{
    float f = ((float)i + 0.5f) / (float)k - 0.5f;
    if (f < 0) f = 0;
    *at = (int32_t)f;
    if (*at > n - 2) *at = n > 1 ? n - 2 : 0;
    *t = f - (float)*at;
    if (*t > 1) *t = 1;
}

static f32x4 load(const float *p)
{
    f32x4 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static int is_flat(f32x4 c)
{
    return c[0] == 0 && c[1] == 0 && c[2] == 0 && (c[3] == 0 || c[3] == 1);
}

/* One row of alpha from one row of coefficients [n][4]. */
static void evaluate_row(uint8_t *alpha, const float *line, const uint8_t *px,
                         int32_t w, int32_t n, int32_t k)
{
    int32_t x = 0;
    for (int32_t cell = 0; x < w; cell++) {
        /* photo pixels whose left neighbour is this sample */
        f32x4 c0 = load(line + (size_t)cell * 4);
        f32x4 c1 = cell + 1 < n ? load(line + (size_t)(cell + 1) * 4) : c0;
        f32x4 d = c1 - c0;
        int32_t end = w;
        if (cell < n - 2) {
            end = (2 * cell + 3) * k / 2; /* (x + 0.5)/k - 0.5 >= cell + 1 */
            if (end > w) end = w;
        }
        if (is_flat(c0) && is_flat(c1) && c0[3] == c1[3]) {
            if (end > x) memset(alpha + x, c0[3] == 1 ? 255 : 0,
                                (size_t)(end - x));
            x = end > x ? end : x;
            continue;
        }
        float step = 1 / (float)k;
        float t = ((float)x + 0.5f) * step - 0.5f - (float)cell;
        for (; x < end; x++, t += step) {
            float s = t < 0 ? 0 : t > 1 ? 1 : t;
            f32x4 c = c0 + d * s;
            const uint8_t *q = px + (size_t)x * 4;
            float a = c[0] * (float)q[0] + c[1] * (float)q[1] +
                      c[2] * (float)q[2] + c[3];
            a = a < 0 ? 0 : a > 1 ? 1 : a;
            alpha[x] = (uint8_t)(a * 255 + 0.5f);
        }
    }
}

/* alpha times the photo's own alpha, rounded: x * 255 / 255 = x. */
static void times_input_alpha(uint8_t *restrict alpha,
                              const uint8_t *restrict px, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t v = (uint32_t)alpha[i] * px[i * 4 + 3] + 128;
        alpha[i] = (uint8_t)((v + (v >> 8)) >> 8);
    }
}

static void evaluate(uint8_t *alpha, const float *coefficients, float *line,
                     const cut_image *photo, const cut_image *small, int32_t k)
{
    size_t w = (size_t)photo->w, row = (size_t)small->w * 4;
    int opaque = cut_image_is_opaque(photo);
    for (int32_t y = 0; y < photo->h; y++) {
        int32_t at;
        float t;
        between(&at, &t, y, k, small->h);
        const float *up = coefficients + (size_t)at * row;
        const float *low = at + 1 < small->h ? up + row : up;
        for (size_t i = 0; i < row; i++) line[i] = up[i] + (low[i] - up[i]) * t;
        const uint8_t *px = photo->px + (size_t)y * w * 4;
        evaluate_row(alpha + (size_t)y * w, line, px, photo->w, small->w, k);
        if (!opaque) times_input_alpha(alpha + (size_t)y * w, px, w);
    }
}

cut_status cut_matte_refine(uint8_t *alpha, const cut_matte *matte,
                            const cut_image *photo, cut_why *why)
{
    int32_t side = photo->w > photo->h ? photo->w : photo->h;
    int32_t most = CUT_REFINE_CELLS * (matte->w > matte->h ? matte->w
                                                           : matte->h);
    if (most > CUT_REFINE_MOST) most = CUT_REFINE_MOST;
    int32_t k = (side + most / 2) / most;
    if (k < 1) k = 1;
    cut_image small = {0};
    cut_status status = cut_image_reduce(&small, photo, k, why);
    if (status) return status;
    size_t count = (size_t)small.w * (size_t)small.h;
    uint16_t *p = cut_alloc(count, sizeof *p);
    float *coefficients = cut_alloc(count * 4, sizeof *coefficients);
    float *line = cut_alloc((size_t)small.w * 4, sizeof *line);
    uint16_t *scratch = cut_alloc(count * 2 + (size_t)small.w * 2,
                                  sizeof *scratch);
    if (!p || !coefficients || !line || !scratch) {
        status = cut_fail(why, CUT_E_MEMORY, "No memory to refine %d x %d.",
                          (int)photo->w, (int)photo->h);
    } else {
        place_map(p, small.w, small.h, matte);
        status = cut_guided_fit(coefficients, small.px, p, small.w, small.h,
                                CUT_REFINE_RADIUS, CUT_REFINE_EPS, why);
    }
    if (!status) {
        clear_fog(coefficients, p, small.w, small.h, scratch);
        evaluate(alpha, coefficients, line, photo, &small, k);
    }
    cut_free(p);
    cut_free(scratch);
    cut_free(coefficients);
    cut_free(line);
    cut_image_free(&small);
    return status;
}
