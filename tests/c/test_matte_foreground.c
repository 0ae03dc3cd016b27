/* Foreground colours: what must never change, and colours that are known. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "matte/foreground.h"
#include "scene.h"

enum { W = 400, H = 260 };
static uint8_t alpha[W * H];

/* 255 inside the ellipse, soft over `width` of its squared radius, else 0. */
static void ellipse(float width)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            float r = scene_inside(((float)x + 0.5f) / W,
                                   ((float)y + 0.5f) / H);
            float a = (1 + width - r) / (2 * width);
            alpha[y * W + x] = (uint8_t)(a < 0   ? 0
                                         : a > 1 ? 255
                                                 : a * 255 + 0.5f);
        }
}

static cut_image scene(int with_alpha)
{
    cut_image image = {scene_pixels(W, H, with_alpha), W, H};
    return image;
}

static void an_opaque_matte_returns_the_photo_byte_for_byte(void)
{
    cut_image photo = scene(0), before = scene(0);
    memset(alpha, 255, sizeof alpha);
    CHECK_EQUAL(cut_foreground_estimate(&photo, alpha, NULL), CUT_OK);
    CHECK(memcmp(photo.px, before.px, W * H * 4) == 0);
    cut_image_free(&photo);
    cut_image_free(&before);
}

static void opaque_pixels_stay_and_clear_ones_become_0(void)
{
    cut_image photo = scene(0), before = scene(0);
    ellipse(0.2f);
    CHECK_EQUAL(cut_foreground_estimate(&photo, alpha, NULL), CUT_OK);
    int changed = 0, left = 0, other_alpha = 0, opaque = 0, clear = 0;
    for (int i = 0; i < W * H; i++) {
        const uint8_t *p = photo.px + i * 4;
        other_alpha += p[3] != alpha[i];
        if (alpha[i] == 255) {
            opaque++;
            changed += memcmp(p, before.px + i * 4, 4) != 0;
        } else if (alpha[i] == 0) {
            clear++;
            left += (p[0] | p[1] | p[2] | p[3]) != 0;
        }
    }
    CHECK(opaque > 1000 && clear > 1000);
    CHECK_EQUAL(changed, 0);
    CHECK_EQUAL(left, 0);
    CHECK_EQUAL(other_alpha, 0);
    cut_image_free(&photo);
    cut_image_free(&before);
}

/* Mean distance, over soft pixels, from `colour` in levels, weighted by alpha
 * as it shows over another background. */
static double shown_error(const cut_image *photo, const uint8_t colour[3])
{
    double sum = 0, count = 0;
    for (int i = 0; i < W * H; i++)
        for (int c = 0; alpha[i] && alpha[i] < 255 && c < 3; c++, count++)
            sum += abs(photo->px[i * 4 + c] - colour[c]) * alpha[i] / 255.0;
    return sum / count;
}

static const uint8_t orange[3] = {240, 120, 20}, blue[3] = {20, 60, 190};

static cut_image mixture(void)
{
    cut_image photo = scene(0);
    for (int i = 0; i < W * H; i++)
        for (int c = 0; c < 3; c++)
            photo.px[i * 4 + c] = (uint8_t)((orange[c] * alpha[i] +
                                             blue[c] * (255 - alpha[i]) + 127) /
                                            255);
    return photo;
}

/* From a hard edge to one of 40 pixels. */
static void two_plain_colours_are_told_apart(void)
{
    static const float widths[] = {0.02f, 0.1f, 0.3f};
    for (int k = 0; k < 3; k++) {
        ellipse(widths[k]);
        cut_image photo = mixture();
        double before = shown_error(&photo, orange);
        CHECK_EQUAL(cut_foreground_estimate(&photo, alpha, NULL), CUT_OK);
        double after = shown_error(&photo, orange);
        if (after > 4) printf("%g of %g\n", after, before);
        CHECK(before > 20);
        CHECK(after <= 4); /* observed at most 2.7 */
        cut_image_free(&photo);
    }
}

/* Larger than the layers: blocks of k x k pixels stand for the photo's. */
static void a_reduced_layer_gives_the_same_colours(void)
{
    enum { BIG_W = 2600, BIG_H = 300 };
    uint8_t *a = malloc(BIG_W * BIG_H);
    cut_image photo = {scene_pixels(BIG_W, BIG_H, 0), BIG_W, BIG_H};
    for (int i = 0; i < BIG_W * BIG_H; i++) {
        int x = i % BIG_W - BIG_W / 2; /* soft over 30 pixels */
        a[i] = (uint8_t)(x < -15 ? 255 : x >= 15 ? 0 : (15 - x) * 255 / 30);
        for (int c = 0; c < 3; c++)
            photo.px[i * 4 + c] =
                (uint8_t)((orange[c] * a[i] + blue[c] * (255 - a[i]) + 127) /
                          255);
    }
    CHECK_EQUAL(cut_foreground_estimate(&photo, a, NULL), CUT_OK);
    int off = 0;
    for (int i = 0; i < BIG_W * BIG_H; i++)
        for (int c = 0; c < 3; c++)
            off += a[i] > 12 &&
                   abs(photo.px[i * 4 + c] - orange[c]) * a[i] / 255 > 6;
    CHECK_EQUAL(off, 0);
    free(a);
    cut_image_free(&photo);
}

/* Straight colours of a translucent photo are no mixture with anything. */
static void a_translucent_photo_under_an_opaque_matte_keeps_its_colours(void)
{
    cut_image photo = scene(1), before = scene(1);
    for (int i = 0; i < W * H; i++) alpha[i] = photo.px[i * 4 + 3];
    CHECK_EQUAL(cut_foreground_estimate(&photo, alpha, NULL), CUT_OK);
    int changed = 0;
    for (int i = 0; i < W * H; i++)
        changed += alpha[i] && memcmp(photo.px + i * 4, before.px + i * 4, 4);
    CHECK_EQUAL(changed, 0);
    cut_image_free(&photo);
    cut_image_free(&before);
}

static void a_matte_that_is_soft_all_over_still_ends(void)
{
    static const int32_t sizes[][2] = {{1, 1}, {1, 1500}, {2, 3}, {1500, 1}};
    for (int s = 0; s < 4; s++) {
        size_t count = (size_t)sizes[s][0] * (size_t)sizes[s][1];
        cut_image photo = {scene_pixels(sizes[s][0], sizes[s][1], 0),
                           sizes[s][0], sizes[s][1]};
        memset(alpha, 128, count);
        CHECK_EQUAL(cut_foreground_estimate(&photo, alpha, NULL), CUT_OK);
        int other = 0;
        for (size_t i = 0; i < count; i++) other += photo.px[i * 4 + 3] != 128;
        CHECK_EQUAL(other, 0);
        cut_image_free(&photo);
    }
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Of a matte that is the same everywhere nothing tells what is mixed; and a
 * weight of (11/255)^32 has no reciprocal. */
static void each_of_the_256_uniform_mattes_keeps_the_colours(void)
{
    enum { N = 40 };
    static uint8_t px[N * N * 4], was[N * N * 4], alpha[N * N];
    uint32_t state = 5;
    for (int a = 0; a < 256; a++) {
        for (int i = 0; i < N * N * 4; i++)
            px[i] = i % 4 == 3 ? 255 : (uint8_t)next_random(&state);
        memcpy(was, px, sizeof px);
        memset(alpha, a, sizeof alpha);
        cut_image image = {px, N, N, 0};
        CHECK_EQUAL(cut_foreground_estimate(&image, alpha, NULL), CUT_OK);
        int wrong = 0;
        for (int i = 0; i < N * N; i++)
            for (int c = 0; c < 4; c++) {
                int want = a == 0 ? 0 : c == 3 ? a : was[i * 4 + c];
                wrong += px[i * 4 + c] != want;
            }
        CHECK_EQUAL(wrong, 0);
    }
}

/* Whatever the mattes, nearly opaque pixels keep nearly their colours: what is
 * taken off is at most what a background of any colour can have put there. */
static void random_mattes_never_throw_a_colour_far(void)
{
    enum { N = 24 };
    static uint8_t px[N * N * 4], was[N * N * 4], alpha[N * N];
    uint32_t state = 11;
    for (int run = 0; run < 600; run++) {
        /* values of a few levels, so that whole layers have tiny weights */
        int low = (int)(next_random(&state) % 256);
        int range = 1 + (int)(next_random(&state) % (uint32_t)(256 - low));
        for (int i = 0; i < N * N * 4; i++)
            px[i] = i % 4 == 3 ? 255 : (uint8_t)next_random(&state);
        for (int i = 0; i < N * N; i++)
            alpha[i] = (uint8_t)(low +
                                 (int)(next_random(&state) % (uint32_t)range));
        memcpy(was, px, sizeof px);
        cut_image image = {px, N, N, 0};
        CHECK_EQUAL(cut_foreground_estimate(&image, alpha, NULL), CUT_OK);
        int wrong = 0;
        for (int i = 0; i < N * N; i++)
            for (int c = 0; c < 3 && alpha[i]; c++) {
                /* f + (c - f a - b (1 - a)) a, with f, b, c of 0..255 */
                float a = alpha[i] / 255.0f;
                float most = 255 * (1 - a) * (1 + a) + 1;
                wrong += abs(px[i * 4 + c] - was[i * 4 + c]) > (int)most + 1;
            }
        CHECK_EQUAL(wrong, 0);
    }
}

static void without_memory_the_photo_stays_as_it_was(void)
{
    cut_image photo = scene(0), before = scene(0);
    ellipse(0.1f);
    uint32_t blocks = cut_live_blocks(), n = 1;
    cut_status status = CUT_E_MEMORY;
    for (; status == CUT_E_MEMORY && n < 40; n++) {
        cut_alloc_fail_at(n);
        status = cut_foreground_estimate(&photo, alpha, NULL);
        cut_alloc_fail_at(0);
        CHECK(status == CUT_OK || status == CUT_E_MEMORY);
        CHECK(status == CUT_OK || memcmp(photo.px, before.px, W * H * 4) == 0);
        CHECK_EQUAL(cut_live_blocks(), blocks);
    }
    CHECK_EQUAL(status, CUT_OK);
    CHECK(n > 5);
    cut_image_free(&photo);
    cut_image_free(&before);
}

int main(void)
{
    an_opaque_matte_returns_the_photo_byte_for_byte();
    opaque_pixels_stay_and_clear_ones_become_0();
    two_plain_colours_are_told_apart();
    a_reduced_layer_gives_the_same_colours();
    a_translucent_photo_under_an_opaque_matte_keeps_its_colours();
    a_matte_that_is_soft_all_over_still_ends();
    each_of_the_256_uniform_mattes_keeps_the_colours();
    random_mattes_never_throw_a_colour_far();
    without_memory_the_photo_stays_as_it_was();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
