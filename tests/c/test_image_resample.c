/* Resizing against a triangle filter in double precision, written out plainly
 * in two dimensions. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "image/resample.h"
#include "scene.h"

static cut_image flat(int32_t w, int32_t h, const uint8_t rgba[4])
{
    cut_image image = {cut_alloc((size_t)w * (size_t)h, 4), w, h};
    for (size_t i = 0; i < (size_t)w * (size_t)h; i++)
        memcpy(image.px + i * 4, rgba, 4);
    return image;
}

static double on_white(const uint8_t *p, int c)
{
    return (p[c] * p[3] + 255.0 * (255 - p[3])) / 255.0;
}

static double weight(double i, double centre, double support)
{
    double d = fabs(i - centre) / support;
    return d < 1 ? 1 - d : 0;
}

/* One channel of one result pixel. */
static double naive(const cut_image *in, int32_t w, int32_t h, int32_t x,
                    int32_t y, int c)
{
    double rx = (double)in->w / w, ry = (double)in->h / h;
    double cx = (x + 0.5) * rx - 0.5, cy = (y + 0.5) * ry - 0.5;
    double sum = 0, total = 0;
    for (int32_t iy = 0; iy < in->h; iy++) {
        double wy = weight(iy, cy, ry > 1 ? ry : 1);
        for (int32_t ix = 0; wy > 0 && ix < in->w; ix++) {
            double v = wy * weight(ix, cx, rx > 1 ? rx : 1);
            size_t at = ((size_t)iy * (size_t)in->w + (size_t)ix) * 4;
            sum += v * on_white(in->px + at, c);
            total += v;
        }
    }
    return sum / total;
}

/* Largest and mean distance of a resampled picture from the oracle. */
static void compare(const cut_image *in, int32_t w, int32_t h, double *max,
                    double *mean)
{
    cut_resampler *r = NULL;
    float *row = malloc((size_t)w * 16);
    *max = *mean = 0;
    CHECK_EQUAL(cut_resampler_new(&r, in, w, h, NULL), CUT_OK);
    for (int32_t y = 0; r && row && y < h; y++) {
        cut_resampler_row(r, row, y);
        for (int32_t x = 0; x < w; x++)
            for (int c = 0; c < 3; c++) {
                double d = fabs((double)row[x * 4 + c] -
                                naive(in, w, h, x, y, c));
                if (d > *max) *max = d;
                *mean += d / (3.0 * w * h);
            }
    }
    cut_resampler_free(r);
    free(row);
}

/* Up to a reduction of four there is no box filter before it: only float
 * rounding, and rounding to bytes where a clear picture is flattened. */
static void small_steps_equal_the_triangle_filter(void)
{
    static const int32_t cases[][4] = {
        {1, 1, 1, 1},     {1, 1, 9, 5},     {7, 5, 7, 5},
        {40, 30, 64, 64}, {90, 61, 64, 64}, {100, 20, 33, 64},
        {3, 2, 64, 1},    {1, 200, 64, 64}, {127, 127, 32, 32}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int alpha = 0; alpha < 2; alpha++) {
            const int32_t *s = cases[i];
            cut_image in = {scene_pixels(s[0], s[1], alpha), s[0], s[1]};
            double max, mean;
            compare(&in, s[2], s[3], &max, &mean);
            CHECK(max < (alpha ? 0.51 : 0.01));
            cut_image_free(&in);
        }
}

/* Box, rounded to bytes, then triangle: a wider, softer filter. The noise of
 * the scene is 16 levels, its edge 180: observed at most 9.1, mean 0.95. */
static void large_reductions_stay_near_the_triangle_filter(void)
{
    static const int32_t cases[][4] = {
        {500, 400, 64, 64}, {911, 533, 64, 64}, {400, 1000, 50, 30}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int32_t *s = cases[i];
        cut_image in = {scene_pixels(s[0], s[1], 0), s[0], s[1]};
        double max, mean;
        compare(&in, s[2], s[3], &max, &mean);
        CHECK(max < 12);
        CHECK(mean < 1.2);
        cut_image_free(&in);
    }
}

static void a_constant_stays_that_constant_at_every_size(void)
{
    static const int32_t in[][2] = {{1, 1},   {1, 20000}, {20000, 1},
                                    {333, 7}, {1999, 3},  {64, 64}};
    static const int32_t out[][2] = {{1, 1}, {64, 64}, {3, 100}};
    static const uint8_t colour[4] = {17, 130, 255, 255};
    static float row[100 * 4];
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        for (size_t o = 0; o < sizeof out / sizeof *out; o++) {
            cut_image image = flat(in[i][0], in[i][1], colour);
            cut_resampler *r = NULL;
            CHECK_EQUAL(
                cut_resampler_new(&r, &image, out[o][0], out[o][1], NULL),
                CUT_OK);
            double max = 0;
            for (int32_t y = 0; r && y < out[o][1]; y++) {
                cut_resampler_row(r, row, y);
                for (int32_t x = 0; x < out[o][0] * 4; x++)
                    if (x % 4 < 3)
                        max = fmax(max, fabs((double)row[x] - colour[x % 4]));
            }
            CHECK(max < 0.001);
            cut_resampler_free(r);
            cut_image_free(&image);
        }
}

static void what_hides_under_alpha_0_is_white(void)
{
    static const uint8_t hidden[4] = {200, 30, 90, 0};
    cut_image image = flat(300, 200, hidden);
    static float tensor[3 * 16 * 16];
    static const float mean[3] = {0, 0, 0}, std[3] = {1, 1, 1};
    CHECK_EQUAL(cut_resample_tensor(tensor, &image, 16, 16, mean, std, 0, NULL),
                CUT_OK);
    int other = 0;
    for (int i = 0; i < 3 * 16 * 16; i++)
        other += fabs((double)tensor[i] - 1) > 1e-6;
    CHECK_EQUAL(other, 0);
    cut_image_free(&image);
}

static void one_translucent_pixel_is_enough_to_flatten(void)
{
    static const uint8_t grey[4] = {100, 100, 100, 255};
    static const int32_t spots[] = {0, 70000, 299 * 300 + 298, 89999};
    for (size_t i = 0; i < 4; i++) {
        cut_image image = flat(300, 300, grey);
        CHECK(cut_image_is_opaque(&image));
        image.px[(size_t)spots[i] * 4 + 3] = 254;
        CHECK(!cut_image_is_opaque(&image));
        cut_image_free(&image);
    }
}

static void reduce_is_the_rounded_mean_of_each_block(void)
{
    static const int32_t cases[][3] = {
        {64, 48, 4}, {65, 50, 7}, {100, 3, 64}, {5, 5, 1}, {9, 130, 64}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int alpha = 0; alpha < 2; alpha++) {
            int32_t w = cases[i][0], h = cases[i][1], k = cases[i][2];
            cut_image in = {scene_pixels(w, h, alpha), w, h}, out = {0};
            CHECK_EQUAL(cut_image_reduce(&out, &in, k, NULL), CUT_OK);
            int wrong = 0;
            for (int32_t y = 0; y < out.h; y++)
                for (int32_t x = 0; x < out.w; x++)
                    for (int c = 0; c < 3; c++) {
                        long sum = 0, n = 0;
                        for (int32_t v = y * k; v < h && v < y * k + k; v++)
                            for (int32_t u = x * k; u < w && u < x * k + k;
                                 u++, n++)
                                sum += lround(on_white(
                                    in.px +
                                        ((size_t)v * (size_t)w + (size_t)u) * 4,
                                    c));
                        long want = (sum + n / 2) / n;
                        wrong +=
                            out.px[((size_t)y * (size_t)out.w + (size_t)x) * 4 +
                                   (size_t)c] != want;
                    }
            CHECK_EQUAL(out.w, (w + k - 1) / k);
            CHECK_EQUAL(out.h, (h + k - 1) / k);
            CHECK_EQUAL(wrong, 0);
            cut_image_free(&in);
            cut_image_free(&out);
        }
}

/* Every size of block, every sum that lies next to a rounding boundary. */
static void means_round_exactly_at_every_block_size(void)
{
    for (int32_t k = 1; k <= 64; k++) {
        int32_t n = k * k, blocks = 510;
        int wrong = 0;
        cut_image in = {cut_alloc((size_t)(blocks * k) * (size_t)k, 4),
                        blocks * k, k, 1},
                  out = {0};
        for (int32_t x = 0; x < in.w; x++)
            for (int32_t y = 0; y < k; y++) {
                /* block b sums to just below, then to just n * (b/2 + 1/2) */
                int32_t b = x / k, at = y * k + x % k;
                int32_t sum = b / 2 * n + (n + 1) / 2 - 1 + b % 2;
                uint8_t *p = in.px + ((size_t)y * (size_t)in.w + (size_t)x) * 4;
                memset(p, sum / n + (at < sum % n), 3);
                p[3] = 255;
            }
        CHECK_EQUAL(cut_image_reduce(&out, &in, k, NULL), CUT_OK);
        for (int32_t b = 0; b < blocks; b++) {
            int32_t sum = b / 2 * n + (n + 1) / 2 - 1 + b % 2;
            wrong += out.px[b * 4] != (sum + n / 2) / n;
        }
        CHECK_EQUAL(wrong, 0);
        cut_image_free(&in);
        cut_image_free(&out);
    }
}

static void the_tensor_is_normalised_by_channel_and_by_its_own_maximum(void)
{
    static const float mean[3] = {0.5f, 0.25f, 0}, std[3] = {0.5f, 2, 1};
    static float by_255[3 * 32 * 24], by_max[3 * 32 * 24], row[32 * 4];
    cut_image in = {scene_pixels(80, 60, 0), 80, 60};
    cut_resampler *r = NULL;
    CHECK_EQUAL(cut_resampler_new(&r, &in, 32, 24, NULL), CUT_OK);
    CHECK_EQUAL(cut_resample_tensor(by_255, &in, 32, 24, mean, std, 0, NULL),
                CUT_OK);
    CHECK_EQUAL(cut_resample_tensor(by_max, &in, 32, 24, mean, std, 1, NULL),
                CUT_OK);
    double top = 0, off = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int32_t y = 0; y < 24; y++) {
            cut_resampler_row(r, row, y);
            for (int32_t x = 0; x < 32; x++)
                for (int c = 0; c < 3; c++) {
                    double v = (double)row[x * 4 + c];
                    int at = c * 32 * 24 + y * 32 + x;
                    if (!pass) {
                        top = fmax(top, v);
                        continue;
                    }
                    double m = (double)mean[c], s = (double)std[c];
                    off = fmax(off,
                               fabs((v / 255 - m) / s - (double)by_255[at]));
                    off = fmax(off,
                               fabs((v / top - m) / s - (double)by_max[at]));
                }
        }
    CHECK(off < 1e-6);
    CHECK(top < 254); /* or the two recipes would be the same */
    cut_resampler_free(r);
    cut_image_free(&in);
}

static void a_black_picture_divides_by_no_zero(void)
{
    static const uint8_t black[4] = {0, 0, 0, 255};
    static const float mean[3] = {0, 0, 0}, std[3] = {1, 1, 1};
    static float tensor[3 * 8 * 8];
    cut_image in = flat(20, 20, black);
    CHECK_EQUAL(cut_resample_tensor(tensor, &in, 8, 8, mean, std, 1, NULL),
                CUT_OK);
    int other = 0;
    for (int i = 0; i < 3 * 64; i++) other += !(fabs((double)tensor[i]) < 1e-6);
    CHECK_EQUAL(other, 0);
    cut_image_free(&in);
}

static void rows_in_any_order_are_the_same_rows(void)
{
    cut_image in = {scene_pixels(301, 203, 1), 301, 203};
    cut_resampler *r = NULL;
    static float down[40 * 64 * 4], row[64 * 4];
    CHECK_EQUAL(cut_resampler_new(&r, &in, 64, 40, NULL), CUT_OK);
    for (int32_t y = 0; r && y < 40; y++)
        cut_resampler_row(r, down + y * 64 * 4, y);
    for (int32_t i = 0; r && i < 40; i++) {
        int32_t y = i * 17 % 40;
        cut_resampler_row(r, row, y);
        CHECK(memcmp(row, down + y * 64 * 4, sizeof row) == 0);
    }
    cut_resampler_free(r);
    cut_image_free(&in);
}

static void every_refused_allocation_is_reported_and_leaks_nothing(void)
{
    cut_image in = {scene_pixels(400, 300, 1), 400, 300};
    uint32_t blocks = cut_live_blocks();
    static const float mean[3] = {0, 0, 0}, std[3] = {1, 1, 1};
    static float tensor[3 * 32 * 32];
    int status = CUT_E_MEMORY;
    uint32_t n = 1;
    for (; status == CUT_E_MEMORY && n < 50; n++) {
        cut_alloc_fail_at(n);
        status = cut_resample_tensor(tensor, &in, 32, 32, mean, std, 0, NULL);
        cut_alloc_fail_at(0);
        CHECK(status == CUT_OK || status == CUT_E_MEMORY);
        CHECK_EQUAL(cut_live_blocks(), blocks);
    }
    CHECK_EQUAL(status, CUT_OK);
    CHECK(n > 5);
    cut_image_free(&in);
}

int main(void)
{
    small_steps_equal_the_triangle_filter();
    large_reductions_stay_near_the_triangle_filter();
    a_constant_stays_that_constant_at_every_size();
    what_hides_under_alpha_0_is_white();
    one_translucent_pixel_is_enough_to_flatten();
    reduce_is_the_rounded_mean_of_each_block();
    means_round_exactly_at_every_block_size();
    the_tensor_is_normalised_by_channel_and_by_its_own_maximum();
    a_black_picture_divides_by_no_zero();
    rows_in_any_order_are_the_same_rows();
    every_refused_allocation_is_reported_and_leaks_nothing();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
