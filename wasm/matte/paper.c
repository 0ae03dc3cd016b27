/*
 * Easy to get wrong: what a cell holds most of may be ink, so that the field is
 * closed (Serra 1982: maximum, then minimum) before it is believed; and ink on
 * dim paper is dimmer, so that shares of light are compared, never light.
 */
#include "matte/paper.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "matte/near.h"

enum { CELLS = 48, CLOSING = 2, LEVELS = 256 };

static int luma(const uint8_t *p)
{
    return (2 * p[0] + 5 * p[1] + p[2]) >> 3;
}

/* ---- the field --------------------------------------------------------- */

/* The mean of a cell's lighter pixels: those above its mean, then above the
 * mean of those, less a little. */
static f32x4 cell_light(const cut_image *image, int32_t x0, int32_t y0,
                        int32_t k)
{
    int32_t x1 = x0 + k < image->w ? x0 + k : image->w;
    int32_t y1 = y0 + k < image->h ? y0 + k : image->h;
    int min_luma = -1;
    f32x4 mean = {0};
    for (int turn = 0; turn < 3; turn++) {
        u32x4 sum = {0};
        uint32_t lumas = 0, count = 0;
        for (int32_t y = y0; y < y1; y++)
            for (int32_t x = x0; x < x1; x++) {
                const uint8_t *p =
                    image->px + ((size_t)y * (size_t)image->w + (size_t)x) * 4;
                int l = luma(p);
                if (l < min_luma) continue;
                const u32x4 v = {p[0], p[1], p[2], 0};
                sum += v;
                lumas += (uint32_t)l;
                count++;
            }
        mean = cut_to_f32(sum) * (1 / (float)count);
        min_luma = (int)(lumas / count) - 4;
    }
    return mean;
}

static float luma_of(const float *c)
{
    return (2 * c[0] + 5 * c[1] + c[2]) * 0.125f;
}

/* Each cell the lightest (or darkest) of those around it. */
static void spread(float *out, const float *in, int32_t w, int32_t h,
                   int lightest)
{
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            const float *best = in + ((size_t)y * (size_t)w + (size_t)x) * 4;
            for (int32_t v = y - CLOSING; v <= y + CLOSING; v++)
                for (int32_t u = x - CLOSING; u <= x + CLOSING; u++) {
                    if (u < 0 || v < 0 || u >= w || v >= h) continue;
                    const float *c = in +
                                     ((size_t)v * (size_t)w + (size_t)u) * 4;
                    float d = luma_of(c) - luma_of(best);
                    if (lightest ? d > 0 : d < 0) best = c;
                }
            memcpy(out + ((size_t)y * (size_t)w + (size_t)x) * 4, best, 16);
        }
}

/* Each cell the mean of the nine around it. */
static void smooth(float *out, const float *in, int32_t w, int32_t h)
{
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            f32x4 sum = {0};
            float count = 0;
            for (int32_t v = y - 1; v <= y + 1; v++)
                for (int32_t u = x - 1; u <= x + 1; u++) {
                    if (u < 0 || v < 0 || u >= w || v >= h) continue;
                    sum += cut_load_f32(
                        in + ((size_t)v * (size_t)w + (size_t)u) * 4);
                    count++;
                }
            cut_store_f32(out + ((size_t)y * (size_t)w + (size_t)x) * 4,
                          sum * (1 / count));
        }
}

/* The light of the empty paper. px NULL: no memory. */
static cut_layer light_of(const cut_image *image)
{
    int32_t side = image->w > image->h ? image->w : image->h;
    int32_t k = side / CELLS > 8 ? side / CELLS : 8;
    cut_layer a = {NULL, (image->w + k - 1) / k, (image->h + k - 1) / k, k};
    size_t count = (size_t)a.w * (size_t)a.h * 4;
    a.px = cut_alloc(count, sizeof *a.px);
    float *b = cut_alloc(count, sizeof *b);
    if (!a.px || !b) {
        cut_layer_free(&a);
    } else {
        for (int32_t y = 0; y < a.h; y++)
            for (int32_t x = 0; x < a.w; x++)
                cut_store_f32(a.px + ((size_t)y * (size_t)a.w + (size_t)x) * 4,
                              cell_light(image, x * k, y * k, k));
        spread(b, a.px, a.w, a.h, 1);
        spread(a.px, b, a.w, a.h, 0);
        smooth(b, a.px, a.w, a.h);
        smooth(a.px, b, a.w, a.h);
    }
    cut_free(b);
    return a;
}

/* Whether a field is paper's: light, nearly neutral, and even from cell to
 * cell. */
static int is_paper_like(const cut_layer *light)
{
    for (int32_t y = 0; y < light->h; y++)
        for (int32_t x = 0; x < light->w; x++) {
            const float *c = light->px +
                             ((size_t)y * (size_t)light->w + (size_t)x) * 4;
            float max = c[0] > c[1] ? c[0] : c[1];
            float min = c[0] < c[1] ? c[0] : c[1];
            if (c[2] > max) max = c[2];
            if (c[2] < min) min = c[2];
            if (luma_of(c) < 96 || max - min > 0.3f * max) return 0;
            if (x > 0 && luma_of(c) < 0.9f * luma_of(c - 4)) return 0;
            if (x > 0 && luma_of(c - 4) < 0.9f * luma_of(c)) return 0;
            const float *up = c - (size_t)light->w * 4;
            if (y > 0 && luma_of(c) < 0.9f * luma_of(up)) return 0;
            if (y > 0 && luma_of(up) < 0.9f * luma_of(c)) return 0;
        }
    return 1;
}

/* ---- shares of light --------------------------------------------------- */

/* The share of the light that each channel of a pixel lacks; negative where it
 * has more. The largest of them. */
static float taken(float share[3], const uint8_t *p, const float *line,
                   const cut_layer *light, int32_t x)
{
    int32_t at = cut_layer_sample(light, x);
    f32x4 c0 = cut_load_f32(line + (size_t)at * 4);
    f32x4 c1 = cut_load_f32(line + (size_t)at * 4 + 4);
    f32x4 paper = c0 + (c1 - c0) * cut_layer_way(light, x, at)[0];
    float max_share = -1;
    for (int c = 0; c < 3; c++) {
        share[c] = 1 - (float)p[c] / (paper[c] > 1 ? paper[c] : 1);
        if (share[c] > max_share) max_share = share[c];
    }
    return max_share;
}

/* What the shares are, counted: 256 is all the light. */
typedef struct counts {
    int64_t taken[LEVELS], all, lighter, border, border_paper;
} counts;

static int level_of(float share)
{
    int v = (int)(share * LEVELS);
    return v < 0 ? 0 : v > LEVELS - 1 ? LEVELS - 1 : v;
}

/* The level that `part` of the counts from `from` on do not exceed. */
static int quantile(const int64_t *levels, int from, float part)
{
    int64_t all = 0, sum = 0;
    for (int i = from; i < LEVELS; i++) all += levels[i];
    for (int i = from; i < LEVELS; i++) {
        sum += levels[i];
        if ((float)sum >= part * (float)all) return i;
    }
    return LEVELS - 1;
}

static void count_all(counts *n, const cut_image *image, const cut_layer *light,
                      float *line)
{
    float share[3];
    for (int32_t y = 0; y < image->h; y++) {
        cut_layer_line(line, light, y, 0, image->w);
        const uint8_t *p = image->px + (size_t)y * (size_t)image->w * 4;
        for (int32_t x = 0; x < image->w; x++, p += 4) {
            float max_share = taken(share, p, line, light, x);
            n->taken[level_of(max_share)]++;
            n->all++;
            n->lighter += max_share < -0.12f;
        }
    }
}

/* ---- whether it is paper ----------------------------------------------- */

typedef struct strokes {
    int64_t all, thin, one_colour;
} strokes;

/* The mean colour of what is half ink or more: shares of the largest. */
static void ink_colour(float colour[3], const cut_paper *p,
                       const cut_image *image, float *line, const float * not)
{
    float share[3], sum[3] = {0};
    for (int32_t y = 0; y < image->h; y++) {
        cut_layer_line(line, &p->light, y, 0, image->w);
        const uint8_t *px = image->px + (size_t)y * (size_t)image->w * 4;
        for (int32_t x = 0; x < image->w; x++, px += 4) {
            float max_share = taken(share, px, line, &p->light, x);
            if (max_share < p->full / 2) continue;
            float away = 0;
            for (int c = 0; c < 3; c++) {
                share[c] /= max_share;
                float d = not ? share[c] - not[c] : 1;
                if (d < 0) d = -d;
                if (d > away) away = d;
            }
            for (int c = 0; c < 3 && away > 0.3f; c++) sum[c] += share[c];
        }
    }
    float max = sum[0] > sum[1] ? sum[0] : sum[1];
    if (sum[2] > max) max = sum[2];
    for (int c = 0; c < 3; c++) colour[c] = max > 0 ? sum[c] / max : 1;
}

/* Whether a run of ink through pixel `at`, `step` apart, is shorter than
 * `max_length`; `before`, `after`: how many pixels lie on each side. */
static int is_short(const uint8_t *at, size_t step, int32_t before,
                    int32_t after, int32_t max_length)
{
    int32_t length = 1;
    for (int32_t i = 1; i <= before && at[-(ptrdiff_t)step * i]; i++)
        if (++length > max_length) return 0;
    for (int32_t i = 1; i <= after && at[(ptrdiff_t)step * i]; i++)
        if (++length > max_length) return 0;
    return 1;
}

static int is_colour(const float share[3], float max_share,
                     const float colour[3])
{
    for (int c = 0; c < 3; c++) {
        float d = share[c] / max_share - colour[c];
        if (d > 0.3f || d < -0.3f) return 0;
    }
    return 1;
}

/* What the ink is: how much of it is thin, and of one colour or another. ink:
 * u8 [h][w], made here. */
static strokes look_at_ink(uint8_t *ink, const cut_paper *p,
                           const cut_image *image, float *line)
{
    float one[3], other[3], share[3];
    strokes s = {0};
    int32_t w = image->w, h = image->h, side = w > h ? w : h;
    ink_colour(one, p, image, line, NULL);
    ink_colour(other, p, image, line, one);
    for (int32_t y = 0; y < h; y++) {
        cut_layer_line(line, &p->light, y, 0, w);
        const uint8_t *px = image->px + (size_t)y * (size_t)w * 4;
        for (int32_t x = 0; x < w; x++, px += 4) {
            float max_share = taken(share, px, line, &p->light, x);
            uint8_t *at = ink + (size_t)y * (size_t)w + (size_t)x;
            *at = max_share >= p->full / 4;
            if (max_share < p->full / 2) continue;
            *at = 2;
            s.all++;
            s.one_colour += is_colour(share, max_share, one) ||
                            is_colour(share, max_share, other);
        }
    }
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            const uint8_t *at = ink + (size_t)y * (size_t)w + (size_t)x;
            if (*at == 2)
                s.thin += is_short(at, 1, x, w - 1 - x, side / 30) ||
                          is_short(at, (size_t)w, y, h - 1 - y, side / 30);
        }
    return s;
}

/* Whether the border is light and nearly neutral: what most photos fail at
 * once. */
static int border_is_light(const cut_image *image)
{
    int32_t w = image->w, h = image->h;
    int64_t all = 0, light = 0;
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w;
             x += y == 0 || y == h - 1 || w < 2 ? 1 : w - 1) {
            const uint8_t *p = image->px +
                               ((size_t)y * (size_t)w + (size_t)x) * 4;
            int max = p[0] > p[1] ? p[0] : p[1],
                min = p[0] < p[1] ? p[0] : p[1];
            if (p[2] > max) max = p[2];
            if (p[2] < min) min = p[2];
            all++;
            light += luma(p) >= 80 && (max - min) * 20 <= max * 7;
        }
    return light * 20 >= all * 19;
}

/* Floor and full ink by the counted shares, and whether those are of paper. */
static int find_levels(cut_paper *p, const counts *n)
{
    int64_t paper = 0;
    int noise = quantile(n->taken, 0, 0.5f);
    int floor = noise * 4 > LEVELS / 16 ? noise * 4 : LEVELS / 16;
    int from = floor > LEVELS / 7 ? floor : LEVELS / 7;
    int full = quantile(n->taken, from, 0.6f);
    for (int i = 0; i < floor && i < LEVELS; i++) paper += n->taken[i];
    p->floor = (float)floor / LEVELS;
    p->full = (float)full / LEVELS;
    return floor < full / 2 && full >= LEVELS / 4 && paper * 4 >= n->all * 3 &&
           (n->all - paper) * 2000 >= n->all && n->lighter * 300 <= n->all;
}

cut_status cut_paper_measure(cut_paper *out, int *found, const cut_image *image,
                             cut_error *error)
{
    *found = 0;
    *out = (cut_paper){0};
    if (image->w < 32 || image->h < 32 || !border_is_light(image))
        return CUT_OK;
    cut_paper p = {.light = light_of(image)};
    size_t count = (size_t)image->w * (size_t)image->h;
    float *line = cut_alloc(((size_t)p.light.w + 1) * 4, sizeof *line);
    uint8_t *ink = cut_alloc(count, 1);
    counts n = {0};
    if (p.light.px && line && ink && is_paper_like(&p.light)) {
        count_all(&n, image, &p.light, line);
        if (find_levels(&p, &n)) {
            strokes s = look_at_ink(ink, &p, image, line);
            *found = s.all > 0 && s.thin * 5 >= s.all * 4 &&
                     s.one_colour * 20 >= s.all * 17;
        }
    }
    cut_status status = p.light.px && line && ink
                            ? CUT_OK
                            : cut_fail(error, CUT_E_MEMORY,
                                       "No memory to measure the ground.");
    cut_free(line);
    cut_free(ink);
    if (*found)
        *out = p;
    else
        cut_paper_free(&p);
    return status;
}

/* ---- alpha ------------------------------------------------------------- */

/* One pixel, near ink. */
static uint8_t alpha_at(const cut_paper *p, const uint8_t *px,
                        const float *line, int32_t x)
{
    float share[3];
    float max_share = taken(share, px, line, &p->light, x);
    if (max_share <= p->floor) return 0;
    uint8_t ground[3];
    for (int c = 0; c < 3; c++) { /* what it is of: c / (1 - share) */
        float of = (float)px[c] / (share[c] < 0.999f ? 1 - share[c] : 0.001f);
        ground[c] = share[c] > 0 ? (uint8_t)(of > 255 ? 255 : of) : px[c];
    }
    int alpha = (int)(max_share / p->full * 255 + 0.5f);
    int min_alpha = cut_min_alpha(px, ground, 0);
    if (alpha < min_alpha) alpha = min_alpha;
    return (uint8_t)(alpha > 255 ? 255 : alpha);
}

cut_status cut_paper_key(uint8_t *alpha, const cut_paper *p,
                         const cut_image *image, cut_error *error)
{
    int32_t w = image->w, h = image->h, side = w > h ? w : h;
    int32_t reach = 2 + side / 300;
    size_t count = (size_t)w * (size_t)h;
    float *line = cut_alloc(((size_t)p->light.w + 1) * 4, sizeof *line);
    uint8_t *near = cut_alloc(count, 1);
    if (!line || !near) {
        cut_free(line);
        cut_free(near);
        return cut_fail(error, CUT_E_MEMORY, "No memory to key %d x %d.",
                        (int)w, (int)h);
    }
    float share[3];
    for (int32_t y = 0; y < h; y++) { /* 0 where it is half ink */
        cut_layer_line(line, &p->light, y, 0, w);
        for (int32_t x = 0; x < w; x++) {
            size_t at = (size_t)y * (size_t)w + (size_t)x;
            alpha[at] = taken(share, image->px + at * 4, line, &p->light, x) <
                        p->full / 2;
        }
    }
    cut_near_along_rows(near, alpha, w, h, reach);
    for (int32_t y = 0; y < h; y++) {
        cut_layer_line(line, &p->light, y, 0, w);
        for (int32_t x = 0; x < w; x++) {
            size_t at = (size_t)y * (size_t)w + (size_t)x;
            alpha[at] = 0;
            if (cut_is_near(near, x, y, w, h, reach))
                alpha[at] = alpha_at(p, image->px + at * 4, line, x);
        }
    }
    cut_free(line);
    cut_free(near);
    return CUT_OK;
}
