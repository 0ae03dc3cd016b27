/* What the network sees of a level, and what becomes of its answer. */
#include <string.h>

#include "base/exp.h"
#include "detail/state.h"
#include "image/resample.h"

enum { TILE = CUT_DETAIL_TILE, BLOCKS = CUT_DETAIL_BLOCKS };
_Static_assert(TILE % 16 == 0, "the network halves a tile four times");

static int32_t less(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Every other sample from the first on, times `scale`, plus `add`. */
static void spread(float *out, const uint8_t *in, size_t step, float scale,
                   float add)
{
    for (size_t x = 0; x < BLOCKS; x++)
        out[x] = (float)in[x * 2 * step] * scale + add;
}

void cut_tile_pack(cut_detail *d)
{
    const cut_detail_level *l = &d->level;
    const size_t plane = (size_t)BLOCKS * BLOCKS;
    int32_t n = less(TILE, l->w - d->tile.x);
    uint8_t px[TILE * 4], matte[TILE];
    for (int32_t y = 0; y < TILE; y++) {
        int32_t row = less(d->tile.y + y, l->h - 1);
        cut_image_reduce_part(px, d->photo, l->k, d->opaque, d->tile.x, row, n);
        memcpy(matte, l->now + (size_t)row * (size_t)l->w + (size_t)d->tile.x,
               (size_t)n);
        for (int32_t x = n; x < TILE; x++) {
            memcpy(px + x * 4, px + (n - 1) * 4, 4);
            matte[x] = matte[n - 1];
        }
        float *out = d->tensor + (size_t)(y % 2) * 8 * plane +
                     (size_t)(y / 2) * BLOCKS;
        for (size_t j = 0; j < 2; j++, out += 4 * plane) {
            for (size_t c = 0; c < 3; c++)
                spread(out + c * plane, px + j * 4 + c, 4, 1 / 127.5f, -1);
            spread(out + 3 * plane, matte + j, 1, 1 / 255.0f, 0);
        }
    }
}

enum { WEIGHT = 64 }; /* of a tile that alone says what a sample is */

/* The weights along a side of a tile: 0 in the outer part of a margin, then
 * rising, so that two cores that touch add up to WEIGHT. */
static void ramp(uint8_t weight[TILE], int before, int after)
{
    enum { FROM = CUT_DETAIL_MARGIN - CUT_DETAIL_FADE };
    for (int32_t i = 0; i < TILE; i++) {
        int32_t in = TILE;
        if (before) in = i - FROM;
        if (after) in = less(in, TILE - 1 - i - FROM);
        int32_t w = (2 * in + 1) * WEIGHT / (4 * CUT_DETAIL_FADE);
        weight[i] = (uint8_t)(w < 0 ? 0 : less(w, WEIGHT));
    }
}

/* The matte with the network's logit on that of `alpha`, 0..255. */
static float with_logit(uint8_t alpha, float logit)
{
    const float min_alpha = 0.01f;
    float a = (float)alpha * (1 / 255.0f);
    a = a < min_alpha ? min_alpha : a > 1 - min_alpha ? 1 - min_alpha : a;
    logit = logit < -30 ? -30 : logit > 30 ? 30 : logit;
    float y = a / (a + (1 - a) * cut_exp(-logit));
    y = (y - min_alpha) * (255 / (1 - 2 * min_alpha));
    return y < 0 ? 0 : y > 255 ? 255 : y;
}

/* One sample of the round's answer: the mean of what the tiles so far say. */
static void mix(uint8_t *next, uint8_t *weight, float alpha, int32_t w)
{
    int32_t sum = *weight + w;
    float v = (float)*next + (alpha - (float)*next) * (float)w / (float)sum;
    *next = (uint8_t)(v + 0.5f);
    *weight = (uint8_t)less(sum, 255);
}

void cut_tile_take(cut_detail *d, const float *logits)
{
    const cut_detail_level *l = &d->level;
    const size_t plane = (size_t)BLOCKS * BLOCKS;
    int32_t right = less(TILE, l->w - d->tile.x);
    int32_t low = less(TILE, l->h - d->tile.y);
    uint8_t across[TILE], down[TILE];
    ramp(across, d->tile.x > 0, d->tile.core_x1 < d->cells.w);
    ramp(down, d->tile.y > 0, d->tile.core_y1 < d->cells.h);
    for (int32_t y = 0; y < low; y++) {
        const uint8_t *cell = d->cells.of +
                              (size_t)((d->tile.y + y) / CUT_DETAIL_CELL) *
                                  (size_t)d->cells.w +
                              d->tile.x / CUT_DETAIL_CELL;
        const float *in = logits + (size_t)(y % 2) * 2 * plane +
                          (size_t)(y / 2) * BLOCKS;
        size_t at = (size_t)(d->tile.y + y) * (size_t)l->w + (size_t)d->tile.x;
        for (int32_t x = 0; x < right; x++) {
            int32_t w = (across[x] * down[y] + WEIGHT / 2) / WEIGHT;
            if (!cell[x / CUT_DETAIL_CELL] || !w) continue;
            float z = in[(size_t)(x % 2) * plane + (size_t)(x / 2)];
            mix(d->next + at + x, d->weight + at + x,
                with_logit(l->now[at + (size_t)x], z), w);
        }
    }
}
