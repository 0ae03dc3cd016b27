/* What the cut-out is shown on: exact arithmetic, boxes, blur.
 * Long because the layers share one scene.
 */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "compose/compose.h"
#include "compose/gradient.h"
#include "options/text.h"
#include "scene.h"

/* The photo lies on the image as it is. */
static const cut_place unmoved = {0, 0, 1};

static cut_image flat(int32_t w, int32_t h, const uint8_t rgba[4])
{
    cut_image image = {cut_alloc((size_t)w * (size_t)h, 4), w, h};
    for (size_t i = 0; i < (size_t)w * (size_t)h; i++)
        memcpy(image.px + i * 4, rgba, 4);
    return image;
}

/* Every colour at every alpha, one background at a time. */
static void a_colour_behind_is_rounded_exactly_for_every_value(void)
{
    cut_image image = {cut_alloc(65536, 4), 256, 256};
    int wrong = 0;
    for (int bg = 0; bg < 256; bg++) {
        const uint8_t rgb[3] = {(uint8_t)bg, (uint8_t)(255 - bg), 7};
        for (int i = 0; i < 65536; i++) {
            uint8_t *p = image.px + i * 4;
            p[0] = p[1] = p[2] = (uint8_t)i;
            p[3] = (uint8_t)(i >> 8);
        }
        cut_compose_colour(&image, rgb);
        for (int i = 0; i < 65536; i++) {
            const uint8_t *p = image.px + i * 4;
            int c = i & 255, a = i >> 8;
            for (int k = 0; k < 3; k++)
                wrong += p[k] != (c * a + rgb[k] * (255 - a) + 127) / 255;
            wrong += p[3] != 255;
        }
    }
    CHECK_EQUAL(wrong, 0);
    cut_image_free(&image);
}

static void the_mask_is_alpha_as_opaque_grey(void)
{
    cut_image image = {scene_pixels(300, 5, 1), 300, 5};
    cut_image before = {scene_pixels(300, 5, 1), 300, 5};
    cut_compose_mask(&image);
    int wrong = 0;
    for (int i = 0; i < 1500; i++) {
        uint8_t a = before.px[i * 4 + 3];
        const uint8_t want[4] = {a, a, a, 255};
        wrong += memcmp(image.px + i * 4, want, 4) != 0;
    }
    CHECK_EQUAL(wrong, 0);
    cut_image_free(&image);
    cut_image_free(&before);
}

static void a_picture_of_the_same_size_lies_behind_pixel_for_pixel(void)
{
    cut_image image = {scene_pixels(90, 70, 1), 90, 70};
    cut_image before = {scene_pixels(90, 70, 1), 90, 70};
    cut_image background_image = {scene_pixels(90, 70, 0), 90, 70};
    for (int i = 0; i < 90 * 70; i++) /* something else than the photo */
        for (int c = 0; c < 3; c++) background_image.px[i * 4 + c] ^= 0x55;
    CHECK_EQUAL(cut_compose_image(&image, &background_image, NULL, NULL),
                CUT_OK);
    int wrong = 0;
    for (int i = 0; i < 90 * 70; i++) {
        const uint8_t *f = before.px + i * 4, *b = background_image.px + i * 4;
        for (int c = 0; c < 3; c++)
            wrong += image.px[i * 4 + c] !=
                     (f[c] * f[3] + b[c] * (255 - f[3]) + 127) / 255;
        wrong += image.px[i * 4 + 3] != 255;
    }
    CHECK_EQUAL(wrong, 0);
    cut_image_free(&image);
    cut_image_free(&before);
    cut_image_free(&background_image);
}

static void one_coloured_pictures_of_any_size_equal_that_colour(void)
{
    static const uint8_t clear[4] = {1, 2, 3, 0}, blue[4] = {10, 60, 200, 255};
    static const int32_t sizes[][2] = {{1, 1}, {1, 900}, {640, 480}, {33, 2}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        cut_image image = flat(61, 47, clear);
        cut_image background_image = flat(sizes[i][0], sizes[i][1], blue);
        CHECK_EQUAL(cut_compose_image(&image, &background_image, NULL, NULL),
                    CUT_OK);
        int wrong = 0;
        for (int k = 0; k < 61 * 47; k++)
            wrong += memcmp(image.px + k * 4, blue, 4) != 0;
        CHECK_EQUAL(wrong, 0);
        cut_image_free(&image);
        cut_image_free(&background_image);
    }
}

static void a_clear_picture_behind_is_white(void)
{
    static const uint8_t clear[4] = {1, 2, 3, 0},
                         white[4] = {255, 255, 255, 255};
    cut_image image = flat(20, 10, clear),
              background_image = flat(50, 40, clear);
    CHECK_EQUAL(cut_compose_image(&image, &background_image, NULL, NULL),
                CUT_OK);
    int wrong = 0;
    for (int k = 0; k < 200; k++)
        wrong += memcmp(image.px + k * 4, white, 4) != 0;
    CHECK_EQUAL(wrong, 0);
    cut_image_free(&image);
    cut_image_free(&background_image);
}

static void beside_a_picture_that_covers_a_part_everything_stays(void)
{
    static const uint8_t half[4] = {9, 8, 7, 128}, blue[4] = {10, 60, 200, 255};
    const cut_stretch over = {3, -2, 10, 8};
    cut_image image = flat(20, 10, half), background_image = flat(5, 4, blue);
    CHECK_EQUAL(cut_compose_image(&image, &background_image, &over, NULL),
                CUT_OK);
    int wrong = 0;
    for (int y = 0; y < 10; y++)
        for (int x = 0; x < 20; x++) {
            const uint8_t *px = image.px + (y * 20 + x) * 4;
            int inside = x >= 3 && x < 13 && y < 6;
            wrong += inside ? px[3] != 255 : memcmp(px, half, 4) != 0;
        }
    CHECK_EQUAL(wrong, 0);
    cut_image_free(&image);
    cut_image_free(&background_image);
}

/* The subject is another colour: none of it may glow in the background. */
static void the_blur_of_one_colour_is_that_colour_with_no_glow(void)
{
    enum { W = 500, H = 400 };
    static uint8_t alpha[W * H];
    static const uint8_t green[4] = {30, 160, 70, 255};
    cut_image photo = flat(W, H, green);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            int in = x > 150 && x < 350 && y > 100 && y < 330;
            alpha[y * W + x] = in ? 255 : 0;
            if (in) memset(photo.px + (y * W + x) * 4, 255, 3);
        }
    cut_layer blur = {0};
    CHECK_EQUAL(cut_blur_new(&blur, &photo, alpha, 0, NULL), CUT_OK);
    static const uint8_t clear[4] = {9, 9, 9, 0};
    cut_image image = flat(W, H, clear);
    CHECK_EQUAL(cut_compose_blur(&image, &blur, unmoved, NULL), CUT_OK);
    int wrong = 0;
    for (int i = 0; i < W * H; i++)
        wrong += memcmp(image.px + i * 4, green, 4) != 0;
    CHECK_EQUAL(wrong, 0);
    cut_layer_free(&blur);
    cut_image_free(&image);
    cut_image_free(&photo);
}

/* A vertical edge, blurred, falls from one side to the other without a step
 * of more than a few levels, and is as far as it was in the mean. */
static void a_blurred_edge_falls_gently_and_keeps_its_place(void)
{
    enum { W = 960, H = 40 };
    static uint8_t alpha[W * H];
    static const uint8_t clear[4] = {0, 0, 0, 0};
    cut_image photo = flat(W, H, clear), image = flat(W, H, clear);
    for (int i = 0; i < W * H; i++) {
        memset(photo.px + i * 4, i % W < W / 2 ? 200 : 0, 3);
        photo.px[i * 4 + 3] = 255;
    }
    cut_layer blur = {0};
    CHECK_EQUAL(cut_blur_new(&blur, &photo, alpha, 0, NULL), CUT_OK);
    CHECK_EQUAL(cut_compose_blur(&image, &blur, unmoved, NULL), CUT_OK);
    int steepest = 0, rising = 0;
    const uint8_t *row = image.px + (size_t)(H / 2) * W * 4;
    for (int x = 1; x < W; x++) {
        int step = row[x * 4 - 4] - row[x * 4];
        if (step > steepest) steepest = step;
        rising += step < 0;
    }
    CHECK_EQUAL(rising, 0);
    CHECK(steepest > 0 && steepest <= 6);
    CHECK(fabs(row[W / 2 * 4] - 100.0) <= 6);
    CHECK_EQUAL(row[0], 200);
    CHECK_EQUAL(row[(W - 1) * 4], 0);
    cut_layer_free(&blur);
    cut_image_free(&image);
    cut_image_free(&photo);
}

/* Gaussian of `sigma` pixels around a step from 200 to 0 at x = 0. */
static double blurred_step(double x, double sigma)
{
    return 100 * erfc(x / sigma / sqrt(2));
}

static void a_blur_of_a_given_radius_is_a_gaussian_of_it(void)
{
    enum { W = 1600, H = 24 };
    static uint8_t alpha[W * H];
    static const uint8_t clear[4] = {0, 0, 0, 0};
    static const float sigmas[] = {2, 5, 9.5f, 24, 60, 100};
    cut_image photo = flat(W, H, clear);
    for (int i = 0; i < W * H; i++) {
        memset(photo.px + i * 4, i % W < W / 2 ? 200 : 0, 3);
        photo.px[i * 4 + 3] = 255;
    }
    for (size_t s = 0; s < sizeof sigmas / sizeof *sigmas; s++) {
        cut_image image = flat(W, H, clear);
        cut_layer blur = {0};
        CHECK_EQUAL(cut_blur_new(&blur, &photo, alpha, sigmas[s], NULL),
                    CUT_OK);
        CHECK_EQUAL(cut_compose_blur(&image, &blur, unmoved, NULL), CUT_OK);
        double worst = 0;
        for (int x = 0; x < W; x++) {
            double off = fabs(
                image.px[((H / 2) * W + x) * 4] -
                blurred_step(x + 0.5 - W / 2.0, (double)sigmas[s]));
            if (off > worst) worst = off;
        }
        /* of 200 levels: a layer of half the size shows at 2 px */
        double max = (double)sigmas[s] < 3 ? 6 : 3;
        if (worst > max) printf("sigma %g: %g\n", (double)sigmas[s], worst);
        CHECK(worst <= max);
        cut_layer_free(&blur);
        cut_image_free(&image);
    }
    cut_image_free(&photo);
}

/* On a canvas the layer covers: its middle is in the middle, nothing is
 * stretched. */
static void a_blur_covers_a_canvas_of_another_shape(void)
{
    enum { W = 960, H = 480 };
    static uint8_t alpha[W * H];
    static const uint8_t clear[4] = {0, 0, 0, 0};
    cut_image photo = flat(W, H, clear), canvas = flat(300, 300, clear);
    for (int i = 0; i < W * H; i++) { /* thirds */
        int x = i % W;
        memset(photo.px + i * 4, x < 320 ? 20 : x < 640 ? 120 : 220, 3);
        photo.px[i * 4 + 3] = 255;
    }
    cut_layer blur = {0};
    CHECK_EQUAL(cut_blur_new(&blur, &photo, alpha, 4, NULL), CUT_OK);
    CHECK_EQUAL(
        cut_compose_blur_cover(&canvas, &blur, canvas.w, canvas.h, NULL),
        CUT_OK);
    /* the middle 480 columns are seen: 80 dark, 320 grey, 80 light */
    const uint8_t *row = canvas.px + 150 * 300 * 4;
    CHECK_EQUAL(row[20 * 4], 20);
    CHECK_EQUAL(row[150 * 4], 120);
    CHECK_EQUAL(row[280 * 4], 220);
    CHECK(fabs((row[49 * 4] + row[50 * 4]) / 2.0 - 70.0) <= 4);
    CHECK(fabs((row[249 * 4] + row[250 * 4]) / 2.0 - 170.0) <= 4);
    CHECK_EQUAL(row[3], 255);
    cut_layer_free(&blur);
    cut_image_free(&photo);
    cut_image_free(&canvas);
}

/* CSS Images 3 in double, from the text's meaning: colour of (x, y). */
static void css_gradient(double out[3], double w, double h, double degrees,
                         const double *at, const uint8_t (*rgb)[3], int count,
                         double x, double y)
{
    double a = degrees * 3.14159265358979323846 / 180;
    double length = fabs(w * sin(a)) + fabs(h * cos(a));
    double t = ((x - w / 2) * sin(a) - (y - h / 2) * cos(a)) / length + 0.5;
    int i = 0;
    while (i < count && t >= at[i]) i++;
    for (int c = 0; c < 3; c++) {
        if (i == 0)
            out[c] = rgb[0][c];
        else if (i == count)
            out[c] = rgb[count - 1][c];
        else
            out[c] = rgb[i - 1][c] + (rgb[i][c] - rgb[i - 1][c]) *
                                         (t - at[i - 1]) / (at[i] - at[i - 1]);
    }
}

static void a_gradient_is_the_one_of_css(void)
{
    static const struct {
        const char *text;
        double degrees;
        int count;
        double at[5];
        uint8_t rgb[5][3];
    } cases[] = {
        {"linear-gradient(#000000, #ffffff)",
         180,
         2,
         {0, 1},
         {{0, 0, 0}, {255, 255, 255}}},
        {"linear-gradient(135deg, #ff0000, #0000ff)",
         135,
         2,
         {0, 1},
         {{255, 0, 0}, {0, 0, 255}}},
        {"linear-gradient( -45.5deg , #102030 , #f0e0d0 )",
         -45.5,
         2,
         {0, 1},
         {{16, 32, 48}, {240, 224, 208}}},
        {"linear-gradient(0deg,#000000 20%,#ff8000 30%,#00ff00)",
         0,
         3,
         {0.2, 0.3, 1},
         {{0, 0, 0}, {255, 128, 0}, {0, 255, 0}}},
        {"linear-gradient(90deg, #010203, #040506, #ff00ff, #101010 90%)",
         90,
         4,
         {0, 0.3, 0.6, 0.9},
         {{1, 2, 3}, {4, 5, 6}, {255, 0, 255}, {16, 16, 16}}},
        {"linear-gradient(725deg, #ff0000 50%, #0000ff 50%)",
         5,
         2,
         {0.5, 0.5},
         {{255, 0, 0}, {0, 0, 255}}},
        {"linear-gradient(200deg, #ff0000 60%, #00ff00 40%, #0000ff)",
         200,
         3,
         {0.6, 0.6, 1},
         {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}}},
    };
    static const int32_t sizes[][2] = {{1, 1}, {97, 64}, {640, 7}, {3, 500}};
    static const uint8_t clear[4] = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            cut_gradient g;
            CHECK(cut_text_gradient(&g, cases[i].text));
            cut_image image = flat(sizes[k][0], sizes[k][1], clear);
            CHECK_EQUAL(cut_compose_gradient(&image, &g, NULL), CUT_OK);
            int wrong = 0;
            for (int32_t p = 0; p < image.w * image.h; p++) {
                double want[3];
                css_gradient(want, image.w, image.h, cases[i].degrees,
                             cases[i].at, cases[i].rgb, cases[i].count,
                             p % image.w + 0.5, p / image.w + 0.5);
                for (int c = 0; c < 3; c++)
                    wrong += fabs(image.px[p * 4 + c] - want[c]) > 0.51;
                wrong += image.px[p * 4 + 3] != 255;
            }
            CHECK_EQUAL(wrong, 0);
            cut_image_free(&image);
        }
}

/* Nearly every level is that of exact arithmetic, rounded: sine and cosine are
 * good to 1e-9, the rest is f32. Observed 5 to 14 of 1 080 000 off. */
static void a_gradient_is_rounded_from_exact_angles(void)
{
    static const double at[2] = {0, 1};
    static const uint8_t rgb[2][3] = {{0, 3, 255}, {255, 250, 0}};
    static const uint8_t clear[4] = {0};
    static const int degrees[] = {44, 46, 20, -134, 100};
    for (size_t i = 0; i < sizeof degrees / sizeof *degrees; i++) {
        char text[80];
        cut_gradient g;
        snprintf(text, sizeof text, "linear-gradient(%ddeg, #0003ff, #fffa00)",
                 degrees[i]);
        CHECK(cut_text_gradient(&g, text));
        cut_image image = flat(600, 600, clear);
        CHECK_EQUAL(cut_compose_gradient(&image, &g, NULL), CUT_OK);
        int off = 0;
        for (int32_t p = 0; p < 600 * 600; p++) {
            double want[3];
            css_gradient(want, 600, 600, degrees[i], at, rgb, 2, p % 600 + 0.5,
                         p / 600 + 0.5);
            for (int c = 0; c < 3; c++)
                off += fabs(image.px[p * 4 + c] - want[c]) > 0.5;
        }
        CHECK(off <= 30);
        cut_image_free(&image);
    }
}

static void a_gradient_lies_under_soft_pixels_exactly(void)
{
    cut_image image = {scene_pixels(90, 70, 1), 90, 70};
    cut_image before = {scene_pixels(90, 70, 1), 90, 70};
    static const uint8_t clear[4] = {0};
    cut_image alone = flat(90, 70, clear);
    cut_gradient g;
    CHECK(cut_text_gradient(&g, "linear-gradient(30deg, #ff0040, #10c0ff)"));
    CHECK_EQUAL(cut_compose_gradient(&image, &g, NULL), CUT_OK);
    CHECK_EQUAL(cut_compose_gradient(&alone, &g, NULL), CUT_OK);
    int wrong = 0;
    for (int i = 0; i < 90 * 70; i++) {
        const uint8_t *f = before.px + i * 4, *b = alone.px + i * 4;
        for (int c = 0; c < 3; c++)
            wrong += image.px[i * 4 + c] !=
                     (f[c] * f[3] + b[c] * (255 - f[3]) + 127) / 255;
    }
    CHECK_EQUAL(wrong, 0);
    cut_image_free(&image);
    cut_image_free(&before);
    cut_image_free(&alone);
}

static void a_crop_is_the_box_and_its_margin_within_the_photo(void)
{
    static const struct {
        int32_t x, y, w, h, margin;
        int percent;
        int32_t left, top, right, bottom;
    } cases[] = {{10, 20, 30, 40, 0, 0, 10, 20, 40, 60},
                 {10, 20, 30, 40, 5, 0, 5, 15, 45, 65},
                 {10, 20, 30, 40, 15, 0, 0, 5, 55, 75}, /* beyond the left */
                 {10, 20, 30, 40, 10000, 0, 0, 0, 100, 80},
                 {10, 20, 30, 40, 1000, 1, 6, 16, 44, 64}, /* 10 % of 40 */
                 {10, 20, 30, 40, 124, 1, 10, 20, 40, 60}, /* 0.496: 0 */
                 {10, 20, 30, 40, 125, 1, 9, 19, 41, 61},  /* 0.5: 1 */
                 {99, 79, 1, 1, 0, 0, 99, 79, 100, 80},
                 {0, 0, 100, 80, 10000, 1, 0, 0, 100, 80}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_image image = {scene_pixels(100, 80, 1), 100, 80};
        cut_image before = {scene_pixels(100, 80, 1), 100, 80};
        cut_subject subject = {1,          0.1f,       cases[i].x,
                               cases[i].y, cases[i].w, cases[i].h};
        cut_length margin = {cases[i].margin, cases[i].percent};
        cut_crop(&image, cut_crop_box(&subject, margin, 100, 80));
        CHECK_EQUAL(image.w, cases[i].right - cases[i].left);
        CHECK_EQUAL(image.h, cases[i].bottom - cases[i].top);
        int wrong = 0;
        for (int32_t y = 0; y < image.h; y++)
            wrong += memcmp(image.px + (size_t)(y * image.w) * 4,
                            before.px + (size_t)((y + cases[i].top) * 100 +
                                                 cases[i].left) *
                                            4,
                            (size_t)image.w * 4) != 0;
        CHECK_EQUAL(wrong, 0);
        cut_image_free(&image);
        cut_image_free(&before);
    }
}

static void without_a_box_the_picture_stays_whole(void)
{
    cut_image image = {scene_pixels(10, 8, 0), 10, 8};
    cut_subject none = {0};
    cut_crop(&image, cut_crop_box(&none, (cut_length){5, 0}, 10, 8));
    CHECK_EQUAL(image.w, 10);
    CHECK_EQUAL(image.h, 8);
    cut_image_free(&image);
}

static void a_picture_is_cropped_to_a_ratio_around_its_middle(void)
{
    static const int32_t cases[][6] = {
        /* ratio, then the box */
        {1, 1, 10, 0, 80, 80},     {100, 80, 0, 0, 100, 80},
        {2, 1, 0, 15, 100, 50},    {1, 8, 45, 0, 10, 80},
        {30000, 1, 0, 39, 100, 1}, {1, 30000, 49, 0, 1, 80}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_image image = {scene_pixels(100, 80, 1), 100, 80};
        cut_image before = {scene_pixels(100, 80, 1), 100, 80};
        const int32_t *want = cases[i];
        cut_crop_to_ratio(&image, want[0], want[1]);
        CHECK_EQUAL(image.w, want[4]);
        CHECK_EQUAL(image.h, want[5]);
        CHECK(memcmp(image.px, before.px + (want[3] * 100 + want[2]) * 4,
                     (size_t)image.w * 4) == 0);
        cut_image_free(&image);
        cut_image_free(&before);
    }
}

static void refused_memory_is_reported_and_nothing_leaks(void)
{
    static uint8_t alpha[60 * 40];
    cut_image photo = {scene_pixels(60, 40, 1), 60, 40};
    cut_image background_image = {scene_pixels(500, 40, 1), 500, 40};
    uint32_t blocks = cut_live_blocks();
    cut_gradient g;
    CHECK(cut_text_gradient(&g, "linear-gradient(#000000, #ffffff)"));
    static const uint32_t min[] = {4, 4, 1, 6};
    for (int way = 0; way < 4; way++) {
        cut_status status = CUT_E_MEMORY;
        uint32_t n = 1;
        for (; status == CUT_E_MEMORY && n < 30; n++) {
            cut_layer blur = {0};
            cut_alloc_fail_at(n);
            if (way == 0) {
                status = cut_compose_image(&photo, &background_image, NULL,
                                           NULL);
            } else if (way == 2) {
                status = cut_compose_gradient(&photo, &g, NULL);
            } else {
                status = cut_blur_new(&blur, &photo, alpha, 0, NULL);
                if (!status && way == 1)
                    status = cut_compose_blur(&photo, &blur, unmoved, NULL);
                else if (!status)
                    status = cut_compose_blur_cover(&photo, &blur, photo.w,
                                                    photo.h, NULL);
            }
            cut_alloc_fail_at(0);
            cut_layer_free(&blur);
            CHECK(status == CUT_OK || status == CUT_E_MEMORY);
            CHECK_EQUAL(cut_live_blocks(), blocks);
        }
        CHECK_EQUAL(status, CUT_OK);
        CHECK(n > min[way]);
    }
    cut_image_free(&photo);
    cut_image_free(&background_image);
}

int main(void)
{
    a_colour_behind_is_rounded_exactly_for_every_value();
    the_mask_is_alpha_as_opaque_grey();
    a_picture_of_the_same_size_lies_behind_pixel_for_pixel();
    one_coloured_pictures_of_any_size_equal_that_colour();
    a_clear_picture_behind_is_white();
    beside_a_picture_that_covers_a_part_everything_stays();
    the_blur_of_one_colour_is_that_colour_with_no_glow();
    a_blurred_edge_falls_gently_and_keeps_its_place();
    a_blur_of_a_given_radius_is_a_gaussian_of_it();
    a_blur_covers_a_canvas_of_another_shape();
    a_gradient_is_the_one_of_css();
    a_gradient_is_rounded_from_exact_angles();
    a_gradient_lies_under_soft_pixels_exactly();
    a_crop_is_the_box_and_its_margin_within_the_photo();
    a_picture_is_cropped_to_a_ratio_around_its_middle();
    without_a_box_the_picture_stays_whole();
    refused_memory_is_reported_and_nothing_leaks();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
