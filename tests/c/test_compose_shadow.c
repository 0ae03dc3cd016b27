/* Shadows against a naive Gaussian, and straight alpha over straight alpha. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "compose/over.h"
#include "compose/shadow.h"
#include "scene.h"

static const uint8_t ink[3] = {10, 60, 200};

static void a_colour_under_a_pixel_is_rounded_exactly_for_every_alpha(void)
{
    int wrong = 0;
    for (int a = 0; a < 256; a++)
        for (int s = 0; s < 256; s++)
            for (int c = 0; c < 256; c += 51) {
                uint8_t px[4] = {(uint8_t)c, (uint8_t)(255 - c), 7, (uint8_t)a};
                const uint8_t old[4] = {px[0], px[1], px[2], px[3]};
                cut_under(px, ink, (uint32_t)s);
                double af = a / 255.0, sf = s / 255.0;
                double all = af + sf * (1 - af);
                wrong += px[3] != (int)(all * 255 + 0.5);
                if (a == 0 && s == 0) continue;
                for (int k = 0; k < 3; k++) {
                    double v = (old[k] * af + ink[k] * sf * (1 - af)) / all;
                    wrong += fabs(px[k] - v) > 0.5 + 1e-9;
                }
            }
    CHECK_EQUAL(wrong, 0);
}

/* The ellipse of the scene, its alpha soft over `edge` of its radius. */
static cut_image cut_out(int32_t w, int32_t h, float edge)
{
    cut_image image = {scene_pixels(w, h, 0), w, h};
    for (int32_t i = 0; i < w * h; i++) {
        float r = scene_inside(((float)(i % w) + 0.5f) / (float)w,
                               ((float)(i / w) + 0.5f) / (float)h);
        float a = (1 - r) / edge + 0.5f;
        uint8_t *px = image.px + i * 4;
        px[3] = (uint8_t)(a < 0 ? 0 : a > 1 ? 255 : a * 255);
        if (!px[3]) memset(px, 0, 4);
    }
    return image;
}

/* Alpha at (x, y), 0 outside. */
static double alpha_at(const cut_image *image, int32_t x, int32_t y)
{
    if (x < 0 || y < 0 || x >= image->w || y >= image->h) return 0;
    return image->px[(y * image->w + x) * 4 + 3];
}

/* double [h][w]: alpha, moved and blurred by a true Gaussian, both axes. */
static double *naive_shadow(const cut_image *image, int32_t dx, int32_t dy,
                            double sigma)
{
    int32_t w = image->w, h = image->h, r = (int32_t)(5 * sigma) + 1;
    double *out = cut_alloc((size_t)(w * h), sizeof *out);
    double *tmp = cut_alloc((size_t)(w * (h + 2 * r)), sizeof *tmp);
    double *weight = cut_alloc((size_t)(2 * r + 1), sizeof *weight), sum = 0;
    for (int32_t i = -r; i <= r; i++)
        sum += weight[i + r] = sigma > 0 ? exp(-i * i / (2 * sigma * sigma))
                                         : i == 0;
    for (int32_t y = 0; y < h + 2 * r; y++)
        for (int32_t x = 0; x < w; x++) {
            double v = 0;
            for (int32_t i = -r; i <= r; i++)
                v += weight[i + r] * alpha_at(image, x - dx + i, y - r - dy);
            tmp[y * w + x] = v / sum;
        }
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            double v = 0;
            for (int32_t i = 0; i <= 2 * r; i++)
                v += weight[i] * tmp[(y + i) * w + x];
            out[y * w + x] = v / sum;
        }
    cut_free(tmp);
    cut_free(weight);
    return out;
}

static void a_shadow_is_the_blurred_moved_matte_under_the_picture(void)
{
    static const struct {
        int32_t w, h, x, y, blur;
        float opacity;
    } cases[] = {{120, 90, 0, 0, 1, 1},      {120, 90, 5, 9, 5, 1},
                 {121, 87, -8, 4, 9, 0.5f},  {160, 120, 0, 12, 16, 1},
                 {160, 121, 30, -20, 29, 1}, {211, 160, 7, 11, 41, 0.35f},
                 {64, 64, 90, 0, 12, 1},     {3, 40, 1, 1, 6, 1},
                 {40, 1, 2, 0, 4, 1},        {1, 1, 0, 0, 3, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t w = cases[i].w, h = cases[i].h;
        cut_image image = cut_out(w, h, 0.1f), before = cut_out(w, h, 0.1f);
        double *want = naive_shadow(&before, cases[i].x, cases[i].y,
                                    cases[i].blur / 2.0);
        cut_shadow shadow = {1,
                             {cases[i].x, 0},
                             {cases[i].y, 0},
                             {cases[i].blur, 0},
                             cases[i].opacity,
                             {ink[0], ink[1], ink[2]}};
        CHECK_EQUAL(cut_compose_shadow(&image, &shadow, 1000, NULL), CUT_OK);
        double worst = 0;
        int wrong = 0;
        for (int32_t p = 0; p < w * h; p++) {
            const uint8_t *now = image.px + p * 4, *old = before.px + p * 4;
            double s = want[p] * (double)cases[i].opacity;
            double a = old[3], all = a + s * (255 - a) / 255;
            double off = fabs(now[3] - all);
            if (off > worst) worst = off;
            if (a >= 255) wrong += memcmp(now, old, 4) != 0;
            if (a <= 0 && now[3]) wrong += memcmp(now, ink, 3) != 0;
            if (a <= 0 && !now[3]) wrong += (now[0] | now[1] | now[2]) != 0;
        }
        if (worst > 4) printf("case %d: %g\n", (int)i, worst);
        CHECK(worst <= 4); /* 1.5 % of 255: three boxes for a Gaussian */
        CHECK_EQUAL(wrong, 0);
        cut_free(want);
        cut_image_free(&image);
        cut_image_free(&before);
    }
}

static void without_blur_it_is_the_moved_matte_itself(void)
{
    cut_image image = cut_out(90, 60, 0.1f), before = cut_out(90, 60, 0.1f);
    cut_shadow shadow = {1,      {7, 0}, {-5, 0},
                         {0, 0}, 1,      {ink[0], ink[1], ink[2]}};
    CHECK_EQUAL(cut_compose_shadow(&image, &shadow, 90, NULL), CUT_OK);
    int wrong = 0;
    for (int32_t p = 0; p < 90 * 60; p++) {
        uint8_t px[4];
        memcpy(px, before.px + p * 4, 4);
        cut_under(px, ink, (uint32_t)alpha_at(&before, p % 90 - 7, p / 90 + 5));
        wrong += memcmp(px, image.px + p * 4, 4) != 0;
    }
    CHECK_EQUAL(wrong, 0);
    cut_image_free(&image);
    cut_image_free(&before);
}

static void percents_are_of_the_given_side_and_the_blur_is_limited(void)
{
    static const cut_length by_px[] = {{20, 0}, {10, 0}, {8, 0}};
    static const cut_length by_percent[] = {{1000, 1}, {500, 1}, {400, 1}};
    cut_image a = cut_out(100, 80, 0.1f), b = cut_out(100, 80, 0.1f);
    cut_shadow shadow = {1, by_px[0], by_px[1], by_px[2], 0.5f, {0}};
    CHECK_EQUAL(cut_compose_shadow(&a, &shadow, 200, NULL), CUT_OK);
    shadow = (cut_shadow){1,  by_percent[0], by_percent[1], by_percent[2], 0.5f,
                          {0}};
    CHECK_EQUAL(cut_compose_shadow(&b, &shadow, 200, NULL), CUT_OK);
    CHECK(memcmp(a.px, b.px, 100 * 80 * 4) == 0);
    cut_image_free(&a);
    cut_image_free(&b);
    /* 10000 px on a small picture: a quarter of the side */
    a = cut_out(100, 80, 0.1f);
    b = cut_out(100, 80, 0.1f);
    shadow.blur = (cut_length){10000, 0};
    CHECK_EQUAL(cut_compose_shadow(&a, &shadow, 100, NULL), CUT_OK);
    shadow.blur = (cut_length){25, 0};
    CHECK_EQUAL(cut_compose_shadow(&b, &shadow, 100, NULL), CUT_OK);
    CHECK(memcmp(a.px, b.px, 100 * 80 * 4) == 0);
    cut_image_free(&a);
    cut_image_free(&b);
}

static void refused_memory_leaves_the_picture_as_it_was(void)
{
    static const cut_shadow shadow = {1, {3, 0}, {3, 0}, {6, 0}, 1, {0}};
    cut_image image = cut_out(60, 40, 0.1f), before = cut_out(60, 40, 0.1f);
    uint32_t blocks = cut_live_blocks(), n = 1;
    for (;; n++) {
        cut_alloc_fail_at(n);
        cut_status status = cut_compose_shadow(&image, &shadow, 60, NULL);
        cut_alloc_fail_at(0);
        CHECK_EQUAL(cut_live_blocks(), blocks);
        if (!status) break;
        CHECK_EQUAL(status, CUT_E_MEMORY);
        CHECK(memcmp(image.px, before.px, 60 * 40 * 4) == 0);
    }
    CHECK_EQUAL(n, 4);
    CHECK(memcmp(image.px, before.px, 60 * 40 * 4) != 0);
    cut_image_free(&image);
    cut_image_free(&before);
}

int main(void)
{
    a_colour_under_a_pixel_is_rounded_exactly_for_every_alpha();
    a_shadow_is_the_blurred_moved_matte_under_the_picture();
    without_blur_it_is_the_moved_matte_itself();
    percents_are_of_the_given_side_and_the_blur_is_limited();
    refused_memory_leaves_the_picture_as_it_was();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
