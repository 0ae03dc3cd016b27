/* The guided filter against the formulas in double precision, every window
 * summed anew. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "matte/guided.h"
#include "scene.h"

/* Window of one pixel, clipped at the border: out [x0, x1), [y0, y1). */
typedef struct window {
    int32_t x0, x1, y0, y1;
} window;

static window around(int32_t x, int32_t y, int32_t w, int32_t h, int32_t r)
{
    window v = {x - r < 0 ? 0 : x - r, x + r + 1 > w ? w : x + r + 1,
                y - r < 0 ? 0 : y - r, y + r + 1 > h ? h : y + r + 1};
    return v;
}

/* Solves m a = v for 3 unknowns by Gauss, with the largest pivot. */
static void solve_naively(double m[3][4])
{
    for (int i = 0; i < 3; i++) {
        int best = i;
        for (int k = i + 1; k < 3; k++)
            if (fabs(m[k][i]) > fabs(m[best][i])) best = k;
        for (int c = 0; c < 4; c++) {
            double t = m[i][c];
            m[i][c] = m[best][c];
            m[best][c] = t;
        }
        for (int k = 0; k < 3; k++) {
            double f = k == i ? 0 : m[k][i] / m[i][i];
            for (int c = 0; c < 4; c++) m[k][c] -= f * m[i][c];
        }
    }
    for (int i = 0; i < 3; i++) m[i][3] /= m[i][i];
}

/* He, Sun, Tang 2013, eq. 19 and 20, guide and p in 0..1. */
static void fit(double out[4], const uint8_t *guide, const uint16_t *p,
                int32_t w, window v, double eps)
{
    double n = 0, mp = 0, mi[3] = {0}, ip[3] = {0}, ii[3][3] = {{0}};
    for (int32_t y = v.y0; y < v.y1; y++)
        for (int32_t x = v.x0; x < v.x1; x++, n++) {
            const uint8_t *q = guide + ((size_t)y * (size_t)w + (size_t)x) * 4;
            double a = p[(size_t)y * (size_t)w + (size_t)x] /
                       (double)CUT_GUIDED_ONE;
            mp += a;
            for (int i = 0; i < 3; i++) {
                mi[i] += q[i] / 255.0;
                ip[i] += q[i] / 255.0 * a;
                for (int k = 0; k < 3; k++)
                    ii[i][k] += q[i] / 255.0 * q[k] / 255.0;
            }
        }
    double m[3][4];
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++)
            m[i][k] = ii[i][k] / n - mi[i] / n * mi[k] / n + (i == k) * eps;
        m[i][3] = ip[i] / n - mi[i] / n * mp / n;
    }
    solve_naively(m);
    out[3] = mp / n;
    for (int i = 0; i < 3; i++) {
        out[i] = m[i][3] / 255;
        out[3] -= m[i][3] * mi[i] / n;
    }
}

/* Mean of the fits of all windows that hold the pixel. */
static void naive(double *out, const uint8_t *guide, const uint16_t *p,
                  int32_t w, int32_t h, int32_t r, double eps)
{
    double *raw = malloc((size_t)w * (size_t)h * 4 * sizeof *raw);
    if (!raw) return;
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++)
            fit(raw + ((size_t)y * (size_t)w + (size_t)x) * 4, guide, p, w,
                around(x, y, w, h, r), eps);
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            window v = around(x, y, w, h, r);
            double *o = out + ((size_t)y * (size_t)w + (size_t)x) * 4;
            memset(o, 0, 4 * sizeof *o);
            for (int32_t j = v.y0; j < v.y1; j++)
                for (int32_t i = v.x0; i < v.x1; i++)
                    for (int c = 0; c < 4; c++)
                        o[c] += raw[((size_t)j * (size_t)w + (size_t)i) * 4 +
                                    (size_t)c] /
                                ((v.x1 - v.x0) * (v.y1 - v.y0));
        }
    free(raw);
}

/* The scene's guide and a soft p for it. */
static uint16_t *soft_map(int32_t w, int32_t h)
{
    uint16_t *p = malloc((size_t)w * (size_t)h * sizeof *p);
    for (int32_t y = 0; p && y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            float a = (1.2f - scene_inside(((float)x + 0.5f) / (float)w,
                                           ((float)y + 0.5f) / (float)h)) *
                      2;
            a = a < 0 ? 0 : a > 1 ? 1 : a;
            p[y * w + x] = (uint16_t)(a * CUT_GUIDED_ONE + 0.5f);
        }
    return p;
}

/* What counts is alpha itself. Single precision against double, observed
 * 3e-6 at eps 1e-2 and 2.3e-4 at 1e-5; a level of a byte is 39e-4. */
static void it_equals_the_formulas(void)
{
    static const struct {
        int32_t w, h, r;
        float eps, max;
    } cases[] = {{40, 30, 4, 1e-2f, 2e-5f},
                 {40, 30, 4, 1e-4f, 5e-4f},
                 {33, 50, 8, 1e-3f, 1e-4f},
                 {25, 20, 1, 1e-5f, 2e-3f},
                 {1, 1, 4, 1e-3f, 1e-4f},
                 {3, 60, 15, 1e-3f, 1e-4f},
                 {50, 2, 2, 1e-4f, 5e-4f},
                 /* many tiles, settled ones among them */
                 {170, 130, 2, 5e-4f, 2e-5f},
                 {97, 70, 15, 1e-3f, 1e-5f}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        int32_t w = cases[k].w, h = cases[k].h;
        size_t count = (size_t)w * (size_t)h;
        uint8_t *guide = scene_pixels(w, h, 0);
        uint16_t *p = soft_map(w, h);
        float *got = malloc(count * 4 * sizeof *got);
        double *want = malloc(count * 4 * sizeof *want), max = 0;
        CHECK_EQUAL(
            cut_guided_fit(got, guide, p, w, h, cases[k].r, cases[k].eps, NULL),
            CUT_OK);
        naive(want, guide, p, w, h, cases[k].r, (double)cases[k].eps);
        for (size_t i = 0; i < count; i++) {
            double a = (double)got[i * 4 + 3], b = want[i * 4 + 3];
            for (size_t c = 0; c < 3; c++) {
                a += (double)got[i * 4 + c] * guide[i * 4 + c];
                b += want[i * 4 + c] * guide[i * 4 + c];
            }
            max = fmax(max, fabs(a - b));
        }
        if (max > (double)cases[k].max) printf("case %d: %g\n", (int)k, max);
        CHECK(max <= (double)cases[k].max);
        cut_free(guide);
        free(p);
        free(got);
        free(want);
    }
}

static void where_p_is_0_or_1_all_around_the_answer_is_exactly_that(void)
{
    enum { W = 37, H = 21 };
    static uint16_t p[W * H];
    static float got[W * H * 4];
    uint8_t *guide = scene_pixels(W, H, 0);
    for (int one = 0; one < 2; one++) {
        for (int i = 0; i < W * H; i++)
            p[i] = (uint16_t)(one ? CUT_GUIDED_ONE : 0);
        CHECK_EQUAL(cut_guided_fit(got, guide, p, W, H, 5, 1e-4f, NULL),
                    CUT_OK);
        int other = 0;
        for (int i = 0; i < W * H; i++) {
            const float *c = got + i * 4;
            other += !(c[0] == 0 && c[1] == 0 && c[2] == 0 &&
                       c[3] == (float)one);
        }
        CHECK_EQUAL(other, 0);
    }
    cut_free(guide);
}

static void a_constant_p_comes_back_within_a_thousandth_of_a_byte(void)
{
    enum { W = 37, H = 21 };
    static uint16_t p[W * H];
    static float got[W * H * 4];
    uint8_t *guide = scene_pixels(W, H, 0);
    for (int v = 1; v < CUT_GUIDED_ONE; v += 93) {
        for (int i = 0; i < W * H; i++) p[i] = (uint16_t)v;
        CHECK_EQUAL(cut_guided_fit(got, guide, p, W, H, 3, 1e-4f, NULL),
                    CUT_OK);
        double max = 0;
        for (int i = 0; i < W * H; i++) {
            double a = (double)got[i * 4 + 3];
            for (int c = 0; c < 3; c++)
                a += (double)got[i * 4 + c] * guide[i * 4 + c];
            max = fmax(max, fabs(a - v / (double)CUT_GUIDED_ONE));
        }
        CHECK(max < 0.001 / 255);
    }
    cut_free(guide);
}

/* A flat guide has no edges to follow: a box filter of a box filter. */
static void a_flat_guide_gives_plain_means(void)
{
    enum { W = 30, H = 20, RADIUS = 3 };
    static uint8_t guide[W * H * 4];
    static float got[W * H * 4];
    uint16_t *p = soft_map(W, H);
    memset(guide, 77, sizeof guide);
    CHECK_EQUAL(cut_guided_fit(got, guide, p, W, H, RADIUS, 1e-4f, NULL),
                CUT_OK);
    static double want[W * H * 4];
    naive(want, guide, p, W, H, RADIUS, 1e-4);
    double max = 0;
    for (int i = 0; i < W * H; i++) {
        for (int c = 0; c < 3; c++)
            max = fmax(max, fabs((double)got[i * 4 + c]) * 77);
        max = fmax(max, fabs((double)got[i * 4 + 3] - want[i * 4 + 3]));
    }
    /* covariances cancel to rounding: observed 3.2e-5 */
    CHECK(max < 1e-4);
    free(p);
}

static void a_mirrored_picture_gives_the_mirrored_answer(void)
{
    enum { W = 41, H = 26 };
    uint8_t *guide = scene_pixels(W, H, 0), *mirrored = scene_pixels(W, H, 0);
    uint16_t *p = soft_map(W, H), *q = soft_map(W, H);
    static float a[W * H * 4], b[W * H * 4];
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            int at = y * W + x, to = y * W + W - 1 - x;
            memcpy(mirrored + to * 4, guide + at * 4, 4);
            q[to] = p[at];
        }
    CHECK_EQUAL(cut_guided_fit(a, guide, p, W, H, 4, 1e-3f, NULL), CUT_OK);
    CHECK_EQUAL(cut_guided_fit(b, mirrored, q, W, H, 4, 1e-3f, NULL), CUT_OK);
    double max = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const float *u = a + (y * W + x) * 4;
            const float *v = b + (y * W + W - 1 - x) * 4;
            for (int c = 0; c < 4; c++)
                max = fmax(max, fabs((double)u[c] - (double)v[c]));
        }
    CHECK(max < 1e-5); /* the order of the additions differs */
    cut_free(guide);
    cut_free(mirrored);
    free(p);
    free(q);
}

static void refused_memory_is_reported_and_nothing_leaks(void)
{
    uint8_t *guide = scene_pixels(20, 20, 0);
    uint16_t *p = soft_map(20, 20);
    static float got[20 * 20 * 4];
    uint32_t blocks = cut_live_blocks();
    for (uint32_t n = 1; n <= 2; n++) {
        cut_alloc_fail_at(n);
        CHECK_EQUAL(cut_guided_fit(got, guide, p, 20, 20, 4, 1e-3f, NULL),
                    CUT_E_MEMORY);
        cut_alloc_fail_at(0);
        CHECK_EQUAL(cut_live_blocks(), blocks);
    }
    cut_free(guide);
    free(p);
}

int main(void)
{
    it_equals_the_formulas();
    where_p_is_0_or_1_all_around_the_answer_is_exactly_that();
    a_constant_p_comes_back_within_a_thousandth_of_a_byte();
    a_flat_guide_gives_plain_means();
    a_mirrored_picture_gives_the_mirrored_answer();
    refused_memory_is_reported_and_nothing_leaks();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
