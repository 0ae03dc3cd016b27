/* What refining does to a map, each step against plain loops in double: the
 * weighing of colours without a grid, parts without a queue, the row of alpha
 * pixel by pixel. Long because each step is there twice. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cutaway.h"
#include "image/resample.h"
#include "matte/colour_model.h"
#include "matte/components.h"
#include "matte/guided.h"
#include "matte/refine.h"

enum { ONE = 1024 };

static uint32_t seed = 11;

static uint8_t next_byte(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint8_t)(seed >> 24);
}

static double clamped(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

/* Patches of a few colours, strong ones among them, each with some noise. */
static cut_image patches(int w, int h)
{
    static const uint8_t colours[][3] = {
        {230, 20, 10},   {20, 30, 240}, {128, 128, 128}, {0, 0, 0},
        {250, 255, 252}, {30, 220, 40}, {140, 120, 110}};
    cut_image image = {.px = cut_alloc((size_t)(w * h), 4), .w = w, .h = h};
    for (int i = 0; i < w * h; i++) {
        int x = i % w, y = i / w;
        const uint8_t *c = colours[(x * 7 / w + y * 5 / h * 3) % 7];
        for (int k = 0; k < 3; k++)
            image.px[i * 4 + k] = (uint8_t)clamped(c[k] + next_byte() % 31 - 15,
                                                   0, 255);
        image.px[i * 4 + 3] = 255;
    }
    return image;
}

/* A map that hardly knows its photo: discs, soft at the rim, and open parts. */
static double vague(double x, double y)
{
    double a = 2.5 - 6 * hypot(x - 0.4, y - 0.45);
    double b = 1.5 - 9 * hypot(x - 0.85, y - 0.75);
    double v = fmax(clamped(a, 0, 1), clamped(b, 0, 1));
    return x > 0.6 && y < 0.4 ? 0.45 : v;
}

/* ---- colours ------------------------------------------------------------ */

/* Place in the five axes, in cells: 24 along the longer side; 20 levels of
 * luma and of the colour differences of Rec. 601, cut off at 80. */
static void place(double at[5], const uint8_t *p, int x, int y, int side)
{
    double luma = 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
    at[0] = y * 24.0 / side;
    at[1] = x * 24.0 / side;
    at[2] = luma / 20;
    at[3] = (clamped(0.564 * (p[2] - luma), -80, 80) + 80) / 20;
    at[4] = (clamped(0.713 * (p[0] - luma), -80, 80) + 80) / 20;
}

/* [1 2 1], read linearly between: how much a cell counts at a distance. */
static double tent(double distance)
{
    return fmax(0, 2 - fabs(distance));
}

/* The map at pixel i: its mean v among like colours near by and s among all,
 * and what the header makes of them. */
static double naive_weighed(const uint16_t *map, const cut_image *photo, int i)
{
    int side = photo->w > photo->h ? photo->w : photo->h;
    double at[5], like[2] = {0}, all[2] = {0};
    place(at, photo->px + i * 4, i % photo->w, i / photo->w, side);
    for (int q = 0; q < photo->w * photo->h; q++) {
        double cell[5], near, same = 1, kept = 1, m = map[q] / (double)ONE;
        place(cell, photo->px + q * 4, q % photo->w, q / photo->w, side);
        for (int a = 0; a < 5; a++) cell[a] = floor(cell[a] + 0.5);
        near = tent(cell[0] - at[0]) * tent(cell[1] - at[1]);
        if (near == 0) continue;
        for (int a = 2; a < 5; a++) {
            same *= tent(cell[a] - at[a]);
            /* smoothing loses what it carries off the border */
            int border = cell[a] == 0 || (a == 2 && cell[a] == 13);
            kept *= border ? 3 : 4;
        }
        like[0] += near * same * m;
        like[1] += near * same;
        all[0] += near * kept * m;
        all[1] += near * kept;
    }
    double v = like[0] / like[1], s = all[0] / all[1];
    double m = map[i] / (double)ONE;
    m += pow(2 * v - 1, 4) * (v - m);
    double odds = m / (1 - m) * sqrt((v + 0.1) / (1 - v + 0.1)) /
                  sqrt((s + 0.1) / (1 - s + 0.1));
    return odds / (1 + odds);
}

static void colours_weigh_by_bayes_among_like_pixels(void)
{
    static const int sizes[][2] = {
        {61, 44}, {30, 70}, {24, 24}, {90, 3}, {1, 5}};
    for (int k = 0; k < 5; k++) {
        int w = sizes[k][0], h = sizes[k][1], wrong = 0, moved = 0;
        cut_image photo = patches(w, h);
        uint16_t *map = malloc((size_t)(w * h) * 2 * sizeof *map);
        uint16_t *got = map + w * h;
        for (int i = 0; i < w * h; i++)
            map[i] = got[i] =
                (uint16_t)(vague((i % w + 0.5) / w, (i / w + 0.5) / h) * ONE +
                           0.5);
        CHECK_EQUAL(cut_colour_model_weigh(got, photo.px, w, h, NULL), CUT_OK);
        for (int i = 0; i < w * h; i++) {
            int settled = map[i] == 0 || map[i] == ONE;
            double want = settled ? map[i]
                                  : naive_weighed(map, &photo, i) * ONE;
            wrong += fabs(got[i] - want) > 0.6;
            moved += abs(got[i] - map[i]) > 40;
        }
        CHECK_EQUAL(wrong, 0);
        CHECK(k > 1 || moved > w * h / 10);
        free(map);
        cut_image_free(&photo);
    }
}

/* ---- specks ------------------------------------------------------------ */

typedef struct part {
    int solid, peak;
} part;

/* Names each pixel's part, of values from .. end - 1: the least index in it; -1
 * where they are others. Goes over all pixels until nothing changes. */
static void name_parts(int *name, const uint16_t *map, int w, int h, int from,
                       int end)
{
    for (int i = 0; i < w * h; i++)
        name[i] = map[i] >= from && map[i] < end ? i : -1;
    for (int again = 1; again;) {
        again = 0;
        for (int i = 0; i < w * h; i++)
            for (int n = 0; n < 9 && name[i] >= 0; n++) {
                int x = i % w + n % 3 - 1, y = i / w + n / 3 - 1;
                if (x < 0 || y < 0 || x >= w || y >= h) continue;
                int other = name[y * w + x];
                if (other < 0 || other >= name[i]) continue;
                name[i] = other;
                again = 1;
            }
    }
}

/* The fog of a cleared part goes with it: pixels below a quarter that are
 * reached from it without ever rising. */
static void clear_with_fog(uint16_t *map, uint8_t *gone, int w, int h)
{
    for (int again = 1; again;) {
        again = 0;
        for (int i = 0; i < w * h; i++)
            for (int n = 0; n < 9 && gone[i]; n++) {
                int x = i % w + n % 3 - 1, y = i / w + n / 3 - 1, j = y * w + x;
                if (x < 0 || y < 0 || x >= w || y >= h || gone[j]) continue;
                if (!map[j] || map[j] >= ONE / 4 || map[j] > map[i]) continue;
                gone[j] = 1;
                again = 1;
            }
    }
    for (int i = 0; i < w * h; i++)
        if (gone[i]) map[i] = 0;
}

static int naive_specks(uint16_t *map, int w, int h)
{
    int *name = malloc((size_t)(w * h) * sizeof *name), largest = 0, parts = 0;
    part *of = calloc((size_t)(w * h), sizeof *of);
    uint8_t *gone = calloc((size_t)(w * h), 1);
    name_parts(name, map, w, h, ONE / 4, 65536);
    for (int i = 0; i < w * h; i++) {
        if (name[i] < 0) continue;
        part *p = &of[name[i]];
        p->solid += map[i] >= ONE / 2;
        p->peak = map[i] > p->peak ? map[i] : p->peak;
        largest = p->solid > largest ? p->solid : largest;
    }
    for (int i = 0; i < w * h; i++) { /* fewer than 2 %, nowhere sure */
        const part *p = name[i] < 0 ? NULL : &of[name[i]];
        gone[i] = p && p->solid > 0 && p->solid * 50 < largest &&
                  p->peak * 16 < ONE * 15;
        parts += gone[i] && name[i] == i;
    }
    clear_with_fog(map, gone, w, h);
    free(name);
    free(of);
    free(gone);
    return parts;
}

/* One large part and many small ones, of sizes around 2 % of it and of values
 * around a quarter, a half and 15/16; fog that rises and falls. */
static void specks(uint16_t *map, int w, int h, int large)
{
    for (int i = 0; i < w * h; i++) {
        int x = i % w, y = i / w;
        map[i] = (uint16_t)(next_byte() % 3 ? 0 : next_byte() % 60);
        if (y < 10 && i < large) map[i] = 900;
        if (y < 12 || x % 9 > 6 || y % 8 > 5) continue;
        int spot = x / 9 * 5 + y / 8 * 7; /* squares of 1 to 6 */
        if (x % 9 > spot % 7 || y % 8 > spot % 6) continue;
        static const uint16_t values[] = {255, 256, 511, 512, 700, 959, 960};
        map[i] = values[(spot * 3 + (next_byte() > 200)) % 7];
    }
}

static void specks_are_small_parts_that_no_pixel_is_sure_of(void)
{
    enum { SIDE = 100 };
    static uint16_t map[SIDE * SIDE], want[SIDE * SIDE];
    int parts = 0;
    for (int large = 40; large < 1000; large += 53) {
        specks(map, SIDE, SIDE, large);
        memcpy(want, map, sizeof map);
        CHECK_EQUAL(cut_components_remove_small(map, SIDE, SIDE, ONE, NULL),
                    CUT_OK);
        parts += naive_specks(want, SIDE, SIDE);
        CHECK(memcmp(map, want, sizeof map) == 0);
    }
    CHECK(parts > 50);
}

enum { SURE = ONE * 15 / 16 };

/* Doubt with nothing below a half in its box, nor near to it, is solid. */
static int naive_settle(uint16_t *map, int w, int h)
{
    static int name[100 * 100];
    int settled = 0, near = (w > h ? w : h) / 40 + 1;
    name_parts(name, map, w, h, ONE / 2, SURE);
    for (int i = 0; i < w * h; i++) {
        if (name[i] != i) continue;
        int x0 = w, x1 = 0, y0 = h, y1 = 0, is_open = 0, min = ONE;
        for (int k = 0; k < w * h; k++) {
            if (name[k] != i) continue;
            x0 = k % w < x0 ? k % w : x0;
            x1 = k % w > x1 ? k % w : x1;
            y0 = k / w < y0 ? k / w : y0;
            y1 = k / w > y1 ? k / w : y1;
            min = map[k] < min ? map[k] : min;
        }
        is_open = min * 4 > ONE * 3 || x0 < near || y0 < near ||
                  x1 + near >= w || y1 + near >= h;
        for (int k = 0; k < w * h; k++)
            is_open |= map[k] < ONE / 2 && k % w >= x0 - near &&
                       k % w <= x1 + near && k / w >= y0 - near &&
                       k / w <= y1 + near;
        for (int k = 0; k < w * h && !is_open; k++)
            if (name[k] == i) {
                map[k] = ONE;
                settled++;
            }
    }
    return settled;
}

static void doubt_within_a_subject_is_settled(void)
{
    enum { W = 90, H = 50 };
    static uint16_t map[W * H], want[W * H];
    int settled = 0, left = 0;
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < W * H; i++) /* solid, with more or less in it */
            map[i] = (uint16_t)(next_byte() < 20 + 2 * round
                                    ? ONE / 2 + next_byte() * 2
                                    : ONE);
        for (int n = 0; n < round * 4; n++) /* holes */
            map[next_byte() * next_byte() % (W * H)] =
                (uint16_t)(ONE / 2 - next_byte() % 3);
        memcpy(want, map, sizeof map);
        CHECK_EQUAL(cut_components_settle(map, W, H, ONE, NULL), CUT_OK);
        settled += naive_settle(want, W, H);
        CHECK(memcmp(map, want, sizeof map) == 0);
        for (int i = 0; i < W * H; i++)
            left += map[i] >= ONE / 2 && map[i] < SURE;
    }
    CHECK(settled > 2000);
    CHECK(left > 2000);
}

/* ---- the whole --------------------------------------------------------- */

typedef struct plane {
    uint16_t *p;
    int w, h;
} plane;

static double sample(const plane *m, int x, int y)
{
    x = (int)clamped(x, 0, m->w - 1);
    y = (int)clamped(y, 0, m->h - 1);
    return m->p[y * m->w + x];
}

/* Bilinear, pixels' middles at their index + 1/2 of either grid. */
static double map_at(const cut_matte *m, double x, double y)
{
    x = clamped(x - 0.5, 0, m->w - 1);
    y = clamped(y - 0.5, 0, m->h - 1);
    double sum = 0;
    for (int n = 0; n < 4; n++) {
        int u = (int)x + n % 2, v = (int)y + n / 2;
        double weight = (1 - fabs(u - x)) * (1 - fabs(v - y));
        if (weight > 0) sum += weight * (double)m->alpha[v * m->w + u];
    }
    return sum;
}

/* Within 4 % of 0 or 1 counts as it; the next 4 % are stretched. */
static double settled(double v)
{
    if (v > 0.5) return 1 - settled(1 - v);
    return v < 0.04 ? 0 : v < 0.08 ? 2 * (v - 0.04) : v;
}

static plane placed(const cut_matte *m, int w, int h)
{
    plane p = {malloc((size_t)(w * h) * sizeof *p.p), w, h};
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            p.p[y * w + x] = (uint16_t)(settled(map_at(m, (x + 0.5) * m->w / w,
                                                       (y + 0.5) * m->h / h)) *
                                            ONE +
                                        0.5);
    return p;
}

/* Asked at 320 samples and up: what the colours change there is added. */
static void ask_colours(plane *p, const cut_image *small)
{
    int side = p->w > p->h ? p->w : p->h, j = side / 320;
    if (j < 2) {
        cut_colour_model_weigh(p->p, small->px, p->w, p->h, NULL);
        return;
    }
    cut_image less = {0};
    CHECK_EQUAL(cut_image_reduce(&less, small, j, NULL), CUT_OK);
    plane before = {calloc((size_t)(less.w * less.h), 2), less.w, less.h};
    plane after = {calloc((size_t)(less.w * less.h), 2), less.w, less.h};
    for (int i = 0; i < less.w * less.h; i++) {
        double sum = 0, count = 0;
        for (int y = i / less.w * j; y < (i / less.w + 1) * j; y++)
            for (int x = i % less.w * j; x < (i % less.w + 1) * j; x++) {
                if (x >= p->w || y >= p->h) continue;
                sum += p->p[y * p->w + x];
                count++;
            }
        before.p[i] = after.p[i] = (uint16_t)(sum / count + 0.5);
    }
    cut_colour_model_weigh(after.p, less.px, less.w, less.h, NULL);
    for (int i = 0; i < p->w * p->h; i++) {
        double x = clamped((i % p->w + 0.5) / j - 0.5, 0, less.w - 1);
        double y = clamped((i / p->w + 0.5) / j - 0.5, 0, less.h - 1);
        double change = 0;
        for (int n = 0; n < 4; n++) {
            int u = (int)x + n % 2, v = (int)y + n / 2;
            double weight = (1 - fabs(u - x)) * (1 - fabs(v - y));
            if (weight > 0)
                change += weight *
                          (sample(&after, u, v) - sample(&before, u, v));
        }
        if (p->p[i] > 0 && p->p[i] < ONE)
            p->p[i] = (uint16_t)(clamped(p->p[i] + change, 0, ONE) + 0.5);
    }
    free(before.p);
    free(after.p);
    cut_image_free(&less);
}

/* More contrast about the middle of the range within 3 samples. */
static void clear_fog(float *coefficients, const plane *p)
{
    const double gain = 1 / (1 - 2 * 0.15);
    for (int y = 0; y < p->h; y++)
        for (int x = 0; x < p->w; x++) {
            double low = ONE, high = 0;
            for (int v = y - 3; v <= y + 3; v++)
                for (int u = x - 3; u <= x + 3; u++) {
                    low = fmin(low, sample(p, u, v));
                    high = fmax(high, sample(p, u, v));
                }
            float *c = coefficients + (y * p->w + x) * 4;
            double middle = (low + high) / 2 / ONE;
            for (int i = 0; i < 3; i++) c[i] = (float)((double)c[i] * gain);
            c[3] = (float)(middle + ((double)c[3] - middle) * gain);
        }
}

/* Alpha of photo pixel (x, y) before rounding: the coefficients between the
 * samples around it, on its own colour. */
static double alpha_at(const float *coefficients, const cut_image *small,
                       const cut_image *photo, int k, int x, int y)
{
    const uint8_t *q = photo->px + (y * photo->w + x) * 4;
    double u = clamped((x + 0.5) / k - 0.5, 0, small->w - 1);
    double v = clamped((y + 0.5) / k - 0.5, 0, small->h - 1), alpha = 0;
    for (int n = 0; n < 4; n++) {
        int i = (int)u + n % 2, j = (int)v + n / 2;
        double weight = (1 - fabs(i - u)) * (1 - fabs(j - v));
        if (weight <= 0) continue;
        const float *c = coefficients + (j * small->w + i) * 4;
        for (int b = 0; b < 3; b++) alpha += weight * (double)c[b] * q[b];
        alpha += weight * (double)c[3];
    }
    return floor(clamped(alpha, 0, 1) * 255 + 0.5) * q[3] / 255;
}

/* The largest distance of the refined matte from the naive one, in levels;
 * `off` counts the pixels where it is more than rounding. */
static double refine_error(int *off, const cut_matte *m, const cut_image *photo)
{
    int side = photo->w > photo->h ? photo->w : photo->h;
    int most = 2 * (m->w > m->h ? m->w : m->h); /* samples; 640 at most */
    if (most > 640) most = 640;
    int k = (int)clamped(floor((double)side / most + 0.5), 1, 64);
    uint8_t *alpha = malloc((size_t)(photo->w * photo->h));
    cut_image small = {0};
    CHECK_EQUAL(cut_matte_refine(alpha, m, photo, NULL), CUT_OK);
    CHECK_EQUAL(cut_image_reduce(&small, photo, k, NULL), CUT_OK);
    plane p = placed(m, small.w, small.h);
    cut_components_settle(p.p, p.w, p.h, ONE, NULL);
    ask_colours(&p, &small);
    cut_components_remove_small(p.p, p.w, p.h, ONE, NULL);
    float *c = malloc((size_t)(p.w * p.h) * 4 * sizeof *c);
    cut_guided_fit(c, small.px, p.p, p.w, p.h, 2, 5e-4f, NULL);
    clear_fog(c, &p);
    double worst = 0;
    *off = 0;
    for (int i = 0; i < photo->w * photo->h; i++) {
        double error = fabs(alpha[i] - alpha_at(c, &small, photo, k,
                                                i % photo->w, i / photo->w));
        worst = fmax(worst, error);
        *off += error > 0.51;
    }
    free(alpha);
    free(p.p);
    free(c);
    cut_image_free(&small);
    return worst;
}

static cut_matte vague_map(int w, int h)
{
    cut_matte m = {cut_alloc((size_t)(w * h), sizeof(float)), w, h};
    for (int i = 0; i < w * h; i++)
        m.alpha[i] = (float)clamped(
            vague((i % w + 0.5) / w, (i / w + 0.5) / h) +
                (next_byte() - 128) / 2000.0,
            0, 1);
    return m;
}

/* Photo, map. Reduced by 1 to 6; colours asked at the reduced size and at
 * half of it; sides that are no multiple of anything; longer either way. */
static void refining_is_its_steps_one_after_the_other(void)
{
    static const int cases[][4] = {{100, 80, 50, 50},  {131, 97, 20, 31},
                                   {64, 201, 33, 16},  {701, 160, 330, 90},
                                   {60, 643, 64, 321}, {1, 90, 8, 8},
                                   {90, 2, 8, 8},      {127, 3, 1, 1}};
    for (int i = 0; i < 16; i++) {
        const int *c = cases[i / 2];
        cut_image photo = patches(c[0], c[1]);
        for (int a = 0; i % 2 && a < c[0] * c[1]; a++)
            photo.px[a * 4 + 3] = next_byte();
        cut_matte m = vague_map(c[2], c[3]);
        int off;
        CHECK(refine_error(&off, &m, &photo) < 1.6);
        CHECK(off * 1000 < c[0] * c[1]); /* observed 0 to 0.2 of 1000 */
        cut_matte_free(&m);
        cut_image_free(&photo);
    }
}

int main(void)
{
    colours_weigh_by_bayes_among_like_pixels();
    specks_are_small_parts_that_no_pixel_is_sure_of();
    doubt_within_a_subject_is_settled();
    refining_is_its_steps_one_after_the_other();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
