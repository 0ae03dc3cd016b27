/*
 * Smooth colour layers of a photo under a matte, at reduced size: what the
 * subject's colour would be everywhere, and what the background's would be.
 */
#ifndef CUT_MATTE_LAYERS_H
#define CUT_MATTE_LAYERS_H

#include "base/simd.h"
#include "image/image.h"

/** f32 [h][w][4]: RGB 0..255, the last lane is scratch. Sample i stands for
 * the photo's pixels i*k .. i*k + k - 1. */
typedef struct cut_layer {
    float *px; /* owned, from cut_alloc */
    int32_t w, h, k;
} cut_layer;

static inline void cut_layer_free(cut_layer *layer)
{
    cut_free(layer->px);
    *layer = (cut_layer){0};
}

/**
 * Weighted means over blocks of k x k, the weights alpha^32 for the foreground
 * and (1 - alpha)^32 for the background, then filled where no weight lies, by
 * pull-push (Gortler et al. 1996, The Lumigraph, 3.2).
 *
 * @param[out] foreground, background owned by the caller. With both, colours
 *                   are right near soft alpha only, which is where they are
 *                   asked for; px is NULL in both when no pixel is sure to be
 *                   of the one or of the other, since nothing then tells how
 *                   their colours are mixed. With foreground NULL the
 *                   background is whole, and grey where nothing is known.
 * @param      alpha u8 [h][w]: the matte times the photo's own alpha; clear
 *                   photo pixels lend their hidden colour to neither layer
 * @param      k     1..64
 * @return CUT_OK, CUT_E_MEMORY
 */
cut_status cut_layers_new(cut_layer *foreground, cut_layer *background,
                          const cut_image *photo, const uint8_t *alpha,
                          int32_t k, cut_error *error);

/** The background alone, of what is quite clear: the ground of a graphic. */
cut_status cut_ground_new(cut_layer *ground, const cut_image *photo,
                          const uint8_t *alpha, int32_t k, cut_error *error);

/**
 * The matte alone under alpha = matte x photo's own alpha. Straight colours of
 * a translucent photo are no mixture: only the matte part is to be undone.
 */
static inline uint8_t cut_matte_part(uint8_t alpha, uint8_t photo_alpha)
{
    if (photo_alpha == 255) return alpha;
    if (alpha >= photo_alpha) return photo_alpha ? 255 : 0;
    return (uint8_t)((alpha * 255u + photo_alpha / 2u) / photo_alpha);
}

/** The layer along photo row y: f32 [layer->w + 1][4], between its rows. Only
 * the samples that photo columns from .. end - 1 lie between. */
void cut_layer_line(float *line, const cut_layer *layer, int32_t y,
                    int32_t from, int32_t end);

/** The last sample that does not lie right of photo column x, at least 0. */
static inline int32_t cut_layer_sample(const cut_layer *layer, int32_t x)
{
    int32_t halves = 2 * x + 1 - layer->k; /* x lies at halves / 2k */
    return halves > 0 ? halves / (2 * layer->k) : 0;
}

/** The first photo column at sample `at` + 1 or right of it. */
static inline int32_t cut_layer_end(const cut_layer *layer, int32_t at)
{
    return (2 * at + 3) * layer->k / 2;
}

/** How far photo columns x .. x + 3 are from sample `at` to the next, 0..1. */
static inline f32x4 cut_layer_way(const cut_layer *layer, int32_t x, int32_t at)
{
    const float step = 1 / (float)layer->k;
    const f32x4 lanes = {0, step, 2 * step, 3 * step};
    return cut_clamp(((float)x + 0.5f) * step - 0.5f - (float)at + lanes, 1);
}

#endif
