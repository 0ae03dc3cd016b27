/* Views of an edit and their reduced copies, against loops in double. */
#include <math.h>

#include "check.h"
#include "edit/state.h"

static uint32_t seed = 5;

static uint8_t next_byte(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint8_t)(seed >> 24);
}

/* Any colours; a third each of the alpha clear, opaque and between. */
static cut_image translucent(int32_t w, int32_t h)
{
    cut_image image = {.px = cut_alloc((size_t)(w * h), 4), .w = w, .h = h};
    for (int32_t i = 0; i < w * h; i++) {
        for (int c = 0; c < 4; c++) image.px[i * 4 + c] = next_byte();
        int kind = next_byte() % 3;
        if (kind < 2) image.px[i * 4 + 3] = kind ? 255 : 0;
    }
    return image;
}

static cut_image opaque(int32_t w, int32_t h)
{
    cut_image image = translucent(w, h);
    for (int32_t i = 0; i < w * h; i++) image.px[i * 4 + 3] = 255;
    return image;
}

static const uint8_t *at(const cut_image *image, int32_t x, int32_t y)
{
    return image->px + (y * image->w + x) * 4;
}

/* ---- reduced copies ---------------------------------------------------- */

/* Pixels of `half` that are not the mean, weighted by alpha, of the two by
 * two that they stand for; at an odd side, of the one or two. */
static int wrong_means(const cut_image *half, const cut_image *of)
{
    int wrong = 0;
    for (int32_t y = 0; y < half->h; y++)
        for (int32_t x = 0; x < half->w; x++) {
            double rgb[3] = {0}, alpha = 0, count = 0;
            for (int32_t v = 2 * y; v < 2 * y + 2 && v < of->h; v++)
                for (int32_t u = 2 * x; u < 2 * x + 2 && u < of->w; u++) {
                    const uint8_t *p = at(of, u, v);
                    for (int c = 0; c < 3; c++) rgb[c] += (double)p[c] * p[3];
                    alpha += p[3];
                    count++;
                }
            const uint8_t *p = at(half, x, y);
            for (int c = 0; c < 3; c++)
                wrong += p[c] != (alpha > 0 ? floor(rgb[c] / alpha + 0.5) : 0);
            wrong += p[3] != floor(alpha / count + 0.5);
        }
    return wrong;
}

static void each_copy_is_half_of_the_one_before(void)
{
    static const int32_t sizes[][3] = {
        {64, 64, 1}, {65, 3, 2}, {3, 65, 2}, {301, 150, 4}};
    for (int i = 0; i < 4; i++) {
        cut_image image = translucent(sizes[i][0], sizes[i][1]);
        cut_pyramid p;
        CHECK_EQUAL(cut_pyramid_new(&p, &image, NULL), CUT_OK);
        CHECK_EQUAL(p.count, sizes[i][2]); /* down to 64 x 64 */
        CHECK(p.level[0].px == image.px);
        for (int k = 1; k < p.count; k++) {
            CHECK_EQUAL(p.level[k].w, (p.level[k - 1].w + 1) / 2);
            CHECK_EQUAL(p.level[k].h, (p.level[k - 1].h + 1) / 2);
            CHECK_EQUAL(wrong_means(&p.level[k], &p.level[k - 1]), 0);
        }
        cut_pyramid_free(&p);
        cut_image_free(&image);
    }
}

/* Single pixels, odd and even, at all four sides and within. */
static void copies_follow_a_change_anywhere(void)
{
    cut_image image = translucent(259, 131);
    cut_pyramid p;
    CHECK_EQUAL(cut_pyramid_new(&p, &image, NULL), CUT_OK);
    for (int32_t i = 0; i < 300; i++) {
        int32_t x = i % 4 == 0 ? image.w - 1 : i * 7 % image.w;
        int32_t y = i % 4 == 1 ? image.h - 1 : i * 5 % image.h;
        for (int c = 0; c < 4; c++) image.px[(y * image.w + x) * 4 + c] ^= 0xA5;
        cut_pyramid_update(&p, (cut_rect){x, y, x + 1, y + 1});
        if (i % 20) continue;
        for (int k = 1; k < p.count; k++)
            CHECK_EQUAL(wrong_means(&p.level[k], &p.level[k - 1]), 0);
    }
    cut_pyramid_free(&p);
    cut_image_free(&image);
}

/* ---- a view ------------------------------------------------------------ */

static double kept(double v, double most)
{
    return v < 0 ? 0 : v > most ? most : v;
}

/* The picture at (x, y) of its own pixels: straight RGBA. Bilinear, beyond the
 * middles of the outermost pixels like them; or the pixel that (x, y) is in. */
static void naive_sample(double out[4], const cut_image *image, double x,
                         double y, int nearest)
{
    double sum[4] = {0};
    x = kept(nearest ? floor(x) : x - 0.5, image->w - 1);
    y = kept(nearest ? floor(y) : y - 0.5, image->h - 1);
    for (int32_t v = (int32_t)y; v <= (int32_t)y + 1; v++)
        for (int32_t u = (int32_t)x; u <= (int32_t)x + 1; u++) {
            double weight = (1 - fabs(u - x)) * (1 - fabs(v - y));
            if (weight <= 0) continue;
            const uint8_t *p = at(image, u, v);
            for (int c = 0; c < 3; c++) sum[c] += weight * p[3] * p[c];
            sum[3] += weight * p[3];
        }
    for (int c = 0; c < 4; c++)
        out[c] = sum[3] <= 0 ? 0 : c < 3 ? sum[c] / sum[3] : sum[3];
}

/* 30 % of `below` under `top`, by Porter and Duff's over. */
static void naive_over(double top[4], const double below[4])
{
    double a = top[3] / 255, b = below[3] / 255 * 0.3 * (1 - a);
    for (int c = 0; c < 3; c++)
        top[c] = a + b > 0 ? (top[c] * a + below[c] * b) / (a + b) : 0;
    top[3] = (a + b) * 255;
}

/* The largest distance, in levels, of a view from the naive one. Colours count
 * by their alpha: a level of a faint one shows less. */
static double view_error(const cut_pyramid *of, const cut_pyramid *ghost,
                         cut_view_window w, int as_matte)
{
    uint8_t *out = cut_alloc((size_t)(w.w * w.h), 4);
    double most = 0;
    CHECK_EQUAL(cut_view_render(out, of, ghost, w, as_matte, NULL), CUT_OK);
    int level = 0; /* the smallest copy that is no smaller than the view */
    while (level + 1 < of->count && ldexp(1, level + 1) <= w.step) level++;
    double scale = ldexp(1, level);
    for (int32_t j = 0; j < w.h; j++)
        for (int32_t i = 0; i < w.w; i++) {
            double x = w.x + (i + 0.5) * w.step, y = w.y + (j + 0.5) * w.step;
            double want[4] = {0}, below[4];
            if (x >= 0 && y >= 0 && x < of->level[0].w && y < of->level[0].h) {
                naive_sample(want, &of->level[level], x / scale, y / scale,
                             w.step < 0.5f);
                if (ghost) {
                    naive_sample(below, &ghost->level[level], x / scale,
                                 y / scale, w.step < 0.5f);
                    naive_over(want, below);
                }
                if (as_matte) {
                    want[0] = want[1] = want[2] = want[3];
                    want[3] = 255;
                }
            }
            for (int c = 0; c < 4; c++) {
                double d = fabs(out[(j * w.w + i) * 4 + c] - want[c]) *
                           (c < 3 ? want[3] / 255 : 1);
                most = d > most ? d : most;
            }
        }
    cut_free(out);
    return most;
}

/* Whole and in part, beyond each side, magnified and reduced, on and between
 * the steps at which another copy is taken. */
static const cut_view_window windows[] = {
    {0, 0, 1, 150, 100},        {10.25f, 5.75f, 1, 40, 30},
    {-20, -10, 1.5f, 140, 90},  {3.125f, 2.0625f, 0.5f, 50, 40},
    {-1, -1, 0.4375f, 300, 20}, {140, 90, 0.125f, 99, 99},
    {0, 0, 2, 75, 50},          {-9, -9, 1.9375f, 90, 70},
    {-3, -5, 3.5f, 50, 40},     {1.5f, 0.5f, 4, 40, 30},
    {0, 0, 40, 9, 9},           {700, 700, 1, 5, 5}};
enum { WINDOWS = sizeof windows / sizeof *windows };

static void a_view_is_bilinear_with_colours_weighted_by_alpha(void)
{
    cut_image pictures[2] = {translucent(150, 100), opaque(150, 100)};
    for (int k = 0; k < 2; k++) {
        cut_pyramid p;
        CHECK_EQUAL(cut_pyramid_new(&p, &pictures[k], NULL), CUT_OK);
        for (int i = 0; i < WINDOWS; i++) {
            CHECK(view_error(&p, NULL, windows[i], 0) < 0.51); /* rounding */
            CHECK(view_error(&p, NULL, windows[i], 1) < 0.51);
        }
        cut_pyramid_free(&p);
        cut_image_free(&pictures[k]);
    }
}

static void the_ghost_lies_under_the_picture(void)
{
    cut_image top = translucent(150, 100),
              photos[2] = {translucent(150, 100), opaque(150, 100)};
    cut_pyramid over, under;
    CHECK_EQUAL(cut_pyramid_new(&over, &top, NULL), CUT_OK);
    for (int k = 0; k < 2; k++) {
        CHECK_EQUAL(cut_pyramid_new(&under, &photos[k], NULL), CUT_OK);
        for (int i = 0; i < WINDOWS; i++)
            CHECK(view_error(&over, &under, windows[i], 0) < 0.51);
        cut_pyramid_free(&under);
        cut_image_free(&photos[k]);
    }
    cut_pyramid_free(&over);
    cut_image_free(&top);
}

int main(void)
{
    each_copy_is_half_of_the_one_before();
    copies_follow_a_change_anywhere();
    a_view_is_bilinear_with_colours_weighted_by_alpha();
    the_ghost_lies_under_the_picture();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
