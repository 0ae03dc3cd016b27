/*
 * Pictures that need no model: their own alpha cuts the subject out, or they
 * are graphics on a plain ground, drawn here with their true alpha.
 */
#include <stdlib.h>

#include "check.h"
#include "image/png.h"
#include "matte/foreground.h"
#include "matte/given.h"
#include "matte/graphic.h"
#include "matte/paper.h"
#include "scene.h"

static uint32_t seed = 16;

static uint32_t below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)seed * n >> 32);
}

static cut_bytes file_of(const uint8_t *px, int32_t w, int32_t h)
{
    cut_image image = {
        .px = cut_alloc((size_t)w * (size_t)h, 4), .w = w, .h = h};
    memcpy(image.px, px, (size_t)w * (size_t)h * 4);
    cut_bytes out = {0}, no_icc = {0};
    cut_error error;
    CHECK_EQUAL(cut_png_encode(&out, &image, &no_icc, &error), CUT_OK);
    return out;
}

/* A job of that picture, DECODED. */
static cut_job *job_of(const uint8_t *px, int32_t w, int32_t h,
                       const char *options)
{
    cut_bytes file = file_of(px, w, h);
    cut_job *job = cut_job_new();
    CHECK_EQUAL(
        scene_job(job, options, file.data, (uint32_t)file.size, CUT_DECODED),
        CUT_OK);
    cut_bytes_free(&file);
    return job;
}

static void compose(cut_job *job)
{
    CHECK_EQUAL(cut_job_own_matte(job), CUT_OK);
    CHECK_EQUAL(cut_job_foreground(job), CUT_OK);
    CHECK_EQUAL(cut_job_compose(job), CUT_OK);
}

/* ---- shapes ------------------------------------------------------------ */

enum { SIDE = 160 };

/* Two discs and a ring, 0 or the number of its ink, 1 and 2. */
static int shape_at(float x, float y)
{
    float a = (x - 50) * (x - 50) + (y - 60) * (y - 60);
    float b = (x - 110) * (x - 110) + (y - 90) * (y - 90);
    if (a < 32 * 32) return a > 14 * 14 ? 1 : 0; /* a hole in it */
    return b < 30 * 30 ? 2 : 0;
}

/* The share of each ink in a pixel, by 8 x 8 samples. */
static void shares_at(float share[2], int x, int y)
{
    share[0] = share[1] = 0;
    for (int v = 0; v < 8; v++)
        for (int u = 0; u < 8; u++) {
            int ink = shape_at((float)x + ((float)u + 0.5f) / 8,
                               (float)y + ((float)v + 0.5f) / 8);
            if (ink) share[ink - 1] += 1 / 64.0f;
        }
}

/* The shapes on a ground; alpha is the true one. */
static void draw(uint8_t *px, uint8_t *alpha, const uint8_t ink[2][3],
                 const uint8_t ground[3])
{
    for (int i = 0; i < SIDE * SIDE; i++) {
        float share[2];
        shares_at(share, i % SIDE, i / SIDE);
        float rest = 1 - share[0] - share[1];
        alpha[i] = (uint8_t)((share[0] + share[1]) * 255 + 0.5f);
        px[i * 4 + 3] = 255;
        for (int c = 0; c < 3; c++)
            px[i * 4 + c] = (uint8_t)(ink[0][c] * share[0] +
                                      ink[1][c] * share[1] + ground[c] * rest +
                                      0.5f);
    }
}

/* ---- already cut out --------------------------------------------------- */

static void a_picture_that_is_cut_out_keeps_its_alpha_and_colours(void)
{
    static const uint8_t inks[3][2][3] = {{{255, 255, 255}, {255, 255, 255}},
                                          {{20, 90, 200}, {250, 200, 0}},
                                          {{0, 0, 0}, {3, 3, 3}}};
    static uint8_t px[SIDE * SIDE * 4], alpha[SIDE * SIDE];
    for (int n = 0; n < 3; n++) {
        draw(px, alpha, inks[n], inks[n][0]);
        for (int i = 0; i < SIDE * SIDE; i++) px[i * 4 + 3] = alpha[i];
        cut_job *job = job_of(px, SIDE, SIDE, NULL);
        CHECK_EQUAL(cut_job_needs_model(job), 0);
        compose(job);
        const char *report = cut_job_report_json(job);
        CHECK(
            strstr(report, "\"found\":true,\"kind\":\"photo\",\"given\":true"));
        const uint8_t *out = cut_job_pixels(job);
        int wrong = 0;
        for (int i = 0; i < SIDE * SIDE; i++) {
            static const uint8_t clear[4] = {0};
            wrong += memcmp(out + i * 4, alpha[i] ? px + i * 4 : clear, 4) != 0;
        }
        CHECK_EQUAL(wrong, 0);
        cut_job_free(job);
    }
}

static void who_says_photo_asks_the_model_all_the_same(void)
{
    static uint8_t px[SIDE * SIDE * 4], alpha[SIDE * SIDE];
    static const uint8_t ink[2][3] = {{20, 90, 200}, {250, 200, 0}};
    static const uint8_t white[3] = {255, 255, 255};
    draw(px, alpha, ink, white);
    cut_job *job = job_of(px, SIDE, SIDE, "{\"kind\":\"photo\"}");
    CHECK_EQUAL(cut_job_needs_model(job), 1);
    CHECK_EQUAL(cut_job_own_matte(job), CUT_E_STATE);
    CHECK_EQUAL(cut_job_state(job), CUT_DECODED);
    cut_job_free(job);
    for (int i = 0; i < SIDE * SIDE; i++) px[i * 4 + 3] = alpha[i];
    job = job_of(px, SIDE, SIDE, "{\"kind\":\"photo\"}");
    CHECK_EQUAL(cut_job_needs_model(job), 1);
    cut_job_free(job);
}

/* A photo of w x h whose alpha is 0 outside of a rounded rectangle. */
static cut_image rounded(int32_t w, int32_t h, int32_t margin, int32_t radius)
{
    cut_image photo = {.px = scene_pixels(w, h, 0), .w = w, .h = h};
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            int32_t l = x - margin, r = w - 1 - margin - x;
            int32_t t = y - margin, b = h - 1 - margin - y;
            int32_t dx = l < r ? l : r, dy = t < b ? t : b;
            int out = dx < 0 || dy < 0;
            if (dx < radius && dy < radius)
                out |= (radius - dx) * (radius - dx) +
                           (radius - dy) * (radius - dy) >
                       radius * radius;
            if (out) photo.px[(y * w + x) * 4 + 3] = 0;
        }
    return photo;
}

static void round_corners_bars_and_holes_are_no_cut_out(void)
{
    static const int32_t cases[][2] = {
        {0, 0}, {0, 10}, {0, 30}, {25, 0}, {20, 20}};
    for (int i = 0; i < 5; i++) {
        cut_image photo = rounded(200, 150, cases[i][0], cases[i][1]);
        CHECK_EQUAL(cut_alpha_is_given(&photo), 0);
        cut_image_free(&photo);
    }
    cut_image photo = {.px = scene_pixels(200, 150, 0), .w = 200, .h = 150};
    for (int y = 60; y < 90; y++)
        for (int x = 60; x < 140; x++) photo.px[(y * 200 + x) * 4 + 3] = 0;
    CHECK_EQUAL(cut_alpha_is_given(&photo), 0);
    for (int i = 0; i < 200 * 150; i++) photo.px[i * 4 + 3] = 0;
    CHECK_EQUAL(cut_alpha_is_given(&photo), 0); /* nothing is seen */
    cut_image_free(&photo);
    photo = rounded(200, 150, 10, 60); /* more of an oval */
    CHECK_EQUAL(cut_alpha_is_given(&photo), 1);
    cut_image_free(&photo);
}

/* The tensor's corner: what a model sees where the picture is clear. */
static void what_is_light_is_shown_to_the_model_on_dark(void)
{
    static uint8_t px[SIDE * SIDE * 4];
    for (int light = 0; light < 2; light++) {
        memset(px, light ? 250 : 40, sizeof px);
        for (int i = 0; i < SIDE * SIDE; i++)
            px[i * 4 + 3] = i / SIDE < 8 && i % SIDE < 8 ? 0 : 255;
        cut_job *job = job_of(px, SIDE, SIDE, NULL);
        CHECK_EQUAL(cut_job_needs_model(job), 1);
        CHECK_EQUAL(cut_job_prepare(job), CUT_OK);
        float corner = cut_job_tensor(job)[0];
        CHECK(light ? corner < 0.3f : corner > 0.9f);
        cut_job_free(job);
    }
}

/* ---- graphics ---------------------------------------------------------- */

static int apart(const uint8_t *a, const uint8_t *b)
{
    int most = 0;
    for (int c = 0; c < 3; c++)
        if (abs(a[c] - b[c]) > most) most = abs(a[c] - b[c]);
    return most;
}

static void a_graphic_is_unmixed_into_its_inks_and_the_ground(void)
{
    static uint8_t px[SIDE * SIDE * 4], alpha[SIDE * SIDE];
    for (int turn = 0; turn < 40; turn++) {
        uint8_t ink[2][3], ground[3];
        do
            for (int c = 0; c < 3; c++) {
                ground[c] = (uint8_t)(turn % 3 ? below(256) : 255);
                ink[0][c] = (uint8_t)below(256);
                ink[1][c] = (uint8_t)below(256);
            }
        while (apart(ink[0], ground) < 60 || apart(ink[1], ground) < 60);
        draw(px, alpha, ink, ground);
        cut_job *job = job_of(px, SIDE, SIDE, NULL);
        CHECK_EQUAL(cut_job_needs_model(job), 0);
        compose(job);
        CHECK(strstr(cut_job_report_json(job),
                     "\"found\":true,\"kind\":\"graphic\",\"given\":false"));
        const uint8_t *out = cut_job_pixels(job);
        int inexact = 0, not_clear = 0, off = 0;
        double error = 0;
        for (int i = 0; i < SIDE * SIDE; i++) {
            const uint8_t *p = out + i * 4;
            int a = p[3];
            for (int c = 0; c < 3; c++) {
                int over = (p[c] * a + ground[c] * (255 - a) + 127) / 255;
                inexact += abs(over - px[i * 4 + c]) > 1;
            }
            not_clear += alpha[i] == 0 && a != 0; /* the ring's hole, too */
            off += abs(a - alpha[i]) > 16;
            error += abs(a - alpha[i]) / 255.0;
        }
        CHECK_EQUAL(inexact, 0);
        CHECK_EQUAL(not_clear, 0);
        CHECK(off <
              40); /* inks on one line with the ground, where they touch */
        CHECK(error / (SIDE * SIDE) < 0.002);
        cut_job_free(job);
    }
}

static void a_graphic_stays_exact_under_a_matte_of_ones_own(void)
{
    static uint8_t px[SIDE * SIDE * 4], alpha[SIDE * SIDE];
    static const uint8_t ink[2][3] = {{200, 20, 30}, {10, 10, 60}};
    static const uint8_t ground[3] = {240, 235, 200};
    draw(px, alpha, ink, ground);
    cut_job *job = job_of(px, SIDE, SIDE, NULL);
    static uint8_t grey[SIDE * SIDE * 4];
    for (int i = 0; i < SIDE * SIDE; i++) {
        memset(grey + i * 4, alpha[i], 3);
        grey[i * 4 + 3] = 255;
    }
    cut_bytes matte = file_of(grey, SIDE, SIDE);
    CHECK_EQUAL(cut_job_set_matte(job, matte.data, (uint32_t)matte.size),
                CUT_OK);
    cut_bytes_free(&matte);
    CHECK_EQUAL(cut_job_foreground(job), CUT_OK);
    CHECK_EQUAL(cut_job_compose(job), CUT_OK);
    const uint8_t *out = cut_job_pixels(job);
    int off = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        if (alpha[i] > 127)
            off += apart(out + i * 4, ink[0]) > 4 &&
                   apart(out + i * 4, ink[1]) > 4;
    CHECK(off < 20);
    cut_job_free(job);
}

static void a_photo_is_no_graphic_unless_one_says_so(void)
{
    uint8_t *px = scene_pixels(200, 150, 0);
    cut_job *job = job_of(px, 200, 150, NULL);
    CHECK_EQUAL(cut_job_needs_model(job), 1);
    cut_job_free(job);
    job = job_of(px, 200, 150, "{\"kind\":\"graphic\"}");
    CHECK_EQUAL(cut_job_needs_model(job), 0);
    CHECK_EQUAL(cut_job_own_matte(job), CUT_OK);
    CHECK(strstr(cut_job_report_json(job), "\"kind\":\"graphic\""));
    cut_job_free(job);
    cut_free(px);
    static uint8_t blank[SIDE * SIDE * 4];
    memset(blank, 255, sizeof blank);
    job = job_of(blank, SIDE, SIDE, NULL); /* nothing is drawn on it */
    CHECK_EQUAL(cut_job_needs_model(job), 1);
    cut_job_free(job);
}

/* ---- paper ------------------------------------------------------------- */

enum { PW = 400, PH = 240 };

/* A wave, 5 pixels thick: its share of a pixel. */
static float stroke_at(int x, int y)
{
    int phase = x % 120 - 60;
    float middle = 120 + (float)(phase * phase) / 60;
    if (x < 40 || x > 360) return 0;
    float d = (float)y - middle;
    float a = 3 - (d < 0 ? -d : d);
    return a < 0 ? 0 : a > 1 ? 1 : a;
}

static void ink_on_unevenly_lit_paper_is_lifted_off(void)
{
    static uint8_t px[PW * PH * 4];
    for (int i = 0; i < PW * PH; i++) {
        int x = i % PW, y = i / PW;
        float light = 0.65f + 0.3f * (float)x / PW - 0.1f * (float)y / PH;
        static const float paper[3] = {252, 248, 236}, ink[3] = {30, 40, 120};
        float a = stroke_at(x, y);
        int noise = (int)below(5) - 2;
        for (int c = 0; c < 3; c++)
            px[i * 4 + c] = (uint8_t)(light *
                                          (ink[c] * a + paper[c] * (1 - a)) +
                                      (float)noise + 0.5f);
        px[i * 4 + 3] = 255;
    }
    cut_job *job = job_of(px, PW, PH, NULL);
    CHECK_EQUAL(cut_job_needs_model(job), 0);
    compose(job);
    const uint8_t *out = cut_job_pixels(job);
    int fog = 0, faint = 0;
    for (int i = 0; i < PW * PH; i++) {
        float a = stroke_at(i % PW, i / PW);
        fog += a <= 0 && out[i * 4 + 3] != 0;
        faint += a >= 1 && out[i * 4 + 3] < 240;
    }
    CHECK(fog < 40);
    CHECK(faint < 40);
    cut_job_free(job);
}

static void every_refused_allocation_is_told_and_leaks_nothing(void)
{
    static uint8_t px[SIDE * SIDE * 4], alpha[SIDE * SIDE];
    static const uint8_t ink[2][3] = {{200, 20, 30}, {10, 10, 60}};
    static const uint8_t ground[3] = {240, 235, 200};
    draw(px, alpha, ink, ground);
    cut_image image = {.px = px, .w = SIDE, .h = SIDE, .opaque = 1};
    cut_graphic g;
    cut_paper paper;
    int found, refused = 0;
    uint32_t blocks = cut_live_blocks();
    for (uint32_t n = 1; n < 12; n++) {
        cut_error error = {{0}};
        cut_alloc_fail_at(n);
        cut_status status = cut_graphic_measure(&g, &found, 0, &image, &error);
        if (!status) status = cut_graphic_key(alpha, &g, &image, &error);
        if (!status) status = cut_paper_measure(&paper, &found, &image, &error);
        cut_alloc_fail_at(0);
        if (!status) cut_paper_free(&paper);
        CHECK(!status || (status == CUT_E_MEMORY && error.text[0]));
        refused += status != CUT_OK;
        CHECK_EQUAL(cut_live_blocks(), blocks);
    }
    CHECK(refused >= 3);
}

int main(void)
{
    a_picture_that_is_cut_out_keeps_its_alpha_and_colours();
    who_says_photo_asks_the_model_all_the_same();
    round_corners_bars_and_holes_are_no_cut_out();
    what_is_light_is_shown_to_the_model_on_dark();
    a_graphic_is_unmixed_into_its_inks_and_the_ground();
    a_graphic_stays_exact_under_a_matte_of_ones_own();
    a_photo_is_no_graphic_unless_one_says_so();
    ink_on_unevenly_lit_paper_is_lifted_off();
    every_refused_allocation_is_told_and_leaks_nothing();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
