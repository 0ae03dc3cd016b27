#include "matte/foreground.h"

#include <string.h>

#include "matte/layers.h"

typedef float f32x4 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));

#ifndef CUT_FOREGROUND_SIDE
#define CUT_FOREGROUND_SIDE 1024 /* longer side of the layers, at most */
#endif

static f32x4 load(const float *p)
{
    f32x4 v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Each lane to 0..255, without a branch: comparisons are lane masks. */
static f32x4 clamped(f32x4 v)
{
    const f32x4 most = {255, 255, 255, 255};
    i32x4 bits = (i32x4)v & (v > 0); /* below 0: the bits of 0.0 */
    i32x4 over = v > most;
    return (f32x4)((bits & ~over) | ((i32x4)most & over));
}

/* A layer's line at photo column x. */
static f32x4 sample(const float *line, int32_t x, float step, int32_t n)
{
    float f = ((float)x + 0.5f) * step - 0.5f;
    if (f < 0) f = 0;
    int32_t at = (int32_t)f < n - 1 ? (int32_t)f : n - 1;
    f32x4 c0 = load(line + (size_t)at * 4);
    f32x4 c1 = at + 1 < n ? load(line + (size_t)(at + 1) * 4) : c0;
    return c0 + (c1 - c0) * (f - (float)at);
}

static void soft_pixel(uint8_t *px, uint8_t matte, f32x4 f, f32x4 b)
{
    float a = (float)matte * (1 / 255.0f);
    f32x4 c = {(float)px[0], (float)px[1], (float)px[2], 0};
    f32x4 v = clamped(f + (c - f * a - b * (1 - a)) * a) + 0.5f;
    for (int i = 0; i < 3; i++) px[i] = (uint8_t)v[i];
}

static void estimate_row(uint8_t *px, const uint8_t *alpha, int32_t w,
                         const float *f, const float *b, int32_t n, int32_t k)
{
    float step = 1 / (float)k;
    for (int32_t x = 0; x < w; x++) {
        uint8_t *p = px + (size_t)x * 4;
        uint64_t eight = 1;
        if (x + 8 <= w) memcpy(&eight, alpha + x, 8);
        if (eight == 0 || eight == UINT64_MAX) {
            /* opaque: the photo is opaque here too, so nothing changes */
            if (eight == 0) memset(p, 0, 32);
            x += 7;
            continue;
        }
        if (alpha[x] == 0) {
            memset(p, 0, 4);
            continue;
        }
        uint8_t matte = cut_matte_part(alpha[x], p[3]);
        if (matte != 255)
            soft_pixel(p, matte, sample(f, x, step, n), sample(b, x, step, n));
        p[3] = alpha[x];
    }
}

static int has_soft(const uint8_t *alpha, size_t count)
{
    size_t i = 0;
    for (uint64_t eight; i + 8 <= count; i += 8) {
        memcpy(&eight, alpha + i, 8);
        if (eight != 0 && eight != UINT64_MAX) return 1;
    }
    for (; i < count; i++)
        if ((uint8_t)(alpha[i] + 1) > 1) return 1;
    return 0;
}

cut_status cut_foreground_estimate(cut_image *photo, const uint8_t *alpha,
                                   cut_why *why)
{
    size_t w = (size_t)photo->w;
    int32_t side = photo->w > photo->h ? photo->w : photo->h;
    int32_t k = (side + CUT_FOREGROUND_SIDE - 1) / CUT_FOREGROUND_SIDE;
    cut_layer f = {0}, b = {0};
    float *lines = NULL;
    cut_status status = CUT_OK;
    if (has_soft(alpha, w * (size_t)photo->h)) {
        status = cut_layers_new(&f, &b, photo, alpha, k, why);
        if (!status) lines = cut_alloc((size_t)f.w * 8, sizeof *lines);
        if (!status && !lines)
            status = cut_fail(why, CUT_E_MEMORY, "No memory for colours.");
    }
    if (!status) photo->opaque = 0;
    for (int32_t y = 0; !status && y < photo->h; y++) {
        const uint8_t *row = alpha + (size_t)y * w;
        if (lines && has_soft(row, w)) {
            cut_layer_line(lines, &f, y);
            cut_layer_line(lines + (size_t)f.w * 4, &b, y);
        }
        estimate_row(photo->px + (size_t)y * w * 4, row, photo->w, lines,
                     lines ? lines + (size_t)f.w * 4 : NULL, f.w, k);
    }
    cut_free(lines);
    cut_layer_free(&f);
    cut_layer_free(&b);
    return status;
}
