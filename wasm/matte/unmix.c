/*
 * Alpha of a graphic, pixel by pixel: which inks lie around it, and which share
 * of them and of the ground gives its colour. Colours are told from the ground:
 * D the pixel's, V an ink's, so that D = alpha V.
 */
#include <stdlib.h>
#include <string.h>

#include "matte/graphic.h"
#include "matte/near.h"

enum {
    MAX_REACH = 8,
    CORNER = 2, /* pixels */
    FITS = 6    /* what a mixture may miss the pixel by, beside the tolerance */
};

typedef struct key {
    const cut_graphic *g;
    const cut_image *image;
    const uint8_t *labels; /* [h][w] */
    int32_t reach;         /* pixels that an edge is wide */
    int noise;             /* of a compressed picture: beyond its tolerance */
    float fits;
    float v[CUT_MAX_INKS][3], vv[CUT_MAX_INKS]; /* V, V . V */
} key;

static void label_all(uint8_t *labels, const cut_graphic *g,
                      const cut_image *image)
{
    size_t count = (size_t)image->w * (size_t)image->h;
    const uint8_t *before = NULL;
    uint8_t label = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *p = image->px + i * 4;
        if (!before || memcmp(p, before, 3) != 0)
            label = cut_graphic_label(g, p);
        labels[i] = label;
        before = p;
    }
}

/* How many pixels wide most edges are at most: of the runs along rows that lie
 * between ground and ink, what two fifths do not exceed. */
static int32_t edge_width(const uint8_t *labels, int32_t w, int32_t h)
{
    int64_t runs[MAX_REACH + 1] = {0}, all = 0, sum = 0;
    for (int32_t y = 0; y < h; y++) {
        const uint8_t *row = labels + (size_t)y * (size_t)w;
        for (int32_t x = 1, from = 0; x < w; x++) {
            if (row[x] == CUT_NO_INK) continue;
            int32_t run = x - from - 1;
            if (run && (row[from] == 0) != (row[x] == 0) &&
                row[from] != CUT_NO_INK) {
                runs[run < MAX_REACH ? run : MAX_REACH]++;
                all++;
            }
            from = x;
        }
    }
    for (int32_t n = 1; n < MAX_REACH; n++) {
        sum += runs[n];
        if (sum * 5 >= all * 2) return n;
    }
    return MAX_REACH;
}

/* ---- one pixel --------------------------------------------------------- */

/* The inks within `reach` of a pixel, as bits, and how many of the eight around
 * it are like itself. */
static uint32_t inks_around(const key *k, int32_t x, int32_t y, int32_t reach,
                            int *alike)
{
    int32_t w = k->image->w, h = k->image->h;
    uint8_t own = k->labels[(size_t)y * (size_t)w + (size_t)x];
    uint32_t inks = 0;
    *alike = -1;
    for (int32_t v = y - reach; v <= y + reach; v++)
        for (int32_t u = x - reach; u <= x + reach; u++) {
            if (u < 0 || v < 0 || u >= w || v >= h) continue;
            uint8_t label = k->labels[(size_t)v * (size_t)w + (size_t)u];
            if (label && label != CUT_NO_INK) inks |= 1u << (label - 1);
            *alike += label == own && abs(u - x) <= 1 && abs(v - y) <= 1;
        }
    return inks;
}

static float dot(const float a[3], const float b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* The largest channel of D - s V - t U. */
static float missed(const float d[3], float s, const float *v, float t,
                    const float *u)
{
    float max_error = 0;
    for (int c = 0; c < 3; c++) {
        float e = d[c] - s * v[c] - (u ? t * u[c] : 0);
        if (e < 0) e = -e;
        if (e > max_error) max_error = e;
    }
    return max_error;
}

typedef struct fit {
    float alpha, miss;
} fit;

/* The ink of a set that, mixed with the ground, comes nearest. */
static fit fit_one(const key *k, const float d[3], uint32_t inks)
{
    fit best = {1, 1e9f};
    for (int i = 0; i < k->g->inks; i++) {
        if (!(inks >> i & 1)) continue;
        float t = dot(d, k->v[i]) / k->vv[i];
        if (!(t > 0)) continue;
        if (t > 1) t = 1;
        float miss = missed(d, t, k->v[i], 0, NULL);
        if (miss < best.miss) best = (fit){t, miss};
    }
    return best;
}

/* The same with two inks, by least squares. */
static fit fit_two(const key *k, const float d[3], uint32_t inks)
{
    fit best = {1, 1e9f};
    for (int i = 0; i < k->g->inks; i++)
        for (int j = 0; j < i; j++) {
            if (!(inks >> i & 1) || !(inks >> j & 1)) continue;
            float vu = dot(k->v[i], k->v[j]);
            float det = k->vv[i] * k->vv[j] - vu * vu;
            if (!(det > k->vv[i] * k->vv[j] * 1e-3f)) continue;
            float dv = dot(d, k->v[i]), du = dot(d, k->v[j]);
            float s = (dv * k->vv[j] - du * vu) / det;
            float t = (du * k->vv[i] - dv * vu) / det;
            if (s < 0 || t < 0 || s + t > 1.1f) continue;
            float miss = missed(d, s, k->v[i], t, k->v[j]);
            if (miss < best.miss) best = (fit){s + t > 1 ? 1 : s + t, miss};
        }
    return best;
}

/* A pixel that is no ground, near it. */
static uint8_t alpha_of(const key *k, int32_t x, int32_t y)
{
    const cut_graphic *g = k->g;
    size_t at = (size_t)y * (size_t)k->image->w + (size_t)x;
    const uint8_t *p = k->image->px + at * 4;
    int alike;
    uint32_t inks = inks_around(k, x, y, k->reach + 1, &alike);
    if (k->labels[at] != CUT_NO_INK && alike >= 3) return 255;
    float d[3];
    for (int c = 0; c < 3; c++) d[c] = (float)(p[c] - g->ground[c]);
    fit best = fit_one(k, d, inks);
    if (best.miss > k->fits / 2) {
        fit two = fit_two(k, d, inks);
        if (two.miss + 2 < best.miss) best = two;
    }
    if (best.miss > k->fits) /* a line too thin to reach its ink's colour */
        best = fit_one(k, d, ~0u);
    if (best.miss > k->fits) return 255;
    int alpha = (int)(best.alpha * 255 + 0.5f),
        min_alpha = cut_min_alpha(p, g->ground, k->noise);
    return (uint8_t)(alpha > min_alpha ? alpha : min_alpha);
}

/* How far the ground may be: what is like no ink may lie in a narrow corner,
 * where nothing is quite the ground. */
static int32_t reach_of(const key *k, uint8_t label)
{
    return label == CUT_NO_INK ? k->reach + CORNER : k->reach;
}

static void key_all(uint8_t *alpha, const key *k, const uint8_t *near)
{
    int32_t w = k->image->w, h = k->image->h;
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            size_t at = (size_t)y * (size_t)w + (size_t)x;
            if (k->labels[at] == 0)
                alpha[at] = 0;
            else if (cut_is_near(near, x, y, w, h, reach_of(k, k->labels[at])))
                alpha[at] = alpha_of(k, x, y);
            else
                alpha[at] = 255;
        }
}

cut_status cut_graphic_key(uint8_t *alpha, const cut_graphic *g,
                           const cut_image *image, cut_error *error)
{
    size_t count = (size_t)image->w * (size_t)image->h;
    uint8_t *labels = cut_alloc(count, 2);
    if (!labels)
        return cut_fail(error, CUT_E_MEMORY, "No memory to key %d x %d.",
                        (int)image->w, (int)image->h);
    uint8_t *near = labels + count;
    key k = {.g = g, .image = image, .labels = labels};
    label_all(labels, g, image);
    k.reach = edge_width(labels, image->w, image->h);
    k.noise = g->tolerance > 5 ? 2 * g->tolerance : 0;
    k.fits = (float)(FITS + g->tolerance);
    for (int i = 0; i < g->inks; i++) {
        for (int c = 0; c < 3; c++)
            k.v[i][c] = (float)(g->ink[i][c] - g->ground[c]);
        k.vv[i] = dot(k.v[i], k.v[i]) + 1e-6f;
    }
    cut_near_along_rows(near, labels, image->w, image->h, k.reach + CORNER);
    key_all(alpha, &k, near);
    cut_free(labels);
    return CUT_OK;
}
