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

static void a_constant_map_is_refused_unless_it_says_nothing_or_all(void)
{
    float alpha[W * H];
    cut_error error = {0};
    const struct {
        float value;
        cut_status status;
    } cases[] = {{0, CUT_OK},       {0.03f, CUT_OK},       {0.3f, CUT_E_OUTPUT},
                 {0.97f, CUT_OK},   {0.5f, CUT_E_OUTPUT},  {1, CUT_OK},
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

int main(void)
{
    values_that_are_no_alpha_are_refused();
    a_little_outside_is_clamped();
    logits_go_through_a_sigmoid();
    a_constant_map_is_refused_unless_it_says_nothing_or_all();
    a_map_turned_around_is_refused();
    the_mean_of_both_answers();
    a_subject_is_what_is_likely_in_enough_of_the_map();
    return CHECK_DONE();
}
