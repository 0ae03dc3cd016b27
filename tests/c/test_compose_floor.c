/* What a subject casts on the ground it stands on, against plain loops. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "compose/floor.h"
#include "cutaway.h"

enum { W = 260, H = 200 };

static uint8_t px[W * H * 4], was[W * H * 4];
static const cut_cast no_cast;
static const cut_contact no_contact;
static const cut_reflection no_reflection;
static const cut_stand stand = {160, 110}; /* rows 50 .. 159 */

/* A trunk that leans, on two feet, and a soft crown. */
static cut_image draw(void)
{
    memset(px, 0, sizeof px);
    for (int y = 50; y < 160; y++)
        for (int x = 0; x < W; x++) {
            float middle = 120 + (float)(160 - y) * 0.2f;
            float away = fabsf((float)x + 0.5f - middle), a = 0;
            if (y >= 120) /* feet */
                a = away > 8 && away < 20 ? 255 : 0;
            else
                a = (30 - away) * 20;
            a = a < 0 ? 0 : a > 255 ? 255 : a;
            if (a > 0) {
                uint8_t *p = px + (y * W + x) * 4;
                p[0] = (uint8_t)(x % 251);
                p[1] = (uint8_t)(y % 241);
                p[2] = 77;
                p[3] = (uint8_t)a;
            }
        }
    memcpy(was, px, sizeof px);
    return (cut_image){px, W, H, 0, 0};
}

static cut_status lay(cut_image *image, const cut_cast *cast,
                      const cut_contact *contact, const cut_reflection *mirror)
{
    cut_floor ground = {0};
    cut_status status = cut_floor_new(&ground, image, &stand, cast, contact,
                                      mirror, image->w, NULL);
    if (!status) cut_floor_draw(image, &ground);
    cut_floor_free(&ground);
    return status;
}

static int alpha_of(const uint8_t *plane, int x, int y)
{
    return x < 0 || y < 0 || x >= W || y >= H ? 0 : plane[(y * W + x) * 4 + 3];
}

/* ---- cast ---------------------------------------------------------------- */

/* Alpha of the shadow at a pixel: many heights that it may be of, one by one. */
static double cast_at(int x, int y, double right, double up)
{
    enum { STEPS = 400 };
    double sum = 0, flat = fabs(up);
    for (int i = 0; i < STEPS; i++) {
        double row = y + (i + 0.5) / STEPS; /* within the pixel */
        double height = (up > 0 ? stand.foot - row : row - stand.foot) / flat;
        if (height < 0 || height > stand.height) continue;
        int from = (int)floor(stand.foot - height);
        double at = x - height * right;
        int left = (int)floor(at);
        double a = alpha_of(was, left, from), b = alpha_of(was, left + 1, from);
        sum += a + (b - a) * (at - left);
    }
    return sum / STEPS;
}

static void a_cast_shadow_is_the_silhouette_laid_down(void)
{
    static const int angles[] = {0, 40, 89, 130, 180, 250, 330};
    for (int i = 0; i < 7; i++) {
        const cut_cast cast = {1, angles[i], 0.8f, {0, 0}, 1, {9, 8, 7}};
        cut_image image = draw();
        CHECK_EQUAL(lay(&image, &cast, &no_contact, &no_reflection), CUT_OK);
        double turn = angles[i] * 3.14159265358979 / 180;
        double right = 0.8 * sin(turn), up = 0.8 * cos(turn) * CUT_FLOOR_TILT;
        if (fabs(up) < 0.04 * 0.8) up = up < 0 ? -0.032 : 0.032;
        double reach = stand.height * fabs(up), worst = 0, all = 0;
        int count = 0;
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                if (alpha_of(was, x, y)) continue;
                double t = fabs(y + 0.5 - stand.foot) / reach;
                double light = 1 - 0.5 * (t > 1 ? 1 : t);
                double d = fabs(alpha_of(px, x, y) -
                                cast_at(x, y, right, up) * light);
                worst = d > worst ? d : worst;
                all += d;
                count++;
            }
        CHECK(worst < 72); /* 62 seen: heights are few, at a hard edge */
        CHECK(all / count < 0.1);
    }
}

static void a_shadow_falls_where_its_angle_says(void)
{
    static const struct {
        int angle, right, low;
    } ways[] = {{30, 1, 0}, {150, 1, 1}, {210, 0, 1}, {330, 0, 0}};
    for (int i = 0; i < 4; i++) {
        const cut_cast cast = {1, ways[i].angle, 1.2f, {100, 1}, 1, {0}};
        cut_image image = draw();
        double x_sum = 0, y_sum = 0, sum = 0;
        CHECK_EQUAL(lay(&image, &cast, &no_contact, &no_reflection), CUT_OK);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                int a = alpha_of(px, x, y) - alpha_of(was, x, y);
                x_sum += (double)a * x;
                y_sum += (double)a * y;
                sum += a;
            }
        CHECK(sum > 1000);
        CHECK_EQUAL(x_sum / sum > 128, ways[i].right);
        CHECK_EQUAL(y_sum / sum > 160, ways[i].low);
    }
}

/* ---- contact -------------------------------------------------------------- */

static void a_contact_is_dark_under_the_feet_and_nowhere_else(void)
{
    const cut_contact contact = {1, {200, 1}, 0.8f, {0}};
    cut_image image = draw();
    CHECK_EQUAL(lay(&image, &no_cast, &contact, &no_reflection), CUT_OK);
    int under = alpha_of(px, 106, 161), beside = alpha_of(px, 106, 172);
    CHECK(under > 60);
    CHECK(beside < under / 3);
    CHECK(alpha_of(px, 120, 161) < under); /* between the feet */
    CHECK_EQUAL(alpha_of(px, 160, 124), alpha_of(was, 160, 124)); /* a branch */
    CHECK_EQUAL(alpha_of(px, 30, 161), 0);
}

/* ---- reflection ------------------------------------------------------------ */

static void a_reflection_is_the_rows_turned_over_and_fading(void)
{
    const cut_reflection mirror = {1, 0.3f, 0.5f};
    cut_image image = draw();
    CHECK_EQUAL(lay(&image, &no_cast, &no_contact, &mirror), CUT_OK);
    int rows = (int)(110 * 0.3f), wrong = 0, faded = 0;
    for (int i = 0; i < rows; i++)
        for (int x = 0; x < W; x++) {
            const uint8_t *from = was + ((159 - i) * W + x) * 4;
            const uint8_t *to = px + ((160 + i) * W + x) * 4;
            int a = (int)lround(from[3] * 0.5 * (1 - (i + 0.5) / (110 * 0.3)));
            wrong += abs(to[3] - a) > 1;
            if (to[3]) wrong += memcmp(to, from, 3) != 0;
            faded += to[3] > 0;
        }
    CHECK_EQUAL(wrong, 0);
    CHECK(faded > 300);
    CHECK_EQUAL(alpha_of(px, 106, 160 + rows), 0);
}

/* ---- all ------------------------------------------------------------------- */

static const cut_cast cast_all = {1, 60, 0.9f, {300, 1}, 0.5f, {0}};
static const cut_contact contact_all = {1, {100, 1}, 0.7f, {0}};
static const cut_reflection mirror_all = {1, 0.4f, 0.4f};

static void the_subject_itself_stays(void)
{
    cut_image image = draw();
    CHECK_EQUAL(lay(&image, &cast_all, &contact_all, &mirror_all), CUT_OK);
    int wrong = 0;
    for (int i = 0; i < W * H; i++)
        if (was[i * 4 + 3] == 255)
            wrong += memcmp(px + i * 4, was + i * 4, 4) != 0;
        else
            wrong += px[i * 4 + 3] < was[i * 4 + 3];
    CHECK_EQUAL(wrong, 0);
    CHECK(memcmp(px, was, sizeof px) != 0);
}

static void nothing_falls_beyond_its_reach(void)
{
    cut_image image = draw();
    int32_t reach = cut_floor_reach(&stand, &cast_all, &contact_all,
                                    &mirror_all, W);
    CHECK_EQUAL(lay(&image, &cast_all, &contact_all, &mirror_all), CUT_OK);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            if (alpha_of(px, x, y) && !alpha_of(was, x, y)) {
                int dx = x < 100 ? 100 - x : x > 172 ? x - 172 : 0;
                int dy = y < 50 ? 50 - y : y > 159 ? y - 159 : 0;
                if (dx > reach || dy > reach) CHECK(!"beyond");
            }
    CHECK(reach < 4 * W);
}

/* Eight times the size is drawn at half of it and looks the same. */
static void a_large_picture_has_the_same_shadow(void)
{
    enum { K = 8 };
    cut_image image = draw(), large = {NULL, W * K, H * K, 0, 0};
    large.px = cut_alloc((size_t)W * K * H * K, 4);
    for (int y = 0; y < H * K; y++)
        for (int x = 0; x < W * K; x++)
            memcpy(large.px + ((size_t)y * W * K + (size_t)x) * 4,
                   was + ((y / K) * W + x / K) * 4, 4);
    CHECK_EQUAL(lay(&image, &cast_all, &contact_all, &no_reflection), CUT_OK);
    cut_floor ground = {0};
    const cut_stand tall = {stand.foot * K, stand.height * K};
    CHECK_EQUAL(cut_floor_new(&ground, &large, &tall, &cast_all, &contact_all,
                              &no_reflection, W * K, NULL),
                CUT_OK);
    CHECK_EQUAL(ground.k, 3);
    cut_floor_draw(&large, &ground);
    cut_floor_free(&ground);
    double all = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            int sum = 0;
            for (int i = 0; i < K * K; i++)
                sum += large.px[((size_t)(y * K + i / K) * W * K +
                                 (size_t)(x * K + i % K)) *
                                    4 +
                                3];
            all += fabs(sum / (double)(K * K) - alpha_of(px, x, y));
        }
    CHECK(all / (W * H) < 0.7);
    cut_image_free(&large);
}

static void a_refusal_changes_nothing(void)
{
    int refused = 0;
    for (uint32_t n = 1; n < 20; n++) {
        cut_image image = draw();
        cut_alloc_fail_at(n);
        cut_status status = lay(&image, &cast_all, &contact_all, &mirror_all);
        cut_alloc_fail_at(0);
        CHECK_EQUAL(cut_live_blocks(), 0);
        if (!status) break;
        refused++;
        CHECK_EQUAL(status, CUT_E_MEMORY);
        CHECK_EQUAL(memcmp(px, was, sizeof px), 0);
    }
    CHECK_EQUAL(refused, 6);
}

int main(void)
{
    a_cast_shadow_is_the_silhouette_laid_down();
    a_shadow_falls_where_its_angle_says();
    a_contact_is_dark_under_the_feet_and_nowhere_else();
    a_reflection_is_the_rows_turned_over_and_fading();
    the_subject_itself_stays();
    nothing_falls_beyond_its_reach();
    a_large_picture_has_the_same_shadow();
    a_refusal_changes_nothing();
    return CHECK_DONE();
}
