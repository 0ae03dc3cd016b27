#include "compose/compose.h"

#include <string.h>

#include "base/simd.h"
#include "compose/over.h"
#include "image/box.h"

#define BLUR_SIDE 384 /* longer side of the blurred layer, at most */
#define BLUR_SHARE 48 /* box radius = longer side / this; three passes */

/* With a radius of the caller's: samples a standard deviation, where the layer
 * may be that coarse, and its longer side at most, so that it stays small. */
#define BLUR_SAMPLES 8
#define BLUR_MAX_SIDE 1536

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
            cut_over(px, rgb);
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

void cut_compose_bytes(uint8_t *px, const uint8_t *bg, int32_t w)
{
    static const uint8_t each[8] = {0, 0, 0, 255, 0, 0, 0, 255};
    uint64_t alphas, first, second;
    int32_t x = 0;
    memcpy(&alphas, each, 8);
    for (; x + 4 <= w; x += 4, px += 16, bg += 16) {
        memcpy(&first, px, 8);
        memcpy(&second, px + 8, 8);
        if ((first & second & alphas) == alphas) continue;
        if (((first | second) & alphas) == 0)
            memcpy(px, bg, 16);
        else
            for (int i = 0; i < 16; i += 4) cut_over(px + i, bg + i);
    }
    for (; x < w; x++, px += 4, bg += 4) cut_over(px, bg);
}

/* Four pixels of f32 to bytes, opaque. */
static void four_bytes(uint8_t out[16], const float *in)
{
    u8x16 v[4];
    for (int i = 0; i < 4; i++) {
        f32x4 c = cut_clamp(cut_load_f32(in + i * 4), 255) + 0.5f;
        v[i] = (u8x16) __builtin_convertvector(c, i32x4);
    }
    u8x16 a = __builtin_shufflevector(v[0], v[1], 0, 4, 8, 12, 16, 20, 24, 28,
                                      0, 4, 8, 12, 16, 20, 24, 28);
    u8x16 b = __builtin_shufflevector(v[2], v[3], 0, 4, 8, 12, 16, 20, 24, 28,
                                      0, 4, 8, 12, 16, 20, 24, 28);
    a = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19,
                                20, 21, 22, 23);
    const u8x16 opaque = {0, 0, 0, 255, 0, 0, 0, 255,
                          0, 0, 0, 255, 0, 0, 0, 255};
    cut_store_u8(out, a | opaque);
}

void cut_compose_row(uint8_t *px, const float *bg, int32_t w)
{
    uint8_t four[16];
    int32_t x = 0;
    for (; x + 4 <= w; x += 4, px += 16, bg += 16) {
        if ((px[3] & px[7] & px[11] & px[15]) == 255) continue;
        four_bytes(four, bg);
        cut_compose_bytes(px, four, 4);
    }
    float rest[16] = {0};
    if (x == w) return;
    memcpy(rest, bg, (size_t)(w - x) * 16);
    four_bytes(four, rest);
    cut_compose_bytes(px, four, w - x);
}

/* The pixels along one side whose middle lies in at .. at + length. */
static void covered(int32_t *first, int32_t *end, float at, float length,
                    int32_t size)
{
    /* what was rounded to the last pixel covers it */
    float from = at + 0.5f, to = at + length + 0.51f;
    *first = from > 0 ? (from < (float)size ? (int32_t)from : size) : 0;
    *end = to > 0 ? (to < (float)size ? (int32_t)to : size) : 0;
}

cut_status cut_compose_image(cut_image *image, const cut_image *picture,
                             const cut_stretch *over, cut_error *error)
{
    cut_resampler *r = NULL;
    cut_stretch all = {0, 0, (float)image->w, (float)image->h};
    if (over) all = *over;
    int32_t left, right, top, bottom;
    covered(&left, &right, all.x, all.w, image->w);
    covered(&top, &bottom, all.y, all.h, image->h);
    float *row = cut_alloc((size_t)image->w * 4, sizeof *row);
    cut_status status = row ? cut_resampler_new_stretched(&r, picture, image->w,
                                                          image->h, all, error)
                            : cut_fail(error, CUT_E_MEMORY, "No memory.");
    for (int32_t y = 0; !status && y < bottom; y++) {
        cut_resampler_row(r, row, y);
        if (y < top || left >= right) continue;
        cut_compose_row(image->px +
                            ((size_t)y * (size_t)image->w + (size_t)left) * 4,
                        row + (size_t)left * 4, right - left);
    }
    cut_resampler_free(r);
    cut_free(row);
    return status;
}

/* ---- blur -------------------------------------------------------------- */

/* Box mean along n samples `step` floats apart; edges repeat. */
static void box_line(float *out, const float *in, int32_t n, size_t step,
                     cut_box_filter box)
{
    int32_t radius = box.radius;
    f32x4 sum = cut_load_f32(in) * (float)(radius + 1);
    for (int32_t i = 1; i <= radius; i++)
        sum += cut_load_f32(in + (size_t)(i < n ? i : n - 1) * step);
    for (int32_t i = 0; i < n; i++) {
        int32_t next = i + radius + 1 < n ? i + radius + 1 : n - 1;
        int32_t last = i - radius > 0 ? i - radius : 0;
        f32x4 in_next = cut_load_f32(in + (size_t)next * step);
        f32x4 mean;
        if (box.rim > 0) {
            int32_t before = i - radius - 1 > 0 ? i - radius - 1 : 0;
            f32x4 rims = in_next + cut_load_f32(in + (size_t)before * step);
            mean = (sum + rims * box.rim) * box.share;
        } else {
            mean = sum / (float)(2 * radius + 1);
        }
        cut_store_f32(out + (size_t)i * step, mean);
        sum += in_next - cut_load_f32(in + (size_t)last * step);
    }
}

static void blur(cut_layer *layer, float *tmp, cut_box_filter box)
{
    size_t row = (size_t)layer->w * 4;
    for (int pass = 0; pass < 3; pass++) {
        for (int32_t y = 0; y < layer->h; y++)
            box_line(tmp + (size_t)y * row, layer->px + (size_t)y * row,
                     layer->w, 4, box);
        for (int32_t x = 0; x < layer->w; x++)
            box_line(layer->px + (size_t)x * 4, tmp + (size_t)x * 4, layer->h,
                     row, box);
    }
}

/* How coarse the layer is, and its box. */
static int32_t blur_plan(cut_box_filter *box, int32_t side, float sigma)
{
    if (!(sigma > 0)) {
        int32_t k = (side + BLUR_SIDE - 1) / BLUR_SIDE;
        int32_t radius = (side / k) / BLUR_SHARE;
        *box = (cut_box_filter){radius > 0 ? radius : 1, 0, 0};
        return k;
    }
    int32_t min_k = (side + BLUR_MAX_SIDE - 1) / BLUR_MAX_SIDE;
    int32_t k = (int32_t)(sigma / BLUR_SAMPLES);
    if (k > 64) k = 64; /* of cut_layers_new() */
    if (k < min_k) k = min_k;
    *box = cut_box_of(sigma, k);
    return k;
}

cut_status cut_blur_new(cut_layer *out, const cut_image *photo,
                        const uint8_t *alpha, float sigma, cut_error *error)
{
    int32_t side = photo->w > photo->h ? photo->w : photo->h;
    cut_box_filter box;
    int32_t k = blur_plan(&box, side, sigma);
    cut_layer layer = {0};
    cut_status status = cut_layers_new(NULL, &layer, photo, alpha, k, error);
    if (status) return status;
    float *tmp = cut_alloc((size_t)layer.w * (size_t)layer.h * 4, sizeof *tmp);
    if (!tmp) {
        cut_layer_free(&layer);
        return cut_fail(error, CUT_E_MEMORY, "No memory to blur.");
    }
    blur(&layer, tmp, box);
    cut_free(tmp);
    *out = layer;
    return CUT_OK;
}

/* Pixels of a row at a time in cut_compose_blur(): they stay in L1. */
enum { SPAN = 256 };

/* Pixels x0 .. x1 - 1 of a row, between the samples of the layer's line;
 * out: f32 [x1 - x0][4] */
static void span_colours(float *out, const float *line, const cut_layer *layer,
                         int32_t x0, int32_t x1)
{
    const float step = 1 / (float)layer->k;
    int32_t at = cut_layer_sample(layer, x0);
    for (int32_t x = x0; x < x1; at++) {
        f32x4 c0 = cut_load_f32(line + (size_t)at * 4);
        f32x4 d = cut_load_f32(line + (size_t)at * 4 + 4) - c0;
        int32_t end = cut_layer_end(layer, at);
        for (; x < end && x < x1; x++, out += 4) {
            float way = ((float)x + 0.5f) * step - 0.5f - (float)at;
            cut_store_f32(out, c0 + d * (way < 0 ? 0 : way > 1 ? 1 : way));
        }
    }
}

/* The layer as a picture of its own size. */
static cut_status blur_picture(cut_image *out, const cut_layer *layer,
                               cut_error *error)
{
    size_t count = (size_t)layer->w * (size_t)layer->h;
    uint8_t *px = cut_alloc(count, 4);
    if (!px) return cut_fail(error, CUT_E_MEMORY, "No memory to compose.");
    *out = (cut_image){.px = px, .w = layer->w, .h = layer->h, .opaque = 1};
    memset(px, 0, count * 4);
    for (int32_t y = 0; y < layer->h; y++)
        cut_compose_row(px + (size_t)y * (size_t)layer->w * 4,
                        layer->px + (size_t)y * (size_t)layer->w * 4, layer->w);
    return CUT_OK;
}

/* The photo's pixel (left, top) is the image's first. */
static cut_status compose_samples(cut_image *image, const cut_layer *layer,
                                  int32_t left, int32_t top, cut_error *error)
{
    float *line = cut_alloc((size_t)layer->w * 4 + 4, sizeof *line);
    if (!line) return cut_fail(error, CUT_E_MEMORY, "No memory to compose.");
    int32_t right = left + image->w;
    for (int32_t y = 0; y < image->h; y++) {
        float colours[SPAN * 4];
        uint8_t *px = image->px + (size_t)y * (size_t)image->w * 4;
        cut_layer_line(line, layer, top + y, left, right);
        for (int32_t x = left; x < right; x += SPAN, px += SPAN * 4) {
            int32_t end = x + SPAN < right ? x + SPAN : right;
            span_colours(colours, line, layer, x, end);
            cut_compose_row(px, colours, end - x);
        }
    }
    cut_free(line);
    return CUT_OK;
}

cut_status cut_compose_blur(cut_image *image, const cut_layer *layer,
                            cut_place photo, cut_error *error)
{
    if (cut_place_is_copy(&photo))
        return compose_samples(image, layer, -(int32_t)photo.x,
                               -(int32_t)photo.y, error);
    cut_image picture = {0};
    cut_status status = blur_picture(&picture, layer, error);
    float sample = (float)layer->k * photo.scale;
    cut_stretch over = {photo.x, photo.y, (float)layer->w * sample,
                        (float)layer->h * sample};
    if (!status) status = cut_compose_image(image, &picture, &over, error);
    cut_image_free(&picture);
    return status;
}

cut_status cut_compose_blur_cover(cut_image *image, const cut_layer *layer,
                                  int32_t w, int32_t h, cut_error *error)
{
    cut_image picture = {0};
    cut_status status = blur_picture(&picture, layer, error);
    if (!status) {
        cut_crop_to_ratio(&picture, w, h);
        status = cut_compose_image(image, &picture, NULL, error);
    }
    cut_image_free(&picture);
    return status;
}

void cut_swap_sides(uint8_t *alpha, const cut_image *photo)
{
    size_t count = (size_t)photo->w * (size_t)photo->h;
    for (size_t i = 0; i < count; i++) {
        uint8_t all = photo->px[i * 4 + 3];
        alpha[i] = (uint8_t)(all > alpha[i] ? all - alpha[i] : 0);
    }
}

/* ---- crop -------------------------------------------------------------- */

cut_box cut_crop_box(const cut_subject *subject, cut_length margin, int32_t w,
                     int32_t h)
{
    if (subject->w <= 0 || subject->h <= 0) return (cut_box){0, 0, w, h};
    int32_t longer = subject->w > subject->h ? subject->w : subject->h;
    int32_t more = margin.value;
    if (margin.is_percent)
        more = (int32_t)(((int64_t)longer * margin.value + 5000) / 10000);
    int32_t left = subject->x - more, top = subject->y - more;
    int32_t right = subject->x + subject->w + more;
    int32_t bottom = subject->y + subject->h + more;
    if (left < 0) left = 0;
    if (top < 0) top = 0;
    if (right > w) right = w;
    if (bottom > h) bottom = h;
    return (cut_box){left, top, right - left, bottom - top};
}

void cut_crop(cut_image *image, cut_box box)
{
    for (int32_t y = 0; y < box.h; y++) /* downwards: rows never overwrite */
        memmove(image->px + (size_t)y * (size_t)box.w * 4,
                image->px +
                    ((size_t)(box.y + y) * (size_t)image->w + (size_t)box.x) *
                        4,
                (size_t)box.w * 4);
    image->w = box.w;
    image->h = box.h;
}

void cut_crop_to_ratio(cut_image *image, int32_t w, int32_t h)
{
    int64_t wide = (int64_t)image->h * w / h, high = (int64_t)image->w * h / w;
    cut_box box = {0, 0, image->w, image->h};
    if (wide < image->w) box.w = wide > 0 ? (int32_t)wide : 1;
    if (high < image->h) box.h = high > 0 ? (int32_t)high : 1;
    box.x = (image->w - box.w) / 2;
    box.y = (image->h - box.h) / 2;
    cut_crop(image, box);
}
