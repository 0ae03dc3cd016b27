#include "compose/compose.h"

#include <string.h>

#include "base/simd.h"
#include "image/resample.h"

#define BLUR_SIDE 384 /* longer side of the blurred layer, at most */
#define BLUR_SHARE 48 /* box radius = longer side / this; three passes */

/* (v + 127) / 255 for v <= 65025, exactly, without a division */
static uint8_t by_255(uint32_t v)
{
    v += 128;
    return (uint8_t)((v + (v >> 8)) >> 8);
}

static void over(uint8_t *px, const uint8_t *bg)
{
    uint32_t a = px[3], rest = 255 - a;
    for (int c = 0; c < 3; c++) px[c] = by_255(px[c] * a + bg[c] * rest);
    px[3] = 255;
}

void cut_compose_colour(cut_image *image, const uint8_t rgb[3])
{
    size_t count = (size_t)image->w * (size_t)image->h;
    const uint8_t opaque[4] = {rgb[0], rgb[1], rgb[2], 255};
    for (size_t i = 0; i < count; i++) {
        uint8_t *px = image->px + i * 4;
        if (px[3] == 255) continue;
        if (px[3] == 0)
            memcpy(px, opaque, 4);
        else
            over(px, rgb);
    }
    image->opaque = 1;
}

void cut_compose_mask(cut_image *image)
{
    size_t count = (size_t)image->w * (size_t)image->h;
    for (size_t i = 0; i < count; i++) {
        uint8_t *px = image->px + i * 4;
        px[0] = px[1] = px[2] = px[3];
        px[3] = 255;
    }
    image->opaque = 1;
}

static uint8_t to_byte(float v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v + 0.5f);
}

static void over_row(uint8_t *px, const float *bg, int32_t w)
{
    for (int32_t x = 0; x < w; x++, px += 4, bg += 4) {
        if (px[3] == 255) continue;
        const uint8_t b[3] = {to_byte(bg[0]), to_byte(bg[1]), to_byte(bg[2])};
        over(px, b);
    }
}

cut_status cut_compose_image(cut_image *image, const cut_image *behind,
                             cut_why *why)
{
    cut_resampler *r = NULL;
    float *row = cut_alloc((size_t)image->w * 4, sizeof *row);
    cut_status status = row ? cut_resampler_new(&r, behind, image->w, image->h,
                                                why)
                            : cut_fail(why, CUT_E_MEMORY, "No memory.");
    for (int32_t y = 0; !status && y < image->h; y++) {
        cut_resampler_row(r, row, y);
        over_row(image->px + (size_t)y * (size_t)image->w * 4, row, image->w);
    }
    cut_resampler_free(r);
    cut_free(row);
    return status;
}

/* ---- blur -------------------------------------------------------------- */

/* Box mean along n samples `step` floats apart; edges repeat. */
static void box_line(float *out, const float *in, int32_t n, size_t step,
                     int32_t radius)
{
    f32x4 sum = cut_load_f32(in) * (float)(radius + 1);
    for (int32_t i = 1; i <= radius; i++)
        sum += cut_load_f32(in + (size_t)(i < n ? i : n - 1) * step);
    for (int32_t i = 0; i < n; i++) {
        f32x4 mean = sum / (float)(2 * radius + 1);
        cut_store_f32(out + (size_t)i * step, mean);
        int32_t in_at = i + radius + 1 < n ? i + radius + 1 : n - 1;
        int32_t out_at = i - radius > 0 ? i - radius : 0;
        sum += cut_load_f32(in + (size_t)in_at * step) -
               cut_load_f32(in + (size_t)out_at * step);
    }
}

/* Three boxes a direction are close to a Gaussian of their summed variance. */
static void blur(cut_layer *layer, float *tmp, int32_t radius)
{
    size_t row = (size_t)layer->w * 4;
    for (int pass = 0; pass < 3; pass++) {
        for (int32_t y = 0; y < layer->h; y++)
            box_line(tmp + (size_t)y * row, layer->px + (size_t)y * row,
                     layer->w, 4, radius);
        for (int32_t x = 0; x < layer->w; x++)
            box_line(layer->px + (size_t)x * 4, tmp + (size_t)x * 4, layer->h,
                     row, radius);
    }
}

cut_status cut_blur_new(cut_layer *out, const cut_image *photo,
                        const uint8_t *alpha, cut_why *why)
{
    int32_t side = photo->w > photo->h ? photo->w : photo->h;
    int32_t k = (side + BLUR_SIDE - 1) / BLUR_SIDE;
    cut_layer layer = {0};
    cut_status status = cut_layers_new(NULL, &layer, photo, alpha, k, why);
    if (status) return status;
    float *tmp = cut_alloc((size_t)layer.w * (size_t)layer.h * 4, sizeof *tmp);
    if (!tmp) {
        cut_layer_free(&layer);
        return cut_fail(why, CUT_E_MEMORY, "No memory to blur.");
    }
    int32_t radius = (side / k) / BLUR_SHARE;
    blur(&layer, tmp, radius > 0 ? radius : 1);
    cut_free(tmp);
    *out = layer;
    return CUT_OK;
}

cut_status cut_compose_blur(cut_image *image, const cut_layer *layer,
                            cut_why *why)
{
    float *line = cut_alloc((size_t)layer->w * 4 + 4, sizeof *line);
    float *row = cut_alloc((size_t)image->w * 4, sizeof *row);
    if (!line || !row) {
        cut_free(line);
        cut_free(row);
        return cut_fail(why, CUT_E_MEMORY, "No memory to compose.");
    }
    for (int32_t y = 0; y < image->h; y++) {
        cut_layer_line(line, layer, y, 0, image->w);
        for (int32_t x = 0, at = 0; x < image->w; at++) {
            f32x4 c0 = cut_load_f32(line + (size_t)at * 4);
            f32x4 d = cut_load_f32(line + (size_t)at * 4 + 4) - c0;
            int32_t end = cut_layer_end(layer, at);
            for (; x < end && x < image->w; x++)
                cut_store_f32(row + (size_t)x * 4,
                              c0 + d * cut_layer_way(layer, x, at)[0]);
        }
        over_row(image->px + (size_t)y * (size_t)image->w * 4, row, image->w);
    }
    cut_free(line);
    cut_free(row);
    return CUT_OK;
}

/* ---- crop -------------------------------------------------------------- */

void cut_crop(cut_image *image, const cut_subject *subject, int32_t margin,
              int is_percent)
{
    if (subject->w <= 0 || subject->h <= 0) return;
    if (is_percent) {
        int64_t longer = subject->w > subject->h ? subject->w : subject->h;
        margin = (int32_t)((longer * margin + 5000) / 10000);
    }
    int32_t left = subject->x - margin, top = subject->y - margin;
    int32_t right = subject->x + subject->w + margin;
    int32_t bottom = subject->y + subject->h + margin;
    if (left < 0) left = 0;
    if (top < 0) top = 0;
    if (right > image->w) right = image->w;
    if (bottom > image->h) bottom = image->h;
    int32_t w = right - left, h = bottom - top;
    for (int32_t y = 0; y < h; y++) /* downwards, so rows never overwrite */
        memmove(image->px + (size_t)y * (size_t)w * 4,
                image->px + ((size_t)(top + y) * (size_t)image->w +
                             (size_t)left) * 4, (size_t)w * 4);
    image->w = w;
    image->h = h;
}
