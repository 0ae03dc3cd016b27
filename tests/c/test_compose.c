/* What the cut-out is shown on: exact arithmetic, boxes, blur. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "compose/compose.h"
#include "scene.h"

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
    cut_image behind = {scene_pixels(90, 70, 0), 90, 70};
    for (int i = 0; i < 90 * 70; i++) /* something else than the photo */
        for (int c = 0; c < 3; c++) behind.px[i * 4 + c] ^= 0x55;
    CHECK_EQUAL(cut_compose_image(&image, &behind, NULL), CUT_OK);
    int wrong = 0;
    for (int i = 0; i < 90 * 70; i++) {
        const uint8_t *f = before.px + i * 4, *b = behind.px + i * 4;
        for (int c = 0; c < 3; c++)
            wrong += image.px[i * 4 + c] !=
                     (f[c] * f[3] + b[c] * (255 - f[3]) + 127) / 255;
        wrong += image.px[i * 4 + 3] != 255;
    }
    CHECK_EQUAL(wrong, 0);
    cut_image_free(&image);
    cut_image_free(&before);
    cut_image_free(&behind);
}

static void one_coloured_pictures_of_any_size_equal_that_colour(void)
{
    static const uint8_t clear[4] = {1, 2, 3, 0}, blue[4] = {10, 60, 200, 255};
    static const int32_t sizes[][2] = {{1, 1}, {1, 900}, {640, 480}, {33, 2}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        cut_image image = flat(61, 47, clear);
        cut_image behind = flat(sizes[i][0], sizes[i][1], blue);
        CHECK_EQUAL(cut_compose_image(&image, &behind, NULL), CUT_OK);
        int wrong = 0;
        for (int k = 0; k < 61 * 47; k++)
            wrong += memcmp(image.px + k * 4, blue, 4) != 0;
        CHECK_EQUAL(wrong, 0);
        cut_image_free(&image);
        cut_image_free(&behind);
    }
}

static void a_clear_picture_behind_is_white(void)
{
    static const uint8_t clear[4] = {1, 2, 3, 0}, white[4] = {255, 255, 255,
                                                              255};
    cut_image image = flat(20, 10, clear), behind = flat(50, 40, clear);
    CHECK_EQUAL(cut_compose_image(&image, &behind, NULL), CUT_OK);
    int wrong = 0;
    for (int k = 0; k < 200; k++)
        wrong += memcmp(image.px + k * 4, white, 4) != 0;
    CHECK_EQUAL(wrong, 0);
    cut_image_free(&image);
    cut_image_free(&behind);
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
    CHECK_EQUAL(cut_blur_new(&blur, &photo, alpha, NULL), CUT_OK);
    static const uint8_t clear[4] = {9, 9, 9, 0};
    cut_image image = flat(W, H, clear);
    CHECK_EQUAL(cut_compose_blur(&image, &blur, NULL), CUT_OK);
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
    CHECK_EQUAL(cut_blur_new(&blur, &photo, alpha, NULL), CUT_OK);
    CHECK_EQUAL(cut_compose_blur(&image, &blur, NULL), CUT_OK);
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

static void a_crop_is_the_box_and_its_margin_within_the_photo(void)
{
    static const struct {
        int32_t x, y, w, h, margin;
        int percent;
        int32_t left, top, right, bottom;
    } cases[] = {
        {10, 20, 30, 40, 0, 0, 10, 20, 40, 60},
        {10, 20, 30, 40, 5, 0, 5, 15, 45, 65},
        {10, 20, 30, 40, 15, 0, 0, 5, 55, 75},      /* beyond the left */
        {10, 20, 30, 40, 10000, 0, 0, 0, 100, 80},
        {10, 20, 30, 40, 1000, 1, 6, 16, 44, 64},   /* 10 % of 40 */
        {10, 20, 30, 40, 124, 1, 10, 20, 40, 60},   /* 0.496: 0 */
        {10, 20, 30, 40, 125, 1, 9, 19, 41, 61},    /* 0.5: 1 */
        {99, 79, 1, 1, 0, 0, 99, 79, 100, 80},
        {0, 0, 100, 80, 10000, 1, 0, 0, 100, 80}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_image image = {scene_pixels(100, 80, 1), 100, 80};
        cut_image before = {scene_pixels(100, 80, 1), 100, 80};
        cut_subject subject = {1, 0.1f, cases[i].x, cases[i].y, cases[i].w,
                               cases[i].h};
        cut_crop(&image, &subject, cases[i].margin, cases[i].percent);
        CHECK_EQUAL(image.w, cases[i].right - cases[i].left);
        CHECK_EQUAL(image.h, cases[i].bottom - cases[i].top);
        int wrong = 0;
        for (int32_t y = 0; y < image.h; y++)
            wrong += memcmp(image.px + (size_t)(y * image.w) * 4,
                            before.px + (size_t)((y + cases[i].top) * 100 +
                                                 cases[i].left) * 4,
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
    cut_crop(&image, &none, 5, 0);
    CHECK_EQUAL(image.w, 10);
    CHECK_EQUAL(image.h, 8);
    cut_image_free(&image);
}

static void refused_memory_is_reported_and_nothing_leaks(void)
{
    static uint8_t alpha[60 * 40];
    cut_image photo = {scene_pixels(60, 40, 1), 60, 40};
    cut_image behind = {scene_pixels(500, 40, 1), 500, 40};
    uint32_t blocks = cut_live_blocks();
    for (int way = 0; way < 2; way++) {
        cut_status status = CUT_E_MEMORY;
        uint32_t n = 1;
        for (; status == CUT_E_MEMORY && n < 30; n++) {
            cut_layer blur = {0};
            cut_alloc_fail_at(n);
            if (way == 0) {
                status = cut_compose_image(&photo, &behind, NULL);
            } else {
                status = cut_blur_new(&blur, &photo, alpha, NULL);
                if (!status) status = cut_compose_blur(&photo, &blur, NULL);
            }
            cut_alloc_fail_at(0);
            cut_layer_free(&blur);
            CHECK(status == CUT_OK || status == CUT_E_MEMORY);
            CHECK_EQUAL(cut_live_blocks(), blocks);
        }
        CHECK_EQUAL(status, CUT_OK);
        CHECK(n > 4);
    }
    cut_image_free(&photo);
    cut_image_free(&behind);
}

int main(void)
{
    a_colour_behind_is_rounded_exactly_for_every_value();
    the_mask_is_alpha_as_opaque_grey();
    a_picture_of_the_same_size_lies_behind_pixel_for_pixel();
    one_coloured_pictures_of_any_size_equal_that_colour();
    a_clear_picture_behind_is_white();
    the_blur_of_one_colour_is_that_colour_with_no_glow();
    a_blurred_edge_falls_gently_and_keeps_its_place();
    a_crop_is_the_box_and_its_margin_within_the_photo();
    without_a_box_the_picture_stays_whole();
    refused_memory_is_reported_and_nothing_leaks();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
