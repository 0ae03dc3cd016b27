/* The further passes: where the close-up lies, and that two answers become one
 * without a seam. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check.h"
#include "cutaway.h"
#include "matte/closeup.h"
#include "scene.h"

static cut_matte flat(int32_t w, int32_t h, float v)
{
    cut_matte m = {cut_alloc((size_t)w * (size_t)h, sizeof(float)), w, h};
    for (int i = 0; i < w * h; i++) m.alpha[i] = v;
    return m;
}

static void the_box_has_a_margin_and_ends_at_the_photo(void)
{
    cut_matte m = flat(64, 64, 0);
    cut_closeup z;
    CHECK(!cut_closeup_find(&z, &m, 640, 320)); /* nothing is there */
    for (int y = 32; y < 48; y++)
        for (int x = 8; x < 18; x++) m.alpha[y * 64 + x] = 1;
    /* x 80..180, y 160..240 of the photo, 15 to each side */
    CHECK(cut_closeup_find(&z, &m, 640, 320));
    CHECK_EQUAL(z.x, 65);
    CHECK_EQUAL(z.y, 145);
    CHECK(abs(z.w - 130) <= 1);
    CHECK(abs(z.h - 110) <= 1);
    for (int y = 0; y < 64; y++)
        for (int x = 0; x < 4; x++) m.alpha[y * 64 + x] = 1;
    CHECK(cut_closeup_find(&z, &m, 640, 320));
    CHECK(z.x == 0 && z.y == 0 && z.h == 320);
    for (int i = 0; i < 64 * 64; i++) m.alpha[i] = 1;
    CHECK(!cut_closeup_find(&z, &m, 640, 320)); /* all of it has been seen */
    cut_matte_free(&m);
}

static uint32_t seed = 1;

static int32_t random_below(int32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (int32_t)((uint64_t)seed * (uint64_t)n >> 32);
}

/* One box of any size in maps and photos of any. Off by one pixel where the
 * border falls on one. */
static void the_box_is_15_percent_larger_at_any_size(void)
{
    int seen = 0;
    for (int i = 0; i < 600; i++) {
        cut_matte m = flat(1 + random_below(40), 1 + random_below(40), 0.49f);
        int32_t w = 1 + random_below(900), h = 1 + random_below(900);
        int32_t x0 = random_below(m.w), x1 = x0 + 1 + random_below(m.w - x0);
        int32_t y0 = random_below(m.h), y1 = y0 + 1 + random_below(m.h - y0);
        m.alpha[y0 * m.w + x0] = m.alpha[(y1 - 1) * m.w + x1 - 1] = 0.5f;
        double sx = (double)w / m.w, sy = (double)h / m.h;
        double margin = 0.15 * fmax((x1 - x0) * sx, (y1 - y0) * sy);
        double left = fmax(x0 * sx - margin, 0),
               top = fmax(y0 * sy - margin, 0);
        double right = fmin(x1 * sx + margin, w);
        double bottom = fmin(y1 * sy + margin, h);
        cut_closeup z;
        int found = cut_closeup_find(&z, &m, w, h);
        CHECK(z.x <= left + 0.01 && z.x > left - 1.01);
        CHECK(z.y <= top + 0.01 && z.y > top - 1.01);
        CHECK(z.x + z.w >= right - 0.01 && z.x + z.w <= right + 1.01);
        CHECK(z.y + z.h >= bottom - 0.01 && z.y + z.h <= bottom + 1.01);
        CHECK(z.x >= 0 && z.y >= 0 && z.x + z.w <= w && z.y + z.h <= h);
        CHECK_EQUAL(found, (double)z.w * z.h < 0.6 * w * h);
        seen += found;
        cut_matte_free(&m);
    }
    CHECK(seen > 100 && seen < 560);
}

static void the_crop_is_that_part_of_the_photo(void)
{
    cut_image photo = {scene_pixels(50, 40, 1), 50, 40, 0}, crop;
    CHECK_EQUAL(
        cut_closeup_crop(&crop, &photo, (cut_closeup){7, 9, 21, 17}, NULL),
        CUT_OK);
    int wrong = 0;
    for (int i = 0; i < 21 * 17; i++)
        wrong += memcmp(crop.px + i * 4,
                        photo.px + ((i / 21 + 9) * 50 + i % 21 + 7) * 4, 4);
    CHECK_EQUAL(wrong, 0);
    CHECK(crop.w == 21 && crop.h == 17);
    cut_image_free(&photo);
    cut_image_free(&crop);
}

/* Bilinear in f64 at (x, y) of 0..w, 0..h of a map. */
static double map_at(const cut_matte *m, double x, double y)
{
    double sum = 0;
    x = fmin(fmax(x - 0.5, 0), m->w - 1);
    y = fmin(fmax(y - 0.5, 0), m->h - 1);
    for (int n = 0; n < 4; n++) {
        int u = (int)x + n % 2, v = (int)y + n / 2;
        double weight = (1 - fabs(u - x)) * (1 - fabs(v - y));
        if (weight > 0) sum += weight * (double)m->alpha[v * m->w + u];
    }
    return sum;
}

/* From 0 at a border of the closeup to 1 at 5 % of its longer side; 1 where the
 * photo ends, too. */
static double naive_ramp(double at, int32_t from, int32_t size, int32_t whole,
                         double reach)
{
    double left = from > 0 ? (at - from) / reach : 1;
    double right = from + size < whole ? (from + size - at) / reach : 1;
    return fmin(fmax(fmin(left, right), 0), 1);
}

static void joining_is_half_of_both_within_a_ramp(void)
{
    for (int i = 0; i < 60; i++) {
        cut_matte m = flat(1 + random_below(30), 1 + random_below(30), 0);
        cut_matte d = flat(1 + random_below(30), 1 + random_below(30), 0);
        int32_t w = 20 + random_below(300), h = 20 + random_below(300);
        cut_closeup z = {random_below(w - 10), random_below(h - 10), 0, 0};
        if (i % 3 == 0) z.x = 0;
        if (i % 3 == 1) z.y = 0;
        z.w = 5 + random_below(w - z.x - 5);
        z.h = i % 4 ? 5 + random_below(h - z.y - 5) : h - z.y;
        for (int k = 0; k < m.w * m.h; k++)
            m.alpha[k] = (float)random_below(1000) / 1000;
        for (int k = 0; k < d.w * d.h; k++)
            d.alpha[k] = (float)random_below(1000) / 1000;
        cut_matte got = flat(m.w, m.h, 0);
        memcpy(got.alpha, m.alpha, (size_t)(m.w * m.h) * sizeof(float));
        CHECK_EQUAL(cut_closeup_join(&got, &d, z, w, h, NULL), CUT_OK);
        CHECK(got.w == 2 * m.w && got.h == 2 * m.h);
        double reach = 0.05 * (z.w > z.h ? z.w : z.h), most = 0;
        for (int k = 0; k < got.w * got.h; k++) {
            double x = (k % got.w + 0.5) * w / got.w;
            double y = (k / got.w + 0.5) * h / got.h;
            double a = map_at(&m, x * m.w / w, y * m.h / h);
            double b = map_at(&d, (x - z.x) * d.w / z.w, (y - z.y) * d.h / z.h);
            double inside = fmin(naive_ramp(x, z.x, z.w, w, reach),
                                 naive_ramp(y, z.y, z.h, h, reach));
            most = fmax(
                most, fabs((double)got.alpha[k] - a - (b - a) * 0.5 * inside));
        }
        CHECK(most < 1e-4);
        cut_matte_free(&m);
        cut_matte_free(&d);
        cut_matte_free(&got);
    }
}

static void two_equal_answers_stay_that_answer(void)
{
    cut_matte m = flat(64, 64, 0.75f), d = flat(64, 64, 0.75f);
    cut_closeup z = {100, 50, 200, 100};
    CHECK_EQUAL(cut_closeup_join(&m, &d, z, 640, 320, NULL), CUT_OK);
    CHECK_EQUAL(m.w, 128);
    CHECK_EQUAL(m.h, 128);
    int off = 0;
    for (int i = 0; i < 128 * 128; i++) off += m.alpha[i] != 0.75f;
    CHECK_EQUAL(off, 0);
    cut_matte_free(&m);
    cut_matte_free(&d);
}

static void the_mean_lies_inside_and_fades_to_the_border(void)
{
    cut_matte m = flat(64, 64, 0), d = flat(64, 64, 1);
    cut_closeup z = {0, 80, 320, 160}; /* at the photo's left border */
    CHECK_EQUAL(cut_closeup_join(&m, &d, z, 640, 320, NULL), CUT_OK);
    const float *row = m.alpha + 64 * 128; /* y 160, the middle */
    CHECK(fabsf(row[0] - 0.5f) < 1e-6f);   /* no fade there */
    CHECK(fabsf(row[32] - 0.5f) < 1e-6f);
    CHECK(row[62] > 0 && row[62] < 0.4f);
    CHECK(row[64] == 0 && row[100] == 0);
    float steepest = 0;
    for (int x = 1; x < 128; x++)
        steepest = fmaxf(steepest, fabsf(row[x] - row[x - 1]));
    CHECK(steepest < 0.17f);            /* no line */
    CHECK(m.alpha[30 * 128 + 10] == 0); /* above */
    cut_matte_free(&m);
    cut_matte_free(&d);
}

static void a_map_at_the_limit_does_not_grow(void)
{
    cut_matte m = flat(CUT_MAX_MODEL_SIDE, 2, 0), d = flat(64, 64, 1);
    cut_closeup z = {10, 0, 20, 2};
    CHECK_EQUAL(cut_closeup_join(&m, &d, z, 640, 2, NULL), CUT_OK);
    CHECK_EQUAL(m.w, CUT_MAX_MODEL_SIDE);
    CHECK_EQUAL(m.h, 2);
    cut_matte_free(&m);
    cut_matte_free(&d);
}

/* A white square on black: the job's photo. */
static cut_job *prepared(const char *options, const char *manifest, int side)
{
    enum { W = 200, H = 100 };
    uint8_t *px = calloc(W * H, 4);
    for (int i = 0; i < W * H; i++) {
        int in = abs(i % W - 150) < side / 2 && abs(i / W - 50) < side / 2;
        memset(px + i * 4, in ? 255 : 0, 3);
        px[i * 4 + 3] = 255;
    }
    /* the header of a 200 x 100 BMP is enough for decoded pixels */
    static const uint8_t bmp[54] = {'B', 'M', 54, 0, 0,  0, 0, 0, 0,  0,
                                    54,  0,   0,  0, 40, 0, 0, 0, W,  0,
                                    0,   0,   H,  0, 0,  0, 1, 0, 24, 0};
    cut_job *job = cut_job_new();
    CHECK_EQUAL(cut_job_options(job, options, (uint32_t)strlen(options)), 0);
    CHECK_EQUAL(cut_job_manifest(job, manifest, (uint32_t)strlen(manifest)), 0);
    CHECK_EQUAL(cut_job_decode_pixels(job, px, W, H, bmp, sizeof bmp), 0);
    CHECK_EQUAL(cut_job_prepare(job), 0);
    free(px);
    return job;
}

/* Red of the tensor as the map: bright is subject. Its mean. */
static float answer(cut_job *job)
{
    static float map[64 * 64];
    float sum = 0;
    memcpy(map, cut_job_tensor(job), sizeof map);
    for (int i = 0; i < 64 * 64; i++) {
        map[i] = fminf(map[i], 1);
        sum += map[i];
    }
    CHECK_EQUAL(cut_job_matte(job, map, 64, 64), 0);
    return sum / (64 * 64);
}

/* The first answer and the one for the mirrored photo; the mean of that one. */
static float answer_both_ways(cut_job *job)
{
    answer(job);
    CHECK(cut_job_has_next_pass(job));
    CHECK_EQUAL(cut_job_prepare(job), 0);
    CHECK(!cut_job_has_next_pass(job));
    return answer(job);
}

static void a_small_subject_gets_one_close_up(void)
{
    cut_job *job = prepared("{\"effort\":\"high\"}", scene_manifest, 30);
    CHECK(!cut_job_has_next_pass(job)); /* before the first answer */
    float first = answer_both_ways(job);
    CHECK(cut_job_has_next_pass(job));
    CHECK_EQUAL(cut_job_prepare(job), 0);
    CHECK(!cut_job_has_next_pass(job));
    float second = answer(job);
    CHECK(second > 4 * first); /* it fills the tensor */
    CHECK(!cut_job_has_next_pass(job));
    CHECK_EQUAL(cut_job_prepare(job), CUT_E_STATE);
    CHECK_EQUAL(cut_job_refine(job), 0);
    const uint8_t *alpha = cut_job_alpha(job);
    CHECK_EQUAL(alpha[50 * 200 + 150], 255);
    CHECK_EQUAL(alpha[50 * 200 + 100], 0);
    cut_job_free(job);
}

/* Where the manifest says so; otherwise, and with "fast", one answer is all. */
static void the_standard_effort_looks_closer(void)
{
    static const char said[] = ",\"closeup\":true}";
    char manifest[sizeof scene_manifest + sizeof said];
    snprintf(manifest, sizeof manifest, "%.*s%s",
             (int)strlen(scene_manifest) - 1, scene_manifest, said);
    const struct {
        const char *options, *manifest;
        int side, passes;
    } cases[] = {{"{}", manifest, 30, 2},
                 {"{}", manifest, 100, 2}, /* half of the photo */
                 {"{}", manifest, 400, 1}, /* all of it */
                 {"{}", scene_manifest, 30, 1},
                 {"{\"effort\":\"fast\"}", manifest, 30, 1},
                 {"{\"effort\":\"high\"}", manifest, 30, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_job *job = prepared(cases[i].options, cases[i].manifest,
                                cases[i].side);
        int passes = 1;
        float first = answer(job), last = first;
        for (; cut_job_has_next_pass(job); passes++) {
            CHECK_EQUAL(cut_job_prepare(job), 0);
            last = answer(job);
        }
        CHECK_EQUAL(passes, cases[i].passes);
        CHECK(last > 1.5f * first || passes == 1);
        CHECK_EQUAL(cut_job_refine(job), 0);
        cut_job_free(job);
    }
}

static void the_mirrored_pass_is_turned_back(void)
{
    static float plain[64 * 64], turned[64 * 64];
    cut_job *job = prepared("{\"effort\":\"high\"}", scene_manifest, 0);
    memcpy(plain, cut_job_tensor(job), sizeof plain);
    for (int i = 0; i < 64 * 64; i++) plain[i] = fminf(plain[i], 1);
    plain[5 * 64 + 3] = 0; /* its own, so that both halves are seen */
    CHECK_EQUAL(cut_job_matte(job, plain, 64, 64), 0);
    CHECK_EQUAL(cut_job_prepare(job), 0);
    for (int y = 0; y < 64; y++)
        for (int x = 0; x < 64; x++) {
            float seen = fminf(cut_job_tensor(job)[y * 64 + 63 - x], 1);
            CHECK(seen == plain[y * 64 + x] || (y == 5 && x == 3));
            turned[y * 64 + 63 - x] = plain[y * 64 + x];
        }
    CHECK_EQUAL(cut_job_matte(job, turned, 64, 32), CUT_E_OUTPUT);
    CHECK_EQUAL(cut_job_matte(job, turned, 32, 32), CUT_E_OUTPUT);
    CHECK_EQUAL(cut_job_matte(job, turned, 64, 64), 0);
    CHECK_EQUAL(cut_job_refine(job), 0);
    cut_job_free(job);
}

static void a_subject_found_once_stays_found(void)
{
    static float map[64 * 64];
    static const struct {
        float first, mirrored;
        int found;
    } cases[] = {{1, 0, 1}, {1, 1, 1}, {0.3f, 1, 0}, {0, 0, 0}};
    for (int i = 0; i < 4; i++) {
        cut_job *job = prepared("{\"effort\":\"high\"}", scene_manifest, 0);
        memset(map, 0, sizeof map);
        for (int k = 0; k < 64 * 16; k++) map[k] = cases[i].first;
        CHECK_EQUAL(cut_job_matte(job, map, 64, 64), 0);
        CHECK_EQUAL(cut_job_prepare(job), 0);
        for (int k = 0; k < 64 * 16; k++) map[k] = cases[i].mirrored;
        CHECK_EQUAL(cut_job_matte(job, map, 64, 64), 0);
        CHECK(!strstr(cut_job_report_json(job), "\"found\":true") ==
              !cases[i].found);
        cut_job_free(job);
    }
}

static void a_pass_that_finds_nothing_leaves_what_was_found(void)
{
    static float map[64 * 64];
    cut_job *job = prepared("{\"effort\":\"high\"}", scene_manifest, 30);
    answer(job); /* then nothing, of the mirrored photo and close by */
    for (int pass = 0; pass < 2; pass++) {
        CHECK(cut_job_has_next_pass(job));
        CHECK_EQUAL(cut_job_prepare(job), 0);
        CHECK_EQUAL(cut_job_matte(job, map, 64, 64), 0);
    }
    CHECK_EQUAL(cut_job_refine(job), 0);
    CHECK_EQUAL(cut_job_alpha(job)[50 * 200 + 150], 255);
    CHECK_EQUAL(cut_job_alpha(job)[50 * 200 + 100], 0);
    cut_job_free(job);
}

static void no_close_up_of_what_is_large_or_unless_asked_for(void)
{
    static const struct {
        const char *options;
        int side;
    } cases[] = {{"{}", 30},
                 {"{\"effort\":\"standard\"}", 30},
                 {"{\"effort\":\"high\"}", 0}};
    for (int i = 0; i < 3; i++) {
        cut_job *job = prepared(cases[i].options, scene_manifest,
                                cases[i].side);
        if (strstr(cases[i].options, "high"))
            answer_both_ways(job);
        else
            answer(job);
        CHECK(!cut_job_has_next_pass(job));
        CHECK_EQUAL(cut_job_prepare(job), CUT_E_STATE);
        CHECK_EQUAL(cut_job_refine(job), 0);
        cut_job_free(job);
    }
}

static void every_refused_allocation_of_a_further_pass_can_be_tried_again(void)
{
    cut_job *job = prepared("{\"effort\":\"high\"}", scene_manifest, 30);
    answer_both_ways(job);
    int status = CUT_E_MEMORY, n = 1;
    for (; status == CUT_E_MEMORY && n < 20; n++) {
        cut_alloc_fail_at((uint32_t)n);
        status = cut_job_prepare(job);
        cut_alloc_fail_at(0);
    }
    CHECK(status == 0 && n > 2);
    static float map[64 * 64];
    for (int i = 0; i < 64 * 64; i++) map[i] = 1;
    for (status = CUT_E_MEMORY, n = 1; status == CUT_E_MEMORY && n < 20; n++) {
        cut_alloc_fail_at((uint32_t)n);
        status = cut_job_matte(job, map, 64, 64);
        cut_alloc_fail_at(0);
    }
    CHECK(status == 0 && n > 2);
    cut_job_free(job);
}

int main(void)
{
    the_box_has_a_margin_and_ends_at_the_photo();
    the_box_is_15_percent_larger_at_any_size();
    the_crop_is_that_part_of_the_photo();
    joining_is_half_of_both_within_a_ramp();
    two_equal_answers_stay_that_answer();
    the_mean_lies_inside_and_fades_to_the_border();
    a_map_at_the_limit_does_not_grow();
    a_small_subject_gets_one_close_up();
    the_standard_effort_looks_closer();
    the_mirrored_pass_is_turned_back();
    a_subject_found_once_stays_found();
    a_pass_that_finds_nothing_leaves_what_was_found();
    no_close_up_of_what_is_large_or_unless_asked_for();
    every_refused_allocation_of_a_further_pass_can_be_tried_again();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
