/* Where a photo comes to lie on a canvas, and what its pixels become. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "compose/canvas.h"
#include "scene.h"

static const cut_subject box = {1, 0.1f, 100, 50, 200, 100};
static const cut_length no_margin = {0, 1};

static cut_layout layout(cut_canvas canvas, cut_length margin)
{
    return cut_canvas_layout(&canvas, &box, margin, 400, 300);
}

static int near(float a, double b)
{
    return fabs((double)a - b) < 1e-3;
}

static void a_subject_is_centred_and_fills_its_share_of_a_size(void)
{
    cut_canvas canvas = {1000, 1000, 0, CUT_FIT_SUBJECT, 0.8f, {0}, {0}, 0, 0};
    cut_layout l = layout(canvas, no_margin);
    CHECK(l.w == 1000 && l.h == 1000);
    CHECK(near(l.place.scale, 4)); /* 200 px to 800 */
    CHECK(near(l.place.x, 500 - 200 * 4) && near(l.place.y, 500 - 100 * 4));
    canvas.h = 300; /* the height is what limits now: 240 for 100 px */
    CHECK(near(layout(canvas, no_margin).place.scale, 2.4));
    canvas.h = 1000;
    /* a margin of 10 % of 200 px on both sides: 240 px to 800 */
    CHECK(near(layout(canvas, (cut_length){1000, 1}).place.scale, 800 / 240.0));
    CHECK(near(layout(canvas, (cut_length){20, 0}).place.scale, 800 / 240.0));
}

static void it_moves_by_shares_of_the_canvas_or_pixels(void)
{
    cut_canvas canvas = {1000,       500, 0, CUT_FIT_SUBJECT, 1, {1000, 1},
                         {-1000, 1}, 0,   0};
    cut_layout l = layout(canvas, no_margin);
    CHECK(near(l.place.scale, 5));
    CHECK(near(l.place.x, 500 + 100 - 200 * 5));
    CHECK(near(l.place.y, 250 - 50 - 100 * 5));
    canvas.x = (cut_length){100, 0};
    canvas.y = (cut_length){-50, 0};
    CHECK(near(layout(canvas, no_margin).place.x, (double)l.place.x));
    CHECK(near(layout(canvas, no_margin).place.y, (double)l.place.y));
}

static void a_photo_is_fitted_as_a_whole(void)
{
    cut_canvas canvas = {800, 800, 0, CUT_FIT_PHOTO, 1, {0}, {0}, 0, 0};
    cut_layout l = layout(canvas, no_margin);
    CHECK(near(l.place.scale, 2));
    CHECK(near(l.place.x, 0) && near(l.place.y, 100));
    static const cut_subject none = {0};
    canvas.fit = CUT_FIT_SUBJECT; /* no box: the photo */
    l = cut_canvas_layout(&canvas, &none, no_margin, 400, 300);
    CHECK(near(l.place.scale, 2) && near(l.place.y, 100));
}

static void a_ratio_keeps_the_pixels(void)
{
    static const struct {
        int32_t rw, rh;
        float scale;
        int32_t w, h;
    } cases[] = {
        {1, 1, 1, 200, 200},  {1, 1, 0.5f, 400, 400},  {4, 5, 1, 200, 250},
        {16, 9, 1, 200, 113}, {3, 1, 1, 300, 100},     {1, 3, 1, 200, 600},
        {2, 1, 2, 100, 50},   {1000, 1, 1, 32735, 33}, {1, 1000, 1, 33, 32735}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_canvas canvas = {
            cases[i].rw, cases[i].rh, 1, CUT_FIT_SUBJECT, cases[i].scale, {0},
            {0},         0,           0};
        cut_layout l = layout(canvas, no_margin);
        CHECK_EQUAL(l.w, cases[i].w);
        CHECK_EQUAL(l.h, cases[i].h);
        if (l.w > 30000 || l.h > 30000) { /* scaled down to the limit */
            CHECK(l.place.scale < 1);
            continue;
        }
        CHECK(l.place.scale == 1);
        CHECK(l.place.x == floorf(l.place.x) && l.place.y == floorf(l.place.y));
        CHECK(fabs((double)l.place.x - (l.w / 2.0 - 200)) <= 0.5);
        CHECK(fabs((double)l.place.y - (l.h / 2.0 - 100)) <= 0.5);
    }
}

static void no_canvas_is_beyond_the_limits(void)
{
    static const int32_t ratios[][2] = {{1, 1}, {1000, 1}, {1, 1000}, {16, 9}};
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++) {
        cut_canvas canvas = {ratios[i][0],
                             ratios[i][1],
                             1,
                             CUT_FIT_PHOTO,
                             0.05f,
                             {0},
                             {0},
                             0,
                             0};
        cut_layout l = cut_canvas_layout(&canvas, &box, no_margin, 11000, 9000);
        CHECK(l.w >= 1 && l.w <= CUT_MAX_SIDE);
        CHECK(l.h >= 1 && l.h <= CUT_MAX_SIDE);
        CHECK((int64_t)l.w * l.h <= CUT_MAX_PIXELS);
        CHECK(l.place.scale > 0 && l.place.scale < 1);
    }
}

static cut_status place(cut_image *image, int32_t w, int32_t h, float x,
                        float y, float scale)
{
    cut_layout l = {w, h, {x, y, scale}};
    return cut_canvas_place(image, &l, NULL);
}

static void at_scale_1_every_byte_is_where_it_belongs(void)
{
    static const int32_t places[][2] = {{0, 0},   {7, 11},   {-20, 5},
                                        {60, 60}, {-100, 0}, {30, -69}};
    cut_image before = {scene_pixels(90, 70, 1), 90, 70};
    for (int i = 0; i < 90 * 70; i++) /* as a cut-out is */
        if (!before.px[i * 4 + 3]) memset(before.px + i * 4, 0, 4);
    for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
        cut_image image = {cut_alloc(90 * 70, 4), 90, 70};
        memcpy(image.px, before.px, 90 * 70 * 4);
        int32_t dx = places[k][0], dy = places[k][1];
        CHECK_EQUAL(place(&image, 100, 80, (float)dx, (float)dy, 1), CUT_OK);
        CHECK(image.w == 100 && image.h == 80);
        int wrong = 0;
        for (int32_t y = 0; y < 80; y++)
            for (int32_t x = 0; x < 100; x++) {
                uint8_t want[4] = {0};
                int32_t sx = x - dx, sy = y - dy;
                if (sx >= 0 && sy >= 0 && sx < 90 && sy < 70)
                    memcpy(want, before.px + (sy * 90 + sx) * 4, 4);
                wrong += memcmp(image.px + (y * 100 + x) * 4, want, 4) != 0;
            }
        CHECK_EQUAL(wrong, 0);
        cut_image_free(&image);
    }
    cut_image_free(&before);
}

/* One colour under any alpha, another one hidden under alpha 0: no scale may
 * mix them, which is what a halo would be. */
static void no_scale_brings_a_hidden_colour_back(void)
{
    static const float scales[] = {0.02f, 0.11f, 0.3f, 0.49f, 0.77f, 1.3f, 4};
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        cut_image image = {cut_alloc(300 * 200, 4), 300, 200};
        for (int i = 0; i < 300 * 200; i++) {
            double d = hypot(i % 300 - 150, i / 300 - 100);
            uint8_t *px = image.px + i * 4;
            px[3] = (uint8_t)fmin(fmax(255 * (80 - d) / 9, 0), 255);
            px[0] = px[3] ? 210 : 0;
            px[1] = px[3] ? 33 : 255;
            px[2] = px[3] ? 90 : 0;
        }
        float scale = scales[s];
        CHECK_EQUAL(place(&image, 160, 160, 80.3f - 150 * scale,
                          80.4f - 100 * scale, scale),
                    CUT_OK);
        int wrong = 0, seen = 0;
        for (int i = 0; i < 160 * 160; i++) {
            const uint8_t *px = image.px + i * 4;
            seen += px[3] > 0;
            if (px[3])
                wrong += px[0] != 210 || px[1] != 33 || px[2] != 90;
            else
                wrong += (px[0] | px[1] | px[2]) != 0;
        }
        CHECK_EQUAL(wrong, 0);
        CHECK(seen > 0);
        cut_image_free(&image);
    }
}

/* The part of [o, o + 1] that the picture covers. */
static double covered(double o, double at, double length)
{
    return fmax(fmin(o + 1, at + length) - fmax(o, at), 0);
}

/* A triangle filter on colours times alpha, in double. */
static void naive_pixel(double out[4], const cut_image *image, double x,
                        double y, double scale)
{
    double support = fmax(1 / scale, 1), sum = 0;
    memset(out, 0, 4 * sizeof *out);
    for (int32_t sy = 0; sy < image->h; sy++) {
        double wy = 1 - fabs(sy - y) / support;
        if (wy <= 0) continue;
        for (int32_t sx = 0; sx < image->w; sx++) {
            double wx = 1 - fabs(sx - x) / support;
            if (wx <= 0) continue;
            const uint8_t *px = image->px + (sy * image->w + sx) * 4;
            for (int c = 0; c < 3; c++) out[c] += wx * wy * px[c] * px[3];
            out[3] += wx * wy * px[3];
            sum += wx * wy;
        }
    }
    for (int c = 0; c < 3; c++) out[c] = out[3] > 0 ? out[c] / out[3] : 0;
    out[3] /= sum;
}

static void a_scaled_picture_is_the_filter_of_its_premultiplied_colours(void)
{
    static const float scales[] = {0.55f, 0.8f, 1, 1.7f, 3};
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        cut_image image = {scene_pixels(60, 45, 1), 60, 45};
        cut_image before = {scene_pixels(60, 45, 1), 60, 45};
        double scale = (double)scales[s], x0 = 10.25, y0 = -6.5;
        CHECK_EQUAL(place(&image, 80, 70, (float)x0, (float)y0, scales[s]),
                    CUT_OK);
        int wrong = 0;
        for (int32_t y = 0; y < 70; y++)
            for (int32_t x = 0; x < 80; x++) {
                const uint8_t *px = image.px + (y * 80 + x) * 4;
                double part = covered(x, x0, 60 * scale) *
                              covered(y, y0, 45 * scale),
                       want[4] = {0};
                if (part > 0)
                    naive_pixel(want, &before, (x + 0.5 - x0) / scale - 0.5,
                                (y + 0.5 - y0) / scale - 0.5, scale);
                wrong += fabs(px[3] - want[3] * part) > 0.51;
                for (int c = 0; c < 3 && px[3]; c++)
                    wrong += fabs(px[c] - want[c]) > 0.51;
            }
        CHECK_EQUAL(wrong, 0);
        cut_image_free(&image);
        cut_image_free(&before);
    }
}

static void what_is_covered_keeps_its_share_at_any_reduction(void)
{
    for (int k = 2; k <= 40; k += 19) {
        cut_image image = {cut_alloc_zero(403 * 307, 4), 403, 307};
        double area = 0;
        for (int i = 0; i < 403 * 307; i++) {
            double d = hypot(i % 403 - 190, i / 403 - 140);
            image.px[i * 4 + 3] = d < 100 ? 255 : 0;
            area += d < 100;
        }
        float scale = 1 / (float)k;
        CHECK_EQUAL(place(&image, 250, 250, 5, 5, scale), CUT_OK);
        double now = 0;
        for (int i = 0; i < 250 * 250; i++) now += image.px[i * 4 + 3] / 255.0;
        CHECK(fabs(now * k * k / area - 1) < 0.02);
        cut_image_free(&image);
    }
}

static void refused_memory_leaves_the_picture_as_it_was(void)
{
    for (int way = 0; way < 2; way++) {
        cut_image image = {scene_pixels(60, 40, 1), 60, 40};
        const uint8_t *px = image.px;
        uint32_t blocks = cut_live_blocks(), n = 1;
        for (;; n++) {
            cut_alloc_fail_at(n);
            cut_status status = place(&image, 50, 50, 3, 3, way ? 1.5f : 0.2f);
            cut_alloc_fail_at(0);
            CHECK_EQUAL(cut_live_blocks(), blocks);
            if (!status) break;
            CHECK_EQUAL(status, CUT_E_MEMORY);
            CHECK(image.px == px && image.w == 60 && image.h == 40);
        }
        CHECK(n > 8);
        cut_image_free(&image);
    }
}

int main(void)
{
    a_subject_is_centred_and_fills_its_share_of_a_size();
    it_moves_by_shares_of_the_canvas_or_pixels();
    a_photo_is_fitted_as_a_whole();
    a_ratio_keeps_the_pixels();
    no_canvas_is_beyond_the_limits();
    at_scale_1_every_byte_is_where_it_belongs();
    no_scale_brings_a_hidden_colour_back();
    a_scaled_picture_is_the_filter_of_its_premultiplied_colours();
    what_is_covered_keeps_its_share_at_any_reduction();
    refused_memory_leaves_the_picture_as_it_was();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
