#include "matte/layers.h"

#include <string.h>

typedef float f32x4 __attribute__((vector_size(16)));

enum { LEVELS = 16 };

/* Weights are summed as (alpha/255)^2; a block with less than this counts as
 * empty in part, so that a few faint pixels do not decide its colour. */
#define FULL_WEIGHT 1.0f

static f32x4 load(const float *p)
{
    f32x4 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static void store(float *p, f32x4 v)
{
    memcpy(p, &v, sizeof v);
}

/* Adds one photo row to the sums [w][4] of its block row: colour * weight and
 * the weight in the last lane. `flip` 255 weighs by 1 - alpha. */
static void add_row(float *sums, const uint8_t *px, const uint8_t *alpha,
                    uint8_t flip, int32_t w, int32_t k)
{
    for (int32_t x = 0, cell = 0; x < w; cell++) {
        int32_t end = x + k < w ? x + k : w;
        f32x4 sum = load(sums + (size_t)cell * 4);
        for (; x < end; x++) {
            const uint8_t *q = px + (size_t)x * 4;
            uint8_t a = cut_matte_part(alpha[x], q[3]) ^ flip;
            if (!a) continue;
            float weight = (float)(a * a) * (1 / 65025.0f);
            if (q[3] != 255) weight *= (float)q[3] * (1 / 255.0f);
            f32x4 c = {(float)q[0], (float)q[1], (float)q[2], 1};
            sum += c * weight;
        }
        store(sums + (size_t)cell * 4, sum);
    }
}

/* Pull: the next level holds sums over 2 x 2, their weight kept at
 * FULL_WEIGHT at most, so that near colours count more than far ones. */
static void pull(float *out, const float *in, int32_t w, int32_t h)
{
    int32_t ow = (w + 1) / 2, oh = (h + 1) / 2;
    for (int32_t y = 0; y < oh; y++)
        for (int32_t x = 0; x < ow; x++) {
            f32x4 sum = {0};
            for (int32_t i = 0; i < 4; i++) {
                int32_t sx = 2 * x + (i & 1), sy = 2 * y + (i >> 1);
                if (sx >= w || sy >= h) continue;
                f32x4 v = load(in + ((size_t)sy * (size_t)w + (size_t)sx) * 4);
                sum += v[3] > FULL_WEIGHT ? v * (FULL_WEIGHT / v[3]) : v;
            }
            store(out + ((size_t)y * (size_t)ow + (size_t)x) * 4, sum);
        }
}

/* Bilinear sample at half resolution of a level of plain colours. */
static f32x4 coarse_at(const float *coarse, int32_t cw, int32_t ch, int32_t x,
                       int32_t y)
{
    int32_t x0 = x / 2, y0 = y / 2;
    int32_t x1 = (x & 1) ? x0 + 1 : x0 - 1, y1 = (y & 1) ? y0 + 1 : y0 - 1;
    x1 = x1 < 0 ? 0 : x1 > cw - 1 ? cw - 1 : x1;
    y1 = y1 < 0 ? 0 : y1 > ch - 1 ? ch - 1 : y1;
    const float *near = coarse + (size_t)y0 * (size_t)cw * 4;
    const float *far = coarse + (size_t)y1 * (size_t)cw * 4;
    return (load(near + x0 * 4) * 3 + load(near + x1 * 4)) * (3 / 16.0f) +
           (load(far + x0 * 4) * 3 + load(far + x1 * 4)) * (1 / 16.0f);
}

/* Push: where a level lacks weight, the coarser colours fill in. */
static void push(float *level, int32_t w, int32_t h, const float *coarse)
{
    int32_t cw = (w + 1) / 2, ch = (h + 1) / 2;
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            float *p = level + ((size_t)y * (size_t)w + (size_t)x) * 4;
            f32x4 v = load(p);
            if (v[3] >= FULL_WEIGHT) {
                v *= 1 / v[3];
            } else {
                v += coarse_at(coarse, cw, ch, x, y) * (FULL_WEIGHT - v[3]);
            }
            v[3] = 1;
            store(p, v);
        }
}

static void finest_to_colours(float *level)
{
    f32x4 v = load(level);
    v = v[3] > 0 ? v * (1 / v[3]) : (f32x4){128, 128, 128, 1};
    store(level, v);
}

/* Sums to colours everywhere. `pyramid` has room for the coarser levels. */
static void fill(float *finest, float *pyramid, int32_t w, int32_t h)
{
    float *levels[LEVELS] = {finest};
    int32_t ws[LEVELS] = {w}, hs[LEVELS] = {h}, count = 1;
    while (ws[count - 1] > 1 || hs[count - 1] > 1) {
        ws[count] = (ws[count - 1] + 1) / 2;
        hs[count] = (hs[count - 1] + 1) / 2;
        levels[count] = pyramid;
        pyramid += (size_t)ws[count] * (size_t)hs[count] * 4;
        pull(levels[count], levels[count - 1], ws[count - 1], hs[count - 1]);
        count++;
    }
    finest_to_colours(levels[count - 1]); /* one sample is left */
    for (int32_t i = count - 2; i >= 0; i--)
        push(levels[i], ws[i], hs[i], levels[i + 1]);
}

static cut_status layer_new(cut_layer *out, const cut_image *photo,
                            const uint8_t *alpha, uint8_t flip, int32_t k,
                            cut_why *why)
{
    int32_t w = (photo->w + k - 1) / k, h = (photo->h + k - 1) / k;
    size_t count = (size_t)w * (size_t)h;
    float *px = cut_alloc_zero(count * 4, sizeof *px);
    /* sum of the coarser levels: below count / 3, plus rounding up */
    size_t coarser = count / 3 + 2 * ((size_t)w + (size_t)h) + 64;
    float *pyramid = cut_alloc(coarser * 4, sizeof *pyramid);
    if (!px || !pyramid) {
        cut_free(px);
        cut_free(pyramid);
        return cut_fail(why, CUT_E_MEMORY, "No memory for colours of %d x %d.",
                        (int)photo->w, (int)photo->h);
    }
    for (int32_t y = 0; y < photo->h; y++) {
        size_t row = (size_t)y * (size_t)photo->w;
        add_row(px + (size_t)(y / k) * (size_t)w * 4, photo->px + row * 4,
                alpha + row, flip, photo->w, k);
    }
    fill(px, pyramid, w, h);
    cut_free(pyramid);
    *out = (cut_layer){px, w, h, k};
    return CUT_OK;
}

cut_status cut_layers_new(cut_layer *foreground, cut_layer *background,
                          const cut_image *photo, const uint8_t *alpha,
                          int32_t k, cut_why *why)
{
    cut_status status = CUT_OK;
    if (foreground)
        status = layer_new(foreground, photo, alpha, 0, k, why);
    if (!status && background) {
        status = layer_new(background, photo, alpha, 255, k, why);
        if (status && foreground) cut_layer_free(foreground);
    }
    return status;
}

void cut_layer_line(float *line, const cut_layer *layer, int32_t y)
{
    float f = ((float)y + 0.5f) / (float)layer->k - 0.5f;
    if (f < 0) f = 0;
    int32_t at = (int32_t)f < layer->h - 1 ? (int32_t)f : layer->h - 1;
    float t = f - (float)at;
    size_t row = (size_t)layer->w * 4;
    const float *up = layer->px + (size_t)at * row;
    const float *low = at + 1 < layer->h ? up + row : up;
    for (size_t i = 0; i < row; i++) line[i] = up[i] + (low[i] - up[i]) * t;
}
