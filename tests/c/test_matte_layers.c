/* Colour layers and the colours made of them, against plain loops in double:
 * no row is read by spans, no pixels go four at once. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cutaway.h"
#include "matte/foreground.h"

static uint32_t seed = 9;

static uint8_t next_byte(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint8_t)(seed >> 24);
}

/* ---- the oracle -------------------------------------------------------- */

/* f64 [h][w][4]: RGB times weight, and the weight. */
typedef struct layer {
    double *px;
    int w, h;
} layer;

static layer layer_of(int w, int h)
{
    return (layer){calloc((size_t)(w * h), 4 * sizeof(double)), w, h};
}

static double *sample(const layer *l, int x, int y)
{
    x = x < 0 ? 0 : x >= l->w ? l->w - 1 : x;
    y = y < 0 ? 0 : y >= l->h ? l->h - 1 : y;
    return l->px + (y * l->w + x) * 4;
}

/* The matte alone where alpha is matte x photo's alpha, rounded to 1/255. */
static int matte_part(int alpha, int photo)
{
    if (alpha >= photo) return photo ? 255 : 0;
    return (int)floor(255.0 * alpha / photo + 0.5);
}

/* Sums over blocks of k x k, weighted by (share of the layer)^32. */
static layer block_sums(const cut_image *photo, const uint8_t *alpha, int k,
                        int background)
{
    layer l = layer_of((photo->w + k - 1) / k, (photo->h + k - 1) / k);
    for (int i = 0; i < photo->w * photo->h; i++) {
        const uint8_t *p = photo->px + i * 4;
        double part = matte_part(alpha[i], p[3]) / 255.0;
        double weight = pow(background ? 1 - part : part, 32) * p[3] / 255;
        if (weight < FLT_MIN) weight = 0; /* too faint to decide a colour */
        double *s = sample(&l, i % photo->w / k, i / photo->w / k);
        for (int c = 0; c < 3; c++) s[c] += weight * p[c];
        s[3] += weight;
    }
    return l;
}

/* Nothing is gathered more than 6 blocks from one with a soft pixel. */
static void forget_far_blocks(layer *l, const cut_image *photo,
                              const uint8_t *alpha, int k)
{
    uint8_t *near = calloc((size_t)(l->w * l->h), 1);
    for (int i = 0; i < photo->w * photo->h; i++) {
        int x = i % photo->w / k, y = i / photo->w / k;
        if (alpha[i] == 0 || alpha[i] == 255) continue;
        for (int v = y - 6; v <= y + 6; v++)
            for (int u = x - 6; u <= x + 6; u++)
                if (u >= 0 && v >= 0 && u < l->w && v < l->h)
                    near[v * l->w + u] = 1;
    }
    for (int i = 0; i < l->w * l->h; i++)
        if (!near[i]) memset(l->px + i * 4, 0, 4 * sizeof *l->px);
    free(near);
}

/* Pull-push: what lacks weight takes the colour of the next coarser level. */
static void fill(layer *l)
{
    if (l->w == 1 && l->h == 1) {
        for (int c = 0; c < 3; c++)
            l->px[c] = l->px[3] > 0 ? l->px[c] / l->px[3] : 128;
        return;
    }
    layer coarse = layer_of((l->w + 1) / 2, (l->h + 1) / 2);
    for (int y = 0; y < l->h; y++)
        for (int x = 0; x < l->w; x++) {
            const double *from = sample(l, x, y);
            double share = from[3] > 1 ? 1 / from[3] : 1;
            double *to = sample(&coarse, x / 2, y / 2);
            for (int c = 0; c < 4; c++) to[c] += from[c] * share;
        }
    fill(&coarse);
    for (int y = 0; y < l->h; y++)
        for (int x = 0; x < l->w; x++) {
            double *to = sample(l, x, y), weight = to[3];
            int u = x / 2, v = y / 2; /* and the neighbours on our side */
            int nu = x % 2 ? u + 1 : u - 1, nv = y % 2 ? v + 1 : v - 1;
            for (int c = 0; c < 3; c++) {
                double near = sample(&coarse, u, v)[c] * 9 +
                              sample(&coarse, nu, v)[c] * 3 +
                              sample(&coarse, u, nv)[c] * 3 +
                              sample(&coarse, nu, nv)[c];
                to[c] = weight >= 1 ? to[c] / weight
                                    : to[c] + near / 16 * (1 - weight);
            }
        }
    free(coarse.px);
}

static layer naive_layer(const cut_image *photo, const uint8_t *alpha, int k,
                         int background, int whole)
{
    layer l = block_sums(photo, alpha, k, background);
    if (!whole) forget_far_blocks(&l, photo, alpha, k);
    fill(&l);
    return l;
}

/* Channel c at photo pixel (x, y), between the middles of the blocks. */
static double colour_at(const layer *l, int k, int x, int y, int c)
{
    double u = (x + 0.5) / k - 0.5, v = (y + 0.5) / k - 0.5;
    u = u < 0 ? 0 : u > l->w - 1 ? l->w - 1 : u;
    v = v < 0 ? 0 : v > l->h - 1 ? l->h - 1 : v;
    int i = (int)u, j = (int)v;
    double top = sample(l, i, j)[c] * (1 - (u - i)) +
                 sample(l, i + 1, j)[c] * (u - i);
    double low = sample(l, i, j + 1)[c] * (1 - (u - i)) +
                 sample(l, i + 1, j + 1)[c] * (u - i);
    return top * (1 - (v - j)) + low * (v - j);
}

/* ---- pictures ---------------------------------------------------------- */

/* Smooth colours with some noise. */
static cut_image picture(int w, int h, int translucent)
{
    cut_image image = {.px = cut_alloc((size_t)(w * h), 4), .w = w, .h = h};
    for (int i = 0; i < w * h; i++) {
        int x = i % w, y = i / w;
        uint8_t *p = image.px + i * 4;
        p[0] = (uint8_t)(x * 200 / w + next_byte() % 50);
        p[1] = (uint8_t)(y * 200 / h + next_byte() % 50);
        p[2] = (uint8_t)((x + y) % 11 * 20 + next_byte() % 50);
        p[3] = translucent ? next_byte() : 255;
        if (translucent && next_byte() % 4 == 0) p[3] = (uint8_t)(x % 2 * 255);
    }
    return image;
}

/* Runs of clear, soft and opaque pixels, 1 to 40 long; whole rows of one
 * kind between them. Never above the photo's own alpha. */
static uint8_t *runs(const cut_image *photo)
{
    uint8_t *alpha = malloc((size_t)(photo->w * photo->h));
    int left = 0, kind = 0;
    for (int i = 0; i < photo->w * photo->h; i++) {
        if (i % photo->w == 0) left = 0;
        if (left-- == 0) {
            left = next_byte() % 40;
            kind = next_byte() % 3;
            if (i % photo->w == 0 && next_byte() % 3 == 0) left = photo->w;
        }
        int matte = kind == 0 ? 0 : kind == 1 ? 255 : next_byte();
        alpha[i] = (uint8_t)((matte * photo->px[i * 4 + 3] + 127) / 255);
    }
    return alpha;
}

/* One soft spot on a clear picture: most blocks are never needed. */
static uint8_t *spot(const cut_image *photo)
{
    uint8_t *alpha = calloc((size_t)(photo->w * photo->h), 1);
    int x = photo->w / 3, y = photo->h / 3;
    alpha[y * photo->w + x] = (uint8_t)(photo->px[(y * photo->w + x) * 4 + 3] /
                                        2);
    return alpha;
}

/* ---- the tests --------------------------------------------------------- */

static void the_background_alone_is_whole(void)
{
    static const int cases[][3] = {{1, 1, 1},   {37, 23, 1}, {64, 33, 4},
                                   {50, 50, 7}, {9, 300, 2}, {130, 2, 64}};
    for (int i = 0; i < 12; i++) {
        int k = cases[i / 2][2];
        cut_image photo = picture(cases[i / 2][0], cases[i / 2][1], i % 2);
        uint8_t *alpha = runs(&photo);
        layer want = naive_layer(&photo, alpha, k, 1, 1);
        cut_layer got;
        CHECK_EQUAL(cut_layers_new(NULL, &got, &photo, alpha, k, NULL), CUT_OK);
        CHECK(got.w == want.w && got.h == want.h && got.k == k);
        double most = 0;
        for (int at = 0; at < want.w * want.h; at++)
            for (int c = 0; c < 3; c++)
                most = fmax(most, fabs(want.px[at * 4 + c] -
                                       (double)got.px[at * 4 + c]));
        CHECK(most < 0.01); /* f32 */
        cut_layer_free(&got);
        cut_image_free(&photo);
        free(want.px);
        free(alpha);
    }
}

static void a_matte_of_255_everywhere_leaves_the_background_grey(void)
{
    cut_image photo = picture(40, 30, 0);
    uint8_t alpha[40 * 30];
    memset(alpha, 255, sizeof alpha);
    cut_layer got;
    CHECK_EQUAL(cut_layers_new(NULL, &got, &photo, alpha, 3, NULL), CUT_OK);
    for (int i = 0; i < got.w * got.h * 4; i++)
        if (i % 4 < 3) CHECK(got.px[i] == 128);
    cut_layer_free(&got);
    cut_image_free(&photo);
}

/* Whether as much as one sure pixel lends its colour to a layer. */
static int is_known(const cut_image *photo, const uint8_t *alpha, int k,
                    int background)
{
    layer l = block_sums(photo, alpha, k, background);
    forget_far_blocks(&l, photo, alpha, k);
    double sum = 0;
    for (int i = 0; i < l.w * l.h; i++) sum += l.px[i * 4 + 3];
    free(l.px);
    return sum >= 1;
}

/* How far the estimate is from the naive one, in levels before rounding; 999
 * for a pixel that is to be left alone or cleared and is not. */
static double estimate_error(const cut_image *photo, const uint8_t *alpha)
{
    int longer = photo->w > photo->h ? photo->w : photo->h;
    int k = (longer + CUT_FOREGROUND_SIDE - 1) / CUT_FOREGROUND_SIDE;
    size_t size = (size_t)(photo->w * photo->h) * 4;
    cut_image made = {.px = cut_alloc(size, 1), .w = photo->w, .h = photo->h};
    memcpy(made.px, photo->px, size);
    CHECK_EQUAL(cut_foreground_estimate(&made, alpha, NULL), CUT_OK);
    layer f = naive_layer(photo, alpha, k, 0, 0);
    layer b = naive_layer(photo, alpha, k, 1, 0);
    int known = is_known(photo, alpha, k, 0) && is_known(photo, alpha, k, 1);
    double most = 0;
    for (int i = 0; i < photo->w * photo->h; i++) {
        const uint8_t *in = photo->px + i * 4, *out = made.px + i * 4;
        double a = matte_part(alpha[i], in[3]) / 255.0;
        if (out[3] != alpha[i]) most = 999;
        for (int c = 0; c < 3; c++) {
            double fore = colour_at(&f, k, i % photo->w, i / photo->w, c);
            double back = colour_at(&b, k, i % photo->w, i / photo->w, c);
            double v = fore + (in[c] - fore * a - back * (1 - a)) * a;
            v = v < 0 ? 0 : v > 255 ? 255 : v;
            if (a >= 1 || a <= 0 || !known) {
                if (out[c] != (alpha[i] ? in[c] : 0)) most = 999;
            } else {
                most = fmax(most, fabs(out[c] - v));
            }
        }
    }
    free(f.px);
    free(b.px);
    cut_image_free(&made);
    return most;
}

/* Blocks of 1, 2 and 3 pixels; rows that are no multiple of 4 or 8. */
static void colours_are_the_layers_mixed_back_into_the_photo(void)
{
    static const int sizes[][2] = {{1, 1},
                                   {2, 9},
                                   {3, 3},
                                   {150, 110},
                                   {93, 61},
                                   {CUT_FOREGROUND_SIDE + 3, 37},
                                   {21, CUT_FOREGROUND_SIDE * 2 + 11}};
    for (int i = 0; i < 14; i++) {
        cut_image photo = picture(sizes[i / 2][0], sizes[i / 2][1], i % 2);
        uint8_t *alpha = runs(&photo), *one = spot(&photo);
        CHECK(estimate_error(&photo, alpha) < 0.52);
        CHECK(estimate_error(&photo, one) < 0.52);
        free(alpha);
        free(one);
        cut_image_free(&photo);
    }
}

int main(void)
{
    the_background_alone_is_whole();
    a_matte_of_255_everywhere_leaves_the_background_grey();
    colours_are_the_layers_mixed_back_into_the_photo();
    CHECK_EQUAL(cut_live_blocks(), 0);
    return CHECK_DONE();
}
