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
    float rr = (float)s[RR] * n - mr * mr + eps, rg = (float)s[RG] * n - mr * mg;
    float rb = (float)s[RB] * n - mr * mb, gg = (float)s[GG] * n - mg * mg + eps;
    float gb = (float)s[GB] * n - mg * mb, bb = (float)s[BB] * n - mb * mb + eps;
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

/* The window of a row slides over the column sums. */
static void solve_row(float *out, const int32_t *columns, int32_t w,
                      int32_t radius, int32_t rows, float eps)
{
    int32_t s[LANES] = {0};
    for (int32_t x = 0; x < w && x < radius; x++)
        for (int i = 0; i < LANES; i++) s[i] += columns[x * LANES + i];
    for (int32_t x = 0; x < w; x++) {
        if (x + radius < w)
            for (int i = 0; i < LANES; i++)
                s[i] += columns[(x + radius) * LANES + i];
        if (x - radius - 1 >= 0)
            for (int i = 0; i < LANES; i++)
                s[i] -= columns[(x - radius - 1) * LANES + i];
        int32_t count = rows * clipped(x, radius, w);
        if (s[P] == 0 || s[P] == count * CUT_GUIDED_ONE) {
            memset(out + x * 4, 0, 3 * sizeof *out);
            out[x * 4 + 3] = s[P] ? 1 : 0;
        } else {
            solve(out + x * 4, s, count, eps);
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
    for (int32_t i = lo; i <= hi; i++) sum += cut_load_f32(line + (size_t)i * step);
    return sum;
}

/* Mean of the coefficients over the window. Summed anew for each pixel:
 * running sums of floats would drift, and a constant must stay exactly that. */
static void mean_filter(float *out, float *raw, int32_t w, int32_t h,
                        int32_t radius)
{
    size_t row = (size_t)w * 4;
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            f32x4 sum = window_sum(raw + (size_t)y * row, x, w, 4, radius);
            cut_store_f32(out + (size_t)y * row + (size_t)x * 4, sum);
        }
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            f32x4 sum = window_sum(out + (size_t)x * 4, y, h, row, radius);
            sum /= (float)(clipped(x, radius, w) * clipped(y, radius, h));
            cut_store_f32(raw + (size_t)y * row + (size_t)x * 4, sum);
        }
    memcpy(out, raw, row * (size_t)h * sizeof *out);
}

cut_status cut_guided_fit(float *coefficients, const uint8_t *guide,
                          const uint16_t *p, int32_t w, int32_t h,
                          int32_t radius, float eps, cut_why *why)
{
    int32_t *columns = cut_alloc_zero((size_t)w * LANES, sizeof *columns);
    float *raw = cut_alloc((size_t)w * (size_t)h * 4, sizeof *raw);
    if (!columns || !raw) {
        cut_free(columns);
        cut_free(raw);
        return cut_fail(why, CUT_E_MEMORY, "No memory to refine %d x %d.",
                        (int)w, (int)h);
    }
    size_t row = (size_t)w;
    for (int32_t y = 0; y < h && y < radius; y++)
        add_row(columns, guide + (size_t)y * row * 4, p + (size_t)y * row, w, 1);
    for (int32_t y = 0; y < h; y++) {
        int32_t in = y + radius, gone = y - radius - 1;
        if (in < h)
            add_row(columns, guide + (size_t)in * row * 4,
                    p + (size_t)in * row, w, 1);
        if (gone >= 0)
            add_row(columns, guide + (size_t)gone * row * 4,
                    p + (size_t)gone * row, w, -1);
        solve_row(raw + (size_t)y * row * 4, columns, w, radius,
                  clipped(y, radius, h), eps * 255 * 255);
    }
    mean_filter(coefficients, raw, w, h, radius);
    cut_free(columns);
    cut_free(raw);
    return CUT_OK;
}
