/* The matte at the photo's size: what must hold for every photo, and that
 * edges move onto the photo's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "matte/refine.h"
#include "scene.h"

static cut_image scene(int32_t w, int32_t h, int with_alpha)
{
    cut_image image = {scene_pixels(w, h, with_alpha), w, h};
    return image;
}

static cut_matte flat_matte(float v)
{
    cut_matte m = {cut_alloc(64 * 64, sizeof(float)), 64, 64};
    for (int i = 0; i < 64 * 64; i++) m.alpha[i] = v;
    return m;
}

static cut_matte scene_matte(void)
{
    cut_matte m = flat_matte(0);
    scene_map(m.alpha);
    return m;
}

static int count_other(const uint8_t *alpha, size_t count, uint8_t value)
{
    int other = 0;
    for (size_t i = 0; i < count; i++) other += alpha[i] != value;
    return other;
}

static const int32_t sizes[][2] = {{1, 1},   {1, 700}, {2500, 1},  {3, 2},
                                   {64, 64}, {641, 9}, {1300, 700}};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* Models end near 0 and 1, not on them. */
static void an_even_map_of_0_or_1_gives_exactly_0_or_255(void)
{
    static const float values[] = {0, 0.005f, 1, 0.995f};
    for (int v = 0; v < 4; v++)
        for (int s = 0; s < SIZES; s++) {
            size_t count = (size_t)sizes[s][0] * (size_t)sizes[s][1];
            cut_image photo = scene(sizes[s][0], sizes[s][1], 0);
            cut_matte m = flat_matte(values[v]);
            uint8_t *alpha = malloc(count);
            CHECK_EQUAL(cut_matte_refine(alpha, &m, &photo, NULL), CUT_OK);
            CHECK_EQUAL(count_other(alpha, count, v < 2 ? 0 : 255), 0);
            free(alpha);
            cut_matte_free(&m);
            cut_image_free(&photo);
        }
}

/* What the page does to convert a picture: the reduced photo is then far
 * larger than the map. */
static void a_map_of_one_cell_covers_a_photo_of_any_size(void)
{
    for (int s = 0; s < SIZES; s++) {
        size_t count = (size_t)sizes[s][0] * (size_t)sizes[s][1];
        cut_image photo = scene(sizes[s][0], sizes[s][1], 0);
        cut_matte m = {cut_alloc(1, sizeof *m.alpha), 1, 1};
        uint8_t *alpha = malloc(count);
        m.alpha[0] = 1;
        CHECK_EQUAL(cut_matte_refine(alpha, &m, &photo, NULL), CUT_OK);
        CHECK_EQUAL(count_other(alpha, count, 255), 0);
        free(alpha);
        cut_matte_free(&m);
        cut_image_free(&photo);
    }
}

static void an_even_map_between_stays_what_the_model_said(void)
{
    static const float values[] = {0.1f, 0.25f, 0.5f, 0.8f};
    for (int v = 0; v < 4; v++)
        for (int s = 0; s < SIZES; s++) {
            size_t count = (size_t)sizes[s][0] * (size_t)sizes[s][1];
            cut_image photo = scene(sizes[s][0], sizes[s][1], 0);
            cut_matte m = flat_matte(values[v]);
            uint8_t *alpha = malloc(count);
            CHECK_EQUAL(cut_matte_refine(alpha, &m, &photo, NULL), CUT_OK);
            int off = 0;
            for (size_t i = 0; i < count; i++)
                off += abs(alpha[i] - (int)lround((double)values[v] * 255)) > 1;
            CHECK_EQUAL(off, 0);
            free(alpha);
            cut_matte_free(&m);
            cut_image_free(&photo);
        }
}

/* The true alpha of the scene at photo pixel (x, y). */
static int is_inside(int32_t x, int32_t y, int32_t w, int32_t h)
{
    return scene_inside(((float)x + 0.5f) / (float)w,
                        ((float)y + 0.5f) / (float)h) < 1;
}

/* Mean error in levels against the scene's true, hard outline. */
static double outline_error(const uint8_t *alpha, int32_t w, int32_t h)
{
    double sum = 0;
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++)
            sum += fabs((is_inside(x, y, w, h) ? 255.0 : 0.0) -
                        alpha[(size_t)y * (size_t)w + (size_t)x]);
    return sum / ((double)w * h);
}

/* The map at the photo's size by bilinear interpolation alone. */
static void plain(uint8_t *alpha, const cut_matte *m, int32_t w, int32_t h)
{
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            double fx = fmin(fmax((x + 0.5) * m->w / w - 0.5, 0), m->w - 1);
            double fy = fmin(fmax((y + 0.5) * m->h / h - 0.5, 0), m->h - 1);
            int x0 = (int)fmin(fx, m->w - 2), y0 = (int)fmin(fy, m->h - 2);
            const float *p = m->alpha + y0 * m->w + x0;
            double tx = fx - x0, ty = fy - y0;
            double v =
                (1 - ty) * ((1 - tx) * (double)p[0] + tx * (double)p[1]) +
                ty * ((1 - tx) * (double)p[m->w] + tx * (double)p[m->w + 1]);
            alpha[(size_t)y * (size_t)w + (size_t)x] = (uint8_t)lround(v * 255);
        }
}

/* The scene's map is soft over 0.85..1.15 of the outline. */
static void edges_are_nearer_to_the_photos_than_by_interpolation(void)
{
    static const int32_t photos[][2] = {{333, 257}, {640, 480}, {1300, 700}};
    for (int s = 0; s < 3; s++) {
        int32_t w = photos[s][0], h = photos[s][1];
        uint8_t *alpha = malloc((size_t)w * (size_t)h);
        cut_image photo = scene(w, h, 0);
        cut_matte m = scene_matte();
        plain(alpha, &m, w, h);
        double before = outline_error(alpha, w, h);
        CHECK_EQUAL(cut_matte_refine(alpha, &m, &photo, NULL), CUT_OK);
        double after = outline_error(alpha, w, h);
        if (after > before / 3) printf("%g of %g\n", after, before);
        CHECK(after <= before / 3); /* observed 0.16 to 0.25 */
        free(alpha);
        cut_matte_free(&m);
        cut_image_free(&photo);
    }
}

/* Full-size evaluation with integer-scaled coordinates: a shift of half a
 * reduced pixel would move the outline of a step edge. */
static void a_step_edge_stays_on_its_pixel_at_every_reduction(void)
{
    enum { H = 24 };
    static const int32_t widths[] = {128, 640, 1280, 1920, 3001};
    for (int s = 0; s < 5; s++) {
        int32_t w = widths[s], edge = w * 5 / 8;
        cut_image photo = scene(w, H, 0);
        cut_matte m = flat_matte(0);
        for (int i = 0; i < 64 * 64; i++) {
            float at = ((float)(i % 64) + 0.5f) / 64 - 0.625f;
            float v = 0.5f - at * 32; /* soft over two cells */
            m.alpha[i] = v < 0 ? 0 : v > 1 ? 1 : v;
        }
        for (int32_t i = 0; i < w * H; i++)
            memset(photo.px + i * 4, i % w < edge ? 210 : 40, 3);
        uint8_t *alpha = malloc((size_t)w * H);
        CHECK_EQUAL(cut_matte_refine(alpha, &m, &photo, NULL), CUT_OK);
        const uint8_t *row = alpha + (size_t)w * (H / 2);
        CHECK(row[edge - 1] > 128);
        CHECK(row[edge] < 128);
        CHECK(row[edge - 1] - row[edge] > 128);
        CHECK_EQUAL(row[0], 255);
        CHECK_EQUAL(row[w - 1], 0);
        free(alpha);
        cut_matte_free(&m);
        cut_image_free(&photo);
    }
}

static void the_photos_own_alpha_multiplies_rounded(void)
{
    enum { W = 700, H = 90 };
    static uint8_t alpha[W * H];
    cut_image photo = scene(W, H, 1);
    cut_matte m = flat_matte(1);
    CHECK_EQUAL(cut_matte_refine(alpha, &m, &photo, NULL), CUT_OK);
    int other = 0;
    for (int i = 0; i < W * H; i++) other += alpha[i] != photo.px[i * 4 + 3];
    CHECK_EQUAL(other, 0);
    for (int i = 0; i < 64 * 64; i++) m.alpha[i] = 0.5f;
    CHECK_EQUAL(cut_matte_refine(alpha, &m, &photo, NULL), CUT_OK);
    for (int i = 0; i < W * H; i++)
        other += abs(alpha[i] - photo.px[i * 4 + 3] / 2) > 1;
    CHECK_EQUAL(other, 0);
    cut_matte_free(&m);
    cut_image_free(&photo);
}

/* A translucent part of the photo must not change the opaque rest. */
static void an_opaque_photo_and_its_copy_with_one_clear_pixel_agree(void)
{
    enum { W = 300, H = 200 };
    static uint8_t a[W * H], b[W * H];
    cut_image photo = scene(W, H, 0);
    cut_matte m = scene_matte();
    CHECK_EQUAL(cut_matte_refine(a, &m, &photo, NULL), CUT_OK);
    memcpy(photo.px, "\xFF\xFF\xFF", 4); /* clear white, at the corner */
    CHECK_EQUAL(cut_matte_refine(b, &m, &photo, NULL), CUT_OK);
    int differing = 0;
    for (int i = 0; i < W * H; i++)
        differing += a[i] != b[i] && (i % W > 10 || i / W > 10);
    CHECK_EQUAL(differing, 0);
    CHECK_EQUAL(b[0], 0);
    cut_matte_free(&m);
    cut_image_free(&photo);
}

/* Where the reduction divides the width, samples lie symmetrically. */
static void a_mirrored_photo_gives_the_mirrored_matte(void)
{
    static const int32_t photos[][2] = {{256, 200}, {1280, 260}};
    for (int s = 0; s < 2; s++) {
        int32_t w = photos[s][0], h = photos[s][1];
        size_t count = (size_t)w * (size_t)h;
        cut_image photo = scene(w, h, 0), mirrored = scene(w, h, 0);
        cut_matte m = scene_matte(), n = scene_matte();
        uint8_t *a = malloc(count), *b = malloc(count);
        for (int32_t y = 0; y < h; y++)
            for (int32_t x = 0; x < w; x++)
                memcpy(mirrored.px + (y * w + w - 1 - x) * 4,
                       photo.px + (y * w + x) * 4, 4);
        for (int i = 0; i < 64 * 64; i++)
            n.alpha[i / 64 * 64 + 63 - i % 64] = m.alpha[i];
        CHECK_EQUAL(cut_matte_refine(a, &m, &photo, NULL), CUT_OK);
        CHECK_EQUAL(cut_matte_refine(b, &n, &mirrored, NULL), CUT_OK);
        int off = 0;
        for (int32_t y = 0; y < h; y++)
            for (int32_t x = 0; x < w; x++)
                off += abs(a[y * w + x] - b[y * w + w - 1 - x]) > 1;
        CHECK_EQUAL(off, 0);
        free(a);
        free(b);
        cut_matte_free(&m);
        cut_matte_free(&n);
        cut_image_free(&photo);
        cut_image_free(&mirrored);
    }
}

/* A model with more pixels than the reduced photo loses none of them. */
static void a_large_map_keeps_its_fine_stripes(void)
{
    enum { SIDE = 1000 };
    cut_matte m = {cut_alloc(SIDE * SIDE, sizeof(float)), SIDE, SIDE};
    cut_image photo = {cut_alloc(SIDE * SIDE, 4), SIDE, SIDE};
    uint8_t *alpha = malloc(SIDE * SIDE);
    int wrong = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        int on = i % SIDE / 4 % 2;
        m.alpha[i] = (float)on;
        memset(photo.px + i * 4, on ? 220 : 30, 3);
        photo.px[i * 4 + 3] = 255;
    }
    CHECK_EQUAL(cut_matte_refine(alpha, &m, &photo, NULL), CUT_OK);
    for (int i = 0; i < SIDE * SIDE; i++)
        wrong += abs(alpha[i] - (i % SIDE / 4 % 2 ? 255 : 0)) > 20;
    CHECK_EQUAL(wrong, 0);
    free(alpha);
    cut_matte_free(&m);
    cut_image_free(&photo);
}

/* A grey photo with red patches: the map is sure of the first, open about the
 * others, as models are about what they have not seen. */
static void what_the_map_leaves_open_goes_with_its_colour(void)
{
    enum { SIDE = 256 };
    cut_image photo = {cut_alloc(SIDE * SIDE, 4), SIDE, SIDE};
    cut_matte m = flat_matte(0.3f);
    uint8_t *alpha = malloc(SIDE * SIDE);
    for (int i = 0; i < SIDE * SIDE; i++) {
        int x = i % SIDE, y = i / SIDE;
        int red = x >= 96 && x < 160 && y >= 96 && y < 160;
        memcpy(photo.px + i * 4, red ? "\xC8\x20\x20\xFF" : "\x80\x80\x80\xFF",
               4);
    }
    for (int i = 0; i < 64 * 64; i++) {
        int x = i % 64, y = i / 64;
        int red = x >= 24 && x < 40 && y >= 24 && y < 40;
        m.alpha[i] = !red ? 0.05f : x < 36 ? 0.95f : 0.45f;
    }
    CHECK_EQUAL(cut_matte_refine(alpha, &m, &photo, NULL), CUT_OK);
    CHECK(alpha[128 * SIDE + 146] > 140); /* by the map alone: 115 */
    CHECK(alpha[128 * SIDE + 168] < 8);
    free(alpha);
    cut_matte_free(&m);
    cut_image_free(&photo);
}

/* Of one photo: a large square at 1 and spots of 2 x 2 cells. */
static uint8_t alpha_of_spot(float spot, int cells, int fog)
{
    enum { SIDE = 128 };
    static uint8_t alpha[SIDE * SIDE];
    cut_image photo = {cut_alloc(SIDE * SIDE, 4), SIDE, SIDE};
    cut_matte m = flat_matte(0);
    memset(photo.px, 255, SIDE * SIDE * 4);
    for (int i = 0; i < 64 * 64; i++) {
        int x = i % 64, y = i / 64;
        if (x < 30)
            m.alpha[i] = 1;
        else if (x >= 44 && x < 44 + cells && y >= 30 && y < 30 + cells)
            m.alpha[i] = spot;
        else if (fog && y >= 28 && y < 34 && x < 48)
            m.alpha[i] = 0.4f;
    }
    for (int i = 0; i < SIDE * SIDE; i++) /* the spot shows in the photo */
        if (m.alpha[i / SIDE / 2 * 64 + i % SIDE / 2] > 0.5f)
            memset(photo.px + i * 4, 40, 3);
    CHECK_EQUAL(cut_matte_refine(alpha, &m, &photo, NULL), CUT_OK);
    cut_matte_free(&m);
    cut_image_free(&photo);
    return alpha[62 * SIDE + 90];
}

static void specks_go_and_second_subjects_stay(void)
{
    CHECK_EQUAL(alpha_of_spot(0.7f, 3, 0), 0);
    CHECK(alpha_of_spot(1, 3, 0) > 200);     /* the model is sure */
    CHECK(alpha_of_spot(0.7f, 12, 0) > 150); /* large enough */
    CHECK(alpha_of_spot(0.7f, 3, 1) > 100);  /* fog joins it: a tuft of hair */
}

static void a_hole_stays_open(void)
{
    enum { SIDE = 320 };
    cut_image photo = {cut_alloc(SIDE * SIDE, 4), SIDE, SIDE};
    cut_matte m = flat_matte(0);
    uint8_t *alpha = malloc(SIDE * SIDE);
    for (int i = 0; i < SIDE * SIDE; i++) { /* a ring, 8 wide inside */
        int x = i % SIDE, y = i / SIDE;
        int hole = x >= 156 && x < 164 && y >= 100 && y < 220;
        int on = x >= 100 && x < 220 && y >= 60 && y < 260 && !hole;
        memcpy(photo.px + i * 4, on ? "\x30\x60\xC0\xFF" : "\xD0\xC8\xA0\xFF",
               4);
        m.alpha[y / 5 * 64 + x / 5] += (float)on / 25;
    }
    CHECK_EQUAL(cut_matte_refine(alpha, &m, &photo, NULL), CUT_OK);
    int open = 0;
    for (int y = 100; y < 220; y++) open += alpha[y * SIDE + 160] < 128;
    CHECK_EQUAL(open, 120);
    free(alpha);
    cut_matte_free(&m);
    cut_image_free(&photo);
}

static void every_refused_allocation_is_reported_and_leaks_nothing(void)
{
    cut_image photo = scene(900, 300, 1);
    cut_matte m = scene_matte();
    uint8_t *alpha = malloc(900 * 300);
    uint32_t blocks = cut_live_blocks(), n = 1;
    cut_status status = CUT_E_MEMORY;
    for (; status == CUT_E_MEMORY && n < 40; n++) {
        cut_alloc_fail_at(n);
        status = cut_matte_refine(alpha, &m, &photo, NULL);
        cut_alloc_fail_at(0);
        CHECK(status == CUT_OK || status == CUT_E_MEMORY);
        CHECK_EQUAL(cut_live_blocks(), blocks);
    }
    CHECK_EQUAL(status, CUT_OK);
    CHECK(n > 12);
    free(alpha);
    cut_matte_free(&m);
    cut_image_free(&photo);
}

int main(void)
{
    an_even_map_of_0_or_1_gives_exactly_0_or_255();
    a_map_of_one_cell_covers_a_photo_of_any_size();
    an_even_map_between_stays_what_the_model_said();
    edges_are_nearer_to_the_photos_than_by_interpolation();
    a_step_edge_stays_on_its_pixel_at_every_reduction();
    the_photos_own_alpha_multiplies_rounded();
    an_opaque_photo_and_its_copy_with_one_clear_pixel_agree();
    a_mirrored_photo_gives_the_mirrored_matte();
    a_large_map_keeps_its_fine_stripes();
    what_the_map_leaves_open_goes_with_its_colour();
    specks_go_and_second_subjects_stay();
    a_hole_stays_open();
    every_refused_allocation_is_reported_and_leaks_nothing();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
