/*
 * Per pixel 13 sums over the window: r g b p, rp gp bp, rr rg rb gg gb bb.
 * They are kept as 16 int32 lanes a pixel (three unused), so that the running
 * sums of both passes are plain vector additions.
 */
#include "matte/guided.h"

#include <string.h>

#include "base/alloc.h"
#include "base/simd.h"

enum { LANES = 16 };
enum { R, G, B, P, RP, GP, BP, RR, RG, RB, GG, GB, BB };

/* Sums down the columns of one row: what row y brings, times `sign`. */
static void add_row(int32_t *restrict sums, const uint8_t *restrict guide,
                    const uint16_t *restrict p, int32_t w, int32_t sign)
{
    for (int32_t x = 0; x < w; x++) {
        int32_t r = guide[x * 4], g = guide[x * 4 + 1], b = guide[x * 4 + 2];
        int32_t v = p[x];
        const int32_t terms[LANES] = {r,     g,     b,     v,     r * v, g * v,
                                      b * v, r * r, r * g, r * b, g * g, g * b,
                                      b * b, 0,     0,     0};
        int32_t *s = sums + (size_t)x * LANES;
        for (int i = 0; i < LANES; i++) s[i] += sign * terms[i];
    }
}

/* Solves (covariance + eps I) a = cov(I, p), b = mean p - a . mean I. */
static void solve(float out[4], const int32_t s[LANES], int32_t count,
                  float eps)
{
    float n = 1 / (float)count;
    float mr = (float)s[R] * n, mg = (float)s[G] * n, mb = (float)s[B] * n;
    float mp = (float)s[P] * n;
    float cr = (float)s[RP] * n - mr * mp, cg = (float)s[GP] * n - mg * mp;
    float cb = (float)s[BP] * n - mb * mp;
    float rr = (float)s[RR] * n - mr * mr + eps,
          rg = (float)s[RG] * n - mr * mg;
    float rb = (float)s[RB] * n - mr * mb,
          gg = (float)s[GG] * n - mg * mg + eps;
    float gb = (float)s[GB] * n - mg * mb,
          bb = (float)s[BB] * n - mb * mb + eps;
    /* symmetric 3 x 3 by cofactors */
    float irr = gg * bb - gb * gb, irg = gb * rb - rg * bb;
    float irb = rg * gb - gg * rb, igg = rr * bb - rb * rb;
    float igb = rb * rg - rr * gb, ibb = rr * gg - rg * rg;
    float det = rr * irr + rg * irg + rb * irb;
    float scale = 1 / (det * (float)CUT_GUIDED_ONE);
    if (!(det > 0)) scale = 0;
    out[0] = (irr * cr + irg * cg + irb * cb) * scale;
    out[1] = (irg * cr + igg * cg + igb * cb) * scale;
    out[2] = (irb * cr + igb * cg + ibb * cb) * scale;
    out[3] = mp / (float)CUT_GUIDED_ONE -
             (out[0] * mr + out[1] * mg + out[2] * mb);
}

static int32_t clipped(int32_t i, int32_t radius, int32_t size)
{
    int32_t lo = i - radius < 0 ? 0 : i - radius;
    int32_t hi = i + radius > size - 1 ? size - 1 : i + radius;
    return hi - lo + 1;
}

/* x0 .. x1 - 1, y0 .. y1 - 1 */
typedef struct box {
    int32_t x0, y0, x1, y1;
} box;

static box grown(box b, int32_t by, int32_t w, int32_t h)
{
    return (box){b.x0 > by ? b.x0 - by : 0, b.y0 > by ? b.y0 - by : 0,
                 b.x1 + by < w ? b.x1 + by : w, b.y1 + by < h ? b.y1 + by : h};
}

/* The window of a row slides over the column sums, which begin at `first` and
 * reach as far as the windows of x0 .. x1 - 1 do. out: [x1 - x0][4] */
static void solve_row(float *out, const int32_t *columns, int32_t first,
                      int32_t x0, int32_t x1, int32_t w, int32_t radius,
                      int32_t rows, float eps)
{
    int32_t s[LANES] = {0};
    for (int32_t x = first; x < w && x < x0 + radius; x++)
        for (int i = 0; i < LANES; i++)
            s[i] += columns[(x - first) * LANES + i];
    for (int32_t x = x0; x < x1; x++, out += 4) {
        int32_t in = x + radius, gone = x - radius - 1;
        if (in < w)
            for (int i = 0; i < LANES; i++)
                s[i] += columns[(in - first) * LANES + i];
        if (gone >= first)
            for (int i = 0; i < LANES; i++)
                s[i] -= columns[(gone - first) * LANES + i];
        int32_t count = rows * clipped(x, radius, w);
        if (s[P] == 0 || s[P] == count * CUT_GUIDED_ONE) {
            memset(out, 0, 3 * sizeof *out);
            out[3] = s[P] ? 1 : 0;
        } else {
            solve(out, s, count, eps);
        }
    }
}

/* Sums over -radius..radius of every `step` floats around p, within 0..n-1. */
static f32x4 window_sum(const float *line, int32_t at, int32_t n, size_t step,
                        int32_t radius)
{
    int32_t lo = at - radius < 0 ? 0 : at - radius;
    int32_t hi = at + radius > n - 1 ? n - 1 : at + radius;
    f32x4 sum = {0};
    for (int32_t i = lo; i <= hi; i++)
        sum += cut_load_f32(line + (size_t)i * step);
    return sum;
}

/* ---- tiles ------------------------------------------------------------- */

/* Most of a matte is settled: tiles whose windows see nothing else are not
 * fitted. The others' sums stay in L1. */
enum { TILE = 32 };

typedef struct tiles {
    const uint8_t *guide;
    const uint16_t *p;
    int32_t w, h, radius;
    float eps;        /* of a guide in 0..255 */
    int32_t *columns; /* [TILE + 4 radius][LANES] */
    float *raw;       /* [TILE + 2 radius][TILE + 2 radius][4] */
    float *summed;    /* [TILE + 2 radius][TILE][4] */
} tiles;

/* Whether p is 0, or CUT_GUIDED_ONE, all over the box. */
static int is_settled(const tiles *t, box b)
{
    uint16_t min = UINT16_MAX, max = 0;
    for (int32_t y = b.y0; y < b.y1; y++)
        for (int32_t x = b.x0; x < b.x1; x++) {
            uint16_t v = t->p[(size_t)y * (size_t)t->w + (size_t)x];
            min = v < min ? v : min;
            max = v > max ? v : max;
        }
    return max == 0 || min == CUT_GUIDED_ONE;
}

/* Coefficients of each window in the box: t->raw, [y1 - y0][x1 - x0][4] */
static void fit_box(const tiles *t, box b)
{
    int32_t radius = t->radius;
    box all = grown(b, radius, t->w, t->h);
    int32_t n = all.x1 - all.x0;
    float *out = t->raw;
    memset(t->columns, 0, (size_t)n * LANES * sizeof *t->columns);
    for (int32_t y = all.y0 - radius; y < b.y1; y++) {
        int32_t in = y + radius, gone = y - radius - 1;
        size_t row = (size_t)t->w, x = (size_t)all.x0;
        if (in >= all.y0 && in < all.y1)
            add_row(t->columns, t->guide + ((size_t)in * row + x) * 4,
                    t->p + (size_t)in * row + x, n, 1);
        if (gone >= all.y0)
            add_row(t->columns, t->guide + ((size_t)gone * row + x) * 4,
                    t->p + (size_t)gone * row + x, n, -1);
        if (y < b.y0) continue;
        solve_row(out, t->columns, all.x0, b.x0, b.x1, t->w, radius,
                  clipped(y, radius, t->h), t->eps);
        out += (b.x1 - b.x0) * 4;
    }
}

/* Means over the windows of a tile. Summed anew for each sample: running sums
 * of floats would drift, and a constant must stay exactly that. */
static void fit_tile(const tiles *t, float *out, box b)
{
    box r = grown(b, t->radius, t->w, t->h);
    int32_t n = r.x1 - r.x0, rows = r.y1 - r.y0, columns = b.x1 - b.x0;
    fit_box(t, r);
    for (int32_t y = 0; y < rows; y++)
        for (int32_t x = 0; x < columns; x++)
            cut_store_f32(t->summed + (y * columns + x) * 4,
                          window_sum(t->raw + y * n * 4, x + b.x0 - r.x0, n, 4,
                                     t->radius));
    for (int32_t y = b.y0; y < b.y1; y++)
        for (int32_t x = b.x0; x < b.x1; x++) {
            f32x4 sum = window_sum(t->summed + (x - b.x0) * 4, y - r.y0, rows,
                                   (size_t)columns * 4, t->radius);
            int32_t count = clipped(x, t->radius, t->w) *
                            clipped(y, t->radius, t->h);
            cut_store_f32(out + ((size_t)y * (size_t)t->w + (size_t)x) * 4,
                          sum / (float)count);
        }
}

static void settle_tile(const tiles *t, float *out, box b)
{
    for (int32_t y = b.y0; y < b.y1; y++)
        for (int32_t x = b.x0; x < b.x1; x++) {
            size_t at = (size_t)y * (size_t)t->w + (size_t)x;
            const f32x4 flat = {0, 0, 0, t->p[at] ? 1 : 0};
            cut_store_f32(out + at * 4, flat);
        }
}

cut_status cut_guided_fit(float *coefficients, const uint8_t *guide,
                          const uint16_t *p, int32_t w, int32_t h,
                          int32_t radius, float eps, cut_error *error)
{
    size_t side = TILE + 2 * (size_t)radius;
    tiles t = {.guide = guide,
               .p = p,
               .w = w,
               .h = h,
               .radius = radius,
               .eps = eps * 255 * 255};
    t.columns = cut_alloc((side + 2 * (size_t)radius) * LANES,
                          sizeof *t.columns);
    t.raw = cut_alloc(side * side * 4, sizeof *t.raw);
    t.summed = cut_alloc(side * TILE * 4, sizeof *t.summed);
    int ready = t.columns && t.raw && t.summed;
    for (int32_t y = 0; ready && y < h; y += TILE)
        for (int32_t x = 0; x < w; x += TILE) {
            box b = {x, y, x + TILE < w ? x + TILE : w,
                     y + TILE < h ? y + TILE : h};
            if (is_settled(&t, grown(b, 2 * radius, w, h)))
                settle_tile(&t, coefficients, b);
            else
                fit_tile(&t, coefficients, b);
        }
    cut_free(t.columns);
    cut_free(t.raw);
    cut_free(t.summed);
    if (ready) return CUT_OK;
    return cut_fail(error, CUT_E_MEMORY, "No memory to refine %d x %d.", (int)w,
                    (int)h);
}
