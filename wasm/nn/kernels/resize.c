/*
 * Resize by nearest or linear interpolation, down each column of two rows, then
 * across. Source positions are computed in f32 with the formulas of ONNX's
 * Resize, once at load. Oracle: tests/c/test_nn_resize.c.
 */
#include "nn/kernels/resize.h"

#include <math.h>

/* 14 bits of weight: with 16 of value the sum of two stays within 32. */
#define ONE 16384

/* Where element i of `out` lies among `in` elements. */
static float position(const cut_resize *resize, int axis, int32_t i,
                      int32_t out, int32_t in)
{
    float x = (float)i, scale = resize->scale[axis];
    switch (resize->coordinates) {
    case CUT_ALIGN_CORNERS:
        return out > 1 ? x * (float)(in - 1) / (float)(out - 1) : 0.0f;
    case CUT_ASYMMETRIC: return x / scale;
    case CUT_PYTORCH_HALF_PIXEL:
        return out > 1 ? (x + 0.5f) / scale - 0.5f : 0.0f;
    default: return (x + 0.5f) / scale - 0.5f;
    }
}

static float nearest(const cut_resize *resize, float at)
{
    switch (resize->nearest) {
    case CUT_FLOOR: return floorf(at);
    case CUT_CEIL: return ceilf(at);
    case CUT_PREFER_FLOOR: return ceilf(at - 0.5f);
    default: return floorf(at + 0.5f);
    }
}

/* The two source elements of each element along an axis, and the weight of the
 * second. */
static cut_status set_axis(const cut_setup *setup, int k)
{
    cut_axis *axis = &setup->step->axis[k];
    const cut_resize *resize = &setup->op->resize;
    const cut_view *in = &setup->step->in, *out = &setup->step->out;
    int32_t size = k ? out->w : out->h, from = k ? in->w : in->h;
    void *first = NULL, *second = NULL, *weight = NULL;
    cut_status status = cut_step_alloc(setup, &first, (size_t)size, 4);
    axis->first = first;
    if (!status) status = cut_step_alloc(setup, &second, (size_t)size, 4);
    axis->second = second;
    if (!status) status = cut_step_alloc(setup, &weight, (size_t)size, 4);
    axis->weight = weight;
    for (int32_t i = 0; !status && i < size; i++) {
        float at = position(resize, k, i, size, from);
        float last = (float)(from - 1);
        if (!resize->linear) at = nearest(resize, at);
        at = at < 0 ? 0 : at > last ? last : at;
        int32_t whole = (int32_t)at;
        axis->first[i] = whole;
        axis->second[i] = whole + 1 < from ? whole + 1 : whole;
        axis->weight[i] = resize->linear ? at - (float)whole : 0;
    }
    return status;
}

static const uint8_t *row_at(const cut_view *in, const uint8_t *arena,
                             int32_t y)
{
    return arena + in->offset +
           (size_t)y * (size_t)in->w * (size_t)in->ld * cut_element(in->type);
}

/* One channel in f32: down a row at once, then across element by element. */
static void run_one(const cut_step *step, uint8_t *arena, int32_t y_begin,
                    int32_t y_end)
{
    const cut_axis *ya = &step->axis[0], *xa = &step->axis[1];
    float *row = (float *)(void *)(arena + step->scratch);
    for (int32_t y = y_begin; y < y_end; y++) {
        const float *a = (const float *)(const void *)row_at(&step->in, arena,
                                                             ya->first[y]);
        const float *b = (const float *)(const void *)row_at(&step->in, arena,
                                                             ya->second[y]);
        float w = ya->weight[y];
        float *out = (float *)(void *)(arena + step->out.offset) +
                     (ptrdiff_t)y * step->out.w;
        for (int32_t x = 0; x < step->in.w; x++)
            row[x] = a[x] * (1.0f - w) + b[x] * w;
        for (int32_t x = 0; x < step->out.w; x++) {
            float v = xa->weight[x];
            out[x] = row[xa->first[x]] * (1.0f - v) + row[xa->second[x]] * v;
        }
    }
}

/* Four channels at a time. */
static void run_f32(const cut_step *step, uint8_t *arena, int32_t y_begin,
                    int32_t y_end)
{
    const cut_axis *ya = &step->axis[0], *xa = &step->axis[1];
    int32_t cp = step->in.cp, ld = step->in.ld;
    float *row = (float *)(void *)(arena + step->scratch);
    for (int32_t y = y_begin; y < y_end; y++) {
        const float *a = (const float *)(const void *)row_at(&step->in, arena,
                                                             ya->first[y]);
        const float *b = (const float *)(const void *)row_at(&step->in, arena,
                                                             ya->second[y]);
        f32x4 w1 = cut_f32x4(ya->weight[y]), w0 = cut_f32x4(1) - w1;
        for (int32_t x = 0; x < step->in.w; x++)
            for (int32_t c = 0; c < cp; c += 4)
                cut_store_f32(row + (ptrdiff_t)x * cp + c,
                              cut_load_f32(a + (ptrdiff_t)x * ld + c) * w0 +
                                  cut_load_f32(b + (ptrdiff_t)x * ld + c) * w1);
        float *out = (float *)(void *)(arena + step->out.offset) +
                     (ptrdiff_t)y * step->out.w * step->out.ld;
        for (int32_t x = 0; x < step->out.w; x++, out += step->out.ld) {
            const float *p = row + (ptrdiff_t)xa->first[x] * cp;
            const float *q = row + (ptrdiff_t)xa->second[x] * cp;
            f32x4 v1 = cut_f32x4(xa->weight[x]), v0 = cut_f32x4(1) - v1;
            for (int32_t c = 0; c < cp; c += 4)
                cut_store_f32(out + c, cut_load_f32(p + c) * v0 +
                                           cut_load_f32(q + c) * v1);
        }
    }
}

/* a * (ONE - w) + b * w, rounded. `w`: the two weights in all lanes. */
CUT_INLINE i16x8 blend(i16x8 a, i16x8 b, i16x8 w)
{
    const i32x4 half = {ONE / 2, ONE / 2, ONE / 2, ONE / 2};
    i32x4 lo = cut_add(cut_dot(cut_zip_low(a, b), w), half) >> 14;
    i32x4 hi = cut_add(cut_dot(cut_zip_high(a, b), w), half) >> 14;
    return cut_narrow(lo, hi);
}

static i16x8 weights14(float weight)
{
    int16_t w1 = (int16_t)(weight * ONE + 0.5f), w0 = (int16_t)(ONE - w1);
    return (i16x8){w0, w1, w0, w1, w0, w1, w0, w1};
}

/* The same of whole numbers, eight channels at a time. */
static void run_i16(const cut_step *step, uint8_t *arena, int32_t y_begin,
                    int32_t y_end)
{
    const cut_axis *ya = &step->axis[0], *xa = &step->axis[1];
    int32_t cp = step->in.cp, ld = step->in.ld;
    int16_t *row = (int16_t *)(void *)(arena + step->scratch);
    for (int32_t y = y_begin; y < y_end; y++) {
        const int16_t *a = (const int16_t *)(const void *)row_at(
            &step->in, arena, ya->first[y]);
        const int16_t *b = (const int16_t *)(const void *)row_at(
            &step->in, arena, ya->second[y]);
        i16x8 w = weights14(ya->weight[y]);
        for (int32_t x = 0; x < step->in.w; x++)
            for (int32_t c = 0; c < cp; c += 8)
                cut_i16x8_store(row + (ptrdiff_t)x * cp + c,
                                blend(cut_i16x8_load(a + (ptrdiff_t)x * ld + c),
                                      cut_i16x8_load(b + (ptrdiff_t)x * ld + c),
                                      w));
        int16_t *out = (int16_t *)(void *)(arena + step->out.offset) +
                       (ptrdiff_t)y * step->out.w * step->out.ld;
        for (int32_t x = 0; x < step->out.w; x++, out += step->out.ld) {
            const int16_t *p = row + (ptrdiff_t)xa->first[x] * cp;
            const int16_t *q = row + (ptrdiff_t)xa->second[x] * cp;
            i16x8 v = weights14(xa->weight[x]);
            for (int32_t c = 0; c < cp; c += 8)
                cut_i16x8_store(out + c, blend(cut_i16x8_load(p + c),
                                               cut_i16x8_load(q + c), v));
        }
    }
}

/* ---- set-up ------------------------------------------------------------ */

static cut_status set_up(const cut_setup *setup)
{
    cut_step *step = setup->step;
    cut_status status = set_axis(setup, 0);
    if (!status) status = set_axis(setup, 1);
    step->scratch_bytes = (size_t)step->in.w * (size_t)step->in.cp *
                          cut_element(step->in.type);
    step->band = cut_even_band(&step->out);
    return status;
}

static int fits_one(const cut_op *op, const cut_step *step)
{
    (void)op;
    return step->in.cp == 1;
}

static int fits_i16(const cut_op *op, const cut_step *step)
{
    (void)op;
    return step->in.type == CUT_I16;
}

const cut_kernel cut_resize_one = {
    .name = "resize f32", .fits = fits_one, .set_up = set_up, .run = run_one};

const cut_kernel cut_resize_i16 = {
    .name = "resize i16", .fits = fits_i16, .set_up = set_up, .run = run_i16};

const cut_kernel cut_resize_f32 = {
    .name = "resize f32", .set_up = set_up, .run = run_f32};
