/* What counts as a model's answer: the values, and the map as a whole; two
 * answers as one. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "matte/matte.h"
#include "matte/subject.h"

enum { W = 40, H = 30 };

/* `rim` within `wide` pixels of the border, `middle` elsewhere. */
static cut_matte framed(float *alpha, int32_t wide, float rim, float middle)
{
    for (int32_t y = 0; y < H; y++)
        for (int32_t x = 0; x < W; x++) {
            int is_rim = x < wide || y < wide || x >= W - wide || y >= H - wide;
            alpha[y * W + x] = is_rim ? rim : middle;
        }
    return (cut_matte){alpha, W, H};
}

static void values_that_are_no_alpha_are_refused(void)
{
    float map[4] = {0, 0.5f, 1, 1};
    cut_matte matte = {0};
    cut_error error = {0};
    const float bad[] = {NAN, INFINITY, -INFINITY, 1.2f, -0.2f};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        map[3] = bad[i];
        CHECK_EQUAL(cut_matte_from_map(&matte, map, 2, 2, 0, &error),
                    CUT_E_OUTPUT);
        CHECK(strstr(error.text, "Value 3"));
        CHECK(!matte.alpha);
    }
    map[3] = NAN;
    CHECK_EQUAL(cut_matte_from_map(&matte, map, 2, 2, 1, &error), CUT_E_OUTPUT);
}

static void a_little_outside_is_clamped(void)
{
    const float map[4] = {-0.05f, 0.25f, 1.05f, 1};
    cut_matte matte = {0};
    cut_error error = {0};
    CHECK_EQUAL(cut_matte_from_map(&matte, map, 2, 2, 0, &error), CUT_OK);
    CHECK(matte.alpha[0] == 0 && matte.alpha[1] == 0.25f);
    CHECK(matte.alpha[2] == 1 && matte.alpha[3] == 1);
    cut_matte_free(&matte);
}

static void logits_go_through_a_sigmoid(void)
{
    float map[81];
    for (int i = 0; i < 81; i++) map[i] = (float)(i - 40) * 2.5f;
    cut_matte matte = {0};
    cut_error error = {0};
    CHECK_EQUAL(cut_matte_from_map(&matte, map, 9, 9, 1, &error), CUT_OK);
    for (int i = 0; i < 81; i++)
        CHECK(fabs(matte.alpha[i] - 1 / (1 + exp(-(double)map[i]))) < 1e-6);
    cut_matte_free(&matte);
}

static void the_sigmoid_is_exact_relative_to_itself(void)
{
    for (int i = -3000; i <= 1000; i++) {
        const float x = (float)i / 100;
        cut_matte matte = {0};
        CHECK_EQUAL(cut_matte_from_map(&matte, &x, 1, 1, 1, NULL), CUT_OK);
        double want = 1 / (1 + exp(-(double)x));
        CHECK(fabs(matte.alpha[0] / want - 1) < 1.5e-6); /* observed 1.3e-6 */
        cut_matte_free(&matte);
    }
    const float far[4] = {-30, -1e9f, 30, 1e9f}; /* no further than 30 */
    cut_matte matte = {0};
    CHECK_EQUAL(cut_matte_from_map(&matte, far, 2, 2, 1, NULL), CUT_OK);
    CHECK(matte.alpha[0] == matte.alpha[1] && matte.alpha[0] > 0);
    CHECK(matte.alpha[2] == matte.alpha[3] && matte.alpha[2] == 1);
    cut_matte_free(&matte);
}

static void a_tenth_outside_is_the_most_that_is_clamped(void)
{
    const struct {
        float value;
        cut_status status;
    } cases[] = {{-0.1f, CUT_OK},
                 {-0.1001f, CUT_E_OUTPUT},
                 {1.1f, CUT_OK},
                 {1.1001f, CUT_E_OUTPUT}};
    for (int i = 0; i < 4; i++) {
        cut_matte matte = {0};
        CHECK_EQUAL(cut_matte_from_map(&matte, &cases[i].value, 1, 1, 0, NULL),
                    cases[i].status);
        cut_matte_free(&matte);
    }
}

static void a_constant_map_is_refused_unless_it_says_nothing_or_all(void)
{
    float alpha[W * H];
    cut_error error = {0};
    const struct {
        float value;
        cut_status status;
    } cases[] = {{0, CUT_OK},          {0.03f, CUT_OK},
                 {0.3f, CUT_E_OUTPUT}, {0.97f, CUT_OK},
                 {0.5f, CUT_E_OUTPUT}, {1, CUT_OK},
                 {0.9f, CUT_E_OUTPUT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cut_matte m = framed(alpha, 2, cases[i].value, cases[i].value);
        CHECK_EQUAL(cut_matte_check(&m, &error), cases[i].status);
    }
    cut_matte m = framed(alpha, 2, 0.5f, 0.51f); /* weak, but a map */
    CHECK_EQUAL(cut_matte_check(&m, &error), CUT_OK);
    m = (cut_matte){alpha, 1, 1}; /* one value is a class, no map */
    CHECK_EQUAL(cut_matte_check(&m, &error), CUT_OK);
}

static void a_map_turned_around_is_refused(void)
{
    float alpha[W * H];
    cut_error error = {0};
    cut_matte m = framed(alpha, 5, 0.02f, 0.98f);
    CHECK_EQUAL(cut_matte_check(&m, &error), CUT_OK);
    m = framed(alpha, 5, 0.98f, 0.02f);
    CHECK_EQUAL(cut_matte_check(&m, &error), CUT_E_OUTPUT);
    CHECK(strstr(error.text, "inverted"));
    m = framed(alpha, 5, 0.85f, 0.02f); /* not sure of the rim */
    CHECK_EQUAL(cut_matte_check(&m, &error), CUT_OK);
    m = framed(alpha, 5, 0.98f, 0.3f); /* not clear in the middle */
    CHECK_EQUAL(cut_matte_check(&m, &error), CUT_OK);
}

static void constant_is_within_a_1024th(void)
{
    float alpha[W * H];
    for (int at = 0; at < W * H; at += W * H - 1) /* first, last */
        for (int down = 0; down < 2; down++) {
            cut_matte m = framed(alpha, 2, 0.5f, 0.5f);
            float sign = down ? -1 : 1;
            alpha[at] = 0.5f + sign / 1024;
            CHECK_EQUAL(cut_matte_check(&m, NULL), CUT_OK);
            alpha[at] = 0.5f + sign / 1025;
            CHECK_EQUAL(cut_matte_check(&m, NULL), CUT_E_OUTPUT);
        }
    float pair[2] = {0.5f, 0.5f};
    cut_matte two = {pair, 2, 1}; /* the fewest that are a map */
    CHECK_EQUAL(cut_matte_check(&two, NULL), CUT_E_OUTPUT);
    const float ends[][2] = {{0.04f, CUT_OK},
                             {0.0401f, CUT_E_OUTPUT},
                             {1 - 0.04f, CUT_OK},
                             {0.9599f, CUT_E_OUTPUT}};
    for (int i = 0; i < 4; i++) {
        cut_matte m = framed(alpha, 2, ends[i][0], ends[i][0]);
        CHECK_EQUAL(cut_matte_check(&m, NULL), (int)ends[i][1]);
    }
}

static uint32_t seed = 1;

static uint32_t random_below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)seed * n >> 32);
}

/* What the header says of inverted maps, counted once more. */
static int naive_inverted(const cut_matte *m)
{
    int rx = (int)floor(m->w * 0.03 + 0.5), ry = (int)floor(m->h * 0.03 + 0.5);
    int rim = 0, sure = 0, middle = 0, clear = 0;
    if (rx < 1) rx = 1;
    if (ry < 1) ry = 1;
    for (int i = 0; i < m->w * m->h; i++) {
        int x = i % m->w, y = i / m->w, mx = m->w / 4, my = m->h / 4;
        int out_x = x < m->w - 1 - x ? x : m->w - 1 - x; /* to the border */
        int out_y = y < m->h - 1 - y ? y : m->h - 1 - y;
        if (out_x < rx || out_y < ry) {
            rim++;
            sure += m->alpha[i] > 0.9f;
        } else if (out_x >= mx && out_y >= my) {
            middle++;
            clear += m->alpha[i] < 0.1f;
        }
    }
    return sure * 5 > rim * 4 && clear * 5 > middle;
}

/* Shares around four fifths and one fifth; rims of 1 to 4 pixels. */
static void inverted_is_a_share_of_the_rim_and_of_the_middle(void)
{
    static float alpha[120 * 120];
    int found = 0;
    for (int i = 0; i < 3000; i++) {
        cut_matte m = {alpha, (int32_t)(4 + random_below(116)),
                       (int32_t)(4 + random_below(116))};
        uint32_t sure = 700 + random_below(250), clear = random_below(400);
        for (int k = 0; k < m.w * m.h; k++) {
            int x = k % m.w, y = k / m.w;
            int rim = x < 5 || y < 5 || x >= m.w - 5 || y >= m.h - 5;
            alpha[k] = rim ? (random_below(1000) < sure ? 0.91f : 0.9f)
                           : (random_below(1000) < clear ? 0.09f : 0.1f);
        }
        int want = naive_inverted(&m);
        CHECK_EQUAL(cut_matte_check(&m, NULL), want ? CUT_E_OUTPUT : CUT_OK);
        found += want;
    }
    CHECK(found > 300 && found < 2700);
}

static void the_mean_of_both_answers(void)
{
    float a[6] = {0, 0.5f, 1, 1, 0, 0.25f}, b[6] = {1, 0.5f, 0, 0, 1, 1};
    const float mean[6] = {0, 0.5f, 1, 1, 0.5f, 0.125f};
    cut_matte matte = {a, 3, 2}, mirrored = {b, 3, 2};
    cut_matte_join_mirrored(&matte, &mirrored);
    for (int i = 0; i < 6; i++) CHECK(a[i] == mean[i]);
}

static void a_subject_is_what_is_likely_in_enough_of_the_map(void)
{
    float alpha[W * H] = {0};
    cut_matte matte = {alpha, W, H};
    for (int i = 0; i < W * H; i++) alpha[i] = 0.7f; /* undecided all over */
    CHECK(!cut_subject_present(&matte));
    memset(alpha, 0, sizeof alpha);
    for (int i = 0; i < 4; i++) alpha[W * 9 + i] = 0.85f;
    CHECK(!cut_subject_present(&matte)); /* 4 of 1200: a speck */
    alpha[W * 10] = 0.85f;
    CHECK(cut_subject_present(&matte));
}

static void likely_is_80_percent_in_4_of_1000(void)
{
    float alpha[50 * 25] = {0};
    cut_matte matte = {alpha, 50, 25};
    for (int i = 0; i < 5; i++) {
        CHECK(!cut_subject_present(&matte));
        alpha[i * 249] = 0.8f;
    }
    CHECK(cut_subject_present(&matte));
    alpha[0] = 0.7999f;
    CHECK(!cut_subject_present(&matte));
}

/* Rows of every length around the vectors', and longer than their sums. */
static void coverage_and_box_are_counted_exactly(void)
{
    static uint8_t alpha[5000 * 2];
    for (int i = 0; i < 400; i++) {
        int32_t w = i < 380 ? 1 + i % 95 : 2040 + (i - 380) * 140;
        int32_t h = i < 380 ? 1 + (int32_t)random_below(9) : 2;
        int left = w, right = -1, top = h, bottom = -1;
        double sum = 0;
        for (int k = 0; k < w * h; k++) {
            uint32_t v = random_below(40); /* most below 128 */
            if (i >= 380) v = 20;          /* full: 16-bit sums of 255 */
            alpha[k] = (uint8_t)(v == 20 ? 255 : v == 21 ? 128 : v * 127 / 39);
            sum += alpha[k];
            if (alpha[k] < 128) continue;
            int x = k % w, y = k / w;
            left = x < left ? x : left;
            right = x > right ? x : right;
            top = y < top ? y : top;
            bottom = y;
        }
        cut_subject s = {.found = 7};
        cut_subject_measure(&s, alpha, w, h);
        CHECK(fabs(s.coverage - sum / 255 / w / h) < 1e-7);
        CHECK_EQUAL(s.found, 7);
        CHECK_EQUAL(s.x, right < 0 ? 0 : left);
        CHECK_EQUAL(s.y, right < 0 ? 0 : top);
        CHECK_EQUAL(s.w, right < 0 ? 0 : right - left + 1);
        CHECK_EQUAL(s.h, right < 0 ? 0 : bottom - top + 1);
    }
}

int main(void)
{
    values_that_are_no_alpha_are_refused();
    a_little_outside_is_clamped();
    logits_go_through_a_sigmoid();
    the_sigmoid_is_exact_relative_to_itself();
    a_tenth_outside_is_the_most_that_is_clamped();
    a_constant_map_is_refused_unless_it_says_nothing_or_all();
    constant_is_within_a_1024th();
    a_map_turned_around_is_refused();
    inverted_is_a_share_of_the_rim_and_of_the_middle();
    the_mean_of_both_answers();
    a_subject_is_what_is_likely_in_enough_of_the_map();
    likely_is_80_percent_in_4_of_1000();
    coverage_and_box_are_counted_exactly();
    return CHECK_DONE();
}
