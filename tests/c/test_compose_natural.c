/* The shadow of the photo itself, in scenes whose shadow is known. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "compose/natural.h"
#include "cutaway.h"

enum { W = 420, H = 320 };

static uint8_t px[W * H * 4], alpha[W * H];
static double dark[W * H]; /* of the shadow, 0..1 */
static uint32_t noise;

/* -1..1 */
static double grain(void)
{
    noise = noise * 1664525u + 1013904223u;
    return (double)(noise >> 16) / 32768 - 1;
}

/* Below a ball: dark where it touches, softer to the right. */
static double shadow_at(double x, double y)
{
    double u = (x - 235) / 95, v = (y - 232) / 20;
    double far = 0.45 * exp(-(u * u + v * v));
    u = (x - 200) / 38;
    v = (y - 233) / 7;
    return 1 - (1 - far) * (1 - 0.5 * exp(-(u * u + v * v)));
}

typedef struct scene {
    double depth;   /* of the shadow: 1 as above */
    double pattern; /* of the ground: planks, this much lighter and darker */
    int wall;       /* above row 150: another light */
} scene;

/* A lit floor that falls off to the corners, the ball, its shadow; a red box
 * that touches the ball and a grey stain far away, which are no shadow. */
static cut_image draw(scene s)
{
    noise = 5;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            int i = y * W + x;
            double u = (x - 170.0) / W, v = (y - 120.0) / H;
            double light = 214 - 60 * u * u - 45 * v * v + 20 * u;
            light *= 1 + s.pattern * (((x / 9) % 2) ? 1 : -1) *
                             (((x * 7 + y) / 31 % 3) - 1);
            if (s.wall && y < 150) light = 246;
            double rgb[3] = {light, light * 0.93, light * 0.84};
            dark[i] = s.wall && y < 150 ? 0 : s.depth * shadow_at(x, y);
            for (int c = 0; c < 3; c++) rgb[c] *= 1 - dark[i];
            if (x > 258 && x < 280 && y > 196 && y < 224) {
                rgb[0] = 190;
                rgb[1] = rgb[2] = 30;
            }
            if (hypot(x - 60, y - 280) < 9)
                for (int c = 0; c < 3; c++) rgb[c] *= 0.5;
            double a = 72 - hypot(x - 200, y - 165);
            a = a < 0 ? 0 : a > 2 ? 1 : a / 2;
            alpha[i] = (uint8_t)(a * 255 + 0.5);
            for (int c = 0; c < 3; c++)
                px[i * 4 + c] = (uint8_t)fmin(255, rgb[c] * (1 - a) +
                                                       (c == 2 ? 200 : 40) * a +
                                                       2.5 * grain());
            px[i * 4 + 3] = 255;
        }
    return (cut_image){.px = px, .w = W, .h = H, .opaque = 1};
}

static int is_red_box(int x, int y)
{
    return x > 252 && x < 286 && y > 190 && y < 230;
}

static double found_at(const cut_shadow_matte *m, int x, int y)
{
    return m->px[(y / m->k) * m->w + x / m->k] / 65280.0;
}

static void on_a_smooth_ground_it_is_found(void)
{
    cut_image image = draw((scene){1, 0, 0});
    cut_shadow_matte m;
    CHECK_EQUAL(cut_natural_new(&m, &image, alpha, NULL), CUT_OK);
    CHECK_EQUAL(m.found, CUT_NATURAL_FOUND);
    CHECK(m.w == W && m.h == H && m.k == 1);
    double worst = 0, sum = 0, deepest = 0;
    int count = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            int i = y * W + x;
            if (alpha[i] || is_red_box(x, y)) continue;
            double off = fabs(found_at(&m, x, y) - dark[i]);
            worst = off > worst ? off : worst;
            deepest = dark[i] > deepest ? dark[i] : deepest;
            sum += off;
            count++;
        }
    printf("worst %.3f of %.2f, mean %.4f\n", worst, deepest, sum / count);
    CHECK(deepest > 0.6 && worst < 0.12); /* beside the ball it goes on */
    CHECK(sum / count < 0.006);
    /* neither the box of another colour nor the stain that touches nothing */
    CHECK(found_at(&m, 269, 206) < 0.02);
    CHECK(found_at(&m, 60, 280) == 0);
    /* under the ball's edge it goes on as beside it */
    CHECK(fabs(found_at(&m, 200, 234) - found_at(&m, 200, 241)) < 0.35);
    CHECK(found_at(&m, 200, 233) > 0.3);
    cut_natural_free(&m);
}

static void below_a_wall_too(void)
{
    cut_image image = draw((scene){1, 0, 1});
    cut_shadow_matte m;
    CHECK_EQUAL(cut_natural_new(&m, &image, alpha, NULL), CUT_OK);
    CHECK_EQUAL(m.found, CUT_NATURAL_FOUND);
    double sum = 0, above = 0;
    int count = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            int i = y * W + x;
            if (alpha[i] || is_red_box(x, y)) continue;
            if (y < 145) above = fmax(above, found_at(&m, x, y));
            if (y < 225) continue;
            sum += fabs(found_at(&m, x, y) - dark[i]);
            count++;
        }
    printf("below a wall: mean %.4f\n", sum / count);
    CHECK(above == 0); /* a wall has none */
    CHECK(sum / count < 0.01);
    cut_natural_free(&m);
}

static void where_it_cannot_be_told_none_is_made_up(void)
{
    static const struct {
        scene scene;
        cut_natural_found found;
    } cases[] = {{{1, 0.12, 0}, CUT_NATURAL_UNSMOOTH},
                 {{0, 0.2, 1}, CUT_NATURAL_UNSMOOTH},
                 {{0, 0, 0}, CUT_NATURAL_NONE},
                 {{0.03, 0, 0}, CUT_NATURAL_NONE}};
    for (int i = 0; i < 4; i++) {
        cut_image image = draw(cases[i].scene);
        cut_shadow_matte m;
        CHECK_EQUAL(cut_natural_new(&m, &image, alpha, NULL), CUT_OK);
        if (m.found != cases[i].found) printf("case %d\n", i);
        CHECK_EQUAL(m.found, cases[i].found);
        CHECK(m.px == NULL);
        cut_natural_free(&m);
    }
    cut_image image = draw((scene){1, 0, 0});
    cut_shadow_matte m;
    memset(alpha, 0, sizeof alpha); /* nobody casts it */
    CHECK_EQUAL(cut_natural_new(&m, &image, alpha, NULL), CUT_OK);
    CHECK_EQUAL(m.found, CUT_NATURAL_UNSMOOTH);
    memset(alpha, 255, sizeof alpha); /* no ground is left */
    CHECK_EQUAL(cut_natural_new(&m, &image, alpha, NULL), CUT_OK);
    CHECK_EQUAL(m.found, CUT_NATURAL_UNSMOOTH);
}

/* Over another colour it is that colour times what is left of the light. */
static void on_another_ground_it_is_a_product(void)
{
    static const double ground[3] = {40, 180, 220};
    cut_image image = draw((scene){1, 0, 0});
    cut_shadow_matte m;
    CHECK_EQUAL(cut_natural_new(&m, &image, alpha, NULL), CUT_OK);
    for (int i = 0; i < W * H; i++) { /* the cut-out */
        px[i * 4 + 3] = alpha[i];
        if (!alpha[i]) memset(px + i * 4, 0, 3);
    }
    static uint8_t was[W * H * 4];
    memcpy(was, px, sizeof px);
    image.opaque = 0;
    cut_natural_draw(&image, &m, (cut_place){0, 0, 1}, 0.5f, 0);
    int changed = 0;
    for (int i = 0; i < W * H; i++) {
        const uint8_t *p = px + i * 4;
        if (alpha[i] == 255) changed |= memcmp(p, was + i * 4, 4) != 0;
        if (alpha[i]) continue;
        double left = 1 - 0.5 * found_at(&m, i % W, i / W);
        for (int c = 0; c < 3; c++) {
            double over = p[c] * (p[3] / 255.0) +
                          ground[c] * (1 - p[3] / 255.0);
            if (fabs(over - ground[c] * left) > 1) changed |= 2;
        }
    }
    CHECK_EQUAL(changed, 0);
    cut_natural_free(&m);
}

/* Half as large and elsewhere, and towards the photo's border it fades. */
static void it_lies_where_the_photo_lies(void)
{
    cut_image image = draw((scene){1, 0, 0});
    cut_shadow_matte m;
    CHECK_EQUAL(cut_natural_new(&m, &image, alpha, NULL), CUT_OK);
    for (int fades = 0; fades < 2; fades++) {
        double worst = 0;
        memset(px, 0, sizeof px);
        cut_natural_draw(&image, &m, (cut_place){100, 40, 0.5f}, 1, fades);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                int u = 2 * (x - 100), v = 2 * (y - 40);
                int inside = u >= 0 && v >= 0 && u + 1 < W && v + 1 < H;
                double a = px[(y * W + x) * 4 + 3] / 255.0, mean = 0;
                for (int i = 0; inside && i < 4; i++)
                    mean += found_at(&m, u + i % 2, v + i / 2) / 4;
                if (fades && v > H - 20 && a > mean + 0.01) worst = 1;
                if (!fades || (u > 30 && u < W - 30 && v < H - 30))
                    worst = fmax(worst, fabs(a - mean));
            }
        CHECK(worst < 0.01);
    }
    cut_natural_free(&m);
}

static void a_large_photo_has_the_same(void)
{
    enum { K = 3 };
    cut_image small = draw((scene){1, 0, 0}), large = {.w = W * K, .h = H * K};
    uint8_t *cover = cut_alloc((size_t)W * H, K * K);
    large.px = cut_alloc((size_t)W * H * K * K, 4);
    for (int y = 0; y < H * K; y++)
        for (int x = 0; x < W * K; x++) {
            int i = y / K * W + x / K, at = y * W * K + x;
            memcpy(large.px + (size_t)at * 4, px + i * 4, 4);
            cover[at] = alpha[i];
        }
    cut_shadow_matte m, of_large;
    CHECK_EQUAL(cut_natural_new(&m, &small, alpha, NULL), CUT_OK);
    CHECK_EQUAL(cut_natural_new(&of_large, &large, cover, NULL), CUT_OK);
    CHECK_EQUAL(of_large.k, 2); /* 630 samples of 1260 pixels */
    CHECK_EQUAL(of_large.found, CUT_NATURAL_FOUND);
    double sum = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            sum += fabs(found_at(&m, x, y) -
                        found_at(&of_large, x * K + 1, y * K + 1));
    CHECK(sum / (W * H) < 0.01);
    cut_natural_free(&m);
    cut_natural_free(&of_large);
    cut_image_free(&large);
    cut_free(cover);
}

static void a_refusal_leaves_nothing(void)
{
    int refused = 0;
    cut_image image = draw((scene){1, 0, 0});
    for (uint32_t n = 1; n < 20; n++) {
        cut_shadow_matte m = {0};
        cut_alloc_fail_at(n);
        cut_status status = cut_natural_new(&m, &image, alpha, NULL);
        cut_alloc_fail_at(0);
        cut_natural_free(&m);
        CHECK_EQUAL(cut_live_blocks(), 0);
        if (!status) break;
        refused++;
        CHECK_EQUAL(status, CUT_E_MEMORY);
    }
    CHECK_EQUAL(refused, 5);
}

int main(void)
{
    on_a_smooth_ground_it_is_found();
    below_a_wall_too();
    where_it_cannot_be_told_none_is_made_up();
    on_another_ground_it_is_a_product();
    it_lies_where_the_photo_lies();
    a_large_photo_has_the_same();
    a_refusal_leaves_nothing();
    return CHECK_DONE();
}
