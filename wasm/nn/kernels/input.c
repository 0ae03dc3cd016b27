#include "nn/kernels/input.h"

#include "nn/kernels/simd.h"

size_t cut_first_not_finite(const float *values, size_t count)
{
    size_t i = 0;
    for (; i + 256 <= count; i += 256) {
        u32x4 any = {0};
        for (size_t k = 0; k < 256;
             k += 4) { /* 0 less 0: no infinity, no NaN */
            f32x4 v = cut_load_f32(values + i + k);
            any |= (u32x4)(v - v != cut_f32x4(0));
        }
        if ((any[0] | any[1] | any[2] | any[3]) != 0) break;
    }
    while (i < count && values[i] - values[i] == 0) i++;
    return i;
}

static void put_f32(const cut_view *in, float *f, const float *input)
{
    size_t pixels = (size_t)in->h * (size_t)in->w, cp = (size_t)in->cp;
    for (size_t c = 0; c < cp; c++)
        for (size_t i = 0; i < pixels; i++)
            f[i * (size_t)in->ld + c] = c < (size_t)in->c
                                            ? input[c * pixels + i]
                                            : 0;
}

/* Whole numbers of four pixels of a plane, or of `n` of them and 0. */
static i32x4 whole(const cut_view *in, const float *plane, size_t n)
{
    f32x4 v = cut_f32x4(0);
    float inv_scale = 1.0f / in->scale;
    if (n >= 4)
        v = cut_load_f32(plane);
    else
        memcpy(&v, plane, n * sizeof *plane);
    return cut_round(
        cut_min(cut_max(v * cut_f32x4(inv_scale), cut_f32x4(-in->limit)),
                cut_f32x4(in->limit)));
}

/* Four planes, the first of which is c, of up to four pixels. 16 bits of what is
 * answered for each plane: where its pixels were others. */
static uint64_t put_four(const cut_view *in, int16_t *q, const float *input,
                         int32_t c, size_t pixels, size_t n)
{
    i32x4 v[4];
    uint64_t now[4], old, changed = 0;
    for (int32_t k = 0; k < 4; k++)
        v[k] = c + k < in->c ? whole(in, input + (size_t)k * pixels, n)
                             : (i32x4){0};
    i16x8 a = cut_narrow(v[0], v[2]), b = cut_narrow(v[1], v[3]);
    i16x8 low = cut_zip_low(a, b), high = cut_zip_high(a, b); /* 0 1, 2 3 */
    const i16x8 out[2] = {
        __builtin_shufflevector(low, high, 0, 1, 8, 9, 2, 3, 10, 11),
        __builtin_shufflevector(low, high, 4, 5, 12, 13, 6, 7, 14, 15)};
    memcpy(now, out, sizeof now);
    for (size_t i = 0; i < n; i++, q += in->ld) {
        memcpy(&old, q, sizeof old);
        changed |= old ^ now[i];
        memcpy(q, &now[i], sizeof old);
    }
    return changed;
}

uint32_t cut_put_input(const cut_view *in, uint8_t *arena, const float *input)
{
    size_t pixels = (size_t)in->h * (size_t)in->w;
    uint32_t changed = 0;
    void *map = arena + in->offset;
    if (in->type == CUT_F32) {
        put_f32(in, map, input);
        return UINT32_MAX;
    }
    for (int32_t c = 0; c < in->cp; c += 4) {
        const float *plane = input + (size_t)c * pixels;
        uint64_t any = 0;
        for (size_t i = 0; i < pixels; i += 4)
            any |= put_four(in, (int16_t *)map + i * (size_t)in->ld + c,
                            plane + i, c, pixels,
                            pixels - i < 4 ? pixels - i : 4);
        for (int32_t k = 0; k < 4; k++)
            if (any >> 16 * k & 0xFFFF) changed |= cut_plane_bit(c + k);
    }
    return changed;
}
