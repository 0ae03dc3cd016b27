/*
 * Easy to get wrong: the fit and the evaluation must see the same coordinates.
 * Pixel x of the photo lies at (x + 0.5) / k - 0.5 of the reduced photo, whose
 * sample i is the mean of photo pixels i*k .. i*k + k - 1.
 */
#include "matte/refine.h"

#include "base/parallel.h"
#include "base/simd.h"
#include "image/resample.h"
#include "matte/colour_model.h"
#include "matte/guided.h"
#include "matte/components.h"

/* Chosen by models/eval/matte.py: docs/decisions/matte-refinement.md. */
#ifndef CUT_REFINE_CELLS
#define CUT_REFINE_CELLS 2 /* reduced photo: this many samples a map's cell, */
#endif
#define CUT_REFINE_MAX_SIDE                                                    \
    640 /* and this many along the longer side, at most:
                                    what 12 megapixels have the time for */
#ifndef CUT_REFINE_COLOUR_SIDE
#define CUT_REFINE_COLOUR_SIDE                                                 \
    320 /* samples along the longer side, about, that
                                   the colours are asked at */
#endif
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
#define CUT_REFINE_REACH                                                       \
    3 /* of that range; at most twice the radius, or
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

/* ---- colours ------------------------------------------------------------ */

/* The map, reduced by j, each way. */
static void reduce_map(uint16_t *out, const uint16_t *p, int32_t w, int32_t h,
                       int32_t j)
{
    for (int32_t y = 0; y < h; y += j)
        for (int32_t x = 0; x < w; x += j) {
            uint32_t sum = 0, count = 0;
            for (int32_t v = y; v < y + j && v < h; v++)
                for (int32_t u = x; u < x + j && u < w; u++, count++)
                    sum += p[(size_t)v * (size_t)w + (size_t)u];
            *out++ = (uint16_t)((sum + count / 2) / count);
        }
}

/* What the colours changed in the reduced map, added to the map. */
static void add_change(uint16_t *p, int32_t w, int32_t h, int32_t j,
                       const uint16_t *before, const uint16_t *after)
{
    int32_t sw = (w + j - 1) / j, sh = (h + j - 1) / j;
    for (int32_t y = 0; y < h; y++) {
        int32_t v;
        float t;
        between(&v, &t, y, j, sh);
        size_t up = (size_t)v * (size_t)sw;
        size_t low = v + 1 < sh ? up + (size_t)sw : up;
        for (int32_t x = 0; x < w; x++) {
            uint16_t *at = p + (size_t)y * (size_t)w + (size_t)x;
            if (*at == 0 || *at == CUT_GUIDED_ONE) continue; /* settled */
            int32_t u;
            float s;
            between(&u, &s, x, j, sw);
            size_t l = (size_t)u, r = u + 1 < sw ? l + 1 : l;
            float a = (float)(after[up + l] - before[up + l]) * (1 - s) +
                      (float)(after[up + r] - before[up + r]) * s;
            float b = (float)(after[low + l] - before[low + l]) * (1 - s) +
                      (float)(after[low + r] - before[low + r]) * s;
            float m = (float)*at + a + (b - a) * t;
            m = m < 0 ? 0 : m > CUT_GUIDED_ONE ? CUT_GUIDED_ONE : m;
            *at = (uint16_t)(m + 0.5f);
        }
    }
}

/* Weighs the placed map against the colours, at about the size of a model's
 * map: finer, it would take longer and say the same. */
static cut_status ask_colours(uint16_t *p, const cut_image *small,
                              cut_error *error)
{
    int32_t side = small->w > small->h ? small->w : small->h;
    int32_t j = side / CUT_REFINE_COLOUR_SIDE;
    if (j < 2)
        return cut_colour_model_weigh(p, small->px, small->w, small->h, error);
    cut_image less = {0};
    cut_status status = cut_image_reduce(&less, small, j, error);
    if (status) return status;
    size_t count = (size_t)less.w * (size_t)less.h;
    uint16_t *before = cut_alloc(count * 2, sizeof *before);
    uint16_t *after = before ? before + count : NULL;
    if (before) {
        reduce_map(before, p, small->w, small->h, j);
        memcpy(after, before, count * sizeof *after);
        status = cut_colour_model_weigh(after, less.px, less.w, less.h, error);
    } else {
        status = cut_fail(error, CUT_E_MEMORY, "No memory to refine %d x %d.",
                          (int)small->w, (int)small->h);
    }
    if (!status) add_change(p, small->w, small->h, j, before, after);
    cut_free(before);
    cut_image_free(&less);
    return status;
}

/* ---- contrast ---------------------------------------------------------- */

static void take_min(uint16_t *restrict lo, const uint16_t *restrict v,
                     int32_t n)
{
    for (int32_t i = 0; i < n; i++) lo[i] = v[i] < lo[i] ? v[i] : lo[i];
}

static void take_max(uint16_t *restrict hi, const uint16_t *restrict v,
                     int32_t n)
{
    for (int32_t i = 0; i < n; i++) hi[i] = v[i] > hi[i] ? v[i] : hi[i];
}

/* Minimum and maximum of p along each row within CUT_REFINE_REACH. */
static void row_ranges(uint16_t *lo, uint16_t *hi, const uint16_t *p, int32_t w,
                       int32_t h)
{
    size_t count = (size_t)w * (size_t)h;
    memcpy(lo, p, count * sizeof *lo);
    memcpy(hi, p, count * sizeof *hi);
    for (int32_t y = 0; y < h; y++) {
        size_t at = (size_t)y * (size_t)w;
        for (int32_t d = 1; d <= CUT_REFINE_REACH && d < w; d++) {
            take_min(lo + at, p + at + d, w - d);
            take_min(lo + at + d, p + at, w - d);
            take_max(hi + at, p + at + d, w - d);
            take_max(hi + at + d, p + at, w - d);
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
    uint16_t *min = hi + count, *max = min + n;
    row_ranges(lo, hi, p, w, h);
    for (int32_t y = 0; y < h; y++) {
        memcpy(min, lo + (size_t)y * n, n * sizeof *min);
        memcpy(max, hi + (size_t)y * n, n * sizeof *max);
        for (int32_t v = y - CUT_REFINE_REACH; v <= y + CUT_REFINE_REACH; v++)
            if (v >= 0 && v < h) {
                take_min(min, lo + (size_t)v * n, w);
                take_max(max, hi + (size_t)v * n, w);
            }
        float *c = coefficients + (size_t)y * n * 4;
        for (size_t x = 0; x < n; x++, c += 4) {
            float middle = (float)(min[x] + max[x]) /
                           (float)(2 * CUT_GUIDED_ONE);
            for (int i = 0; i < 3; i++) c[i] *= gain;
            c[3] = middle + (c[3] - middle) * gain;
        }
    }
}

/* ---- evaluation -------------------------------------------------------- */

/* How many samples from line[0] on say the same 0, or the same 1, whatever the
 * colour; 0 when the first says anything else. */
static int32_t flat_samples(const float *line, int32_t n)
{
    if (line[0] != 0 || line[1] != 0 || line[2] != 0 ||
        (line[3] != 0 && line[3] != 1))
        return 0;
    uint64_t first[2], next[2]; /* memcmp() is a call in wasm */
    memcpy(first, line, sizeof first);
    int32_t i = 1;
    for (; i < n; i++) {
        memcpy(next, line + (size_t)i * 4, sizeof next);
        if (((next[0] ^ first[0]) | (next[1] ^ first[1])) != 0) break;
    }
    return i;
}

/* Where the pixels between sample `cell` and the next end. */
static int32_t end_of_cell(int32_t cell, int32_t n, int32_t k, int32_t w)
{
    if (cell >= n - 2) return w;
    int32_t end = (2 * cell + 3) * k / 2; /* (x + 0.5)/k - 0.5 >= cell + 1 */
    return end < w ? end : w;
}

/* Alpha of four pixels, lane i at s[i] of the way from a sample's coefficients
 * c0 to the next's, c0 + d. */
static i32x4 alpha_of_four(const uint8_t *px, f32x4 s, f32x4 c0, f32x4 d)
{
    u32x4 q = cut_load_u32(px);
    f32x4 a = (d[0] * s + c0[0]) * cut_to_f32(q & 255) +
              (d[1] * s + c0[1]) * cut_to_f32(q >> 8 & 255) +
              (d[2] * s + c0[2]) * cut_to_f32(q >> 16 & 255) +
              (d[3] * s + c0[3]);
    return __builtin_convertvector(cut_clamp(a, 1) * 255 + 0.5f, i32x4);
}

/* One row of alpha from one row of coefficients [n][4]. */
static void evaluate_row(uint8_t *alpha, const float *line, const uint8_t *px,
                         int32_t w, int32_t n, int32_t k)
{
    const float step = 1 / (float)k;
    const f32x4 four = {0, step, 2 * step, 3 * step};
    int32_t x = 0;
    for (int32_t cell = 0; x < w; cell++) {
        /* photo pixels whose left neighbour is this sample */
        const float *at = line + (size_t)cell * 4;
        int32_t same = flat_samples(at, n - cell);
        if (same > 1 || same == n) {
            cell += same > 1 ? same - 2 : 0;
            int32_t end = end_of_cell(cell, n, k, w);
            memset(alpha + x, at[3] == 1 ? 255 : 0, (size_t)(end - x));
            x = end;
            continue;
        }
        int32_t end = end_of_cell(cell, n, k, w);
        f32x4 c0 = cut_load_f32(at);
        f32x4 c1 = cell + 1 < n ? cut_load_f32(at + 4) : c0;
        f32x4 d = c1 - c0;
        int border = cell == 0 || end == w; /* beyond the outermost samples */
        for (; x < end; x += 4) {
            f32x4 s = ((float)x + 0.5f) * step - 0.5f - (float)cell + four;
            if (border) s = cut_clamp(s, 1);
            const uint8_t *q = px + (size_t)x * 4;
            if (x + 4 <= w) { /* what lies beyond `end` is written again */
                cut_store_u8x4(alpha + x, alpha_of_four(q, s, c0, d));
                continue;
            }
            uint8_t in[16] = {0}, out[4];
            memcpy(in, q, (size_t)(w - x) * 4);
            cut_store_u8x4(out, alpha_of_four(in, s, c0, d));
            memcpy(alpha + x, out, (size_t)(w - x));
        }
        x = x > end ? end : x;
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

/* What all rows of alpha are made of. */
typedef struct evaluation {
    uint8_t *alpha;
    const float *coefficients;
    float *lines; /* [threads][small w][4] */
    const cut_image *photo, *small;
    int32_t k;
    int opaque;
} evaluation;

/* The coefficients of the small picture, interpolated, on each pixel of the
 * photo. */
static void evaluate(void *context, int32_t from, int32_t end, int32_t thread)
{
    const evaluation *e = context;
    const cut_image *photo = e->photo, *small = e->small;
    uint8_t *alpha = e->alpha;
    size_t w = (size_t)photo->w, row = (size_t)small->w * 4;
    float *line = e->lines + (size_t)thread * row;
    int32_t k = e->k;
    int opaque = e->opaque;
    for (int32_t y = from; y < end; y++) {
        int32_t at;
        float t;
        between(&at, &t, y, k, small->h);
        const float *up = e->coefficients + (size_t)at * row;
        const float *low = at + 1 < small->h ? up + row : up;
        for (size_t i = 0; i < row; i++) line[i] = up[i] + (low[i] - up[i]) * t;
        const uint8_t *px = photo->px + (size_t)y * w * 4;
        evaluate_row(alpha + (size_t)y * w, line, px, photo->w, small->w, k);
        if (!opaque) times_input_alpha(alpha + (size_t)y * w, px, w);
    }
}

cut_status cut_matte_refine(uint8_t *alpha, const cut_matte *matte,
                            const cut_image *photo, cut_error *error)
{
    int32_t side = photo->w > photo->h ? photo->w : photo->h;
    int32_t max_side = CUT_REFINE_CELLS *
                       (matte->w > matte->h ? matte->w : matte->h);
    if (max_side > CUT_REFINE_MAX_SIDE) max_side = CUT_REFINE_MAX_SIDE;
    int32_t k = (side + max_side / 2) / max_side;
    if (k < 1) k = 1;
    if (k > CUT_REDUCE_MAX) k = CUT_REDUCE_MAX; /* the map is tiny */
    cut_image small = {0};
    cut_status status = cut_image_reduce(&small, photo, k, error);
    if (status) return status;
    size_t count = (size_t)small.w * (size_t)small.h;
    uint16_t *p = cut_alloc(count, sizeof *p);
    float *coefficients = cut_alloc(count * 4, sizeof *coefficients);
    float *lines = cut_alloc(
        (size_t)cut_parallel_threads() * (size_t)small.w * 4, sizeof *lines);
    uint16_t *scratch = cut_alloc(count * 2 + (size_t)small.w * 2,
                                  sizeof *scratch);
    if (!p || !coefficients || !lines || !scratch) {
        status = cut_fail(error, CUT_E_MEMORY, "No memory to refine %d x %d.",
                          (int)photo->w, (int)photo->h);
    } else {
        place_map(p, small.w, small.h, matte);
        status = cut_components_settle(p, small.w, small.h, CUT_GUIDED_ONE,
                                       error);
        if (!status) status = ask_colours(p, &small, error);
    }
    if (!status)
        status = cut_components_remove_small(p, small.w, small.h,
                                             CUT_GUIDED_ONE, error);
    if (!status)
        status = cut_guided_fit(coefficients, small.px, p, small.w, small.h,
                                CUT_REFINE_RADIUS, CUT_REFINE_EPS, error);
    if (!status) {
        clear_fog(coefficients, p, small.w, small.h, scratch);
        evaluation all = {alpha,
                          coefficients,
                          lines,
                          photo,
                          &small,
                          k,
                          cut_image_is_opaque(photo)};
        cut_parallel_rows(photo->h, evaluate, &all);
    }
    cut_free(p);
    cut_free(scratch);
    cut_free(coefficients);
    cut_free(lines);
    cut_image_free(&small);
    return status;
}
