/* Previews against the results they stand for. */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "image/png.h"
#include "image/resample.h"
#include "preview.h"
#include "scene.h"

enum { W = 400, H = 300 };

static cut_bytes file, small_file, background_image;

static cut_bytes as_png(int32_t w, int32_t h, int with_alpha)
{
    cut_image image = {scene_pixels(w, h, with_alpha), w, h};
    cut_bytes out = {0}, no_icc = {0};
    cut_error error;
    CHECK_EQUAL(cut_png_encode(&out, &image, &no_icc, &error), CUT_OK);
    cut_image_free(&image);
    return out;
}

static void give_background(cut_job *job)
{
    CHECK_EQUAL(cut_job_background(job, background_image.data,
                                   (uint32_t)background_image.size),
                CUT_OK);
}

static cut_preview *begin(const cut_bytes *photo)
{
    cut_job *job = cut_job_new();
    CHECK_EQUAL(
        scene_job(job, NULL, photo->data, (uint32_t)photo->size, CUT_REFINED),
        CUT_OK);
    cut_preview *p = cut_preview_new(job);
    CHECK(p != NULL);
    CHECK_EQUAL(cut_job_state(job), CUT_DONE); /* it is used up */
    CHECK_EQUAL(cut_job_foreground(job), CUT_E_STATE);
    cut_job_free(job);
    job = cut_job_new();
    CHECK_EQUAL(cut_preview_background(p, job), CUT_E_STATE);
    give_background(job);
    CHECK_EQUAL(cut_preview_background(p, job), CUT_OK);
    cut_job_free(job);
    return p;
}

static int render(cut_preview *p, const char *options, uint32_t side)
{
    int status = cut_preview_render(p, options, (uint32_t)strlen(options),
                                    side);
    if (status && status != CUT_E_MEMORY)
        printf("%s: %s\n", options, cut_preview_message(p));
    return status;
}

static cut_job *result(const char *options)
{
    cut_job *job = cut_job_new();
    give_background(job);
    CHECK_EQUAL(
        scene_job(job, options, file.data, (uint32_t)file.size, CUT_COMPOSED),
        CUT_OK);
    return job;
}

static const struct {
    const char *options;
    int is_exact; /* at full size */
} cases[] = {
    {"{}", 1},
    {"{\"mask\":true}", 1},
    {"{\"format\":\"jpeg\",\"crop\":true,\"margin\":\"4%\"}", 1},
    {"{\"background\":\"#336699\",\"keep\":\"background\"}", 1},
    {"{\"background\":\"linear-gradient(30deg,#ff0000,#00ff00)\","
     "\"shadow\":true,\"outline\":true}",
     1},
    {"{\"canvas\":\"300x500\",\"shadow\":{\"x\":20,\"blur\":9},\"outline\":"
     "{\"width\":6},\"background\":\"#ffffff\"}",
     1},
    {"{\"canvas\":\"4:5\",\"background\":\"image\",\"shadow\":true}", 0},
    {"{\"canvas\":{\"ratio\":\"1:1\",\"fit\":\"photo\"},\"background\":"
     "\"blur(2%)\"}",
     1},
    {"{\"background\":\"image\"}", 0},
    {"{\"background\":\"image\",\"crop\":true}", 0},
    {"{\"background\":\"image\",\"fit\":\"contain\",\"crop\":true}", 0},
    {"{\"background\":\"image\",\"fit\":\"contain\",\"canvas\":\"4:5\"}", 0},
    {"{\"background\":\"image\",\"fit\":\"stretch\",\"canvas\":\"4:5\"}", 0},
    {"{\"background\":\"image\",\"fit\":\"cover\"}", 0},
    {"{\"background\":\"blur\",\"crop\":true,\"margin\":20}", 0},
    {"{\"background\":\"blur(1%)\"}", 0},
};
enum { CASES = sizeof cases / sizeof *cases };

static void as_large_as_the_result_it_is_the_result(void)
{
    cut_preview *p = begin(&file);
    for (int i = 0; i < CASES; i++) {
        CHECK_EQUAL(render(p, cases[i].options, 5000), CUT_OK);
        cut_job *job = result(cases[i].options);
        uint32_t w = cut_job_out_w(job), h = cut_job_out_h(job);
        CHECK(cut_preview_w(p) == w && cut_preview_h(p) == h);
        CHECK(cut_preview_full_w(p) == w && cut_preview_full_h(p) == h);
        const uint8_t *a = cut_preview_pixels(p), *b = cut_job_pixels(job);
        int worst = 0;
        for (uint32_t k = 0; k < w * h * 4; k++)
            if (abs(a[k] - b[k]) > worst) worst = abs(a[k] - b[k]);
        if (worst > (cases[i].is_exact ? 0 : 8))
            printf("%s: %d\n", cases[i].options, worst);
        CHECK(worst <= (cases[i].is_exact ? 0 : 8));
        cut_job_free(job);
    }
    cut_preview_free(p);
}

static double mean_difference(const cut_preview *p, cut_job *job)
{
    int32_t w = (int32_t)cut_preview_w(p), h = (int32_t)cut_preview_h(p);
    cut_image full = {(uint8_t *)(uintptr_t)cut_job_pixels(job),
                      (int32_t)cut_job_out_w(job), (int32_t)cut_job_out_h(job)};
    float *row = cut_alloc((size_t)w * 4, sizeof *row);
    cut_resampler *r = NULL;
    CHECK_EQUAL(cut_resampler_new(&r, &full, w, h, NULL), CUT_OK);
    double sum = 0;
    for (int32_t y = 0; y < h; y++) {
        const uint8_t *px = cut_preview_pixels(p) + (size_t)(y * w) * 4;
        cut_resampler_row(r, row, y);
        for (int32_t i = 0; i < w * 4; i++) {
            double on_white = px[i];
            if (i % 4 < 3)
                on_white = px[i] * (px[i | 3] / 255.0) + 255 - px[i | 3];
            else
                on_white = 255;
            sum += fabs((double)row[i] - on_white);
        }
    }
    cut_resampler_free(r);
    cut_free(row);
    return sum / (w * h * 3);
}

static void smaller_it_is_the_result_reduced(void)
{
    static const uint32_t sides[] = {200, 131, 60};
    cut_preview *p = begin(&file);
    for (int i = 0; i < CASES; i++) {
        cut_job *job = result(cases[i].options);
        for (size_t s = 0; s < sizeof sides / sizeof *sides; s++) {
            CHECK_EQUAL(render(p, cases[i].options, sides[s]), CUT_OK);
            uint32_t w = cut_preview_w(p), h = cut_preview_h(p);
            CHECK_EQUAL(w > h ? w : h, sides[s]);
            CHECK_EQUAL(cut_preview_full_w(p), cut_job_out_w(job));
            double off = mean_difference(p, job);
            if (off > 2)
                printf("%s at %u: %g\n", cases[i].options, sides[s], off);
            CHECK(off <= 2); /* levels */
        }
        cut_job_free(job);
    }
    cut_preview_free(p);
}

static uint64_t hash(const cut_preview *p)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    size_t size = (size_t)cut_preview_w(p) * cut_preview_h(p) * 4;
    for (size_t i = 0; i < size; i++)
        h = (h ^ cut_preview_pixels(p)[i]) * 1099511628211u;
    return h;
}

/* What is kept between two pictures changes neither. */
static void the_order_of_changes_does_not_matter(void)
{
    uint64_t alone[CASES];
    for (int i = 0; i < CASES; i++) {
        cut_preview *p = begin(&small_file);
        CHECK_EQUAL(render(p, cases[i].options, 75), CUT_OK);
        alone[i] = hash(p);
        cut_preview_free(p);
    }
    cut_preview *p = begin(&small_file);
    uint32_t noise = 7;
    for (int n = 0; n < 100; n++) {
        noise = noise * 1664525u + 1013904223u;
        int i = (int)((noise >> 16) % CASES);
        CHECK_EQUAL(render(p, cases[i].options, 75), CUT_OK);
        CHECK(hash(p) == alone[i]);
    }
    cut_preview_free(p);
}

static void refused_memory_is_an_error_and_the_next_one_is_right(void)
{
    static const char *const two[] = {
        "{\"keep\":\"background\",\"background\":\"blur(3%)\",\"shadow\":true}",
        "{\"canvas\":\"square\",\"background\":\"image\",\"outline\":true}"};
    cut_preview *good = begin(&small_file);
    uint64_t want[2];
    for (int i = 0; i < 2; i++) {
        CHECK_EQUAL(render(good, two[i], 75), CUT_OK);
        want[i] = hash(good);
    }
    cut_preview_free(good);
    int max = 0;
    for (uint32_t n = 1; n < 60; n++) {
        cut_preview *p = begin(&small_file);
        int refused = 0;
        for (int i = 0; i < 2; i++) {
            cut_alloc_fail_at(n);
            int status = render(p, two[i], 75);
            cut_alloc_fail_at(0);
            CHECK(status == CUT_OK || status == CUT_E_MEMORY);
            refused += status != CUT_OK;
            if (status) CHECK_EQUAL(render(p, two[i], 75), CUT_OK);
            CHECK(hash(p) == want[i]);
        }
        if (refused) max = (int)n;
        cut_preview_free(p);
    }
    CHECK(max > 15 && max < 55);
}

static void what_cannot_be_shown_is_refused(void)
{
    cut_job *job = cut_job_new();
    CHECK(cut_preview_new(job) == NULL);
    CHECK(cut_job_message(job)[0] != 0);
    CHECK_EQUAL(
        scene_job(job, NULL, file.data, (uint32_t)file.size, CUT_REFINED),
        CUT_OK);
    cut_alloc_fail_at(1);
    CHECK(cut_preview_new(job) == NULL);
    cut_alloc_fail_at(0);
    CHECK_EQUAL(cut_job_state(job), CUT_REFINED); /* and goes on */
    cut_preview *p = cut_preview_new(job);
    CHECK(cut_preview_pixels(p) == NULL && cut_preview_w(p) == 0);
    CHECK_EQUAL(cut_preview_render(p, "{}", 2, 0), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_preview_render(p, "{}", 2, 40000), CUT_E_ARGUMENT);
    CHECK_EQUAL(cut_preview_render(p, "{]", 2, 99), CUT_E_OPTION);
    CHECK_EQUAL(cut_preview_render(p, "{\"background\":\"image\"}", 22, 99),
                CUT_E_STATE);
    CHECK(cut_preview_message(p)[0] != 0);
    CHECK_EQUAL(cut_preview_render(p, "{}", 2, 1), CUT_OK);
    CHECK(cut_preview_w(p) == 1 && cut_preview_h(p) == 1);
    cut_preview_free(p);
    cut_preview_free(NULL);
    cut_job_free(job);
}

int main(void)
{
    file = as_png(W, H, 0);
    small_file = as_png(W / 2, H / 2, 0);
    background_image = as_png(640, 300, 1);
    as_large_as_the_result_it_is_the_result();
    smaller_it_is_the_result_reduced();
    the_order_of_changes_does_not_matter();
    refused_memory_is_an_error_and_the_next_one_is_right();
    what_cannot_be_shown_is_refused();
    cut_bytes_free(&file);
    cut_bytes_free(&small_file);
    cut_bytes_free(&background_image);
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
