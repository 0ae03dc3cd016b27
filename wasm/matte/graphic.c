/*
 * Easy to get wrong: a compressed picture has no pure colours, so that every
 * limit here grows with the noise that is found around the ground's colour; a
 * colour between the ground and an ink may be an ink itself.
 */
#include "matte/graphic.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_TOLERANCE = 40,
    LEAST_CONTRAST = 12, /* of an ink: less is the rim that sharpening draws */
    LIKE = 8,            /* an ink's colour within this, and the tolerance */
    BINS = 1 << 15,      /* colours by the upper five bits of a channel */
    MAX_SAMPLES = 2000000,
    MAX_OTHERS = 40000 /* pixels whose surroundings are looked at */
};

/* The largest difference of a channel. */
static int distance(const uint8_t *p, const uint8_t *q)
{
    int r = abs(p[0] - q[0]), g = abs(p[1] - q[1]), b = abs(p[2] - q[2]);
    int rg = r > g ? r : g;
    return rg > b ? rg : b;
}

static const uint8_t *pixel(const cut_image *image, int32_t x, int32_t y)
{
    return image->px + ((size_t)y * (size_t)image->w + (size_t)x) * 4;
}

/* ---- the ground -------------------------------------------------------- */

/* Pixel i of 0 .. 2 (w + h) - 1 along the border; corners come twice. */
static const uint8_t *border_pixel(const cut_image *image, int32_t i)
{
    int32_t w = image->w, h = image->h;
    if (i < w) return pixel(image, i, 0);
    if (i < 2 * w) return pixel(image, i - w, h - 1);
    if (i < 2 * w + h) return pixel(image, 0, i - 2 * w);
    return pixel(image, w - 1, i - 2 * w - h);
}

/* The commonest value of each channel among border pixels near `near`. */
static void border_mode(uint8_t out[3], const cut_image *image,
                        const uint8_t near[3], int reach)
{
    uint32_t counts[3][256] = {{0}};
    for (int32_t i = 0; i < 2 * (image->w + image->h); i++) {
        const uint8_t *p = border_pixel(image, i);
        for (int c = 0; c < 3 && distance(p, near) <= reach; c++)
            counts[c][p[c]]++;
    }
    for (int c = 0; c < 3; c++) {
        int best = near[c];
        for (int v = 0; v < 256; v++)
            if (counts[c][v] > counts[c][best]) best = v;
        out[c] = (uint8_t)best;
    }
}

/* The border's commonest colour; the share of it that it has, in percent. */
static int find_ground(uint8_t ground[3], const cut_image *image)
{
    uint16_t counts[4096] = {0};
    int32_t all = 2 * (image->w + image->h), best = 0, like = 0;
    int step = 1 + all / 60000;
    for (int32_t i = 0; i < all; i += step) {
        const uint8_t *p = border_pixel(image, i);
        int bin = (p[0] >> 4) << 8 | (p[1] >> 4) << 4 | p[2] >> 4;
        if (++counts[bin] > counts[best]) best = bin;
    }
    uint8_t middle[3] = {(uint8_t)((best >> 8) * 16 + 8),
                         (uint8_t)((best >> 4 & 15) * 16 + 8),
                         (uint8_t)((best & 15) * 16 + 8)};
    border_mode(middle, image, middle, 16);
    border_mode(ground, image, middle, 6);
    for (int32_t i = 0; i < all; i++)
        like += distance(border_pixel(image, i), ground) <= 10;
    return (int)((int64_t)like * 100 / all);
}

/* Every `step`-th pixel each way stands for all. */
static int32_t step_of(const cut_image *image)
{
    int64_t count = (int64_t)image->w * image->h;
    int32_t step = 1;
    while (count / ((int64_t)step * step) > MAX_SAMPLES) step++;
    return step;
}

/*
 * How far the ground's own noise reaches: pixels at a distance are counted, and
 * those between ground and ink are spread evenly over the distances, while
 * noise falls off. Also the share of the ground, in thousandths.
 */
static int find_tolerance(const cut_graphic *g, const cut_image *image,
                          int *share)
{
    int64_t counts[256] = {0}, all = 0, mixed = 0, like = 0;
    int32_t step = step_of(image);
    for (int32_t y = 0; y < image->h; y += step)
        for (int32_t x = 0; x < image->w; x += step, all++)
            counts[distance(pixel(image, x, y), g->ground)]++;
    for (int d = 48; d < 112; d++) mixed += counts[d];
    int64_t limit = mixed * 3 / 64 + (counts[0] + counts[1]) / 400 + 1;
    int tolerance = 1;
    while (tolerance < MAX_TOLERANCE && counts[tolerance + 1] > limit)
        tolerance++;
    for (int d = 0; d <= tolerance; d++) like += counts[d];
    *share = (int)(like * 1000 / all);
    return tolerance;
}

/* ---- inks -------------------------------------------------------------- */

typedef struct bin {
    uint32_t count, sum[3];
} bin;

/* Whether a pixel is like the next one and the one below. */
static int is_flat(const cut_image *image, int32_t x, int32_t y, int tolerance)
{
    if (x + 1 >= image->w || y + 1 >= image->h) return 0;
    const uint8_t *p = pixel(image, x, y);
    int like = 2 + tolerance / 2;
    return distance(p, p + 4) <= like &&
           distance(p, p + (size_t)image->w * 4) <= like;
}

/* Fills the bins with flat pixels that are no ground, or, where an ink is
 * nowhere wide enough to be flat, with all; their count. */
static uint32_t fill_bins(bin *bins, const cut_graphic *g,
                          const cut_image *image, int flat_only)
{
    int32_t step = step_of(image);
    uint32_t total = 0;
    for (int32_t y = 0; y < image->h; y += step)
        for (int32_t x = 0; x < image->w; x += step) {
            const uint8_t *p = pixel(image, x, y);
            if (distance(p, g->ground) <= g->tolerance + LEAST_CONTRAST ||
                (flat_only && !is_flat(image, x, y, g->tolerance)))
                continue;
            bin *b = bins + ((p[0] >> 3) << 10 | (p[1] >> 3) << 5 | p[2] >> 3);
            b->count++;
            for (int c = 0; c < 3; c++) b->sum[c] += p[c];
            total++;
        }
    return total;
}

static void mean_of(uint8_t out[3], const bin *b)
{
    for (int c = 0; c < 3; c++)
        out[c] = (uint8_t)((b->sum[c] + b->count / 2) / b->count);
}

/* The commonest colours of the bins, each with what is like it. */
static void take_inks(cut_graphic *g, bin *bins, uint32_t total)
{
    int like = LIKE + g->tolerance;
    while (g->inks < CUT_MAX_INKS) {
        const bin *commonest = bins;
        for (int i = 1; i < BINS; i++)
            if (bins[i].count > commonest->count) commonest = bins + i;
        if (commonest->count == 0 || commonest->count < total / 500) break;
        uint8_t *ink = g->ink[g->inks++], colour[3];
        mean_of(ink, commonest);
        for (int i = 0; i < BINS; i++) {
            if (!bins[i].count) continue;
            mean_of(colour, bins + i);
            if (distance(colour, ink) <= like) bins[i].count = 0;
        }
    }
}

uint8_t cut_graphic_label(const cut_graphic *g, const uint8_t *rgb)
{
    if (distance(rgb, g->ground) <= g->tolerance) return 0;
    int best = LIKE + g->tolerance + 1;
    uint8_t label = CUT_NO_INK;
    for (int i = 0; i < g->inks && best > 0; i++) {
        int d = distance(rgb, g->ink[i]);
        if (d >= best) continue;
        best = d;
        label = (uint8_t)(i + 1);
    }
    return label;
}

/* ---- whether it is one ------------------------------------------------- */

/* Whether a pixel may lie on an edge: within `reach` of the ground, or of two
 * inks. */
static int on_edge(const cut_graphic *g, const cut_image *image, int32_t x,
                   int32_t y, int32_t reach)
{
    uint8_t first = 0;
    for (int32_t v = y - reach; v <= y + reach; v++)
        for (int32_t u = x - reach; u <= x + reach; u++) {
            if (u < 0 || v < 0 || u >= image->w || v >= image->h) continue;
            uint8_t label = cut_graphic_label(g, pixel(image, u, v));
            if (label == 0) return 1;
            if (label == CUT_NO_INK) continue;
            if (first && label != first) return 1;
            first = label;
        }
    return 0;
}

/* Whether a pixel of an ink has like ones beside it and above or below: it is
 * no accident of an edge. */
static int in_ink(const cut_graphic *g, const cut_image *image, int32_t x,
                  int32_t y)
{
    uint8_t label = cut_graphic_label(g, pixel(image, x, y));
    if (label == CUT_NO_INK) return 0;
    int beside = 0, along = 0;
    for (int d = -1; d <= 1; d += 2) {
        if (x + d >= 0 && x + d < image->w)
            beside |= cut_graphic_label(g, pixel(image, x + d, y)) == label;
        if (y + d >= 0 && y + d < image->h)
            along |= cut_graphic_label(g, pixel(image, x, y + d)) == label;
    }
    return beside && along;
}

typedef struct shares {
    int64_t all, ink, edge; /* of what is no ground */
} shares;

/* What the pixels that are no ground are. */
static shares look_at(const cut_graphic *g, const cut_image *image)
{
    shares s = {0};
    int32_t step = step_of(image);
    while ((int64_t)(image->w / step) * (image->h / step) > MAX_OTHERS * 8)
        step++;
    for (int32_t y = 0; y < image->h; y += step)
        for (int32_t x = 0; x < image->w; x += step) {
            const uint8_t *p = pixel(image, x, y);
            if (distance(p, g->ground) <= g->tolerance) continue;
            s.all++;
            if (in_ink(g, image, x, y))
                s.ink++;
            else
                s.edge += on_edge(g, image, x, y, 2);
        }
    return s;
}

/*
 * Of a picture without noise an even border is enough; it may have ink on a
 * part of it. One with noise is most likely a photo: hardly anything but the
 * ground and a few inks may be in it.
 */
static int is_graphic(const cut_graphic *g, int border, int ground,
                      const shares *s)
{
    int64_t rest = (s->all - s->ink - s->edge) * 1000;
    if (s->all == 0) return 0;
    if (g->tolerance > 5)
        return border >= 90 && ground >= 300 && g->inks <= 8 &&
               rest <= s->all * 15;
    return ground >= 20 && rest <= s->all * 60;
}

cut_status cut_graphic_measure(cut_graphic *out, int *found, int is_told,
                               const cut_image *image, cut_error *error)
{
    cut_graphic g = {0};
    int ground;
    *found = 0;
    int border = find_ground(g.ground, image);
    if (border < 60 && !is_told) return CUT_OK;
    g.tolerance = find_tolerance(&g, image, &ground);
    bin *bins = cut_alloc_zero(BINS, sizeof *bins);
    if (!bins) return cut_fail(error, CUT_E_MEMORY, "No memory for colours.");
    uint32_t count = fill_bins(bins, &g, image, 1);
    if (count < 16) { /* lines that are nowhere wide enough to be flat */
        memset(bins, 0, BINS * sizeof *bins);
        count = fill_bins(bins, &g, image, 0);
    }
    take_inks(&g, bins, count);
    cut_free(bins);
    shares s = look_at(&g, image);
    *found = is_graphic(&g, border, ground, &s);
    *out = g;
    return CUT_OK;
}
